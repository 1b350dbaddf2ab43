//! Where a clone fetches from and pushes to, as its own configuration says: host and path, without user or
//! password.
//!
//! Only `url` and `pushurl` of remotes are read; no file is included, no rewriting of addresses applied,
//! nothing asked. It differs from clone to clone.

use std::{collections::BTreeSet, path::Path};

use super::{open::folders, refs::small_file};
use crate::addresses;

/// More remotes than this are not read.
const MOST: usize = 50;

/// The remotes by name, each with a host and path; what lies on the same machine is left out.
pub fn of(top: &Path) -> Vec<(String, String)> {
    let Some((_, common)) = folders(top) else { return Vec::new() };
    read(&small_file(&common.join("config")).unwrap_or_default())
}

fn read(text: &str) -> Vec<(String, String)> {
    let mut out = BTreeSet::new();
    let mut remote: Option<String> = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            remote = line
                .strip_prefix("[remote \"")
                .and_then(|rest| rest.split_once("\"]"))
                .map(|(name, _)| addresses::shown(name, 60));
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let wanted = matches!(key.trim().to_ascii_lowercase().as_str(), "url" | "pushurl");
        let at = addresses::plain(value.trim().trim_matches('"'));
        if let (true, Some(name), Some(at)) = (wanted, &remote, at)
            && out.len() < MOST
        {
            out.insert((name.clone(), at));
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_what_opens_them() {
        let text = "[core]\n\turl = https://no.example/x\n[remote \"origin\"]\n\turl = https://user:PASSWORD@forge.example/team/app.git\n\
            \tfetch = +refs/heads/*:refs/remotes/origin/*\n[remote \"mirror\"]\n\turl = git@other.example:team/app.git\n\
            \tpushurl = /srv/git/app.git\n[branch \"main\"]\n\turl = https://no.example/y\n";
        let seen = read(text);
        let plain: Vec<(&str, &str)> = seen.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(plain, [("mirror", "other.example/team/app"), ("origin", "forge.example/team/app")]);
    }
}
