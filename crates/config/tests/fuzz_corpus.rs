//! The seeds of the fuzz target `workflow_json`, read once each: none panics, and what is called valid is what the
//! engine accepts.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;

use pointsman::{Engine, TaskQueueId, TaskQueueSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec};
use pointsman_config::{SourceFile, has_errors, parse_json, parse_yaml, read_workflow};

mod support;
use support::{check_places, repository};

#[test]
fn seeds_are_read_without_a_panic() {
    let Some(folder) = repository("fuzz/corpus/workflow_json") else { return };
    let (mut valid, mut invalid) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let file = Arc::new(SourceFile::new(path.display().to_string(), text));
        if let Err(errors) = parse_yaml(&file) {
            check_places(&errors);
        }
        let (configuration, diagnostics) = match parse_json(&file) {
            Ok(node) => read_workflow(&node, None),
            Err(error) => (None, vec![error]),
        };
        check_places(&diagnostics);
        assert_eq!(configuration.is_none(), has_errors(&diagnostics));
        match configuration {
            Some(configuration) => {
                engine_accepts(configuration);
                valid += 1;
            }
            None => invalid += 1,
        }
    }
    assert!(valid >= 2 && invalid >= 3, "the seeds show both sides: {valid} valid, {invalid} invalid");
}

fn engine_accepts(configuration: WorkflowConfiguration) {
    let targets = configuration.filters.iter().flat_map(|filter| &filter.targets).chain(&configuration.default_filter);
    let queues: BTreeSet<TaskQueueId> = targets.filter_map(|target| target.queue).collect();
    let mut workspace = WorkspaceSpec::new("seeds");
    for queue in queues {
        workspace = workspace.task_queue(TaskQueueSpec::new("queue", "1==1").task_queue(queue));
    }
    let workspace = workspace.workflow(WorkflowSpec::new("workflow", configuration));
    if let Err(rejection) = Engine::new(workspace, 1) {
        panic!("valid for the reader, refused by the engine: {rejection}");
    }
}
