//! `formulary review`: opens cases, shows them, and carries concerns to their end.

use std::{fmt::Write as _, path::Path};

use domain::{Assessment, Purpose, SubjectName, Tier};
use register::{
    act::{
        Act,
        closure::ClosureAsked,
        decision::{Decision, Means, Ruling, Terms, TripWire, WhoMayUse},
        position::{Answer, Duty, Overrule, Satisfied},
        review::{Asks, Assessed, Opening, Renewal, TakeBack},
    },
    case::Case,
    review::{Review as Case_, short},
    words::Words,
};
use serde::Deserialize;

use super::body::toml_file;
use crate::{
    args::register::{About, Ask, Proposed, Review, Signing},
    output::{Failure, answer},
    register_folder::{Appended, RegisterFolder},
    subject,
    world::World,
};

/// A closure, as people write it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClosureFile {
    attacker: String,
    publication_adds: String,
    path_to_harm: String,
    scope: Vec<String>,
    owner: String,
    contact: String,
    until: domain::Date,
}

/// Reads a closure's file; with `--private` the three answers are sealed, paths and contact always.
pub(super) fn closure(folder: &RegisterFolder, path: &Path, private: bool) -> Result<ClosureAsked, Failure> {
    let file: ClosureFile = toml_file(path)?;
    let open = ClosureAsked {
        attacker: Words::public(&file.attacker),
        publication_adds: Words::public(&file.publication_adds),
        path_to_harm: Words::public(&file.path_to_harm),
        scope: file.scope.iter().map(Words::public).collect(),
        owner: file.owner,
        contact: Words::public(&file.contact),
        until: file.until,
    };
    // Asked of the open words: behind a digest nobody could ask.
    open.check(folder.now.date(), folder.register.body.times.longest_closure)?;
    open.check_honest()?;
    Ok(ClosureAsked {
        attacker: folder.words(&file.attacker, private)?,
        publication_adds: folder.words(&file.publication_adds, private)?,
        path_to_harm: folder.words(&file.path_to_harm, private)?,
        scope: file.scope.iter().map(|path| folder.closed_scope(path)).collect::<Result<_, _>>()?,
        contact: folder.words(&file.contact, true)?,
        ..open
    })
}

pub(crate) fn run(command: &Review, world: &World) -> Result<u8, Failure> {
    match command {
        Review::Open { .. } => open(command, world),
        Review::Renew { review, assessment, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let id = folder.register.review(review)?.id.clone();
            let case = folder.register.reviews[&id].opening.case.clone();
            let case = case.ok_or_else(|| Failure::new("a change of the body rests on no assessment"))?;
            let kept = subject::kept(assessment)?;
            let assessed = Assessed::of(&kept, &case)?;
            let before = folder.register.reviews[&id].latest().cloned();
            let changed = before.map(|b| assessed.changed_since(&b)).unwrap_or_default();
            folder.keep(&kept)?;
            let missing = missing(&kept, &case);
            let act = Act::Renew(Box::new(Renewal { review: id.clone(), assessed, missing }));
            if folder.state(vec![act], signing, world)?.is_some() {
                let mut out = format!("Renewed the evidence of {id}.\n");
                if changed.is_empty() {
                    out.push_str("  The basis is the same: every vote still holds.\n");
                } else {
                    out.push_str(
                        "  The basis is another: votes on the earlier one are stale. What changed:\n",
                    );
                    for line in changed {
                        let _ = writeln!(out, "  - {line}");
                    }
                }
                answer(&out);
            }
            Ok(0)
        }
        Review::List { all, at } => {
            let folder = RegisterFolder::open(at, world)?;
            answer(&super::case_text::list(&folder, *all));
            Ok(0)
        }
        Review::Show { review, at } => {
            let folder = RegisterFolder::open(at, world)?;
            let review = folder.register.review(review)?;
            answer(&super::case_text::show(&folder, review));
            Ok(0)
        }
        Review::Paper { review, at } => {
            let folder = RegisterFolder::open(at, world)?;
            let review = folder.register.review(review)?;
            answer(&super::case_text::paper(&folder, review));
            Ok(0)
        }
        Review::Answer { review, concern_of, says, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let id = folder.register.review(review)?.id.clone();
            let says = folder.words(says, signing.private)?;
            let act = Act::Answer(Answer { review: id, to: concern_of.clone(), says });
            told(
                &mut folder,
                act,
                signing,
                world,
                &format!(
                    "Answered. {concern_of} says with `formulary review settle` whether it settles the concern.\n"
                ),
            )
        }
        Review::Settle { review, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let id = folder.register.review(review)?.id.clone();
            told(
                &mut folder,
                Act::Satisfied(Satisfied { review: id }),
                signing,
                world,
                "Settled: the concern no longer blocks.\n",
            )
        }
        Review::Overrule { review, concern_of, says, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let id = folder.register.review(review)?.id.clone();
            let says = folder.words(says, signing.private)?;
            let act = Act::Overrule(Overrule { review: id, concern_of: concern_of.clone(), says });
            told(
                &mut folder,
                act,
                signing,
                world,
                "Counted: a concern is overruled by the stated majority of who votes.\n",
            )
        }
        Review::TakeBack { review, reason, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let id = folder.register.review(review)?.id.clone();
            let reason = folder.words(reason, signing.private)?;
            told(&mut folder, Act::TakeBack(TakeBack { review: id, reason }), signing, world, "Taken back.\n")
        }
    }
}

/// States one act and says what it did.
pub(super) fn told(
    folder: &mut RegisterFolder,
    act: Act,
    signing: &Signing,
    world: &World,
    text: &str,
) -> Result<u8, Failure> {
    if folder.state(vec![act], signing, world)?.is_some() {
        answer(text);
    }
    Ok(0)
}

/// What the application lacks: what a committee cannot decide without (GOV-01). Names of controls alone:
/// remedies name places, and the log is public.
fn missing(assessment: &Assessment, case: &Case) -> Vec<String> {
    gaps(assessment, case).into_iter().map(|(name, _)| name).collect()
}

/// The same with what fills each gap.
pub(super) fn gaps(assessment: &Assessment, case: &Case) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let verdict = assessment
        .verdicts
        .iter()
        .filter(|v| v.purpose == case.purpose && v.part == case.part)
        .max_by_key(|v| v.outcome);
    let unknown = verdict
        .into_iter()
        .flat_map(|v| &v.reasons)
        .filter(|r| r.state == domain::ControlState::Unknown && r.outcome >= domain::Outcome::NotEvaluated);
    for reason in unknown {
        out.push((reason.control.clone(), reason.remedy.clone()));
    }
    if assessment.circumstances.tier.by == domain::By::Assumed && case.purpose == Purpose::Use {
        let why = "the tier is assumed: declare it in formulary.toml";
        out.push((register::sealing::TIER.to_owned(), why.to_owned()));
    }
    out.dedup_by(|a, b| a.0 == b.0);
    out
}

/// The case that the command line and the assessment name.
pub(super) fn case(about: &About, assessment: Option<&Assessment>, ask: Ask) -> Result<Case, Failure> {
    let subject = match (&about.subject, assessment) {
        (Some(name), _) => name.clone(),
        (None, Some(assessment)) => SubjectName::of(&assessment.subject).ok_or_else(|| {
            Failure::new("the assessed subject declares no name, so the register could not find it again")
                .next("Give it a `name` in formulary.toml (`formulary init` does) and assess it again.")
        })?,
        (None, None) => return Err(Failure::new("say about what: --subject NAME")),
    };
    if about.publication || matches!(ask, Ask::Publication | Ask::Closure) {
        return Ok(Case::of_publication(subject));
    }
    let tier: Option<Tier> = about.tier.or_else(|| {
        let verdicts = &assessment?.verdicts;
        verdicts.iter().find(|v| v.purpose == Purpose::Use && v.part == about.part).map(|v| v.tier)
    });
    let tier = tier.ok_or_else(|| {
        Failure::new("say at which tier: --tier clinical, operational, infrastructure or research")
    })?;
    Ok(Case { part: about.part.clone(), ..Case::of_use(subject, tier) })
}

/// Terms that are proposed. They bind: who votes has voted on them, and the decision goes no further.
fn terms(
    folder: &RegisterFolder,
    proposed: &Proposed,
    case: &Case,
    private: bool,
) -> Result<Option<Terms>, Failure> {
    if proposed.who.is_empty() && proposed.obligations.is_empty() && proposed.review_on.is_none() {
        return Ok(None);
    }
    let longest = folder.register.body.quorum.rule(case.governed_at()).review_days;
    Ok(Some(Terms {
        who: super::decision::who_may(&proposed.who)?,
        obligations: super::vote::duties(folder, &proposed.obligations, private)?,
        reasons: Words::public("as proposed"),
        review_on: proposed.review_on.unwrap_or_else(|| folder.now.date().plus_days(i64::from(longest))),
        trip_wires: TripWire::ALL.to_vec(),
        alternative: None,
        existing_uses: None,
        version: None,
    }))
}

fn open(command: &Review, world: &World) -> Result<u8, Failure> {
    let Review::Open {
        assessment,
        ask,
        reason,
        owner,
        control,
        scope,
        until,
        closure: closure_file,
        decision,
        interests,
        proposed,
        about,
        signing,
        at,
    } = command
    else {
        return Ok(3);
    };
    let mut folder = RegisterFolder::open(at, world)?;
    let reason = folder.words(reason, signing.private)?;
    let kept = assessment.as_deref().map(subject::kept).transpose()?;
    let case = case(about, kept.as_ref(), *ask)?;
    let asks = match ask {
        Ask::Use => Asks::Use,
        Ask::Publication => Asks::Publication,
        Ask::Change => Asks::Change,
        Ask::Removal => Asks::Removal,
        Ask::Closure => {
            let path = closure_file.as_deref().ok_or_else(|| {
                Failure::new("a closure says who, what and how: give its file with --closure FILE")
                    .next("`formulary review open --help` lists what it holds.")
            })?;
            Asks::Closure { closure: Box::new(closure(&folder, path, signing.private)?) }
        }
        Ask::Exception => {
            let control = control.clone().ok_or_else(|| Failure::new("name the control with --control"))?;
            super::attest::known_control(&control)?;
            Asks::Exception {
                scope: scope.as_ref().map(|s| folder.excepted_scope(&control, s, &reason)).transpose()?,
                control,
                until: until.ok_or_else(|| Failure::new("an exception ends: give the day with --until"))?,
            }
        }
        Ask::Appeal => Asks::Appeal {
            decision: super::decision::digest_of(
                &folder.register,
                decision.as_deref().ok_or_else(|| Failure::new("name the decision with --decision D-…"))?,
            )?,
        },
    };
    let assessed = kept.as_ref().map(|a| Assessed::of(a, &case)).transpose()?;
    if let Some(component) = assessed.as_ref().and_then(|a| a.component.as_ref()) {
        answer(&format!(
            "The assessment is of {}, which holds {component}: that answer is the one voted on.\n",
            assessed.as_ref().and_then(|a| a.subject.as_ref()).map_or("", |s| s.plain())
        ));
    }
    // Something that is open on the same question is joined: two answers to one question help nobody.
    if let (Some(assessed), Some(kept), Asks::Use | Asks::Publication) = (&assessed, &kept, &asks)
        && let Some(id) = same_question(&folder, &case, &asks)
    {
        folder.keep(kept)?;
        let missing = missing(kept, &case);
        let renewal = Renewal { review: id.clone(), assessed: assessed.clone(), missing };
        if folder.state(vec![Act::Renew(Box::new(renewal))], signing, world)?.is_some() {
            answer(&format!(
                "Joined {id}, which is open on the same question: its evidence is this one now.\n"
            ));
            if let Some(review) = folder.register.reviews.get(&id) {
                answer(&super::case_text::awaits(&folder, review));
            }
            by_rule(&mut folder, &id, signing, world);
        }
        return Ok(0);
    }
    let missing = kept.as_ref().map(|a| missing(a, &case)).unwrap_or_default();
    if let Some(kept) = &kept {
        folder.keep(kept)?;
    }
    let terms = terms(&folder, proposed, &case, signing.private)?;
    let opening = Opening {
        asks,
        case: Some(case),
        assessed,
        reason,
        owner: owner.clone(),
        missing,
        interests: interests.iter().map(|name| folder.interest(name)).collect::<Result<_, _>>()?,
        terms,
    };
    let appended = folder.state(vec![Act::Open(Box::new(opening))], signing, world)?;
    opened(&folder, appended.as_deref());
    if let Some([one]) = appended.as_deref() {
        by_rule(&mut folder, &short('R', &one.digest), signing, world);
    }
    Ok(0)
}

/// The review that is open on the same question, if one is.
fn same_question(folder: &RegisterFolder, case: &Case, asks: &Asks) -> Option<String> {
    let entry = folder.register.entries.get(case)?;
    let reviews = entry.open.iter().filter_map(|id| folder.register.reviews.get(id));
    reviews.filter(|r| r.opening.asks == *asks).map(|r| r.id.clone()).min()
}

/// Says what was opened, what is missing, and by when an answer is expected.
pub(super) fn opened(folder: &RegisterFolder, appended: Option<&[Appended]>) {
    let Some([one]) = appended else { return };
    let id = short('R', &one.digest);
    if let Some(review) = folder.register.reviews.get(&id) {
        answer(&format!(
            "Opened {id}: {}. The clock runs: an answer is expected by {}.\n{}",
            about(review),
            review.expected(&folder.register.body),
            super::case_text::awaits(folder, review)
        ));
    }
}

fn about(review: &Case_) -> String {
    super::case_text::about(review)
}

/// What a published rule may decide is decided at once, and logged as such; never at clinical. What no rule
/// may decide stays open for people, and that is no error.
fn by_rule(folder: &mut RegisterFolder, id: &str, signing: &Signing, world: &World) {
    let Some(review) = folder.register.reviews.get(id) else { return };
    if folder.register.by_rule(review, folder.now.date()).is_err() {
        return;
    }
    let stays = |why: String| answer(&format!("It is open, and no rule decides it: {why}\n"));
    let decision = match ruled(folder, review) {
        Ok(decision) => decision,
        Err(why) => return stays(why.what().to_owned()),
    };
    match folder.state(vec![Act::Decide(Box::new(decision))], signing, world) {
        Ok(appended) => {
            for one in appended.into_iter().flatten() {
                answer(&format!(
                    "Decided at once by a published rule: {} (entry {}). Anybody may ask for a review.\n",
                    short('D', &one.digest),
                    one.index
                ));
            }
        }
        Err(why) => stays(why.what().to_owned()),
    }
}

/// The decision of a rule: with the obligations that the assessment asks for, within the terms proposed.
fn ruled(folder: &RegisterFolder, review: &Case_) -> Result<Decision, Failure> {
    let body = &folder.register.body;
    let rule = review.rule(body);
    let latest = review.latest().ok_or_else(|| Failure::new("it has no assessment"))?;
    let proposed = review.opening.terms.as_ref();
    let mut obligations = proposed.map(|t| t.obligations.clone()).unwrap_or_default();
    if latest.outcome == domain::Outcome::Conditional {
        obligations.extend(asked_for(folder, review, latest.digest)?);
    }
    let longest = folder.now.date().plus_days(i64::from(rule.review_days));
    Ok(Decision {
        review: review.id.clone(),
        ruling: Ruling::Grant,
        by: Means::Rule,
        assessment: Some(latest.digest),
        basis: Some(latest.basis),
        terms: Terms {
            who: proposed.map_or(WhoMayUse::AnyTeam, |t| t.who.clone()),
            obligations,
            reasons: Words::public(format!(
                "The packs answer `{}` and the body lets a rule decide at {}.",
                latest.outcome.word(),
                review.tier(body)
            )),
            review_on: proposed.map_or(longest, |t| t.review_on.min(longest)),
            trip_wires: TripWire::ALL.to_vec(),
            alternative: None,
            existing_uses: None,
            version: proposed.and_then(|t| t.version.clone()),
        },
        votes: Vec::new(),
        settled: Vec::new(),
    })
}

/// More obligations than this are for people to weigh, and would not fit into one entry.
const MOST_DUTIES: usize = 40;

/// What the kept assessment obliges to, as obligations of the decision.
fn asked_for(folder: &RegisterFolder, review: &Case_, digest: domain::Digest) -> Result<Vec<Duty>, Failure> {
    let kept = folder
        .kept(digest, super::case_text::LONGEST)
        .ok_or_else(|| Failure::new("the packs ask for obligations, and the assessment is not at hand"))?;
    if kept.obligations.is_empty() {
        return Err(Failure::new("the packs answer `conditional`, and the assessment names no obligation"));
    }
    if kept.obligations.len() > MOST_DUTIES {
        return Err(Failure::new(format!("it asks for more than {MOST_DUTIES} obligations")));
    }
    let today = folder.now.date();
    // What is to be mended in a named system says where it is open.
    let private = review.opening.case.as_ref().is_none_or(|c| c.subject.kind() != "component");
    kept.obligations
        .iter()
        .map(|one| {
            if one.due <= today {
                return Err(Failure::new(format!("an obligation ({}) is due already", one.control)));
            }
            let nobody = one.who.trim().is_empty() || one.who == "nobody named";
            Ok(Duty {
                what: folder.words(&one.what, private)?,
                who: if nobody { review.opening.owner.clone() } else { one.who.clone() },
                due: one.due,
                shown_by: match one.shown_by.trim().is_empty() {
                    true => "the next check finds it met".to_owned(),
                    false => one.shown_by.clone(),
                },
            })
        })
        .collect()
}
