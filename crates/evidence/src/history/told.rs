//! A history, put into words: what can be kept from one reading to the next, and how it completes
//! what the tree's collectors found.

use std::collections::{BTreeMap, HashMap};

use domain::{Coverage, Digest, Evidence, Finding, FindingKind, Place as At};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ci_over_time::CiOverTime, hygiene::Hygiene};
use crate::{collector::Observed, material::Material, secrets};

/// What a history gave.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Evidence, findings that the tree did not have, and coverage.
    pub observed: Observed,
    /// What differs from clone to clone or key to key.
    pub local: Value,
}

/// A history, put into words: what can be kept from one reading to the next. No value is in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Told {
    pub(super) secrets: Vec<Secret>,
    pub(super) persons: Vec<Finding>,
    pub(super) evidence: Option<Evidence>,
    pub(super) coverage: Coverage,
    pub(super) local: Value,
    /// How the repository is worked on.
    pub hygiene: Hygiene,
    /// Since when CI runs tests.
    pub ci: CiOverTime,
    /// Whether it was stopped before the end.
    pub stopped: bool,
}

/// A distinct secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Secret {
    /// An object that holds it, and where.
    pub(super) object: String,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where in what that decodes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) decoded: Option<(usize, usize)>,
    /// The name inside the object, where it is an archive or notebook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) inner: Option<String>,
    pub(super) finding: Finding,
    /// Its value's digest, in memory alone.
    #[serde(skip)]
    pub(super) value: Option<Digest>,
}

impl Told {
    /// How many secrets it tells of.
    pub fn secrets_found(&self) -> usize {
        self.secrets.len()
    }

    /// What is told beside the tree. Findings that the tree gave already are completed with their
    /// history; `tree` is what they were found in. With a key, each secret's HMAC-SHA-256 goes into
    /// `local`.
    pub fn report(
        &self,
        tree: Option<&dyn Material>,
        findings: &mut [Finding],
        key: Option<&[u8]>,
    ) -> Report {
        let values = tree.map(|tree| values_in(tree, findings)).unwrap_or_default();
        let mut observed = Observed::default();
        let mut keys = BTreeMap::new();
        for secret in &self.secrets {
            let print = secret.finding.fingerprint;
            if let (Some(key), Some(value)) = (key, &secret.value) {
                keys.insert(print.to_string(), hmac(key, value));
            }
            let known = secret.value.and_then(|value| values.get(&(secret.finding.id.clone(), value)));
            for at in known.into_iter().flatten() {
                let finding = &mut findings[*at];
                if finding.fingerprint != print {
                    // Known by where it was first: an edit of today's file does not change that.
                    finding.aliases.push(finding.fingerprint.to_string());
                    finding.fingerprint = print;
                }
                finding.history.clone_from(&secret.finding.history);
                finding.reached.clone_from(&secret.finding.reached);
                finding.development_only &= secret.finding.development_only;
            }
            if known.is_none() {
                observed.findings.push(secret.finding.clone());
            }
        }
        for person in &self.persons {
            let path = person.history.first().map(|seen| seen.path.as_str());
            let known = findings.iter_mut().find(|f| {
                f.kind == FindingKind::PersonalData
                    && f.id == person.id
                    && f.places.first().map(|place| place.path.as_str()) == path
            });
            match known {
                Some(finding) => {
                    finding.history.clone_from(&person.history);
                    finding.reached.clone_from(&person.reached);
                }
                None => observed.findings.push(person.clone()),
            }
        }
        observed.findings.sort_by(|a, b| (&a.places, &a.id).cmp(&(&b.places, &b.id)));
        observed.evidence.extend(self.evidence.clone());
        observed.coverage.push(self.coverage.clone());
        let mut local = self.local.clone();
        if !keys.is_empty() {
            local["hmac"] = json!(keys);
            local["hmac_key"] = json!(key.map(key_id));
        }
        Report { observed, local }
    }
}

/// The values of the secrets that the tree's findings tell of, by rule and digest: which findings
/// they are. Read again from the files, because no finding keeps a value.
fn values_in(tree: &dyn Material, findings: &[Finding]) -> HashMap<(String, Digest), Vec<usize>> {
    let mut out: HashMap<(String, Digest), Vec<usize>> = HashMap::new();
    let Ok(scanner) = secrets::scanner() else { return out };
    let mut by_file: BTreeMap<&str, Vec<(u32, usize)>> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate().filter(|(_, f)| f.kind == FindingKind::Secret) {
        if let Some(At { path, line: Some(line) }) = finding.places.first() {
            by_file.entry(path).or_default().push((*line, at));
        }
    }
    for (path, wanted) in by_file {
        for text in secrets::texts_at(tree, path) {
            let mut lines = crate::text::Lines::of(&text);
            for hit in scanner.scan(path, &text).hits {
                let line = lines.line(hit.value.start);
                let id = &scanner.rules()[hit.rule].id;
                let here = |(at, finding): &&(u32, usize)| *at == line && findings[*finding].id == *id;
                for (_, at) in wanted.iter().filter(here) {
                    let list = out.entry((id.clone(), hit.digest(&text))).or_default();
                    if !list.contains(at) {
                        list.push(*at);
                    }
                }
            }
        }
    }
    out
}

/// The id of a key, which tells nothing of it.
fn key_id(key: &[u8]) -> String {
    let mut id = hmac(key, &Digest::of(b"formulary fingerprint key id"));
    id.truncate(16);
    id
}

/// HMAC-SHA-256 over a value's digest (RFC 2104), in hexadecimal.
fn hmac(key: &[u8], value: &Digest) -> String {
    const BLOCK: usize = 64;
    let mut block = [0u8; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(Digest::of(key).as_bytes());
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |with: u8| block.map(|b| b ^ with).to_vec();
    let mut inner = padded(0x36);
    inner.extend_from_slice(value.as_bytes());
    let mut outer = padded(0x5c);
    outer.extend_from_slice(Digest::of(&inner).as_bytes());
    Digest::of(&outer).hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hmac_is_keyed() {
        let value = Digest::of(b"value");
        assert_ne!(hmac(b"one", &value), hmac(b"two", &value));
        assert_eq!(hmac(&[0xaa; 131], &value), hmac(Digest::of(&[0xaa; 131]).as_bytes(), &value));
    }
}
