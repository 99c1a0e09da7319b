//! Expectations about what TaskRouter counts: `{service_level: {queue: voice, within: 20s}, '>=': 0.8}`.

use std::fmt;
use std::time::Duration;

use pointsman::{TaskQueueId, format_duration};
use pointsman_config::{Diagnostic, Node};

use crate::bound::{Figure, Unit};
use crate::reading::{Fields, Reader};
use crate::statistics::{Figures, Statistics, Waits};

/// A statistic of the whole workspace or of one queue.
#[derive(Clone, Debug)]
pub(crate) struct Statistic {
    metric: Metric,
    queue: Option<String>,
}

/// A figure of a run.
#[derive(Clone, Copy, Debug)]
enum Metric {
    /// How often something happened.
    Count(&'static str, fn(&Figures) -> u64),
    /// A span of waiting.
    Wait(&'static str, fn(&Figures) -> &Waits, Summary),
    /// The share of tasks accepted in time.
    ServiceLevel(Duration),
}

/// What is told of a set of waits.
#[derive(Clone, Copy, Debug)]
enum Summary {
    /// The mean.
    Average,
    /// The shortest.
    Min,
    /// The longest.
    Max,
    /// The sum.
    Total,
}

type Count = (&'static str, fn(&Figures) -> u64);

const COUNTS: &[Count] = &[
    ("tasks_created", |figures| figures.counts.tasks_created),
    ("tasks_entered", |figures| figures.counts.tasks_entered),
    ("tasks_moved", |figures| figures.counts.tasks_moved),
    ("tasks_completed", |figures| figures.counts.tasks_completed),
    ("tasks_canceled", |figures| figures.counts.tasks_canceled),
    ("tasks_deleted", |figures| figures.counts.tasks_deleted),
    ("tasks_timed_out_in_workflow", |figures| figures.counts.tasks_timed_out_in_workflow),
    ("reservations_created", |figures| figures.counts.reservations_created),
    ("reservations_accepted", |figures| figures.counts.reservations_accepted),
    ("reservations_rejected", |figures| figures.counts.reservations_rejected),
    ("reservations_timed_out", |figures| figures.counts.reservations_timed_out),
    ("reservations_canceled", |figures| figures.counts.reservations_canceled),
    ("reservations_rescinded", |figures| figures.counts.reservations_rescinded),
];

type WaitsOf = (&'static str, fn(&Figures) -> &Waits);

const WAITS: &[WaitsOf] = &[
    ("wait", |figures| &figures.wait_until_accepted),
    ("wait_until_accepted", |figures| &figures.wait_until_accepted),
    ("wait_until_canceled", |figures| &figures.wait_until_canceled),
];

const SERVICE_LEVEL: &str = "service_level";

/// Every figure that an expectation may name.
pub(crate) fn metrics() -> Vec<&'static str> {
    let counts = COUNTS.iter().map(|(name, _)| *name);
    counts.chain(WAITS.iter().map(|(name, _)| *name)).chain([SERVICE_LEVEL]).collect()
}

impl Figure for Statistic {
    const KEYS: &'static [&'static str] = &["queue", "of", "within"];
    const NOTHING: &'static str = "no task to tell it from";

    fn names(_: &Reader<'_>) -> Vec<String> {
        metrics().into_iter().map(str::to_owned).collect()
    }

    fn read(reader: &mut Reader<'_>, name: &str, node: &Node, fields: &mut Fields<'_>) -> Option<Self> {
        let queue = fields.take("queue").and_then(|node| queue(reader, name, node));
        let metric = metric(reader, name, node, fields)?;
        let queue = queue.and_then(|id| reader.context.names.name(id)).map(str::to_owned);
        Some(Self { metric, queue })
    }

    fn unit(&self) -> Unit {
        match self.metric {
            Metric::Wait(..) => Unit::Milliseconds,
            Metric::Count(..) | Metric::ServiceLevel(_) => Unit::Number,
        }
    }
}

impl Statistic {
    /// What the figure is; none when no task tells it.
    pub(crate) fn value(&self, statistics: &Statistics) -> Option<f64> {
        let nothing = Figures::default();
        let figures = match &self.queue {
            Some(queue) => statistics.task_queues.get(queue).unwrap_or(&nothing),
            None => &statistics.workspace,
        };
        self.metric.of(figures)
    }
}

/// The figure in words: `wait of spanish (max)`.
impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = self.queue.as_ref().map(|queue| format!(" of {queue}")).unwrap_or_default();
        match self.metric {
            Metric::Count(name, _) => write!(f, "{name}{scope}"),
            Metric::Wait(name, _, summary) => write!(f, "{name}{scope} ({summary})"),
            Metric::ServiceLevel(within) => write!(f, "service_level{scope} within {}", format_duration(within)),
        }
    }
}

fn metric(reader: &mut Reader<'_>, name: &str, node: &Node, fields: &mut Fields<'_>) -> Option<Metric> {
    if let Some((name, read)) = COUNTS.iter().find(|(known, _)| *known == name) {
        return Some(Metric::Count(name, *read));
    }
    if let Some((name, read)) = WAITS.iter().find(|(known, _)| *known == name) {
        let summary = match fields.take("of") {
            Some(node) => summary(reader, node)?,
            None => Summary::Average,
        };
        return Some(Metric::Wait(name, *read, summary));
    }
    let Some(within) = fields.take("within") else {
        let message = "a service level needs `within`: the longest wait that is still good";
        reader.report(Diagnostic::error("missing-key", node, message));
        return None;
    };
    reader.span(within).map(Metric::ServiceLevel)
}

fn summary(reader: &mut Reader<'_>, node: &Node) -> Option<Summary> {
    let word = reader.word(node, "a summary of waits", &["average", "min", "max", "total"])?;
    Some(match word {
        "min" => Summary::Min,
        "max" => Summary::Max,
        "total" => Summary::Total,
        _ => Summary::Average,
    })
}

/// The queue a figure is narrowed to.
fn queue(reader: &mut Reader<'_>, name: &str, node: &Node) -> Option<TaskQueueId> {
    if name == "tasks_created" {
        let message = "tasks are created in a workflow, not in a queue";
        reader.report(Diagnostic::error("no-queue-figure", node, message).help("count `tasks_entered` instead"));
    }
    reader.value(node)
}

impl Metric {
    #[allow(clippy::cast_precision_loss, reason = "counts and milliseconds of a run stay far below 2^53")]
    fn of(self, figures: &Figures) -> Option<f64> {
        match self {
            Self::Count(_, read) => Some(read(figures) as f64),
            Self::Wait(_, read, summary) => {
                let waits = read(figures);
                let millis = match summary {
                    Summary::Average => waits.average,
                    Summary::Min => waits.min,
                    Summary::Max => waits.max,
                    Summary::Total => Some(waits.total),
                };
                millis.map(|millis| millis as f64)
            }
            Self::ServiceLevel(within) => figures.service_level(within),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Average => "average",
            Self::Min => "min",
            Self::Max => "max",
            Self::Total => "total",
        })
    }
}
