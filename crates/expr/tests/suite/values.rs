//! Values at the edge: what serde reads and writes, and what is refused.

mod serde_edge {
    use pointsman_expr::{Attributes, Value};
    use serde::de::value::Error;
    use serde::de::{Deserializer, IntoDeserializer as _, Visitor};
    use serde::{Deserialize as _, forward_to_deserialize_any};

    #[test]
    fn documents_are_read_and_written() {
        let text = r#"{"a":[1,2.5,true,null,"x"],"b":{"c":-3}}"#;
        let read: Attributes = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert_eq!(read.to_string(), text);
        assert_eq!(read.to_value().to_string(), text);
        let twice: Value = serde_json::from_str(r#"{"a":1,"a":2}"#).unwrap();
        assert_eq!(twice.to_string(), r#"{"a":2}"#);
    }

    /// What formats other than JSON hand over: an option, and bytes.
    enum Foreign {
        Option(Option<i64>),
        Bytes(&'static [u8]),
    }

    impl<'de> Deserializer<'de> for Foreign {
        type Error = Error;

        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self {
                Self::Option(Some(number)) => visitor.visit_some(number.into_deserializer()),
                Self::Option(None) => visitor.visit_none(),
                Self::Bytes(bytes) => visitor.visit_bytes(bytes),
            }
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
        }
    }

    #[test]
    fn other_formats_are_read() {
        assert_eq!(Value::deserialize(Foreign::Option(Some(3))), Ok(Value::from(3)));
        assert_eq!(Value::deserialize(Foreign::Option(None)), Ok(Value::Null));
        let refused = Value::deserialize(Foreign::Bytes(b"x")).unwrap_err().to_string();
        assert!(refused.ends_with("expected null, a boolean, a number, a string, a list or an object"), "{refused}");
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let refusal = |text: &str| serde_json::from_str::<Attributes>(text).unwrap_err().to_string();
        assert!(refusal("[1]").contains("expected attributes to be an object, found a list"), "{}", refusal("[1]"));
        let nested = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        assert!(serde_json::from_str::<Attributes>(&nested(64)).is_ok());
        assert!(refusal(&nested(65)).contains("at most 64 levels"), "{}", refusal(&nested(65)));
    }
}

/// Texts of documents are read as a second reader reads them, with keys that come twice and keys that begin alike.
mod documents {
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

    use pointsman_expr::{Ref, Value};
    use proptest::prelude::*;
    use serde_json::Value as Json;

    use crate::support::cases;

    const LEAVES: &[&str] = &["null", "true", "-7", "2.5", "1e300", r#""""#, r#""x""#, r#""\n\u00e9""#];
    const KEYS: &[&str] = &["", "a", "b", "b\0", "alike_keys", "alike_keys_1", "alike_keys_2", "é"];

    fn text() -> impl Strategy<Value = String> {
        let key = prop::sample::select(KEYS).prop_map(|key| Json::from(key).to_string());
        prop::sample::select(LEAVES).prop_map(str::to_owned).prop_recursive(4, 40, 9, move |inner| {
            let list = prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(",")));
            let entry = (key.clone(), inner).prop_map(|(key, value)| format!("{key}:{value}"));
            let object = prop::collection::vec(entry, 0..9).prop_map(|entries| format!("{{{}}}", entries.join(",")));
            prop_oneof![1 => list, 2 => object]
        })
    }

    fn agree(value: Ref<'_>, json: &Json) -> Result<(), TestCaseError> {
        prop_assert_eq!(&Json::from(&value.to_value()), json);
        match (value, json) {
            (Ref::Object(entries), Json::Object(expected)) => {
                prop_assert!(entries.len() == expected.len() && entries.iter().map(|(key, _)| key).is_sorted());
                for (key, expected) in expected {
                    agree(entries.get(key).unwrap_or(Ref::Null), expected)?;
                }
            }
            (Ref::Array(items), Json::Array(expected)) => {
                prop_assert_eq!((items.len(), items.get(expected.len())), (expected.len(), None));
                items.iter().zip(expected).try_for_each(|(item, expected)| agree(item, expected))?;
            }
            (Ref::Null | Ref::Bool(_) | Ref::Number(_) | Ref::Str(_), _) => {}
            (Ref::Array(_) | Ref::Object(_), _) => prop_assert!(false, "{value} is not {json}"),
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(cases(500))]

        #[test]
        fn a_document_is_what_its_text_says(text in text()) {
            let json: Json = serde_json::from_str(&text).unwrap();
            let value: Value = serde_json::from_str(&text).unwrap();
            agree(value.as_ref(), &json)?;
            let other = Value::from(json.clone());
            let hash = BuildHasherDefault::<DefaultHasher>::default();
            prop_assert_eq!((&value, hash.hash_one(&value)), (&other, hash.hash_one(&other)));
            prop_assert_eq!(serde_json::from_str::<Json>(&value.to_string()).unwrap(), json);
            prop_assert_eq!(serde_json::to_string(&value).unwrap(), serde_json::to_string(&other).unwrap());
        }
    }
}

#[test]
fn numbers_of_both_forms_meet() {
    use pointsman_expr::{Number, Ref, Value};
    let float = |f: f64| Value::Number(Number::try_from(f).unwrap());
    assert_eq!(float(3.0), Value::from(3));
    assert_ne!(float(3.5), Value::from(3));
    assert_eq!(Ref::from(&float(3.0)), Ref::Number(3_u32.into()));
    assert!(Number::from(3) < Number::from(4_u32) && Number::from(3) > Number::from(-4));
    assert_eq!(Value::from(serde_json::json!(u64::MAX)).to_string(), "1.8446744073709552e19");
}

#[test]
fn values_are_made_of_what_rust_has() {
    use pointsman_expr::{Number, Object, Value};
    let one = Number::from(1);
    let object: Object = [("a".into(), Value::from(true))].into_iter().collect();
    let cases = [
        (Value::default(), "null"),
        (Value::from(true), "true"),
        (Value::from(false), "false"),
        (Value::from(one), "1"),
        (Value::from(1_i64), "1"),
        (Value::from(1_i32), "1"),
        (Value::from("x"), "\"x\""),
        (Value::from("x".to_owned()), "\"x\""),
        (Value::from(vec![Value::Null, Value::from(1)]), "[null,1]"),
        (Value::from(object), "{\"a\":true}"),
    ];
    for (value, text) in cases {
        assert_eq!(value.to_string(), text);
    }
}

#[test]
fn depth_counts_lists_and_objects_alike() {
    use pointsman_expr::Value;
    use serde_json::json;
    let cases = [
        (json!(1), 0),
        (json!({}), 1),
        (json!([1, "x"]), 1),
        (json!([[]]), 2),
        (json!({"a": 1, "b": [2]}), 2),
        (json!([1, {"a": [{}]}]), 4),
        (json!([[[[]]]]), 4),
    ];
    for (json, depth) in cases {
        let value = Value::from(json);
        assert!(!value.depth_exceeds(depth), "{value}");
        assert!(depth == 0 || value.depth_exceeds(depth - 1), "{value}");
    }
}

#[test]
fn every_value_prints_as_json() {
    use pointsman_expr::{Attributes, Object, Value};
    for text in
        ["null", "true", "-7", "2.5", "1e300", r#""a\"\\\n\r\t\u0001 é""#, "[]", "[1,[2],3]", "{}", r#"{"a":1,"b":{}}"#]
    {
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(Value::from(json).to_string(), text);
    }
    let object: Object = [("b".into(), Value::from(true)), ("a".into(), Value::Null)].into_iter().collect();
    assert_eq!(format!("{object:?}"), r#"{"a": Null, "b": Bool(true)}"#);
    let document = Attributes::try_from(Value::from(object.clone())).unwrap();
    assert_eq!((document.as_object(), document.to_value()), (&object, Value::from(object.clone())));
}

#[test]
fn refusals_say_what_was_expected() {
    use pointsman_expr::{AttributesError, Kind, Number};
    let infinite = Number::try_from(f64::INFINITY).unwrap_err();
    assert_eq!(infinite.to_string(), "expected a finite number");
    assert_eq!(AttributesError::TooDeep.to_string(), "expected attributes to nest at most 64 levels deep");
    let kind = "queues".parse::<Kind>().unwrap_err().to_string();
    assert!(kind.starts_with("expected `queue`, `filter`") && kind.ends_with("found `queues`"), "{kind}");
}

#[test]
fn kinds_are_read_as_they_are_printed_and_as_the_api_spells_them() {
    use pointsman_expr::Kind;
    for kind in Kind::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
    let spellings = [
        ("workflow-filter", Kind::Filter),
        ("order_by", Kind::OrderBy),
        ("skip_if", Kind::SkipIf),
        ("known_worker", Kind::KnownWorker),
    ];
    for (text, kind) in spellings {
        assert_eq!(text.parse(), Ok(kind));
    }
}
