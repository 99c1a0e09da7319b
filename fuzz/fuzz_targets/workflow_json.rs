//! Any text as a workflow document: no reader panics, every place lies within the text, and what is called valid is
//! what the engine accepts.
#![no_main]

use std::collections::BTreeSet;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use pointsman::{Engine, TaskQueueId, TaskQueueSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec};
use pointsman_config::{Diagnostic, Names, SourceFile, parse_json, parse_yaml, read_workflow};

fuzz_target!(|text: &str| {
    let file = Arc::new(SourceFile::new("fuzz", text));
    if let Err(errors) = parse_yaml(&file) {
        check_places(&errors);
    }
    match parse_json(&file) {
        Err(error) => check_places(&[error]),
        Ok(node) => {
            check_places(&read_workflow(&node, Some(&Names::new())).1);
            let (configuration, diagnostics) = read_workflow(&node, None);
            check_places(&diagnostics);
            if let Some(configuration) = configuration {
                check_engine(configuration);
            }
        }
    }
});

fn check_places(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        assert!(diagnostic.file.text.get(diagnostic.span.clone()).is_some(), "{diagnostic}");
    }
}

fn check_engine(configuration: WorkflowConfiguration) {
    let targets = configuration.filters.iter().flat_map(|filter| &filter.targets).chain(&configuration.default_filter);
    let queues: BTreeSet<TaskQueueId> = targets.filter_map(|target| target.queue).collect();
    let mut workspace = WorkspaceSpec::new("fuzz");
    for queue in queues {
        workspace = workspace.task_queue(TaskQueueSpec::new("queue", "1==1").task_queue(queue));
    }
    let workspace = workspace.workflow(WorkflowSpec::new("workflow", configuration));
    if let Err(rejection) = Engine::new(workspace, 1) {
        panic!("valid for the reader, refused by the engine: {rejection}");
    }
}
