//! What a lockfile says of who asks for a component, and with which requirement: whether a program can
//! lift it, and what holds it back. Who the direct dependency is, in which member of a workspace and
//! under which other name, where the file says so.
//!
//! The readers of [`crate::readers`] say what is built from what; requirements are no part of that,
//! so they are read here, and only where a flaw asks. A file that cannot be read says nothing: then
//! nothing is held.

use std::collections::HashMap;

use crate::{
    text,
    tree::{Node, Tree},
    tree_path,
};

/// Most requirements kept of one file.
const MOST: usize = 400_000;

/// One requirement that a component of the lockfile states for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Who asks, as the ecosystem writes the name.
    pub by: String,
    /// At which version.
    pub version: String,
    /// What it asks for.
    pub requirement: String,
}

/// A direct dependency as a member of the workspace asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The member's folder beside the lockfile; empty for the top.
    pub folder: String,
    /// The name it has there, which an alias changes.
    pub name: String,
    /// Whether it is asked for among what development needs.
    pub development: bool,
}

/// What one lockfile says.
#[derive(Clone, Debug, Default)]
pub struct Asks {
    asks: HashMap<String, Vec<Ask>>,
    direct: HashMap<String, Vec<Member>>,
    count: usize,
}

impl Asks {
    /// Reads a lockfile; of a format that states no requirements nothing is known.
    pub fn read(path: &str, bytes: &[u8]) -> Self {
        let mut asks = Self::default();
        match tree_path::name(path) {
            "package-lock.json" | "npm-shrinkwrap.json" => asks.npm(path, bytes),
            "package.json" => asks.manifest(path, bytes),
            "yarn.lock" => asks.yarn(path, bytes),
            "pnpm-lock.yaml" => asks.pnpm(path, bytes),
            "composer.lock" => asks.composer(path, bytes),
            "poetry.lock" => asks.poetry(path, bytes),
            "Gemfile.lock" | "gems.locked" => asks.bundler(path, bytes),
            _ => {}
        }
        asks
    }

    /// Who in the file asks for a component of this name, as the ecosystem writes it.
    pub fn of(&self, name: &str) -> &[Ask] {
        self.asks.get(name).map_or(&[], Vec::as_slice)
    }

    /// Which members ask for it directly.
    pub fn members(&self, name: &str) -> &[Member] {
        self.direct.get(name).map_or(&[], Vec::as_slice)
    }

    fn put(&mut self, asked: &str, by: &str, version: &str, requirement: &str) {
        if self.count < MOST {
            self.count += 1;
            let (by, version, requirement) = (by.to_owned(), version.to_owned(), requirement.to_owned());
            self.asks.entry(asked.to_owned()).or_default().push(Ask { by, version, requirement });
        }
    }

    fn member(&mut self, asked: &str, folder: &str, name: &str, development: bool) {
        if self.count < MOST {
            self.count += 1;
            let member = Member { folder: folder.to_owned(), name: name.to_owned(), development };
            self.direct.entry(asked.to_owned()).or_default().push(member);
        }
    }

    /// Lists `name: range` of a member; an alias counts under the name it stands for.
    fn members_of(&mut self, folder: &str, list: Option<Node<'_>>, development: bool) {
        for asked in list.into_iter().flat_map(Node::entries) {
            let specifier = asked.text().or_else(|| asked.text_at("specifier")).unwrap_or_default();
            let stands_for = aliased(specifier).map_or(asked.key(), |(name, _)| name);
            self.member(stands_for, folder, asked.key(), development);
        }
    }

    fn npm(&mut self, path: &str, bytes: &[u8]) {
        let Ok(tree) = Tree::json(path, bytes) else { return };
        for entry in tree.root().get("packages").into_iter().flat_map(Node::entries) {
            let key = entry.key();
            let Some((_, name)) = key.rsplit_once("node_modules/") else {
                for list in ["dependencies", "optionalDependencies"] {
                    self.members_of(key, entry.get(list), false);
                }
                self.members_of(key, entry.get("devDependencies"), true);
                continue;
            };
            let name = entry.text_at("name").unwrap_or(name);
            let version = entry.text_at("version").unwrap_or_default();
            for list in ["dependencies", "optionalDependencies"] {
                for asked in entry.get(list).into_iter().flat_map(Node::entries) {
                    let requirement = asked.text().unwrap_or_default();
                    let (asked, requirement) = aliased(requirement).unwrap_or((asked.key(), requirement));
                    self.put(asked, name, version, requirement);
                }
            }
        }
    }

    /// The manifest of a project whose lockfile does not say who asks directly.
    fn manifest(&mut self, path: &str, bytes: &[u8]) {
        let Ok(tree) = Tree::json(path, bytes) else { return };
        for list in ["dependencies", "optionalDependencies"] {
            self.members_of("", tree.root().get(list), false);
        }
        self.members_of("", tree.root().get("devDependencies"), true);
    }

    fn yarn(&mut self, path: &str, bytes: &[u8]) {
        let Ok(text) = text::utf8(path, bytes) else { return };
        // Both of yarn's forms are a heading, fields of it, and below `dependencies:` name and range.
        let (mut by, mut version, mut listing) = (String::new(), String::new(), false);
        for line in text.lines() {
            let body = line.trim();
            let indent = line.len() - line.trim_start().len();
            let plain = |text: &str| text.trim().trim_matches('"').to_owned();
            match indent {
                0 => {
                    let first =
                        body.trim_start_matches('"').split([',', '"', ':']).next().unwrap_or_default();
                    let at = first.get(1..).and_then(|rest| rest.find('@')).map_or(first.len(), |at| at + 1);
                    by = first.get(..at).unwrap_or_default().to_owned();
                    (version, listing) = (String::new(), false);
                }
                2 => {
                    listing = matches!(body, "dependencies:" | "optionalDependencies:");
                    if let Some(value) = body.strip_prefix("version") {
                        version = plain(value.trim_start_matches(':'));
                    }
                }
                4 if listing => {
                    let Some((name, requirement)) = body.split_once(' ') else { continue };
                    let requirement = plain(requirement);
                    let (name, range) = (plain(name.trim_end_matches(':')), requirement.as_str());
                    match aliased(range) {
                        Some((name, range)) => self.put(name, &by, &version, range),
                        None => {
                            self.put(&name, &by, &version, range.strip_prefix("npm:").unwrap_or(range));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn pnpm(&mut self, path: &str, bytes: &[u8]) {
        // Who asks for what with which range is not written there; the members are.
        let Ok(tree) = Tree::yaml(path, bytes) else { return };
        for importer in tree.root().get("importers").into_iter().flat_map(Node::entries) {
            let folder = if importer.key() == "." { "" } else { importer.key() };
            for list in ["dependencies", "optionalDependencies"] {
                self.members_of(folder, importer.get(list), false);
            }
            self.members_of(folder, importer.get("devDependencies"), true);
        }
    }

    fn composer(&mut self, path: &str, bytes: &[u8]) {
        let Ok(tree) = Tree::json(path, bytes) else { return };
        for list in ["packages", "packages-dev"] {
            for entry in tree.root().get(list).into_iter().flat_map(Node::entries) {
                let (Some(by), Some(version)) = (entry.text_at("name"), entry.text_at("version")) else {
                    continue;
                };
                for asked in entry.get("require").into_iter().flat_map(Node::entries) {
                    self.put(&asked.key().to_lowercase(), by, version, asked.text().unwrap_or_default());
                }
            }
        }
    }

    fn poetry(&mut self, path: &str, bytes: &[u8]) {
        let Ok(tree) = Tree::toml(path, bytes) else { return };
        for entry in tree.root().get("package").into_iter().flat_map(Node::entries) {
            let (Some(by), Some(version)) = (entry.text_at("name"), entry.text_at("version")) else {
                continue;
            };
            for asked in entry.get("dependencies").into_iter().flat_map(Node::entries) {
                let name = crate::pep508::normal(asked.key());
                // A text, a table with `version`, or several of them by marker.
                let several: Vec<Node<'_>> =
                    if asked.is_list() { asked.entries().collect() } else { vec![asked] };
                for one in several {
                    if let Some(requirement) = one.text().or_else(|| one.text_at("version")) {
                        self.put(&name, by, version, requirement);
                    }
                }
            }
        }
    }

    fn bundler(&mut self, path: &str, bytes: &[u8]) {
        let Ok(text) = text::utf8(path, bytes) else { return };
        let (mut by, mut version) = (String::new(), String::new());
        for line in text.lines() {
            let body = line.trim();
            let (name, inside) = body.split_once(" (").unwrap_or((body, ""));
            let inside = inside.trim_end_matches(')');
            match line.len() - line.trim_start().len() {
                4 => (by, version) = (name.to_owned(), inside.to_owned()),
                6 => self.put(name, &by, &version, inside),
                _ => {}
            }
        }
    }
}

/// `npm:axios@0.21.1`: the name that an alias stands for, and the range.
fn aliased(requirement: &str) -> Option<(&str, &str)> {
    let named = requirement.strip_prefix("npm:")?;
    let at = named.get(1..)?.find('@')? + 1;
    Some((named.get(..at)?, named.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(asks: &Asks, name: &str) -> Vec<String> {
        asks.of(name).iter().map(|a| format!("{} {} {}", a.by, a.version, a.requirement)).collect()
    }

    #[test]
    fn each_lockfile_says_who_asks_with_which_requirement() {
        for (path, text, name, expected) in [
            (
                "package-lock.json",
                r#"{"packages":{"":{"dependencies":{"a":"^1"}},"node_modules/a":{"version":"1.0.0","dependencies":{"b":"^2.0.0"}},"node_modules/b":{"version":"2.0.0"}}}"#,
                "b",
                "a 1.0.0 ^2.0.0",
            ),
            (
                "yarn.lock",
                "# yarn lockfile v1\n\na@^1.0.0, a@~1:\n  version \"1.0.0\"\n  dependencies:\n    b \"^2.0.0\"\n",
                "b",
                "a 1.0.0 ^2.0.0",
            ),
            (
                "yarn.lock",
                "__metadata:\n  version: 8\n\n\"@s/a@npm:^1.0.0\":\n  version: 1.0.0\n  dependencies:\n    b: \"npm:^2.0.0\"\n",
                "b",
                "@s/a 1.0.0 ^2.0.0",
            ),
            (
                "composer.lock",
                r#"{"packages":[{"name":"v/a","version":"1.0.0","require":{"v/b":"^2.0"}}]}"#,
                "v/b",
                "v/a 1.0.0 ^2.0",
            ),
            (
                "poetry.lock",
                "[[package]]\nname = \"a\"\nversion = \"1.0\"\n\n[package.dependencies]\nB_c = {version = \">=2,<3\", optional = true}\n",
                "b-c",
                "a 1.0 >=2,<3",
            ),
            (
                "Gemfile.lock",
                "GEM\n  remote: https://gems.example/\n  specs:\n    a (1.0)\n      b (~> 2.0, < 3)\n",
                "b",
                "a 1.0 ~> 2.0, < 3",
            ),
        ] {
            assert_eq!(told(&Asks::read(path, text.as_bytes()), name), [expected], "{path}");
        }
        assert!(Asks::read("package-lock.json", b"{").of("b").is_empty());
    }

    #[test]
    fn members_and_aliases_are_told() {
        let lock = br#"{"packages":{"":{"devDependencies":{"b":"^2"}},"web":{"dependencies":{"http":"npm:axios@0.21.1"}},"node_modules/http":{"name":"axios","version":"0.21.1"}}}"#;
        let asks = Asks::read("package-lock.json", lock);
        let member = |folder: &str, name: &str, development| Member {
            folder: folder.into(),
            name: name.into(),
            development,
        };
        assert_eq!(asks.members("axios"), [member("web", "http", false)]);
        assert_eq!(asks.members("b"), [member("", "b", true)]);
        let pnpm = b"importers:\n  packages/web:\n    dependencies:\n      axios:\n        specifier: ^1.0.0\n        version: 1.0.0\n";
        assert_eq!(
            Asks::read("pnpm-lock.yaml", pnpm).members("axios"),
            [member("packages/web", "axios", false)]
        );
    }
}
