//! What a snapshot keeps and what it finds out again.

use std::time::Duration;

use pointsman::{
    AcceptReservation, CreateTask, DeleteWorkspace, Engine, FilterSpec, Rejection, TargetSpec, TaskQueueSpec,
    TaskStatus, Template, Timestamp, UpdateTask, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use serde_json::{Value, json};

use crate::{drained, reborn, story, text};

fn seconds(count: u64) -> Timestamp {
    Timestamp::EPOCH + Duration::from_secs(count)
}

/// One worker, one queue, a step of 5 s before the last one, 20 s to answer.
fn office() -> WorkspaceSpec {
    let timed = TargetSpec::to("all").timeout(Duration::from_secs(5));
    let filter = FilterSpec::new("1==1").target(timed).target(TargetSpec::to("all").priority(7));
    let workflow = WorkflowSpec::new("main", WorkflowConfiguration::new().filter(filter));
    WorkspaceSpec::new("Office")
        .task_queue(TaskQueueSpec::new("all", "1==1"))
        .workflow(workflow.task_reservation_timeout(Duration::from_secs(20)))
        .worker(WorkerSpec::new("ann").activity("Available"))
}

#[test]
fn the_story_goes_on_the_same() {
    let mut first = story::engine();
    let mut second = reborn(&first);
    assert_eq!(drained(&mut first), drained(&mut second));
    assert_eq!(story::play(&mut first, story::future()), story::play(&mut second, story::future()));
    assert_eq!(first.tasks().count(), 0, "the story is played to its end");
}

#[test]
fn the_story_leaves_every_kind_of_task() {
    let engine = story::engine();
    let statuses: Vec<TaskStatus> = engine.tasks().map(|task| task.facts.status).collect();
    for status in TaskStatus::ALL {
        assert!(statuses.contains(&status), "no task is {status}");
    }
    let snapshot: Value = serde_json::from_str(&text(&engine)).unwrap();
    let text = snapshot.to_string();
    for part in ["\"moved\":{", "\"revisit\":\"filters\"", "\"direct\":\"WQ", "\"last_reserved\":{", "\"waiting\":[{"] {
        assert!(text.contains(part), "nothing shows {part}");
    }
}

/// An engine that has run for ages, with a task and a worker of its first days.
#[test]
fn places_may_lie_far_apart() {
    let mut engine = Engine::new(office(), 0).unwrap();
    for task in ["t1", "t2"] {
        engine.handle(seconds(0), CreateTask::new(task)).unwrap();
    }
    let mut snapshot: Value = serde_json::from_str(&text(&engine)).unwrap();
    let far = 1_u64 << 52;
    let tasks = &mut snapshot["workspace"]["state"]["tasks"];
    tasks["next"] = json!(far + 1);
    let row = tasks["rows"].as_object_mut().unwrap().remove("2").unwrap();
    tasks["rows"][far.to_string()] = row;
    let mut restored = Engine::restore(serde_json::from_value(snapshot).unwrap()).unwrap();
    assert_eq!(restored.tasks().map(|task| task.facts.task).collect::<Vec<_>>(), ["t1".into(), "t2".into()]);
    restored.handle(seconds(1), CreateTask::new("t3")).unwrap();
    restored.check();
    assert_eq!(restored.tasks().count(), 3);
}

#[test]
fn a_configuration_is_stored_once_however_many_follow_it() {
    let mut engine = Engine::new(office(), 0).unwrap();
    for task in ["t1", "t2", "t3"] {
        engine.handle(seconds(0), CreateTask::new(task)).unwrap();
    }
    let count = |engine: &Engine| {
        let snapshot: Value = serde_json::from_str(&text(engine)).unwrap();
        snapshot["workspace"]["catalog"]["configurations"].as_array().unwrap().len()
    };
    assert_eq!(count(&engine), 1);
    assert_eq!(count(&reborn(&engine)), 1, "what is restored shares it, too");
}

#[test]
fn a_step_deadline_that_passed_while_reserved_stays_passed() {
    let mut engine = Engine::new(office(), 0).unwrap();
    engine.handle(seconds(0), CreateTask::new("t1")).unwrap();
    engine.handle_timeout(seconds(6));
    let mut second = reborn(&engine);
    assert_eq!(second.poll_timeout(), Some(seconds(20)), "the next timer is the reservation's");
    engine.handle_timeout(seconds(20));
    second.handle_timeout(seconds(20));
    assert_eq!(drained(&mut engine), drained(&mut second));
    assert_eq!(second.task("t1".into()).unwrap().facts.priority, 7, "it left the step at once");
    reborn(&engine);
}

#[test]
fn a_timer_of_an_accepted_task_does_not_come_back() {
    let mut engine = Engine::new(office(), 0).unwrap();
    engine.handle(seconds(0), CreateTask::new("t1")).unwrap();
    engine.handle(seconds(1), AcceptReservation::new(("t1", "ann"))).unwrap();
    assert_eq!(reborn(&engine).poll_timeout(), Some(seconds(1 + 24 * 60 * 60)));
}

#[test]
fn numbers_keep_every_bit() {
    let mut engine = Engine::new(WorkspaceSpec::new("Numbers").template(Template::Fifo), 0).unwrap();
    let floats = [0.1, 1.0, -0.0, 1e300, 5e-324, f64::MIN_POSITIVE, 9_223_372_036_854_775_808.0, f64::MAX, 0.1 + 0.2];
    let integers = json!([i64::MIN, i64::MAX, u64::MAX, (1_i64 << 53) + 1]);
    let attributes = json!({"floats": floats, "integers": integers, "text": "\u{0}\u{1f600}\"\\"});
    engine.handle(seconds(0), CreateTask::new("t1").attributes(attributes)).unwrap();
    let second = reborn(&engine);
    let task = |engine: &Engine| engine.task("t1".into()).unwrap().facts.attributes;
    assert_eq!(task(&second), task(&engine));
    assert_eq!(task(&second).to_string(), task(&engine).to_string());
}

#[test]
fn a_deleted_workspace_stays_deleted() {
    let mut engine = Engine::new(office(), 0).unwrap();
    engine.handle(seconds(0), CreateTask::new("t1")).unwrap();
    engine.handle(seconds(1), DeleteWorkspace::new()).unwrap();
    engine.handle_timeout(seconds(1_000_000));
    let mut second = reborn(&engine);
    assert_eq!(second.poll_timeout(), None);
    assert_eq!(drained(&mut second), drained(&mut engine));
    let refused = second.handle(seconds(1_000_001), UpdateTask::new("t1"));
    assert_eq!(refused, Err(Rejection::WorkspaceDeleted));
}
