//! `poetry.lock`: tables of packages, and in old ones a table of files by package.

use super::{Ask, Known, Node, Piece, Root, Said, Sort, Words, graph::NONE};
use crate::{pep508, readers::poetry_lock, tree::Tree, tree_path};

pub(super) fn manifest(path: &str) -> String {
    tree_path::join(tree_path::folder(path), "pyproject.toml")
}

pub(super) fn cut(text: &str) -> Option<Vec<Piece<'_>>> {
    let first = "[[package]]\n";
    let mut out = Vec::new();
    let mut at = if text.starts_with(first) {
        0
    } else {
        memchr::memmem::find(text.as_bytes(), b"\n[[package]]\n")? + 1
    };
    out.push(Piece::new(Sort::Silent, "", &text[..at]));
    // Each ends where the next begins, the last at the first table that is none of its own.
    loop {
        let rest = &text[at..];
        let mut end = rest.len();
        let mut more = false;
        for found in memchr::memmem::find_iter(rest.as_bytes(), b"\n[") {
            let line = &rest[found + 1..];
            more = line.starts_with(first);
            if more || !line.starts_with("[package.") {
                end = found + 1;
                break;
            }
        }
        out.push(Piece::new(Sort::Asking, "", &rest[..end]));
        at += end;
        if !more {
            break;
        }
    }
    tail(&text[at..], &mut out)?;
    Some(out)
}

/// What follows the packages: the files of old, entry by entry, and the rest.
fn tail<'a>(text: &'a str, out: &mut Vec<Piece<'a>>) -> Option<()> {
    const FILES: &str = "[metadata.files]\n";
    let Some(at) = text.find(FILES) else {
        out.push(Piece::new(Sort::Silent, "", text));
        return Some(());
    };
    let files = at + FILES.len();
    if !(at == 0 || text[..at].ends_with('\n')) || text.get(files..)?.contains("\n[") {
        return None;
    }
    out.push(Piece::new(Sort::Silent, "", &text[..files]));
    let mut rest = &text[files..];
    while !rest.trim_start_matches('\n').is_empty() {
        rest = rest.trim_start_matches('\n');
        let (key, _) = rest.split_once(" = ")?;
        // A quoted key may be the same as a bare one.
        if !key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
            return None;
        }
        let line = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let end = match rest[..line].trim_end().ends_with('[') {
            true => rest.find("\n]\n")? + 3,
            false => line,
        };
        out.push(Piece::new(Sort::Silent, key, &rest[..end]));
        rest = &rest[end..];
    }
    Some(())
}

pub(super) fn say(path: &str, piece: &Piece<'_>, known: &mut Known) -> Option<Said> {
    let tree = Tree::toml(path, piece.text.as_bytes()).ok()?;
    if piece.sort == Sort::Silent {
        let mut keys = tree.root().entries().map(|node| node.key());
        let sound = match piece.key {
            // More packages, in a way that is not cut, would count.
            "" => keys.all(|key| key != "package"),
            key => keys.next() == Some(key) && keys.next().is_none(),
        };
        return sound.then(Said::default);
    }
    let package = poetry_lock::alone(path, &tree)?;
    let component = package.purl.map(|purl| known.number(purl));
    let words = &mut known.words;
    let mut main = Node {
        component,
        development: package.development,
        all: Some(words.number(&pep508::normal(package.name))),
        ..Node::default()
    };
    let mut asks = Vec::new();
    let mut extras: Vec<(String, Vec<Ask>)> = Vec::new();
    for wants in &package.wants {
        let asked = asks_of(words, wants.name, wants.extras.iter().copied());
        match &wants.only_for {
            None => asks.extend(asked),
            Some(of) => {
                for extra in of {
                    match extras.iter_mut().find(|(name, _)| name == extra) {
                        Some((_, all)) => all.extend(&asked),
                        None => extras.push(((*extra).to_owned(), asked.clone())),
                    }
                }
            }
        }
    }
    main.asks = asks.into();
    let mut nodes = vec![main];
    for (extra, asks) in extras {
        let all = Some(words.number(&extra_of(package.name, &extra)));
        nodes.push(Node { all, asks: asks.into(), ..Node::default() });
    }
    Some(Said { nodes: nodes.into(), ..Said::default() })
}

fn extra_of(name: &str, extra: &str) -> String {
    format!("{}\0{extra}", pep508::normal(name))
}

fn asks_of<'e>(words: &mut Words, name: &str, extras: impl Iterator<Item = &'e str>) -> Vec<Ask> {
    let mut out = vec![Ask { once: [NONE; 2], all: words.number(&pep508::normal(name)) }];
    out.extend(extras.map(|extra| Ask { once: [NONE; 2], all: words.number(&extra_of(name, extra)) }));
    out
}

pub(super) fn roots(path: &str, bytes: &[u8], words: &mut Words) -> Vec<Root> {
    let asked = poetry_lock::asked_in(path, bytes).unwrap_or_default();
    let mut out = Vec::new();
    for asked in asked.iter().filter(|asked| !asked.build_only) {
        let development = asked.scope == domain::Scope::Development;
        let asks = asks_of(words, &asked.name, asked.extras.iter().map(String::as_str));
        out.extend(asks.into_iter().map(|asks| Root { asks, development }));
    }
    out
}
