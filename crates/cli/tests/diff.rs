//! `diff` and `replay` from the outside: what they print, what they make of files of every kind, their exit codes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

mod support;

use pointsman::{CreateTask, Engine, SetWorkerActivity, Timestamp};
use pointsman_sim::Recording;
use serde_json::Value;
use support::{Answer, Folder, pointsman};

const WORKSPACE: &str = r#"  workers:
    - {name: alice, activity: Available, attributes: {languages: [en, es]}}
    - {name: bob, activity: Available, attributes: {languages: [en]}}
  task_queues:
    - {name: spanish, target_workers: 'languages HAS "es"'}
    - {name: everyone, target_workers: 1==1}
  workflows:
    - name: incoming
      configuration:
        task_routing:
          filters:
            - {filter_friendly_name: Spanish, expression: 'language == "es"', targets: [{queue: spanish}]}
          default_filter: {queue: everyone}
"#;

const STEPS: &str = "\
steps:
  - {at: 0, do: create_task, task: t1, attributes: {language: en}}
  - {at: 5, do: accept_reservation, task: t1, worker: alice}
  - {at: 10, do: create_task, task: t2, attributes: {language: es}}
  - {at: 65, do: complete_task, task: t1}
  - {at: 70, do: accept_reservation, task: t2, worker: alice}
  - {at: 90, do: complete_task, task: t2}
";

/// English tasks have a filter of their own, for those who speak nothing else.
const NEW: &str = r#"{"task_routing": {
  "filters": [
    {"filter_friendly_name": "English", "expression": "language == 'en'", "targets": [{"queue": "everyone", "expression": "'es' NOT IN worker.languages", "timeout": 300}]},
    {"filter_friendly_name": "Spanish", "expression": "language == 'es'", "targets": [{"queue": "spanish"}]}],
  "default_filter": {"queue": "everyone"}}}"#;

fn scenario(folder: &Folder) -> String {
    folder.file("day.yaml", &format!("name: day\nworkspace:\n{WORKSPACE}{STEPS}"))
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", answer.out))
}

/// The whole of what is printed, from one blank line to the next.
fn section<'a>(text: &'a str, title: &str) -> &'a str {
    let found = text.split("\n\n").find(|section| section.contains(title));
    found.unwrap_or_else(|| panic!("`{title}` is not in\n{text}"))
}

#[test]
fn what_changes_is_told_on_one_page() {
    let folder = Folder::new();
    let (day, new) = (scenario(&folder), folder.file("new.json", NEW));
    let answer = pointsman(&["diff", &day, &new, "--answer", "auto"]).code(0);
    assert!(answer.err.is_empty(), "{}", answer.err);
    let out = &answer.out;
    assert!(out.starts_with(&format!("old  {day}\nnew  {new}\non   {day}, answers auto\n\n1 of 2 tasks elsewhere\n")));
    let moved = section(out, "elsewhere");
    assert!(moved.ends_with("  t1   filter default -> 0 (English), worker alice -> bob"), "{moved}");
    assert_eq!(section(out, "gain or lose"), "1 worker gain or lose\n  alice   loses task t1");
    let shares = section(out, "shares of filters");
    assert!(shares.contains("  incoming 0 (English)   none            1 of 2 (50 %)"), "{shares}");
    assert!(shares.contains("  incoming default       1 of 2 (50 %)   0 of 2 (0 %)"), "{shares}");
    let waits = section(out, "waits");
    // Alice was busy with t1 for a minute before she was asked for t2, and answers five seconds after.
    assert!(waits.contains("  t2            1m     5s    -55s (-91 %)"), "{waits}");
    assert!(waits.contains("  all tasks     1m5s   10s   -55s (-84 %)"), "{waits}");
    assert!(!out.contains('\u{1b}'), "colours are for terminals");
    assert_eq!(pointsman(&["diff", &day, &new, "--answer", "auto"]).code(0).out, *out, "the same bytes");
}

#[test]
fn the_json_document_holds_everything() {
    let folder = Folder::new();
    let (day, new) = (scenario(&folder), folder.file("new.json", NEW));
    let args = ["diff", &day, &new, "--format", "json", "--fail-if", "tasks-moved > 0", "--fail-if", "canceled > +0"];
    let json = json(&pointsman(&args).code(1));
    assert_eq!((json["old"].as_str(), json["new"].as_str()), (Some(&*day), Some(&*new)));
    assert_eq!((json["against"].as_str(), json["answer"].as_str()), (Some(&*day), Some("as-recorded")));
    assert_eq!(json["failed"], serde_json::json!([{"condition": "tasks-moved > 0", "figure": "1"}]));
    let task = &json["tasks"][0];
    assert_eq!((task["task"].as_str(), task["elsewhere"].as_bool()), (Some("t1"), Some(true)));
    assert_eq!((task["before"]["worker"].as_str(), task["after"]["worker"].as_str()), (Some("alice"), None));
    assert_eq!(task["after"]["filter"], serde_json::json!({"index": 0, "name": "English"}));
    assert_eq!(json["workers"][0]["tasks"], serde_json::json!({"gained": [], "lost": ["t1"]}));
    let refused: Vec<_> = json["refused"].as_array().unwrap().iter().map(|it| it["command"].clone()).collect();
    assert_eq!(refused, ["accept_reservation t1 alice", "complete_task t1"]);
    assert_eq!(json["refused"][0]["after"], "no-reservation");
    assert_eq!(
        (json["waits"]["total"]["before"].as_u64(), json["outcomes"]["completed"]["before"].as_u64()),
        (Some(65_000), Some(2))
    );
    let schema = pointsman(&["schema", "diff"]).code(0).out;
    for key in json.as_object().unwrap().keys() {
        assert!(schema.contains(&format!("\"{key}\"")), "{key}");
    }
}

#[test]
fn conditions_decide_the_exit_code() {
    let folder = Folder::new();
    let (day, new) = (scenario(&folder), folder.file("new.json", NEW));
    let judged =
        |condition: &str, code| pointsman(&["diff", &day, &new, "--answer", "auto", "--fail-if", condition]).code(code);
    judged("tasks-moved > 1", 0);
    judged("wait-total > +10%", 0);
    let answer = judged("wait-total < -10%", 1);
    assert!(answer.err.contains("`wait-total < -10%` holds: it is 1m5s before, 10s after"), "{}", answer.err);
    assert!(answer.out.contains("elsewhere"), "the difference is told all the same");
    for (condition, told) in [("tasks-move > 1", "did you mean `tasks-moved`?"), ("completed > x", "a number such as")]
    {
        let answer = judged(condition, 2);
        assert!(answer.out.is_empty() && answer.err.contains(told), "{}", answer.err);
    }
    let help = pointsman(&["diff", "--help"]).code(0).out;
    let words: Vec<&str> = help.split([' ', ',', '\n', '.']).collect();
    for figure in pointsman_sim::diff::figures() {
        assert!(words.contains(&figure), "`{figure}` is not in the help");
    }
}

#[test]
fn an_unchanged_configuration_is_no_difference() {
    let folder = Folder::new();
    let day = scenario(&folder);
    let workspace = folder.file("workspace.yaml", WORKSPACE);
    for new in [&day, &workspace] {
        let answer = pointsman(&["diff", &day, new, "--fail-if", "tasks-changed > 0"]).code(0);
        assert!(answer.out.ends_with("\nno difference: 2 tasks go the same way\n"), "{}", answer.out);
    }
}

#[test]
fn every_form_can_be_either_side() {
    let folder = Folder::new();
    let (day, new) = (scenario(&folder), folder.file("new.json", NEW));
    let (log, live) = (folder.name("day.jsonl"), folder.name("live.json"));
    pointsman(&["run", &day, "--record", &log, "-q"]).code(0);
    folder.file("live.json", &snapshot(&folder.read("day.jsonl")));
    let workspace = folder.file("workspace.yaml", WORKSPACE);
    let body = |args: &[&str]| {
        let json = json(&pointsman(&[&["diff", "--format", "json"], args].concat()).code(0));
        (json["tasks"].clone(), json["workers"].clone(), json["waits"].clone())
    };
    let reference = body(&[&day, &new]);
    assert_eq!(body(&[&log, &new]), reference, "a log is its own ground");
    assert_eq!(body(&[&workspace, &new, "--against", &log]), reference);
    assert_eq!(body(&[&workspace, &new, "--against", &day]), reference);
    let (tasks, workers, waits) = body(&[&live, &new]);
    assert_eq!((tasks[0]["before"]["reserved"].as_array().unwrap().len(), waits), (0, Value::Null));
    assert_eq!(tasks[0]["after"]["filter"]["index"], 0, "{tasks}");
    assert_eq!(tasks.as_array().unwrap().len(), 1, "the Spanish task stays where it is");
    assert_eq!(workers[0]["worker"], "alice");
    let answer = pointsman(&["diff", &live, &new]).code(0);
    assert!(answer.out.starts_with(&format!("old  {live}\nnew  {new}\non   {live}\n\n")), "{}", answer.out);
    pointsman(&["diff", &live, &live]).code(0);
}

/// An engine in which an English and a Spanish task wait for somebody to become available.
fn snapshot(log: &str) -> String {
    let workspace = Recording::read(log).unwrap().workspace().clone();
    let mut engine = Engine::new(workspace, 0).unwrap();
    let at = Timestamp::EPOCH;
    for worker in ["alice", "bob"] {
        engine.handle(at, SetWorkerActivity::new(worker, "Offline")).unwrap();
    }
    for (task, language) in [("t1", "en"), ("t2", "es")] {
        let attributes = serde_json::json!({"language": language});
        engine.handle(at, CreateTask::new(task).attributes(attributes)).unwrap();
    }
    serde_json::to_string_pretty(&engine.snapshot()).unwrap()
}

#[test]
fn what_cannot_be_compared_is_exit_code_2() {
    let folder = Folder::new();
    let (day, new) = (scenario(&folder), folder.file("new.json", NEW));
    let workspace = folder.file("workspace.yaml", WORKSPACE);
    let two = folder.file(
        "two.yaml",
        &format!("workspace:\n{WORKSPACE}    - {{name: other, configuration: {{task_routing: {{}}}}}}\n"),
    );
    let unknown = folder.file("unknown.json", &NEW.replace("\"spanish\"", "\"spanisch\""));
    let damaged = folder.file("damaged.json", r#"{"version": 1, "workspace": {"state": {}}}"#);
    let log = folder.file("log.jsonl", "{}\n");
    let basis = folder
        .file("basis.yaml", &format!("timeout_basis: step_entry\n{}", WORKSPACE.replace("\n  ", "\n").trim_start()));
    pointsman(&["run", &day, "--record", &folder.name("day.jsonl"), "-q"]).code(0);
    let live = folder.file("live.json", &snapshot(&folder.read("day.jsonl")));
    for (args, told) in [
        (&["diff", &workspace, &new][..], "name a scenario, a command log or a snapshot with `--against`"),
        (&["diff", &day, "no-such-file"], "no-such-file"),
        (&["diff", &two, &new], "name it with `--workflow`; there is `incoming`, `other`"),
        (&["diff", &day, &new, "--workflow", "incomming"], "did you mean `incoming`?"),
        (&["diff", &day, &unknown], "did you mean `spanish`?"),
        (&["diff", &day, &damaged], "damaged.json`: missing field"),
        (&["diff", &log, &new], "line 1, column 1: expected a first line"),
        (&["diff", &live, &basis], "differ in `timeout_basis`, which never changes in a living workspace"),
        (&["diff", &live, &new, "--fail-if", "wait-total > 5m"], "no time passes in a snapshot"),
        (&["diff", &day], "<NEW>"),
    ] {
        let answer = pointsman(args).code(2);
        assert!(answer.err.contains(told) && answer.out.is_empty(), "{args:?}: {}", answer.err);
    }
}

#[test]
fn a_replay_equals_its_recording() {
    let folder = Folder::new();
    let (day, log) = (scenario(&folder), folder.name("day.jsonl"));
    let names = ["run.txt", "run.jsonl", "replay.txt", "replay.jsonl"].map(|name| folder.name(name));
    pointsman(&["run", &day, "--record", &log, "--transcript", &names[0], "-q"]).code(0);
    pointsman(&["run", &day, "--transcript", &names[1], "-q"]).code(0);
    let answer = pointsman(&["replay", &log, "--transcript", &names[2]]).code(0);
    let digest = json(&pointsman(&["run", &day, "--format", "json"]).code(0))["digest"].as_str().unwrap().to_owned();
    assert!(answer.out.starts_with("day: 6 commands, ") && answer.err.is_empty(), "{}", answer.out);
    assert!(
        answer.out.ends_with(&format!("\n  digest  {digest}, as recorded, and so is every event\n")),
        "{}",
        answer.out
    );
    let json = json(&pointsman(&["replay", &log, "--transcript", &names[3], "--format", "json"]).code(0));
    assert_eq!(
        (json["equal"].as_bool(), json["commands"].as_u64(), json["end"].as_str()),
        (Some(true), Some(6), Some("1m30s"))
    );
    assert_eq!(folder.read("run.txt"), folder.read("replay.txt"));
    assert_eq!(folder.read("run.jsonl"), folder.read("replay.jsonl"));
}

#[test]
fn a_replay_that_differs_says_where() {
    let folder = Folder::new();
    let (day, log) = (scenario(&folder), folder.name("day.jsonl"));
    pointsman(&["run", &day, "--record", &log, "-q"]).code(0);
    let text = folder.read("day.jsonl");
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not in {text}");
        folder.file("changed.jsonl", &text.replacen(from, to, 1))
    };
    let accepted =
        text.lines().nth(2).unwrap().split('"').find(|word| word.starts_with("reservation.accepted ")).unwrap();
    let other = changed(accepted, "reservation.rejected 00000000");
    let answer = pointsman(&["replay", &other]).code(1);
    for told in [
        "line 3, 5s: accept_reservation t1 alice",
        "event 1",
        "recorded  reservation.rejected 00000000",
        "which is  5s  reservation.accepted      t1  worker=alice",
    ] {
        assert!(answer.out.contains(told), "`{told}` is not in\n{}", answer.out);
    }
    let difference = json(&pointsman(&["replay", &other, "--format", "json"]).code(1))["difference"].clone();
    assert_eq!(
        (difference["line"].as_u64(), difference["what"].as_str(), difference["replayed"].as_str()),
        (Some(3), Some("event 1"), Some(accepted))
    );
    let digest = text.lines().last().unwrap().split('"').nth(5).unwrap();
    let answer = pointsman(&["replay", &changed(digest, "0000000000000000")]).code(1);
    assert!(answer.out.contains("line 8, 1m30s: the end\n  digest\n    recorded  0000000000000000"), "{}", answer.out);
}

#[test]
fn a_log_that_cannot_be_read_is_exit_code_2_with_its_line() {
    let folder = Folder::new();
    let (day, log) = (scenario(&folder), folder.name("day.jsonl"));
    pointsman(&["run", &day, "--record", &log, "-q"]).code(0);
    let text = folder.read("day.jsonl");
    let cut: String = text.lines().take(4).map(|line| format!("{line}\n")).collect();
    let cut = folder.file("cut.jsonl", &cut);
    assert!(pointsman(&["replay", &cut]).code(2).err.contains("line 4, column"), "the last line is missing");
    let odd = folder.file("odd.jsonl", &text.replacen("create_task", "creat_task", 1));
    let answer = pointsman(&["replay", &odd]).code(2);
    assert!(
        answer.err.contains("odd.jsonl`, line 2, column") && answer.err.contains("did you mean `create_task`?"),
        "{}",
        answer.err
    );
    for (name, text) in [("empty.jsonl", ""), ("scenario.yaml", "name: x\n")] {
        assert!(pointsman(&["replay", &folder.file(name, text)]).code(2).err.contains("line 1"), "{name}");
    }
    assert!(pointsman(&["replay", "no-such-file"]).code(2).err.contains("no-such-file"));
}

#[test]
fn the_guide_shows_what_is_printed() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Ok(guide) = std::fs::read_to_string(root.join("docs/comparing.md")) else {
        eprintln!("skipped: the guide is not there, as in a package");
        return;
    };
    let (_, rest) = guide.split_once("```sh\npointsman ").unwrap();
    let (command, rest) = rest.split_once("\n```\n\n```text\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let args: Vec<String> =
        command.split(' ').map(|word| word.replace("sims/", &format!("{}/sims/", root.display()))).collect();
    let answer = pointsman(&args.iter().map(String::as_str).collect::<Vec<_>>()).code(0);
    assert_eq!(answer.out.replace(&format!("{}/sims/", root.display()), "sims/"), shown);
}
