//! Exceptions laid over the findings: what is set aside, until when; what has lapsed, what is
//! unused, and what may not be set aside at all.
//!
//! An exception holds only if the pack lets the team set that control aside at the tier of the
//! place, for no longer than the pack allows, with the reason the pack accepts. Malware, secrets,
//! personal data and what is known to be exploited are never set aside by a team; a value that a
//! rule took for one may be said to be not real where the pack allows it.

use std::{borrow::Cow, collections::BTreeSet};

use domain::{Assessment, Date, Exception, Finding, FindingKind, Place, Purl, Tier};
use formats::own::{
    debt::{self, Debt, DebtException, ExceptionKind, RecordedBy},
    system::holds,
};
use policy::{Pack, excepts::Who};

use crate::system::Declared;

/// The longest that `init` may set an overdue flaw aside, in days; once.
pub const INIT_DAYS: i64 = 30;

/// The kind of evidence that lists obligations taken on.
pub const KIND: &str = "promises";

/// An obligation that the debt file takes on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Promise {
    /// The control it comes from.
    pub control: String,
    /// What will be done.
    pub what: String,
    /// Who does it.
    pub owner: String,
    /// By when.
    pub until: Date,
}

/// The obligations of the debt file, as evidence.
///
/// # Errors
/// Never in practice: nothing in it is a fraction.
pub fn promises(debt: &Debt) -> Result<Option<domain::Evidence>, domain::canonical::CanonicalError> {
    let promises: Vec<Promise> = debt
        .obligations
        .iter()
        .map(|o| Promise {
            control: o.control.clone(),
            what: o.what.clone(),
            owner: o.owner.clone(),
            until: o.until,
        })
        .collect();
    if promises.is_empty() {
        return Ok(None);
    }
    domain::Evidence::new(KIND, serde_json::to_value(promises)?, debt::FILE).map(Some)
}

/// Lays the debt file over the assessment's findings.
pub fn apply(assessment: &mut Assessment, debt: &Debt, packs: &[Pack]) {
    let today = assessment.as_of.date();
    let declared = Declared::from_evidence(&assessment.evidence);
    let mut remarks = Vec::new();
    let mut in_force = Vec::new();
    for entry in &debt.exceptions {
        let matched: Vec<usize> =
            (0..assessment.findings.len()).filter(|at| matches(entry, &assessment.findings[*at])).collect();
        if let Some(why) = refused(entry, &matched, assessment, &declared, packs) {
            remarks.push(remark(entry, "not-permitted", why, packs));
            continue;
        }
        if entry.from > today {
            continue;
        }
        let whole = entry.finding.is_none() && entry.scope.is_none();
        if entry.until < today {
            // Past its end an open flaw has become an overdue one: it is still the one set aside.
            let still = entry.control == "flaw-open"
                && assessment.findings.iter().any(|f| f.control == "flaw-overdue" && about(entry, f));
            if matched.is_empty() && !whole && !still {
                remarks.push(remark(
                    entry,
                    "unused",
                    "it has ended and its fault is gone: delete it".to_owned(),
                    packs,
                ));
            } else {
                remarks.push(lapsed(entry, packs));
            }
            continue;
        }
        let of_component = matches!(&entry.scope, Some(debt::Scope::Component(purl))
            if assessment.components.iter().any(|c| same_component(purl, &c.purl)));
        if matched.is_empty() && !whole && !of_component {
            remarks.push(remark(entry, "unused", "nothing matches it: delete it".to_owned(), packs));
            continue;
        }
        for at in matched {
            let finding = &mut assessment.findings[at];
            let until = finding.excepted_until.map_or(entry.until, |until| until.max(entry.until));
            finding.excepted_until = Some(until);
        }
        in_force.push(Exception {
            control: entry.control.clone(),
            scope: scope_of(entry),
            owner: entry.owner.clone(),
            reason: entry.reason.clone(),
            from: entry.from,
            until: entry.until,
        });
    }
    assessment.exceptions.extend(in_force);
    assessment
        .exceptions
        .sort_by(|a, b| (&a.control, &a.scope, a.until).cmp(&(&b.control, &b.scope, b.until)));
    assessment.findings.extend(remarks);
}

fn scope_of(entry: &DebtException) -> Option<String> {
    match (&entry.finding, &entry.scope) {
        (Some(about), None) => Some(about.to_string()),
        (None, Some(scope)) => Some(scope.to_string()),
        (Some(about), Some(scope)) => Some(format!("{about} in {scope}")),
        (None, None) => None,
    }
}

/// Whether an exception is about a finding, and for its control.
pub fn matches(entry: &DebtException, finding: &Finding) -> bool {
    entry.control == finding.control && about(entry, finding)
}

fn about(entry: &DebtException, finding: &Finding) -> bool {
    let about = match &entry.finding {
        None => true,
        // A secret is known by where it was first; today's file may have named it before the history was read.
        Some(debt::About::Fingerprint(print)) => {
            *print == finding.fingerprint || finding.aliases.contains(&print.to_string())
        }
        Some(debt::About::Id(id)) => *id == finding.id || finding.aliases.contains(id),
    };
    let place = match &entry.scope {
        None => true,
        Some(debt::Scope::Component(purl)) => {
            finding.component.as_ref().is_some_and(|component| same_component(purl, component))
        }
        Some(debt::Scope::Path(path)) => finding.places.iter().any(|place| holds(path, &place.path)),
    };
    // A whole control is set aside as such, in the verdict, and not finding by finding.
    let narrow = entry.finding.is_some() || entry.scope.is_some();
    narrow && about && place
}

/// The same component; an exception without a version speaks of every version.
fn same_component(of: &Purl, purl: &Purl) -> bool {
    of.kind() == purl.kind()
        && of.namespace() == purl.namespace()
        && of.name() == purl.name()
        && (of.version().is_none() || of.version() == purl.version())
}

/// Whether the scope text of an exception in force names a component.
pub fn names_component(scope: &str, purl: &Purl) -> bool {
    scope.parse::<Purl>().is_ok_and(|of| same_component(&of, purl))
}

/// Why an exception does not hold, if it does not.
fn refused(
    entry: &DebtException,
    matched: &[usize],
    assessment: &Assessment,
    declared: &Declared,
    packs: &[Pack],
) -> Option<String> {
    let rules: Vec<_> =
        packs.iter().filter_map(|p| p.find(&entry.control).map(|(_, control)| control)).collect();
    if rules.is_empty() {
        return Some(match nearest(&entry.control, packs) {
            Some(meant) => {
                format!("no pack in use has a control `{}`; `{meant}` is the nearest", entry.control)
            }
            None => format!("no pack in use has a control `{}`", entry.control),
        });
    }
    let tiers: BTreeSet<Tier> = if matched.is_empty() {
        BTreeSet::from([assessment.circumstances.tier.value])
    } else {
        matched.iter().map(|at| tier_of(&assessment.findings[*at], assessment, declared)).collect()
    };
    let not_real = entry.kind == ExceptionKind::NotReal;
    for control in rules {
        let excepts = control.excepts();
        if let Some(only) = excepts.only_as()
            && !(not_real && only == "not-real")
        {
            return Some(format!(
                "`{}` can only be set aside as `{only}`: say kind = \"{only}\" if it is",
                entry.control
            ));
        }
        for tier in &tiers {
            match excepts.who(*tier) {
                Who::Team => {}
                Who::Committee => {
                    return Some(format!(
                        "at the {tier} tier only the committee may set `{}` aside",
                        entry.control
                    ));
                }
                Who::Nobody => {
                    return Some(format!(
                        "`{}` cannot be set aside at the {tier} tier: mend it",
                        entry.control
                    ));
                }
            }
        }
        let days = entry.until.days_since(entry.from);
        if let Some(limit) = excepts.days()
            && days > i64::from(limit)
        {
            return Some(format!(
                "`{}` may be set aside for at most {limit} days, not {days}",
                entry.control
            ));
        }
        if entry.recorded_by == RecordedBy::Init && entry.control == "flaw-overdue" && days > INIT_DAYS {
            return Some(format!("`init` may take an overdue flaw for at most {INIT_DAYS} days, not {days}"));
        }
    }
    let exploited = matched.iter().map(|at| &assessment.findings[*at]).find(|f| never(f));
    exploited.filter(|_| !not_real).map(|finding| {
        format!("{} is known to be exploited, or malicious: it cannot be set aside", finding.id)
    })
}

/// The control that a misspelt one is nearest to, if any is near.
fn nearest<'p>(control: &str, packs: &'p [Pack]) -> Option<&'p str> {
    let known: Vec<&str> = packs.iter().flat_map(|pack| pack.controls().map(|(_, c)| c.id())).collect();
    formats::own::nearest(control, &known)
}

/// What to do about an exception that does not hold.
fn remedy(entry: &DebtException, id: &str, packs: &[Pack]) -> String {
    let known = packs.iter().any(|pack| pack.find(&entry.control).is_some());
    match (id, known, nearest(&entry.control, packs)) {
        ("unused", _, _) => format!("Delete it from {}.", debt::FILE),
        ("not-permitted", false, Some(meant)) => format!(
            "Write control = \"{meant}\" in {} if that is meant; until then nothing is set aside.",
            debt::FILE
        ),
        ("not-permitted", false, None) => format!(
            "Correct the control's name in {}: `formulary policy list use` and `formulary policy list publish` \
             have them all. Until then nothing is set aside.",
            debt::FILE
        ),
        _ => format!("Mend the fault and delete the entry from {}.", debt::FILE),
    }
}

/// What no team may set aside, whatever the control.
pub fn never(finding: &Finding) -> bool {
    let exploited = finding.exploitability.as_ref().is_some_and(|e| e.kev.is_some());
    finding.kind == FindingKind::Malware || (exploited && finding.control == "flaw-overdue")
}

/// The tier of the part that a finding lies in.
pub fn tier_of(finding: &Finding, assessment: &Assessment, declared: &Declared) -> Tier {
    let whole = assessment.circumstances.tier.value;
    finding
        .places
        .iter()
        .map(|place| declared.part_of(&place.path).map_or(whole, |part| part.tier))
        .min()
        .unwrap_or(whole)
}

fn remark(entry: &DebtException, id: &str, why: String, packs: &[Pack]) -> Finding {
    let about: Cow<'_, str> = scope_of(entry).map_or(Cow::Borrowed("the whole control"), Cow::Owned);
    let title = format!("exception `{}` ({}, {about}): {why}", entry.id, entry.control);
    let identity = format!("{}\0{}", entry.id, entry.control);
    let mut finding = Finding::new(FindingKind::Exception, id, &entry.control, title, &identity);
    finding.places.push(Place::line(debt::FILE, entry.line));
    finding.remedy = Some(remedy(entry, id, packs));
    finding
}

fn lapsed(entry: &DebtException, packs: &[Pack]) -> Finding {
    let mut finding =
        remark(entry, "lapsed", format!("it ended on {} and its fault is still there", entry.until), packs);
    finding.due = Some(entry.until);
    finding
}

/// Exceptions and obligations that `init` writes for today's findings: what may not be taken is
/// left out, and named.
pub struct Taken {
    /// What is set aside.
    pub exceptions: Vec<DebtException>,
    /// What cannot be.
    pub left: Vec<(String, String)>,
}

/// What `init` may take of an assessment's reasons, for the given owner.
pub fn take(assessment: &Assessment, packs: &[Pack], owner: &str) -> Taken {
    let today = assessment.as_of.date();
    let declared = Declared::from_evidence(&assessment.evidence);
    let mut taken = Taken { exceptions: Vec::new(), left: Vec::new() };
    let mut seen = BTreeSet::new();
    let counted = assessment.verdicts.iter().flat_map(|v| &v.reasons);
    for reason in counted.filter(|r| r.outcome > domain::Outcome::Allowed && r.excepted_until.is_none()) {
        let findings = assessment.findings.iter().filter(|f| {
            reason.findings.contains(&f.fingerprint)
                && f.control == reason.control
                && f.kind != FindingKind::Exception
        });
        let mut any = false;
        for finding in findings {
            any = true;
            if !seen.insert((finding.control.clone(), finding.fingerprint))
                || finding.excepted_until.is_some()
            {
                continue;
            }
            let entry = entry(finding, taken.exceptions.len() + 1, owner, today);
            let at = assessment.findings.iter().position(|f| std::ptr::eq(f, finding));
            match refused(&entry, &at.into_iter().collect::<Vec<_>>(), assessment, &declared, packs) {
                None => taken.exceptions.push(entry),
                Some(why) => taken.left.push((format!("{} ({})", finding.title, finding.control), why)),
            }
        }
        if !any && reason.outcome > domain::Outcome::Conditional {
            taken.left.push((reason.control.clone(), reason.remedy.clone()));
        }
    }
    taken.left.sort();
    taken.left.dedup();
    taken
}

fn entry(finding: &Finding, number: usize, owner: &str, today: Date) -> DebtException {
    let overdue = finding.control == "flaw-overdue";
    let until = match finding.due {
        // Inside its day, the flaw's own clock is the end.
        Some(due) if due >= today => due,
        _ if overdue => today.plus_days(INIT_DAYS),
        _ => today.plus_days(90),
    };
    DebtException {
        id: format!("debt-{number}"),
        control: finding.control.clone(),
        finding: Some(debt::About::Fingerprint(finding.fingerprint)),
        scope: None,
        kind: ExceptionKind::Accepted,
        owner: owner.to_owned(),
        reason: format!("Found on the first day: {}", finding.title),
        from: today,
        until,
        recorded_by: RecordedBy::Init,
        line: 0,
    }
}
