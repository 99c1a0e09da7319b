//! Damaged, hand-edited and hostile snapshots: an error that says where, never a panic, never an engine that breaks its
//! own rules.

use pointsman::{Engine, Snapshot, Timestamp};
use serde_json::{Value, json};

use crate::story;

fn whole() -> Value {
    serde_json::to_value(story::engine().snapshot()).expect("a snapshot is JSON")
}

/// The answer to a snapshot with one value put in another's place.
fn answer(pointer: &str, value: Value) -> Result<Engine, String> {
    let mut damaged = whole();
    *damaged.pointer_mut(pointer).expect("the place is there") = value;
    let snapshot: Snapshot = serde_json::from_value(damaged).map_err(|error| error.to_string())?;
    Engine::restore(snapshot).map_err(|error| error.to_string())
}

#[test]
fn an_error_says_where_and_what_was_expected() {
    let cases = include!("damage_cases.in");
    for (pointer, value, expected) in cases {
        let error = answer(&format!("/workspace{pointer}"), value.clone()).err();
        assert_eq!(error.as_deref(), Some(expected), "{pointer} = {value}");
    }
}

/// Each value of the story's snapshot, one at a time, gone or turned into something else.
#[test]
fn no_single_damage_breaks_the_engine() {
    let whole = whole();
    let (mut refused, mut accepted) = (0, 0);
    for pointer in pointers(&whole["workspace"]) {
        for value in replacements(&whole["workspace"], &pointer) {
            match survive(&whole, &pointer, value) {
                true => accepted += 1,
                false => refused += 1,
            }
        }
    }
    assert!(refused > 1_000 && accepted > 100, "{refused} refused, {accepted} accepted");
}

/// Whether the damaged snapshot is restored; then it keeps every invariant for a while.
fn survive(whole: &Value, pointer: &str, value: Option<Value>) -> bool {
    let mut damaged = whole.clone();
    match value {
        Some(value) => *damaged["workspace"].pointer_mut(pointer).expect("the place is there") = value,
        None => remove(&mut damaged["workspace"], pointer),
    }
    let Ok(snapshot) = serde_json::from_value::<Snapshot>(damaged) else { return false };
    let Ok(mut engine) = Engine::restore(snapshot) else { return false };
    engine.check();
    for _ in 0..4 {
        // The end of time is not a time to wait for.
        let Some(due) = engine.poll_timeout().filter(|due| *due < Timestamp::from_millis(i64::MAX)) else { break };
        engine.handle_timeout(due);
        engine.check();
    }
    assert_eq!(Engine::restore(engine.snapshot()).map(|again| again.digest()), Ok(engine.digest()), "{pointer}");
    true
}

fn remove(value: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a slash");
    match value.pointer_mut(parent).expect("the place is there") {
        Value::Object(fields) => drop(fields.remove(&key.replace("~1", "/").replace("~0", "~"))),
        Value::Array(items) => drop(items.remove(key.parse().expect("an index"))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every place below this value. Of the events that wait, the first is enough.
fn pointers(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    let mut add = |key: &str, below: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        all.push(format!("/{key}"));
        all.extend(pointers(below).into_iter().map(|rest| format!("/{key}{rest}")));
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, below)| add(key, below)),
        Value::Array(items) => items.iter().take(2).enumerate().for_each(|(index, item)| add(&index.to_string(), item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    all
}

/// Nothing, other values of the same kind, and values of other kinds.
fn replacements(whole: &Value, pointer: &str) -> Vec<Option<Value>> {
    let old = whole.pointer(pointer).expect("the place is there");
    let mut values = vec![None, Some(Value::Null), Some(json!(0)), Some(json!("x")), Some(json!({})), Some(json!([]))];
    match old {
        Value::Bool(flag) => values.push(Some(json!(!flag))),
        Value::Number(number) => {
            let number = number.as_i64().unwrap_or_default();
            let others = [number - 1, number + 1, number * 2, i64::MAX, i64::MIN];
            values.extend(others.map(|other| Some(json!(other))));
            values.extend([json!(u64::MAX), json!(0.5), json!(1e300)].map(Some));
        }
        Value::String(_) => values.extend(["", "pending", "accepted", "1h", "direct"].map(|text| Some(json!(text)))),
        Value::Null | Value::Array(_) | Value::Object(_) => {}
    }
    values
}
