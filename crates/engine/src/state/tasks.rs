//! Tasks, and the order of those that wait.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use pointsman_expr::Root;
use smallvec::SmallVec;

use super::document::Document;
use super::table::{Seq, Table};
use super::timers::TimerKind;
use crate::catalog::{Configuration, Selectors, Target};
use crate::command::RoutingTarget;
use crate::event::{FilterRef, TaskFacts};
use crate::id::{ReservationId, TaskId, WorkerId};
use crate::invariant::{Checked, ensure};
use crate::spec::TaskOrder;
use crate::status::TaskStatus;
use crate::time::Timestamp;

/// A unit of work to be routed.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    /// What there is to say of it but for its known worker. Events share it until it changes.
    pub(crate) told: Arc<TaskFacts>,
    /// The configuration the task follows (Q30).
    pub(crate) configuration: Arc<Configuration>,
    pub(crate) document: Document,
    pub(crate) state: TaskState,
    /// The order of its queue, which decides the task's class.
    pub(crate) order: TaskOrder,
    /// When its step's time is up (rule R5).
    pub(crate) deadline: Option<Timestamp>,
    pub(crate) pass: Pass,
    pub(crate) mark: Option<Mark>,
    pub(crate) revisit: Revisit,
    /// How often it became reserved.
    pub(crate) assignments: u32,
    /// Every reservation, and where it is; in creation order.
    pub(crate) reservations: OwnReservations,
}

/// The reservations of a task, which mostly is reserved once.
pub(crate) type OwnReservations = SmallVec<[(Seq, ReservationId); 1]>;

/// A task is read as what there is to say of it.
impl Deref for Task {
    type Target = TaskFacts;

    fn deref(&self) -> &TaskFacts {
        &self.told
    }
}

/// Where a task is in its life, with what that state needs.
#[derive(Clone, Debug)]
pub(crate) enum TaskState {
    /// Waiting for a candidate.
    Pending,
    /// Some workers have been asked: those of its reservations that are pending.
    Reserved,
    /// Taken by a worker, until done or for too long.
    Taken {
        /// The accepted reservation.
        by: ReservationId,
        /// Whether after-work is running.
        wrapping: bool,
        /// When it has been taken for too long.
        until: Timestamp,
    },
    /// Over.
    Ended {
        /// The completed reservation; absent for a canceled task.
        by: Option<ReservationId>,
        /// When the task goes.
        purge_at: Timestamp,
    },
}

/// A walk through the workflow (rules R4, R5, R8).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pass {
    /// The instant the step clock counts from.
    pub(crate) base: Timestamp,
    /// The timeouts of the steps entered so far.
    pub(crate) sum: Duration,
    /// The filter by which the pass entered.
    pub(crate) entered: Option<FilterRef>,
    /// Whether a filter of this pass was left by timeout.
    pub(crate) timed_out: bool,
}

impl Pass {
    pub(crate) fn starting(base: Timestamp) -> Self {
        Self { base, sum: Duration::ZERO, entered: None, timed_out: false }
    }
}

/// Why settling looks at a pending task that has no candidate (rule R1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It entered its step.
    Entered,
    /// A reservation ended without success, or its step's time was up while it waited.
    Returned,
}

/// What a reserved task owes when it returns to pending (rule R9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Revisit {
    /// Nothing.
    #[default]
    Nothing,
    /// Its attributes changed: the filters are read again.
    Filters,
    /// Its workflow was changed for all its tasks: a new pass.
    Workflow,
}

/// A waiting task's place in the global order (semantics sections 3.2 and 3.3): class, then two keys, then creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TaskKey(bool, [i64; 3]);

impl TaskKey {
    /// The task.
    pub(crate) fn seq(self) -> Seq {
        Seq(self.1[2].unsigned_abs())
    }
}

impl TaskState {
    pub(crate) fn status(&self) -> TaskStatus {
        match self {
            Self::Pending => TaskStatus::Pending,
            Self::Reserved => TaskStatus::Reserved,
            Self::Taken { wrapping: false, .. } => TaskStatus::Assigned,
            Self::Taken { wrapping: true, .. } => TaskStatus::Wrapping,
            Self::Ended { by: Some(_), .. } => TaskStatus::Completed,
            Self::Ended { by: None, .. } => TaskStatus::Canceled,
        }
    }
}

impl Task {
    pub(crate) fn status(&self) -> TaskStatus {
        self.told.status
    }

    /// A task that has not been in a step yet.
    pub(crate) fn new(told: Arc<TaskFacts>, configuration: Arc<Configuration>, document: Document) -> Self {
        let pass = Pass::starting(told.created_at);
        Self {
            told,
            configuration,
            document,
            state: TaskState::Pending,
            order: TaskOrder::Fifo,
            deadline: None,
            pass,
            mark: None,
            revisit: Revisit::Nothing,
            assignments: 0,
            reservations: OwnReservations::new(),
        }
    }

    pub(crate) fn id(&self) -> TaskId {
        self.told.task
    }

    /// What there is to say of it, to be changed. What events say stays as it is.
    pub(crate) fn tell(&mut self) -> &mut TaskFacts {
        Arc::make_mut(&mut self.told)
    }

    /// Whether it is known that its step considers this worker only.
    pub(crate) fn knows(&self, known_worker: Option<WorkerId>) -> bool {
        self.step.as_ref().is_none_or(|step| step.known_worker == known_worker)
    }

    /// Says why it goes on; without a reason the last one stays.
    pub(crate) fn give_reason(&mut self, reason: Option<Arc<str>>) {
        if reason.is_some() {
            self.tell().reason = reason;
        }
    }

    /// Goes on in its life.
    pub(crate) fn turn(&mut self, state: TaskState, now: Timestamp) {
        let status = state.status();
        self.state = state;
        let told = self.tell();
        told.status = status;
        told.revision.raise(now);
    }

    /// Whether it goes to a worker or a queue without a workflow's filters (rule R15).
    pub(crate) fn is_direct(&self) -> bool {
        self.routing_target.is_some_and(RoutingTarget::is_direct)
    }

    /// The only worker it considers, whatever its step.
    pub(crate) fn only_worker(&self) -> Option<WorkerId> {
        self.routing_target.and_then(RoutingTarget::only_worker)
    }

    /// The routing step the task is in, as configured.
    pub(crate) fn target(&self) -> Option<&Target> {
        let place = self.step.as_ref()?;
        self.configuration.target(place.filter, place.target)
    }

    /// Whether the step's time is up.
    pub(crate) fn is_overdue(&self, now: Timestamp) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// When the timer of this kind fires, if the task has one.
    pub(crate) fn due(&self, kind: TimerKind) -> Option<Timestamp> {
        match (kind, &self.state) {
            (TimerKind::StepDeadline, TaskState::Pending | TaskState::Reserved) => self.deadline,
            (TimerKind::TimeToLive, TaskState::Pending | TaskState::Reserved) => Some(self.expires_at),
            (TimerKind::AssignedLimit, TaskState::Taken { until, .. }) => Some(*until),
            (TimerKind::Purge, TaskState::Ended { purge_at, .. }) => Some(*purge_at),
            (_, TaskState::Pending | TaskState::Reserved | TaskState::Taken { .. } | TaskState::Ended { .. }) => None,
        }
    }

    /// The reservation that was accepted.
    pub(crate) fn taken_by(&self) -> Option<ReservationId> {
        match self.state {
            TaskState::Taken { by, .. } => Some(by),
            TaskState::Ended { by, .. } => by,
            TaskState::Pending | TaskState::Reserved => None,
        }
    }

    /// Where a reservation of its own is.
    pub(crate) fn place_of(&self, reservation: ReservationId) -> Option<Seq> {
        self.reservations.iter().rev().find(|(_, id)| *id == reservation).map(|(seq, _)| *seq)
    }

    fn reads_clock(&self) -> bool {
        let expression = self.target().and_then(|target| target.expression.as_ref());
        expression.is_some_and(pointsman_expr::Expression::reads_clock)
    }

    fn key(&self, seq: Seq, prioritized: TaskOrder) -> TaskKey {
        let seq = i64::try_from(seq.0).unwrap_or(i64::MAX);
        let start = self.virtual_start_time.as_millis();
        let keys = match self.order {
            TaskOrder::Fifo => [-i64::from(self.priority), start, seq],
            TaskOrder::Lifo => [0, start.saturating_neg(), -seq],
        };
        TaskKey(self.order != prioritized, keys)
    }
}

/// The table of tasks. It keeps in mind which of them matching has to look at again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks {
    rows: Table<TaskId, Task>,
    prioritized: TaskOrder,
    clock_readers: BTreeSet<Seq>,
    touched: Vec<Seq>,
}

impl Tasks {
    /// The tasks of a snapshot, each where it belongs.
    #[cfg(feature = "snapshot")]
    pub(crate) fn restored(rows: Table<TaskId, Task>, prioritized: TaskOrder) -> Self {
        let mut tasks = Self { rows, ..Self::default() };
        tasks.prioritize(prioritized);
        tasks
    }

    pub(crate) fn insert(&mut self, task: Task) -> Seq {
        let seq = self.rows.insert(task.id(), task);
        self.touch(seq);
        seq
    }

    /// Removes a task; the answer is its reservations.
    pub(crate) fn remove(&mut self, id: TaskId) -> OwnReservations {
        let forgotten = self.rows.forget(id, |task| (task.status(), std::mem::take(&mut task.reservations)));
        let Some((seq, (status, reservations))) = forgotten else { return OwnReservations::new() };
        // Matching knows pending tasks only.
        if status == TaskStatus::Pending {
            self.touch(seq);
        }
        reservations
    }

    pub(crate) fn next(&self) -> Seq {
        self.rows.next()
    }

    pub(crate) fn get(&self, id: TaskId) -> Option<&Task> {
        self.rows.get(id)
    }

    /// A task with its place in the creation order.
    pub(crate) fn row(&self, id: TaskId) -> Option<(Seq, &Task)> {
        self.rows.row(id)
    }

    pub(crate) fn seq(&self, id: TaskId) -> Option<Seq> {
        self.rows.seq(id)
    }

    pub(crate) fn at(&self, seq: Seq) -> Option<&Task> {
        self.rows.at(seq)
    }

    pub(crate) fn contains(&self, id: TaskId) -> bool {
        self.rows.contains(id)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// In creation order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Seq, &Task)> {
        self.rows.iter()
    }

    /// Changes a task.
    pub(crate) fn modify<T>(&mut self, seq: Seq, change: impl FnOnce(&mut Task) -> T) -> Option<T> {
        let task = self.rows.at_mut(seq)?;
        let before = task.status();
        let result = change(task);
        let after = task.status();
        let legal = before == after || before.may_become(after);
        assert!(legal, "task {} cannot go from {before} to {after}", task.id());
        // Matching knows pending tasks only.
        if before == TaskStatus::Pending || after == TaskStatus::Pending {
            self.touch(seq);
        }
        Some(result)
    }

    /// What there is to say of a task that knows this worker.
    pub(crate) fn told(&mut self, seq: Seq, known_worker: Option<WorkerId>) -> Option<Arc<TaskFacts>> {
        let task = self.rows.at_mut(seq)?;
        if let Some(step) = &mut task.tell().step {
            step.known_worker = known_worker;
        }
        Some(Arc::clone(&task.told))
    }

    /// Changes the tasks that are meant.
    pub(crate) fn modify_where(&mut self, meant: impl Fn(&Task) -> bool, mut change: impl FnMut(&mut Task)) {
        let meant = self.rows.iter().filter(|(_, task)| meant(task)).map(|(seq, _)| seq);
        for seq in meant.collect::<Vec<_>>() {
            self.modify(seq, &mut change);
        }
    }

    /// Searches every document for queries that are new: nobody has asked for what they find.
    pub(crate) fn select_nodes(&mut self, selectors: &Selectors) {
        for (_, task) in self.rows.iter_mut() {
            task.document.select(selectors.of(Root::Task));
        }
    }

    /// A task that has been looked at waits from now on.
    pub(crate) fn unmark(&mut self, seq: Seq) {
        if let Some(task) = self.rows.at_mut(seq) {
            task.mark = None;
        }
    }

    /// Sets which class of queues goes first.
    pub(crate) fn prioritize(&mut self, order: TaskOrder) {
        self.prioritized = order;
        self.modify_where(|task| task.status() == TaskStatus::Pending, |_| ());
    }

    /// The place of a pending task among those that wait.
    pub(crate) fn key(&self, seq: Seq) -> Option<TaskKey> {
        let task = self.rows.at(seq).filter(|task| task.status() == TaskStatus::Pending)?;
        Some(task.key(seq, self.prioritized))
    }

    /// Pending tasks, best first. They are sorted for the occasion.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (Seq, &Task)> {
        let mut keys: Vec<_> = self.rows.iter().filter_map(|(seq, _)| self.key(seq)).collect();
        keys.sort_unstable();
        keys.into_iter().filter_map(|key| Some((key.seq(), self.rows.at(key.seq())?)))
    }

    /// Pending tasks in a step whose expression reads the clock.
    pub(crate) fn clock_readers(&self) -> &BTreeSet<Seq> {
        &self.clock_readers
    }

    /// Has matching look at a task again.
    pub(crate) fn touch(&mut self, seq: Seq) {
        if self.touched.last() != Some(&seq) {
            self.touched.push(seq);
        }
    }

    /// Has it look at all whose step reads the clock.
    pub(crate) fn touch_clock_readers(&mut self) {
        self.touched.extend(&self.clock_readers);
    }

    /// The tasks that were created, changed or removed since this list was passed on; some of them several times.
    pub(crate) fn touched(&self) -> &[Seq] {
        &self.touched
    }

    pub(crate) fn pass_touched(&mut self) {
        self.touched.clear();
    }

    /// Notes which of the touched tasks read the clock.
    pub(crate) fn note_clock_readers(&mut self) {
        let Self { rows, touched, clock_readers, .. } = self;
        for seq in touched {
            let pending = rows.at(*seq).filter(|task| task.status() == TaskStatus::Pending);
            if pending.is_some_and(Task::reads_clock) {
                clock_readers.insert(*seq);
            } else {
                clock_readers.remove(seq);
            }
        }
    }

    pub(crate) fn check(&self) -> Checked {
        self.rows.check()?;
        ensure!(self.touched.is_empty(), "after settling every task has been looked at");
        let mut tasks = self.rows.iter();
        ensure!(tasks.all(|(_, task)| task.mark.is_none()), "after settling no task is marked");
        Ok(())
    }
}
