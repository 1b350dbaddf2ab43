//! Closures shown: all in a table, or one whole.

use std::fmt::Write as _;

use assess::closures::State;
use domain::Date;
use formats::own::DebtClosure;
use pages::columns::{WIDTH, wrap};
use serde_json::json;

use super::Book;
use crate::{args::Format, output::Failure};

/// The closure of that id.
pub(super) fn find<'b>(book: &'b Book, id: &str) -> Result<&'b DebtClosure, Failure> {
    let known: Vec<&str> = book.debt.closures.iter().map(|c| c.id.as_str()).collect();
    book.debt.closures.iter().find(|c| c.id == id).ok_or_else(|| {
        let next = match formats::own::nearest(id, &known) {
            Some(near) => format!("`{near}` is the nearest; `formulary closure list` has them all."),
            None => "`formulary closure list` has them all.".to_owned(),
        };
        Failure::new(format!("there is no closure `{}`", pages::columns::cut(id, 64))).next(next)
    })
}

/// All of them.
pub(super) fn list(book: &Book, format: Format, today: Date) -> Result<String, Failure> {
    let rows = book.rows();
    if format == Format::Json {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                let state = row.state(&rows, book.limit, today);
                let mut value = json!(row);
                value["state"] = json!(state.word());
                value["days_left"] = json!(row.until.days_since(today));
                value
            })
            .collect();
        return Ok(format!("{}\n", serde_json::to_string(&rows)?));
    }
    if format != Format::Text {
        return Err(Failure::new("closures are listed as text or json"));
    }
    if rows.is_empty() {
        return Ok("No closure is recorded. Open is the default.\n".to_owned());
    }
    let mut out = String::new();
    for row in &rows {
        let state = row.state(&rows, book.limit, today);
        let left = match state {
            State::Holds => format!(", {} left", pages::words::count(days(row.until, today), "day", "days")),
            State::Proposed => format!(
                ", {}",
                if book.limit == 0 {
                    format!("at the {} tier the committee decides", book.tier)
                } else {
                    format!("beyond {} days the committee decides", book.limit)
                }
            ),
            State::Ahead | State::Lapsed | State::Over => String::new(),
        };
        let line = format!(
            "{}: {} to {}, {}{left}; {}; {}",
            row.id,
            row.from,
            row.until,
            state.word(),
            row.scope.join(", "),
            row.owner
        );
        for (i, part) in wrap(&line, WIDTH - 4).into_iter().enumerate() {
            let _ = writeln!(out, "{}{part}", if i == 0 { "" } else { "    " });
        }
    }
    Ok(out)
}

fn days(until: Date, today: Date) -> usize {
    usize::try_from(until.days_since(today)).unwrap_or(0)
}

/// One of them, whole.
pub(super) fn one(book: &Book, id: &str, toml: bool, today: Date) -> Result<String, Failure> {
    let it = find(book, id)?;
    if toml {
        return Ok(it.to_review_toml());
    }
    let rows = book.rows();
    let state = rows.iter().find(|row| row.id == id).map(|row| row.state(&rows, book.limit, today));
    let mut out = String::new();
    let mut line = |head: &str, text: &str| {
        for (i, part) in wrap(text, WIDTH - 18).into_iter().enumerate() {
            let _ = writeln!(out, "{:<17} {part}", if i == 0 { head } else { "" });
        }
    };
    line("closure", id);
    line("state", state.map_or("", State::word));
    line("scope", &it.scope.join(", "));
    line("attacker", &it.attacker);
    line("publication adds", &it.publication_adds);
    line("path to harm", &it.path_to_harm);
    line("reason", &it.reason);
    line("owner", &format!("{}, {}", it.owner, it.contact));
    line("from, until", &format!("{} to {}", it.from, it.until));
    if let Some(day) = it.ended {
        line("ended", &day.to_string());
    }
    if let Some(last) = &it.last_public {
        line("last public", &last.to_string());
    }
    Ok(out)
}
