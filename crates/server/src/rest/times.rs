//! Instants as the wire writes them: ISO 8601, whole seconds, `Z` (surface section 2.2).

use pointsman::Timestamp;

/// An instant as text, cut to the second.
pub(crate) fn iso(at: Timestamp) -> String {
    let (first, last) = (jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second());
    let second = at.as_millis().div_euclid(1_000).clamp(first, last);
    jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::MAX).to_string()
}

/// The instant of a text, to the second or finer.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp::from_millis(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_cut_to_the_second() {
        assert_eq!(iso(Timestamp::from_millis(1_714_986_000_999)), "2024-05-06T09:00:00Z");
        assert_eq!(iso(Timestamp::from_millis(-1)), "1969-12-31T23:59:59Z");
        assert_eq!(parse_time("2024-05-06T09:00:00Z"), Some(Timestamp::from_millis(1_714_986_000_000)));
        assert_eq!(parse_time("2024-05-06T11:00:00.5+02:00"), Some(Timestamp::from_millis(1_714_986_000_500)));
        assert_eq!(parse_time("yesterday"), None);
        assert_eq!(iso(Timestamp::from_millis(i64::MAX)), "9999-12-30T22:00:00Z", "the last that can be written");
    }
}
