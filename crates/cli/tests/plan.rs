//! `pointsman plan` from the outside: what it says would happen, and that it then does.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

mod support;

use serde_json::{Value, json};
use support::{Answer, Folder, pointsman};

const SCENARIO: &str = "\
name: office
workspace:
  workers: [{name: alice}, {name: bob, activity: Available}]
  task_queues: [{name: first, target_workers: 1==0}, {name: all}]
  workflows:
    - name: in
      task_reservation_timeout: 30
      configuration:
        task_routing: {filters: [{expression: 1==1, targets: [{queue: first, timeout: 60}, {queue: all}]}]}
steps:
  - {at: 0, do: create_task, task: t1}
  - {at: 10, do: update_task, task: t1, priority: 3}
";

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", answer.out))
}

fn plan(file: &str, rest: &[&str]) -> Answer {
    pointsman(&[&["plan", file], rest].concat())
}

fn planned(file: &str, rest: &[&str]) -> Value {
    json(&plan(file, &[rest, &["--format", "json"]].concat()).code(0))
}

#[test]
fn what_happens_if_nobody_does_anything_is_told() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", SCENARIO);
    let answer = plan(&file, &[]).code(0);
    let expected = "\
next, up to 1h10s, if nobody does anything
        1m  `bob` would be asked to take `t1`
        1m  task-queue.timeout        t1  queue=first
        1m  task-queue.moved          t1  queue=first
        1m  workflow.target-matched   t1  queue=all filter=0 target=1 priority=3
        1m  task-queue.entered        t1  queue=all
        1m  reservation.created       t1  worker=bob queue=all
     1m30s  reservation.timeout       t1  worker=bob
     1m30s  worker.activity.update    bob  activity=Offline previous_activity=Available

";
    assert!(answer.out.starts_with(expected), "{}", answer.out);
    assert!(answer.out.ends_with(", the same after: nothing was done\n"), "{}", answer.out);
    let told = planned(&file, &["--for", "1m10s"]);
    assert_eq!((told["at"].as_str(), told["until"].as_str()), (Some("10s"), Some("1m20s")));
    assert_eq!(told["reserved_next"], json!([{"at": "1m", "task": "t1", "worker": "bob"}]));
    assert_eq!((told["now"].as_array().map(Vec::len), told["next"].as_array().map(Vec::len)), (Some(0), Some(5)));
    assert_eq!(told["digest"], told["digest_after"]);
    assert_eq!(told["digest"].as_str().map(str::len), Some(16));
    let nothing = plan(&file, &["--for", "1s"]).code(0);
    assert!(nothing.out.contains("nothing happens"), "{}", nothing.out);
}

#[test]
fn what_commands_would_do_is_told() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", SCENARIO);
    let create = "{do: create_task, task: t2}";
    let update = "{do: update_workflow, workflow: in, re_evaluate_tasks: true, configuration: {task_routing: {default_filter: {queue: all}}}}";
    let told = planned(&file, &["--do", create, "--do", update]);
    assert_eq!(
        told["commands"],
        json!([{"what": "create_task t2", "expected": true}, {"what": "update_workflow in", "expected": true}])
    );
    assert_eq!(told["reserved_now"], json!([{"at": "10s", "task": "t1", "worker": "bob"}]), "the older one: {told}");
    assert_eq!(told["waiting"][0]["task"], "t2");
    assert_eq!(
        (told["waiting"][0]["queue"].as_str(), told["waiting"][0]["cause"].as_str()),
        (Some("all"), Some("no-capacity"))
    );
    let answer = plan(&file, &["--do", create, "--do", update]).code(0);
    for text in [
        "create_task t2: would be done\n",
        "now, 10s\n",
        "`bob` would be asked to take `t1`",
        "`t2` would wait in the queue `all`",
    ] {
        assert!(answer.out.contains(text), "`{text}` is not in\n{}", answer.out);
    }
    let queue = "{do: update_task_queue, task_queue: first, target_workers: '1==1'}";
    assert_eq!(planned(&file, &["--do", queue])["reserved_now"][0]["worker"], "bob");
    assert_eq!(
        planned(&file, &["--at", "0", "--do", "{do: create_worker, name: carol, activity: Available}", "--do", queue])
            ["reserved_now"][0]["worker"],
        "bob"
    );
}

#[test]
fn a_plan_is_what_then_happens() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", SCENARIO);
    let told =
        planned(&file, &["--do", "{do: set_worker_activity, worker: alice, activity: Available}", "--for", "10m"]);
    let step = "  - {at: 10, do: set_worker_activity, worker: alice, activity: Available}\n";
    let then = folder.file("then.yaml", &(SCENARIO.to_owned() + step));
    let transcript = folder.name("events.jsonl");
    pointsman(&["run", &then, "--until", "610s", "--transcript", &transcript, "-q"]).code(0);
    let happened: Vec<Value> =
        folder.read("events.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let planned = told["now"].as_array().unwrap().iter().chain(told["next"].as_array().unwrap());
    let planned: Vec<&Value> = planned.collect();
    assert!(planned.len() > 8, "{planned:?}");
    assert_eq!(planned, happened[happened.len() - planned.len()..].iter().collect::<Vec<_>>());
}

#[test]
fn what_helps_is_a_command_to_try() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", &SCENARIO.replace("1==0", "skill == \"x\""));
    let explained = pointsman(&["explain", &file, "--task", "t1", "--versus", "alice", "--format", "json"]);
    let unblock = &json(&explained.code(0))["workers"]["alice"]["unblock"];
    let steps: Vec<&str> =
        unblock["changes"].as_array().unwrap().iter().map(|it| it["step"].as_str().unwrap()).collect();
    let args: Vec<&str> = steps.iter().flat_map(|step| ["--do", step]).collect();
    let told = planned(&file, &args);
    assert_eq!(steps.len(), 2, "{steps:?}");
    assert_eq!(told["reserved_now"], json!([{"at": "10s", "task": "t1", "worker": "alice"}]), "{steps:?}");
}

#[test]
fn a_refusal_is_exit_code_1_unless_it_is_expected() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", SCENARIO);
    let again = "{do: create_task, task: t1}";
    let answer = plan(&file, &["--do", again]).code(1);
    assert!(
        answer.out.contains("create_task t1: would be refused: task `t1` exists already (task-exists)"),
        "{}",
        answer.out
    );
    let told = json(&plan(&file, &["--do", again, "--format", "json"]).code(1));
    assert_eq!(
        (told["commands"][0]["refused"].as_str(), told["commands"][0]["expected"].as_bool()),
        (Some("task-exists"), Some(false))
    );
    plan(&file, &["--do", "{do: create_task, task: t1, refused: task-exists}"]).code(0);
    plan(&file, &["--do", "{do: create_task, task: t2, refused: task-exists}"]).code(1);
}

#[test]
fn commands_that_cannot_be_read_are_exit_code_2_with_their_place() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", SCENARIO);
    for (text, expected) in [
        ("{do: creat_task, task: t2}", &["--do:1:6", "`create_task`"][..]),
        ("{do: cancel_task, task: t9}", &["--do:1:25", "no task `t9`"]),
        ("{do: set_worker_activity, worker: alcie, activity: Offline}", &["--do:1:35", "`alice`"]),
        ("{do: create_task, task: t2, priorty: 1}", &["--do:1:29", "`priority`"]),
        ("{at: 5, do: cancel_task, task: t1}", &["--do:1:6", "`at` has no meaning here"]),
        ("{expect: {task: t1}}", &["`do` is missing"]),
        ("[1", &["--do:1"]),
        ("hello", &["a command such as"]),
    ] {
        let answer = plan(&file, &["--do", text]).code(2);
        assert!(answer.out.is_empty());
        for expected in expected {
            assert!(answer.err.contains(expected), "{text}: `{expected}` is not in\n{}", answer.err);
        }
    }
    let answer = plan(&file, &["--do", "{do: cancel_task, task: t1}", "--do", "{do: x}"]).code(2);
    assert!(answer.err.contains("--do number 2:1:6"), "{}", answer.err);
    assert!(plan(&file, &["--for", "long"]).code(2).err.contains("a span such as"));
    assert!(plan("no-such-file", &[]).code(2).err.contains("no-such-file"));
}
