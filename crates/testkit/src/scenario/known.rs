//! Which names a scenario file may use where. A reader of the format wants every name declared, and lets a step speak
//! of what nobody has only where it expects to be told so.

use std::collections::BTreeSet;

use pointsman::{ActivityId, Command, Rejection, TaskChannelId, TaskQueueId, Template, WorkflowId, WorkspaceSpec};
use serde::Serialize;
use serde_json::Value;

use super::commands::NOT_NAMES;
use crate::names::{ACTIVITIES, CHANNELS, TEMPLATE};

/// The ids of everything that has been declared or created so far.
pub(super) struct Known(BTreeSet<String>);

impl Known {
    /// What a workspace declares, and what it holds when it declares none.
    pub(super) fn of(spec: &WorkspaceSpec) -> Self {
        let mut known = Self(BTreeSet::from([TaskChannelId::named("default").to_string()]));
        known.learn(spec);
        if spec.activities.is_empty() {
            known.0.extend(ACTIVITIES.map(|name| ActivityId::named(name).to_string()));
        }
        if spec.task_channels.is_empty() {
            known.0.extend(CHANNELS.map(|name| TaskChannelId::named(name).to_string()));
        }
        if spec.template == Template::Fifo {
            known.0.insert(TaskQueueId::named(TEMPLATE[0]).to_string());
            known.0.insert(WorkflowId::named(TEMPLATE[1]).to_string());
        }
        known
    }

    /// Whether a refused command may stand in the file.
    pub(super) fn admits(&mut self, command: &Command, refused: &Rejection) -> bool {
        if let Command::CreateTask(command) = command {
            // The step declares the name whether it is done or not.
            self.0.insert(command.task.to_string());
        }
        let (fields, code) = (json(command), refused.code());
        let fields = fields.get(command.name()).and_then(Value::as_object);
        let told = code.starts_with("unknown-") || code.starts_with("no-");
        fields.into_iter().flatten().filter(|(key, _)| !NOT_NAMES.contains(&key.as_str())).all(|(_, value)| {
            let mut ids = BTreeSet::new();
            collect(value, &mut ids);
            (told && value.is_string()) || ids.is_subset(&self.0)
        })
    }

    /// Everything that a legal command names is there, or is there from now on.
    pub(super) fn learn(&mut self, of: &impl Serialize) {
        collect(&json(of), &mut self.0);
    }
}

/// None of the engine's values fails to be written; one that did would name nothing.
fn json(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

fn collect(value: &Value, ids: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => ids.extend(is_name(text).then(|| text.clone())),
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        Value::Object(fields) => {
            for (key, value) in fields.iter().filter(|(key, _)| !NOT_NAMES.contains(&key.as_str())) {
                ids.extend(is_name(key).then(|| key.clone()));
                collect(value, ids);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Two letters and 32 hexadecimal digits; reservations have no names.
fn is_name(text: &str) -> bool {
    let digits = text.get(2..).filter(|digits| digits.len() == 32 && !text.starts_with("WR"));
    digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
