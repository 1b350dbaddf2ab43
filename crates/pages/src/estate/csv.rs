//! The rows of an estate for a spreadsheet: one line a subject, everything that fits into a cell.

use domain::{Estate, Outcome, estate::Seen};

use super::told;
use crate::csv::row;

const HEADS: [&str; 30] = [
    "repository",
    "name",
    "read",
    "owner",
    "contact",
    "tier",
    "tier by",
    "visibility",
    "use",
    "publish",
    "blocks",
    "actions",
    "updates",
    "decisions",
    "attestations",
    "other actions",
    "closure until",
    "closure days left",
    "closure by",
    "oldest evidence",
    "oldest evidence as of",
    "oldest evidence days",
    "remediation median",
    "exceptions in force",
    "exceptions expired",
    "next exception ends",
    "overdue clinical",
    "overdue other tiers",
    "exit code",
    "assessment",
];

/// The table, one line a subject.
pub fn render(estate: &Estate) -> String {
    let mut out = String::new();
    row(&mut out, &HEADS);
    for one in &estate.rows {
        let judged = match &one.seen {
            Seen::Judged(judged) => judged,
            Seen::Unreadable(why) => {
                let mut cells = vec![String::new(); HEADS.len()];
                cells[0].clone_from(&one.repository);
                cells[2] = format!("{}: {why}", told::UNREADABLE);
                cells[8] = Outcome::NotEvaluated.word().to_owned();
                cells[9] = Outcome::NotEvaluated.word().to_owned();
                cells[22] = told::UNMEASURED.to_owned();
                cells[28] = Outcome::NotEvaluated.exit_code().to_string();
                row(&mut out, &cells.iter().map(String::as_str).collect::<Vec<_>>());
                continue;
            }
        };
        let day = |day: Option<domain::Date>| day.map(|d| d.to_string()).unwrap_or_default();
        let owner = judged.owner.as_ref();
        let closure = judged.closure.as_ref();
        let effort = &judged.effort;
        let (clinical, others): (Vec<_>, Vec<_>) =
            judged.overdue.iter().partition(|at| at.tier == domain::Tier::Clinical);
        let sum = |all: &[&domain::estate::AtTier]| all.iter().map(|at| at.count).sum::<u64>().to_string();
        let cells = [
            one.repository.clone(),
            judged.name.clone().unwrap_or_default(),
            "yes".to_owned(),
            told::owner(judged).to_owned(),
            owner.and_then(|o| o.contact.clone()).unwrap_or_default(),
            judged.tier.value.word().to_owned(),
            told::by(judged.tier.by).to_owned(),
            told::visibility(judged),
            told::answer(judged.usage).to_owned(),
            told::answer(judged.publish).to_owned(),
            told::blocks(judged).join("; "),
            effort.actions.to_string(),
            effort.updates.to_string(),
            effort.decisions.to_string(),
            effort.attestations.to_string(),
            effort.other.to_string(),
            day(closure.and_then(|c| c.until)),
            closure.and_then(|c| c.days_left).map(|n| n.to_string()).unwrap_or_default(),
            closure.map(|c| c.source.clone()).unwrap_or_default(),
            judged.oldest.what.clone(),
            judged.oldest.as_of.date().to_string(),
            judged.oldest.days.to_string(),
            told::median(judged.remediation.as_ref()),
            judged.exceptions.in_force.to_string(),
            judged.exceptions.expired.to_string(),
            day(judged.exceptions.next_end),
            sum(&clinical),
            sum(&others),
            judged.exit_code.to_string(),
            judged.assessment.map(|d| d.to_string()).unwrap_or_default(),
        ];
        row(&mut out, &cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    out
}
