//! When tasks arrive: the processes that a scenario can name, and the arrivals that come of them, in order and one at a
//! time. What a task is like and what happens to it is for others.

mod arrivals;
mod curve;
mod process;
mod rate;
mod read;
#[cfg(feature = "schema")]
mod schema;
#[cfg(test)]
mod tests;
mod trace;
mod window;

use std::time::Duration;

pub(crate) use arrivals::{Arrival, Arrivals};
pub(crate) use process::ArrivalProcess;
pub(crate) use read::KEYS;
#[cfg(feature = "schema")]
pub(crate) use schema::properties;
pub use trace::Recorded;
pub(crate) use trace::{RENAME, Row, Trace, is_twice};

/// No instant lies here or behind it: some 285,000 years, and the last number that a float counts up to.
const END: u64 = 1 << 53;

/// A span in the milliseconds that arrivals are counted in.
fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(END).min(END)
}

/// Milliseconds in the seconds that rates are counted in.
fn seconds(millis: u64) -> f64 {
    millis as f64 / 1_000.0
}
