//! Patience from what was seen of it: who was served would have waited longer; and handling times where some still go on,
//! which are waits for an end. The estimator of Kaplan and Meier (1958).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Waits that ended by giving up, and waits that ended otherwise, which say only that patience was longer. Counts by the
/// millisecond: they merge in any order to the same bits, and take room by the number of different waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Survival {
    ends: BTreeMap<u64, Ends>,
}

/// How waits of one length ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    abandoned: u64,
    censored: u64,
}

/// A fall of the survival curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When some gave up, in milliseconds from the begin of the wait.
    pub at: u64,
    /// The share that is more patient than that.
    pub surviving: f64,
    /// How many had waited so long and were still waiting.
    pub at_risk: u64,
    /// How many of them gave up.
    pub abandoned: u64,
}

/// Patience as a histogram, in the form of the distribution `histogram` of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PatienceHistogram {
    /// Where bins begin and end, in milliseconds, rising, from 0: one more than there are weights.
    pub edges: Vec<u64>,
    /// The share whose patience ends in each bin; the end of a bin belongs to it.
    pub weights: Vec<f64>,
    /// The share whose patience ends beyond the last edge, or was never seen to end.
    pub beyond: f64,
}

impl Survival {
    /// A wait that ended by giving up, in milliseconds.
    pub fn abandoned(&mut self, wait: u64) {
        self.add(wait, Ends { abandoned: 1, censored: 0 });
    }

    /// A wait that ended otherwise, in milliseconds: the task was served, or the run ended.
    pub fn censored(&mut self, wait: u64) {
        self.add(wait, Ends { abandoned: 0, censored: 1 });
    }

    /// Adds all that was added to another.
    pub fn merge(&mut self, other: &Self) {
        other.ends.iter().for_each(|(wait, ends)| self.add(*wait, *ends));
    }

    fn add(&mut self, wait: u64, more: Ends) {
        let ends = self.ends.entry(wait).or_default();
        ends.abandoned = ends.abandoned.saturating_add(more.abandoned);
        ends.censored = ends.censored.saturating_add(more.censored);
    }

    /// How many waits of each length ended by giving up and otherwise, from the shortest.
    pub(crate) fn ends(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        self.ends.iter().map(|(wait, ends)| (*wait, ends.abandoned, ends.censored))
    }

    /// Each time at which some ended, from the shortest, how many did, and how many each of them stands for. Who was not
    /// seen to end is spread evenly over those who lasted longer (Efron 1967); behind the last who ended, they stand for them.
    pub(crate) fn spread(&self) -> Vec<(u64, u64, f64)> {
        let (mut left, mut each, mut spread) = (self.count(), 1.0, Vec::new());
        let mut rest = left as f64;
        for (at, ended, censored) in self.ends() {
            if ended > 0 {
                spread.push((at, ended, each));
                rest -= ended as f64 * each;
            }
            left -= ended + censored;
            each += each * censored as f64 / left.max(1) as f64;
        }
        spread.last_mut().into_iter().for_each(|(_, ended, each)| *each += rest / *ended as f64);
        spread
    }

    /// How many waits there are.
    pub fn count(&self) -> u64 {
        self.ends.values().map(Ends::count).fold(0, u64::saturating_add)
    }

    /// The longest wait; none of none.
    pub fn longest(&self) -> Option<u64> {
        self.ends.last_key_value().map(|(wait, _)| *wait)
    }

    /// The survival curve: 1 at first, then each of its falls. Of those who gave up and those who were served after the
    /// same time, the latter were still at risk.
    pub fn curve(&self) -> Vec<Step> {
        let (mut at_risk, mut surviving) = (self.count(), 1.0);
        let step = |(at, ends): (&u64, &Ends)| {
            let waiting = at_risk;
            at_risk = at_risk.saturating_sub(ends.count());
            surviving *= (waiting - ends.abandoned) as f64 / waiting as f64;
            let step = Step { at: *at, surviving, at_risk: waiting, abandoned: ends.abandoned };
            (ends.abandoned > 0).then_some(step)
        };
        self.ends.iter().filter_map(step).collect()
    }

    /// The share whose patience was not seen to end.
    pub fn surviving(&self) -> f64 {
        self.curve().last().map_or(1.0, |step| step.surviving)
    }

    /// The mean patience in milliseconds, cut off at the longest wait: the area under the curve up to there. Less than the
    /// mean patience wherever some survive. None of none.
    pub fn restricted_mean(&self) -> Option<f64> {
        let (mut area, mut from, mut surviving) = (0.0, 0, 1.0);
        for step in self.curve() {
            area += surviving * (step.at - from) as f64;
            (from, surviving) = (step.at, step.surviving);
        }
        Some(area + surviving * (self.longest()? - from) as f64)
    }

    /// The mean patience in milliseconds if it is exponential: the time waited by the number who gave up. None when
    /// nobody did.
    pub fn exponential_mean(&self) -> Option<f64> {
        let waited = self.ends.iter().map(|(wait, ends)| u128::from(*wait).saturating_mul(ends.count().into()));
        let waited = waited.fold(0, u128::saturating_add);
        let abandoned = self.ends.values().map(|ends| ends.abandoned).fold(0, u64::saturating_add);
        (abandoned > 0).then(|| waited as f64 / abandoned as f64)
    }

    /// The time in milliseconds by which a share `of` all has lost patience; none when that was not seen.
    pub fn quantile(&self, of: f64) -> Option<u64> {
        self.curve().iter().find(|step| 1.0 - step.surviving >= of).map(|step| step.at)
    }

    /// Patience as a histogram with the given ends of bins, in milliseconds, in any order.
    pub fn histogram(&self, ends: &[u64]) -> PatienceHistogram {
        let ends: BTreeSet<u64> = ends.iter().copied().filter(|end| *end > 0).collect();
        let curve = self.curve();
        let surviving = |at: &u64| {
            let passed = curve.partition_point(|step| step.at <= *at);
            passed.checked_sub(1).map_or(1.0, |last| curve[last].surviving)
        };
        let levels: Vec<f64> = [1.0].into_iter().chain(ends.iter().map(surviving)).collect();
        let weights = levels.windows(2).map(|levels| levels[0] - levels[1]).collect();
        let edges = [0].into_iter().chain(ends).collect();
        PatienceHistogram { edges, weights, beyond: levels[levels.len() - 1] }
    }
}

impl Ends {
    fn count(&self) -> u64 {
        self.abandoned.saturating_add(self.censored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn survival(waits: &[(u64, bool)]) -> Survival {
        let mut survival = Survival::default();
        for (wait, abandoned) in waits {
            if *abandoned { survival.abandoned(*wait) } else { survival.censored(*wait) }
        }
        survival
    }

    /// Freireich et al. 1963, the 6-MP arm: 21 patients, weeks until relapse, the example of Cox and Oakes and many others.
    fn freireich() -> Survival {
        let relapsed = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|week| (week, true));
        let censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|week| (week, false));
        survival(&[&relapsed[..], &censored[..]].concat())
    }

    #[test]
    fn the_curve_is_the_published_one() {
        let curve = freireich().curve();
        let text: Vec<String> = curve.iter().map(|step| format!("{} {:.3}", step.at, step.surviving)).collect();
        assert_eq!(text, ["6 0.857", "7 0.807", "10 0.753", "13 0.690", "16 0.627", "22 0.538", "23 0.448"]);
        assert_eq!((curve[0].at_risk, curve[0].abandoned, curve[2].at_risk), (21, 3, 15));
        assert_eq!(freireich().quantile(0.5), Some(23));
        assert_eq!(freireich().quantile(0.6), None);
    }

    /// As R's `survfit` prints it: the mean restricted to 35 weeks is 23.29.
    #[test]
    fn the_restricted_mean_is_the_published_one() {
        let mean = freireich().restricted_mean().unwrap();
        assert_eq!(format!("{mean:.2}"), "23.29");
        // 359 weeks by nine relapses.
        assert_eq!(format!("{:.2}", freireich().exponential_mean().unwrap()), "39.89");
    }

    /// What each stands for is by how much the curve falls, and together they are all there are.
    #[test]
    fn spread_is_what_the_curve_falls_by() {
        let (all, spread) = (freireich(), freireich().spread());
        let falls = [1.0].into_iter().chain(all.curve().into_iter().map(|step| step.surviving)).collect::<Vec<_>>();
        for (fall, (_, ended, each)) in falls.windows(2).zip(&spread[..6]) {
            assert!(((fall[0] - fall[1]) * 21.0 - *ended as f64 * each).abs() < 1e-9, "{spread:?}");
        }
        let together: f64 = spread.iter().map(|(_, ended, each)| *ended as f64 * each).sum();
        assert!((together - 21.0).abs() < 1e-9 && spread[6].2 > 10.0, "{spread:?}");
        assert_eq!(survival(&[(4, true), (4, true), (9, true)]).spread(), [(4, 2, 1.0), (9, 1, 1.0)]);
        assert_eq!(survival(&[(4, false)]).spread(), []);
    }

    #[test]
    fn without_censoring_it_is_the_sample() {
        let all = survival(&[(4, true), (1, true), (3, true), (4, true)]);
        assert_eq!((all.restricted_mean(), all.exponential_mean(), all.surviving()), (Some(3.0), Some(3.0), 0.0));
        let bins = |edges: &[u64], weights: &[f64], beyond| PatienceHistogram {
            edges: edges.to_vec(),
            weights: weights.to_vec(),
            beyond,
        };
        assert_eq!(all.histogram(&[1, 3, 10]), bins(&[0, 1, 3, 10], &[0.25, 0.25, 0.5], 0.0));
        assert_eq!(all.histogram(&[3, 0, 2, 2]), bins(&[0, 2, 3], &[0.25, 0.25], 0.5));
    }

    #[test]
    fn nobody_gave_up() {
        let none = survival(&[(5, false), (9, false)]);
        assert_eq!((none.restricted_mean(), none.exponential_mean(), none.quantile(0.1)), (Some(9.0), None, None));
        assert_eq!((none.histogram(&[3]).weights, none.histogram(&[3]).beyond), (vec![0.0], 1.0));
        assert_eq!(Survival::default().restricted_mean(), None);
        assert_eq!(Survival::default().histogram(&[]).edges, [0]);
    }

    #[test]
    fn who_gives_up_at_once_is_in_the_first_bin() {
        let hasty = survival(&[(0, true), (7, true)]);
        assert_eq!(hasty.histogram(&[5]).weights, [0.5]);
        assert_eq!(hasty.curve()[0], Step { at: 0, surviving: 0.5, at_risk: 2, abandoned: 1 });
    }

    fn waits() -> impl Strategy<Value = Vec<(u64, bool)>> {
        prop::collection::vec((0..30_u64, any::<bool>()), 0..20)
    }

    proptest! {
        #![proptest_config(crate::estimate::cases(256))]

        #[test]
        fn the_order_of_merging_changes_no_byte(a in waits(), b in waits(), c in waits()) {
            let merged = |parts: [&[(u64, bool)]; 3]| {
                let mut all = Survival::default();
                parts.iter().for_each(|part| all.merge(&survival(part)));
                serde_json::to_string(&all).unwrap()
            };
            let all = survival(&[&a[..], &b, &c].concat());
            let text = serde_json::to_string(&all).unwrap();
            prop_assert_eq!(&merged([&a, &b, &c]), &text);
            prop_assert_eq!(&merged([&c, &a, &b]), &text);
            prop_assert_eq!(serde_json::from_str::<Survival>(&text).unwrap(), all);
        }

        #[test]
        fn a_histogram_is_all_of_it(waits in waits(), ends in prop::collection::vec(0..40_u64, 0..6)) {
            let bins = survival(&waits).histogram(&ends);
            prop_assert!((bins.weights.iter().sum::<f64>() + bins.beyond - 1.0).abs() < 1e-12);
            prop_assert!(bins.edges.is_sorted_by(|a, b| a < b) && bins.edges.len() == bins.weights.len() + 1);
        }
    }
}
