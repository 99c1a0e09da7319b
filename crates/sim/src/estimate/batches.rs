//! One long run cut into batches, whose means are nearly independent.

use std::fmt;

use super::{Confidence, Interval};

/// There are not enough values for so many batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFew {
    /// How many values there are.
    pub values: usize,
    /// How many batches were asked for.
    pub batches: usize,
}

impl fmt::Display for TooFew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { values, batches } = self;
        write!(f, "{values} values do not fill {batches} batches: expected at least two batches of one value or more")
    }
}

impl std::error::Error for TooFew {}

/// The interval of the mean of one run, by the means of `batches` batches of equal size; what is left over at the
/// beginning, where a run is the least settled, does not count.
///
/// Batches have to be long against the memory of the process: of waits, thousands of tasks at a load of 0.9. Between
/// 10 and 30 batches are usual (Schmeiser 1982).
///
/// # Errors
/// When there are fewer than two batches, or fewer values than batches.
pub fn batch_means(values: &[f64], batches: usize, confidence: Confidence) -> Result<Interval, TooFew> {
    let too_few = TooFew { values: values.len(), batches };
    let size = values.len().checked_div(batches).filter(|size| *size > 0 && batches > 1).ok_or(too_few)?;
    let settled = &values[values.len() - size * batches..];
    let means: Vec<f64> = settled.chunks(size).map(|batch| batch.iter().sum::<f64>() / size as f64).collect();
    Interval::student(&means, confidence).ok_or(too_few)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_the_values_of_the_interval() {
        let values = [100.0, 1.0, 3.0, 4.0, 6.0, 7.0, 9.0];
        let interval = batch_means(&values, 3, Confidence::default()).unwrap();
        assert_eq!(Some(interval), Interval::student(&[2.0, 5.0, 8.0], Confidence::default()));
    }

    #[test]
    fn too_few_values_are_refused() {
        let refused = |values: usize, batches| batch_means(&vec![1.0; values], batches, Confidence::default()).is_err();
        assert!(refused(5, 1) && refused(5, 0) && refused(5, 6) && refused(0, 2));
        assert!(!refused(5, 5));
    }

    /// Values that depend on their predecessors: the interval over the values is far too narrow, that over batches is not.
    #[test]
    fn batches_see_what_values_hide() {
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        let mut value = 0.0;
        let values: Vec<f64> = (0..200_000)
            .map(|_| {
                value = 0.95 * value + noise();
                value
            })
            .collect();
        let half = |interval: Interval| interval.half_width.unwrap();
        let naive = half(Interval::student(&values, Confidence::default()).unwrap());
        let batched = half(batch_means(&values, 20, Confidence::default()).unwrap());
        // The truth: the deviation of the mean is that of the noise by 1 / (1 - 0.95), by the square root of the number.
        let truth = 1.96 * (1.0_f64 / 12.0).sqrt() * 20.0 / 200_000_f64.sqrt();
        assert!(naive < truth / 4.0, "{naive} {truth}");
        assert!((0.6..1.6).contains(&(batched / truth)), "{batched} {truth}");
    }
}
