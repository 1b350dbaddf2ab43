//! Why, of a control: what it asks and by which clause, and for each thing it was put to the facts it
//! read, their values, and the evidence behind them.

use domain::{
    Assessment, Component, ControlResult, ControlState, Evidence, FeedStamp, Finding, Purpose, Scope, Tier,
};
use policy::{Facts, Judged, Known, Pack, control::Control, setting::Setting};

use super::{Explanation, Lines, clause, evidence_lines, excepted_by, facts_lines};
use crate::{
    avoid,
    facts::{self, component::Components},
    grammar::fill,
    judge::is_flaw,
    observe::in_part,
    sources,
    system::{Declared, Part},
};

/// At most this many of the things judged are shown whole; the rest are counted.
const MOST_THINGS: usize = 5;

/// Explains a control of a pack, once for each part it was asked of.
pub(super) fn explain(assessment: &Assessment, pack: &Pack, id: &str) -> Vec<Explanation> {
    let Some((at, control)) = pack.find(id) else { return Vec::new() };
    let label = pack.label();
    let declared = Declared::from_evidence(&assessment.evidence);
    let results = assessment.controls.iter().filter(|c| c.id == id && c.pack == label);
    results
        .map(|result| {
            let part = result.part.as_ref().and_then(|name| declared.parts.iter().find(|p| p.name == *name));
            let view = View { assessment, pack, control, declared: &declared, part };
            let mut lines = Lines(Vec::new());
            lines.add("asks", control.title());
            lines.add("clause", clause(control));
            let asked = format!("{} of {} not met, {} unknown", result.not_met, result.asked, result.unknown);
            lines.add("state", format!("{}; {asked}", result.state));
            if let Some(until) = result.excepted_until {
                lines.add("set aside", format!("until {until}"));
            }
            if let Some(until) = result.attested {
                lines.add("attested", format!("until {until}"));
            }
            view.reasons(result, &mut lines);
            view.things(&mut lines);
            view.findings(&mut lines);
            for claim in declared.claims.iter().filter(|c| c.control == id) {
                lines.add(
                    "claimed",
                    format!("{} (until {}; not signed, so it changes no state)", claim.says, claim.until),
                );
            }
            lines.add("excepted by", excepted_by(control, view.tier()));
            let mut name = "reads";
            for entry in control.needs() {
                let who = entry.observer.word();
                lines.add(name, format!("{} (seen by a {who}): {}", entry.id, entry.meaning));
                name = "";
            }
            lines.add("rule", rule(pack.text(at)));
            Explanation {
                title: match &result.part {
                    Some(part) => format!("{id} of {label}, part {part}"),
                    None => format!("{id} of {label}"),
                },
                lines: lines.0,
                avoid: Some(avoid::lines(id)),
            }
        })
        .collect()
}

/// One control of one pack, asked of one part.
struct View<'a> {
    assessment: &'a Assessment,
    pack: &'a Pack,
    control: &'a Control,
    declared: &'a Declared,
    part: Option<&'a Part>,
}

/// One thing that the control was put to.
struct Thing<'a> {
    name: String,
    state: ControlState,
    facts: Facts,
    places: Vec<String>,
    evidence: Vec<&'a Evidence>,
    feeds: Vec<&'a FeedStamp>,
}

impl<'a> View<'a> {
    fn tier(&self) -> Tier {
        self.part.map_or(self.assessment.circumstances.tier.value, |part| part.tier)
    }

    /// Why it matters here and what to do; where it gave no reason, what it would ask for.
    fn reasons(&self, result: &ControlResult, lines: &mut Lines) {
        let label = self.pack.label();
        let verdicts = self.assessment.verdicts.iter().filter(|v| v.pack == label && v.part == result.part);
        let mut any = false;
        for reason in verdicts.flat_map(|v| &v.reasons).filter(|r| r.control == result.id) {
            any = true;
            lines.add("why", reason.why.clone());
            lines.add("remedy", reason.remedy.clone());
        }
        if !any && result.state != ControlState::NotApplicable {
            lines.add("remedy", "none is needed now");
            let remedy = fill(self.control.remedy(ControlState::NotMet), 0, "it");
            lines.add("if not met", remedy);
        }
        let setting = match self.pack.purpose() {
            Purpose::Use => Setting::at(self.tier()),
            Purpose::Publish => Setting::publish(self.tier(), self.assessment.circumstances.visibility.value),
        };
        if let Some(cell) = self.control.actions(setting) {
            let word = |action: Option<domain::verdict::Action>| match action {
                Some(domain::verdict::Action::Block) => "block",
                Some(domain::verdict::Action::Refer) => "refer",
                Some(domain::verdict::Action::Oblige) => "oblige",
                Some(domain::verdict::Action::Advise) => "advise",
                None => "not asked",
            };
            lines.add("action", format!("not met: {}; unknown: {}", word(cell.not_met), word(cell.unknown)));
        }
    }

    /// The things judged, the worst first, each with facts and evidence.
    fn things(&self, lines: &mut Lines) {
        let mut things = self.judged();
        things.retain(|thing| thing.state != ControlState::NotApplicable);
        // Not met, then unknown, then met; the order of the assessment within each.
        things.sort_by_key(|thing| match thing.state {
            ControlState::NotMet => 0,
            ControlState::Unknown => 1,
            ControlState::Met | ControlState::NotApplicable => 2,
        });
        for thing in things.iter().take(MOST_THINGS) {
            lines.add("judged", format!("{}: {}", thing.name, thing.state));
            for place in thing.places.iter().take(3) {
                lines.add("at", place.clone());
            }
            if self.control.judged() == Judged::Model && self.control.needs().any(|need| need.id == "licence")
            {
                thing.evidence.iter().for_each(|model| lines.add("licence", licence_found(model)));
            }
            let read: Vec<(&'static str, Known)> = self
                .control
                .needs()
                .filter_map(|need| thing.facts.iter().find(|(_, entry, _)| entry.id == need.id))
                .map(|(_, entry, known)| (entry.id, known))
                .collect();
            facts_lines(lines, &read);
            evidence_lines(lines, self.assessment, &thing.evidence, &thing.feeds);
        }
        if things.len() > MOST_THINGS {
            let rest = &things[MOST_THINGS..];
            let n = |state| rest.iter().filter(|thing| thing.state == state).count();
            lines.add(
                "and",
                format!(
                    "{} more: {} not met, {} unknown, {} met",
                    rest.len(),
                    n(ControlState::NotMet),
                    n(ControlState::Unknown),
                    n(ControlState::Met)
                ),
            );
        }
    }

    fn judged(&self) -> Vec<Thing<'a>> {
        let assessment = self.assessment;
        match self.control.judged() {
            Judged::Component => {
                let look_up = Components::new(assessment, self.pack);
                let here = |c: &&Component| {
                    c.from.iter().any(|place| in_part(self.declared, self.part, &place.path))
                        || (c.from.is_empty() && self.part.is_none())
                };
                assessment.components.iter().filter(here).map(|c| self.component(&look_up, c)).collect()
            }
            Judged::Flaw => assessment
                .findings
                .iter()
                .filter(|f| is_flaw(f) && self.holds(f))
                .map(|finding| {
                    let facts = facts::flaw::facts(finding, assessment.as_of.date());
                    let name = match &finding.component {
                        Some(purl) => format!("{} in {purl}", finding.id),
                        None => finding.id.clone(),
                    };
                    let evidence = sources::beside(assessment, finding);
                    let feeds = sources::of_finding(assessment, finding);
                    let places = finding.places.iter().map(ToString::to_string).collect();
                    self.thing(name, facts, places, evidence, feeds)
                })
                .collect(),
            Judged::Model => facts::all(assessment, facts::model::KIND)
                .filter(|model| in_part(self.declared, self.part, facts::model::path(model)))
                .map(|model| {
                    let facts = facts::model::facts(assessment, self.pack, model, self.tier());
                    let path = facts::model::path(model);
                    let places = if path.is_empty() { Vec::new() } else { vec![path.to_owned()] };
                    self.thing(facts::model::name(model), facts, places, vec![model], Vec::new())
                })
                .collect(),
            Judged::System => {
                let name = self.part.map_or_else(|| "the system".to_owned(), |part| part.name.clone());
                self.whole(name, facts::system::facts(assessment, self.declared, self.part))
            }
            Judged::Repository => self.whole(
                "the repository".to_owned(),
                facts::repository::facts(assessment, self.declared, self.pack),
            ),
            Judged::Product => self.whole("the product".to_owned(), facts::product::facts(assessment)),
        }
    }

    fn component(&self, look_up: &Components<'_>, component: &Component) -> Thing<'a> {
        let at = if component.scope == Scope::Development { Tier::Research } else { self.tier() };
        let facts = look_up.facts(component, at);
        let needs = self.needs();
        let evidence = sources::of_facts(self.assessment, Judged::Component, &needs);
        let from_feed = ["malicious", "feed", "version-determined", "upkeep", "open-flaw"];
        let feeds = if needs.iter().any(|need| from_feed.contains(need)) {
            sources::of_component(self.assessment, component)
        } else {
            Vec::new()
        };
        let places = component.from.iter().map(ToString::to_string).collect();
        self.thing(component.purl.to_string(), facts, places, evidence, feeds)
    }

    /// The one thing there is of its kind.
    fn whole(&self, name: String, facts: Facts) -> Vec<Thing<'a>> {
        let needs = self.needs();
        let evidence = sources::of_facts(self.assessment, self.control.judged(), &needs);
        let ships = needs.iter().any(|need| need.starts_with("ships-"));
        let feeds = if ships { self.assessment.feeds.iter().collect() } else { Vec::new() };
        vec![self.thing(name, facts, Vec::new(), evidence, feeds)]
    }

    fn thing(
        &self,
        name: String,
        facts: Facts,
        places: Vec<String>,
        evidence: Vec<&'a Evidence>,
        feeds: Vec<&'a FeedStamp>,
    ) -> Thing<'a> {
        let judgements = self.pack.evaluate(&facts);
        let state = judgements
            .iter()
            .find(|judgement| self.pack.control(judgement.control).id() == self.control.id())
            .map_or(ControlState::NotApplicable, |judgement| judgement.state);
        Thing { name, state, facts, places, evidence, feeds }
    }

    fn needs(&self) -> Vec<&'static str> {
        self.control.needs().map(|entry| entry.id).collect()
    }

    fn holds(&self, finding: &Finding) -> bool {
        finding.places.is_empty() && self.part.is_none()
            || finding.places.iter().any(|p| in_part(self.declared, self.part, &p.path))
    }

    fn findings(&self, lines: &mut Lines) {
        let id = self.control.id();
        let own: Vec<&Finding> =
            self.assessment.findings.iter().filter(|f| f.control == id && self.holds(f)).collect();
        for finding in own.iter().take(20) {
            let place = finding.places.first().map(|p| format!(", {p}")).unwrap_or_default();
            lines.add("finding", format!("{}: {}{place}", finding.id, finding.title));
            if let Some(remedy) = &finding.remedy {
                lines.add("remedy", remedy.clone());
            }
        }
        if own.len() > 20 {
            lines.add("", format!("and {} more findings", own.len() - 20));
        }
    }
}

/// Which licence a model states, and where.
fn licence_found(model: &Evidence) -> String {
    let licence = &model.value["licence"];
    let mut stated: Vec<String> = licence["stated"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| {
            let place: domain::Place = serde_json::from_value(one["place"].clone()).ok()?;
            Some(format!("{} ({place})", pages::columns::cut(one["id"].as_str()?, 80)))
        })
        .collect();
    if licence["unknown_text"] == serde_json::Value::Bool(true) {
        stated.push("a licence file whose text is of no licence that is known".to_owned());
    }
    if stated.is_empty() { "none is stated".to_owned() } else { stated.join(", ") }
}

/// The `forbid` itself, without its annotations, on one line.
fn rule(text: &str) -> String {
    let body = text.find("forbid").map_or(text, |at| &text[at..]);
    body.split_whitespace().collect::<Vec<_>>().join(" ")
}
