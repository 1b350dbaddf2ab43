//! Poetry's own dependency tables and constraints.
//!
//! A constraint is translated into the PEP 440 specifier of its lowest alternative, so that the
//! `versions` crate can name the lowest version it admits (Poetry's manual, "Dependency
//! specification": `^` up to the next change of the leftmost non-zero number, `~` up to the next
//! minor, a bare version exactly that version).

use domain::{Origin, Scope};
use versions::Scheme;

use super::asked::{Asked, Wanted};
use crate::{address, pep508, tree::Node};

/// Reads `[tool.poetry]`.
pub(super) fn asked(poetry: Node<'_>, out: &mut Vec<Asked>) {
    dependencies(poetry.get("dependencies"), Scope::Runtime, out);
    dependencies(poetry.get("dev-dependencies"), Scope::Development, out);
    for group in poetry.get("group").into_iter().flat_map(Node::entries) {
        let scope = if group.key() == "main" { Scope::Runtime } else { Scope::Development };
        dependencies(group.get("dependencies"), scope, out);
    }
}

/// A Poetry dependency table: name to constraint, to a table, or to a list of tables.
pub(super) fn dependencies(table: Option<Node<'_>>, scope: Scope, out: &mut Vec<Asked>) {
    for entry in table.into_iter().flat_map(Node::entries) {
        if entry.key() == "python" {
            continue;
        }
        if entry.is_list() {
            for alternative in entry.entries() {
                out.push(one(entry.key(), alternative, scope));
            }
        } else {
            out.push(one(entry.key(), entry, scope));
        }
    }
}

fn one(name: &str, value: Node<'_>, scope: Scope) -> Asked {
    let constraint = value.text().or_else(|| value.text_at("version")).unwrap_or_default();
    let path = value.text_at("path").or_else(|| value.text_at("file"));
    let mut wanted = Wanted::Poetry { meant: meaning(constraint), written: constraint.to_owned() };
    let origin = if let Some(address) = value.text_at("git") {
        wanted = Wanted::File(None);
        Origin::Git {
            host: address::host(address).unwrap_or_else(|| "an unnamed host".to_owned()),
            commit: value.text_at("rev").filter(|r| address::is_commit(r)).map(str::to_ascii_lowercase),
        }
    } else if let Some(address) = value.text_at("url") {
        let source = pep508::source(address);
        wanted = Wanted::File(source.version);
        source.origin
    } else if let Some(path) = path {
        wanted = Wanted::File(pep508::source(path).version);
        Origin::Path
    } else {
        Origin::Unstated
    };
    let optional = value.is_true_at("optional") && scope == Scope::Runtime;
    Asked {
        name: name.to_owned(),
        extras: value
            .get("extras")
            .into_iter()
            .flat_map(Node::entries)
            .filter_map(Node::text)
            .map(str::to_owned)
            .collect(),
        wanted,
        origin,
        path: path.map(str::to_owned),
        workspace: false,
        scope: if optional { Scope::Optional } else { scope },
        conditional: value
            .get("python")
            .or_else(|| value.get("markers"))
            .or_else(|| value.get("platform"))
            .is_some(),
        build_only: false,
        line: value.line(),
    }
}

/// The PEP 440 specifier that a constraint means; of several alternatives the lowest.
pub(super) fn meaning(constraint: &str) -> String {
    let mut lowest: Option<(String, Option<String>)> = None;
    for alternative in constraint.split("||").flat_map(|a| a.split(" | ")).take(64) {
        let meant = alternative_meaning(alternative);
        let version = Scheme::Pep440.lowest(&meant).or_else(|| Scheme::Pep440.pinned(&meant));
        let lower = match (&lowest, &version) {
            (None, _) => true,
            (Some((_, Some(before))), Some(now)) => {
                Scheme::Pep440.compare(now, before).is_ok_and(std::cmp::Ordering::is_lt)
            }
            // No lowest version at all is lower than any.
            (Some((_, before)), None) => before.is_some(),
            (Some((_, None)), Some(_)) => false,
        };
        if lower {
            lowest = Some((meant, version));
        }
    }
    lowest.map(|(meant, _)| meant).unwrap_or_default()
}

fn alternative_meaning(alternative: &str) -> String {
    // Parts stand side by side with commas or white space: `>=1 <2`, `>= 1, < 2`.
    let mut spaced = String::with_capacity(alternative.len() + 8);
    let mut after_operator = true;
    for c in alternative.trim().chars() {
        if c.is_whitespace() || c == ',' {
            if !after_operator && !spaced.ends_with(',') {
                spaced.push(',');
            }
        } else {
            spaced.push(c);
            after_operator = matches!(c, '<' | '>' | '=' | '!' | '~' | '^');
            continue;
        }
    }
    let clauses: Vec<String> = spaced.split(',').filter(|c| !c.is_empty()).map(clause).collect();
    clauses.join(",")
}

fn clause(text: &str) -> String {
    if let Some(version) = text.strip_prefix('^') {
        return upto(version, |numbers| numbers.iter().position(|n| *n != 0).unwrap_or(numbers.len() - 1));
    }
    match text.strip_prefix('~') {
        Some(version) if !version.starts_with('=') => {
            return upto(version, |numbers| 1.min(numbers.len() - 1));
        }
        _ => {}
    }
    if text == "*" {
        return ">=0".to_owned();
    }
    if text.starts_with(['<', '>', '=', '!', '~']) {
        // `= 1.0` is Poetry's other way to write `== 1.0`.
        return match text.strip_prefix('=') {
            Some(version) if !version.starts_with('=') => format!("=={version}"),
            _ => text.to_owned(),
        };
    }
    format!("=={text}")
}

/// `>=version,<next`, where the number at the chosen position is counted up.
fn upto(version: &str, position: impl Fn(&[u64]) -> usize) -> String {
    let release = version.split(|c: char| !(c.is_ascii_digit() || c == '.')).next().unwrap_or_default();
    let mut numbers: Vec<u64> = release.split('.').take(8).filter_map(|n| n.parse().ok()).collect();
    if numbers.is_empty() {
        return format!(">={version}");
    }
    let at = position(&numbers).min(numbers.len() - 1);
    numbers.truncate(at + 1);
    if let Some(last) = numbers.last_mut() {
        *last = last.saturating_add(1);
    }
    let next: Vec<String> = numbers.iter().map(u64::to_string).collect();
    format!(">={version},<{}", next.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_mean_what_the_manual_says() {
        for (constraint, meant) in [
            ("^1.2.3", ">=1.2.3,<2"),
            ("^0.2.3", ">=0.2.3,<0.3"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^0", ">=0,<1"),
            ("~1.2.3", ">=1.2.3,<1.3"),
            ("~1", ">=1,<2"),
            ("~=1.4", "~=1.4"),
            ("1.2.*", "==1.2.*"),
            (">= 1.0, < 2", ">=1.0,<2"),
            (">=1.0 <2", ">=1.0,<2"),
            ("1.2.3", "==1.2.3"),
            ("=1.2.3", "==1.2.3"),
            ("*", ">=0"),
            ("", ""),
        ] {
            assert_eq!(alternative_meaning(constraint), meant, "{constraint}");
        }
    }
}
