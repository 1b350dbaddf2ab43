//! A sentence of a pack says "{count} components were …"; where the count is one, this puts its noun
//! and verb into the singular. English only, and only the words that follow the number: a sentence
//! it does not know stays as it was written.

/// Plural words after "1 …", and their singular.
const NOUNS: [(&str, &str); 10] = [
    ("components", "component"),
    ("dependencies", "dependency"),
    ("flaws", "flaw"),
    ("versions", "version"),
    ("manifests", "manifest"),
    ("secrets", "secret"),
    ("places", "place"),
    ("files", "file"),
    ("workflows", "workflow"),
    ("runtimes, images or tools", "runtime, image or tool"),
];

/// Verbs that may follow the noun directly, and their singular.
const VERBS: [(&str, &str); 12] = [
    ("were", "was"),
    ("have", "has"),
    ("are", "is"),
    ("run", "runs"),
    ("come", "comes"),
    ("do", "does"),
    ("stand", "stands"),
    ("name", "names"),
    ("hold", "holds"),
    ("check", "checks"),
    ("that ship are", "that ships is"),
    ("of the model have", "of the model has"),
];

/// The sentence with the count filled in, in the singular where the count is one.
pub fn fill(text: &str, count: u64, names: &str) -> String {
    let one = if count == 1 { singular(text) } else { None };
    policy::control::fill(one.as_deref().unwrap_or(text), count, names)
}

fn singular(text: &str) -> Option<String> {
    let at = text.find("{count} ")? + "{count} ".len();
    let (before, after) = text.split_at(at);
    // At most two words may stand between the number and its noun: "known", "open", "executable".
    let (noun_at, (plural, noun)) = NOUNS
        .iter()
        .filter_map(|pair| Some((after.find(pair.0)?, *pair)))
        .filter(|(found, _)| after[..*found].split_whitespace().count() <= 2)
        .min_by_key(|(found, _)| *found)?;
    let rest = after[noun_at + plural.len()..].trim_start();
    let verb = VERBS.iter().find(|(many, _)| rest.strip_prefix(many).is_some_and(|r| r.starts_with(' ')));
    let rest = match verb {
        Some((many, one)) => format!(" {one}{}", &rest[many.len()..]),
        None => after[noun_at + plural.len()..].to_owned(),
    };
    Some(format!("{before}{}{noun}{rest}", &after[..noun_at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_said_in_the_singular_and_more_are_not() {
        let text = "{count} components were not looked up: {names}.";
        assert_eq!(fill(text, 1, "a"), "1 component was not looked up: a.");
        assert_eq!(fill(text, 2, "a, b"), "2 components were not looked up: a, b.");
        assert_eq!(fill("{count} known flaws are open: {names}.", 1, "x"), "1 known flaw is open: x.");
        assert_eq!(
            fill("The licence of {count} components is not known: {names}.", 1, "x"),
            "The licence of 1 component is not known: x."
        );
        assert_eq!(fill("Nobody answers for {names}.", 1, "it"), "Nobody answers for it.");
    }
}
