//! How a text is scanned for secrets, in three steps.
//!
//! 1. One pass of an Aho-Corasick automaton finds the keywords of all rules. Most text ends here.
//! 2. Around each keyword the rule's pattern is tried on a window, clipped to the line unless the
//!    rule runs across lines. Windows of one rule that touch are joined, so that each byte is
//!    tried at most once a rule: the work grows with the length of the text, whatever it holds.
//! 3. Matches are checked ([`super::verify`], [`super::doubt`]); those dropped are counted with the
//!    reason. Where matches overlap, the rule that stands first in the list keeps the place.

use std::{collections::BTreeMap, ops::Range};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::{memchr, memrchr};

use domain::Digest;

use super::{
    decode,
    doubt::{self, Doubt, Doubts},
    rule::{BadRule, NEAR, Rule},
    verify,
};
use crate::paths;

/// More matches than this in one file are not kept; the file is then listed as not fully read.
pub const MOST_HITS: usize = 10_000;

/// The groups of a pattern that may hold the value, one a branch.
pub const GROUPS: [&str; 4] = ["secret", "secret2", "secret3", "secret4"];

/// The rules, ready to be run.
#[derive(Debug)]
pub struct Scanner {
    rules: Vec<Rule>,
    keywords: AhoCorasick,
    /// For each keyword the rules that asked for it.
    askers: Vec<Vec<usize>>,
    doubts: Doubts,
}

/// A match that stood up to every check. Holds offsets, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Index of the rule.
    pub rule: usize,
    /// Where the value, or the encoded run that holds it, lies in the text.
    pub value: Range<usize>,
    /// Where in what the run decodes to the value lies; none where it stands plainly.
    pub decoded: Option<Range<usize>>,
}

impl Hit {
    /// The digest of the value: the same wherever and however it stands.
    pub fn digest(&self, text: &[u8]) -> Digest {
        let run = &text[self.value.clone()];
        let inner =
            self.decoded.as_ref().and_then(|at| Some(Digest::of(decode::decode(run)?.get(at.clone())?)));
        inner.unwrap_or_else(|| Digest::of(run))
    }

    /// Where it is, as identities name it.
    pub fn offset(&self) -> String {
        match &self.decoded {
            None => self.value.start.to_string(),
            Some(inner) => format!("{}+{}", self.value.start, inner.start),
        }
    }

    /// The order in which matches of a text stand.
    pub(crate) fn order(&self) -> (usize, usize, usize, usize) {
        (self.value.start, self.decoded.as_ref().map_or(0, |at| at.start), self.rule, self.value.end)
    }
}

/// What one text held.
#[derive(Debug, Default)]
pub struct Scanned {
    /// Matches, in the order of the text, none overlapping.
    pub hits: Vec<Hit>,
    /// How many matches were dropped, by reason.
    pub dropped: BTreeMap<Doubt, u64>,
    /// More matches than [`MOST_HITS`]: the rest were not looked at.
    pub cut: bool,
}

impl Scanner {
    /// Makes rules ready.
    ///
    /// # Errors
    /// When the keywords cannot be compiled or the list of placeholders cannot be read.
    pub fn new(rules: Vec<Rule>) -> Result<Self, BadRule> {
        let mut askers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, rule) in rules.iter().enumerate() {
            for word in &rule.keywords {
                askers.entry(word.clone()).or_default().push(index);
            }
        }
        let keywords = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(askers.keys())
            .map_err(|e| BadRule::Pattern { id: "keywords".to_owned(), why: e.to_string() })?;
        Ok(Self { rules, keywords, askers: askers.into_values().collect(), doubts: Doubts::shipped()? })
    }

    /// The rules, in the order of precedence.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Scans one text. The path decides which rules are tried, nothing else.
    pub fn scan(&self, path: &str, text: &[u8]) -> Scanned {
        let name = paths::file_name(path).to_ascii_lowercase();
        let generated = paths::is_lock_or_generated(path);
        let takes: Vec<bool> =
            self.rules.iter().map(|rule| rule.takes(&name) && !(rule.guessed && generated)).collect();
        let mut out = Scanned::default();
        self.run(path, text, |index| takes[index], &mut out);
        let plain = out.hits.len();
        self.scan_encoded(text, 0..text.len(), &mut Vec::new(), &mut out);
        let encoded = out.hits.split_off(plain.min(out.hits.len()));
        out.hits.extend(super::sweep::stands(&self.rules, path, &encoded));
        settle(&mut out.hits);
        out
    }

    /// Runs the rules that are wanted over a whole text.
    fn run(&self, path: &str, text: &[u8], takes: impl Fn(usize) -> bool, out: &mut Scanned) {
        let mut pending: Vec<Option<Range<usize>>> = vec![None; self.rules.len()];
        for found in self.keywords.find_overlapping_iter(text) {
            for &index in &self.askers[found.pattern().as_usize()] {
                if !takes(index) {
                    continue;
                }
                let window = window(&self.rules[index], text, found.range());
                match &mut pending[index] {
                    Some(waiting) if window.start <= waiting.end => {
                        waiting.start = waiting.start.min(window.start);
                        waiting.end = waiting.end.max(window.end);
                    }
                    waiting => {
                        if let Some(ready) = waiting.replace(window) {
                            self.try_rule(index, path, text, ready, out);
                        }
                    }
                }
            }
            if out.cut {
                break;
            }
        }
        for (index, waiting) in pending.into_iter().enumerate() {
            if let Some(ready) = waiting {
                self.try_rule(index, path, text, ready, out);
            }
        }
    }

    /// Scans what stands encoded in a part of a text, whatever the path; `seen` takes where each run that
    /// decodes begins.
    pub(crate) fn scan_encoded(
        &self,
        text: &[u8],
        part: Range<usize>,
        seen: &mut Vec<usize>,
        out: &mut Scanned,
    ) {
        /// What is longer is a file (a source map, a page), not a value: nothing is guessed in it.
        const VALUE: usize = 4096;
        for (run, decoded) in decode::runs(text, part) {
            seen.push(run.start);
            let mut inner = Scanned::default();
            let whole = decoded.len() > VALUE;
            self.run("", &decoded, |index| !(whole && self.rules[index].guessed), &mut inner);
            inner.hits.sort_by_key(Hit::order);
            inner.hits.dedup();
            out.cut |= inner.cut || out.hits.len() + inner.hits.len() > MOST_HITS;
            if out.cut {
                return;
            }
            for hit in inner.hits {
                out.hits.push(Hit { rule: hit.rule, value: run.clone(), decoded: Some(hit.value) });
            }
        }
    }

    /// Tries one rule's pattern on one window of a text.
    pub(crate) fn try_rule(
        &self,
        index: usize,
        path: &str,
        text: &[u8],
        window: Range<usize>,
        out: &mut Scanned,
    ) {
        let rule = &self.rules[index];
        // The shipped rules all compile (a test holds that); one that did not would find nothing.
        let Ok(pattern) = rule.pattern() else { return };
        for captures in pattern.captures_iter(&text[window.clone()]) {
            let Some(whole) = captures.get(0) else { continue };
            let value = GROUPS.iter().find_map(|group| captures.name(group)).unwrap_or(whole);
            let at = window.start + value.start()..window.start + value.end();
            let around = window.start + whole.start()..window.start + whole.end();
            let reserved = captures.name("host").is_some_and(|host| doubt::is_reserved_host(host.as_bytes()));
            let doubt =
                if reserved { Some(Doubt::Placeholder) } else { self.doubt(rule, path, text, &at, &around) };
            match doubt {
                Some(reason) => *out.dropped.entry(reason).or_default() += 1,
                None if out.hits.len() >= MOST_HITS => {
                    out.cut = true;
                    return;
                }
                None => out.hits.push(Hit { rule: index, value: at, decoded: None }),
            }
        }
    }

    fn doubt(
        &self,
        rule: &Rule,
        path: &str,
        text: &[u8],
        value: &Range<usize>,
        around: &Range<usize>,
    ) -> Option<Doubt> {
        let bytes = &text[value.clone()];
        if !rule.near.is_empty() && !has_near(&rule.near, text, around) {
            return Some(Doubt::Context);
        }
        if rule.reach > 0 && !is_beside(rule, text, value.start) {
            return Some(Doubt::Context);
        }
        match verify::check(rule.check, bytes) {
            verify::Answer::Proved => return None,
            verify::Answer::Refuted => return Some(Doubt::Check),
            verify::Answer::ShortLived => return Some(Doubt::ShortLived),
            verify::Answer::Possible => {}
        }
        if rule.entropy_tenths > 0 && verify::entropy_tenths(bytes) < rule.entropy_tenths {
            return Some(Doubt::Entropy);
        }
        self.doubts.about(rule, path, bytes).or_else(|| doubt::by_surroundings(rule, text, value))
    }
}

/// The part of a text in which a match of this rule beside this keyword lies.
pub(crate) fn window(rule: &Rule, text: &[u8], keyword: Range<usize>) -> Range<usize> {
    let start = keyword.start.saturating_sub(rule.before);
    let end = keyword.end.saturating_add(rule.after).min(text.len());
    if rule.across_lines {
        return start..end;
    }
    let start = memrchr(b'\n', &text[start..keyword.start]).map_or(start, |at| start + at + 1);
    let end = memchr(b'\n', &text[keyword.end..end]).map_or(end, |at| keyword.end + at);
    start..end
}

/// Whether a keyword of a rule stands on the same line, so near before a value as it asks.
fn is_beside(rule: &Rule, text: &[u8], value: usize) -> bool {
    let before = text[value.saturating_sub(rule.reach)..value].to_ascii_lowercase();
    let line = memrchr(b'\n', &before).map_or(0, |at| at + 1);
    // A digest says that it is one.
    if [&b"sha256:"[..], b"sha1:", b"sha512:", b"md5:"].iter().any(|name| before.ends_with(name)) {
        return false;
    }
    rule.keywords.iter().any(|word| memchr::memmem::find(&before[line..], word.as_bytes()).is_some())
}

fn has_near(words: &[String], text: &[u8], around: &Range<usize>) -> bool {
    let from = around.start.saturating_sub(NEAR);
    let to = around.end.saturating_add(NEAR).min(text.len());
    // The match itself may be long; its own text is context too, but only its ends.
    let lower = |part: &[u8]| part.to_ascii_lowercase();
    let head = lower(&text[from..around.end.min(around.start + NEAR)]);
    let tail = lower(&text[around.start.max(around.end.saturating_sub(NEAR))..to]);
    words
        .iter()
        .any(|word| [&head, &tail].iter().any(|part| memchr::memmem::find(part, word.as_bytes()).is_some()))
}

/// Sorts, and where values overlap keeps the one whose rule comes first.
pub(crate) fn settle(hits: &mut Vec<Hit>) {
    hits.sort_by_key(Hit::order);
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits.drain(..) {
        match kept.last_mut() {
            Some(last) if overlap(last, &hit) => {
                if hit.rule < last.rule {
                    *last = hit;
                }
            }
            _ => kept.push(hit),
        }
    }
    *hits = kept;
}

/// Whether a match overlaps the one before it; in one encoded run, by where they lie in what it
/// decodes to.
fn overlap(last: &Hit, hit: &Hit) -> bool {
    match (&last.decoded, &hit.decoded) {
        (Some(one), Some(other)) if last.value == hit.value => other.start < one.end,
        _ => hit.value.start < last.value.end,
    }
}
