//! Why, of a component: where it is named, what asks for it, what is known of it, what each control
//! makes of it.

use domain::{Assessment, Component, Finding, Purl, Resolution};
use policy::{Pack, setting::Setting};

use super::{Explanation, Lines, all_facts, clause, evidence_lines, excepted_by, facts_lines};
use crate::{avoid, facts, grammar::fill, owner, sources, system::Declared};

/// Explains a component.
pub(super) fn explain(assessment: &Assessment, packs: &[Pack], component: &Component) -> Explanation {
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
    let mut worst: Option<(domain::Outcome, String)> = None;
    for pack in packs.iter().filter(|p| p.purpose() == domain::Purpose::Use) {
        let look_up = facts::component::Components::new(assessment, pack);
        let vector = look_up.facts(component, tier);
        facts_lines(&mut lines, &all_facts(&vector));
        let ids: Vec<&str> = vector.iter().map(|(_, entry, _)| entry.id).collect();
        let evidence = sources::of_facts(assessment, policy::Judged::Component, &ids);
        evidence_lines(&mut lines, assessment, &evidence, &sources::of_component(assessment, component));
        for judgement in pack.evaluate(&vector).iter() {
            let demand = pack.demand(judgement, Setting::at(tier));
            if demand.outcome == domain::Outcome::Allowed {
                continue;
            }
            let control = pack.control(judgement.control);
            if worst.as_ref().is_none_or(|(outcome, _)| demand.outcome > *outcome) {
                worst = Some((demand.outcome, control.id().to_owned()));
            }
            lines.add(
                "judged",
                format!("{} {} → {} ({})", control.id(), demand.state, demand.outcome, pack.label()),
            );
            lines.add("  clause", clause(control));
            let name = component.purl.to_string();
            lines.add("  do", fill(control.remedy(demand.state), 1, &name));
            lines.add("  excepted by", excepted_by(control, tier));
        }
    }
    flaws(&mut lines, assessment, packs, component, tier, &mut worst);
    who_lines(&mut lines, assessment, component);
    let avoid = worst.map(|(_, control)| avoid::lines(&control));
    Explanation { title: component.purl.to_string(), lines: lines.0, avoid }
}

fn who_lines(lines: &mut Lines, assessment: &Assessment, component: &Component) {
    match owner::of_component(assessment, component).into_iter().find_map(|duties| duties.answers) {
        Some(who) => lines.add("answers", format!("{} ({})", who.role, who.source)),
        None => lines.add("answers", "nobody"),
    }
}

/// What the flaws found in it come to: they are judged by controls of their own.
fn flaws(
    lines: &mut Lines,
    assessment: &Assessment,
    packs: &[Pack],
    component: &Component,
    tier: domain::Tier,
    worst: &mut Option<(domain::Outcome, String)>,
) {
    let today = assessment.as_of.date();
    for finding in assessment.findings.iter().filter(|f| f.component.as_ref() == Some(&component.purl)) {
        if !crate::judge::is_flaw(finding) {
            continue;
        }
        let facts = facts::flaw::facts(finding, today);
        for pack in packs.iter().filter(|p| p.purpose() == domain::Purpose::Use) {
            for judgement in pack.evaluate(&facts).iter() {
                let demand = pack.demand(judgement, Setting::at(tier));
                if demand.outcome == domain::Outcome::Allowed {
                    continue;
                }
                let control = pack.control(judgement.control);
                if worst.as_ref().is_none_or(|(outcome, _)| demand.outcome > *outcome) {
                    *worst = Some((demand.outcome, control.id().to_owned()));
                }
                lines.add(
                    "judged",
                    format!(
                        "{}: {} {} → {} ({})",
                        finding.id,
                        control.id(),
                        demand.state,
                        demand.outcome,
                        pack.label()
                    ),
                );
                lines.add("  clause", clause(control));
                let command = finding.fix.as_ref().and_then(|fix| fix.command.clone());
                let remedy = command.or_else(|| finding.remedy.clone());
                lines.add("  do", remedy.unwrap_or_else(|| control.remedy(demand.state).to_owned()));
                lines.add("  excepted by", excepted_by(control, tier));
            }
        }
    }
}
