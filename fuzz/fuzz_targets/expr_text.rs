//! Any text, read in every kind of place: no panic, spans inside the text, and an explanation that agrees with the result.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pointsman_expr::{Attributes, Documents, Kind, KnownWorker, Limits, Object, OrderBy, Value, parse};

fuzz_target!(|text: &str| {
    let (limits, document) = (Limits::default(), document());
    let source = Documents { task: &document, worker: &document };
    for kind in [Kind::Queue, Kind::Filter, Kind::Target, Kind::SkipIf] {
        match parse(text, kind, &limits) {
            Ok(parsed) => {
                let steps = parsed.expression.why(&source);
                assert_eq!(parsed.expression.matches(&source), steps[0].holds);
                assert!(steps.iter().all(|step| text.get(step.span.clone()) == Some(&step.text)));
            }
            Err(errors) => assert!(errors.iter().all(|error| text.get(error.span.clone()).is_some())),
        }
    }
    if let Ok((order, _)) = OrderBy::parse(text, &limits) {
        let _ = order.key(&source);
    }
    let _ = KnownWorker::parse(text, &limits);
});

fn document() -> Attributes {
    let entries = [
        ("a", Value::from(1)),
        ("b", Value::from("x")),
        ("l", Value::from(vec![Value::from("x"), Value::from(2), Value::Null])),
        ("o", Value::from(Object::from_iter([("k".into(), Value::from(true))]))),
    ];
    let object: Object = entries.into_iter().map(|(key, value)| (key.into(), value)).collect();
    Attributes::try_from(Value::from(object)).expect("a flat object")
}
