//! What tasks went through and what each millisecond of their wait was due to, noted while a run goes on. It looks on
//! for the tasks that are asked about and holds no rule of routing: what a task waits for is the engine's to say.
//!
//! Between two inputs nothing changes that a cause depends on: what depends on the clock changes at full minutes, and
//! these are instants at which an engine has something to do. So the cause after an input holds until the next one.

mod record;
mod told;
mod wait;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use pointsman::{
    Command, Engine, Event, EventKind, FilterRef, Rejection, TaskFacts, TaskId, Timestamp, WaitCause, WorkerId,
    WorkflowConfiguration, WorkflowId, WorkspaceSpec,
};
use pointsman_config::Names;
use serde::Serialize;
use serde::ser::Serializer;
use serde_json::Value;

use crate::labels::Labels;
use crate::replay::{Turn, drained, pass};
use record::Record;
pub(crate) use record::filter_name;

/// Follows tasks through a run. Show it every input ([`observe`](Self::observe)), then ask what there was
/// ([`finish`](Self::finish)).
pub struct History<'a> {
    labels: Labels<'a>,
    start: Timestamp,
    asked: BTreeSet<TaskId>,
    tasks: BTreeMap<TaskId, Record>,
    configurations: BTreeMap<WorkflowId, Arc<WorkflowConfiguration>>,
    unanswered: BTreeMap<WorkerId, String>,
    refused: BTreeMap<TaskId, (Duration, Rejection)>,
}

/// What a [`History`] saw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histories {
    /// The tasks asked about that have been created. Of a task that was created twice, the second life.
    pub tasks: BTreeMap<TaskId, TaskHistory>,
    /// Workers who are where they are since they did not answer in time, and for which task.
    pub unanswered: BTreeMap<WorkerId, String>,
    /// When and why a task asked about was last refused to be created.
    pub refused: BTreeMap<TaskId, (Duration, Rejection)>,
}

/// What a task went through.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskHistory {
    /// The task as an event last showed it.
    pub facts: TaskFacts,
    /// What happened to it, in order.
    pub entries: Vec<Entry>,
    /// How it left the filters of its last walk through the workflow.
    pub left: BTreeMap<FilterRef, Leaving>,
    /// The configuration it follows; none without a workflow.
    pub configuration: Option<Arc<WorkflowConfiguration>>,
    /// From its creation until a worker accepted it or it ended; until the end of the run if neither happened.
    pub waited: Duration,
    /// What it waited for, and how long: the parts sum to [`waited`](Self::waited).
    pub wait: BTreeMap<WaitCause, Duration>,
    /// Who accepted it, and when.
    pub taken: Option<(String, Duration)>,
    /// When it was completed, canceled or deleted.
    pub ended: Option<Duration>,
}

/// Something that happened to a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Entry {
    /// When, counted from the start.
    #[serde(serialize_with = "span")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub at: Duration,
    /// What.
    #[serde(flatten)]
    pub what: Happened,
}

/// What can happen to a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Happened {
    /// It was created.
    Created {
        /// Its workflow.
        workflow: Option<String>,
        /// Its priority.
        priority: u32,
    },
    /// It entered a routing step.
    EnteredStep {
        /// The step.
        #[serde(flatten)]
        step: Place,
        /// The queue of the step.
        queue: String,
        /// Its priority there.
        priority: u32,
        /// Its priority before, if the step changed it.
        #[serde(skip_serializing_if = "Option::is_none")]
        previous_priority: Option<u32>,
    },
    /// It left a routing step.
    LeftStep {
        /// The step.
        #[serde(flatten)]
        step: Place,
        /// By what.
        by: Leaving,
    },
    /// A worker was asked to take it.
    Asked {
        /// The worker.
        worker: String,
    },
    /// A worker answered, or was no longer asked.
    Answered {
        /// The worker.
        worker: String,
        /// `accepted`, `rejected`, `timeout`, `canceled` or `rescinded`.
        answer: String,
    },
    /// It was changed by command.
    Updated {
        /// `attributes`, `priority`, `virtual_start_time`, `task_channel`: those that changed.
        changed: Vec<String>,
    },
    /// Its workflow was changed.
    WorkflowUpdated {
        /// Whether the tasks in it were to begin anew; else they follow the configuration they have.
        re_evaluate_tasks: bool,
    },
    /// It found nothing more in its workflow, which ends it.
    LeftWorkflow {
        /// By what.
        by: Leaving,
    },
    /// It was moved to wrapping, completed, canceled or deleted.
    Turned {
        /// `wrapping`, `completed`, `canceled`, `deleted`, or `system-deleted` after 24 hours with its worker.
        status: String,
        /// Why.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// A routing step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Place {
    /// The filter: its zero-based index, `default` or `direct`.
    pub filter: Value,
    /// The filter's name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_name: Option<String>,
    /// The zero-based index of the target in the filter.
    pub target: usize,
}

/// By what a step, a filter or the workflow is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Leaving {
    /// Its time was up.
    Timeout,
    /// Nobody could be asked at once and `skip_if` held.
    Skip,
    /// The filters were read anew; of a workflow: and none matches, or none did from the start.
    Reread,
}

/// What happens to a task until then if nobody does anything, found out on a copy of the engine. Times count from
/// `zero`; the task follows `configuration`, as far as that is known.
pub(crate) fn ahead(
    engine: &Engine,
    task: &TaskFacts,
    until: Timestamp,
    zero: Timestamp,
    configuration: Option<Arc<WorkflowConfiguration>>,
    labels: Labels<'_>,
) -> Vec<Entry> {
    let mut record = Record::resumed(task, zero, configuration, labels);
    let mut fork = engine.clone();
    drained(&mut fork);
    pass(&mut fork, until, |engine, _, events| {
        for (place, event) in events.iter().enumerate() {
            if event.kind.task().is_some_and(|facts| facts.task == task.task) {
                record.observe(engine, event, &events[place + 1..], labels);
            }
        }
    });
    record.finish(until).entries
}

impl<'a> History<'a> {
    /// Of these tasks, in a run of this workspace; names are told by `names`.
    pub fn new(spec: &WorkspaceSpec, names: &'a Names, asked: impl IntoIterator<Item = TaskId>) -> Self {
        let configurations = spec.workflows.iter().map(|spec| (spec.workflow, Arc::new(spec.configuration.clone())));
        Self {
            labels: Labels::new(names),
            start: spec.start,
            asked: asked.into_iter().collect(),
            tasks: BTreeMap::new(),
            configurations: configurations.collect(),
            unanswered: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// Takes in what an input did. Every input must be shown, each with the engine as it was right after it.
    pub fn observe(&mut self, engine: &Engine, turn: &Turn<'_>) {
        if let Some(rejection) = turn.refused {
            return self.refuse(turn, rejection);
        }
        self.tasks.values_mut().for_each(|task| task.pass(turn.at));
        if let Some((_, command)) = turn.command {
            self.learn(turn.at, command);
        }
        for place in 0..turn.events.len() {
            let (before, rest) = turn.events.split_at(place);
            self.event(engine, before.last(), rest);
        }
        self.tasks.values_mut().for_each(|task| task.wait_on(engine));
    }

    /// What there was, up to this instant.
    pub fn finish(self, end: Timestamp) -> Histories {
        let tasks = self.tasks.into_iter().map(|(id, task)| (id, task.finish(end)));
        Histories { tasks: tasks.collect(), unanswered: self.unanswered, refused: self.refused }
    }

    fn refuse(&mut self, turn: &Turn<'_>, rejection: &Rejection) {
        if let Some((_, Command::CreateTask(create))) = turn.command
            && self.asked.contains(&create.task)
        {
            self.refused.insert(create.task, (turn.at.since(self.start), rejection.clone()));
        }
    }

    /// Remembers what only commands tell.
    fn learn(&mut self, now: Timestamp, command: &Command) {
        if let Command::CreateWorkflow(spec) = command {
            self.configurations.insert(spec.workflow, Arc::new(spec.configuration.clone()));
        }
        let Command::UpdateWorkflow(update) = command else { return };
        if let Some(configuration) = &update.configuration {
            self.configurations.insert(update.workflow, Arc::new(configuration.clone()));
        }
        if let Some(configuration) = self.configurations.get(&update.workflow) {
            let tasks = self.tasks.values_mut().filter(|task| task.is_in(update.workflow));
            tasks.for_each(|task| task.workflow_updated(now, update.re_evaluate_tasks, configuration));
        }
    }

    /// Takes in the first of these events, which follows the other one.
    fn event(&mut self, engine: &Engine, before: Option<&Event>, events: &[Event]) {
        let Some((event, rest)) = events.split_first() else { return };
        self.worker_moved(before, &event.kind);
        if let EventKind::WorkspaceDeleted(_) = &event.kind {
            self.tasks.values_mut().for_each(|task| task.stop_waiting(event.at));
        }
        let Some(facts) = event.kind.task().filter(|facts| self.asked.contains(&facts.task)) else { return };
        if let EventKind::TaskCreated(_) = &event.kind {
            let configuration = facts.workflow.and_then(|workflow| self.configurations.get(&workflow));
            self.tasks.insert(facts.task, Record::new(facts, self.start, configuration.cloned(), self.labels));
        }
        if let Some(record) = self.tasks.get_mut(&facts.task) {
            record.observe(engine, event, rest, self.labels);
        }
    }

    /// A worker who did not answer is moved right after that.
    fn worker_moved(&mut self, before: Option<&Event>, kind: &EventKind) {
        let EventKind::WorkerActivityUpdated(moved) = kind else { return };
        let worker = moved.worker.worker;
        match before.map(|event| &event.kind) {
            Some(EventKind::ReservationTimedOut(facts)) if facts.worker.worker == worker => {
                self.unanswered.insert(worker, self.labels.task(facts.task.task));
            }
            Some(_) | None => drop(self.unanswered.remove(&worker)),
        }
    }
}

fn span<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&pointsman::format_duration(*span))
}
