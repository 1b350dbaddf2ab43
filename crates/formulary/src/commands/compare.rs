//! `formulary compare A B`: two subjects, open or closed, in one table of controls.

use std::fmt::Write;

use assess::{
    compare::{Cell, Comparison, Side, compare},
    judge::Questions,
};
use pages::columns::cut;
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
    let comparison = compare(&first.assessment, &second.assessment, verifiable);
    match args.format {
        Format::Json => answer(&format!("{}\n", serde_json::to_string(&comparison)?)),
        Format::Markdown => answer(&markdown(&comparison, args)),
        Format::Text => answer(&text(&comparison, args)),
        Format::Sarif | Format::Html => {
            return Err(Failure::new("a comparison is shown as text, json or markdown"));
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
        "{}: {}; an outsider could verify {} of {} controls ({share} %)",
        side.kind,
        side.outcome.map_or("not judged", domain::Outcome::word),
        side.verifiable,
        side.asked
    )
}

fn text(comparison: &Comparison, args: &args::Compare) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "A  {}  {}", cut(&args.first, 40), summary(&comparison.first));
    let _ = writeln!(out, "B  {}  {}\n", cut(&args.second, 40), summary(&comparison.second));
    let _ = writeln!(out, "{:<42}{:<16}{:<16}", "asks", "A", "B");
    for row in &comparison.rows {
        let _ = writeln!(out, "{:<42}{:<16}{:<16}", cut(&row.asks, 40), word(&row.first), word(&row.second));
    }
    out
}

fn markdown(comparison: &Comparison, args: &args::Compare) -> String {
    let plain = |text: &str| pages::columns::clean(text).replace('|', "\\|").replace('<', "&lt;");
    let mut out = format!(
        "A: {} - {}\nB: {} - {}\n\n| asks | A | B |\n| --- | --- | --- |\n",
        plain(&args.first),
        summary(&comparison.first),
        plain(&args.second),
        summary(&comparison.second)
    );
    for row in &comparison.rows {
        let _ = writeln!(out, "| {} | {} | {} |", plain(&row.asks), word(&row.first), word(&row.second));
    }
    out
}
