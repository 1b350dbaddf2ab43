//! Why: everything that is known about one component, finding or control, and what to do: the rule
//! and its clause, the facts and their values, the evidence with its date and digest, the line of the
//! subject, the way out, and who may set it aside. One file a kind of thing, beside this one.

mod component;
mod control;
mod finding;

use domain::{Assessment, Evidence, FeedStamp, Finding, Purl, Tier};
use policy::{Facts, Known, Pack, control::Control, excepts::Who};

use crate::sources;

/// One explanation: a title, and lines of name and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What it is about.
    pub title: String,
    /// Name and text, in order; an empty name continues the line before.
    pub lines: Vec<(String, String)>,
    /// How to avoid it next time.
    pub avoid: Option<[&'static str; 3]>,
}

/// Everything that a word names: components by name or purl, findings by id, alias or fingerprint,
/// controls by id.
pub fn explain(assessment: &Assessment, packs: &[Pack], what: &str) -> Vec<Explanation> {
    let what = what.trim();
    let mut out = Vec::new();
    for component in assessment.components.iter().filter(|c| named(&c.purl, what)) {
        out.push(component::explain(assessment, packs, component));
    }
    for finding in assessment.findings.iter().filter(|f| is(f, what)) {
        out.push(finding::explain(assessment, packs, finding));
    }
    for pack in packs {
        if pack.find(what).is_some() {
            out.extend(control::explain(assessment, pack, what));
        }
    }
    out
}

/// Whether a word names a component.
pub fn named(purl: &Purl, what: &str) -> bool {
    let whole = purl.to_string();
    whole == what
        || purl.with_version(None).to_string() == what
        || purl.native_name().eq_ignore_ascii_case(what)
        || purl.name().eq_ignore_ascii_case(what)
        || purl.version().is_some_and(|v| format!("{}@{v}", purl.native_name()).eq_ignore_ascii_case(what))
}

fn is(finding: &Finding, what: &str) -> bool {
    finding.id.eq_ignore_ascii_case(what)
        || finding.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(what))
        || finding.fingerprint.to_string() == what
        || (what.len() >= 8 && finding.fingerprint.hex().starts_with(what))
}

struct Lines(Vec<(String, String)>);

impl Lines {
    fn add(&mut self, name: &str, text: impl Into<String>) {
        self.0.push((name.to_owned(), text.into()));
    }
}

/// The facts, and beside them those that nobody observed.
fn facts_lines(lines: &mut Lines, facts: &[(&'static str, Known)]) {
    let (unseen, seen): (Vec<_>, Vec<_>) = facts.iter().partition(|(_, known)| *known == Known::Unobserved);
    if !seen.is_empty() {
        let seen: Vec<String> = seen.iter().map(|(id, known)| format!("{id} = {known}")).collect();
        lines.add("facts", seen.join(", "));
    }
    if !unseen.is_empty() {
        lines.add("not observed", unseen.iter().map(|(id, _)| *id).collect::<Vec<_>>().join(", "));
    }
}

/// Every fact of a thing, by id.
fn all_facts(facts: &Facts) -> Vec<(&'static str, Known)> {
    facts.iter().map(|(_, entry, known)| (entry.id, known)).collect()
}

/// The evidence and feeds that something rests on; said where there is none.
fn evidence_lines(lines: &mut Lines, assessment: &Assessment, evidence: &[&Evidence], feeds: &[&FeedStamp]) {
    if evidence.is_empty() && feeds.is_empty() {
        lines.add("evidence", "none: nothing that was looked at speaks of it");
    }
    let mut name = "evidence";
    for one in evidence {
        lines.add(name, sources::evidence_line(assessment, one));
        name = "";
    }
    for stamp in feeds {
        lines.add(name, sources::feed_line(stamp));
        name = "";
    }
}

/// Who may set a control aside at a tier, in words.
fn excepted_by(control: &Control, tier: Tier) -> String {
    let who = match control.excepts().who(tier) {
        Who::Nobody => "nobody".to_owned(),
        Who::Committee => "the committee, by a signed decision".to_owned(),
        Who::Team => match control.excepts().days() {
            Some(days) => format!("the team, for at most {days} days, in formulary.debt.toml"),
            None => "the team, in formulary.debt.toml, with owner, reason and end".to_owned(),
        },
    };
    match control.excepts().only_as() {
        Some(only) if control.excepts().who(tier) > Who::Nobody => format!("{who}, and only as `{only}`"),
        _ => who,
    }
}

/// The clause a control comes from, with its row.
fn clause(control: &Control) -> String {
    format!("{}, {}", control.row(), control.source())
}
