//! `Gemfile.lock`: gems below the heading that says where they come from.

use std::collections::HashMap;

use super::{Ask, Known, Node, Piece, Root, Said, Sort, Words, exact, graph::NONE};
use crate::{
    readers::{gemfile, gemfile_lock},
    tree_path,
};

pub(super) fn manifest(path: &str) -> String {
    if tree_path::name(path) == "gems.locked" {
        tree_path::join(tree_path::folder(path), "gems.rb")
    } else {
        path.strip_suffix(".lock").unwrap_or(path).to_owned()
    }
}

pub(super) fn cut(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut out = Vec::new();
    let mut seen = false;
    let mut rest = text;
    while !rest.is_empty() {
        // A section ends at the next line that is not indented.
        let mut end = 0;
        for line in rest.split_inclusive('\n') {
            if end > 0 && !line.starts_with([' ', '\n']) {
                break;
            }
            end += line.len();
        }
        let (section, after) = rest.split_at(end);
        rest = after;
        let (title, body) = section.split_once('\n')?;
        if title.trim_end() != title {
            return None;
        }
        match title {
            "GEM" | "GIT" => gems(section, body, &mut out)?,
            "DEPENDENCIES" => out.push(Piece::new(Sort::Direct, "", section)),
            // The repository's own: which they are depends on other files.
            "PATH" => return None,
            "RUBY VERSION" => out.push(Piece::new(Sort::Alone, "", section)),
            "CHECKSUMS" => {}
            "" if body.is_empty() => {}
            _ if title.bytes().all(|b| b.is_ascii_uppercase() || b == b' ') => {}
            _ => return None,
        }
        seen |= matches!(title, "GEM" | "GIT" | "DEPENDENCIES" | "CHECKSUMS");
    }
    seen.then_some(out)
}

fn gems<'a>(section: &'a str, body: &'a str, out: &mut Vec<Piece<'a>>) -> Option<()> {
    let mut at = section.len() - body.len();
    let mut head = None;
    let mut begun = None;
    for line in body.split_inclusive('\n') {
        let text = line.trim_end();
        let indent = text.len() - text.trim_start_matches(' ').len();
        match indent {
            2 if head.is_none() => {}
            4 => {
                let head = *head.get_or_insert(&section[..at]);
                if let Some(from) = begun.replace(at) {
                    out.push(gem(head, section.get(from..at)?));
                }
            }
            6 if begun.is_some() => {}
            0 if text.is_empty() => {}
            _ => return None,
        }
        at += line.len();
    }
    if let (Some(head), Some(from)) = (head, begun) {
        out.push(gem(head, section.get(from..)?.trim_end()));
    }
    Some(())
}

fn gem<'a>(head: &'a str, text: &'a str) -> Piece<'a> {
    Piece { head, ..Piece::new(Sort::Asking, "", text.trim_end()) }
}

pub(super) fn say(path: &str, piece: &Piece<'_>, known: &mut Known) -> Option<Said> {
    if piece.sort == Sort::Alone {
        let alone = gemfile_lock::alone(path, &format!("{}\nDEPENDENCIES\n", piece.text.trim_end()))?;
        let purl = |version: String| domain::Purl::new("generic", None, "ruby", Some(&version)).ok();
        let ruby = alone.ruby.and_then(purl).map(|purl| (known.number(purl), false));
        return Some(Said { named: ruby.into_iter().collect(), ..Said::default() });
    }
    let alone = gemfile_lock::alone(path, &format!("{}{}\n", piece.head, piece.text))?;
    if piece.sort == Sort::Direct {
        let direct = alone.direct.iter().map(|name| known.words.number(name)).collect();
        return Some(Said { direct, ..Said::default() });
    }
    let component = exact(alone.inventory).next().map(|(purl, _)| known.number(purl));
    let [name] = &alone.names[..] else { return None };
    let asks = alone.asked.iter().map(|name| named(known.words.number(name))).collect();
    let node =
        Node { component: Some(component?), all: Some(known.words.number(name)), asks, ..Node::default() };
    Some(Said { nodes: Box::new([node]), ..Said::default() })
}

const fn named(all: u32) -> Ask {
    Ask { once: [NONE; 2], all }
}

/// The groups that a `Gemfile` puts gems into.
pub(super) fn roots(path: &str, bytes: &[u8], words: &mut Words) -> Vec<Root> {
    let Ok(text) = crate::text::utf8(path, bytes) else { return Vec::new() };
    gemfile::gemfile(text)
        .asked
        .iter()
        .map(|gem| Root {
            asks: named(words.number(&gem.name)),
            development: gem.scope == domain::Scope::Development,
        })
        .collect()
}

/// What the lockfile lists as asked for, for what the `Gemfile` says that it is.
pub(super) fn direct<'d>(names: impl Iterator<Item = &'d u32>, groups: &[Root]) -> Vec<Root> {
    let mut development: HashMap<u32, bool> = HashMap::with_capacity(groups.len());
    for root in groups {
        *development.entry(root.asks.all).or_insert(true) &= root.development;
    }
    names
        .map(|name| Root { asks: named(*name), development: development.get(name).copied().unwrap_or(false) })
        .collect()
}
