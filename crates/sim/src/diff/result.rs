//! What a comparison found, as plain data by name: the JSON of `pointsman diff --format json`. It computes nothing but
//! its own negation.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// What a changed configuration changes.
///
/// Everything is told from the old configuration (`before`) to the new one (`after`); what is the same on both sides is
/// left out, but for the outcomes. Spans are whole milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Diff {
    /// How many tasks were looked at, on one side or both.
    pub total_tasks: usize,
    /// Tasks that stand elsewhere or otherwise at the end, in the order of creation.
    pub tasks: Vec<TaskChange>,
    /// Workers whose queues or tasks differ, by name.
    pub workers: Vec<WorkerChange>,
    /// Filters whose share of the tasks of their workflow differs.
    pub filters: Vec<FilterChange>,
    /// How long tasks waited; none where no time passes.
    pub waits: Option<WaitChanges>,
    /// How often things happened, the same or not.
    pub outcomes: BTreeMap<Outcome, Change<u64>>,
    /// Commands that only one side refused, in order.
    pub refused: Vec<Refusal>,
}

/// Something under the old configuration and under the new one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change<T> {
    /// Under the old configuration.
    pub before: T,
    /// Under the new one.
    pub after: T,
}

/// A task that stands elsewhere or otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaskChange {
    /// The task.
    pub task: String,
    /// Whether it goes elsewhere: workflow, filter, target, queue or worker differ, or it is there on one side only.
    /// Otherwise only its status, priority or reason differs.
    pub elsewhere: bool,
    /// Where it stands; absent where it was not created.
    #[serde(flatten)]
    pub place: Change<Option<TaskPlace>>,
}

/// Where a task stands: at the end, or as it was when it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaskPlace {
    /// `pending`, `reserved`, `assigned`, `wrapping`, `completed`, `canceled` or `deleted`.
    pub status: String,
    /// Its workflow.
    pub workflow: Option<String>,
    /// The filter it is in, or was in last.
    pub filter: Option<Filter>,
    /// The zero-based index of the routing step.
    pub target: Option<usize>,
    /// The queue it is in, or was in last.
    pub queue: Option<String>,
    /// Its priority.
    pub priority: u32,
    /// Who accepted it.
    pub worker: Option<String>,
    /// Who is asked, in alphabetical order.
    pub reserved: Vec<String>,
    /// Why it ended.
    pub reason: Option<String>,
}

/// A filter of a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Filter {
    /// Its zero-based index, `default` or `direct`; `none` for tasks that no filter takes.
    pub index: Value,
    /// Its friendly name, or else its expression.
    pub name: Option<String>,
}

/// A worker who gains or loses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkerChange {
    /// The worker.
    pub worker: String,
    /// Queues the worker is a member of.
    pub queues: Gains,
    /// Tasks the worker may take by queue, step expression and known worker.
    pub tasks: Gains,
}

/// What somebody has on one side only, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gains {
    /// Under the new configuration only.
    pub gained: Vec<String>,
    /// Under the old one only.
    pub lost: Vec<String>,
}

/// A filter and its share of the tasks that enter its workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FilterChange {
    /// The workflow.
    pub workflow: String,
    /// The share.
    #[serde(flatten)]
    pub share: Change<Share>,
}

/// So many of so many tasks: an exact fraction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Share {
    /// The filter; none where the workflow does not have it.
    pub filter: Option<Filter>,
    /// Tasks that entered by this filter.
    pub tasks: u64,
    /// Tasks that entered the workflow.
    pub of: u64,
}

/// Waits from creation to acceptance, or to the task's end without one, or so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitChanges {
    /// Their sum.
    pub total: Change<u64>,
    /// The longest.
    pub longest: Change<u64>,
    /// Tasks whose wait differs, in the order of creation.
    pub tasks: Vec<WaitChange>,
}

/// A task whose wait differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitChange {
    /// The task.
    pub task: String,
    /// Its wait; absent where it was not created.
    #[serde(flatten)]
    pub wait: Change<Option<u64>>,
}

/// A command that one side refused and the other did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refusal {
    /// When, counted from the start.
    pub at: u64,
    /// The command and whom it is about: `accept_reservation t1 alice`.
    pub command: String,
    /// The code of the refusal; absent where the command was done, or was not needed.
    #[serde(flatten)]
    pub code: Change<Option<String>>,
}

/// Declares the outcomes with their names.
macro_rules! outcomes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What is counted on both sides.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Outcome {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Outcome {
            /// Every outcome.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in texts.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

outcomes! {
    /// Tasks created.
    Created = "created",
    /// Tasks completed.
    Completed = "completed",
    /// Tasks canceled, for whatever reason.
    Canceled = "canceled",
    /// Tasks deleted, by command or after 24 hours.
    Deleted = "deleted",
    /// Tasks that are pending or reserved at the end.
    Waiting = "waiting",
    /// Tasks that are assigned or wrapping at the end.
    Taken = "taken",
    /// Workers asked.
    ReservationsCreated = "reservations-created",
    /// Workers who took the task.
    ReservationsAccepted = "reservations-accepted",
    /// Workers who refused.
    ReservationsRejected = "reservations-rejected",
    /// Workers who did not answer in time.
    ReservationsTimedOut = "reservations-timed-out",
    /// Reservations that ended for another reason.
    ReservationsCanceled = "reservations-canceled",
    /// Reservations that ended because another worker accepted.
    ReservationsRescinded = "reservations-rescinded",
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let Self { total_tasks: _, tasks, workers, filters, waits, outcomes, refused } = self;
        let lists_empty = tasks.is_empty() && workers.is_empty() && filters.is_empty() && refused.is_empty();
        let same_waits = waits.as_ref().is_none_or(|waits| waits.tasks.is_empty());
        lists_empty && same_waits && outcomes.values().all(|count| count.before == count.after)
    }

    /// The same seen from the other side: what a comparison with the two configurations swapped finds.
    #[must_use]
    pub fn negated(self) -> Self {
        let task = |it: TaskChange| TaskChange { place: it.place.swapped(), ..it };
        let worker = |it: WorkerChange| WorkerChange { queues: it.queues.negated(), tasks: it.tasks.negated(), ..it };
        let filter = |it: FilterChange| FilterChange { share: it.share.swapped(), ..it };
        let refusal = |it: Refusal| Refusal { code: it.code.swapped(), ..it };
        let mut negated = Self {
            total_tasks: self.total_tasks,
            tasks: self.tasks.into_iter().map(task).collect(),
            workers: self.workers.into_iter().map(worker).collect(),
            filters: self.filters.into_iter().map(filter).collect(),
            waits: self.waits.map(WaitChanges::negated),
            outcomes: self.outcomes.into_iter().map(|(outcome, count)| (outcome, count.swapped())).collect(),
            refused: self.refused.into_iter().map(refusal).collect(),
        };
        negated.sort_filters();
        negated
    }

    /// By workflow, then as the old configuration has them, then as the new one.
    pub(super) fn sort_filters(&mut self) {
        self.filters.sort_by_cached_key(|it| (it.workflow.clone(), it.share.before.order(), it.share.after.order()));
    }
}

impl<T> Change<T> {
    /// Before and after.
    pub fn new(before: T, after: T) -> Self {
        Self { before, after }
    }

    fn swapped(self) -> Self {
        Self { before: self.after, after: self.before }
    }

    pub(super) fn map<U>(self, map: impl Fn(T) -> U) -> Change<U> {
        Change { before: map(self.before), after: map(self.after) }
    }
}

impl Share {
    /// Filters in the order of their configuration: by index, then the named ones, and last what is not there. What
    /// follows makes the order total.
    fn order(&self) -> impl Ord + use<> {
        let index = self.filter.as_ref().map(|filter| &filter.index);
        let number = index.and_then(Value::as_u64).unwrap_or(u64::MAX);
        (
            index.is_none(),
            number,
            index.map(Value::to_string),
            self.filter.clone().map(|filter| filter.name),
            self.tasks,
        )
    }
}

impl Gains {
    /// Whether both sides have the same.
    pub fn is_empty(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty()
    }

    fn negated(self) -> Self {
        Self { gained: self.lost, lost: self.gained }
    }
}

impl WaitChanges {
    fn negated(self) -> Self {
        let task = |it: WaitChange| WaitChange { wait: it.wait.swapped(), ..it };
        Self {
            total: self.total.swapped(),
            longest: self.longest.swapped(),
            tasks: self.tasks.into_iter().map(task).collect(),
        }
    }
}
