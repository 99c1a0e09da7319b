//! A day in which a task of every kind and state is left behind, and what comes after.

use std::time::Duration;

use pointsman::{
    AcceptReservation, ActivitySpec, CancelTask, Command, CompleteTask, CreateTask, DeleteTaskQueue, DeleteWorker,
    Engine, FilterSpec, HoldReservation, KnownWorkerSpec, RejectReservation, RoutingTarget, SetWorkerActivity,
    TargetSpec, TaskOrder, TaskQueueSpec, Timestamp, UpdateTask, UpdateWorkflow, UpdateWorkspace, WorkerSpec,
    WorkflowConfiguration, WorkflowSpec, WorkspaceSpec, WrapTask,
};
use serde_json::json;

/// 2024-05-06T09:00:00Z, a Monday.
const START: Timestamp = Timestamp::from_millis(1_714_986_000_000);

/// What happens, each at its second; no command when only time passes.
pub(crate) type Script = Vec<(u64, Option<Command>)>;

pub(crate) fn instant(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

fn at(seconds: u64, command: impl Into<Command>) -> (u64, Option<Command>) {
    (seconds, Some(command.into()))
}

/// Single-tasking, so that reservations move workers between activities.
fn workspace() -> WorkspaceSpec {
    let activities = [("Offline", false), ("Available", true), ("Ringing", true), ("Busy", false)];
    let workers = [("alice", 3, "es"), ("bob", 1, "es"), ("carol", 2, "en"), ("dave", 2, "en"), ("erin", 2, "fr")];
    let mut spec = WorkspaceSpec::new("Support").start(START).multi_task_enabled(false);
    for (name, available) in activities {
        spec = spec.activity(ActivitySpec::new(name, available));
    }
    let spanish = TaskQueueSpec::new("spanish", "languages HAS 'es'").reservation_activity("Ringing");
    let everyone = TaskQueueSpec::new("everyone", "1==1").task_order(TaskOrder::Lifo).max_reserved_workers(2);
    spec = spec
        .task_queue(spanish.assignment_activity("Busy"))
        .task_queue(everyone)
        .task_queue(TaskQueueSpec::new("idle", "activity_name == 'Available'"))
        .task_queue(TaskQueueSpec::new("nobody", ""))
        .workflow(WorkflowSpec::new("incoming", incoming()).task_reservation_timeout(Duration::from_secs(40)));
    for (name, level, language) in workers {
        let attributes = json!({"level": level, "languages": [language], "share": 0.1 * f64::from(level)});
        spec = spec.worker(WorkerSpec::new(name).attributes(attributes).activity("Available"));
    }
    spec
}

fn incoming() -> WorkflowConfiguration {
    let skilled = TargetSpec::to("spanish").priority(10).timeout(Duration::from_secs(20));
    let skilled = skilled.expression("task.level <= worker.level").order_by("worker.level DESC");
    let known = TargetSpec::to("everyone").known_worker(KnownWorkerSpec::FriendlyName("task.agent".to_owned()));
    let early = TargetSpec::to("idle").expression("taskrouter.currentHour < 9").timeout(Duration::from_secs(7_200));
    WorkflowConfiguration::new()
        .filter(
            FilterSpec::new("language == 'es'")
                .target(skilled)
                .target(TargetSpec::new().timeout(Duration::from_secs(600)).skip_if("workers.available == 99")),
        )
        .filter(FilterSpec::new("agent != null").target(known))
        .filter(FilterSpec::new("early == true").target(early))
        .filter(FilterSpec::new("lost == true").target(TargetSpec::to("nobody").timeout(Duration::from_secs(3_600))))
        .default_filter(TargetSpec::to("everyone"))
}

/// Up to the moment of the snapshot, with the last command's events not yet taken.
fn past() -> Script {
    let task = |name: &str, attributes| CreateTask::new(name).attributes(attributes);
    let spanish = |name: &str| task(name, json!({"language": "es", "level": 2, "weight": 1.0, "odds": 5e-324}));
    let rerouted = incoming().default_filter(TargetSpec::to("idle"));
    vec![
        at(1, task("done", json!({}))),
        at(2, AcceptReservation::new(("done", "alice"))),
        at(3, CompleteTask::new("done")),
        at(10, spanish("overdue")),
        at(11, HoldReservation::new(("overdue", "alice"))),
        at(12, task("early", json!({"early": true}))),
        at(13, task("lost", json!({"lost": true, "big": 9_007_199_254_740_993_i64})).priority(3)),
        at(14, task("lost again", json!({"lost": true}))),
        at(15, task("canceled", json!({"lost": true}))),
        at(16, CancelTask::new("canceled")),
        at(17, task("known", json!({"agent": "Carol"}))),
        at(18, AcceptReservation::new(("known", "carol"))),
        at(19, WrapTask::new("known")),
        at(20, CreateTask::new("straight").routing_target(RoutingTarget::worker("dave"))),
        at(21, AcceptReservation::new(("straight", "dave"))),
        at(22, CreateTask::new("parked").routing_target(RoutingTarget::task_queue("nobody"))),
        at(23, task("refused", json!({"agent": "Bob"}))),
        at(24, RejectReservation::new(("refused", "bob")).activity("Offline")),
        at(25, DeleteWorker::new("bob")),
        at(26, SetWorkerActivity::new("erin", "Available")),
        at(31, UpdateTask::new("overdue").attributes(json!({"language": "es", "level": 3}))),
        at(32, task("pair", json!({}))),
        at(33, UpdateWorkflow::new("incoming").configuration(rerouted.clone())),
        at(34, task("newer", json!({"lost": true}))),
        at(35, UpdateWorkflow::new("incoming").configuration(rerouted)),
        at(36, UpdateWorkspace::new().prioritize_queue_order(TaskOrder::Lifo)),
    ]
}

/// From the snapshot on: answers, refusals, and days until everything has ended.
pub(crate) fn future() -> Script {
    vec![
        at(40, RejectReservation::new(("overdue", "alice"))),
        at(41, DeleteTaskQueue::new("nobody")),
        at(42, CompleteTask::new("known")),
        at(43, UpdateWorkflow::new("incoming").re_evaluate_tasks(true)),
        at(44, SetWorkerActivity::new("alice", "Available")),
        at(45, AcceptReservation::new(("overdue", "alice"))),
        at(46, CreateTask::new("last").attributes(json!({"language": "es", "level": 1}))),
        (600, None),
        at(700, UpdateWorkspace::new().multi_task_enabled(true)),
        (7_000, None),
        (100_000, None),
        (400_000, None),
    ]
}

/// Plays a script; a line per step with its digest, a line per event.
pub(crate) fn play(engine: &mut Engine, script: Script) -> String {
    let mut lines = String::new();
    for (seconds, command) in script {
        let name = command.as_ref().map_or("time passes", Command::name);
        let answer = match command {
            Some(command) => engine.handle(instant(seconds), command).err().map_or("", |refused| refused.code()),
            None => {
                engine.handle_timeout(instant(seconds));
                ""
            }
        };
        engine.check();
        lines += &format!("{} {name} {answer}", engine.digest()).trim_end();
        lines.push('\n');
        while let Some(event) = engine.poll_event() {
            lines += &format!("    {} {event}\n", event.sequence);
        }
    }
    lines
}

/// The engine at the moment of the snapshot: the events of its last two commands wait.
pub(crate) fn engine() -> Engine {
    let mut engine = Engine::new(workspace(), 0x5eed).expect("the workspace is sound");
    let mut past = past();
    let last = past.split_off(past.len() - 2);
    play(&mut engine, past);
    for (seconds, command) in last {
        let answer = command.map(|command| engine.handle(instant(seconds), command));
        assert_eq!(answer, Some(Ok(())));
    }
    engine
}
