//! Owns TaskRouter's names: the contexts an expression stands in, and what a reference can mean there
//! (semantics 1.1, 1.7, 1.9). Never looks a value up.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::Path;
use crate::spelled::spelled;

/// Where an expression stands; it decides which names are legal (semantics 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The `target_workers` of a task queue: bare worker attributes.
    Queue,
    /// The `expression` of a workflow filter: bare task attributes.
    Filter,
    /// The `expression` of a routing step: `task.` and `worker.` names.
    Target,
    /// The `order_by` of a routing step: a list of `worker.` names.
    OrderBy,
    /// The `skip_if` of a routing step: `workers.` counts.
    SkipIf,
    /// The `known_worker_sid` or `known_worker_friendly_name` of a routing step: one `task.` reference.
    KnownWorker,
}

impl Kind {
    /// Every kind, in the order in which they are listed to people.
    pub const ALL: [Self; 6] =
        [Self::Queue, Self::Filter, Self::Target, Self::OrderBy, Self::SkipIf, Self::KnownWorker];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queue => "queue",
            Self::Filter => "filter",
            Self::Target => "target",
            Self::OrderBy => "order-by",
            Self::SkipIf => "skip-if",
            Self::KnownWorker => "known-worker",
        })
    }
}

/// Why a text names no [`Kind`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind(String);

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected `queue`, `filter`, `target`, `order-by`, `skip-if` or `known-worker`, found `{}`", self.0)
    }
}

impl std::error::Error for UnknownKind {}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        match text {
            "queue" => Ok(Self::Queue),
            "filter" | "workflow-filter" => Ok(Self::Filter),
            "target" => Ok(Self::Target),
            "order-by" | "order_by" => Ok(Self::OrderBy),
            "skip-if" | "skip_if" => Ok(Self::SkipIf),
            "known-worker" | "known_worker" => Ok(Self::KnownWorker),
            other => Err(UnknownKind(other.to_owned())),
        }
    }
}

/// What a reference in an expression means, after its context has judged it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// A path into the task's attributes (bare in a filter, `task.` in a target).
    Task(Path),
    /// A path into the worker's attributes (bare in a queue, `worker.` in a target).
    Worker(Path),
    /// A bare worker field in a queue expression: the attribute of that name if there is one, else the field (Q15).
    WorkerAttributeOrField(Path, WorkerField),
    /// A field of the worker itself; in targets it wins over an attribute of the same name (Q18).
    WorkerField(WorkerField),
    /// A figure of one of the worker's channels: `worker.channel.<name>.<counter>`.
    WorkerChannel {
        /// The unique name of the channel.
        channel: Arc<str>,
        /// Which figure.
        counter: ChannelCounter,
    },
    /// A count over the workers of the step's queue (only in `skip_if`).
    Workers(WorkersCount),
    /// A part of the current time of day, in UTC.
    Clock(ClockField),
    /// The list of nodes that a JSON-path term selects.
    Nodes {
        /// The document the query reads.
        root: Root,
        /// The query, from its `$`.
        query: Arc<str>,
    },
    /// A name that is always NULL here, such as `taskrouter.currentTime` in a queue.
    Nothing,
}

/// The names with the prefix a target expression would use.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(path) => write!(f, "task.{path}"),
            Self::Worker(path) | Self::WorkerAttributeOrField(path, _) => write!(f, "worker.{path}"),
            Self::WorkerField(field) => write!(f, "worker.{}", field.as_str()),
            Self::WorkerChannel { channel, counter } => write!(f, "worker.channel.{channel}.{}", counter.as_str()),
            Self::Workers(WorkersCount::Available) => f.write_str("workers.available"),
            Self::Workers(WorkersCount::Unavailable) => f.write_str("workers.unavailable"),
            Self::Workers(WorkersCount::Activity(activity)) => write!(f, "workers.{activity}"),
            Self::Clock(field) => write!(f, "taskrouter.{}", field.as_str()),
            Self::Nodes { root: Root::Task, query } => write!(f, "task.{query}"),
            Self::Nodes { root: Root::Worker, query } => write!(f, "worker.{query}"),
            Self::Nothing => f.write_str("null"),
        }
    }
}

spelled! {
    /// A field of a worker that expressions can read.
    WorkerField {
        /// The worker's identifier.
        Sid = "sid",
        /// The worker's name.
        FriendlyName = "friendly_name",
        /// The identifier of the worker's activity.
        ActivitySid = "activity_sid",
        /// The name of the worker's activity.
        ActivityName = "activity_name",
    }
}

spelled! {
    /// A figure of one channel of a worker.
    ChannelCounter {
        /// How many tasks of the channel the worker may hold at once.
        ConfiguredCapacity = "configured_capacity",
        /// How many tasks of the channel the worker has accepted.
        AssignedTasks = "assigned_tasks",
        /// The free share of the capacity, 0 to 100 (R25).
        AvailableCapacityPercentage = "available_capacity_percentage",
        /// Whether the channel is switched on for the worker. An extension (Q16).
        Available = "available",
    }
}

spelled! {
    /// A part of the current time of day, in UTC (semantics 1.9).
    ClockField {
        /// Hours and minutes as the integer HHMM.
        CurrentTime = "currentTime",
        /// The hour, 0 to 23, as an integer.
        CurrentHour = "currentHour",
        /// The minute of the hour as an integer.
        CurrentMin = "currentMin",
        /// `Mon` to `Sun`.
        DayOfWeek = "dayOfWeek",
    }
}

/// A count over the workers of a step's queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkersCount {
    /// Workers in an available activity.
    Available,
    /// Workers in an unavailable activity.
    Unavailable,
    /// Workers in one activity, by its identifier as written; NULL when there is none such (R7).
    Activity(Arc<str>),
}

/// The document that a JSON-path term reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// The task's attributes.
    Task,
    /// The worker's attributes.
    Worker,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_read_what_they_print_and_the_aliases() {
        for kind in Kind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        let aliases = ["workflow-filter", "order_by", "skip_if", "known_worker"].map(|text| text.parse::<Kind>());
        assert_eq!(aliases, [Ok(Kind::Filter), Ok(Kind::OrderBy), Ok(Kind::SkipIf), Ok(Kind::KnownWorker)]);
        assert!("Filter".parse::<Kind>().unwrap_err().to_string().ends_with("found `Filter`"));
    }
}
