//! Prose files (Markdown, reStructuredText, AsciiDoc, plain) as headings and reduced words.
//!
//! Decides where headings are; judges nothing of what they say. Code blocks are no prose: a `#` in
//! them is a comment, not a heading.

use crate::{
    licence::text::reduce,
    material::{Entry, Material},
    paths, text,
};

/// A prose file, taken apart.
#[derive(Debug)]
pub struct Prose {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The whole text, reduced to lower-case words.
    pub words: String,
    /// Line, from 1, and reduced words of each heading.
    pub headings: Vec<(u32, String)>,
}

/// Longer prose is read to here: no README says its licence after a megabyte.
const MOST: usize = 1 << 20;

impl Prose {
    /// Takes a file apart.
    pub fn of(path: &str, text: &str) -> Self {
        let mut end = text.len().min(MOST);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &text[..end];
        Self { path: path.to_owned(), words: reduce(text), headings: headings(text), text: text.to_owned() }
    }

    /// Reads a file of the material as prose.
    pub fn read(material: &dyn Material, entry: &Entry) -> Option<Self> {
        text::small(material, &entry.path).map(|content| Self::of(&entry.path, &content))
    }

    /// Whether the words of any phrase stand in it.
    pub fn says(&self, phrases: &[String]) -> bool {
        phrases.iter().any(|phrase| self.words.contains(phrase.as_str()))
    }

    /// The first heading that holds one of these words, as part of it.
    pub fn heading(&self, parts: &[String]) -> Option<u32> {
        self.headings
            .iter()
            .find(|(_, heading)| parts.iter().any(|part| format!(" {heading}").contains(&format!(" {part}"))))
            .map(|(line, _)| *line)
    }

    /// The first line whose reduced words hold one of the phrases.
    pub fn line_of(&self, phrases: &[String]) -> Option<u32> {
        self.text.lines().enumerate().find_map(|(number, line)| {
            let line = reduce(line);
            phrases
                .iter()
                .any(|phrase| line.contains(phrase.as_str()))
                .then(|| u32::try_from(number + 1).unwrap_or(u32::MAX))
        })
    }
}

/// Finds the file of this stem (`readme`, `security`) at the places where forges look, the root first.
pub fn find<'a>(material: &'a dyn Material, stems: &[&str]) -> Option<&'a Entry> {
    let is = |entry: &&Entry| {
        let name = paths::file_name(&entry.path).to_ascii_lowercase();
        let stem = name.split('.').next().unwrap_or_default();
        stems.contains(&stem)
            && matches!(
                paths::extension(&name),
                "" | "md" | "markdown" | "rst" | "txt" | "adoc" | "asciidoc" | "org"
            )
    };
    let places = [|path: &str| !path.contains('/'), |path: &str| paths::is_forge_place(path)];
    places.iter().find_map(|place| material.entries().iter().filter(|e| place(&e.path)).find(is))
}

fn headings(text: &str) -> Vec<(u32, String)> {
    let mut out = Vec::new();
    let mut fence: Option<&str> = None;
    let mut previous = "";
    for (number, raw) in text.lines().enumerate() {
        let line = raw.trim();
        let at = u32::try_from(number + 1).unwrap_or(u32::MAX);
        match fence {
            Some(mark) => {
                if line.starts_with(mark) {
                    fence = None;
                }
                continue;
            }
            None if line.starts_with("```") => fence = Some("```"),
            None if line.starts_with("~~~") => fence = Some("~~~"),
            None => {}
        }
        let title = line.trim_start_matches(['#', '=']);
        let level = line.len() - title.len();
        if (1..=6).contains(&level) && title.starts_with(' ') {
            out.push((at, reduce(title)));
        } else if is_underline(line) && !previous.is_empty() && previous.len() <= 120 {
            out.push((at - 1, reduce(previous)));
        } else if line.len() <= 120
            && let Some(bold) = line.strip_prefix("**").and_then(|l| l.strip_suffix("**"))
        {
            out.push((at, reduce(bold)));
        } else if let Some(inner) = html_heading(line) {
            out.push((at, reduce(inner)));
        }
        previous = line;
    }
    out
}

fn is_underline(line: &str) -> bool {
    line.len() >= 3 && ["=", "-", "~", "^", "\""].iter().any(|mark| line.trim_start_matches(*mark).is_empty())
}

fn html_heading(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("<h")?;
    let inner = rest.split_once('>')?.1;
    rest.starts_with(|c: char| c.is_ascii_digit()).then(|| inner.split("</h").next().unwrap_or(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_headings_of_every_kind() {
        let text = "Title\n=====\n\n## Getting started ##\n```\n# a comment\n```\n**Licence**\n<h2 align=\"x\">Data</h2>\n";
        let prose = Prose::of("README.md", text);
        let headings: Vec<_> = prose.headings.iter().map(|(line, h)| (*line, h.as_str())).collect();
        assert_eq!(headings, [(1, "title"), (4, "getting started"), (8, "licence"), (9, "data")]);
        assert_eq!(prose.heading(&["getting".to_owned()]), Some(4));
        assert_eq!(prose.heading(&["art".to_owned()]), None);
    }
}
