//! The base score of CVSS v2.0 (guide §3.2.1), exactly.
//!
//! Every constant has at most three decimals, so the whole equation is one integer, in units of
//! 10^-16; it is rounded once, half up, to tenths.

use super::Cvss;

/// The units of one tenth.
const TENTH: i128 = 10_i128.pow(15);

pub(super) fn base(vector: &Cvss) -> u8 {
    let impact_left = |name| match vector.base(name) {
        "C" => 340,
        "P" => 725,
        _ => 1000,
    };
    // 1 - (1-C)(1-I)(1-A), in 10^-9.
    let lost = 1_000_000_000 - impact_left("C") * impact_left("I") * impact_left("A");
    if lost == 0 {
        return 0;
    }
    let vector_weight: i128 = match vector.base("AV") {
        "N" => 1000,
        "A" => 646,
        _ => 395,
    };
    let complexity: i128 = match vector.base("AC") {
        "L" => 71,
        "M" => 61,
        _ => 35,
    };
    let authentication: i128 = match vector.base("Au") {
        "N" => 704,
        "S" => 560,
        _ => 450,
    };
    // 0.6 × 10.41 × lost, and 0.4 × 20 × AV × AC × Au, and 1.5, all in 10^-13 (6.246 × 10^-9 has 12
    // decimals).
    let impact = 6_246 * lost * 10;
    let exploitability = 8 * vector_weight * complexity * authentication * 100_000;
    let sum = impact + exploitability - 15 * 10_i128.pow(12);
    // × 1.176 for an impact, in 10^-16.
    let score = sum * 1_176;
    let tenths = (score + TENTH / 2).div_euclid(TENTH);
    // At most 10.0 by the constants.
    tenths.clamp(0, 100) as u8
}
