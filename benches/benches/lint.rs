//! The lints on a workflow as large as TaskRouter lets one be, and on a workspace of a thousand queues.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may fail loudly, and documents itself by its names")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use pointsman::lint::{lint, lint_workflow};
use pointsman::{
    FilterSpec, TargetSpec, TaskQueueSpec, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use pointsman_benches::workflow_document;
use pointsman_config::{MAX_DOCUMENT_BYTES, SourceFile, parse_json, read_workflow};
use serde_json::json;

fn configuration() -> WorkflowConfiguration {
    let text = workflow_document(MAX_DOCUMENT_BYTES);
    let document = parse_json(&Arc::new(SourceFile::new("large.json", text))).unwrap();
    read_workflow(&document, None).0.unwrap()
}

/// Filters that overlap: none is told from another by a constant alone.
fn overlapping() -> WorkflowConfiguration {
    (0..2_000).fold(WorkflowConfiguration::new(), |configuration, number| {
        let expression =
            format!("score > {} AND (vip == true OR region CONTAINS 'r{}')", number * 7 % 1_000, number % 50);
        configuration.filter(FilterSpec::new(expression).target(TargetSpec::to("q")))
    })
}

/// 1,000 queues and filters, 4,000 workers.
fn workspace() -> WorkspaceSpec {
    let mut workspace = WorkspaceSpec::new("large");
    let mut configuration = WorkflowConfiguration::new();
    for number in 0..1_000 {
        let name = format!("q{number}");
        let step = TargetSpec::to(name.as_str()).expression("worker.level >= task.level");
        workspace = workspace
            .task_queue(TaskQueueSpec::new(&name, format!("skills HAS 's{number}' AND level >= {}", number % 4)));
        configuration = configuration.filter(FilterSpec::new(format!("topic == 't{number}'")).target(step));
    }
    for number in 0..4_000 {
        let skills = [number, number * 7, number * 13].map(|skill| format!("s{}", skill % 1_000));
        let attributes = json!({"skills": skills, "level": number % 6, "team": format!("team{}", number % 40)});
        workspace = workspace.worker(WorkerSpec::new(&format!("w{number}")).attributes(attributes));
    }
    workspace.workflow(WorkflowSpec::new("in", configuration))
}

fn linting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lint");
    group.sample_size(10);
    let (large, overlapping, workspace) = (configuration(), overlapping(), workspace());
    group.bench_function("workflow_1mb", |bencher| bencher.iter(|| black_box(lint_workflow(&large, None))));
    group.bench_function("overlapping_2000", |bencher| bencher.iter(|| black_box(lint_workflow(&overlapping, None))));
    group.bench_function("workspace_4000", |bencher| bencher.iter(|| black_box(lint(&workspace, &[]))));
    group.finish();
}

criterion_group!(benches, linting);
criterion_main!(benches);
