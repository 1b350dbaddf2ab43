//! Facts about one known flaw of one component.

use domain::{Date, Finding};
use policy::{Facts, Judged, catalogue::Due, fact::flaw as fact};

/// The facts of a flaw on a day.
pub fn facts(finding: &Finding, today: Date) -> Facts {
    let mut facts = Facts::new(Judged::Flaw);
    facts.set(fact::DUE, due(finding, today));
    let known = finding.exploitability.as_ref();
    facts.set(fact::KNOWN_EXPLOITED, known.is_some_and(|e| e.kev.is_some()));
    facts.set_if(fact::SCORE_TENTHS, known.and_then(|e| e.score_tenths).map(u64::from));
    facts.set(fact::FIX_EXISTS, finding.fixed_in.is_some());
    facts
}

/// Where a flaw stands on its clock.
pub fn due(finding: &Finding, today: Date) -> Due {
    match finding.due {
        Some(due) if due < today => Due::Overdue,
        Some(_) => Due::Inside,
        None => Due::OnUpgrade,
    }
}
