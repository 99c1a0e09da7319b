//! Commands and declarations as the scenario format writes them: names for ids, TaskRouter's document for workflows,
//! defaults left out. The fields come from the engine's own serde forms, so that nothing here lists them again.

use pointsman::{
    ActivitySpec, Command, Rejection, TargetSpec, TaskChannelSpec, TaskQueueSpec, Timestamp, WorkerSpec,
    WorkflowConfiguration, WorkflowSpec, format_duration,
};
use pointsman::{FilterSpec, KnownWorkerSpec};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::names::Names;

/// Texts that are nobody's name even if they look like an id.
pub(super) const NOT_NAMES: [&str; 4] = ["attributes", "sid", "friendly_name", "reason"];

/// Writes the parts of one file.
pub(super) struct Writer<'a> {
    names: &'a Names,
    start: Timestamp,
    /// What the file cannot say exactly.
    pub(super) notes: Vec<String>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(names: &'a Names, start: Timestamp) -> Self {
        Self { names, start, notes: Vec::new() }
    }

    /// The span since the start.
    pub(super) fn at(&self, now: Timestamp) -> String {
        format_duration(now.since(self.start))
    }

    /// The entry under `steps`.
    pub(super) fn step(&mut self, now: Timestamp, command: &Command, refused: Option<&Rejection>) -> Value {
        let mut step = self.command(command);
        step.insert("at".to_owned(), self.at(now).into());
        step.insert("do".to_owned(), command.name().into());
        if let Some(refused) = refused {
            step.insert("refused".to_owned(), refused.code().into());
        }
        Value::Object(step)
    }

    /// The fields of a command.
    pub(super) fn command(&mut self, command: &Command) -> Map<String, Value> {
        if let Some(declared) = self.declared(command) {
            return declared;
        }
        let mut fields = match self.fields(command).remove(command.name()) {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        fields.retain(|key, value| !is_default(command, key, value));
        if let Command::UpdateWorkflow(update) = command
            && let Some(configuration) = &update.configuration
        {
            fields.insert("configuration".to_owned(), self.configuration(configuration));
        }
        if let Some(millis) = fields.get("virtual_start_time").and_then(Value::as_i64) {
            let text = self.relative(Timestamp::from_millis(millis));
            fields.insert("virtual_start_time".to_owned(), text.into());
        }
        fields
    }

    /// The commands that the workspace file has a form for.
    fn declared(&mut self, command: &Command) -> Option<Map<String, Value>> {
        let value = if let Command::CreateActivity(spec) = command {
            self.activity(spec)
        } else if let Command::CreateTaskChannel(spec) = command {
            self.task_channel(spec)
        } else if let Command::CreateTaskQueue(spec) = command {
            self.task_queue(spec)
        } else if let Command::CreateWorkflow(spec) = command {
            self.workflow(spec)
        } else if let Command::CreateWorker(spec) = command {
            self.worker(spec)
        } else {
            return None;
        };
        if let Value::Object(fields) = value { Some(fields) } else { None }
    }

    pub(super) fn activity(&self, spec: &ActivitySpec) -> Value {
        self.entity("activity", spec)
    }

    pub(super) fn task_channel(&self, spec: &TaskChannelSpec) -> Value {
        self.entity("task_channel", spec)
    }

    pub(super) fn task_queue(&self, spec: &TaskQueueSpec) -> Value {
        self.entity("task_queue", spec)
    }

    pub(super) fn worker(&self, spec: &WorkerSpec) -> Value {
        self.entity("worker", spec)
    }

    pub(super) fn workflow(&mut self, spec: &WorkflowSpec) -> Value {
        let mut value = self.entity("workflow", spec);
        value["configuration"] = self.configuration(&spec.configuration);
        value
    }

    /// A declaration; its name is what the others call it by.
    fn entity(&self, kind: &str, spec: &impl Serialize) -> Value {
        let mut fields = self.fields(spec);
        let name = fields.remove(kind).unwrap_or_default();
        for key in ["friendly_name", "unique_name"] {
            if fields.get(key) == Some(&name) {
                fields.remove(key);
            }
        }
        let defaults = json!({"attributes": {}, "channels": {}, "channel_optimized_routing": false, "task_order": "FIFO",
            "max_reserved_workers": 1});
        fields.retain(|key, value| defaults.get(key) != Some(value));
        fields.insert("name".to_owned(), name);
        Value::Object(fields)
    }

    /// TaskRouter's document (semantics section 2.2).
    fn configuration(&mut self, configuration: &WorkflowConfiguration) -> Value {
        let filters: Vec<_> = configuration.filters.iter().map(|filter| self.filter(filter)).collect();
        let mut routing = json!({ "filters": filters });
        if let Some(default) = &configuration.default_filter {
            let mut target = default.clone();
            // They count for nothing there, and TaskRouter's readers say so.
            target.timeout = None;
            target.skip_if = None;
            routing["default_filter"] = self.target(&target);
        }
        json!({ "task_routing": routing })
    }

    fn filter(&mut self, filter: &FilterSpec) -> Value {
        let targets: Vec<_> = filter.targets.iter().map(|target| self.target(target)).collect();
        let mut value = json!({ "expression": filter.expression, "targets": targets });
        if let Some(name) = &filter.friendly_name {
            value["filter_friendly_name"] = json!(name);
        }
        value
    }

    fn target(&mut self, target: &TargetSpec) -> Value {
        let mut fields = self.fields(target);
        if let Some(span) = target.timeout {
            let mut seconds = span.as_secs();
            if span.subsec_nanos() > 0 {
                seconds += 1;
                let written = format_duration(span);
                self.notes.push(format!("not exact: a routing step's timeout of {written} is written as {seconds}s"));
            }
            fields.insert("timeout".to_owned(), seconds.into());
        }
        fields.remove("known_worker");
        match &target.known_worker {
            Some(KnownWorkerSpec::Sid(text)) => fields.insert("known_worker_sid".to_owned(), text.as_str().into()),
            Some(KnownWorkerSpec::FriendlyName(text)) => {
                fields.insert("known_worker_friendly_name".to_owned(), text.as_str().into())
            }
            None => None,
        };
        Value::Object(fields)
    }

    /// The engine's own form without what is absent, names in place of ids.
    pub(super) fn fields(&self, of: &impl Serialize) -> Map<String, Value> {
        match serde_json::to_value(of).map(|value| self.named(value)) {
            Ok(Value::Object(fields)) => fields,
            // No spec or command of the engine is anything else.
            Ok(_) | Err(_) => Map::new(),
        }
    }

    fn named(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.names.exact(&text).map_or(Value::String(text.clone()), Value::from),
            Value::Array(items) => items.into_iter().map(|item| self.named(item)).collect(),
            Value::Object(fields) => {
                let given = fields.into_iter().filter(|(_, value)| !value.is_null());
                let named = given.map(|(key, value)| {
                    let value = if NOT_NAMES.contains(&key.as_str()) { value } else { self.named(value) };
                    (self.names.exact(&key).map_or(key.clone(), str::to_owned), value)
                });
                Value::Object(named.collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }

    /// An instant as a span since the start, `-` in front of one that lies before it.
    fn relative(&self, at: Timestamp) -> String {
        if at < self.start { format!("-{}", format_duration(self.start.since(at))) } else { self.at(at) }
    }
}

/// What a command says anyway when the key is left out.
fn is_default(command: &Command, key: &str, value: &Value) -> bool {
    match key {
        "reject_pending_reservations" | "re_evaluate_tasks" | "force" => *value == json!(false),
        "re_evaluate" => *value == json!(true),
        "attributes" => *value == json!({}) && matches!(command, Command::CreateTask(_)),
        "priority" => *value == json!(0) && matches!(command, Command::CreateTask(_)),
        _ => false,
    }
}
