//! How long something has lasted by a time, on average: the mean of what is smaller, a draw or a limit.

use super::Distribution;
use crate::portable::{exp, gamma, gamma_up_to, pow};

impl Distribution {
    /// The mean of what is smaller, a draw or the limit. None where there is no formula for it: of a sum of several parts
    /// that vary.
    pub(crate) fn mean_up_to(&self, limit: f64) -> Option<f64> {
        let least = self.range().0;
        let exact = self.cut_at(limit.max(least))?;
        Some(if limit < least { limit } else { exact })
    }

    /// The mean of a draw where draws beyond a limit are the limit.
    pub(super) fn mean_between(&self, from: Option<f64>, to: Option<f64>) -> Option<f64> {
        let most = to.map_or_else(|| self.mean(), |to| self.mean_up_to(to))?;
        let raised = from.map_or(Some(0.0), |from| Some(from - self.mean_up_to(from)?))?;
        Some(most + raised)
    }

    /// The same for a limit that is not below the least draw.
    fn cut_at(&self, limit: f64) -> Option<f64> {
        Some(match self {
            Self::Constant(value) => value.min(limit),
            Self::Exponential { mean } => exponential(*mean, limit),
            Self::Uniform { from, to } => uniform(*from, *to, limit),
            Self::Triangular { from, mode, to } => triangular([*from, *mode, *to], limit),
            Self::Gamma(gamma) => gamma.mean_up_to(limit),
            Self::Erlang(erlang) => erlang.mean_up_to(limit),
            Self::Lognormal(lognormal) => lognormal.mean_up_to(limit),
            Self::Weibull { shape, scale } => weibull(*shape, *scale, limit),
            Self::Hyperexponential(means) => {
                means.shares().map(|(mean, share)| share * exponential(*mean, limit)).sum()
            }
            Self::Pareto(pareto) => pareto.mean_up_to(limit),
            Self::Histogram(histogram) => {
                histogram.bins().map(|(share, from, to)| share * uniform(from, to, limit)).sum()
            }
            Self::List(values) => values.iter().map(|value| value.min(limit)).sum::<f64>() / values.len() as f64,
            Self::Choice(values) => values.shares().map(|(value, share)| value.min(limit) * share).sum(),
            Self::Mixture(parts) => {
                parts.shares().map(|(part, share)| Some(part.mean_up_to(limit)? * share)).sum::<Option<f64>>()?
            }
            Self::Shift { by, of } => by + of.mean_up_to(limit - by)?,
            Self::Clamp { from, to, of } => of.mean_between(*from, Some(to.map_or(limit, |to| to.min(limit))))?,
            Self::Sum(parts) => sum(parts, limit)?,
        })
    }
}

fn exponential(mean: f64, limit: f64) -> f64 {
    mean * (1.0 - exp(-limit / mean))
}

fn uniform(from: f64, to: f64, limit: f64) -> f64 {
    if limit >= to || from == to {
        return f64::midpoint(from, to).min(limit);
    }
    let above = (limit - from).max(0.0);
    limit - above * above / (2.0 * (to - from))
}

/// The limit, less the area under the share of draws below it.
fn triangular([from, mode, to]: [f64; 3], limit: f64) -> f64 {
    let cube = |x: f64| x * x * x;
    if limit >= to {
        return (from + mode + to) / 3.0;
    }
    if limit > mode {
        // What is still to come of the mean is the area under the share above the limit.
        return (from + mode + to) / 3.0 - cube(to - limit) / (3.0 * (to - from) * (to - mode));
    }
    let below = if limit > from { cube(limit - from) / (3.0 * (to - from) * (mode - from)) } else { 0.0 };
    limit - below
}

/// The power of a draw is exponential, so that the area under the share above is an incomplete gamma function.
fn weibull(shape: f64, scale: f64, limit: f64) -> f64 {
    let mean = scale * gamma(1.0 + 1.0 / shape);
    mean * gamma_up_to(1.0 / shape, pow(limit / scale, shape))
}

/// Of a sum of which one part varies at most.
fn sum(parts: &[Distribution], limit: f64) -> Option<f64> {
    let is_fixed = |part: &&Distribution| part.range().0 == part.range().1;
    let by: f64 = parts.iter().filter(is_fixed).map(|part| part.range().0).sum();
    let mut others = parts.iter().filter(|part| !is_fixed(part));
    let varies = others.next();
    match others.next() {
        Some(_) => None,
        None => varies.map_or(Some(by.min(limit)), |of| Some(by + of.mean_up_to(limit - by)?)),
    }
}
