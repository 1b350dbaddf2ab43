//! HANDLING_INSTRUCTIONS.md of a repository that is kept closed: written whole where there is none, else
//! one section of it, so that nothing people wrote is lost.
//!
//! The section stands between two comment lines and is ours; everything outside is the people's.
//! Source of the form: GDS Way, "How to handle sensitive code".

use std::fmt::Write;

use domain::Date;

use crate::{columns::clean, markdown::plain};

/// The file's name.
pub const FILE: &str = "HANDLING_INSTRUCTIONS.md";

const BEGIN: &str = "<!-- formulary:closures -->";
const END: &str = "<!-- /formulary:closures -->";

/// What is kept closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept<'a> {
    /// Its name in `formulary.debt.toml`, where it stands there.
    pub id: Option<&'a str>,
    /// The last day.
    pub until: Date,
    /// By whose word, as the end of a sentence: `by the Fraud team`.
    pub decided: String,
    /// Paths, or the word `repository`.
    pub scope: Vec<String>,
    /// Who would attack.
    pub attacker: String,
    /// What publication would add.
    pub adds: String,
    /// How that leads to harm.
    pub harm: String,
    /// What made it necessary, and why nothing narrower does.
    pub reason: Option<String>,
    /// What is being mended, in order.
    pub mending: Vec<String>,
}

/// What stands at the top of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Front<'a> {
    /// The role that answers.
    pub owner: &'a str,
    /// How to reach it.
    pub contact: &'a str,
    /// The day it was last looked at.
    pub reviewed: Date,
    /// Days until it is looked at again.
    pub days: i64,
}

/// The file has the first line of our section and not the last, or the other way round.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "HANDLING_INSTRUCTIONS.md holds only one of the two comment lines that frame the closures, or both in the \
     wrong order: put `<!-- formulary:closures -->` before and `<!-- /formulary:closures -->` after that section, \
     or delete both"
)]
pub struct Halved;

/// The file as it should be: `before` with our section written anew, or a whole new one. Without closures
/// the section says that nothing is closed.
///
/// # Errors
/// [`Halved`], where our section cannot be told from the rest.
pub fn written(before: Option<&str>, front: &Front<'_>, kept: &[Kept<'_>]) -> Result<String, Halved> {
    let section = section(kept);
    let Some(before) = before.filter(|text| !text.trim().is_empty()) else {
        return Ok(format!(
            "{}\n# Handling instructions\n\n{section}\n## How to handle it\n\n\
             - Share it with the teams that need it, and with nobody else.\n\
             - Before it is opened again, read every commit since it was last public.\n\
             - Past its end a closure is no longer in force: open the code, or ask anew.\n",
            top(front)
        ));
    };
    let head = if before.starts_with("---") { String::new() } else { format!("{}\n", top(front)) };
    match (before.find(BEGIN), before.find(END)) {
        (None, None) => Ok(format!("{head}{}\n\n{section}", before.trim_end())),
        (Some(from), Some(to)) if from < to => {
            let rest = before[to + END.len()..].strip_prefix('\n').unwrap_or(&before[to + END.len()..]);
            Ok(format!("{head}{}{section}{rest}", &before[..from]))
        }
        _ => Err(Halved),
    }
}

fn top(front: &Front<'_>) -> String {
    format!(
        "---\nclassification: OFFICIAL\nhandling_group: {}\nlast_reviewed_on: {}\nreview_in: {} days\n\
         responsible_role: {}\nresponsible_role_contact: {}\n---\n",
        yaml(front.owner),
        front.reviewed,
        front.days.max(1),
        yaml(front.owner),
        yaml(front.contact),
    )
}

fn section(kept: &[Kept<'_>]) -> String {
    let mut out = format!("{BEGIN}\n");
    if kept.is_empty() {
        out.push_str("Nothing is kept closed today.\n");
    }
    for it in kept {
        if let Some(id) = it.id {
            let _ = writeln!(out, "<!-- formulary:closure {id} until {} -->", it.until);
        }
        let _ = writeln!(out, "This code is kept closed until {}, {}.\n", it.until, plain(&it.decided));
        out.push_str("## What is closed\n\n");
        for scope in &it.scope {
            let _ = writeln!(out, "- `{}`", clean(scope).replace('`', "'"));
        }
        let _ = write!(
            out,
            "\nEverything else is open, or may be.\n\n## Why\n\n- Who would attack: {}\n\
             - What publication would add: {}\n- How that leads to harm: {}\n",
            plain(&it.attacker),
            plain(&it.adds),
            plain(&it.harm),
        );
        if let Some(reason) = &it.reason {
            let _ = writeln!(out, "- Why now, and why nothing narrower: {}", plain(reason));
        }
        if !it.mending.is_empty() {
            out.push_str("\n## What is being mended, in order\n\n");
            for (i, step) in it.mending.iter().enumerate() {
                let _ = writeln!(out, "{}. {}", i + 1, plain(step));
            }
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{END}");
    out
}

/// A value of one line in YAML, quoted.
fn yaml(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(id: &str) -> Kept<'_> {
        Kept {
            id: Some(id),
            until: "2026-12-01".parse().unwrap(),
            decided: "by the Fraud team".to_owned(),
            scope: vec!["src/fraud".to_owned()],
            attacker: "somebody who claims twice --> <!-- and says so".to_owned(),
            adds: "the rules themselves".to_owned(),
            harm: "claims are paid twice".to_owned(),
            reason: None,
            mending: Vec::new(),
        }
    }

    fn front() -> Front<'static> {
        Front {
            owner: "Fraud \"desk\"",
            contact: "fraud@hospital.example",
            reviewed: "2026-08-22".parse().unwrap(),
            days: 101,
        }
    }

    #[test]
    fn what_people_wrote_stays_and_our_section_is_written_anew() {
        let whole = written(None, &front(), &[kept("one")]).unwrap();
        assert!(whole.starts_with("---\n") && whole.contains("review_in: 101 days"), "{whole}");
        assert_eq!(whole.matches("-->").count(), 3, "no text of people ends a comment: {whole}");
        let theirs = format!("{}\nTheirs below\n", whole.replace("# Handling", "Theirs above\n\n# Handling"));
        let again = written(Some(&theirs), &front(), &[kept("two")]).unwrap();
        assert!(again.contains("Theirs above") && again.ends_with("Theirs below\n"), "{again}");
        assert!(again.contains("closure two until") && !again.contains("closure one until"), "{again}");
        assert_eq!(written(Some(&again), &front(), &[kept("two")]).unwrap(), again, "twice is once");
        let none = written(Some(&again), &front(), &[]).unwrap();
        assert!(none.contains("Nothing is kept closed") && none.contains("Theirs below"));
    }

    #[test]
    fn a_file_without_our_section_is_added_to_and_half_a_section_is_refused() {
        let added = written(Some("Their words.\n"), &front(), &[kept("one")]).unwrap();
        assert!(
            added.starts_with("---\nclassification") && added.contains("\nTheir words.\n\n<!-- formulary")
        );
        assert_eq!(written(Some("x\n<!-- formulary:closures -->\n"), &front(), &[]), Err(Halved));
    }
}
