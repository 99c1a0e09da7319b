//! Where tasks are alike, they are served in the order of their queue: runs in which many wait for the same workers,
//! so that the invariant `strict-order` has something to judge.

mod support;

use std::cell::Cell;

use pointsman::{
    EventKind, FilterSpec, TargetSpec, TaskOrder, TaskQueueSpec, WorkerSpec, WorkflowConfiguration, WorkflowSpec,
    WorkspaceSpec,
};
use pointsman_testkit::Driver;
use pointsman_testkit::strategy::{Vocabulary, work};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};

/// Two queues for everyone, one after the other; the workers are fewer than the tasks.
fn workspace(first: TaskOrder, single: bool) -> WorkspaceSpec {
    let alike = FilterSpec::new("1==1").target(TargetSpec::to("q0").timeout(std::time::Duration::from_secs(20)));
    let routing = WorkflowConfiguration::new().filter(alike.target(TargetSpec::to("q1")));
    WorkspaceSpec::new("order")
        .multi_task_enabled(!single)
        .timeout_activity("Available")
        .task_queue(TaskQueueSpec::new("q0", "1==1").task_order(first))
        .task_queue(TaskQueueSpec::new("q1", "1==1").max_reserved_workers(2))
        .workflow(WorkflowSpec::new("f0", routing))
        .worker(WorkerSpec::new("w0").activity("Available"))
        .worker(WorkerSpec::new("w1"))
}

#[test]
fn tasks_that_are_alike_are_served_in_order() {
    let reserved = Cell::new(0);
    let order = any::<bool>().prop_map(|lifo| if lifo { TaskOrder::Lifo } else { TaskOrder::Fifo });
    let input = (order, any::<bool>()).prop_flat_map(|(first, single)| {
        let spec = workspace(first, single);
        let vocabulary = Vocabulary::of(&spec).task_attributes(proptest::strategy::Just(no_attributes()));
        (proptest::strategy::Just(spec), vec(work(&vocabulary), 1..80))
    });
    support::runs(500).check(input, |(spec, ops)| {
        let mut driver = Driver::new(&spec).map_err(|refused| refused.to_string())?;
        ops.iter().try_for_each(|op| driver.apply(op)).map_err(|mismatch| mismatch.to_string())?;
        let asked = driver.events().iter().filter(|event| matches!(event.kind, EventKind::ReservationCreated(_)));
        reserved.set(reserved.get() + asked.count());
        Ok(())
    });
    assert!(reserved.get() > 100, "only {} reservations were made", reserved.get());
}

fn no_attributes() -> pointsman::Value {
    pointsman::CreateTask::new("none").attributes
}
