//! What an explanation says in words, and what advice and plans are made of.

use pointsman::{
    AcceptReservation, Command, CreateTask, FilterSpec, KnownWorkerSpec, RejectReservation, SetWorkerActivity,
    TargetSpec, TaskId, TaskQueueSpec, UpdateWorker, UpdateWorkerChannel, WaitCause, WorkerSpec, WorkflowConfiguration,
};
use serde_json::json;

use super::{World, instant, office, office_with, seconds, with_workers};

impl World {
    /// What is said of a worker: the code, and the sentence with names in place of ids.
    fn told(&self, task: &str, worker: &str) -> (&'static str, String) {
        let explained = self.engine.explain(task.into()).expect("the task exists");
        let pair = explained.workers.iter().find(|pair| pair.worker == worker.into()).expect("the worker exists");
        (pair.verdict.code(), self.named(&pair.verdict.to_string()))
    }

    fn others(&self, task: &str, worker: &str) -> Vec<&'static str> {
        let explained = self.engine.explain(task.into()).expect("the task exists");
        let pair = explained.workers.iter().find(|pair| pair.worker == worker.into()).expect("the worker exists");
        pair.others.iter().map(|verdict| verdict.code()).collect()
    }

    fn cause(&self, task: &str) -> Option<WaitCause> {
        self.engine.explain(task.into()).expect("the task exists").cause
    }

    fn named(&self, sentence: &str) -> String {
        let tasks = super::TASKS.iter().map(|name| (TaskId::named(name).to_string(), (*name).to_owned()));
        let workers = self.engine.workers().map(|view| view.facts);
        let workers = workers.map(|facts| (facts.worker.to_string(), facts.friendly_name.to_string()));
        tasks.chain(workers).fold(sentence.to_owned(), |text, (id, name)| text.replace(&id, &name))
    }
}

/// Alice speaks Spanish and is away; Bob speaks English.
fn spanish() -> World {
    let spec = office(FilterSpec::new("1==1").target(TargetSpec::to("spanish")));
    let spec = spec.task_queue(TaskQueueSpec::new("spanish", "languages HAS 'es' AND level >= 3"));
    let alice = WorkerSpec::new("alice").attributes(json!({"languages": ["en", "es"], "level": 5}));
    let bob = WorkerSpec::new("bob").activity("Available").attributes(json!({"languages": ["en"]}));
    World::new(spec.worker(alice).worker(bob))
}

#[test]
fn a_worker_outside_the_queue_is_told_with_what_was_seen() {
    let mut world = spanish();
    world.at(0, CreateTask::new("t1"));
    let both = "is not in the queue `spanish`: `languages HAS 'es'` does not hold, `languages` is [\"en\"]; `level >= 3` \
                does not hold, `level` is missing (a missing value has no order)";
    assert_eq!(world.told("t1", "bob"), ("not-in-queue", both.to_owned()));
    let away = "is in the activity `Offline`, which is not an available one";
    assert_eq!(world.told("t1", "alice"), ("activity-unavailable", away.to_owned()));
    assert_eq!(world.others("t1", "alice"), ["would-be-next"]);
    assert_eq!(world.cause("t1"), Some(WaitCause::NoneAvailable));
}

#[test]
fn the_busy_and_those_behind_are_told_apart() {
    let mut world = World::of(&["alice", "bob", "carol"]);
    world.at(0, CreateTask::new("t1"));
    assert_eq!(world.told("t1", "alice"), ("reserved", "has been asked and has not answered yet".to_owned()));
    assert_eq!(world.told("t1", "bob"), ("would-be-next", "would be next".to_owned()));
    let behind = "comes behind bob (never reserved), having never reserved";
    assert_eq!(world.told("t1", "carol"), ("ordered-behind", behind.to_owned()));
    world.at(1, CreateTask::new("t2"));
    world.at(1, CreateTask::new("t3"));
    world.at(2, AcceptReservation::new(("t1", "alice")));
    assert_eq!(world.told("t1", "alice"), ("assigned", "has taken the task".to_owned()));
    world.at(3, CreateTask::new("t4").priority(5));
    world.at(3, CreateTask::new("t5"));
    let full = "has no free hand: 1 of 1 on the channel `default`";
    assert_eq!(world.told("t5", "bob"), ("no-capacity", full.to_owned()));
    assert_eq!((world.others("t4", "bob"), world.others("t5", "bob")), (vec!["would-be-next"], vec!["outranked"]));
    assert_eq!((world.cause("t4"), world.cause("t5")), (Some(WaitCause::NoCapacity), Some(WaitCause::Outranked)));
    let of_bob = world.engine.explain_worker("bob".into()).expect("bob exists");
    assert_eq!(of_bob.next, Some("t4".into()));
    let last = of_bob.tasks[1].others[0].to_string();
    assert_eq!(world.named(&last), "takes t4 first (priority 5, since 3000), this one being priority 0, since 3000");
    assert_eq!(world.told("t1", "bob").0, "no-capacity");
}

#[test]
fn a_step_for_one_worker_says_whom_it_wants() {
    let known = TargetSpec::to("all").known_worker(KnownWorkerSpec::Sid("task.agent".to_owned()));
    let spec = office(FilterSpec::new("1==1").target(known));
    let mut world = World::new(with_workers(spec, &["alice"]).worker(WorkerSpec::new("bob").sid("WKbob")));
    let sentence = |world: &World, task: &str| world.told(task, "alice").1;
    for (task, agent) in [("t1", json!({"agent": "WKbob"})), ("t2", json!({})), ("t3", json!({"agent": "WKeve"}))] {
        world.at(0, CreateTask::new(task).attributes(agent));
    }
    assert_eq!(sentence(&world, "t1"), "is not the worker the task is for: `task.agent` names bob");
    assert_eq!(sentence(&world, "t2"), "is not the worker the task is for: `task.agent` is missing, so it is nobody");
    let nobody = "is not the worker the task is for: `task.agent` is \"WKeve\", and there is no such worker";
    assert_eq!(sentence(&world, "t3"), nobody);
    assert_eq!(world.cause("t3"), Some(WaitCause::KnownWorker));
}

#[test]
fn how_the_filters_above_were_passed() {
    let to = |queue: &str| TargetSpec::to(queue);
    let filters = WorkflowConfiguration::new()
        .filter(FilterSpec::new("type == 'x'").target(to("all")))
        .filter(FilterSpec::new("1==1").target(to("all").skip_if("1==1")))
        .filter(FilterSpec::new("level > 2").target(to("all").timeout(seconds(10))))
        .filter(FilterSpec::new("1==1").target(to("other")));
    let mut world = World::new(office_with(filters));
    world.at(0, CreateTask::new("t1").attributes(json!({"level": 3})));
    let passed = |world: &World| {
        let explained = world.engine.explain("t1".into()).expect("the task exists");
        explained.passed.iter().map(|filter| filter.how.to_string()).collect::<Vec<_>>()
    };
    let not_matched = "not matched: `type == 'x'` does not hold, `type` is missing";
    assert_eq!(passed(&world), [not_matched, "left by skip"]);
    world.until(10);
    assert_eq!(passed(&world), [not_matched, "left by timeout or skip", "left by timeout or skip"]);
    assert_eq!(world.cause("t1"), Some(WaitCause::NoWorker));
}

#[test]
fn advice_is_the_fewest_changes_and_the_cheapest() {
    let mut world = spanish();
    world.at(0, CreateTask::new("t1"));
    let advised = |world: &World, worker: &str| {
        let advice = world.engine.unblock("t1".into(), worker.into()).expect("something helps");
        advice.changes.iter().map(|change| change.kind.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(advised(&world, "alice"), ["move the worker to the activity `Available`"]);
    // Two attributes or one expression: fewer changes are better.
    let bob = world.engine.worker("bob".into()).expect("bob exists").facts.worker;
    let admitted = format!("change the queue's expression to `(languages HAS 'es' AND level >= 3) OR sid == '{bob}'`");
    assert_eq!(advised(&world, "bob"), [admitted]);
    world.at(1, UpdateWorker::new("bob").attributes(json!({"languages": ["en"], "level": 4})));
    assert_eq!(advised(&world, "bob"), ["set the worker's attribute `languages` to [\"en\",\"es\"]"]);
    world.at(2, UpdateWorkerChannel::new("bob", "default").capacity(0).available(false));
    let all = [
        "set the worker's attribute `languages` to [\"en\",\"es\"]",
        "let the worker take tasks of the channel `default`",
        "raise the worker's capacity on `default` to 1",
    ];
    assert_eq!(advised(&world, "bob"), all);
    assert_eq!(world.engine.unblock("t1".into(), "nobody".into()), None);
    world.at(3, SetWorkerActivity::new("alice", "Available"));
    assert_eq!(world.engine.unblock("t1".into(), "alice".into()), None, "she has been asked");
}

#[test]
fn a_plan_says_who_would_be_asked_now_and_next() {
    let mut world = World::of(&["alice", "bob"]);
    world.at(0, CreateTask::new("t1"));
    let before = world.engine.digest();
    let reject: Command = RejectReservation::new(("t1", "alice")).into();
    let plan = world.engine.plan(instant(5), Some(reject.clone()), instant(60));
    assert_eq!(plan.answer, Ok(()));
    let names = |facts: Vec<&pointsman::ReservationFacts>| {
        facts.iter().map(|facts| facts.worker.friendly_name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(plan.reserved_now().collect()), ["bob"]);
    assert_eq!(names(plan.reserved_next().collect()), ["alice"], "when bob does not answer");
    assert_eq!(world.engine.digest(), before);
    assert_eq!(world.at(5, reject).last().map(String::as_str), Some("reservation.created t1 bob"));
}
