//! The arrivals of a process, one after the other and only as many as are asked for. Gaps, batch sizes and the day's
//! factor come from streams of their own, so that one more batch does not move the next arrival.

use std::sync::Arc;
use std::time::Duration;

use super::curve::{Intensity, Piece};
use super::process::{ArrivalProcess, Source};
use super::trace::Row;
use super::window::Window;
use super::{END, millis};
use crate::distribution::{Distribution, Gamma};
use crate::random::{Entity, Purpose, Stream};

/// Tasks that arrive at one instant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arrival {
    /// When, counted from the start of the scenario.
    pub(crate) at: Duration,
    /// How many: at least one.
    pub(crate) count: u32,
    /// The row of the trace they are recorded in.
    pub(crate) row: Option<Arc<Row>>,
}

/// Arrivals in the order of time.
#[derive(Clone, Debug)]
pub(crate) struct Arrivals {
    instants: Instants,
    batch: Option<(Distribution, Stream)>,
}

/// Where instants come from.
#[derive(Clone, Debug)]
enum Instants {
    Drawn(Box<Clock>),
    Given { rows: std::vec::IntoIter<Given>, window: Window },
}

/// An instant that was written down, in milliseconds, and the row it stands in.
type Given = (u64, Option<Arc<Row>>);

impl Arrivals {
    pub(super) fn new(process: &ArrivalProcess, class: Entity) -> Self {
        let batch = process.batch.clone().map(|sizes| (sizes, class.stream(Purpose::BatchSize)));
        let instants = match &process.source {
            Source::At(instants) => given(instants.iter().map(|at| (millis(*at), None)), &process.window),
            Source::Trace(trace) => {
                given(trace.rows.iter().map(|row| (millis(row.at), Some(row.clone()))), &process.window)
            }
            Source::Poisson(_) | Source::Renewal(_) | Source::Profile(_) | Source::Linear(_) => {
                Instants::Drawn(Box::new(Clock::new(process, class)))
            }
        };
        Self { instants, batch }
    }

    /// The same, of which nobody asks for what comes behind this time.
    pub(crate) fn until(mut self, end: Option<Duration>) -> Self {
        if let (Instants::Drawn(clock), Some(end)) = (&mut self.instants, end) {
            clock.end = millis(end);
        }
        self
    }
}

fn given(instants: impl Iterator<Item = Given>, window: &Window) -> Instants {
    let mut instants: Vec<Given> = instants.collect();
    instants.sort_by_key(|(at, _)| *at);
    Instants::Given { rows: instants.into_iter(), window: window.clone() }
}

impl Iterator for Arrivals {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let (at, row) = match &mut self.instants {
            Instants::Drawn(clock) => (clock.next()?, None),
            Instants::Given { rows, window } => rows.find(|(at, _)| window.factor(*at) > 0.0)?,
        };
        let size = self.batch.as_mut().map_or(1.0, |(sizes, stream)| sizes.sample(stream));
        Some(Arrival { at: Duration::from_millis(at), count: size as u32, row })
    }
}

/// A clock that goes as fast as the rate is high. On it, independent arrivals are exponential gaps of mean 1, however the
/// rate changes; where the rate is zero it stands still. So no arrival is drawn in vain, and none is lost.
#[derive(Clone, Debug)]
struct Clock {
    intensity: Option<Intensity>,
    gaps: Distribution,
    stream: Stream,
    days: Option<Days>,
    piece: Option<Piece>,
    /// How much of the piece has gone by.
    gone: f64,
    /// Nothing is asked for behind it.
    end: u64,
}

/// How busy each day is.
#[derive(Clone, Debug)]
struct Days {
    factors: Distribution,
    stream: Stream,
    /// How busy the present one is.
    now: f64,
    /// When it ends.
    until: u64,
}

/// Days are counted from the start of the scenario.
const DAY: u64 = 24 * 3_600 * 1_000;

impl Days {
    fn new(cv: f64, class: Entity) -> Self {
        let (factors, mut stream) = (Distribution::Gamma(Gamma::new(1.0, cv)), class.stream(Purpose::DayFactor));
        let now = factors.sample(&mut stream);
        Self { factors, stream, now, until: DAY }
    }

    /// Goes on to the day of an instant.
    fn reach(&mut self, at: u64) {
        while at >= self.until {
            self.now = self.factors.sample(&mut self.stream);
            self.until += DAY;
        }
    }
}

impl Clock {
    fn new(process: &ArrivalProcess, class: Entity) -> Self {
        let gaps = match &process.source {
            Source::Renewal(gaps) => gaps.clone(),
            Source::Poisson(_) | Source::Profile(_) | Source::Linear(_) | Source::At(_) | Source::Trace(_) => {
                Distribution::Exponential { mean: 1.0 }
            }
        };
        let days = process.day_factor.map(|cv| Days::new(cv, class));
        let (intensity, stream) = (process.intensity(), class.stream(Purpose::Gaps));
        let mut clock = Self { intensity, gaps, stream, days, piece: None, gone: 0.0, end: END };
        clock.begin_piece(0);
        clock
    }

    /// The next instant, in milliseconds; none when the process has ended.
    fn next(&mut self) -> Option<u64> {
        let mut gap = self.gaps.sample(&mut self.stream);
        loop {
            let piece = self.piece.filter(|piece| piece.from <= self.end)?;
            let busy = self.days.as_ref().map_or(1.0, |days| days.now);
            let rest = (piece.area() - self.gone) * busy;
            if gap < rest {
                self.gone += gap / busy;
                return Some(piece.instant(self.gone));
            }
            gap -= rest;
            let at = match &self.intensity {
                Some(intensity) if self.days.is_none() => {
                    let (at, left) = intensity.skip(piece.to, gap);
                    gap = left;
                    at
                }
                _ => piece.to,
            };
            self.begin_piece(at);
        }
    }

    /// Goes on to the piece around an instant; one day's has an end with the day.
    fn begin_piece(&mut self, at: u64) {
        self.gone = 0.0;
        self.piece = self.intensity.as_ref().and_then(|intensity| intensity.piece(at));
        if let (Some(days), Some(piece)) = (&mut self.days, &mut self.piece) {
            days.reach(piece.from);
            *piece = piece.before(days.until);
        }
    }
}
