//! The binary from the outside: what it prints where, and its exit codes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

mod support;

use serde_json::Value;
use support::{Answer, Folder, SCENARIO, pointsman, with_input};

const WORKFLOW: &str = r#"{"task_routing": {
  "filters": [{"expression": "type == \"vip\"", "targets": [{"queue": "WQ1", "timeout": "20"}]}],
  "default_filter": {"queue": "WQ2"}}}"#;

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", answer.out))
}

#[test]
fn help_and_version_are_answers() {
    let verbs = ["run", "check", "eval", "graph", "diff", "replay", "schema"];
    for args in verbs.iter().map(|verb| vec![*verb, "--help"]).chain([vec!["--help"]]) {
        let answer = pointsman(&args).code(0);
        assert!(answer.out.contains("Usage:") && answer.err.is_empty());
        assert!(answer.out.contains("Example") || args.len() == 1, "{args:?} has no example");
    }
    assert_eq!(pointsman(&["--version"]).code(0).out, format!("pointsman {}\n", env!("CARGO_PKG_VERSION")));
    for verb in verbs {
        assert!(pointsman(&["--help"]).out.contains(verb));
    }
    assert!(pointsman(&["completions", "bash"]).code(0).out.contains("pointsman"));
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for args in [
        &[][..],
        &["walk"],
        &["run"],
        &["run", "x", "--seed", "many"],
        &["run", "x", "--until", "soon"],
        &["eval"],
        &["eval", "1==1", "--kind", "cube"],
        &["eval", "1==1", "--batch", "x"],
        &["check"],
        &["check", "x", "--deny", "errors"],
        &["schema", "weather"],
    ] {
        let answer = pointsman(args).code(2);
        assert!(answer.out.is_empty(), "{args:?} printed {}", answer.out);
        assert!(!answer.err.is_empty());
    }
}

#[test]
fn eval_answers_true_or_false() {
    let task = r#"{"language": "es", "age": 5}"#;
    let check = |expr: &str, kind: &str, flag: &str, document: &str, expected: &str| {
        let answer = pointsman(&["eval", expr, "--kind", kind, flag, document]).code(0);
        assert_eq!(answer.out, format!("{expected}\n"), "{expr}");
    };
    check("language == 'es' AND age < 6", "filter", "--task", task, "true");
    check("language == 'es' AND age < 5", "workflow-filter", "--task", task, "false");
    check("languages HAS 'es'", "queue", "--worker", r#"{"languages": ["es"]}"#, "true");
    check("worker.sid == 'WK1'", "target", "--worker", r#"{"sid": "WK1"}"#, "true");
    check("activity_name == 'Idle'", "queue", "--worker", r#"{"activity_name": "Idle"}"#, "true");
    let busy = r#"{"channel": {"voice": {"assigned_tasks": 1}}}"#;
    check("worker.channel.voice.assigned_tasks == 0", "target", "--worker", busy, "false");
    check("workers.available == 0", "skip-if", "--workers", r#"{"available": 0}"#, "true");
    check("workers.WA1 > 1", "skip_if", "--workers", r#"{"WA1": 2}"#, "true");
    check("taskrouter.currentTime > 0800", "filter", "--at", "2024-05-06T09:30:00Z", "true");
    check("taskrouter.dayOfWeek == 'Mon'", "filter", "--at", "2024-05-06T01:30:00+02:00", "false");
    check(
        "worker.level DESC, worker.age",
        "order-by",
        "--worker",
        r#"{"level": 3}"#,
        "worker.level DESC  3\nworker.age ASC  null",
    );
    check("$.tags[?@.level > 2] != null", "filter", "--task", r#"{"tags": [{"level": 3}]}"#, "true");
    check("task.agent", "known-worker", "--task", r#"{"agent": "bob"}"#, "\"bob\"");
}

#[test]
fn eval_explains_itself() {
    let args = ["eval", "a == 1 AND b == 2", "--task", r#"{"a": 1, "b": 3}"#, "--why"];
    let answer = pointsman(&args).code(0);
    assert!(answer.out.starts_with("false\n"));
    for line in ["  false  a == 1 AND b == 2", "    true   a == 1", "    false  b == 2", "b is 3"] {
        assert!(answer.out.contains(line), "`{line}` is not in\n{}", answer.out);
    }
    let answer = pointsman(&[&args[..], &["--format", "json"]].concat()).code(0);
    let json = json(&answer);
    assert_eq!((json["ok"].as_bool(), json["result"].as_bool()), (Some(true), Some(false)));
    assert_eq!(json["why"][2]["operands"][0]["value"], 3);
}

#[test]
fn eval_shows_errors_where_they_are() {
    let answer = pointsman(&["eval", "a = = 1"]).code(2);
    assert!(answer.out.is_empty());
    assert!(answer.err.contains("a = = 1") && answer.err.contains('^'), "{}", answer.err);
    let answer = pointsman(&["eval", "a <> 1", "--format", "json"]).code(2);
    let json = json(&answer);
    assert_eq!(json["ok"], false);
    assert_eq!((json["errors"][0]["start"].as_u64(), json["errors"][0]["end"].as_u64()), (Some(2), Some(4)));
    assert!(json["errors"][0]["help"].as_str().unwrap().contains("!="));
    for bad in [["--task", "{"], ["--task", "[1]"], ["--worker", "1"], ["--at", "noon"]] {
        let answer = pointsman(&["eval", "1==1", bad[0], bad[1]]).code(2);
        assert!(answer.err.contains(&bad[0][2..]), "{}", answer.err);
    }
    let warned = pointsman(&["eval", "taskrouter.currentTime > 0800"]).code(0);
    assert!(warned.out == "false\n" && warned.err.contains("no-clock"), "{}", warned.err);
}

#[test]
fn a_batch_answers_every_line_in_order() {
    let lines = [
        r#"{"id": "a", "expr": "x == 1", "kind": "filter", "task": {"x": 1}}"#,
        r#"{"id": 7, "expr": "x ==", "kind": "filter"}"#,
        "not json",
        "",
        r#"{"id": "c", "kind": "filter"}"#,
        r#"{"id": "d", "expr": "1==1", "kind": "cube"}"#,
        r#"{"id": "e", "expr": "x == 1", "task": [1]}"#,
        r#"{"id": "f", "expr": "taskrouter.currentHour == 9", "at": "2024-05-06T09:30:00Z", "note": "ignored"}"#,
        r#"{"id": "g", "expr": "worker.sid == 'WK1' AND worker.x == 1", "kind": "target", "worker": {"x": 1, "sid": "no"}, "worker_fields": {"sid": "WK1"}}"#,
        r#"{"expr": "workers.available > 1", "kind": "skip-if", "workers": {"available": 2}}"#,
        "[1]",
    ];
    let mut input = lines.join("\n").into_bytes();
    input.extend(b"\n\xff\xfe\n{\"id\": \"last\", \"expr\": \"1==0\"}");
    let answer = with_input(&["eval", "--batch", "-"], &input).code(0);
    let answers: Vec<Value> = answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<Value> = answers.iter().map(|answer| answer["id"].clone()).collect();
    assert_eq!(Value::from(ids), serde_json::json!(["a", 7, null, "c", "d", "e", "f", "g", null, null, null, "last"]));
    let results: Vec<Value> = answers.iter().map(|answer| answer["result"].clone()).collect();
    assert_eq!(
        Value::from(results),
        serde_json::json!([true, null, null, null, null, null, true, true, true, null, null, false])
    );
    for answer in &answers {
        match answer["ok"].as_bool() {
            Some(true) => assert!(answer["diagnostics"].is_array()),
            Some(false) => assert!(answer["errors"][0]["message"].is_string() && answer["errors"][0]["end"].is_u64()),
            None => panic!("{answer}"),
        }
    }
    assert!(pointsman(&["eval", "--batch", "no-such-file"]).code(2).err.contains("no-such-file"));
}

#[test]
fn check_tells_files_apart_by_what_they_hold() {
    let folder = Folder::new();
    let workflow = folder.file("workflow.json", WORKFLOW);
    let scenario = folder.file("scenario.yaml", SCENARIO);
    let workspace =
        folder.file("workspace.yaml", "workers: [{name: alice}]\ntask_queues: [{name: WQ1}, {name: WQ2}]\n");
    let answer = pointsman(&["check", &workflow, &scenario, &workspace, "--format", "json"]).code(0);
    let json = json(&answer);
    for (place, name) in [&workflow, &scenario, &workspace].into_iter().enumerate() {
        assert_eq!(json["files"][place]["file"].as_str(), Some(name.as_str()));
        assert_eq!(json["files"][place]["valid"], true, "{json}");
    }
    pointsman(&["check", &folder.path()]).code(0);
    with_input(&["check", "-"], WORKFLOW.as_bytes()).code(0);
    with_input(&["check", "-"], SCENARIO.as_bytes()).code(0);
    pointsman(&["check", &workflow, "--workspace", &workspace]).code(0);
    let other = folder.file("other.yaml", "task_queues: [{name: WQ1}]\n");
    let answer = pointsman(&["check", &workflow, "--workspace", &other]).code(1);
    assert!(answer.out.contains("WQ2"), "{}", answer.out);
}

#[test]
fn check_says_what_is_wrong_and_where() {
    let folder = Folder::new();
    let broken = folder.file("broken.json", "{\"task_routing\": {\"filters\": [\n  {\"expression\": \"a <> 1\", \"targets\": [{\"queue\": \"q\", \"timeout\": 0}]}]}}");
    let answer = pointsman(&["check", &broken, "--format", "json"]).code(1);
    let json = json(&answer);
    assert_eq!(json["files"][0]["valid"], false);
    let diagnostics = json["files"][0]["diagnostics"].as_array().unwrap();
    let timeout =
        diagnostics.iter().find(|found| found["path"] == "task_routing.filters[0].targets[0].timeout").unwrap();
    assert_eq!((timeout["severity"].as_str(), timeout["line"].as_u64()), (Some("error"), Some(2)));
    let expression = diagnostics.iter().find(|found| found["path"] == "task_routing.filters[0].expression").unwrap();
    assert_eq!((expression["line"].as_u64(), expression["column"].as_u64()), (Some(2), Some(21)), "{expression}");
    for key in ["code", "message"] {
        assert!(expression[key].is_string());
    }
    let text = pointsman(&["check", &broken]).code(1);
    assert!(text.out.contains(&format!("{broken}:2:21")) && text.out.contains("invalid"), "{}", text.out);
}

#[test]
fn warnings_can_be_denied() {
    let folder = Folder::new();
    let text = r#"{"task_routing": {"filters": [], "default_filter": {"queue": "q", "timeout": 5}}}"#;
    let odd = folder.file("odd.json", text);
    let answer = pointsman(&["check", &odd]).code(0);
    assert!(answer.out.contains("warning"), "{}", answer.out);
    pointsman(&["check", &odd, "--deny", "warnings"]).code(1);
}

#[test]
fn check_survives_whatever_is_in_a_file() {
    let folder = Folder::new();
    for (name, bytes) in [
        ("empty.json", &b""[..]),
        ("empty.yaml", b""),
        ("scalar.yaml", b"hello"),
        ("list.json", b"[1, 2"),
        ("binary.yaml", b"\x00\x01\x02\xff"),
        ("latin.json", b"{\"name\": \"\xe9\"}"),
        ("tabs.yaml", b"steps:\n\t- 1\n"),
        ("bomb.yaml", b"a: &a [1]\nb: &b [*a, *a]\nc: [*b, *b]\n"),
    ] {
        let file = folder.bytes(name, bytes);
        let answer = pointsman(&["check", &file, "--format", "json"]).code(1);
        assert_eq!(json(&answer)["files"][0]["valid"], false, "{name}");
        assert!(pointsman(&["run", &file]).code(2).out.is_empty(), "{name}");
    }
    let answer = pointsman(&["check", "no-such-file.json", "--format", "json"]).code(2);
    assert_eq!(json(&answer)["files"][0]["diagnostics"][0]["code"], "unreadable");
    let answer = pointsman(&["check", "no-such-file.json"]).code(2);
    assert!(answer.out.is_empty() && answer.err.contains("no-such-file.json"), "{}", answer.err);
}

#[test]
fn run_prints_events_and_a_summary() {
    let folder = Folder::new();
    let scenario = folder.file("scenario.yaml", SCENARIO);
    let answer = pointsman(&["run", &folder.path()]).code(0);
    assert!(answer.err.is_empty(), "{}", answer.err);
    assert!(answer.out.contains("reservation.created       t1  worker=alice"), "{}", answer.out);
    assert!(answer.out.contains("all 1 hold"), "{}", answer.out);
    assert_eq!(pointsman(&["run", &scenario, "--quiet"]).code(0).out, "");
    assert_eq!(with_input(&["run", "-"], SCENARIO.as_bytes()).code(0).out, answer.out);
    let json = json(
        &pointsman(&["run", &scenario, "--format", "json", "--seed", "9", "--replications", "3", "--jobs", "2"])
            .code(0),
    );
    assert_eq!(
        (json["scenario"].as_str(), json["seed"].as_u64(), json["replications"].as_u64()),
        (Some("tiny"), Some(9), Some(3))
    );
    assert_eq!(json["digest"].as_str().map(str::len), Some(16));
    assert_eq!(json["expectations"], serde_json::json!({"passed": 1, "failed": []}));
    assert_eq!(
        (json["tasks"]["t1"]["status"].as_str(), json["tasks"]["t1"]["queue"].as_str()),
        (Some("reserved"), Some("all"))
    );
    assert_eq!(json["tasks"]["t1"]["priority"], 0);
    assert_eq!((json["tasks"]["t1"]["worker"].as_str(), json["tasks"]["t1"]["reason"].as_str()), (None, None));
    assert_eq!(json["workers"]["alice"]["activity"], "Available");
    assert_eq!(json["statistics"]["workspace"]["tasks_created"], 1);
}

#[test]
fn a_failed_expectation_is_exit_code_1_with_its_place() {
    let folder = Folder::new();
    let scenario = folder.file("wrong.yaml", &SCENARIO.replace("status: reserved", "status: pending"));
    let answer = pointsman(&["run", &scenario, "--quiet"]).code(1);
    assert!(answer.err.contains("wrong.yaml:8:40"), "{}", answer.err);
    assert!(answer.err.contains("expected pending, got reserved"), "{}", answer.err);
    let failed = &json(&pointsman(&["run", &scenario, "--format", "json"]).code(1))["expectations"]["failed"][0];
    assert_eq!((failed["at"].as_str(), failed["what"].as_str()), (Some("1s"), Some("task t1: status")));
    assert_eq!((failed["expected"].as_str(), failed["actual"].as_str()), (Some("pending"), Some("reserved")));
}

#[test]
fn invalid_scenarios_are_exit_code_2_with_place_and_suggestion() {
    let folder = Folder::new();
    for (from, to, expected) in [
        ("steps:", "stepps:", &["6:1", "`steps`"][..]),
        ("do: create_task", "do: craete_task", &["7:17", "`create_task`"]),
        ("name: alice", "nme: alice", &["3:14", "`name`"]),
        ("task: t1, status", "worker: alce, activity", &["8:30", "`alice`"]),
        ("at: 1", "at: 1x", &["8:10", "span of time"]),
        ("1==1", "1=>1", &["4:46"]),
        ("{queue: all}", "{queue: al}", &["`all`"]),
        ("name: tiny", "name: tiny\nname: tiny", &["2:1", "name"]),
        ("name: tiny", "name: [tiny", &["error"]),
    ] {
        let scenario = folder.file("bad.yaml", &SCENARIO.replace(from, to));
        let answer = pointsman(&["run", &scenario]).code(2);
        assert!(answer.out.is_empty());
        for text in expected {
            assert!(answer.err.contains(text), "`{text}` is not in\n{}", answer.err);
        }
    }
    assert!(pointsman(&["run", "no/such/scenario.yaml"]).code(2).err.contains("no/such/scenario.yaml"));
}

#[test]
fn run_writes_what_it_is_asked_for() {
    let folder = Folder::new();
    let scenario = folder.file("scenario.yaml", SCENARIO);
    let (text, lines, record) = (folder.name("t.txt"), folder.name("t.jsonl"), folder.name("r.jsonl"));
    pointsman(&["run", &scenario, "--transcript", &text, "--record", &record, "-q"]).code(0);
    pointsman(&["run", &scenario, "--transcript", &lines, "-q"]).code(0);
    assert!(folder.read("t.txt").starts_with("        0s  task.created"));
    let first: Value = serde_json::from_str(folder.read("t.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!((first["type"].as_str(), first["task"].as_str()), (Some("task.created"), Some("t1")));
    assert_eq!(folder.read("r.jsonl").lines().count(), 3);
    assert!(
        pointsman(&["run", &scenario, "--transcript", "no/such/folder/t.txt"]).code(2).err.contains("no/such/folder")
    );
}

#[test]
fn a_report_is_a_page_two_tables_and_the_json_document() {
    let folder = Folder::new();
    let scenario = folder.file("scenario.yaml", SCENARIO);
    let report = folder.name("out/deep");
    let answer = pointsman(&["run", &scenario, "--report", &report, "--format", "json"]).code(0);
    let files = ["index.html", "report.json", "tasks.csv", "events.csv"];
    let first = files.map(|name| folder.read(&format!("out/deep/{name}")));
    assert_eq!(first[1], answer.out);
    for name in ["tiny", "t1", "alice", "all 1 hold", "reservation.created"] {
        assert!(first[0].contains(name), "`{name}` is not in the page");
    }
    let tasks: Vec<&str> = first[2].lines().collect();
    let columns = "task,class,workflow,status,queue,priority,worker,reason,\
        created_s,first_reserved_s,accepted_s,done_s,ended_s,wait_s";
    assert_eq!(tasks, [columns, "t1,,only,reserved,all,0,,,0,0,,,,"]);
    let events: Vec<&str> = first[3].lines().collect();
    assert!(events[0].starts_with("at_s,type,task,worker,queue,workflow,"), "{}", events[0]);
    assert_eq!(events.len(), 1 + 5);
    assert!(events[5].starts_with("0,reservation.created,t1,alice,all,only,"), "{}", events[5]);
    pointsman(&["run", &scenario, "--report", &report, "-q"]).code(0);
    assert_eq!(files.map(|name| folder.read(&format!("out/deep/{name}"))), first);
}

#[test]
fn a_report_holds_failures_and_hostile_names_as_text() {
    let folder = Folder::new();
    let text = SCENARIO.replace("t1", "'<script>alert(1), \"x\"'").replace("status: reserved", "status: pending");
    let scenario = folder.file("scenario.yaml", &text);
    pointsman(&["run", &scenario, "--report", &folder.name("out"), "-q"]).code(1);
    let page = folder.read("out/index.html");
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script"));
    assert!(page.contains("1 failed") && page.contains("<code>pending</code>"));
    assert!(folder.read("out/tasks.csv").contains("\n\"<script>alert(1), \"\"x\"\"\",,only,"));
}

#[test]
fn a_report_that_cannot_be_written_is_exit_code_2() {
    let folder = Folder::new();
    let scenario = folder.file("scenario.yaml", SCENARIO);
    let answer = pointsman(&["run", &scenario, "--report", &scenario]).code(2);
    assert!(answer.out.is_empty(), "{}", answer.out);
    assert!(answer.err.contains("cannot create the folder") && answer.err.contains("scenario.yaml"), "{}", answer.err);
    std::fs::create_dir_all(folder.name("out/index.html")).unwrap();
    let answer = pointsman(&["run", &scenario, "--report", &folder.name("out")]).code(2);
    assert!(answer.err.contains("cannot write") && answer.err.contains("index.html"), "{}", answer.err);
}

#[test]
fn files_that_a_scenario_names_are_found_beside_it() {
    let folder = Folder::new();
    let workspace = "workers: [{name: alice, activity: Available}]
task_queues: [{name: WQ1, target_workers: 1==0}, {name: WQ2}]
workflows: [{name: only, configuration: workflow.json}]
";
    folder.file("workspace.yaml", workspace);
    folder.file("workflow.json", WORKFLOW);
    let steps = SCENARIO.split_once("steps:").unwrap().1;
    let scenario = folder.file("scenario.yaml", &format!("workspace: workspace.yaml\nsteps:{steps}"));
    pointsman(&["run", &scenario]).code(0);
    folder.file("workflow.json", &WORKFLOW.replace("WQ2", "WQ3"));
    let answer = pointsman(&["run", &scenario]).code(2);
    assert!(answer.err.contains("workflow.json:3:31") && answer.err.contains("WQ3"), "{}", answer.err);
    let files = json(&pointsman(&["check", &scenario, "--format", "json"]).code(1));
    let found = files["files"][0]["diagnostics"].as_array().unwrap();
    let error = found.iter().find(|found| found["severity"] == "error").unwrap();
    assert!(error["file"].as_str().unwrap().ends_with("workflow.json"), "{error}");
}

#[test]
fn the_stored_transcript_is_an_expectation() {
    let folder = Folder::new();
    let scenario = folder.file("scenario.yaml", SCENARIO);
    pointsman(&["run", &scenario, "--bless", "-q"]).code(0);
    let stored = folder.read("expected.txt");
    assert!(stored.ends_with("worker=alice queue=all\n"));
    pointsman(&["run", &scenario, "-q"]).code(0);
    folder.file("expected.txt", &stored.replace("worker=alice", "worker=bob"));
    let answer = pointsman(&["run", &scenario, "-q"]).code(1);
    assert!(answer.err.contains("line 5 of expected.txt") && answer.err.contains("--bless"), "{}", answer.err);
    pointsman(&["run", &scenario, "--bless", "-q"]).code(0);
    assert_eq!(folder.read("expected.txt"), stored);
    let other = folder.file("other.yaml", SCENARIO);
    folder.file("expected.txt", "of another scenario");
    pointsman(&["run", &other, "-q"]).code(0);
    pointsman(&["run", &other, "--bless", "-q"]).code(0);
    assert_eq!(folder.read("other.expected.txt"), stored);
    assert!(with_input(&["run", "-", "--bless"], SCENARIO.as_bytes()).code(2).err.contains("--bless"));
}

#[test]
fn schemas_describe_themselves() {
    for name in [
        "explanation",
        "outlook",
        "overview",
        "plan",
        "scenario",
        "workspace",
        "workflow",
        "report",
        "graph",
        "shrunk",
        "lifecycles",
        "event",
        "command",
    ] {
        let schema = json(&pointsman(&["schema", name]).code(0));
        assert!(schema.is_object() && schema.get("$schema").is_some(), "{name}: {schema}");
    }
    let scenario = json(&pointsman(&["schema", "scenario"]).code(0));
    assert!(scenario.to_string().contains("create_task") && scenario.to_string().contains("task-exists"));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = Folder::new();
    let steps: String = (2..3000).map(|n| format!("  - {{at: {n}, do: create_task, task: x{n}}}\n")).collect();
    let scenario = folder.file("long.yaml", &(SCENARIO.to_owned() + &steps));
    let answer = support::with_closed_output(&["run", &scenario]);
    assert_eq!(answer.err, "");
    assert!(answer.code < 2, "{}", answer.code);
}

#[test]
fn no_colour_where_nobody_looks() {
    let answer = pointsman(&["eval", "a = = 1"]).code(2);
    assert!(!answer.err.contains('\u{1b}'), "{:?}", answer.err);
}
