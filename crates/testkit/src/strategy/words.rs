//! The vocabulary: the names that specs, documents and expressions of the strategies share.

use std::sync::Arc;

use pointsman::Value;
use pointsman_expr::{Number, Object};
use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Activities; the first three are TaskRouter's.
pub(super) const ACTIVITIES: [(&str, bool); 6] = [
    ("Offline", false),
    ("Available", true),
    ("Unavailable", false),
    ("Ready", true),
    ("Busy", false),
    ("Reserved", false),
];
pub(super) const CHANNELS: [&str; 3] = ["default", "voice", "chat"];
pub(super) const QUEUES: [&str; 4] = ["q0", "q1", "q2", "q3"];
pub(super) const WORKFLOWS: [&str; 3] = ["f0", "f1", "f2"];
pub(super) const WORKERS: [&str; 5] = ["w0", "w1", "w2", "w3", "w4"];

/// All names at once.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    let names: [&[&'static str]; 4] = [&CHANNELS, &QUEUES, &WORKFLOWS, &WORKERS];
    names.into_iter().flatten().copied().chain(ACTIVITIES.into_iter().map(|(name, _)| name))
}

/// A task's attributes: `type`, `level`, `vip`, `tags`, `agent` and `nested.n`, each of them sometimes missing.
pub fn task_attributes() -> BoxedStrategy<Value> {
    let agent = prop_oneof![
        6 => select(&WORKERS[..]).prop_map(Value::from),
        1 => Just(Value::from("W1")),
        1 => Just(Value::from("nobody")),
        1 => odd(),
    ];
    let kind = prop_oneof![8 => select(&["a", "b"][..]).prop_map(Value::from), 1 => odd()];
    let entries = (
        maybe("type", kind),
        maybe("level", level()),
        maybe("vip", any::<bool>().prop_map(Value::from)),
        maybe("tags", words()),
        maybe("agent", agent),
        maybe("nested", nested()),
    );
    entries.prop_map(|(a, b, c, d, e, f)| object([a, b, c, d, e, f])).boxed()
}

/// A worker's attributes: `team`, `level`, `skills`, `nested.n` and sometimes `sid`, each of them sometimes missing.
pub fn worker_attributes() -> BoxedStrategy<Value> {
    let team = prop_oneof![8 => select(&["a", "b"][..]).prop_map(Value::from), 1 => odd()];
    let entries = (
        maybe("team", team),
        maybe("level", level()),
        maybe("skills", words()),
        maybe("nested", nested()),
        prop_oneof![9 => Just(None), 1 => odd().prop_map(|value| Some(("sid", value)))],
    );
    entries.prop_map(|(a, b, c, d, e)| object([a, b, c, d, e])).boxed()
}

/// Attributes that are sometimes not a document at all.
pub(super) fn or_illegal(attributes: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop_oneof![30 => attributes, 1 => Just(Value::from(3))].boxed()
}

type Entry = Option<(&'static str, Value)>;

fn maybe(key: &'static str, value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Entry> {
    prop::option::weighted(0.85, value.prop_map(move |value| (key, value))).boxed()
}

fn object<const N: usize>(entries: [Entry; N]) -> Value {
    let entries = entries.into_iter().flatten().map(|(key, value)| (Arc::from(key), value));
    Value::from(Object::from_iter(entries))
}

fn level() -> BoxedStrategy<Value> {
    let fraction = Number::try_from(1.5).map_or(Value::Null, Value::Number);
    prop_oneof![8 => (0..4_i64).prop_map(Value::from), 1 => Just(fraction), 1 => odd()].boxed()
}

fn words() -> BoxedStrategy<Value> {
    let list = |items: Vec<&'static str>| Value::Array(items.into_iter().map(Value::from).collect());
    prop_oneof![8 => subsequence(vec!["a", "b", "x"], 0..=3).prop_map(list), 1 => mixed_list(), 1 => odd()].boxed()
}

fn mixed_list() -> BoxedStrategy<Value> {
    prop::collection::vec(odd(), 0..3).prop_map(|items| Value::Array(items.into())).boxed()
}

fn nested() -> BoxedStrategy<Value> {
    let inner = btree_map(Just(Arc::from("n")), level(), 0..=1);
    inner
        .prop_map(|entries: std::collections::BTreeMap<Arc<str>, Value>| Value::from(Object::from_iter(entries)))
        .boxed()
}

/// What an author did not expect there.
fn odd() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::Null),
        Just(Value::from(2)),
        Just(Value::from("2")),
        Just(Value::from(true)),
        Just(Value::Array([Value::from("a")].into())),
        Just(Value::from(Object::default())),
    ]
    .boxed()
}
