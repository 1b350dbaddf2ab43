//! Lines of a requirements file, joined and cut as pip does it (pip's `req_file.py`), and the notes
//! that compilers leave in comments.

use crate::pep508;

/// Longest line, joined, in bytes. A line with 200 hashes takes 17 KB.
const LONGEST: usize = 1 << 20;

/// What one line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A name with a specifier.
    Requirement { name: String, specifier: String, hashes: Vec<String> },
    /// An address or path, with a name where one is written.
    Address { name: Option<String>, address: String, hashes: Vec<String> },
    /// `-r` or `-c`.
    Include { target: String, constraint: bool },
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// A comment of its own, without `#`.
    Comment(&'a str),
    /// Something asked for, with the comment behind it.
    Asks(Asked, Option<&'a str>),
    /// `--index-url` or `--extra-index-url` (and `--find-links`, which answers beside an index).
    Index { address: String, extra: bool },
    /// An option that names nothing.
    Option,
    /// Nothing pip would understand.
    Unread,
}

/// The lines of a text, each with its number; empty ones are left out.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (u32, Line<'_>)> {
    let mut physical = (1u32..).zip(text.lines());
    std::iter::from_fn(move || {
        loop {
            let (number, first) = physical.next()?;
            let trimmed = first.trim();
            if trimmed.is_empty() {
                continue;
            }
            if let Some(comment) = trimmed.strip_prefix('#') {
                return Some((number, Line::Comment(comment)));
            }
            let (mut body, mut comment) = cut_comment(first);
            let mut joined = String::new();
            while comment.is_none() && body.trim_end().ends_with('\\') {
                let part = body.trim_end();
                joined.push_str(part.strip_suffix('\\').unwrap_or(part));
                let Some((_, next)) = physical.next() else {
                    body = "";
                    break;
                };
                if next.trim_start().starts_with('#') {
                    body = "";
                    comment = next.trim_start().strip_prefix('#');
                } else {
                    (body, comment) = cut_comment(next);
                }
            }
            if joined.len() + body.len() > LONGEST {
                return Some((number, Line::Unread));
            }
            joined.push_str(body);
            if joined.trim().is_empty() {
                continue;
            }
            return Some((number, parse(joined.trim(), comment)));
        }
    })
}

/// Cuts a comment: `#` at the start or after white space.
fn cut_comment(line: &str) -> (&str, Option<&str>) {
    let bytes = line.as_bytes();
    for at in memchr::memchr_iter(b'#', bytes) {
        if at == 0 || bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace) {
            return (line.get(..at).unwrap_or(line), line.get(at + 1..));
        }
    }
    (line, None)
}

fn parse<'a>(line: &str, comment: Option<&'a str>) -> Line<'a> {
    if line.starts_with('-') {
        return option(line, comment);
    }
    // Options of a requirement (`--hash=…`) follow it after white space.
    let (body, options) = match line.find(" --").or_else(|| line.find("\t--")) {
        Some(at) => line.split_at(at),
        None => (line, ""),
    };
    let body = body.trim();
    let hashes = hashes(options);
    if let Some(found) = pep508::parse(body) {
        let asked = match found.address {
            Some(address) => {
                Asked::Address { name: Some(found.name.to_owned()), address: address.to_owned(), hashes }
            }
            // A bare `name.whl` or `dir/` is a path to pip; only a name is a requirement.
            None if is_path(body) => {
                Asked::Address { name: None, address: path_part(body).to_owned(), hashes }
            }
            None => Asked::Requirement {
                name: found.name.to_owned(),
                specifier: found.specifier.to_owned(),
                hashes,
            },
        };
        return Line::Asks(asked, comment);
    }
    if body.contains("://") || is_path(body) {
        let address = path_part(body).to_owned();
        return Line::Asks(Asked::Address { name: None, address, hashes }, comment);
    }
    Line::Unread
}

/// A path as pip tells it: starts with `.` or holds a separator, or is an archive's name.
fn is_path(body: &str) -> bool {
    let path = path_part(body);
    !path.contains(char::is_whitespace)
        && (path.starts_with('.')
            || path.contains(['/', '\\'])
            || [".whl", ".tar.gz", ".zip", ".tgz"].iter().any(|end| path.ends_with(end)))
}

/// An address or path without its marker.
fn path_part(body: &str) -> &str {
    body.split(" ;").next().unwrap_or(body).trim()
}

fn hashes(options: &str) -> Vec<String> {
    let mut words = options.split_whitespace();
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        if word == "--hash" {
            found.extend(words.next().map(str::to_owned));
        } else if let Some(hash) = word.strip_prefix("--hash=") {
            found.push(hash.to_owned());
        }
    }
    found
}

fn option<'a>(line: &str, comment: Option<&'a str>) -> Line<'a> {
    let (name, value) = match line.find(['=', ' ', '\t']) {
        Some(at) => {
            let (name, value) = line.split_at(at);
            (name, value.trim_start_matches(['=', ' ', '\t']).trim())
        }
        // `-rfile` without a space.
        None if !line.starts_with("--") && line.len() > 2 && line.is_char_boundary(2) => line.split_at(2),
        None => (line, ""),
    };
    let value = value.trim_matches(['"', '\'']);
    match name {
        "-r" | "--requirement" | "-c" | "--constraint" if !value.is_empty() => {
            let constraint = matches!(name, "-c" | "--constraint");
            Line::Asks(Asked::Include { target: value.to_owned(), constraint }, comment)
        }
        "-e" | "--editable" if !value.is_empty() => {
            let named = pep508::parse(value).filter(|found| found.address.is_some());
            let asked = match named {
                Some(found) => Asked::Address {
                    name: Some(found.name.to_owned()),
                    address: found.address.unwrap_or_default().to_owned(),
                    hashes: Vec::new(),
                },
                None => {
                    Asked::Address { name: None, address: path_part(value).to_owned(), hashes: Vec::new() }
                }
            };
            Line::Asks(asked, comment)
        }
        "-i" | "--index-url" | "--pypi-url" => Line::Index { address: value.to_owned(), extra: false },
        "--extra-index-url" | "-f" | "--find-links" => Line::Index { address: value.to_owned(), extra: true },
        "--no-index"
        | "--prefer-binary"
        | "--require-hashes"
        | "--pre"
        | "--trusted-host"
        | "--use-feature"
        | "--no-binary"
        | "--only-binary"
        | "--process-dependency-links"
        | "-Z"
        | "--always-unzip"
        | "--no-use-wheel"
        | "--use-wheel"
        | "--allow-external"
        | "--allow-unverified"
        | "--uploaded-prior-to" => Line::Option,
        _ => Line::Unread,
    }
}

/// Whether the first line that is no comment is something pip understands.
pub(super) fn first_line_fits(head: &str) -> bool {
    lines(head)
        .map(|(_, line)| line)
        .find(|l| !matches!(l, Line::Comment(_)))
        .is_some_and(|l| l != Line::Unread)
}

/// Whether every requirement in the head of a file is pinned to one version. The last line may be
/// cut off and is not asked.
pub(super) fn all_pinned(head: &str) -> bool {
    let whole = head.rsplit_once('\n').map_or("", |(whole, _)| whole);
    lines(whole).all(|(_, line)| match line {
        Line::Asks(Asked::Requirement { specifier, .. }, _) => {
            versions::Scheme::Pep440.pinned(&specifier).is_some()
        }
        _ => true,
    })
}

/// Follows the `# via` notes after one requirement: on one line, or one asker a line.
#[derive(Debug, Default)]
pub(super) struct Notes {
    inside: bool,
}

impl Notes {
    /// Who asks, as this comment says.
    pub(super) fn comment(&mut self, comment: &str) -> Vec<String> {
        let comment = comment.trim();
        let names = if comment == "via" {
            self.inside = true;
            return Vec::new();
        } else if let Some(names) = comment.strip_prefix("via ") {
            self.inside = false;
            names
        } else if self.inside {
            comment
        } else {
            return Vec::new();
        };
        names.split(", ").map(|name| name.trim().to_owned()).filter(|n| !n.is_empty()).collect()
    }
}

/// Who asks for a component, by one note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker<'a> {
    /// A file of ours: the component is direct.
    File(&'a str),
    /// Another component.
    Component(&'a str),
    /// A constraints file: it limits, it does not ask.
    Limit,
}

/// Reads one note: `foo`, `-r requirements.in`, `-c limits.txt`, `project (pyproject.toml)`.
pub(super) fn asker(note: &str) -> Asker<'_> {
    if let Some(file) = note.strip_prefix("-r ") {
        return Asker::File(file.trim());
    }
    if note.starts_with("-c ") {
        return Asker::Limit;
    }
    if let Some((_, file)) = note.rsplit_once('(')
        && let Some(file) = file.strip_suffix(')')
    {
        return Asker::File(file.trim());
    }
    Asker::Component(note.split('[').next().unwrap_or(note).trim())
}

/// The sources that a compiler's header names: `#    pip-compile --output-file=x.txt x.in`.
pub(super) fn header_sources(comment: &str) -> Vec<String> {
    let command = comment.trim_start();
    if !command.starts_with("pip-compile") && !command.starts_with("uv pip compile") {
        return Vec::new();
    }
    let mut words = command.split_whitespace();
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        if matches!(word, "-o" | "--output-file" | "-c" | "--constraint") {
            words.next();
        } else if !word.starts_with('-')
            && [".in", ".txt", "pyproject.toml", "setup.py", "setup.cfg"]
                .iter()
                .any(|end| word.ends_with(end))
        {
            found.push(word.to_owned());
        }
    }
    found
}
