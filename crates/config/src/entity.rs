//! One reader per entity of a workspace file. Strict: an unknown key is an error. The same readers serve the
//! `create_*` steps of scenarios, where the name may stand under the entity's own word (`worker: alice`).

use std::ops::RangeInclusive;
use std::time::Duration;

use pointsman::{
    ActivityId, ActivitySpec, MAX_FRIENDLY_NAME, MIN_TIMEOUT, TaskChannelId, TaskChannelSpec, TaskOrder, TaskQueueId,
    TaskQueueSpec, Value, WorkerChannelSpec, WorkerId, WorkerSpec, WorkflowConfiguration, WorkflowId, WorkflowSpec,
};
use pointsman_expr::Kind;

use crate::context::Context;
use crate::diagnostic::{Diagnostic, has_errors, sort};
use crate::expression::{condition, limits};
use crate::fields::{Fields, Sink, choice, flag, reference, short_text, span, text, whole_number, wrong_type};
use crate::files::read_file;
use crate::names::{EntityId, EntityKind, Names};
use crate::node::{Node, NodeValue};
use crate::workflow::read_within;

/// The longest name of an entity in a file.
const MAX_NAME: usize = 256;
/// The longest attribute document that TaskRouter takes, in characters (semantics section 11.1).
const MAX_ATTRIBUTES: usize = 4_096;

pub(crate) const ACTIVITY_KEYS: &[&str] = &["name", "activity", "friendly_name", "sid", "available"];
pub(crate) const TASK_CHANNEL_KEYS: &[&str] =
    &["name", "task_channel", "friendly_name", "sid", "unique_name", "channel_optimized_routing"];
pub(crate) const TASK_QUEUE_KEYS: &[&str] = &[
    "name",
    "task_queue",
    "friendly_name",
    "sid",
    "target_workers",
    "max_reserved_workers",
    "task_order",
    "reservation_activity",
    "assignment_activity",
];
pub(crate) const WORKFLOW_KEYS: &[&str] =
    &["name", "workflow", "friendly_name", "sid", "task_reservation_timeout", "configuration"];
pub(crate) const WORKER_KEYS: &[&str] =
    &["name", "worker", "friendly_name", "sid", "attributes", "activity", "channels", "idle_for"];
pub(crate) const WORKER_CHANNEL_KEYS: &[&str] = &["capacity", "available"];

pub(crate) const TASK_ORDERS: &[(&str, TaskOrder)] = &[("FIFO", TaskOrder::Fifo), ("LIFO", TaskOrder::Lifo)];

/// Declares in `names` what a workspace file or a `create_*` step creates: its name, `sid` and friendly name.
///
/// Everything that references it can then be read, in whatever order. Only what is wrong with the name and the `sid`
/// is told; the entity's own reader tells the rest.
pub fn declare<T: EntityId>(node: &Node, names: &mut Names) -> Vec<Diagnostic> {
    let Some((place, name)) = name_node(node, T::KIND).and_then(|place| Some((place, place.as_str()?))) else {
        return Vec::new();
    };
    let field = |key| node.get(key).and_then(Node::as_str);
    match names.declare::<T>(name, field("sid"), field("friendly_name")) {
        Ok(id) => {
            if let (EntityKind::TaskChannel, Some(unique_name)) = (T::KIND, field("unique_name")) {
                names.also(id, unique_name);
            }
            Vec::new()
        }
        Err(taken) => vec![Diagnostic::error("duplicate-name", place, taken.to_string())],
    }
}

/// Reads an activity: `{name, available, friendly_name?, sid?}`.
pub fn read_activity(node: &Node, context: &Context<'_>) -> (Option<ActivitySpec>, Vec<Diagnostic>) {
    collected(|out| activity(node, context, out))
}

/// Reads a task channel: `{name, unique_name?, friendly_name?, channel_optimized_routing?, sid?}`.
pub fn read_task_channel(node: &Node, context: &Context<'_>) -> (Option<TaskChannelSpec>, Vec<Diagnostic>) {
    collected(|out| task_channel(node, context, out))
}

/// Reads a task queue: `{name, target_workers?, max_reserved_workers?, task_order?, ...}`.
pub fn read_task_queue(node: &Node, context: &Context<'_>) -> (Option<TaskQueueSpec>, Vec<Diagnostic>) {
    collected(|out| task_queue(node, context, out))
}

/// Reads a workflow: `{name, configuration, task_reservation_timeout?, ...}`. The configuration is TaskRouter's
/// document, inline or in a JSON file.
pub fn read_workflow_spec(node: &Node, context: &Context<'_>) -> (Option<WorkflowSpec>, Vec<Diagnostic>) {
    collected(|out| workflow(node, context, out).map(|(spec, _)| spec))
}

/// Reads a worker: `{name, attributes?, activity?, channels?, idle_for?, ...}`.
pub fn read_worker(node: &Node, context: &Context<'_>) -> (Option<WorkerSpec>, Vec<Diagnostic>) {
    collected(|out| worker(node, context, out))
}

/// The value, if it was read without an error, and all that was told.
pub(crate) fn collected<T>(read: impl FnOnce(&mut Sink) -> Option<T>) -> (Option<T>, Sink) {
    let mut out = Sink::new();
    let found = read(&mut out);
    sort(&mut out);
    let valid = !has_errors(&out);
    (found.filter(|_| valid), out)
}

pub(crate) fn activity(node: &Node, context: &Context<'_>, out: &mut Sink) -> Option<ActivitySpec> {
    let fields = Fields::open(node, ACTIVITY_KEYS, context.ignored_keys, out)?;
    let identity = Identity::<ActivityId>::read(fields, context, out);
    let available = fields.required("available", out).and_then(|node| flag(node, out));
    let Identity { id, sid, friendly_name, .. } = identity?;
    let mut spec = ActivitySpec::new(&friendly_name, available?).activity(id);
    spec.sid = sid;
    Some(spec)
}

pub(crate) fn task_channel(node: &Node, context: &Context<'_>, out: &mut Sink) -> Option<TaskChannelSpec> {
    let fields = Fields::open(node, TASK_CHANNEL_KEYS, context.ignored_keys, out)?;
    let identity = Identity::<TaskChannelId>::read(fields, context, out);
    let unique_name_at = fields.get("unique_name").or_else(|| name_node(node, EntityKind::TaskChannel));
    let unique_name = unique_name_at.and_then(|node| unique_name(node, out));
    let optimized = fields.get("channel_optimized_routing").and_then(|node| flag(node, out));
    let Identity { id, friendly_name, .. } = identity?;
    let mut spec = TaskChannelSpec::new(unique_name?).task_channel(id).friendly_name(friendly_name);
    spec.channel_optimized_routing = optimized.unwrap_or(false);
    Some(spec)
}

/// The name that stands in expressions: letters, digits, `_` and `$`, no digit in front (semantics section 7.1).
fn unique_name<'a>(node: &'a Node, out: &mut Sink) -> Option<&'a str> {
    let name = text(node, out)?;
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    if !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(letter) {
        return Some(name);
    }
    let message = format!("`{name}` cannot be a task channel's unique name");
    let help = "it stands in expressions: use letters, digits, `_` and `$`, with no digit in front";
    out.push(Diagnostic::error("invalid-unique-name", node, message).help(help));
    None
}

pub(crate) fn task_queue(node: &Node, context: &Context<'_>, out: &mut Sink) -> Option<TaskQueueSpec> {
    let fields = Fields::open(node, TASK_QUEUE_KEYS, context.ignored_keys, out)?;
    let identity = Identity::<TaskQueueId>::read(fields, context, out);
    let target_workers = fields.get("target_workers").and_then(|node| target_workers(node, context, out));
    let most = context.limits.max_reserved_workers;
    let max_reserved = fields.get("max_reserved_workers").and_then(|node| whole_number(node, 1..=most, out));
    let order = fields.get("task_order").and_then(|node| choice(node, TASK_ORDERS, out));
    let mut activity = |key| fields.get(key).and_then(|node| reference::<ActivityId>(node, context.names, out));
    let reservation_activity = activity("reservation_activity");
    let assignment_activity = activity("assignment_activity");
    let Identity { id, name, friendly_name, .. } = identity?;
    let mut spec = TaskQueueSpec::new(&name, target_workers.unwrap_or("1==1")).task_queue(id);
    spec.friendly_name = friendly_name;
    spec.max_reserved_workers = max_reserved.unwrap_or(1);
    spec.task_order = order.unwrap_or_default();
    spec.reservation_activity = reservation_activity;
    spec.assignment_activity = assignment_activity;
    Some(spec)
}

/// An empty text is allowed: it matches no worker (semantics section 3.1).
fn target_workers<'a>(node: &'a Node, context: &Context<'_>, out: &mut Sink) -> Option<&'a str> {
    let found = text(node, out)?;
    if !found.trim().is_empty() {
        condition(node, Kind::Queue, &limits(context.limits), out);
    }
    Some(found)
}

/// A workflow, and its document where that is a file of its own.
pub(crate) fn workflow(node: &Node, context: &Context<'_>, out: &mut Sink) -> Option<(WorkflowSpec, Option<Node>)> {
    let fields = Fields::open(node, WORKFLOW_KEYS, context.ignored_keys, out)?;
    let identity = Identity::<WorkflowId>::read(fields, context, out);
    let range = MIN_TIMEOUT..=context.limits.reservation_timeout;
    let timeout = fields.get("task_reservation_timeout").and_then(|node| span(node, &range, out));
    let configuration = fields.required("configuration", out).and_then(|node| configuration(node, context, out));
    let Identity { id, name, friendly_name, .. } = identity?;
    let (configuration, document) = configuration?;
    let mut spec = WorkflowSpec::new(&name, configuration).workflow(id).friendly_name(friendly_name);
    spec.task_reservation_timeout = timeout.unwrap_or(spec.task_reservation_timeout);
    Some((spec, document))
}

/// A workflow document, inline or in a file; then with what the file holds.
fn configuration(node: &Node, context: &Context<'_>, out: &mut Sink) -> Option<(WorkflowConfiguration, Option<Node>)> {
    let (found, document, told) = match &node.value {
        NodeValue::String(..) => match read_file(node, context.files) {
            Ok(document) => {
                let (found, told) = read_within(&document, Some(context.names), context.limits);
                (found, Some(document), told)
            }
            Err(errors) => (None, None, errors),
        },
        NodeValue::Mapping(_) => {
            let (found, told) = read_within(node, Some(context.names), context.limits);
            (found, None, told)
        }
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Sequence(_) => {
            (None, None, vec![wrong_type(node, "a workflow document or the path of a JSON file with one")])
        }
    };
    out.extend(told);
    Some((found?, document))
}

pub(crate) fn worker(node: &Node, context: &Context<'_>, out: &mut Sink) -> Option<WorkerSpec> {
    let fields = Fields::open(node, WORKER_KEYS, context.ignored_keys, out)?;
    let identity = Identity::<WorkerId>::read(fields, context, out);
    let attributes = fields.get("attributes").and_then(|node| attributes(node, out));
    let activity = fields.get("activity").and_then(|node| reference(node, context.names, out));
    let channels = fields.get("channels").map(|node| worker_channels(node, context, out)).unwrap_or_default();
    let any_span: RangeInclusive<Duration> = Duration::ZERO..=Duration::MAX;
    let idle_for = fields.get("idle_for").and_then(|node| span(node, &any_span, out));
    let Identity { id, name, sid, friendly_name } = identity?;
    let mut spec = WorkerSpec::new(&name).worker(id).friendly_name(friendly_name);
    spec.attributes = attributes.unwrap_or(spec.attributes);
    spec.sid = sid;
    spec.activity = activity;
    spec.channels.extend(channels);
    spec.idle_for = idle_for;
    Some(spec)
}

fn attributes(node: &Node, out: &mut Sink) -> Option<Value> {
    if !matches!(node.value, NodeValue::Mapping(_)) {
        out.push(wrong_type(node, "a mapping of attributes"));
        return None;
    }
    let json = node.to_json();
    let length = json.to_string().chars().count();
    if length > MAX_ATTRIBUTES {
        let message = format!("as JSON the attributes have {length} characters, TaskRouter takes {MAX_ATTRIBUTES}");
        out.push(Diagnostic::warning("long-attributes", node, message));
    }
    Some(json.into())
}

fn worker_channels(node: &Node, context: &Context<'_>, out: &mut Sink) -> Vec<(TaskChannelId, WorkerChannelSpec)> {
    if !matches!(node.value, NodeValue::Mapping(_)) {
        out.push(wrong_type(node, "a mapping from task channels to `{capacity, available}`"));
    }
    let mut channels = Vec::new();
    for (key, value) in node.entries() {
        let id = context.names.id::<TaskChannelId>(&key.text);
        if id.is_none() {
            let unknown = crate::fields::unknown_name::<TaskChannelId>(value, &key.text, context.names);
            out.push(unknown.at(key.span.clone()));
        }
        if id.is_some() && channels.iter().any(|(other, _)| Some(*other) == id) {
            let message = format!("the task channel `{}` stands here twice", key.text);
            out.push(Diagnostic::error("duplicate-key", value, message).at(key.span.clone()));
        }
        let spec = worker_channel(value, context, out);
        channels.extend(id.zip(spec));
    }
    channels
}

fn worker_channel(node: &Node, context: &Context<'_>, out: &mut Sink) -> Option<WorkerChannelSpec> {
    let fields = Fields::open(node, WORKER_CHANNEL_KEYS, &[], out)?;
    let mut spec = WorkerChannelSpec::default();
    let capacity = fields.get("capacity").and_then(|node| whole_number(node, 0..=context.limits.capacity, out));
    let available = fields.get("available").and_then(|node| flag(node, out));
    spec.capacity = capacity.unwrap_or(spec.capacity);
    spec.available = available.unwrap_or(spec.available);
    Some(spec)
}

/// What every entity has.
struct Identity<T> {
    id: T,
    name: String,
    sid: Option<String>,
    friendly_name: String,
}

impl<T: EntityId> Identity<T> {
    fn read(fields: Fields<'_>, context: &Context<'_>, out: &mut Sink) -> Option<Self> {
        let sid = fields.get("sid").and_then(|node| text(node, out)).map(str::to_owned);
        let friendly_name = fields.get("friendly_name").map(|node| short_text(node, MAX_FRIENDLY_NAME, out));
        let Some(place) = name_node(fields.node, T::KIND) else {
            out.push(Diagnostic::error("missing-key", fields.node, "the key `name` is missing"));
            return None;
        };
        // A name that is also the friendly name obeys its limit.
        let longest = if friendly_name.is_some() { MAX_NAME } else { MAX_FRIENDLY_NAME };
        let name = short_text(place, longest, out)?.to_owned();
        let id = context.names.declared(&name).or_else(|| Names::new().declare(&name, sid.as_deref(), None).ok())?;
        let friendly_name = friendly_name.unwrap_or(Some(&name))?.to_owned();
        Some(Self { id, name, sid, friendly_name })
    }
}

/// Where the name stands: under `name`, or under the kind's own word.
fn name_node(node: &Node, kind: EntityKind) -> Option<&Node> {
    node.get("name").or_else(|| node.get(kind.key()))
}
