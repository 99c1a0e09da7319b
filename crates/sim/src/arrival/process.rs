//! A process of arrivals, as a scenario describes it and with every default written out.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::arrivals::Arrivals;
use super::curve::{Curve, Intensity, Piece};
use super::rate::{Rate, span, spans};
use super::trace::{Row, Trace};
use super::window::Window;
use super::{millis, seconds};
use crate::distribution::Distribution;
use crate::random::Entity;
use crate::theory::Stretch;

/// When tasks arrive, and how many at a time. Serialised as it stands in a scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct ArrivalProcess {
    #[serde(flatten)]
    pub(super) source: Source,
    /// How many arrive at one instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) batch: Option<Distribution>,
    /// The coefficient of variation of how busy a day is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) day_factor: Option<f64>,
    #[serde(flatten)]
    pub(super) window: Window,
}

/// What makes the instants.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Source {
    /// Independent of each other, at this rate.
    Poisson(Rate),
    /// One after the other, at these distances.
    Renewal(Distribution),
    /// Independent of each other, at a rate that changes from interval to interval.
    Profile(Profile),
    /// Independent of each other, at a rate that changes along a line.
    Linear(Vec<Point>),
    /// At these instants.
    At(#[serde(serialize_with = "spans")] Vec<Duration>),
    /// As they were recorded.
    Trace(Trace),
}

/// What arrives interval by interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Profile {
    #[serde(serialize_with = "span")]
    pub(super) interval: Duration,
    #[serde(flatten)]
    pub(super) height: Height,
    /// Whether the first interval comes again behind the last one.
    pub(super) repeat: bool,
}

/// How much arrives in each interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Height {
    /// So many on average.
    Counts(Vec<f64>),
    /// At this rate.
    Rates(Vec<Rate>),
}

/// The rate at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Point {
    #[serde(serialize_with = "span")]
    pub(super) at: Duration,
    pub(super) rate: Rate,
}

/// More stretches than these are not held against theory.
const MOST_PIECES: usize = 10_000;

impl ArrivalProcess {
    /// The arrivals at a class, in order: chance comes from the class's own streams.
    pub(crate) fn arrivals(&self, class: Entity) -> Arrivals {
        Arrivals::new(self, class)
    }

    /// How many tasks are expected from one instant to another, both counted from the start of the scenario: the second
    /// does not belong to it. Of a renewal process, what is expected once it has run for long.
    pub(crate) fn expected(&self, from: Duration, to: Duration) -> f64 {
        let (from, to) = (millis(from), millis(to));
        let instants = match self.intensity() {
            Some(intensity) => intensity.area(from, to) / self.mean_gap(),
            None => self.instants().filter(|at| (from..to).contains(at)).count() as f64,
        };
        instants * self.mean_batch()
    }

    /// How many tasks arrive per second at an instant; none for a list of instants or a trace, which have no rate.
    pub(crate) fn rate_at(&self, at: Duration) -> Option<f64> {
        let at = millis(at);
        let piece = self.intensity()?.piece(at).filter(|piece| piece.from == at);
        Some(piece.map_or(0.0, |piece| piece.first) / self.mean_gap() * self.mean_batch())
    }

    /// The rate of a Poisson process over time, up to an instant in seconds; none of any other, or where the pieces are
    /// too many.
    pub(crate) fn poisson_stretches(&self, until: f64) -> Option<Vec<Stretch>> {
        let is_poisson = matches!(self.source, Source::Poisson(_) | Source::Profile(_) | Source::Linear(_));
        let intensity = self.intensity().filter(|_| is_poisson && self.comes_alone() && self.day_factor.is_none())?;
        let pieces = std::iter::successors(intensity.piece(0), |piece| intensity.piece(piece.to));
        let stretch = |piece: Piece| Stretch {
            from: seconds(piece.from),
            until: seconds(piece.to),
            rate_from: piece.first,
            rate_until: piece.last,
        };
        let stretches: Vec<Stretch> =
            pieces.take_while(|piece| seconds(piece.from) < until).take(MOST_PIECES + 1).map(stretch).collect();
        (stretches.len() <= MOST_PIECES).then_some(stretches)
    }

    /// The rate of a Poisson process that never changes, per second; none of any other.
    pub(crate) fn steady_rate(&self) -> Option<f64> {
        let is_pure = self.comes_alone() && self.day_factor.is_none() && self.window == Window::default();
        let Source::Poisson(rate) = &self.source else { return None };
        Some(rate.per_second()).filter(|rate| is_pure && *rate > 0.0)
    }

    /// The rate over time; for a renewal process the pace at which its gaps go by. None where the instants are given.
    pub(super) fn intensity(&self) -> Option<Intensity> {
        let curve = match &self.source {
            Source::Poisson(rate) => Curve::Flat(rate.per_second()),
            Source::Renewal(_) => Curve::Flat(1.0),
            Source::Profile(profile) => profile.curve(),
            Source::Linear(points) => {
                Curve::Line(points.iter().map(|point| (millis(point.at), point.rate.per_second())).collect())
            }
            Source::At(_) | Source::Trace(_) => return None,
        };
        Some(Intensity { curve, window: self.window.clone() })
    }

    /// The rows of its trace.
    pub(crate) fn rows(&self) -> &[Arc<Row>] {
        match &self.source {
            Source::Trace(trace) => &trace.rows,
            Source::Poisson(_) | Source::Renewal(_) | Source::Profile(_) | Source::Linear(_) | Source::At(_) => &[],
        }
    }

    /// The instants that are given and fall into no outage.
    fn instants(&self) -> impl Iterator<Item = u64> {
        let listed = if let Source::At(instants) = &self.source { &instants[..] } else { &[] };
        let all = listed.iter().copied().chain(self.rows().iter().map(|row| row.at)).map(millis);
        all.filter(|at| self.window.factor(*at) > 0.0)
    }

    fn mean_gap(&self) -> f64 {
        match &self.source {
            Source::Renewal(gaps) => gaps.mean_or_estimate(),
            Source::Poisson(_) | Source::Profile(_) | Source::Linear(_) | Source::At(_) | Source::Trace(_) => 1.0,
        }
    }

    /// Whether no two tasks come together.
    fn comes_alone(&self) -> bool {
        self.batch.as_ref().is_none_or(|sizes| *sizes == Distribution::Constant(1.0))
    }

    fn mean_batch(&self) -> f64 {
        self.batch.as_ref().map_or(1.0, Distribution::mean_or_estimate)
    }
}

impl Profile {
    fn curve(&self) -> Curve {
        let interval = millis(self.interval);
        let rates = match &self.height {
            Height::Counts(counts) => counts.iter().map(|count| count / seconds(interval)).collect(),
            Height::Rates(rates) => rates.iter().map(|rate| rate.per_second()).collect(),
        };
        Curve::Steps { interval, rates, repeat: self.repeat }
    }
}
