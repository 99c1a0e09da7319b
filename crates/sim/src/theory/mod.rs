//! Exact answers about queues, to be held against simulated ones: pure functions of rates, no clock, no chance.
//!
//! Rates are per unit of time and times are in that unit; which unit it is, is the caller's choice. "Load" is offered
//! load: arrivals per unit of time by mean handling time, in erlangs. "Wait" is the time from arrival to the begin of
//! handling, first come first served. What has no answer, or none in bounded work, is said as an [`Unsolvable`].
//!
//! It knows nothing of scenarios: whether a scenario is of one of these kinds is judged elsewhere.

mod bounded;
#[cfg(test)]
mod chain;
mod erlang;
mod impatient;
mod priority;
mod profile;
mod rings;
mod single;
mod sums;

use std::fmt;

pub use bounded::Bounded;
pub use erlang::{ErlangC, erlang_b};
pub use impatient::ErlangA;
pub use priority::{Class, mean_waits_of_one_worker, mean_waits_of_pool};
pub use profile::{Profile, Stretch};
pub use rings::Rings;
pub use single::MG1;

/// Why a question has no answer, with the figure that says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unsolvable {
    /// A rate, a time or a count has to be above zero and finite.
    NotPositive {
        /// What it is.
        what: &'static str,
        /// What was given.
        value: f64,
    },
    /// A figure has to be zero or more and finite.
    Negative {
        /// What it is.
        what: &'static str,
        /// What was given.
        value: f64,
    },
    /// A probability has to lie between 0 and 1.
    NotAProbability {
        /// What it is.
        what: &'static str,
        /// What was given.
        value: f64,
    },
    /// More is offered than can be handled, nobody leaves and the queue has no end: it grows for ever.
    Overloaded {
        /// The offered load, in erlangs.
        load: f64,
        /// How many workers there are.
        workers: u32,
    },
    /// There is less room than workers to fill it.
    NoRoomForWorkers {
        /// How many tasks may be there at once.
        room: u32,
        /// How many workers there are.
        workers: u32,
    },
    /// The sum has too many terms: some rates lie too far apart.
    TooLong {
        /// After how many terms it was given up.
        terms: u64,
    },
    /// A stretch of a profile begins before the one ahead of it ended, or ends before it begins.
    OutOfOrder {
        /// Where it begins.
        at: f64,
    },
}

impl fmt::Display for Unsolvable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPositive { what, value } => write!(f, "{what} is {value}: expected a finite number above zero"),
            Self::Negative { what, value } => write!(f, "{what} is {value}: expected a finite number, zero or more"),
            Self::NotAProbability { what, value } => write!(f, "{what} is {value}: expected a number from 0 to 1"),
            Self::Overloaded { load, workers } => {
                write!(f, "the offered load of {load} erlangs is not below {workers} workers and nobody leaves: ")?;
                write!(f, "the queue grows for ever; add workers or patience")
            }
            Self::NoRoomForWorkers { room, workers } => {
                write!(f, "there is room for {room} tasks, expected room for as many as there are workers, {workers}")
            }
            Self::TooLong { terms } => {
                write!(f, "the sum was given up after {terms} terms: bring the rates closer to each other")
            }
            Self::OutOfOrder { at } => {
                write!(f, "the stretch from {at} is out of order: expected stretches one after the other")
            }
        }
    }
}

impl std::error::Error for Unsolvable {}

fn positive(what: &'static str, value: f64) -> Result<f64, Unsolvable> {
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err(Unsolvable::NotPositive { what, value }) }
}

fn not_negative(what: &'static str, value: f64) -> Result<f64, Unsolvable> {
    if value >= 0.0 && value.is_finite() { Ok(value) } else { Err(Unsolvable::Negative { what, value }) }
}

fn probability(what: &'static str, value: f64) -> Result<f64, Unsolvable> {
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(Unsolvable::NotAProbability { what, value }) }
}

fn below_capacity(load: f64, workers: u32) -> Result<f64, Unsolvable> {
    if load < f64::from(workers) { Ok(load) } else { Err(Unsolvable::Overloaded { load, workers }) }
}

#[cfg(test)]
#[track_caller]
fn assert_close(actual: f64, expected: f64, relative: f64) {
    let off = (actual - expected).abs();
    assert!(off <= relative * expected.abs().max(f64::MIN_POSITIVE), "{actual} is not within {relative} of {expected}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_name_the_figure() {
        let overloaded = ErlangC::new(21.0, 1.0, 20).unwrap_err().to_string();
        assert!(overloaded.starts_with("the offered load of 21 erlangs is not below 20 workers"), "{overloaded}");
        let negative = erlang_b(3, -1.0).unwrap_err();
        assert_eq!(negative, Unsolvable::Negative { what: "the offered load", value: -1.0 });
        assert!(erlang_b(3, f64::NAN).is_err());
    }
}
