//! What one side showed, by id: the last of each task, who is in which queue, what was counted. It compares nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use pointsman::statistics::Counts;
use pointsman::{
    Command, Engine, Event, EventKind, RoutingTarget, TaskFacts, TaskId, TaskQueueId, TaskStatus, TaskView, Timestamp,
    WorkerId, WorkflowId, WorkspaceSpec,
};

use super::filters::{Filters, Key, Rows, which};
use super::result::Outcome;

/// What one side showed.
pub(super) struct Seen {
    /// Tasks by a number that both sides give them, in the order of creation.
    pub(super) tasks: BTreeMap<usize, Life>,
    /// Who is in which queue at the end.
    pub(super) members: BTreeSet<(WorkerId, TaskQueueId)>,
    /// How many tasks entered a workflow.
    pub(super) entered: BTreeMap<WorkflowId, u64>,
    /// By which filter they entered.
    pub(super) matched: BTreeMap<(WorkflowId, Key), u64>,
    /// Why commands were refused, by the numbers that both sides give them.
    pub(super) refused: BTreeMap<usize, &'static str>,
    /// How often things happened.
    pub(super) outcomes: BTreeMap<Outcome, u64>,
    pub(super) filters: Filters,
    pub(super) called: Called,
    pub(super) end: Timestamp,
    counts: Counts,
    /// The number of the task that has this id now.
    numbers: BTreeMap<TaskId, usize>,
}

/// A task from its creation to its end.
pub(super) struct Life {
    pub(super) facts: TaskFacts,
    /// The filter it is in, or was in last, and what that is called.
    pub(super) filter: Option<(Key, Option<Arc<str>>)>,
    /// Who is asked.
    pub(super) reserved: BTreeSet<WorkerId>,
    /// Who accepted.
    pub(super) worker: Option<WorkerId>,
    /// Who was eligible when it entered.
    pub(super) eligible: BTreeSet<WorkerId>,
    pub(super) deleted: bool,
    /// When it was accepted or ended, whichever came first.
    waited_until: Option<Timestamp>,
    /// It entered its workflow and no filter yet.
    between: bool,
    /// The configuration it follows, whatever its workflow has become.
    follows: Rows,
    /// Its next pass is through what its workflow has then.
    is_to_follow: bool,
}

/// What people call things on one side; what is renamed keeps its first name.
#[derive(Default)]
pub(super) struct Called {
    pub(super) workers: BTreeMap<WorkerId, String>,
    pub(super) task_queues: BTreeMap<TaskQueueId, String>,
    pub(super) workflows: BTreeMap<WorkflowId, String>,
}

impl Seen {
    /// Nothing yet, of an engine at its start.
    pub(super) fn new(engine: &Engine, filters: Filters) -> Self {
        Self {
            tasks: BTreeMap::new(),
            members: BTreeSet::new(),
            entered: BTreeMap::new(),
            matched: BTreeMap::new(),
            refused: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            filters,
            called: Called::of(&engine.spec()),
            end: engine.clock(),
            counts: Counts::default(),
            numbers: BTreeMap::new(),
        }
    }

    /// The number of the task that has this id now.
    pub(super) fn number(&self, task: TaskId) -> Option<usize> {
        self.numbers.get(&task).copied()
    }

    /// The task that has this id from now on has this number.
    pub(super) fn expect(&mut self, task: TaskId, number: usize) {
        self.numbers.insert(task, number);
    }

    /// A task that was there before, in one of these filters.
    pub(super) fn found(&mut self, number: usize, view: &TaskView, filters: &Filters) {
        self.expect(view.facts.task, number);
        let follows = filters.of(view.facts.workflow);
        let filter = view.facts.step.as_ref().map(|step| which(&follows, step.filter));
        self.tasks.insert(number, Life { filter, worker: view.worker, ..Life::new(&view.facts, follows) });
    }

    /// Takes in what a command has done; its events come after.
    pub(super) fn learn(&mut self, number: usize, command: &Command) {
        self.filters.learn(number, command);
        self.re_evaluated(command);
    }

    /// Notes which tasks begin a new pass, now or when they return.
    pub(super) fn re_evaluated(&mut self, command: &Command) {
        let Command::UpdateWorkflow(update) = command else { return };
        let tasks = self.tasks.values_mut().filter(|life| life.facts.workflow == Some(update.workflow));
        tasks.filter(|_| update.re_evaluate_tasks).for_each(|life| life.is_to_follow = true);
    }

    /// Takes an event in.
    pub(super) fn observe(&mut self, event: &Event) {
        self.counts.count(&event.kind);
        self.called.learn(&event.kind);
        let Some((number, facts)) = event.kind.task().and_then(|facts| Some((self.number(facts.task)?, facts))) else {
            return;
        };
        if matches!(event.kind, EventKind::TaskCreated(_)) {
            self.tasks.insert(number, Life::new(facts, self.filters.of(facts.workflow)));
        }
        let Some(life) = self.tasks.get_mut(&number) else { return };
        life.observe(event, facts, &self.filters);
        let Some(workflow) = facts.workflow else { return };
        if matches!(event.kind, EventKind::WorkflowEntered(_)) {
            *self.entered.entry(workflow).or_default() += 1;
            life.between = true;
        }
        if let Some((filter, _)) = &life.filter
            && std::mem::take(&mut life.between)
        {
            *self.matched.entry((workflow, *filter)).or_default() += 1;
        }
    }

    /// Notes who may take a task that has just entered.
    pub(super) fn note_eligible(&mut self, engine: &Engine, task: TaskId) {
        if let Some(life) = self.numbers.get(&task).and_then(|number| self.tasks.get_mut(number)) {
            life.eligible = engine.eligible(task).into_iter().collect();
        }
    }

    /// Looks at everything once more, at the end.
    pub(super) fn finish(&mut self, engine: &Engine) {
        let tasks: Vec<TaskView> = engine.tasks().collect();
        self.outcomes = Outcome::ALL.iter().map(|outcome| (*outcome, self.count(*outcome, &tasks))).collect();
        for view in tasks {
            if let Some(life) = self.numbers.get(&view.facts.task).and_then(|number| self.tasks.get_mut(number)) {
                life.facts = view.facts;
                life.reserved = view.reserved.into_iter().collect();
            }
        }
        for queue in engine.spec().task_queues.iter().map(|queue| queue.task_queue) {
            self.members.extend(engine.members(queue).into_iter().map(|worker| (worker, queue)));
        }
        self.end = engine.clock();
    }

    fn count(&self, outcome: Outcome, tasks: &[TaskView]) -> u64 {
        let counts = &self.counts;
        let now =
            |is: fn(TaskStatus) -> bool| tasks.iter().filter(|view| is(view.facts.status)).fold(0, |sum, _| sum + 1);
        match outcome {
            Outcome::Created => counts.tasks_created,
            Outcome::Completed => counts.tasks_completed,
            Outcome::Canceled => counts.tasks_canceled,
            Outcome::Deleted => counts.tasks_deleted,
            Outcome::Waiting => now(TaskStatus::is_waiting),
            Outcome::Taken => now(TaskStatus::is_taken),
            Outcome::ReservationsCreated => counts.reservations_created,
            Outcome::ReservationsAccepted => counts.reservations_accepted,
            Outcome::ReservationsRejected => counts.reservations_rejected,
            Outcome::ReservationsTimedOut => counts.reservations_timed_out,
            Outcome::ReservationsCanceled => counts.reservations_canceled,
            Outcome::ReservationsRescinded => counts.reservations_rescinded,
        }
    }
}

impl Life {
    fn new(facts: &TaskFacts, follows: Rows) -> Self {
        Self {
            facts: facts.clone(),
            filter: None,
            reserved: BTreeSet::new(),
            worker: None,
            eligible: BTreeSet::new(),
            deleted: false,
            waited_until: None,
            between: false,
            follows,
            is_to_follow: false,
        }
    }

    fn observe(&mut self, event: &Event, facts: &TaskFacts, filters: &Filters) {
        self.facts = facts.clone();
        let enters = matches!(event.kind, EventKind::WorkflowTargetMatched(_));
        if enters && std::mem::take(&mut self.is_to_follow) {
            self.follows = filters.of(facts.workflow);
        }
        if let Some(step) = facts.step.as_ref().filter(|_| enters || self.filter.is_none()) {
            self.filter = Some(which(&self.follows, step.filter));
        }
        let accepted = matches!(event.kind, EventKind::ReservationAccepted(_));
        if let Some(reservation) = event.kind.reservation().filter(|_| accepted) {
            self.worker = Some(reservation.worker.worker);
        }
        self.deleted |= matches!(event.kind, EventKind::TaskDeleted(_) | EventKind::TaskSystemDeleted(_));
        if accepted || self.deleted || facts.status.is_terminal() {
            self.waited_until.get_or_insert(event.at);
        }
    }

    /// Whether it goes without a workflow's filters.
    pub(super) fn is_direct(&self) -> bool {
        matches!(self.facts.routing_target, Some(RoutingTarget::Worker { .. } | RoutingTarget::TaskQueue(_)))
    }

    /// How long it waited, in milliseconds: until it was accepted, or ended without, or this instant.
    pub(super) fn wait(&self, end: Timestamp) -> u64 {
        millis(self.waited_until.unwrap_or(end).since(self.facts.created_at))
    }
}

/// A span in whole milliseconds.
pub(super) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

impl Called {
    fn of(spec: &WorkspaceSpec) -> Self {
        Self {
            workers: spec.workers.iter().map(|it| (it.worker, it.friendly_name.clone())).collect(),
            task_queues: spec.task_queues.iter().map(|it| (it.task_queue, it.friendly_name.clone())).collect(),
            workflows: spec.workflows.iter().map(|it| (it.workflow, it.friendly_name.clone())).collect(),
        }
    }

    fn learn(&mut self, kind: &EventKind) {
        if let EventKind::WorkerCreated(facts) = kind {
            self.workers.entry(facts.worker).or_insert_with(|| facts.friendly_name.to_string());
        } else if let EventKind::TaskQueueCreated(facts) = kind {
            self.task_queues.entry(facts.task_queue).or_insert_with(|| facts.friendly_name.to_string());
        } else if let EventKind::WorkflowCreated(facts) = kind {
            self.workflows.entry(facts.workflow).or_insert_with(|| facts.friendly_name.to_string());
        }
    }
}
