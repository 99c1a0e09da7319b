//! A histogram as a distribution: a bin by its weight, and within the bin every number equally likely.

use serde::Serialize;

use super::moments::mixed;
use super::weighted::Weights;
use crate::random::Stream;

/// Bins side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Histogram {
    /// Where bins begin and end, rising: one more than there are weights.
    edges: Vec<f64>,
    weights: Weights,
}

impl Histogram {
    /// None unless the edges rise, are one more than the weights, and some weight is above 0.
    pub(crate) fn new(edges: Vec<f64>, weights: Vec<f64>) -> Option<Self> {
        let fits = edges.len() == weights.len() + 1 && edges.is_sorted_by(|a, b| a < b);
        fits.then(|| Weights::new(weights)).flatten().map(|weights| Self { edges, weights })
    }

    pub(super) fn sample(&self, stream: &mut Stream) -> f64 {
        let (bin, position) = self.weights.pick(stream);
        self.edges[bin] + (self.edges[bin + 1] - self.edges[bin]) * position
    }

    pub(super) fn mean(&self) -> f64 {
        self.bins().map(|(share, from, to)| share * f64::midpoint(from, to)).sum()
    }

    pub(super) fn variance(&self) -> f64 {
        mixed(self.bins().map(|(share, from, to)| (share, f64::midpoint(from, to), (to - from) * (to - from) / 12.0)))
    }

    /// The first and the last edge.
    pub(super) fn range(&self) -> (f64, f64) {
        (self.edges[0], self.edges[self.edges.len() - 1])
    }

    /// The share of each bin, and where it begins and ends.
    pub(super) fn bins(&self) -> impl Iterator<Item = (f64, f64, f64)> + Clone {
        let shares: Vec<f64> = self.weights.shares().collect();
        let edges = self.edges.windows(2).map(|edges| (edges[0], edges[1]));
        shares.into_iter().zip(edges).map(|(share, (from, to))| (share, from, to))
    }
}
