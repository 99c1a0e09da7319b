//! What a scenario expects of a task, a worker or the run: read with places, judged at a moment.
//!
//! Matching is partial: what is not named is not compared. Names are compared by what they name.

use pointsman::{
    ActivityId, EventKind, TaskChannelId, TaskId, TaskQueueId, TaskStatus, WorkerId, WorkflowId, format_duration,
};
use pointsman_config::{Diagnostic, EntityId, Node, NodeValue};
use serde_json::Value;

use crate::bound::{Bound, Term};
use crate::estimate::Confidence;
use crate::judgement::{ChannelField, Moment, TaskField, WorkerField};
use crate::measured::Measured;
use crate::metric::Statistic;
use crate::reading::{Fields, Place, Reader};
use crate::transcript::{FACTS, Line, plain};

/// One thing to compare, and where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    /// What is compared, in words: `task t1: status`.
    pub(crate) what: String,
    pub(crate) place: Place,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Task(TaskId, TaskField, Value),
    Worker(WorkerId, WorkerField, Value),
    Channel(WorkerId, TaskChannelId, ChannelField, Value),
    Events(Vec<Pattern>),
    Never(Pattern),
    Statistic(Term<Statistic>),
    Measured(Term<Measured>),
}

/// What did not hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mismatch {
    pub(crate) expected: String,
    pub(crate) actual: String,
    /// Where, when it is more exactly known than the check's own place.
    pub(crate) place: Option<Place>,
}

impl Mismatch {
    pub(crate) fn new(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self { expected: expected.into(), actual: actual.into(), place: None }
    }
}

const SUBJECTS: &[&str] = &["task", "worker", "events", "never", "statistics", "results"];

/// Reads what stands under `expect`.
pub(crate) fn read(reader: &mut Reader<'_>, node: &Node) -> Vec<Check> {
    let Some(mut fields) = reader.mapping(node, "what to expect") else { return Vec::new() };
    if let Some(task) = fields.take("task") {
        return of_task(reader, task, fields);
    }
    if let Some(worker) = fields.take("worker") {
        return of_worker(reader, worker, fields);
    }
    of_run(reader, fields)
}

/// The same where it is looked at again and again.
pub(crate) fn read_lasting(reader: &mut Reader<'_>, node: &Node) -> Vec<Check> {
    let checks = read(reader, node);
    for check in &checks {
        let message = match &check.test {
            Test::Events(_) => "events in order are looked for once, not always",
            Test::Statistic(term) if term.bound.confidence().is_some() => {
                "a confidence is about the end of runs, not always"
            }
            Test::Measured(_) => "figures of the results are looked at once, not always",
            Test::Task(..) | Test::Worker(..) | Test::Channel(..) | Test::Never(_) | Test::Statistic(_) => continue,
        };
        let help = "write it under `expect`, at the time at which it must hold";
        reader.report(Diagnostic::error("not-lasting", node, message).at(check.place.span.clone()).help(help));
    }
    checks
}

fn of_task(reader: &mut Reader<'_>, task: &Node, mut fields: Fields<'_>) -> Vec<Check> {
    let id: Option<TaskId> = reader.value(task);
    let mut checks = Vec::new();
    for (key, field) in TaskField::ALL {
        let Some(node) = fields.take(key) else { continue };
        let Some(expected) = task_value(reader, *field, node) else { continue };
        let Some(id) = id else { continue };
        let what = format!("task {}: {key}", name(reader, id));
        checks.push(Check { what, place: Place::of(node), test: Test::Task(id, *field, expected) });
    }
    fields.finish(reader, &keys(TaskField::ALL));
    checks
}

fn of_worker(reader: &mut Reader<'_>, worker: &Node, mut fields: Fields<'_>) -> Vec<Check> {
    let id: Option<WorkerId> = reader.value(worker);
    let mut checks = Vec::new();
    for (key, field) in WorkerField::ALL {
        let Some(node) = fields.take(key) else { continue };
        let Some(expected) = worker_value(reader, *field, node) else { continue };
        let Some(id) = id else { continue };
        let what = format!("worker {}: {key}", name(reader, id));
        checks.push(Check { what, place: Place::of(node), test: Test::Worker(id, *field, expected) });
    }
    if let (Some(channels), Some(id)) = (fields.take("channels"), id) {
        checks.extend(of_channels(reader, channels, id));
    }
    let known: Vec<&str> = keys(WorkerField::ALL).into_iter().chain(["channels"]).collect();
    fields.finish(reader, &known);
    checks
}

fn of_channels(reader: &mut Reader<'_>, node: &Node, worker: WorkerId) -> Vec<Check> {
    let Some(channels) = reader.mapping(node, "the worker's channels") else { return Vec::new() };
    let mut checks = Vec::new();
    for channel in channels.rest {
        let name_node = text_node(channel.value, &channel.key.text, channel.key.span.clone());
        let id: Option<TaskChannelId> = reader.value(&name_node);
        let Some(mut fields) = reader.mapping(channel.value, "figures of a channel") else { continue };
        for (key, field) in ChannelField::ALL {
            let Some(node) = fields.take(key) else { continue };
            let expected = match field {
                ChannelField::Available => reader.value::<bool>(node).map(Value::from),
                ChannelField::AssignedTasks
                | ChannelField::AvailableCapacityPercentage
                | ChannelField::ConfiguredCapacity => reader.value::<u32>(node).map(Value::from),
            };
            let (Some(expected), Some(id)) = (expected, id) else { continue };
            let what = format!("worker {}: channels.{}.{key}", name(reader, worker), channel.key.text);
            checks.push(Check { what, place: Place::of(node), test: Test::Channel(worker, id, *field, expected) });
        }
        fields.finish(reader, &keys(ChannelField::ALL));
    }
    checks
}

fn of_run(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Some(node) = fields.take("events") {
        let items = reader.list(node, "events in order");
        let patterns = items.iter().filter_map(|item| Pattern::read(reader, item)).collect();
        checks.push(Check { what: "events".to_owned(), place: Place::of(node), test: Test::Events(patterns) });
    }
    if let Some(node) = fields.take("never") {
        let items = reader.list(node, "events that must not be");
        let patterns = items.iter().filter_map(|item| Pattern::read(reader, item));
        let check = |pattern: Pattern| Check {
            what: "never".to_owned(),
            place: pattern.place.clone(),
            test: Test::Never(pattern),
        };
        checks.extend(patterns.map(check));
    }
    if let Some(node) = fields.take("statistics") {
        let check = |(place, term): (Place, Term<Statistic>)| Check {
            what: format!("statistics: {}", term.figure),
            place,
            test: Test::Statistic(term),
        };
        checks.extend(Term::read_all(reader, node).into_iter().map(check));
    }
    if let Some(node) = fields.take("results") {
        checks.extend(of_results(reader, node));
    }
    fields.finish(reader, SUBJECTS);
    checks
}

/// Where chance has no part nothing is measured; while it is not known what is, nothing is wrong with it.
fn of_results(reader: &mut Reader<'_>, node: &Node) -> Vec<Check> {
    match &reader.figures {
        None => return Vec::new(),
        Some(figures) if figures.is_empty() => {
            let message = "a scenario without `arrivals` has no results";
            let error = Diagnostic::error("no-results", node, message);
            reader.report(error.help("write `statistics`, which count the engine's events"));
            return Vec::new();
        }
        Some(_) => {}
    }
    let check = |(place, term): (Place, Term<Measured>)| Check {
        what: format!("results: {}", term.figure.column.name()),
        place,
        test: Test::Measured(term),
    };
    Term::read_all(reader, node).into_iter().map(check).collect()
}

fn task_value(reader: &mut Reader<'_>, field: TaskField, node: &Node) -> Option<Value> {
    match field {
        TaskField::Exists => reader.value::<bool>(node).map(Value::from),
        TaskField::Status => reader.value::<TaskStatus>(node).map(|status| status.name().into()),
        TaskField::Queue => optional::<TaskQueueId>(reader, node),
        TaskField::Priority => reader.value::<u32>(node).map(Value::from),
        TaskField::Workflow => entity::<WorkflowId>(reader, node),
        TaskField::Filter => index_or_name(reader, node),
        TaskField::Target => reader.value::<Option<u64>>(node).map(Value::from),
        TaskField::Reserved | TaskField::Eligible => entities::<WorkerId>(reader, node, true),
        TaskField::Ranked => entities::<WorkerId>(reader, node, false),
        TaskField::Worker => optional::<WorkerId>(reader, node),
        TaskField::Reason => reader.value::<Option<String>>(node).map(Value::from),
        TaskField::TaskChannel => entity::<TaskChannelId>(reader, node),
        TaskField::Attributes => Some(node.to_json()),
    }
}

fn worker_value(reader: &mut Reader<'_>, field: WorkerField, node: &Node) -> Option<Value> {
    match field {
        WorkerField::Exists | WorkerField::Available => reader.value::<bool>(node).map(Value::from),
        WorkerField::Activity => entity::<ActivityId>(reader, node),
        WorkerField::Reservations => entities::<TaskId>(reader, node, true),
        WorkerField::Attributes => Some(node.to_json()),
    }
}

/// Null, or the name of an entity.
fn optional<T: EntityId + serde::de::DeserializeOwned>(reader: &mut Reader<'_>, node: &Node) -> Option<Value> {
    if node.is_null() { Some(Value::Null) } else { entity::<T>(reader, node) }
}

fn entity<T: EntityId + serde::de::DeserializeOwned>(reader: &mut Reader<'_>, node: &Node) -> Option<Value> {
    let id: T = reader.value(node)?;
    Some(name(reader, id).into())
}

fn entities<T>(reader: &mut Reader<'_>, node: &Node, sorted: bool) -> Option<Value>
where
    T: EntityId + serde::de::DeserializeOwned,
{
    let ids: Vec<T> = reader.value(node)?;
    let mut names: Vec<String> = ids.into_iter().map(|id| name(reader, id)).collect();
    if sorted {
        names.sort();
    }
    Some(names.into())
}

/// The scenario's own name, as [`crate::labels::Labels`] gives it for what the engine reports.
fn name<T: EntityId>(reader: &Reader<'_>, id: T) -> String {
    reader.context.names.name(id).map_or_else(|| id.to_string(), str::to_owned)
}

fn index_or_name(reader: &mut Reader<'_>, node: &Node) -> Option<Value> {
    match &node.value {
        NodeValue::Number(_) => reader.value::<u64>(node).map(Value::from),
        NodeValue::String(text, _) => Some(text.as_ref().into()),
        NodeValue::Null => Some(Value::Null),
        NodeValue::Bool(_) | NodeValue::Sequence(_) | NodeValue::Mapping(_) => {
            reader.wrong(node, "a filter: its zero-based index, its friendly name, or `default`");
            None
        }
    }
}

fn text_node(like: &Node, text: &std::sync::Arc<str>, span: std::ops::Range<usize>) -> Node {
    let value = NodeValue::String(text.clone(), pointsman_config::Quoting::Verbatim);
    Node { value, span, path: like.path.clone(), file: like.file.clone() }
}

fn keys<T>(table: &'static [(&'static str, T)]) -> Vec<&'static str> {
    table.iter().map(|(key, _)| *key).collect()
}

impl Check {
    /// What it is compared with and how sure it is to be, when it is judged over all replications together.
    pub(crate) fn over_replications(&self) -> Option<(&Bound, Confidence)> {
        let bound = match &self.test {
            Test::Statistic(term) => &term.bound,
            Test::Measured(term) => &term.bound,
            Test::Task(..) | Test::Worker(..) | Test::Channel(..) | Test::Events(_) | Test::Never(_) => return None,
        };
        Some((bound, bound.confidence()?))
    }

    /// The figure it is about, if it is about one and something tells it.
    pub(crate) fn value(&self, moment: Moment<'_>) -> Option<f64> {
        match &self.test {
            Test::Statistic(term) => term.figure.value(moment.statistics),
            Test::Measured(term) => term.figure.value(moment.figures),
            Test::Task(..) | Test::Worker(..) | Test::Channel(..) | Test::Events(_) | Test::Never(_) => None,
        }
    }

    /// Whether it is about the results, which are there when everything of a time has happened.
    pub(crate) fn is_of_results(&self) -> bool {
        matches!(self.test, Test::Measured(_))
    }

    /// Whether it looks at events that happened before.
    pub(crate) fn looks_back(&self) -> bool {
        match &self.test {
            Test::Events(_) | Test::Never(_) => true,
            Test::Task(..) | Test::Worker(..) | Test::Channel(..) | Test::Statistic(_) | Test::Measured(_) => false,
        }
    }

    /// Whether it holds at this moment as it must always: of a figure that no task tells yet nothing is wrong.
    pub(crate) fn judge_lasting(&self, moment: Moment<'_>) -> Result<(), Mismatch> {
        match &self.test {
            Test::Statistic(term) if term.figure.value(moment.statistics).is_none() => Ok(()),
            Test::Statistic(_)
            | Test::Measured(_)
            | Test::Task(..)
            | Test::Worker(..)
            | Test::Channel(..)
            | Test::Events(_)
            | Test::Never(_) => self.judge(moment),
        }
    }

    /// Whether it holds at this moment.
    pub(crate) fn judge(&self, moment: Moment<'_>) -> Result<(), Mismatch> {
        match &self.test {
            Test::Task(id, field, expected) => judge_task(moment, *id, *field, expected),
            Test::Worker(id, field, expected) => compare(expected, moment.worker(*id, *field), "no such worker now"),
            Test::Channel(worker, channel, field, expected) => {
                let view = moment.engine.worker(*worker);
                let channels = view.iter().flat_map(|view| &view.channels);
                let found = channels.into_iter().find(|view| view.task_channel == *channel);
                compare(expected, found.map(|view| field.read(view)), "no such worker or channel now")
            }
            Test::Events(patterns) => in_order(moment.lines, patterns),
            Test::Never(pattern) => match moment.lines.iter().find(|line| pattern.matches(line)) {
                Some(line) => Err(Mismatch::new(format!("no event {}", pattern.text), line.to_string().trim())),
                None => Ok(()),
            },
            Test::Statistic(term) => term.bound.judge(self.value(moment)),
            Test::Measured(term) => term.bound.judge(self.value(moment)),
        }
    }
}

fn judge_task(moment: Moment<'_>, id: TaskId, field: TaskField, expected: &Value) -> Result<(), Mismatch> {
    let named = field == TaskField::Filter && expected.as_str().is_some_and(|text| text != "default");
    let name = if named { moment.filter_name(id).map(Value::from) } else { None };
    let actual = name.or_else(|| moment.task(id, field));
    compare(expected, actual, "no such task now: not created yet, or gone")
}

fn compare(expected: &Value, actual: Option<Value>, missing: &str) -> Result<(), Mismatch> {
    match actual {
        Some(actual) if actual == *expected => Ok(()),
        Some(actual) => Err(Mismatch::new(plain(expected), plain(&actual))),
        None => Err(Mismatch::new(plain(expected), missing)),
    }
}

fn in_order(lines: &[Line], patterns: &[Pattern]) -> Result<(), Mismatch> {
    let mut rest = lines.iter();
    let mut last: Option<&Line> = None;
    for pattern in patterns {
        let Some(line) = rest.find(|line| pattern.matches(line)) else {
            let after = last.map_or_else(String::new, |line| format!(" after `{}`", line.to_string().trim()));
            let mismatch = Mismatch::new(format!("an event {}", pattern.text), format!("none{after}"));
            return Err(Mismatch { place: Some(pattern.place.clone()), ..mismatch });
        };
        last = Some(line);
    }
    Ok(())
}

/// What an event must have at least.
#[derive(Clone, Debug)]
struct Pattern {
    kind: Option<&'static str>,
    at: Option<std::time::Duration>,
    facts: Vec<(&'static str, Value)>,
    text: String,
    place: Place,
}

impl Pattern {
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.mapping(node, "an event such as `{type: task.created, task: t1}`")?;
        let kind = match fields.take("type") {
            Some(node) => Some(reader.word(node, "a type of event", EventKind::NAMES)?),
            None => None,
        };
        let at = fields.take("at").and_then(|node| reader.span(node));
        let mut facts = Vec::new();
        for key in FACTS {
            let Some(node) = fields.take(key) else { continue };
            facts.push((*key, fact_value(reader, key, node)?));
        }
        let known: Vec<&str> = ["type", "at"].iter().chain(FACTS).copied().collect();
        fields.finish(reader, &known);
        Some(Self { kind, at, text: describe(kind, at, &facts), facts, place: Place::of(node) })
    }

    fn matches(&self, line: &Line) -> bool {
        self.kind.is_none_or(|kind| kind == line.kind)
            && self.at.is_none_or(|at| at == line.at)
            && self.facts.iter().all(|(key, value)| line.fact(key).unwrap_or(&Value::Null) == value)
    }
}

fn describe(kind: Option<&str>, at: Option<std::time::Duration>, facts: &[(&str, Value)]) -> String {
    let kind = kind.map(str::to_owned);
    let at = at.map(|at| format!("at={}", format_duration(at)));
    let facts = facts.iter().map(|(key, value)| format!("{key}={}", plain(value)));
    kind.into_iter().chain(at).chain(facts).collect::<Vec<_>>().join(" ")
}

fn fact_value(reader: &mut Reader<'_>, key: &str, node: &Node) -> Option<Value> {
    match key {
        _ if node.is_null() => Some(Value::Null),
        "task" => entity::<TaskId>(reader, node),
        "worker" | "known_worker" => entity::<WorkerId>(reader, node),
        "queue" => entity::<TaskQueueId>(reader, node),
        "workflow" => entity::<WorkflowId>(reader, node),
        "activity" | "previous_activity" => entity::<ActivityId>(reader, node),
        "task_channel" => entity::<TaskChannelId>(reader, node),
        "expires" | "time_in_previous_activity" => reader.span(node).map(|span| format_duration(span).into()),
        _ => Some(node.to_json()),
    }
}
