//! What a manifest asks for: which versions a requirement admits, the lowest of them, and whether
//! it is only one.
//!
//! Each ecosystem's language is one file that reads the text into a [`Requirement`]: alternatives
//! of clauses, each a comparison with one version, all shorthand (`^`, `~>`, `1.x`) already written
//! out. The evaluation stands here. A scheme without a language of its own below answers `None` and
//! undetermined.

mod cargo;
mod composer;
mod gem;
mod go;
mod maven;
mod npm;
mod nuget;
mod pep440;

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::{Scheme, Undetermined};

/// The longest text that is read as a requirement, in bytes.
const LONGEST: usize = 4096;

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Less,
    LessOrEqual,
    Equal,
    Unequal,
    GreaterOrEqual,
    Greater,
}

/// What a clause compares beyond plain order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// Plainly.
    Plain,
    /// The bound was written out from shorthand by adding what keeps pre-releases in; its own text
    /// (without `-dev`) is what the manifest asks for.
    WithDev,
    /// The candidate without its pre-release part (RubyGems' `~>`).
    Release,
    /// By PEP 440's own rule for the operator.
    Pep440,
    /// PEP 440: only the numbers written count (`==1.2.*`).
    Prefix,
    /// PEP 440: equal as text (`===`).
    Text,
    /// NuGet: releases alone.
    ReleasesOnly,
}

/// One comparison with one version.
#[derive(Clone, Debug)]
struct Clause<'r> {
    op: Op,
    how: How,
    version: Cow<'r, str>,
}

/// A requirement: it admits a version that all clauses of any alternative admit.
#[derive(Clone, Debug, Default)]
struct Requirement<'r> {
    alternatives: Vec<Vec<Clause<'r>>>,
    /// A pre-release is admitted only beside a clause that names a pre-release of the same numbers
    /// (npm, Cargo).
    only_named_prereleases: bool,
}

fn clause<'r>(op: Op, version: impl Into<Cow<'r, str>>) -> Clause<'r> {
    Clause { op, how: How::Plain, version: version.into() }
}

/// Reads a requirement of the scheme's language.
fn read(scheme: Scheme, text: &str) -> Option<Requirement<'_>> {
    if text.len() > LONGEST {
        return None;
    }
    let text = text.trim();
    let requirement = match scheme {
        Scheme::Semver => cargo::read(text),
        Scheme::Npm => npm::read(text),
        Scheme::Pep440 => pep440::read(text),
        Scheme::Go => go::read(text),
        Scheme::Gem => gem::read(text),
        Scheme::Nuget => nuget::read(text),
        Scheme::Maven => maven::read(text),
        Scheme::Composer => composer::read(text),
        Scheme::SemverBuild | Scheme::Debian | Scheme::Rpm | Scheme::Apk | Scheme::Cran | Scheme::Pvp => None,
    }?;
    let readable = |c: &Clause<'_>| c.how == How::Text || scheme.reads(&c.version);
    requirement.alternatives.iter().flatten().all(readable).then_some(requirement)
}

impl Clause<'_> {
    fn admits(&self, scheme: Scheme, version: &str) -> Result<bool, Undetermined> {
        let order = match self.how {
            How::Plain | How::WithDev => {
                match scheme.compare(version, &self.version) {
                    Ok(order) => order,
                    // Composer: a named branch is equal to itself and to nothing else.
                    Err(_) if scheme == Scheme::Composer && scheme.reads(version) => {
                        return Ok(self.op == Op::Unequal);
                    }
                    Err(undetermined) => return Err(undetermined),
                }
            }
            How::ReleasesOnly if scheme.is_prerelease(version) => return Ok(false),
            How::ReleasesOnly => scheme.compare(version, &self.version)?,
            How::Release => scheme.compare(gem::release(version), &self.version)?,
            How::Pep440 | How::Prefix => return pep440::admits(self, version),
            How::Text => return Ok(version.trim().eq_ignore_ascii_case(&self.version)),
        };
        Ok(match self.op {
            Op::Less => order == Ordering::Less,
            Op::LessOrEqual => order != Ordering::Greater,
            Op::Equal => order == Ordering::Equal,
            Op::Unequal => order != Ordering::Equal,
            Op::GreaterOrEqual => order != Ordering::Less,
            Op::Greater => order == Ordering::Greater,
        })
    }

    /// The lowest version that this clause alone admits: the outer `None` for a clause without a
    /// lower end, the inner where that end is shut out and nothing says what follows it.
    fn lower_end(&self, scheme: Scheme) -> Option<Option<String>> {
        match (self.op, self.how) {
            (Op::Equal | Op::GreaterOrEqual, How::WithDev) => {
                Some(Some(self.version.strip_suffix("-dev").unwrap_or(&self.version).to_owned()))
            }
            (Op::Equal | Op::GreaterOrEqual, _) => Some(Some(self.version.clone().into_owned())),
            (Op::Greater, _) => Some(match scheme {
                Scheme::Npm | Scheme::Semver => npm::after(&self.version),
                _ => None,
            }),
            (Op::Less | Op::LessOrEqual | Op::Unequal, _) => None,
        }
    }
}

fn admits(
    requirement: &Requirement<'_>,
    clauses: &[Clause<'_>],
    scheme: Scheme,
    version: &str,
) -> Result<bool, Undetermined> {
    for clause in clauses {
        if !clause.admits(scheme, version)? {
            return Ok(false);
        }
    }
    Ok(!requirement.only_named_prereleases
        || !scheme.is_prerelease(version)
        || clauses.iter().any(|clause| {
            scheme.is_prerelease(&clause.version) && npm::same_numbers(&clause.version, version)
        }))
}

/// See [`Scheme::satisfies`].
pub(crate) fn satisfies(scheme: Scheme, text: &str, version: &str) -> Result<bool, Undetermined> {
    let requirement = read(scheme, text).ok_or_else(|| Undetermined::new(scheme, text))?;
    let is_by_text = || requirement.alternatives.iter().flatten().any(|clause| clause.how == How::Text);
    if !scheme.reads(version) && !is_by_text() {
        return Err(Undetermined::new(scheme, version));
    }
    for clauses in &requirement.alternatives {
        if admits(&requirement, clauses, scheme, version)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// See [`Scheme::lowest`].
pub(crate) fn lowest(scheme: Scheme, text: &str) -> Option<String> {
    let requirement = read(scheme, text)?;
    let mut lowest: Option<String> = None;
    for clauses in &requirement.alternatives {
        let mut highest_end: Option<String> = None;
        for clause in clauses {
            let Some(end) = clause.lower_end(scheme) else { continue };
            let end = end?;
            let is_higher = match &highest_end {
                Some(before) => scheme.compare(&end, before).ok()? == Ordering::Greater,
                None => true,
            };
            if is_higher {
                highest_end = Some(end);
            }
        }
        let end = highest_end?;
        if !admits(&requirement, clauses, scheme, &end).ok()? {
            return None;
        }
        let is_lower = match &lowest {
            Some(before) => scheme.compare(&end, before).ok()? == Ordering::Less,
            None => true,
        };
        if is_lower {
            lowest = Some(end);
        }
    }
    lowest
}

/// See [`Scheme::pinned`].
pub(crate) fn pinned(scheme: Scheme, text: &str) -> Option<String> {
    let requirement = read(scheme, text)?;
    let [clauses] = requirement.alternatives.as_slice() else { return None };
    let pin = clauses.iter().find(|clause| clause.op == Op::Equal && clause.how != How::Prefix)?;
    let version = pin.version.as_ref();
    // `=== text` pins a text even where PEP 440 refuses it.
    let admitted = pin.how == How::Text && clauses.len() == 1
        || admits(&requirement, clauses, scheme, version).unwrap_or(false);
    admitted.then(|| version.to_owned())
}
