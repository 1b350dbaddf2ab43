//! HANDLING_INSTRUCTIONS.md from the closures of the repository's own file.

use std::path::Path;

use assess::closures::State;
use domain::Date;
use pages::handling::{self, Front, Kept};

use super::{Book, small};
use crate::output::{Failure, answer};

/// Writes the file, or its section, for the closures in force and proposed; whether anything changed.
pub(super) fn write(book: &Book, folder: &Path, today: Date) -> Result<bool, Failure> {
    let rows = book.rows();
    let kept: Vec<_> = book
        .debt
        .closures
        .iter()
        .zip(&rows)
        .filter(|(_, row)| row.state(&rows, book.limit, today) == State::Holds)
        .map(|(it, _)| it)
        .collect();
    let before = small(&folder.join(handling::FILE))?;
    if kept.is_empty() && before.is_none() {
        answer("No closure is in force: there is nothing to write.\n");
        return Ok(false);
    }
    let soonest = kept.iter().min_by_key(|it| it.until);
    let owner = book.system.owner.as_ref();
    let front = Front {
        owner: soonest
            .map(|it| it.owner.as_str())
            .or(owner.map(|o| o.role.as_str()))
            .unwrap_or("nobody named"),
        contact: soonest
            .map(|it| it.contact.as_str())
            .or(owner.map(|o| o.contact.as_str()))
            .unwrap_or("nobody named"),
        reviewed: today,
        days: soonest.map_or(365, |it| it.until.days_since(today)),
    };
    let kept: Vec<Kept<'_>> = kept
        .into_iter()
        .map(|it| Kept {
            id: Some(&it.id),
            until: it.until,
            decided: format!("by the word of {} ({}), entry {}", it.owner, it.contact, it.id),
            scope: it.scope.clone(),
            attacker: it.attacker.clone(),
            adds: it.publication_adds.clone(),
            harm: it.path_to_harm.clone(),
            reason: Some(it.reason.clone()),
            mending: Vec::new(),
        })
        .collect();
    let text = handling::written(before.as_deref(), &front, &kept)?;
    if before.as_deref() == Some(text.as_str()) {
        answer(&format!("{} says it already.\n", handling::FILE));
        return Ok(false);
    }
    super::super::init::write(folder, handling::FILE, &text)?;
    let how = if before.is_some() { "what people wrote in it stays" } else { "new" };
    answer(&format!("Wrote {} ({how}).\n", handling::FILE));
    Ok(true)
}
