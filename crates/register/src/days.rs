//! Working days: Monday to Friday. Bank holidays differ from nation to nation and are not known here,
//! so a stated day may fall on one; that is a day more for whoever answers, never one less.

use domain::Date;

/// The day that is this many working days later.
pub fn working_days_after(day: Date, days: u16) -> Date {
    // 1970-01-05 was a Monday.
    let monday = "1970-01-05".parse::<Date>().unwrap_or(day);
    let mut at = day;
    let mut left = days;
    while left > 0 {
        at = at.plus_days(1);
        if at.days_since(monday).rem_euclid(7) < 5 {
            left -= 1;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_are_not_counted() {
        // 2026-11-20 is a Friday.
        for (from, days, to) in [
            ("2026-11-20", 0, "2026-11-20"),
            ("2026-11-20", 1, "2026-11-23"),
            ("2026-11-21", 1, "2026-11-23"),
            ("2026-11-20", 5, "2026-11-27"),
            ("2026-11-20", 10, "2026-12-04"),
        ] {
            assert_eq!(working_days_after(from.parse().unwrap(), days).to_string(), to, "{from} + {days}");
        }
    }
}
