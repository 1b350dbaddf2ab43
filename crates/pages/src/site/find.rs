//! Finding an entry: a list from A to Z by kind, which needs no script; a search on top of it where
//! scripts run.
//!
//! Up to [`ONE_PAGE`] subjects stand on one page. Of a larger register each kind and first letter has a
//! page of its own, and the search reads `index.json`.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    Site, parts,
    parts::{capital, count},
    view::Subject,
};
use crate::html::escape;

/// So many subjects stand on one page.
const ONE_PAGE: usize = 1_000;

const KINDS: [(&str, &str); 4] = [
    ("component", "Components"),
    ("repository", "Repositories"),
    ("model", "AI models"),
    ("product", "Products"),
];

/// The letter under which a subject stands: of a component's own name, not of its ecosystem.
fn letter(subject: &Subject) -> char {
    let name = match subject.kind.as_str() {
        "component" => {
            subject.plain.split('@').next().unwrap_or_default().rsplit('/').next().unwrap_or_default()
        }
        _ => &subject.plain,
    };
    let first = name.chars().find(|c| c.is_alphanumeric()).unwrap_or('#').to_ascii_uppercase();
    if first.is_ascii_alphabetic() { first } else { '#' }
}

impl Site<'_> {
    /// The page, and those it is divided into.
    pub(super) fn find(&self) -> Vec<(String, String)> {
        let register = self.register;
        let mut kinds: BTreeMap<&str, BTreeMap<char, Vec<&Subject>>> = BTreeMap::new();
        for subject in &register.subjects {
            kinds.entry(&subject.kind).or_default().entry(letter(subject)).or_default().push(subject);
        }
        let whole = register.subjects.len() <= ONE_PAGE;
        let mut files = Vec::new();
        let mut out = format!(
            "<h1>Find an entry</h1><p class=\"lead\">{}, from A to Z.</p>\n\
             <div id=\"search\" hidden><form role=\"search\"><label for=\"query\">Part of the name, or a state</label>\
             <input id=\"query\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\"></form>\
             <p id=\"found\" role=\"status\"></p><ul id=\"hits\" class=\"az\"></ul></div>\n<div id=\"all\">",
            count(register.subjects.len(), "subject", "subjects"),
        );
        for (kind, words) in KINDS {
            let Some(letters) = kinds.get(kind) else { continue };
            let _ = write!(out, "<section><h2 id=\"{kind}\">{words}</h2>");
            if !whole {
                out.push_str("<ul class=\"letters\">");
            }
            for (letter, subjects) in letters {
                let shown = if *letter == '#' { "Other".to_owned() } else { letter.to_string() };
                if whole {
                    let _ = write!(out, "<h3>{shown}</h3>{}", self.list("", subjects));
                    continue;
                }
                let plain =
                    if *letter == '#' { "other".to_owned() } else { letter.to_ascii_lowercase().to_string() };
                let path = format!("find/{kind}-{plain}.html");
                let _ = write!(
                    out,
                    "<li><a href=\"{path}\"><span class=\"hidden\">{words}, </span>{shown}</a> ({})</li>",
                    subjects.len()
                );
                let title = format!("{words}: {shown}");
                let main = format!("<h1>{title}</h1>{}", self.list("../", subjects));
                files.push((path.clone(), parts::page(register, &path, &title, &main)));
            }
            if !whole {
                out.push_str("</ul>");
            }
            out.push_str("</section>");
        }
        if register.subjects.is_empty() {
            out.push_str("<p>Nothing has been asked yet.</p>");
        }
        out.push_str("</div>\n");
        files.push(("find.html".to_owned(), parts::page(register, "find.html", "Find an entry", &out)));
        files
    }

    fn list(&self, up: &str, subjects: &[&Subject]) -> String {
        let mut out = String::from("<ul class=\"az\">");
        for subject in subjects {
            let _ = write!(out, "<li>{}", self.link(up, &subject.name));
            for line in &subject.lines {
                let _ = write!(
                    out,
                    " <span class=\"line\">{} {}</span>",
                    escape(&capital(&line.question)),
                    parts::state(line.state)
                );
            }
            if subject.lines.is_empty() {
                let _ = write!(out, " <span class=\"line\">{}</span>", parts::tag("none", "unlisted"));
            }
            out.push_str("</li>\n");
        }
        out.push_str("</ul>");
        out
    }
}
