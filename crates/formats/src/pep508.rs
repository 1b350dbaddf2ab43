//! Dependency specifiers of Python (PEP 508, now "Dependency specifiers" of the packaging
//! specifications): name, extras, version specifier or address, marker.
//!
//! Decides only where each part begins and ends, and what an address says about origin and
//! version. Versions are ordered by the `versions` crate; markers are evaluated by
//! [`crate::marker`]. Own code, because `pep508_rs` resolves addresses against the machine's
//! environment and home directory, which this crate must not know.

use domain::Origin;

use crate::address;

/// Longest specifier looked at, in bytes.
const LONGEST: usize = 8192;

/// One dependency as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dependency<'a> {
    /// Name as written.
    pub(crate) name: &'a str,
    /// The text between the brackets, as written.
    pub(crate) extras: &'a str,
    /// The version specifier, without enclosing parentheses; empty when there is none.
    pub(crate) specifier: &'a str,
    /// The address after `@`.
    pub(crate) address: Option<&'a str>,
    /// The environment marker after `;`.
    pub(crate) marker: Option<&'a str>,
}

/// Parses a specifier; `None` when it is none.
pub(crate) fn parse(text: &str) -> Option<Dependency<'_>> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')))
        .unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if !is_edge(name.chars().next()) || !is_edge(name.chars().next_back()) {
        return None;
    }
    rest = rest.trim_start();
    let mut extras = "";
    if let Some(inside) = rest.strip_prefix('[') {
        (extras, rest) = inside.split_once(']')?;
        rest = rest.trim_start();
    }
    if let Some(address) = rest.strip_prefix('@') {
        let address = address.trim();
        // An address may hold `;`: only one after white space begins a marker.
        let (address, marker) = match address.find([' ', '\t']) {
            Some(at) => {
                let (address, after) = address.split_at(at);
                (address, Some(after.trim().strip_prefix(';')?.trim()))
            }
            None => (address, None),
        };
        return (!address.is_empty()).then_some(Dependency {
            name,
            extras,
            specifier: "",
            address: Some(address),
            marker,
        });
    }
    let (specifier, marker) = match rest.split_once(';') {
        Some((specifier, marker)) => (specifier.trim(), Some(marker.trim())),
        None => (rest.trim(), None),
    };
    let specifier = match specifier.strip_prefix('(') {
        Some(inside) => inside.strip_suffix(')')?.trim(),
        None => specifier,
    };
    let sound = specifier.is_empty()
        || specifier.split(',').map(str::trim).all(|clause| {
            clause.is_empty()
                || ["===", "==", "~=", "!=", "<=", ">=", "<", ">"]
                    .iter()
                    .find_map(|op| clause.strip_prefix(op))
                    .is_some_and(|version| {
                        let version = version.trim();
                        !version.is_empty()
                            && !version.contains(|c: char| c.is_whitespace() || "<>=!~@".contains(c))
                    })
        });
    sound.then_some(Dependency { name, extras, specifier, address: None, marker })
}

/// Each extra of a bracket's inside.
pub(crate) fn extras(inside: &str) -> impl Iterator<Item = &str> {
    inside.split(',').map(str::trim).filter(|e| !e.is_empty())
}

/// The name as PEP 503 normalises it.
pub(crate) fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.trim().chars() {
        if matches!(c, '-' | '_' | '.') {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.push(c.to_ascii_lowercase());
        }
    }
    out
}

/// What an address says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Where the component comes from.
    pub(crate) origin: Origin,
    /// The name after `#egg=`, or the one in a wheel's or source archive's file name.
    pub(crate) name: Option<String>,
    /// The version in a wheel's or source archive's file name.
    pub(crate) version: Option<String>,
    /// The last part of the path, for a repository that says no name.
    pub(crate) last: String,
}

/// Reads an address or path as pip writes it.
pub(crate) fn source(address: &str) -> Source {
    let (plain, fragment) = address.split_once('#').unwrap_or((address, ""));
    let egg = fragment.split('&').find_map(|f| f.strip_prefix("egg=")).map(|egg| {
        let end = egg.find(['[', ' ']).unwrap_or(egg.len());
        egg.get(..end).unwrap_or(egg).to_owned()
    });
    let path = plain.split('?').next().unwrap_or(plain);
    let after_scheme = path.split_once("://").map_or(path, |(_, rest)| rest);
    let last = after_scheme.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if ["git+", "hg+", "svn+", "bzr+"].iter().any(|vcs| address.starts_with(vcs)) {
        let (repository, reference) = match last.rsplit_once('@') {
            Some((repository, reference)) => (repository, Some(reference)),
            // A reference may hold slashes: `…/repo.git@feature/x`.
            None => match after_scheme.split_once('/').and_then(|(_, path)| path.split_once('@')) {
                Some((path, reference)) => (path.rsplit('/').next().unwrap_or_default(), Some(reference)),
                None => (last, None),
            },
        };
        let plain = plain.split_once('+').map_or(plain, |(_, rest)| rest);
        return Source {
            origin: match address::host(plain) {
                Some(host) => {
                    let commit = reference.filter(|r| address::is_commit(r)).map(str::to_ascii_lowercase);
                    Origin::Git { host, commit }
                }
                None => Origin::Path,
            },
            name: egg,
            version: None,
            last: repository.trim_end_matches(".git").to_owned(),
        };
    }
    let file = archive_name(last);
    let remote = ["https://", "http://", "ftp://"].iter().any(|s| address.starts_with(s));
    Source {
        origin: match address::host(plain).filter(|_| remote) {
            Some(host) => Origin::Archive { host },
            None if remote => Origin::Archive { host: "an unnamed host".to_owned() },
            None => Origin::Path,
        },
        name: egg.or_else(|| file.as_ref().map(|(name, _)| name.clone())),
        version: file.map(|(_, version)| version),
        last: last.to_owned(),
    }
}

/// Name and version of `name-1.2-py3-none-any.whl` or `name-1.2.tar.gz` (PEP 427, PEP 625).
fn archive_name(file: &str) -> Option<(String, String)> {
    let (name, version) = if let Some(wheel) = file.strip_suffix(".whl") {
        let mut parts = wheel.split('-');
        (parts.next()?, parts.next()?)
    } else {
        [".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".zip"]
            .iter()
            .find_map(|end| file.strip_suffix(end))?
            .rsplit_once('-')?
    };
    let sound = !name.is_empty() && version.starts_with(|c: char| c.is_ascii_digit());
    sound.then(|| (name.to_owned(), version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_specifiers() {
        let d = parse(r#"Foo.bar[a, b] (>=1, <2) ; python_version < "3""#).unwrap();
        assert_eq!((d.name, d.extras, d.specifier), ("Foo.bar", "a, b", ">=1, <2"));
        assert_eq!(d.marker, Some(r#"python_version < "3""#));
        let d = parse("x[y]@https://h.example/a;b.zip ; os_name == 'nt'").unwrap();
        assert_eq!((d.address, d.marker), (Some("https://h.example/a;b.zip"), Some("os_name == 'nt'")));
        for good in ["a", "a==1.*", "a===1 ", "a>=1,", "pillow!=8.3.0", "A-b_c.d~=1.0"] {
            assert!(parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "-a",
            "a b",
            "a=1",
            "a==",
            "a==1 2",
            "a[b",
            "a @",
            "a @ u v",
            "see chapter 3",
            "_a",
            "a>=1<2",
        ] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn reads_addresses() {
        let commit = "860e40a6c904c4d8551577d9f4e8c00f03b6e06c";
        let s = source(&format!("git+https://t:secret@code.example/a/kombu.git@{commit}"));
        assert_eq!(s.origin, Origin::Git { host: "code.example".into(), commit: Some(commit.into()) });
        assert_eq!(s.last, "kombu");
        let s = source("git+ssh://git@code.example/a/b.git@feature/x#egg=Other[y]&subdirectory=z");
        assert_eq!(s.origin, Origin::Git { host: "code.example".into(), commit: None });
        assert_eq!((s.name.as_deref(), s.last.as_str()), (Some("Other"), "b"));
        let s = source("https://h.example/x/Foo_bar-1.2.post1-py3-none-any.whl#sha256=1");
        assert_eq!((s.name.as_deref(), s.version.as_deref()), (Some("Foo_bar"), Some("1.2.post1")));
        assert_eq!(s.origin, Origin::Archive { host: "h.example".into() });
        assert_eq!(source("./lib/x").origin, Origin::Path);
        assert_eq!(source("file:///srv/x-1.0.tar.gz").version.as_deref(), Some("1.0"));
    }

    #[test]
    fn normalises_as_pep_503() {
        assert_eq!(normal("A__b.-C"), "a-b-c");
    }
}
