//! EPSS scores (FIRST): the daily CSV of probability and percentile by CVE, unpacked.
//!
//! Decides what the rows say, in millionths. A threshold is never part of this: scores of
//! different model versions do not compare, so the version is kept.

use domain::Timestamp;

use super::{CveId, Unread, millionths};

/// A file larger than this, unpacked, is refused; the daily file is about 10 MB.
pub const LARGEST: usize = 512 << 20;

/// Why bytes are no EPSS table.
#[derive(Debug, thiserror::Error)]
pub enum EpssError {
    /// Too large to be one.
    #[error("the file is larger than 512 MiB unpacked")]
    TooLarge,
    /// Not UTF-8.
    #[error("the file cannot be read: {0}")]
    Encoding(String),
    /// The column names are missing.
    #[error("not an EPSS table: expected a line `cve,epss,percentile`")]
    Header,
}

/// The table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scores {
    /// The model that made the scores, if stated.
    pub model: Option<String>,
    /// When they were made, if stated.
    pub scored: Option<Timestamp>,
    /// The rows, in file order.
    pub rows: Vec<Row>,
    /// Rows that could not be read.
    pub unread: Unread,
}

/// One score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which CVE.
    pub cve: CveId,
    /// Probability of exploitation in the next 30 days, in millionths.
    pub epss: u32,
    /// Share of scores at or below this one, in millionths.
    pub percentile: u32,
}

/// Reads the unpacked CSV.
///
/// # Errors
/// See [`EpssError`]. A single row that cannot be read is listed, not an error.
pub fn parse(bytes: &[u8]) -> Result<Scores, EpssError> {
    if bytes.len() > LARGEST {
        return Err(EpssError::TooLarge);
    }
    let text = super::utf8(bytes).map_err(EpssError::Encoding)?;
    let mut scores = Scores { model: None, scored: None, rows: Vec::new(), unread: Unread::default() };
    let mut headed = false;
    for (i, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if let Some(comment) = line.strip_prefix('#') {
            for part in comment.split(',') {
                match part.split_once(':') {
                    Some(("model_version", v)) => scores.model = Some(v.chars().take(40).collect()),
                    Some(("score_date", v)) => scores.scored = instant(v),
                    _ => {}
                }
            }
        } else if !headed {
            if line != "cve,epss,percentile" {
                return Err(EpssError::Header);
            }
            headed = true;
        } else if !line.is_empty() {
            match row(line) {
                Some(row) => scores.rows.push(row),
                None => scores.unread.push(format!("line {}", i + 1), "not `cve,epss,percentile`"),
            }
        }
    }
    if headed { Ok(scores) } else { Err(EpssError::Header) }
}

fn row(line: &str) -> Option<Row> {
    let mut parts = line.split(',');
    let row = Row {
        cve: CveId::parse(parts.next()?)?,
        epss: millionths(parts.next()?)?,
        percentile: millionths(parts.next()?)?,
    };
    parts.next().is_none().then_some(row)
}

/// `2026-08-22T00:00:00+0000`: the daily file writes the offset without a colon.
fn instant(text: &str) -> Option<Timestamp> {
    let spelled = text.strip_suffix("+0000").map(|start| format!("{start}Z"));
    spelled.as_deref().unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_daily_form() {
        let text = b"#model_version:v2025.03.14,score_date:2026-08-22T00:00:00+0000\ncve,epss,percentile\r\nCVE-2002-0367,0.04919,0.91446\nCVE-x,1,1\nCVE-2004-0210,0.07214,0.93826,9\n";
        let scores = parse(text).unwrap();
        assert_eq!(scores.model.as_deref(), Some("v2025.03.14"));
        assert_eq!(scores.scored.unwrap().to_string(), "2026-08-22T00:00:00Z");
        assert_eq!(scores.rows.len(), 1);
        assert_eq!((scores.rows[0].epss, scores.rows[0].percentile), (49_190, 914_460));
        assert_eq!(scores.unread.count, 2);
    }

    #[test]
    fn refuses_what_has_no_columns() {
        for bad in [&b""[..], b"#only a comment\n", b"cve;epss\n", b"\xff\xfe"] {
            assert!(parse(bad).is_err());
        }
    }
}
