//! MSBuild conditions, as far as a tree can decide them.
//!
//! Comparisons of text with `==` and `!=`, `Exists(…)`, `true`, `false`, `!`, `and`, `or`, and
//! parentheses. Everything else, and everything that hangs on a property the tree does not define,
//! is undecided.

/// Longest condition looked at, in bytes.
const LONGEST: usize = 4096;
/// Deepest nesting.
const DEEPEST: usize = 16;

/// Whether a condition holds; `None` where the tree cannot tell. `expand` gives every value a text
/// may have, or `None` when a property in it is unknown; `exists` asks for a path.
pub(super) fn holds(
    condition: &str,
    expand: &dyn Fn(&str) -> Option<Vec<String>>,
    exists: &dyn Fn(&str) -> Option<bool>,
) -> Option<bool> {
    if condition.len() > LONGEST {
        return None;
    }
    either(condition, expand, exists, 0)
}

type Expand<'a> = &'a dyn Fn(&str) -> Option<Vec<String>>;
type Exists<'a> = &'a dyn Fn(&str) -> Option<bool>;

fn either(text: &str, expand: Expand<'_>, exists: Exists<'_>, depth: usize) -> Option<bool> {
    if depth > DEEPEST {
        return None;
    }
    let text = text.trim();
    if let Some((left, right)) = split_word(text, "or") {
        return match (either(left, expand, exists, depth + 1), either(right, expand, exists, depth + 1)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        };
    }
    if let Some((left, right)) = split_word(text, "and") {
        return match (either(left, expand, exists, depth + 1), either(right, expand, exists, depth + 1)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
    }
    if let Some(inside) = enclosed(text) {
        return either(inside, expand, exists, depth + 1);
    }
    if let Some(rest) = text.strip_prefix('!').filter(|r| !r.starts_with('=')) {
        return either(rest, expand, exists, depth + 1).map(|holds| !holds);
    }
    if text.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("exists")) {
        let inside = enclosed(text.get(6..)?.trim())?;
        let paths = expand(unquoted(inside))?;
        return if paths.len() == 1 { exists(paths.first()?) } else { None };
    }
    for (operator, equal) in [("==", true), ("!=", false)] {
        if let Some((left, right)) = text.split_once(operator) {
            return compare(unquoted(left), unquoted(right), expand).map(|same| same == equal);
        }
    }
    match &expand(unquoted(text))?[..] {
        [only] if only.eq_ignore_ascii_case("true") => Some(true),
        [only] if only.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn compare(left: &str, right: &str, expand: Expand<'_>) -> Option<bool> {
    // `'$(X)' == ''` is how a default is set: a property the tree does not define is taken as empty.
    if left.is_empty() || right.is_empty() {
        let other = if left.is_empty() { right } else { left };
        return match expand(other) {
            Some(values) => same(&values, &[String::new()]),
            None => Some(true),
        };
    }
    same(&expand(left)?, &expand(right)?)
}

/// Whether all values agree, or all disagree.
fn same(left: &[String], right: &[String]) -> Option<bool> {
    let mut answers = left.iter().flat_map(|l| right.iter().map(move |r| l.eq_ignore_ascii_case(r)));
    let first = answers.next()?;
    answers.all(|a| a == first).then_some(first)
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).unwrap_or(text).trim()
}

/// The inside of parentheses that enclose the whole text.
fn enclosed(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut level = 0i32;
    let mut quoted = false;
    for c in inside.chars() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => level += 1,
            ')' if !quoted => level -= 1,
            _ => {}
        }
        if level < 0 {
            return None;
        }
    }
    Some(inside)
}

/// Splits at a word outside quotes and parentheses.
fn split_word<'t>(text: &'t str, word: &str) -> Option<(&'t str, &'t str)> {
    let (mut quoted, mut level) = (false, 0usize);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => level += 1,
            ')' if !quoted => level = level.saturating_sub(1),
            _ => {}
        }
        let before = text.get(..at).and_then(|b| b.chars().next_back());
        if quoted || level > 0 || !before.is_some_and(|c| c.is_whitespace() || c == '\'' || c == ')') {
            continue;
        }
        let Some(found) = text.get(at..at + word.len()).filter(|w| w.eq_ignore_ascii_case(word)) else {
            continue;
        };
        let rest = text.get(at + found.len()..)?;
        if rest.starts_with(|c: char| c.is_whitespace() || c == '\'' || c == '(') {
            return Some((text.get(..at)?, rest));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decides_what_it_can() {
        let expand = |text: &str| match text {
            t if t.contains("$(A)") => Some(vec![t.replace("$(A)", "x")]),
            t if t.contains("$(Two)") => Some(vec!["x".into(), "y".into()]),
            t if t.contains("$(") => None,
            t => Some(vec![t.to_owned()]),
        };
        let exists = |path: &str| Some(path == "here");
        for (condition, expected) in [
            ("'$(A)' == 'X'", Some(true)),
            ("'$(A)'!='x'", Some(false)),
            ("'$(U)' == 'x'", None),
            ("'$(U)' == ''", Some(true)),
            ("'$(A)' == ''", Some(false)),
            ("'$(Two)' == 'x'", None),
            ("'$(Two)' == 'z'", Some(false)),
            ("'$(U)' == 'x' and '$(A)' == 'y'", Some(false)),
            ("'$(U)' == 'x' Or '$(A)' == 'x'", Some(true)),
            ("('$(A)' == 'x') and !Exists('there')", Some(true)),
            ("exists('here')", Some(true)),
            ("$([MSBuild]::IsOSPlatform('OSX'))", None),
            ("true", Some(true)),
            ("", None),
        ] {
            assert_eq!(holds(condition, &expand, &exists), expected, "{condition}");
        }
        assert_eq!(holds(&"(".repeat(4000), &expand, &exists), None);
    }
}
