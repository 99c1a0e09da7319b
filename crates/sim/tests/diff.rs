//! Comparisons told as stories: what commands mean on the other side, what workers do there, and what a living engine
//! is told. That everything found is right is for `testkit` to say.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

use std::time::Duration;

use pointsman::{
    AcceptReservation, ActivitySpec, Command, CompleteTask, CreateTask, DeleteTask, Engine, FilterSpec,
    HoldReservation, ReservationId, SetWorkerActivity, TargetSpec, TaskChannelSpec, TaskOrder, TaskQueueSpec,
    TimeoutBasis, Timestamp, UpdateTask, WorkerChannelSpec, WorkerSpec, WorkflowConfiguration, WorkflowSpec,
    WorkspaceSpec, WrapTask,
};
use pointsman_config::Names;
use pointsman_sim::Recording;
use pointsman_sim::diff::{Answers, Diff, DiffError, Outcome, Share, TaskChange, TaskPlace, Variant, runs, states};
use serde_json::json;

const NAMESPACE: u128 = 3;

/// Everything goes to `first`; Ann is in it, Bob is in `second`.
fn workspace() -> WorkspaceSpec {
    let everything = WorkflowConfiguration::new().default_filter(TargetSpec::to("first"));
    WorkspaceSpec::new("Two queues")
        .task_queue(TaskQueueSpec::new("first", "name == 'ann'"))
        .task_queue(TaskQueueSpec::new("second", "name == 'bob'"))
        .workflow(WorkflowSpec::new("all", everything).task_reservation_timeout(Duration::from_secs(30)))
        .worker(WorkerSpec::new("ann").activity("Available").attributes(json!({"name": "ann"})))
        .worker(WorkerSpec::new("bob").activity("Available").attributes(json!({"name": "bob"})))
}

/// What the filter takes goes to `second`.
fn rerouted(expression: &str) -> WorkspaceSpec {
    let mut spec = workspace();
    let filter = FilterSpec::new(expression).friendly_name("away").target(TargetSpec::to("second"));
    spec.workflows[0].configuration.filters.push(filter);
    spec
}

fn names() -> Names {
    let mut names = Names::new();
    for task in ["t1", "t2", "t3", "t4"] {
        names.declare::<pointsman::TaskId>(task, None, None).unwrap();
    }
    names
}

fn seconds(count: i64) -> Timestamp {
    Timestamp::from_millis(count * 1_000)
}

fn recorded(commands: &[(i64, Command)], end: i64) -> Recording {
    let mut recording = Recording::new("story", 1, NAMESPACE, workspace()).named(&names());
    commands.iter().for_each(|(at, command)| recording.push(seconds(*at), command.clone()));
    recording.end(seconds(end), "");
    recording
}

fn task(name: &str) -> Command {
    CreateTask::new(name).attributes(json!({"id": name})).into()
}

fn accept(task: &str) -> Command {
    AcceptReservation::new((task, "ann")).into()
}

fn complete(task: &str) -> Command {
    CompleteTask::new(task).into()
}

fn compare(recording: &Recording, new: &WorkspaceSpec, answers: Answers) -> Diff {
    let (old, names) = (workspace(), Names::new());
    let [old, new] = [&old, new].map(|workspace| Variant { workspace, names: &names });
    runs(recording, old, new, answers).unwrap()
}

/// Task, what was before and what is after, of some field.
fn told<'a>(diff: &'a Diff, of: impl Fn(&TaskPlace) -> String + 'a) -> Vec<(&'a str, String)> {
    let row = |it: &'a TaskChange| {
        let side = |place: &Option<_>| place.as_ref().map_or_else(|| "nowhere".to_owned(), &of);
        (&*it.task, format!("{} -> {}", side(&it.place.before), side(&it.place.after)))
    };
    diff.tasks.iter().map(row).collect()
}

fn queue(place: &TaskPlace) -> String {
    place.queue.clone().unwrap_or_default()
}

fn refused(diff: &Diff) -> Vec<(&str, Option<&str>, Option<&str>)> {
    diff.refused.iter().map(|it| (&*it.command, it.code.before.as_deref(), it.code.after.as_deref())).collect()
}

/// So many of so many.
type Fraction = (u64, u64);

/// Filters by name, with what they take of what.
fn shares(diff: &Diff) -> Vec<(&str, Fraction, Fraction)> {
    diff.filters
        .iter()
        .map(|it| {
            let filter = it.share.after.filter.as_ref().unwrap();
            let name = filter.name.as_deref().or(filter.index.as_str()).unwrap();
            let of = |share: &Share| (share.tasks, share.of);
            (name, of(&it.share.before), of(&it.share.after))
        })
        .collect()
}

#[test]
fn a_reservation_id_means_its_task_and_its_worker() {
    let first = AcceptReservation::new(ReservationId::minted(NAMESPACE, 1));
    let never = AcceptReservation::new(ReservationId::minted(NAMESPACE, 99));
    let commands = [(0, task("t1")), (1, task("t2")), (2, first.into()), (3, never.into())];
    // There, the first reservation is Bob's for t1; the id would hit it.
    let diff = compare(&recorded(&commands, 4), &rerouted("id == 't1'"), Answers::AsRecorded);
    assert_eq!(refused(&diff), [("accept_reservation t1 ann", None, Some("no-reservation"))]);
    let place = diff.tasks[0].place.after.clone().unwrap();
    assert_eq!((place.status.as_str(), place.reserved, place.worker), ("reserved", vec!["bob".to_owned()], None));
}

#[test]
fn a_version_belongs_to_the_run_in_which_it_was_seen() {
    let urgent = |version| UpdateTask::new("t1").priority(9).if_version(version).into();
    let outdated = |version| UpdateTask::new("t1").priority(1).if_version(version).into();
    let commands = [(0, task("t1")), (1, urgent(2)), (2, outdated(77))];
    let recording = recorded(&commands, 3);
    let annotated = pointsman_sim::annotated(recording.clone()).unwrap();
    let answers: Vec<_> = annotated.entries().iter().map(|entry| entry.refused.as_deref()).collect();
    assert_eq!(answers, [None, None, Some("version-mismatch")]);
    let diff = compare(&recording, &rerouted("id == 't1'"), Answers::AsRecorded);
    assert_eq!((told(&diff, queue), refused(&diff)), (vec![("t1", "first -> second".to_owned())], vec![]));
    assert_eq!(told(&diff, |place| place.priority.to_string()), [("t1", "9 -> 9".to_owned())]);
}

#[test]
fn as_recorded_only_the_recorded_pair_meets() {
    let commands = [(0, task("t1")), (5, accept("t1")), (20, complete("t1"))];
    let diff = compare(&recorded(&commands, 40), &rerouted("id == 't1'"), Answers::AsRecorded);
    let expected = [
        ("accept_reservation t1 ann", None, Some("no-reservation")),
        ("complete_task t1", None, Some("task-not-taken")),
    ];
    assert_eq!(refused(&diff), expected);
    // Bob does not answer, is taken offline after 30 seconds, and the task waits on.
    assert_eq!(told(&diff, |place| place.status.clone()), [("t1", "completed -> pending".to_owned())]);
    let waits = diff.waits.unwrap();
    assert_eq!((waits.total.before, waits.total.after, waits.longest.after), (5_000, 40_000, 40_000));
}

#[test]
fn automatic_answers_take_as_long_as_the_task_took() {
    let wrapped = [(0, task("t1")), (5, accept("t1")), (15, WrapTask::new("t1").into()), (20, complete("t1"))];
    let diff = compare(&recorded(&wrapped, 40), &rerouted("id == 't1'"), Answers::Auto);
    assert_eq!(told(&diff, |it| it.worker.clone().unwrap()), [("t1", "ann -> bob".to_owned())]);
    assert_eq!((refused(&diff), diff.waits.as_ref().unwrap().tasks.len()), (vec![], 0));
    let completed = diff.outcomes[&Outcome::Completed];
    assert_eq!((completed.before, completed.after), (1, 1));
    // In the middle of its course it is being wrapped up.
    let diff = compare(&recorded(&wrapped, 16), &workspace(), Answers::Auto);
    assert!(diff.is_empty(), "{diff:?}");
    assert_eq!(diff.outcomes[&Outcome::Taken].after, 1);
}

#[test]
fn a_task_that_nobody_completed_has_the_usual_course() {
    let mut commands = Vec::new();
    for (start, name, took) in [(0, "t1", 10), (100, "t2", 50), (200, "t3", 20)] {
        commands.extend([(start, task(name)), (start + 4, accept(name)), (start + 4 + took, complete(name))]);
    }
    commands.push((300, task("t4")));
    let recording = recorded(&commands, 400);
    // Without answers, t4 is still asked for in vain; of 10, 20 and 50 seconds the usual ones are 20.
    let diff = compare(&recording, &rerouted("1==1"), Answers::Auto);
    assert_eq!(told(&diff, |it| it.worker.clone().unwrap()).len(), 4);
    assert!(diff.tasks.iter().all(|task| task.place.after.as_ref().unwrap().status == "completed"), "{diff:?}");
    let until =
        |end| compare(&recorded(&commands, end), &rerouted("1==1"), Answers::Auto).outcomes[&Outcome::Completed].after;
    assert_eq!((until(323), until(324)), (3, 4), "accepted 4 seconds after 300, completed 20 after that");
}

#[test]
fn a_task_that_was_held_is_held_again() {
    let held = HoldReservation::new(("t1", "ann"));
    let commands = [(0, task("t1")), (10, held.into()), (100, accept("t1")), (120, complete("t1"))];
    let diff = compare(&recorded(&commands, 200), &rerouted("1==1"), Answers::Auto);
    let [timed_out, completed] = [Outcome::ReservationsTimedOut, Outcome::Completed].map(|it| diff.outcomes[&it].after);
    assert_eq!((timed_out, completed), (0, 1), "after 30 seconds it would have timed out");
}

#[test]
fn without_an_example_whoever_is_asked_keeps_the_task() {
    let commands = [(0, task("t1")), (10, task("t2"))];
    let diff = compare(&recorded(&commands, 500), &rerouted("id == 't2'"), Answers::Auto);
    assert_eq!((diff.outcomes[&Outcome::Taken].before, diff.outcomes[&Outcome::Taken].after), (1, 2));
    let waits: Vec<_> =
        diff.waits.unwrap().tasks.iter().map(|it| (it.task.clone(), it.wait.before, it.wait.after)).collect();
    assert_eq!(waits, [("t2".to_owned(), Some(490_000), Some(0))]);
}

#[test]
fn a_name_used_twice_is_two_tasks() {
    let commands = [(0, task("t1")), (1, DeleteTask::new("t1").into()), (2, task("t1"))];
    let diff = compare(&recorded(&commands, 3), &rerouted("id == 't1'"), Answers::AsRecorded);
    assert_eq!(diff.total_tasks, 2);
    let statuses = told(&diff, |place| format!("{} {}", place.status, queue(place)));
    let expected = ["deleted first -> deleted second", "reserved first -> reserved second"];
    assert_eq!(statuses, expected.map(|it| ("t1", it.to_owned())));
    assert_eq!(shares(&diff), [("default", (2, 2), (0, 2)), ("away", (0, 2), (2, 2))]);
}

#[test]
fn a_task_that_one_side_does_not_create_is_told() {
    let commands = [(0, CreateTask::new("t1").workflow("all").into())];
    let mut without = workspace();
    without.workflows.clear();
    let diff = compare(&recorded(&commands, 3), &without, Answers::AsRecorded);
    assert_eq!(refused(&diff), [("create_task t1 all", None, Some("unknown-workflow"))]);
    assert_eq!(told(&diff, queue), [("t1", "first -> nowhere".to_owned())]);
    assert!(diff.tasks[0].elsewhere);
    assert_eq!((diff.workers[0].worker.as_str(), &*diff.workers[0].tasks.lost), ("ann", &["t1".to_owned()][..]));
}

#[test]
fn a_workspace_that_is_refused_is_named() {
    let mut broken = workspace();
    broken.task_queues[0].target_workers = "name = = 'ann'".to_owned();
    let (old, names) = (workspace(), Names::new());
    let [old, new] = [&old, &broken].map(|workspace| Variant { workspace, names: &names });
    let problem = runs(&recorded(&[], 1), old, new, Answers::AsRecorded).unwrap_err();
    assert!(problem.to_string().starts_with("the new workspace is refused: target_workers: "), "{problem}");
    let problem = runs(&recorded(&[], 1), new, old, Answers::AsRecorded).unwrap_err();
    assert!(matches!(problem, DiffError::Refused { workspace: "old", .. }), "{problem}");
}

/// Two tasks wait for Ann, who is away.
fn living() -> Engine {
    let mut engine = Engine::new(workspace(), NAMESPACE).unwrap();
    engine.handle(seconds(0), SetWorkerActivity::new("ann", "Offline")).unwrap();
    for name in ["t1", "t2"] {
        engine.handle(seconds(1), task(name)).unwrap();
    }
    engine
}

fn compare_states(engine: &Engine, old: &WorkspaceSpec, new: &WorkspaceSpec) -> Result<Diff, DiffError> {
    let unnamed = Names::new();
    let [old, new] = [old, new].map(|workspace| Variant { workspace, names: &unnamed });
    states(engine, &names(), old, new)
}

#[test]
fn a_living_engine_is_changed_on_forks_only() {
    let engine = living();
    let before = engine.digest();
    let diff = compare_states(&engine, &workspace(), &rerouted("id == 't2'")).unwrap();
    assert_eq!(told(&diff, queue), [("t2", "first -> second".to_owned())]);
    let place = diff.tasks[0].place.after.clone().unwrap();
    assert_eq!((place.status.as_str(), place.reserved), ("reserved", vec!["bob".to_owned()]));
    let gains: Vec<_> =
        diff.workers.iter().map(|it| (it.worker.as_str(), it.tasks.gained.len(), it.tasks.lost.len())).collect();
    assert_eq!(gains, [("ann", 0, 1), ("bob", 1, 0)]);
    assert_eq!(shares(&diff), [("default", (2, 2), (1, 2)), ("away", (0, 2), (1, 2))]);
    assert_eq!((diff.waits, engine.digest()), (None, before));
}

#[test]
fn everything_that_a_command_can_change_is_put_in_place() {
    let mut new = workspace().prioritize_queue_order(TaskOrder::Lifo).timeout_activity("Break");
    new.activities = ["Offline", "Available", "Unavailable", "Break"]
        .map(|name| ActivitySpec::new(name, name == "Available"))
        .to_vec();
    new.task_channels =
        [TaskChannelSpec::new("voice").channel_optimized_routing(true), TaskChannelSpec::new("fax")].to_vec();
    new.task_queues[0].target_workers = "name == 'bob'".to_owned();
    new.workers[1] = new.workers[1].clone().channel("default", WorkerChannelSpec::new(3));
    new.workers.push(WorkerSpec::new("cleo").activity("Available").attributes(json!({"name": "bob"})));
    let mut old = workspace();
    old.activities.clone_from(&living().spec().activities);
    old.task_channels.clone_from(&living().spec().task_channels);
    let engine = living();
    let diff = compare_states(&engine, &old, &new).unwrap();
    assert_eq!(refused(&diff), []);
    let asked = told(&diff, |place| place.reserved.join(" "));
    // Queues are changed before workers are: Bob is asked first, and Cleo when she comes.
    assert_eq!(asked, [("t1", " -> bob".to_owned()), ("t2", " -> cleo".to_owned())]);
    let members: Vec<_> = diff.workers.iter().map(|it| (it.worker.as_str(), it.queues.gained.join(" "))).collect();
    assert_eq!(members, [("ann", String::new()), ("bob", "first".to_owned()), ("cleo", "first second".to_owned())]);
    // What only the old one has is deleted, if it can be.
    let gone = |spec: &WorkspaceSpec| {
        let mut spec = spec.clone();
        spec.workers.remove(1);
        spec.task_queues.remove(0);
        spec.workflows[0].configuration.default_filter = Some(TargetSpec::to("second"));
        spec
    };
    let diff = compare_states(&engine, &old, &gone(&old)).unwrap();
    assert_eq!(refused(&diff), []);
    assert_eq!(told(&diff, queue), [("t1", "first -> second".to_owned()), ("t2", "first -> second".to_owned())]);
    let mut kept = old.clone();
    kept.workflows.clear();
    let diff = compare_states(&engine, &old, &kept).unwrap();
    assert_eq!(refused(&diff), [("delete_workflow all", None, Some("in-use"))]);
}

#[test]
fn what_neither_has_stays_and_what_never_changes_is_refused() {
    let engine = living();
    let mut few = workspace();
    few.workers.clear();
    assert!(compare_states(&engine, &few, &few).unwrap().is_empty());
    let other = workspace().timeout_basis(TimeoutBasis::StepEntry);
    let problem = compare_states(&engine, &workspace(), &other).unwrap_err().to_string();
    assert!(problem.starts_with("the configurations differ in `timeout_basis`"), "{problem}");
    let mut other = engine.spec();
    other.activities[0].available = true;
    let problem = compare_states(&engine, &engine.spec(), &other).unwrap_err().to_string();
    assert!(problem.contains("whether the activity `Offline` is available"), "{problem}");
}
