//! Requirements, each with a version that it may or may not admit.

use versions::Scheme;

use super::Dice;

fn small(dice: &mut Dice) -> String {
    if dice.percent(3) { "99999999999999999999".to_owned() } else { dice.below(4).to_string() }
}

fn release(dice: &mut Dice, numbers: u64) -> String {
    (0..numbers).map(|_| small(dice)).collect::<Vec<_>>().join(".")
}

fn prerelease(scheme: Scheme, dice: &mut Dice) -> String {
    let number = dice.below(3);
    match scheme {
        Scheme::Pep440 => {
            let word = dice.one(&["a", "b", "rc", ".post", ".dev", "rc1.dev", "+local.", "a1.post"]);
            format!("{word}{number}")
        }
        Scheme::Gem => format!(".{}{number}", dice.one(&["a", "rc", "pre."])),
        Scheme::Composer => format!("{}{number}", dice.one(&["-alpha", "-beta", "-RC", "-patch"])),
        Scheme::Maven => format!("{}{number}", dice.one(&["-alpha-", "-rc", "-SNAPSHOT", "-sp", "-x"])),
        _ => format!("-{}.{number}", dice.one(&["alpha", "beta", "rc"])),
    }
}

fn version(scheme: Scheme, dice: &mut Dice) -> String {
    let numbers = match scheme {
        Scheme::Npm | Scheme::Semver => 3,
        _ => 1 + dice.below(4),
    };
    let mut text = release(dice, numbers);
    if dice.percent(25) {
        text += &prerelease(scheme, dice);
    }
    text
}

/// A version as a requirement may name it: parts missing or open.
fn partial(scheme: Scheme, dice: &mut Dice) -> String {
    let full = match scheme {
        Scheme::Npm | Scheme::Semver => 3,
        _ => 4,
    };
    let numbers = 1 + dice.below(full);
    let mut text = release(dice, numbers);
    if numbers >= 3 && dice.percent(25) {
        text += &prerelease(scheme, dice);
    }
    text
}

fn npm(dice: &mut Dice) -> String {
    let one = |dice: &mut Dice| {
        let version = partial(Scheme::Npm, dice);
        let version = match dice.below(12) {
            0 => format!("{}.x", release(dice, 2)),
            1 => format!("{}.*", release(dice, 1)),
            2 => "*".to_owned(),
            3 => format!("v{version}"),
            _ => version,
        };
        let blank = if dice.percent(10) { " " } else { "" };
        format!("{}{blank}{version}", dice.one(&["", "^", "~", ">=", "<=", ">", "<", "=", "^", "~>"]))
    };
    let mut alternatives = Vec::new();
    for _ in 0..=dice.below(2) {
        alternatives.push(match dice.below(10) {
            0 => format!("{} - {}", partial(Scheme::Npm, dice), partial(Scheme::Npm, dice)),
            1..4 => format!("{} {}", one(dice), one(dice)),
            _ => one(dice),
        });
    }
    alternatives.join(" || ")
}

fn cargo(dice: &mut Dice) -> String {
    let mut parts = Vec::new();
    for _ in 0..=dice.below(2) {
        let version = partial(Scheme::Semver, dice);
        parts.push(match dice.below(10) {
            0 => format!("{}.*", release(dice, 2)),
            1 => format!("{}.*", release(dice, 1)),
            _ => format!("{}{version}", dice.one(&["", "^", "~", ">=", "<=", ">", "<", "=", "= "])),
        });
    }
    parts.join(", ")
}

fn pip(dice: &mut Dice) -> String {
    let mut parts = Vec::new();
    for _ in 0..=dice.below(2) {
        let version = partial(Scheme::Pep440, dice);
        parts.push(match dice.below(10) {
            0 => format!("=={}.*", release(dice, 2)),
            1 => format!("!={}.*", release(dice, 1)),
            _ => format!("{}{version}", dice.one(&["==", "~=", ">=", "<=", ">", "<", "!=", ">= ", "==="])),
        });
    }
    parts.join(",")
}

fn gem(dice: &mut Dice) -> String {
    let mut parts = Vec::new();
    for _ in 0..=dice.below(2) {
        let version = partial(Scheme::Gem, dice);
        parts.push(format!(
            "{}{version}",
            dice.one(&["~> ", "~> ", ">= ", "<= ", "> ", "< ", "= ", "!= ", ""])
        ));
    }
    parts.join(", ")
}

fn composer(dice: &mut Dice) -> String {
    let one = |dice: &mut Dice| {
        let version = partial(Scheme::Composer, dice);
        match dice.below(14) {
            0 => format!("{}.*", release(dice, 2)),
            1 => format!("{}.x", release(dice, 1)),
            2 => "*".to_owned(),
            3 => format!("{version}@beta"),
            4 => format!(">={version}@dev"),
            _ => {
                format!("{}{version}", dice.one(&["", "^", "~", ">=", "<=", ">", "<", "=", "!=", "^", "> "]))
            }
        }
    };
    let mut alternatives = Vec::new();
    for _ in 0..=dice.below(2) {
        alternatives.push(match dice.below(10) {
            0 => format!("{} - {}", partial(Scheme::Composer, dice), partial(Scheme::Composer, dice)),
            1 => format!("{} {}", one(dice), one(dice)),
            2 | 3 => format!("{},{}", one(dice), one(dice)),
            _ => one(dice),
        });
    }
    alternatives.join(dice.one(&[" || ", "|", " | "]))
}

fn maven(dice: &mut Dice) -> String {
    let mut parts = Vec::new();
    // Maven wants its intervals in order, so they stand a hundred apart.
    for place in 0..=dice.below(2) {
        let at = |dice: &mut Dice, up: u64| {
            let mut text = format!("{}", place * 100 + up + dice.below(2));
            if dice.percent(50) {
                text += &format!(".{}", dice.below(3));
            }
            if dice.percent(20) {
                text += &prerelease(Scheme::Maven, dice);
            }
            text
        };
        let (low, high) = (at(dice, 0), at(dice, 2));
        parts.push(match dice.below(6) {
            0 => format!("[{low}]"),
            1 if place == 0 => format!("(,{high}]"),
            2 => format!("({low},{high})"),
            3 => format!("[{low}, {high}]"),
            _ => format!("[{low},{high})"),
        });
    }
    parts.join(",")
}

/// So many requirements, each with a version.
pub(crate) fn questions(scheme: Scheme, count: usize) -> Vec<(String, String)> {
    questions_from(scheme, count, 0x5eed ^ ((scheme as u64) << 32))
}

/// So many requirements from a seed.
pub(crate) fn questions_from(scheme: Scheme, count: usize, seed: u64) -> Vec<(String, String)> {
    let mut dice = Dice::new(seed);
    (0..count)
        .map(|_| {
            let requirement = match scheme {
                Scheme::Npm => npm(&mut dice),
                Scheme::Semver => cargo(&mut dice),
                Scheme::Pep440 => pip(&mut dice),
                Scheme::Gem => gem(&mut dice),
                Scheme::Composer => composer(&mut dice),
                _ => maven(&mut dice),
            };
            (requirement, version(scheme, &mut dice))
        })
        .collect()
}
