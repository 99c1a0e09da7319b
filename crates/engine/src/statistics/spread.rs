//! Spans of time in total and at their ends, and the one place that rounds.

use std::time::Duration;

/// Spans of time: how many, the shortest, the longest and all together, exact to the millisecond.
///
/// Without any span every value is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Spread {
    count: u64,
    /// Milliseconds, like the rest.
    min: u64,
    max: u64,
    total: u64,
}

impl Spread {
    /// How many spans.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The shortest.
    pub fn min(&self) -> Duration {
        Duration::from_millis(self.min)
    }

    /// The longest.
    pub fn max(&self) -> Duration {
        Duration::from_millis(self.max)
    }

    /// All together.
    pub fn total(&self) -> Duration {
        Duration::from_millis(self.total)
    }

    /// The average in whole seconds, half a second rounded up (Q52). It is made of the exact total: nothing has been
    /// rounded before.
    pub fn average(&self) -> Duration {
        let twice = 2_000 * u128::from(self.count);
        let rounded = (2 * u128::from(self.total) + 1_000 * u128::from(self.count)).checked_div(twice);
        Duration::from_secs(rounded.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(0))
    }

    pub(super) fn add(&mut self, span: Duration) {
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        self.merge(&Self { count: 1, min: millis, max: millis, total: millis });
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.min = if self.count == 0 { other.min } else { self.min.min(other.min) };
        self.max = self.max.max(other.max);
        self.count = self.count.saturating_add(other.count);
        self.total = self.total.saturating_add(other.total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn average(millis: &[u64]) -> u64 {
        let mut spread = Spread::default();
        millis.iter().for_each(|millis| spread.add(Duration::from_millis(*millis)));
        spread.average().as_secs()
    }

    #[test]
    fn averages_are_rounded_half_up_once() {
        assert_eq!(average(&[]), 0);
        assert_eq!(average(&[499]), 0);
        assert_eq!(average(&[500]), 1);
        assert_eq!(average(&[1_000, 2_000]), 2, "a second and a half");
        assert_eq!(average(&[1_000, 1_999]), 1, "a millisecond less");
        assert_eq!(average(&[400, 400, 400]), 0, "rounding the parts would not help");
        assert_eq!(average(&[u64::MAX, u64::MAX]), u64::MAX / 2 / 1_000 + 1, "nothing overflows: the total saturates");
    }

    #[test]
    fn nothing_has_no_shortest_span() {
        let mut spread = Spread::default();
        spread.merge(&Spread::default());
        spread.add(Duration::from_millis(7));
        spread.merge(&Spread::default());
        assert_eq!(
            (spread.count(), spread.min(), spread.max()),
            (1, Duration::from_millis(7), Duration::from_millis(7))
        );
    }
}
