//! Shares of independent outcomes, such as a service level within one run or of runs put together.

use serde::{Deserialize, Serialize};

use super::Confidence;

/// A share and the interval of the truth behind it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The share, from 0 to 1.
    pub share: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// How often such an interval covers the truth when outcomes are independent. Those of tasks that waited in the same
    /// queue are not: over replications, take the interval of their shares.
    pub confidence: Confidence,
    /// How many outcomes there are.
    pub count: u64,
}

impl Share {
    /// Of `hits` among `count` outcomes, by the formula of Wilson (1927), which stays within 0 and 1 and says something
    /// of shares that are 0 or 1; none of no outcome. More hits than outcomes count as all.
    pub fn wilson(hits: u64, count: u64, confidence: Confidence) -> Option<Self> {
        let outcomes = count as f64;
        let share = hits.min(count) as f64 / outcomes;
        let square = confidence.normal() * confidence.normal() / outcomes;
        let center = (share + square / 2.0) / (1.0 + square);
        let half = (share * (1.0 - share) * square + square * square / 4.0).sqrt() / (1.0 + square);
        let (low, high) = ((center - half).max(0.0), (center + half).min(1.0));
        (count > 0).then_some(Self { share, low: low.min(share), high: high.max(share), confidence, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
    #[test]
    fn shares_as_published() {
        let table = [
            (81, 263, "0.2553 to 0.3662"),
            (15, 148, "0.0624 to 0.1605"),
            (0, 20, "0.0000 to 0.1611"),
            (1, 29, "0.0061 to 0.1718"),
        ];
        for (hits, count, expected) in table {
            let share = Share::wilson(hits, count, Confidence::default()).unwrap();
            assert_eq!(format!("{:.4} to {:.4}", share.low, share.high), expected, "{hits} of {count}");
        }
    }

    #[test]
    fn no_outcome_says_nothing() {
        assert_eq!(Share::wilson(0, 0, Confidence::default()), None);
        let all = Share::wilson(9, 5, Confidence::default()).unwrap();
        assert_eq!((all.share, all.high), (1.0, 1.0));
    }

    proptest! {
        #![proptest_config(crate::estimate::cases(256))]

        #[test]
        fn the_ends_are_where_the_test_turns(count in 1..5_000_u64, hits in 0..5_000_u64) {
            let hits = hits % (count + 1);
            let share = Share::wilson(hits, count, Confidence::default()).unwrap();
            prop_assert!(0.0 <= share.low && share.low <= share.share && share.share <= share.high && share.high <= 1.0);
            // At its ends the share found is as far off as the confidence allows.
            let deviations = |truth: f64| (share.share - truth).abs() / (truth * (1.0 - truth) / count as f64).sqrt();
            for end in [share.low, share.high] {
                let inside = (1e-12..=1.0 - 1e-12).contains(&end);
                prop_assert!(!inside || (deviations(end) - 1.959_964).abs() < 1e-4, "{share:?}");
            }
        }
    }
}
