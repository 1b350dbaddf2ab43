//! When a flaw is due: the table's days after the day its clock started.
//!
//! The clock starts on the later of (a) the day it was listed as exploited, else the earliest
//! publication in its alias set, else the earliest `modified`, and (b) the day the component
//! arrived. The arrival is the day `formulary init` recorded, else it is assumed to be (a).

use domain::{
    Circumstances, Date, Tier,
    circumstances::By,
    cvss::Cvss,
    finding::{Deadline, Known},
};
use policy::deadline::{Exploitation, Given, Inputs, VectorFacts, due};

/// What is known of a flaw's dates and exploitation.
#[derive(Clone, Debug, Default)]
pub struct Dates {
    /// Whether the list of exploited flaws was looked into.
    pub kev_loaded: bool,
    /// The day it was listed as exploited.
    pub kev: Option<Date>,
    /// The earliest publication in its alias set.
    pub published: Option<Date>,
    /// The earliest `modified` in its alias set.
    pub modified: Option<Date>,
    /// CVSS vectors, best version first.
    pub cvss: Vec<String>,
    /// What CISA's assessment says: exploitation, automatable, total impact.
    pub ssvc: Option<(Exploitation, bool, bool)>,
}

/// The deadline of a flaw at a tier.
pub fn deadline(
    tier: Tier,
    of: &Circumstances,
    started: Option<Date>,
    dates: &Dates,
    today: Date,
) -> Deadline {
    let mut inputs = Inputs::assumed(dates.kev.is_some());
    if !dates.kev_loaded {
        inputs.kev = Given::assumed(false);
        inputs.exploitation = Given::assumed(Exploitation::None);
    }
    let exposure = of.exposure.value;
    inputs.exposure = match of.exposure.by {
        By::Assumed => Given::assumed(exposure),
        By::Declared | By::Confirmed => Given::observed(exposure),
    };
    if let Some((exploitation, automatable, total)) = dates.ssvc {
        inputs.automatable = Given::observed(automatable);
        inputs.total = Given::observed(total);
        inputs.exploitation = Given::observed(exploitation);
    }
    if let Some(vector) = dates.cvss.iter().find_map(|text| text.parse::<Cvss>().ok()) {
        inputs = inputs.derived_from(&VectorFacts::from(&vector));
    }
    let due = due(tier, &inputs);
    let (start, start_from) = start(dates, started, today);
    Deadline {
        due: due.days.map(|days| start.plus_days(i64::from(days))),
        days: due.days,
        start,
        start_from,
        row: if due.forensics { format!("{}, with a forensic investigation", due.row) } else { due.row },
        inputs: due.inputs,
    }
}

fn start(dates: &Dates, started: Option<Date>, today: Date) -> (Date, String) {
    let (day, from) = match (dates.kev, dates.published, dates.modified) {
        (Some(day), _, _) => (day, "listed as exploited"),
        (None, Some(day), _) => (day, "published"),
        (None, None, Some(day)) => (day, "last changed (assumed: no publication date)"),
        (None, None, None) => (today, "today (assumed: the record has no date)"),
    };
    match started {
        Some(arrival) if arrival > day => (arrival, "the day `formulary init` first looked".to_owned()),
        Some(_) => (day, from.to_owned()),
        None => (day, format!("{from} (arrival assumed to be earlier)")),
    }
}

/// How an input is known, as a word for people.
pub const fn known(known: Known) -> &'static str {
    match known {
        Known::Observed => "observed",
        Known::Derived => "derived from the CVSS vector",
        Known::Assumed => "assumed",
    }
}
