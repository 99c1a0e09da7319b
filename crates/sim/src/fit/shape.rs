//! Whether recorded times are like draws of a distribution with a name. A sample is compared with the member of each family
//! that is most likely to give it, by the distance of Kolmogorov and Smirnov; where parts of it were only seen to last so
//! long, by the total time on test. Nothing is proposed that chance would keep at such a distance in one of twenty samples
//! only, and nothing for fewer than fifty times.

use serde::Serialize;
use serde_json::{Value, json};
use special::{Error, Gamma as _};

use super::times::Times;
use super::{number, span};
use crate::estimate::Survival;
use crate::portable::{exp, ln};

/// What was tried on recorded times.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shape {
    /// The name of the distribution.
    pub family: &'static str,
    /// The largest difference between the share of the sample and that of the distribution that lies below a time.
    pub distance: f64,
    /// The distance that draws of the distribution itself exceed in one of twenty samples of this size.
    pub at_most: f64,
    /// The distribution, as in a scenario.
    pub time: Value,
}

/// With fewer times than these nearly everything fits.
pub(super) const LEAST: u64 = 50;

impl Shape {
    /// Whether the sample may come of it.
    pub fn fits(&self) -> bool {
        self.distance <= self.at_most
    }

    fn ratio(&self) -> f64 {
        self.distance / self.at_most
    }
}

/// Every family against times in milliseconds; none where there are too few to tell.
pub(super) fn shapes(times: &Times) -> Vec<Shape> {
    let Some(sample) = Sample::new(times) else { return Vec::new() };
    [sample.exponential(), sample.lognormal(), sample.gamma()].into_iter().flatten().collect()
}

/// What is proposed: the exponential distribution where it fits, since it has one parameter, else what fits best.
pub(super) fn best(shapes: &[Shape]) -> Option<&Shape> {
    let fitting = || shapes.iter().filter(|shape| shape.fits());
    let simplest = fitting().find(|shape| shape.family == EXPONENTIAL);
    simplest.or_else(|| fitting().min_by(|one, other| one.ratio().total_cmp(&other.ratio())))
}

const EXPONENTIAL: &str = "exponential";

/// Times that differ.
struct Sample<'a> {
    times: &'a Times,
    mean: f64,
    /// Half of what all times are a multiple of: they were rounded to it.
    half: f64,
}

impl<'a> Sample<'a> {
    fn new(times: &'a Times) -> Option<Self> {
        let varies = times.ended() >= LEAST && times.spread.len() > 1;
        let mean = times.mean().filter(|_| varies)?;
        Some(Self { times, mean, half: half_a_step(times.spread.iter().map(|(time, ..)| *time)) })
    }

    /// Critical distances by Stephens (1974) for a mean that was estimated.
    fn exponential(&self) -> Option<Shape> {
        let (count, root) = (self.count(), self.count().sqrt());
        let distance = self.distance(|time| 1.0 - exp(-time / self.mean));
        let at_most = 1.094 / (root + 0.26 + 0.5 / root) + 0.2 / count;
        Some(Shape { family: EXPONENTIAL, distance, at_most, time: exponential(self.mean) })
    }

    /// The same for a mean and a deviation, of the logarithms. What took no time has none.
    fn lognormal(&self) -> Option<Shape> {
        let (mu, deviation) = self.logarithms()?;
        let distance = self.distance(|time| {
            if time <= 0.0 { 0.0 } else { 0.5 + 0.5 * ((ln(time) - mu) / (deviation * 2.0_f64.sqrt())).error() }
        });
        let variance = deviation * deviation;
        let (mean, cv) = (exp(mu + 0.5 * variance), (exp(variance) - 1.0).sqrt());
        Some(Shape {
            family: "lognormal",
            distance,
            at_most: self.two_parameters(),
            time: by_mean("lognormal", mean, cv),
        })
    }

    /// The most likely shape solves ln(shape) - digamma(shape) = ln(mean) - mean of logarithms; first as Minka (2002) comes
    /// close to it, then by Newton's steps.
    fn gamma(&self) -> Option<Shape> {
        let (mu, _) = self.logarithms()?;
        let gap = ln(self.mean) - mu;
        let mut shape = (3.0 - gap + ((gap - 3.0) * (gap - 3.0) + 24.0 * gap).sqrt()) / (12.0 * gap);
        for _ in 0..8 {
            let slope = 1.0 / shape - shape.trigamma();
            shape -= (ln(shape) - shape.digamma() - gap) / slope;
        }
        let scale = self.mean / shape;
        if !(shape.is_finite() && shape > 0.0) {
            return None;
        }
        let distance = self.distance(|time| (time / scale).max(0.0).inc_gamma(shape));
        let time = by_mean("gamma", self.mean, 1.0 / shape.sqrt());
        Some(Shape { family: "gamma", distance, at_most: self.two_parameters(), time })
    }

    /// By Stephens (1974) for the normal law, which those of gamma come to with a large shape.
    fn two_parameters(&self) -> f64 {
        let root = self.count().sqrt();
        0.895 / (root - 0.01 + 0.85 / root)
    }

    fn count(&self) -> f64 {
        self.times.ended() as f64
    }

    /// Mean and standard deviation of the logarithms.
    fn logarithms(&self) -> Option<(f64, f64)> {
        if self.times.spread.first().is_some_and(|(time, ..)| *time == 0) {
            return None;
        }
        let mu = self.times.mean_of(ln);
        let square = |time| (ln(time) - mu) * (ln(time) - mu);
        let variance = self.times.mean_of(square) * self.count() / (self.count() - 1.0);
        Some((mu, variance.sqrt()))
    }

    /// The largest difference between the shares below a time, where rounding puts the ends of what is the same.
    fn distance(&self, below: impl Fn(f64) -> f64) -> f64 {
        let (mut seen, mut largest) = (0.0, 0.0_f64);
        for (time, weight) in self.times.weighted() {
            let before = seen;
            seen += weight;
            let left = (below(time - self.half) - before / self.times.all).abs();
            let right = (below(time + self.half) - seen / self.times.all).abs();
            largest = largest.max(left).max(right);
        }
        largest
    }
}

/// Whether patience of which parts were only seen to last so long may be exponential: then those who give up are spread
/// evenly over the time that all have waited together, the total time on test (Barlow and Campo 1975).
pub(super) fn patience(survival: &Survival) -> Option<Shape> {
    let mean = survival.exponential_mean()?;
    let steps: Vec<(u64, u64, u64)> = survival.ends().collect();
    let half = half_a_step(steps.iter().map(|(at, ..)| *at));
    let gave_up: u64 = steps.iter().map(|(_, gave_up, _)| gave_up).sum();
    let (total, count) = (mean * gave_up as f64, gave_up as f64);
    if gave_up < LEAST || total <= 0.0 {
        return None;
    }
    let (mut waited, mut from, mut waiting, mut seen, mut largest) = (0.0, 0, survival.count(), 0, 0.0_f64);
    for (at, ended, censored) in steps {
        let stay = |left: u64, millis: f64| left as f64 * millis;
        waited += stay(waiting, (at - from) as f64);
        let away = |time: f64, seen: u64| ((time / total).clamp(0.0, 1.0) - seen as f64 / count).abs();
        if ended > 0 {
            largest = largest.max(away(waited - stay(waiting, half), seen));
            seen += ended;
            largest = largest.max(away(waited + stay(waiting - ended - censored, half), seen));
        }
        waiting -= ended + censored;
        from = at;
    }
    let root = count.sqrt();
    // Kolmogorov's law for a distribution that is known, by Stephens (1974).
    let at_most = 1.358 / (root + 0.12 + 0.11 / root);
    Some(Shape { family: EXPONENTIAL, distance: largest, at_most, time: exponential(mean) })
}

/// Half of the greatest number of milliseconds that all times are a multiple of.
fn half_a_step(times: impl Iterator<Item = u64>) -> f64 {
    0.5 * times.fold(0, divisor).max(1) as f64
}

fn divisor(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { divisor(other, one % other) }
}

fn exponential(mean: f64) -> Value {
    json!({EXPONENTIAL: {"mean": spanned(mean)}})
}

fn by_mean(family: &str, mean: f64, cv: f64) -> Value {
    json!({family: {"mean": spanned(mean), "cv": number(cv)}})
}

/// At least a millisecond: a mean is above 0.
fn spanned(millis: f64) -> Value {
    span(millis.max(1.0).round() as u64)
}
