//! `yarn.lock` of classic yarn: entries that begin at the margin.

use super::{Ask, Known, Node, Piece, Root, Said, Sort, Words, exact, graph::NONE};
use crate::{
    readers::{npm, yarn_lock},
    tree::Tree,
    tree_path,
};

pub(super) fn manifest(path: &str) -> String {
    tree_path::join(tree_path::folder(path), "package.json")
}

pub(super) fn cut(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut out = Vec::new();
    let mut begun = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("__metadata:") {
            return None;
        }
        let blank = matches!(line.as_bytes()[0], b'\n' | b'#');
        if blank || !line.starts_with(' ') {
            if let Some(from) = begun.take() {
                out.push(Piece::new(Sort::Asking, "", &text[from..at]));
            }
            begun = (!blank).then_some(at);
        } else if begun.is_none() {
            // A field after a blank line, or before any entry.
            return None;
        }
        at += line.len();
    }
    if let Some(from) = begun {
        out.push(Piece::new(Sort::Asking, "", &text[from..]));
    }
    (!out.is_empty()).then_some(out)
}

pub(super) fn say(path: &str, piece: &Piece<'_>, known: &mut Known) -> Option<Said> {
    let (entry, inventory) = yarn_lock::alone(path, &piece.text)?;
    let count = inventory.components.len();
    let component = exact(inventory).next().map(|(purl, _)| known.number(purl));
    // What makes no component is passed by; what makes one without an exact version is odd.
    if component.is_none() && count > 0 {
        return None;
    }
    let words = &mut known.words;
    let mut once = Vec::new();
    for (name, range) in &entry.descriptors {
        once.push(descriptor(words, name, range));
        once.extend(range.strip_prefix("npm:").map(|range| descriptor(words, name, range)));
    }
    let all = entry.descriptors.first().map(|(name, _)| words.number(name));
    let asks = match component {
        Some(_) => entry.asks.iter().map(|(name, range, _)| asks(words, name, range)).collect(),
        None => Box::default(),
    };
    let node = Node { component, development: None, once: once.into(), all, asks };
    Some(Said { nodes: Box::new([node]), ..Said::default() })
}

pub(super) fn roots(path: &str, bytes: &[u8], words: &mut Words) -> Vec<Root> {
    let Ok(tree) = Tree::json(path, bytes) else { return Vec::new() };
    npm::asked(tree.root())
        .iter()
        .map(|asked| Root {
            asks: asks(words, asked.name, asked.requirement),
            development: asked.scope == domain::Scope::Development,
        })
        .collect()
}

fn descriptor(words: &mut Words, name: &str, range: &str) -> u32 {
    words.number(&format!("{name}\0{range}"))
}

fn asks(words: &mut Words, name: &str, range: &str) -> Ask {
    let exact = descriptor(words, name, range);
    let plain = range.strip_prefix("npm:").map_or(NONE, |range| descriptor(words, name, range));
    Ask { once: [exact, plain], all: words.number(name) }
}
