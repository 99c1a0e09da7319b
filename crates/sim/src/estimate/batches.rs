//! One long run cut into batches, whose means are nearly independent. The order of values counts: it merges nothing.

use std::fmt;

use super::{Confidence, Cut, Interval, mser};

/// How many values make a batch at first: those of MSER-5.
const FIRST_SIZE: u64 = 5;

/// When there are so many batches, neighbours are put together.
const MOST: usize = 4_096;

/// The values of one run in their order, as sums of batches of equal size: at most some thousands, whose size doubles
/// as the run goes on, so that memory does not grow with it. Up to 20,000 values the cut is that of MSER-5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batches {
    size: u64,
    sums: Vec<u128>,
    /// The batch that is not full yet: how many values, and their sum.
    open: (u64, u128),
}

impl Default for Batches {
    fn default() -> Self {
        Self { size: FIRST_SIZE, sums: Vec::new(), open: (0, 0) }
    }
}

impl Batches {
    /// Adds the next value, such as a duration in milliseconds.
    pub fn add(&mut self, value: u64) {
        self.open = (self.open.0 + 1, self.open.1.saturating_add(value.into()));
        if self.open.0 == self.size {
            self.sums.push(self.open.1);
            self.open = (0, 0);
        }
        if self.sums.len() == MOST {
            self.sums = self.sums.chunks(2).map(|pair| pair.iter().copied().fold(0, u128::saturating_add)).collect();
            self.size *= 2;
        }
    }

    /// How many values make a batch by now.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The mean of each full batch.
    pub fn means(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| *sum as f64 / self.size as f64).collect()
    }

    /// Where the warm-up ends, in values.
    pub fn cut(&self) -> Cut {
        let cut = mser(&self.means());
        Cut { observations: cut.observations * self.size as usize, ..cut }
    }

    /// The interval of the mean of what follows the first `skipped` values, by so many batches made of those
    /// there are; one that has some of the skipped in it does not count.
    ///
    /// # Errors
    /// When there are fewer than two batches, or fewer full ones than asked for.
    pub fn interval(&self, skipped: u64, batches: usize, confidence: Confidence) -> Result<Interval, TooFew> {
        let means = self.means();
        let skipped = usize::try_from(skipped.div_ceil(self.size)).unwrap_or(usize::MAX);
        batch_means(means.get(skipped..).unwrap_or_default(), batches, confidence)
    }
}

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

    #[test]
    fn a_long_run_takes_no_more_room_than_a_short_one() {
        let mut batches = Batches::default();
        (0..1_000_000).for_each(|value| batches.add(value));
        assert!(batches.sums.len() < MOST && batches.sums.len() >= MOST / 2 - 1);
        // Each batch is the mean of its stretch of the numbers.
        let size = batches.size() as f64;
        let middle = |index: usize| index as f64 * size + (size - 1.0) / 2.0;
        assert!(batches.means().iter().enumerate().all(|(index, mean)| *mean == middle(index)));
        assert_eq!(batches.size(), 5 << 6);
    }

    #[test]
    fn a_short_run_is_cut_as_by_mser_5() {
        let values: Vec<u64> = (0..9_998).map(|n| if n < 700 { 5_000 - 6 * n } else { n * n % 911 }).collect();
        let mut batches = Batches::default();
        values.iter().for_each(|value| batches.add(*value));
        let same = super::super::mser_5(&values.iter().map(|value| *value as f64).collect::<Vec<f64>>());
        assert_eq!(batches.cut(), same);
        assert!((600..=750).contains(&same.observations) && same.settled, "{same:?}");
        // 9,998 values are 1,999 batches; what is skipped ends within batch 141.
        let rest = batch_means(&batches.means()[141..], 20, Confidence::default());
        assert_eq!(batches.interval(701, 20, Confidence::default()), rest);
        assert!(batches.interval(9_990, 2, Confidence::default()).is_err());
        assert!(batches.interval(u64::MAX, 2, Confidence::default()).is_err());
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
