//! Expected events: a kind, and of the facts only those that a test is about.

use std::fmt;

use pointsman::{
    ActivityId, Event, EventKind, ReservationFacts, Subject, TaskChannelId, TaskFacts, TaskId, TaskQueueId,
    WorkerFacts, WorkerId, WorkflowId,
};

/// An event that is expected: its kind, and any of its facts. What is not named is not compared.
#[derive(Clone, Debug)]
pub struct Expected {
    kind: &'static str,
    facts: Vec<Fact>,
}

/// One named fact of an event.
#[derive(Clone, Debug, PartialEq)]
struct Fact {
    key: &'static str,
    /// As it is compared: the text form of an id.
    value: String,
    /// As the test writes it.
    shown: String,
}

/// An event of this kind, such as `reservation.created`.
///
/// ```
/// # use pointsman_testkit::event;
/// let asked = event("reservation.created").task("t1").worker("ann");
/// assert_eq!(asked.to_string(), "reservation.created task=t1 worker=ann");
/// ```
///
/// # Panics
/// When there is no such kind.
#[track_caller]
pub fn event(kind: &str) -> Expected {
    match EventKind::NAMES.iter().find(|name| **name == kind) {
        Some(kind) => Expected { kind, facts: Vec::new() },
        None => panic!("there is no event `{kind}`: see `EventKind::NAMES`"),
    }
}

/// `name(argument) -> Id`: a thing by its name or its id.
macro_rules! things {
    ($($(#[$doc:meta])* $name:ident($id:ident);)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name(self, $name: impl Into<$id> + fmt::Display + Clone) -> Self {
                let shown = $name.to_string();
                let id: $id = $name.into();
                self.fact(stringify!($name), id.to_string(), shown)
            }
        )*
    };
}

impl Expected {
    things! {
        /// The task, also that of a reservation.
        task(TaskId);
        /// The worker, also that of a reservation.
        worker(WorkerId);
        /// The queue: that of a task's step, or the one a reservation was made in.
        queue(TaskQueueId);
        /// The workflow.
        workflow(WorkflowId);
        /// The activity, also that of a worker.
        activity(ActivityId);
        /// The activity a worker came from.
        previous_activity(ActivityId);
        /// The channel, also that of a task.
        task_channel(TaskChannelId);
    }

    /// The status of the task, `reserved`; in events of reservations that of the reservation, `pending`.
    #[must_use]
    pub fn status(self, status: impl fmt::Display) -> Self {
        self.plain("status", status)
    }

    /// The task's priority.
    #[must_use]
    pub fn priority(self, priority: u32) -> Self {
        self.plain("priority", priority)
    }

    /// Why the task ended or is wrapping.
    #[must_use]
    pub fn reason(self, reason: impl fmt::Display) -> Self {
        self.plain("reason", reason)
    }

    /// The filter of the task's step: its index, or `default`.
    #[must_use]
    pub fn filter(self, filter: impl fmt::Display) -> Self {
        self.plain("filter", filter)
    }

    /// The zero-based index of the task's step in its filter.
    #[must_use]
    pub fn target(self, target: usize) -> Self {
        self.plain("target", target)
    }

    /// The capacity of a worker's channel.
    #[must_use]
    pub fn capacity(self, capacity: u32) -> Self {
        self.plain("capacity", capacity)
    }

    /// Whether the activity is an available one, or a worker's channel takes tasks.
    #[must_use]
    pub fn available(self, available: bool) -> Self {
        self.plain("available", available)
    }

    /// The names of tasks in it.
    pub(super) fn tasks(&self) -> impl Iterator<Item = &str> {
        let tasks = self.facts.iter().filter(|fact| fact.key == "task" && fact.shown != fact.value);
        tasks.map(|fact| fact.shown.as_str())
    }

    /// Whether this is the event.
    pub(super) fn matches(&self, event: &Event) -> bool {
        let found = facts(&event.kind);
        let holds = |fact: &Fact| found.iter().any(|(key, value)| *key == fact.key && *value == fact.value);
        self.kind == event.kind.name() && self.facts.iter().all(holds)
    }

    fn plain(self, key: &'static str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        self.fact(key, value.clone(), value)
    }

    fn fact(mut self, key: &'static str, value: String, shown: String) -> Self {
        self.facts.push(Fact { key, value, shown });
        self
    }
}

/// `reservation.created task=t1 worker=ann`
impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        self.facts.iter().try_for_each(|fact| write!(f, " {}={}", fact.key, fact.shown))
    }
}

type Facts = Vec<(&'static str, String)>;

/// Everything about an event that can be named.
fn facts(kind: &EventKind) -> Facts {
    match kind.subject() {
        Subject::Workspace(_) => Vec::new(),
        Subject::Activity(facts) => {
            vec![("activity", facts.activity.to_string()), ("available", facts.available.to_string())]
        }
        Subject::TaskChannel(facts) => vec![("task_channel", facts.task_channel.to_string())],
        Subject::TaskQueue(facts) => vec![("queue", facts.task_queue.to_string())],
        Subject::Workflow(facts) => vec![("workflow", facts.workflow.to_string())],
        Subject::Worker(facts) => worker(facts),
        Subject::WorkerActivity(facts) => {
            let mut found = worker(&facts.worker);
            found.push(("previous_activity", facts.previous_activity.to_string()));
            found
        }
        Subject::WorkerChannel(facts) => vec![
            ("worker", facts.worker.worker.to_string()),
            ("activity", facts.worker.activity.to_string()),
            ("task_channel", facts.task_channel.to_string()),
            ("capacity", facts.configured_capacity.to_string()),
            ("available", facts.available.to_string()),
        ],
        Subject::Task(facts) => task(facts),
        Subject::Reservation(facts) => reservation(facts),
    }
}

fn worker(facts: &WorkerFacts) -> Facts {
    vec![
        ("worker", facts.worker.to_string()),
        ("activity", facts.activity.to_string()),
        ("available", facts.available.to_string()),
    ]
}

fn task(facts: &TaskFacts) -> Facts {
    let mut found = about_task(facts);
    found.push(("status", facts.status.to_string()));
    found.extend(facts.step.as_ref().map(|step| ("queue", step.task_queue.to_string())));
    found
}

fn reservation(facts: &ReservationFacts) -> Facts {
    let mut found = about_task(&facts.task);
    found.extend(worker(&facts.worker));
    found.push(("status", facts.status.to_string()));
    found.extend(facts.task_queue.map(|queue| ("queue", queue.to_string())));
    found
}

/// What a task's own events and those of its reservations tell of it.
fn about_task(facts: &TaskFacts) -> Facts {
    let mut found = vec![
        ("task", facts.task.to_string()),
        ("priority", facts.priority.to_string()),
        ("task_channel", facts.task_channel.to_string()),
    ];
    found.extend(facts.workflow.map(|workflow| ("workflow", workflow.to_string())));
    found.extend(facts.reason.as_ref().map(|reason| ("reason", reason.to_string())));
    if let Some(step) = &facts.step {
        found.push(("filter", step.filter.to_string()));
        found.push(("target", step.target.to_string()));
    }
    found
}
