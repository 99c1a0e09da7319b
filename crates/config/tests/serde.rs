//! Any serde type out of a document: names become ids, errors stand at the key or value that is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::{CreateTask, Limits, SetWorkerActivity, TaskId, TaskQueueId, Timestamp, UpdateWorker, WorkerId};
use pointsman_config::{Context, Diagnostic, Names, Spanned, from_node};
use serde::Deserialize;

mod support;
use support::{check_places, yaml};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Everything {
    #[serde(default)]
    flag: bool,
    #[serde(default)]
    small: u8,
    #[serde(default)]
    signed: i64,
    #[serde(default)]
    share: f64,
    #[serde(default)]
    text: String,
    #[serde(default)]
    list: Vec<String>,
    #[serde(default)]
    word: Option<Word>,
    #[serde(default)]
    place: Option<Spanned<u32>>,
    #[serde(default)]
    workers: BTreeMap<WorkerId, u32>,
    #[serde(default)]
    at: Option<Timestamp>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Plain,
    Between(u32, u32),
    AtLeast(u32),
    Named { low: u32 },
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Diagnostic> {
    let mut names = Names::new();
    names.declare::<WorkerId>("alice", None, None).unwrap();
    names.declare::<TaskId>("t1", None, None).unwrap();
    names.declare::<TaskQueueId>("spanish", Some("queue-7"), Some("Customer Care")).unwrap();
    names.declare::<pointsman::ActivityId>("Idle", None, None).unwrap();
    let limits = Limits::default();
    let context = Context::new(&names, &limits).start(Timestamp::from_millis(1_000_000)).ignoring(&["do"]);
    from_node(&yaml(text), &context)
}

#[track_caller]
fn value(text: &str) -> Everything {
    read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let error = read::<Everything>(text).expect_err(text);
    check_places(std::slice::from_ref(&error));
    assert_eq!(error.to_string().replace("f.yaml:1:", "").replace("\n  help:", ";"), expected, "{text}");
}

#[test]
fn every_shape_is_read() {
    let found = value("{do: it, flag: true, small: 255, signed: -3, share: 0.25, text: no, list: [a, b]}");
    assert_eq!((found.flag, found.small, found.signed, found.share), (true, 255, -3, 0.25));
    assert_eq!((&*found.text, &found.list[..]), ("no", &["a".to_owned(), "b".to_owned()][..]));
    assert_eq!(value("share: 1").share, 1.0);
    assert_eq!(value("word: null").word, None);
    assert_eq!(value("word: plain").word, Some(Word::Plain));
    assert_eq!(value("word: {at-least: 3}").word, Some(Word::AtLeast(3)));
    assert_eq!(value("word: {between: [1, 2]}").word, Some(Word::Between(1, 2)));
    assert_eq!(value("word: {named: {low: 1}}").word, Some(Word::Named { low: 1 }));
    let place = value("place: 7").place.unwrap();
    assert_eq!((place.value, place.span, &*place.path), (7, 7..8, "place"));
    assert_eq!(value("workers: {alice: 2}").workers, [(WorkerId::named("alice"), 2)].into());
}

#[test]
fn times_are_instants_or_spans_since_the_start() {
    let at = |text: &str| value(&format!("at: {text}")).at.unwrap().as_millis();
    assert_eq!(at("90s"), 1_090_000);
    assert_eq!(at("1.5"), 1_001_500);
    assert_eq!(at("0"), 1_000_000);
    assert_eq!(at("-10m"), 400_000);
    assert_eq!(at("1970-01-01T00:00:01.5Z"), 1_500);
    assert_eq!(at("1970-01-01T01:00:00+01:00"), 0);
}

#[test]
fn errors_stand_where_they_belong() {
    check("flg: true", "1: error[unknown-key]: unknown key `flg`; did you mean `flag`?");
    check("{flag: yes}", "8: error[wrong-type]: expected `true` or `false`, found the text `yes`");
    check("small: 256", "8: error[invalid-value]: expected a whole number from 0 to 255, found the number `256`");
    check("small: 1.5", "8: error[invalid-value]: expected a whole number from 0 to 255, found the number `1.5`");
    check("small: x", "8: error[wrong-type]: expected a whole number from 0 to 255, found the text `x`");
    check("text: 5", "7: error[wrong-type]: expected a text, found the number `5`; quote it to make it a text");
    check("list: a", "7: error[wrong-type]: expected a list, found the text `a`");
    check("list: [a, [b]]", "11: error[wrong-type]: expected a text, found a list");
    check("[]", "1: error[wrong-type]: expected a mapping, found a list");
    check("word: plan", "7: error[unknown-value]: unknown value `plan`; did you mean `plain`?");
    check("word: {atleast: 3}", "8: error[unknown-value]: unknown value `atleast`; did you mean `at-least`?");
    check(
        "word: {at-least: x}",
        "18: error[wrong-type]: expected a whole number from 0 to 4294967295, found the text `x`",
    );
    check(
        "word: {between: [1]}",
        "17: error[invalid-value]: expected tuple variant Word::Between with 2 elements, found 1 elements",
    );
    check("word: {named: {}}", "15: error[missing-key]: the key `low` is missing");
    check("word: at-least", "7: error[missing-value]: this word needs a value: write it as a key with the value");
    check("place: x", "8: error[wrong-type]: expected a whole number from 0 to 4294967295, found the text `x`");
    check("workers: {alcie: 2}", "11: error[unknown-worker]: there is no worker `alcie`; did you mean `alice`?");
    check("workers: [alice]", "10: error[wrong-type]: expected a mapping, found a list");
    check(
        "at: soon",
        "5: error[invalid-time]: expected an instant such as `2024-05-06T09:00:00Z`, or a span since the start such as \
         `90s` or `5m`, found the text `soon`",
    );
}

#[test]
fn commands_of_the_engine_are_read() {
    let task: CreateTask = read(
        "{do: create_task, task: t1, attributes: {language: no}, priority: 3, timeout: 1h30m, virtual_start_time: -5m}",
    )
    .unwrap();
    assert_eq!((task.task, task.priority), (TaskId::named("t1"), 3));
    assert_eq!(task.attributes.to_string(), r#"{"language":"no"}"#);
    assert_eq!(task.timeout, Some(Duration::from_secs(5_400)));
    assert_eq!(task.virtual_start_time, Some(Timestamp::from_millis(700_000)));
    let error = read::<SetWorkerActivity>("{worker: alice, activity: Idel}").unwrap_err();
    assert_eq!((error.code, error.column(), error.path.as_str()), ("unknown-activity", 27, "activity"));
    let error = read::<SetWorkerActivity>("{worker: alice}").unwrap_err();
    assert_eq!((error.code, error.message.as_str()), ("missing-key", "the key `activity` is missing"));
    let error = read::<CreateTask>("{task: t1, timeout: never}").unwrap_err();
    assert_eq!((error.code, error.column()), ("invalid-value", 21));
    let error = read::<UpdateWorker>("{worker: alice, actvity: Idle}").unwrap_err();
    assert_eq!((error.code, error.column()), ("unknown-key", 17));
    let queues: Vec<TaskQueueId> = read("[spanish, queue-7, Customer Care]").unwrap();
    assert_eq!(queues, [TaskQueueId::named("spanish"); 3]);
}

#[test]
fn a_key_that_stands_twice_is_an_error_in_json_too() {
    let node = support::json(r#"{"flag": true, "flag": false}"#);
    let error = from_node::<Everything>(&node, &Context::new(&Names::new(), &Limits::default())).unwrap_err();
    assert_eq!((error.code, error.column()), ("duplicate-key", 16));
}
