//! Who serves what.

use pointsman::{TargetSpec, TaskQueueSpec, Template, UpdateWorker, WorkerSpec, WorkspaceSpec};
use serde_json::json;

use super::{check_workspace, office, to_all, worker};

fn with_queue(expression: &str) -> WorkspaceSpec {
    office(TargetSpec::to("some")).task_queue(TaskQueueSpec::new("some", expression))
}

#[test]
fn a_queue_has_workers() {
    let of = |expression: &str| with_queue(expression).worker(worker("ann", json!({"team": "sales", "level": 1})));
    check_workspace(&of("team == 'sales'"), &[], &[]);
    check_workspace(&of("team != 'sales' OR activity_name == 'Available'"), &[], &[]);
    check_workspace(
        &of("team == 'billing'"),
        &[],
        &["queue-without-workers at task queue `some` target_workers `team == 'billing'`"],
    );
    let findings = check_workspace(
        &of("team == 'sales' AND level > 3"),
        &[],
        &["queue-without-workers at task queue `some` target_workers `level > 3`"],
    );
    assert_eq!(findings[0].help, "`level > 3` does not hold for the only worker");
    check_workspace(&of(""), &[], &["queue-without-workers at task queue `some` target_workers"]);
    check_workspace(&with_queue("team == 'billing'"), &[], &[]);
}

#[test]
fn a_queue_that_no_step_uses_matters_less() {
    let unused = office(to_all()).task_queue(TaskQueueSpec::new("some", "team == 'billing'"));
    let unused = unused.worker(worker("ann", json!({"team": "sales"})));
    let told = "~queue-without-workers at task queue `some` target_workers `team == 'billing'`";
    check_workspace(&unused, &[], &[told]);
}

#[test]
fn workers_who_come_later_count() {
    let office = with_queue("team == 'billing'").worker(worker("ann", json!({"team": "sales"})));
    let bob = worker("bob", json!({"team": "billing"}));
    check_workspace(&office, &[bob.into()], &[]);
    let moved = UpdateWorker::new("ann").attributes(json!({"team": "billing"}));
    check_workspace(&office, &[moved.into()], &[]);
}

#[test]
fn a_step_has_workers() {
    let of = |expression: &str| {
        office(to_all().expression(expression))
            .worker(worker("ann", json!({"level": 1, "langs": ["en"]})))
            .worker(worker("bob", json!({"level": 2, "langs": []})))
    };
    check_workspace(
        &of("worker.level > 1 AND worker.langs HAS 'en'"),
        &[],
        &["step-without-workers at workflow `in` configuration.default_filter.expression `worker.level > 1`"],
    );
    check_workspace(&of("worker.level > 1 OR worker.langs HAS 'en'"), &[], &[]);
    check_workspace(
        &of("worker.level > task.level"),
        &[],
        &["~unguarded-attribute at workflow `in` configuration.default_filter.expression `task.level`"],
    );
}

#[test]
fn a_worker_is_in_a_queue() {
    let office = WorkspaceSpec::new("Office")
        .task_queue(TaskQueueSpec::new("sales", "team == 'sales'"))
        .worker(worker("ann", json!({"team": "sales"})));
    check_workspace(&office, &[], &[]);
    let two = office.clone().worker(worker("bob", json!({"team": "billing"}))).worker(WorkerSpec::new("cleo"));
    let findings = check_workspace(&two, &[], &["worker-without-queue at worker `bob`"]);
    assert!(findings[0].message.starts_with("`bob` and `cleo` are in no queue"), "{}", findings[0]);
    check_workspace(&two.clone().template(Template::Fifo), &[], &[]);
    check_workspace(&WorkspaceSpec::new("Office").worker(WorkerSpec::new("cleo")), &[], &[]);
}
