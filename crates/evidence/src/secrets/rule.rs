//! A detection rule for secrets: one data file of `rules/secrets/`, its examples inside.
//!
//! Examples hold the mark `{+}` somewhere inside what would match; whoever reads them takes the
//! mark out first. With it in place neither this scanner nor another sees a secret in the rule
//! file, so that the repository which ships the rules raises no alarm about itself. All values in
//! examples were drawn by a random generator for the purpose and never opened anything.

use std::sync::OnceLock;

use domain::{Finding, FindingKind, Severity};
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

/// What splits an example, so that the rule file itself holds no secret-like text.
pub const MARK: &str = "{+}";

/// One rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Identifier, kebab-case, as findings show it.
    pub id: String,
    /// What was found, in words, e.g. `GitHub token`.
    pub name: String,
    /// What the secret opens, and how the rule knows it.
    pub description: String,
    /// How bad it is while it is live.
    pub severity: Severity,
    /// Lower-case words of which one stands in, or just before, every match: the pattern is tried
    /// only around them.
    pub keywords: Vec<String>,
    /// The pattern, ASCII, bytes; the group `secret` (or `secret2` to `secret4`, in
    /// other branches) is the value, else the whole match.
    pub regex: String,
    /// Whether a match may run over line ends.
    #[serde(default)]
    pub across_lines: bool,
    /// Bytes before a keyword in which a match may start.
    #[serde(default = "default_before")]
    pub before: usize,
    /// Bytes after a keyword in which a match may end.
    #[serde(default = "default_after")]
    pub after: usize,
    /// The least Shannon entropy of the value, in tenths of a bit a character.
    #[serde(default)]
    pub entropy_tenths: u32,
    /// What else must hold of the value.
    #[serde(default)]
    pub check: Check,
    /// Where this is given: so many bytes before the value one of the keywords stands.
    #[serde(default)]
    pub reach: usize,
    /// Lower-case words of which one stands within [`NEAR`] bytes of the match.
    #[serde(default)]
    pub near: Vec<String>,
    /// Lower-case words of which one, within [`BESIDE`] bytes behind the value, shows that the half
    /// without which it opens nothing is sealed or kept elsewhere.
    #[serde(default)]
    pub sealed: Vec<String>,
    /// Made to be handed to every browser: in a minified script it is no secret.
    #[serde(default)]
    pub browser: bool,
    /// Lower-case file names or endings (`.tfstate`) to which the rule is limited; empty is all.
    #[serde(default)]
    pub files: Vec<String>,
    /// Known by the name beside it rather than by its own form: placeholders, words, hashes,
    /// lockfiles and minified files are left out.
    #[serde(default)]
    pub guessed: bool,
    /// It may be a secret, no more: told as informational, and no reason to refuse.
    #[serde(default)]
    pub doubtful: bool,
    /// Who revokes it and how, one sentence, the first thing to do.
    pub revoke: String,
    /// The public document of the format.
    pub source: String,
    /// Texts in which the rule finds exactly one secret.
    #[serde(rename = "example")]
    pub examples: Vec<Example>,
    /// Texts in which it finds none.
    #[serde(rename = "counter_example")]
    pub counter_examples: Vec<Example>,
    #[serde(skip)]
    compiled: OnceLock<Result<Regex, String>>,
}

/// How far from a match the words of [`Rule::near`] may stand, in bytes.
pub const NEAR: usize = 256;

/// How far before and behind a value it is looked for what introduces or seals it, in bytes. What
/// stands this near to a change is read again with it, so this may not grow past `regions::REACH`.
pub const BESIDE: usize = 64;

/// A text to try a rule on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The text, with [`MARK`] in it.
    pub text: String,
    /// The path it is tried at; `src/settings.txt` where none is given.
    pub path: Option<String>,
    /// Why it is here.
    pub why: Option<String>,
}

/// What is checked of a value beyond its pattern. See [`super::verify`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Nothing.
    #[default]
    None,
    /// The last six characters are the CRC-32 of those between the first `_` and them, in base 62.
    Base62Crc32,
    /// Three base64url parts, the first two JSON objects, the first with `alg`, valid for more than a
    /// day when it was issued.
    Jwt,
    /// The base64 between the marks decodes to an ASN.1 sequence or an OpenSSH key.
    Pem,
    /// A JSON Web Key with a private part.
    Jwk,
    /// Base64 of `user:password`.
    Basic,
    /// Upper case, lower case and digits all occur.
    Mixed,
    /// A word of a person or machine that is not on the list of default passwords.
    Password,
    /// Of a shape that tokens have: a UUID, hexadecimal of a usual length, letters and digits drawn at
    /// random; with the entropy of its shape.
    Token,
    /// Random by the look of it: not words, not an identifier, not a UUID, a date or a version.
    Random,
}

impl Check {
    /// Whether what passes is what it claims to be, beyond doubt: no word in it and no path speaks
    /// against it.
    pub const fn proves(self) -> bool {
        matches!(self, Self::Base62Crc32)
    }
}

/// The rule set as shipped cannot be used: a mistake of the build, never of the input.
#[derive(Debug, thiserror::Error)]
pub enum BadRule {
    /// The file is no rule.
    #[error("rules/secrets/{file}: {why}")]
    Unreadable {
        /// File name.
        file: &'static str,
        /// What the TOML reader said.
        why: String,
    },
    /// The pattern does not compile.
    #[error("rule {id}: {why}")]
    Pattern {
        /// Rule id.
        id: String,
        /// What the compiler of patterns said.
        why: String,
    },
}

impl Rule {
    /// Reads a rule file.
    ///
    /// # Errors
    /// When it is no rule.
    pub fn read(file: &'static str, text: &str) -> Result<Self, BadRule> {
        toml::from_str(text).map_err(|e| BadRule::Unreadable { file, why: e.message().to_owned() })
    }

    /// The pattern, compiled when first needed: most scans need few of them.
    ///
    /// # Errors
    /// When it does not compile.
    pub fn pattern(&self) -> Result<&Regex, BadRule> {
        self.compiled
            .get_or_init(|| {
                RegexBuilder::new(&self.regex)
                    .unicode(false)
                    .size_limit(1 << 20)
                    .dfa_size_limit(4 << 20)
                    .build()
                    .map_err(|e| e.to_string())
            })
            .as_ref()
            .map_err(|why| BadRule::Pattern { id: self.id.clone(), why: why.clone() })
    }

    /// A finding of this rule, without its places.
    pub fn finding(&self, identity: &str) -> Finding {
        // As with what an allow-list of the repository's own doubts: in the list, and no longer refusing.
        let control = if self.doubtful { "disclosure" } else { "no-secret" };
        let title =
            if self.doubtful { format!("{} (may be a secret)", self.name) } else { self.name.clone() };
        let mut finding = Finding::new(FindingKind::Secret, &self.id, control, title, identity);
        finding.severity = Some(self.severity);
        finding
    }

    /// Whether the rule is tried on files of this (lower-case) name.
    pub fn takes(&self, lower_name: &str) -> bool {
        self.files.is_empty() || self.files.iter().any(|end| lower_name.ends_with(end.as_str()))
    }
}

impl Example {
    /// The text as it is tried, the mark taken out.
    pub fn whole(&self) -> String {
        self.text.replace(MARK, "")
    }
}

const fn default_before() -> usize {
    96
}

const fn default_after() -> usize {
    512
}
