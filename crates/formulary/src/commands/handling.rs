//! `formulary decision handling`: HANDLING_INSTRUCTIONS.md of a repository that is kept closed, from
//! the closure that the register holds.
//!
//! What people wrote in one that is there stays.

use std::path::Path;

use domain::SubjectName;
use pages::handling::{self, Front, Halved, Kept};
use register::{case::Case, register::Closing};

use super::case_text::read;
use crate::{
    output::{Failure, answer},
    register_folder::RegisterFolder,
};

/// Writes the file for the closure in force.
pub(super) fn write(folder: &RegisterFolder, subject: &SubjectName, into: &Path) -> Result<u8, Failure> {
    let today = folder.now.date();
    let case = Case::of_publication(subject.clone());
    let closing = folder
        .register
        .closures
        .iter()
        .rev()
        .find(|c| c.case == case && c.closure.until >= today)
        .ok_or_else(|| {
            Failure::new(format!("no closure of {subject} is in force"))
                .next("A closure is decided first: `formulary review open … --ask closure`.")
        })?;
    let path = into.join(handling::FILE);
    let before = if path.exists() {
        let bytes = crate::subject::read(&path)?;
        Some(String::from_utf8(bytes).map_err(|_| Failure::new(format!("{} is not UTF-8", path.display())))?)
    } else {
        None
    };
    let text = text(folder, closing, before.as_deref())?;
    std::fs::write(&path, text).map_err(|e| Failure::new(format!("cannot write {}: {e}", path.display())))?;
    answer(&format!("Wrote {}.\n", path.display()));
    Ok(0)
}

fn text(folder: &RegisterFolder, closing: &Closing, before: Option<&str>) -> Result<String, Halved> {
    let closure = &closing.closure;
    let decided = closing.logged.at.date();
    let contact = read(folder, &closure.contact);
    let front = Front {
        owner: &closure.owner,
        contact: &contact,
        reviewed: decided,
        days: closure.until.days_since(decided),
    };
    let kept = Kept {
        id: None,
        until: closure.until,
        decided: format!(
            "by a decision in the register {} (entry {})",
            folder.register.origin, closing.logged.index
        ),
        scope: closure.scope.iter().map(|s| read(folder, s)).collect(),
        attacker: read(folder, &closure.attacker),
        adds: read(folder, &closure.publication_adds),
        harm: read(folder, &closure.path_to_harm),
        reason: None,
        mending: closing.mending.iter().map(|step| read(folder, step)).collect(),
    };
    handling::written(before, &front, &[kept])
}
