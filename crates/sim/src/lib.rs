//! Runs replayable scenario files through the routing engine that people embed, under a virtual clock.
//!
//! [`Scenario::parse`] reads a file with all its errors, [`run()`] drives one engine through it, and the [`Outcome`] holds
//! the transcript, the failed expectations, the report and the recorded commands. It prints nothing, reads no file and
//! no clock: files come from the caller, time from the scenario.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod advice;
mod arrival;
mod bound;
pub mod diff;
mod distribution;
mod document;
pub mod estimate;
mod expectation;
pub mod experiment;
pub mod explanation;
pub mod fit;
mod flow;
pub mod forecast;
#[cfg(feature = "graph")]
pub mod graph;
pub mod history;
mod initial;
mod judgement;
mod labels;
mod measured;
mod metric;
mod model;
#[cfg(feature = "page")]
mod page;
mod portable;
mod random;
mod reading;
pub mod recognition;
mod recording;
mod replay;
mod report;
mod resolved;
pub mod results;
mod run;
mod scenario;
#[cfg(feature = "schema")]
mod schema;
pub mod shrink;
mod simulation;
mod situation;
mod statistics;
mod step;
#[cfg(feature = "page")]
mod tables;
mod tally;
pub mod theory;
mod timeline;
mod transcript;
mod words;

pub use flow::{Flow, Move, StepFlow, StepRef, Way, WorkflowFlow};
pub use model::{DOUBTFUL, MOST_REPLICATIONS};
#[cfg(feature = "page")]
pub use page::{page, results_page};
pub use recording::{Entry, FORMAT, Recording, RecordingError, VERSION, fingerprint, friendly_names};
pub use replay::{Difference, Differing, Replay, Turn, annotated, engine_at_end, replay};
pub use report::{ChannelReport, Expectations, Failure, Report, ReservationReport, TaskReport, WorkerReport};
pub use run::{Options, Outcome, replicate, run};
pub use scenario::Scenario;
#[cfg(feature = "schema")]
pub use schema::scenario_schema;
pub use situation::Situation;
pub use statistics::{Figures, Statistics, Waits};
#[cfg(feature = "page")]
pub use tables::{
    TASK_COLUMNS, events_csv, figures_csv, intervals_csv, replications_csv, reservations_csv, tasks_csv, workers_csv,
};
pub use timeline::{Mark, Phase, Span, TaskLane, Timeline, Work, WorkerLane};
pub use transcript::{FACTS, Line};

/// The README's example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
