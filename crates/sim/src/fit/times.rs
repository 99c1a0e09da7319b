//! Times of which some may have gone on at the end of a table, as a weighted sample.

use serde_json::Value;

use super::{SHARES, histogram, number, span};
use crate::estimate::Survival;

/// Times that ended, and for how many each of them stands.
pub(super) struct Times {
    pub(super) spread: Vec<(u64, u64, f64)>,
    /// For how many all of them stand.
    pub(super) all: f64,
}

impl Times {
    pub(super) fn new(survival: &Survival) -> Self {
        Self { spread: survival.spread(), all: survival.count() as f64 }
    }

    pub(super) fn ended(&self) -> u64 {
        self.spread.iter().map(|(_, ended, _)| ended).sum()
    }

    /// The times with their weights.
    pub(super) fn weighted(&self) -> impl Iterator<Item = (f64, f64)> {
        self.spread.iter().map(|(time, ended, each)| (*time as f64, *ended as f64 * each))
    }

    pub(super) fn mean(&self) -> Option<f64> {
        (!self.spread.is_empty()).then(|| self.mean_of(|time| time))
    }

    pub(super) fn mean_of(&self, value: impl Fn(f64) -> f64) -> f64 {
        self.weighted().map(|(time, weight)| weight * value(time)).sum::<f64>() / self.all
    }

    /// By the quantiles of those that ended; the time itself when there is only one.
    pub(super) fn histogram(&self) -> Value {
        let sorted: Vec<u64> =
            self.spread.iter().flat_map(|(time, ended, _)| std::iter::repeat_n(*time, *ended as usize)).collect();
        let edges = quantiles(&sorted);
        if let [only] = edges[..] {
            return span(only);
        }
        let mut weights = vec![0.0; edges.len() - 1];
        for (time, ended, each) in &self.spread {
            // The last bin has its end.
            let bin = edges.partition_point(|edge| edge <= time).min(weights.len()) - 1;
            weights[bin] += *ended as f64 * each;
        }
        histogram(&edges, &weights.into_iter().map(number).collect())
    }
}

/// The edges of bins for times that are sorted and not empty.
fn quantiles(sorted: &[u64]) -> Vec<u64> {
    let last = sorted.len() - 1;
    let mut edges: Vec<u64> = SHARES.iter().map(|share| sorted[(share * last as f64).round() as usize]).collect();
    edges.dedup();
    edges
}
