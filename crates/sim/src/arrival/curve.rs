//! The rate of arrivals over time, as stretches in which it is a line; how many arrivals a stretch is good for, and the
//! instant until which so many are expected. Chance is not in here.

use super::window::Window;
use super::{END, seconds};

/// A rate over time, before bursts. Instants count from where the process begins; rates are per second.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Curve {
    /// Always the same.
    Flat(f64),
    /// Intervals of this length with a rate each, once or again and again.
    Steps { interval: u64, rates: Vec<f64>, repeat: bool },
    /// A line from point to point, and nothing before the first or behind the last one.
    Line(Vec<(u64, f64)>),
}

/// A stretch of time in which the rate is a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) from: u64,
    pub(super) to: u64,
    /// The rate at its beginning.
    pub(super) first: f64,
    /// The rate at its end.
    pub(super) last: f64,
}

impl Piece {
    /// How many arrivals are expected in it.
    pub(super) fn area(&self) -> f64 {
        f64::midpoint(self.first, self.last) * seconds(self.to - self.from)
    }

    /// The instant up to which so many are expected: to the nearest millisecond, but within the piece.
    pub(super) fn instant(&self, area: f64) -> u64 {
        let slope = (self.last - self.first) / seconds(self.to - self.from);
        let root = (self.first * self.first + 2.0 * slope * area).max(0.0).sqrt();
        let offset = 2.0 * area / (self.first + root);
        // A cast takes what is too large for the largest.
        let instant = self.from.saturating_add((offset * 1_000.0).round() as u64);
        instant.min(self.to - 1)
    }

    /// The rate at an instant of it.
    fn rate(&self, at: u64) -> f64 {
        self.first + (self.last - self.first) * (seconds(at - self.from) / seconds(self.to - self.from))
    }

    /// The part of it before an instant.
    pub(super) fn before(&self, end: u64) -> Self {
        if self.to <= end { *self } else { self.part(self.from, end, 1.0) }
    }

    /// The part of it from one instant to another, with another rate.
    fn part(&self, from: u64, to: u64, factor: f64) -> Self {
        Self { from, to, first: self.rate(from) * factor, last: self.rate(to) * factor }
    }
}

impl Curve {
    /// The stretch around an instant; none behind the end.
    fn piece(&self, at: u64) -> Option<Piece> {
        let flat = |from, to, rate| Piece { from, to, first: rate, last: rate };
        match self {
            Self::Flat(rate) => Some(flat(0, END, *rate)),
            Self::Steps { interval, rates, repeat } => {
                let step = at / interval;
                let known = if *repeat { step % rates.len() as u64 } else { step };
                let rate = rates.get(usize::try_from(known).ok()?)?;
                Some(flat(step * interval, (step + 1) * interval, *rate))
            }
            Self::Line(points) => {
                let next = points.partition_point(|(point, _)| *point <= at);
                let (to, last) = *points.get(next)?;
                let before = next.checked_sub(1).map(|before| points[before]);
                Some(before.map_or(flat(0, to, 0.0), |(from, first)| Piece { from, to, first, last }))
            }
        }
    }

    /// How long it takes until it begins again, and how many arrivals are expected in that time.
    fn period(&self) -> Option<(u64, f64)> {
        match self {
            Self::Steps { interval, rates, repeat: true } => {
                Some((interval.saturating_mul(rates.len() as u64), rates.iter().sum::<f64>() * seconds(*interval)))
            }
            Self::Steps { repeat: false, .. } | Self::Flat(_) | Self::Line(_) => None,
        }
    }

    /// Whether nothing ever arrives.
    fn is_zero(&self) -> bool {
        match self {
            Self::Flat(rate) => *rate == 0.0,
            Self::Steps { rates, .. } => rates.iter().all(|rate| *rate == 0.0),
            Self::Line(points) => points.iter().all(|(_, rate)| *rate == 0.0),
        }
    }
}

/// A curve within a window.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Intensity {
    pub(super) curve: Curve,
    pub(super) window: Window,
}

impl Intensity {
    /// The stretch that begins at an instant, or where the process begins; none when nothing arrives any more.
    pub(super) fn piece(&self, at: u64) -> Option<Piece> {
        let (from, until) = self.window.ends();
        let at = at.max(from);
        if at >= until || self.curve.is_zero() {
            return None;
        }
        let piece = self.curve.piece(at - from)?;
        let piece = Piece { from: piece.from + from, to: piece.to.saturating_add(from), ..piece };
        let to = piece.to.min(self.window.next_edge(at));
        Some(piece.part(at, to, self.window.factor(at)))
    }

    /// The last instant before `area` arrivals are expected that lies whole periods behind `at`, and what is left of
    /// them. Where bursts are still to come, nothing is left out.
    pub(super) fn skip(&self, at: u64, area: f64) -> (u64, f64) {
        let quiet = at >= self.window.quiet_from();
        let Some((length, in_period)) = self.curve.period().filter(|_| quiet) else { return (at, area) };
        let periods = (area / in_period).floor();
        // A cast takes what is too large for the largest.
        (at.saturating_add((periods as u64).saturating_mul(length)), area - periods * in_period)
    }

    /// How many arrivals are expected from one instant to another.
    pub(super) fn area(&self, from: u64, to: u64) -> f64 {
        let mut sum = 0.0;
        let mut next = self.piece(from);
        while let Some(piece) = next.filter(|piece| piece.from < to) {
            sum += piece.part(piece.from, piece.to.min(to), 1.0).area();
            next = self.piece(piece.to);
        }
        sum
    }
}
