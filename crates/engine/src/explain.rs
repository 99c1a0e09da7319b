//! Why a task is where it is, worker by worker, and which task a worker takes next: the answers as values. They are
//! read off the very judgements by which tasks are routed, and the engine keeps nothing for them.

mod cause;
mod filters;
mod order;
mod pair;
mod sentence;

use std::sync::Arc;

use pointsman_expr::{Blamed, Expression, Value};

use crate::event::FilterRef;
use crate::id::{ReservationId, TaskId, TaskQueueId, WorkerId};
use crate::matching::Judge;
use crate::spec::TaskOrder;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::Worker;
use crate::status::TaskStatus;
use crate::time::Timestamp;
use crate::view::{self, TaskView, WorkerView};

/// Where a task is, and what every worker has to do with it ([`Engine::explain`](crate::Engine::explain)).
#[derive(Clone, Debug, PartialEq)]
pub struct TaskExplanation {
    /// The task, with the step it is in.
    pub task: TaskView,
    /// The filter by which its walk through the workflow began.
    pub entered: Option<FilterRef>,
    /// When the time of the step is up; none where it has no timeout.
    pub deadline: Option<Timestamp>,
    /// The filters above the one it is in, and how each was passed.
    pub passed: Vec<PassedFilter>,
    /// What it waits for; none when it does not wait.
    pub cause: Option<WaitCause>,
    /// Every worker of the workspace, in creation order.
    pub workers: Vec<WorkerVerdict>,
}

/// What a worker has to do with the waiting tasks ([`Engine::explain_worker`](crate::Engine::explain_worker)).
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerExplanation {
    /// The worker.
    pub worker: WorkerView,
    /// The task it is asked to take first once it can be asked; the reasons are in the verdicts of the others.
    pub next: Option<TaskId>,
    /// Every pending task, in the order in which they are served.
    pub tasks: Vec<TaskVerdict>,
}

/// A worker's part in an explanation.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerVerdict {
    /// The worker.
    pub worker: WorkerId,
    /// Its name.
    pub friendly_name: Arc<str>,
    /// What decides.
    pub verdict: Verdict,
    /// What would decide if that did not, in the same order.
    pub others: Vec<Verdict>,
}

/// A task's part in an explanation.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskVerdict {
    /// The task.
    pub task: TaskId,
    /// What decides.
    pub verdict: Verdict,
    /// What would decide if that did not, in the same order.
    pub others: Vec<Verdict>,
}

/// What there is to say of a pair of task and worker. Of those that hold the first in this order decides.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The worker has been asked and has not answered.
    Reserved {
        /// The pending reservation.
        reservation: ReservationId,
    },
    /// The worker has taken the task.
    Assigned {
        /// The reservation that was accepted.
        reservation: ReservationId,
    },
    /// The worker is not one of the queue's, or the task is in no queue.
    NotInQueue {
        /// The queue of the step, with its name.
        queue: Option<(TaskQueueId, Arc<str>)>,
        /// The queue's expression; none when it is empty, which no worker matches.
        failed: Option<Failed>,
    },
    /// The expression of the step does not hold.
    StepExpressionFalse {
        /// Why.
        failed: Failed,
    },
    /// The step considers one worker only, and this is another.
    NotTheKnownWorker {
        /// Which one it is.
        known: Known,
    },
    /// The worker's activity is not an available one.
    ActivityUnavailable {
        /// Its name.
        activity: Arc<str>,
    },
    /// The worker takes no new tasks of the task's channel.
    ChannelUnavailable {
        /// The channel's unique name.
        channel: Arc<str>,
    },
    /// The worker has as many tasks of the channel as it can have.
    NoCapacity {
        /// The channel's unique name.
        channel: Arc<str>,
        /// Reservations that are pending, accepted or wrapping.
        load: u32,
        /// How many there may be.
        capacity: u32,
    },
    /// Single-tasking: the worker has not answered another task's reservation.
    AlreadyHasReservation {
        /// That task.
        task: TaskId,
    },
    /// The task is taken or has ended: it looks for nobody.
    NotWaiting {
        /// Where it is in its life.
        status: TaskStatus,
    },
    /// The worker is the first to be asked, should nobody who has been asked take the task; or, of a worker who is
    /// unavailable or busy: this task is the first it will be asked to take.
    WouldBeNext,
    /// Other workers are asked before this one.
    OrderedBehind {
        /// The first of them.
        worker: WorkerId,
        /// By what that worker is ordered.
        ahead: Box<WorkerOrder>,
        /// By what this one is.
        own: Box<WorkerOrder>,
    },
    /// The worker, unavailable or busy now, will be asked to take other tasks before this one.
    Outranked {
        /// The first of them.
        task: TaskId,
        /// By what that task is ordered.
        ahead: TaskRank,
        /// By what this one is.
        own: TaskRank,
    },
}

/// An expression that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Failed {
    /// The expression.
    pub expression: Expression,
    /// The comparisons to which that is due, with the values they saw. Those who saw the same share them.
    pub blamed: Arc<[Blamed]>,
}

/// The only worker that a task or its step considers.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// The task goes to this worker and no other.
    Direct(WorkerId),
    /// The step's `known_worker_sid` or `known_worker_friendly_name`.
    Step {
        /// The reference, such as `task.agent_sid`.
        reference: Arc<str>,
        /// What the task holds there.
        value: Value,
        /// The worker of that SID or name, when there is one.
        worker: Option<WorkerId>,
    },
}

/// By what workers are ordered for a task (semantics section 2.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerOrder {
    /// The values of the step's `order_by`, one for each clause; none when there is no list or it is ignored because a
    /// value is no integer (Q27).
    pub order_by: Option<Box<[Option<i64>]>>,
    /// When the worker was last reserved; never comes first.
    pub last_reserved: Option<Timestamp>,
    /// The worker's place in the order of creation, the last tie-break.
    pub created: u64,
}

/// By what tasks are ordered (semantics sections 3.2 and 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskRank {
    /// The order of its queue, which decides the class; in no queue FIFO.
    pub task_order: TaskOrder,
    /// Its priority, which counts in a FIFO queue.
    pub priority: u32,
    /// Its age is counted from here.
    pub virtual_start_time: Timestamp,
    /// The task's place in the order of creation, the last tie-break.
    pub created: u64,
}

/// A filter above the one a task is in.
#[derive(Clone, Debug, PartialEq)]
pub struct PassedFilter {
    /// Which one.
    pub filter: FilterRef,
    /// How it was passed.
    pub how: Passed,
}

/// How a filter was passed, as far as the state tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Passed {
    /// It does not match the task.
    NotMatched(Failed),
    /// It matches now but did not when the filters were read.
    MatchesSince,
    /// Its last target was left by timeout.
    LeftByTimeout,
    /// Its last target was left by skip.
    LeftBySkip,
    /// One or the other: several filters were left, and only a log of commands tells which way.
    Left,
}

/// What a waiting task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitCause {
    /// It is between two routing steps. Steps are entered in the instant in which others are left: no time passes.
    BetweenSteps,
    /// Workers have been asked and have not answered.
    Reserved,
    /// The one worker that the step considers, whatever keeps it.
    KnownWorker,
    /// No worker is in the queue and fulfils the step's expression.
    NoWorker,
    /// Of those who do, nobody is in an available activity with the channel switched on.
    NoneAvailable,
    /// Of those who are, nobody has a free hand, and one of them will take this task first.
    NoCapacity,
    /// The same, but all of them will take other tasks first.
    Outranked,
}

impl WaitCause {
    /// Every cause, in the order in which they are looked for.
    pub const ALL: [Self; 7] = [
        Self::BetweenSteps,
        Self::Reserved,
        Self::KnownWorker,
        Self::NoWorker,
        Self::NoneAvailable,
        Self::NoCapacity,
        Self::Outranked,
    ];

    /// The stable name, in kebab-case.
    pub fn code(self) -> &'static str {
        match self {
            Self::BetweenSteps => "between-steps",
            Self::Reserved => "reserved",
            Self::KnownWorker => "known-worker",
            Self::NoWorker => "no-worker",
            Self::NoneAvailable => "none-available",
            Self::NoCapacity => "no-capacity",
            Self::Outranked => "outranked",
        }
    }
}

impl Verdict {
    /// Every code.
    pub const CODES: [&str; 13] = [
        "reserved",
        "assigned",
        "not-in-queue",
        "step-expression-false",
        "not-the-known-worker",
        "activity-unavailable",
        "channel-unavailable",
        "no-capacity",
        "already-has-reservation",
        "not-waiting",
        "would-be-next",
        "ordered-behind",
        "outranked",
    ];

    /// The stable name, in kebab-case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Reserved { .. } => "reserved",
            Self::Assigned { .. } => "assigned",
            Self::NotInQueue { .. } => "not-in-queue",
            Self::StepExpressionFalse { .. } => "step-expression-false",
            Self::NotTheKnownWorker { .. } => "not-the-known-worker",
            Self::ActivityUnavailable { .. } => "activity-unavailable",
            Self::ChannelUnavailable { .. } => "channel-unavailable",
            Self::NoCapacity { .. } => "no-capacity",
            Self::AlreadyHasReservation { .. } => "already-has-reservation",
            Self::NotWaiting { .. } => "not-waiting",
            Self::WouldBeNext => "would-be-next",
            Self::OrderedBehind { .. } => "ordered-behind",
            Self::Outranked { .. } => "outranked",
        }
    }

    /// Whether the worker has, or may have, the task: nothing but the order of workers or tasks stands between them.
    pub fn is_eligible(&self) -> bool {
        match self {
            Self::Reserved { .. }
            | Self::Assigned { .. }
            | Self::WouldBeNext
            | Self::OrderedBehind { .. }
            | Self::Outranked { .. } => true,
            Self::NotInQueue { .. }
            | Self::StepExpressionFalse { .. }
            | Self::NotTheKnownWorker { .. }
            | Self::ActivityUnavailable { .. }
            | Self::ChannelUnavailable { .. }
            | Self::NoCapacity { .. }
            | Self::AlreadyHasReservation { .. }
            | Self::NotWaiting { .. } => false,
        }
    }
}

pub(crate) fn task(judge: Judge<'_>, seq: Seq, row: &Task) -> TaskExplanation {
    let rows: Vec<(Seq, &Worker)> = judge.state.workers.iter().collect();
    let workers = pair::workers(judge, (seq, row), &rows);
    TaskExplanation {
        task: view::task(judge, row),
        entered: row.pass.entered,
        deadline: row.deadline,
        passed: filters::passed(judge, row),
        cause: cause::of(row, &workers),
        workers,
    }
}

pub(crate) fn worker(judge: Judge<'_>, seq: Seq, row: &Worker) -> WorkerExplanation {
    let tasks = pair::tasks(judge, (seq, row));
    let next = tasks.iter().find(|task| task.others.contains(&Verdict::WouldBeNext));
    WorkerExplanation { worker: view::worker(judge, row), next: next.map(|task| task.task), tasks }
}
