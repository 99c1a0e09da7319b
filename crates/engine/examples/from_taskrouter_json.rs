//! A workflow as TaskRouter exports it: read, checked, and routed through.
//!
//! `cargo run -p pointsman --example from_taskrouter_json [FILE]`

use std::sync::Arc;

use pointsman::{CreateTask, Engine, TaskQueueSpec, Timestamp, WorkerSpec, WorkflowSpec, WorkspaceSpec};
use pointsman_config::{SourceFile, has_errors, parse_json, read_workflow};
use serde_json::json;

const EXPORTED: &str = r#"{
  "task_routing": {
    "filters": [
      {
        "filter_friendly_name": "Gold",
        "expression": "customer == 'gold'",
        "targets": [{"queue": "support", "priority": "10", "timeout": 300}, {"queue": "everyone"}]
      }
    ],
    "default_filter": {"queue": "everyone"}
  }
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (name, text) = match std::env::args().nth(1) {
        Some(file) => (file.clone(), std::fs::read_to_string(file)?),
        None => ("exported.json".to_owned(), EXPORTED.to_owned()),
    };
    let file = Arc::new(SourceFile::new(name, text));
    let document = parse_json(&file)?;
    let (configuration, diagnostics) = read_workflow(&document, None);
    for diagnostic in &diagnostics {
        eprintln!("{diagnostic}");
    }
    let Some(configuration) = configuration.filter(|_| !has_errors(&diagnostics)) else {
        return Err("the workflow has errors".into());
    };

    // Queues are known to the workflow by whatever it calls them: here by name.
    let workspace = WorkspaceSpec::new("Imported")
        .task_queue(TaskQueueSpec::new("support", "skills HAS 'support'"))
        .task_queue(TaskQueueSpec::new("everyone", "1==1"))
        .workflow(WorkflowSpec::new("imported", configuration))
        .worker(WorkerSpec::new("alice").activity("Available").attributes(json!({"skills": ["support"]})));
    let mut engine = Engine::new(workspace, 0)?;
    engine.handle(Timestamp::EPOCH, CreateTask::new("t1").attributes(json!({"customer": "gold"})))?;
    while let Some(event) = engine.poll_event() {
        println!("{event}");
    }
    Ok(())
}
