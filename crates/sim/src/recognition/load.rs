//! What some classes of tasks bring together: how often they come and how long they take.

use super::pool::Flow;
use crate::distribution::{Distribution, mixed};

/// What tasks bring.
pub(super) struct Load {
    /// How many come in a second.
    pub(super) rate: f64,
    /// The mean handling time, in seconds.
    pub(super) mean: f64,
    /// Its variance; none where it is infinite, or there is no formula for it.
    pub(super) variance: Option<f64>,
    /// Whether handling times are exponential, with the same mean for all.
    pub(super) is_memoryless: bool,
    /// How long the first class waits at most, on average; none where it waits without end.
    patience: Option<f64>,
}

impl Load {
    /// None of classes without a mean, or whose rate changes.
    pub(super) fn of(flows: &[&Flow]) -> Option<Self> {
        let first = flows.first()?;
        let rate: f64 = flows.iter().map(|flow| flow.rate).sum::<Option<f64>>()?;
        let parts = flows.iter().map(|flow| Some((flow.rate? / rate, flow.handling.mean()?, flow.handling.variance())));
        let parts: Vec<(f64, f64, Option<f64>)> = parts.collect::<Option<_>>()?;
        let known = parts.iter().map(|(share, mean, variance)| Some((*share, *mean, (*variance)?)));
        let variance = known.collect::<Option<Vec<_>>>().map(|known| mixed(known.into_iter()));
        let is_exponential = matches!(first.handling, Distribution::Exponential { .. });
        let is_memoryless = is_exponential && flows.iter().all(|flow| flow.handling == first.handling);
        let patience = first.patience.as_ref().and_then(Distribution::mean);
        let mean = parts.iter().map(|(share, mean, _)| share * mean).sum();
        Some(Self { rate, mean, variance: variance.filter(|it| it.is_finite()), is_memoryless, patience })
    }

    /// The offered load.
    pub(super) fn erlangs(&self) -> f64 {
        self.rate * self.mean
    }

    /// The time in which a queue before so many workers forgets how it began, in seconds. Where tasks give up, it is that
    /// of one task; where all wait, it is that of M/M/c (Cohen, "The Single Server Queue", 1982), longer the more
    /// handling times vary.
    pub(super) fn settles_within(&self, places: u32) -> f64 {
        let of_one = self.patience.unwrap_or(0.0).max(self.mean);
        let places = f64::from(places);
        let busy = self.erlangs() / places;
        if self.patience.is_some() || busy >= 1.0 {
            return of_one;
        }
        let varies = self.variance.map_or(1.0, |variance| (1.0 + variance / (self.mean * self.mean)) / 2.0);
        let free = 1.0 - busy.sqrt();
        of_one.max(varies.max(1.0) * self.mean / (places * free * free))
    }
}
