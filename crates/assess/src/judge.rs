//! The packs asked about what was observed: states of controls, verdicts with reasons, obligations.
//!
//! Phases: (1) the subject is cut into the whole and its parts, each with its tier; (2) every
//! component, flaw, model, product, and the system or repository itself is put to the controls of
//! its kind, components that only development needs at the research tier, malware everywhere as
//! itself; (3) what an exception sets aside counts as conditional, and what an exception set aside
//! until a day that is past is refused; (4) the worst wins, and the pack's floor holds until a
//! Receipt covers the release.

mod round;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Assessment, Component, ControlResult, ControlState, Date, Digest, Finding, FindingKind, Obligation,
    Outcome, Purpose, Reason, Scope, Standing, Subject, Tier, Verdict, Visibility, circumstances::By,
    verdict::Action,
};
use policy::{Facts, Judged, Pack, setting::Setting};

use crate::{
    facts::{self, component::Components},
    grammar::fill,
    observe::in_part,
    owner, standing,
    system::{Declared, Part},
};

pub(crate) use self::round::subject_of;
use self::round::{Concern, Round, is_gap};

/// At most this many fingerprints stand under one reason; its count has the number.
const MOST_FINDINGS: usize = 1_000;

/// Days until an obligation is due where neither a flaw's clock nor the pack gives a day.
const OBLIGATION_DAYS: i64 = 30;

/// Which questions are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Questions {
    /// May it be used?
    pub use_: bool,
    /// May it be public? Asked of repositories only.
    pub publish: bool,
}

/// Fills in control states, verdicts and obligations. Whether a Receipt covers the release is told by the
/// assessment's own standing.
pub fn judge(assessment: &mut Assessment, packs: &[Pack], questions: Questions) {
    assessment.verdicts.clear();
    assessment.controls.clear();
    assessment.obligations.clear();
    let declared = Declared::from_evidence(&assessment.evidence);
    let standing = standing::of(assessment);
    let mut verdicts = Vec::new();
    let mut controls = Vec::new();
    let mut obligations = Vec::new();
    for pack in packs {
        match pack.purpose() {
            Purpose::Use if questions.use_ => {
                for part in parts(assessment, &declared) {
                    let asked = Asked { assessment, pack, declared: &declared, part, standing: &standing };
                    asked.usage(&mut verdicts, &mut controls, &mut obligations);
                }
            }
            Purpose::Publish
                if questions.publish && matches!(assessment.subject, Subject::Repository { .. }) =>
            {
                let asked = Asked { assessment, pack, declared: &declared, part: None, standing: &standing };
                asked.publication(&mut verdicts, &mut controls, &mut obligations);
            }
            Purpose::Use | Purpose::Publish => {}
        }
    }
    obligations.sort_by(|a: &Obligation, b| (a.due, &a.control, &a.what).cmp(&(b.due, &b.control, &b.what)));
    obligations.dedup_by(|a, b| a.control == b.control && a.what == b.what && a.due == b.due);
    assessment.verdicts = verdicts;
    assessment.controls = controls;
    assessment.obligations = obligations;
    standing::apply(assessment, packs);
    crate::closures::apply(assessment, packs);
    crate::reopening::apply(assessment);
}

/// The whole, unless parts leave nothing of it; then each part.
fn parts<'a>(assessment: &Assessment, declared: &'a Declared) -> Vec<Option<&'a Part>> {
    if declared.parts.is_empty() {
        return vec![None];
    }
    let rest = assessment.components.is_empty()
        || assessment.components.iter().any(|c| c.from.iter().any(|p| declared.part_of(&p.path).is_none()));
    let whole = rest.then_some(None);
    whole.into_iter().chain(declared.parts.iter().map(Some)).collect()
}

/// One question put to one pack about one part.
struct Asked<'a> {
    assessment: &'a Assessment,
    pack: &'a Pack,
    declared: &'a Declared,
    part: Option<&'a Part>,
    standing: &'a Standing,
}

impl Asked<'_> {
    fn tier(&self) -> Tier {
        let whole = self.assessment.circumstances.tier;
        match self.part {
            // The register's floor holds for the parts as well.
            Some(part) if whole.by == By::Confirmed => part.tier.stricter(whole.value),
            Some(part) => part.tier,
            None => whole.value,
        }
    }

    /// Whether a Receipt covers what is asked about.
    fn covered(&self, tier: Tier) -> bool {
        standing::covered(self.standing, self.part.map(|part| part.name.as_str()), tier)
    }

    fn here(&self, component: &Component) -> bool {
        component.from.iter().any(|place| in_part(self.declared, self.part, &place.path))
            || (component.from.is_empty() && self.part.is_none())
    }

    fn finding_here(&self, finding: &Finding) -> bool {
        if finding.places.is_empty() {
            return self.part.is_none();
        }
        finding.places.iter().any(|place| in_part(self.declared, self.part, &place.path))
    }

    fn usage(
        &self,
        verdicts: &mut Vec<Verdict>,
        controls: &mut Vec<ControlResult>,
        obligations: &mut Vec<Obligation>,
    ) {
        let tier = self.tier();
        let mut round = Round::new(self.pack);
        let look_up = Components::new(self.assessment, self.pack);
        for component in self.assessment.components.iter().filter(|c| self.here(c)) {
            let at = if component.scope == Scope::Development { Tier::Research } else { tier };
            let facts = look_up.facts(component, at);
            let findings = look_up.findings(&component.purl);
            let name = component.purl.to_string();
            for judgement in self.pack.evaluate(&facts).iter() {
                let control = self.pack.control(judgement.control);
                // Malware is malware, whatever it is needed for.
                let setting = Setting::at(if control.id() == MALWARE { tier } else { at });
                let own: Vec<&Finding> =
                    findings.iter().copied().filter(|f| f.control == control.id()).collect();
                let until = self.set_aside(control.id(), &own, Some(component));
                round.add(judgement, setting, until, &name, &own, &[]);
            }
        }
        for finding in self.assessment.findings.iter().filter(|f| is_flaw(f) && self.finding_here(f)) {
            let at = if finding.development_only { Tier::Research } else { tier };
            let facts = facts::flaw::facts(finding, self.assessment.as_of.date());
            let name = finding.component.as_ref().map_or_else(|| finding.id.clone(), ToString::to_string);
            for judgement in self.pack.evaluate(&facts).iter() {
                let control = self.pack.control(judgement.control).id();
                let until = self.set_aside(control, &[finding], None);
                round.add(judgement, Setting::at(at), until, &name, &[finding], &[]);
            }
        }
        if !matches!(self.assessment.subject, Subject::Component { purl: Some(_), .. }) {
            let facts = facts::system::facts(self.assessment, self.declared, self.part);
            let name = self.part.map_or_else(|| "the system".to_owned(), |part| part.name.clone());
            self.one(&mut round, &facts, &name, tier);
        }
        for model in facts::all(self.assessment, facts::model::KIND) {
            let path = facts::model::path(model);
            if in_part(self.declared, self.part, path) {
                let facts = facts::model::facts(self.assessment, self.pack, model, tier);
                // A model that lies among tests only is judged as what it is: a fixture.
                let at = if facts::model::development(model) { Tier::Research } else { tier };
                self.ask(&mut round, &facts, &facts::model::name(model), path, Setting::at(at));
            }
        }
        if matches!(self.assessment.subject, Subject::Product { .. }) && self.part.is_none() {
            let facts = facts::product::facts(self.assessment);
            self.one(&mut round, &facts, "the product", tier);
        }
        let setting = Setting::at(tier);
        let answer = round.tally.answer(tier, self.covered(tier));
        let reasons = self.reasons(&round, setting, answer.by_floor);
        verdicts.push(self.verdict(tier, answer.outcome, answer.otherwise, None, reasons, obligations));
        controls.extend(self.results(&round));
    }

    fn publication(
        &self,
        verdicts: &mut Vec<Verdict>,
        controls: &mut Vec<ControlResult>,
        obligations: &mut Vec<Obligation>,
    ) {
        let tier = self.tier();
        let visibility = self.assessment.circumstances.visibility;
        let facts = facts::repository::facts(self.assessment, self.declared, self.pack);
        let ask = |visibility| {
            let mut round = Round::new(self.pack);
            self.ask(&mut round, &facts, "the repository", "", Setting::publish(tier, visibility));
            round
        };
        let round = ask(visibility.value);
        let answer = round.tally.answer(tier, self.covered(tier));
        let if_public = (visibility.by == By::Assumed && visibility.value == Visibility::Private)
            .then(|| ask(Visibility::Public).tally.answer(tier, self.covered(tier)).outcome);
        let reasons = self.reasons(&round, Setting::publish(tier, visibility.value), answer.by_floor);
        verdicts.push(self.verdict(tier, answer.outcome, answer.otherwise, if_public, reasons, obligations));
        controls.extend(self.results(&round));
    }

    /// Puts one thing to the controls of its kind.
    fn one(&self, round: &mut Round<'_>, facts: &Facts, name: &str, tier: Tier) {
        self.ask(round, facts, name, "", Setting::at(tier));
    }

    fn ask(&self, round: &mut Round<'_>, facts: &Facts, name: &str, within: &str, setting: Setting) {
        for judgement in self.pack.evaluate(facts).iter() {
            let control = self.pack.control(judgement.control);
            let own: Vec<&Finding> = self
                .assessment
                .findings
                .iter()
                .filter(|f| speaks_to(f, control.id()) && self.concerns(facts.judged(), f, within))
                .collect();
            let until = self.set_aside(control.id(), &own, None);
            let evidence: Vec<Digest> = self
                .assessment
                .evidence
                .iter()
                .filter(|e| e.kind == control.id())
                .map(|e| e.digest)
                .collect();
            round.add(judgement, setting, until, name, &own, &evidence);
        }
    }

    /// Whether a finding is about the thing that is judged; `within` is the folder of a model.
    fn concerns(&self, judged: Judged, finding: &Finding, within: &str) -> bool {
        match judged {
            Judged::System => finding.component.is_none() && self.finding_here(finding),
            Judged::Model => {
                finding.places.iter().any(|place| formats::own::system::holds(within, &place.path))
            }
            _ => true,
        }
    }

    /// Until when a thing is set aside for a control, if it is: by an exception for the whole
    /// control, for this component, or for every one of its findings.
    fn set_aside(&self, control: &str, findings: &[&Finding], component: Option<&Component>) -> Option<Date> {
        let today = self.assessment.as_of.date();
        let mut exceptions = self
            .assessment
            .exceptions
            .iter()
            .filter(|e| e.control == control && e.from <= today && e.until >= today);
        let wide = exceptions.find(|e| match &e.scope {
            None => true,
            Some(scope) => component.is_some_and(|c| crate::debt::names_component(scope, &c.purl)),
        });
        if let Some(exception) = wide {
            return Some(exception.until);
        }
        let untils: Option<Vec<Date>> = findings.iter().map(|f| f.excepted_until).collect();
        untils.and_then(|untils| untils.into_iter().min())
    }

    fn reasons(&self, round: &Round<'_>, setting: Setting, by_floor: bool) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for line in round.tally.lines() {
            let Some(action) = line.action else { continue };
            let control = self.pack.control(line.control);
            let nothing = Concern::default();
            let concern = round.concerns.get(&line.control.index()).unwrap_or(&nothing);
            // What decides may be the unknown half, where both were found.
            let state = concern.worst.map_or(line.state, |demand| demand.state);
            let count = match state {
                ControlState::Unknown => line.unknown,
                _ => line.not_met,
            }
            .max(1);
            let named = if state == ControlState::Unknown { &concern.open } else { &concern.failing };
            let count = if concern.by_findings { count.max(named.len() as u64) } else { count };
            let mut names = named.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
            if named.len() > 3 {
                names.push_str(&format!(" and {} more", named.len() - 3));
            }
            if concern.part_open && state == ControlState::Unknown {
                self.split(&mut reasons, line, concern, setting);
                continue;
            }
            reasons.push(Reason {
                control: control.id().to_owned(),
                row: control.row().to_owned(),
                state,
                action,
                outcome: line.outcome,
                why: self.here_too(fill(control.why(state), count, &names), concern),
                remedy: fill(control.remedy(state), count, &names),
                count,
                findings: concern.findings.iter().take(MOST_FINDINGS).copied().collect(),
                evidence: concern.evidence.iter().take(MOST_FINDINGS).copied().collect(),
                excepted_until: concern.until.filter(|_| line.excepted > 0),
            });
        }
        reasons.extend(self.lapsed());
        if by_floor {
            reasons.push(standing::floor(self.pack, setting.tier));
        }
        reasons.sort_by(|a, b| {
            b.outcome.cmp(&a.outcome).then(b.action.cmp(&a.action)).then(a.control.cmp(&b.control))
        });
        reasons
    }

    /// The words of a control, and what was found here where it asks for several things at once.
    fn here_too(&self, why: String, concern: &Concern) -> String {
        const MOST: usize = 2;
        let hygiene =
            |f: &&Finding| f.kind == FindingKind::Hygiene && concern.findings.contains(&f.fingerprint);
        let own: Vec<&str> =
            self.assessment.findings.iter().filter(hygiene).map(|f| f.title.as_str()).collect();
        if own.is_empty() || own.len() > MOST || own.len() < concern.findings.len() {
            return why;
        }
        format!("{why} Here: {}.", own.join("; "))
    }

    /// A control that found a fault and could not look at the rest, where the gap is the graver: two
    /// reasons, so that each finding stands under its own consequence.
    fn split(&self, reasons: &mut Vec<Reason>, line: &policy::Line, concern: &Concern, setting: Setting) {
        let control = self.pack.control(line.control);
        let gaps: BTreeSet<Digest> =
            self.assessment.findings.iter().filter(|f| is_gap(f)).map(|f| f.fingerprint).collect();
        let cell = control.actions(setting).unwrap_or_default();
        for state in [ControlState::Unknown, ControlState::NotMet] {
            let gap = state == ControlState::Unknown;
            let action = if gap { line.action } else { cell.not_met };
            let Some(action) = action else { continue };
            let findings: Vec<Digest> =
                concern.findings.iter().filter(|print| gaps.contains(print) == gap).copied().collect();
            let outcome = if gap {
                line.outcome
            } else {
                policy::demand::outcome(action, state, policy::Observer::Collector).min(line.outcome)
            };
            let names: Vec<String> = self
                .assessment
                .findings
                .iter()
                .filter(|f| findings.contains(&f.fingerprint))
                .map(subject_of)
                .take(3)
                .collect();
            let count = (findings.len() as u64).max(1);
            reasons.push(Reason {
                control: control.id().to_owned(),
                row: control.row().to_owned(),
                state,
                action,
                outcome,
                why: fill(control.why(state), count, &names.join(", ")),
                remedy: fill(control.remedy(state), count, &names.join(", ")),
                count,
                findings,
                evidence: Vec::new(),
                excepted_until: None,
            });
        }
    }

    /// Exceptions past their end whose fault is still there: refused.
    fn lapsed(&self) -> Vec<Reason> {
        let mut by_control: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        let lapsed =
            self.assessment.findings.iter().filter(|f| f.kind == FindingKind::Exception && f.id == "lapsed");
        for finding in lapsed {
            if self.pack.find(&finding.control).is_some() && self.part.is_none() {
                by_control.entry(&finding.control).or_default().push(finding);
            }
        }
        by_control
            .into_iter()
            .map(|(control, findings)| Reason {
                control: control.to_owned(),
                row: self.pack.find(control).map(|(_, c)| c.row().to_owned()).unwrap_or_default(),
                state: ControlState::NotMet,
                action: Action::Block,
                outcome: Outcome::Refused,
                why: findings.iter().map(|f| f.title.as_str()).take(3).collect::<Vec<_>>().join("; "),
                remedy: "Mend what was set aside; an exception that has ended cannot be stretched."
                    .to_owned(),
                count: findings.len() as u64,
                findings: findings.iter().map(|f| f.fingerprint).collect(),
                evidence: Vec::new(),
                excepted_until: None,
            })
            .collect()
    }

    fn verdict(
        &self,
        tier: Tier,
        outcome: Outcome,
        otherwise: Option<Outcome>,
        if_public: Option<Outcome>,
        reasons: Vec<Reason>,
        obligations: &mut Vec<Obligation>,
    ) -> Verdict {
        let mut reasons = reasons;
        reasons.extend(self.broken_promises(&reasons));
        let outcome = reasons.iter().map(|r| r.outcome).max().unwrap_or(outcome).max(outcome);
        for reason in reasons.iter().filter(|r| r.outcome == Outcome::Conditional) {
            obligations.push(self.obligation(reason, tier));
        }
        Verdict {
            purpose: self.pack.purpose(),
            part: self.part.map(|part| part.name.clone()),
            tier,
            pack: self.pack.label(),
            outcome,
            otherwise: otherwise.filter(|_| outcome == Outcome::NotEvaluated),
            if_public,
            reasons,
        }
    }

    fn obligation(&self, reason: &Reason, tier: Tier) -> Obligation {
        let today = self.assessment.as_of.date();
        let flaws: BTreeSet<Digest> = reason.findings.iter().copied().collect();
        let earliest = self
            .assessment
            .findings
            .iter()
            .filter(|f| flaws.contains(&f.fingerprint))
            .filter_map(|f| f.due.map(|due| f.excepted_until.unwrap_or(due)))
            .min();
        let days = self.pack.limit("obligation-days", tier).map_or(OBLIGATION_DAYS, i64::from);
        let who = owner::of_system(self.assessment, self.declared, self.part)
            .map_or_else(|| "nobody named".to_owned(), |owner| owner.role);
        let control = self.pack.find(&reason.control).map(|(_, control)| control);
        let promise = self.promises().into_iter().find(|p| p.control == reason.control);
        if let Some(promise) = promise {
            return Obligation {
                control: reason.control.clone(),
                what: promise.what,
                who: promise.owner,
                due: promise.until,
                shown_by: control.map_or("the next check finds it met", |c| c.shown_by()).to_owned(),
                findings: reason.findings.clone(),
                recorded: true,
            };
        }
        Obligation {
            control: reason.control.clone(),
            what: reason.remedy.clone(),
            who,
            due: reason.excepted_until.or(earliest).unwrap_or_else(|| today.plus_days(days)),
            shown_by: control.map_or("the next check finds it met", |c| c.shown_by()).to_owned(),
            findings: reason.findings.clone(),
            recorded: reason.excepted_until.is_some(),
        }
    }

    /// What the debt file promises.
    fn promises(&self) -> Vec<crate::debt::Promise> {
        facts::value(self.assessment, crate::debt::KIND)
            .and_then(|value| serde_json::from_value(value.clone()).ok())
            .unwrap_or_default()
    }

    /// Obligations that were taken on, are past their day, and whose control still asks: refused.
    fn broken_promises(&self, reasons: &[Reason]) -> Vec<Reason> {
        let today = self.assessment.as_of.date();
        self.promises()
            .into_iter()
            .filter(|promise| promise.until < today)
            .filter_map(|promise| {
                let open = reasons
                    .iter()
                    .find(|r| r.control == promise.control && r.outcome == Outcome::Conditional)?;
                Some(Reason {
                    action: Action::Block,
                    outcome: Outcome::Refused,
                    why: format!(
                        "{} promised by {}: `{}`; nothing shows it done",
                        promise.owner, promise.until, promise.what
                    ),
                    ..open.clone()
                })
            })
            .collect()
    }

    fn results(&self, round: &Round<'_>) -> Vec<ControlResult> {
        round
            .tally
            .lines()
            .iter()
            .map(|line| {
                let control = self.pack.control(line.control);
                let until = round.concerns.get(&line.control.index()).and_then(|c| c.until);
                ControlResult {
                    id: control.id().to_owned(),
                    row: control.row().to_owned(),
                    pack: self.pack.label(),
                    part: self.part.map(|part| part.name.clone()),
                    state: line.state,
                    asked: line.asked,
                    not_met: line.not_met,
                    unknown: line.unknown,
                    attested: None,
                    excepted_until: until.filter(|_| line.excepted > 0),
                }
            })
            .collect()
    }
}

/// The control that is judged at the tier of the use, whatever a component is needed for.
const MALWARE: &str = "malware";

/// Whether a finding is what a control asks about. The publication's `flaws` asks what the use's
/// controls ask of each component, of all that ships together.
/// A remark on an exception is about the debt file, not about the fault.
fn speaks_to(finding: &Finding, control: &str) -> bool {
    finding.kind != FindingKind::Exception
        && finding.attested.is_none()
        && (finding.control == control
            || (control == "flaws"
                && !finding.development_only
                && matches!(finding.control.as_str(), "flaw-overdue" | "malware")))
}

/// Findings that run on a clock.
pub fn is_flaw(finding: &Finding) -> bool {
    matches!(finding.kind, FindingKind::Advisory | FindingKind::Imported)
}
