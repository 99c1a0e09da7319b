//! What happened to one task, read off its events.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pointsman::{
    Engine, Event, FilterRef, ReservationFacts, ReservationStatus, StepFacts, Subject, TaskFacts, Timestamp,
    WorkflowConfiguration, WorkflowId,
};

use super::wait::Wait;
use super::{Entry, Happened, Leaving, Place, TaskHistory};
use crate::labels::Labels;
use crate::transcript;

/// A task that is followed.
pub(super) struct Record {
    start: Timestamp,
    facts: TaskFacts,
    entries: Vec<Entry>,
    /// The step it is in.
    step: Option<(FilterRef, usize)>,
    /// The filters of this walk that it has left.
    left: BTreeMap<FilterRef, Leaving>,
    configuration: Option<Arc<WorkflowConfiguration>>,
    /// What the next walk follows, if the workflow was changed for all its tasks.
    next_configuration: Option<Arc<WorkflowConfiguration>>,
    wait: Wait,
    taken: Option<(String, Duration)>,
    ended: Option<Duration>,
}

impl Record {
    /// A task that has just been created.
    pub(super) fn new(
        facts: &TaskFacts,
        start: Timestamp,
        configuration: Option<Arc<WorkflowConfiguration>>,
        labels: Labels<'_>,
    ) -> Self {
        let workflow = labels.workflow_of(facts);
        let created = Happened::Created { workflow, priority: facts.priority };
        Self {
            start,
            facts: facts.clone(),
            entries: vec![Entry { at: facts.created_at.since(start), what: created }],
            step: None,
            left: BTreeMap::new(),
            configuration,
            next_configuration: None,
            wait: Wait::new(facts.created_at),
            taken: None,
            ended: None,
        }
    }

    /// A task that is there already, and of which nothing is told that has happened so far.
    pub(super) fn resumed(
        facts: &TaskFacts,
        start: Timestamp,
        configuration: Option<Arc<WorkflowConfiguration>>,
        labels: Labels<'_>,
    ) -> Self {
        let step = facts.step.as_ref().map(|step| (step.filter, step.target));
        Self { entries: Vec::new(), step, ..Self::new(facts, start, configuration, labels) }
    }

    /// Whether it waits in this workflow.
    pub(super) fn is_in(&self, workflow: WorkflowId) -> bool {
        self.facts.workflow == Some(workflow) && self.wait.goes_on()
    }

    /// Time has passed.
    pub(super) fn pass(&mut self, now: Timestamp) {
        self.wait.pass(now);
    }

    /// Nothing happens to it any more.
    pub(super) fn stop_waiting(&mut self, now: Timestamp) {
        self.wait.stop(now);
    }

    /// What it waits for from now on.
    pub(super) fn wait_on(&mut self, engine: &Engine) {
        if self.wait.goes_on() {
            self.wait.is_due_to(engine.explain(self.facts.task).and_then(|explained| explained.cause));
        }
    }

    /// Its workflow was changed.
    pub(super) fn workflow_updated(
        &mut self,
        now: Timestamp,
        re_evaluate_tasks: bool,
        configuration: &Arc<WorkflowConfiguration>,
    ) {
        self.next_configuration = re_evaluate_tasks.then(|| configuration.clone()).or(self.next_configuration.take());
        self.add(now, Happened::WorkflowUpdated { re_evaluate_tasks });
    }

    /// Takes in an event of the task, with those that follow it and the engine as it is after all of them.
    pub(super) fn observe(&mut self, engine: &Engine, event: &Event, rest: &[Event], labels: Labels<'_>) {
        let Some(facts) = event.kind.task() else { return };
        if let Subject::Reservation(reservation) = event.kind.subject() {
            self.reservation(event.at, reservation, labels);
        } else {
            self.task_event(engine, event, facts, rest, labels);
        }
        self.facts = facts.clone();
    }

    fn task_event(&mut self, engine: &Engine, event: &Event, facts: &TaskFacts, rest: &[Event], labels: Labels<'_>) {
        let at = event.at;
        match event.kind.name() {
            "task.updated" => self.add(at, Happened::Updated { changed: changed(&self.facts, facts) }),
            "task-queue.timeout" => self.leave(at, Leaving::Timeout),
            "workflow.target-matched" => self.enter(engine, at, facts, labels),
            "task-queue.entered" if self.step.is_none() => self.enter(engine, at, facts, labels),
            "workflow.timeout" | "workflow.skipped" => self.fall_out(event, rest),
            "task.wrapup" => self.turned(at, "wrapping", facts),
            "task.completed" | "task.canceled" => self.ended(at, facts.status.name(), facts),
            "task.deleted" => self.ended(at, "deleted", facts),
            "task.system-deleted" => self.ended(at, "system-deleted", facts),
            _ => {}
        }
    }

    fn enter(&mut self, engine: &Engine, at: Timestamp, facts: &TaskFacts, labels: Labels<'_>) {
        let Some(step) = &facts.step else { return };
        if self.begins_anew(engine, step) {
            self.leave(at, Leaving::Reread);
            self.begin_anew();
        }
        // What left by timeout has left already.
        self.leave(at, Leaving::Skip);
        self.step = Some((step.filter, step.target));
        let previous = self.facts.priority;
        let entered = Happened::EnteredStep {
            step: self.place(step.filter, step.target),
            queue: labels.task_queue(step.task_queue, &step.task_queue_name),
            priority: facts.priority,
            previous_priority: (previous != facts.priority).then_some(previous),
        };
        self.add(at, entered);
    }

    /// Whether a step that is entered from another one begins a walk. Skipping leads forwards; and where both would
    /// lead to the same step, the walk remembers by which filter it began.
    fn begins_anew(&self, engine: &Engine, step: &StepFacts) -> bool {
        let Some((filter, _)) = self.step else { return false };
        let began = || engine.explain(self.facts.task).and_then(|explained| explained.entered);
        step.target == 0 && (step.filter <= filter || began() == Some(step.filter))
    }

    fn begin_anew(&mut self) {
        self.left.clear();
        self.configuration = self.next_configuration.take().or(self.configuration.take());
    }

    fn leave(&mut self, at: Timestamp, by: Leaving) {
        let Some((filter, target)) = self.step.take() else { return };
        let step = self.place(filter, target);
        self.left.insert(filter, by);
        self.add(at, Happened::LeftStep { step, by });
    }

    /// The end of the workflow: what canceled the task says whether nothing matched.
    fn fall_out(&mut self, event: &Event, rest: &[Event]) {
        let canceled = rest.iter().filter_map(|event| event.kind.task()).find(|facts| facts.task == self.facts.task);
        let reason = canceled.and_then(|facts| facts.reason.as_deref());
        let nothing_matches = reason == Some(pointsman::NO_FILTER_MATCHES);
        self.leave(event.at, if nothing_matches { Leaving::Reread } else { Leaving::Skip });
        let by = match event.kind.name() {
            "workflow.skipped" => Leaving::Skip,
            _ if nothing_matches => Leaving::Reread,
            _ => Leaving::Timeout,
        };
        self.add(event.at, Happened::LeftWorkflow { by });
    }

    fn reservation(&mut self, at: Timestamp, facts: &ReservationFacts, labels: Labels<'_>) {
        let worker = labels.worker(facts.worker.worker, &facts.worker.friendly_name);
        match facts.status {
            ReservationStatus::Pending => return self.add(at, Happened::Asked { worker }),
            ReservationStatus::Wrapping | ReservationStatus::Completed => return,
            ReservationStatus::Accepted => {
                self.taken = Some((worker.clone(), at.since(self.start)));
                self.wait.stop(at);
            }
            ReservationStatus::Rejected
            | ReservationStatus::Timeout
            | ReservationStatus::Canceled
            | ReservationStatus::Rescinded => {}
        }
        self.add(at, Happened::Answered { worker, answer: facts.status.name().to_owned() });
    }

    fn ended(&mut self, at: Timestamp, status: &str, facts: &TaskFacts) {
        self.turned(at, status, facts);
        self.ended = Some(at.since(self.start));
        self.wait.stop(at);
    }

    fn turned(&mut self, at: Timestamp, status: &str, facts: &TaskFacts) {
        let reason = facts.reason.as_deref().map(str::to_owned);
        self.add(at, Happened::Turned { status: status.to_owned(), reason });
    }

    fn place(&self, filter: FilterRef, target: usize) -> Place {
        let filter_name = self.configuration.as_deref().and_then(|it| filter_name(it, filter));
        Place { filter: transcript::filter(filter), filter_name, target }
    }

    fn add(&mut self, at: Timestamp, what: Happened) {
        self.entries.push(Entry { at: at.since(self.start), what });
    }

    /// What there was, up to now.
    pub(super) fn finish(self, now: Timestamp) -> TaskHistory {
        let (waited, wait) = self.wait.finish(now);
        TaskHistory {
            facts: self.facts,
            entries: self.entries,
            left: self.left,
            configuration: self.configuration,
            waited,
            wait,
            taken: self.taken,
            ended: self.ended,
        }
    }
}

/// What a filter is called, if anything.
pub(crate) fn filter_name(configuration: &WorkflowConfiguration, filter: FilterRef) -> Option<String> {
    match filter {
        FilterRef::Index(index) => configuration.filters.get(index)?.friendly_name.clone(),
        FilterRef::Default | FilterRef::Direct => None,
    }
}

/// What of a task a command changed.
fn changed(before: &TaskFacts, after: &TaskFacts) -> Vec<String> {
    let changes = [
        ("attributes", before.attributes != after.attributes),
        ("priority", before.priority != after.priority),
        ("virtual_start_time", before.virtual_start_time != after.virtual_start_time),
        ("task_channel", before.task_channel != after.task_channel),
    ];
    changes.into_iter().filter(|(_, changed)| *changed).map(|(what, _)| what.to_owned()).collect()
}
