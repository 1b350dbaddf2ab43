//! Container images as Dockerfiles, compose files and workflows name them.
//!
//! An image becomes `pkg:docker/NAME@TAG`; the registry, where one is written, is the qualifier
//! `repository_url`; a digest is a content hash, and the version only where there is no tag. A tag
//! with a digit names a version, whether or not it can move: that it can is what a missing hash says.
//! Another word (`stable`, `bookworm-slim`) is a range; `latest`, or no tag at all, names nothing.

use domain::{Origin, Purl, Resolution, Scope};

use crate::gather::{Gather, short};

/// The longest text that is built by replacing variables; what goes beyond is no reference.
const LONGEST: usize = 64 << 10;

/// The parts of `[registry/]name[:tag][@digest]`.
#[derive(Debug, PartialEq, Eq)]
struct Reference<'a> {
    registry: Option<&'a str>,
    name: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

fn parse(text: &str) -> Option<Reference<'_>> {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    let (registry, rest) = match rest.split_once('/') {
        // A first part with a dot or a port, or `localhost`, is a host.
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), rest),
        _ => (None, rest),
    };
    let (name, tag) = match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (rest, None),
    };
    let plain =
        |text: &str, more: &[u8]| text.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b));
    let sound = !name.is_empty()
        && plain(name, b"._-/")
        && tag.is_none_or(|tag| !tag.is_empty() && plain(tag, b"._-"))
        && digest.is_none_or(|digest| digest.contains(':') && plain(digest, b":+._-"))
        && registry.is_none_or(|registry| plain(registry, b".:-_"));
    sound.then_some(Reference { registry, name, tag, digest })
}

/// Adds the image that a text names, with variables already replaced. A variable that could not be
/// replaced is `$` in the text: where only the tag has one, the image is known and its version not.
pub(super) fn add(gather: &mut Gather, text: &str, scope: Scope, line: u32) -> Option<u32> {
    let text = text.trim().trim_matches(['"', '\'']);
    let (known, is_open) = match text.find('$') {
        None => (text, false),
        Some(at) => {
            let before = text.get(..at).unwrap_or_default();
            // `name:$TAG` or `name:3.9-$JDK`; in anything else the name itself is not known.
            match before.rsplit_once(':').filter(|(name, tag)| !name.is_empty() && !tag.contains('/')) {
                Some((name, _)) => (name, true),
                None => ("", true),
            }
        }
    };
    let Some(image) = parse(known) else {
        let why = if is_open {
            "the image is named by a variable that has no value here".to_owned()
        } else {
            format!("`{}` is no image reference", short(text))
        };
        gather.fault("unresolved", line, why);
        return None;
    };
    let (namespace, name) = match image.name.rsplit_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, image.name),
    };
    let told = image.tag.filter(|tag| tag.bytes().any(|b| b.is_ascii_digit()));
    let version = told.or(image.digest.filter(|_| image.tag.is_none()));
    let word = image.tag.filter(|tag| told.is_none() && *tag != "latest");
    let purl = Purl::new("docker", namespace, name, version.or(word)).and_then(|purl| match image.registry {
        Some(registry) => purl.with_qualifier("repository_url", registry),
        None => Ok(purl),
    });
    let Ok(purl) = purl else {
        gather.fault("bad-purl", line, "the name of the image makes no valid package URL; it was left out");
        return None;
    };
    let origin = match image.registry {
        Some(registry) => {
            let host = registry.split(':').next().unwrap_or(registry).to_ascii_lowercase();
            Origin::Registry { host }
        }
        None => Origin::Unstated,
    };
    let digest = image.digest.and_then(|digest| digest.split_once(':')).filter(|(algorithm, value)| {
        matches!((*algorithm, value.len()), ("sha256", 64) | ("sha512", 128))
            && value.bytes().all(|b| b.is_ascii_hexdigit())
    });
    let resolution = match (version, word) {
        (Some(_), _) => Resolution::Exact,
        // A digest holds the content still, whatever the tag.
        (None, Some(_)) if digest.is_some() => Resolution::Exact,
        (None, Some(tag)) => Resolution::Range { requirement: tag.to_owned() },
        (None, None) => Resolution::Unresolved,
    };
    let place = gather.place(line);
    let index = gather.add_purl(purl, resolution, origin, scope, place)?;
    gather.direct(index, true);
    if let Some((algorithm, value)) = digest {
        gather.hash(index, algorithm, value);
    }
    Some(index)
}

/// Replaces `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`; what has no value stays `$`.
pub(super) fn substitute<'v>(text: &str, value: &dyn Fn(&str) -> Option<&'v str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        if out.len() > LONGEST {
            return out;
        }
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        let (written, after) = if let Some(inner) = rest.strip_prefix('{') {
            match inner.split_once('}') {
                Some((written, after)) => (written, after),
                None => {
                    out.push('$');
                    return out;
                }
            }
        } else {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            rest.split_at(end)
        };
        rest = after;
        let name_end = written.find([':', '-', '+', '?', '#', '%', '/']).unwrap_or(written.len());
        let (name, rule) = written.split_at(name_end);
        let found = value(name);
        let filled = found.filter(|found| !found.is_empty());
        let replaced = match rule {
            "" => found,
            rule if rule.starts_with(":-") => filled.or(rule.get(2..)),
            rule if rule.starts_with('-') => found.or(rule.get(1..)),
            rule if rule.starts_with(":+") => Some(filled.and(rule.get(2..)).unwrap_or_default()),
            rule if rule.starts_with('+') => Some(found.and(rule.get(1..)).unwrap_or_default()),
            rule if rule.starts_with([':', '?']) => found,
            _ => None,
        };
        out.push_str(replaced.unwrap_or("$"));
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let digest = "sha256:31cd7bbfd36421dfd338bceb36d803b3663c1bfa87dfe6af7ba764b5bf34de05";
        fn parsed(text: &str) -> Option<(Option<&str>, &str, Option<&str>, bool)> {
            parse(text).map(|r| (r.registry, r.name, r.tag, r.digest.is_some()))
        }
        assert_eq!(parsed("python"), Some((None, "python", None, false)));
        assert_eq!(parsed("python:3.11-slim"), Some((None, "python", Some("3.11-slim"), false)));
        assert_eq!(parsed("org/app:1"), Some((None, "org/app", Some("1"), false)));
        assert_eq!(parsed("r.example:5000/a/b"), Some((Some("r.example:5000"), "a/b", None, false)));
        assert_eq!(parsed("localhost/a:1"), Some((Some("localhost"), "a", Some("1"), false)));
        let pinned = format!("a@{digest}");
        assert_eq!(parsed(&pinned), Some((None, "a", None, true)));
        for bad in ["", ":1", "a:", "a b", "a@", "a;b"] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }

    #[test]
    fn variables() {
        let value = |name: &str| match name {
            "V" => Some("1"),
            "E" => Some(""),
            _ => None,
        };
        for (text, expected) in [
            ("a:$V", "a:1"),
            ("a:${V}-x", "a:1-x"),
            ("a:${N:-2}", "a:2"),
            ("a:${E:-2}", "a:2"),
            ("a:${E-2}", "a:"),
            ("a:${V:+3}", "a:3"),
            ("a:${N}", "a:$"),
            ("a:${N", "a:$"),
            ("$V$V", "11"),
        ] {
            assert_eq!(substitute(text, &value), expected, "{text}");
        }
    }
}
