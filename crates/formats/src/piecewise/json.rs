//! `package-lock.json` of all lockfile versions: npm writes beside each package what it is needed for.
//!
//! npm writes one member a line, indented alike. A member begins where a line of its depth has a key, and
//! ends at the next line of that depth; that it is one member and well formed is seen when it is read
//! alone. What is left of the file must be well formed without its members.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize,
    de::{IgnoredAny, MapAccess, Visitor},
};

use super::{Known, Nothing, Piece, Said, Sort, exact};
use crate::readers;

/// Stands for the members that were cut out.
const MARK: &str = "members cut out of ";

/// The deepest indentation of one level.
const WIDEST: usize = 16;

pub(super) fn cut(text: &str) -> Option<Vec<Piece<'_>>> {
    let second = text.strip_prefix("{\n")?;
    let unit = &second[..second.len() - second.trim_start_matches([' ', '\t']).len()];
    if unit.is_empty()
        || unit.len() > WIDEST
        || memchr::memmem::find(text.as_bytes(), MARK.as_bytes()).is_some()
    {
        return None;
    }
    let mut sections = Vec::new();
    for name in ["packages", "dependencies"] {
        let opening = format!("\n{unit}\"{name}\": {{\n");
        if let Some(at) = memchr::memmem::find(text.as_bytes(), opening.as_bytes()) {
            sections.push((at + opening.len(), name));
        }
    }
    sections.sort_unstable();
    let mut rest = String::new();
    let mut from = 0;
    let mut found = [None, None];
    for (at, name) in &sections {
        let (members, end) = members(text, *at, unit)?;
        rest.push_str(text.get(from..*at)?);
        rest.push_str(&format!("\"{MARK}{name}\": 0\n"));
        from = end;
        found[usize::from(*name == "dependencies")] = Some(members);
    }
    rest.push_str(text.get(from..)?);
    let top: Top = serde_json::from_str(&rest).ok()?;
    // Each must have stood at the top of the file.
    let [packages, dependencies] = found;
    if top.cut != [packages.is_some(), dependencies.is_some()] {
        return None;
    }
    let mut out = Vec::new();
    let (sort, members) = match (top.version, packages, dependencies) {
        (Some(2 | 3), Some(packages), dependencies) => {
            out.extend(
                dependencies.into_iter().flatten().map(|(key, text)| Piece::new(Sort::Silent, key, text)),
            );
            (Sort::Alone, packages)
        }
        (Some(1) | None, None, Some(dependencies)) if !top.has_packages => (Sort::Nested, dependencies),
        _ => return None,
    };
    out.extend(members.into_iter().map(|(key, text)| Piece::new(sort, key, text)));
    Some(out)
}

/// Key and text of each member of an object that begins at a place, and where the object ends.
type Members<'a> = (Vec<(&'a str, &'a str)>, usize);

fn members<'a>(text: &'a str, mut at: usize, unit: &str) -> Option<Members<'a>> {
    let opening = format!("{unit}{unit}\"");
    let ending = format!("\n{unit}{unit}}}");
    let ending = memchr::memmem::Finder::new(ending.as_bytes());
    let mut out = Vec::new();
    loop {
        let rest = text.get(at..)?;
        let key = rest.strip_prefix(&*opening)?;
        let key = key.get(..memchr::memchr(b'"', key.as_bytes())?)?;
        if key.contains('\\') || !rest.get(opening.len() + key.len()..)?.starts_with("\": {\n") {
            return None;
        }
        let length = ending.find(rest.as_bytes())? + ending.needle().len();
        out.push((key, rest.get(..length)?));
        at += length + 1;
        match text.as_bytes().get(at - 1)? {
            b',' if text.as_bytes().get(at) == Some(&b'\n') => at += 1,
            b'\n' if text.get(at..)?.starts_with(&format!("{unit}}}")) => return Some((out, at)),
            _ => return None,
        }
    }
}

pub(super) fn say(path: &str, piece: &Piece<'_>, known: &mut Known) -> Option<Said> {
    if piece.sort != Sort::Together {
        let alone = format!("{{{}}}", piece.text);
        let Single(key) = serde_json::from_str(&alone).ok()?;
        if key != piece.key {
            return None;
        }
    }
    let document = match piece.sort {
        Sort::Silent => return Some(Said::default()),
        Sort::Alone if !piece.key.contains("node_modules/") || piece.text.contains("\"link\"") => {
            return Some(Said { together: true, ..Said::default() });
        }
        Sort::Nested => format!("{{\"lockfileVersion\":1,\"dependencies\":{{{}}}}}", piece.text),
        _ => format!("{{\"lockfileVersion\":3,\"packages\":{{{}}}}}", piece.text),
    };
    let (reader, _) = readers::of_file(path, b"")?;
    let inventory = reader.read(path, document.as_bytes(), &Nothing).ok()?;
    let named = exact(inventory).map(|(purl, development)| (known.number(purl), development)).collect();
    Some(Said { named, ..Said::default() })
}

/// The one key of an object.
struct Single<'a>(Cow<'a, str>);

/// A key, borrowed where it holds no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Single<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Single<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of one member")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Single<'de>, A::Error> {
                let more = || serde::de::Error::custom("not one member");
                let Key(key) = map.next_key()?.ok_or_else(more)?;
                map.next_value::<IgnoredAny>()?;
                match map.next_key::<Key<'_>>()? {
                    None => Ok(Single(key)),
                    Some(_) => Err(more()),
                }
            }
        }
        deserializer.deserialize_map(V)
    }
}

/// What is left of the file.
struct Top {
    version: Option<u64>,
    has_packages: bool,
    /// Whether members of `packages`, and of `dependencies`, were cut out.
    cut: [bool; 2],
}

/// A value that may be what stands for members.
struct Value {
    number: Option<u64>,
    mark: Option<usize>,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or an object")
            }
            fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
                Ok(Value { number: Some(number), mark: None })
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut mark = None;
                while let Some(Key(key)) = map.next_key()? {
                    if let Some(name) = key.strip_prefix(MARK) {
                        mark = Some(usize::from(name == "dependencies"));
                    }
                    map.next_value::<IgnoredAny>()?;
                }
                Ok(Value { number: None, mark })
            }
        }
        deserializer.deserialize_any(V)
    }
}

impl<'de> Deserialize<'de> for Top {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Top;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a package-lock.json")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top, A::Error> {
                let mut out = Top { version: None, has_packages: false, cut: [false; 2] };
                let mut seen = [false; 3];
                while let Some(Key(key)) = map.next_key()? {
                    let at =
                        ["packages", "dependencies", "lockfileVersion"].iter().position(|name| *name == key);
                    let Some(at) = at else {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    if std::mem::replace(&mut seen[at], true) {
                        return Err(serde::de::Error::custom("said twice"));
                    }
                    let value: Value = map.next_value()?;
                    match at {
                        2 => {
                            out.version = value.number;
                            if value.number.is_none() {
                                return Err(serde::de::Error::custom("the version is no number"));
                            }
                        }
                        _ => out.cut[at] = value.mark == Some(at),
                    }
                    out.has_packages |= at == 0;
                }
                Ok(out)
            }
        }
        deserializer.deserialize_map(V)
    }
}
