//! Closures in `formulary.debt.toml`: a repository or paths of it kept closed, narrowly and for a time.
//!
//! Decides what an entry says, and refuses what no pack could allow: one that says nothing of attacker,
//! gain and harm, one whose scope is everything, one without owner or end, one longer than a year. For how
//! long a team may close on its own word, and what no closure cures, is the pack's to say.

use domain::{
    Date,
    closure::{LONGEST, LastPublic, WHOLE, is_everything, unsaid},
};

use super::strict::{Table, inside};

/// A closure, as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebtClosure {
    /// A name for it, unique in the file.
    pub id: String,
    /// Who would attack, with which means.
    pub attacker: String,
    /// What publication would add to what that attacker can already do.
    pub publication_adds: String,
    /// How that leads to harm.
    pub path_to_harm: String,
    /// Folders and files, or the one word [`WHOLE`].
    pub scope: Vec<String>,
    /// The role that answers for it.
    pub owner: String,
    /// How to reach that role.
    pub contact: String,
    /// What made it necessary, and why nothing narrower does.
    pub reason: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// The day it was ended before its time: opened again.
    pub ended: Option<Date>,
    /// The last state that was public, where it was public before.
    pub last_public: Option<LastPublic>,
    /// The line it stands on.
    pub line: u32,
}

impl DebtClosure {
    /// Whether it closes the whole repository.
    pub fn is_whole(&self) -> bool {
        self.scope.iter().any(|s| s == WHOLE)
    }

    /// Whether it holds on a day: begun, not past its end, not ended.
    pub fn holds(&self, today: Date) -> bool {
        self.from <= today && self.until >= today && self.ended.is_none_or(|day| day > today)
    }
}

/// Reads an entry of `[[closures]]`.
pub(super) fn closure(table: &Table<'_, '_>) -> Option<DebtClosure> {
    let id = table.required_text("id", "a short name for this closure, unique in the file");
    let id = id.filter(|id| {
        let fits = id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !fits {
            table.fault_at("id", "a closure's `id` is letters, digits, `-`, `_` and `.`, at most 64");
        }
        fits
    });
    let attacker = table.required_text("attacker", "who would attack, with which means");
    let adds = table.required_text("publication_adds", "what publication would add for that attacker");
    let harm = table.required_text("path_to_harm", "how that leads to harm");
    if let (Some(attacker), Some(adds), Some(harm)) = (&attacker, &adds, &harm)
        && let Some(what) = unsaid([Some(attacker), Some(adds), Some(harm)])
    {
        table.fault(format!(
            "the closure does not say {what}: three honest sentences are enough, a formula is not"
        ));
    }
    table.required("scope", "the folders or files it closes, or the one word `repository`");
    let scope = scope(table);
    let owner = table.required_text("owner", "the role that answers for it");
    let contact = table.required_text("contact", "how to reach that role");
    let reason = table.required_text("reason", "what made it necessary, and why nothing narrower does");
    let from = table.required_date("from", "the first day, like 2026-08-22");
    let until = table.required_date("until", "the last day: nothing is closed for ever");
    let ended = table.date("ended");
    let last_public = table.parsed("last_public");
    let (from, until) = (from?, until?);
    if until < from {
        table.fault_at("until", "`until` lies before `from`");
    } else if until.days_since(from) > LONGEST {
        let last = from.plus_days(LONGEST);
        table.fault_at(
            "until",
            format!("a closure lasts a year at most: end it by {last}, and have it decided anew then"),
        );
    }
    if ended.is_some_and(|day| day < from) {
        table.fault_at("ended", "`ended` lies before `from`");
    }
    Some(DebtClosure {
        id: id?,
        attacker: attacker?,
        publication_adds: adds?,
        path_to_harm: harm?,
        scope,
        owner: owner?,
        contact: contact?,
        reason: reason?,
        from,
        until,
        ended,
        last_public,
        line: table.line,
    })
}

fn scope(table: &Table<'_, '_>) -> Vec<String> {
    let mut out = Vec::new();
    let named = table.texts("scope");
    if table.has("scope") && named.is_empty() {
        table.fault_at("scope", "a closure has a scope: name paths, or `repository` for this one");
    }
    for one in &named {
        if is_everything(one) || one.contains('*') {
            table.fault_at(
                "scope",
                "a closure is narrow: name folders or files, or `repository` for this one; never all, and no `*`",
            );
            continue;
        }
        match inside(one) {
            Ok(path) => out.push(path),
            Err(why) => table.fault_at("scope", format!("`scope`: {why}")),
        }
    }
    out.sort();
    out.dedup();
    if out.len() > 1 && out.iter().any(|s| s == WHOLE) {
        table
            .fault_at("scope", "`repository` is the whole of it already: name it alone, or name paths alone");
    }
    out
}
