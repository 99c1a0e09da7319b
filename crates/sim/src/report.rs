//! What a run says when it is over, as plain data: the JSON of `pointsman run --format json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::statistics::{Figures, Statistics};

/// A run's figures, its expectations, and the state at its end, all by the scenario's names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// What the scenario is called.
    pub scenario: String,
    /// The seed it ran with.
    pub seed: u64,
    /// How often it ran.
    pub replications: u64,
    /// When it ended, counted from the start: `1h30m`.
    pub end: String,
    /// The fingerprint of the whole state at the end: 16 hexadecimal digits.
    pub digest: String,
    /// What was expected.
    pub expectations: Expectations,
    /// Every task there has been, also those that are gone.
    pub tasks: BTreeMap<String, TaskReport>,
    /// Every worker there is.
    pub workers: BTreeMap<String, WorkerReport>,
    /// Counts and waits. Absent where chance plays a part and no expectation asks for them: see the results of all runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics: Option<Statistics>,
}

impl Report {
    /// The figures of the whole workspace; those of nothing where none were kept.
    pub fn figures(&self) -> Figures {
        self.statistics.as_ref().map(|statistics| statistics.workspace.clone()).unwrap_or_default()
    }
}

/// How many expectations held, and those that did not. A step that expects to be refused counts as one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Expectations {
    /// Those that held.
    pub passed: u64,
    /// Those that did not.
    pub failed: Vec<Failure>,
}

/// An expectation that did not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Failure {
    /// When, counted from the start: `1m30s`.
    pub at: String,
    /// What was looked at: `task t1: status`.
    pub what: String,
    /// What it should have been.
    pub expected: String,
    /// What it was.
    pub actual: String,
    /// Its line in the scenario, counted from 1.
    pub line: usize,
    /// Its column in characters, counted from 1.
    pub column: usize,
}

/// A task at the end, or when it was last seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaskReport {
    /// Whether it is still there: an ended task is gone after five minutes.
    pub exists: bool,
    /// `pending`, `reserved`, `assigned`, `wrapping`, `completed` or `canceled`.
    pub status: String,
    /// The queue it is in, or was in last.
    pub queue: Option<String>,
    /// Its priority.
    pub priority: u32,
    /// Its workflow.
    pub workflow: Option<String>,
    /// The filter it is in, or was in last: its zero-based index, or `default`.
    pub filter: Option<Value>,
    /// The zero-based index of the routing step.
    pub target: Option<usize>,
    /// Workers with a pending reservation.
    pub reserved: Vec<String>,
    /// Who accepted it.
    pub worker: Option<String>,
    /// Why it ended.
    pub reason: Option<String>,
    /// Its class, where chance plays a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
}

/// A worker at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkerReport {
    /// The activity.
    pub activity: String,
    /// Whether the activity is an available one.
    pub available: bool,
    /// Its share of each channel.
    pub channels: BTreeMap<String, ChannelReport>,
    /// Its open reservations, oldest first.
    pub reservations: Vec<ReservationReport>,
}

/// A worker's share of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChannelReport {
    /// How many tasks at once.
    pub configured_capacity: u32,
    /// Whether new tasks are taken.
    pub available: bool,
    /// Accepted reservations.
    pub assigned_tasks: u32,
    /// The free share of the capacity, 0 to 100.
    pub available_capacity_percentage: u32,
}

/// An open reservation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReservationReport {
    /// The task.
    pub task: String,
    /// `pending`, `accepted` or `wrapping`.
    pub status: String,
}
