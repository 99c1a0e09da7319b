//! What becomes of a worker around an offer.

use pointsman::{
    ActivitySpec, CancelReservation, RejectReservation, TaskQueueSpec, WorkerChannelSpec, WorkerSpec, WorkspaceSpec,
};

use super::{check_workspace, office, to_all};

fn activities(workspace: WorkspaceSpec) -> WorkspaceSpec {
    [("Offline", false), ("Idle", true), ("Missed", true), ("Busy", false), ("Reserved", false)]
        .into_iter()
        .fold(workspace, |workspace, (name, available)| workspace.activity(ActivitySpec::new(name, available)))
}

fn workers(workspace: WorkspaceSpec, names: &[&str]) -> WorkspaceSpec {
    names.iter().fold(workspace, |workspace, name| workspace.worker(WorkerSpec::new(name)))
}

#[test]
fn a_missed_offer_takes_the_worker_from_every_channel() {
    let serving = |channels: &[&str]| {
        let ann = WorkerSpec::new("ann");
        let share = WorkerChannelSpec::new(2);
        let ann = channels.iter().fold(ann, |ann, channel| ann.channel(*channel, share));
        activities(office(to_all())).worker(ann)
    };
    let told = "~timeout-takes-worker-away at workspace timeout_activity";
    check_workspace(&serving(&["voice", "chat"]), &[], &[told]);
    check_workspace(&serving(&["voice"]), &[], &[]);
    let two = serving(&["voice", "chat"]).multi_task_enabled(false);
    let told = "offer-cycle at task queue `all` assignment_activity";
    check_workspace(&two, &[], &[told]);
}

#[test]
fn an_available_timeout_activity_goes_round_and_round() {
    let of = |names: &[&str]| workers(activities(office(to_all())).timeout_activity("Missed"), names);
    let findings = check_workspace(&of(&["ann"]), &[], &["offer-cycle at workspace timeout_activity"]);
    assert!(findings[0].message.contains("`ann`, the only worker of the queue `all`"), "{}", findings[0]);
    check_workspace(&of(&["ann", "bob"]), &[], &["~offer-cycle at workspace timeout_activity"]);
    check_workspace(&workers(activities(office(to_all())), &["ann"]), &[], &[]);
}

#[test]
fn who_accepts_in_single_tasking_is_busy() {
    let of = |queue: TaskQueueSpec| {
        let mut office = activities(office(to_all())).multi_task_enabled(false);
        office.task_queues = vec![queue];
        workers(office, &["ann"])
    };
    let queue = || TaskQueueSpec::new("all", "1==1");
    let told = "offer-cycle at task queue `all` assignment_activity";
    check_workspace(&of(queue()), &[], &[told]);
    check_workspace(&of(queue().assignment_activity("Idle")), &[], &[told]);
    check_workspace(&of(queue().assignment_activity("Busy")), &[], &[]);
    check_workspace(&of(queue().reservation_activity("Reserved")), &[], &[]);
}

#[test]
fn with_multitasking_the_activities_of_queues_do_nothing() {
    let queue = TaskQueueSpec::new("other", "1==1").assignment_activity("Busy");
    let office = activities(office(to_all())).task_queue(queue);
    check_workspace(&office, &[], &["~queue-activities-ignored at task queue `other` assignment_activity"]);
}

#[test]
fn the_only_worker_gets_what_it_declined() {
    let of = |names: &[&str]| workers(activities(office(to_all())), names);
    let reject = || RejectReservation::new(("t", "ann"));
    check_workspace(&of(&["ann"]), &[reject().into()], &["~offer-cycle at command 0"]);
    check_workspace(&of(&["ann"]), &[CancelReservation::new(("t", "ann")).into()], &["~offer-cycle at command 0"]);
    check_workspace(&of(&["ann"]), &[reject().activity("Missed").into()], &["~offer-cycle at command 0"]);
    check_workspace(&of(&["ann"]), &[reject().activity("Busy").into()], &[]);
    check_workspace(&of(&["ann", "bob"]), &[reject().into()], &[]);
}
