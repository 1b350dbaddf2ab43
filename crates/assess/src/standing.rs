//! The register's word, laid over a verdict: the stricter of fresh verdict and decision wins.
//!
//! Phases, for each verdict: (1) what nobody could see and a person has stated is met, and shown as
//! attested; (2) what the packs referred to people and a decision settles is not referred again, as
//! long as it concerns no more things than were decided on; where a Receipt must cover the release and
//! none does, the answer is no better than that, whatever people have stated; (3) an entry that is
//! suspended, declined, restricted or overdue, or that another team may use and this one not, stands
//! against the answer, with what happens to existing uses and the alternative, but for the team that a
//! break-glass allowance names while it lasts; what a decision obliges to makes the answer conditional;
//! (4) a case that is open names who has it, since when, and by when an answer is expected; (5) the worst
//! wins again. What a closure makes of it follows in [`crate::closures`].
//!
//! It is read from the assessment's own evidence, so that a replay needs no register. What the
//! register is and how it was looked up is not known here.

use std::collections::HashSet;

use domain::{
    Assessment, Attested, Component, ControlState, Date, EntryState, Evidence, FindingKind, Listing, Outcome,
    Purl, Purpose, Reason, Standing, Tier, Verdict, canonical::CanonicalError, standing::BreakGlass,
    verdict::Action,
};

use policy::{Pack, catalogue::Observer};

use crate::{facts, owner, system::Declared};

/// The kind of evidence that holds the standing. It is no part of what a vote depends on: else every
/// decision would make the votes under it stale.
pub const KIND: &str = "standing";

/// The control under which the register's word appears.
pub const CONTROL: &str = "register";

/// The control that stands for a decision on the release.
pub(crate) const RECEIPT: &str = "receipt";

const ROW: &str = "GOV-04";

/// The standing as evidence: of what the register says of components, only what is said of these. Else an
/// entry that concerns nothing here would change the digest, and a large register would be copied into it.
pub(crate) fn evidence(
    standing: &Standing,
    components: &[Component],
) -> Result<Option<Evidence>, CanonicalError> {
    if *standing == Standing::default() {
        return Ok(None);
    }
    let mut own = standing.clone();
    if !own.of_components.is_empty() {
        let exact: HashSet<&Purl> = components.iter().map(|c| &c.purl).collect();
        let names: HashSet<String> = components.iter().map(|c| name(&c.purl)).collect();
        own.of_components.retain(|listing| {
            listing.subject.purl().is_some_and(|purl| {
                exact.contains(&purl) || (purl.version().is_none() && names.contains(&name(&purl)))
            })
        });
    }
    Evidence::new(KIND, serde_json::to_value(own).map_err(CanonicalError::from)?, "register").map(Some)
}

/// A package URL up to its version.
fn name(purl: &Purl) -> String {
    purl.to_string().split('@').next().unwrap_or_default().to_owned()
}

/// The standing that an assessment was made with.
pub fn of(assessment: &Assessment) -> Standing {
    facts::value(assessment, KIND)
        .and_then(|value| serde_json::from_value(value.clone()).ok())
        .unwrap_or_default()
}

/// Says which listings' Receipts cover the release, in their order: to be judged and sealed again if any.
///
/// # Errors
/// Never in practice: a standing holds no fractions.
pub fn cover(assessment: &mut Assessment, covers: &[bool]) -> Result<bool, CanonicalError> {
    let mut standing = of(assessment);
    for (listing, covers) in standing.listings.iter_mut().zip(covers) {
        listing.covers = *covers;
        standing.covered |= covers;
    }
    if !standing.covered {
        return Ok(false);
    }
    let at = assessment.evidence.iter().position(|e| e.kind == KIND);
    if let Some(at) = at {
        assessment.evidence[at] = Evidence::new(KIND, serde_json::to_value(standing)?, "register")?;
    }
    Ok(true)
}

/// Whether a Receipt covers the use of a part at a tier: one of that part, at that tier or a stricter one.
pub(crate) fn covered(standing: &Standing, part: Option<&str>, tier: Tier) -> bool {
    standing.listings.iter().any(|listing| {
        listing.covers
            && listing.purpose == Purpose::Use
            && listing.part.as_deref() == part
            && listing.tier.is_none_or(|decided| decided <= tier)
    })
}

/// That people decide at this tier, and a Receipt shows it.
pub(crate) fn floor(pack: &Pack, tier: Tier) -> Reason {
    Reason {
        control: RECEIPT.to_owned(),
        row: "GOV-03".to_owned(),
        state: ControlState::Unknown,
        action: Action::Refer,
        outcome: pack.floor(tier),
        why: format!("at the {tier} tier no rule alone says allowed: people decide, and a Receipt shows it"),
        remedy: "Put this assessment before the committee; its decision's Receipt covers the release."
            .to_owned(),
        count: 1,
        findings: Vec::new(),
        evidence: Vec::new(),
        excepted_until: None,
    }
}

/// Marks findings that somebody stated to be mended or harmless: a secret rotated, an image looked at.
pub(crate) fn mark(assessment: &mut Assessment, standing: &Standing) {
    let version = version(assessment);
    let counting: Vec<&Attested> =
        standing.attested.iter().filter(|a| counts(a, version.as_deref(), assessment)).collect();
    for finding in &mut assessment.findings {
        let stated = counting
            .iter()
            .filter(|a| a.control == finding.control)
            // This very value, by its fingerprint: the name of a rule would speak for every later find.
            .filter(|a| {
                a.scope
                    .as_ref()
                    .is_some_and(|s| *s == finding.fingerprint.to_string() || finding.aliases.contains(s))
            })
            .map(|a| a.until)
            .max();
        finding.attested = stated.or(finding.attested);
    }
    for exception in &standing.exceptions {
        for finding in assessment.findings.iter_mut().filter(|f| f.control == exception.control) {
            let named = exception.scope.as_ref().is_none_or(|scope| {
                *scope == finding.id
                    || *scope == finding.fingerprint.to_string()
                    || finding.aliases.contains(scope)
                    || finding.component.as_ref().is_some_and(|c| c.to_string() == *scope)
                    || finding.places.iter().any(|p| p.path == *scope)
            });
            if named {
                let until = finding.excepted_until.map_or(exception.until, |u| u.max(exception.until));
                finding.excepted_until = Some(until);
            }
        }
        assessment.exceptions.push(exception.clone());
    }
}

/// The release that is judged, where it is known.
fn version(assessment: &Assessment) -> Option<String> {
    match &assessment.subject {
        domain::Subject::Component { purl, .. } => purl.as_ref()?.version().map(str::to_owned),
        domain::Subject::Product { version, .. } => Some(version.clone()),
        domain::Subject::Repository { .. } | domain::Subject::Model { .. } => {
            Declared::from_evidence(&assessment.evidence).version
        }
    }
}

/// Whether a statement speaks of this release, today.
fn counts(stated: &Attested, version: Option<&str>, assessment: &Assessment) -> bool {
    stated.until >= assessment.as_of.date()
        && stated.version.as_deref().is_none_or(|bound| Some(bound) == version)
}

/// Lays the register's word over the verdicts.
pub(crate) fn apply(assessment: &mut Assessment, packs: &[Pack]) {
    let standing = of(assessment);
    if standing.register.is_none() {
        return;
    }
    let declared = Declared::from_evidence(&assessment.evidence);
    let team = owner::of_system(assessment, &declared, None).map(|o| o.role);
    let version = version(assessment);
    let mut verdicts = std::mem::take(&mut assessment.verdicts);
    for verdict in &mut verdicts {
        let before = verdict.reasons.len();
        let mut eased = attested(assessment, verdict, &standing, version.as_deref(), packs);
        let listing = standing.listings.iter().find(|l| answers(l, verdict));
        let glass = listing.and_then(|l| broken(l, assessment, team.as_deref()));
        if let Some(listing) = listing {
            let tripped = tripped(assessment, listing);
            if tripped.is_none() {
                eased |= settle(verdict, listing);
            }
            verdict.reasons.extend(tripped);
            if glass.is_none() {
                verdict.reasons.extend(entry(listing, verdict, team.as_deref()));
            }
        }
        // Statements and settled references never stand for the decision itself.
        let uncovered = verdict.purpose == Purpose::Use
            && !covered(&standing, verdict.part.as_deref(), verdict.tier)
            && verdict.reasons.iter().all(|r| r.control != RECEIPT);
        if let Some(pack) = packs.iter().find(|pack| uncovered && pack.label() == verdict.pack) {
            let worst = verdict.reasons.iter().map(|r| r.outcome).max().unwrap_or(Outcome::Allowed);
            if pack.floor(verdict.tier) > worst {
                verdict.reasons.push(floor(pack, verdict.tier));
            }
        }
        verdict.reasons.extend(components(assessment, verdict, &standing, team.as_deref()));
        if let (Some(glass), Some(listing)) = (glass, listing) {
            eased |= broke(verdict, listing, glass);
        }
        verdict.reasons.extend(standing.unknown.as_deref().map(unknown));
        let worst = verdict.reasons.iter().map(|r| r.outcome).max().unwrap_or(Outcome::Allowed);
        verdict.outcome = if eased { worst } else { worst.max(verdict.outcome) };
        verdict.otherwise = verdict.otherwise.filter(|_| verdict.outcome == Outcome::NotEvaluated);
        if eased || verdict.reasons.len() != before {
            verdict.reasons.sort_by(|a, b| {
                b.outcome.cmp(&a.outcome).then(b.action.cmp(&a.action)).then(a.control.cmp(&b.control))
            });
        }
    }
    // What no longer asks for anything obliges to nothing.
    assessment.obligations.retain(|o| {
        verdicts
            .iter()
            .any(|v| v.reasons.iter().any(|r| r.control == o.control && r.outcome == Outcome::Conditional))
    });
    for listing in standing.listings.iter().filter(|l| verdicts.iter().any(|v| answers(l, v))) {
        assessment.obligations.extend(listing.obligations.iter().cloned());
    }
    assessment.obligations.sort_by(|a, b| (a.due, &a.control, &a.what).cmp(&(b.due, &b.control, &b.what)));
    assessment.verdicts = verdicts;
}

/// What the register says is not certain: a gate that could not evaluate never answers yes.
fn unknown(why: &str) -> Reason {
    Reason {
        control: CONTROL.to_owned(),
        row: ROW.to_owned(),
        state: ControlState::Unknown,
        action: Action::Block,
        outcome: Outcome::NotEvaluated,
        why: format!("what the register says is not certain: {why}"),
        remedy: "Bring program and register up to date, then look again.".to_owned(),
        count: 1,
        findings: Vec::new(),
        evidence: Vec::new(),
        excepted_until: None,
    }
}

/// Whether an entry is about what a verdict answers.
fn answers(listing: &Listing, verdict: &Verdict) -> bool {
    listing.purpose == verdict.purpose
        && listing.part == verdict.part
        && listing.tier.is_none_or(|tier| tier == verdict.tier)
}

/// What nobody could see, and a person has stated.
fn attested(
    assessment: &mut Assessment,
    verdict: &mut Verdict,
    standing: &Standing,
    version: Option<&str>,
    packs: &[Pack],
) -> bool {
    let pack = packs.iter().find(|pack| pack.label() == verdict.pack);
    // What a collector should have seen is met by nobody's word; by an audit it is, since somebody looked.
    let for_people = |control: &str| {
        let control = pack.and_then(|pack| pack.find(control));
        control.is_some_and(|(_, c)| c.needs().any(|fact| fact.observer == Observer::Person))
    };
    let subject = domain::SubjectName::of(&assessment.subject);
    let whole =
        |a: &Attested| a.scope.is_none() || a.scope.as_deref() == subject.as_ref().map(|s| s.as_str());
    let mut met: Vec<(String, Date)> = Vec::new();
    verdict.reasons.retain(|reason| {
        // What a collector should have seen and did not is looked at, not stated.
        if reason.state != ControlState::Unknown || reason.outcome == Outcome::NotEvaluated {
            return true;
        }
        let until = standing
            .attested
            .iter()
            .filter(|a| a.control == reason.control && whole(a) && counts(a, version, assessment))
            .filter(|a| a.fit_for.is_some() || for_people(&reason.control))
            .filter(|a| a.fit_for.is_none_or(|fit| fit <= verdict.tier))
            .map(|a| a.until)
            .max();
        until.is_none_or(|until| {
            met.push((reason.control.clone(), until));
            false
        })
    });
    for (control, until) in &met {
        let same = |c: &&mut domain::ControlResult| {
            c.id == *control && c.pack == verdict.pack && c.part == verdict.part
        };
        for result in assessment.controls.iter_mut().filter(same) {
            result.attested = Some(*until);
            if result.not_met == 0 {
                result.state = ControlState::Met;
                result.unknown = 0;
            }
        }
    }
    !met.is_empty()
}

/// What the packs referred to people, and people have settled.
fn settle(verdict: &mut Verdict, listing: &Listing) -> bool {
    if !matches!(listing.state, EntryState::Listed | EntryState::ListedWithObligations | EntryState::Overdue)
    {
        return false;
    }
    let decision = listing.decision.as_deref().unwrap_or("a decision");
    let mut any = false;
    let referred = |r: &&mut Reason| r.outcome == Outcome::Referred && r.control != RECEIPT;
    for reason in verdict.reasons.iter_mut().filter(referred) {
        let settled = listing
            .settled
            .iter()
            .any(|s| s.control == reason.control && s.state == reason.state && reason.count <= s.count);
        if settled {
            reason.outcome = Outcome::Allowed;
            reason.why = format!("{} (settled by {decision})", reason.why);
            any = true;
        }
    }
    any
}

/// A trip-wire of the decision, touched by what this very assessment sees: it suspends at once, whether or
/// not anybody has told the register yet. What was known when it was decided touches nothing.
fn tripped(assessment: &Assessment, listing: &Listing) -> Option<Reason> {
    let decided_on = listing.decided_on?;
    let carries = |wire: &str| listing.trip_wires.iter().any(|w| w == wire);
    if !matches!(listing.state, EntryState::Listed | EntryState::ListedWithObligations | EntryState::Overdue)
    {
        return None;
    }
    let mut touched = Vec::new();
    let mut findings = Vec::new();
    for finding in
        assessment.findings.iter().filter(|f| !f.development_only || f.kind == FindingKind::Malware)
    {
        let kev = finding.exploitability.as_ref().and_then(|e| e.kev).is_some_and(|day| day > decided_on);
        if finding.kind == FindingKind::Malware && carries("malware") {
            touched.push(format!("malware ({})", finding.id));
        } else if kev && carries("kev") {
            touched.push(format!("a flaw known to be exploited ({})", finding.id));
        } else {
            continue;
        }
        findings.push(finding.fingerprint);
    }
    if touched.is_empty() {
        return None;
    }
    let existing =
        listing.existing_uses.as_ref().map(|e| format!(" Existing uses: {e}.")).unwrap_or_default();
    let instead =
        listing.alternative.as_ref().map(|a| format!(" Until then, use instead: {a}.")).unwrap_or_default();
    Some(Reason {
        control: CONTROL.to_owned(),
        row: ROW.to_owned(),
        state: ControlState::NotMet,
        action: Action::Block,
        outcome: Outcome::Refused,
        why: format!(
            "{} suspends {} at once: {} since the decision of {decided_on}.{existing}",
            listing.decision.as_deref().unwrap_or("the decision"),
            listing.subject.plain(),
            touched.iter().take(3).cloned().collect::<Vec<_>>().join(", "),
        ),
        remedy: format!("Mend it, assess it afresh and have it decided again.{instead}"),
        count: touched.len() as u64,
        findings,
        evidence: Vec::new(),
        excepted_until: None,
    })
}

/// What an entry's state, or its terms, say against the answer.
fn entry(listing: &Listing, verdict: &Verdict, team: Option<&str>) -> Vec<Reason> {
    let reason = |action, outcome, why: String, remedy: String| Reason {
        control: CONTROL.to_owned(),
        row: ROW.to_owned(),
        state: ControlState::NotMet,
        action,
        outcome,
        why,
        remedy,
        count: 1,
        findings: Vec::new(),
        evidence: Vec::new(),
        excepted_until: None,
    };
    let case = listing.subject.plain();
    let alternative = listing
        .alternative
        .as_ref()
        .map_or_else(|| "Ask the committee for an alternative.".to_owned(), |a| format!("Use instead: {a}."));
    let existing =
        listing.existing_uses.as_ref().map(|e| format!(" Existing uses: {e}.")).unwrap_or_default();
    let waits = || match &listing.review {
        Some(review) => {
            let who = if listing.awaited.is_empty() {
                String::new()
            } else {
                format!("; it waits for {}", listing.awaited.join(", "))
            };
            let by = listing.expected.map(|d| format!(", expected by {d}")).unwrap_or_default();
            format!(" Review {review} has it{who}{by}.")
        }
        None => String::new(),
    };
    let mut out = Vec::new();
    match listing.state {
        EntryState::Suspended => out.push(reason(
            Action::Block,
            Outcome::Refused,
            format!("{case} is suspended since {}: {}.{existing}{}", listing.since, listing.why, waits()),
            alternative,
        )),
        EntryState::Declined | EntryState::Withdrawn => out.push(reason(
            Action::Block,
            Outcome::Refused,
            format!("{case} is {} since {}: {}.{existing}", listing.state, listing.since, listing.why),
            alternative,
        )),
        EntryState::Restricted => out.push(reason(
            Action::Refer,
            Outcome::Referred,
            format!("{case} is restricted: {}. Running uses go on; new ones need a decision.", listing.why),
            "Assess it afresh and open a review: `formulary review open assessment.json`.".to_owned(),
        )),
        EntryState::Overdue => out.push(reason(
            Action::Oblige,
            Outcome::Conditional,
            format!("{case} is overdue: {}", listing.why),
            "Assess it afresh and open a review before it is restricted.".to_owned(),
        )),
        EntryState::UnderEvaluation if verdict.outcome == Outcome::Referred => out.push(reason(
            Action::Refer,
            Outcome::Referred,
            format!("people have it since {}.{}", listing.since, waits()),
            match &listing.alternative {
                Some(alternative) => format!("Until then, use instead: {alternative}."),
                None => "Nothing to do here: you are told when it is decided.".to_owned(),
            },
        )),
        EntryState::Listed | EntryState::ListedWithObligations => {
            let by = listing.decision.as_ref().map(|d| format!(" by decision {d}")).unwrap_or_default();
            let review = listing.review_on.map(|d| format!("; to be reviewed by {d}")).unwrap_or_default();
            out.push(Reason {
                state: ControlState::Met,
                ..reason(
                    Action::Advise,
                    Outcome::Allowed,
                    format!("{case} is {} since {}{by}{review}", listing.state, listing.since),
                    String::new(),
                )
            });
        }
        _ => {}
    }
    if let Some(first) = listing.obligations.iter().min_by_key(|duty| duty.due) {
        let more = match listing.obligations.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        out.push(reason(
            Action::Oblige,
            Outcome::Conditional,
            format!("the decision obliges {} to: {}, by {}{more}", first.who, first.what, first.due),
            "Meet it, and have it noted: `formulary decision done`.".to_owned(),
        ));
    }
    let may = listing.teams.is_empty() || team.is_some_and(|t| listing.teams.iter().any(|one| one == t));
    if !may
        && matches!(
            listing.state,
            EntryState::Listed | EntryState::ListedWithObligations | EntryState::Overdue
        )
    {
        out.push(reason(
            Action::Refer,
            Outcome::Referred,
            format!(
                "the decision lets {} use it, and the declared owner is {}",
                listing.teams.join(", "),
                team.unwrap_or("nobody")
            ),
            "Sign a shared-care agreement, or ask for a change of the entry.".to_owned(),
        ));
    }
    out
}

/// The break-glass allowance of an entry, where it is this team's and has not ended.
fn broken<'l>(listing: &'l Listing, assessment: &Assessment, team: Option<&str>) -> Option<&'l BreakGlass> {
    listing.glass.as_ref().filter(|g| assessment.as_of < g.until && team == Some(g.team.as_str()))
}

/// A broken glass lets one team go on, whatever says no, but for malware; it never says an unmixed yes.
fn broke(verdict: &mut Verdict, listing: &Listing, glass: &BreakGlass) -> bool {
    for reason in verdict.reasons.iter_mut() {
        if reason.outcome > Outcome::Conditional && reason.control != "malware" {
            reason.outcome = Outcome::Conditional;
            reason.excepted_until = Some(glass.until.date());
        }
    }
    verdict.reasons.push(Reason {
        control: CONTROL.to_owned(),
        row: ROW.to_owned(),
        state: ControlState::NotMet,
        action: Action::Oblige,
        outcome: Outcome::Conditional,
        why: format!("break-glass: {} may use {} until {}", glass.team, listing.subject.plain(), glass.until),
        remedy: "Have it decided before then: `formulary review open assessment.json`.".to_owned(),
        count: 1,
        findings: Vec::new(),
        evidence: Vec::new(),
        excepted_until: Some(glass.until.date()),
    });
    true
}

/// Components the register says no to, at this tier or a milder one.
fn components(
    assessment: &Assessment,
    verdict: &Verdict,
    standing: &Standing,
    team: Option<&str>,
) -> Vec<Reason> {
    let mut out = Vec::new();
    if verdict.purpose != Purpose::Use {
        return out;
    }
    for listing in &standing.of_components {
        // A no at one tier is a no at every stricter one.
        if listing.tier.is_some_and(|tier| verdict.tier > tier) {
            continue;
        }
        let Some(purl) = listing.subject.purl() else { continue };
        let hit = assessment
            .components
            .iter()
            .any(|c| c.purl == purl || (purl.version().is_none() && name(&c.purl) == name(&purl)));
        if hit && broken(listing, assessment, team).is_none() {
            out.extend(entry(listing, verdict, None));
        }
    }
    out
}

#[cfg(test)]
mod tests;
