//! The lints as stories: a configuration, and exactly what is told about it. Each case has its opposite beside it.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod attributes;
mod expressions;
mod offers;
mod routing;
mod steps;
mod supply;

use std::time::Duration;

use pointsman::lint::{Finding, Severity, lint, lint_workflow};
use pointsman::{
    Command, CreateTask, FilterSpec, TargetSpec, TaskQueueSpec, WorkerSpec, WorkflowConfiguration, WorkflowSpec,
    WorkspaceSpec,
};

/// `warning code at path`, with the part of the expression behind it; an information has a `~` in front.
fn line(finding: &Finding, texts: &dyn Fn(&Finding) -> Option<String>) -> String {
    let mark = match finding.severity {
        Severity::Warning => "",
        Severity::Info => "~",
    };
    let part = finding.span.clone().zip(texts(finding));
    let part = part.map_or(String::new(), |(span, text)| format!(" `{}`", &text[span]));
    assert!(!finding.message.is_empty() && !finding.help.is_empty(), "{finding}");
    format!("{mark}{} at {}{part}", finding.code, finding.at)
}

/// What is told about a configuration on its own, beside the missing default filter.
#[track_caller]
fn check(configuration: &WorkflowConfiguration, expected: &[&str]) {
    let findings = lint_workflow(configuration, None);
    let text = |finding: &Finding| text_at(configuration, &finding.at.path_text());
    let told: Vec<_> = findings.iter().map(|finding| line(finding, &text)).collect();
    let told: Vec<_> = told.iter().filter(|line| !line.starts_with("no-default-filter")).collect();
    assert_eq!(told, expected, "{findings:#?}");
}

/// What is told about a workspace when these commands are given.
#[track_caller]
fn check_workspace(workspace: &WorkspaceSpec, commands: &[Command], expected: &[&str]) -> Vec<Finding> {
    let findings = lint(workspace, commands);
    let text = |finding: &Finding| workspace_text_at(workspace, finding);
    let told: Vec<_> = findings.iter().map(|finding| line(finding, &text)).collect();
    assert_eq!(told, expected, "{findings:#?}");
    findings
}

fn text_at(configuration: &WorkflowConfiguration, path: &str) -> Option<String> {
    let target = |target: &TargetSpec, field: &str| match field {
        "expression" => target.expression.clone(),
        "skip_if" => target.skip_if.clone(),
        "order_by" => target.order_by.clone(),
        _ => None,
    };
    if let Some(field) = path.strip_prefix("default_filter.") {
        return target(configuration.default_filter.as_ref()?, field);
    }
    let (filter, rest) = path.strip_prefix("filters[")?.split_once("].")?;
    let filter = configuration.filters.get(filter.parse::<usize>().ok()?)?;
    if rest == "expression" {
        return Some(filter.expression.clone());
    }
    let (index, field) = rest.strip_prefix("targets[")?.split_once("].")?;
    target(filter.targets.get(index.parse::<usize>().ok()?)?, field)
}

fn workspace_text_at(workspace: &WorkspaceSpec, finding: &Finding) -> Option<String> {
    let path = finding.at.path_text();
    if path == "target_workers" {
        let queue = workspace.task_queues.iter().find(|queue| *queue.friendly_name == *finding.at.name)?;
        return Some(queue.target_workers.clone());
    }
    let workflow = workspace.workflows.iter().find(|workflow| *workflow.friendly_name == *finding.at.name)?;
    text_at(&workflow.configuration, path.strip_prefix("configuration.")?)
}

fn filters<const N: usize>(filters: [FilterSpec; N]) -> WorkflowConfiguration {
    filters.into_iter().fold(WorkflowConfiguration::new(), WorkflowConfiguration::filter)
}

/// A filter with one step that is never left.
fn kept(expression: &str) -> FilterSpec {
    FilterSpec::new(expression).target(TargetSpec::to("all"))
}

/// A filter with one step that is left after five minutes.
fn left(expression: &str) -> FilterSpec {
    FilterSpec::new(expression).target(to_all().timeout(minutes(5)))
}

fn to_all() -> TargetSpec {
    TargetSpec::to("all")
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// The queue `all` for everyone, and a workflow `in` with this step as its only one.
fn office(step: TargetSpec) -> WorkspaceSpec {
    let configuration = WorkflowConfiguration::new().default_filter(step);
    WorkspaceSpec::new("Office")
        .task_queue(TaskQueueSpec::new("all", "1==1"))
        .workflow(WorkflowSpec::new("in", configuration))
}

fn worker(name: &str, attributes: serde_json::Value) -> WorkerSpec {
    WorkerSpec::new(name).attributes(attributes)
}

fn task(attributes: serde_json::Value) -> Command {
    CreateTask::new("t").attributes(attributes).into()
}
