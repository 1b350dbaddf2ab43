//! A lockfile cut into entries that speak for themselves, so that of a lockfile's many versions only
//! entries that are new need to be read.
//!
//! Own code only for the cutting: what an entry says is decided by the same reader, of a document that
//! holds this entry alone ([`Pieces::alone`]). Only `package-lock.json` of lockfile version 2 or 3 can be
//! cut, as npm writes beside each package what it is needed for; other formats say it somewhere else in
//! the file, or not at all. Whatever is odd is not cut, and then to be read whole.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::{
    Deserialize,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::tree_path;

/// A lockfile in pieces: reading each alone, and [`Pieces::rest`], names the same component versions for
/// the same purposes as reading all of it.
#[derive(Debug)]
pub struct Pieces<'a> {
    /// Where each package lies, and what the file says of it, as written.
    pub each: Vec<(Cow<'a, str>, &'a str)>,
    /// A document of what speaks for itself only together: the root, links and workspace members.
    pub rest: String,
}

/// Cuts a file; none where it cannot be cut, or is not what its name says.
pub fn pieces<'a>(path: &str, bytes: &'a [u8]) -> Option<Pieces<'a>> {
    if !matches!(tree_path::name(path), "package-lock.json" | "npm-shrinkwrap.json") {
        return None;
    }
    let top: Top<'_> = serde_json::from_slice(bytes).ok()?;
    if !matches!(top.version, Some(2 | 3)) {
        return None;
    }
    let mut keys = HashSet::with_capacity(top.packages.0.len());
    let mut each = Vec::with_capacity(top.packages.0.len());
    let mut rest = String::new();
    for (key, raw) in top.packages.0 {
        let raw = raw.get();
        // What a second entry of one name means is for the reader to say.
        if !keys.insert(key.clone()) || !raw.starts_with('{') {
            return None;
        }
        if key.contains("node_modules/") && !raw.contains("\"link\"") {
            each.push((key, raw));
        } else {
            rest.push_str(if rest.is_empty() { "" } else { "," });
            rest.push_str(&entry(&key, raw)?);
        }
    }
    Some(Pieces { each, rest: document(&rest) })
}

impl Pieces<'_> {
    /// A document that holds one package alone; none where its place cannot be written.
    pub fn alone(&self, at: usize) -> Option<String> {
        let (key, raw) = self.each.get(at)?;
        Some(document(&entry(key, raw)?))
    }
}

fn entry(key: &str, raw: &str) -> Option<String> {
    Some(format!("{}:{raw}", serde_json::to_string(key).ok()?))
}

fn document(entries: &str) -> String {
    format!("{{\"lockfileVersion\":3,\"packages\":{{{entries}}}}}")
}

struct Top<'a> {
    version: Option<u64>,
    packages: Entries<'a>,
}

#[derive(Default)]
struct Entries<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// A key, borrowed where it holds no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Top<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Top<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a package-lock.json")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top<'de>, A::Error> {
                let mut out = Top { version: None, packages: Entries::default() };
                let mut seen = (false, false);
                while let Some(Key(key)) = map.next_key()? {
                    match &*key {
                        "lockfileVersion" if !std::mem::replace(&mut seen.0, true) => {
                            out.version = Some(map.next_value()?);
                        }
                        "packages" if !std::mem::replace(&mut seen.1, true) => {
                            out.packages = map.next_value()?;
                        }
                        "lockfileVersion" | "packages" => {
                            return Err(serde::de::Error::custom("said twice"));
                        }
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                if seen == (true, true) { Ok(out) } else { Err(serde::de::Error::custom("nothing to cut")) }
            }
        }
        deserializer.deserialize_map(V)
    }
}

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("packages by place")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut out = Vec::new();
                while let Some(Key(key)) = map.next_key()? {
                    out.push((key, map.next_value()?));
                }
                Ok(Entries(out))
            }
        }
        deserializer.deserialize_map(V)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{Origin, Scope};

    use super::*;
    use crate::{inventory::Files, readers};

    struct Nothing;

    impl Files for Nothing {
        fn read(&self, _path: &str) -> Option<Cow<'_, [u8]>> {
            None
        }
        fn paths(&self) -> &[String] {
            &[]
        }
    }

    /// The versions that a document names, with whether anything but development needs each.
    fn read(text: &str, into: &mut BTreeMap<String, bool>) {
        let path = "package-lock.json";
        let (reader, _) = readers::of_file(path, b"").unwrap();
        let inventory = reader.read(path, text.as_bytes(), &Nothing).unwrap();
        for component in inventory.components.iter().filter(|c| c.origin != Origin::Own) {
            *into.entry(component.purl.to_string()).or_default() |= component.scope != Scope::Development;
        }
    }

    fn the_same_in_pieces(text: &str) -> usize {
        let pieces = pieces("a/package-lock.json", text.as_bytes()).unwrap();
        let (mut whole, mut cut) = (BTreeMap::new(), BTreeMap::new());
        read(text, &mut whole);
        (0..pieces.each.len()).for_each(|at| read(&pieces.alone(at).unwrap(), &mut cut));
        read(&pieces.rest, &mut cut);
        assert_eq!(whole, cut);
        whole.len()
    }

    #[test]
    fn pieces_say_what_the_whole_says() {
        let text = r#"{"name": "x", "lockfileVersion": 3, "packages": {
            "": {"name": "x", "workspaces": ["parts/*"], "dependencies": {"a": "1", "y": "npm:real@2"}},
            "node_modules/a": {"version": "1.0.0", "resolved": "https://npm.example/a/-/a-1.0.0.tgz"},
            "node_modules/a/node_modules/b": {"version": "1.0.0", "dev": true},
            "node_modules/b": {"version": "1.0.0", "optional": true},
            "node_modules/y": {"name": "real", "version": "2.0.0"},
            "node_modules/git": {"version": "1.0.0", "resolved": "git+ssh://git@forge.example/a/git.git#abc"},
            "node_modules/part": {"resolved": "parts/part", "link": true},
            "parts/part": {"name": "part", "version": "1.0.0"},
            "node_modules/out": {"resolved": "../out", "link": true},
            "../out": {"name": "out", "version": "3.0.0", "dev": true}
        }}"#;
        assert_eq!(the_same_in_pieces(text), 5);
    }

    #[test]
    fn real_ones_say_the_same_in_pieces() {
        let Some(corpus) = std::env::var_os("FORMULARY_CORPUS") else {
            println!("SKIPPED: FORMULARY_CORPUS is not set");
            return;
        };
        let mut waiting = vec![std::path::PathBuf::from(corpus).join("inputs")];
        let mut cut = 0;
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    waiting.push(path);
                } else if path.file_name().is_some_and(|name| name == "package-lock.json") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    if pieces("package-lock.json", text.as_bytes()).is_some() {
                        cut += the_same_in_pieces(&text);
                    }
                }
            }
        }
        assert!(cut > 1_000, "the inputs hold such lockfiles");
    }

    #[test]
    fn what_is_odd_is_not_cut() {
        for text in [
            "",
            "[]",
            "{\"lockfileVersion\": 1, \"packages\": {}}",
            "{\"lockfileVersion\": \"3\", \"packages\": {}}",
            "{\"lockfileVersion\": 3}",
            "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/a\": 1}}",
            "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/a\": {}, \"node_modules/a\": {}}}",
            "{\"lockfileVersion\": 3, \"packages\": {}, \"packages\": {}}",
        ] {
            assert!(pieces("package-lock.json", text.as_bytes()).is_none(), "{text}");
        }
        assert!(pieces("yarn.lock", b"{\"lockfileVersion\": 3, \"packages\": {}}").is_none());
    }
}
