//! Waits by whole seconds, so that any threshold can be asked for afterwards (rule R16). It keeps only the seconds
//! that occurred.

use std::collections::BTreeMap;
use std::time::Duration;

use super::spread::Spread;

/// Waits, exact in total and at the ends, and counted by second up to a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Waits {
    pub(super) spread: Spread,
    /// At second `n` the waits longer than `n - 1` s and not longer than `n` s: rounded up, because then a wait equal
    /// to a threshold is below it and one a millisecond longer is not (Q52). Those above the limit are only in the
    /// spread.
    seconds: BTreeMap<u32, u64>,
}

impl Waits {
    pub(super) fn add(&mut self, wait: Duration, limit: u32) {
        self.spread.add(wait);
        let seconds = u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX);
        if seconds <= limit {
            *self.seconds.entry(seconds).or_default() += 1;
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.spread.merge(&other.spread);
        for (second, count) in &other.seconds {
            let all = self.seconds.entry(*second).or_default();
            *all = all.saturating_add(*count);
        }
    }

    /// How many are above the threshold, and how many are not. The threshold is within the limit.
    pub(super) fn split(&self, threshold: u32) -> (u64, u64) {
        let below =
            self.seconds.range(..=threshold).map(|(_, count)| count).fold(0, |all: u64, n| all.saturating_add(*n));
        (self.spread.count().saturating_sub(below), below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_equal_to_a_threshold_is_below_it() {
        let mut waits = Waits::default();
        for millis in [0, 4_999, 5_000, 5_001, 9_000, 9_001] {
            waits.add(Duration::from_millis(millis), 9);
        }
        assert_eq!(waits.split(0), (5, 1));
        assert_eq!(waits.split(5), (3, 3));
        assert_eq!(waits.split(6), (2, 4));
        assert_eq!(waits.split(9), (1, 5), "what is above the limit is above every threshold");
        assert_eq!(waits.seconds.len(), 4, "only the seconds that occurred are kept");
    }
}
