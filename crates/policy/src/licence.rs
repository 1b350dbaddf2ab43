//! Licences by deployment mode: what a table says of a licence expression.
//!
//! The table is data of a pack (`licences.toml`): groups of licence ids, each with an answer for
//! every deployment mode, for open and for closed code. An expression is read by the `spdx` crate
//! (a specification with its own grammar and list, better kept there than here); of alternatives
//! (`OR`) the best counts, of what holds together (`AND`) the worst. What the table does not hold
//! needs a person's view; no licence at all is not a permission. This is no legal advice, and this
//! module refuses to guess a licence from a text.

use domain::Deployment;
use serde::Deserialize;
use spdx::{
    Expression, ParseMode,
    expression::{ExprNode, Operator},
};

use crate::catalogue::LicenceAnswer;

/// The longest expression read, in bytes; a longer one needs a person's view.
const LONGEST: usize = 4_096;

/// What the table says, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The answer; `None` where no licence is stated (`NOASSERTION`, nothing).
    pub answer: Option<LicenceAnswer>,
    /// Why, in plain English.
    pub reason: String,
}

/// A table of licences by deployment mode.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceTable {
    /// Where the table comes from.
    pub source: String,
    group: Vec<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: String,
    reason: String,
    #[serde(default)]
    source: Option<String>,
    licences: Vec<String>,
    open: Modes,
    closed: Modes,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Modes {
    internal: Answer,
    service: Answer,
    browser: Answer,
    distributed: Answer,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Allowed,
    NotAllowed,
    NeedsView,
}

impl From<Answer> for LicenceAnswer {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Allowed => Self::Allowed,
            Answer::NotAllowed => Self::NotAllowed,
            Answer::NeedsView => Self::NeedsView,
        }
    }
}

/// What is wrong with a table.
#[derive(Debug, thiserror::Error)]
pub enum LicenceTableError {
    /// The TOML.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// A licence stands in two groups.
    #[error("`{0}` stands in two groups: which of them holds?")]
    Twice(String),
    /// A class that answers for a licence that no other class names is missing.
    #[error("no class named `{0}`: it answers where no other does")]
    NoClass(&'static str),
}

impl LicenceTable {
    /// Reads a table.
    ///
    /// # Errors
    /// When the TOML cannot be read, or a licence stands in two groups.
    pub fn parse(text: &str) -> Result<Self, LicenceTableError> {
        let table: Self = toml::from_str(text)?;
        let mut ids: Vec<&String> = table.group.iter().flat_map(|g| &g.licences).collect();
        ids.sort();
        match ids.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(twice) => Err(LicenceTableError::Twice(twice[0].clone())),
            None => Ok(table),
        }
    }

    /// What the table says of a licence expression, for a deployment mode, in open or closed code.
    pub fn view(&self, expression: &str, deployment: Deployment, open: bool) -> View {
        let text = expression.trim();
        let view = |answer, reason: String| View { answer, reason };
        match text.to_ascii_uppercase().as_str() {
            "" | "NOASSERTION" | "UNKNOWN" => return view(None, "no licence is stated".to_owned()),
            "NONE" | "UNLICENSED" => {
                let reason = "it states that it has no licence: nobody may use it".to_owned();
                return view(Some(LicenceAnswer::NotAllowed), reason);
            }
            _ => {}
        }
        let needs_view = |why: &str| view(Some(LicenceAnswer::NeedsView), why.to_owned());
        if text.len() > LONGEST || !text.is_ascii() {
            return needs_view("the licence is stated in a form that cannot be read");
        }
        let Ok(expression) = Expression::parse_mode(text, ParseMode::LAX) else {
            return needs_view("the licence is stated in words that are no licence expression");
        };
        let mut stack: Vec<(LicenceAnswer, String)> = Vec::new();
        for node in expression.iter() {
            match node {
                ExprNode::Req(req) => {
                    let id =
                        req.req.license.id().map_or_else(|| "LicenseRef".to_owned(), |id| id.name.to_owned());
                    let exception = req.req.addition.is_some();
                    stack.push(self.one(&id, exception, deployment, open));
                }
                ExprNode::Op(operator) => {
                    let (Some(b), Some(a)) = (stack.pop(), stack.pop()) else {
                        return needs_view("the licence expression is not complete");
                    };
                    let best_first = rank(a.0) <= rank(b.0);
                    let take_a = match operator {
                        Operator::Or => best_first,
                        Operator::And => rank(a.0) >= rank(b.0),
                    };
                    stack.push(if take_a { a } else { b });
                }
            }
        }
        match stack.pop() {
            Some((answer, reason)) => view(Some(answer), reason),
            None => needs_view("the licence expression is empty"),
        }
    }

    fn one(&self, id: &str, exception: bool, deployment: Deployment, open: bool) -> (LicenceAnswer, String) {
        let Some(group) = self.group.iter().find(|g| g.licences.iter().any(|l| l == id)) else {
            return (
                LicenceAnswer::NeedsView,
                format!("{id} is not in the licence table: a person must look"),
            );
        };
        let modes = if open { group.open } else { group.closed };
        let answer: LicenceAnswer = match deployment {
            Deployment::Internal => modes.internal,
            Deployment::Service => modes.service,
            Deployment::Browser => modes.browser,
            Deployment::Distributed => modes.distributed,
        }
        .into();
        let source = group.source.as_deref().unwrap_or(&self.source);
        if exception && answer == LicenceAnswer::NotAllowed {
            // An exception only ever permits more than the licence beside it; how much, a person says.
            return (
                LicenceAnswer::NeedsView,
                format!("{id} with an exception: a person must look ({source})"),
            );
        }
        (answer, format!("{id}: {} ({}; {source})", group.reason, group.name))
    }

    /// The groups, for a page: name, reason, licences.
    pub fn groups(&self) -> impl Iterator<Item = (&str, &str, &[String])> {
        self.group.iter().map(|g| (g.name.as_str(), g.reason.as_str(), g.licences.as_slice()))
    }
}

const fn rank(answer: LicenceAnswer) -> u8 {
    match answer {
        LicenceAnswer::Allowed => 0,
        LicenceAnswer::NeedsView => 1,
        LicenceAnswer::NotAllowed => 2,
    }
}

#[cfg(test)]
mod tests {
    use domain::Deployment::{Browser, Distributed, Internal, Service};

    use super::*;
    use crate::{Pack, catalogue::LicenceAnswer::*};

    #[test]
    fn the_shipped_table_answers() {
        let pack = Pack::builtin("use").unwrap();
        let table = pack.licences().expect("the use pack has a table");
        for (expression, mode, open, answer) in [
            ("MIT", Distributed, false, Some(Allowed)),
            ("mit/Apache-2.0", Browser, false, Some(Allowed)),
            ("(MIT OR GPL-3.0-only) AND BSD-3-Clause", Browser, false, Some(Allowed)),
            ("MIT AND AGPL-3.0-only", Service, false, Some(NotAllowed)),
            ("MIT OR AGPL-3.0-only", Service, false, Some(Allowed)),
            ("AGPL-3.0-or-later", Internal, false, Some(NotAllowed)),
            ("AGPL-3.0-or-later", Service, true, Some(Allowed)),
            ("GPL-2.0", Service, false, Some(Allowed)),
            ("GPL-2.0+", Distributed, false, Some(NotAllowed)),
            ("GPL-2.0-only WITH Classpath-exception-2.0", Distributed, false, Some(NeedsView)),
            ("GPL-3.0-only", Distributed, true, Some(Allowed)),
            ("LGPL-2.1-or-later", Service, false, Some(Allowed)),
            ("LGPL-2.1-or-later", Distributed, false, Some(NeedsView)),
            ("ISC", Distributed, false, Some(Allowed)),
            ("BUSL-1.1", Service, false, Some(NeedsView)),
            ("BSL-1.0", Service, false, Some(Allowed)),
            ("LicenseRef-house", Service, false, Some(NeedsView)),
            ("NONE", Service, true, Some(NotAllowed)),
            ("UNLICENSED", Service, true, Some(NotAllowed)),
            ("NOASSERTION", Service, true, None),
            ("", Service, true, None),
            ("SEE LICENSE IN licence.txt", Service, true, Some(NeedsView)),
            ("MIT AND (", Service, true, Some(NeedsView)),
            ("MIT \u{202e} GPL", Service, true, Some(NeedsView)),
        ] {
            assert_eq!(
                table.view(expression, mode, open).answer,
                answer,
                "{expression} {mode:?} open: {open}"
            );
        }
        let long = "(".repeat(100_000);
        assert_eq!(table.view(&long, Service, false).answer, Some(NeedsView));
    }

    #[test]
    fn open_code_is_never_treated_harder_than_closed() {
        let pack = Pack::builtin("use").unwrap();
        let table = pack.licences().unwrap();
        let ids: Vec<String> = table.groups().flat_map(|(_, _, ids)| ids.to_vec()).collect();
        for id in ids {
            assert!(spdx::license_id(&id).is_some(), "{id} is no SPDX licence");
            for mode in [Internal, Service, Browser, Distributed] {
                let answer = |open| table.view(&id, mode, open).answer.map(rank);
                assert!(answer(true) <= answer(false), "{id} {mode:?}");
            }
        }
    }

    #[test]
    fn a_licence_in_two_groups_is_refused() {
        let modes = "{ internal = \"allowed\", service = \"allowed\", browser = \"allowed\", distributed = \"allowed\" }";
        let group = format!(
            "[[group]]\nname = \"a\"\nreason = \"b\"\nlicences = [\"MIT\"]\nopen = {modes}\nclosed = {modes}\n"
        );
        assert!(LicenceTable::parse(&format!("source = \"x\"\n{group}")).is_ok());
        assert!(matches!(
            LicenceTable::parse(&format!("source = \"x\"\n{group}{group}")),
            Err(LicenceTableError::Twice(_))
        ));
    }
}
