//! Where else the code of a repository is said to lie: the collector.
//!
//! Reads the addresses that publiccode.yml and the manifests at the root give for the code itself. Whether
//! one is the repository's own or another place is decided where they are shown, for a clone alone knows
//! where it came from. Nothing is asked online; an address is kept as host and path, never with a user,
//! password, query or fragment.
//!
//! Evidence `addresses`, where there are any:
//! ```json
//! [{ "at": "forge.example/team/app", "from": "publiccode.yml:3", "as": "url" }]
//! ```
//! `as` is `url`, `based-on` (publiccode's `isBasedOn`) or `repository` (a manifest).
//!
//! No findings.

use domain::{Evidence, Place};
use formats::tree::{Node, Tree};
use serde_json::{Value, json};

use crate::{
    collector::{Collector, Given, Observed},
    material::Material,
    text,
};

/// The collector.
#[derive(Debug)]
pub struct Addresses;

/// More addresses than this are not kept.
const MOST: usize = 20;

/// Files and the keys in them that name the code's own repository.
const MANIFESTS: [(&str, &[&[&str]]); 4] = [
    ("package.json", &[&["repository"], &["repository", "url"]]),
    ("composer.json", &[&["support", "source"]]),
    ("Cargo.toml", &[&["package", "repository"]]),
    (
        "pyproject.toml",
        &[
            &["project", "urls", "Repository"],
            &["project", "urls", "repository"],
            &["project", "urls", "Source"],
            &["project", "urls", "source"],
            &["tool", "poetry", "repository"],
        ],
    ),
];

impl Collector for Addresses {
    fn name(&self) -> &'static str {
        "addresses"
    }

    fn collect(&self, material: &dyn Material, _given: Given) -> Observed {
        let mut rows: Vec<Value> = Vec::new();
        let mut add = |file: &str, node: Option<Node<'_>>, role: &str| {
            let Some((node, at)) = node.and_then(|n| Some((n, plain(n.scalar()?)?))) else { return };
            let row = json!({"at": at, "from": Place::line(file, node.line()).to_string(), "as": role});
            if rows.len() < MOST && !rows.contains(&row) {
                rows.push(row);
            }
        };
        for file in ["publiccode.yml", "publiccode.yaml"] {
            let Some(content) = text::small(material, file) else { continue };
            let Ok(tree) = Tree::yaml(file, content.as_bytes()) else { continue };
            add(file, tree.root().get("url"), "url");
            if let Some(based) = tree.root().get("isBasedOn") {
                add(file, Some(based), "based-on");
                based.entries().take(MOST).for_each(|one| add(file, Some(one), "based-on"));
            }
        }
        for (file, keys) in MANIFESTS {
            let Some(content) = text::small(material, file) else { continue };
            let tree = if file.ends_with(".json") {
                Tree::json(file, content.as_bytes())
            } else {
                Tree::toml(file, content.as_bytes())
            };
            let Ok(tree) = tree else { continue };
            for path in keys {
                add(file, path.iter().try_fold(tree.root(), |node, key| node.get(key)), "repository");
            }
        }
        if rows.is_empty() {
            return Observed::default();
        }
        let evidence = Evidence::new("addresses", Value::Array(rows), self.name()).into_iter().collect();
        // A manifest that cannot be read is the inventory's to tell.
        Observed { evidence, ..Observed::default() }
    }
}

/// An address of a repository as host and path, without what opens it; none where it names no other machine.
pub fn plain(address: &str) -> Option<String> {
    let address = address.trim().strip_prefix("git+").unwrap_or(address.trim());
    let rest = match address.split_once("://") {
        Some((scheme, rest)) => {
            let known = ["https", "http", "ssh", "git"].iter().any(|s| scheme.eq_ignore_ascii_case(s));
            known.then_some(rest)?.to_owned()
        }
        // user@host:path, as ssh writes it; a drive's letter is no host.
        None => {
            let (host, path) = address.split_once(':')?;
            let short = ["github", "gitlab", "bitbucket"].iter().find(|name| **name == host);
            match short {
                Some(&"bitbucket") => format!("bitbucket.org/{path}"),
                Some(name) => format!("{name}.com/{path}"),
                None if host.contains('/') || !host.contains('.') => return None,
                None => format!("{host}/{}", path.trim_start_matches('/')),
            }
        }
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    let named = host.split(':').next().unwrap_or_default();
    let fits = !named.is_empty()
        && named != "localhost"
        && named.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        && host.len() <= 253;
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (fits && !path.is_empty()).then(|| shown(&format!("{host}/{path}"), 200))
}

/// A text that may be shown: no control characters, not longer than this.
pub fn shown(text: &str, most: usize) -> String {
    text.chars().map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    #[test]
    fn one_form_for_every_way_of_writing_and_no_password() {
        for (given, want) in [
            ("https://forge.example/team/app.git", Some("forge.example/team/app")),
            ("https://user:SECRET@Forge.example/team/app?token=SECRET#x", Some("forge.example/team/app")),
            ("ssh://git@forge.example:22/team/app", Some("forge.example:22/team/app")),
            ("git@forge.example:team/app.git", Some("forge.example/team/app")),
            ("git+https://forge.example/team/app/", Some("forge.example/team/app")),
            ("github:team/app", Some("github.com/team/app")),
            ("/srv/git/app.git", None),
            ("C:/git/app", None),
            ("file:///srv/git", None),
            ("https://localhost/x", None),
            ("https://forge.example", None),
            ("", None),
        ] {
            assert_eq!(plain(given).as_deref(), want, "{given}");
        }
    }

    #[test]
    fn reads_publiccode_and_manifests() {
        let tree = Memory::new()
            .with(
                "package.json",
                "{\"repository\": {\"type\": \"git\", \"url\": \"git+https://forge.example/team/app.git\"}}",
            )
            .with(
                "publiccode.yml",
                "name: App\nurl: https://code.example/app\nisBasedOn:\n  - https://first.example/app\n",
            );
        let seen = Addresses.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
        let rows: Vec<String> = seen.evidence[0]
            .value
            .as_array()
            .unwrap()
            .iter()
            .map(|r| {
                format!(
                    "{} {} {}",
                    r["at"].as_str().unwrap(),
                    r["from"].as_str().unwrap(),
                    r["as"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                "code.example/app publiccode.yml:2 url",
                "first.example/app publiccode.yml:4 based-on",
                "forge.example/team/app package.json:1 repository"
            ]
        );
    }
}
