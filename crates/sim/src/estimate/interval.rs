//! Means with their confidence intervals, over independent values such as the figures of replications.

use serde::{Deserialize, Serialize};

use super::Confidence;

/// A mean and how far the truth may be from it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The mean.
    pub mean: f64,
    /// Half the width of the interval around it; absent when there are too few values to tell.
    pub half_width: Option<f64>,
    /// How often such an interval covers the truth when values are normal. Skewed ones cover less: of waits in a heavily
    /// loaded queue, twenty replications cover about 93 times in a hundred what is said to be 95.
    pub confidence: Confidence,
    /// How many values there are.
    pub count: u64,
}

impl Interval {
    /// By Student's law over independent values, in their order; none of none.
    pub fn student(values: &[f64], confidence: Confidence) -> Option<Self> {
        let mut running = Running::default();
        values.iter().for_each(|value| running.add(*value));
        running.interval(confidence)
    }

    /// The lower end.
    pub fn low(&self) -> Option<f64> {
        Some(self.mean - self.half_width?)
    }

    /// The upper end.
    pub fn high(&self) -> Option<f64> {
        Some(self.mean + self.half_width?)
    }

    /// Whether it holds a number.
    pub fn covers(&self, number: f64) -> bool {
        self.half_width.is_some_and(|half| (number - self.mean).abs() <= half)
    }

    /// Half its width by the mean: how precise it is. Absent when there is no width, or no mean to measure it by.
    pub fn relative(&self) -> Option<f64> {
        match self.half_width? {
            0.0 => Some(0.0),
            half => (self.mean != 0.0).then(|| half / self.mean.abs()),
        }
    }
}

/// The interval of the differences `new - base`, pair by pair: of replications that share their random numbers. Values
/// without a partner do not count; none of none.
pub fn paired(base: &[f64], new: &[f64], confidence: Confidence) -> Option<Interval> {
    let differences: Vec<f64> = base.iter().zip(new).map(|(base, new)| new - base).collect();
    Interval::student(&differences, confidence)
}

/// Mean and variance of the values so far, after Welford: so that the interval over the first n values is the same bits
/// whether more came or not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Running {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Running {
    pub(super) fn add(&mut self, value: f64) {
        self.count += 1;
        let off = value - self.mean;
        self.mean += off / self.count as f64;
        self.squares += off * (value - self.mean);
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The sum of squared deviations from the mean.
    pub(super) fn squares(&self) -> f64 {
        self.squares
    }

    pub(super) fn interval(&self, confidence: Confidence) -> Option<Interval> {
        let freedom = self.count.checked_sub(1)?;
        let half_width = (freedom > 0).then(|| {
            let variance = self.squares / freedom as f64;
            confidence.student(freedom) * (variance / self.count as f64).sqrt()
        });
        Some(Interval { mean: self.mean, half_width, confidence, count: self.count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn student(values: &[f64]) -> Option<Interval> {
        Interval::student(values, Confidence::default())
    }

    /// Law and Kelton, "Simulation Modeling and Analysis", example 4.27: ten values and their 90 per cent interval.
    #[test]
    fn ten_values_as_published() {
        let values = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09];
        let interval = Interval::student(&values, Confidence::try_from(0.9).unwrap()).unwrap();
        let text = format!("{:.2} +- {:.2}", interval.mean, interval.half_width.unwrap());
        assert_eq!(text, "1.34 +- 0.24");
    }

    #[test]
    fn too_few_values_have_no_width() {
        assert_eq!(student(&[]), None);
        let one = student(&[3.0]).unwrap();
        assert_eq!((one.mean, one.half_width, one.low(), one.covers(3.0)), (3.0, None, None, false));
    }

    #[test]
    fn precision_is_by_the_mean() {
        assert_eq!(student(&[0.0, 0.0]).unwrap().relative(), Some(0.0));
        assert_eq!(student(&[-1.0, 1.0]).unwrap().relative(), None);
        let interval = student(&[-4.0, -5.0, -6.0]).unwrap();
        assert_eq!(interval.relative(), interval.half_width.map(|half| half / 5.0));
        assert!(interval.covers(-5.5) && interval.low() < interval.high());
    }

    #[test]
    fn pairs_cancel_what_they_share() {
        let base = [10.0, 30.0, 20.0, 55.0];
        let new = [11.0, 32.0, 21.0, 57.0, 99.0];
        let paired = paired(&base, &new, Confidence::default()).unwrap();
        assert_eq!((paired.mean, paired.count), (1.5, 4));
        assert!(paired.low().unwrap() > 0.0, "{paired:?}");
    }

    proptest! {
        #![proptest_config(crate::estimate::cases(256))]

        #[test]
        fn it_is_the_formula_in_two_passes(values in prop::collection::vec(-1e6..1e6_f64, 2..40)) {
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
            let half = Confidence::default().student(values.len() as u64 - 1) * (variance / count).sqrt();
            let interval = student(&values).unwrap();
            prop_assert!((interval.mean - mean).abs() <= 1e-6);
            prop_assert!((interval.half_width.unwrap() - half).abs() <= 1e-9 * half);
        }
    }
}
