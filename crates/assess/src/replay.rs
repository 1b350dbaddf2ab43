//! Judging a kept assessment again, from its own evidence, and saying what differs.

use domain::{Assessment, canonical::CanonicalError};
use policy::Pack;

use crate::{
    judge::{Questions, judge},
    seal::seal,
};

/// What a replay found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The assessment, judged again.
    pub again: Assessment,
    /// Whether the digest it carries is that of its content: if not, it was changed since.
    pub intact: bool,
    /// What differs, a line each; empty when the same digest came out.
    pub differences: Vec<String>,
}

/// Which questions an assessment answers.
pub fn questions(assessment: &Assessment) -> Questions {
    let asked = |purpose| assessment.verdicts.iter().any(|v| v.purpose == purpose);
    Questions { use_: asked(domain::Purpose::Use), publish: asked(domain::Purpose::Publish) }
}

/// Judges a kept assessment again with these packs.
///
/// # Errors
/// When the assessment holds a number that canonical JSON refuses.
pub fn replay(kept: &Assessment, packs: &[Pack]) -> Result<Replayed, CanonicalError> {
    let intact = kept.digest == Some(kept.compute_digest()?);
    let mut again = kept.clone();
    judge(&mut again, packs, questions(kept));
    seal(&mut again)?;
    let mut differences = Vec::new();
    if again.digest != kept.digest || !intact {
        differences = differ(kept, &again);
    }
    Ok(Replayed { again, intact, differences })
}

/// What differs between two assessments, a line each, the first fifty.
pub fn differ(a: &Assessment, b: &Assessment) -> Vec<String> {
    let (Ok(a), Ok(b)) = (serde_json::to_value(a), serde_json::to_value(b)) else {
        return vec!["one of the two cannot be written as JSON".to_owned()];
    };
    let mut out = Vec::new();
    walk("", &a, &b, &mut out);
    out.retain(|line| !["digest:", "basis:", "local"].iter().any(|outside| line.starts_with(outside)));
    out
}

fn walk(at: &str, a: &serde_json::Value, b: &serde_json::Value, out: &mut Vec<String>) {
    use serde_json::Value::{Array, Object};
    const MOST: usize = 50;
    if out.len() >= MOST || a == b {
        return;
    }
    match (a, b) {
        (Object(x), Object(y)) => {
            let mut keys: Vec<&String> = x.keys().chain(y.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let null = serde_json::Value::Null;
                let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                walk(&path, x.get(key).unwrap_or(&null), y.get(key).unwrap_or(&null), out);
            }
        }
        (Array(x), Array(y)) if x.len() == y.len() => {
            for (i, (x, y)) in x.iter().zip(y).enumerate() {
                walk(&format!("{at}[{i}]"), x, y, out);
            }
        }
        (Array(x), Array(y)) => out.push(format!("{at}: {} entries, now {}", x.len(), y.len())),
        _ => out.push(format!("{at}: {}, now {}", short(a), short(b))),
    }
}

fn short(value: &serde_json::Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 { format!("{}…", text.chars().take(60).collect::<String>()) } else { text }
}
