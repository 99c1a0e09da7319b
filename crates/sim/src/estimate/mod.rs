//! What is said about samples: counts, moments, quantiles and levels that merge, and how sure one may be of a mean.
//!
//! What is folded while a run goes on is kept in whole numbers ([`Moments`], [`Quantiles`], [`Area`], [`Survival`]).
//! Merging is associative and commutative to the bit, so that a run in parts says what the whole says; memory is bounded,
//! but for that of [`Survival`]. What is computed at the end ([`Interval`], [`Share`], [`Cut`]) takes real numbers in the
//! order of replications, which is a given, by functions that are the same bits on every platform.
//!
//! It knows nothing of tasks or scenarios, and draws nothing at random.

mod batches;
mod interval;
mod law;
mod level;
mod moments;
mod precision;
mod quantiles;
mod share;
mod survival;
mod warm_up;
mod whole;

pub use batches::{Batches, TooFew, batch_means};
pub use interval::{Interval, paired};
pub use law::{Confidence, InvalidConfidence, normal_quantile, student_quantile};
pub use level::{Area, Level};
pub use moments::Moments;
pub use precision::Precision;
pub use quantiles::Quantiles;
pub use share::Share;
pub use survival::{PatienceHistogram, Step, Survival};
pub use warm_up::{Cut, mser, mser_5};

/// The random tests' configuration: `POINTSMAN_EFFORT` multiplies the number of cases.
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the one place where these tests read how hard to try")]
fn cases(base: u32) -> proptest::prelude::ProptestConfig {
    let effort = std::env::var("POINTSMAN_EFFORT").ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    proptest::prelude::ProptestConfig::with_cases((f64::from(base) * effort.clamp(0.01, 10_000.0)) as u32)
}
