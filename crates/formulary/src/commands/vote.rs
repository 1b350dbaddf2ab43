//! `formulary vote`: takes a position on one or several cases, bound to what they rest on.

use clap::ValueEnum as _;
use policy::quorum::Stance;
use register::act::{
    Act,
    position::{Duty, Position},
};

use crate::{
    args::register::Vote,
    output::{Failure, answer},
    register_folder::RegisterFolder,
    world::World,
};

/// The positions as words of the command line.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Word {
    Agree,
    AgreeWithObligations,
    NoObjection,
    Concern,
    Abstain,
    Recuse,
}

pub(crate) fn run(args: &Vote, world: &World) -> Result<u8, Failure> {
    let Some((position, reviews)) = args.words.split_last() else {
        return Err(Failure::new("name a review and a position"));
    };
    let stance = match Word::from_str(position, true) {
        Ok(Word::Agree) => Stance::Agree,
        Ok(Word::AgreeWithObligations) => Stance::AgreeWithObligations,
        Ok(Word::NoObjection) => Stance::NoObjection,
        Ok(Word::Concern) => Stance::Concern,
        Ok(Word::Abstain) => Stance::Abstain,
        Ok(Word::Recuse) => Stance::Recuse,
        Err(_) => {
            return Err(Failure::new(format!("`{position}` is no position")).next(
                "Write the reviews first and the position last: agree, agree-with-obligations, no-objection, \
                 concern, abstain or recuse.",
            ));
        }
    };
    let mut folder = RegisterFolder::open(&args.at, world)?;
    let private = args.signing.private;
    let mut acts = Vec::new();
    for name in reviews {
        let review = folder.register.review(name)?;
        let latest = review.latest().map(|a| (a.digest, a.basis));
        acts.push(Act::Position(Box::new(Position {
            review: review.id.clone(),
            assessment: latest.map(|l| l.0),
            basis: latest.map(|l| l.1),
            stance,
            says: args.says.as_ref().map(|t| folder.words(t, private)).transpose()?,
            clause: args.clause.clone(),
            obligations: duties(&folder, &args.obligations, private)?,
            // An interest is personal: that there is one is public, which one is not.
            interest: args.interest.as_ref().map(|t| folder.words(t, true)).transpose()?,
        })));
    }
    if let Some(appended) = folder.state(acts, &args.signing, world)? {
        for one in &appended {
            let Some(held) = folder
                .register
                .reviews
                .values()
                .find(|r| r.positions.iter().any(|p| p.logged.index == one.index))
            else {
                continue;
            };
            answer(&format!("{}: {} (entry {})\n", held.id, stance.word(), one.index));
            answer(&super::case_text::awaits(&folder, held));
        }
    }
    Ok(0)
}

/// Obligations as the command line gives them: what|who|by when|how shown.
pub(super) fn duties(folder: &RegisterFolder, given: &[String], private: bool) -> Result<Vec<Duty>, Failure> {
    given
        .iter()
        .map(|text| {
            let parts: Vec<&str> = text.split('|').map(str::trim).collect();
            let [what, who, due, shown_by] = parts[..] else {
                return Err(Failure::new(format!("`{}` is no obligation", pages::columns::cut(text, 60)))
                    .next("Write four parts: what|who|by when|how it is shown to be done."));
            };
            Ok(Duty {
                what: folder.words(what, private)?,
                who: who.to_owned(),
                due: due.parse()?,
                shown_by: shown_by.to_owned(),
            })
        })
        .collect()
}
