//! JSON Schemas of the scenario format. The lists of words in them are the reader's own.

use pointsman::{Command, EventKind, Rejection};
use pointsman_config::workspace_schema;
use serde_json::{Value, json};

use crate::bound::operators;
use crate::distribution;
use crate::judgement::{ChannelField, TaskField, WorkerField};
use crate::metric::metrics;
use crate::model;
use crate::results;
use crate::transcript::FACTS;

/// The schema of a scenario file. Which fields a command has is told by the schema of commands: the engine's own.
pub fn scenario_schema() -> Value {
    let mut workspace = workspace_schema();
    let mut hoist = |key: &str| workspace.as_object_mut().and_then(|schema| schema.remove(key));
    let (definitions, _) = (hoist("$defs"), hoist("$schema"));
    let mut definitions = definitions.unwrap_or_else(|| json!({}));
    for (name, schema) in distribution::definitions() {
        definitions[name] = schema;
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario",
        "type": "object",
        "anyOf": [{"required": ["workspace"]}, {"required": ["initial_state"]}],
        "additionalProperties": false,
        "properties": {
            "version": {"const": 1},
            "name": {"type": "string"},
            "description": {"type": "string"},
            "start": {"type": "string", "format": "date-time", "description": "The instant of t = 0."},
            "seed": {"type": "integer", "minimum": 0},
            "workspace": {"anyOf": [{"type": "string", "description": "The path of a workspace file."}, workspace]},
            "initial_state": initial_state(),
            "steps": {"type": "array", "items": {"anyOf": [command_step(), expect_step(), always_step()]}},
        },
        "$defs": definitions,
    });
    for (key, part) in model::properties() {
        schema["properties"][key] = part;
    }
    schema
}

fn initial_state() -> Value {
    json!({
        "description": "What the scenario goes on from. A snapshot has its workspace and its time in it.",
        "anyOf": [
            {"const": "empty"},
            {
                "type": "object",
                "required": ["snapshot"],
                "additionalProperties": false,
                "properties": {"snapshot": {"type": "string", "description": "The path of a snapshot of an engine."}},
            },
        ],
    })
}

/// A span of time as people write it.
pub(crate) fn span() -> Value {
    json!({
        "description": "`90s`, `5m`, `1h30m`, `250ms`, or a number of seconds.",
        "anyOf": [{"type": "string", "pattern": format!("^({SPAN})$")}, {"type": "number", "minimum": 0}],
    })
}

/// What a span looks like: a number of seconds, or units in falling order.
pub(crate) const SPAN: &str = r"[0-9]+(\.[0-9]{1,3})?|[0-9]+d([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?|[0-9]+h([0-9]+m)?([0-9]+s)?([0-9]+ms)?|[0-9]+m([0-9]+s)?([0-9]+ms)?|[0-9]+s([0-9]+ms)?|[0-9]+ms";

fn command_step() -> Value {
    json!({
        "type": "object",
        "description": "A command with the engine's own field names; a reservation is addressed by `task` and `worker`.",
        "required": ["at", "do"],
        "properties": {
            "at": span(),
            "do": {"enum": Command::NAMES},
            "refused": {"enum": Rejection::CODES, "description": "The engine must refuse the command for this reason."},
        },
        "not": {"anyOf": [{"required": ["expect"]}, {"required": ["always"]}]},
    })
}

fn expect_step() -> Value {
    json!({
        "type": "object",
        "required": ["at", "expect"],
        "additionalProperties": false,
        "properties": {
            "at": span(),
            "expect": expected(),
        },
    })
}

fn always_step() -> Value {
    json!({
        "type": "object",
        "description": "What must hold from a time on, whenever something has happened.",
        "required": ["at", "always"],
        "additionalProperties": false,
        "properties": {"at": span(), "until": span(), "always": expected()},
    })
}

fn expected() -> Value {
    json!({"anyOf": [expect_task(), expect_worker(), expect_run()]})
}

fn expect_task() -> Value {
    expectation("task", TaskField::ALL.iter().map(|(key, _)| *key))
}

fn expect_worker() -> Value {
    let mut schema = expectation("worker", WorkerField::ALL.iter().map(|(key, _)| *key));
    let fields: serde_json::Map<String, Value> =
        ChannelField::ALL.iter().map(|(key, _)| ((*key).to_owned(), json!({}))).collect();
    schema["properties"]["channels"] = json!({
        "type": "object",
        "additionalProperties": {"type": "object", "properties": fields, "additionalProperties": false},
    });
    schema
}

fn expectation<'a>(subject: &str, fields: impl Iterator<Item = &'a str>) -> Value {
    let mut properties: serde_json::Map<String, Value> = fields.map(|key| (key.to_owned(), json!({}))).collect();
    properties.insert(subject.to_owned(), json!({"type": "string"}));
    json!({"type": "object", "required": [subject], "properties": properties, "additionalProperties": false})
}

fn expect_run() -> Value {
    let mut facts: serde_json::Map<String, Value> = FACTS.iter().map(|key| ((*key).to_owned(), json!({}))).collect();
    facts.insert("type".to_owned(), json!({"enum": EventKind::NAMES}));
    facts.insert("at".to_owned(), span());
    let events = json!({
        "type": "array",
        "items": {"type": "object", "properties": facts, "additionalProperties": false},
    });
    let beside = || operators().into_iter().chain(["confidence"]).map(str::to_owned);
    let terms = |names: Value| {
        let term = json!({"type": "object", "propertyNames": names});
        json!({"anyOf": [term, {"type": "array", "items": term}]})
    };
    let statistics: Vec<String> = metrics().into_iter().map(str::to_owned).chain(beside()).collect();
    let figures: Vec<String> = results::fixed_names().into_iter().chain(beside()).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "events": events,
            "never": events,
            "statistics": terms(json!({"enum": statistics})),
            "results": terms(json!({"anyOf": [{"enum": figures}, {"pattern": results::GIVEN_NAMES}]})),
        },
    })
}
