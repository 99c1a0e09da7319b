//! Figures of a run, folded over its events: counts, and waits from a task's creation to its end of waiting.
//!
//! It judges nothing. What counts for which queue follows semantics section 10.2 (Q52): an acceptance counts for the
//! queue the reservation was made in, an end of a task for the queue it was in last.

use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::statistics::Counts;
use pointsman::{Event, EventKind, TaskFacts};
use serde::{Deserialize, Serialize};

use crate::labels::Labels;

/// The figures of the whole workspace, and of each task queue by its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Statistics {
    /// The whole workspace.
    pub workspace: Figures,
    /// Each queue that a task has entered.
    pub task_queues: BTreeMap<String, Figures>,
}

/// Counts and waits. Of the workspace, `tasks_entered` are entries into any queue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Figures {
    /// How often things happened.
    #[serde(flatten)]
    pub counts: Counts,
    /// From the task's creation to its acceptance.
    pub wait_until_accepted: Waits,
    /// From the task's creation to its cancellation while it waited.
    pub wait_until_canceled: Waits,
}

/// A set of waits, in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Waits {
    /// How many.
    pub count: u64,
    /// Their mean, rounded half up; absent when there are none.
    pub average: Option<u64>,
    /// The shortest.
    pub min: Option<u64>,
    /// The longest.
    pub max: Option<u64>,
    /// Their sum.
    pub total: u64,
    /// How often each wait was, so that memory follows the longest wait and not the number of tasks.
    #[serde(skip)]
    all: BTreeMap<u64, u64>,
}

impl Waits {
    fn add(&mut self, wait: Duration) {
        let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.count += 1;
        self.total = self.total.saturating_add(wait);
        self.min = Some(self.min.map_or(wait, |least| least.min(wait)));
        self.max = Some(self.max.map_or(wait, |most| most.max(wait)));
        self.average = Some(self.total.saturating_add(self.count / 2) / self.count);
        *self.all.entry(wait).or_default() += 1;
    }

    fn within(&self, limit: Duration) -> u64 {
        let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        self.all.range(..=limit).map(|(_, count)| count).sum()
    }
}

impl Figures {
    /// The share of tasks that were accepted within `limit` of their creation, among those accepted or canceled while
    /// they waited; `None` when there are none.
    pub fn service_level(&self, limit: Duration) -> Option<f64> {
        let ended = self.wait_until_accepted.count + self.wait_until_canceled.count;
        let share = |within: u64| {
            #[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
            let share = within as f64 / ended as f64;
            share
        };
        (ended > 0).then(|| share(self.wait_until_accepted.within(limit)))
    }

    fn observe(&mut self, event: &Event, task: &TaskFacts) {
        self.counts.count(&event.kind);
        let wait = event.at.since(task.created_at);
        let deleted = matches!(event.kind, EventKind::TaskDeleted(_)) && task.status.is_waiting();
        if matches!(event.kind, EventKind::ReservationAccepted(_)) {
            self.wait_until_accepted.add(wait);
        }
        if matches!(event.kind, EventKind::TaskCanceled(_)) || deleted {
            self.wait_until_canceled.add(wait);
        }
    }
}

impl Statistics {
    /// What counts as what is the engine's to say; entries are told of queues, not of workflows.
    pub(crate) fn observe(&mut self, event: &Event, labels: Labels<'_>) {
        let counts = Counts::default().count(&event.kind) && !matches!(event.kind, EventKind::WorkflowEntered(_));
        let Some(task) = event.kind.task().filter(|_| counts) else { return };
        self.workspace.observe(event, task);
        if let Some(queue) = queue(event, task, labels) {
            self.task_queues.entry(queue).or_default().observe(event, task);
        }
    }
}

/// The queue the event counts for, by name.
fn queue(event: &Event, task: &TaskFacts, labels: Labels<'_>) -> Option<String> {
    let step = task.step.as_ref();
    let id = match event.kind.reservation() {
        Some(facts) => facts.task_queue,
        None => step.map(|step| step.task_queue),
    };
    let name = step.map(|step| step.task_queue_name.as_ref()).unwrap_or_default();
    id.map(|id| labels.task_queue(id, name))
}
