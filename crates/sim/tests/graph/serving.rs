//! Who serves a queue is what the engine says.

use pointsman::{Engine, WorkflowId};
use pointsman_sim::graph::Graph;

use super::{graph, scenario};

const MANY: usize = 150;

fn workspace() -> String {
    let workers: String =
        (0..MANY).map(|number| format!("    - {{name: w{number}, attributes: {{n: {number}}}}}\n")).collect();
    format!(
        "workspace:
  workers:
{workers}  task_queues:
    - {{name: all, friendly_name: Everybody, target_workers: 1==1, max_reserved_workers: 4, task_order: LIFO}}
    - {{name: some, target_workers: n < 3}}
    - {{name: two, target_workers: n < 2}}
    - {{name: one, target_workers: n == 7}}
    - {{name: none, target_workers: n > 1000}}
    - {{name: unused, target_workers: 1==1}}
  workflows:
    - name: only
      configuration:
        task_routing:
          filters:
            - {{expression: a == 1, targets: [{{queue: two, timeout: 5}}, {{queue: one, timeout: 5}}, {{queue: all}}]}}
            - {{expression: a == 2, targets: [{{queue: some, timeout: 5}}, {{queue: two}}]}}
          default_filter: {{queue: none}}
"
    )
}

#[test]
fn queues_are_in_the_order_of_the_workflow_and_served_as_the_engine_says() {
    let scenario = scenario(&workspace());
    let graph = graph(&scenario, "only");
    let engine = Engine::new(scenario.workspace().spec.clone(), 0).unwrap();
    let names: Vec<&str> = graph.queues.iter().map(|queue| queue.name.as_str()).collect();
    assert_eq!(names, ["two", "one", "all", "some", "none"]);
    for queue in &graph.queues {
        let serving = queue.serving.as_ref().unwrap();
        let figures = engine.task_queue_figures(queue.name.as_str().into(), None).unwrap();
        assert_eq!(serving.workers, figures.total_eligible_workers, "{}", queue.name);
        assert_eq!(serving.names.len(), serving.workers.min(100));
    }
}

#[test]
fn names_are_said_as_far_as_they_help() {
    let svg = graph(&scenario(&workspace()), "only").svg();
    let said = |text: &str| assert!(svg.contains(text), "`{text}` is not in the picture");
    [
        "served by w0, w1 and 148 more",
        "served by w0, w1 and w2",
        "served by w0 and w1",
        "served by w7",
        "served by nobody",
    ]
    .into_iter()
    .for_each(said);
    said("w98, w99 and 50 more</title>");
    ["Everybody", "asks up to 4 workers at once", "LIFO: newest first"].into_iter().for_each(said);
    assert!(!svg.contains("unused"), "a queue of no step is drawn");
}

#[test]
fn an_unknown_workflow_is_refused() {
    let scenario = scenario(&workspace());
    let refused = Graph::of(&scenario.workspace().spec, scenario.names(), WorkflowId::named("other"));
    assert_eq!(refused.unwrap_err().code(), "unknown-workflow");
}
