//! Indicators of lock-in and the lines of the total cost, as values. There is no official score,
//! and none is made here: a number that adds these up would hide which of them is bad.

use std::borrow::Cow;

use domain::Date;
use formats::{
    inventory::{Files, HEAD, Inventory, Role},
    own::dossier::{Dossier, Share},
    readers,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::says::Says;
use crate::material::Material;

/// One indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    /// 1 to 10, as in the documentation.
    pub number: u8,
    /// Its id.
    pub id: String,
    /// What it tells.
    pub title: String,
    /// The value; null where the dossier does not say.
    pub value: Value,
}

/// The total cost as stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Costs {
    /// Years the lines cover.
    pub years: Option<u8>,
    /// The currency.
    pub currency: Option<String>,
    /// Line by line: from, to, who supplied the figures.
    pub lines: Vec<Line>,
    /// Lines that a total needs and that nobody has stated.
    pub missing: Vec<String>,
    /// Lower and higher total, only where no line is missing.
    pub total: Option<(u64, u64)>,
}

/// One line of the cost, in whole units of the currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which.
    pub line: String,
    /// The lower figure.
    pub low: u64,
    /// The higher figure.
    pub high: u64,
    /// Who supplied them.
    pub by: String,
}

/// Lines without which a total misleads, for open source as for closed products.
const NEEDED: [&str; 9] = [
    "licence",
    "infrastructure",
    "staff",
    "support",
    "integration",
    "migration",
    "exit",
    "training",
    "security",
];

fn share(share: Option<Share>) -> Value {
    share.map_or(Value::Null, |share| json!({ "count": share.count, "of": share.of }))
}

/// The ten indicators.
pub fn indicators(dossier: &Dossier, says: &Says, proprietary: Value, today: Date) -> Vec<Indicator> {
    let contract = &dossier.contract;
    let exit = &dossier.exit;
    let days = |date: Option<Date>| date.map_or(Value::Null, |date| json!(date.days_since(today)));
    // Whole hundredths, so that no fraction enters a digest.
    let percent = |part: u64, whole: u64| part.checked_mul(100).filter(|_| whole > 0).map(|n| n / whole);
    let exit_cost = exit.cost.zip(contract.price_per_year).and_then(|(cost, price)| percent(cost, price));
    let price_change = contract.price_per_year.zip(contract.price_year_before).and_then(|(now, before)| {
        let now = i64::try_from(percent(now, before)?).ok()?;
        Some(now - 100)
    });
    let support_gap = dossier.support_end.zip(contract.renewal).map(|(end, renewal)| end.days_since(renewal));
    let values: [(&str, &str, Value); 10] = [
        ("open-interfaces", "interfaces with an open standard named and conformance shown", share(dossier.lock_in.open_interfaces)),
        (
            "open-exports",
            "kinds of stored data with a documented open export, and the last export test",
            json!({
                "share": share(dossier.lock_in.open_exports),
                "tested": exit.export_test.map(|(date, _)| date),
                "result": exit.export_test.map(|(_, result)| result.word()),
            }),
        ),
        ("suppliers", "independent suppliers able to run or support it", json!(dossier.suppliers)),
        (
            "contract",
            "days to the contract's end and to the last day of notice; whether it renews by itself",
            json!({
                "days_to_end": days(contract.renewal),
                "days_to_notice": days(contract.last_notice()),
                "auto_renews": contract.auto_renews,
            }),
        ),
        (
            "exit",
            "exit plan, its day, the export test, and the cost of leaving in hundredths of a year's price",
            json!({ "plan": says.exit_plan, "dated": exit.plan_date, "tested": says.export_tested, "cost_percent": exit_cost }),
        ),
        (
            "escrow",
            "source in escrow: agent, last deposit, build verified",
            dossier.lock_in.escrow.as_ref().map_or(Value::Null, |escrow| {
                json!({ "agent": escrow.agent, "last_deposit": escrow.last_deposit, "build_verified": escrow.build_verified })
            }),
        ),
        (
            "proprietary-parts",
            "dependencies under a proprietary licence, of those whose licence the bill of materials states",
            proprietary,
        ),
        (
            "price",
            "change of the price against the year before, and share of the spend on IT, in hundredths",
            json!({ "change_percent": price_change, "spend_percent": dossier.lock_in.spend_percent }),
        ),
        ("support-gap", "days from the contract's end to the end of support", json!(support_gap)),
        (
            "portability",
            "what can be taken along: sign-on, image, region",
            if dossier.lock_in.portable.is_empty() { Value::Null } else { json!(dossier.lock_in.portable) },
        ),
    ];
    (1..)
        .zip(values)
        .map(|(number, (id, title, value))| Indicator {
            number,
            id: id.to_owned(),
            title: title.to_owned(),
            value,
        })
        .collect()
}

/// The dependencies that bills of materials call proprietary.
///
/// A share needs a licence for each: those without one are counted beside it, and where no bill is
/// there, or none that can be read, the value says so instead.
pub fn proprietary(material: &dyn Material, sboms: &[String]) -> Value {
    if sboms.is_empty() {
        return json!({ "not_applicable": "the dossier holds no bill of materials" });
    }
    let (mut count, mut of, mut not_stated) = (0u64, 0u64, 0u64);
    for path in sboms {
        let Some(inventory) = read(material, path) else {
            return json!({ "not_applicable": format!("{path} is no bill of materials that can be read") });
        };
        for component in &inventory.components {
            match &component.licence {
                None => not_stated += 1,
                Some(licence) => {
                    of += 1;
                    count += u64::from(is_proprietary(licence));
                }
            }
        }
    }
    if of == 0 {
        return json!({ "not_applicable": "the bill of materials states no licences", "not_stated": not_stated });
    }
    json!({ "count": count, "of": of, "not_stated": not_stated })
}

fn read(material: &dyn Material, path: &str) -> Option<Inventory> {
    let bytes = material.read(path).ok()?;
    let (reader, role) = readers::of_file(path, bytes.get(..HEAD).unwrap_or(&bytes))?;
    if role != Role::Sbom {
        return None;
    }
    reader.read(path, &bytes, &Nothing).ok()
}

/// A bill of materials stands alone.
struct Nothing;

impl Files for Nothing {
    fn read(&self, _path: &str) -> Option<Cow<'_, [u8]>> {
        None
    }

    fn paths(&self) -> &[String] {
        &[]
    }
}

/// The words by which makers of bills of materials say that a licence is nobody's public text. A
/// licence that may be chosen instead (`OR`) is not held against it.
fn is_proprietary(licence: &str) -> bool {
    const WORDS: [&str; 6] =
        ["proprietary", "commercial", "unlicensed", "all rights reserved", "closed source", "end user licen"];
    let open = ["non-commercial", "noncommercial", "nc-"];
    licence.to_lowercase().split(" or ").all(|choice| {
        WORDS.iter().any(|word| choice.contains(word)) && !open.iter().any(|word| choice.contains(word))
    })
}

/// The cost lines.
pub fn costs(dossier: &Dossier) -> Costs {
    let lines: Vec<Line> = dossier
        .costs
        .iter()
        .map(|cost| Line { line: cost.line.clone(), low: cost.low, high: cost.high, by: cost.by.clone() })
        .collect();
    let missing: Vec<String> = NEEDED
        .iter()
        .filter(|needed| lines.iter().all(|line| line.line != **needed))
        .map(|n| (*n).to_owned())
        .collect();
    let sum = |figure: fn(&Line) -> u64| {
        lines.iter().try_fold(0u64, |all, line| all.checked_add(figure(line))).filter(|n| *n <= 1 << 53)
    };
    let total =
        if missing.is_empty() && !lines.is_empty() { sum(|l| l.low).zip(sum(|l| l.high)) } else { None };
    Costs { years: dossier.cost_years, currency: dossier.contract.currency.clone(), lines, missing, total }
}
