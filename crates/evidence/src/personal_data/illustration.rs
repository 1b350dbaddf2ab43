//! Which numbers only illustrate: examples that documentation and tests print.
//!
//! Decides by principle, never by a list of repositories: (1) a few numbers, known by their name
//! alone, in a file that is there for tests, examples, specifications or mocks, or that describes an
//! interface, or introduced by the word "example"; (2) one number that is used again and again: in
//! three files or more, most of them of that sort, and nowhere beside a name and a date of birth; (3) a record
//! whose name stands for nobody (Doe, Test, Mouse). Many different numbers are data wherever they lie.
//! What is set aside is counted, and (2) and (3) stay in the list as informational. It refuses to say
//! that a number is nobody's.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    number::Value,
    search::{Grade, Sighting},
};
use crate::paths;

/// From so many different numbers on, a file of tests holds data rather than an illustration.
pub const DATA: usize = 5;

/// In so many files a number is used again and again.
const AGAIN: usize = 3;

/// Words, as parts of the names of folders and files, of what is there to illustrate.
const WORDS: [&str; 34] = [
    "test",
    "tests",
    "testing",
    "testdata",
    "example",
    "examples",
    "sample",
    "samples",
    "mock",
    "mocks",
    "stub",
    "stubs",
    "fake",
    "fakes",
    "dummy",
    "demo",
    "fixture",
    "fixtures",
    "sandbox",
    "synthetic",
    "simulator",
    "postman",
    "insomnia",
    "spec",
    "specs",
    "specification",
    "specifications",
    "openapi",
    "oas",
    "swagger",
    "schema",
    "schemas",
    "storybook",
    "stories",
];

/// Whether what lies at this path is there to illustrate.
pub fn is_place(path: &str) -> bool {
    paths::is_test(path)
        || path
            .split(|c: char| !c.is_ascii_alphabetic())
            .any(|word| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// Whether a text describes an interface or the form of data: OpenAPI, AsyncAPI, JSON Schema, a
/// collection of requests.
pub(super) fn describes_interface(text: &[u8]) -> bool {
    const LOOK: usize = 4096;
    let head = &text[..text.len().min(LOOK)];
    let begins_line = |mark: &str| {
        memchr::memmem::find_iter(head, mark.as_bytes()).any(|at| at == 0 || head[at - 1] == b'\n')
    };
    let holds = |mark: &str| memchr::memmem::find(head, mark.as_bytes()).is_some();
    ["openapi: ", "swagger: ", "asyncapi: "].into_iter().any(begins_line)
        || ["\"openapi\":", "\"swagger\":", "json-schema.org/", "getpostman.com/json/collection"]
            .into_iter()
            .any(holds)
}

/// Whether what stands before a number (lower case) introduces it as an example.
pub(super) fn is_introduced(before: &[u8]) -> bool {
    if ["e.g.", "for instance", "such as"]
        .iter()
        .any(|words| memchr::memmem::find(before, words.as_bytes()).is_some())
    {
        return true;
    }
    // `example: `, `examples=[`, `"example" :`, `example number is`; not the host `x.example/`.
    memchr::memmem::find_iter(before, b"example").any(|at| {
        let free = at == 0 || !(before[at - 1].is_ascii_alphanumeric() || before[at - 1] == b'.');
        let behind = before[at + 7..].strip_prefix(b"s").unwrap_or(&before[at + 7..]);
        free && behind.first().is_none_or(|b| matches!(b, b':' | b'=' | b' ' | b'"' | b'\'' | b'(' | b'\n'))
    })
}

/// Takes out what only illustrates at this path: fewer than [`DATA`] different numbers known by their
/// name alone.
pub fn set_aside(path: &str, seen: &mut Vec<Sighting>) {
    let place = is_place(path);
    let different: BTreeSet<Value> =
        seen.iter().filter(|s| s.grade == Grade::Context).map(|s| s.value).collect();
    if different.len() < DATA {
        seen.retain(|s| s.grade != Grade::Context || !(s.shown || place));
    }
}

/// Where each number stands, over all files.
#[derive(Debug, Default)]
pub struct Uses {
    of: BTreeMap<Value, Use>,
}

#[derive(Debug, Default)]
struct Use {
    mild: BTreeSet<String>,
    plain: BTreeSet<String>,
    record: bool,
}

impl Uses {
    /// Takes note of everything seen in one file.
    pub fn note(&mut self, path: &str, seen: &[Sighting]) {
        /// More files than this say no more.
        const MOST: usize = 64;
        let place = is_place(path);
        for sighting in seen {
            let known = self.of.entry(sighting.value).or_default();
            known.record |= sighting.grade == Grade::Record && !sighting.shown;
            let list = if place || sighting.shown { &mut known.mild } else { &mut known.plain };
            if list.len() < MOST {
                list.insert(path.to_owned());
            }
        }
    }

    /// Whether a sighting, which stands in the list, is told as informational: its number is used again
    /// and again as an example, or the name beside it stands for nobody.
    pub fn only_illustrates(&self, seen: &Sighting) -> bool {
        if seen.grade == Grade::Record {
            return seen.shown;
        }
        self.of.get(&seen.value).is_some_and(|known| {
            let files = known.mild.union(&known.plain).count();
            !known.record && files >= AGAIN && known.mild.len() * 2 > files
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(grade: Grade, value: &[u8], shown: bool) -> Sighting {
        Sighting { kind: "nhs-number", grade, offset: 0, shown, value: Value::of(value) }
    }

    #[test]
    fn places_and_words_of_examples() {
        for path in ["specification/a.yaml", "cron/seed_sandbox/a.json", "schemas1.1.0/a.yaml", "oas.json"] {
            assert!(is_place(path), "{path}");
        }
        for path in ["src/latest.py", "data/patients.csv", "export/attested.json", "speciality/a.csv"] {
            assert!(!is_place(path), "{path}");
        }
        assert!(is_introduced(b"examples=[\"https://x/nhs-number|") && is_introduced(b"nhs number, e.g. "));
        assert!(!is_introduced(b"https://fhir.example/nhs-number\",\"value\":\""));
        assert!(
            describes_interface(b"# x\nopenapi: 3.0.1\ninfo:")
                && describes_interface(b"{\"openapi\": \"3\"}")
        );
        assert!(describes_interface(b"{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\"}"));
        assert!(!describes_interface(b"we moved to openapi: it is good"));
    }

    #[test]
    fn one_number_again_and_again_illustrates_unless_it_is_somebodys_record() {
        let one = sighting(Grade::Context, b"1", false);
        let mut uses = Uses::default();
        uses.note("proxies/a.xml", &[one]);
        assert!(!uses.only_illustrates(&one));
        uses.note("specification/a.yaml", &[one]);
        uses.note("specification/b.yaml", &[one]);
        assert!(uses.only_illustrates(&one));
        uses.note("src/b.py", &[one]);
        assert!(!uses.only_illustrates(&one), "as often in code");
        uses.note("tests/c.py", &[one]);
        uses.note("tests/d.py", &[one]);
        assert!(uses.only_illustrates(&one));
        uses.note("x.csv", &[sighting(Grade::Record, b"1", false)]);
        assert!(!uses.only_illustrates(&one));
        assert!(uses.only_illustrates(&sighting(Grade::Record, b"2", true)));
    }

    #[test]
    fn few_illustrate_and_many_are_data() {
        let few = |count: u32, grade: Grade| -> usize {
            let mut seen: Vec<_> =
                (0..12).map(|n| sighting(grade, (n % count).to_string().as_bytes(), false)).collect();
            set_aside("tests/a.py", &mut seen);
            seen.len()
        };
        assert_eq!((few(4, Grade::Context), few(5, Grade::Context), few(1, Grade::Record)), (0, 12, 12));
    }
}
