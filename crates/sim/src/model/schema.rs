//! The JSON Schema of what chance plays, key by key as the readers beside it take them.

use serde_json::{Map, Value, json};

use super::{class, handling, measure, plan, staff};
use crate::arrival;
use crate::distribution::{items, keyed};
use crate::schema::span;

/// By key. What is drawn is referred to as in [`definitions`](crate::distribution::definitions).
pub(crate) fn properties() -> Map<String, Value> {
    let list = |item: Value| json!({"type": "array", "items": item});
    let parts = [
        ("arrivals", list(classes())),
        ("staff", list(groups())),
        ("handling", list(rules())),
        ("measure", measured()),
        ("experiment", experiment()),
    ];
    parts.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect()
}

fn classes() -> Value {
    let (text, share, time) = (json!({"type": "string"}), share(), drawn("time"));
    let at_most = json!({"type": "integer", "minimum": 0, "maximum": class::MOST_AGAIN});
    let mut properties = arrival::properties();
    let own = [
        text.clone(),
        text.clone(),
        text.clone(),
        json!({"type": "integer", "minimum": 0}),
        json!({"type": "object"}),
        drawn("attributes"),
        time.clone(),
        keyed(&[("above", &span())], &[("probability", &share)]),
        keyed(&[("probability", &share), ("after", &time)], &[("class", &text), ("at_most", &at_most)]),
    ];
    properties.extend(class::KEYS.map(str::to_owned).into_iter().zip(own));
    json!({"type": "object", "required": ["class"], "properties": properties, "additionalProperties": false})
}

fn groups() -> Value {
    let (text, span, time, share) = (json!({"type": "string"}), span(), drawn("time"), share());
    let pause = keyed(&[("at", &span), ("for", &span)], &[]);
    let breaks = json!({"type": "array", "items": pause});
    let shift = keyed(&[("from", &span), ("to", &span)], &[("breaks", &breaks), ("every", &span)]);
    let answers = [("after", &time), ("reject", &share), ("ignore", &share), ("on_miss", &text), ("back_after", &time)];
    let answers = keyed(&[], &answers);
    let schema = |key: &str| match key {
        "count" => json!({"type": "integer", "minimum": 0}),
        "workers" => json!({"type": "array", "items": text}),
        "attributes" | "channels" => json!({"type": "object"}),
        "idle_for" => span.clone(),
        "shifts" => json!({"type": "array", "items": shift}),
        "late" => time.clone(),
        "absence" => share.clone(),
        "at_end" => json!({"enum": staff::AT_END}),
        "pace" => json!({"$ref": "#/$defs/drawn_number", "exclusiveMinimum": 0}),
        "slow_down" => items(&json!({"type": "number", "exclusiveMinimum": 0})),
        "answers" => answers.clone(),
        "cost_per_hour" => json!({"type": "number", "minimum": 0}),
        _ => text.clone(),
    };
    let properties: Map<String, Value> = staff::KEYS.iter().map(|key| ((*key).to_owned(), schema(key))).collect();
    json!({"type": "object", "required": ["group"], "properties": properties, "additionalProperties": false})
}

fn rules() -> Value {
    let (text, span, time) = (json!({"type": "string"}), span(), drawn("time"));
    let schemas = [text.clone(), text, span.clone(), span, time.clone(), time];
    let properties: Map<String, Value> = handling::KEYS.iter().map(|key| (*key).to_owned()).zip(schemas).collect();
    json!({"type": "object", "required": ["time"], "properties": properties, "additionalProperties": false})
}

fn measured() -> Value {
    let (span, number) = (span(), json!({"type": "number", "minimum": 0}));
    let tasks = keyed(&[("tasks", &json!({"type": "integer", "minimum": 0}))], &[]);
    let word = json!({"enum": measure::LEVELS.map(|(word, _)| word)});
    let level = keyed(&[("within", &span)], &[("name", &json!({"type": "string"})), ("abandoned", &word)]);
    let quantile = json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1});
    let schemas = [
        span.clone(),
        json!({"anyOf": [span, tasks, {"const": "automatic"}]}),
        span,
        json!({"type": "array", "items": level}),
        json!({"type": "array", "items": quantile}),
        number,
        json!({"type": "integer", "minimum": 1}),
        json!({"type": "integer", "minimum": 1}),
    ];
    let properties: Map<String, Value> = measure::KEYS.iter().map(|key| (*key).to_owned()).zip(schemas).collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// How often it runs; what a variant may set is as wide as the scenario.
fn experiment() -> Value {
    let count = json!({"type": "integer", "minimum": 1, "maximum": plan::MOST_REPLICATIONS});
    let text = json!({"type": "string"});
    let until = keyed(&[("figure", &text), ("half_width", &share())], &[("at_most", &count)]);
    let variant = keyed(&[("name", &text), ("set", &json!({"type": "object"}))], &[]);
    let schemas = [
        count,
        until,
        json!({"type": "number", "minimum": 0.5, "exclusiveMaximum": 1}),
        json!({"type": "array", "items": variant}),
        json!({"type": "object", "additionalProperties": {"type": "array"}}),
    ];
    let properties: Map<String, Value> = plan::KEYS.iter().map(|key| (*key).to_owned()).zip(schemas).collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn share() -> Value {
    json!({"type": "number", "minimum": 0, "maximum": 1})
}

fn drawn(what: &str) -> Value {
    json!({"$ref": format!("#/$defs/drawn_{what}")})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every key that a reader takes has a schema, and no other.
    #[test]
    fn schemas_have_the_keys_of_the_readers() {
        let keys = |schema: &Value| {
            let mut keys: Vec<String> =
                schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
            keys.sort();
            keys
        };
        let sorted = |known: &[&str]| {
            let mut known: Vec<String> = known.iter().map(|key| (*key).to_owned()).collect();
            known.sort();
            known
        };
        assert_eq!(keys(&classes()), sorted(&[&class::KEYS[..], &arrival::KEYS[..]].concat()));
        assert_eq!(keys(&groups()), sorted(staff::KEYS));
        assert_eq!(keys(&rules()), sorted(handling::KEYS));
        assert_eq!(keys(&measured()), sorted(measure::KEYS));
        assert_eq!(keys(&experiment()), sorted(&plan::KEYS));
        assert_eq!(properties().into_iter().map(|(key, _)| key).collect::<Vec<_>>(), sorted(&super::super::KEYS));
    }
}
