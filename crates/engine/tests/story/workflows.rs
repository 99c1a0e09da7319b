//! The walk through a workflow: filters, steps, clocks, exits (semantics section 2).

use pointsman::{
    ActivitySpec, CreateTask, FilterRef, FilterSpec, KnownWorkerSpec, RejectReservation, SetWorkerActivity, TargetSpec,
    TaskQueueSpec, TaskStatus, TimeoutBasis, UpdateTask, UpdateWorker, UpdateWorkflow, WorkerSpec,
    WorkflowConfiguration,
};
use serde_json::json;

use super::{World, office, office_with, seconds, with_workers};

const NOTHING: Vec<String> = Vec::new();

/// English tasks go to `all`, Spanish ones to `other`; nobody else is welcome.
pub(super) fn two_languages() -> World {
    let english = FilterSpec::new("language == 'en'").target(TargetSpec::to("all"));
    let spanish = FilterSpec::new("language == 'es'").target(TargetSpec::to("other"));
    World::new(office_with(WorkflowConfiguration::new().filter(english).filter(spanish)))
}

fn place(world: &World, task: &str) -> Option<(FilterRef, usize)> {
    let step = world.engine.task(task.into())?.facts.step?;
    Some((step.filter, step.target))
}

fn priority(world: &World, task: &str) -> Option<u32> {
    world.engine.task(task.into()).map(|view| view.facts.priority)
}

fn reason(world: &World, task: &str) -> Option<String> {
    world.engine.task(task.into())?.facts.reason.map(|reason| reason.to_string())
}

#[test]
fn a_step_timeout_leads_to_the_next_step_with_its_priority() {
    let everyone = FilterSpec::new("1==1")
        .target(TargetSpec::to("all").priority(1).timeout(seconds(300)))
        .target(TargetSpec::new().priority(10));
    let mut world = World::new(office(everyone));
    world.at(0, CreateTask::new("t1").priority(5));
    assert_eq!(priority(&world, "t1"), Some(1), "a target's priority overwrites");
    assert_eq!(world.until(299), NOTHING);
    assert_eq!(world.until(300), ["task-queue.timeout t1", "workflow.target-matched t1"]);
    assert_eq!((priority(&world, "t1"), place(&world, "t1")), (Some(10), Some((FilterRef::Index(0), 1))));
}

#[test]
fn the_last_step_ends_the_task_and_the_default_filter_does_not_help() {
    let filter = FilterSpec::new("1==1").target(TargetSpec::to("all").timeout(seconds(30)));
    let configuration = WorkflowConfiguration::new().filter(filter).default_filter(TargetSpec::to("other"));
    let mut world = World::new(office_with(configuration));
    world.at(0, CreateTask::new("t1"));
    assert_eq!(world.until(30), ["task-queue.timeout t1", "workflow.timeout t1", "task.canceled t1"]);
    assert_eq!(reason(&world, "t1").as_deref(), Some("Task canceled on Workflow timeout"));
}

#[test]
fn a_skipped_filter_counts_as_not_matched() {
    let filter = FilterSpec::new("1==1").target(TargetSpec::to("all").skip_if("workers.available == 0"));
    let configuration = WorkflowConfiguration::new().filter(filter.clone()).default_filter(TargetSpec::to("other"));
    let mut world = World::new(office_with(configuration));
    let created = world.at(0, CreateTask::new("t1"));
    let expected = ["task-queue.moved t1", "workflow.target-matched t1", "task-queue.entered t1"];
    assert_eq!(created[4..], expected);
    assert_eq!(place(&world, "t1"), Some((FilterRef::Default, 0)));

    let mut world = World::new(office(filter));
    let created = world.at(0, CreateTask::new("t1"));
    assert_eq!(created[4..], ["workflow.skipped t1", "task.canceled t1"]);
}

#[test]
fn a_filter_left_by_timeout_closes_the_default_filter_for_good() {
    let slow = FilterSpec::new("1==1").target(TargetSpec::to("all").timeout(seconds(10)));
    let skipped = FilterSpec::new("1==1").target(TargetSpec::to("other").skip_if("1==1"));
    let configuration = WorkflowConfiguration::new().filter(slow).filter(skipped).default_filter(TargetSpec::to("all"));
    let mut world = World::new(office_with(configuration));
    world.at(0, CreateTask::new("t1"));
    let left = world.until(10);
    let expected = [
        "task-queue.timeout t1",
        "task-queue.moved t1",
        "workflow.target-matched t1",
        "task-queue.entered t1",
        "workflow.timeout t1",
        "task.canceled t1",
    ];
    assert_eq!(left, expected);
}

#[test]
fn no_filter_and_no_default_cancel_at_once() {
    let mut world = two_languages();
    let created = world.at(0, CreateTask::new("t1").attributes(json!({"language": "fr"})));
    assert_eq!(created, ["task.created t1", "workflow.entered t1", "workflow.timeout t1", "task.canceled t1"]);
    assert_eq!(world.status("t1"), Some(TaskStatus::Canceled));
}

/// Steps of 10/10/10 s: a task that returns early stays; the clock is cumulative (Q20, R5).
#[test]
fn the_step_clock_counts_from_creation() {
    let steps =
        (0..3).fold(FilterSpec::new("1==1"), |filter, _| filter.target(TargetSpec::to("all").timeout(seconds(10))));
    let spec = with_workers(office(steps), &["alice"]);
    let mut world = World::new(spec);
    world.at(0, CreateTask::new("t1"));
    let rejected = world.at(8, RejectReservation::new(("t1", "alice")).activity("Offline"));
    assert_eq!(rejected, ["reservation.rejected t1 alice", "worker.activity.update alice Offline"]);
    assert_eq!(place(&world, "t1"), Some((FilterRef::Index(0), 0)), "still inside the first step");
    assert_eq!(world.until(10), ["task-queue.timeout t1", "workflow.target-matched t1"]);
    assert_eq!(world.until(19), NOTHING);
    assert_eq!(world.until(20), ["task-queue.timeout t1", "workflow.target-matched t1"]);
    assert_eq!(world.until(30), ["task-queue.timeout t1", "workflow.timeout t1", "task.canceled t1"]);
}

/// A step entered past its own deadline gets one attempt (Q63); a task that returns past it gets none (R4).
#[test]
fn the_step_clock_may_count_from_the_entry_of_each_step() {
    let filter = FilterSpec::new("1==1")
        .target(TargetSpec::to("all").skip_if("1==1").timeout(seconds(10)))
        .target(TargetSpec::to("other").timeout(seconds(10)))
        .target(TargetSpec::to("all").timeout(seconds(5)));
    let mut world = World::new(office(filter).timeout_basis(TimeoutBasis::StepEntry));
    world.at(0, CreateTask::new("t1"));
    assert_eq!(place(&world, "t1"), Some((FilterRef::Index(0), 1)), "the first step was skipped");
    assert_eq!(world.until(9), Vec::<String>::new());
    assert_eq!(world.until(10)[..2], ["task-queue.timeout t1", "task-queue.moved t1"], "its timeout adds nothing");
    assert_eq!(world.until(14), Vec::<String>::new());
    assert_eq!(world.until(15).last().map(String::as_str), Some("task.canceled t1"));
}

#[test]
fn a_late_return_falls_through_with_one_attempt_per_step() {
    let steps = FilterSpec::new("1==1")
        .target(TargetSpec::to("all").timeout(seconds(5)))
        .target(TargetSpec::to("other").timeout(seconds(5)))
        .target(TargetSpec::to("all").timeout(seconds(60)));
    let spec = office(steps).worker(WorkerSpec::new("alice").activity("Available"));
    let mut world = World::new(spec);
    world.at(0, CreateTask::new("t1"));
    let late = world.at(12, RejectReservation::new(("t1", "alice")).activity("Offline"));
    let expected = [
        "reservation.rejected t1 alice",
        "worker.activity.update alice Offline",
        "task-queue.timeout t1",
        "task-queue.moved t1",
        "workflow.target-matched t1",
        "task-queue.entered t1",
        "task-queue.timeout t1",
        "task-queue.moved t1",
        "workflow.target-matched t1",
        "task-queue.entered t1",
    ];
    assert_eq!(late, expected);
    assert_eq!(place(&world, "t1"), Some((FilterRef::Index(0), 2)));
}

#[test]
fn a_pending_reservation_outlives_its_step() {
    let filter = FilterSpec::new("1==1").target(TargetSpec::to("all").timeout(seconds(5)));
    let mut world = World::new(with_workers(office(filter), &["alice"]));
    world.at(0, CreateTask::new("t1"));
    assert_eq!(world.until(19), NOTHING);
    let expected = [
        "reservation.timeout t1 alice",
        "worker.activity.update alice Offline",
        "task-queue.timeout t1",
        "workflow.timeout t1",
        "task.canceled t1",
    ];
    assert_eq!(world.until(20), expected);
}

#[test]
fn a_known_worker_is_the_only_one_considered() {
    let known = KnownWorkerSpec::FriendlyName("task.agent".to_owned());
    let filter = FilterSpec::new("1==1").target(TargetSpec::to("all").known_worker(known));
    let mut world = World::new(with_workers(office(filter), &["alice", "Bob"]));
    let created = world.at(0, CreateTask::new("t1").attributes(json!({"agent": "BOB"})));
    assert_eq!(created[4], "reservation.created t1 Bob");
    for attributes in [json!({"agent": null}), json!({"agent": "nobody"}), json!({"agent": 5})] {
        world.at(1, CreateTask::new("t2").attributes(attributes));
        assert_eq!(world.status("t2"), Some(TaskStatus::Pending), "it stays in the step");
        world.at(1, pointsman::DeleteTask::new("t2"));
    }
}

#[test]
fn a_worker_who_takes_the_name_that_a_task_waits_for_is_asked() {
    let known = KnownWorkerSpec::FriendlyName("task.agent".to_owned());
    let filter = FilterSpec::new("1==1").target(TargetSpec::to("all").known_worker(known));
    let mut world = World::new(with_workers(office(filter), &["alice"]));
    world.at(0, CreateTask::new("t1").attributes(json!({"agent": "carol"})));
    assert_eq!(world.status("t1"), Some(TaskStatus::Pending));
    let renamed = world.at(1, UpdateWorker::new("alice").friendly_name("Carol"));
    assert_eq!(renamed, ["worker.attributes.update Carol", "reservation.created t1 Carol"]);
}

#[test]
fn a_changed_workflow_leaves_tasks_alone_unless_asked() {
    let mut world = two_languages();
    world.at(0, CreateTask::new("t1").attributes(json!({"language": "en"})));
    let swapped = || {
        let everybody = FilterSpec::new("1==1").target(TargetSpec::to("other"));
        UpdateWorkflow::new("in").configuration(WorkflowConfiguration::new().filter(everybody))
    };
    assert_eq!(world.at(1, swapped()), ["workflow.updated in"]);
    assert_eq!(world.refused(1, pointsman::DeleteTaskQueue::new("all")).code(), "in-use", "by the task's snapshot");
    let moved = world.at(2, swapped().re_evaluate_tasks(true));
    let expected =
        ["workflow.updated in", "task-queue.moved t1", "workflow.target-matched t1", "task-queue.entered t1"];
    assert_eq!(moved, expected);
    assert_eq!(world.at(3, pointsman::DeleteTaskQueue::new("all")), ["task-queue.deleted all"]);
}

#[test]
fn a_clock_reading_step_is_tested_again_each_minute() {
    let filter = FilterSpec::new("1==1").target(TargetSpec::to("all").expression("taskrouter.currentTime >= 0002"));
    let mut world = World::new(with_workers(office(filter), &["alice"]));
    world.at(30, CreateTask::new("t1"));
    assert_eq!(world.until(119), NOTHING);
    assert_eq!(world.until(120), ["reservation.created t1 alice"]);
}

#[test]
fn workers_leave_and_enter_queues_with_their_activity() {
    let filter = FilterSpec::new("1==1").target(TargetSpec::to("idlers"));
    let spec = office(FilterSpec::new("1==0").target(TargetSpec::to("all")));
    let mut spec = spec.task_queue(TaskQueueSpec::new("idlers", "activity_name == 'Available'"));
    spec.workflows[0].configuration.filters.push(filter);
    let mut world = World::new(spec.worker(WorkerSpec::new("alice")));
    world.at(0, CreateTask::new("t1"));
    assert_eq!(world.engine.eligible("t1".into()), Vec::new());
    let came = world.at(1, SetWorkerActivity::new("alice", "Available"));
    assert_eq!(came, ["worker.activity.update alice Available", "reservation.created t1 alice"]);
}

/// A reserved task that owes both a reading of the filters and a new pass makes the new pass, in whichever order they
/// were asked for (R9).
#[test]
fn a_new_pass_outranks_changed_attributes() {
    let everybody = || FilterSpec::new("1==1").target(TargetSpec::to("other").priority(9));
    let swap = || {
        let configuration = WorkflowConfiguration::new().filter(everybody());
        UpdateWorkflow::new("in").configuration(configuration).re_evaluate_tasks(true)
    };
    let rename = || UpdateTask::new("t1").attributes(json!({"language": "en", "vip": true}));
    for pass_first in [true, false] {
        let mut world = two_languages();
        world.at(0, WorkerSpec::new("alice").activity("Available"));
        world.at(0, CreateTask::new("t1").attributes(json!({"language": "en"})));
        if pass_first {
            world.at(1, swap());
            world.at(1, rename());
        } else {
            world.at(1, rename());
            world.at(1, swap());
        }
        let returned = world.at(2, RejectReservation::new(("t1", "alice")).activity("Offline"));
        let expected = ["task-queue.moved t1", "workflow.target-matched t1", "task-queue.entered t1"];
        assert_eq!(returned[2..], expected);
        assert_eq!(priority(&world, "t1"), Some(9));
    }
}

#[test]
fn at_the_end_of_time_there_is_no_next_minute() {
    let filter = FilterSpec::new("1==1").target(TargetSpec::to("all").expression("taskrouter.currentHour < 0"));
    let end = pointsman::Timestamp::from_millis(i64::MAX);
    let mut world = World::new(office(filter).start(end.before(seconds(30))));
    world.engine.handle(end.before(seconds(20)), CreateTask::new("t1")).unwrap();
    world.engine.handle_timeout(end);
    assert_eq!(world.engine.poll_timeout(), None);
}

/// Past its deadline a task that returns gets no attempt in its step (R4), one that enters a step gets one (Q63).
#[test]
fn past_the_deadline_only_entering_a_step_gives_an_attempt() {
    let steps = FilterSpec::new("1==1")
        .target(TargetSpec::to("all").timeout(seconds(5)))
        .target(TargetSpec::to("other").timeout(seconds(5)));
    let mut world = World::new(with_workers(office(steps), &["alice", "bob"]));
    world.at(0, CreateTask::new("t1"));
    let late = world.at(12, RejectReservation::new(("t1", "alice")).activity("Offline"));
    let expected = [
        "reservation.rejected t1 alice",
        "worker.activity.update alice Offline",
        "task-queue.timeout t1",
        "task-queue.moved t1",
        "workflow.target-matched t1",
        "task-queue.entered t1",
        "reservation.created t1 bob",
    ];
    assert_eq!(late, expected);
}

#[test]
fn a_returning_task_is_tested_with_its_new_attributes_in_the_same_step() {
    let step = TargetSpec::to("all").expression("worker.friendly_name == task.wanted");
    let spec = with_workers(office(FilterSpec::new("1==1").target(step)), &["alice", "bob"]);
    let mut world = World::new(spec);
    world.at(0, CreateTask::new("t1").attributes(json!({"wanted": "alice"})));
    world.at(1, UpdateTask::new("t1").attributes(json!({"wanted": "bob"})));
    let returned = world.at(2, RejectReservation::new(("t1", "alice")).activity("Offline"));
    assert_eq!(returned.last().map(String::as_str), Some("reservation.created t1 bob"));
}

#[test]
fn skip_if_counts_workers_by_availability_and_by_activity() {
    let skipped = |skip_if: &str| {
        let filter = FilterSpec::new("1==1").target(TargetSpec::to("all").expression("1==0").skip_if(skip_if));
        let spec = with_workers(office(filter.target(TargetSpec::to("other").expression("1==0"))), &["alice", "bob"]);
        let mut world = World::new(spec);
        world.at(0, ActivitySpec::new("Break", false).sid("WAbreak"));
        world.at(0, ActivitySpec::new("Lunch", false).sid("WAlunch"));
        world.at(0, WorkerSpec::new("carol").activity("Break"));
        world.at(0, CreateTask::new("t1"));
        place(&world, "t1") == Some((FilterRef::Index(0), 1))
    };
    assert!(skipped("workers.available == 2"));
    assert!(skipped("workers.unavailable == 1"));
    assert!(skipped("workers.WAbreak == 1 AND workers.WAlunch == 0"));
    assert!(skipped("workers.WAunknown == null"));
    assert!(!skipped("workers.unavailable == 2 OR workers.WAbreak == 2 OR workers.WAlunch == 1"));
}

#[test]
fn steps_read_the_time_of_day() {
    let at = |expression: &str| {
        let step = TargetSpec::to("all").expression(expression);
        let spec = with_workers(office(FilterSpec::new("1==1").target(step)), &["alice"]);
        let mut world = World::new(spec);
        // Friday, 2 January 1970, 10:30 UTC.
        world.at(86_400 + 10 * 3_600 + 30 * 60, CreateTask::new("t1"));
        world.reserved("t1") == ["alice"]
    };
    assert!(at("taskrouter.currentTime == 1030"));
    assert!(at("taskrouter.currentHour == 10 AND taskrouter.currentMin == 30"));
    assert!(at("taskrouter.dayOfWeek == 'Fri'"));
    assert!(!at("taskrouter.currentTime < 1030"));
}

#[test]
fn eligible_are_those_whom_queue_step_and_known_worker_admit() {
    let eligible = |step: TargetSpec| {
        let mut world = World::new(with_workers(office(FilterSpec::new("1==1").target(step)), &["alice", "bob"]));
        world.at(0, SetWorkerActivity::new("bob", "Offline"));
        world.at(0, CreateTask::new("t1").attributes(json!({"agent": "bob"})));
        world.ranked("t1")
    };
    assert_eq!(eligible(TargetSpec::to("all")), ["bob", "alice"], "whatever the activity; alice was reserved last");
    assert_eq!(eligible(TargetSpec::to("all").expression("worker.friendly_name == 'bob'")), ["bob"]);
    let known = KnownWorkerSpec::FriendlyName("task.agent".to_owned());
    assert_eq!(eligible(TargetSpec::to("all").known_worker(known)), ["bob"]);
}

/// Leaving a step without a timeout raises the sum of the pass to the time it has taken (R5).
#[test]
fn a_step_without_timeout_takes_its_time_from_nobody() {
    let filter = FilterSpec::new("1==1")
        .target(TargetSpec::to("all").skip_if("workers.available == 0"))
        .target(TargetSpec::to("other").timeout(seconds(10)));
    let mut world = World::new(with_workers(office(filter), &["alice"]));
    world.at(0, CreateTask::new("t1"));
    world.at(15, RejectReservation::new(("t1", "alice")).activity("Offline"));
    assert_eq!(place(&world, "t1"), Some((FilterRef::Index(0), 1)));
    assert_eq!(world.until(24), NOTHING, "ten seconds from the fifteenth on");
    assert_eq!(world.until(25).last().map(String::as_str), Some("task.canceled t1"));
}

#[test]
fn a_step_entered_at_its_deadline_has_one_attempt_and_no_timer() {
    let steps = FilterSpec::new("1==1")
        .target(TargetSpec::to("all").timeout(seconds(5)))
        .target(TargetSpec::to("other").timeout(seconds(5)));
    let mut world = World::new(with_workers(office(steps), &["alice", "bob"]));
    world.at(0, CreateTask::new("t1"));
    let late = world.at(10, RejectReservation::new(("t1", "alice")).activity("Offline"));
    assert_eq!(late.last().map(String::as_str), Some("reservation.created t1 bob"));
}

#[test]
fn the_next_step_in_the_same_queue_keeps_the_time_of_entry() {
    let steps = FilterSpec::new("1==1")
        .target(TargetSpec::to("all").timeout(seconds(5)))
        .target(TargetSpec::new().timeout(seconds(5)))
        .target(TargetSpec::to("other"));
    let mut world = World::new(office(steps));
    let entered = |world: &World| {
        let step = world.engine.task("t1".into()).and_then(|view| view.facts.step);
        step.map(|step| step.queue_entered_at.as_millis() / 1_000)
    };
    world.at(1, CreateTask::new("t1"));
    world.until(6);
    assert_eq!((place(&world, "t1"), entered(&world)), (Some((FilterRef::Index(0), 1)), Some(1)));
    world.until(11);
    assert_eq!((place(&world, "t1"), entered(&world)), (Some((FilterRef::Index(0), 2)), Some(11)));
}

#[test]
fn a_known_worker_is_told_and_found_by_sid() {
    let step = TargetSpec::to("all").known_worker(KnownWorkerSpec::Sid("task.agent".to_owned()));
    let spec = office(FilterSpec::new("1==1").target(step));
    let spec = ["alice", "bob"]
        .iter()
        .fold(spec, |spec, name| spec.worker(WorkerSpec::new(name).sid(format!("WK-{name}")).activity("Available")));
    let mut world = World::new(spec);
    world.at(0, CreateTask::new("t1").attributes(json!({"agent": "WK-bob"})));
    let step = world.engine.task("t1".into()).and_then(|view| view.facts.step);
    assert_eq!(step.and_then(|step| step.known_worker), Some("bob".into()));
    assert_eq!(world.reserved("t1"), ["bob"]);
    world.at(1, CreateTask::new("t2").attributes(json!({"agent": "WK-carol"})));
    assert_eq!(world.ranked("t2"), Vec::<String>::new());
}
