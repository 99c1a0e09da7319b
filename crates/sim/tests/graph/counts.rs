//! Counts of runs whose every event can be followed by hand.

use pointsman_sim::graph::{Counts, Graph, StepCounts, Why};
use pointsman_sim::{Move, StepRef, Way};

use super::{graph, outcome, scenario};

const WORKSPACE: &str = r#"
workspace:
  workers: [{name: alice, activity: Offline}]
  task_queues: [{name: all, target_workers: 1==1}, {name: none, target_workers: 1==2}]
  workflows:
    - name: only
      task_reservation_timeout: 5
      configuration:
        task_routing:
          filters:
            - expression: kind == "slow"
              targets: [{queue: all, timeout: 10}, {queue: none, timeout: 10}]
            - expression: kind == "skipping"
              targets: [{queue: none, skip_if: 1==1}]
            - expression: kind IN ["slow", "skipping", "plain"] AND late == true
              targets: [{queue: all}]
          default_filter: {queue: all}
steps:
"#;

fn counted(steps: &str) -> Graph {
    let scenario = scenario(&format!("{WORKSPACE}{steps}"));
    graph(&scenario, "only").with_counts(&outcome(&scenario).flow)
}

/// The edges that were taken: `filters[0] match filters[0].targets[0] 1`.
fn taken(graph: &Graph) -> Vec<String> {
    let some = graph.edges.iter().filter(|edge| edge.count != Some(0));
    some.map(|edge| format!("{} {:?} {} {}", edge.from, edge.why, edge.to, edge.count.unwrap())).collect()
}

fn step(graph: &Graph, filter: usize, target: usize) -> StepCounts {
    graph.filters[filter].steps[target].counts.unwrap()
}

#[test]
fn a_task_that_nobody_takes_goes_all_the_way_and_is_canceled() {
    let graph = counted(
        "  - {at: 0, do: create_task, task: t1, attributes: {kind: slow}}\n  - {at: 1m, expect: {task: t1, status: canceled}}\n",
    );
    let expected = [
        "entry Entry filters[0] 1",
        "filters[0] Match filters[0].targets[0] 1",
        "filters[0].targets[0] Timeout filters[0].targets[1] 1",
        "filters[0].targets[1] Timeout filters[1] 1",
        "filters[1] NoMatch filters[2] 1",
        "filters[2] NoMatchAfterTimeout canceled 1",
    ];
    assert_eq!(taken(&graph), expected);
    let timed_out = StepCounts { entered: 1, timed_out: 1, ..StepCounts::default() };
    assert_eq!([step(&graph, 0, 0), step(&graph, 0, 1)], [timed_out; 2]);
    assert_eq!(graph.counts, Some(Counts { entered: 1, canceled: 1, ..Counts::default() }));
}

#[test]
fn a_task_that_skips_comes_to_the_default_filter() {
    let graph = counted("  - {at: 0, do: create_task, task: t1, attributes: {kind: skipping}}\n");
    let expected = [
        "entry Entry filters[0] 1",
        "filters[0] NoMatch filters[1] 1",
        "filters[1] Match filters[1].targets[0] 1",
        "filters[1].targets[0] Skip filters[2] 1",
        "filters[2] NoMatch default_filter 1",
    ];
    assert_eq!(taken(&graph), expected);
    assert_eq!(step(&graph, 1, 0), StepCounts { entered: 1, skipped: 1, ..StepCounts::default() });
    assert_eq!(graph.default_filter.unwrap().counts.unwrap().entered, 1);
}

#[test]
fn reservations_count_where_they_are_made_and_ends_where_they_come() {
    let graph = counted(
        r"
  - {at: 0, do: create_task, task: t1, attributes: {kind: plain}}
  - {at: 0, do: create_task, task: t2, attributes: {kind: plain}}
  - {at: 1, do: set_worker_activity, worker: alice, activity: Available}
  - {at: 2, do: reject_reservation, task: t1, worker: alice, activity: Offline}
  - {at: 3, do: set_worker_activity, worker: alice, activity: Available}
  - {at: 4, do: accept_reservation, task: t1, worker: alice}
  - {at: 5, do: cancel_task, task: t2}
",
    );
    let expected = StepCounts { entered: 2, reserved: 2, accepted: 1, canceled: 1, ..StepCounts::default() };
    assert_eq!(graph.default_filter.as_ref().unwrap().counts, Some(expected));
    assert_eq!(graph.counts, Some(Counts { entered: 2, ..Counts::default() }), "nobody came to the workflow's end");
}

#[test]
fn filters_read_again_are_no_skip() {
    let graph = counted(
        r"
  - {at: 0, do: create_task, task: t1, attributes: {kind: slow}}
  - {at: 1, do: update_task, task: t1, attributes: {kind: plain, late: true}}
  - {at: 1, expect: {task: t1, filter: 2}}
  - {at: 2, do: update_task, task: t1, attributes: {kind: plain}}
  - {at: 2, expect: {task: t1, filter: default}}
",
    );
    assert_eq!(step(&graph, 0, 0), StepCounts { entered: 1, reread: 1, ..StepCounts::default() });
    assert_eq!(step(&graph, 2, 0), StepCounts { entered: 1, reread: 1, ..StepCounts::default() });
    assert_eq!(graph.counts, Some(Counts { entered: 1, reread: 2, ..Counts::default() }));
    let entry = graph.edges.iter().find(|edge| edge.why == Why::Entry).unwrap();
    assert_eq!(entry.count, Some(3));
}

#[test]
fn moves_of_another_version_of_the_workflow_are_told_apart() {
    let filter = "{expression: 1==1, targets: [{queue: all, timeout: 3}, {queue: all, timeout: 3}, {queue: none}]}";
    let changed = format!(
        "
  - {{at: 0, do: create_task, task: t1, attributes: {{kind: slow}}}}
  - at: 1
    do: update_workflow
    workflow: only
    configuration: {{task_routing: {{filters: [{filter}]}}}}
    re_evaluate_tasks: true
"
    );
    let graph = counted(&changed);
    assert_eq!(graph.counts.map(|counts| (counts.changed, counts.elsewhere)), Some((true, 0)));
    assert!(graph.svg().contains("was changed during the run"));
    let graph = counted(&(changed + "  - {at: 1m, expect: {task: t1, target: 2}}\n"));
    assert_eq!(graph.counts.unwrap().elsewhere, 1, "there was no third step at the start");
}

#[test]
fn a_run_without_tasks_counts_nothing() {
    let graph = counted("  - {at: 0, do: set_worker_activity, worker: alice, activity: Available}\n");
    assert_eq!(taken(&graph), Vec::<String>::new());
    assert_eq!(graph.counts, Some(Counts::default()));
    assert!(graph.edges.iter().all(|edge| edge.count == Some(0)));
}

#[test]
fn a_flow_tells_its_moves() {
    let text = format!("{WORKSPACE}  - {{at: 0, do: create_task, task: t1, attributes: {{kind: skipping}}}}\n");
    let outcome = outcome(&scenario(&text));
    let flow = outcome.flow.workflow("only".into()).unwrap();
    let place = |filter| Some(StepRef { filter, target: 0 });
    let (skipping, default) = (place(pointsman::FilterRef::Index(1)), place(pointsman::FilterRef::Default));
    let moves = [
        (Move { from: None, to: skipping, way: Way::Entry }, 1),
        (Move { from: skipping, to: default, way: Way::Skip }, 1),
    ];
    assert_eq!(flow.moves.iter().map(|(step, count)| (*step, *count)).collect::<Vec<_>>(), moves);
    assert_eq!(outcome.flow.workflow("other".into()), None);
}
