//! Classes of workers and tasks that form, merge and go while attributes, loads and activities change: the engine does
//! what the model does, and its index finds who a look at every pair finds.

mod support;

use std::cell::Cell;
use std::collections::BTreeSet;

use pointsman::{
    FilterSpec, KnownWorkerSpec, TargetSpec, TaskQueueSpec, WorkerChannelSpec, WorkerSpec, WorkflowConfiguration,
    WorkflowSpec, WorkspaceSpec,
};
use pointsman_testkit::Driver;
use pointsman_testkit::strategy::{Vocabulary, work};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

const WORKERS: usize = 30;

/// Few values of some names, many of others: what steps read makes more classes than are kept, and more than tell
/// workers apart.
fn worker_attributes() -> impl Strategy<Value = Value> {
    let skills = vec(0..4_u8, 0..=3);
    (skills, 0..6_u8, 0..40_u8, 0..3_u8).prop_map(|(skills, level, desk, team)| {
        let skills: BTreeSet<String> = skills.iter().map(|skill| format!("s{skill}")).collect();
        json!({"skills": skills, "level": level, "desk": desk, "team": format!("t{team}")})
    })
}

fn task_attributes() -> impl Strategy<Value = Value> {
    let numbers = (0..5_u8, 0..6_u8, 0..40_u8, 0..WORKERS);
    let agent = prop_oneof![3 => Just(None), 1 => (0..WORKERS).prop_map(Some)];
    (numbers, agent).prop_map(|((kind, level, desk, declined), agent)| {
        let declined = [format!("w{declined}"), format!("w{}", (declined + 1) % WORKERS)];
        let agent = agent.map(|agent| format!("W{agent}"));
        json!({"kind": kind, "level": level, "desk": desk, "declined": declined, "agent": agent})
    })
}

/// Steps that ask for what is the same for many workers, for one alone, for loads, and for an order.
fn filters() -> WorkflowConfiguration {
    let to = |queue: &str, expression: &str| TargetSpec::to(queue).expression(expression);
    let minute = std::time::Duration::from_secs(60);
    let near = to("q0", "worker.desk == task.desk").timeout(minute);
    let level =
        to("q1", "worker.level >= task.level AND worker.name NOT IN task.declined").order_by("worker.level DESC");
    let least = to("q2", "worker.channel.chat.assigned_tasks == 0").skip_if("1==1");
    let few = to("q2", "worker.channel.chat.assigned_tasks <= 1 AND worker.team != 't0'").timeout(minute);
    let busy = TargetSpec::to("q2").order_by("worker.channel.chat.available_capacity_percentage DESC, worker.desk");
    let mut known = TargetSpec::to("q3").timeout(minute);
    known.known_worker = Some(KnownWorkerSpec::FriendlyName("task.agent".to_owned()));
    let ready = to("everybody", "worker.activity_name == 'Available' AND worker.friendly_name NOT IN task.declined");
    WorkflowConfiguration::new()
        .filter(FilterSpec::new("kind == 0").target(near).target(TargetSpec::to("q0")))
        .filter(FilterSpec::new("kind == 1").target(level))
        .filter(FilterSpec::new("kind == 2").target(least).target(few).target(busy))
        .filter(FilterSpec::new("kind == 3").target(known).target(TargetSpec::to("q3")))
        .default_filter(ready)
}

fn workspace() -> impl Strategy<Value = WorkspaceSpec> {
    let workers = vec((worker_attributes(), 0..3_u32, any::<bool>()), 1..=WORKERS);
    (workers, prop::bool::weighted(0.8), 1..=3_u32).prop_map(|(workers, multi, batch)| {
        let mut workspace = WorkspaceSpec::new("classes").multi_task_enabled(multi);
        for queue in 0..4 {
            let wanted =
                if queue < 3 { format!("team == 't{queue}'") } else { "level > 3 AND team != 't0'".to_owned() };
            let mut spec = TaskQueueSpec::new(&format!("q{queue}"), format!("skills HAS 's{queue}' OR {wanted}"));
            spec.max_reserved_workers = if queue == 1 { batch } else { 1 };
            workspace = workspace.task_queue(spec);
        }
        workspace = workspace.task_queue(TaskQueueSpec::new("everybody", "1==1"));
        workspace = workspace.workflow(WorkflowSpec::new("in", filters()));
        for (number, (attributes, capacity, available)) in workers.into_iter().enumerate() {
            let worker = WorkerSpec::new(&format!("w{number}")).attributes(attributes);
            let worker = worker.channel("chat", WorkerChannelSpec::new(capacity + 1));
            let worker = worker.activity(if available { "Available" } else { "Offline" });
            workspace = workspace.worker(worker.channel("default", WorkerChannelSpec::new(capacity)));
        }
        workspace
    })
}

#[test]
fn classes_decide_as_the_model_does() {
    let (operations, asked) = (Cell::new(0), Cell::new(0));
    let stories = workspace().prop_flat_map(|spec| {
        let words = Vocabulary::of(&spec).direct_tasks(&spec);
        let attributes = |given: Value| pointsman::Value::from(given);
        let words = words.task_attributes(task_attributes().prop_map(attributes));
        let words = words.worker_attributes(worker_attributes().prop_map(attributes));
        (Just(spec), vec(work(&words), 1..=150))
    });
    support::runs(150).check(stories, |(spec, ops)| {
        let mut driver = Driver::new(&spec).map_err(|refused| refused.to_string())?;
        ops.iter().try_for_each(|op| driver.apply(op)).map_err(|mismatch| mismatch.to_string())?;
        operations.set(operations.get() + ops.len());
        let created = driver.events().iter().filter(|event| event.kind.name() == "reservation.created");
        asked.set(asked.get() + created.count());
        Ok(())
    });
    support::say(&format!("classes against model: {} operations, {} reservations", operations.get(), asked.get()));
    assert!(asked.get() > operations.get() / 20, "the runs do too little to prove anything");
}
