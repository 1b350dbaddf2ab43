//! KEV, EPSS and SSVC: a value for each CVE, packed into 64 bits, built into a table.
//!
//! The packing stands here with its unpacking, so that they cannot drift apart.

use std::path::Path;

use domain::{Date, Timestamp};
use formats::advisory::{
    epss, kev,
    ssvc::{self, Exploitation},
};

use super::{Content, FeedFault, newest, read_bounded};
use crate::index::table;

/// What KEV says about a CVE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KevValue {
    /// The day it was listed.
    pub added: Date,
    /// Whether ransomware is known to use it.
    pub ransomware: bool,
}

/// What EPSS says about a CVE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpssValue {
    /// Probability in millionths.
    pub millionths: u32,
    /// Percentile in millionths.
    pub percentile_millionths: u32,
}

/// What CISA's SSVC assessment says about a CVE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SsvcValue {
    /// State of exploitation.
    pub exploitation: Exploitation,
    /// Whether exploitation can be automated.
    pub automatable: bool,
    /// Whether the technical impact is total.
    pub total_impact: bool,
    /// The day it was assessed.
    pub assessed: Date,
}

/// Days since 1970 fit 32 bits for every date the calendar holds.
fn pack_day(day: Date) -> u64 {
    u64::from((day.start().unix().div_euclid(86_400) as i32) as u32)
}

fn unpack_day(bits: u64) -> Date {
    Timestamp::from_unix(i64::from(bits as u32 as i32) * 86_400).date()
}

impl KevValue {
    fn pack(self) -> u64 {
        pack_day(self.added) | u64::from(self.ransomware) << 32
    }
    pub(crate) fn unpack(bits: u64) -> Self {
        Self { added: unpack_day(bits), ransomware: bits >> 32 & 1 == 1 }
    }
}

impl EpssValue {
    fn pack(self) -> u64 {
        u64::from(self.millionths) | u64::from(self.percentile_millionths) << 32
    }
    pub(crate) fn unpack(bits: u64) -> Self {
        Self { millionths: bits as u32, percentile_millionths: (bits >> 32) as u32 }
    }
}

impl SsvcValue {
    fn pack(self) -> u64 {
        let exploitation = match self.exploitation {
            Exploitation::None => 0u64,
            Exploitation::Poc => 1,
            Exploitation::Active => 2,
        };
        pack_day(self.assessed)
            | exploitation << 32
            | u64::from(self.automatable) << 34
            | u64::from(self.total_impact) << 35
    }
    pub(crate) fn unpack(bits: u64) -> Self {
        Self {
            exploitation: match bits >> 32 & 3 {
                0 => Exploitation::None,
                1 => Exploitation::Poc,
                _ => Exploitation::Active,
            },
            automatable: bits >> 34 & 1 == 1,
            total_impact: bits >> 35 & 1 == 1,
            assessed: unpack_day(bits),
        }
    }
}

/// Builds the KEV table.
pub(super) fn kev(path: &Path, now: Timestamp) -> Result<Content, FeedFault> {
    let catalogue = kev::parse(&read_bounded(path, kev::LARGEST)?)?;
    let mut unread = catalogue.unread;
    let held = catalogue.entries.len() as u64 + unread.count;
    for _ in held..catalogue.claimed.unwrap_or(held).min(held + 10_000) {
        unread.push("catalogue", "it claims more entries than it holds");
    }
    let added = catalogue.entries.iter().map(|e| e.added.start());
    let newest = newest(catalogue.released.into_iter(), now).or_else(|| newest(added, now));
    let rows: Vec<_> = catalogue
        .entries
        .iter()
        .map(|e| (e.cve.key(), KevValue { added: e.added, ransomware: e.ransomware }.pack()))
        .collect();
    Ok(Content {
        records: rows.len() as u64,
        built: table::build(rows, 0),
        appendix: Vec::new(),
        withdrawn: 0,
        newest,
        unread,
    })
}

/// Builds the EPSS table, from the CSV or its gzip.
pub(super) fn epss(path: &Path, now: Timestamp) -> Result<Content, FeedFault> {
    let mut bytes = read_bounded(path, epss::LARGEST)?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        let decoder = flate2::read::MultiGzDecoder::new(&bytes[..]);
        let allowed = (bytes.len() as u64).saturating_mul(100).clamp(1 << 20, epss::LARGEST as u64);
        std::io::Read::read_to_end(&mut std::io::Read::take(decoder, allowed + 1), &mut unpacked)
            .map_err(|source| FeedFault::Io { path: path.to_owned(), source })?;
        if unpacked.len() as u64 > allowed {
            return Err(FeedFault::Bomb("it unpacks to more than a hundred times its size"));
        }
        bytes = unpacked;
    }
    let scores = epss::parse(&bytes)?;
    let newest = newest(scores.scored.into_iter(), now);
    let rows: Vec<_> = scores
        .rows
        .iter()
        .map(|r| (r.cve.key(), EpssValue { millionths: r.epss, percentile_millionths: r.percentile }.pack()))
        .collect();
    let records = rows.len() as u64;
    Ok(Content {
        built: table::build(rows, 0),
        records,
        appendix: Vec::new(),
        withdrawn: 0,
        newest,
        unread: scores.unread,
    })
}

/// Builds the SSVC table.
pub(super) fn ssvc(path: &Path, now: Timestamp) -> Result<Content, FeedFault> {
    let values = ssvc::parse(&read_bounded(path, ssvc::LARGEST)?)?;
    let newest = newest(values.rows.iter().map(|r| r.assessed.start()), now);
    let rows: Vec<_> = values
        .rows
        .iter()
        .map(|r| {
            let value = SsvcValue {
                exploitation: r.exploitation,
                automatable: r.automatable,
                total_impact: r.total_impact,
                assessed: r.assessed,
            };
            (r.cve.key(), value.pack())
        })
        .collect();
    let records = rows.len() as u64;
    Ok(Content {
        built: table::build(rows, 0),
        records,
        appendix: Vec::new(),
        withdrawn: 0,
        newest,
        unread: values.unread,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacks_what_it_packed() {
        let day: Date = "2024-08-01".parse().unwrap();
        for ransomware in [false, true] {
            let value = KevValue { added: day, ransomware };
            assert_eq!(KevValue::unpack(value.pack()), value);
        }
        let value = EpssValue { millionths: 1_000_000, percentile_millionths: 7 };
        assert_eq!(EpssValue::unpack(value.pack()), value);
        for exploitation in [Exploitation::None, Exploitation::Poc, Exploitation::Active] {
            for (automatable, total_impact) in [(false, true), (true, false)] {
                let assessed = "1969-12-30".parse().unwrap();
                let value = SsvcValue { exploitation, automatable, total_impact, assessed };
                assert_eq!(SsvcValue::unpack(value.pack()), value);
            }
        }
    }
}
