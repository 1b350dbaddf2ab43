//! Scanning parts of a text whose path is not known yet, for a history read object by object.
//!
//! What the path decides (which files a rule is tried on, what is left out in tests and generated
//! files) is decided afterwards by [`stands`], so that one look at an object serves every path it
//! ever had. Rules whose match lies within one line are tried on the lines that are new;
//! rules that run over lines, or look at what stands around, are tried on the whole text as soon as
//! one of their words occurs in it. A scan of the whole text finds the same, and a test holds that.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::{
    doubt,
    rule::{BadRule, Rule},
    scan::{self, Hit, Scanned, Scanner},
};
use crate::paths;

/// Words of which one stands before a National Insurance number: the other search of a history
/// asks for them in the same pass.
type Others<'a> = &'a [String];

/// The rules, split by how far a match may reach.
#[derive(Debug)]
pub struct Sweep {
    scanner: &'static Scanner,
    lines: AhoCorasick,
    /// For each word of `lines`, what it asks for.
    asked: Vec<Asked>,
    wide: AhoCorasick,
    /// For each word of `wide`, the rules it asks for, and whether it wakes them.
    wide_rules: Vec<(Vec<usize>, bool)>,
}

#[derive(Debug, Default)]
struct Asked {
    rules: Vec<usize>,
    wide: bool,
    other: bool,
}

/// What is used again from text to text; one a thread.
#[derive(Debug, Default)]
pub struct Scratch {
    pending: Vec<Option<Range<usize>>>,
    touched: Vec<usize>,
}

/// What a pass over lines saw beside matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saw {
    /// A word of a rule that reaches over lines.
    pub wide: bool,
    /// Where a word of the other search ended.
    pub others: Vec<usize>,
    /// Where any word began, and where anything that decodes to text.
    pub busy: Vec<usize>,
}

fn is_wide(rule: &Rule) -> bool {
    rule.across_lines || !rule.near.is_empty()
}

impl Sweep {
    /// Splits the rules; `others` are words, lower case, that the caller wants to hear of.
    ///
    /// # Errors
    /// When the words cannot be compiled.
    pub fn new(scanner: &'static Scanner, others: Others<'_>) -> Result<Self, BadRule> {
        use std::collections::BTreeMap;
        let mut lines: BTreeMap<&str, Asked> = BTreeMap::new();
        let mut wide: BTreeMap<&str, (Vec<usize>, bool)> = BTreeMap::new();
        for (index, rule) in scanner.rules().iter().enumerate() {
            if !is_wide(rule) {
                for word in &rule.keywords {
                    lines.entry(word).or_default().rules.push(index);
                }
                continue;
            }
            for word in &rule.keywords {
                wide.entry(word).or_default().0.push(index);
            }
            // The rarer words wake the rule: without one of those that must stand near, nothing matches.
            for word in if rule.near.is_empty() { &rule.keywords } else { &rule.near } {
                lines.entry(word).or_default().wide = true;
                wide.entry(word).or_default().1 = true;
            }
        }
        for word in others {
            lines.entry(word).or_default().other = true;
        }
        let build = |words: Vec<&str>| {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::Standard)
                .kind(Some(AhoCorasickKind::DFA))
                .build(words)
                .map_err(|e| BadRule::Pattern { id: "keywords".to_owned(), why: e.to_string() })
        };
        Ok(Self {
            scanner,
            lines: build(lines.keys().copied().collect())?,
            asked: lines.into_values().collect(),
            wide: build(wide.keys().copied().collect())?,
            wide_rules: wide.into_values().collect(),
        })
    }

    /// Scans whole lines of a text for what lies within a line. The range starts at the start of a
    /// line and ends at the end of one.
    pub fn lines(&self, text: &[u8], range: Range<usize>, scratch: &mut Scratch, out: &mut Scanned) -> Saw {
        let mut saw = Saw::default();
        scratch.start(self.scanner.rules().len());
        let input = aho_corasick::Input::new(text).range(range.clone());
        for found in self.lines.find_overlapping_iter(input) {
            let asked = &self.asked[found.pattern().as_usize()];
            saw.busy.push(found.start());
            saw.wide |= asked.wide;
            if asked.other {
                saw.others.push(found.end());
            }
            for &index in &asked.rules {
                self.add(index, text, found.range(), scratch, out);
            }
            if out.cut {
                break;
            }
        }
        self.finish(text, scratch, out);
        if !out.cut {
            self.scanner.scan_encoded(text, range, &mut saw.busy, out);
        }
        saw
    }

    /// Scans a whole text for what reaches over lines; whether a word stands in it that wakes such
    /// a rule.
    pub fn wide(&self, text: &[u8], scratch: &mut Scratch, out: &mut Scanned) -> bool {
        let mut awake = false;
        scratch.start(self.scanner.rules().len());
        for found in self.wide.find_overlapping_iter(text) {
            let (rules, wakes) = &self.wide_rules[found.pattern().as_usize()];
            awake |= wakes;
            for &index in rules {
                self.add(index, text, found.range(), scratch, out);
            }
            if out.cut {
                break;
            }
        }
        self.finish(text, scratch, out);
        awake
    }

    fn add(
        &self,
        index: usize,
        text: &[u8],
        keyword: Range<usize>,
        scratch: &mut Scratch,
        out: &mut Scanned,
    ) {
        let window = scan::window(&self.scanner.rules()[index], text, keyword);
        match &mut scratch.pending[index] {
            Some(waiting) if window.start <= waiting.end => {
                waiting.start = waiting.start.min(window.start);
                waiting.end = waiting.end.max(window.end);
            }
            waiting => match waiting.replace(window) {
                Some(ready) => self.scanner.try_rule(index, "", text, ready, out),
                None => scratch.touched.push(index),
            },
        }
    }

    fn finish(&self, text: &[u8], scratch: &mut Scratch, out: &mut Scanned) {
        while let Some(index) = scratch.touched.pop() {
            if let Some(ready) = scratch.pending[index].take() {
                self.scanner.try_rule(index, "", text, ready, out);
            }
        }
    }

    /// The rules.
    pub fn rules(&self) -> &'static [Rule] {
        self.scanner.rules()
    }
}

impl Scratch {
    fn start(&mut self, rules: usize) {
        self.pending.resize(rules, None);
        self.touched.clear();
    }
}

/// Of matches found without a path, those that stand at this path; settled as a scan of the tree
/// settles them.
pub fn stands(rules: &[Rule], path: &str, hits: &[Hit]) -> Vec<Hit> {
    let name = paths::file_name(path).to_ascii_lowercase();
    let generated = paths::is_lock_or_generated(path);
    let mut out: Vec<Hit> = hits
        .iter()
        .filter(|hit| {
            let rule = &rules[hit.rule];
            rule.takes(&name) && !(rule.guessed && generated) && doubt::by_path(rule, path).is_none()
        })
        .cloned()
        .collect();
    scan::settle(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::scanner;

    #[test]
    fn finds_what_the_scan_of_a_tree_finds() {
        let scanner = scanner().unwrap();
        let sweep = Sweep::new(scanner, &[]).unwrap();
        let mut scratch = Scratch::default();
        let mut compared = 0;
        for rule in scanner.rules() {
            // A line is remembered by itself: no word may reach over its end.
            assert!(rule.keywords.iter().chain(&rule.near).all(|word| !word.contains('\n')), "{}", rule.id);
            for example in rule.examples.iter().chain(&rule.counter_examples) {
                let path = example.path.as_deref().unwrap_or("src/settings.txt");
                let text = format!("first line\n{}\nlast line", example.whole());
                let mut out = Scanned::default();
                let saw = sweep.lines(text.as_bytes(), 0..text.len(), &mut scratch, &mut out);
                if saw.wide {
                    assert!(sweep.wide(text.as_bytes(), &mut scratch, &mut out));
                }
                let tree = scanner.scan(path, text.as_bytes());
                assert_eq!(stands(scanner.rules(), path, &out.hits), tree.hits, "{} at {path}", rule.id);
                compared += 1;
            }
        }
        assert!(compared > 500, "{compared}");
    }
}
