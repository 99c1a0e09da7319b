//! A work router as a pure, deterministic state machine with TaskRouter's semantics: `(now, Command)` in, ordered
//! [`Event`]s out. No clock, no randomness, no I/O, no threads; the same input gives the same bytes everywhere.
//!
//! [`Engine`] is where to start: its documentation sorts the methods and gives their calling order.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod catalog;
mod command;
mod declared;
mod digest;
mod engine;
mod event;
mod explain;
mod facts;
mod figures;
mod id;
mod invariant;
mod limits;
pub mod lint;
mod matching;
mod outbox;
mod plan;
mod reject;
mod revision;
mod setters;
#[cfg(feature = "snapshot")]
mod snapshot;
mod spec;
mod state;
pub mod statistics;
mod status;
mod step;
mod time;
mod unblock;
mod view;

pub use command::{
    AcceptReservation, CancelReservation, CancelTask, Command, CompleteTask, CreateTask, DeleteActivity, DeleteTask,
    DeleteTaskChannel, DeleteTaskQueue, DeleteWorker, DeleteWorkflow, DeleteWorkspace, HoldReservation,
    RejectReservation, ReservationRef, RoutingTarget, SetWorkerActivity, UpdateActivity, UpdateTask, UpdateTaskChannel,
    UpdateTaskQueue, UpdateWorker, UpdateWorkerChannel, UpdateWorkflow, UpdateWorkspace, WrapTask,
};
pub use digest::Digest;
pub use engine::Engine;
pub use event::{
    ActivityFacts, Event, EventKind, FilterRef, NO_FILTER_MATCHES, ReservationFacts, StepFacts, Subject,
    TaskChannelFacts, TaskFacts, TaskQueueFacts, WorkerActivityFacts, WorkerChannelFacts, WorkerFacts, WorkflowFacts,
    WorkspaceFacts,
};
pub use explain::{
    Failed, Known, Passed, PassedFilter, TaskExplanation, TaskRank, TaskVerdict, Verdict, WaitCause, WorkerExplanation,
    WorkerOrder, WorkerVerdict,
};
pub use figures::{
    ActivityFigures, LongestWait, TaskFigures, TaskQueueFigures, TasksByStatus, WorkersFigures, WorkspaceFigures,
};
pub use id::{ActivityId, IdError, ReservationId, TaskChannelId, TaskId, TaskQueueId, WorkerId, WorkflowId};
pub use limits::{
    ASSIGNED_AT_MOST, DEFAULT_RESERVATION_TIMEOUT, DEFAULT_TASK_TIMEOUT, Limits, MAX_FRIENDLY_NAME, MAX_PRIORITY,
    MIN_TIMEOUT, PURGE_AFTER,
};
pub use plan::Plan;
pub use pointsman_expr::{Attributes, AttributesError, Blamed, Expression, Value};
pub use reject::{Rejection, Versioned};
pub use revision::Revision;
#[cfg(feature = "snapshot")]
pub use snapshot::{Snapshot, SnapshotError};
pub use spec::{
    ActivitySpec, FilterSpec, KnownWorkerSpec, TargetSpec, TaskChannelSpec, TaskOrder, TaskQueueSpec, Template,
    TimeoutBasis, WorkerChannelSpec, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
pub use status::{ReservationStatus, TaskStatus};
pub use time::{Timestamp, format_duration, parse_duration};
pub use unblock::{Advice, Change, ChangeKind};
pub use view::{ReservationView, TaskView, WorkerChannelView, WorkerView};

/// The version of the engine's behaviour: raised with every change by which the same inputs lead to something else, which
/// the changelog marks with a star. Who keeps inputs to replay them later keeps it beside them.
pub const BEHAVIOUR: u32 = 1;

/// The first example of the project's README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The example of the page on statistics, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/statistics.md")]
struct StatisticsPage;
