//! The hazard matrix of a body: severity by likelihood gives a risk rating, as data.
//!
//! Decides what rating the declared matrix gives, and whether a stated rating agrees with it and is
//! acceptable. It judges no hazard: severity and likelihood are a clinician's words.
//! Source: DCB0129 and DCB0160 (NHS England clinical risk management), which leave the matrix to the
//! organisation and ask that residual risk be 1-2 acceptable, 3 justified, 4-5 never.

pub mod log;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Severity × likelihood → rating from 1 (lowest) to 5.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// Words for severity, the mildest first.
    pub severities: Vec<String>,
    /// Words for likelihood, the rarest first.
    pub likelihoods: Vec<String>,
    /// One row a likelihood, one rating a severity.
    pub ratings: Vec<Vec<u8>>,
}

/// A hazard as the log of hazards states it, after its controls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Residual {
    /// Its number in the hazard log.
    pub hazard: String,
    /// A word of the matrix.
    pub severity: String,
    /// A word of the matrix.
    pub likelihood: String,
    /// The rating that the log of hazards states.
    pub stated: u8,
    /// Whether the log justifies a rating of 3.
    #[serde(default)]
    pub justified: bool,
}

/// Why a matrix or a hazard does not hold.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HazardFault {
    /// Rows and columns do not fit, or a rating is out of range, or it falls where risk rises.
    #[error("the hazard matrix is not usable: {0}")]
    Matrix(String),
    /// A word that the matrix does not have.
    #[error("hazard {hazard}: `{word}` is no word of the declared matrix ({words})")]
    Word {
        /// Which hazard.
        hazard: String,
        /// The word.
        word: String,
        /// The words there are.
        words: String,
    },
    /// The stated rating is not what the matrix gives.
    #[error(
        "hazard {hazard}: {severity} and {likelihood} give {computed} by the declared matrix, not {stated}"
    )]
    Rating {
        /// Which hazard.
        hazard: String,
        /// Severity.
        severity: String,
        /// Likelihood.
        likelihood: String,
        /// What the matrix gives.
        computed: u8,
        /// What was stated.
        stated: u8,
    },
    /// A residual risk that may not remain.
    #[error("hazard {0}: a residual rating of {1} is not acceptable: reduce the risk first")]
    Unacceptable(String, u8),
    /// A hazard log that nobody can read.
    #[error(
        "the hazard log cannot be read: {0}. Expected: comma-separated values or a table in Markdown, with the columns hazard, severity, likelihood, rating and justified (what remains after the controls; `residual` may stand before them)"
    )]
    Unread(String),
    /// The safety file and the hazard log differ.
    #[error("hazard {0} stands in the hazard log and in the safety file, and they say different things")]
    Differs(String),
    /// A rating of 3 without a justification.
    #[error("hazard {0}: a residual rating of 3 must be justified in the hazard log")]
    Unjustified(String),
}

impl Default for Matrix {
    /// Five by five, the example matrix of the NHS guidance to DCB0129.
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
        Self {
            severities: words(&["minor", "significant", "considerable", "major", "catastrophic"]),
            likelihoods: words(&["very low", "low", "medium", "high", "very high"]),
            ratings: vec![
                vec![1, 1, 2, 2, 3],
                vec![1, 2, 2, 3, 4],
                vec![2, 2, 3, 3, 4],
                vec![2, 3, 3, 4, 5],
                vec![3, 4, 4, 5, 5],
            ],
        }
    }
}

impl Matrix {
    /// Whether it is a matrix in which risk never falls when severity or likelihood rises.
    ///
    /// # Errors
    /// See [`HazardFault::Matrix`].
    pub fn check(&self) -> Result<(), HazardFault> {
        let fault = |why: &str| Err(HazardFault::Matrix(why.to_owned()));
        let (rows, columns) = (self.likelihoods.len(), self.severities.len());
        if !(2..=10).contains(&rows) || !(2..=10).contains(&columns) {
            return fault("it needs 2 to 10 words for severity and for likelihood");
        }
        if self.ratings.len() != rows || self.ratings.iter().any(|row| row.len() != columns) {
            return fault("one row a likelihood and one rating a severity");
        }
        if self.ratings.iter().flatten().any(|r| !(1..=5).contains(r)) {
            return fault("ratings run from 1 to 5");
        }
        let falls = |a: &[u8]| a.windows(2).any(|pair| pair[0] > pair[1]);
        let down = (0..columns).any(|c| falls(&self.ratings.iter().map(|row| row[c]).collect::<Vec<_>>()));
        if down || self.ratings.iter().any(|row| falls(row)) {
            return fault("a rating falls where severity or likelihood rises");
        }
        Ok(())
    }

    /// The rating of a severity and a likelihood.
    fn rating(&self, hazard: &Residual) -> Result<u8, HazardFault> {
        let find = |words: &[String], word: &str| {
            words.iter().position(|w| w.eq_ignore_ascii_case(word.trim())).ok_or_else(|| HazardFault::Word {
                hazard: hazard.hazard.clone(),
                word: word.chars().take(40).collect(),
                words: words.join(", "),
            })
        };
        let column = find(&self.severities, &hazard.severity)?;
        let row = find(&self.likelihoods, &hazard.likelihood)?;
        self.ratings
            .get(row)
            .and_then(|r| r.get(column))
            .copied()
            .ok_or_else(|| HazardFault::Matrix("one row a likelihood and one rating a severity".to_owned()))
    }

    /// Recomputes every rating; gives how many hazards have which rating.
    ///
    /// # Errors
    /// The first hazard whose stated rating is not what the matrix gives, or may not remain.
    pub fn recompute(&self, hazards: &[Residual]) -> Result<BTreeMap<u8, usize>, HazardFault> {
        self.check()?;
        let mut tally = BTreeMap::new();
        for hazard in hazards {
            let computed = self.rating(hazard)?;
            if computed != hazard.stated {
                return Err(HazardFault::Rating {
                    hazard: hazard.hazard.clone(),
                    severity: hazard.severity.clone(),
                    likelihood: hazard.likelihood.clone(),
                    computed,
                    stated: hazard.stated,
                });
            }
            match computed {
                4.. => return Err(HazardFault::Unacceptable(hazard.hazard.clone(), computed)),
                3 if !hazard.justified => return Err(HazardFault::Unjustified(hazard.hazard.clone())),
                _ => *tally.entry(computed).or_insert(0) += 1,
            }
        }
        Ok(tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hazard(severity: &str, likelihood: &str, stated: u8, justified: bool) -> Residual {
        Residual {
            hazard: "H1".to_owned(),
            severity: severity.to_owned(),
            likelihood: likelihood.to_owned(),
            stated,
            justified,
        }
    }

    #[test]
    fn ratings_are_recomputed_and_held_to_what_may_remain() {
        let matrix = Matrix::default();
        matrix.check().unwrap();
        let tally =
            matrix.recompute(&[hazard("major", "Low", 3, true), hazard("minor", "low", 1, false)]).unwrap();
        assert_eq!(tally, BTreeMap::from([(1, 1), (3, 1)]));
        assert!(matches!(
            matrix.recompute(&[hazard("major", "low", 2, true)]),
            Err(HazardFault::Rating { computed: 3, stated: 2, .. })
        ));
        assert_eq!(
            matrix.recompute(&[hazard("major", "low", 3, false)]),
            Err(HazardFault::Unjustified("H1".to_owned()))
        );
        assert_eq!(
            matrix.recompute(&[hazard("catastrophic", "low", 4, true)]),
            Err(HazardFault::Unacceptable("H1".to_owned(), 4))
        );
        assert!(matches!(matrix.recompute(&[hazard("dire", "low", 4, true)]), Err(HazardFault::Word { .. })));
    }

    #[test]
    fn a_matrix_whose_risk_falls_is_refused() {
        let mut matrix = Matrix::default();
        matrix.ratings[1][3] = 1;
        assert!(matrix.check().is_err());
        matrix.ratings.pop();
        assert!(matrix.check().is_err());
    }
}
