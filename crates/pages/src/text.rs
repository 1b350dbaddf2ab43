//! An Assessment as text for a terminal: the verdicts first, then at most ten actions, then what
//! was and was not looked at, the dates of the data last. Silence never means success.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use domain::{Assessment, Outcome, verdict::Action as Demand};

use crate::{
    actions::{self, Action},
    change::Change,
    columns::{WIDTH, clean, cut, shell, wrap},
    words,
};

/// At most this many actions are shown; the rest are counted.
pub const MOST_ACTIONS: usize = 10;

/// At most this many lines of what changed are shown under one heading; the rest are counted.
const MOST_CHANGES: usize = 12;

/// The assessment as text. Styles are ANSI escapes; strip them where no terminal reads.
pub fn render(assessment: &Assessment) -> String {
    let mut out = String::new();
    verdicts(assessment, &mut out);
    let actions = actions::of(assessment);
    next(assessment, &actions, &mut out);
    crate::rewriting::text(assessment, &mut out);
    crate::reopening::text(assessment, &mut out);
    advice(assessment, &mut out);
    set_aside(assessment, &mut out);
    looked(assessment, &mut out);
    out
}

/// What exceptions and trusted statements did, and which of them do not hold.
fn set_aside(assessment: &Assessment, out: &mut String) {
    let remarks: Vec<&domain::Finding> =
        assessment.findings.iter().filter(|f| f.kind == domain::FindingKind::Exception).collect();
    let excused = assessment
        .evidence
        .iter()
        .filter(|e| e.kind == "vex")
        .filter_map(|e| e.value.as_array())
        .flatten()
        .collect::<Vec<_>>();
    if remarks.is_empty() && excused.is_empty() {
        return;
    }
    heading(out, "Set aside");
    for row in &excused {
        let text = |key: &str| row[key].as_str().unwrap_or_default();
        let line = format!(
            "{} in {}: excused by {} until {} ({})",
            text("id"),
            text("component"),
            text("signer"),
            text("until"),
            text("why")
        );
        lines(out, "  ", "    ", &line);
    }
    for finding in remarks.iter().take(10) {
        let place = finding.places.first().map(|p| format!(" ({p})")).unwrap_or_default();
        lines(out, "  ", "    ", &format!("{}{place}", finding.title));
    }
    if remarks.len() > 10 {
        let _ = writeln!(out, "  and {} more", remarks.len() - 10);
    }
}

fn style(outcome: Outcome) -> Style {
    let colour = match outcome {
        Outcome::Allowed => AnsiColor::Green,
        Outcome::Conditional => AnsiColor::Cyan,
        Outcome::Referred | Outcome::NotEvaluated => AnsiColor::Yellow,
        Outcome::Refused => AnsiColor::Red,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

fn heading(out: &mut String, text: &str) {
    let bold = Style::new().bold();
    let _ = writeln!(out, "\n{bold}{text}{bold:#}");
}

fn lines(out: &mut String, first: &str, rest: &str, text: &str) {
    for (i, line) in
        wrap(text, WIDTH - first.chars().count().max(rest.chars().count())).into_iter().enumerate()
    {
        let _ = writeln!(out, "{}{line}", if i == 0 { first } else { rest });
    }
}

fn verdicts(assessment: &Assessment, out: &mut String) {
    for verdict in &assessment.verdicts {
        // A yes that rests on nothing seen is not shown as a clean one.
        let unseen = words::unseen(assessment, verdict);
        let style = style(if unseen { Outcome::NotEvaluated } else { verdict.outcome });
        let question = words::question(assessment, verdict);
        let (outcome, meaning) = words::answer(assessment, verdict);
        let head = question.chars().count() + 2 + outcome.chars().count();
        for (i, line) in wrap_after(&meaning, head).into_iter().enumerate() {
            let _ = match i {
                0 => writeln!(out, "{question}: {style}{outcome}{style:#}{line}"),
                _ => writeln!(out, "  {line}"),
            };
        }
        lines(out, "  ", "  ", &words::circumstances(&assessment.circumstances, verdict));
        for told in words::register(verdict) {
            lines(out, "  ", "    ", &told);
        }
        if verdict.outcome == Outcome::NotEvaluated {
            not_evaluated(verdict, out);
        }
        if let Some(public) = verdict.if_public {
            let _ = writeln!(out, "  were it already public: {}", public.word());
        }
    }
}

/// Wraps what follows a head of so many columns on the same line.
fn wrap_after(text: &str, head: usize) -> Vec<String> {
    let whole = clean(text);
    if head + whole.chars().count() <= WIDTH {
        return vec![whole];
    }
    let joint = if whole.starts_with(": ") { ":" } else { "," };
    let rest = whole.trim_start_matches([':', ',', ' ']).to_owned();
    std::iter::once(joint.to_owned()).chain(wrap(&rest, WIDTH - 2)).collect()
}

/// A change, judged by itself: what it alone makes of each question, what to do about it, what
/// changed, and the dates of the data.
pub fn render_change(change: &Change<'_>) -> String {
    let mut out = String::new();
    let alone = change.alone;
    let _ = writeln!(out, "Since {}, this change alone:", cut(change.since, 60));
    for verdict in &alone.verdicts {
        let style = style(verdict.outcome);
        let (outcome, meaning) = words::change_meaning(verdict);
        let _ = writeln!(out, "{}: {style}{outcome}{style:#}{meaning}", words::question(alone, verdict));
        lines(&mut out, "  ", "  ", &words::circumstances(&alone.circumstances, verdict));
        if verdict.outcome == Outcome::NotEvaluated {
            not_evaluated(verdict, &mut out);
        }
    }
    let actions = actions::of(alone);
    if !actions.is_empty() || change.nothing_worse {
        next(alone, &actions, &mut out);
    }
    advice(alone, &mut out);
    for (title, rows) in change.sections {
        heading(&mut out, title);
        for row in rows.iter().take(MOST_CHANGES) {
            lines(&mut out, "  ", "    ", row);
        }
        if rows.len() > MOST_CHANGES {
            let _ = writeln!(out, "  and {} more (--format json lists all)", rows.len() - MOST_CHANGES);
        }
    }
    heading(&mut out, "What was looked at");
    not_looked_at(alone, "  new and not looked at", &mut out);
    dates(alone, &mut out);
    let verdict = if change.nothing_worse { "nothing is worse" } else { "something is worse" };
    let _ = writeln!(out, "  {verdict}");
    out
}

/// What the rest says, and the command that fills the gap.
fn not_evaluated(verdict: &domain::Verdict, out: &mut String) {
    if let Some(otherwise) = verdict.otherwise {
        let _ = writeln!(out, "  what could be looked at says: {}", otherwise.word());
    }
    let gaps = verdict.reasons.iter().filter(|r| r.outcome == Outcome::NotEvaluated);
    for gap in gaps.take(3) {
        lines(out, "  missing: ", "           ", &format!("{} ({})", gap.why, gap.control));
    }
}

fn next(assessment: &Assessment, actions: &[Action], out: &mut String) {
    if actions.is_empty() {
        heading(out, "Nothing to do");
        return;
    }
    heading(out, "What to do next");
    for (i, action) in actions.iter().take(MOST_ACTIONS).enumerate() {
        let style = style(action.outcome);
        let mut text = action.what.clone();
        let tail = consequence(assessment, action);
        if !tail.is_empty() {
            let _ = write!(text, ": {tail}");
        }
        let number = format!("{:>2}. ", i + 1);
        let word = format!("{:<13} ", action.outcome.word());
        let rest = " ".repeat(18);
        for (j, line) in wrap(&text, WIDTH - 18).into_iter().enumerate() {
            if j == 0 {
                let _ = writeln!(out, "{number}{style}{word}{style:#}{line}");
            } else {
                let _ = writeln!(out, "{rest}{line}");
            }
        }
        if let Some(command) = &action.command {
            for (j, line) in shell(command, WIDTH - 20).into_iter().enumerate() {
                let _ = writeln!(out, "{rest}{} {line}", if j == 0 { "$" } else { " " });
            }
        } else if !action.places.is_empty() {
            let (named, more) = action.places_named();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            lines(out, &rest, &rest, &format!("{}{more}", named.join(", ")));
        }
    }
    if actions.len() > MOST_ACTIONS {
        let more = words::count(actions.len() - MOST_ACTIONS, "more action", "more actions");
        let _ = writeln!(out, "    {more}: see --format markdown or html");
    }
    let _ = writeln!(out, "    Ask `formulary why NAME` about any component, finding or control.");
}

/// `clears 7 (2 overdue, 1 known exploited), due 2026-09-01`.
fn consequence(assessment: &Assessment, action: &Action) -> String {
    let mut text = String::new();
    if action.clears > 0 {
        let _ = write!(text, "clears {}", action.clears);
    }
    let mut inside = Vec::new();
    if action.overdue > 0 {
        inside.push(format!("{} overdue", action.overdue));
    }
    if action.exploited > 0 {
        inside.push(format!("{} known to be exploited", action.exploited));
    }
    if !inside.is_empty() {
        let _ = write!(text, "{}({})", if text.is_empty() { "" } else { " " }, inside.join(", "));
    }
    if let Some(due) = action.due {
        let past = due < assessment.as_of.date();
        let _ = write!(
            text,
            "{}{} {due}",
            if text.is_empty() { "" } else { ", " },
            if past { "was due" } else { "due" }
        );
    }
    text
}

fn advice(assessment: &Assessment, out: &mut String) {
    let mut controls: Vec<&str> = assessment
        .verdicts
        .iter()
        .flat_map(|v| &v.reasons)
        .filter(|r| r.action == Demand::Advise && r.control != "register")
        .map(|r| r.control.as_str())
        .collect();
    controls.sort_unstable();
    controls.dedup();
    if !controls.is_empty() {
        out.push('\n');
        let text = format!("Advice, no consequence: {}", controls.join(", "));
        for (i, line) in wrap(&text, WIDTH - 2).into_iter().enumerate() {
            let _ = writeln!(out, "{}{line}", if i == 0 { "" } else { "  " });
        }
    }
}

fn looked(assessment: &Assessment, out: &mut String) {
    heading(out, "What was looked at");
    lines(out, "  ", "  ", &words::looked_at(assessment));
    lines(out, "  ", "  ", &words::tally(assessment));
    if words::unread(assessment).is_empty() {
        let _ = writeln!(out, "  nothing that was recognised was left unread");
    } else {
        not_looked_at(assessment, "  not looked at", out);
    }
    for line in words::reports(assessment) {
        lines(out, "  ", "    ", &line);
    }
    dates(assessment, out);
    if let Some(digest) = assessment.digest {
        let _ = writeln!(out, "  assessment {digest}");
    }
}

fn not_looked_at(assessment: &Assessment, head: &str, out: &mut String) {
    let unread = words::unread(assessment);
    if unread.is_empty() {
        return;
    }
    let _ = writeln!(out, "{head}: {}", words::count(unread.len(), "thing", "things"));
    for line in unread.iter().take(5) {
        lines(out, "    ", "      ", line);
    }
    if unread.len() > 5 {
        let _ = writeln!(out, "    and {} more (--format json lists all)", unread.len() - 5);
    }
}

/// The dates of the data.
fn dates(assessment: &Assessment, out: &mut String) {
    let feeds = words::feeds(assessment);
    if feeds.is_empty() {
        let _ = writeln!(out, "  feeds: none was asked");
    } else {
        lines(out, "  feeds: ", "         ", &feeds.join(", "));
    }
    let _ = writeln!(out, "  as of {}", assessment.as_of);
}
