//! A document as a tree in which every entry knows its line: JSON, YAML and TOML alike.
//!
//! Inventory readers must name the line of each component, which neither serde_json nor a
//! serde-driven YAML or TOML reader can tell. So the three syntaxes are read into one arena here,
//! without recursion of our own, and readers walk it. What a key *means* is theirs alone.
//!
//! Bounds: [`DEEPEST`] levels, [`MOST_ENTRIES`] entries (aliases counted as if written out), and
//! [`crate::inventory::LARGEST`] bytes. Beyond any of them the file is unreadable, never cut short.
//!
//! Duplicate keys are kept and told by [`Tree::duplicates`]; [`Node::get`] takes the last, as the
//! package managers' own parsers do.

use std::{borrow::Cow, collections::HashSet};

use crate::inventory::{Fault, Unreadable};

mod json;
mod toml;
mod yaml;

/// The most levels of maps and lists inside each other. Real lockfiles stay under 40.
pub const DEEPEST: usize = 256;

/// The most entries of one document: three times a package-lock.json of 100,000 packages.
pub const MOST_ENTRIES: usize = 4_000_000;

/// A document. Entry 0 is its root.
#[derive(Debug)]
pub struct Tree<'a> {
    entries: Vec<Entry<'a>>,
}

#[derive(Clone, Debug)]
struct Entry<'a> {
    key: Cow<'a, str>,
    line: u32,
    /// The next entry of the same map or list; 0 where there is none (0 is the root).
    next: u32,
    value: Value<'a>,
}

#[derive(Clone, Debug)]
enum Value<'a> {
    Null,
    Bool(bool),
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    /// The first child, or 0.
    List(u32),
    /// The first child, or 0.
    Map(u32),
}

/// One entry of a document: a value and, inside a map, its key.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    tree: &'t Tree<'t>,
    at: u32,
}

impl<'a> Tree<'a> {
    /// Reads JSON (RFC 8259).
    ///
    /// # Errors
    /// When it is not JSON, or beyond a bound; with the line.
    pub fn json(path: &str, bytes: &'a [u8]) -> Result<Self, Unreadable> {
        json::read(crate::text::utf8(path, bytes)?, false).map_err(|bad| bad.of(path))
    }

    /// Reads JSON with comments and trailing commas, as .NET's tools accept it.
    ///
    /// # Errors
    /// As for [`Tree::json`].
    pub fn json_with_comments(path: &str, bytes: &'a [u8]) -> Result<Self, Unreadable> {
        json::read(crate::text::utf8(path, bytes)?, true).map_err(|bad| bad.of(path))
    }

    /// Reads the first document of a YAML 1.2 stream. Plain scalars stay as written, except
    /// `true`, `false`, `null`, `~` and nothing at all.
    ///
    /// # Errors
    /// When it is not YAML, an alias leads into itself, or a bound is passed; with the line.
    pub fn yaml(path: &str, bytes: &'a [u8]) -> Result<Self, Unreadable> {
        yaml::read(crate::text::utf8(path, bytes)?).map_err(|bad| bad.of(path))
    }

    /// Reads TOML 1.0.
    ///
    /// # Errors
    /// When it is not TOML, or beyond a bound; with the line.
    pub fn toml(path: &str, bytes: &'a [u8]) -> Result<Self, Unreadable> {
        toml::read(crate::text::utf8(path, bytes)?).map_err(|bad| bad.of(path))
    }

    /// The whole document.
    pub fn root(&self) -> Node<'_> {
        Node { tree: self, at: 0 }
    }

    /// Keys given twice in one map: the second's line and the key, in the document's order.
    pub fn duplicates(&self) -> Vec<(u32, String)> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        for entry in &self.entries {
            let Value::Map(mut child) = entry.value else { continue };
            // Few maps are large, and comparing a few keys is cheaper than hashing them.
            if self.few_and_distinct(child) {
                continue;
            }
            seen.clear();
            while child != 0 {
                let Some(entry) = self.entries.get(child as usize) else { break };
                if !seen.insert(entry.key.as_ref()) {
                    found.push((entry.line, entry.key.clone().into_owned()));
                }
                child = entry.next;
            }
        }
        found.sort();
        found
    }

    /// Whether a map has at most eight entries, all of different keys.
    fn few_and_distinct(&self, first: u32) -> bool {
        let mut keys: [&str; 8] = [""; 8];
        let (mut count, mut child) = (0, first);
        while child != 0 {
            let Some(entry) = self.entries.get(child as usize) else { break };
            let key = entry.key.as_ref();
            let Some(slot) = keys.get_mut(count) else { return false };
            *slot = key;
            if keys.iter().take(count).any(|known| *known == key) {
                return false;
            }
            count += 1;
            child = entry.next;
        }
        true
    }

    /// [`Tree::duplicates`] as faults of a file, at most the first hundred.
    pub fn duplicate_faults(&self, path: &str) -> Vec<Fault> {
        let fault = |(line, key): (u32, String)| Fault {
            id: "duplicate-key",
            component: None,
            place: domain::Place::line(path, line),
            why: format!("the key `{}` is given twice; the last one counts", short(&key)),
        };
        self.duplicates().into_iter().take(100).map(fault).collect()
    }
}

/// At most sixty characters of a name from a file, for a message.
pub(crate) fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

impl<'t> Node<'t> {
    fn entry(self) -> Option<&'t Entry<'t>> {
        self.tree.entries.get(self.at as usize)
    }

    fn value(self) -> &'t Value<'t> {
        self.entry().map_or(&Value::Null, |entry| &entry.value)
    }

    /// The key, empty for the root and in lists.
    pub fn key(self) -> &'t str {
        self.entry().map_or("", |entry| entry.key.as_ref())
    }

    /// The line of the key, or of the value where there is no key; counted from 1.
    pub fn line(self) -> u32 {
        self.entry().map_or(1, |entry| entry.line)
    }

    /// The entries of a map or list in the document's order (TOML: tables by name); none for
    /// anything else.
    pub fn entries(self) -> impl Iterator<Item = Node<'t>> {
        let tree = self.tree;
        let mut at = match self.value() {
            Value::List(first) | Value::Map(first) => *first,
            _ => 0,
        };
        std::iter::from_fn(move || {
            let node = (at != 0).then_some(Node { tree, at })?;
            at = node.entry()?.next;
            Some(node)
        })
    }

    /// The entry of a map under this key; the last, if there are several.
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        if !self.is_map() {
            return None;
        }
        self.entries().filter(|node| node.key() == key).last()
    }

    /// The string under this key, if it is one.
    pub fn text_at(self, key: &str) -> Option<&'t str> {
        self.get(key)?.text()
    }

    /// Whether the value under this key is `true`.
    pub fn is_true_at(self, key: &str) -> bool {
        self.get(key).is_some_and(|node| node.bool() == Some(true))
    }

    /// The string, if it is one.
    pub fn text(self) -> Option<&'t str> {
        match self.value() {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The string or number as written, if it is one.
    pub fn scalar(self) -> Option<&'t str> {
        match self.value() {
            Value::Text(text) | Value::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn bool(self) -> Option<bool> {
        match self.value() {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether it is a map.
    pub fn is_map(self) -> bool {
        matches!(self.value(), Value::Map(_))
    }

    /// Whether it is a list.
    pub fn is_list(self) -> bool {
        matches!(self.value(), Value::List(_))
    }

    /// Whether it is null, or empty in YAML.
    pub fn is_null(self) -> bool {
        matches!(self.value(), Value::Null)
    }
}

/// Why a text is no document, before the path is known.
#[derive(Debug)]
struct Bad {
    line: u32,
    why: String,
}

impl Bad {
    fn at(line: u32, why: impl Into<String>) -> Self {
        Self { line, why: why.into() }
    }

    fn of(self, path: &str) -> Unreadable {
        Unreadable { path: path.to_owned(), line: Some(self.line), why: self.why }
    }
}

/// Appends entries in document order and links siblings.
#[derive(Debug, Default)]
struct Builder<'a> {
    entries: Vec<Entry<'a>>,
    /// Open maps and lists: the entry, and its last child so far (0: none yet).
    open: Vec<(u32, u32)>,
}

impl<'a> Builder<'a> {
    /// Adds an entry to the innermost open map or list (or the root) and returns its index.
    fn add(&mut self, key: Cow<'a, str>, line: u32, value: Value<'a>) -> Result<u32, Bad> {
        if self.entries.len() >= MOST_ENTRIES {
            return Err(Bad::at(line, "the document holds more than 4,000,000 entries"));
        }
        let index = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.push(Entry { key, line, next: 0, value });
        if let Some((parent, last)) = self.open.last_mut() {
            let before = std::mem::replace(last, index);
            if before != 0 {
                if let Some(entry) = self.entries.get_mut(before as usize) {
                    entry.next = index;
                }
            } else if let Some(entry) = self.entries.get_mut(*parent as usize) {
                match &mut entry.value {
                    Value::List(first) | Value::Map(first) => *first = index,
                    _ => {}
                }
            }
        }
        Ok(index)
    }

    /// Adds a map or list and opens it.
    fn begin(&mut self, key: Cow<'a, str>, line: u32, value: Value<'a>) -> Result<u32, Bad> {
        if self.open.len() >= DEEPEST {
            return Err(Bad::at(line, "the document is nested deeper than 256 levels"));
        }
        let index = self.add(key, line, value)?;
        self.open.push((index, 0));
        Ok(index)
    }

    /// Whether the innermost open one is a map; `None` at the root.
    fn in_map(&self) -> Option<bool> {
        let (index, _) = self.open.last()?;
        Some(matches!(self.entries.get(*index as usize)?.value, Value::Map(_)))
    }

    fn finish(self) -> Tree<'a> {
        Tree { entries: self.entries }
    }
}
