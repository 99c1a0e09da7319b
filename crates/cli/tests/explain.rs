//! `pointsman explain` from the outside: what it says of tasks and workers, in which form, and when it cannot.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

mod support;

use pointsman::{CreateTask, Engine, TargetSpec, TaskQueueSpec, Timestamp, WorkerSpec};
use pointsman::{WorkflowConfiguration, WorkflowSpec, WorkspaceSpec};
use serde_json::{Value, json};
use support::{Answer, Folder, coloured, pointsman, with_input};

const SCENARIO: &str = "\
name: office
workspace:
  workers:
    - {name: alice, attributes: {languages: [en, es]}}
    - {name: bob, activity: Available, attributes: {languages: [en]}}
    - {name: carol, activity: Available, attributes: {language: es}}
  task_queues: [{name: spanish, friendly_name: Customer Care, target_workers: 'languages HAS \"es\"'}, {name: all}]
  workflows:
    - name: incoming
      configuration:
        task_routing:
          filters:
            - {filter_friendly_name: English, expression: 'language == \"en\" AND vip == true', targets: [{queue: all}]}
            - filter_friendly_name: Spanish
              expression: language == \"es\"
              targets: [{queue: spanish, timeout: 60, priority: 5}, {queue: all}]
steps:
  - {at: 0, do: create_task, task: hola, attributes: {language: es}}
  - {at: 5, do: create_task, task: nope, attributes: {language: fr}}
  - {at: 10, do: set_worker_activity, worker: alice, activity: Available}
  - {at: 12, do: accept_reservation, task: hola, worker: alice}
  - {at: 20, do: complete_task, task: hola, reason: solved}
";

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", answer.out))
}

fn explain(file: &str, rest: &[&str]) -> Answer {
    pointsman(&[&["explain", file], rest].concat())
}

fn explained(file: &str, rest: &[&str]) -> Value {
    json(&explain(file, &[rest, &["--format", "json"]].concat()).code(0))
}

#[track_caller]
fn says(answer: &Answer, texts: &[&str]) {
    for text in texts {
        assert!(answer.out.contains(text), "`{text}` is not in\n{}", answer.out);
    }
}

#[test]
fn a_waiting_task_is_told_for_people() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", SCENARIO);
    let answer = explain(&folder.path(), &["--task", "hola", "--at", "7s"]).code(0);
    assert_eq!(answer.out, explain(&file, &["--task", "hola", "--at", "7"]).code(0).out);
    assert!(answer.err.is_empty() && !answer.out.contains('\u{1b}'), "{answer:?}");
    let expected = "\
`hola` waits in the queue `spanish` (filter 1 `Spanish`, target 0) for an available worker: all who may take it are absent.
It came there at 0s and has waited 7s.

filters passed
  filter 0 `English`: not matched
           | language == \"en\" AND vip == true
           | ^^^^^^^^^^^^^^^^     ^^^^^^^^^^^ `vip` is missing
           | |
           | `language` is \"es\"

history
        0s  created in the workflow `incoming`, priority 0
        0s  enters filter 1 `Spanish`, target 0: queue `spanish`, priority 0 becomes 5

waited 7s
  none-available            7s  ████████████████████████  100 %

next, if nobody does anything
        1m  leaves filter 1 `Spanish`, target 0 by timeout
        1m  enters filter 1 `Spanish`, target 1: queue `all`
        1m  `bob` is asked
        3m  `bob` has not answered in time
        3m  `carol` is asked
        5m  `carol` has not answered in time
        1d  canceled: Task TTL Exceeded

workers (3)
       1  alice  [activity-unavailable]
          is in the activity `Offline`, which is not an available one, since 0s
          and once it can be asked, this task comes first
          what helps: move the worker to the activity `Available`
            {do: set_worker_activity, worker: alice, activity: Available}
       2  bob, carol  [not-in-queue]
          each is not in the queue `spanish`:
           | languages HAS \"es\"
           | ^^^^^^^^^^^^^^^^^^ `languages` is [\"en\"] (1), missing (1, there is `language`)
          what helps for `bob`: set the worker's attribute `languages` to [\"en\",\"es\"]
";
    assert_eq!(answer.out, expected);
}

#[test]
fn a_waiting_task_is_told_for_machines() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", SCENARIO);
    let told = explained(&file, &["--task", "hola", "--at", "7s"]);
    let place = ["task", "status", "workflow", "filter", "filter_name", "target", "queue", "priority", "cause"];
    let place: Vec<Value> = place.iter().map(|key| told[key].clone()).collect();
    let expected = json!(["hola", "pending", "incoming", 1, "Spanish", 0, "spanish", 5, "none-available"]);
    assert_eq!(Value::from(place), expected);
    assert_eq!((told["at"].as_str(), told["deadline"].as_str()), (Some("7s"), Some("1m")));
    assert_eq!((told["waited"].as_u64(), &told["wait"]), (Some(7_000), &json!({"none-available": 7_000})));
    assert_eq!(told["history"][1]["what"], "entered-step");
    assert_eq!(
        told["next"][0],
        json!({"at": "1m", "what": "left-step", "filter": 1, "filter_name": "Spanish", "target": 0, "by": "timeout"})
    );
    assert_eq!(
        (told["passed"][0]["filter"].as_u64(), told["passed"][0]["how"].as_str()),
        (Some(0), Some("not-matched"))
    );
    let alice = &told["workers"]["alice"];
    assert_eq!((alice["eligible"].as_bool(), alice["verdict"].as_str()), (Some(false), Some("activity-unavailable")));
    assert_eq!(alice["others"], json!(["would-be-next"]));
    assert_eq!(alice["unblock"]["changes"][0]["kind"], "set-activity");
    let bob = &told["workers"]["bob"];
    let detail = "is not in the queue `spanish`: `languages HAS \"es\"` does not hold, `languages` is [\"en\"]";
    assert_eq!((bob["verdict"].as_str(), bob["detail"].as_str()), (Some("not-in-queue"), Some(detail)));
    assert_eq!(bob["unblock"]["worker"], "bob");
    assert!(told["workers"]["carol"].get("unblock").is_none(), "one of a group has it: {told}");
    let carol = explained(&file, &["--task", "hola", "--at", "7s", "--versus", "carol"]);
    assert_eq!(carol["workers"].as_object().unwrap().len(), 1);
    assert!(carol["workers"]["carol"]["unblock"]["changes"].is_array(), "{carol}");
}

#[test]
fn what_became_of_a_task_is_told() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", SCENARIO);
    let done = explain(&file, &["--task", "hola"]).code(0);
    says(&done, &["`hola` was completed by `alice` at 20s (\"solved\").\nIt had waited 12s."]);
    says(&done, &["none-available           10s", "83 %", "reserved                  2s", "17 %"]);
    assert!(!done.out.contains("workers ("), "a task that is done needs nobody: {}", done.out);
    let gone = explain(&file, &["--task", "hola", "--at", "10m"]).code(0);
    says(&gone, &["`hola` is gone: it was completed by `alice` at 20s (\"solved\"), and ended tasks are removed"]);
    assert_eq!(explained(&file, &["--task", "hola", "--at", "10m"])["exists"], false);
    let nothing = explain(&file, &["--task", "nope"]).code(0);
    says(&nothing, &["no workflow filter matched", "a `default_filter` would have taken it", "`language` is \"fr\""]);
    says(
        &explain(&file, &["--task", "hola", "--at", "15s"]).code(0),
        &["is assigned to `alice`, who accepted it at 12s"],
    );
    let deleted = folder.file("deleted.yaml", &format!("{SCENARIO}  - {{at: 21, do: delete_task, task: hola}}\n"));
    says(&explain(&deleted, &["--task", "hola"]).code(0), &["`hola` is gone: it was deleted at 21s."]);
    let ended = folder.file(
        "ended.yaml",
        &SCENARIO
            .replace("{at: 12, do: accept_reservation, task: hola, worker: alice}", "{at: 12, do: delete_workspace}"),
    );
    says(
        &explain(&ended, &["--task", "hola"]).code(0),
        &["`hola` is gone: the workspace was deleted.", "It had waited 12s."],
    );
}

#[test]
fn a_worker_is_told() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", SCENARIO);
    let answer = explain(&file, &["--worker", "alice", "--at", "7s"]).code(0);
    says(&answer, &["`alice` is in the activity `Offline`, which is not an available one, since 0s.\n"]);
    says(&answer, &["Once it can be asked, `hola` comes first.", "waiting tasks (1)"]);
    let told = explained(&file, &["--worker", "alice", "--at", "7s"]);
    assert_eq!((told["worker"].as_str(), told["next"].as_str()), (Some("alice"), Some("hola")));
    assert_eq!(told["tasks"]["hola"]["verdict"], "activity-unavailable");
    let busy = explain(&file, &["--worker", "alice", "--at", "11s"]).code(0);
    says(&busy, &["tasks it has\n  hola  pending", "No task is waiting."]);
    let told = explained(&file, &["--worker", "carol", "--at", "7s", "--versus", "hola"]);
    assert_eq!((told["next"].as_str(), told["tasks"]["hola"]["eligible"].as_bool()), (None, Some(false)));
    assert_eq!(told["available"], true);
}

#[test]
fn what_waits_is_told_without_a_name() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", SCENARIO);
    let answer = explain(&file, &["--at", "7s"]).code(0);
    says(
        &answer,
        &["1 task waits at 7s.\n", "hola  [none-available]", "in the queue `spanish` for an available worker"],
    );
    let waiting = json!({"filter": 1, "target": 0, "queue": "spanish", "created": "0s", "cause": "none-available"});
    assert_eq!(explained(&file, &["--at", "7s"]), json!({"at": "7s", "tasks": {"hola": waiting}}));
    assert_eq!(explain(&file, &[]).code(0).out, "No task waits at 20s.\n");
}

#[test]
fn a_log_says_what_its_scenario_says_and_a_state_what_it_can() {
    let folder = Folder::new();
    let (file, log) = (folder.file("scenario.yaml", SCENARIO), folder.name("day.jsonl"));
    pointsman(&["run", &file, "--record", &log, "-q"]).code(0);
    for rest in [&["--task", "hola", "--at", "7s"][..], &["--worker", "bob"], &["--at", "11s"]] {
        assert_eq!(explained(&log, rest), explained(&file, rest), "{rest:?}");
    }
    let everyone = WorkflowConfiguration::new().default_filter(TargetSpec::to("all"));
    let workspace = WorkspaceSpec::new("Office").task_queue(TaskQueueSpec::new("all", "1==1"));
    let workspace = workspace.workflow(WorkflowSpec::new("in", everyone)).worker(WorkerSpec::new("ann"));
    let mut engine = Engine::new(workspace, 1).unwrap();
    engine.handle(Timestamp::EPOCH, CreateTask::new("t1")).unwrap();
    engine.handle_timeout(Timestamp::from_millis(300_000));
    let state = folder.file("state.json", &serde_json::to_string(&engine.snapshot()).unwrap());
    let task = engine.tasks().next().unwrap().facts.task.to_string();
    let told = explained(&state, &["--task", &task]);
    assert_eq!(
        (told["at"].as_str(), told["workers"]["ann"]["verdict"].as_str()),
        (Some("now"), Some("activity-unavailable"))
    );
    assert!(["history", "wait", "waited"].iter().all(|key| told.get(key).is_none()), "{told}");
    assert!(told["summary"].as_str().unwrap().ends_with("It came there 5m ago."), "{told}");
    says(&explain(&state, &["--worker", "ann"]).code(0), &["since 5m ago"]);
}

const WORKFLOW: &str = r#"{"task_routing": {"filters": [
  {"filter_friendly_name": "Invoices", "expression": "type == \"invoice\"", "targets": [{"queue": "money", "timeout": 30}]}]}}"#;

#[test]
fn a_workflow_alone_tells_where_a_task_would_go() {
    let folder = Folder::new();
    let file = folder.file("workflow.json", WORKFLOW);
    let answer = explain(&file, &["--attributes", r#"{"type": "invoice"}"#]).code(0);
    says(
        &answer,
        &["The task waits in the queue `money` (filter 0 `Invoices`, target 0).\nWho may take it is told with"],
    );
    says(
        &answer,
        &["       30s  canceled: Task canceled on Workflow timeout", "the last target that the task matches"],
    );
    assert!(!answer.out.contains("workers ("), "{}", answer.out);
    let typo = explain(&file, &["--attributes", r#"{"typ": "invoice"}"#]).code(0);
    says(&typo, &["`type` is missing (there is `typ`)"]);
    let workspace =
        folder.file("workspace.yaml", "task_queues: [{name: money}]\nworkers: [{name: ann, activity: Available}]\n");
    let told = explained(&file, &["--workspace", &workspace, "--attributes", r#"{"type": "invoice"}"#]);
    assert_eq!(
        (told["status"].as_str(), told["workers"]["ann"]["verdict"].as_str()),
        (Some("reserved"), Some("reserved"))
    );
    let whole = folder
        .file("whole.yaml", "task_queues: [{name: money}]\nworkflows: [{name: in, configuration: workflow.json}]\n");
    says(&explain(&whole, &["--attributes", r#"{"type": "invoice"}"#]).code(0), &["`task` waits in the queue `money`"]);
    for (rest, expected) in [
        (&["--attributes", "{"][..], "not JSON"),
        (&["--attributes", "[1]"], "refused"),
        (&[], "`--attributes JSON`"),
        (&["--attributes", "{}", "--workspace", &file], "not a workspace file"),
        (&["--attributes", "{}", "--workflow", "in"], "no workflow `in`"),
    ] {
        let answer = explain(&file, rest).code(2);
        assert!(answer.out.is_empty() && answer.err.contains(expected), "{rest:?}: {}", answer.err);
    }
    let answer = explain(&whole, &["--attributes", "{}", "--workspace", &whole]).code(2);
    assert!(answer.err.contains("holds a workspace itself"), "{}", answer.err);
}

#[test]
fn a_task_that_would_be_created_is_told_with_what_is_there() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", SCENARIO);
    let told = explained(&file, &["--attributes", r#"{"language": "es"}"#, "--at", "7s"]);
    assert_eq!((told["task"].as_str(), told["cause"].as_str()), (Some("task"), Some("none-available")));
    assert_eq!(told["workers"]["alice"]["others"], json!(["outranked"]));
    let two = SCENARIO.replace(
        "  workflows:\n",
        "  workflows:\n    - {name: other, configuration: {task_routing: {default_filter: {queue: all}}}}\n",
    );
    let two = folder.file("two.yaml", &two);
    let answer = explain(&two, &["--attributes", "{}", "--at", "0"]).code(2);
    assert!(answer.err.contains("workflow-required"), "{}", answer.err);
    assert_eq!(explained(&two, &["--attributes", "{}", "--workflow", "other"])["queue"], "all");
}

#[test]
fn questions_that_have_no_answer_are_exit_code_2() {
    let folder = Folder::new();
    let refused = "  - {at: 30, do: create_task, task: bad, workflow: none, refused: unknown-workflow}\n";
    let file = folder.file("scenario.yaml", &(SCENARIO.to_owned() + refused));
    for (rest, expected) in [
        (&["--task", "holla"][..], "did you mean `hola`?"),
        (&["--task", "x"], "there are `bad`, `hola`, `nope`"),
        (&["--worker", "alcie"], "did you mean `alice`?"),
        (&["--task", "hola", "--versus", "bobb"], "did you mean `bob`?"),
        (&["--worker", "bob", "--versus", "holla"], "did you mean `hola`?"),
        (&["--task", "nope", "--at", "1s"], "`nope` is created at 5s, and this is the state at 1s"),
        (&["--task", "bad"], "was not created at 30s"),
        (&["--task", "WT00000000000000000000000000000001"], "no task `WT00000000000000000000000000000001`"),
        (&["--worker", "WK00000000000000000000000000000001"], "is not there"),
        (&["--task", "hola", "--at", "soon"], "a span such as"),
        (&["--task", "hola", "--worker", "bob"], "cannot be used with"),
        (&["--versus", "bob"], "required"),
    ] {
        let answer = explain(&file, rest).code(2);
        assert!(answer.out.is_empty() && answer.err.contains(expected), "{rest:?}: {}", answer.err);
    }
    assert!(explain("no/such/file.yaml", &["--task", "t"]).code(2).err.contains("no/such/file.yaml"));
    assert_eq!(with_input(&["explain", "-", "--at", "7s"], SCENARIO.as_bytes()).code(0).out.lines().count(), 4);
}

#[test]
fn thousands_of_workers_are_read_on_one_screen() {
    let worker = |n: usize| {
        let languages = if n.is_multiple_of(3) { "[en, es]" } else { "[en]" };
        let activity = if n.is_multiple_of(2) { "Offline" } else { "Available" };
        let attributes = format!("{{languages: {languages}, level: {}}}", n % 5);
        format!("    - {{name: w{n}, activity: {activity}, attributes: {attributes}}}\n")
    };
    let workers: String = (0..3_000).map(worker).collect();
    let expression = "'languages HAS \"es\" AND level >= 2'";
    let text = format!(
        "workspace:\n  task_queues: [{{name: q, target_workers: {expression}}}]\n  workflows: [{{name: in, configuration: \
         {{task_routing: {{default_filter: {{queue: q}}}}}}}}]\n  workers:\n{workers}steps:\n  - {{at: 0, do: create_task, task: t}}\n"
    );
    let folder = Folder::new();
    let file = folder.file("many.yaml", &text);
    let answer = explain(&file, &["--task", "t"]).code(0);
    assert!(answer.out.lines().count() < 60, "{}", answer.out);
    says(
        &answer,
        &[
            "workers (3000)",
            "and 1195 more",
            "`level` is 0 (200), 1 (200)",
            "and 200 of them are",
            "what helps for `w7`",
        ],
    );
}

#[test]
fn colours_are_for_those_who_look() {
    let folder = Folder::new();
    let file = folder.file("scenario.yaml", SCENARIO);
    let args = ["explain", &file, "--task", "hola", "--at", "7s"];
    let plain = pointsman(&args).code(0).out;
    let colourful = coloured(&args).code(0).out;
    assert!(
        colourful.contains("\u{1b}[1m`hola` waits") && colourful.contains("\u{1b}[32mwhat helps\u{1b}[0m"),
        "{colourful}"
    );
    assert!(!plain.contains('\u{1b}'));
}
