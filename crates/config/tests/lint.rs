//! Findings of the engine stand at their places in the file: keys, values, parts of expressions, other files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use pointsman::lint::lint;
use pointsman_config::{Diagnostic, Workspace, has_errors, lint_workflow, read_workflow, read_workspace};

mod support;
use support::{check_places, json, yaml};

/// Each finding as `severity code path`, and the marked part of the text.
fn told(diagnostics: &[Diagnostic]) -> Vec<(String, &str)> {
    check_places(diagnostics);
    let line = |d: &Diagnostic| format!("{} {} {}", d.severity, d.code, d.path);
    diagnostics.iter().map(|d| (line(d), &d.file.text[d.span.clone()])).collect()
}

#[track_caller]
fn check_told(diagnostics: &[Diagnostic], expected: &[(&str, &str)]) {
    let told = told(diagnostics);
    let told: Vec<_> = told.iter().map(|(line, part)| (line.as_str(), *part)).collect();
    assert_eq!(told, expected, "{diagnostics:#?}");
}

#[track_caller]
fn check_workflow(document: &str, workspace: Option<&Workspace>, expected: &[(&str, &str)]) {
    let node = json(document);
    let (configuration, diagnostics) = read_workflow(&node, workspace.map(|workspace| &workspace.names));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    check_told(&lint_workflow(&node, &configuration.unwrap(), workspace), expected);
}

fn files(path: &str) -> Result<String, String> {
    match path {
        "in.json" => Ok("{\"task_routing\": {\"filters\": [\n  {\"expression\": \"a == 1\", \"targets\": [{\"queue\": \"all\"}]},\n  {\"expression\": \"a == \\\"x\\\" AND a == 2\", \"targets\": [{\"queue\": \"all\"}]}],\n  \"default_filter\": {\"queue\": \"all\"}}}".to_owned()),
        _ => Err("no such file".to_owned()),
    }
}

fn workspace(text: &str) -> Workspace {
    let (workspace, diagnostics) = read_workspace(&yaml(text), &files);
    assert!(!has_errors(&diagnostics), "{diagnostics:?}");
    workspace.unwrap()
}

#[test]
fn findings_on_a_document_stand_in_it() {
    let document = r#"{"task_routing": {"filters": [
        {"expression": "a == 1", "targets": [{"queue": "q"}, {"queue": "r"}]},
        {"expression": "b == \"x\" AND b == 'y'", "targets": [{"queue": "q", "timeout": "5"}]},
        {"expression": "c == 1", "targets": [{"queue": "q", "timeout": 5}]}]}}"#;
    check_workflow(
        document,
        None,
        &[
            (
                "warning no-default-filter task_routing",
                json(document).get("task_routing").map(|node| &node.file.text[node.span.clone()]).unwrap(),
            ),
            ("warning unreachable-target task_routing.filters[0].targets[1]", r#"{"queue": "r"}"#),
            ("warning never-holds task_routing.filters[1].expression", r#"b == \"x\" AND b == 'y'"#),
            ("warning last-target-timeout task_routing.filters[2].targets[0].timeout", "5"),
        ],
    );
}

#[test]
fn a_workspace_says_more_about_a_document() {
    let workspace =
        workspace("workers: [{name: ann, attributes: {level: 3}}]\ntask_queues: [{name: all}]\nworkflows: []\n");
    let document = r#"{"task_routing": {"default_filter": {"queue": "all", "expression": "worker.level == '3' AND worker.channel.chatt.assigned_tasks == 0"}}}"#;
    let expected = [
        ("warning type-mismatch task_routing.default_filter.expression", "worker.level == '3'"),
        ("warning unknown-channel task_routing.default_filter.expression", "worker.channel.chatt.assigned_tasks"),
        ("info assigned-tasks-only task_routing.default_filter.expression", "worker.channel.chatt.assigned_tasks"),
    ];
    check_workflow(document, Some(&workspace), &expected);
    check_workflow(document, None, &expected[2..]);
}

#[test]
fn findings_on_a_workspace_stand_in_its_files() {
    let workspace = workspace(
        "timeout_activity: Available
workers:
  - name: ann
    attributes: {team: sales, skill-level: 3, deep: {a-b: 1}}
    channels: {voice: {capacity: 1}}
task_queues:
  - {name: all, target_workers: 1==1}
  - name: billing
    target_workers: >-
      team == 'sales'
      AND team == 'Sales'
workflows:
  - {name: in, configuration: in.json}
  - name: out
    task_reservation_timeout: 30
    configuration:
      task_routing:
        default_filter: {queue: billing, priority: 3}
        filters: [{expression: 1==1, targets: [{queue: all, timeout: 20}, {queue: all}]}]
",
    );
    check_told(
        &workspace.lint(),
        &[
            ("warning offer-cycle timeout_activity", "Available"),
            ("info unreadable-key workers[0].attributes.deep.a-b", "a-b"),
            ("warning never-holds task_queues[1].target_workers", "team == 'sales'\n      AND team == 'Sales'"),
            ("warning unknown-value task_queues[1].target_workers", "'Sales'"),
            (
                "info unreachable-default-filter workflows[1].configuration.task_routing.default_filter",
                "{queue: billing, priority: 3}",
            ),
            ("info short-step workflows[1].configuration.task_routing.filters[0].targets[0].timeout", "20"),
            ("warning never-holds task_routing.filters[1].expression", "a == \\\"x\\\" AND a == 2"),
        ],
    );
}

#[test]
fn a_place_that_is_not_written_is_the_nearest_that_is() {
    let single = "multi_task_enabled: false
workers: [{name: ann, activity: Available}]
task_queues: [{name: all}]
workflows: [{name: in, configuration: {task_routing: {default_filter: {queue: all}}}}]
";
    check_told(&workspace(single).lint(), &[("warning offer-cycle task_queues[0]", "{name: all}")]);
}

#[test]
fn what_is_about_a_command_is_for_others_to_place() {
    let workspace = workspace(
        "task_queues: [{name: all}]\nworkflows: [{name: in, configuration: {task_routing: {default_filter: {queue: all}}}}]\n",
    );
    let command = pointsman::CreateTask::new("t").attributes(serde_json::json!({"a-b": 1}));
    let findings = lint(&workspace.spec, &[command.into()]);
    assert_eq!(findings.len(), 1);
    assert_eq!(workspace.advise(&findings[0]), None);
}
