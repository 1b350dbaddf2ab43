//! `formulary decision`: settles cases, and does what one signature may do at once.

use std::fmt::Write as _;

use domain::{Digest, Outcome};
use register::{
    Register,
    act::{
        Act,
        agreement::{SharedCare, Side},
        decision::{Decision as Deciding, Means, Ruling, Settled, Terms, TripWire, WhoMayUse},
        emergency::{Emergency, Measure},
        upkeep::Done,
    },
    case::Case,
    review::{Review, short},
};

use super::{
    case_text::read,
    review::{case, closure, told},
    vote::duties,
};
use crate::{
    args::register::{About, Ask, CauseWord, Decision, RulingWord, SideWord},
    output::{Failure, answer},
    register_folder::RegisterFolder,
    world::World,
};

pub(crate) fn run(command: &Decision, world: &World) -> Result<u8, Failure> {
    match command {
        Decision::Make { .. } => make(command, world),
        Decision::Deny { reason, clause, existing_uses, alternative, about, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let measure =
                Measure::Deny { existing_uses: existing_uses.clone(), alternative: alternative.clone() };
            let reason = folder.words(reason, signing.private)?;
            let case = asked(about)?;
            let days = folder.register.body.times.denial;
            let text = format!(
                "Denied: {case}. New uses stop now; running ones do not. It lapses after {days} days unless confirmed: \
                 a review is open.\n"
            );
            let act = Act::Emergency(Box::new(Emergency { measure, case, clause: clause.clone(), reason }));
            told(&mut folder, act, signing, world, &text)
        }
        Decision::BreakGlass { reason, clause, team, compensating, about, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let measure =
                Measure::BreakGlass { team: team.clone(), compensating: folder.words(compensating, true)? };
            let reason = folder.words(reason, signing.private)?;
            let case = asked(about)?;
            let hours = folder.register.body.times.break_glass_hours;
            let text = format!("Broken: {team} may use {case} for {hours} hours; a review is open.\n");
            let act = Act::Emergency(Box::new(Emergency { measure, case, clause: clause.clone(), reason }));
            told(&mut folder, act, signing, world, &text)
        }
        Decision::Close { cause, closure: file, mending, reason, clause, about, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let closing = closure(&folder, file, true)?;
            if closing.scope.iter().any(|s| s.text() != Some(register::act::closure::WHOLE)) {
                return Err(Failure::new(
                    "an emergency closes the whole repository: a path would point at what lies there",
                )
                .next("Write scope = [\"repository\"]; narrow it when it is mended."));
            }
            let until = closing.until;
            // Until it is mended all of this is the way in: it is sealed, whatever was asked.
            let cause = folder.words(
                match cause {
                    CauseWord::Secret => "a secret that works",
                    CauseWord::PatientData => "patients' data",
                },
                true,
            )?;
            let measure = Measure::Close {
                cause,
                closure: Box::new(closing),
                mending: mending.iter().map(|m| folder.words(m, true)).collect::<Result<_, _>>()?,
                assessment: None,
            };
            let reason = folder.words(reason, true)?;
            let case = case(&About { publication: true, ..about.clone() }, None, Ask::Closure)?;
            let mut text = format!("Closed until {until}: {case}. Mend, in this order:\n");
            for (i, step) in mending.iter().enumerate() {
                let _ = writeln!(text, "  {}. {step}", i + 1);
            }
            text.push_str("Closing does not undo what was public: revoke first.\n");
            let act = Act::Emergency(Box::new(Emergency { measure, case, clause: clause.clone(), reason }));
            told(&mut folder, act, signing, world, &text)
        }
        Decision::Trip { wire, assessment, because, about, signing, at } => super::trip::run(
            &super::trip::Said { wire: *wire, assessment, because, about },
            signing,
            at,
            world,
        ),
        Decision::Done { decision, obligation, shown, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let decision = digest_of(&folder.register, decision)?;
            let shown = folder.words(shown, signing.private)?;
            let index =
                obligation.checked_sub(1).ok_or_else(|| Failure::new("obligations are counted from 1"))?;
            told(
                &mut folder,
                Act::Done(Done { decision, obligation: index, shown }),
                signing,
                world,
                "Recorded as met.\n",
            )
        }
        Decision::SharedCare {
            side,
            provider,
            recipient,
            patches,
            monitors,
            answers,
            until,
            about,
            signing,
            at,
        } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let care = SharedCare {
                case: asked(about)?,
                provider: provider.clone(),
                recipient: recipient.clone(),
                patches: patches.clone(),
                monitors: monitors.clone(),
                answers: answers.clone(),
                until: *until,
                side: if *side == SideWord::Provider { Side::Provider } else { Side::Recipient },
            };
            let (case, now) = (care.case.clone(), folder.now);
            if folder.state(vec![Act::Agree(Box::new(care))], signing, world)?.is_some() {
                let whole = !folder.register.shared_care(&case, now.date()).is_empty();
                answer(if whole {
                    "Signed by both sides: the agreement holds.\n"
                } else {
                    "Signed for this side. The other side signs the same words with its own key.\n"
                });
            }
            Ok(0)
        }
        Decision::Show { what, at } => {
            let folder = RegisterFolder::open(at, world)?;
            answer(&show(&folder, what)?);
            Ok(0)
        }
        Decision::Handling { subject, into, at } => {
            let folder = RegisterFolder::open(at, world)?;
            super::handling::write(&folder, subject, into)
        }
    }
}

fn asked(about: &About) -> Result<Case, Failure> {
    case(about, None, Ask::Use)
}

/// A decision's digest, from its short id or the digest itself.
pub(super) fn digest_of(register: &Register, named: &str) -> Result<Digest, Failure> {
    let found: Vec<Digest> = register
        .entries
        .values()
        .flat_map(|e| e.history.iter())
        .map(|l| l.digest)
        .filter(|d| short('D', d).starts_with(named) || d.to_string() == named)
        .collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::new(format!("no decision is called `{named}`"))
            .next("`formulary register show` lists entries with their decisions.")),
        _ => Err(Failure::new(format!("several decisions begin with `{named}`: write more of it"))),
    }
}

fn make(command: &Decision, world: &World) -> Result<u8, Failure> {
    let Decision::Make {
        reviews,
        ruling,
        reasons,
        review_on,
        silence,
        who,
        obligations,
        alternative,
        existing_uses,
        signing,
        at,
    } = command
    else {
        return Ok(3);
    };
    let mut folder = RegisterFolder::open(at, world)?;
    let (signer, _) = folder.signer(signing, world)?;
    let mut acts = Vec::new();
    for name in reviews {
        let review = folder.register.review(name)?.clone();
        let rule = review.rule(&folder.register.body);
        let latest = review.latest();
        let granted = *ruling == RulingWord::Grant;
        let by = right(&folder, &review, &signer, granted, *silence);
        let settled = latest
            .filter(|_| granted)
            .map(|a| {
                a.reasons
                    .iter()
                    .filter(|r| r.outcome == Outcome::Referred)
                    .map(|r| Settled { control: r.control.clone(), state: r.state, count: r.count })
                    .collect()
            })
            .unwrap_or_default();
        let mut duties = duties(&folder, obligations, signing.private)?;
        // What was proposed, and what people asked for with their agreement, is part of what they agreed to.
        let proposed = review.opening.terms.as_ref().filter(|_| granted);
        for duty in proposed.into_iter().flat_map(|terms| &terms.obligations) {
            if !duties.contains(duty) {
                duties.push(duty.clone());
            }
        }
        for held in review.held().into_iter().filter(|_| granted) {
            for duty in &held.position.obligations {
                if !duties.contains(duty) {
                    duties.push(duty.clone());
                }
            }
        }
        acts.push(Act::Decide(Box::new(Deciding {
            review: review.id.clone(),
            ruling: if granted { Ruling::Grant } else { Ruling::Decline },
            by,
            assessment: latest.map(|a| a.digest),
            basis: latest.map(|a| a.basis),
            terms: Terms {
                who: match proposed.filter(|_| who.is_empty()) {
                    Some(proposed) => proposed.who.clone(),
                    None => who_may(who)?,
                },
                obligations: duties,
                reasons: folder.words(reasons, signing.private)?,
                review_on: review_on
                    .or(proposed.map(|p| p.review_on))
                    .unwrap_or_else(|| folder.now.date().plus_days(i64::from(rule.review_days))),
                trip_wires: TripWire::ALL.to_vec(),
                alternative: alternative.clone(),
                existing_uses: existing_uses.clone(),
                version: None,
            },
            votes: match by {
                Means::Silence => Vec::new(),
                _ => review.held().iter().map(|h| h.logged.digest).collect(),
            },
            settled,
        })));
    }
    let mut rights = acts
        .iter()
        .map(|act| match act {
            Act::Decide(decision) => decision.by.word(),
            _ => "",
        })
        .collect::<Vec<_>>()
        .into_iter();
    if let Some(appended) = folder.state(acts, signing, world)? {
        for one in appended {
            let id = short('D', &one.digest);
            answer(&format!(
                "Decided {}: {id} (entry {}). Its receipt: `formulary log receipt {}`.\n",
                rights.next().unwrap_or_default(),
                one.index,
                one.index
            ));
        }
    }
    Ok(0)
}

/// By what right it is decided: what stands behind it, never more than that.
fn right(folder: &RegisterFolder, review: &Review, signer: &str, granted: bool, silence: bool) -> Means {
    let body = &folder.register.body;
    if silence {
        Means::Silence
    } else if granted && !review.count(body).stands() && review.recovery(body, folder.now.date()).is_ok() {
        Means::Recovery
    } else if granted {
        Means::Quorum
    } else {
        review.rights_to_decline(body, signer).first().copied().unwrap_or(Means::Quorum)
    }
}

pub(super) fn who_may(given: &[String]) -> Result<WhoMayUse, Failure> {
    let teams: Vec<String> =
        given.iter().filter_map(|w| w.strip_prefix("team:")).map(|t| t.trim().to_owned()).collect();
    match given {
        [] => Ok(WhoMayUse::AnyTeam),
        [one] if one == "any" => Ok(WhoMayUse::AnyTeam),
        [one] if one == "shared-care" => Ok(WhoMayUse::SharedCare),
        _ if teams.len() == given.len() => Ok(WhoMayUse::Teams { teams }),
        _ => Err(Failure::new("say who may use it: any, shared-care, or team:NAME once for each team")),
    }
}

fn show(folder: &RegisterFolder, what: &str) -> Result<String, Failure> {
    let register = &folder.register;
    let digest = digest_of(register, what).ok();
    let entry = register.entries.values().find(|e| {
        digest.is_some_and(|d| e.history.iter().any(|l| l.digest == d)) || e.case.subject.as_str() == what
    });
    let entry = entry.ok_or_else(|| {
        Failure::new(format!("nothing in the register is called `{what}`"))
            .next("`formulary register show` lists it.")
    })?;
    let stand = register.stand(&entry.case, folder.now);
    let mut out = format!("{}\n  {} since {}: {}\n", entry.case, stand.state, stand.since, stand.why);
    if let Some(next) = stand.next {
        let _ = writeln!(out, "  changes by itself on {next}, if nobody acts");
    }
    if let Some(denied) = entry.denied.as_ref().filter(|d| folder.now.date() <= d.until) {
        let _ = writeln!(
            out,
            "  existing uses: {}\n  alternative:   {}",
            denied.existing_uses, denied.alternative
        );
    }
    if let Some(decided) = &entry.decided {
        let terms = &decided.decision.terms;
        let _ = writeln!(
            out,
            "\n{}  {} {} on {} (entry {})",
            short('D', &decided.logged.digest),
            decided.decision.ruling.word(),
            decided.decision.by.word(),
            decided.logged.at.date(),
            decided.logged.index
        );
        let _ = writeln!(out, "  reasons     {}", read(folder, &terms.reasons));
        let _ = writeln!(out, "  owner       {}", decided.owner);
        let _ = writeln!(out, "  who         {}", who_words(&terms.who));
        let _ = writeln!(out, "  review by   {}", terms.review_on);
        for (i, duty) in terms.obligations.iter().enumerate() {
            let done = u16::try_from(i).is_ok_and(|i| decided.done.contains(&i));
            let _ = writeln!(
                out,
                "  obligation  {}. {} ({}, by {}){}",
                i + 1,
                read(folder, &duty.what),
                duty.who,
                duty.due,
                if done { ": met" } else { "" }
            );
        }
        let wires: Vec<&str> = terms.trip_wires.iter().map(|w| w.word()).collect();
        let _ = writeln!(out, "  trip-wires  {}", wires.join("; "));
        if let Some(alternative) = &terms.alternative {
            let _ = writeln!(out, "  instead     {alternative}");
        }
        if let Some(existing) = &terms.existing_uses {
            let _ = writeln!(out, "  existing    {existing}");
        }
        if let Some(assessment) = decided.decision.assessment {
            let _ = writeln!(out, "  evidence    {assessment}");
        }
        for settled in &decided.decision.settled {
            let _ = writeln!(out, "  settles     {} ({}, {})", settled.control, settled.state, settled.count);
        }
    }
    Ok(out)
}

/// Who may use it, in words.
pub(super) fn who_words(who: &WhoMayUse) -> String {
    match who {
        WhoMayUse::AnyTeam => "any team".to_owned(),
        WhoMayUse::SharedCare => "any team under a signed shared-care agreement".to_owned(),
        WhoMayUse::Teams { teams } => format!("only {}", teams.join(", ")),
    }
}
