//! `formulary decision trip`: says that a trip-wire of a decision was touched, and shows it.
//!
//! Decides whether the assessment shows what is said. What no assessment shows (a licence that changed, an
//! owner who is gone) is a person's word: it suspends as well, and is looked at again in a review.

use domain::{Assessment, Date, FindingKind};
use register::{
    act::{Act, decision::TripWire, review::Assessed, upkeep::Trip},
    case::Case,
    entry::Entry,
};

use super::review::case;
use crate::{
    args::register::{About, Ask, Signing, Where, WireWord},
    output::{Failure, answer},
    register_folder::RegisterFolder,
    subject,
    world::World,
};

/// What is said to have happened.
pub(super) struct Said<'a> {
    pub(super) wire: WireWord,
    pub(super) assessment: &'a std::path::Path,
    pub(super) because: &'a str,
    pub(super) about: &'a About,
}

pub(super) fn run(said: &Said<'_>, signing: &Signing, at: &Where, world: &World) -> Result<u8, Failure> {
    let mut folder = RegisterFolder::open(at, world)?;
    let kept = subject::kept(said.assessment)?;
    let case = case(said.about, Some(&kept), Ask::Use)?;
    let wire = match said.wire {
        WireWord::Malware => TripWire::Malware,
        WireWord::Kev => TripWire::Kev,
        WireWord::Licence => TripWire::Licence,
        WireWord::OwnerGone => TripWire::OwnerGone,
    };
    let digest = Assessed::of(&kept, &case)?.digest;
    let entry = folder.register.entries.get(&case);
    shows(&kept, wire, entry, &case)?;
    // An open flaw of a named system is nobody's business until it is mended.
    let named = case.subject.kind() != "component";
    let told = Trip::told(&case, wire);
    let because = match told {
        Some(_) => said.because.to_owned(),
        None => format!("{}: {}", wire.word(), said.because),
    };
    let because = folder.words(&because, named || signing.private || wire != TripWire::Licence)?;
    folder.keep(&kept)?;
    let act = Act::Trip(Trip { case: case.clone(), wire: told, assessment: digest, because });
    if folder.state(vec![act], signing, world)?.is_some() {
        let mut text = format!("Suspended: {case}, because of {}.\n", wire.word());
        if let Some(review) = folder.register.looked_at_again(&case) {
            text.push_str(&format!(
                "It is looked at again in {}, expected by {}: `formulary review renew {} assessment.json` once it is mended.\n",
                review.id,
                review.expected(&folder.register.body),
                review.id
            ));
        }
        answer(&text);
    }
    Ok(0)
}

/// Whether the assessment shows it, where an assessment can; and is no older than what was decided on.
fn shows(kept: &Assessment, wire: TripWire, entry: Option<&Entry>, case: &Case) -> Result<(), Failure> {
    let decided = entry.and_then(|e| e.decided.as_ref());
    let of = decided.and_then(|d| d.assessed.as_ref()).map(|a| a.as_of);
    if of.is_some_and(|then| kept.as_of < then) {
        return Err(Failure::new("the assessment is older than the one that was decided on")
            .next("Assess it afresh: `formulary check … --format json`."));
    }
    let since: Option<Date> = decided.map(|d| d.logged.at.date());
    let asked = case.subject.purl();
    let about = |f: &&domain::Finding| match (&asked, &f.component) {
        (Some(asked), Some(component)) => asked == component || asked.version().is_none(),
        (Some(_), None) => false,
        (None, _) => true,
    };
    let mut findings = kept.findings.iter().filter(about);
    let shown = match wire {
        TripWire::Malware => findings.any(|f| f.kind == FindingKind::Malware),
        TripWire::Kev => findings.any(|f| {
            let kev = f.exploitability.as_ref().and_then(|e| e.kev);
            !f.development_only && kev.is_some_and(|day| since.is_none_or(|since| day >= since))
        }),
        TripWire::Licence | TripWire::OwnerGone => true,
    };
    if shown {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the assessment shows no {} in {} since the decision",
        if wire == TripWire::Malware { "malware" } else { "flaw known to be exploited" },
        case.subject
    ))
    .next("Import the feed that names it and assess it afresh, or deny it by a signature: `formulary decision deny`."))
}
