//! The letters of one week, drafted: one to everybody whom its actions concern, and one about what
//! nobody answers for. They name repositories, actions, commands and days, and no place in a file: a
//! letter is forwarded, and must be no map for an attacker.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use domain::{
    Date,
    estate::{EstateAction, Letter, RowOwner},
};
use pages::columns::{clean, wrap};

/// The widest line of a letter; `>` and a space still fit before it when it is answered.
const WIDTH: usize = 76;

/// More repositories of one action than this are counted in a letter, not named.
const MOST_NAMED: usize = 20;

/// One letter to each owner, the one with most to do first; the one without an addressee last.
pub(super) fn of(week: &[EstateAction], today: Date) -> Vec<Letter> {
    let owners: BTreeSet<Option<&RowOwner>> =
        week.iter().flat_map(|action| &action.subjects).map(|at| at.owner.as_ref()).collect();
    let mut letters: Vec<(usize, Letter)> =
        owners.into_iter().map(|owner| letter(owner, week, today)).collect();
    letters.sort_by(|(one, a), (other, b)| {
        a.to.is_none().cmp(&b.to.is_none()).then(other.cmp(one)).then(a.to.cmp(&b.to))
    });
    letters.into_iter().map(|(_, letter)| letter).collect()
}

fn letter(owner: Option<&RowOwner>, week: &[EstateAction], today: Date) -> (usize, Letter) {
    let mut body = String::new();
    let mut repositories: BTreeSet<&str> = BTreeSet::new();
    let mut number = 0;
    let mut first: Option<Date> = None;
    for action in week {
        // A command by the repositories in which it is the one to run.
        let mut here: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut due: Option<Date> = None;
        for at in action.subjects.iter().filter(|at| at.owner.as_ref() == owner) {
            let commands = here.entry(&at.repository).or_default();
            commands.extend(at.command.as_deref());
            due = at.due.map_or(due, |day| Some(due.map_or(day, |d| d.min(day))));
        }
        if here.is_empty() {
            continue;
        }
        number += 1;
        repositories.extend(here.keys());
        first = due.map_or(first, |day| Some(first.map_or(day, |d| d.min(day))));
        let when = match due {
            Some(day) if day < today => format!("was due on {day}"),
            Some(day) => format!("due on {day}"),
            None if action.now => "needed now".to_owned(),
            None => "no date set".to_owned(),
        };
        let mut what = action.what.clone();
        if let Some(initial) = what.get(..1) {
            what = format!("{}{}", initial.to_uppercase(), &what[1..]);
        }
        let said = format!("{number}. {} ({when})", what.trim_end_matches('.'));
        for (i, line) in wrap(&said, WIDTH - 3).into_iter().enumerate() {
            let _ = writeln!(body, "{}{line}", if i == 0 { "" } else { "   " });
        }
        for (repository, commands) in here.iter().take(MOST_NAMED) {
            let _ = writeln!(body, "   - {}", clean(repository));
            for command in commands {
                let _ = writeln!(body, "     {}", clean(command));
            }
        }
        if here.len() > MOST_NAMED {
            let _ = writeln!(body, "   - and {} more", here.len() - MOST_NAMED);
        }
        body.push('\n');
    }
    let things = pages::words::count(number, "thing", "things");
    let named = pages::words::count(repositories.len(), "repository", "repositories");
    let (subject, opening) = match owner {
        Some(owner) => (
            format!("{things} to do in {named} you answer for"),
            format!(
                "To {},\n\nan assessment of {today} finds {things} to do in {named} that you answer for, the most \
                 pressing first:",
                clean(&owner.role)
            ),
        ),
        None => (
            format!("{named} without anybody who answers"),
            format!(
                "To whoever leads,\n\nan assessment of {today} finds {things} to do in {named} for which nobody is \
                 named. Name an owner first: an [owner] with role and contact in formulary.toml (`formulary \
                 init`), or a contact in publiccode.yml. Then:"
            ),
        ),
    };
    let mut text = String::new();
    for part in opening.split("\n\n") {
        for line in wrap(part, WIDTH) {
            let _ = writeln!(text, "{line}");
        }
        text.push('\n');
    }
    text.push_str(&body);
    let close = "`formulary check` in a repository says the same with its reasons and places, and \
                 `formulary why NAME` explains each. If a date cannot be held, or this is wrong, answer this \
                 letter: a recorded exception with an owner and an end is better than silence.";
    for line in wrap(close, WIDTH) {
        let _ = writeln!(text, "{line}");
    }
    (number, Letter { to: owner.cloned(), subject, text })
}
