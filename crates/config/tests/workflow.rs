//! Workflow documents: what is read, and what is told about them where.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::Duration;

use pointsman::{KnownWorkerSpec, TaskQueueId};
use pointsman_config::{MAX_DOCUMENT_BYTES, Names, read_workflow};

mod support;
use support::{check_places, json, told, yaml};

/// The document with this text as its only filter's only target.
fn target(text: &str) -> String {
    format!(r#"{{"task_routing": {{"filters": [{{"expression": "1==1", "targets": [{text}]}}]}}}}"#)
}

/// Column at which the target of [`target`] begins.
const TARGET: usize = 66;

#[track_caller]
fn check(document: &str, expected: &[&str]) {
    let (configuration, diagnostics) = read_workflow(&json(document), None);
    check_places(&diagnostics);
    assert_eq!(told(&diagnostics), expected, "{document}\n{diagnostics:#?}");
    let errors = expected.iter().any(|line| line.contains(" error "));
    assert_eq!(configuration.is_none(), errors, "{document}");
}

#[track_caller]
fn check_target(text: &str, expected: &[(usize, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(column, told)| format!("1:{} {told}", TARGET + column)).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check(&target(text), &expected);
}

#[test]
fn every_key_is_read() {
    let document = json(
        r#"{"task_routing": {"filters": [
            {"filter_friendly_name": "one", "friendly_name": "not this", "expression": "type == 'a'", "targets": [
                {"queue": "q", "priority": 7, "timeout": 30, "expression": "worker.level > 1",
                 "order_by": "worker.level DESC", "skip_if": "1==1", "known_worker_sid": "task.agent"},
                {"priority": "8", "timeout": "20", "known_worker_friendly_name": "task.name"},
                {}]},
            {"friendly_name": "two", "expression": "type == 'b'", "targets": [
                {"queue": "WQ000000000000000000000000000000ab"}]}],
            "default_filter": {"queue": "q", "priority": 2}}}"#,
    );
    let (configuration, diagnostics) = read_workflow(&document, None);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let configuration = configuration.unwrap();
    let [one, two] = &configuration.filters[..] else { panic!("two filters") };
    assert_eq!((one.friendly_name.as_deref(), two.friendly_name.as_deref()), (Some("one"), Some("two")));
    assert_eq!((&*one.expression, &*two.expression), ("type == 'a'", "type == 'b'"));
    let [first, second, third] = &one.targets[..] else { panic!("three targets") };
    assert_eq!(first.queue, Some(TaskQueueId::named("q")));
    assert_eq!((first.priority, second.priority, third.priority), (Some(7), Some(8), None));
    let seconds = |count| Some(Duration::from_secs(count));
    assert_eq!((first.timeout, second.timeout, third.timeout), (seconds(30), seconds(20), None));
    assert_eq!(first.expression.as_deref(), Some("worker.level > 1"));
    assert_eq!(first.order_by.as_deref(), Some("worker.level DESC"));
    assert_eq!(first.skip_if.as_deref(), Some("1==1"));
    assert_eq!(first.known_worker, Some(KnownWorkerSpec::Sid("task.agent".to_owned())));
    assert_eq!(second.known_worker, Some(KnownWorkerSpec::FriendlyName("task.name".to_owned())));
    assert_eq!(two.targets[0].queue, Some(TaskQueueId::new(0xab)));
    let default = configuration.default_filter.unwrap();
    assert_eq!((default.queue, default.priority), (Some(TaskQueueId::named("q")), Some(2)));
}

#[test]
fn the_document_has_its_form() {
    check("[]", &["1:1 error wrong-type"]);
    check(r#"{"filters": []}"#, &["1:1 error missing-task-routing"]);
    check(r#"{"configuration": {"task_routing": {}}}"#, &["1:1 error missing-task-routing"]);
    check(r#"{"task_routing": []}"#, &["1:18 error wrong-type"]);
    check(r#"{"task_routing": {"filters": {}}}"#, &["1:30 error wrong-type"]);
    check(r#"{"task_routing": {"filters": [1]}}"#, &["1:31 error wrong-type"]);
    check(r#"{"task_routing": {}}"#, &[]);
    check(r#"{"task_routing": {"filters": null, "default_filter": {"queue": "q"}}}"#, &[]);
    check(r#"{"task_routing": {"filters": [], "default_filter": {"queue": "q"}}}"#, &[]);
    check(r#"{"task_routing": {"default_filter": {"priority": 1}}}"#, &["1:37 error missing-queue"]);
}

#[test]
fn a_wrapped_document_is_found() {
    let help = |text| read_workflow(&json(text), None).1[0].help.clone().unwrap_or_default();
    assert!(help(r#"{"filters": []}"#).starts_with("wrap the document"));
    assert!(help(r#"{"configuration": {"task_routing": {}}}"#).contains("under `configuration`"));
    assert!(help(r#"{"configuration": "{\"task_routing\": {}}"}"#).contains("the text under `configuration`"));
    assert!(help(r#"{"config": {"filters": []}}"#).contains("under `config` belongs"));
}

#[test]
fn filters_have_expressions_and_targets() {
    check(
        r#"{"task_routing": {"filters": [{}, {"expression": "1==1", "targets": []}, {"expression": 5, "targets": [[]]}]}}"#,
        &[
            "1:31 error missing-expression",
            "1:31 error no-targets",
            "1:69 error no-targets",
            "1:89 error wrong-type",
            "1:104 error wrong-type",
        ],
    );
}

#[test]
fn the_first_target_names_the_queue() {
    check_target(r#"{"priority": 1}"#, &[(0, "error missing-queue")]);
    check_target(r#"{"queue": null}"#, &[(0, "error missing-queue")]);
    check_target(r#"{"queue": 5}"#, &[(10, "error wrong-type")]);
    check_target(r#"{"task_queue_sid": "WQ1"}"#, &[(0, "error missing-queue"), (1, "warning unknown-key")]);
    let (_, diagnostics) = read_workflow(&json(&target(r#"{"task_queue_sid": "WQ1"}"#)), None);
    assert_eq!(diagnostics[0].help.as_deref(), Some("rename `task_queue_sid` to `queue`"));
    assert_eq!(diagnostics[0].path, "task_routing.filters[0].targets[0]");
}

#[test]
fn numbers_may_be_texts_but_stay_in_their_ranges() {
    for good in ["0", "\"0\"", "2147483647", "\"2147483647\"", "1.0", "null"] {
        check_target(&format!(r#"{{"queue": "q", "priority": {good}}}"#), &[]);
    }
    for bad in ["-1", "2147483648", "1.5", "\"high\"", "\"\"", "true", "[]", "\"1.5\"", "1e300"] {
        check_target(&format!(r#"{{"queue": "q", "priority": {bad}}}"#), &[(27, "error invalid-priority")]);
    }
    for bad in ["0", "-1", "\"0\"", "1.5", "\"30s\"", "\"-5\"", "false", "{}"] {
        check_target(&format!(r#"{{"queue": "q", "timeout": {bad}}}"#), &[(26, "error invalid-timeout")]);
    }
}

#[test]
fn expression_errors_point_into_the_text() {
    check_target(r#"{"queue": "q", "expression": "worker.a-b > 3"}"#, &[(30, "error invalid-expression")]);
    let document =
        r#"{"task_routing": {"filters": [{"expression": "a == \"x\" AND b <> 1", "targets": [{"queue": "q"}]}]}}"#;
    let (_, diagnostics) = read_workflow(&json(document), None);
    assert_eq!(&document[diagnostics[0].span.clone()], "<>", "{diagnostics:?}");
    assert_eq!(diagnostics[0].path, "task_routing.filters[0].expression");
    assert!(diagnostics[0].help.is_some());
    let document = "task_routing:\n  filters:\n    - expression: >-\n        a == 'x'\n        AND b <> 1\n      targets: [{queue: q}]\n";
    let (_, diagnostics) = read_workflow(&yaml(document), None);
    assert_eq!(&document[diagnostics[0].span.clone()], "<>");
    assert_eq!((diagnostics[0].line(), diagnostics[0].column()), (5, 15));
}

#[test]
fn every_kind_of_expression_is_checked() {
    check_target(r#"{"queue": "q", "order_by": "worker.level UPWARDS"}"#, &[(41, "error invalid-expression")]);
    check_target(r#"{"queue": "q", "skip_if": "worker.a == 1"}"#, &[(27, "error invalid-expression")]);
    check_target(r#"{"queue": "q", "known_worker_sid": "agent"}"#, &[(36, "error invalid-expression")]);
    check_target(r#"{"queue": "q", "expression": ""}"#, &[(29, "warning empty-value")]);
    check_target(r#"{"queue": "q", "skip_if": "1==1 AND 1==1 OR 1==1"}"#, &[(27, "warning mixed-and-or")]);
}

#[test]
fn both_known_worker_keys_are_one_too_many() {
    check_target(
        r#"{"queue": "q", "known_worker_sid": "task.a", "known_worker_friendly_name": "task.b"}"#,
        &[(75, "error two-known-workers")],
    );
}

#[test]
fn what_the_service_ignores_is_a_warning() {
    check_target(r#"{"queue": "q", "max_reservations": 2}"#, &[(15, "warning unknown-key")]);
    check_target(r#"{"queue": "q", "targets": []}"#, &[(15, "warning misplaced-key")]);
    check_target(r#"{"queue": "a", "queue": "q"}"#, &[(1, "warning duplicate-key")]);
    check(
        r#"{"task_routing": {"filters": [{"expression": "1==1", "timeout": 5, "targets": [{"queue": "q"}]}]},
            "default_filter": {"queue": "q"}, "version": 1}"#,
        &["1:54 warning misplaced-key", "2:13 warning misplaced-key", "2:47 warning unknown-key"],
    );
    check(
        r#"{"task_routing": {"default_filter": {"queue": "q", "timeout": "20", "skip_if": "1==1", "expression": "1==1"}}}"#,
        &["1:52 warning default-filter-ignores", "1:69 warning default-filter-ignores"],
    );
    let (configuration, _) =
        read_workflow(&json(r#"{"task_routing": {"default_filter": {"queue": "q", "timeout": 20}}}"#), None);
    assert_eq!(configuration.unwrap().default_filter.unwrap().timeout, None);
}

#[test]
fn a_near_key_is_suggested() {
    let (_, diagnostics) = read_workflow(&json(&target(r#"{"queue": "q", "skipif": "1==1"}"#)), None);
    assert_eq!(diagnostics[0].help.as_deref(), Some("did you mean `skip_if`?"));
}

#[test]
fn queues_are_resolved_by_name_sid_and_friendly_name() {
    let mut names = Names::new();
    let queue: TaskQueueId = names.declare("spanish", Some("queue-7"), Some("Customer Care - Spanish")).unwrap();
    for text in ["spanish", "queue-7", "Customer Care - Spanish"] {
        let (configuration, _) = read_workflow(&json(&target(&format!(r#"{{"queue": "{text}"}}"#))), Some(&names));
        assert_eq!(configuration.unwrap().filters[0].targets[0].queue, Some(queue));
    }
    let (configuration, diagnostics) = read_workflow(&json(&target(r#"{"queue": "spanis"}"#)), Some(&names));
    assert!(configuration.is_none());
    assert_eq!(told(&diagnostics), ["1:76 error unknown-task-queue"]);
    assert_eq!(diagnostics[0].help.as_deref(), Some("did you mean `spanish`?"));
}

#[test]
fn a_document_has_a_largest_size() {
    let document = target(r#"{"queue": "q"}"#);
    let padded = |size: usize| format!("{document}{}", " ".repeat(size - document.len()));
    assert!(read_workflow(&json(&padded(MAX_DOCUMENT_BYTES)), None).1.is_empty());
    let (configuration, diagnostics) = read_workflow(&json(&padded(MAX_DOCUMENT_BYTES + 1)), None);
    assert!(configuration.is_none());
    assert_eq!(told(&diagnostics), ["1:1 error document-too-large"]);
}
