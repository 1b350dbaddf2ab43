//! Answer sheets: questions of a form by their code, with the answer given. TOML or JSON.
//!
//! `"C1.1" = "No"` and, in TOML, the unquoted `C1.1 = "No"` are the same code. Which codes a form
//! has, and whether an answer suffices, is decided by whoever asks.

use std::{collections::BTreeMap, fmt};

use serde::de::{MapAccess, Visitor};
use toml::de::{DeTable, DeValue};

use super::strict::{self, Invalid, Lines};

/// The most answers a sheet may hold; the longest form known has about 250 questions.
const MOST_ANSWERS: usize = 5_000;

/// The longest answer kept, in bytes; longer ones are cut, for only their being there counts.
const LONGEST_ANSWER: usize = 16 << 10;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was answered, trimmed. May be empty: asked, not answered.
    pub text: String,
    /// The line, in TOML; in JSON not known.
    pub line: Option<u32>,
}

/// Words that stand where an answer should be.
const NO_ANSWER: [&str; 9] = ["", "none", "n/a", "na", "tbc", "tbd", "todo", "-", "?"];

impl Answer {
    /// Whether anything was answered: "N/A" alone is not an answer; with a reason it is.
    pub fn is_given(&self) -> bool {
        let plain = self.text.trim_end_matches('.').to_ascii_lowercase();
        !NO_ANSWER.contains(&plain.as_str())
    }
}

/// A sheet of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Answers by code.
    pub by_code: BTreeMap<String, Answer>,
}

impl Answers {
    /// Reads a sheet; `.json` names are read as JSON, all others as TOML.
    ///
    /// # Errors
    /// When it cannot be parsed, a value is neither text, number nor yes/no, or it is too large.
    pub fn read(path: &str, bytes: &[u8]) -> Result<Self, Invalid> {
        let text = strict::text(path, bytes)?;
        let is_json = path.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("json"));
        let mut sheet = Self::default();
        if is_json {
            sheet.read_json(path, text)?;
        } else {
            let lines = Lines::of(text.as_bytes());
            let root = DeTable::parse(text).map_err(|error| {
                let line = error.span().map_or(1, |span| lines.at(span.start));
                let hint = "put codes in quotation marks where one begins with another: \"C1.2\" = …";
                Invalid::one(path, line, format!("not valid TOML ({hint})"))
            })?;
            sheet.read_toml(path, &lines, "", root.get_ref())?;
        }
        Ok(sheet)
    }

    fn add(&mut self, path: &str, code: String, text: &str, line: Option<u32>) -> Result<(), Invalid> {
        let at = line.unwrap_or(1);
        if self.by_code.len() >= MOST_ANSWERS {
            return Err(Invalid::one(path, at, format!("more than {MOST_ANSWERS} answers")));
        }
        let mut end = text.len().min(LONGEST_ANSWER);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let answer = Answer { text: text[..end].trim().to_owned(), line };
        if self.by_code.insert(code, answer).is_some() {
            return Err(Invalid::one(path, at, "a code is answered twice"));
        }
        Ok(())
    }

    fn read_toml(
        &mut self,
        path: &str,
        lines: &Lines,
        prefix: &str,
        table: &DeTable<'_>,
    ) -> Result<(), Invalid> {
        for (key, value) in table.iter() {
            let at = lines.at(key.span().start);
            let key = key.get_ref().as_ref();
            let code = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
            if code.len() > 128 {
                return Err(Invalid::one(path, at, "a code of more than 128 letters"));
            }
            match value.get_ref() {
                DeValue::Table(inner) => self.read_toml(path, lines, &code, inner)?,
                DeValue::String(answer) => self.add(path, code, answer, Some(at))?,
                DeValue::Boolean(yes) => self.add(path, code, yes_or_no(*yes), Some(at))?,
                DeValue::Integer(number) => self.add(path, code, number.as_str(), Some(at))?,
                DeValue::Float(number) => self.add(path, code, number.as_str(), Some(at))?,
                DeValue::Datetime(when) => self.add(path, code, &when.to_string(), Some(at))?,
                DeValue::Array(_) => {
                    return Err(Invalid::one(
                        path,
                        at,
                        "an answer is a text, a number, a day, true or false",
                    ));
                }
            }
        }
        Ok(())
    }

    fn read_json(&mut self, path: &str, text: &str) -> Result<(), Invalid> {
        let Pairs(pairs) = serde_json::from_str(text).map_err(|error| {
            Invalid::one(
                path,
                u32::try_from(error.line()).unwrap_or(1),
                "not a JSON object of codes and answers",
            )
        })?;
        for (code, value) in pairs {
            match value {
                serde_json::Value::String(answer) => self.add(path, code, &answer, None)?,
                serde_json::Value::Bool(yes) => self.add(path, code, yes_or_no(yes), None)?,
                serde_json::Value::Number(number) => self.add(path, code, &number.to_string(), None)?,
                serde_json::Value::Null => self.add(path, code, "", None)?,
                _ => return Err(Invalid::one(path, 1, "an answer is a text, a number, true or false")),
            }
        }
        Ok(())
    }
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// A JSON object with every pair it holds, repeated keys included.
struct Pairs(Vec<(String, serde_json::Value)>);

impl<'de> serde::Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Pairs;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of codes and answers")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}
