//! Values at the edge: what serde reads and writes, and what is refused.

mod serde_edge {
    use pointsman_expr::{Attributes, Value};

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

    #[test]
    fn what_is_no_document_is_refused() {
        let refusal = |text: &str| serde_json::from_str::<Attributes>(text).unwrap_err().to_string();
        assert!(refusal("[1]").contains("expected attributes to be an object, found a list"), "{}", refusal("[1]"));
        let nested = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        assert!(serde_json::from_str::<Attributes>(&nested(64)).is_ok());
        assert!(refusal(&nested(65)).contains("at most 64 levels"), "{}", refusal(&nested(65)));
    }
}

#[test]
fn numbers_of_both_forms_meet() {
    use pointsman_expr::{Number, Value};
    let float = |f: f64| Value::Number(Number::try_from(f).unwrap());
    assert_eq!(float(3.0), Value::from(3));
    assert_ne!(float(3.5), Value::from(3));
    assert_eq!(Value::from(serde_json::json!(u64::MAX)).to_string(), "1.8446744073709552e19");
}
