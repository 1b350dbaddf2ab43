//! `formulary decision handling`: HANDLING_INSTRUCTIONS.md of a repository that is kept closed, from
//! the closure that the register holds.
//!
//! Source of the form: GDS Way, "How to handle sensitive code".

use std::path::Path;

use domain::SubjectName;
use register::{case::Case, register::Closing};

use super::case_text::read;
use crate::{
    output::{Failure, answer},
    register_folder::RegisterFolder,
};

/// The file's name.
const FILE: &str = "HANDLING_INSTRUCTIONS.md";

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
    let path = into.join(FILE);
    std::fs::write(&path, text(folder, closing))
        .map_err(|e| Failure::new(format!("cannot write {}: {e}", path.display())))?;
    answer(&format!("Wrote {}.\n", path.display()));
    Ok(0)
}

fn text(folder: &RegisterFolder, closing: &Closing) -> String {
    let register = &folder.register;
    let closure = &closing.closure;
    let decided = closing.logged.at.date();
    let days = closure.until.days_since(decided).max(1);
    let scope: Vec<String> = closure.scope.iter().map(|s| format!("- `{}`", read(folder, s))).collect();
    let mut out = format!(
        "---\nclassification: OFFICIAL\nhandling_group: {}\nlast_reviewed_on: {decided}\nreview_in: {days} days\n\
         responsible_role: {}\nresponsible_role_contact: {}\n---\n\n# Handling instructions\n\n\
         This code is kept closed until {}, by a decision in the register {} (entry {}).\n\n\
         ## What is closed\n\n{}\n\nEverything else is open, or may be.\n\n## Why\n\n\
         - Who would attack: {}\n- What publication would add: {}\n- How that leads to harm: {}\n",
        yaml(&closure.owner),
        yaml(&closure.owner),
        yaml(&read(folder, &closure.contact)),
        closure.until,
        register.origin,
        closing.logged.index,
        scope.join("\n"),
        read(folder, &closure.attacker),
        read(folder, &closure.publication_adds),
        read(folder, &closure.path_to_harm),
    );
    if !closing.mending.is_empty() {
        out.push_str("\n## What is being mended, in order\n\n");
        for (i, step) in closing.mending.iter().enumerate() {
            out.push_str(&format!("{}. {}\n", i + 1, read(folder, step)));
        }
    }
    out.push_str(
        "\n## How to handle it\n\n\
         - Share it with the teams that need it, and with nobody else.\n\
         - Before it is opened again, read every commit since it was last public.\n\
         - Past its end the closure is no longer in force: open the code, or ask anew.\n",
    );
    out
}

/// A value of one line in YAML, quoted.
fn yaml(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}
