//! Dates, times and numbers as they are written in Britain.

use time::{
    Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset, Weekday,
    format_description::well_known::Rfc3339,
    macros::{format_description, offset},
};

/// `24 November 2026`.
#[must_use]
pub fn date(date: Date) -> String {
    date.format(format_description!("[day padding:none] [month repr:long] [year]")).unwrap_or_default()
}

/// `24 Nov 2026, 14:05` in the legal time of the United Kingdom, whatever zone the computer is set to.
#[must_use]
pub fn moment(at: OffsetDateTime) -> String {
    let local = at.to_offset(legal_offset(at));
    PrimitiveDateTime::new(local.date(), local.time())
        .format(format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute]"))
        .unwrap_or_default()
}

/// [`moment`] of an RFC 3339 text; a text that is none is shown as it is.
#[must_use]
pub fn moment_of(text: &str) -> String {
    OffsetDateTime::parse(text, &Rfc3339).map_or_else(|_| text.to_owned(), moment)
}

/// Summer time lasts from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October
/// (Summer Time Act 1972 as amended by the Summer Time Order 2002, SI 2002/262).
fn legal_offset(at: OffsetDateTime) -> UtcOffset {
    let change = |month| {
        let last = Date::from_calendar_date(at.to_offset(UtcOffset::UTC).year(), month, 31).ok()?;
        let sunday = if last.weekday() == Weekday::Sunday { last } else { last.prev_occurrence(Weekday::Sunday) };
        Some(sunday.with_time(Time::from_hms(1, 0, 0).ok()?).assume_utc())
    };
    match (change(Month::March), change(Month::October)) {
        (Some(begin), Some(end)) if (begin..end).contains(&at) => offset!(+1),
        _ => UtcOffset::UTC,
    }
}

/// Words of a room below as a sentence: a capital letter first, a full stop last.
#[must_use]
pub fn sentence(words: &str) -> String {
    let words = words.trim();
    let mut letters = words.chars();
    let Some(first) = letters.next() else { return String::new() };
    let stop = if words.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
}

/// `12,345`; parts of one are rounded away.
#[must_use]
pub fn whole_number(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number <= -0.5 {
        grouped.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn british_forms() {
        assert_eq!(date(date!(2026 - 11 - 04)), "4 November 2026");
        for (at, written) in [
            (datetime!(2026-11-24 12:05 UTC), "24 Nov 2026, 12:05"),
            (datetime!(2026-03-29 00:59 UTC), "29 Mar 2026, 00:59"),
            (datetime!(2026-03-29 01:00 UTC), "29 Mar 2026, 02:00"),
            (datetime!(2026-10-25 00:59 UTC), "25 Oct 2026, 01:59"),
            (datetime!(2026-10-25 01:00 UTC), "25 Oct 2026, 01:00"),
        ] {
            assert_eq!(moment(at), written);
        }
        assert_eq!(moment_of("yesterday"), "yesterday");
        for (words, written) in [("look at it: now", "Look at it: now."), ("Éa?", "Éa?"), ("é", "É."), (" ", "")] {
            assert_eq!(sentence(words), written);
        }
        for (number, written) in [(0.0, "0"), (999.0, "999"), (1_000.0, "1,000"), (-1_234_567.4, "-1,234,567")] {
            assert_eq!(whole_number(number), written);
        }
    }
}
