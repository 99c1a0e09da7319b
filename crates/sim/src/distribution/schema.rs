//! The JSON Schema of distributions, from the reader's own list of names.

use serde_json::{Map, Value, json};

use super::read::names;
use crate::schema::span;

/// What a schema refers to as `#/$defs/drawn_time` and `#/$defs/drawn_number`, and the attributes that are drawn.
pub(crate) fn definitions() -> Map<String, Value> {
    let (time, number) = (span(), json!({"type": "number"}));
    let mut definitions = Map::new();
    definitions.insert("drawn_time".to_owned(), distribution(&time, "drawn_time"));
    definitions.insert("drawn_number".to_owned(), distribution(&number, "drawn_number"));
    definitions.insert("drawn_attributes".to_owned(), attributes());
    definitions
}

/// Either a plain value or a mapping with one of the names.
fn distribution(amount: &Value, own: &str) -> Value {
    let families: Map<String, Value> =
        names().into_iter().map(|name| (name.to_owned(), parameters(name, amount, own))).collect();
    let drawn = json!({
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": families,
        "additionalProperties": false,
    });
    json!({"anyOf": [amount, drawn]})
}

fn parameters(name: &str, amount: &Value, own: &str) -> Value {
    let own = json!({"$ref": format!("#/$defs/{own}")});
    let pure = json!({"type": "number", "exclusiveMinimum": 0});
    let weight = json!({"type": "number", "minimum": 0});
    match name {
        "exponential" => keyed(&[("mean", amount)], &[]),
        "uniform" => keyed(&[("from", amount), ("to", amount)], &[]),
        "triangular" => keyed(&[("from", amount), ("mode", amount), ("to", amount)], &[]),
        "gamma" => keyed(&[("mean", amount), ("cv", &pure)], &[]),
        "erlang" => keyed(&[("stages", &json!({"type": "integer", "minimum": 1})), ("mean", amount)], &[]),
        "lognormal" => json!({"oneOf": [
            keyed(&[("mean", amount), ("cv", &pure)], &[]),
            keyed(&[("median", amount), ("p90", amount)], &[]),
        ]}),
        "weibull" => keyed(&[("shape", &pure), ("scale", amount)], &[]),
        "hyperexponential" => items(&keyed(&[("weight", &weight), ("mean", amount)], &[])),
        "pareto" => keyed(&[("shape", &pure), ("scale", amount)], &[("cap", amount)]),
        "histogram" => keyed(&[("edges", &items(amount)), ("weights", &items(&weight))], &[]),
        "list" => items(amount),
        "choice" => json!({"type": "object", "minProperties": 1, "additionalProperties": weight}),
        "mixture" => items(&keyed(&[("weight", &weight), ("of", &own)], &[])),
        "shift" => keyed(&[("by", amount), ("of", &own)], &[]),
        "clamp" => keyed(&[("of", &own)], &[("from", amount), ("to", amount)]),
        "sum" => items(&own),
        _ => json!(true),
    }
}

/// A list that is not empty.
pub(crate) fn items(item: &Value) -> Value {
    json!({"type": "array", "minItems": 1, "items": item})
}

/// A mapping with these keys and no others; the second ones may be absent.
pub(crate) fn keyed(required: &[(&str, &Value)], optional: &[(&str, &Value)]) -> Value {
    let names: Vec<&str> = required.iter().map(|(name, _)| *name).collect();
    let both = required.iter().chain(optional);
    let properties: Map<String, Value> = both.map(|(name, schema)| ((*name).to_owned(), (*schema).clone())).collect();
    json!({"type": "object", "required": names, "properties": properties, "additionalProperties": false})
}

/// Attributes: drawn numbers, or one of any values.
fn attributes() -> Value {
    let weight = json!({"type": "number", "minimum": 0});
    let entries = items(&keyed(&[("value", &json!(true)), ("weight", &weight)], &[]));
    let choice = json!({"anyOf": [{"type": "object", "additionalProperties": weight}, entries]});
    let values = json!({
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {"choice": choice, "list": items(&json!(true))},
        "additionalProperties": false,
    });
    let plain = json!({"not": {"type": "object"}});
    json!({
        "type": "object",
        "additionalProperties": {"anyOf": [plain, values, {"$ref": "#/$defs/drawn_number"}]},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_distribution_has_a_schema_of_its_parameters() {
        let amount = json!({"type": "number"});
        for name in names() {
            assert_ne!(parameters(name, &amount, "drawn_number"), json!(true), "{name}");
        }
    }
}
