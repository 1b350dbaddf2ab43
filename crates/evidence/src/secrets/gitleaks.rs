//! What a repository's own `.gitleaks.toml` and `.gitleaksignore` say of its secrets.
//!
//! Decides which findings they speak of, and runs the rules they add over the tree. It refuses to
//! let them set a key aside: such a file names neither owner nor end. What it allows is therefore a
//! *doubt*, and only where we doubt as well: a value known by the name beside it stays in the list,
//! low, and no longer refuses; a value known by its own form, a private key above all, stands
//! as it did. An exception `not-real` with owner and end is the way for those.
//!
//! An ignored line counts with its commit, path and the value that commit brought there; a line
//! without a commit may hold another value by now, so it is named as not honoured. So is whatever else
//! of the two files is not read: it stands in coverage.
//!
//! Evidence `gitleaks`, where one of the files is there:
//! ```json
//! { "config": true, "ignore": true, "doubted": 2, "stood": 1, "rules": 3, "found": 1 }
//! ```
//! The files are read from the tree, and those that they extend inside it; an allow-list that looks at values
//! speaks of what stands in the tree, because values of the history are not kept. The allow-list of one rule
//! speaks of what a rule of that name would find: of what an added rule found, of guesses for gitleaks' own
//! guess (`generic-api-key`), else of rules here that begin with the same word (`aws-…`).

use std::collections::BTreeMap;

use domain::{Coverage, Digest, Evidence, Finding, FindingKind, Place, Severity};
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;
use serde_json::json;

use super::{scanner, texts_at, verify};
use crate::{
    collector::Observed,
    material::Material,
    paths,
    text::{self, Content, Lines},
};

/// The collector's name, as evidence and coverage show it.
pub const NAME: &str = "gitleaks";

const CONFIG: &str = ".gitleaks.toml";
const IGNORE: &str = ".gitleaksignore";

/// More patterns than this are not compiled.
const MOST_PATTERNS: usize = 500;

/// More finds of one added rule than this are counted as one.
const MOST_FINDINGS: usize = 100;

/// Texts beyond this are not searched by added rules, which may be slow.
const LARGEST: u64 = 4 << 20;

#[derive(Debug, Default, Deserialize)]
struct Config {
    extend: Option<Extend>,
    allowlist: Option<AllowList>,
    #[serde(default)]
    allowlists: Vec<AllowList>,
    #[serde(default)]
    rules: Vec<AddedRule>,
}

#[derive(Debug, Deserialize)]
struct Extend {
    path: Option<String>,
    url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AllowList {
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    regexes: Vec<String>,
    #[serde(default)]
    stopwords: Vec<String>,
    #[serde(default)]
    commits: Vec<String>,
    condition: Option<String>,
    regex_target: Option<String>,
    #[serde(default)]
    target_rules: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddedRule {
    #[serde(default)]
    id: String,
    #[serde(default)]
    description: String,
    regex: Option<String>,
    path: Option<String>,
    #[serde(default)]
    secret_group: usize,
    #[serde(default)]
    entropy: f64,
    #[serde(default)]
    keywords: Vec<String>,
    allowlist: Option<AllowList>,
    #[serde(default)]
    allowlists: Vec<AllowList>,
}

/// An allow-list, ready.
#[derive(Debug)]
struct Allow {
    paths: Vec<Regex>,
    regexes: Vec<Regex>,
    stopwords: Vec<String>,
    commits: Vec<String>,
    all: bool,
    whole_line: bool,
    /// The rules, by their gitleaks names, of which it speaks; none is all.
    rules: Vec<String>,
}

/// A place of a finding: path, the commit that brought it there, the value and its line where known.
struct Sight<'a> {
    /// Id of the rule here, and whether it guesses.
    rule: (&'a str, bool),
    path: &'a str,
    commit: Option<&'a str>,
    value: Option<&'a (Vec<u8>, Vec<u8>)>,
}

impl Allow {
    fn allows(&self, sight: &Sight<'_>) -> bool {
        if !self.rules.is_empty() && !self.rules.iter().any(|rule| speaks_of(rule, sight.rule)) {
            return false;
        }
        let mut answers = Vec::new();
        if !self.paths.is_empty() {
            answers.push(self.paths.iter().any(|p| p.is_match(sight.path.as_bytes())));
        }
        if !self.commits.is_empty() {
            let named =
                |commit: &str| self.commits.iter().any(|c| c.len() >= 7 && commit.starts_with(c.as_str()));
            answers.push(sight.commit.is_some_and(named));
        }
        if !self.regexes.is_empty() {
            let matches = |(value, line): &(Vec<u8>, Vec<u8>)| {
                let target = if self.whole_line { line } else { value };
                self.regexes.iter().any(|r| r.is_match(target))
            };
            answers.push(sight.value.is_some_and(matches));
        }
        if !self.stopwords.is_empty() {
            let holds = |(value, _): &(Vec<u8>, Vec<u8>)| {
                let lower = value.to_ascii_lowercase();
                self.stopwords.iter().any(|w| memchr::memmem::find(&lower, w.as_bytes()).is_some())
            };
            answers.push(sight.value.is_some_and(holds));
        }
        if self.all { !answers.is_empty() && answers.iter().all(|a| *a) } else { answers.contains(&true) }
    }
}

/// Whether a rule of this gitleaks name would find what a rule here found.
fn speaks_of(theirs: &str, (id, guessed): (&str, bool)) -> bool {
    if let Some(added) = id.strip_prefix("gitleaks-") {
        return added == plain(theirs);
    }
    let first = |id: &str| id.split('-').next().unwrap_or_default().to_owned();
    if theirs == "generic-api-key" { guessed } else { theirs == id || first(theirs) == first(id) }
}

/// What is read of the two files.
struct Own {
    allows: Vec<Allow>,
    /// Commit and path of each ignored line.
    ignored: Vec<(String, String)>,
    rules: Vec<(AddedRule, Regex, Option<Regex>)>,
    coverage: Coverage,
    patterns: usize,
}

impl Own {
    fn not_honoured(&mut self, file: &str, why: String) {
        const MOST: usize = 50;
        if self.coverage.unread.len() < MOST {
            self.coverage.cannot_read(Place::file(file), why);
        }
    }

    fn pattern(&mut self, text: &str) -> Option<Regex> {
        self.patterns += 1;
        let compiled = (self.patterns <= MOST_PATTERNS)
            .then(|| {
                RegexBuilder::new(text)
                    .size_limit(1 << 20)
                    .dfa_size_limit(2 << 20)
                    .nest_limit(100)
                    .build()
                    .ok()
            })
            .flatten();
        if compiled.is_none() {
            self.not_honoured(
                CONFIG,
                "a pattern that is too large, or not of the syntax read here".to_owned(),
            );
        }
        compiled
    }

    /// Takes an allow-list, of one rule or of those that it names itself.
    fn allow(&mut self, list: AllowList, rule: Option<&str>) {
        let rules = rule.map_or_else(|| list.target_rules.clone(), |rule| vec![rule.to_owned()]);
        let mut paths = Vec::new();
        for text in &list.paths {
            match self.pattern(text) {
                // A path that nobody has: who allows it allows everything.
                Some(pattern) if pattern.is_match(b"qz/8/no such path.zq") => {
                    self.not_honoured(CONFIG, "an allow-list of every path".to_owned());
                }
                pattern => paths.extend(pattern),
            }
        }
        let mut regexes = Vec::new();
        for text in &list.regexes {
            match self.pattern(text) {
                Some(pattern) if pattern.is_match(b"") => {
                    self.not_honoured(CONFIG, "an allow-list of every value".to_owned());
                }
                pattern => regexes.extend(pattern),
            }
        }
        let stopwords =
            list.stopwords.iter().map(|w| w.to_ascii_lowercase()).filter(|w| w.len() >= 3).collect();
        let lost = paths.len() < list.paths.len() || regexes.len() < list.regexes.len();
        let all = list.condition.as_deref().is_some_and(|c| matches!(c, "AND" | "and" | "&&"));
        // With one of its halves gone, "both" would allow more than was meant.
        if all && lost {
            return;
        }
        let whole_line = matches!(list.regex_target.as_deref(), Some("line" | "match"));
        self.allows.push(Allow { paths, regexes, stopwords, commits: list.commits, all, whole_line, rules });
    }
}

fn read(material: &dyn Material, config: Option<&str>, ignore: Option<&str>) -> Own {
    let mut own = Own {
        allows: Vec::new(),
        ignored: Vec::new(),
        rules: Vec::new(),
        coverage: Coverage::new(NAME),
        patterns: 0,
    };
    if let Some(text) = config {
        own.coverage.read += 1;
        read_text(material, CONFIG, text, 0, &mut own);
    }
    if let Some(text) = ignore {
        own.coverage.read += 1;
        let mut by_place = 0u64;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let parts: Vec<&str> = line.split(':').collect();
            match parts.as_slice() {
                [commit, path @ .., _rule, _line]
                    if !path.is_empty()
                        && commit.len() >= 7
                        && commit.bytes().all(|b| b.is_ascii_hexdigit()) =>
                {
                    own.ignored.push(((*commit).to_owned(), path.join(":")));
                }
                _ => by_place += 1,
            }
        }
        if by_place > 0 {
            let why = format!("{by_place} lines without a commit: another value may stand there by now");
            own.not_honoured(IGNORE, why);
        }
    }
    own
}

/// Reads one file, and those that it extends.
fn read_text(material: &dyn Material, file: &str, text: &str, depth: usize, own: &mut Own) {
    match toml::from_str::<Config>(text) {
        Ok(config) => read_config(material, config, depth, own),
        Err(error) => {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            own.not_honoured(file, format!("line {line} is not as gitleaks writes it"));
        }
    }
}

/// The file that another one extends, where it lies in the tree.
fn extended(material: &dyn Material, path: &str) -> Option<(String, String)> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let inside = !path.starts_with('/') && !path.split('/').any(|part| part == "..");
    inside.then(|| text::small(material, path)).flatten().map(|text| (path.to_owned(), text))
}

fn read_config(material: &dyn Material, config: Config, depth: usize, own: &mut Own) {
    /// As deep as gitleaks goes.
    const DEEPEST: usize = 2;
    if let Some(Extend { path, url }) = config.extend {
        if url.is_some() {
            own.not_honoured(CONFIG, "a file elsewhere that it extends".to_owned());
        }
        match path.map(|path| extended(material, &path)) {
            None => {}
            Some(Some((path, text))) if depth < DEEPEST => {
                own.coverage.read += 1;
                read_text(material, &path, &text, depth + 1, own);
            }
            Some(_) => {
                own.not_honoured(CONFIG, "a file that it extends and that is not in the tree".to_owned())
            }
        }
    }
    for list in config.allowlist.into_iter().chain(config.allowlists) {
        own.allow(list, None);
    }
    for mut rule in config.rules {
        for list in rule.allowlist.take().into_iter().chain(std::mem::take(&mut rule.allowlists)) {
            own.allow(list, Some(&rule.id));
        }
        let Some(text) = rule.regex.clone() else { continue };
        let path = match &rule.path {
            Some(text) => match own.pattern(text) {
                Some(pattern) => Some(pattern),
                None => continue,
            },
            None => None,
        };
        if let Some(pattern) = own.pattern(&text) {
            rule.keywords.iter_mut().for_each(|word| word.make_ascii_lowercase());
            own.rules.push((rule, pattern, path));
        }
    }
}

/// Applies the two files of a tree to what was found in it and its history.
pub fn apply(material: &dyn Material, findings: &mut Vec<Finding>) -> Observed {
    let config = text::small(material, CONFIG);
    let ignore = text::small(material, IGNORE);
    if config.is_none() && ignore.is_none() {
        return Observed::default();
    }
    let mut own = read(material, config.as_deref(), ignore.as_deref());
    let added = added(material, &own);
    let found = added.len();
    findings.extend(added);
    let guessed: BTreeMap<String, bool> = scanner()
        .map(|s| s.rules().iter().map(|rule| (rule.id.clone(), rule.guessed)).collect())
        .unwrap_or_default();
    let of_values = own.allows.iter().any(|a| !(a.regexes.is_empty() && a.stopwords.is_empty()));
    let (mut doubted, mut stood, mut unseen) = (0u64, 0u64, 0u64);
    for finding in findings.iter_mut().filter(|f| f.kind == FindingKind::Secret && f.control == "no-secret") {
        let value = if of_values { value_of(material, &own, finding) } else { None };
        unseen += u64::from(of_values && value.is_none());
        // What an added rule finds is known by that rule alone.
        let guess = guessed.get(&finding.id).copied().unwrap_or(true);
        if !is_allowed(&own, finding, guess, value.as_ref()) {
            continue;
        }
        if guess {
            doubted += 1;
            "disclosure".clone_into(&mut finding.control);
            finding.severity = Some(Severity::Low);
            finding.title = format!("{} (allow-listed by the repository's own gitleaks file)", finding.title);
        } else {
            stood += 1;
        }
    }
    if unseen > 0 {
        own.not_honoured(
            CONFIG,
            format!("its patterns of values, for {unseen} secrets that are not in the tree"),
        );
    }
    if !own.rules.is_empty() {
        own.not_honoured(CONFIG, "its own rules, over the history".to_owned());
    }
    let value = json!({
        "config": config.is_some(),
        "ignore": ignore.is_some(),
        "doubted": doubted,
        "stood": stood,
        "rules": own.rules.len(),
        "found": found,
    });
    let evidence = Evidence::new(NAME, value, NAME).into_iter().collect();
    Observed { evidence, findings: Vec::new(), coverage: vec![own.coverage] }
}

/// Whether every place of a finding is allowed.
fn is_allowed(own: &Own, finding: &Finding, guess: bool, value: Option<&(Vec<u8>, Vec<u8>)>) -> bool {
    let rule = (finding.id.as_str(), guess);
    let mut sights: Vec<Sight<'_>> = finding
        .history
        .iter()
        .map(|seen| Sight { rule, path: &seen.path, commit: Some(&seen.first.id), value })
        .collect();
    if sights.is_empty() {
        sights = finding
            .places
            .iter()
            .map(|place| Sight { rule, path: &place.path, commit: None, value })
            .collect();
    }
    let ignored = |sight: &Sight<'_>| {
        sight.commit.is_some_and(|id| {
            own.ignored.iter().any(|(commit, path)| id.starts_with(commit.as_str()) && *path == sight.path)
        })
    };
    !sights.is_empty()
        && sights.iter().all(|sight| ignored(sight) || own.allows.iter().any(|allow| allow.allows(sight)))
}

/// The value of a finding that stands in the tree, and its line. It leaves this file for nowhere.
fn value_of(material: &dyn Material, own: &Own, finding: &Finding) -> Option<(Vec<u8>, Vec<u8>)> {
    let scanner = scanner().ok()?;
    for place in &finding.places {
        for text in texts_at(material, &place.path) {
            let mut lines = Lines::of(&text);
            let added = own.rules.iter().filter(|(rule, ..)| added_id(rule) == finding.id);
            for (rule, pattern, _) in added {
                for value in
                    pattern.captures_iter(&text).take(MOST_FINDINGS).filter_map(|c| value_in(rule, &c))
                {
                    if Some(lines.line(value.start)) == place.line {
                        let line = line_at(&text, value.start);
                        return Some((text[value].to_vec(), line.to_vec()));
                    }
                }
            }
            let mut lines = Lines::of(&text);
            for hit in scanner.scan(&place.path, &text).hits {
                let here = Some(lines.line(hit.value.start)) == place.line;
                if here && hit.decoded.is_none() && scanner.rules()[hit.rule].id == finding.id {
                    let line = line_at(&text, hit.value.start);
                    return Some((text[hit.value].to_vec(), line.to_vec()));
                }
            }
        }
    }
    None
}

fn line_at(text: &[u8], at: usize) -> &[u8] {
    let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |nl| nl + 1);
    let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |nl| at + nl);
    &text[start..end]
}

/// What the added rules find in the tree: one finding a value.
fn added(material: &dyn Material, own: &Own) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    if own.rules.is_empty() {
        return out;
    }
    let mut known: BTreeMap<(usize, Digest), usize> = BTreeMap::new();
    for entry in material.entries().iter().filter(|e| e.size <= LARGEST && e.path != CONFIG) {
        let Content::Text(text) = text::look(material, entry) else { continue };
        let lower = text.to_ascii_lowercase();
        let mut lines = Lines::of(&text);
        for (index, (rule, pattern, path)) in own.rules.iter().enumerate() {
            let wanted = path.as_ref().is_none_or(|p| p.is_match(entry.path.as_bytes()))
                && (rule.keywords.is_empty()
                    || rule.keywords.iter().any(|w| memchr::memmem::find(&lower, w.as_bytes()).is_some()));
            if !wanted {
                continue;
            }
            for captures in pattern.captures_iter(&text).take(MOST_FINDINGS) {
                let Some(at) = value_in(rule, &captures) else { continue };
                let value = &text[at.clone()];
                let entropy = f64::from(verify::entropy_tenths(value)) / 10.0;
                if value.is_empty() || (rule.entropy > 0.0 && entropy < rule.entropy) {
                    continue;
                }
                let digest = Digest::of(value);
                let place = Place::line(&entry.path, lines.line(at.start));
                let start = at.start;
                let at = *known.entry((index, digest)).or_insert_with(|| {
                    let identity = format!("{}:{}:{}", rule.id, Digest::of(&text), start);
                    let id = added_id(rule);
                    let name = if rule.description.is_empty() { &rule.id } else { &rule.description };
                    let title = format!("{} (by the repository's own gitleaks rule)", plain(name));
                    let mut finding = Finding::new(FindingKind::Secret, &id, "no-secret", title, &identity);
                    finding.severity = Some(Severity::Medium);
                    finding.remedy = Some(
                        "Whoever wrote the rule knows what this opens: have it changed there first, then take it out."
                            .to_owned(),
                    );
                    finding.development_only = paths::is_test(&entry.path);
                    out.push(finding);
                    out.len() - 1
                });
                if out[at].places.len() < MOST_FINDINGS && out[at].places.last() != Some(&place) {
                    out[at].places.push(place);
                }
            }
        }
        if out.len() > MOST_FINDINGS * own.rules.len() {
            break;
        }
    }
    out
}

/// Where the value lies in a match of an added rule.
fn value_in(rule: &AddedRule, captures: &regex::bytes::Captures<'_>) -> Option<std::ops::Range<usize>> {
    let group = if rule.secret_group > 0 { rule.secret_group } else { 1 };
    captures.get(group).or_else(|| captures.get(0)).map(|value| value.range())
}

/// The id under which an added rule's finds are told.
fn added_id(rule: &AddedRule) -> String {
    format!("gitleaks-{}", plain(&rule.id))
}

/// A name that the repository chose, as it can be shown.
fn plain(name: &str) -> String {
    name.chars().take(80).map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests;
