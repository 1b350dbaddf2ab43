//! `vers:` ranges, as far as statements use them: whether one holds a version.
//!
//! The order of versions is the ecosystem's (`versions`); a range of another ecosystem than the
//! component's, or a version that cannot be ordered, holds nothing.

use std::cmp::Ordering;

use versions::Scheme;

/// Most constraints of one range.
const MOST: usize = 256;

/// Whether a listed version, or a range in `vers:` form, holds the version of a component of this
/// purl type.
pub(super) fn holds(kind: &str, listed: &str, version: &str) -> bool {
    match listed.strip_prefix("vers:") {
        None => listed == version,
        Some(range) => range
            .split_once('/')
            .is_some_and(|(scheme, range)| in_range(kind, scheme, range, version).unwrap_or(false)),
    }
}

fn in_range(kind: &str, named: &str, range: &str, version: &str) -> Option<bool> {
    let scheme = Scheme::of_purl_type(kind)?;
    // `semver` says how versions are ordered, not whose they are.
    let semver = named == "semver" && matches!(kind, "npm" | "cargo" | "golang");
    if Scheme::of_purl_type(named) != Some(scheme) && !semver {
        return None;
    }
    if range == "*" {
        return Some(true);
    }
    let mut bounds = Vec::new();
    for constraint in range.split('|').take(MOST + 1) {
        let at = constraint.find(|c| !matches!(c, '<' | '>' | '=' | '!')).unwrap_or(constraint.len());
        let (comparator, bound) = constraint.split_at(at);
        // A version with percent-encoding is rare enough not to be decoded here: it holds nothing.
        if bound.is_empty() || bound.contains('%') || bounds.len() == MOST {
            return None;
        }
        let order = scheme.compare(version, bound).ok()?;
        match (comparator, order) {
            ("" | "=", Ordering::Equal) => return Some(true),
            ("!=", Ordering::Equal) => return Some(false),
            ("" | "=" | "!=", _) => {}
            ("<" | "<=" | ">" | ">=", _) => bounds.push((comparator, bound, order)),
            _ => return None,
        }
    }
    // The specification wants them sorted; sorting again needs an order between bounds.
    let mut sorted = true;
    for pair in bounds.windows(2) {
        sorted &= scheme.compare(pair[0].1, pair[1].1).ok()? == Ordering::Less;
    }
    if !sorted {
        return None;
    }
    let satisfied = |(comparator, _, order): &(&str, &str, Ordering)| match *comparator {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    };
    let upper = |bound: &(&str, &str, Ordering)| bound.0.starts_with('<');
    let first = bounds.first().is_some_and(|bound| upper(bound) && satisfied(bound));
    let last = bounds.last().is_some_and(|bound| !upper(bound) && satisfied(bound));
    let between = bounds
        .windows(2)
        .any(|pair| !upper(&pair[0]) && upper(&pair[1]) && satisfied(&pair[0]) && satisfied(&pair[1]));
    Some(first || last || between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_the_components_own_ecosystem() {
        for (kind, listed, version, expected) in [
            ("npm", "1.2.3", "1.2.3", true),
            ("npm", "1.2.3", "1.2.4", false),
            ("npm", "vers:npm/*", "9", true),
            ("npm", "vers:npm/>=1.0.0|<=2.3.0", "1.9.0", true),
            ("npm", "vers:npm/>=1.0.0|<=2.3.0", "2.3.0", true),
            ("npm", "vers:npm/>=1.0.0|<2.3.0", "2.3.0", false),
            ("npm", "vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "0.1.0", true),
            ("npm", "vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "1.5.0", false),
            ("npm", "vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "2.5.0", true),
            ("npm", "vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "3.5.0", false),
            ("npm", "vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "4.5.0", true),
            ("npm", "vers:npm/>=1.0.0|!=1.5.0|<2.0.0", "1.5.0", false),
            ("npm", "vers:npm/1.0.0|>=3.0.0|<4.0.0", "1.0.0", true),
            ("cargo", "vers:semver/>=1.0.0|<2.0.0", "1.5.0", true),
            ("npm", "vers:pypi/>=1.0.0", "1.5.0", false),
            ("npm", "vers:generic/>=1.0.0", "1.5.0", false),
            ("npm", "vers:npm/>=2.0.0|<1.0.0", "1.5.0", false),
            ("npm", "vers:npm/>=1.0.0|", "1.5.0", false),
            ("npm", "vers:npm/~1.0.0", "1.0.0", false),
            ("npm", "vers:npm", "1.0.0", false),
        ] {
            assert_eq!(holds(kind, listed, version), expected, "{listed} {version}");
        }
    }
}
