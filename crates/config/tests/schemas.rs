//! The schemas say what the readers do: every document below is judged alike by both.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use pointsman_config::{NoFiles, Severity, read_workflow, read_workspace, workflow_schema, workspace_schema};
use serde_json::Value;

mod support;
use support::yaml;

/// The keywords that the schemas use; any other makes the test fail, so that none is overlooked.
const KEYWORDS: &[&str] = &[
    "$schema",
    "$defs",
    "$ref",
    "title",
    "description",
    "type",
    "required",
    "properties",
    "additionalProperties",
    "items",
    "prefixItems",
    "minItems",
    "anyOf",
    "allOf",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
];

/// Whether a value fits a schema: the part of JSON Schema that the schemas use.
fn fits(value: &Value, schema: &Value, root: &Value) -> bool {
    let object = schema.as_object().unwrap();
    object.iter().all(|(keyword, rule)| {
        assert!(KEYWORDS.contains(&keyword.as_str()), "the test does not know `{keyword}`");
        keyword_fits(value, keyword, rule, schema, root)
    })
}

fn keyword_fits(value: &Value, keyword: &str, rule: &Value, schema: &Value, root: &Value) -> bool {
    let all = |schemas: &Value| schemas.as_array().unwrap().clone();
    match keyword {
        "$ref" => {
            let name = rule.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
            fits(value, &root["$defs"][name], root)
        }
        "type" => match rule.as_array() {
            Some(types) => types.iter().any(|name| has_type(value, name.as_str().unwrap())),
            None => has_type(value, rule.as_str().unwrap()),
        },
        "enum" => all(rule).contains(value),
        "anyOf" => all(rule).iter().any(|schema| fits(value, schema, root)),
        "allOf" => all(rule).iter().all(|schema| fits(value, schema, root)),
        "required" => {
            value.as_object().is_none_or(|o| all(rule).iter().all(|key| o.contains_key(key.as_str().unwrap())))
        }
        "properties" => value.as_object().is_none_or(|object| {
            rule.as_object().unwrap().iter().all(|(key, schema)| object.get(key).is_none_or(|v| fits(v, schema, root)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|object| {
            object
                .iter()
                .filter(|(key, _)| schema["properties"].get(key).is_none())
                .all(|(_, other)| rule.as_bool().unwrap_or_else(|| fits(other, rule, root)))
        }),
        "prefixItems" => value.as_array().is_none_or(|list| list.iter().zip(all(rule)).all(|(v, s)| fits(v, &s, root))),
        "items" => value.as_array().is_none_or(|list| list.iter().all(|element| fits(element, rule, root))),
        "minItems" => value.as_array().is_none_or(|list| list.len() as u64 >= rule.as_u64().unwrap()),
        "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
        "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= rule.as_u64().unwrap()),
        "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= rule.as_u64().unwrap()),
        "pattern" => value.as_str().is_none_or(|text| pattern_fits(rule.as_str().unwrap(), text)),
        _ => true,
    }
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type `{other}`"),
    }
}

/// The four patterns of the schemas, by hand: a crate for regular expressions would be a lot for them.
fn pattern_fits(pattern: &str, text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    match pattern {
        r"^\+?[0-9]+$" => digits(unsigned),
        r"^\+?0*[1-9][0-9]*$" => digits(unsigned) && !unsigned.trim_start_matches('0').is_empty(),
        "^[0-9]" => text.starts_with(|c: char| c.is_ascii_digit()),
        "^[A-Za-z_$][A-Za-z0-9_$]*$" => {
            let letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
            !text.is_empty() && text.chars().all(letter) && !text.starts_with(|c: char| c.is_ascii_digit())
        }
        other => panic!("the test does not know the pattern `{other}`"),
    }
}

#[test]
fn the_workspace_schema_judges_as_the_reader_does() {
    let schema = workspace_schema();
    let documents = [
        ("{}", true),
        ("[]", false),
        ("{name: w, multi_task_enabled: false, prioritize_queue_order: LIFO, template: none}", true),
        ("{multi_task_enabled: 1}", false),
        ("{prioritize_queue_order: fifo}", false),
        ("{timeout_basis: step_entry}", true),
        ("{timeout_basis: queue_entry}", false),
        ("{template: lifo}", false),
        ("{worker: []}", false),
        ("{activities: [{name: Offline, available: false, friendly_name: F, sid: x}]}", true),
        ("{activities: [{name: Offline}]}", false),
        ("{task_channels: [{name: chat, unique_name: c, channel_optimized_routing: true}]}", true),
        ("{task_channels: [{name: chat, unique_name: a-b}]}", false),
        (
            "{workers: [{name: a, attributes: {x: [1]}, activity: Offline, channels: {chat: {capacity: 0, available: true}}, idle_for: 5m}]}",
            true,
        ),
        ("{workers: [{worker: a}]}", true),
        ("{workers: [{}]}", false),
        ("{workers: [{name: a, attributes: []}]}", false),
        ("{workers: [{name: a, channels: {chat: {capcity: 1}}}]}", false),
        ("{workers: [{name: a, channels: {chat: {capacity: -1}}}]}", false),
        ("{workers: [{name: a, idle_for: soon}]}", false),
        ("{workers: [{name: a, friendly_name: ''}]}", false),
        (
            "{task_queues: [{name: q, target_workers: a == 1, max_reserved_workers: 2, task_order: FIFO, reservation_activity: Offline, assignment_activity: Offline}]}",
            true,
        ),
        ("{task_queues: [{name: q, max_reserved_workers: 0}]}", false),
        ("{task_queues: [{name: q, queue: q}]}", false),
        ("{workflows: [{name: w, task_reservation_timeout: 5m, configuration: {task_routing: {}}}]}", true),
        ("{workflows: [{name: w}]}", false),
        (
            "{limits: {activities: 5, task_timeout: 1h, reservation_timeout: 60, max_reserved_workers: 5, assignments: 3, capacity: 9, expression_length: 99, expression_depth: 9}}",
            true,
        ),
        ("{limits: {capacity: many}}", false),
    ];
    for (text, valid) in documents {
        let node = yaml(text);
        assert_eq!(fits(&node.to_json(), &schema, &schema), valid, "schema: {text}");
        let (workspace, diagnostics) = read_workspace(&node, &NoFiles);
        assert_eq!(workspace.is_some(), valid, "reader: {text}\n{diagnostics:#?}");
    }
}

#[test]
fn the_workflow_schema_judges_as_the_reader_does() {
    let schema = workflow_schema();
    let target = |text: &str| format!("{{task_routing: {{filters: [{{expression: 1==1, targets: [{text}]}}]}}}}");
    let documents = [
        ("{task_routing: {}}".to_owned(), true),
        ("{task_routing: {filters: null, default_filter: null}, other: 1}".to_owned(), true),
        ("{filters: []}".to_owned(), false),
        ("{task_routing: {filters: {}}}".to_owned(), false),
        ("{task_routing: {filters: [{targets: [{queue: q}]}]}}".to_owned(), false),
        ("{task_routing: {filters: [{expression: a == 1}]}}".to_owned(), false),
        ("{task_routing: {default_filter: {queue: q, priority: 1}}}".to_owned(), true),
        ("{task_routing: {default_filter: {priority: 1}}}".to_owned(), false),
        (target("{queue: q, priority: '5', timeout: '20', order_by: worker.a ASC, skip_if: 1==1}, {}"), true),
        (target("{queue: q, known_worker_sid: task.a}, {known_worker_friendly_name: task.b}"), true),
        (target(""), false),
        (target("{}"), false),
        (target("{queue: 5}"), false),
        (target("{queue: q, priority: -1}"), false),
        (target("{queue: q, priority: high}"), false),
        (target("{queue: q, timeout: 0}"), false),
        (target("{queue: q, timeout: '00'}"), false),
        (target("{queue: q, timeout: 1.5}"), false),
        (target("{queue: q, expression: [a]}"), false),
    ];
    for (text, valid) in documents {
        let node = yaml(&text);
        assert_eq!(fits(&node.to_json(), &schema, &schema), valid, "schema: {text}");
        let (_, diagnostics) = read_workflow(&node, None);
        let errors = diagnostics.iter().any(|found| found.severity == Severity::Error);
        assert_eq!(!errors, valid, "reader: {text}\n{diagnostics:#?}");
    }
}
