//! The arrivals of a process, one after the other and only as many as are asked for. Gaps, batch sizes and the day's
//! factor come from streams of their own, so that one more batch does not move the next arrival.

use std::sync::Arc;
use std::time::Duration;

use super::curve::{Intensity, Piece};
use super::millis;
use super::process::{ArrivalProcess, Source};
use super::trace::Row;
use super::window::Window;
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
    Drawn(Clock),
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
                Instants::Drawn(Clock::new(process, class))
            }
        };
        Self { instants, batch }
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
    /// How busy the day is.
    day: f64,
    piece: Option<Piece>,
    /// How much of the piece has gone by.
    gone: f64,
}

impl Clock {
    fn new(process: &ArrivalProcess, class: Entity) -> Self {
        let gaps = match &process.source {
            Source::Renewal(gaps) => gaps.clone(),
            Source::Poisson(_) | Source::Profile(_) | Source::Linear(_) | Source::At(_) | Source::Trace(_) => {
                Distribution::Exponential { mean: 1.0 }
            }
        };
        let factor = |cv| Distribution::Gamma(Gamma::new(1.0, cv)).sample(&mut class.stream(Purpose::DayFactor));
        let intensity = process.intensity();
        let piece = intensity.as_ref().and_then(|intensity| intensity.piece(0));
        let day = process.day_factor.map_or(1.0, factor);
        Self { intensity, gaps, stream: class.stream(Purpose::Gaps), day, piece, gone: 0.0 }
    }

    /// The next instant, in milliseconds; none when the process has ended.
    fn next(&mut self) -> Option<u64> {
        let intensity = self.intensity.as_ref()?;
        let mut gap = self.gaps.sample(&mut self.stream) / self.day;
        loop {
            let piece = self.piece?;
            let rest = piece.area() - self.gone;
            if gap < rest {
                self.gone += gap;
                return Some(piece.instant(self.gone));
            }
            let (at, left) = intensity.skip(piece.to, gap - rest);
            (gap, self.gone, self.piece) = (left, 0.0, intensity.piece(at));
        }
    }
}
