//! An estate for a terminal, at most 100 columns: totals first, then the table, then what to do.

use std::fmt::Write as _;

use domain::{
    Estate,
    estate::{Fragile, Ground, Letter, Row, Seen},
};

use super::told;
use crate::columns::{WIDTH, cut, wrap};

/// So many actions are shown: one week's.
const WEEK: usize = 10;

/// So many components are shown.
const GROUND: usize = 10;

/// So many things passed over are named.
const PASSED: usize = 5;

/// The columns, with their widths; a space between each.
const COLUMNS: [(&str, usize); 8] = [
    ("repository", 21),
    ("owner", 15),
    ("may be used", 13),
    ("be public", 13),
    ("to do", 5),
    ("closure", 8),
    ("oldest", 6),
    ("remediation", 12),
];

/// The whole estate. `letters`: with the letters in full, instead of a line about each.
pub fn render(estate: &Estate, letters: bool) -> String {
    let mut out = format!("{}, as of {}\n", told::heading(estate), estate.as_of.date());
    for (name, said) in told::totals(estate) {
        hang(&mut out, &format!("  {name:<16}"), &said);
    }
    out.push('\n');
    table(estate, &mut out);
    week(estate, &mut out);
    write_to(&estate.letters, letters, &mut out);
    stands_on(estate, &mut out);
    fragile(estate, &mut out);
    last(estate, &mut out);
    out
}

/// A beginning, and text that hangs under itself.
fn hang(out: &mut String, begin: &str, text: &str) {
    let indent = begin.chars().count();
    let mut lines = wrap(text, WIDTH - indent).into_iter();
    let _ = writeln!(out, "{begin}{}", lines.next().unwrap_or_default());
    for line in lines {
        let _ = writeln!(out, "{}{line}", " ".repeat(indent));
    }
}

fn line(out: &mut String, cells: [&str; 8]) {
    let mut text = String::new();
    for (cell, (_, width)) in cells.iter().zip(COLUMNS) {
        let _ = write!(text, "{:<width$} ", cut(cell, width));
    }
    let _ = writeln!(out, "{}", text.trim_end());
}

fn table(estate: &Estate, out: &mut String) {
    line(out, COLUMNS.map(|(head, _)| head));
    for one in &estate.rows {
        row(one, out);
    }
    out.push_str(
        "to do: distinct actions, however many findings each clears; closure: days left; oldest: days since\n\
         the oldest feed or dated evidence behind the answers was true; remediation: median days a known\n\
         flaw stayed.\n",
    );
}

fn row(one: &Row, out: &mut String) {
    let judged = match &one.seen {
        Seen::Judged(judged) => judged,
        Seen::Unreadable(why) => {
            let said = format!("{}: {why}", told::UNREADABLE);
            if one.repository.chars().count() > COLUMNS[0].1 {
                hang(out, "", &one.repository);
                hang(out, "    ", &said);
            } else {
                hang(out, &format!("{:<21} ", cut(&one.repository, COLUMNS[0].1)), &said);
            }
            return;
        }
    };
    let closure = match judged.closure.as_ref().map(|c| (c.days_left, c.live)) {
        None => "-".to_owned(),
        Some((None, _)) => "no end".to_owned(),
        Some((Some(left), true)) => format!("{left} d"),
        Some((Some(_), false)) => "ended".to_owned(),
    };
    // A name is never cut: it is what the row is about.
    let name = if one.repository.chars().count() > COLUMNS[0].1 {
        hang(out, "", &one.repository);
        ""
    } else {
        &one.repository
    };
    line(
        out,
        [
            name,
            told::owner(judged),
            told::answer(judged.usage),
            told::answer(judged.publish),
            &judged.effort.actions.to_string(),
            &closure,
            &format!("{} d", judged.oldest.days),
            &told::median(judged.remediation.as_ref()),
        ],
    );
    let blocks = told::blocks(judged);
    if !blocks.is_empty() {
        hang(out, "    blocked by ", &blocks.join(", "));
    }
    if judged.effort.actions > 0 {
        hang(out, "    to do      ", &told::effort(&judged.effort));
    }
}

fn week(estate: &Estate, out: &mut String) {
    out.push_str("\nTen actions this week\n");
    if estate.actions.is_empty() {
        out.push_str("  Nothing.\n");
    }
    for (i, action) in estate.actions.iter().take(WEEK).enumerate() {
        let concerned = told::concerned(action);
        let mut said = action.what.trim_end_matches('.').to_owned();
        let _ = write!(
            said,
            ": {}, {}, {} tier",
            crate::words::count(concerned, "repository", "repositories"),
            told::due(action),
            action.tier
        );
        if action.clears > 0 {
            let _ = write!(said, ", clears {}", action.clears);
        }
        if action.overdue > 0 {
            let _ = write!(said, " ({} overdue)", action.overdue);
        }
        if action.exploited > 0 {
            let _ = write!(said, ", {} known to be exploited", action.exploited);
        }
        hang(out, &format!("  {:>2}. {:<13} ", i + 1, action.outcome.word()), &said);
        let names: std::collections::BTreeSet<&str> =
            action.subjects.iter().map(|at| at.repository.as_str()).collect();
        let mut named: Vec<String> = names.iter().take(6).map(|name| cut(name, 40)).collect();
        if names.len() > 6 {
            named.push(format!("and {} more", names.len() - 6));
        }
        hang(out, "                    ", &named.join(", "));
    }
    let shown = estate.actions.len().min(WEEK) as u64;
    if estate.actions_total > shown {
        let _ =
            writeln!(out, "      {} more actions: see --format html or json", estate.actions_total - shown);
    }
}

fn write_to(letters: &[Letter], whole: bool, out: &mut String) {
    if letters.is_empty() {
        return;
    }
    out.push_str("\nWhom to write to\n");
    for letter in letters {
        let to = match &letter.to {
            Some(owner) => match &owner.contact {
                Some(contact) if *contact != owner.role => {
                    format!("{} <{}>", cut(&owner.role, 40), cut(contact, 60))
                }
                _ => cut(&owner.role, 60),
            },
            None => "nobody is named".to_owned(),
        };
        hang(out, "  ", &format!("{to}: {}", letter.subject));
        if whole {
            out.push('\n');
            for line in letter.text.lines() {
                // A long command breaks where a shell goes on, so that it can be copied.
                for part in crate::columns::shell(line, WIDTH - 4) {
                    let _ = writeln!(out, "{}", format!("    {part}").trim_end());
                }
            }
        }
    }
    if !whole {
        out.push_str("  The letters are drafted: --letters prints them; the page and the JSON have them.\n");
    }
}

fn tiers(ground: &Ground) -> String {
    let parts: Vec<String> =
        ground.by_tier.iter().map(|at| format!("{} {}", at.count, at.tier.word())).collect();
    parts.join(", ")
}

fn stands_on(estate: &Estate, out: &mut String) {
    let _ = writeln!(
        out,
        "\nWhat it all stands on ({})",
        crate::words::count(
            usize::try_from(estate.components_total).unwrap_or(usize::MAX),
            "component",
            "components"
        )
    );
    for ground in estate.stands_on.iter().take(GROUND) {
        let said = format!(
            "{} ({}; {})",
            cut(&ground.component, 50),
            tiers(ground),
            crate::words::count(
                usize::try_from(ground.versions).unwrap_or(usize::MAX),
                "version",
                "versions"
            )
        );
        hang(out, &format!("  {:>4}  ", ground.systems), &said);
    }
}

fn fragile(estate: &Estate, out: &mut String) {
    if estate.fragile.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nOf which fragile ({})", estate.fragile_total);
    for one in estate.fragile.iter().take(GROUND) {
        let begin = format!("  {:>4}  ", one.ground.systems);
        hang(out, &begin, &format!("{}: {}", cut(&one.ground.component, 50), faults(one)));
    }
}

/// One line for each sort of fault: the first, and how many more.
fn faults(one: &Fragile) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(fault) = one.faults.get(at) {
        let same = one.faults[at..].iter().take_while(|f| f.kind == fault.kind).count();
        let more = if same > 1 { format!(" and {} more", same - 1) } else { String::new() };
        out.push(format!("{}: {}{more}", fault.kind.word(), cut(&fault.said, 90)));
        at += same;
    }
    out.join("; ")
}

fn last(estate: &Estate, out: &mut String) {
    out.push('\n');
    if !estate.passed_over.is_empty() {
        let named: Vec<String> = estate
            .passed_over
            .iter()
            .take(PASSED)
            .map(|unread| format!("{} ({})", cut(&unread.place.to_string(), 60), unread.why))
            .collect();
        let more = estate.passed_over.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        hang(out, "Not looked at: ", &format!("{}{more}", named.join(", ")));
    }
    let feeds: Vec<String> =
        estate.feeds.iter().map(|feed| format!("{} {}", feed.name, feed.as_of.date())).collect();
    hang(out, "Feeds: ", &if feeds.is_empty() { "none was asked".to_owned() } else { feeds.join(", ") });
    hang(out, "Packs: ", &estate.packs.join(", "));
    let _ = writeln!(out, "As of {}", estate.as_of);
    if let Some(digest) = estate.digest {
        let _ = writeln!(out, "Estate {digest}");
    }
}
