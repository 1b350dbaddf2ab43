//! `formulary policy what-if PACK ASSESSMENT…`: what another pack would make of kept assessments.
//!
//! A pack of the same name takes the old one's place; any other stands beside those that judged, and
//! the worst counts. The answer says which of the two it is, and counts the flips by control.

use std::{collections::BTreeMap, fmt::Write, path::PathBuf};

use assess::judge::{Questions, judge};
use domain::{Assessment, ControlResult, ControlState, Outcome, Purpose, Verdict, verdict::Action};
use pages::{
    columns::{WIDTH, cut, wrap},
    words::count,
};
use policy::Pack;

use crate::{
    output::{Failure, answer},
    subject,
};

/// How a control's state and consequence read before and after.
type Flip = (String, String);

pub(super) fn run(pack: &Pack, assessments: &[PathBuf]) -> Result<u8, Failure> {
    let kept = assessments
        .iter()
        .map(|path| Ok((path, subject::kept(path)?)))
        .collect::<Result<Vec<_>, Failure>>()?;
    let mut out = String::new();
    let mut flips: BTreeMap<String, BTreeMap<Flip, usize>> = BTreeMap::new();
    let (mut changed, mut asked) = (0, 0);
    for (path, kept) in &kept {
        let named = path.display().to_string();
        let _ = writeln!(out, "{}", cut(&named, WIDTH));
        let again = again(kept, pack);
        if again.verdicts.is_empty() {
            put(&mut out, &format!("{} has no question for a {}", pack.label(), kept.subject.word()));
        }
        for verdict in &again.verdicts {
            asked += 1;
            let old = replaced(kept, pack, verdict);
            changed += usize::from(one(&mut out, kept, old, verdict, &again, &mut flips));
        }
    }
    let head = headline(pack, kept.iter().map(|(_, kept)| kept));
    let mut whole = String::new();
    for line in wrap(&head, WIDTH) {
        let _ = writeln!(whole, "{line}");
    }
    let _ = writeln!(whole, "{changed} of {} would change.\n", count(asked, "answer", "answers"));
    whole.push_str(&out);
    tally(&mut whole, &flips);
    answer(&whole);
    Ok(0)
}

fn put(out: &mut String, text: &str) {
    for (i, line) in wrap(text, WIDTH - 4).into_iter().enumerate() {
        let _ = writeln!(out, "{}{line}", if i == 0 { "  " } else { "    " });
    }
}

/// The name of a pack without its version.
fn name(label: &str) -> &str {
    label.split_once('@').map_or(label, |(name, _)| name)
}

/// Whether the pack takes another's place, or stands beside.
fn headline<'a>(pack: &Pack, kept: impl Iterator<Item = &'a Assessment>) -> String {
    let same_question = |v: &&Verdict| v.purpose == pack.purpose();
    let mut old: Vec<&str> =
        kept.flat_map(|kept| &kept.verdicts).filter(same_question).map(|v| v.pack.as_str()).collect();
    old.sort_unstable();
    old.dedup();
    let (same, others): (Vec<&str>, Vec<&str>) =
        old.into_iter().partition(|label| name(label) == pack.name());
    match (same.is_empty(), others.is_empty()) {
        (false, _) => format!("{} would replace {}.", pack.label(), same.join(", ")),
        (true, false) => format!(
            "{} would be added to {}, which stays: each pack answers for itself, and the worst answer counts.",
            pack.label(),
            others.join(", ")
        ),
        (true, true) => format!("{} would be the only pack.", pack.label()),
    }
}

/// The kept assessment, judged by the pack alone.
fn again(kept: &Assessment, pack: &Pack) -> Assessment {
    let questions =
        Questions { use_: pack.purpose() == Purpose::Use, publish: pack.purpose() == Purpose::Publish };
    let mut again = kept.clone();
    judge(&mut again, std::slice::from_ref(pack), questions);
    again
}

/// The kept verdict whose place the new one takes.
fn replaced<'a>(kept: &'a Assessment, pack: &Pack, verdict: &Verdict) -> Option<&'a Verdict> {
    kept.verdicts
        .iter()
        .find(|v| v.purpose == verdict.purpose && v.part == verdict.part && name(&v.pack) == pack.name())
}

/// One verdict, and the controls that flip; whether the answer changes.
fn one(
    out: &mut String,
    kept: &Assessment,
    old: Option<&Verdict>,
    new: &Verdict,
    again: &Assessment,
    flips: &mut BTreeMap<String, BTreeMap<Flip, usize>>,
) -> bool {
    let part = new.part.as_ref().map(|p| format!(" of part {}", cut(p, 30))).unwrap_or_default();
    let question = format!("{}{part}", new.purpose.word());
    let changes = match old {
        Some(old) => {
            let mark = if old.outcome == new.outcome { " (the same)" } else { "" };
            put(out, &format!("{question}: {} → {}{mark}", old.outcome, new.outcome));
            old.outcome != new.outcome
        }
        None => {
            // Beside others, the worst counts.
            let before = kept
                .verdicts
                .iter()
                .filter(|v| v.purpose == new.purpose && v.part == new.part)
                .map(|v| v.outcome)
                .max();
            match before {
                Some(before) => {
                    let worst = before.max(new.outcome);
                    put(
                        out,
                        &format!("{question}: {before}; this pack alone: {}; together: {worst}", new.outcome),
                    );
                    worst != before
                }
                None => {
                    put(out, &format!("{question}: not asked before; this pack: {}", new.outcome));
                    true
                }
            }
        }
    };
    for control in again.controls.iter().filter(|c| c.part == new.part && c.pack == new.pack) {
        let before = old.and_then(|old| {
            let was = kept
                .controls
                .iter()
                .find(|c| c.id == control.id && c.part == control.part && c.pack == old.pack)?;
            Some(state(was, old))
        });
        let after = state(control, new);
        if before.as_ref() == Some(&after) || (before.is_none() && !matters(control)) {
            continue;
        }
        let before = before.unwrap_or_else(|| "not asked".to_owned());
        put(out, &format!("  {}: {before} → {after}", control.id));
        *flips.entry(control.id.clone()).or_default().entry((before, after)).or_default() += 1;
    }
    changes
}

/// Whether a control that was not asked before says anything now.
fn matters(control: &ControlResult) -> bool {
    matches!(control.state, ControlState::NotMet | ControlState::Unknown)
}

/// A control's state and what it makes of the verdict: `not met, refused`.
fn state(control: &ControlResult, verdict: &Verdict) -> String {
    let reasons = verdict.reasons.iter().filter(|r| r.control == control.id);
    let consequence = match reasons.map(|r| (r.outcome, r.action)).max() {
        None => "no consequence",
        Some((Outcome::Allowed, _)) | Some((_, Action::Advise)) => "advice",
        Some((outcome, _)) => outcome.word(),
    };
    format!("{} ({consequence})", control.state)
}

/// How many flips each control has, over all that was tried.
fn tally(out: &mut String, flips: &BTreeMap<String, BTreeMap<Flip, usize>>) {
    if flips.is_empty() {
        let _ = writeln!(out, "\nNo control flips.");
        return;
    }
    let _ = writeln!(out, "\nFlips by control:");
    for (control, kinds) in flips {
        let total: usize = kinds.values().sum();
        let kinds: Vec<String> =
            kinds.iter().map(|((before, after), n)| format!("{n} {before} → {after}")).collect();
        put(out, &format!("{control}: {total}, of them {}", kinds.join("; ")));
    }
}
