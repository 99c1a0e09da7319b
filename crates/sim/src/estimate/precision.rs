//! When there are replications enough: a rule over their values, which draws nothing and runs nothing.

use super::interval::Running;
use super::{Confidence, Interval};

/// Stop when half the width of the interval is at most `relative` of the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// The share of the mean.
    pub relative: f64,
    /// The confidence of the interval.
    pub confidence: Confidence,
    /// Never before so many replications: a narrow interval over very few is luck. At least two.
    pub least: usize,
}

impl Precision {
    /// The first replications that are enough, with their interval, or nothing yet. Values are in replication order, so
    /// that the answer does not depend on how many run at a time: those beyond the first that are enough do not count.
    pub fn reached(&self, values: &[f64]) -> Option<Interval> {
        let mut running = Running::default();
        let interval = |value: &f64| {
            running.add(*value);
            running.interval(self.confidence)
        };
        values.iter().filter_map(interval).find(|interval| self.holds(interval))
    }

    /// About how many replications it will take, from those there are: the width falls with the square root of their
    /// number. Nothing when they do not tell.
    pub fn expected(&self, values: &[f64]) -> Option<u64> {
        let interval = self.reached(values).or_else(|| Interval::student(values, self.confidence))?;
        let by = (interval.relative()? / self.relative).max(1.0);
        Some((interval.count as f64 * by * by).ceil() as u64)
    }

    fn holds(&self, interval: &Interval) -> bool {
        let enough = interval.count >= self.least.max(2) as u64;
        enough && interval.relative().is_some_and(|relative| relative <= self.relative)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rule(relative: f64, least: usize) -> Precision {
        Precision { relative, confidence: Confidence::default(), least }
    }

    #[test]
    fn alike_values_are_enough_at_once_but_not_before_the_least() {
        assert_eq!(rule(0.05, 3).reached(&[4.0, 4.0]), None);
        assert_eq!(rule(0.05, 3).reached(&[4.0; 9]).unwrap().count, 3);
        assert_eq!(rule(0.05, 0).reached(&[4.0; 9]).unwrap().count, 2);
        assert_eq!(rule(0.05, 2).reached(&[0.0; 9]).unwrap().count, 2);
        assert_eq!(rule(0.05, 2).reached(&[-1.0, 1.0]), None);
    }

    #[test]
    fn a_forecast_follows_the_square_of_the_width() {
        let values = [8.0, 12.0, 9.0, 11.0, 10.0];
        let relative = Interval::student(&values, Confidence::default()).unwrap().relative().unwrap();
        assert_eq!(rule(relative / 3.0, 2).expected(&values), Some(45));
        assert_eq!(rule(1.0, 2).expected(&[4.0; 5]), Some(2));
        assert_eq!(rule(0.1, 2).expected(&[4.0]), None);
    }

    proptest! {
        #![proptest_config(crate::estimate::cases(256))]

        /// More values never change where it stops, and what it stops at is the interval of just those.
        #[test]
        fn what_comes_after_does_not_count(values in prop::collection::vec(5.0..15.0_f64, 0..60), more in 0..20_usize) {
            let rule = rule(0.08, 5);
            let Some(interval) = rule.reached(&values) else { return Ok(()) };
            let enough = interval.count as usize;
            prop_assert_eq!(Interval::student(&values[..enough], rule.confidence), Some(interval));
            prop_assert_eq!(rule.reached(&values[..(enough + more).min(values.len())]), Some(interval));
            prop_assert_eq!(rule.reached(&values[..enough - 1]), None);
        }
    }
}
