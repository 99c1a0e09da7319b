#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod bytes;
mod defects;
mod driver;
mod explore;
mod invariants;
mod model;
mod names;
mod neighbours;
mod op;
mod runs;
mod scenario;
mod story;
pub mod strategy;

pub use bytes::story_of;
pub use defects::{Defect, defects};
pub use driver::{Driver, Mismatch};
pub use explore::{Bound, Exploration, Explored, Transition};
pub use invariants::{Invariant, Violation, Watch, check, invariants};
pub use model::Model;
pub use neighbours::{Drawn, Neighbours};
pub use op::{Delay, Op, Pick, script};
pub use runs::{Failure, Runs};
pub use scenario::scenario;
pub use story::{Expected, Moment, Story, event};
