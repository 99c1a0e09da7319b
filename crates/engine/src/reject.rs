//! Why a command was refused. A refused command changes nothing and emits nothing (rule R21).
//!
//! Each variant is one reason with the ids it is about; [`Rejection::code`] is its stable name in texts. Where
//! several hold, the one a reader would check first wins: time, existence, form of the values, state.

use std::fmt;
use std::time::Duration;

use pointsman_expr::{AttributesError, ParseError};

use crate::id::{ActivityId, ReservationId, TaskChannelId, TaskId, TaskQueueId, WorkerId, WorkflowId};
use crate::status::{ReservationStatus, TaskStatus};
use crate::time::{Timestamp, format_duration};

/// What a command may name the version of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versioned {
    /// A task.
    Task(TaskId),
    /// A worker.
    Worker(WorkerId),
    /// A reservation.
    Reservation(ReservationId),
}

impl fmt::Display for Versioned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(id) => write!(f, "task {id}"),
            Self::Worker(id) => write!(f, "worker {id}"),
            Self::Reservation(id) => write!(f, "reservation {id}"),
        }
    }
}

/// Declares the reasons with their stable codes.
macro_rules! rejections {
    (@any $type:ty) => { _ };
    ($($(#[$attribute:meta])* $name:ident $(($tuple:ty))? $({ $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })? = $code:literal,)*) => {
        /// Why a command was refused.
        #[derive(Clone, Debug, PartialEq, thiserror::Error)]
        pub enum Rejection {
            $(
                $(#[$attribute])*
                $name $(($tuple))? $({ $($(#[$field_doc])* $field: $type,)* })?,
            )*
        }

        impl Rejection {
            /// The code of every reason.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// The reason's stable name in texts, in kebab-case.
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$name $((rejections!(@any $tuple)))? $({ $($field: _,)* })? => $code,)*
                }
            }
        }
    };
}

rejections! {
    /// `now` lies before an instant the engine has seen (rule R21).
    #[error("time went backwards: {now} ms lies before {clock} ms; hold the clock monotone")]
    TimeWentBackwards {
        /// The given instant.
        now: Timestamp,
        /// The greatest instant seen.
        clock: Timestamp,
    } = "time-went-backwards",
    /// The workspace has been deleted.
    #[error("the workspace is deleted")]
    WorkspaceDeleted = "workspace-deleted",

    /// No such activity.
    #[error("there is no activity {0}")]
    UnknownActivity(ActivityId) = "unknown-activity",
    /// No such task channel.
    #[error("there is no task channel {0}")]
    UnknownTaskChannel(TaskChannelId) = "unknown-task-channel",
    /// No such task queue.
    #[error("there is no task queue {0}")]
    UnknownTaskQueue(TaskQueueId) = "unknown-task-queue",
    /// No such workflow.
    #[error("there is no workflow {0}")]
    UnknownWorkflow(WorkflowId) = "unknown-workflow",
    /// No such worker.
    #[error("there is no worker {0}")]
    UnknownWorker(WorkerId) = "unknown-worker",
    /// No such task, or it was purged after its end.
    #[error("there is no task {0}; an ended task is gone after 5 minutes")]
    UnknownTask(TaskId) = "unknown-task",
    /// No such reservation.
    #[error("there is no reservation {0}; it goes with its task")]
    UnknownReservation(ReservationId) = "unknown-reservation",
    /// The worker was never reserved for the task.
    #[error("worker {worker} has had no reservation for task {task}")]
    NoReservation {
        /// The task.
        task: TaskId,
        /// The worker.
        worker: WorkerId,
    } = "no-reservation",
    /// The default or timeout activity is not among the workspace's activities.
    #[error("the workspace has no activity {activity} to be its {role} activity: declare it or name another")]
    NoSuchWorkspaceActivity {
        /// `default` or `timeout`.
        role: &'static str,
        /// The activity asked for.
        activity: ActivityId,
    } = "no-such-workspace-activity",
    /// No workflow was named and there is not exactly one.
    #[error("name a workflow: the workspace has {count}")]
    WorkflowRequired {
        /// How many there are.
        count: usize,
    } = "workflow-required",

    /// The id is taken.
    #[error("activity {0} exists already")]
    ActivityExists(ActivityId) = "activity-exists",
    /// The id is taken.
    #[error("task channel {0} exists already")]
    TaskChannelExists(TaskChannelId) = "task-channel-exists",
    /// The id is taken.
    #[error("task queue {0} exists already")]
    TaskQueueExists(TaskQueueId) = "task-queue-exists",
    /// The id is taken.
    #[error("workflow {0} exists already")]
    WorkflowExists(WorkflowId) = "workflow-exists",
    /// The id is taken.
    #[error("worker {0} exists already")]
    WorkerExists(WorkerId) = "worker-exists",
    /// The id is taken.
    #[error("task {0} exists already")]
    TaskExists(TaskId) = "task-exists",
    /// Another worker has this friendly name, without regard to case.
    #[error("worker {taken_by} is called `{name}` already; names of workers differ in more than case")]
    WorkerNameTaken {
        /// The name asked for.
        name: String,
        /// Who has it.
        taken_by: WorkerId,
    } = "worker-name-taken",
    /// Another task channel has this unique name.
    #[error("task channel {taken_by} has the unique name `{name}` already")]
    UniqueNameTaken {
        /// The name asked for.
        name: String,
        /// Which channel has it.
        taken_by: TaskChannelId,
    } = "unique-name-taken",

    /// A friendly name is empty or too long.
    #[error("a friendly name has 1 to {limit} characters, this one has {length}")]
    FriendlyNameLength {
        /// Its characters.
        length: usize,
        /// The most allowed.
        limit: usize,
    } = "friendly-name-length",
    /// A task channel's unique name could not stand in an expression.
    #[error("`{name}` cannot be a task channel's unique name: use letters, digits, `_` and `$`, with no digit in front")]
    InvalidUniqueName {
        /// The name asked for.
        name: String,
    } = "invalid-unique-name",
    /// The attributes are not a JSON object, or nest too deep.
    #[error("attributes: {0}")]
    InvalidAttributes(AttributesError) = "invalid-attributes",
    /// An expression has errors.
    #[error("{place}: {}", list(errors))]
    InvalidExpression {
        /// Where it stands: `filters[0].targets[1].skip_if`.
        place: String,
        /// The expression.
        text: String,
        /// Everything that is wrong with it.
        errors: Vec<ParseError>,
    } = "invalid-expression",
    /// A filter has no target.
    #[error("{place}: a filter needs at least one target")]
    NoTargets {
        /// Where it stands: `filters[0]`.
        place: String,
    } = "no-targets",
    /// The first target of a filter names no queue.
    #[error("{place}: the first target of a filter names the queue")]
    NoQueue {
        /// Where it stands: `filters[0].targets[0]`.
        place: String,
    } = "no-queue",
    /// A span is outside its range.
    #[error("{what} is {}, expected {} to {}", format_duration(*given), format_duration(*least), format_duration(*most))]
    SpanOutOfRange {
        /// Which span.
        what: String,
        /// The given one.
        given: Duration,
        /// The shortest allowed.
        least: Duration,
        /// The longest allowed.
        most: Duration,
    } = "span-out-of-range",
    /// A number is outside its range.
    #[error("{what} is {given}, expected {least} to {most}")]
    NumberOutOfRange {
        /// Which number.
        what: String,
        /// The given one.
        given: u64,
        /// The least allowed.
        least: u64,
        /// The most allowed.
        most: u64,
    } = "number-out-of-range",
    /// A virtual start time lies in the future or before 1900 (rule R13).
    #[error("the virtual start time {given} ms lies in the future or before 1900")]
    VirtualStartTimeOutOfRange {
        /// The given instant.
        given: Timestamp,
    } = "virtual-start-time-out-of-range",
    /// There are as many activities as there may be.
    #[error("a workspace has at most {limit} activities")]
    TooManyActivities {
        /// The most allowed.
        limit: usize,
    } = "too-many-activities",

    /// The task's workflow and its routing target name different workflows.
    #[error("the task names workflow {workflow}, its routing target workflow {target}: give one of them")]
    RoutingTargetConflict {
        /// The task's.
        workflow: WorkflowId,
        /// The routing target's.
        target: WorkflowId,
    } = "routing-target-conflict",

    /// The command is meant for another version (semantics section 4.4).
    #[error("{of} has version {found}, the command is meant for {expected}: look at it again")]
    VersionMismatch {
        /// What has the version.
        of: Versioned,
        /// The version the command is meant for.
        expected: u64,
        /// The version there is.
        found: u64,
    } = "version-mismatch",
    /// The task has ended: only deleting it is possible (rule R19).
    #[error("task {task} is {status}: it has ended and can only be deleted")]
    TaskEnded {
        /// The task.
        task: TaskId,
        /// Its status.
        status: TaskStatus,
    } = "task-ended",
    /// The task is neither pending nor reserved.
    #[error("cannot cancel task {task}: it is {status}, not pending or reserved")]
    TaskNotWaiting {
        /// The task.
        task: TaskId,
        /// Its status.
        status: TaskStatus,
    } = "task-not-waiting",
    /// The task is not assigned.
    #[error("cannot wrap up task {task}: it is {status}, not assigned")]
    TaskNotAssigned {
        /// The task.
        task: TaskId,
        /// Its status.
        status: TaskStatus,
    } = "task-not-assigned",
    /// The task is neither assigned nor wrapping.
    #[error("cannot complete task {task}: it is {status}, not assigned or wrapping")]
    TaskNotTaken {
        /// The task.
        task: TaskId,
        /// Its status.
        status: TaskStatus,
    } = "task-not-taken",
    /// The channel of a task changes only while it is pending (Q37).
    #[error("cannot change the channel of task {task}: it is {status}, not pending")]
    TaskNotPending {
        /// The task.
        task: TaskId,
        /// Its status.
        status: TaskStatus,
    } = "task-not-pending",
    /// The reservation has been answered or has ended (Q42).
    #[error("reservation {reservation} is {status}, not pending")]
    ReservationNotPending {
        /// The reservation.
        reservation: ReservationId,
        /// Its status.
        status: ReservationStatus,
    } = "reservation-not-pending",
    /// The reservation is held already (rule R24).
    #[error("reservation {reservation} is held already")]
    ReservationHeld {
        /// The reservation.
        reservation: ReservationId,
    } = "reservation-held",
    /// Pending reservations are rejected only on the way to an unavailable activity (semantics section 5.7).
    #[error("pending reservations are rejected only when worker {worker} goes to an unavailable activity")]
    RejectNeedsUnavailableActivity {
        /// The worker.
        worker: WorkerId,
    } = "reject-needs-unavailable-activity",
    /// Multitasking is never switched off (semantics section 7.4).
    #[error("multitasking cannot be switched off")]
    MultitaskingStays = "multitasking-stays",
    /// Something still refers to it (rule R22).
    #[error("{what} is in use by {by}")]
    InUse {
        /// What was to be deleted.
        what: String,
        /// What refers to it.
        by: String,
    } = "in-use",
    /// The channel `default` cannot be deleted (rule R22).
    #[error("the task channel `default` cannot be deleted")]
    DefaultTaskChannel = "default-task-channel",
    /// The worker holds work that is not done, or unanswered reservations without `force` (Q43).
    #[error("worker {worker} cannot be deleted while its reservation {reservation} is {status}")]
    WorkerHasReservations {
        /// The worker.
        worker: WorkerId,
        /// One of the reservations.
        reservation: ReservationId,
        /// Its status.
        status: ReservationStatus,
    } = "worker-has-reservations",
}

fn list(errors: &[ParseError]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}
