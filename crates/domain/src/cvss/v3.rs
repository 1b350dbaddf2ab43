//! The base score of CVSS v3.0 and v3.1 (specification §7.1 and §8.1), in fixed-point integers.
//!
//! Units are 10^-18. All terms are exact but one: the fifteenth power for a changed scope, which is
//! kept to 17 decimals. The specification's Roundup (v3.1 Appendix A) looks at five. A test shows
//! that no vector comes closer than 10^-9 to an edge where the two could differ.
//!
//! v3.0 defines Roundup as the smallest tenth not below the value; v3.1 first rounds to five
//! decimals, to get rid of what floating point adds. On exact values the two differ for no vector,
//! and the one of v3.1 is used for both; the test shows that too.

use super::Cvss;

/// One, in the units used.
const ONE: i128 = 10_i128.pow(18);

pub(super) fn base(vector: &Cvss) -> u8 {
    roundup(exact(vector))
}

/// The value before rounding, in 10^-18.
fn exact(vector: &Cvss) -> i128 {
    let impact_left = |name| match vector.base(name) {
        "H" => 44,
        "L" => 78,
        _ => 100,
    };
    // 1 - (1-C)(1-I)(1-A), in 10^-6.
    let lost: i128 = 1_000_000 - impact_left("C") * impact_left("I") * impact_left("A");
    if lost == 0 {
        return 0;
    }
    let changed = vector.is("S", "C");
    let impact = if changed {
        // 7.52 × (lost - 0.029) - 3.25 × (lost - 0.02)^15
        752 * (lost - 29_000) * 10_i128.pow(10) - 325 * fifteenth(lost - 20_000) / 100
    } else {
        642 * lost * 10_i128.pow(10)
    };
    let attack_vector: i128 = match vector.base("AV") {
        "N" => 85,
        "A" => 62,
        "L" => 55,
        _ => 20,
    };
    let complexity: i128 = if vector.is("AC", "L") { 77 } else { 44 };
    let privileges: i128 = match (vector.base("PR"), changed) {
        ("N", _) => 85,
        ("L", true) => 68,
        ("L", false) => 62,
        (_, true) => 50,
        (_, false) => 27,
    };
    let interaction: i128 = if vector.is("UI", "N") { 85 } else { 62 };
    // 8.22 × AV × AC × PR × UI has ten decimals.
    let exploitability = 822 * attack_vector * complexity * privileges * interaction * 10_i128.pow(8);
    let sum = impact + exploitability;
    (if changed { sum * 108 / 100 } else { sum }).min(10 * ONE)
}

/// The fifteenth power of a number given in 10^-6, in 10^-18.
fn fifteenth(millionths: i128) -> i128 {
    let third = millionths.pow(3);
    let sixth = third * third / ONE;
    let twelfth = sixth * sixth / ONE;
    twelfth * third / ONE
}

/// Appendix A of v3.1: to five decimals, half up, then up to the next tenth.
fn roundup(value: i128) -> u8 {
    let unit = ONE / 100_000;
    let five = (value + unit / 2).div_euclid(unit);
    // At most 100, as the value is at most 10.
    five.div_euclid(10_000).saturating_add(i128::from(five.rem_euclid(10_000) != 0)).clamp(0, 100) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_vector_comes_near_an_edge_of_rounding() {
        let half = ONE / 200_000;
        let mut seen = 0;
        for vector in all() {
            let value = exact(&vector);
            // The edges of the five decimals lie at odd multiples of half a unit.
            let from_edge = (value.rem_euclid(2 * half) - half).abs();
            assert!(from_edge > 10_i128.pow(9), "{vector}: {value}");
            // v3.0's own definition, on the exact value.
            let plain = value.div_euclid(ONE / 10) + i128::from(value.rem_euclid(ONE / 10) != 0);
            assert_eq!(plain, i128::from(roundup(value)), "{vector}");
            seen += 1;
        }
        assert_eq!(seen, 2592);
    }

    fn all() -> impl Iterator<Item = Cvss> {
        let mut out = vec!["CVSS:3.1".to_owned()];
        for (name, values) in [
            ("AV", "NALP"),
            ("AC", "LH"),
            ("PR", "NLH"),
            ("UI", "NR"),
            ("S", "UC"),
            ("C", "NLH"),
            ("I", "NLH"),
            ("A", "NLH"),
        ] {
            out = out
                .iter()
                .flat_map(|head| values.chars().map(move |v| format!("{head}/{name}:{v}")))
                .collect();
        }
        out.into_iter().map(|text| text.parse().unwrap())
    }
}
