//! TaskRouter's workflow document, as tolerant as the service (semantics section 2.2): what it is known to accept is
//! never an error, and what it ignores is a warning.

use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::{FilterSpec, KnownWorkerSpec, Limits, MAX_PRIORITY, TargetSpec, TaskQueueId, WorkflowConfiguration};
use pointsman_expr::Kind;

use crate::diagnostic::{Diagnostic, Severity};
use crate::entity::collected;
use crate::expression::{self, condition};
use crate::fields::{Sink, at_key, text, unknown_name, wrong_type};
use crate::names::{Names, did_you_mean, nearest};
use crate::node::{Node, NodeValue};

/// The largest workflow document, in bytes (semantics section 2.12).
pub const MAX_DOCUMENT_BYTES: usize = 1_038_576;

/// The longest a routing step may last: a timeout is a 32-bit number of seconds.
const MAX_TIMEOUT: u64 = 2_147_483_647;

const TOP_KEYS: &[&str] = &["task_routing"];
const ROUTING_KEYS: &[&str] = &["filters", "default_filter"];
const FILTER_KEYS: &[&str] = &["filter_friendly_name", "friendly_name", "expression", "targets"];
const TARGET_KEYS: &[&str] = &[
    "queue",
    "priority",
    "timeout",
    "expression",
    "order_by",
    "skip_if",
    "known_worker_sid",
    "known_worker_friendly_name",
];
/// What people write for `queue`.
const QUEUE_SYNONYMS: &[&str] = &["task_queue_sid", "task_queue", "queue_sid", "queue_name", "taskQueueSid"];

/// Reads a workflow document: `{"task_routing": {"filters": [...], "default_filter": {...}}}`.
///
/// Queues are resolved by name, then `sid`, then friendly name. Without names a document is alone: no queue is
/// unknown, and a text in the form of a SID is that id, any other text the id of a name.
///
/// Everything found is told; there is a configuration exactly when none of it is an error.
pub fn read_workflow(node: &Node, names: Option<&Names>) -> (Option<WorkflowConfiguration>, Vec<Diagnostic>) {
    read_within(node, names, &Limits::default())
}

/// The same under a workspace's limits.
pub(crate) fn read_within(
    node: &Node,
    names: Option<&Names>,
    limits: &Limits,
) -> (Option<WorkflowConfiguration>, Sink) {
    collected(|out| {
        let mut reader = Reader { names, limits: expression::limits(limits), out };
        reader.check_size(node);
        reader.document(node)
    })
}

struct Reader<'a> {
    names: Option<&'a Names>,
    limits: pointsman_expr::Limits,
    out: &'a mut Sink,
}

impl Reader<'_> {
    fn check_size(&mut self, node: &Node) {
        let whole_file = node.path == crate::node::Path::ROOT;
        let size = if whole_file { node.file.text.len() } else { node.span.len() };
        if size > MAX_DOCUMENT_BYTES {
            let message = format!("the workflow document has {size} bytes, at most {MAX_DOCUMENT_BYTES} are allowed");
            self.error("document-too-large", node, message);
        }
    }

    fn document(&mut self, node: &Node) -> Option<WorkflowConfiguration> {
        if !matches!(node.value, NodeValue::Mapping(_)) {
            self.out.push(wrong_type(node, "a workflow document, `{\"task_routing\": {...}}`"));
            return None;
        }
        let Some(routing) = node.get("task_routing") else {
            let message = "the key `task_routing` is missing at the top of the workflow document";
            self.out.push(Diagnostic::error("missing-task-routing", node, message).maybe_help(where_is_routing(node)));
            return None;
        };
        self.keys(node, TOP_KEYS, &[(ROUTING_KEYS, "it is not read here: it belongs into `task_routing`")])?;
        self.keys(routing, ROUTING_KEYS, &[])?;
        let filters = self.filters(routing);
        let default = present(routing, "default_filter").and_then(|node| self.default_filter(node));
        let mut configuration = WorkflowConfiguration::new();
        configuration.filters = filters;
        configuration.default_filter = default;
        Some(configuration)
    }

    fn filters(&mut self, routing: &Node) -> Vec<FilterSpec> {
        let Some(filters) = present(routing, "filters") else { return Vec::new() };
        crate::fields::elements(filters, self.out).iter().filter_map(|filter| self.filter(filter)).collect()
    }

    fn filter(&mut self, node: &Node) -> Option<FilterSpec> {
        self.keys(node, FILTER_KEYS, &[(TARGET_KEYS, "it is not read here: it belongs into a target")])?;
        if let Some(name) = present(node, "filter_friendly_name").or_else(|| present(node, "friendly_name"))
            && name.as_str().is_none()
        {
            self.out.push(Diagnostic { severity: Severity::Warning, ..wrong_type(name, "a text") });
        }
        let expression = match present(node, "expression") {
            Some(expression) => condition(expression, Kind::Filter, &self.limits, self.out),
            None => {
                let help = "write `\"expression\": \"1==1\"` for a filter that every task matches";
                let message = "a filter needs an `expression`";
                self.out.push(Diagnostic::error("missing-expression", node, message).help(help));
                None
            }
        };
        let targets = self.targets(node);
        let mut spec = FilterSpec::new(expression?.text());
        spec.friendly_name = friendly_name(node).map(str::to_owned);
        spec.targets = targets;
        Some(spec)
    }

    fn targets(&mut self, filter: &Node) -> Vec<TargetSpec> {
        let list = present(filter, "targets");
        let nodes = list.map(|list| crate::fields::elements(list, self.out)).unwrap_or_default();
        if list.is_none_or(|list| matches!(&list.value, NodeValue::Sequence(targets) if targets.is_empty())) {
            let place = list.unwrap_or(filter);
            self.error("no-targets", place, "a filter needs at least one target that names a queue");
        }
        if let Some(first) = nodes.first()
            && matches!(first.value, NodeValue::Mapping(_))
            && present(first, "queue").is_none()
        {
            self.missing_queue(first, "the first target of a filter names the queue");
        }
        nodes.iter().filter_map(|target| self.target(target)).collect()
    }

    fn missing_queue(&mut self, node: &Node, message: &str) {
        let synonym = QUEUE_SYNONYMS.iter().find(|key| present(node, key).is_some());
        let help = synonym.map(|key| format!("rename `{key}` to `queue`"));
        self.out.push(Diagnostic::error("missing-queue", node, message).maybe_help(help));
    }

    fn target(&mut self, node: &Node) -> Option<TargetSpec> {
        self.keys(node, TARGET_KEYS, &[(FILTER_KEYS, "it is not read here: it belongs into the filter")])?;
        let mut spec = TargetSpec::new();
        let number = |reader: &mut Self, key, least, most| {
            present(node, key).and_then(|number| reader.number(key, number, least, most))
        };
        spec.priority = number(self, "priority", 0, MAX_PRIORITY.into()).and_then(|number| u32::try_from(number).ok());
        spec.timeout = number(self, "timeout", 1, MAX_TIMEOUT).map(Duration::from_secs);
        spec.queue = present(node, "queue").and_then(|queue| self.queue(queue));
        spec.expression = self.optional_text(node, "expression");
        if let Some(expression) = self.given(node, "expression") {
            condition(expression, Kind::Target, &self.limits, self.out);
        }
        spec.order_by = self.optional_text(node, "order_by");
        if let Some(order) = self.given(node, "order_by") {
            expression::order_by(order, &self.limits, self.out);
        }
        spec.skip_if = self.optional_text(node, "skip_if");
        if let Some(skip_if) = self.given(node, "skip_if") {
            condition(skip_if, Kind::SkipIf, &self.limits, self.out);
        }
        spec.known_worker = self.known_worker(node);
        Some(spec)
    }

    /// Everything of a target counts but the timeout and `skip_if` (Q19).
    fn default_filter(&mut self, node: &Node) -> Option<TargetSpec> {
        for (key, value) in node.entries() {
            if matches!(&*key.text, "timeout" | "skip_if") && !value.is_null() {
                let message = "the default filter keeps its tasks until they are accepted or expire: it ignores";
                self.out.push(at_key(Severity::Warning, "default-filter-ignores", key, value, message));
            }
        }
        let mut target = self.target(node)?;
        if present(node, "queue").is_none() {
            self.missing_queue(node, "the default filter names a queue");
        }
        target.timeout = None;
        target.skip_if = None;
        Some(target)
    }

    fn known_worker(&mut self, node: &Node) -> Option<KnownWorkerSpec> {
        let sid = self.given(node, "known_worker_sid");
        let name = self.given(node, "known_worker_friendly_name");
        if let (Some(_), Some(name)) = (sid, name) {
            let message = "`known_worker_sid` and `known_worker_friendly_name` exclude each other: keep one";
            self.error("two-known-workers", name, message);
        }
        let mut known = |node: Option<&Node>| {
            expression::known_worker(node?, &self.limits, self.out)?;
            node?.as_str().map(str::to_owned)
        };
        let sid = known(sid).map(KnownWorkerSpec::Sid);
        let name = known(name).map(KnownWorkerSpec::FriendlyName);
        sid.or(name)
    }

    fn queue(&mut self, node: &Node) -> Option<TaskQueueId> {
        let text = text(node, self.out)?;
        let Some(names) = self.names else {
            return Some(text.parse().unwrap_or_else(|_| TaskQueueId::named(text)));
        };
        let found = names.id(text);
        if found.is_none() {
            self.out.push(unknown_name::<TaskQueueId>(node, text, names));
        }
        found
    }

    /// A whole number, or the same as a decimal text.
    fn number(&mut self, key: &str, node: &Node, least: u64, most: u64) -> Option<u64> {
        let found = match &node.value {
            NodeValue::Number(number) => number.as_u64().or_else(|| integral(number.as_f64()?)),
            NodeValue::String(text, _) => text.parse().ok(),
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Sequence(_) | NodeValue::Mapping(_) => None,
        };
        let found = found.filter(|number| (least..=most).contains(number));
        if found.is_none() {
            let unit = if key == "timeout" { " of seconds" } else { "" };
            let message = format!("`{key}` is a whole number{unit} from {least} to {most}, found {}", node.describe());
            self.error(if key == "timeout" { "invalid-timeout" } else { "invalid-priority" }, node, message);
        }
        found
    }

    /// The node under a key, unless it is a blank text, which counts as absent.
    fn given<'n>(&self, node: &'n Node, key: &str) -> Option<&'n Node> {
        present(node, key).filter(|value| value.as_str().is_none_or(|text| !text.trim().is_empty()))
    }

    /// The text under a key; a blank one is a warning.
    fn optional_text(&mut self, node: &Node, key: &str) -> Option<String> {
        let value = present(node, key)?;
        if self.given(node, key).is_none() {
            let message = format!("the empty `{key}` counts as absent");
            self.out.push(Diagnostic::warning("empty-value", value, message).help("leave the key out"));
            return None;
        }
        value.as_str().map(str::to_owned)
    }

    /// Tells about keys that are not read and keys that stand twice; `None` when the node is no mapping.
    fn keys(&mut self, node: &Node, known: &[&str], elsewhere: &[(&[&str], &str)]) -> Option<()> {
        let NodeValue::Mapping(entries) = &node.value else {
            self.out.push(wrong_type(node, "a mapping"));
            return None;
        };
        let last: BTreeMap<&str, usize> =
            entries.iter().enumerate().map(|(index, (key, _))| (&*key.text, index)).collect();
        for (index, (key, value)) in entries.iter().enumerate() {
            if last.get(&*key.text) != Some(&index) {
                let message = "a later key of the same mapping replaces this";
                self.out.push(at_key(Severity::Warning, "duplicate-key", key, value, message));
            }
            if known.contains(&&*key.text) {
                continue;
            }
            let place = elsewhere.iter().find(|(keys, _)| keys.contains(&&*key.text));
            let (code, help) = match place {
                Some((_, help)) => ("misplaced-key", Some((*help).to_owned())),
                None => ("unknown-key", did_you_mean(nearest(&key.text, known.iter().copied()))),
            };
            let message = "TaskRouter does not read the key";
            self.out.push(at_key(Severity::Warning, code, key, value, message).maybe_help(help));
        }
        Some(())
    }

    fn error(&mut self, code: &'static str, node: &Node, message: impl Into<String>) {
        self.out.push(Diagnostic::error(code, node, message));
    }
}

/// What people call the filter: `filter_friendly_name`, or `friendly_name` as older documents have it.
fn friendly_name(filter: &Node) -> Option<&str> {
    present(filter, "filter_friendly_name").or_else(|| present(filter, "friendly_name"))?.as_str()
}

fn present<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|value| !value.is_null())
}

/// `20.0` is a whole number, too.
fn integral(number: f64) -> Option<u64> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    let whole = number.fract() == 0.0 && (0.0..LARGEST).contains(&number);
    whole.then(|| format!("{number:.0}").parse().ok()).flatten()
}

/// Where the document seems to have its routing, for people who wrapped or cut it.
fn where_is_routing(node: &Node) -> Option<String> {
    if ROUTING_KEYS.iter().any(|key| node.get(key).is_some()) {
        return Some("wrap the document: `{\"task_routing\": {\"filters\": ...}}`".to_owned());
    }
    let below = node.entries().iter().map(|(_, value)| value);
    for value in below.flat_map(|value| std::iter::once(value).chain(value.entries().iter().map(|(_, value)| value))) {
        if value.get("task_routing").is_some() {
            return Some(format!("what stands under `{}` is a workflow document: make it the whole file", value.path));
        }
        if value.get("filters").is_some() {
            return Some(format!("what stands under `{}` belongs under `task_routing` at the top", value.path));
        }
        if value.as_str().is_some_and(|text| text.contains("task_routing")) {
            return Some(format!("the text under `{}` is a workflow document: make it the whole file", value.path));
        }
    }
    None
}
