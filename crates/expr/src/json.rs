//! Owns the conversion from and to `serde_json::Value`. Never reads text.

use serde_json::Value as Json;

use crate::object::{Builder, Cell};
use crate::{MAX_DOCUMENT_DEPTH, Number, Ref, Value};

/// What lies deeper than one level below [`MAX_DOCUMENT_DEPTH`] becomes NULL: the work is bounded, and the result
/// is still visibly too deep for an attribute document. A number that has no double becomes NULL too.
impl From<Json> for Value {
    fn from(json: Json) -> Self {
        let mut builder = Builder::default();
        let outermost = cell(&mut builder, &json, MAX_DOCUMENT_DEPTH + 1);
        builder.into_value(outermost)
    }
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        Self::from(value.as_ref())
    }
}

impl From<Ref<'_>> for Json {
    fn from(value: Ref<'_>) -> Self {
        match value {
            Ref::Null => Self::Null,
            Ref::Bool(b) => Self::Bool(b),
            Ref::Number(n) => n.as_i64().map_or_else(|| Self::from(n.as_f64()), Self::from),
            Ref::Str(s) => Self::from(s),
            Ref::Array(items) => items.iter().map(Self::from).collect(),
            Ref::Object(entries) => entries.iter().map(|(key, item)| (key.to_owned(), Self::from(item))).collect(),
        }
    }
}

/// `levels` counts the arrays and objects that may still be entered.
fn cell(builder: &mut Builder, json: &Json, levels: usize) -> Cell {
    match json {
        Json::Null => Cell::Null,
        Json::Bool(value) => Cell::Bool(*value),
        Json::Number(n) => number(n),
        Json::String(text) => builder.text(text),
        Json::Array(_) | Json::Object(_) if levels == 0 => Cell::Null,
        Json::Array(items) => {
            let opened = builder.open();
            for item in items {
                let cell = cell(builder, item, levels - 1);
                builder.item(cell);
            }
            builder.close_list(opened)
        }
        Json::Object(entries) => {
            let opened = builder.open();
            for (key, item) in entries {
                let (key, cell) = (builder.key(key), cell(builder, item, levels - 1));
                builder.entry(key, cell);
            }
            builder.close_object(opened)
        }
    }
}

fn number(n: &serde_json::Number) -> Cell {
    if let Some(i) = n.as_i64() {
        return Cell::Number(i.into());
    }
    let float = n.as_f64().and_then(|f| Number::try_from(f).ok());
    float.map_or(Cell::Null, Cell::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Attributes, AttributesError};

    #[test]
    fn documents_survive_the_round_trip() {
        let json = json!({"a": [1, 2.5, -3, 1e300, null, true, "x\u{1}\"\\\n"], "b": {"c": {}}});
        let value = Value::from(json.clone());
        assert_eq!(Json::from(&value), json);
        assert_eq!(serde_json::from_str::<Json>(&value.to_string()).unwrap(), json);
    }

    #[test]
    fn what_is_too_deep_is_cut_and_still_too_deep() {
        let wraps: [fn(Json) -> Json; 2] = [|inner| json!({"a": inner}), |inner| json!([inner])];
        for wrap in wraps {
            let value = Value::from((0..500).fold(json!(1), |inner, _| wrap(inner)));
            assert!(value.depth_exceeds(MAX_DOCUMENT_DEPTH));
            assert!(!value.depth_exceeds(MAX_DOCUMENT_DEPTH + 1));
            assert_eq!(
                Attributes::try_from(Value::from(json!({"a": Json::from(&value)}))),
                Err(AttributesError::TooDeep)
            );
        }
    }
}
