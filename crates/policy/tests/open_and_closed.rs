//! No harder on open than on closed: each inbound control beside what a closed product is asked.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where something is wrong"
)]

use std::collections::BTreeSet;

use domain::{Tier, verdict::Action};
use policy::{Judged, Pack, Setting, control::Cell};

enum Counterpart {
    /// The same control judges a closed product: the components of its SBOM, or the system it is used in.
    Itself,
    /// That control asks the same of a dossier; the open side may not ask more at any tier.
    Of(&'static str),
}
use Counterpart::{Itself, Of};

const PAIRS: &[(&str, Counterpart)] = &[
    ("malware", Itself),
    ("flaw-overdue", Itself),
    ("flaw-open", Itself),
    ("flaws-looked-at", Itself),
    ("inventory-exact", Itself),
    ("licence-allowed", Itself),
    ("licence-changed", Itself),
    ("source-odd", Itself),
    ("young", Itself),
    ("owner", Itself),
    ("owner-accepts", Itself),
    ("inventory-complete", Of("product-inventory")),
    ("hashes", Of("product-inventory")),
    ("in-support", Of("product-support")),
    ("support-ends", Of("product-support")),
    ("maintained", Of("product-support")),
    ("install-scripts", Of("software-code")),
    ("practices", Of("software-code")),
    ("provenance", Of("supplier-security")),
    ("alternatives", Of("exit")),
];

fn weight(action: Option<Action>) -> u8 {
    action.map_or(0, |a| 1 + a as u8)
}

fn cells(pack: &Pack, id: &str) -> [Cell; 4] {
    let control = pack.find(id).unwrap_or_else(|| panic!("no control {id}")).1;
    Tier::ALL.map(|tier| control.actions(Setting::at(tier)).unwrap_or_default())
}

#[test]
fn every_inbound_control_has_a_counterpart_and_asks_no_more() {
    let pack = Pack::builtin("use").unwrap();
    for (open, counterpart) in PAIRS {
        let Of(closed) = counterpart else { continue };
        for ((tier, open_cell), closed_cell) in
            Tier::ALL.iter().zip(cells(&pack, open)).zip(cells(&pack, closed))
        {
            assert!(
                weight(open_cell.not_met) <= weight(closed_cell.not_met),
                "{open} is harder than {closed} at {tier} when not met"
            );
            assert!(
                weight(open_cell.unknown) <= weight(closed_cell.unknown),
                "{open} is harder than {closed} at {tier} when unknown"
            );
        }
    }
    let paired: BTreeSet<&str> = PAIRS.iter().map(|(open, _)| *open).collect();
    let inbound: BTreeSet<&str> = [Judged::Component, Judged::Flaw, Judged::System]
        .into_iter()
        .flat_map(|judged| pack.controls_of(judged))
        .map(|(_, control)| control)
        .filter(|c| c.row().starts_with("INB"))
        .map(|c| c.id())
        .collect();
    assert_eq!(paired, inbound, "every inbound control is compared");
}

#[test]
fn clinical_controls_ask_the_same_of_everything() {
    let pack = Pack::builtin("use").unwrap();
    let clinical: Vec<&str> = pack
        .controls()
        .map(|(_, c)| c)
        .filter(|c| c.row().starts_with("CLN") || c.row().starts_with("DEV"))
        .map(|c| {
            assert_eq!(c.judged(), Judged::System, "{c} judges the system, whatever it is made of");
            c.id()
        })
        .collect();
    assert_eq!(clinical.len(), 9);
}
