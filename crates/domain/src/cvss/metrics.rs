//! Which metrics each version has, in the order of its specification, and which values each may
//! take: the tables, and the reading of a vector by them.
//!
//! v2.0 (guide §2.4) and v4.0 (specification §7) demand the order of the tables; v3.x (§6) leaves
//! it free. Names and values are case-sensitive in all of them.

use super::{InvalidCvss, Version};

/// A metric's name and its values.
type Metric = (&'static str, &'static [&'static str]);

const NO_VALUE: u8 = u8::MAX;
/// As many as the longest table has.
const MOST: usize = 32;

const V2: &[Metric] = &[
    ("AV", &["L", "A", "N"]),
    ("AC", &["H", "M", "L"]),
    ("Au", &["M", "S", "N"]),
    ("C", &["N", "P", "C"]),
    ("I", &["N", "P", "C"]),
    ("A", &["N", "P", "C"]),
    ("E", &["U", "POC", "F", "H", "ND"]),
    ("RL", &["OF", "TF", "W", "U", "ND"]),
    ("RC", &["UC", "UR", "C", "ND"]),
    ("CDP", &["N", "L", "LM", "MH", "H", "ND"]),
    ("TD", &["N", "L", "M", "H", "ND"]),
    ("CR", &["L", "M", "H", "ND"]),
    ("IR", &["L", "M", "H", "ND"]),
    ("AR", &["L", "M", "H", "ND"]),
];

const V3: &[Metric] = &[
    ("AV", &["N", "A", "L", "P"]),
    ("AC", &["L", "H"]),
    ("PR", &["N", "L", "H"]),
    ("UI", &["N", "R"]),
    ("S", &["U", "C"]),
    ("C", &["N", "L", "H"]),
    ("I", &["N", "L", "H"]),
    ("A", &["N", "L", "H"]),
    ("E", &["X", "U", "P", "F", "H"]),
    ("RL", &["X", "O", "T", "W", "U"]),
    ("RC", &["X", "U", "R", "C"]),
    ("CR", &["X", "L", "M", "H"]),
    ("IR", &["X", "L", "M", "H"]),
    ("AR", &["X", "L", "M", "H"]),
    ("MAV", &["X", "N", "A", "L", "P"]),
    ("MAC", &["X", "L", "H"]),
    ("MPR", &["X", "N", "L", "H"]),
    ("MUI", &["X", "N", "R"]),
    ("MS", &["X", "U", "C"]),
    ("MC", &["X", "N", "L", "H"]),
    ("MI", &["X", "N", "L", "H"]),
    ("MA", &["X", "N", "L", "H"]),
];

const V4: &[Metric] = &[
    ("AV", &["N", "A", "L", "P"]),
    ("AC", &["L", "H"]),
    ("AT", &["N", "P"]),
    ("PR", &["N", "L", "H"]),
    ("UI", &["N", "P", "A"]),
    ("VC", &["H", "L", "N"]),
    ("VI", &["H", "L", "N"]),
    ("VA", &["H", "L", "N"]),
    ("SC", &["H", "L", "N"]),
    ("SI", &["H", "L", "N"]),
    ("SA", &["H", "L", "N"]),
    ("E", &["X", "A", "P", "U"]),
    ("CR", &["X", "H", "M", "L"]),
    ("IR", &["X", "H", "M", "L"]),
    ("AR", &["X", "H", "M", "L"]),
    ("MAV", &["X", "N", "A", "L", "P"]),
    ("MAC", &["X", "L", "H"]),
    ("MAT", &["X", "N", "P"]),
    ("MPR", &["X", "N", "L", "H"]),
    ("MUI", &["X", "N", "P", "A"]),
    ("MVC", &["X", "H", "L", "N"]),
    ("MVI", &["X", "H", "L", "N"]),
    ("MVA", &["X", "H", "L", "N"]),
    ("MSC", &["X", "H", "L", "N"]),
    ("MSI", &["X", "S", "H", "L", "N"]),
    ("MSA", &["X", "S", "H", "L", "N"]),
    ("S", &["X", "N", "P"]),
    ("AU", &["X", "N", "Y"]),
    ("R", &["X", "A", "U", "I"]),
    ("V", &["X", "D", "C"]),
    ("RE", &["X", "L", "M", "H"]),
    ("U", &["X", "Clear", "Green", "Amber", "Red"]),
];

fn table(version: Version) -> &'static [Metric] {
    match version {
        Version::V2 => V2,
        Version::V30 | Version::V31 => V3,
        Version::V4 => V4,
    }
}

/// How many metrics at the head of the table are mandatory.
const fn mandatory(version: Version) -> usize {
    match version {
        Version::V2 => 6,
        Version::V30 | Version::V31 => 8,
        Version::V4 => 11,
    }
}

const fn ordered(version: Version) -> bool {
    matches!(version, Version::V2 | Version::V4)
}

/// For each metric of the version's table, which of its values was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Chosen([u8; MOST]);

impl Chosen {
    pub(super) fn read(version: Version, text: &str) -> Result<Self, InvalidCvss> {
        let table = table(version);
        let mut chosen = [NO_VALUE; MOST];
        let mut last = 0;
        for (part, pair) in text.split('/').enumerate() {
            let unknown = InvalidCvss::Part(part + 1);
            let (name, value) = pair.split_once(':').ok_or(unknown.clone())?;
            let at = table.iter().position(|m| m.0 == name).ok_or(unknown.clone())?;
            let value = table[at].1.iter().position(|v| *v == value).ok_or(unknown)?;
            if chosen[at] != NO_VALUE {
                return Err(InvalidCvss::Twice(table[at].0));
            }
            if ordered(version) && at < last {
                return Err(InvalidCvss::Order(table[at].0));
            }
            // No metric has more than six values.
            chosen[at] = value as u8;
            last = at;
        }
        match chosen.iter().take(mandatory(version)).position(|v| *v == NO_VALUE) {
            Some(at) => Err(InvalidCvss::Missing(table[at].0)),
            None => Ok(Self(chosen)),
        }
    }

    pub(super) fn get(&self, version: Version, name: &str) -> Option<&'static str> {
        self.stated(version).find_map(|(n, value)| (n == name).then_some(value))
    }

    /// The metrics that the vector states, in the order of the table.
    pub(super) fn stated(
        &self,
        version: Version,
    ) -> impl Iterator<Item = (&'static str, &'static str)> + use<'_> {
        let stated = |((name, values), chosen): (&'static Metric, &u8)| {
            values.get(usize::from(*chosen)).map(|value| (*name, *value))
        };
        table(version).iter().zip(&self.0).filter_map(stated)
    }
}
