//! The JSON Schema of a process of arrivals: the properties of a class that are its process.

use serde_json::{Map, Value, json};

use crate::distribution::{items, keyed};
use crate::schema::{SPAN, span};

/// By key. What is drawn is referred to as in [`definitions`](crate::distribution::definitions).
pub(crate) fn properties() -> Map<String, Value> {
    let span = span();
    let pattern = format!("^ *[0-9.]+ */ *({SPAN}) *$");
    let rate = json!({"type": "string", "pattern": pattern, "description": "So many in a span of time: `18/1m`."});
    let number = json!({"type": "number", "minimum": 0});
    let column = json!({"type": "string", "description": "The name of a column."});
    let columns = json!({"anyOf": [column, keyed(&[("from", &column), ("to", &column)], &[])]});
    let attributes = json!({"type": "object", "additionalProperties": column});
    let burst = keyed(&[("from", &span), ("for", &span), ("multiply", &number)], &[]);
    let profile = |key, height: &Value| {
        keyed(&[("interval", &span), (key, &items(height))], &[("repeat", &json!({"type": "boolean"}))])
    };
    let trace = keyed(
        &[("file", &json!({"type": "string"})), ("at", &column)],
        &[("attributes", &attributes), ("handling", &columns), ("patience", &columns)],
    );
    let entries = [
        ("poisson", rate.clone()),
        ("renewal", json!({"$ref": "#/$defs/drawn_time"})),
        ("profile", json!({"oneOf": [profile("counts", &number), profile("rates", &rate)]})),
        ("linear", items(&keyed(&[("at", &span), ("rate", &rate)], &[]))),
        ("at", json!({"type": "array", "items": span})),
        ("trace", trace),
        ("batch", json!({"$ref": "#/$defs/drawn_number", "minimum": 1})),
        ("day_factor", json!({"type": "number", "minimum": 0, "maximum": 10})),
        ("bursts", json!({"type": "array", "items": burst})),
        ("from", span.clone()),
        ("until", span),
    ];
    entries.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_process_has_a_schema() {
        let keys: Vec<String> = properties().into_iter().map(|(key, _)| key).collect();
        let mut expected = crate::arrival::KEYS.map(str::to_owned).to_vec();
        expected.sort();
        assert_eq!(keys, expected);
    }
}
