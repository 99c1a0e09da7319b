//! Means and variances of distributions: exact by formula, or absent.

use super::{Distribution, Weighted, limited};
use crate::portable::gamma;
use crate::random::{Kind, Purpose, Streams};

impl Distribution {
    /// The mean; none where there is no formula for it.
    pub(crate) fn mean(&self) -> Option<f64> {
        Some(match self {
            Self::Constant(value) => *value,
            Self::Exponential { mean } => *mean,
            Self::Uniform { from, to } => f64::midpoint(*from, *to),
            Self::Triangular { from, mode, to } => (from + mode + to) / 3.0,
            Self::Gamma(gamma) => gamma.mean(),
            Self::Erlang(erlang) => erlang.mean(),
            Self::Lognormal(lognormal) => lognormal.mean(),
            Self::Weibull { shape, scale } => scale * gamma(1.0 + 1.0 / shape),
            Self::Hyperexponential(means) => means.shares().map(|(mean, share)| mean * share).sum(),
            Self::Pareto(pareto) => pareto.mean(),
            Self::Histogram(histogram) => histogram.mean(),
            Self::List(values) => values.iter().sum::<f64>() / values.len() as f64,
            Self::Choice(values) => values.shares().map(|(value, share)| value * share).sum(),
            Self::Mixture(parts) => {
                parts.shares().map(|(part, share)| Some(part.mean()? * share)).sum::<Option<f64>>()?
            }
            Self::Shift { by, of } => by + of.mean()?,
            Self::Clamp { from, to, of } => {
                let mean = self.unlimited(*from, *to, of).and_then(|of| of.mean());
                mean.or_else(|| of.mean_between(*from, *to))?
            }
            Self::Sum(parts) => parts.iter().map(Self::mean).sum::<Option<f64>>()?,
        })
    }

    /// The variance, which may be infinite; none where there is no formula for it.
    pub(crate) fn variance(&self) -> Option<f64> {
        Some(match self {
            Self::Constant(_) => 0.0,
            Self::Exponential { mean } => mean * mean,
            Self::Uniform { from, to } => square(to - from) / 12.0,
            Self::Triangular { from, mode, to } => (square(to - from) - (mode - from) * (to - mode)) / 18.0,
            Self::Gamma(gamma) => gamma.variance(),
            Self::Erlang(erlang) => erlang.variance(),
            Self::Lognormal(lognormal) => lognormal.variance(),
            Self::Weibull { shape, scale } => {
                square(*scale) * (gamma(1.0 + 2.0 / shape) - square(gamma(1.0 + 1.0 / shape)))
            }
            Self::Hyperexponential(means) => mixed(means.shares().map(|(mean, share)| (share, *mean, square(*mean)))),
            Self::Pareto(pareto) => pareto.variance(),
            Self::Histogram(histogram) => histogram.variance(),
            Self::List(values) => mixed(values.iter().map(|value| (1.0 / values.len() as f64, *value, 0.0))),
            Self::Choice(values) => mixed(values.shares().map(|(value, share)| (share, *value, 0.0))),
            Self::Mixture(parts) => {
                let moments = parts.shares().map(|(part, share)| Some((share, part.mean()?, part.variance()?)));
                mixed(moments.collect::<Option<Vec<_>>>()?.into_iter())
            }
            Self::Shift { of, .. } => of.variance()?,
            Self::Clamp { from, to, of } => return self.unlimited(*from, *to, of)?.variance(),
            Self::Sum(parts) => parts.iter().map(Self::variance).sum::<Option<f64>>()?,
        })
    }

    /// The mean, or where there is no formula the average of 65,536 draws that are always the same.
    pub(crate) fn mean_or_estimate(&self) -> f64 {
        const DRAWS: u32 = 1 << 16;
        self.mean().unwrap_or_else(|| {
            let mut stream = Streams::new(0, 0).entity(Kind::Run, "estimate").stream(Purpose::Attribute);
            (0..DRAWS).map(|_| self.sample(&mut stream)).sum::<f64>() / f64::from(DRAWS)
        })
    }

    /// A distribution without limits that is the same as this one: limits may cut off nothing, leave a single value, or
    /// apply to each of a few values. None otherwise.
    fn unlimited(&self, from: Option<f64>, to: Option<f64>, of: &Self) -> Option<Self> {
        let limit = |value: &f64| limited(*value, from, to);
        let (least, most) = self.range();
        if of.range() == (least, most) {
            return Some(of.clone());
        }
        if least == most {
            return Some(Self::Constant(least));
        }
        if let Self::List(values) = of {
            return Some(Self::List(values.iter().map(limit).collect()));
        }
        let Self::Choice(values) = of else { return None };
        let values = values.given().map(|(value, weight)| (limit(value), weight)).collect();
        Weighted::new(values).map(Self::Choice)
    }
}

fn square(x: f64) -> f64 {
    x * x
}

/// The variance of a mixture, from the share, the mean and the variance of its parts.
pub(crate) fn mixed(parts: impl Iterator<Item = (f64, f64, f64)> + Clone) -> f64 {
    let mean: f64 = parts.clone().map(|(share, mean, _)| share * mean).sum();
    parts.map(|(share, part, variance)| share * (variance + square(part - mean))).sum()
}
