//! One stable line per event: when, what, whom, and what of it matters, all by the scenario's own names.
//!
//! A line carries no running number and no id, so that one event more or less changes one line of a stored
//! transcript. It holds no rule of routing: everything in it was in the event.

use std::fmt;
use std::time::Duration;

use pointsman::{
    Event, EventKind, FilterRef, ReservationFacts, RoutingTarget, Subject, TaskFacts, Timestamp, WorkerActivityFacts,
    WorkerChannelFacts, WorkerFacts, format_duration,
};
use pointsman_config::Names;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::labels::Labels;

/// Every key a line may have beside `at` and `type`: what an expectation about events may name.
pub const FACTS: &[&str] = &[
    "task",
    "worker",
    "queue",
    "workflow",
    "activity",
    "task_channel",
    "workspace",
    "status",
    "priority",
    "reason",
    "filter",
    "target",
    "known_worker",
    "attributes",
    "expires",
    "available",
    "previous_activity",
    "time_in_previous_activity",
    "capacity",
    "previous_capacity",
    "assigned_tasks",
    "available_capacity_percentage",
    "target_workers",
    "friendly_name",
];

/// One event of a run, by the scenario's names.
///
/// `Display` gives the line of the text transcript, which shows what the event is about and what it changed;
/// `Serialize` gives the object of the JSON Lines transcript, which holds every fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The time since the scenario's start.
    pub at: Duration,
    /// The event's type, `reservation.created`.
    pub kind: &'static str,
    facts: Vec<Fact>,
}

#[derive(Clone, Debug, PartialEq)]
struct Fact {
    key: &'static str,
    value: Value,
    shown: bool,
}

impl Line {
    pub(crate) fn new(event: &Event, start: Timestamp, labels: Labels<'_>) -> Self {
        let mut writer = Writer { labels, start, facts: Vec::new() };
        writer.event(&event.kind);
        Self { at: event.at.since(start), kind: event.kind.name(), facts: writer.facts }
    }

    /// An event of a run that started at this instant, told by these names.
    pub fn of(event: &Event, start: Timestamp, names: &Names) -> Self {
        Self::new(event, start, Labels::new(names))
    }

    /// A fact by its key, one of [`FACTS`].
    pub fn fact(&self, key: &str) -> Option<&Value> {
        self.facts.iter().find(|fact| fact.key == key).map(|fact| &fact.value)
    }
}

/// `     10s  reservation.created       t1  worker=alice queue=spanish`
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>10}  {:<24}", format_duration(self.at), self.kind)?;
        let mut shown = self.facts.iter().filter(|fact| fact.shown);
        if let Some(subject) = shown.next() {
            write!(f, "  {}", plain(&subject.value))?;
        }
        for (place, fact) in shown.enumerate() {
            let gap = if place == 0 { "  " } else { " " };
            write!(f, "{gap}{}={}", fact.key, plain(&fact.value))?;
        }
        Ok(())
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("at", &format_duration(self.at))?;
        map.serialize_entry("type", self.kind)?;
        for fact in &self.facts {
            map.serialize_entry(fact.key, &fact.value)?;
        }
        map.end()
    }
}

/// A value as people write it: a word bare, everything else as JSON.
pub(crate) fn plain(value: &Value) -> String {
    let bare = |text: &str| {
        let word = |letter: char| letter.is_alphanumeric() || "_.-+$".contains(letter);
        !text.is_empty() && text.chars().all(word)
    };
    value.as_str().filter(|text| bare(text)).map_or_else(|| value.to_string(), str::to_owned)
}

/// Writes the facts of one event; the first one is its subject.
struct Writer<'a> {
    labels: Labels<'a>,
    start: Timestamp,
    facts: Vec<Fact>,
}

impl Writer<'_> {
    fn event(&mut self, kind: &EventKind) {
        match kind.subject() {
            Subject::Workspace(facts) => self.shown("workspace", facts.friendly_name.as_ref()),
            Subject::Activity(facts) => {
                self.shown("activity", self.labels.activity(facts.activity, &facts.friendly_name));
                self.shown("available", facts.available);
                self.kept("friendly_name", facts.friendly_name.as_ref());
            }
            Subject::TaskChannel(facts) => {
                self.shown("task_channel", self.labels.task_channel(facts.task_channel, &facts.unique_name));
                self.kept("friendly_name", facts.friendly_name.as_ref());
            }
            Subject::TaskQueue(facts) => {
                self.shown("queue", self.labels.task_queue(facts.task_queue, &facts.friendly_name));
                self.shown("target_workers", facts.target_workers.as_ref());
                self.kept("friendly_name", facts.friendly_name.as_ref());
            }
            Subject::Workflow(facts) => {
                self.shown("workflow", self.labels.workflow(facts.workflow, &facts.friendly_name));
                self.kept("friendly_name", facts.friendly_name.as_ref());
            }
            Subject::Worker(facts) => self.worker(facts, !matches!(kind, EventKind::WorkerDeleted(_))),
            Subject::WorkerActivity(facts) => self.worker_activity(facts),
            Subject::WorkerChannel(facts) => self.worker_channel(facts),
            Subject::Task(facts) => self.task(facts, shown_of_task(kind)),
            Subject::Reservation(facts) => self.reservation(facts, matches!(kind, EventKind::ReservationCreated(_))),
        }
    }

    fn worker(&mut self, facts: &WorkerFacts, attributes: bool) {
        self.shown("worker", self.labels.worker(facts.worker, &facts.friendly_name));
        self.kept("activity", self.labels.activity(facts.activity, &facts.activity_name));
        self.kept("available", facts.available);
        self.fact("attributes", &facts.attributes.to_value(), attributes);
        self.kept("friendly_name", facts.friendly_name.as_ref());
        self.kept("version", facts.revision.version);
    }

    fn worker_activity(&mut self, facts: &WorkerActivityFacts) {
        let worker = &facts.worker;
        self.shown("worker", self.labels.worker(worker.worker, &worker.friendly_name));
        self.shown("activity", self.labels.activity(worker.activity, &worker.activity_name));
        let previous = self.labels.activity(facts.previous_activity, &facts.previous_activity_name);
        self.shown("previous_activity", previous);
        self.kept("time_in_previous_activity", format_duration(facts.time_in_previous_activity));
        self.kept("available", worker.available);
        self.kept("version", worker.revision.version);
    }

    fn worker_channel(&mut self, facts: &WorkerChannelFacts) {
        self.shown("worker", self.labels.worker(facts.worker.worker, &facts.worker.friendly_name));
        self.shown("task_channel", self.labels.task_channel(facts.task_channel, &facts.unique_name));
        self.shown("capacity", facts.configured_capacity);
        self.shown("available", facts.available);
        self.kept("previous_capacity", facts.previous_capacity);
        self.kept("assigned_tasks", facts.assigned_tasks);
        self.kept("version", facts.revision.version);
        self.kept("available_capacity_percentage", facts.available_capacity_percentage);
    }

    fn task(&mut self, facts: &TaskFacts, shown: &[&str]) {
        self.shown("task", self.labels.task(facts.task));
        self.chosen(shown, "status", facts.status.name());
        self.workflow(facts, shown.contains(&"workflow"));
        if let Some(target) = facts.routing_target {
            self.routing_target(target, shown.contains(&"routing_target"));
        }
        if let Some(step) = &facts.step {
            self.chosen(shown, "queue", self.labels.task_queue(step.task_queue, &step.task_queue_name));
            self.chosen(shown, "filter", filter(step.filter));
            self.chosen(shown, "target", step.target);
            if let Some(worker) = step.known_worker {
                self.chosen(shown, "known_worker", self.labels.worker(worker, &worker.to_string()));
            }
        }
        self.chosen(shown, "priority", facts.priority);
        let channel = self.labels.task_channel(facts.task_channel, &facts.task_channel_unique_name);
        self.chosen(shown, "task_channel", channel);
        if let Some(reason) = &facts.reason {
            self.chosen(shown, "reason", reason.as_ref());
        }
        self.kept("version", facts.revision.version);
        self.fact("attributes", &facts.attributes.to_value(), shown.contains(&"attributes"));
    }

    fn workflow(&mut self, facts: &TaskFacts, shown: bool) {
        if let Some(name) = self.labels.workflow_of(facts) {
            self.facts.push(Fact { key: "workflow", value: name.into(), shown });
        }
    }

    /// The worker, queue or workflow by name; a queue beside a worker is told as the task's queue.
    fn routing_target(&mut self, target: RoutingTarget, shown: bool) {
        let name = match target {
            RoutingTarget::Worker { worker, .. } => self.labels.worker(worker, &worker.to_string()),
            RoutingTarget::TaskQueue(queue) => self.labels.task_queue(queue, &queue.to_string()),
            RoutingTarget::Workflow(workflow) => self.labels.workflow(workflow, &workflow.to_string()),
        };
        self.facts.push(Fact { key: "routing_target", value: name.into(), shown });
    }

    fn reservation(&mut self, facts: &ReservationFacts, created: bool) {
        self.shown("task", self.labels.task(facts.task.task));
        self.shown("worker", self.labels.worker(facts.worker.worker, &facts.worker.friendly_name));
        if let Some(queue) = facts.task_queue {
            let step = facts.task.step.as_ref().filter(|step| step.task_queue == queue);
            let name = step.map_or_else(|| queue.to_string(), |step| step.task_queue_name.to_string());
            self.facts.push(Fact { key: "queue", value: self.labels.task_queue(queue, &name).into(), shown: created });
        }
        self.kept("status", facts.status.name());
        self.kept("version", facts.revision.version);
        self.kept("priority", facts.task.priority);
        self.workflow(&facts.task, false);
        self.kept("activity", self.labels.activity(facts.worker.activity, &facts.worker.activity_name));
        if let Some(instant) = facts.expires_at {
            self.kept("expires", format_duration(instant.since(self.start)));
        }
    }

    fn shown(&mut self, key: &'static str, value: impl Into<Value>) {
        self.facts.push(Fact { key, value: value.into(), shown: true });
    }

    fn kept(&mut self, key: &'static str, value: impl Into<Value>) {
        self.facts.push(Fact { key, value: value.into(), shown: false });
    }

    fn chosen(&mut self, shown: &[&str], key: &'static str, value: impl Into<Value>) {
        self.facts.push(Fact { key, value: value.into(), shown: shown.contains(&key) });
    }

    fn fact(&mut self, key: &'static str, value: &pointsman::Value, shown: bool) {
        self.facts.push(Fact { key, value: Value::from(value), shown });
    }
}

/// What a task's event shows beside the task: what it reports.
fn shown_of_task(kind: &EventKind) -> &'static [&'static str] {
    match kind.name() {
        "task.created" => &["priority", "task_channel", "attributes", "routing_target"],
        "task.updated" => &["priority", "task_channel", "attributes"],
        "task.canceled" | "task.wrapup" | "task.completed" => &["reason"],
        "task.deleted" | "task.system-deleted" => &["status"],
        "workflow.target-matched" => &["queue", "filter", "target", "priority", "known_worker"],
        "task-queue.entered" | "task-queue.timeout" | "task-queue.moved" => &["queue"],
        _ => &["workflow"],
    }
}

/// The filter's zero-based index, `default`, or `direct`.
pub(crate) fn filter(filter: FilterRef) -> Value {
    match filter {
        FilterRef::Index(index) => index.into(),
        FilterRef::Default => "default".into(),
        FilterRef::Direct => "direct".into(),
    }
}
