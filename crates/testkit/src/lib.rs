#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod driver;
mod invariants;
mod model;
mod names;
mod op;
mod runs;
mod scenario;
pub mod strategy;

pub use driver::{Driver, Mismatch};
pub use invariants::{Invariant, Violation, Watch, check, invariants};
pub use model::Model;
pub use op::{Delay, Op, Pick, script};
pub use runs::{Failure, Runs};
pub use scenario::scenario;
