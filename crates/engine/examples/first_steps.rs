//! A workspace, a worker, a task; print the events, accept the reservation, complete the task.
//!
//! `cargo run -p pointsman --example first_steps`

use pointsman::{
    AcceptReservation, CompleteTask, CreateTask, Engine, FilterSpec, Rejection, SetWorkerActivity, TargetSpec,
    TaskQueueSpec, TaskStatus, Timestamp, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use serde_json::json;

fn main() -> Result<(), Rejection> {
    let spanish = FilterSpec::new("selected_language == 'es'").target(TargetSpec::to("spanish"));
    let workspace = WorkspaceSpec::new("Customer care")
        .task_queue(TaskQueueSpec::new("spanish", "languages HAS 'es'"))
        .workflow(WorkflowSpec::new("incoming", WorkflowConfiguration::new().filter(spanish)))
        .worker(WorkerSpec::new("alice").attributes(json!({"languages": ["en", "es"]})));
    let mut engine = Engine::new(workspace, 0)?;
    let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);

    engine.handle(at(0), CreateTask::new("t1").attributes(json!({"selected_language": "es"})))?;
    print_events(&mut engine);
    engine.handle(at(5), SetWorkerActivity::new("alice", "Available"))?;
    print_events(&mut engine);
    engine.handle(at(7), AcceptReservation::new(("t1", "alice")))?;
    engine.handle(at(60), CompleteTask::new("t1").reason("solved"))?;
    print_events(&mut engine);

    let status = engine.task("t1".into()).map(|task| task.facts.status);
    assert_eq!(status, Some(TaskStatus::Completed));
    Ok(())
}

fn print_events(engine: &mut Engine) {
    while let Some(event) = engine.poll_event() {
        println!("{event}");
    }
}
