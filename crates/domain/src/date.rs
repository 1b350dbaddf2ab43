//! Dates and instants, in UTC, as values that somebody handed in: nothing here reads a clock.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A day of the proleptic Gregorian calendar, written `2026-08-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(time::Date);

/// An instant to the second, in UTC, written `2026-08-22T00:00:00Z` (RFC 3339).
///
/// Fractions of a second are dropped: no rule turns on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// The text is neither a date nor an instant in the form asked for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a date (write it like 2026-08-22, or 2026-08-22T12:00:00Z for an instant)")]
pub struct InvalidDate(pub String);

impl Date {
    /// The day that is `days` later (earlier when negative), kept inside the calendar.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let edge = if days < 0 { time::Date::MIN } else { time::Date::MAX };
        Self(self.0.checked_add(time::Duration::days(days)).unwrap_or(edge))
    }

    /// How many days lie between `earlier` and this day; negative when it is later.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).whole_days()
    }

    /// Midnight at the start of this day.
    pub fn start(self) -> Timestamp {
        Timestamp(self.0.midnight().assume_utc().unix_timestamp())
    }

    /// The year, e.g. 2026.
    pub fn year(self) -> i32 {
        self.0.year()
    }
}

impl Timestamp {
    /// The instant this many seconds after 1970-01-01T00:00:00Z.
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// The day this instant falls on, in UTC.
    pub fn date(self) -> Date {
        Date(self.moment().date())
    }

    fn moment(self) -> OffsetDateTime {
        // Out of the calendar's range only for seconds nobody could have written as a date.
        OffsetDateTime::from_unix_timestamp(self.0).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.moment();
        write!(f, "{}T{:02}:{:02}:{:02}Z", self.date(), at.hour(), at.minute(), at.second())
    }
}

impl FromStr for Date {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let invalid = || InvalidDate(text.chars().take(40).collect());
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(invalid());
        }
        let number = |range: std::ops::Range<usize>| -> Option<u16> {
            let part = text.get(range)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let parts = (number(0..4), number(5..7), number(8..10));
        let (Some(year), Some(month), Some(day)) = parts else { return Err(invalid()) };
        let month = u8::try_from(month).ok().and_then(|m| time::Month::try_from(m).ok());
        let day = u8::try_from(day).ok();
        match (month, day) {
            (Some(month), Some(day)) => {
                time::Date::from_calendar_date(year.into(), month, day).map(Self).map_err(|_| invalid())
            }
            _ => Err(invalid()),
        }
    }
}

impl FromStr for Timestamp {
    type Err = InvalidDate;

    /// Reads RFC 3339; a bare date means midnight at its start.
    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        if text.len() == 10 {
            return text.parse::<Date>().map(Date::start);
        }
        OffsetDateTime::parse(text, &Rfc3339)
            .map(|at| Self(at.unix_timestamp()))
            .map_err(|_| InvalidDate(text.chars().take(40).collect()))
    }
}

macro_rules! as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
as_text!(Date);
as_text!(Timestamp);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_it_reads() {
        for text in ["2026-08-22T00:00:00Z", "0001-01-01T00:00:00Z", "2027-07-09T15:54:00Z"] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
        assert_eq!(
            "2026-08-22T02:30:00.123+02:30".parse::<Timestamp>().unwrap().to_string(),
            "2026-08-22T00:00:00Z"
        );
        assert_eq!("2026-08-22".parse::<Timestamp>().unwrap().to_string(), "2026-08-22T00:00:00Z");
    }

    #[test]
    fn refuses_days_that_do_not_exist() {
        for text in ["", "2026-02-29", "2026-13-01", "2026-1-01", "22-08-2026", "2026-08-+2", "today"] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn counts_days_over_a_leap_february() {
        let start: Date = "2024-02-28".parse().unwrap();
        assert_eq!(start.plus_days(2).to_string(), "2024-03-01");
        assert_eq!(start.plus_days(2).days_since(start), 2);
    }
}
