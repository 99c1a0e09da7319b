//! Rates: so many in a span of time, written `18/1m`.

use std::fmt;
use std::time::Duration;

use pointsman::{format_duration, parse_duration};
use serde::{Serialize, Serializer};

/// How often something happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    count: f64,
    per: Duration,
}

impl Rate {
    /// Reads `18/1m`; none when it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (count, per) = text.split_once('/')?;
        let decimal = |digit: u8| digit.is_ascii_digit() || digit == b'.';
        let count = count.trim().parse().ok().filter(|_| count.trim().bytes().all(decimal))?;
        let per = parse_duration(per.trim()).filter(|per| !per.is_zero())?;
        Some(Self { count, per })
    }

    /// How many come in a second.
    pub(super) fn per_second(self) -> f64 {
        self.count / self.per.as_secs_f64()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.count, format_duration(self.per))
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A span as it is written.
pub(super) fn span<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format_duration(*span))
}

/// Spans as they are written.
pub(super) fn spans<S: Serializer>(spans: &[Duration], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(spans.iter().map(|span| format_duration(*span)))
}

/// A span as it is written, when there is one.
pub(super) fn some_span<S: Serializer>(some: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    some.map(format_duration).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_read_back_as_written() {
        for (text, per_second) in [("18/1m", 0.3), ("0.5/1s", 0.5), ("0/1h", 0.0), ("90/1h30m", 1.0 / 60.0)] {
            let rate = Rate::parse(text).unwrap();
            assert!((rate.per_second() - per_second).abs() < 1e-12, "{text}");
            assert_eq!(rate.to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_no_rate() {
        for text in ["18", "18/", "/1m", "18/m", "-1/1m", "1/0s", "inf/1m", "1e3/1m", "1/2/3", "./1m"] {
            assert_eq!(Rate::parse(text), None, "{text}");
        }
    }
}
