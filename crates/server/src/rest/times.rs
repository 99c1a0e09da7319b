//! Instants as the wire writes them: ISO 8601, whole seconds, `Z` (surface section 2.2).

use pointsman::Timestamp;

/// An instant as text, cut to the second.
pub(crate) fn iso(at: Timestamp) -> String {
    match jiff::Timestamp::from_second(at.as_millis().div_euclid(1_000)) {
        Ok(at) => at.to_string(),
        // The engine refuses instants outside of those that can be written.
        Err(_) => String::new(),
    }
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
    }
}
