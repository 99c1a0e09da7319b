//! Expectations about figures: `{service_level: {queue: voice, within: 20s}, '>=': 0.8}`.

use std::fmt;
use std::time::Duration;

use pointsman::{TaskQueueId, format_duration};
use pointsman_config::{Diagnostic, Node, NodeValue};

use crate::estimate::{Confidence, Interval};
use crate::expectation::Mismatch;
use crate::reading::{Fields, Place, Reader, choice, duration};
use crate::statistics::{Figures, Statistics, Waits};

/// A figure and what it is compared with.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    metric: Metric,
    queue: Option<String>,
    comparisons: Vec<(Operator, Vec<f64>)>,
    /// How sure one is to be of it, where chance plays a part.
    confidence: Option<Confidence>,
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

/// How figures are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// Equal.
    Equal,
    /// Not equal.
    Unequal,
    /// Less.
    Less,
    /// Less or equal.
    AtMost,
    /// Greater.
    Greater,
    /// Greater or equal.
    AtLeast,
    /// From one number to another, both included.
    Between,
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

const OPERATORS: &[(&str, Operator)] = &[
    ("==", Operator::Equal),
    ("!=", Operator::Unequal),
    ("<", Operator::Less),
    ("<=", Operator::AtMost),
    (">", Operator::Greater),
    (">=", Operator::AtLeast),
    ("between", Operator::Between),
];

/// Every figure that an expectation may name.
pub(crate) fn metrics() -> Vec<&'static str> {
    let counts = COUNTS.iter().map(|(name, _)| *name);
    counts.chain(WAITS.iter().map(|(name, _)| *name)).chain([SERVICE_LEVEL]).collect()
}

/// Every operator.
pub(crate) fn operators() -> Vec<&'static str> {
    OPERATORS.iter().map(|(word, _)| *word).collect()
}

impl Term {
    /// What stands under `statistics`: one term or a list of them. A term is a figure, its scope, and operators beside
    /// it; or, in short, figures with their operators inside: `{tasks_completed: {'==': 3}, tasks_canceled: 0}`.
    pub(crate) fn read_all(reader: &mut Reader<'_>, node: &Node) -> Vec<(Place, Self)> {
        if matches!(node.value, NodeValue::Sequence(_)) {
            return node.elements().iter().flat_map(|item| Self::read_all(reader, item)).collect();
        }
        let Some(mut fields) = reader.mapping(node, "a figure and its bounds") else { return Vec::new() };
        let outer = comparisons(reader, &mut fields, node);
        let sure = confidence(reader, &mut fields);
        if fields.rest.is_empty() || (fields.rest.len() > 1 && !outer.is_empty()) {
            let message = "beside operators there is exactly one figure";
            reader.report(
                Diagnostic::error("one-figure", node, message).help(format!("figures: {}", metrics().join(", "))),
            );
            return Vec::new();
        }
        let entries = fields.rest;
        let term = |field: crate::reading::Field<'_>| {
            let term = Self::read(reader, &field.key.text, field.key.span.clone(), field.value, outer.clone(), sure)?;
            Some((Place::of(field.value), term))
        };
        entries.into_iter().filter_map(term).collect()
    }

    fn read(
        reader: &mut Reader<'_>,
        name: &str,
        span: std::ops::Range<usize>,
        node: &Node,
        outer: Vec<(Operator, Bounds)>,
        sure: Option<Confidence>,
    ) -> Option<Self> {
        let Some(unit) = unit_of(name) else {
            let message = format!("there is no figure `{name}`");
            let diagnostic = Diagnostic::error("unknown-figure", node, message).at(span);
            reader.report(diagnostic.help(choice(name, &metrics())));
            return None;
        };
        let mut written = outer;
        if is_bound(node) {
            written.push((Operator::Equal, vec![node.clone()]));
            let metric = metric(reader, name, node, None)?;
            return Some(Self { metric, queue: None, comparisons: numbers(reader, unit, &written)?, confidence: sure });
        }
        let empty = Node { value: NodeValue::Mapping(Vec::new()), ..node.clone() };
        let node = if node.is_null() { &empty } else { node };
        let mut fields = reader.mapping(node, "the scope of a figure")?;
        written.extend(comparisons(reader, &mut fields, node));
        let confidence = confidence(reader, &mut fields).or(sure);
        if written.is_empty() {
            let message = format!("`{name}` is compared with nothing");
            let help = format!("write an operator, one of {}", operators().join(" "));
            reader.report(Diagnostic::error("no-operator", node, message).help(help));
            return None;
        }
        let queue = fields.take("queue").and_then(|node| queue(reader, name, node));
        let metric = metric(reader, name, node, Some(&mut fields));
        fields.finish(reader, &["queue", "of", "within"]);
        let queue = queue.and_then(|id| reader.context.names.name(id)).map(str::to_owned);
        Some(Self { metric: metric?, queue, comparisons: numbers(reader, unit, &written)?, confidence })
    }

    /// The figure in words: `wait of spanish (max)`.
    pub(crate) fn what(&self) -> String {
        let scope = self.queue.as_ref().map(|queue| format!(" of {queue}")).unwrap_or_default();
        match self.metric {
            Metric::Count(name, _) => format!("{name}{scope}"),
            Metric::Wait(name, _, summary) => format!("{name}{scope} ({summary})"),
            Metric::ServiceLevel(within) => format!("service_level{scope} within {}", format_duration(within)),
        }
    }

    /// How sure one is to be of it over all replications.
    pub(crate) fn confidence(&self) -> Option<Confidence> {
        self.confidence
    }

    /// What the figure is; none when no task tells it.
    pub(crate) fn value(&self, statistics: &Statistics) -> Option<f64> {
        let nothing = Figures::default();
        let figures = match &self.queue {
            Some(queue) => statistics.task_queues.get(queue).unwrap_or(&nothing),
            None => &statistics.workspace,
        };
        self.metric.of(figures)
    }

    /// Whether it holds of one run.
    pub(crate) fn judge(&self, statistics: &Statistics) -> Result<(), Mismatch> {
        let Some(actual) = self.value(statistics) else {
            return Err(Mismatch::new(self.expected(), "no task to tell it from"));
        };
        let holds = self.comparisons.iter().all(|(operator, bounds)| operator.holds(actual, bounds));
        if holds { Ok(()) } else { Err(Mismatch::new(self.expected(), self.metric.show(actual))) }
    }

    /// Whether it holds of the mean over replications, as surely as is asked for.
    pub(crate) fn judge_mean(&self, values: &[f64], confidence: Confidence) -> Result<(), Mismatch> {
        let expected = format!("{} with confidence {}", self.expected(), confidence.get());
        let Some(Interval { mean, half_width, .. }) = Interval::student(values, confidence) else {
            return Err(Mismatch::new(expected, "no task to tell it from"));
        };
        let (show, count) = (|value: f64| self.metric.show((value * 1e4).round() / 1e4), values.len());
        let Some(half) = half_width else {
            let actual = format!("{} in one replication, which tells no confidence: run more", show(mean));
            return Err(Mismatch::new(expected, actual));
        };
        let side = Interval::student(values, confidence.one_sided()).and_then(|it| it.half_width).unwrap_or(half);
        if self.comparisons.iter().all(|(operator, bounds)| operator.holds_surely(mean, (half, side), bounds)) {
            return Ok(());
        }
        let actual = format!("{} ± {} over {count} replications", show(mean), show(half));
        Err(Mismatch::new(expected, actual))
    }

    fn expected(&self) -> String {
        let one = |(operator, bounds): &(Operator, Vec<f64>)| {
            let bounds: Vec<String> = bounds.iter().map(|bound| self.metric.show(*bound)).collect();
            format!("{operator} {}", bounds.join(" and "))
        };
        self.comparisons.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// Things, or a share of them.
    Number,
    /// Milliseconds.
    Span,
}

type Bounds = Vec<Node>;

fn unit_of(name: &str) -> Option<Unit> {
    if WAITS.iter().any(|(known, _)| *known == name) {
        return Some(Unit::Span);
    }
    metrics().contains(&name).then_some(Unit::Number)
}

fn is_bound(node: &Node) -> bool {
    matches!(node.value, NodeValue::Number(_) | NodeValue::String(..))
}

fn metric(reader: &mut Reader<'_>, name: &str, node: &Node, fields: Option<&mut Fields<'_>>) -> Option<Metric> {
    if let Some((name, read)) = COUNTS.iter().find(|(known, _)| *known == name) {
        return Some(Metric::Count(name, *read));
    }
    let take = |key: &str| fields.and_then(|fields| fields.take(key));
    if let Some((name, read)) = WAITS.iter().find(|(known, _)| *known == name) {
        let summary = match take("of") {
            Some(node) => summary(reader, node)?,
            None => Summary::Average,
        };
        return Some(Metric::Wait(name, *read, summary));
    }
    let Some(within) = take("within") else {
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

/// Takes the operators out of a mapping.
fn comparisons(reader: &mut Reader<'_>, fields: &mut Fields<'_>, place: &Node) -> Vec<(Operator, Bounds)> {
    let mut found = Vec::new();
    for (word, operator) in OPERATORS {
        let Some(node) = fields.take(word) else { continue };
        let bounds = if *operator == Operator::Between { node.elements().to_vec() } else { vec![node.clone()] };
        if *operator == Operator::Between && bounds.len() != 2 {
            reader.report(Diagnostic::error("wrong-type", place, "`between` takes two numbers: `between: [1, 2]`"));
            continue;
        }
        found.push((*operator, bounds));
    }
    found
}

/// A scripted run is exact; the confidence asked for matters to random ones only.
fn confidence(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Confidence> {
    let node = fields.take("confidence")?;
    let confidence = reader.value::<f64>(node).filter(|share| *share > 0.5).map(Confidence::try_from);
    let Some(Ok(confidence)) = confidence else {
        reader.wrong(node, "a confidence above 0.5 and below 1, such as 0.95");
        return None;
    };
    Some(confidence)
}

fn numbers(reader: &mut Reader<'_>, unit: Unit, written: &[(Operator, Bounds)]) -> Option<Vec<(Operator, Vec<f64>)>> {
    let mut number = |node: &Node| match unit {
        Unit::Number => reader.value::<f64>(node),
        Unit::Span => match duration(node) {
            Some(span) => Some(span.as_secs_f64() * 1000.0),
            None => reader.span(node).map(|span| span.as_secs_f64() * 1000.0),
        },
    };
    let mut read = Vec::new();
    for (operator, bounds) in written {
        read.push((*operator, bounds.iter().map(&mut number).collect::<Option<Vec<f64>>>()?));
    }
    Some(read)
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

    fn show(self, value: f64) -> String {
        match self {
            Self::Wait(..) => format_duration(Duration::from_secs_f64((value / 1000.0).max(0.0))),
            Self::Count(..) | Self::ServiceLevel(_) => value.to_string(),
        }
    }
}

impl Operator {
    #[allow(clippy::float_cmp, reason = "counts and milliseconds are exact; a share is compared as it is written")]
    fn holds(self, actual: f64, bounds: &[f64]) -> bool {
        let first = bounds.first().copied().unwrap_or(f64::NAN);
        match self {
            Self::Equal => actual == first,
            Self::Unequal => actual != first,
            Self::Less => actual < first,
            Self::AtMost => actual <= first,
            Self::Greater => actual > first,
            Self::AtLeast => actual >= first,
            Self::Between => actual >= first && bounds.last().is_some_and(|last| actual <= *last),
        }
    }

    /// Whether it holds of what lies so far around a mean: `half` on both sides, `side` where only one side counts.
    fn holds_surely(self, mean: f64, (half, side): (f64, f64), bounds: &[f64]) -> bool {
        let covers = |bound: &f64| (mean - bound).abs() <= half;
        match self {
            Self::Equal => bounds.iter().all(covers),
            Self::Unequal => !bounds.iter().any(covers),
            Self::Less | Self::AtMost => self.holds(mean + side, bounds),
            Self::Greater | Self::AtLeast => self.holds(mean - side, bounds),
            Self::Between => self.holds(mean - half, bounds) && self.holds(mean + half, bounds),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = OPERATORS.iter().find(|(_, operator)| operator == self).map_or("", |(word, _)| *word);
        f.write_str(word)
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
