//! Workspace files: everything a workspace holds at the start, with the defaults of semantics section 8.

use std::collections::BTreeMap;

use pointsman::{
    ActivityId, Limits, MAX_FRIENDLY_NAME, Rejection, TaskChannelId, TaskQueueId, Template, TimeoutBasis, WorkerId,
    WorkflowId, WorkspaceSpec,
};

use crate::context::Context;
use crate::de::from_node;
use crate::diagnostic::{Diagnostic, has_errors};
use crate::entity::{self, TASK_ORDERS};
use crate::fields::{Fields, Sink, choice, elements, flag, reference, short_text};
use crate::files::{Files, read_file};
use crate::names::{EntityId, Names};
use crate::node::{Node, NodeValue};

/// The keys of a workspace, in the order in which people read them.
pub const WORKSPACE_KEYS: &[&str] = &[
    "name",
    "friendly_name",
    "multi_task_enabled",
    "prioritize_queue_order",
    "timeout_basis",
    "default_activity",
    "timeout_activity",
    "template",
    "limits",
    "activities",
    "task_channels",
    "task_queues",
    "workflows",
    "workers",
];
const TEMPLATES: &[(&str, Template)] =
    &[("none", Template::None), ("fifo", Template::Fifo), ("NONE", Template::None), ("FIFO", Template::Fifo)];
const TIMEOUT_BASES: &[(&str, TimeoutBasis)] =
    &[("task_age", TimeoutBasis::TaskAge), ("step_entry", TimeoutBasis::StepEntry)];
/// What a workspace holds when it names none (semantics section 8). The engine makes them; here they have names.
const DEFAULT_ACTIVITIES: &[&str] = &["Offline", "Available", "Unavailable"];
const DEFAULT_CHANNELS: &[&str] = &["voice", "sms", "chat", "video", "default"];

/// A workspace that was read without errors.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// What the engine starts from.
    pub spec: WorkspaceSpec,
    /// The names of everything in it.
    pub names: Names,
    pub(crate) node: Node,
    /// The documents of workflows that stand in files of their own.
    pub(crate) documents: BTreeMap<WorkflowId, Node>,
}

impl Workspace {
    /// A workspace that no document has: errors are told at the place that speaks of it.
    pub fn of(spec: WorkspaceSpec, names: Names, place: &Node) -> Self {
        Self { spec, names, node: place.clone(), documents: BTreeMap::new() }
    }

    /// An engine's refusal as a diagnostic: names instead of ids, at the first entity that it tells of.
    pub fn diagnose(&self, rejection: &Rejection) -> Diagnostic {
        let message = self.names.in_words(&rejection.to_string());
        let lists = ["workers", "task_queues", "workflows", "task_channels", "activities"];
        let entities = lists.iter().filter_map(|list| self.node.get(list)).flat_map(Node::elements);
        let named = |entity: &&Node| {
            let name = entity.get("name").and_then(Node::as_str);
            name.is_some_and(|name| message.contains(&format!("`{name}`")))
        };
        let place = entities.into_iter().find(named).unwrap_or(&self.node);
        Diagnostic::error(rejection.code(), place, message)
    }
}

/// Reads a workspace: a mapping (inline or a whole file), or a text that names a file with one.
///
/// Everything found is told; there is a workspace exactly when none of it is an error. What is left out has
/// TaskRouter's defaults.
pub fn read_workspace(node: &Node, files: &dyn Files) -> (Option<Workspace>, Vec<Diagnostic>) {
    if !matches!(node.value, NodeValue::String(..)) {
        return entity::collected(|out| workspace(node, files, out));
    }
    match read_file(node, files) {
        Ok(root) => entity::collected(|out| workspace(&root, files, out)),
        Err(errors) => (None, errors),
    }
}

fn workspace(node: &Node, files: &dyn Files, out: &mut Sink) -> Option<Workspace> {
    let fields = Fields::open(node, WORKSPACE_KEYS, &[], out)?;
    let limits = fields.get("limits").map(|node| read_limits(node, out)).unwrap_or_default();
    let names = declare_all(fields, out);
    let context = Context::new(&names, &limits).files(files);

    let mut spec = WorkspaceSpec::default();
    let name = fields.get("friendly_name").or_else(|| fields.get("name"));
    if let Some(name) = name.and_then(|name| short_text(name, MAX_FRIENDLY_NAME, out)) {
        name.clone_into(&mut spec.friendly_name);
    }
    let multi_task = fields.get("multi_task_enabled").and_then(|node| flag(node, out));
    spec.multi_task_enabled = multi_task.unwrap_or(spec.multi_task_enabled);
    let order = fields.get("prioritize_queue_order").and_then(|node| choice(node, TASK_ORDERS, out));
    spec.prioritize_queue_order = order.unwrap_or_default();
    spec.timeout_basis =
        fields.get("timeout_basis").and_then(|node| choice(node, TIMEOUT_BASES, out)).unwrap_or_default();
    spec.template = fields.get("template").and_then(|node| choice(node, TEMPLATES, out)).unwrap_or_default();
    spec.default_activity = role_activity(fields, "default_activity", &names, out);
    spec.timeout_activity = role_activity(fields, "timeout_activity", &names, out);
    spec.activities = read_all(fields, "activities", entity::activity, &context, out);
    spec.task_channels = read_all(fields, "task_channels", entity::task_channel, &context, out);
    spec.task_queues = read_all(fields, "task_queues", entity::task_queue, &context, out);
    let workflows = read_all(fields, "workflows", entity::workflow, &context, out);
    let documents = workflows.iter().filter_map(|(spec, document)| Some((spec.workflow, document.clone()?))).collect();
    spec.workflows = workflows.into_iter().map(|(spec, _)| spec).collect();
    spec.workers = read_all(fields, "workers", entity::worker, &context, out);
    refuse_equal_worker_names(fields, out);
    if spec.activities.len() > limits.activities {
        let message = format!("a workspace has at most {} activities", limits.activities);
        out.push(Diagnostic::error("too-many-activities", fields.get("activities")?, message));
    }
    spec.limits = limits;
    Some(Workspace { spec, names, node: node.clone(), documents })
}

fn read_limits(node: &Node, out: &mut Sink) -> Limits {
    let defaults = Limits::default();
    from_node(node, &Context::new(&Names::new(), &defaults)).unwrap_or_else(|error| {
        out.push(error);
        defaults
    })
}

/// Everything gets its name before anything is read, so that the order of the document does not matter.
fn declare_all(fields: Fields<'_>, out: &mut Sink) -> Names {
    let mut names = Names::new();
    declare_list::<ActivityId>(fields, "activities", DEFAULT_ACTIVITIES, &mut names, out);
    declare_list::<TaskChannelId>(fields, "task_channels", DEFAULT_CHANNELS, &mut names, out);
    if names.id::<TaskChannelId>("default").is_none() {
        declare_defaults::<TaskChannelId>(&["default"], &mut names);
    }
    declare_list::<TaskQueueId>(fields, "task_queues", &[], &mut names, out);
    declare_list::<WorkflowId>(fields, "workflows", &[], &mut names, out);
    declare_list::<WorkerId>(fields, "workers", &[], &mut names, out);
    if fields.get("template").and_then(Node::as_str).is_some_and(|template| template.eq_ignore_ascii_case("fifo")) {
        declare_defaults::<TaskQueueId>(&["Sample Queue"], &mut names);
        declare_defaults::<WorkflowId>(&["Default Fifo Workflow"], &mut names);
    }
    names
}

fn declare_list<T: EntityId>(fields: Fields<'_>, key: &str, defaults: &[&str], names: &mut Names, out: &mut Sink) {
    let list = fields.get(key).map(|list| elements(list, out)).unwrap_or_default();
    if list.is_empty() {
        declare_defaults::<T>(defaults, names);
    }
    for node in list {
        out.extend(entity::declare::<T>(node, names));
    }
}

fn declare_defaults<T: EntityId>(defaults: &[&str], names: &mut Names) {
    for name in defaults {
        // A name that the document took itself stays with the document; the engine refuses the second one.
        let _ = names.declare::<T>(name, None, None);
    }
}

/// The workspace's default or timeout activity: Offline unless the document says otherwise.
fn role_activity(fields: Fields<'_>, key: &str, names: &Names, out: &mut Sink) -> Option<ActivityId> {
    if let Some(node) = fields.get(key) {
        return reference(node, names, out);
    }
    let offline = names.id("Offline");
    if offline.is_none() {
        let place = fields.get("activities").unwrap_or(fields.node);
        let message = format!("there is no activity `Offline`: `{key}` has to name another");
        let message = Diagnostic::error("no-such-workspace-activity", place, message);
        out.push(message.help(format!("add `{key}` to the workspace, or an activity `Offline`")));
    }
    offline
}

fn read_all<T>(
    fields: Fields<'_>,
    key: &str,
    read: fn(&Node, &Context<'_>, &mut Sink) -> Option<T>,
    context: &Context<'_>,
    out: &mut Sink,
) -> Vec<T> {
    let nodes = fields.get(key).map(Node::elements).unwrap_or_default();
    nodes.iter().filter_map(|node| read(node, context, out)).collect()
}

/// Workers' friendly names differ in more than case (semantics section 6.1).
fn refuse_equal_worker_names(fields: Fields<'_>, out: &mut Sink) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for worker in fields.get("workers").map(Node::elements).unwrap_or_default() {
        let place = worker.get("friendly_name").or_else(|| worker.get("name"));
        let Some((place, name)) = place.and_then(|place| Some((place, place.as_str()?))) else { continue };
        if let Some(other) = seen.insert(name.to_lowercase(), name)
            && !has_errors_at(place, out)
        {
            let message = format!("another worker is called `{other}`: names of workers differ in more than case");
            out.push(Diagnostic::error("worker-name-taken", place, message));
        }
    }
}

/// Whether the same place was complained about already.
fn has_errors_at(place: &Node, out: &Sink) -> bool {
    has_errors(out) && out.iter().any(|told| told.span == place.span && told.file == place.file)
}
