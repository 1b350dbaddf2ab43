//! Deadlines: how many days a flaw may stay open, by a table of inputs.
//!
//! 1. The table of BOD 26-04 has four inputs: listed as exploited, publicly exposed, automatable,
//!    technical impact. It answers 3, 14 or 60 days, three days with a forensic investigation, or
//!    "on the next upgrade".
//! 2. At the clinical tier the tree of SSVC for deployers is asked as well, with the human impact of
//!    the tier, and the shorter of the two holds.
//! 3. An input that no feed gives is derived from the CVSS vector by [`DERIVATION_RULE`], or assumed:
//!    exposed, not automatable, total impact.
//!
//! The tables are data (`tables/`). This module knows no date: the caller adds the days to the start.

use std::sync::OnceLock;

use domain::{
    Exposure, Tier,
    cvss::Cvss,
    finding::{Input, Known},
};
use serde::Deserialize;

/// How automatable and technical impact follow from a CVSS vector, as it is printed for a person.
pub const DERIVATION_RULE: &str = "Automatable: the CVSS vector says that the attack comes over the network (AV:N), \
    is of low complexity (AC:L, in v4 also AT:N), and needs neither privileges nor a user (PR:N or Au:N, UI:N; \
    v2 does not speak of the user, which counts as none). Technical impact is total where confidentiality, \
    integrity and availability of the flawed system are all lost entirely (high, in v2 complete); else partial. \
    Without a vector: not automatable, total impact, both assumed.";

/// The part of a CVSS vector that the derivation rule reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VectorFacts {
    /// The attack comes over the network.
    pub network: bool,
    /// Low complexity, and no special requirements.
    pub low_complexity: bool,
    /// No privileges are needed.
    pub no_privileges: bool,
    /// No user needs to do anything.
    pub no_interaction: bool,
    /// Confidentiality, integrity and availability are all lost entirely.
    pub everything_lost: bool,
}

impl From<&Cvss> for VectorFacts {
    fn from(vector: &Cvss) -> Self {
        Self {
            network: vector.network(),
            low_complexity: vector.low_complexity(),
            no_privileges: vector.privileges_none(),
            no_interaction: vector.user_interaction_none().unwrap_or(true),
            everything_lost: vector.impact_total(),
        }
    }
}

impl VectorFacts {
    /// Automatable, by [`DERIVATION_RULE`].
    pub const fn automatable(&self) -> bool {
        self.network && self.low_complexity && self.no_privileges && self.no_interaction
    }

    /// Total technical impact, by [`DERIVATION_RULE`].
    pub const fn total(&self) -> bool {
        self.everything_lost
    }
}

/// What is known of exploitation (SSVC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exploitation {
    /// None known.
    None,
    /// A proof of concept is public.
    PublicPoc,
    /// Exploited.
    Active,
}

impl Exploitation {
    const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PublicPoc => "public-poc",
            Self::Active => "active",
        }
    }
}

/// A value and how it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given<T> {
    /// The value.
    pub value: T,
    /// How it is known.
    pub known: Known,
}

impl<T> Given<T> {
    /// Read from a feed, or declared.
    pub const fn observed(value: T) -> Self {
        Self { value, known: Known::Observed }
    }

    /// Derived from the CVSS vector.
    pub const fn derived(value: T) -> Self {
        Self { value, known: Known::Derived }
    }

    /// The documented default.
    pub const fn assumed(value: T) -> Self {
        Self { value, known: Known::Assumed }
    }
}

/// The inputs of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Listed as exploited.
    pub kev: Given<bool>,
    /// Reachability; only `open` counts as publicly exposed.
    pub exposure: Given<Exposure>,
    /// Can be exploited automatically.
    pub automatable: Given<bool>,
    /// Total technical impact, else partial.
    pub total: Given<bool>,
    /// Exploitation, for the tree of SSVC; a listed flaw counts as active.
    pub exploitation: Given<Exploitation>,
}

impl Inputs {
    /// Everything assumed but the listing: exposed, not automatable, total impact, no exploitation
    /// known beyond the list.
    pub const fn assumed(kev: bool) -> Self {
        Self {
            kev: Given::observed(kev),
            exposure: Given::assumed(Exposure::Open),
            automatable: Given::assumed(false),
            total: Given::assumed(true),
            exploitation: if kev {
                Given::observed(Exploitation::Active)
            } else {
                Given::assumed(Exploitation::None)
            },
        }
    }

    /// Fills automatable and impact from a CVSS vector, where no feed gave them.
    #[must_use]
    pub fn derived_from(mut self, vector: &VectorFacts) -> Self {
        if self.automatable.known == Known::Assumed {
            self.automatable = Given::derived(vector.automatable());
        }
        if self.total.known == Known::Assumed {
            self.total = Given::derived(vector.total());
        }
        self
    }
}

/// What the tables answer for a flaw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Days after the start; `None`: on the next upgrade.
    pub days: Option<u16>,
    /// Whether a forensic investigation is asked for besides.
    pub forensics: bool,
    /// Table and row, e.g. `BOD 26-04 row 13`, or both where two were asked.
    pub row: String,
    /// The inputs that were looked up, with how each is known.
    pub inputs: Vec<Input>,
}

/// Looks a flaw up, at a tier.
pub fn due(tier: Tier, inputs: &Inputs) -> Due {
    let bod = bod(inputs);
    if tier != Tier::Clinical {
        return bod;
    }
    let ssvc = ssvc(tier, inputs);
    let days = |due: &Due| due.days.unwrap_or(u16::MAX);
    let shorter = days(&ssvc) < days(&bod);
    let (holds, other) = if shorter { (&ssvc, &bod) } else { (&bod, &ssvc) };
    let mut listed = bod.inputs.clone();
    for input in &ssvc.inputs {
        if !listed.iter().any(|i| i.name == input.name) {
            listed.push(input.clone());
        }
    }
    Due {
        days: holds.days,
        forensics: bod.forensics,
        row: if days(&ssvc) == days(&bod) {
            format!("{} and {}", bod.row, ssvc.row)
        } else {
            format!("{} (shorter than {})", holds.row, other.row)
        },
        inputs: listed,
    }
}

fn bod(inputs: &Inputs) -> Due {
    let exposed = Given { value: inputs.exposure.value == Exposure::Open, known: inputs.exposure.known };
    look_up(
        bod_table(),
        vec![
            input("kev", yes(inputs.kev.value), inputs.kev.known),
            input("exposed", yes(exposed.value), exposed.known),
            input("automatable", yes(inputs.automatable.value), inputs.automatable.known),
            input("impact", if inputs.total.value { "total" } else { "partial" }, inputs.total.known),
        ],
    )
}

fn ssvc(tier: Tier, inputs: &Inputs) -> Due {
    let exposure = match inputs.exposure.value {
        Exposure::Small => "small",
        Exposure::Controlled => "controlled",
        Exposure::Open => "open",
    };
    let exploitation = if inputs.kev.value {
        Given { value: Exploitation::Active, known: inputs.kev.known }
    } else {
        inputs.exploitation
    };
    let table = ssvc_table();
    let impact = table.human_impact.iter().find(|(t, _)| *t == tier).map_or("very-high", |(_, word)| word);
    look_up(
        table,
        vec![
            input("exploitation", exploitation.value.word(), exploitation.known),
            input("exposure", exposure, inputs.exposure.known),
            input("automatable", yes(inputs.automatable.value), inputs.automatable.known),
            input("human-impact", impact, Known::Derived),
        ],
    )
}

fn look_up(table: &Table, inputs: Vec<Input>) -> Due {
    let found = table.rows.iter().position(|row| row.key.iter().eq(inputs.iter().map(|i| &i.value)));
    // A test shows that the tables hold every combination; were one missing, the shortest holds.
    let (days, forensics) =
        found.map_or((Some(3), false), |at| (table.rows[at].days, table.rows[at].forensics));
    let row = found.map_or_else(|| "no row".to_owned(), |at| format!("row {at}"));
    Due { days, forensics, row: format!("{} {row}", table.name), inputs }
}

fn yes(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

fn input(name: &str, value: &str, known: Known) -> Input {
    Input { name: name.to_owned(), value: value.to_owned(), known }
}

struct Table {
    name: String,
    rows: Vec<Row>,
    human_impact: Vec<(Tier, String)>,
}

struct Row {
    key: Vec<String>,
    days: Option<u16>,
    forensics: bool,
}

#[derive(Deserialize)]
struct BodFile {
    name: String,
    rows: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct SsvcFile {
    name: String,
    days: std::collections::BTreeMap<String, String>,
    human_impact: std::collections::BTreeMap<Tier, String>,
    table: SsvcRows,
}

#[derive(Deserialize)]
struct SsvcRows {
    rows: Vec<Vec<String>>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program and a test parses it")]
fn bod_table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file: BodFile =
            toml::from_str(include_str!("../tables/bod-26-04.toml")).expect("a shipped table");
        let rows =
            file.rows.into_iter().filter_map(|row| parse_row(row, |word| Some(word.to_owned()))).collect();
        Table { name: file.name, rows, human_impact: Vec::new() }
    })
}

#[expect(clippy::expect_used, reason = "the file is part of the program and a test parses it")]
fn ssvc_table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file: SsvcFile =
            toml::from_str(include_str!("../tables/ssvc-deployer.toml")).expect("a shipped table");
        let days = file.days;
        let rows = file
            .table
            .rows
            .into_iter()
            .filter_map(|row| parse_row(row, |word| days.get(word).cloned()))
            .collect();
        Table { name: file.name, rows, human_impact: file.human_impact.into_iter().collect() }
    })
}

/// The last column is the answer: days, `forensics`, or `upgrade` and `none` for no days.
fn parse_row(mut key: Vec<String>, days: impl Fn(&str) -> Option<String>) -> Option<Row> {
    let answer = days(&key.pop()?)?;
    let (days, forensics) = match answer.as_str() {
        "upgrade" | "none" => (None, false),
        "forensics" => (Some(3), true),
        days => (Some(days.parse().ok()?), false),
    };
    Some(Row { key, days, forensics })
}

/// One row of a table as data: the inputs' words, the days, and whether forensics are asked for.
pub type TableRow = (Vec<String>, Option<u16>, bool);

/// The rows of a shipped table, `BOD 26-04` or `SSVC deployer`, in their order.
pub fn rows(table: &str) -> Option<Vec<TableRow>> {
    let table = [bod_table(), ssvc_table()].into_iter().find(|t| t.name == table)?;
    Some(table.rows.iter().map(|r| (r.key.clone(), r.days, r.forensics)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(kev: bool, exposure: Exposure, automatable: bool, total: bool) -> Inputs {
        Inputs {
            kev: Given::observed(kev),
            exposure: Given::observed(exposure),
            automatable: Given::observed(automatable),
            total: Given::observed(total),
            exploitation: Given::assumed(Exploitation::None),
        }
    }

    #[test]
    fn every_combination_has_exactly_one_row() {
        for (name, columns) in [("BOD 26-04", vec![2, 2, 2, 2]), ("SSVC deployer", vec![3, 3, 2, 4])] {
            let rows = rows(name).unwrap();
            let mut keys: Vec<_> = rows.iter().map(|(key, _, _)| key.clone()).collect();
            keys.sort();
            keys.dedup();
            assert_eq!(keys.len(), columns.iter().product::<usize>(), "{name}");
            assert_eq!(keys.len(), rows.len(), "{name}");
        }
    }

    #[test]
    fn the_table_is_looked_up_with_its_row_and_inputs() {
        let worst = due(Tier::Operational, &inputs(true, Exposure::Open, true, true));
        assert_eq!((worst.days, worst.forensics, worst.row.as_str()), (Some(3), true, "BOD 26-04 row 15"));
        let none = due(Tier::Operational, &inputs(false, Exposure::Controlled, false, true));
        assert_eq!((none.days, none.row.as_str()), (None, "BOD 26-04 row 4"));
        let assumed = due(Tier::Research, &Inputs::assumed(false));
        assert_eq!((assumed.days, assumed.row.as_str()), (Some(14), "BOD 26-04 row 9"));
        let known: Vec<_> =
            assumed.inputs.iter().map(|i| (i.name.as_str(), i.value.as_str(), i.known)).collect();
        assert_eq!(
            known,
            [
                ("kev", "no", Known::Observed),
                ("exposed", "yes", Known::Assumed),
                ("automatable", "no", Known::Assumed),
                ("impact", "total", Known::Assumed)
            ]
        );
    }

    #[test]
    fn at_clinical_the_shorter_of_the_two_holds() {
        let upgrade = inputs(false, Exposure::Controlled, false, true);
        assert_eq!(due(Tier::Operational, &upgrade).days, None);
        let clinical = due(Tier::Clinical, &upgrade);
        assert_eq!(clinical.days, Some(60));
        assert_eq!(clinical.row, "SSVC deployer row 10 (shorter than BOD 26-04 row 4)");
        let listed = due(Tier::Clinical, &inputs(true, Exposure::Open, true, true));
        assert_eq!((listed.days, listed.forensics), (Some(3), true));
        assert_eq!(listed.row, "BOD 26-04 row 15 and SSVC deployer row 70");
        // Listed, and small: 14 days by the first table, 14 by the second.
        let small = due(Tier::Clinical, &inputs(true, Exposure::Small, false, false));
        assert_eq!(small.days, Some(14));
        for kev in [false, true] {
            for exposure in [Exposure::Small, Exposure::Controlled, Exposure::Open] {
                for automatable in [false, true] {
                    for total in [false, true] {
                        let inputs = inputs(kev, exposure, automatable, total);
                        let days = |tier| due(tier, &inputs).days.unwrap_or(u16::MAX);
                        assert!(days(Tier::Clinical) <= days(Tier::Operational), "never longer at clinical");
                    }
                }
            }
        }
    }

    #[test]
    fn a_vector_fills_only_what_no_feed_gave() {
        let vector = VectorFacts {
            network: true,
            low_complexity: true,
            no_privileges: true,
            no_interaction: true,
            everything_lost: false,
        };
        let derived = Inputs::assumed(false).derived_from(&vector);
        assert_eq!(derived.automatable, Given::derived(true));
        assert_eq!(derived.total, Given::derived(false));
        let mut given = Inputs::assumed(false);
        given.total = Given::observed(true);
        assert_eq!(given.derived_from(&vector).total, Given::observed(true));
    }
}
