//! The gamma distribution of any shape, of which Erlang's is the one with a whole number.

use serde::Serialize;

use super::normal;
use crate::portable::{gamma_up_to, ln, pow};
use crate::random::Stream;

/// A gamma distribution by its mean and its coefficient of variation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Gamma {
    mean: f64,
    cv: f64,
    #[serde(skip)]
    sampler: Sampler,
}

impl Gamma {
    /// Both are above 0.
    pub(crate) fn new(mean: f64, cv: f64) -> Self {
        let shape = 1.0 / (cv * cv);
        Self { mean, cv, sampler: Sampler::new(shape, mean / shape) }
    }

    pub(super) fn sample(&self, stream: &mut Stream) -> f64 {
        self.sampler.sample(stream)
    }

    pub(super) fn mean(&self) -> f64 {
        self.mean
    }

    pub(super) fn variance(&self) -> f64 {
        let deviation = self.mean * self.cv;
        deviation * deviation
    }

    pub(super) fn mean_up_to(&self, limit: f64) -> f64 {
        up_to(1.0 / (self.cv * self.cv), self.mean, limit)
    }
}

/// So many exponential stages one after the other, by the mean of all of them together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Erlang {
    stages: u32,
    mean: f64,
    #[serde(skip)]
    sampler: Sampler,
}

impl Erlang {
    /// Both are above 0.
    pub(crate) fn new(stages: u32, mean: f64) -> Self {
        let shape = f64::from(stages);
        Self { stages, mean, sampler: Sampler::new(shape, mean / shape) }
    }

    pub(super) fn sample(&self, stream: &mut Stream) -> f64 {
        self.sampler.sample(stream)
    }

    pub(super) fn mean(&self) -> f64 {
        self.mean
    }

    pub(super) fn variance(&self) -> f64 {
        self.mean * self.mean / f64::from(self.stages)
    }

    pub(super) fn mean_up_to(&self, limit: f64) -> f64 {
        up_to(f64::from(self.stages), self.mean, limit)
    }
}

/// The mean of what is smaller, a draw or the limit: what shorter draws bring, and the limit of all others.
fn up_to(shape: f64, mean: f64, limit: f64) -> f64 {
    let x = limit / mean * shape;
    mean * gamma_up_to(shape + 1.0, x) + limit * (1.0 - gamma_up_to(shape, x))
}

/// Marsaglia and Tsang's method (2000). A shape below 1 is drawn from the shape above it and corrected.
#[derive(Clone, Debug, PartialEq)]
struct Sampler {
    scale: f64,
    d: f64,
    c: f64,
    /// The exponent of the correction.
    correction: Option<f64>,
}

impl Sampler {
    fn new(shape: f64, scale: f64) -> Self {
        let correction = (shape < 1.0).then_some(1.0 / shape);
        let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        Self { scale, d, c: 1.0 / (9.0 * d).sqrt(), correction }
    }

    fn sample(&self, stream: &mut Stream) -> f64 {
        let standard = self.above_one(stream);
        let corrected = self.correction.map_or(1.0, |exponent| pow(stream.unit(), exponent));
        self.scale * standard * corrected
    }

    fn above_one(&self, stream: &mut Stream) -> f64 {
        loop {
            let x = normal::standard(stream);
            let root = 1.0 + self.c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            if ln(stream.unit()) < 0.5 * x * x + self.d * (1.0 - v + ln(v)) {
                return self.d * v;
            }
        }
    }
}
