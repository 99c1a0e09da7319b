//! Instants and the text form of spans. Time is always an argument: nothing here reads a clock.

use std::fmt;
use std::time::Duration;

/// An instant: milliseconds since the Unix epoch, in UTC (rule R13).
///
/// Arithmetic saturates at the ends of the range, some 292 million years away.
///
/// ```
/// use std::time::Duration;
/// use pointsman::Timestamp;
///
/// let start = Timestamp::from_millis(1_000);
/// assert_eq!(start + Duration::from_secs(2), Timestamp::from_millis(3_000));
/// assert_eq!(start.since(Timestamp::EPOCH), Duration::from_secs(1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Timestamp(i64);

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// 1 January 1970 was a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// 1900-01-01T00:00:00Z: the earliest virtual start time (rule R13).
    pub const YEAR_1900: Self = Self(-2_208_988_800_000);

    /// The instant this many milliseconds after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The time since `earlier`; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The instant `span` before this one. Parts of a millisecond are dropped.
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }

    /// The first full minute after this instant.
    pub(crate) fn next_minute(self) -> Self {
        Self((self.0.div_euclid(MINUTE) + 1).saturating_mul(MINUTE))
    }

    /// The hour of the day, 0 to 23.
    pub(crate) fn hour(self) -> i64 {
        self.0.rem_euclid(DAY) / (60 * MINUTE)
    }

    /// The minute of the hour, 0 to 59.
    pub(crate) fn minute(self) -> i64 {
        self.0.rem_euclid(60 * MINUTE) / MINUTE
    }

    /// `Mon` to `Sun`.
    pub(crate) fn weekday(self) -> &'static str {
        let day = self.0.div_euclid(DAY).rem_euclid(7);
        WEEKDAYS[usize::try_from(day).unwrap_or(0)]
    }
}

/// Parts of a millisecond are dropped.
impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }
}

/// Milliseconds since the Unix epoch.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads a span: `90s`, `5m`, `1h30m`, `250ms`, `1d`, or a bare number of seconds (`1.5`).
/// Units stand in falling order, each at most once. `None` when the text is none of these.
///
/// ```
/// # use std::time::Duration;
/// assert_eq!(pointsman::parse_duration("1h30m"), Some(Duration::from_secs(5_400)));
/// assert_eq!(pointsman::parse_duration("1.5"), Some(Duration::from_millis(1_500)));
/// assert_eq!(pointsman::parse_duration("soon"), None);
/// ```
pub fn parse_duration(text: &str) -> Option<Duration> {
    if let Some(seconds) = parse_seconds(text) {
        return Some(seconds);
    }
    let mut rest = text;
    let mut total: u64 = 0;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (_, size) = units.find(|(unit, _)| *unit == &rest[..letters])?;
        rest = &rest[letters..];
        total = total.checked_add(count.checked_mul(*size)?)?;
    }
    (!text.is_empty()).then(|| Duration::from_millis(total))
}

/// Whole seconds with at most three decimals; read digit by digit, so that `0.1` is exactly 100 ms.
fn parse_seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 3 {
        return None;
    }
    let scale = [100, 10, 1][fraction.len() - 1];
    let millis = whole.parse::<u64>().ok()?.checked_mul(1_000)?.checked_add(fraction.parse::<u64>().ok()? * scale)?;
    Some(Duration::from_millis(millis))
}

/// The shortest text that [`parse_duration`] reads back: `1h30m`, `250ms`, `0s`. Parts of a millisecond are dropped.
pub fn format_duration(span: Duration) -> String {
    let mut rest = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, size) in UNITS {
        if rest >= size {
            text.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Spans in texts: as [`parse_duration`] reads them; a number is a number of seconds.
#[cfg(feature = "serde")]
pub(crate) mod span {
    use std::fmt;
    use std::time::Duration;

    use serde::{Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::format_duration(*span))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        deserializer.deserialize_any(SpanVisitor)
    }

    struct SpanVisitor;

    impl de::Visitor<'_> for SpanVisitor {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a span of time such as `90s`, `5m`, `1h30m`, `250ms` or a number of seconds")
        }

        fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Duration, E> {
            Ok(Duration::from_secs(seconds))
        }

        fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Duration, E> {
            u64::try_from(seconds)
                .map(Duration::from_secs)
                .map_err(|_| E::invalid_value(de::Unexpected::Signed(seconds), &self))
        }

        fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Duration, E> {
            super::parse_seconds(&seconds.to_string())
                .ok_or_else(|| E::invalid_value(de::Unexpected::Float(seconds), &self))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
            super::parse_duration(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }

    /// The same for a span that may be absent.
    pub(crate) mod optional {
        use super::{Deserializer, Duration, Serializer};
        use serde::{Deserialize, Serialize};

        #[derive(Serialize, Deserialize)]
        struct Spanned(#[serde(with = "super")] Duration);

        pub(crate) fn serialize<S: Serializer>(span: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
            span.map(Spanned).serialize(serializer)
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
            Ok(Option::<Spanned>::deserialize(deserializer)?.map(|Spanned(span)| span))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_back_as_written() {
        for (text, millis) in
            [("90s", 90_000), ("5m", 300_000), ("1h30m", 5_400_000), ("250ms", 250), ("1d1ms", 86_400_001)]
        {
            assert_eq!(parse_duration(text), Some(Duration::from_millis(millis)), "{text}");
            let written = format_duration(Duration::from_millis(millis));
            assert_eq!(parse_duration(&written), Some(Duration::from_millis(millis)), "{written}");
        }
        assert_eq!(format_duration(Duration::ZERO), "0s");
        assert_eq!(parse_duration("0.1"), Some(Duration::from_millis(100)));
    }

    #[test]
    fn what_is_not_a_span_is_refused() {
        for text in ["", "s", "5 m", "-5s", "5m1h", "1h1h", "5x", "1.5s", "1.2345", ".5", "99999999999999999999d"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn the_time_of_day_is_that_of_utc() {
        let instant = Timestamp::from_millis(1_714_986_061_000); // 2024-05-06T09:01:01Z, a Monday
        assert_eq!((instant.hour(), instant.minute(), instant.weekday()), (9, 1, "Mon"));
        let before = Timestamp::from_millis(-1); // 1969-12-31T23:59:59.999Z, a Wednesday
        assert_eq!((before.hour(), before.minute(), before.weekday()), (23, 59, "Wed"));
        assert_eq!(before.next_minute(), Timestamp::EPOCH);
        assert_eq!(Timestamp::EPOCH.next_minute(), Timestamp::from_millis(60_000));
    }

    #[test]
    fn arithmetic_never_overflows() {
        let end = Timestamp::from_millis(i64::MAX);
        assert_eq!(end + Duration::MAX, end);
        assert_eq!(Timestamp::from_millis(i64::MIN).before(Duration::MAX), Timestamp::from_millis(i64::MIN));
        assert_eq!(end.next_minute(), end);
        assert_eq!(Timestamp::EPOCH.since(end), Duration::ZERO);
    }
}
