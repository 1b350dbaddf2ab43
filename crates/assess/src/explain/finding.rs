//! Why, of a finding: what it is and where, when it is due and by which row of the table, what clears
//! it, what it rests on.

use domain::{Assessment, Finding, Purl};
use policy::Pack;

use super::{Explanation, Lines, all_facts, clause, evidence_lines, excepted_by, facts_lines};
use crate::{avoid, deadline, debt, facts, sources, system::Declared};

/// Explains a finding.
pub(super) fn explain(assessment: &Assessment, packs: &[Pack], finding: &Finding) -> Explanation {
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
    if crate::judge::is_flaw(finding) {
        facts_lines(&mut lines, &all_facts(&facts::flaw::facts(finding, assessment.as_of.date())));
    }
    let (evidence, feeds) = (sources::beside(assessment, finding), sources::of_finding(assessment, finding));
    evidence_lines(&mut lines, assessment, &evidence, &feeds);
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
        lines.add("rule", format!("{} of {}: {}", control.id(), pack.label(), control.title()));
        lines.add("clause", clause(control));
        let who = match debt::never(finding) {
            true => "nobody: it is known to be exploited, or malicious".to_owned(),
            false => excepted_by(control, tier),
        };
        lines.add("excepted by", who);
    }
}
