//! What is drawn: every distribution that a scenario can name, with its samplers, its mean and its variance. Times are
//! numbers of seconds here, in a scenario file either. Chance comes from a [`Stream`]; nothing here knows what is drawn
//! for what.

mod drawn;
mod gamma;
mod histogram;
mod lognormal;
mod moments;
mod normal;
mod pareto;
mod read;
#[cfg(feature = "schema")]
mod schema;
#[cfg(test)]
mod tests;
mod up_to;
mod weighted;

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::portable::{ln, pow};
use crate::random::Stream;

pub(crate) use drawn::{Drawn, DrawnStreams, scalar};
pub(crate) use gamma::{Erlang, Gamma};
pub(crate) use histogram::Histogram;
pub(crate) use lognormal::Lognormal;
pub(crate) use moments::mixed;
pub(crate) use pareto::Pareto;
pub(crate) use read::{Unit, impossible, names};
#[cfg(feature = "schema")]
pub(crate) use schema::{definitions, items, keyed};
pub(crate) use weighted::Weighted;

/// A distribution. Serialised as it stands in a scenario; spans of time as numbers of seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Distribution {
    /// Exponential: without memory.
    Exponential {
        /// The mean.
        mean: f64,
    },
    /// Each number between two limits equally likely.
    Uniform {
        /// The least.
        from: f64,
        /// The most.
        to: f64,
    },
    /// Rising in a line to the most likely value and falling in a line from there.
    Triangular {
        /// The least.
        from: f64,
        /// The most likely.
        mode: f64,
        /// The most.
        to: f64,
    },
    /// Gamma.
    Gamma(Gamma),
    /// Erlang: stages in a row.
    Erlang(Erlang),
    /// Lognormal.
    Lognormal(Lognormal),
    /// Weibull.
    Weibull {
        /// Below 1 draws get less likely to end the longer they are, above 1 more likely.
        shape: f64,
        /// About 63 % lie below it.
        scale: f64,
    },
    /// One of several exponential distributions, by their means.
    Hyperexponential(#[serde(serialize_with = "means")] Weighted<f64>),
    /// Pareto.
    Pareto(Pareto),
    /// A histogram.
    Histogram(Histogram),
    /// One of these values, each equally likely.
    List(Vec<f64>),
    /// One of these values by weight.
    Choice(#[serde(serialize_with = "choices")] Weighted<f64>),
    /// One of these distributions by weight.
    Mixture(#[serde(serialize_with = "parts")] Weighted<Distribution>),
    /// Another distribution, moved.
    Shift {
        /// By this much.
        by: f64,
        /// What is moved.
        of: Box<Distribution>,
    },
    /// Another distribution, where draws beyond a limit are the limit.
    Clamp {
        /// The least.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<f64>,
        /// The most.
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<f64>,
        /// What is limited.
        of: Box<Distribution>,
    },
    /// The sum of a draw from each, independent of each other.
    Sum(Vec<Distribution>),
    /// Always this.
    #[serde(untagged)]
    Constant(f64),
}

impl Distribution {
    /// A draw.
    pub(crate) fn sample(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Exponential { mean } => exponential(*mean, stream),
            Self::Uniform { from, to } => from + (to - from) * stream.unit(),
            Self::Triangular { from, mode, to } => triangular(*from, *mode, *to, stream),
            Self::Gamma(gamma) => gamma.sample(stream),
            Self::Erlang(erlang) => erlang.sample(stream),
            Self::Lognormal(lognormal) => lognormal.sample(stream),
            Self::Weibull { shape, scale } => scale * pow(-ln(stream.unit()), 1.0 / shape),
            Self::Hyperexponential(means) => exponential(*means.pick(stream), stream),
            Self::Pareto(pareto) => pareto.sample(stream),
            Self::Histogram(histogram) => histogram.sample(stream),
            Self::List(values) => values[at(stream.below(values.len() as u64))],
            Self::Choice(values) => *values.pick(stream),
            Self::Mixture(parts) => parts.pick(stream).sample(stream),
            Self::Shift { by, of } => by + of.sample(stream),
            Self::Clamp { from, to, of } => limited(of.sample(stream), *from, *to),
            Self::Sum(parts) => parts.iter().map(|part| part.sample(stream)).sum(),
        }
    }

    /// A draw as a span of time: rounded to a millisecond at once, never negative.
    pub(crate) fn sample_span(&self, stream: &mut Stream) -> Duration {
        span(self.sample(stream))
    }

    /// The least and the most that can be drawn.
    pub(crate) fn range(&self) -> (f64, f64) {
        match self {
            Self::Constant(value) => (*value, *value),
            Self::Uniform { from, to } | Self::Triangular { from, to, .. } => (*from, *to),
            Self::Exponential { .. }
            | Self::Gamma(_)
            | Self::Erlang(_)
            | Self::Lognormal(_)
            | Self::Weibull { .. }
            | Self::Hyperexponential(_) => (0.0, f64::INFINITY),
            Self::Pareto(pareto) => (pareto.scale, pareto.most()),
            Self::Histogram(histogram) => histogram.range(),
            Self::List(values) => around(values.iter().map(|value| (*value, *value))),
            Self::Choice(values) => around(values.values().map(|value| (*value, *value))),
            Self::Mixture(parts) => around(parts.values().map(Self::range)),
            Self::Shift { by, of } => (by + of.range().0, by + of.range().1),
            Self::Clamp { from, to, of } => (limited(of.range().0, *from, *to), limited(of.range().1, *from, *to)),
            Self::Sum(parts) => {
                parts.iter().map(Self::range).fold((0.0, 0.0), |sum, (least, most)| (sum.0 + least, sum.1 + most))
            }
        }
    }

    /// Whether every draw is a whole number.
    pub(crate) fn is_whole(&self) -> bool {
        let whole = |value: &f64| value.fract() == 0.0;
        match self {
            Self::Constant(value) => whole(value),
            Self::List(values) => values.iter().all(whole),
            Self::Choice(values) => values.values().all(whole),
            Self::Mixture(parts) => parts.values().all(Self::is_whole),
            Self::Shift { by, of } => whole(by) && of.is_whole(),
            Self::Clamp { from, to, of } => from.iter().chain(to).all(whole) && of.is_whole(),
            Self::Sum(parts) => parts.iter().all(Self::is_whole),
            Self::Exponential { .. }
            | Self::Uniform { .. }
            | Self::Triangular { .. }
            | Self::Gamma(_)
            | Self::Erlang(_)
            | Self::Lognormal(_)
            | Self::Weibull { .. }
            | Self::Hyperexponential(_)
            | Self::Pareto(_)
            | Self::Histogram(_) => false,
        }
    }
}

/// Minus the logarithm of a unit is exponential with mean 1.
fn exponential(mean: f64, stream: &mut Stream) -> f64 {
    -mean * ln(stream.unit())
}

/// By inversion, on either side of the mode.
fn triangular(from: f64, mode: f64, to: f64, stream: &mut Stream) -> f64 {
    let unit = stream.unit();
    if unit * (to - from) < mode - from {
        from + (unit * (to - from) * (mode - from)).sqrt()
    } else {
        to - ((1.0 - unit) * (to - from) * (to - mode)).sqrt()
    }
}

/// The value, or the limit it lies beyond.
fn limited(value: f64, from: Option<f64>, to: Option<f64>) -> f64 {
    value.max(from.unwrap_or(f64::NEG_INFINITY)).min(to.unwrap_or(f64::INFINITY))
}

/// The least and the most of several ranges.
fn around(ranges: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    ranges.fold((f64::INFINITY, f64::NEG_INFINITY), |all, range| (all.0.min(range.0), all.1.max(range.1)))
}

/// Seconds as a span, to the nearest millisecond. A cast takes what is too large for the largest, what is negative for 0.
pub(crate) fn span(seconds: f64) -> Duration {
    Duration::from_millis((seconds * 1_000.0).round() as u64)
}

/// A span so many times as long, rounded to a millisecond.
pub(crate) fn scaled(of: Duration, factor: f64) -> Duration {
    if factor == 1.0 { of } else { span(of.as_secs_f64() * factor) }
}

/// A place in a list from a number below its length.
fn at(place: u64) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn means<S: Serializer>(means: &Weighted<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    means.serialize_as("mean", serializer)
}

fn parts<S: Serializer>(parts: &Weighted<Distribution>, serializer: S) -> Result<S::Ok, S::Error> {
    parts.serialize_as("of", serializer)
}

fn choices<S: Serializer>(values: &Weighted<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.given().map(|(value, weight)| (value.to_string(), weight)))
}
