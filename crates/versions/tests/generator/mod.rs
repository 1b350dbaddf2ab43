//! Pairs of versions, and requirements with versions, made from a fixed seed: the same on every
//! machine and every day.
//!
//! A third of the pairs share everything up to the second separator; the rest are equal texts,
//! respellings, releases against their pre-releases, and strangers. Numbers are mostly small, so that
//! ties are common, sometimes with leading zeros, sometimes beyond any machine word. A few texts are
//! no versions at all.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod requirements;

use versions::Scheme;

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }
    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, times: u64) -> bool {
        self.below(100) < times
    }
    pub(crate) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }
}

/// A number: mostly tiny, sometimes of two digits, of a date, or beyond 64 bits.
pub(crate) fn number(dice: &mut Dice) -> String {
    match dice.below(100) {
        0..70 => dice.below(4).to_string(),
        70..90 => dice.below(30).to_string(),
        90..95 => format!("{}", 20_200_000 + dice.below(90_000)),
        _ => {
            let mut text = format!("{}", 1 + dice.below(2));
            for _ in 0..(18 + dice.below(4)) {
                text.push_str(dice.one(&["0", "0", "9"]));
            }
            text
        }
    }
}

/// A number that may have leading zeros.
fn padded(dice: &mut Dice) -> String {
    let zeros = if dice.percent(8) { dice.one(&["0", "00"]) } else { "" };
    format!("{zeros}{}", number(dice))
}

fn identifiers(dice: &mut Dice, words: &[&str]) -> String {
    let mut parts = Vec::new();
    for _ in 0..=dice.below(3) {
        parts.push(if dice.percent(50) { number(dice) } else { dice.one(words).to_owned() });
    }
    parts.join(".")
}

const WORDS: [&str; 14] =
    ["alpha", "beta", "rc", "a", "b", "A", "Beta", "RC", "x-y", "-", "0a", "pre", "dev", "rc1"];

fn semver_tail(dice: &mut Dice) -> String {
    let mut text = format!(".{}", number(dice));
    if dice.percent(55) {
        text += &format!("-{}", identifiers(dice, &WORDS));
    }
    if dice.percent(15) {
        text += &format!("+{}", identifiers(dice, &WORDS));
    }
    text
}

/// What comes before the third part: an epoch or prefix and two numbers.
fn head(scheme: Scheme, dice: &mut Dice) -> String {
    let prefix = match scheme {
        Scheme::Go => "v",
        Scheme::Npm if dice.percent(6) => dice.one(&["v", "=", "=v", " "]),
        Scheme::Pep440 if dice.percent(8) => dice.one(&["v", "1!", "0!", "V", "2!"]),
        Scheme::Composer if dice.percent(5) => "v",
        Scheme::Debian | Scheme::Rpm if dice.percent(12) => dice.one(&["0:", "1:", "2:", "01:"]),
        _ => "",
    };
    let zeros = !matches!(
        scheme,
        Scheme::Semver | Scheme::SemverBuild | Scheme::Npm | Scheme::Go | Scheme::Pvp | Scheme::Composer
    );
    let digits = |dice: &mut Dice| if zeros { padded(dice) } else { number(dice) };
    let first = if scheme == Scheme::Composer { dice.below(12).to_string() } else { digits(dice) };
    format!("{prefix}{first}.{}", digits(dice))
}

/// What comes after the second number.
fn tail(scheme: Scheme, dice: &mut Dice) -> String {
    let mut text = String::new();
    let many = |dice: &mut Dice, most: u64, separators: &[&str]| {
        let mut text = String::new();
        for _ in 0..dice.below(most + 1) {
            text += dice.one(separators);
            text += &padded(dice);
        }
        text
    };
    match scheme {
        Scheme::Semver | Scheme::SemverBuild | Scheme::Npm => return semver_tail(dice),
        Scheme::Go => {
            return match dice.below(10) {
                0..6 => semver_tail(dice),
                6 => format!(".0-{}-abcdef{}", 20_200_101_000_000 + dice.below(9), 100_000 + dice.below(9)),
                7 => format!(".1-0.{}-abcdef123456", 20_200_101_000_000 + dice.below(9)),
                8 => format!(".0-rc.1.0.{}-0123456789ab", 20_200_101_000_000 + dice.below(9)),
                _ => format!(".{}+incompatible", number(dice)),
            };
        }
        Scheme::Pep440 => {
            text += &many(dice, 2, &["."]);
            if dice.percent(40) {
                text += dice.one(&["", ".", "-", "_"]);
                text += dice.one(&["a", "b", "rc", "c", "alpha", "beta", "pre", "preview", "RC", "A"]);
                text += dice.one(&["", "", ".", "-", "_"]);
                if dice.percent(80) {
                    text += &padded(dice);
                }
            }
            if dice.percent(20) {
                text += dice.one(&[".post", "-post", "post", ".r", "-", "_rev", ".POST"]);
                text += &padded(dice);
            }
            if dice.percent(20) {
                text += dice.one(&[".dev", "dev", "-dev", "_DEV"]);
                text += &padded(dice);
            }
            if dice.percent(15) {
                text += "+";
                text += &identifiers(dice, &["abc", "ABC", "ubuntu", "1a", "a1"]);
            }
        }
        Scheme::Gem => {
            text += &many(dice, 2, &["."]);
            if dice.percent(50) {
                text += dice.one(&[".", ".", "-", ".pre.", ".0."]);
                text += dice.one(&["a", "b", "rc", "pre", "alpha", "beta1", "RC2", "x", "rc1a2"]);
                text += &many(dice, 2, &[".", "-", ""]);
            }
        }
        Scheme::Nuget => {
            text += &many(dice, 2, &["."]);
            if dice.percent(45) {
                text += "-";
                text += &identifiers(dice, &["alpha", "ALPHA", "beta", "Beta", "rc", "rc-1", "preview"]);
            }
            if dice.percent(15) {
                text += &format!("+{}", dice.below(3));
            }
        }
        Scheme::Maven => {
            for _ in 0..dice.below(5) {
                text += dice.one(&[".", "-", ".", "-", "", "_"]);
                text += &if dice.percent(50) {
                    padded(dice)
                } else {
                    dice.one(&[
                        "alpha",
                        "beta",
                        "milestone",
                        "rc",
                        "cr",
                        "snapshot",
                        "SNAPSHOT",
                        "ga",
                        "final",
                        "Final",
                        "release",
                        "RELEASE",
                        "sp",
                        "a",
                        "b",
                        "m",
                        "M",
                        "x",
                        "jre",
                        "android",
                        "RC",
                        "GA",
                        "0",
                        "0",
                        "+x",
                        "",
                    ])
                    .to_owned()
                };
            }
        }
        Scheme::Composer => {
            text += &many(dice, 2, &["."]);
            if dice.percent(55) {
                text += dice.one(&["-", "-", "", ".", "_"]);
                text +=
                    dice.one(&["alpha", "beta", "RC", "rc", "a", "b", "p", "pl", "patch", "stable", "Beta"]);
                if dice.percent(60) {
                    text += dice.one(&["", ".", "-"]);
                    text += &number(dice);
                }
            }
            if dice.percent(12) {
                text += dice.one(&["-dev", ".x-dev", "dev", "-DEV", ".dev"]);
            }
            if dice.percent(6) {
                text += dice.one(&["+meta", "+1.2", "@beta", "#ref"]);
            }
        }
        Scheme::Debian | Scheme::Rpm => {
            let signs: &[&str] =
                if scheme == Scheme::Debian { &[".", "+", "~", ""] } else { &[".", "+", "~", "^", "_", ""] };
            for _ in 0..dice.below(4) {
                text += dice.one(signs);
                text += &if dice.percent(55) {
                    padded(dice)
                } else {
                    dice.one(&["rc", "beta", "git", "a", "b", "A", "ds", "dfsg", "Z", ""]).to_owned()
                };
            }
            if dice.percent(60) {
                text += "-";
                text += &padded(dice);
                text +=
                    dice.one(&["", "", "ubuntu1", "+deb12u1", "~bpo11", ".el8", ".fc40", ".1", "+b1", "~"]);
            }
        }
        Scheme::Apk => {
            text += &many(dice, 2, &["."]);
            if dice.percent(20) {
                text += dice.one(&["a", "b", "z"]);
            }
            for _ in 0..dice.below(3) {
                text += dice.one(&["_alpha", "_beta", "_pre", "_rc", "_cvs", "_svn", "_git", "_hg", "_p"]);
                if dice.percent(60) {
                    text += &padded(dice);
                }
            }
            if dice.percent(10) {
                text += dice.one(&["~abc", "~0123"]);
            }
            if dice.percent(60) {
                text += &format!("-r{}", dice.below(4));
            }
        }
        Scheme::Cran => text += &many(dice, 3, &[".", "-"]),
        Scheme::Pvp => {
            for _ in 0..dice.below(4) {
                text += &format!(".{}", number(dice));
            }
        }
    }
    text
}

/// A version of the scheme, or (rarely) a text that is none.
pub(crate) fn version(scheme: Scheme, dice: &mut Dice) -> String {
    let text = head(scheme, dice) + &tail(scheme, dice);
    if dice.percent(2) { spoilt(&text, dice) } else { text }
}

fn spoilt(text: &str, dice: &mut Dice) -> String {
    match dice.below(6) {
        0 => format!("{text}."),
        1 => format!("{text}--"),
        2 => text.replacen('.', "..", 1),
        3 => format!("x{text}"),
        4 => format!("{text}+"),
        _ => text.replacen('.', " ", 1),
    }
}

/// The same version spelt otherwise, as far as a scheme has ways to.
fn respelt(scheme: Scheme, text: &str, dice: &mut Dice) -> String {
    match scheme {
        Scheme::Pep440 => match dice.below(3) {
            0 => text.to_uppercase(),
            1 => text.replace("rc", "c"),
            _ => text.replace('-', "_"),
        },
        Scheme::Gem | Scheme::Maven => format!("{text}.0"),
        Scheme::Nuget => text.to_uppercase(),
        Scheme::Debian if !text.contains('-') => format!("{text}-0"),
        Scheme::Cran => text.replace('-', "."),
        Scheme::Semver | Scheme::SemverBuild | Scheme::Npm | Scheme::Go if !text.contains('+') => {
            format!("{text}+build.{}", dice.below(3))
        }
        Scheme::Composer if !text.contains('+') => format!("v{text}"),
        _ => text.to_owned(),
    }
}

/// So many pairs.
pub(crate) fn pairs(scheme: Scheme, count: usize) -> Vec<(String, String)> {
    let mut dice = Dice::new(0x00f0_4d5a ^ ((scheme as u64) << 32));
    (0..count)
        .map(|place| {
            let (a, b) = match place % 6 {
                0 | 1 => {
                    let head = head(scheme, &mut dice);
                    (
                        format!("{head}{}", tail(scheme, &mut dice)),
                        format!("{head}{}", tail(scheme, &mut dice)),
                    )
                }
                2 => {
                    let a = version(scheme, &mut dice);
                    let b = if dice.percent(40) { a.clone() } else { respelt(scheme, &a, &mut dice) };
                    (a, b)
                }
                3 => {
                    let head = head(scheme, &mut dice);
                    let release = match scheme {
                        Scheme::Semver | Scheme::SemverBuild | Scheme::Npm | Scheme::Go => ".0",
                        _ => "",
                    };
                    (format!("{head}{release}"), format!("{head}{}", tail(scheme, &mut dice)))
                }
                _ => (version(scheme, &mut dice), version(scheme, &mut dice)),
            };
            if dice.percent(50) { (a, b) } else { (b, a) }
        })
        .collect()
}
