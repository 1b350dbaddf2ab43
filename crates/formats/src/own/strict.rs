//! A strict walk over a TOML document: every key is asked for by name, what is left over is a
//! fault, and every fault carries its line.
//!
//! `serde` with `deny_unknown_fields` stops at the first fault, in words for programmers and, for
//! tables nested in others, without the line. The people who edit these files get all faults of a
//! file at once, each in a sentence that says what to write instead.

use std::{cell::RefCell, fmt, str::FromStr};

use domain::Date;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The largest file of ours that is read, in bytes: a debt file of 3,000 entries is half of it.
pub const LARGEST: usize = 1 << 20;

/// The longest text a value may have, in bytes.
const LONGEST_TEXT: usize = 4096;

/// The most entries a list may have.
const MOST_ENTRIES: usize = 10_000;

/// The most faults told at once; beyond that a file is not of this sort at all.
const MOST_FAULTS: usize = 50;

/// One thing wrong in a file of ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The line, counted from 1.
    pub line: u32,
    /// The column on that line, in characters, counted from 1.
    pub column: u32,
    /// What is wrong and what to write instead.
    pub why: String,
}

/// A file of ours that cannot be used, with everything that is wrong in it. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The file, as the caller named it.
    pub path: String,
    /// The faults, by line.
    pub faults: Vec<Fault>,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.faults.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}:{}:{}: {}", self.path, fault.line, fault.column, fault.why)?;
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}

impl Invalid {
    pub(super) fn one(path: &str, line: u32, why: impl Into<String>) -> Self {
        Self { path: path.to_owned(), faults: vec![Fault { line, column: 1, why: why.into() }] }
    }
}

/// The text of a file of ours, checked for what must hold before a parser sees it.
pub(super) fn text<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Invalid> {
    if bytes.len() > LARGEST {
        return Err(Invalid::one(path, 1, "the file is larger than 1 MiB: it is not one of ours"));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Invalid::one(path, 1, "the file is in UTF-16: save it as UTF-8"));
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let line = Lines::of(bytes).at(error.valid_up_to());
        Invalid::one(path, line, "a byte that is not UTF-8 text: save the file as UTF-8")
    })
}

/// Where the lines of a text begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &[u8]) -> Self {
        Self(std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|at| at + 1)).collect())
    }

    /// The line an offset lies on, counted from 1.
    pub(super) fn at(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }
}

/// The known word nearest to a misspelt one, if any is near: at most a third of its letters off.
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    if word.len() > 64 {
        return None;
    }
    let plain = |s: &str| s.replace(['-', '_', ' '], "").to_lowercase();
    let word = plain(word);
    known
        .iter()
        .map(|k| (distance(&word, &plain(k)), *k))
        .filter(|(far, k)| *far <= 1.max(k.len() / 3))
        .min()
        .map(|(_, k)| k)
}

/// Damerau-Levenshtein distance (adjacent letters swapped count once).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

/// A document being read: its text, for lines, and the faults so far.
pub(super) struct Reading<'a> {
    path: &'a str,
    text: &'a str,
    lines: Lines,
    faults: RefCell<Vec<Fault>>,
}

impl<'a> Reading<'a> {
    /// Parses the text and hands its root table to `read`; succeeds when nothing was wrong.
    pub(super) fn all<T>(
        path: &'a str,
        bytes: &'a [u8],
        read: impl FnOnce(&Table<'_, 'a>) -> Option<T>,
    ) -> Result<T, Invalid> {
        let text = text(path, bytes)?;
        let lines = Lines::of(text.as_bytes());
        let reading = Self { path, text, lines, faults: RefCell::default() };
        let root = DeTable::parse(text).map_err(|error| {
            let (line, column) = error.span().map_or((1, 1), |span| reading.place(span.start));
            let why = error.message().lines().next().unwrap_or("cannot be parsed");
            let why = format!("not valid TOML: {}", shorten(why));
            Invalid { path: path.to_owned(), faults: vec![Fault { line, column, why }] }
        })?;
        let value = {
            let table = Table::new(&reading, root.get_ref(), String::new(), 1);
            let value = read(&table);
            table.finish();
            value
        };
        let mut faults = reading.faults.into_inner();
        faults.sort();
        faults.dedup();
        match value {
            Some(value) if faults.is_empty() => Ok(value),
            _ if faults.is_empty() => Err(Invalid::one(path, 1, "the file says nothing that can be used")),
            _ => Err(Invalid { path: reading.path.to_owned(), faults }),
        }
    }

    fn line(&self, offset: usize) -> u32 {
        self.lines.at(offset)
    }

    /// Line and column of an offset, both counted from 1.
    fn place(&self, offset: usize) -> (u32, u32) {
        let line = self.line(offset);
        let before = self.text.get(..offset).unwrap_or_default();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        (line, u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1))
    }

    fn fault(&self, (line, column): (u32, u32), why: impl Into<String>) {
        let mut faults = self.faults.borrow_mut();
        if faults.len() < MOST_FAULTS {
            faults.push(Fault { line, column, why: why.into() });
        }
    }
}

/// One table: what was asked of it, so that the rest can be named as unknown.
pub(super) struct Table<'d, 'a> {
    reading: &'d Reading<'a>,
    table: &'d DeTable<'a>,
    /// How the table is written, for messages; empty at the root.
    name: String,
    /// The line it begins on.
    pub(super) line: u32,
    asked: RefCell<Vec<&'static str>>,
}

impl<'d, 'a> Table<'d, 'a> {
    fn new(reading: &'d Reading<'a>, table: &'d DeTable<'a>, name: String, line: u32) -> Self {
        Self { reading, table, name, line, asked: RefCell::default() }
    }

    /// Notes a fault on the line this table begins on.
    pub(super) fn fault(&self, why: impl Into<String>) {
        self.reading.fault((self.line, 1), why);
    }

    /// Notes a fault on the line of a key.
    pub(super) fn fault_at(&self, key: &str, why: impl Into<String>) {
        let key = self.table.get_key_value(key);
        let place = key.map_or((self.line, 1), |(key, _)| self.reading.place(key.span().start));
        self.reading.fault(place, why);
    }

    /// Notes a fault on a line that an entry remembered.
    pub(super) fn fault_on(&self, line: u32, why: impl Into<String>) {
        self.reading.fault((line, 1), why);
    }

    /// The line of a key, or of the table where it is absent.
    pub(super) fn line_of(&self, key: &str) -> u32 {
        self.table.get_key_value(key).map_or(self.line, |(k, _)| self.reading.line(k.span().start))
    }

    fn ask(&self, key: &'static str) -> Option<&'d Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    fn wrong(&self, key: &str, want: &str) {
        self.fault_at(key, format!("`{key}`{} must be {want}", self.within()));
    }

    fn within(&self) -> String {
        if self.name.is_empty() { String::new() } else { format!(" in {}", self.name) }
    }

    /// A text, trimmed; an empty one is a fault.
    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        let value = self.ask(key)?;
        match value.get_ref().as_str() {
            Some(text) => self.checked(key, text),
            None => {
                self.wrong(key, "text in quotation marks");
                None
            }
        }
    }

    fn checked(&self, key: &str, text: &str) -> Option<String> {
        let text = text.trim();
        if text.is_empty() {
            self.fault_at(
                key,
                format!("`{key}`{} is empty: write something or leave the line out", self.within()),
            );
            return None;
        }
        if text.len() > LONGEST_TEXT {
            self.fault_at(key, format!("`{key}`{} is longer than {LONGEST_TEXT} bytes", self.within()));
            return None;
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.fault_at(key, format!("`{key}`{} holds a control character", self.within()));
            return None;
        }
        Some(text.to_owned())
    }

    /// A text that must be there.
    pub(super) fn required_text(&self, key: &'static str, what: &str) -> Option<String> {
        self.required(key, what);
        self.text(key)
    }

    /// Whether the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Notes a fault if the key is absent.
    pub(super) fn required(&self, key: &'static str, what: &str) {
        if !self.table.contains_key(key) {
            self.fault(format!("`{key}`{} is missing: {what}", self.within()));
        }
    }

    /// A text parsed as a type of the vocabulary, whose error says what to write.
    pub(super) fn parsed<T: FromStr>(&self, key: &'static str) -> Option<T>
    where
        T::Err: fmt::Display,
    {
        let text = self.text(key)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault_at(key, format!("`{key}`{}: {}", self.within(), shorten(&error.to_string())));
                None
            }
        }
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&self, key: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            let hint =
                nearest(&text, &all).map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
            self.wrong(key, &format!("one of: {}{hint}", all.join(", ")));
        }
        found
    }

    /// A day, written `2026-08-22` with or without quotation marks.
    pub(super) fn date(&self, key: &'static str) -> Option<Date> {
        let value = self.ask(key)?;
        let text = match value.get_ref() {
            DeValue::Datetime(at) => at.to_string(),
            DeValue::String(text) => text.trim().to_owned(),
            _ => String::new(),
        };
        let date = text.parse().ok();
        if date.is_none() {
            self.wrong(key, "a day, written like 2026-08-22");
        }
        date
    }

    /// A day that must be there.
    pub(super) fn required_date(&self, key: &'static str, what: &str) -> Option<Date> {
        self.required(key, what);
        self.date(key)
    }

    /// A whole number from 0 to `most`.
    pub(super) fn number(&self, key: &'static str, most: u64) -> Option<u64> {
        let value = self.ask(key)?;
        let number =
            value.get_ref().as_integer().and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        let number = number.filter(|n| *n <= most);
        if number.is_none() {
            self.wrong(key, &format!("a whole number from 0 to {most}"));
        }
        number
    }

    /// A number of one decimal, as tenths: `6.5` or `"6.5"` is 65; at most `most` tenths.
    pub(super) fn tenths(&self, key: &'static str, most: u32) -> Option<u32> {
        let value = self.ask(key)?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.as_ref(),
            DeValue::Float(number) => number.as_str(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            _ => "",
        };
        let tenths = tenths(text.trim()).filter(|n| *n <= most);
        if tenths.is_none() {
            self.wrong(key, &format!("a number from 0.0 to {}.{} with one decimal", most / 10, most % 10));
        }
        tenths
    }

    /// Yes or no.
    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.ask(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(key, "true or false, without quotation marks");
        }
        flag
    }

    /// One text or a list of texts.
    pub(super) fn texts(&self, key: &'static str) -> Vec<String> {
        let Some(value) = self.ask(key) else { return Vec::new() };
        self.texts_of(key, value)
    }

    fn texts_of(&self, key: &str, value: &Spanned<DeValue<'a>>) -> Vec<String> {
        match value.get_ref() {
            DeValue::String(text) => self.checked(key, text).into_iter().collect(),
            DeValue::Array(items) if items.len() <= MOST_ENTRIES => {
                let mut out = Vec::new();
                for item in items.iter() {
                    match item.get_ref().as_str() {
                        Some(text) => out.extend(self.checked(key, text)),
                        None => self.wrong(key, "a list of texts in quotation marks"),
                    }
                }
                out
            }
            _ => {
                self.wrong(key, "a text or a list of texts in quotation marks");
                Vec::new()
            }
        }
    }

    /// A table under a key; what it holds beyond what `read` asks for is a fault.
    pub(super) fn table<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Table<'d, 'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.ask(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, &format!("a table: [{}]", self.path_of(key)));
            return None;
        };
        let inner = Table::new(self.reading, table, format!("[{}]", self.path_of(key)), self.line_of(key));
        let out = read(&inner);
        inner.finish();
        out
    }

    /// A list of tables under a key.
    pub(super) fn tables<T>(
        &self,
        key: &'static str,
        mut read: impl FnMut(&Table<'d, 'a>) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.ask(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, &format!("a list of tables: [[{}]]", self.path_of(key)));
            return Vec::new();
        };
        if items.len() > MOST_ENTRIES {
            self.wrong(key, &format!("a list of at most {MOST_ENTRIES} entries"));
            return Vec::new();
        }
        let mut out = Vec::new();
        for item in items.iter() {
            let line = self.reading.line(item.span().start);
            let Some(table) = item.get_ref().as_table() else {
                let place = self.reading.place(item.span().start);
                self.reading.fault(place, format!("each entry of `{key}` must be a table: [[{key}]]"));
                continue;
            };
            let inner = Table::new(self.reading, table, format!("[[{}]]", self.path_of(key)), line);
            out.extend(read(&inner));
            inner.finish();
        }
        out
    }

    /// Every entry of a table whose keys are free: (key, line, table of its own).
    pub(super) fn named_tables<T>(
        &self,
        key: &'static str,
        mut read: impl FnMut(&str, &Table<'d, 'a>) -> Option<T>,
    ) -> Vec<T> {
        let mut out = Vec::new();
        let Some(value) = self.ask(key) else { return out };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, &format!("a table of tables: [{key}.NAME]"));
            return out;
        };
        for (name, value) in table.iter().take(MOST_ENTRIES) {
            let line = self.reading.line(name.span().start);
            let name = name.get_ref().as_ref();
            let Some(inner) = value.get_ref().as_table() else {
                self.reading.fault(
                    (line, 1),
                    format!("`{}` in [{key}] must be a table: [{key}.NAME]", shorten(name)),
                );
                continue;
            };
            let inner = Table::new(self.reading, inner, format!("[{key}.{}]", shorten(name)), line);
            out.extend(read(name, &inner));
            inner.finish();
        }
        out
    }

    /// Every entry of a table whose keys are free and whose values are texts or lists of texts.
    pub(super) fn named_texts(&self, key: &'static str) -> Vec<(String, u32, Vec<String>)> {
        let mut out = Vec::new();
        let Some(value) = self.ask(key) else { return out };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, &format!("a table: [{key}]"));
            return out;
        };
        for (name, value) in table.iter().take(MOST_ENTRIES) {
            let line = self.reading.line(name.span().start);
            let inner = Table::new(self.reading, table, format!("[{key}]"), line);
            let texts = inner.texts_of(name.get_ref(), value);
            out.push((name.get_ref().as_ref().to_owned(), line, texts));
        }
        out
    }

    fn path_of(&self, key: &str) -> String {
        let within = self.name.trim_matches(['[', ']']);
        if within.is_empty() { key.to_owned() } else { format!("{within}.{key}") }
    }

    /// Names every key that nobody asked for.
    fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter() {
            let name = key.get_ref().as_ref();
            if asked.contains(&name) {
                continue;
            }
            let hint = match nearest(name, &asked) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", asked.join(", ")),
            };
            let why = format!("`{}`{} is not a key of this file: {hint}", shorten(name), self.within());
            self.reading.fault(self.reading.place(key.span().start), why);
        }
    }
}

/// `6.5` as 65. One decimal at most: a second one would be a precision CVSS does not have.
fn tenths(text: &str) -> Option<u32> {
    let (whole, decimal) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.len() <= 6 && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimal) || decimal.len() != 1 {
        return None;
    }
    whole.parse::<u32>().ok()?.checked_mul(10)?.checked_add(decimal.parse().ok()?)
}

/// A path inside the tree, `/` between parts, or why it is none.
pub(super) fn inside(path: &str) -> Result<String, &'static str> {
    if path.contains('\\') {
        return Err("write `/` between the parts of a path, not `\\`");
    }
    if path.starts_with('/') || path.as_bytes().get(1) == Some(&b':') {
        return Err("a path here starts at the root of the repository, without a leading `/`");
    }
    let path = path.strip_prefix("./").unwrap_or(path);
    if path.split('/').any(|part| part == "..") {
        return Err("a path here may not leave the repository with `..`");
    }
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    Ok(parts.join("/"))
}

fn shorten(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let short: String = clean.clone().take(200).collect();
    if clean.count() > 200 { format!("{short}…") } else { short }
}
