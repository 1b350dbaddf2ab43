//! Why: everything that is known about one component, finding or control, and what to do.

use domain::{Assessment, Component, Finding, Purl, Resolution};
use policy::{Facts, Known, Pack, excepts::Who, setting::Setting};

use crate::{avoid, deadline, debt, facts, owner, system::Declared};

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
        out.push(of_component(assessment, packs, component));
    }
    for finding in assessment.findings.iter().filter(|f| is(f, what)) {
        out.push(of_finding(assessment, packs, finding));
    }
    for pack in packs {
        if pack.find(what).is_some() {
            out.extend(of_control(assessment, pack, what));
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

fn of_component(assessment: &Assessment, packs: &[Pack], component: &Component) -> Explanation {
    let mut lines = Lines(Vec::new());
    let scope = match component.scope {
        domain::Scope::Runtime => "runs",
        domain::Scope::Optional => "runs if installed",
        domain::Scope::Development => "for development only, so judged as research",
        domain::Scope::Unknown => "not said what for, so taken to run",
    };
    lines.add("scope", scope);
    for place in &component.from {
        lines.add("named at", place.to_string());
    }
    match (&component.direct, component.via.is_empty()) {
        (Some(true), _) => lines.add("path", "asked for by the subject itself"),
        (_, false) => {
            let via: Vec<String> = component.via.iter().map(Purl::native_name).collect();
            lines.add("path", format!("{} → {}", via.join(" → "), component.purl.native_name()));
        }
        _ => lines.add("path", "the files do not say what asks for it"),
    }
    if let Resolution::Range { requirement } = &component.resolution {
        lines.add("version", format!("a range, {requirement}: judged at its lowest version (assumed)"));
    }
    lines.add("licence", component.licence.clone().unwrap_or_else(|| "not stated in these files".to_owned()));
    let about: Vec<&Finding> =
        assessment.findings.iter().filter(|f| f.component.as_ref() == Some(&component.purl)).collect();
    if about.is_empty() {
        lines.add("findings", "none");
    }
    for finding in about {
        let due = finding.due.map(|due| format!(", due {due}")).unwrap_or_default();
        lines.add("finding", format!("{}: {}{due} ({})", finding.id, finding.title, finding.control));
    }
    let declared = Declared::from_evidence(&assessment.evidence);
    let part = component.from.first().and_then(|p| declared.part_of(&p.path));
    let tier = part.map_or(assessment.circumstances.tier.value, |part| part.tier);
    let tier = if component.scope == domain::Scope::Development { domain::Tier::Research } else { tier };
    for pack in packs.iter().filter(|p| p.purpose() == domain::Purpose::Use) {
        let look_up = facts::component::Components::new(assessment, pack);
        let vector = look_up.facts(component, tier);
        facts_lines(&mut lines, &vector);
        for judgement in pack.evaluate(&vector).iter() {
            let demand = pack.demand(judgement, Setting::at(tier));
            if demand.outcome > domain::Outcome::Allowed {
                let control = pack.control(judgement.control);
                lines.add(
                    "judged",
                    format!("{} {} → {} ({})", control.id(), demand.state, demand.outcome, pack.label()),
                );
            }
        }
    }
    who_lines(&mut lines, assessment, component);
    Explanation { title: component.purl.to_string(), lines: lines.0, avoid: None }
}

fn facts_lines(lines: &mut Lines, vector: &Facts) {
    let seen: Vec<String> = vector
        .iter()
        .filter(|(_, _, known)| *known != Known::Unobserved)
        .map(|(_, entry, known)| format!("{} = {known}", entry.id))
        .collect();
    let unseen: Vec<&str> = vector
        .iter()
        .filter(|(_, _, known)| *known == Known::Unobserved)
        .map(|(_, entry, _)| entry.id)
        .collect();
    lines.add("facts", seen.join(", "));
    if !unseen.is_empty() {
        lines.add("not observed", unseen.join(", "));
    }
}

fn who_lines(lines: &mut Lines, assessment: &Assessment, component: &Component) {
    match owner::of_component(assessment, component).into_iter().find_map(|duties| duties.answers) {
        Some(who) => lines.add("answers", format!("{} ({})", who.role, who.source)),
        None => lines.add("answers", "nobody"),
    }
}

fn of_finding(assessment: &Assessment, packs: &[Pack], finding: &Finding) -> Explanation {
    let mut lines = Lines(Vec::new());
    lines.add("what", finding.title.clone());
    if !finding.aliases.is_empty() {
        lines.add("also known as", finding.aliases.join(", "));
    }
    if let Some(purl) = &finding.component {
        lines.add("in", purl.to_string());
    }
    if !finding.via.is_empty() {
        let via: Vec<String> = finding.via.iter().map(Purl::native_name).collect();
        lines.add("reached by", via.join(" → "));
    }
    for place in finding.places.iter().take(20) {
        lines.add("at", place.to_string());
    }
    if let Some(matched) = &finding.matched {
        lines.add("matched", matched.clone());
    }
    lines.add("severity", finding.severity.map_or("unknown", domain::Severity::word));
    if let Some(known) = &finding.exploitability {
        for vector in &known.cvss {
            lines.add("vector", vector.clone());
        }
        if let Some(tenths) = known.score_tenths {
            lines.add("score", format!("{}.{}", tenths / 10, tenths % 10));
        }
        if let Some(day) = known.kev {
            lines.add("exploited", format!("listed as known to be exploited on {day}"));
        }
        if let Some(epss) = known.epss_millionths {
            lines.add("EPSS", format!("{}.{:02} % in the next 30 days", epss / 10_000, epss % 10_000 / 100));
        }
        if !known.cwe.is_empty() {
            lines.add("weakness", known.cwe.join(", "));
        }
    }
    if let Some(clock) = &finding.deadline {
        let due = match (clock.due, clock.days) {
            (Some(due), Some(days)) => {
                format!("{due}: {days} days after {} ({})", clock.start, clock.start_from)
            }
            _ => "on the next upgrade: the table gives no days".to_owned(),
        };
        lines.add("due", due);
        let inputs: Vec<String> = clock
            .inputs
            .iter()
            .map(|input| format!("{} = {} ({})", input.name, input.value, deadline::known(input.known)))
            .collect();
        lines.add("by", format!("{}: {}", clock.row, inputs.join(", ")));
        if clock.inputs.iter().any(|input| input.known == domain::finding::Known::Derived) {
            lines.add("", policy::deadline::DERIVATION_RULE);
        }
    }
    if let Some(fix) = &finding.fix {
        if let Some(version) = &fix.clears_this {
            lines.add("cleared by", version.clone());
        }
        if let Some(version) = &fix.clears_all {
            lines.add("all cleared by", version.clone());
        }
        if let Some(command) = &fix.command {
            lines.add("command", command.clone());
        }
    }
    if let Some(remedy) = &finding.remedy {
        lines.add("remedy", remedy.clone());
    }
    if let Some(until) = finding.excepted_until {
        lines.add("set aside", format!("until {until}"));
    }
    except_lines(&mut lines, assessment, packs, finding);
    lines.add("fingerprint", finding.fingerprint.to_string());
    Explanation {
        title: format!("{} ({})", finding.id, finding.control),
        lines: lines.0,
        avoid: Some(avoid::lines(&finding.control)),
    }
}

fn except_lines(lines: &mut Lines, assessment: &Assessment, packs: &[Pack], finding: &Finding) {
    let declared = Declared::from_evidence(&assessment.evidence);
    let tier = debt::tier_of(finding, assessment, &declared);
    for (pack, control) in packs.iter().filter_map(|p| p.find(&finding.control).map(|(_, c)| (p, c))) {
        lines.add(
            "rule",
            format!("{} {}, {}: {}", control.row(), control.id(), pack.label(), control.title()),
        );
        lines.add("source", control.source().to_owned());
        let who = match control.excepts().who(tier) {
            _ if debt::never(finding) => "nobody: it is known to be exploited, or malicious".to_owned(),
            Who::Nobody => "nobody".to_owned(),
            Who::Committee => "the committee, by a signed decision".to_owned(),
            Who::Team => match control.excepts().days() {
                Some(days) => format!("the team, for at most {days} days, in formulary.debt.toml"),
                None => "the team, in formulary.debt.toml, with owner, reason and end".to_owned(),
            },
        };
        let only =
            control.excepts().only_as().map(|word| format!(", and only as `{word}`")).unwrap_or_default();
        lines.add("excepted by", format!("{who}{only}"));
    }
}

fn of_control(assessment: &Assessment, pack: &Pack, id: &str) -> Vec<Explanation> {
    let Some((at, control)) = pack.find(id) else { return Vec::new() };
    let label = pack.label();
    let results = assessment.controls.iter().filter(|c| c.id == id && c.pack == label);
    results
        .map(|result| {
            let mut lines = Lines(Vec::new());
            lines.add("asks", control.title());
            lines.add("source", format!("{}, {}", control.row(), control.source()));
            let asked = format!("{} of {} not met, {} unknown", result.not_met, result.asked, result.unknown);
            lines.add("state", format!("{}; {asked}", result.state));
            if let Some(until) = result.excepted_until {
                lines.add("set aside", format!("until {until}"));
            }
            let reasons = assessment.verdicts.iter().filter(|v| v.pack == label && v.part == result.part);
            for reason in reasons.flat_map(|v| &v.reasons).filter(|r| r.control == id) {
                lines.add("why", reason.why.clone());
                lines.add("remedy", reason.remedy.clone());
            }
            let declared = Declared::from_evidence(&assessment.evidence);
            let part = result.part.as_ref().and_then(|name| declared.parts.iter().find(|p| p.name == *name));
            let here = |f: &&Finding| {
                f.control == id
                    && (f.places.is_empty() && part.is_none()
                        || f.places.iter().any(|p| crate::observe::in_part(&declared, part, &p.path)))
            };
            for finding in assessment.findings.iter().filter(here).take(20) {
                lines.add("finding", format!("{}: {}", finding.id, finding.title));
            }
            let needs: Vec<String> = control
                .needs()
                .map(|e| format!("{} ({}, seen by a {})", e.id, e.meaning, e.observer.word()))
                .collect();
            lines.add("reads", needs.join(" "));
            for claim in
                Declared::from_evidence(&assessment.evidence).claims.iter().filter(|c| c.control == id)
            {
                lines.add(
                    "claimed",
                    format!("{} (until {}; not signed, so it changes no state)", claim.says, claim.until),
                );
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

/// The `forbid` itself, without its annotations, on one line.
fn rule(text: &str) -> String {
    let body = text.find("forbid").map_or(text, |at| &text[at..]);
    body.split_whitespace().collect::<Vec<_>>().join(" ")
}
