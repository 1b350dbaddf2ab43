//! Where a text holds a person's number, and what stands beside it.
//!
//! Three grades. *Record*: an issuable number, a name and a date of birth in one CSV row, one HL7
//! v2 PID segment, or within [`RECORD`] bytes (FHIR Patient and other structured text). *Context*: an
//! issuable number with a word such as `nhs` within [`CONTEXT`] bytes before it, or in a column so
//! named. *Bare*: the check digit alone, which is counted and otherwise silent.
//!
//! What its own text shows to be an example (introduced as one, in the description of an interface,
//! beside a name that stands for nobody) is marked so; what follows from that, and from the file's
//! place, is decided in [`super::illustration`].

use memchr::memchr;

use super::{
    facts::Facts,
    illustration,
    number::{self, Standing, Value},
};
use crate::paths;

/// How far before a number its context word may stand, in bytes.
pub const CONTEXT: usize = 60;

/// How far around a number the fields of its record may stand, in bytes.
pub const RECORD: usize = 700;

/// How sure it is that a number is a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Beside a name and a date of birth.
    Record,
    /// Beside a word that says what it is.
    Context,
}

/// A number that may be somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// What kind of number: the name of its range.
    pub kind: &'static str,
    /// How sure.
    pub grade: Grade,
    /// Where in the text.
    pub offset: usize,
    /// Its own text shows it to be an example.
    pub shown: bool,
    /// The number, for comparing in memory.
    pub value: Value,
}

/// Numbers that are counted and raise nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Issuable, and nothing beside them says what they are.
    pub bare: u64,
    /// In the range kept for tests.
    pub test: u64,
    /// In ranges never issued.
    pub never: u64,
    /// Printed examples.
    pub example: u64,
    /// Named as such, and few, in what is there for tests and examples.
    pub illustration: u64,
}

/// The kind of the National Insurance number.
pub const NINO: &str = "national-insurance-number";

/// Searches one text, and leaves out what only illustrates.
pub fn search(path: &str, text: &[u8], facts: &'static Facts) -> (Vec<Sighting>, Counts) {
    let (mut seen, mut counts) = everything(path, text, facts);
    let before = seen.len();
    illustration::set_aside(path, &mut seen);
    counts.illustration = (before - seen.len()) as u64;
    (seen, counts)
}

/// Searches one text; of the path only its ending matters.
pub fn everything(path: &str, text: &[u8], facts: &'static Facts) -> (Vec<Sighting>, Counts) {
    let mut counts = Counts::default();
    let describes = std::cell::OnceCell::new();
    let shown = |start: usize| {
        *describes.get_or_init(|| illustration::describes_interface(text))
            || illustration::is_introduced(&before(text, start))
    };
    let mut seen = Vec::new();
    let table = Table::of(path, text, facts);
    for run in number::runs(text) {
        let kind = match number::classify(run.digits, facts) {
            None | Some(Standing::Unallocated) => continue,
            Some(Standing::Test) => {
                counts.test += 1;
                continue;
            }
            Some(Standing::NeverIssued) => {
                counts.never += 1;
                continue;
            }
            Some(Standing::Example) => {
                counts.example += 1;
                continue;
            }
            Some(Standing::Issuable(kind)) => kind,
        };
        match grade(kind, run.start, run.end, text, table.as_ref(), facts) {
            Some((grade, nobody)) => seen.push(Sighting {
                kind,
                grade,
                offset: run.start,
                shown: nobody || shown(run.start),
                value: Value::of(&text[run.start..run.end]),
            }),
            None => counts.bare += 1,
        }
    }
    for (start, end) in ninos(text) {
        if facts.has_context(NINO, &before(text, start)) {
            let (grade, nobody) = of_record(&around(text, start, end), facts);
            seen.push(Sighting {
                kind: NINO,
                grade,
                offset: start,
                shown: nobody || shown(start),
                value: Value::of(&text[start..end]),
            });
        }
    }
    seen.sort_by_key(|s| (s.offset, s.kind));
    (seen, counts)
}

fn grade(
    kind: &str,
    start: usize,
    end: usize,
    text: &[u8],
    table: Option<&Table>,
    facts: &Facts,
) -> Option<(Grade, bool)> {
    let line = line_around(text, start);
    if let Some(table) = table {
        let row = &text[line.clone()];
        if let Some(grade) = table.grade(row, start - line.start, facts) {
            return Some(grade);
        }
    }
    if text[line.clone()].starts_with(b"PID|") {
        return Some(pid(&text[line], facts));
    }
    if !facts.has_context(kind, &before(text, start)) {
        return None;
    }
    Some(of_record(&around(text, start, end), facts))
}

/// How sure the lower-case text around a number makes, and whether its names stand for nobody.
fn of_record(around: &[u8], facts: &Facts) -> (Grade, bool) {
    if facts.is_record(around) {
        (Grade::Record, facts.names_nobody(around))
    } else {
        (Grade::Context, false)
    }
}

fn before(text: &[u8], start: usize) -> Vec<u8> {
    text[start.saturating_sub(CONTEXT)..start].to_ascii_lowercase()
}

fn around(text: &[u8], start: usize, end: usize) -> Vec<u8> {
    text[start.saturating_sub(RECORD)..(end + RECORD).min(text.len())].to_ascii_lowercase()
}

/// The line (HL7 ends its segments with a carriage return alone), looked for within bounds, so
/// that one endless line does not make the search quadratic.
fn line_around(text: &[u8], at: usize) -> std::ops::Range<usize> {
    const FAR: usize = 4096;
    let is_end = |b: &u8| matches!(b, b'\n' | b'\r');
    let from = at.saturating_sub(FAR);
    let to = at.saturating_add(FAR).min(text.len());
    let start = text[from..at].iter().rposition(is_end).map_or(from, |i| from + i + 1);
    let end = text[at..to].iter().position(is_end).map_or(to, |i| at + i);
    start..end
}

/// Whether the text's first line, were the file a table, names columns that make persons of rows.
pub(super) fn heads_table(text: &[u8], facts: &Facts) -> bool {
    Table::of("a.csv", text, facts)
        .is_some_and(|t| !t.numbers.is_empty() || (!t.names.is_empty() && !t.births.is_empty()))
}

/// Whether what stands before a number, or opens its line, says what it is.
pub(super) fn is_named(kind: &str, start: usize, text: &[u8], facts: &Facts) -> bool {
    facts.has_context(kind, &before(text, start)) || text[line_around(text, start)].starts_with(b"PID|")
}

/// Whether a National Insurance number starts within reach of a word that ended here.
pub(super) fn insured(text: &[u8], word_end: usize) -> bool {
    let from = word_end.saturating_sub(1);
    let to = word_end.saturating_add(CONTEXT + 1).min(text.len());
    (from..to).any(|start| {
        text[start].is_ascii_uppercase()
            && (start == 0 || !text[start - 1].is_ascii_alphanumeric())
            && nino(text, start).is_some()
    })
}

/// HL7 v2: PID-3 identifiers, PID-5 name, PID-7 date of birth.
fn pid(segment: &[u8], facts: &Facts) -> (Grade, bool) {
    let field = |n: usize| segment.split(|b| *b == b'|').nth(n).filter(|f| f.len() > 1);
    match (field(5), field(7)) {
        (Some(name), Some(_)) => (Grade::Record, facts.is_nobody(name)),
        _ => (Grade::Context, false),
    }
}

/// A CSV or TSV file whose header names what its columns hold.
struct Table {
    delimiter: u8,
    names: Vec<usize>,
    births: Vec<usize>,
    numbers: Vec<usize>,
}

impl Table {
    fn of(path: &str, text: &[u8], facts: &Facts) -> Option<Self> {
        if !matches!(paths::extension(path).to_ascii_lowercase().as_str(), "csv" | "tsv" | "psv") {
            return None;
        }
        let head = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        // Lines left blank above the heading.
        let blank = head.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
        let head = &head[blank..];
        let end = memchr(b'\n', &head[..head.len().min(64 << 10)])?;
        let header = head[..end].to_ascii_lowercase();
        let delimiter = [b'\t', b'|', b';', b',']
            .into_iter()
            .max_by_key(|d| header.iter().filter(|b| *b == d).count())?;
        let cells = cells(&header, delimiter);
        let of = |words: &[String]| -> Vec<usize> {
            cells
                .iter()
                .enumerate()
                .filter(|(_, (at, end))| {
                    let cell = &header[*at..*end];
                    words.iter().any(|word| memchr::memmem::find(cell, word.as_bytes()).is_some())
                })
                .map(|(index, _)| index)
                .collect()
        };
        let columns = &facts.columns;
        Some(Self {
            delimiter,
            names: of(&columns.name),
            births: of(&columns.birth),
            numbers: of(&columns.number),
        })
    }

    fn grade(&self, row: &[u8], at: usize, facts: &Facts) -> Option<(Grade, bool)> {
        let cells = cells(row, self.delimiter);
        let filled = |columns: &[usize], test: fn(&u8) -> bool| {
            columns.iter().filter_map(|c| cells.get(*c)).any(|(from, to)| row[*from..*to].iter().any(test))
        };
        if filled(&self.names, u8::is_ascii_alphabetic) && filled(&self.births, u8::is_ascii_digit) {
            let nobody = self
                .names
                .iter()
                .filter_map(|column| cells.get(*column))
                .any(|(from, to)| facts.is_nobody(&row[*from..*to]));
            return Some((Grade::Record, nobody));
        }
        let column = cells.iter().position(|(from, to)| (*from..=*to).contains(&at))?;
        self.numbers.contains(&column).then_some((Grade::Context, false))
    }
}

/// Start and end of each cell; quotes keep a delimiter inside one cell.
fn cells(row: &[u8], delimiter: u8) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    for (at, byte) in row.iter().enumerate() {
        if *byte == b'"' {
            quoted = !quoted;
        } else if *byte == delimiter && !quoted {
            out.push((start, at));
            start = at + 1;
        }
    }
    out.push((start, row.len()));
    out
}

/// National Insurance numbers by their form: two letters that are used, six digits, A to D.
/// Source: HMRC National Insurance Manual NIM39110.
fn ninos(text: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at + 9 <= text.len() {
            let start = at;
            at += 1;
            if !text[start].is_ascii_uppercase() || (start > 0 && text[start - 1].is_ascii_alphanumeric()) {
                continue;
            }
            if let Some(end) = nino(text, start) {
                at = end;
                return Some((start, end));
            }
        }
        None
    })
}

fn nino(text: &[u8], start: usize) -> Option<usize> {
    let mut kept = [0u8; 9];
    let mut at = start;
    for slot in &mut kept {
        if text.get(at) == Some(&b' ') {
            at += 1;
        }
        *slot = *text.get(at)?;
        at += 1;
    }
    let [first, second, digits @ .., last] = kept;
    let used = first.is_ascii_uppercase()
        && second.is_ascii_uppercase()
        && !b"DFIQUV".contains(&first)
        && !b"DFIQUVO".contains(&second)
        && !matches!(&[first, second], b"BG" | b"GB" | b"NK" | b"KN" | b"TN" | b"NT" | b"ZZ");
    let made_up = &digits == b"123456" || &digits == b"654321" || digits.iter().all(|d| *d == digits[0]);
    let fits = used
        && digits.iter().all(u8::is_ascii_digit)
        && (b'A'..=b'D').contains(&last)
        && !made_up
        && !text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    fits.then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Issuable numbers are put together here, so that none stands in this file.
    fn number(first: &str) -> String {
        (0..10)
            .map(|last| format!("{first}{last}"))
            .find(|text| {
                let digits: Vec<u8> = text.bytes().map(|b| b - b'0').collect();
                digits.try_into().is_ok_and(number::is_valid)
            })
            .unwrap()
    }

    fn seen(path: &str, text: &str) -> Vec<(&'static str, Grade)> {
        search(path, text.as_bytes(), Facts::shipped().unwrap()).0.iter().map(|s| (s.kind, s.grade)).collect()
    }

    #[test]
    fn a_row_with_name_and_birth_is_a_record() {
        let row = format!("nhs_number,surname,dob\n{},Smith,1970-02-03\n", number("456319872"));
        assert_eq!(seen("p.csv", &row), [("nhs-number", Grade::Record)]);
        let row = format!("nhs_number,practice\n{},A81001\n", number("456319872"));
        assert_eq!(seen("p.csv", &row), [("nhs-number", Grade::Context)]);
        let row = format!("order,total\n{},12\n", number("456319872"));
        assert_eq!(seen("p.csv", &row), []);
    }

    #[test]
    fn structured_text_is_read_around_the_number() {
        let n = number("623450981");
        let patient = format!(
            r#"{{"resourceType":"Patient","identifier":[{{"system":"https://fhir.example/nhs-number","value":"{n}"}}],"name":[{{"family":"Hargreave"}}],"birthDate":"1980-01-01"}}"#
        );
        assert_eq!(seen("a.json", &patient), [("nhs-number", Grade::Record)]);
        assert_eq!(seen("a.py", &format!("nhs_number = '{n}'")), [("nhs-number", Grade::Context)]);
        assert_eq!(seen("a.py", &format!("timestamp = {n}")), []);
        let segment = format!("MSH|^~\\&|A\rPID|1||{n}^^^NHS||HARGREAVE^MOIRA||19800101|F\r");
        assert_eq!(seen("m.hl7", &segment), [("nhs-number", Grade::Record)]);
    }

    #[test]
    fn tests_and_examples_are_counted_only() {
        let text = format!("nhs number {} and 943 476 5919 and 401 023 2137", number("999012345"));
        let (seen, counts) = search("a.md", text.as_bytes(), Facts::shipped().unwrap());
        assert_eq!(seen, []);
        assert_eq!(counts, Counts { test: 1, never: 1, example: 1, ..Counts::default() });
    }

    #[test]
    fn a_few_numbers_in_a_test_illustrate_and_many_are_data() {
        let text: String = (456_000_000u32..)
            .flat_map(|first| (0..10).map(move |last| format!("{first}{last}")))
            .filter(|text| number::runs(text.as_bytes()).any(|run| number::is_valid(run.digits)))
            .take(40)
            .map(|number| format!("nhs number: {number}\n"))
            .collect();
        let few: String = text.lines().take(4).map(|l| format!("{l}\n")).collect();
        assert_eq!(seen("tests/a.txt", &few), []);
        assert_eq!(seen("src/a.txt", &few).len(), 4);
        assert_eq!(seen("tests/a.txt", &text).len(), 40);
    }

    #[test]
    fn a_national_insurance_number_needs_its_name_beside_it() {
        let nino = ["AB", "30", "91", "27", "C"].concat();
        assert_eq!(seen("a.txt", &format!("NINO: {nino}")), [(NINO, Grade::Context)]);
        assert_eq!(seen("a.txt", &format!("serial {nino}")), []);
        assert_eq!(seen("a.txt", "nino AB123456C QQ123456C"), []);
    }
}
