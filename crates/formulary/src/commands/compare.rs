//! `formulary compare A B`: two subjects, open or closed, in one table of controls.

use std::fmt::Write;

use assess::{
    compare::{Cell, Comparison, Row, Side, compare},
    judge::Questions,
};
use pages::columns::{WIDTH, wrap};
use policy::{Observer, Pack};

use crate::{
    args::{self, Format},
    output::{Failure, answer},
    subject::{self, Judge},
    world::World,
};

pub(crate) fn run(args: &args::Compare, world: &World) -> Result<u8, Failure> {
    let judge = Judge::new(&args.judging, world)?;
    let questions = Questions { use_: true, publish: false };
    let first = judge.judge(&subject::open(&args.first)?, &args.first, questions)?;
    let second = judge.judge(&subject::open(&args.second)?, &args.second, questions)?;
    let verifiable = |id: &str| first.packs.iter().chain(&second.packs).any(|pack| by_collectors(pack, id));
    let title = |id: &str| {
        let mut packs = first.packs.iter().chain(&second.packs);
        packs.find_map(|pack| pack.find(id).map(|(_, control)| control.title().to_owned()))
    };
    let comparison = compare(&first.assessment, &second.assessment, verifiable, title);
    match args.format {
        Format::Json => answer(&format!("{}\n", serde_json::to_string(&comparison)?)),
        Format::Markdown => answer(&markdown(&comparison, args)),
        Format::Text => answer(&text(&comparison, args)),
        Format::Sarif | Format::Html => {
            return Err(Failure::new("a comparison is shown as text, json or markdown")
                .next("Say --format text, json or markdown."));
        }
    }
    Ok(0)
}

/// Whether collectors alone observe what a control reads.
fn by_collectors(pack: &Pack, id: &str) -> bool {
    pack.find(id)
        .is_some_and(|(_, control)| control.needs().all(|entry| entry.observer == Observer::Collector))
}

fn word(cell: &Option<Cell>) -> &'static str {
    cell.as_ref().map_or("-", |cell| cell.state.word())
}

fn summary(side: &Side) -> String {
    let share = (side.verifiable * 100).checked_div(side.asked).unwrap_or(0);
    format!(
        "({}): {}; an outsider could verify {} of {} controls ({share} %)",
        side.kind,
        side.outcome.map_or("not judged", domain::Outcome::word),
        side.verifiable,
        side.asked
    )
}

/// The controls of a row: one, or the two counterparts.
fn controls(row: &Row) -> Vec<&str> {
    let mut ids: Vec<&str> =
        [&row.first, &row.second].into_iter().flatten().map(|cell| cell.control.as_str()).collect();
    ids.dedup();
    ids
}

fn text(comparison: &Comparison, args: &args::Compare) -> String {
    let mut out = String::new();
    for (letter, named, side) in
        [("A", &args.first, &comparison.first), ("B", &args.second, &comparison.second)]
    {
        for (i, line) in wrap(&format!("{named} {}", summary(side)), WIDTH - 3).into_iter().enumerate() {
            let _ = writeln!(out, "{:<3}{line}", if i == 0 { letter } else { "" });
        }
    }
    let _ = writeln!(out, "\n{:<46}{:<16}{:<16}control", "asks", "A", "B");
    for row in &comparison.rows {
        let (asks, controls) = (wrap(&row.asks, 44), controls(row));
        for i in 0..asks.len().max(controls.len()) {
            let at = |list: &[String]| list.get(i).cloned().unwrap_or_default();
            let (a, b) = if i == 0 { (word(&row.first), word(&row.second)) } else { ("", "") };
            let line =
                format!("{:<46}{a:<16}{b:<16}{}", at(&asks), controls.get(i).copied().unwrap_or_default());
            let _ = writeln!(out, "{}", line.trim_end());
        }
    }
    out
}

fn markdown(comparison: &Comparison, args: &args::Compare) -> String {
    let plain = |text: &str| pages::columns::clean(text).replace('|', "\\|").replace('<', "&lt;");
    let mut out = format!(
        "A: {} {}\nB: {} {}\n\n| asks | A | B | control |\n| --- | --- | --- | --- |\n",
        plain(&args.first),
        summary(&comparison.first),
        plain(&args.second),
        summary(&comparison.second)
    );
    for row in &comparison.rows {
        let controls = controls(row).join(", ");
        let (first, second) = (word(&row.first), word(&row.second));
        let _ = writeln!(out, "| {} | {first} | {second} | {} |", plain(&row.asks), plain(&controls));
    }
    out
}
