//! SSVC values per CVE, as CISA assesses them (Vulnrichment), in tab-separated form:
//! `cve  exploitation  automatable  technical_impact  assessed`.
//!
//! Decides what a row says; which decision table reads the values is for policy.

use domain::Date;

use super::{CveId, Unread};

/// A file larger than this is refused; a full one is below 20 MB.
pub const LARGEST: usize = 256 << 20;

/// Why bytes are no table of SSVC values.
#[derive(Debug, thiserror::Error)]
pub enum SsvcError {
    /// Too large to be one.
    #[error("the file is larger than 256 MiB")]
    TooLarge,
    /// Not UTF-8.
    #[error("the file cannot be read: {0}")]
    Encoding(String),
    /// The column names are missing.
    #[error(
        "not a table of SSVC values: expected the columns cve, exploitation, automatable, technical_impact, assessed, separated by tabs"
    )]
    Header,
}

/// State of exploitation (SSVC decision point "Exploitation" 1.1.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exploitation {
    /// No reliable evidence.
    None,
    /// A public proof of concept.
    Poc,
    /// Reliable evidence of exploitation in the wild.
    Active,
}

impl Exploitation {
    /// The word that SSVC uses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Poc => "poc",
            Self::Active => "active",
        }
    }
}

/// One assessed CVE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which CVE.
    pub cve: CveId,
    /// State of exploitation.
    pub exploitation: Exploitation,
    /// Whether an attacker can automate reconnaissance to exploitation.
    pub automatable: bool,
    /// Whether the technical impact is total rather than partial.
    pub total_impact: bool,
    /// The day it was assessed.
    pub assessed: Date,
}

/// The table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values {
    /// The rows, in file order.
    pub rows: Vec<Row>,
    /// Rows that could not be read.
    pub unread: Unread,
}

const COLUMNS: &str = "cve\texploitation\tautomatable\ttechnical_impact\tassessed";

/// Reads the table.
///
/// # Errors
/// See [`SsvcError`]. A single row that cannot be read is listed, not an error.
pub fn parse(bytes: &[u8]) -> Result<Values, SsvcError> {
    if bytes.len() > LARGEST {
        return Err(SsvcError::TooLarge);
    }
    let text = super::utf8(bytes).map_err(SsvcError::Encoding)?;
    let mut lines = text.lines().enumerate();
    if lines.next().map(|(_, line)| line.trim_end()) != Some(COLUMNS) {
        return Err(SsvcError::Header);
    }
    let mut values = Values { rows: Vec::new(), unread: Unread::default() };
    for (i, line) in lines {
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        match row(line) {
            Some(row) => values.rows.push(row),
            None => values.unread.push(format!("line {}", i + 1), "not a row of SSVC values"),
        }
    }
    Ok(values)
}

fn row(line: &str) -> Option<Row> {
    let mut parts = line.split('\t');
    let cve = CveId::parse(parts.next()?)?;
    let exploitation = match parts.next()? {
        "none" => Exploitation::None,
        "poc" => Exploitation::Poc,
        "active" => Exploitation::Active,
        _ => return None,
    };
    let automatable = match parts.next()? {
        "yes" => true,
        "no" => false,
        _ => return None,
    };
    let total_impact = match parts.next()? {
        "total" => true,
        "partial" => false,
        _ => return None,
    };
    let assessed = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(Row { cve, exploitation, automatable, total_impact, assessed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rows_and_lists_those_it_cannot() {
        let text = format!(
            "{COLUMNS}\nCVE-1999-0006\tnone\tyes\ttotal\t2024-08-01\nCVE-1999-0007\tmaybe\tyes\ttotal\t2024-08-01\n"
        );
        let values = parse(text.as_bytes()).unwrap();
        assert_eq!(values.rows.len(), 1);
        assert!(values.rows[0].automatable && values.rows[0].total_impact);
        assert_eq!(values.unread.listed[0].place, "line 3");
        assert!(parse(b"cve,exploitation\n").is_err());
        assert!(parse(b"").is_err());
    }
}
