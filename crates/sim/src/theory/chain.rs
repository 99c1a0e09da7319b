//! The brute-force answer, for tests: the balance of a chain of states, solved number by number.

use crate::portable::{exp, ln};

/// How likely each number of tasks is.
pub(super) struct Chain {
    shares: Vec<f64>,
}

impl Chain {
    /// A chain with states 0 to `last`, going up at the rate `up(n)` from n, and down at `down(n)`.
    pub(super) fn new(last: usize, up: impl Fn(usize) -> f64, down: impl Fn(usize) -> f64) -> Self {
        let mut logs = vec![0.0];
        for n in 1..=last {
            logs.push(logs[n - 1] + ln(up(n - 1)) - ln(down(n)));
        }
        let most = logs.iter().copied().fold(f64::MIN, f64::max);
        let weights: Vec<f64> = logs.iter().map(|log| exp(log - most)).collect();
        let total: f64 = weights.iter().sum();
        Self { shares: weights.iter().map(|weight| weight / total).collect() }
    }

    pub(super) fn share(&self, n: usize) -> f64 {
        self.shares[n]
    }

    /// The share of time with `n` tasks or more.
    pub(super) fn share_from(&self, n: usize) -> f64 {
        self.shares[n..].iter().sum()
    }

    /// How many tasks there are above `n`, on average.
    pub(super) fn mean_above(&self, n: usize) -> f64 {
        self.shares[n..].iter().enumerate().map(|(above, share)| above as f64 * share).sum()
    }
}
