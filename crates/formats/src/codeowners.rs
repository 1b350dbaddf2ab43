//! CODEOWNERS: who owns which paths. GitHub's and GitLab's form.
//!
//! Decides which line of the file speaks for a path: the last one whose pattern matches. On
//! GitLab each `[Section]` is judged alone and the owners of all sections count; here the last
//! line over the whole file speaks, with a section's default owners where a line names none, so
//! the answer is never wider than either forge's. It refuses to know whether an owner exists.
//!
//! Source: GitHub documentation, "About code owners"; GitLab documentation, "Code Owners syntax".
//! Patterns follow gitignore, without `!`, `[a-z]` and `\#`, which CODEOWNERS does not have.

/// More lines than this are not read.
pub const MOST_LINES: usize = 100_000;

/// The files' places in a tree, in the order in which a forge looks.
pub const PLACES: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// One line that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub line: u32,
    /// The pattern as written.
    pub pattern: String,
    /// Owners: `@user`, `@org/team`, an e-mail address or `@@role`; none means nobody owns these paths.
    pub owners: Vec<String>,
}

/// A line that a forge would skip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its number, from 1.
    pub line: u32,
    /// Why, in plain English.
    pub why: &'static str,
}

/// A CODEOWNERS file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeOwners {
    /// Lines, in order.
    pub lines: Vec<Line>,
    /// Lines that say nothing a forge understands.
    pub faults: Vec<Fault>,
}

impl CodeOwners {
    /// Reads the file. Nothing in it can make the reading fail: wrong lines are faults, as forges
    /// treat them.
    pub fn read(text: &str) -> Self {
        let mut out = Self::default();
        let mut section: Vec<String> = Vec::new();
        for (number, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = u32::try_from(number + 1).unwrap_or(u32::MAX);
            if number >= MOST_LINES {
                out.faults.push(Fault { line, why: "too many lines: the rest was not read" });
                break;
            }
            let content = raw.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            if let Some(rest) = section_header(content) {
                section = rest.split_whitespace().filter(|w| is_owner(w)).map(str::to_owned).collect();
                continue;
            }
            let mut words = words(content);
            let Some(pattern) = words.next() else { continue };
            if pattern.starts_with('!') {
                out.faults.push(Fault { line, why: "a pattern cannot begin with `!` here" });
                continue;
            }
            let mut owners = Vec::new();
            let mut bad = false;
            for word in words.take_while(|word| !word.starts_with('#')) {
                if is_owner(&word) {
                    owners.push(word);
                } else {
                    bad = true;
                }
            }
            if bad {
                let why = "an owner is neither @name, @org/team nor an e-mail address: forges skip the line";
                out.faults.push(Fault { line, why });
                continue;
            }
            if owners.is_empty() {
                owners.clone_from(&section);
            }
            out.lines.push(Line { line, pattern, owners });
        }
        out
    }

    /// The line that speaks for a path (relative to the root): the last whose pattern matches.
    pub fn line_for(&self, path: &str) -> Option<&Line> {
        self.lines.iter().rev().find(|line| matches(&line.pattern, path))
    }

    /// The line that speaks for everything no other line names: the last of `*`, `/**`, `/` and `**`.
    pub fn default_line(&self) -> Option<&Line> {
        self.lines
            .iter()
            .rev()
            .find(|line| matches!(line.pattern.as_str(), "*" | "**" | "/" | "/**" | "/*" | "**/*"))
    }
}

/// `[Section]`, `^[Optional]`, `[Section][2] @owner`: what follows the header.
fn section_header(content: &str) -> Option<&str> {
    let rest = content.strip_prefix('^').unwrap_or(content).strip_prefix('[')?;
    let (_, mut rest) = rest.split_once(']')?;
    if let Some(count) = rest.strip_prefix('[') {
        rest = count.split_once(']')?.1;
    }
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some(rest)
}

/// Words separated by white space; a backslash before a space keeps it.
fn words(content: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut chars = content.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&' ') => {
                chars.next();
                if let Some(word) = words.last_mut() {
                    word.push(' ');
                }
            }
            c if c.is_whitespace() => words.push(String::new()),
            c => {
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words.into_iter().filter(|word| !word.is_empty())
}

fn is_owner(word: &str) -> bool {
    match word.strip_prefix('@') {
        Some(name) => name.trim_start_matches('@').chars().next().is_some_and(char::is_alphanumeric),
        None => is_address(word),
    }
}

/// Whether a word has the form of an e-mail address, loosely: one `@`, a dotted host after it.
pub fn is_address(word: &str) -> bool {
    word.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && !host.contains('@')
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
    })
}

/// Whether a pattern speaks for a path (relative to the root).
pub fn matches(pattern: &str, path: &str) -> bool {
    let anchored = pattern.trim_end_matches('/').contains('/');
    let folder_only = pattern.ends_with('/');
    let body = pattern.trim_start_matches('/').trim_end_matches('/');
    if body.is_empty() {
        return true;
    }
    let parts: Vec<&str> = path.split('/').collect();
    let wanted: Vec<&str> = body.split('/').collect();
    // `docs/*` names the files of that folder alone; every other pattern also names what lies below.
    let below = wanted.len() < 2 || wanted.last() != Some(&"*");
    let starts = if anchored { 0..1 } else { 0..parts.len() };
    starts.into_iter().any(|start| {
        let rest = &parts[start..];
        let ends = ends(&wanted, rest);
        if below {
            (1..=rest.len()).any(|end| ends[end] && (!folder_only || end < rest.len()))
        } else {
            ends[rest.len()]
        }
    })
}

/// For each count of leading parts, whether the pattern matches exactly those: dynamic programming,
/// so that many `**` cost no more than pattern × parts.
fn ends(wanted: &[&str], parts: &[&str]) -> Vec<bool> {
    let mut reach = vec![false; parts.len() + 1];
    reach[0] = true;
    for want in wanted {
        let mut next = vec![false; parts.len() + 1];
        if *want == "**" {
            let mut open = false;
            for (at, reached) in reach.iter().enumerate() {
                open |= *reached;
                next[at] = open;
            }
        } else {
            for (at, part) in parts.iter().enumerate() {
                next[at + 1] = reach[at] && matches_part(want.as_bytes(), part.as_bytes());
            }
        }
        reach = next;
    }
    reach
}

/// `*` and `?` inside one part: the usual backtracking to the last star, linear in practice and at
/// most pattern × text.
fn matches_part(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(b'?') => (p, t) = (p + 1, t + 1),
            Some(&c) if c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) => {
                    (p, t) = (at + 1, from + 1);
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# default
*       @org/all
*.js    @js-owner # trailing words
/build/logs/ @doc owner@example.org
docs/*  @docs
apps/   @apps
/apps/github
**/logs @logs
/a\\ b.txt @space
bad     not-an-owner
!x      @y
";

    fn owners(path: &str) -> Vec<String> {
        CodeOwners::read(FILE).line_for(path).map(|line| line.owners.clone()).unwrap_or_default()
    }

    #[test]
    fn the_last_matching_line_speaks() {
        assert_eq!(owners("README"), ["@org/all"]);
        assert_eq!(owners("src/x.js"), ["@js-owner"]);
        assert_eq!(owners("build/logs/a/b.txt"), ["@logs"]);
        assert_eq!(owners("docs/getting-started.md"), ["@docs"]);
        assert_eq!(owners("docs/build-app/troubleshooting.md"), ["@org/all"]);
        assert_eq!(owners("x/apps/y"), ["@apps"]);
        assert_eq!(owners("apps/github/y"), [""; 0]);
        assert_eq!(owners("deeply/nested/logs/x"), ["@logs"]);
        assert_eq!(owners("a b.txt"), ["@space"]);
    }

    #[test]
    fn wrong_lines_are_faults_with_their_number() {
        let file = CodeOwners::read(FILE);
        let lines: Vec<_> = file.faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [10, 11]);
        assert_eq!(file.default_line().map(|line| line.line), Some(2));
    }

    #[test]
    fn sections_give_their_default_owners() {
        let file = CodeOwners::read("[Docs][2] @writers\n*.md\n^[Optional]\n*.rs @rust\n");
        assert_eq!(file.line_for("a.md").map(|l| l.owners.as_slice()), Some(&["@writers".to_owned()][..]));
        assert_eq!(file.line_for("a.rs").map(|l| l.line), Some(4));
        assert!(file.faults.is_empty());
    }

    #[test]
    fn many_stars_end_quickly() {
        let pattern = format!("/{}x", "**/".repeat(2_000));
        let file = CodeOwners::read(&format!("{pattern} @a\n{}b @a", "*a".repeat(2_000)));
        assert!(file.line_for(&"a/".repeat(500)).is_none());
        assert!(file.line_for(&"a".repeat(4_000)).is_none());
    }
}
