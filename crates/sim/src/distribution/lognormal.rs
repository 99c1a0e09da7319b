//! The lognormal distribution, given by what people know of it.

use serde::Serialize;

use super::normal::{self, Z90};
use crate::portable::{exp, ln, normal_up_to};
use crate::random::Stream;

/// A lognormal distribution.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Lognormal {
    #[serde(flatten)]
    given: Given,
    /// Mean and standard deviation of the logarithm.
    #[serde(skip)]
    mu: f64,
    #[serde(skip)]
    sigma: f64,
}

/// How it was given.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Given {
    /// By mean and coefficient of variation.
    Mean { mean: f64, cv: f64 },
    /// By the median and what 90 % lie below.
    Median { median: f64, p90: f64 },
}

impl Lognormal {
    /// Both are above 0.
    pub(crate) fn by_mean(mean: f64, cv: f64) -> Self {
        let variance = ln(1.0 + cv * cv);
        Self { given: Given::Mean { mean, cv }, mu: ln(mean) - 0.5 * variance, sigma: variance.sqrt() }
    }

    /// Both are above 0, and the median lies below what 90 % lie below.
    pub(crate) fn by_median(median: f64, p90: f64) -> Self {
        Self { given: Given::Median { median, p90 }, mu: ln(median), sigma: ln(p90 / median) / Z90 }
    }

    pub(super) fn sample(&self, stream: &mut Stream) -> f64 {
        exp(self.mu + self.sigma * normal::standard(stream))
    }

    pub(super) fn mean(&self) -> f64 {
        match self.given {
            Given::Mean { mean, .. } => mean,
            Given::Median { .. } => exp(self.mu + 0.5 * self.sigma * self.sigma),
        }
    }

    pub(super) fn variance(&self) -> f64 {
        match self.given {
            Given::Mean { mean, cv } => mean * cv * (mean * cv),
            Given::Median { .. } => {
                let mean = self.mean();
                (exp(self.sigma * self.sigma) - 1.0) * mean * mean
            }
        }
    }

    /// The mean of what is smaller, a draw or the limit: what shorter draws bring, and the limit of all others.
    pub(super) fn mean_up_to(&self, limit: f64) -> f64 {
        if limit <= 0.0 {
            return 0.0;
        }
        let z = (ln(limit) - self.mu) / self.sigma;
        self.mean() * normal_up_to(z - self.sigma) + limit * normal_up_to(-z)
    }
}
