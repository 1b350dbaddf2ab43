//! The static site of a register: values to HTML, Atom and CSV.
//!
//! Decides which pages there are, what stands on each, and in which order. It does no I/O, and knows
//! nothing that is not in the public JSON ([`view`]): no log, no sealed word, no place.
//!
//! A page of a subject or review holds no "today": it changes when the log or a state changes, not
//! every day, so that a site of many entries is written anew only where something happened.

mod about;
mod board;
mod data;
mod find;
mod index;
mod parts;
mod review;
mod subject;
pub mod view;

use std::collections::{BTreeSet, HashMap};

use domain::Digest;

use self::view::Register;

/// The site's stylesheet.
pub const STYLE: &str = include_str!("site/style.css");
/// The site's only script: a search in the list of entries. Everything works without it.
pub const SCRIPT: &str = include_str!("site/search.js");

/// A register with the addresses of its pages.
pub struct Site<'r> {
    register: &'r Register,
    pages: HashMap<&'r str, String>,
}

/// Entries of the log that pages cite.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cited {
    /// Those whose canonical bytes stand beside the pages as `entries/N.json`.
    pub leaves: BTreeSet<u64>,
    /// Those with a receipt, `entries/N.tlog-proof`: decisions, and what states follow from.
    pub receipts: BTreeSet<u64>,
}

impl<'r> Site<'r> {
    /// A site.
    pub fn new(register: &'r Register) -> Self {
        let pages = register.subjects.iter().map(|s| (s.name.as_str(), stem(&s.name))).collect();
        Self { register, pages }
    }

    /// Hands over every file by its path, one after the other.
    ///
    /// # Errors
    /// Whatever the receiver says.
    pub fn write<E>(&self, give: &mut dyn FnMut(&str, String) -> Result<(), E>) -> Result<(), E> {
        give("index.html", self.index())?;
        give("reviews.html", self.reviews())?;
        give("board.html", self.board())?;
        give("health.html", self.health())?;
        give("people.html", self.people())?;
        give("policy.html", self.policy())?;
        give("verify.html", self.verify())?;
        give("accessibility.html", self.accessibility())?;
        for (path, page) in self.find() {
            give(&path, page)?;
        }
        for subject in &self.register.subjects {
            give(&format!("{}.html", stem(&subject.name)), self.subject(subject))?;
        }
        for review in &self.register.reviews {
            give(&review_page(&review.id), self.review(review))?;
        }
        give("feed.xml", self.feed())?;
        give("register.csv", self.register_csv())?;
        give("decisions.csv", self.decisions_csv())?;
        give("exceptions-and-closures.csv", self.endings_csv())?;
        give("style.css", STYLE.to_owned())?;
        give("search.js", SCRIPT.to_owned())
    }

    /// The entries of the log that pages cite.
    pub fn cited(&self) -> Cited {
        let mut out = Cited::default();
        for line in self.register.subjects.iter().flat_map(|s| &s.lines) {
            out.receipts.extend(line.follows_from);
            out.receipts.extend(line.decision.as_ref().map(|d| d.entry));
        }
        out.receipts.extend(self.register.decisions.iter().map(|d| d.entry));
        out.receipts.extend(self.register.endings.iter().map(|e| e.entry));
        out.leaves.extend(&out.receipts);
        out.leaves.extend(self.register.reviews.iter().map(|r| r.entry));
        out
    }

    /// The path of a subject's page without its ending; the JSON stands beside it.
    pub fn stem_of(&self, subject: &str) -> Option<&str> {
        self.pages.get(subject).map(String::as_str)
    }

    /// A link to a subject, or its name where it has no page.
    fn link(&self, up: &str, subject: &str) -> String {
        let words = crate::html::escape(plain(subject));
        match self.pages.get(subject) {
            Some(stem) => format!("<a href=\"{up}{stem}.html\">{words}</a>"),
            None => words,
        }
    }
}

/// The name without the kind before it.
fn plain(subject: &str) -> &str {
    ["repository:", "model:", "product:"]
        .iter()
        .find_map(|kind| subject.strip_prefix(kind))
        .unwrap_or(subject)
}

/// Where a subject's page stands: readable, and told apart by a digest where names differ only in signs.
fn stem(subject: &str) -> String {
    let mut slug = String::new();
    for c in subject.chars() {
        let c = if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' };
        // Two dots beside each other would name the folder above.
        if !(slug.is_empty() || slug.ends_with(['-', '.'])) || c.is_ascii_alphanumeric() {
            slug.push(c);
        }
        if slug.len() >= 60 {
            break;
        }
    }
    let slug = slug.trim_matches(['-', '.']);
    format!("subjects/{slug}-{}", &Digest::of(subject.as_bytes()).hex()[..10])
}

/// Where a review's page stands. Ids are ours: a letter, a dash, digits.
fn review_page(id: &str) -> String {
    let plain: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("reviews/{plain}.html")
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn names_that_differ_in_signs_have_different_pages() {
        let names =
            ["pkg:npm/a.b@1", "pkg:npm/a-b@1", "repository:../../etc/passwd", "model:ä", "model:ö", "."];
        let stems: std::collections::BTreeSet<String> = names.iter().map(|n| stem(n)).collect();
        assert_eq!(stems.len(), names.len(), "{stems:?}");
        for one in &stems {
            assert_eq!(one.matches('/').count(), 1, "{one}");
            assert!(!one.contains(".."), "{one}");
        }
    }
}
