//! The Pareto distribution: few draws that are very long. A cap cuts longer ones down to it.

use serde::Serialize;

use crate::portable::{ln, pow};
use crate::random::Stream;

/// A Pareto distribution: a draw above `x` has the probability `(scale / x)^shape`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Pareto {
    pub(crate) shape: f64,
    /// The smallest draw.
    pub(crate) scale: f64,
    /// The largest draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cap: Option<f64>,
}

impl Pareto {
    pub(super) fn sample(&self, stream: &mut Stream) -> f64 {
        (self.scale * pow(stream.unit(), -1.0 / self.shape)).min(self.most())
    }

    pub(super) fn mean(&self) -> f64 {
        self.moment(1.0)
    }

    pub(super) fn variance(&self) -> f64 {
        let mean = self.mean();
        self.moment(2.0) - mean * mean
    }

    pub(super) fn most(&self) -> f64 {
        self.cap.unwrap_or(f64::INFINITY)
    }

    /// The mean of what is smaller, a draw or the limit, which is not below the smallest draw: a cap does the same.
    pub(super) fn mean_up_to(&self, limit: f64) -> f64 {
        Self { cap: Some(limit.min(self.most())), ..*self }.mean()
    }

    /// The mean of a power of the draw: what the smallest draw has of it, and what is added for every longer one, the
    /// integral of `power x^(power - 1) (scale / x)^shape` from the scale to the cap.
    fn moment(&self, power: f64) -> f64 {
        let least = pow(self.scale, power);
        let rest = power - self.shape;
        let longer = match self.cap {
            None if rest >= 0.0 => f64::INFINITY,
            None => -1.0 / rest,
            Some(cap) if rest == 0.0 => ln(cap / self.scale),
            Some(cap) => (pow(cap / self.scale, rest) - 1.0) / rest,
        };
        least * (1.0 + power * longer)
    }
}
