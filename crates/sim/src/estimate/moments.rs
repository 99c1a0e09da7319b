//! Count, mean, variance and extremes of durations, in milliseconds.

use serde::{Deserialize, Serialize};

/// The moments of a set of durations, from exact sums. They merge in any order to the same bits.
///
/// Sums stop at the end of 128 bits, which the squares reach after a billion durations of ten million years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moments {
    count: u64,
    #[serde(with = "super::whole")]
    sum: u128,
    #[serde(with = "super::whole")]
    squares: u128,
    min: Option<u64>,
    max: Option<u64>,
}

impl Moments {
    /// Adds a duration.
    pub fn add(&mut self, value: u64) {
        let wide = u128::from(value);
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(wide);
        self.squares = self.squares.saturating_add(wide * wide);
        self.min = Some(self.min.map_or(value, |min| min.min(value)));
        self.max = self.max.max(Some(value));
    }

    /// Adds all that was added to another.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.sum = self.sum.saturating_add(other.sum);
        self.squares = self.squares.saturating_add(other.squares);
        self.min = [self.min, other.min].into_iter().flatten().min();
        self.max = self.max.max(other.max);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their sum.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// The shortest.
    pub fn min(&self) -> Option<u64> {
        self.min
    }

    /// The longest.
    pub fn max(&self) -> Option<u64> {
        self.max
    }

    /// Their mean; none of none.
    pub fn mean(&self) -> Option<f64> {
        let count = u128::from(self.count);
        let (whole, rest) = (self.sum.checked_div(count)?, self.sum.checked_rem(count)?);
        Some(whole as f64 + rest as f64 / count as f64)
    }

    /// Their variance, by one less than their number; none of fewer than two.
    pub fn variance(&self) -> Option<f64> {
        let freedom = self.count.checked_sub(1).filter(|freedom| *freedom > 0)?;
        Some(self.squared_deviations() / freedom as f64)
    }

    /// The square root of the variance.
    pub fn deviation(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// The sum of (x - mean)^2. Squares around the mean rounded down are whole and lose nothing; what the mean has over
    /// that, the rest of a division, is taken off: d^2 / n. Nothing overflows, since m sum(x) is at most sum(x^2).
    fn squared_deviations(&self) -> f64 {
        let count = u128::from(self.count);
        let (whole, rest) = (self.sum / count, self.sum % count);
        let twice = self.sum.saturating_add(rest);
        let around_whole = self.squares.saturating_sub(whole.saturating_mul(twice));
        let square = rest * rest;
        around_whole.saturating_sub(square / count) as f64 - (square % count) as f64 / count as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(super) fn moments(values: &[u64]) -> Moments {
        let mut moments = Moments::default();
        values.iter().for_each(|value| moments.add(*value));
        moments
    }

    #[test]
    fn of_none_nothing_is_said() {
        let none = Moments::default();
        assert_eq!((none.mean(), none.variance(), none.min(), none.max()), (None, None, None, None));
        assert_eq!((moments(&[5]).mean(), moments(&[5]).variance()), (Some(5.0), None));
    }

    #[test]
    fn a_small_set_by_hand() {
        let set = moments(&[2, 4, 4, 4, 5, 5, 7, 9]);
        assert_eq!((set.count(), set.sum(), set.min(), set.max()), (8, 40, Some(2), Some(9)));
        assert_eq!((set.mean(), set.variance()), (Some(5.0), Some(32.0 / 7.0)));
        assert_eq!(moments(&[1, 2]).variance(), Some(0.5));
    }

    /// The textbook trap: sum of squares less square of sums cancels in floating point.
    #[test]
    fn far_from_zero_nothing_cancels() {
        let far = 1_u64 << 62;
        assert_eq!(moments(&[far, far + 1, far + 2]).variance(), Some(1.0));
        assert_eq!(moments(&[u64::MAX, u64::MAX, u64::MAX]).variance(), Some(0.0));
    }

    #[test]
    fn text_keeps_every_digit() {
        let set = moments(&[u64::MAX, 3]);
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(serde_json::from_str::<Moments>(&text).unwrap(), set);
        assert!(text.contains("\"sum\":\"18446744073709551618\""), "{text}");
        let wrong = serde_json::from_str::<Moments>(&text.replace("\"18446744073709551618\"", "\"many\"")).unwrap_err();
        assert!(wrong.to_string().contains("`many` is not a whole number"), "{wrong}");
    }

    proptest! {
        #![proptest_config(crate::estimate::cases(256))]

        #[test]
        fn the_order_of_merging_changes_no_bit(parts in prop::collection::vec(prop::collection::vec(any::<u64>(), 0..5), 3)) {
            let [a, b, c] = [0, 1, 2].map(|part: usize| moments(&parts[part]));
            let merged = |sets: &[Moments]| sets.iter().fold(Moments::default(), |mut all, set| { all.merge(set); all });
            let all = moments(&parts.concat());
            prop_assert_eq!(merged(&[a, b, c]), all);
            prop_assert_eq!(merged(&[c, merged(&[b, a])]), all);
        }

        #[test]
        fn the_figures_are_those_of_two_passes(values in prop::collection::vec(0..100_000_u64, 2..40)) {
            let set = moments(&values);
            let count = values.len() as f64;
            let mean = values.iter().map(|value| *value as f64).sum::<f64>() / count;
            let variance = values.iter().map(|value| (*value as f64 - mean) * (*value as f64 - mean)).sum::<f64>() / (count - 1.0);
            prop_assert!((set.mean().unwrap() - mean).abs() <= 1e-9 * mean);
            prop_assert!((set.variance().unwrap() - variance).abs() <= 1e-9 * variance + 1e-9);
        }
    }
}
