//! The machine: commands and time in, events out. It only puts the parts together; every rule lives elsewhere.

use crate::catalog::Catalog;
use crate::command::Command;
use crate::declared;
use crate::digest::{Digest, digest};
use crate::event::Event;
use crate::explain::{self, TaskExplanation, WorkerExplanation};
use crate::figures::{self, TaskFigures, TaskQueueFigures, WorkersFigures, WorkspaceFigures};
use crate::id::{ReservationId, TaskChannelId, TaskId, TaskQueueId, WorkerId, WorkflowId};
use crate::invariant::{Checked, ensure};
use crate::matching::{Index, Judge, is_eligible};
use crate::outbox::Outbox;
use crate::plan::{self, Plan};
use crate::reject::Rejection;
#[cfg(feature = "snapshot")]
use crate::snapshot::{Parts, Snapshot, SnapshotError};
use crate::spec::{TaskQueueSpec, WorkflowSpec, WorkspaceSpec};
use crate::state::State;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::timers::TimerKind;
use crate::step::{Step, found, next_due};
use crate::time::Timestamp;
use crate::unblock::{self, Advice};
use crate::view::{self, ReservationView, TaskView, WorkerView};

/// One workspace: a work router as a value.
///
/// Its methods are of these kinds.
///
/// * **Inputs**: [`handle`](Self::handle) for a command, [`handle_timeout`](Self::handle_timeout) for the passing of
///   time. Both take `now`, which must never decrease.
/// * **Outputs**: [`poll_event`](Self::poll_event) until it is empty, after every input, refused commands included:
///   timers may have fired on the way. [`poll_timeout`](Self::poll_timeout) says when to call `handle_timeout` next.
/// * **Views**: [`task`](Self::task), [`worker`](Self::worker) and the like, as of the [`clock`](Self::clock).
/// * **Answers**: [`explain`](Self::explain) says why a task is where it is, [`explain_worker`](Self::explain_worker)
///   what a worker takes next, [`unblock`](Self::unblock) what would bring the two together, [`plan`](Self::plan) what a
///   command would do.
/// * **Persistence**, with the feature `snapshot`: `snapshot` and `restore`, at any moment between two calls.
/// * **Proofs**: [`digest`](Self::digest) of the whole state, and [`check`](Self::check) of every internal invariant.
///
/// What happens depends on the commands and their times only: early, late and spurious calls of `handle_timeout`
/// change nothing, because timers fire at their due times. Which events follow which command is written down in
/// `docs/events.md`.
///
/// ```
/// use pointsman::{CreateTask, Engine, FilterSpec, TargetSpec, TaskQueueSpec, Timestamp};
/// use pointsman::{WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec};
/// use serde_json::json;
///
/// let to_spanish = FilterSpec::new("language == 'es'").target(TargetSpec::to("spanish"));
/// let workspace = WorkspaceSpec::new("Support")
///     .task_queue(TaskQueueSpec::new("spanish", "languages HAS 'es'"))
///     .workflow(WorkflowSpec::new("incoming", WorkflowConfiguration::new().filter(to_spanish)))
///     .worker(WorkerSpec::new("alice").activity("Available").attributes(json!({"languages": ["en", "es"]})));
/// let mut engine = Engine::new(workspace, 0)?;
///
/// engine.handle(Timestamp::EPOCH, CreateTask::new("t1").attributes(json!({"language": "es"})))?;
/// let names: Vec<_> = std::iter::from_fn(|| engine.poll_event()).map(|event| event.kind.name()).collect();
/// assert_eq!(names.last(), Some(&"reservation.created"));
/// # Ok::<(), pointsman::Rejection>(())
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    namespace: u128,
    clock: Timestamp,
    catalog: Catalog,
    state: State,
    index: Index,
    out: Outbox,
}

impl Engine {
    /// The engine of a workspace at its start. What the spec declares emits nothing.
    ///
    /// The ids of reservations are minted from `namespace`: give each workspace its own, and the same one to a replay.
    ///
    /// # Errors
    /// The first thing in the spec that a command creating it would be refused for, or a missing default or timeout
    /// activity.
    pub fn new(spec: WorkspaceSpec, namespace: u128) -> Result<Self, Rejection> {
        let clock = spec.start;
        let (catalog, state, index) = found(spec, namespace)?;
        Ok(Self { namespace, clock, catalog, state, index, out: Outbox::default() })
    }

    /// Fires the timers due by `now`, then applies the command whole and settles: waiting tasks are matched until
    /// nothing more can be reserved.
    ///
    /// # Errors
    /// A refused command changes nothing and emits nothing; the timers have fired all the same, so drain
    /// [`poll_event`](Self::poll_event) in any case. `now` before the clock is refused before anything fires.
    pub fn handle(&mut self, now: Timestamp, command: impl Into<Command>) -> Result<(), Rejection> {
        if now < self.clock {
            return Err(Rejection::TimeWentBackwards { now, clock: self.clock });
        }
        self.handle_timeout(now);
        self.step().apply(command.into())
    }

    /// Fires the timers due by `now`, each at its due time. A `now` before the clock does nothing.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        while let Some((due, kind)) = self.next_due().filter(|(due, _)| *due <= now) {
            self.clock = self.clock.max(due);
            self.step().fire(kind);
        }
        self.clock = self.clock.max(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do; none while nothing is due some day.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.next_due().map(|(due, _)| due)
    }

    /// The next event not yet taken. Events wait in order until then.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.out.poll()
    }

    /// The greatest `now` of any call.
    pub fn clock(&self) -> Timestamp {
        self.clock
    }

    /// A task, until it is deleted or five minutes after its end.
    pub fn task(&self, id: TaskId) -> Option<TaskView> {
        self.state.tasks.get(id).map(|task| view::task(self.judge(), task))
    }

    /// How many tasks there are, ended ones that are not yet gone among them.
    pub fn task_count(&self) -> usize {
        self.state.tasks.len()
    }

    /// Every task, in creation order.
    pub fn tasks(&self) -> impl Iterator<Item = TaskView> + '_ {
        self.state.tasks.iter().map(|(_, task)| view::task(self.judge(), task))
    }

    /// A worker.
    pub fn worker(&self, id: WorkerId) -> Option<WorkerView> {
        self.state.workers.get(id).map(|worker| view::worker(self.judge(), worker))
    }

    /// Every worker, in creation order.
    pub fn workers(&self) -> impl Iterator<Item = WorkerView> + '_ {
        self.state.workers.iter().map(|(_, worker)| view::worker(self.judge(), worker))
    }

    /// A reservation, ended or not, as long as its task is there.
    pub fn reservation(&self, id: ReservationId) -> Option<ReservationView> {
        self.state.reservations.get(id).map(view::reservation)
    }

    /// Every reservation whose task is there, in creation order.
    pub fn reservations(&self) -> impl Iterator<Item = ReservationView> + '_ {
        self.state.reservations.iter().map(|(_, reservation)| view::reservation(reservation))
    }

    /// Who may take the task by queue, step expression and known worker, whatever their activity or load; in creation
    /// order. Empty for a task that is unknown or has ended.
    pub fn eligible(&self, task: TaskId) -> Vec<WorkerId> {
        let Some(task) = self.living(task) else { return Vec::new() };
        let workers = self.judge().judged(task, is_eligible);
        workers.into_iter().map(|(_, worker)| worker.id).collect()
    }

    /// The [`eligible`](Self::eligible) workers in the order in which they would be chosen (semantics section 2.9).
    pub fn ranked(&self, task: TaskId) -> Vec<WorkerId> {
        let Some(task) = self.living(task) else { return Vec::new() };
        let id = |seq: Seq| self.state.workers.at(seq).map(|worker| worker.id);
        self.judge().ranked(task, is_eligible).into_iter().filter_map(id).collect()
    }

    /// Why the task is where it is: the filters above it, what it waits for, and for every worker what stands between
    /// the two. None for an unknown task, and in a deleted workspace, where nothing is routed any more.
    ///
    /// ```
    /// # use pointsman::{CreateTask, Engine, FilterSpec, TargetSpec, TaskQueueSpec, Timestamp};
    /// # use pointsman::{WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec};
    /// let everyone = WorkflowConfiguration::new().default_filter(TargetSpec::to("spanish"));
    /// let workspace = WorkspaceSpec::new("Support")
    ///     .task_queue(TaskQueueSpec::new("spanish", "languages HAS 'es'"))
    ///     .workflow(WorkflowSpec::new("incoming", everyone))
    ///     .worker(WorkerSpec::new("bob").activity("Available").attributes(serde_json::json!({"languages": ["en"]})));
    /// let mut engine = Engine::new(workspace, 0)?;
    /// engine.handle(Timestamp::EPOCH, CreateTask::new("t1"))?;
    ///
    /// let bob = &engine.explain("t1".into()).unwrap().workers[0];
    /// assert_eq!(bob.verdict.code(), "not-in-queue");
    /// assert_eq!(
    ///     bob.verdict.to_string(),
    ///     r#"is not in the queue `spanish`: `languages HAS 'es'` does not hold, `languages` is ["en"]"#
    /// );
    /// # Ok::<(), pointsman::Rejection>(())
    /// ```
    pub fn explain(&self, task: TaskId) -> Option<TaskExplanation> {
        let seq = self.state.tasks.seq(task).filter(|_| !self.catalog.deleted)?;
        self.state.tasks.at(seq).map(|row| explain::task(self.judge(), seq, row))
    }

    /// Which waiting tasks the worker may take, which of them comes next, and why not the others. None for an unknown
    /// worker, and in a deleted workspace.
    pub fn explain_worker(&self, worker: WorkerId) -> Option<WorkerExplanation> {
        let (seq, row) = self.state.workers.row(worker).filter(|_| !self.catalog.deleted)?;
        Some(explain::worker(self.judge(), seq, row))
    }

    /// The smallest set of changes after which nothing stands between a waiting task and a worker. None when nothing
    /// does now, when nothing helps (the task goes to another worker only), and in a deleted workspace.
    ///
    /// ```
    /// # use pointsman::{CreateTask, Engine, TargetSpec, TaskQueueSpec, Timestamp};
    /// # use pointsman::{WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec};
    /// # let everyone = WorkflowConfiguration::new().default_filter(TargetSpec::to("spanish"));
    /// # let workspace = WorkspaceSpec::new("Support")
    /// #     .task_queue(TaskQueueSpec::new("spanish", "languages HAS 'es'"))
    /// #     .workflow(WorkflowSpec::new("incoming", everyone))
    /// #     .worker(WorkerSpec::new("bob").attributes(serde_json::json!({"languages": ["en"]})));
    /// # let mut engine = Engine::new(workspace, 0)?;
    /// engine.handle(Timestamp::EPOCH, CreateTask::new("t1"))?;
    /// let advice = engine.unblock("t1".into(), "bob".into()).unwrap();
    /// let sentences: Vec<_> = advice.changes.iter().map(|change| change.kind.to_string()).collect();
    /// assert_eq!(
    ///     sentences,
    ///     [
    ///         r#"set the worker's attribute `languages` to ["en","es"]"#,
    ///         "move the worker to the activity `Available`"
    ///     ]
    /// );
    /// for change in advice.changes {
    ///     engine.handle(Timestamp::EPOCH, change.command)?;
    /// }
    /// assert_eq!(engine.task("t1".into()).unwrap().reserved, ["bob".into()]);
    /// # Ok::<(), pointsman::Rejection>(())
    /// ```
    pub fn unblock(&self, task: TaskId, worker: WorkerId) -> Option<Advice> {
        let seq = self.state.tasks.seq(task).filter(|_| !self.catalog.deleted)?;
        let task = self.state.tasks.at(seq)?;
        unblock::advice(self.judge(), task, self.state.workers.row(worker)?)
    }

    /// What a command would do at `now`, and what would follow until `until` if nobody did anything: the events, found
    /// out on a copy of the engine. Without a command, what happens if nobody does anything from now on.
    pub fn plan(&self, now: Timestamp, command: Option<Command>, until: Timestamp) -> Plan {
        plan::plan(self.clone(), now, command, until)
    }

    /// The workers whom a queue's expression matches, whatever their activity; in creation order. Empty for an unknown
    /// queue.
    pub fn members(&self, queue: TaskQueueId) -> Vec<WorkerId> {
        self.state.workers.members(queue).map(|(_, worker)| worker.id).collect()
    }

    /// What is configured now, as the spec that would declare it: settings, queues, workflows, and the workers with
    /// their activities. What happened meanwhile is not in it, and the engine does not keep the names of filters.
    pub fn spec(&self) -> WorkspaceSpec {
        declared::workspace(self.judge())
    }

    /// What people call the workspace.
    pub fn friendly_name(&self) -> &str {
        &self.catalog.friendly_name
    }

    /// A queue as it is configured now.
    pub fn task_queue(&self, id: TaskQueueId) -> Option<TaskQueueSpec> {
        self.catalog.queues.get(id).map(declared::task_queue)
    }

    /// A workflow as it is configured now, without the names of its filters.
    pub fn workflow(&self, id: WorkflowId) -> Option<WorkflowSpec> {
        self.catalog.workflows.get(id).map(declared::workflow)
    }

    /// The same as [`spec`](Self::spec) without the workers, of whom there may be many.
    pub fn catalog(&self) -> WorkspaceSpec {
        declared::catalog(self.judge())
    }

    /// The workspace in figures, or its tasks of one channel (semantics section 10.1).
    pub fn workspace_figures(&self, channel: Option<TaskChannelId>) -> WorkspaceFigures {
        figures::workspace(self.judge(), channel)
    }

    /// The live tasks of a workflow in figures, or those of one channel; none for an unknown workflow.
    pub fn workflow_figures(&self, id: WorkflowId, channel: Option<TaskChannelId>) -> Option<TaskFigures> {
        figures::workflow(self.judge(), id, channel)
    }

    /// A queue in figures, or with its tasks of one channel; none for an unknown queue.
    pub fn task_queue_figures(&self, id: TaskQueueId, channel: Option<TaskChannelId>) -> Option<TaskQueueFigures> {
        figures::task_queue(self.judge(), id, channel)
    }

    /// The workers in figures. A channel would not narrow them: every worker has a share of every channel.
    pub fn workers_figures(&self) -> WorkersFigures {
        figures::workers(self.judge())
    }

    /// A fingerprint of the whole state: equal states have equal digests on every platform. The clock and the events
    /// not yet taken are not part of it (rule R21).
    pub fn digest(&self) -> Digest {
        digest(&self.catalog, &self.state, &self.out)
    }

    /// The whole engine as a value, events not yet taken included. It costs as much as writing everything down.
    #[cfg(feature = "snapshot")]
    pub fn snapshot(&self) -> Snapshot {
        let Self { namespace, clock, catalog, state, index: _, out } = self;
        Snapshot::of(Parts { namespace: *namespace, clock: *clock, catalog, state, out })
    }

    /// The engine that a snapshot was taken of: it does what that one would do, and has the same digest.
    ///
    /// Everything is compiled and judged again, so a damaged snapshot is refused, and what is restored keeps every
    /// invariant of [`check`](Self::check).
    ///
    /// # Errors
    /// Where the snapshot says something that cannot be, or what in it contradicts what else.
    #[cfg(feature = "snapshot")]
    pub fn restore(snapshot: Snapshot) -> Result<Self, SnapshotError> {
        let Parts { namespace, clock, catalog, state, out } = snapshot.into_parts()?;
        let mut engine = Self { namespace, clock, catalog, state, index: Index::default(), out };
        let rests = engine.step().resume().and_then(|()| engine.tables());
        rests.map_err(|problem| SnapshotError::Contradiction { problem })?;
        Ok(engine)
    }

    /// Asserts every internal invariant. Meant for tests: it looks at everything.
    ///
    /// # Panics
    /// When one does not hold, which is a bug of this crate.
    pub fn check(&self) {
        if let Err(broken) = self.invariants() {
            panic!("an invariant of the engine does not hold: {broken}");
        }
    }

    fn invariants(&self) -> Checked {
        self.tables()?;
        self.judge().check_members()?;
        if !self.catalog.deleted {
            self.index.check(self.judge())?;
        }
        Ok(())
    }

    /// What tables say of themselves and of each other.
    fn tables(&self) -> Checked {
        self.catalog.check()?;
        self.state.check(&self.catalog, self.clock)?;
        ensure!(self.next_due().is_none_or(|(due, _)| due > self.clock), "every timer due by the clock has fired");
        Ok(())
    }

    /// How many events there have been, those that still wait included.
    pub(crate) fn emitted(&self) -> u64 {
        self.out.emitted()
    }

    fn living(&self, id: TaskId) -> Option<&Task> {
        self.state.tasks.get(id).filter(|task| !task.status().is_terminal())
    }

    fn next_due(&self) -> Option<(Timestamp, TimerKind)> {
        if self.catalog.deleted { None } else { next_due(&self.state, self.clock) }
    }

    fn judge(&self) -> Judge<'_> {
        Judge { catalog: &self.catalog, state: &self.state, now: self.clock }
    }

    fn step(&mut self) -> Step<'_> {
        Step {
            now: self.clock,
            namespace: self.namespace,
            catalog: &mut self.catalog,
            state: &mut self.state,
            index: &mut self.index,
            out: &mut self.out,
        }
    }
}
