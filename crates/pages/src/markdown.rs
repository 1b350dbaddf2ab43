//! An Assessment as Markdown, for a change request's comment or a ticket.
//!
//! Everything that comes from the subject is escaped: a component's name is no markup.

use std::fmt::Write;

use domain::Assessment;

use crate::{actions, change::Change, columns::clean, words};

/// More rows than this are counted, not shown: forges refuse comments over 64 KiB.
const MOST_ROWS: usize = 100;

/// The assessment as Markdown.
pub fn render(assessment: &Assessment) -> String {
    let mut out = String::new();
    verdicts(assessment, &mut out);
    todo(assessment, &mut out);
    crate::rewriting::markdown(assessment, &mut out);
    crate::reopening::markdown(assessment, &mut out);
    reasons(assessment, &mut out);
    looked(assessment, &mut out);
    out
}

/// A change, judged by itself, as Markdown.
pub fn render_change(change: &Change<'_>) -> String {
    let mut out = format!("Since {}, this change alone:\n\n", code(change.since));
    let alone = change.alone;
    for verdict in &alone.verdicts {
        let (outcome, meaning) = words::change_meaning(verdict);
        let _ = writeln!(
            out,
            "**{}: {outcome}**{meaning}  \n{}\n",
            plain(&words::question(alone, verdict)),
            plain(&words::circumstances(&alone.circumstances, verdict))
        );
    }
    todo(alone, &mut out);
    reasons(alone, &mut out);
    for (title, rows) in change.sections {
        let _ = writeln!(out, "### {}\n", plain(title));
        for row in rows.iter().take(MOST_ROWS) {
            let _ = writeln!(out, "- {}", plain(row));
        }
        if rows.len() > MOST_ROWS {
            let _ = writeln!(out, "- and {} more", rows.len() - MOST_ROWS);
        }
        out.push('\n');
    }
    for line in words::unread(alone).iter().take(10) {
        let _ = writeln!(out, "New and not looked at: {}.", plain(line));
    }
    dates(alone, &mut out);
    out
}

/// The text with Markdown's and HTML's special characters made plain.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A mention would call people whom nobody meant to call.
            '@' => out.push_str("&#64;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A code span that holds the text whatever backticks it has.
fn code(text: &str) -> String {
    let text = clean(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}").replace('|', "\\|")
}

fn verdicts(assessment: &Assessment, out: &mut String) {
    for verdict in &assessment.verdicts {
        let (outcome, meaning) = words::answer(assessment, verdict);
        let _ = writeln!(
            out,
            "**{}: {outcome}**{meaning}  \n{}",
            plain(&words::question(assessment, verdict)),
            plain(&words::circumstances(&assessment.circumstances, verdict))
        );
        for told in words::register(verdict) {
            let _ = writeln!(out, "\n{}", plain(&told));
        }
        if let Some(otherwise) = verdict.otherwise {
            let _ = writeln!(out, "What could be looked at says: {}.", otherwise.word());
        }
        if let Some(public) = verdict.if_public {
            let _ = writeln!(out, "Were it already public: {}.", public.word());
        }
        out.push('\n');
    }
}

fn todo(assessment: &Assessment, out: &mut String) {
    let actions = actions::of(assessment);
    if actions.is_empty() {
        out.push_str("Nothing to do.\n\n");
        return;
    }
    out.push_str("### What to do next\n\n| verdict | action | clears | due |\n| --- | --- | ---: | --- |\n");
    for action in actions.iter().take(MOST_ROWS) {
        let mut what = plain(&action.what);
        if let Some(command) = &action.command {
            let _ = write!(what, "<br>{}", code(command));
        } else if !action.places.is_empty() {
            let (named, more) = action.places_named();
            let named: Vec<String> = named.iter().map(|place| code(place)).collect();
            let _ = write!(what, "<br>{}", named.join(", "));
            if more > 0 {
                let _ = write!(what, " and {more} more");
            }
        }
        let clears = if action.clears > 0 { action.clears.to_string() } else { String::new() };
        let due = match action.due {
            Some(due) if due < assessment.as_of.date() => format!("{due} (overdue)"),
            Some(due) => due.to_string(),
            None => String::new(),
        };
        let _ = writeln!(out, "| {} | {what} | {clears} | {due} |", action.outcome.word());
    }
    if actions.len() > MOST_ROWS {
        let _ = writeln!(out, "\n{} more are in the JSON form.", actions.len() - MOST_ROWS);
    }
    out.push('\n');
}

fn reasons(assessment: &Assessment, out: &mut String) {
    let mut rows = String::new();
    for verdict in &assessment.verdicts {
        for reason in &verdict.reasons {
            let _ = writeln!(
                rows,
                "| {} | {} | {} | {} | {} |",
                plain(&words::question(assessment, verdict)),
                code(&reason.control),
                reason.state.word(),
                words::consequence(reason),
                plain(&reason.why)
            );
        }
    }
    if !rows.is_empty() {
        let _ = write!(
            out,
            "<details><summary>Every reason</summary>\n\n| question | control | state | verdict | why |\n| --- | --- | --- | --- | --- |\n{rows}\n</details>\n\n"
        );
    }
}

fn looked(assessment: &Assessment, out: &mut String) {
    let _ = writeln!(out, "{}.  \n{}.", words::looked_at(assessment), words::tally(assessment));
    let unread: Vec<_> = assessment.coverage.iter().flat_map(|c| &c.unread).collect();
    if !unread.is_empty() {
        let shown: Vec<String> = unread
            .iter()
            .take(10)
            .map(|u| format!("{} ({})", code(&u.place.to_string()), plain(&u.why)))
            .collect();
        let more = if unread.len() > 10 { format!(" and {} more", unread.len() - 10) } else { String::new() };
        let _ = writeln!(out, "Not looked at: {}{more}.", shown.join(", "));
    }
    for line in words::reports(assessment) {
        let _ = writeln!(out, "{}.", plain(&line));
    }
    dates(assessment, out);
    if let Some(digest) = assessment.digest {
        let _ = writeln!(out, "Assessment {}", code(&digest.to_string()));
    }
}

fn dates(assessment: &Assessment, out: &mut String) {
    let feeds = words::feeds(assessment);
    let feeds = if feeds.is_empty() { "none was asked".to_owned() } else { feeds.join(", ") };
    let _ = writeln!(out, "Feeds: {feeds}. As of {}.", assessment.as_of);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_the_subject_are_no_markup() {
        assert_eq!(plain("@team <b>|x|"), "&#64;team &lt;b&gt;\\|x\\|");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`x|y`"), "`` `x\\|y` ``");
    }
}
