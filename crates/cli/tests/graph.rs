//! `pointsman graph` from the outside: what it draws of which file, where it goes, and what it refuses.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

mod support;

use serde_json::Value;
use support::{Folder, SCENARIO, pointsman, with_input};

const WORKFLOW: &str = r#"{"task_routing": {
  "filters": [{"expression": "type == \"vip\"", "targets": [{"queue": "Support", "timeout": "20"}]}],
  "default_filter": {"queue": "Everyone"}}}"#;

const WORKSPACE: &str = "\
workers: [{name: alice, activity: Available}]
task_queues: [{name: all, target_workers: 1==1}]
workflows:
  - {name: first, configuration: {task_routing: {default_filter: {queue: all}}}}
  - {name: second, configuration: {task_routing: {filters: [{expression: 1==1, targets: [{queue: all, timeout: 5}]}]}}}
";

#[test]
fn a_document_a_workspace_and_a_scenario_are_drawn() {
    let folder = Folder::new();
    let (workflow, scenario) = (folder.file("incoming.json", WORKFLOW), folder.file("scenario.yaml", SCENARIO));
    let answer = pointsman(&["graph", &workflow]).code(0);
    assert!(answer.out.starts_with("<svg ") && answer.out.ends_with("</svg>\n") && answer.err.is_empty());
    for text in ["Workflow incoming", "Support", "Everyone", "at age 20s"] {
        assert!(answer.out.contains(text), "`{text}` is not in {}", answer.out);
    }
    let piped = with_input(&["graph", "-"], WORKFLOW.as_bytes()).code(0).out;
    assert_eq!(piped, answer.out.replace("incoming", "from standard input"));
    let workspace = folder.file("workspace.yaml", WORKSPACE);
    let answer = pointsman(&["graph", &workspace, "--workflow", "second", "--as", "dot"]).code(0);
    assert!(answer.out.starts_with("digraph {") && answer.out.contains("served by alice"), "{}", answer.out);
    assert_eq!(pointsman(&["graph", &folder.path()]).code(0).out, pointsman(&["graph", &scenario]).code(0).out);
}

#[test]
fn a_run_puts_counts_into_the_drawing() {
    let folder = Folder::new();
    let scenario = folder.file("scenario.yaml", SCENARIO);
    assert!(!pointsman(&["graph", &scenario]).code(0).out.contains("1\u{a0}entered"));
    assert!(pointsman(&["graph", &scenario, "--run"]).code(0).out.contains("1\u{a0}entered, 1\u{a0}reserved"));
    let failing = folder.file("failing.yaml", &SCENARIO.replace("status: reserved", "status: pending"));
    let answer = pointsman(&["graph", &failing, "--run"]).code(1);
    assert!(answer.out.starts_with("<svg "), "what failed is drawn all the same");
    assert!(answer.err.contains("expected pending, got reserved"), "{}", answer.err);
    pointsman(&["graph", &failing]).code(0);
}

#[test]
fn the_name_of_the_output_says_what_to_draw() {
    let folder = Folder::new();
    let scenario = folder.file("scenario.yaml", SCENARIO);
    for (name, begins) in [("a.svg", "<svg "), ("a.SVG", "<svg "), ("a.dot", "digraph"), ("a.gv", "digraph")] {
        let answer = pointsman(&["graph", &scenario, "--output", &folder.name(name)]).code(0);
        assert!(answer.out.is_empty() && folder.read(name).starts_with(begins), "{name}");
    }
    pointsman(&["graph", &scenario, "-o", &folder.name("b.txt"), "--as", "dot"]).code(0);
    assert!(folder.read("b.txt").starts_with("digraph"));
    let answer = pointsman(&["graph", &scenario, "-o", &folder.name("c.png")]).code(2);
    assert!(answer.err.contains("c.png") && answer.err.contains("--as"), "{}", answer.err);
    let answer = pointsman(&["graph", &scenario, "-o", &folder.name("no/such/folder.svg")]).code(2);
    assert!(answer.err.contains("cannot write") && answer.err.contains("folder.svg"), "{}", answer.err);
}

#[test]
fn json_holds_what_is_drawn() {
    let folder = Folder::new();
    let scenario = folder.file("scenario.yaml", SCENARIO);
    let json = |args: &[&str]| serde_json::from_str::<Value>(&pointsman(args).code(0).out).unwrap();
    let graph = json(&["graph", &scenario, "--run", "--format", "json"]);
    assert_eq!((&graph["workflow"], &graph["queues"][0]["serving"]["names"][0]), (&"only".into(), &"alice".into()));
    assert_eq!(
        graph["edges"][0],
        serde_json::json!({"from": "entry", "to": "default_filter", "why": "entry", "count": 1})
    );
    pointsman(&["graph", &scenario, "--format", "json", "--output", &folder.name("graph.json")]).code(0);
    assert_eq!(serde_json::from_str::<Value>(&folder.read("graph.json")).unwrap()["counts"], Value::Null);
    let lifecycles = json(&["graph", "--lifecycle", "--format", "json"]);
    assert_eq!(lifecycles["tasks"]["transitions"][0], serde_json::json!({"from": "pending", "to": "reserved"}));
}

#[test]
fn the_lifecycles_need_no_file() {
    let svg = pointsman(&["graph", "--lifecycle"]).code(0).out;
    assert!(svg.starts_with("<svg ") && svg.contains("rescinded"));
    assert!(
        pointsman(&["graph", "--lifecycle", "--as", "dot"])
            .code(0)
            .out
            .contains("\"tasks.pending\" -> \"tasks.reserved\"")
    );
}

#[test]
fn what_cannot_be_drawn_is_exit_code_2_and_says_why() {
    let folder = Folder::new();
    let workspace = folder.file("workspace.yaml", WORKSPACE);
    let workflow = folder.file("workflow.json", WORKFLOW);
    let broken = folder.file("broken.json", &WORKFLOW.replace("\\\"vip\\\"", ""));
    let empty = folder.file("empty.yaml", "workers: [{name: alice}]\n");
    let refused = |args: &[&str], words: &[&str]| {
        let answer = pointsman(&[&["graph"], args].concat()).code(2);
        assert!(answer.out.is_empty(), "{args:?} printed {}", answer.out);
        for word in words {
            assert!(answer.err.contains(word), "`{word}` is not in {}", answer.err);
        }
    };
    refused(&[], &["FILE"]);
    refused(&["nowhere.json"], &["cannot read `nowhere.json`"]);
    refused(&[&broken], &["broken.json:2:", "expected"]);
    refused(&[&workspace], &["several workflows", "`first`", "`second`", "--workflow"]);
    refused(&[&workspace, "--workflow", "secnod"], &["`secnod`", "did you mean `second`?"]);
    refused(&[&workspace, "--workflow", "zebra"], &["`zebra`", "there are `first`, `second`"]);
    refused(&[&workspace, "--workflow", "first", "--run"], &["nothing to run"]);
    refused(&[&workflow, "--workflow", "first"], &["single workflow", "leave out"]);
    refused(&[&empty], &["there is no workflow"]);
    refused(&[&workflow, "--lifecycle"], &["--lifecycle"]);
    refused(&[&workflow, "--as", "png"], &["svg", "dot"]);
}
