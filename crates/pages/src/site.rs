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

use self::view::{Case, Register, Subject};

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

    /// Every file but the pages of subjects and reviews, with its path. They say what day it is.
    pub fn overviews(&self) -> Vec<(String, String)> {
        let own: [(&str, String); 14] = [
            ("index.html", self.index()),
            ("reviews.html", self.reviews()),
            ("board.html", self.board()),
            ("health.html", self.health()),
            ("people.html", self.people()),
            ("policy.html", self.policy()),
            ("verify.html", self.verify()),
            ("accessibility.html", self.accessibility()),
            ("feed.xml", self.feed()),
            ("register.csv", self.register_csv()),
            ("decisions.csv", self.decisions_csv()),
            ("exceptions-and-closures.csv", self.endings_csv()),
            ("style.css", STYLE.to_owned()),
            ("search.js", SCRIPT.to_owned()),
        ];
        let own = own.into_iter().map(|(path, text)| (path.to_owned(), text));
        own.chain(self.find()).collect()
    }

    /// The page of a subject; it stands at [`stem_of`](Self::stem_of) with `.html`. It shows nothing but
    /// the subject, and the register's name and contact.
    pub fn subject_page(&self, subject: &Subject) -> String {
        self.subject(subject)
    }

    /// The page of a review. It shows nothing but the review, a link to its subject where that has a page,
    /// and the register's name and contact.
    pub fn review_page(&self, review: &Case) -> String {
        self.review(review)
    }

    /// Where a review's page stands.
    pub fn review_path(&self, review: &Case) -> String {
        review_page(&review.id)
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
