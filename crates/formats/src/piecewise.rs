//! Lockfiles cut into pieces, so that of a lockfile's many versions only pieces that are new need to
//! be read.
//!
//! Own code only for the cutting, and for what follows from the pieces together: what only development
//! needs. What a piece says is decided by the same reader, of a document that holds this piece alone.
//! Cut are `package-lock.json`, classic `yarn.lock`, `Gemfile.lock` and `poetry.lock`, as their programs
//! write them. Whatever is odd is not cut, and then to be read whole.

mod gem;
mod graph;
mod json;
mod poetry;
mod yarn;

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use domain::{Digest, Origin, Purl, Resolution, Scope};

use self::graph::{Ask, Graph, Node, Root};
use crate::{
    inventory::{Files, Inventory},
    tree_path,
};

/// A piece is remembered with about so many bytes, apart from what it names.
const WEIGHT: usize = 160;

/// How many bytes are remembered before everything is forgotten and learnt again.
const MOST: usize = 40 << 20;

/// A lockfile in pieces.
#[derive(Debug)]
pub struct Cut<'a> {
    form: Form,
    pieces: Vec<(Piece<'a>, Digest)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Npm,
    Yarn,
    Gem,
    Poetry,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// A component, or several, that say themselves what they are needed for.
    Alone,
    /// The like in the nested form of old.
    Nested,
    /// What speaks for itself only together with others of this sort.
    Together,
    /// A component with what it asks for.
    Asking,
    /// What the subject itself asks for.
    Direct,
    /// It says nothing, and must be well formed.
    Silent,
}

#[derive(Clone, Debug)]
struct Piece<'a> {
    sort: Sort,
    /// What stands above it and holds for it too.
    head: &'a str,
    /// No second piece of its sort may have the same one.
    key: &'a str,
    text: Cow<'a, str>,
}

impl<'a> Piece<'a> {
    const fn new(sort: Sort, key: &'a str, text: &'a str) -> Self {
        Self { sort, head: "", key, text: Cow::Borrowed(text) }
    }

    fn digest(&self, form: Form, scratch: &mut Vec<u8>) -> Digest {
        scratch.clear();
        scratch.extend([form as u8, self.sort as u8]);
        scratch.extend(self.head.as_bytes());
        scratch.push(0);
        scratch.extend(self.text.as_bytes());
        Digest::of(scratch)
    }
}

/// Cuts a file; none where it cannot be cut, or is not what its name says.
pub fn cut<'a>(path: &str, bytes: &'a [u8]) -> Option<Cut<'a>> {
    let name = tree_path::name(path);
    let form = match name {
        "package-lock.json" | "npm-shrinkwrap.json" => Form::Npm,
        "yarn.lock" => Form::Yarn,
        "Gemfile.lock" | "gems.locked" => Form::Gem,
        "poetry.lock" => Form::Poetry,
        _ if name.ends_with(".gemfile.lock") => Form::Gem,
        _ => return None,
    };
    let text = std::str::from_utf8(bytes).ok()?;
    // Other ends of lines, or a mark at the beginning: for the reader to judge.
    if text.starts_with('\u{feff}') || memchr::memchr2(b'\r', 0, bytes).is_some() {
        return None;
    }
    let pieces = match form {
        Form::Npm => json::cut(text),
        Form::Yarn => yarn::cut(text),
        Form::Gem => gem::cut(text),
        Form::Poetry => poetry::cut(text),
    }?;
    let mut scratch = Vec::new();
    let digested = pieces.into_iter().map(|piece| {
        let digest = piece.digest(form, &mut scratch);
        (piece, digest)
    });
    Some(Cut { form, pieces: digested.collect() })
}

/// What was read of lockfiles so far.
#[derive(Debug, Default)]
pub struct Known {
    numbers: HashMap<Purl, u32>,
    words: Words,
    pieces: HashMap<Digest, Arc<Said>>,
    /// By a manifest's path and content: what it asks for.
    roots: HashMap<Digest, Arc<[Root]>>,
    graph: Graph,
    /// By key: the last reading in which it stood.
    stood: Vec<u32>,
    reading: u32,
    weight: usize,
}

/// Words by number: what pieces are known by to one another.
#[derive(Debug, Default)]
struct Words(HashMap<Box<str>, u32>);

impl Words {
    fn number(&mut self, word: &str) -> u32 {
        if let Some(known) = self.0.get(word) {
            return *known;
        }
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.insert(Box::from(word), next);
        next
    }
}

/// What a piece says.
#[derive(Debug, Default)]
struct Said {
    /// Component versions, and whether only development needs each.
    named: Box<[(u32, bool)]>,
    /// It is to be read with others.
    together: bool,
    /// Its key, by number.
    key: Option<u32>,
    nodes: Box<[Node]>,
    direct: Box<[u32]>,
}

impl Known {
    /// The number of a component version.
    pub fn number(&mut self, purl: Purl) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(purl).or_insert(next)
    }

    /// The component versions, by number.
    pub fn purls(self) -> Vec<Purl> {
        let mut all: Vec<(Purl, u32)> = self.numbers.into_iter().collect();
        all.sort_unstable_by_key(|(_, number)| *number);
        all.into_iter().map(|(purl, _)| purl).collect()
    }

    /// The component versions that a cut file names, and whether only development needs each, as the
    /// reader of the whole file would say; none where it is to be asked.
    pub fn read(&mut self, path: &str, cut: &Cut<'_>, files: &dyn Files) -> Option<Vec<(u32, bool)>> {
        if self.weight > MOST {
            // Component versions keep their numbers.
            let numbers = std::mem::take(&mut self.numbers);
            *self = Self { numbers, ..Self::default() };
        }
        self.reading += 1;
        let mut said = Vec::with_capacity(cut.pieces.len());
        let mut together = Vec::new();
        for (piece, digest) in &cut.pieces {
            let one = match self.pieces.get(digest) {
                Some(known) => Arc::clone(known),
                None => self.learn(path, cut.form, piece, digest)?,
            };
            if let Some(key) = one.key {
                if self.stood.len() <= key as usize {
                    self.stood.resize(key as usize + 1, 0);
                }
                // What a second entry of one name means is for the reader to say.
                if std::mem::replace(&mut self.stood[key as usize], self.reading) == self.reading {
                    return None;
                }
            }
            if one.together {
                together.push(&*piece.text);
            }
            said.push(one);
        }
        if !together.is_empty() {
            let text = Cow::Owned(together.join(","));
            let piece = Piece { sort: Sort::Together, head: "", key: "", text };
            let digest = piece.digest(cut.form, &mut Vec::new());
            let one = match self.pieces.get(&digest) {
                Some(known) => Arc::clone(known),
                None => self.learn(path, cut.form, &piece, &digest)?,
            };
            said.push(one);
        }
        let roots = match cut.form {
            Form::Npm => Arc::from([]),
            Form::Yarn => self.roots(&yarn::manifest(path), files, yarn::roots),
            Form::Gem => self.roots(&gem::manifest(path), files, gem::roots),
            Form::Poetry => self.roots(&poetry::manifest(path), files, poetry::roots),
        };
        let mut out: Vec<(u32, bool)> = said.iter().flat_map(|one| one.named.iter().copied()).collect();
        let nodes = said.iter().flat_map(|one| &*one.nodes);
        match cut.form {
            Form::Npm => {}
            Form::Gem => {
                let direct: Vec<Root> = gem::direct(said.iter().flat_map(|one| &*one.direct), &roots);
                self.graph.settle(nodes, &direct, true, &mut out)?;
            }
            Form::Yarn => self.graph.settle(nodes, &roots, true, &mut out)?,
            Form::Poetry => self.graph.settle(nodes, &roots, false, &mut out)?,
        }
        Some(out)
    }

    fn learn(&mut self, path: &str, form: Form, piece: &Piece<'_>, digest: &Digest) -> Option<Arc<Said>> {
        let mut said = match form {
            Form::Npm => json::say(path, piece, self),
            Form::Yarn => yarn::say(path, piece, self),
            Form::Gem => gem::say(path, piece, self),
            Form::Poetry => poetry::say(path, piece, self),
        }?;
        if !piece.key.is_empty() || piece.sort == Sort::Alone {
            said.key = Some(self.words.number(&format!("{}\0{}", piece.sort as u8, piece.key)));
        }
        let asks: usize = said.nodes.iter().map(Node::weight).sum();
        self.weight += WEIGHT + piece.key.len() + 8 * said.named.len() + asks;
        let said = Arc::new(said);
        self.pieces.insert(*digest, Arc::clone(&said));
        Some(said)
    }

    /// What the manifest beside a lockfile asks for; nothing where there is none.
    fn roots(
        &mut self,
        path: &str,
        files: &dyn Files,
        read: impl Fn(&str, &[u8], &mut Words) -> Vec<Root>,
    ) -> Arc<[Root]> {
        let Some(bytes) = files.read(path) else { return Arc::from([]) };
        let digest = Digest::of(&[path.as_bytes(), b"\0", &*bytes].concat());
        if let Some(known) = self.roots.get(&digest) {
            return Arc::clone(known);
        }
        let roots: Arc<[Root]> = Arc::from(read(path, &bytes, &mut self.words));
        self.weight += WEIGHT + roots.len() * size_of::<Root>();
        self.roots.insert(digest, Arc::clone(&roots));
        roots
    }
}

/// The exact versions of other people's components in an inventory, with whether only development needs
/// each.
pub fn exact(inventory: Inventory) -> impl Iterator<Item = (Purl, bool)> {
    inventory
        .components
        .into_iter()
        .filter(|c| {
            c.origin != Origin::Own && c.resolution == Resolution::Exact && c.purl.version().is_some()
        })
        .map(|c| (c.purl, c.scope == Scope::Development))
}

/// No other files: what a piece says must not depend on them.
struct Nothing;

impl Files for Nothing {
    fn read(&self, _path: &str) -> Option<Cow<'_, [u8]>> {
        None
    }
    fn paths(&self) -> &[String] {
        &[]
    }
}

#[cfg(test)]
mod tests;
