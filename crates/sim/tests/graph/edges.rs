//! What leads where, written down by hand for configurations that differ in what they mean.

use std::sync::Arc;

use pointsman::{
    FilterSpec, TargetSpec, TaskQueueSpec, TimeoutBasis, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use pointsman_config::{Names, SourceFile, parse_json};
use pointsman_sim::graph::Graph;

/// A configuration in short: a filter per text, a step per word; `t` has a timeout, `s` a `skip_if`, `-` neither.
fn configuration(filters: &[&str], default: bool) -> WorkflowConfiguration {
    let step = |word: &str| {
        let mut target = TargetSpec::to("all");
        target.timeout = word.contains('t').then(|| std::time::Duration::from_secs(10));
        target.skip_if = word.contains('s').then(|| "1==1".to_owned());
        target
    };
    let filter = |text: &&str| text.split(' ').map(step).fold(FilterSpec::new("1==1"), FilterSpec::target);
    let routing = filters.iter().map(filter).fold(WorkflowConfiguration::new(), WorkflowConfiguration::filter);
    if default { routing.default_filter(TargetSpec::to("all")) } else { routing }
}

fn graph(filters: &[&str], default: bool) -> Graph {
    of(WorkspaceSpec::default(), configuration(filters, default))
}

fn of(workspace: WorkspaceSpec, configuration: WorkflowConfiguration) -> Graph {
    let workspace = workspace.task_queue(TaskQueueSpec::new("all", "1==1"));
    let workspace = workspace.workflow(WorkflowSpec::new("only", configuration));
    Graph::of(&workspace, &Names::new(), "only".into()).unwrap()
}

/// The edges as lines: `0.1 timeout 1` is from the second step of the first filter to the second filter.
fn leads(filters: &[&str], default: bool, expected: &[&str]) {
    let short = |place: String| {
        let place = place.replace("].targets[", ".").replace("filters[", "").replace(']', "");
        if place == "default_filter" { "default".to_owned() } else { place }
    };
    let graph = graph(filters, default);
    let edges = graph.edges.iter().map(|edge| {
        let why = serde_json::to_value(edge.why).unwrap();
        format!("{} {} {}", short(edge.from.to_string()), why.as_str().unwrap(), short(edge.to.to_string()))
    });
    let mut edges: Vec<String> = edges.collect();
    let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
    edges.sort();
    expected.sort();
    assert_eq!(edges, expected, "{filters:?}, default: {default}");
}

#[test]
fn without_filters_there_is_the_default_or_the_end() {
    leads(&[], true, &["entry entry default"]);
    leads(&[], false, &["entry entry canceled"]);
}

#[test]
fn filters_are_tried_from_the_top() {
    let common = ["entry entry 0", "0 match 0.0", "0 no-match 1", "1 match 1.0"];
    leads(&["-", "-"], false, &[&common[..], &["1 no-match canceled"]].concat());
    leads(&["-", "-"], true, &[&common[..], &["1 no-match default"]].concat());
}

#[test]
fn steps_follow_each_other_by_timeout_and_by_skip() {
    leads(
        &["t s ts -"],
        false,
        &[
            "entry entry 0",
            "0 match 0.0",
            "0 no-match canceled",
            "0.0 timeout 0.1",
            "0.1 skip 0.2",
            "0.2 timeout 0.3",
            "0.2 skip 0.3",
        ],
    );
}

#[test]
fn nothing_leads_past_a_step_that_is_never_left() {
    leads(&["- t"], false, &["entry entry 0", "0 match 0.0", "0 no-match canceled"]);
    let reached =
        |filters: &[&str]| graph(filters, false).filters[0].steps.iter().map(|step| step.reached).collect::<Vec<_>>();
    assert_eq!(reached(&["t - t s"]), [true, true, false, false]);
    assert_eq!(reached(&["s t"]), [true, true]);
}

#[test]
fn the_last_step_leads_to_the_filter_below_or_out() {
    leads(
        &["ts", "ts"],
        false,
        &[
            "entry entry 0",
            "0 match 0.0",
            "0 no-match 1",
            "0.0 timeout 1",
            "0.0 skip 1",
            "1 match 1.0",
            "1 no-match canceled",
            "1.0 timeout canceled",
            "1.0 skip canceled",
        ],
    );
}

#[test]
fn the_default_filter_is_reached_by_no_match_and_skip_but_not_after_a_timeout() {
    leads(
        &["t", "ts"],
        true,
        &[
            "entry entry 0",
            "0 match 0.0",
            "0 no-match 1",
            "0.0 timeout 1",
            "1 match 1.0",
            "1 no-match default",
            "1 no-match-after-timeout canceled",
            "1.0 timeout canceled",
            "1.0 skip default",
            "1.0 skip-after-timeout canceled",
        ],
    );
    // The first filter is left by skip only: nobody comes to the end of the second by timeout before it.
    leads(
        &["s", "ts"],
        true,
        &[
            "entry entry 0",
            "0 match 0.0",
            "0 no-match 1",
            "0.0 skip 1",
            "1 match 1.0",
            "1 no-match default",
            "1.0 timeout canceled",
            "1.0 skip default",
        ],
    );
}

#[test]
fn a_step_says_at_which_age_it_is_left() {
    let left = |basis: TimeoutBasis| {
        let graph = of(WorkspaceSpec::default().timeout_basis(basis), configuration(&["t t s t", "t"], false));
        let steps = graph.steps().map(|(_, step)| step.left.clone().unwrap_or_default()).collect::<Vec<_>>();
        let edges = graph.edges.iter().filter_map(|edge| edge.at.clone()).collect::<Vec<_>>();
        assert_eq!(steps.iter().filter(|left| !left.is_empty()).collect::<Vec<_>>(), edges.iter().collect::<Vec<_>>());
        steps
    };
    assert_eq!(left(TimeoutBasis::TaskAge), ["at age 10s", "at age 20s", "", "at age 30s or later", "at age 10s"]);
    assert_eq!(left(TimeoutBasis::StepEntry), ["after 10s", "after 10s", "", "after 10s", "after 10s"]);
}

#[test]
fn a_document_alone_is_drawn_with_the_queues_it_names() {
    let text = r#"{"task_routing": {"filters": [
        {"filter_friendly_name": "VIP", "expression": "vip == true",
         "targets": [{"queue": "Support", "timeout": "20"}, {"skip_if": "1==1"}]}],
        "default_filter": {"queue": "WQ00000000000000000000000000000001", "timeout": 5, "skip_if": "1==1"}}}"#;
    let document = parse_json(&Arc::new(SourceFile::new("workflow.json", text))).unwrap();
    let (graph, diagnostics) = Graph::of_document("incoming", &document);
    let graph = graph.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let queues: Vec<_> = graph.steps().map(|(_, step)| step.queue.as_str()).collect();
    assert_eq!(queues, ["Support", "Support", "WQ00000000000000000000000000000001"]);
    assert!(graph.queues.iter().all(|queue| queue.serving.is_none()));
    let default = graph.default_filter.as_ref().unwrap();
    assert_eq!((&default.timeout, &default.skip_if), (&None, &None), "the default filter ignores both");
    assert!(!graph.svg().contains("Queues"), "nothing is known of them but their names");

    let broken = parse_json(&Arc::new(SourceFile::new("workflow.json", r#"{"task_routing": {"filters": [{}]}}"#)));
    let (graph, diagnostics) = Graph::of_document("incoming", &broken.unwrap());
    assert!(graph.is_none() && !diagnostics.is_empty());
}
