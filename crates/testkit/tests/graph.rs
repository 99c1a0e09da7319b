//! Graphs of workflows held to what the engine does: every move of every task is a way that the graph has, counts are
//! numbers of events, and no kind of way is drawn that is never taken.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use pointsman::{Event, WorkflowId, WorkspaceSpec};
use pointsman_config::Names;
use pointsman_sim::graph::{Edge, Graph, Node, StepCounts, Why};
use pointsman_sim::{Flow, StepRef};
use pointsman_testkit::Op;
use support::{drained, say, staged, stories};

/// What a story's engine emits.
fn told(spec: &WorkspaceSpec, ops: &[Op]) -> Result<Vec<Event>, String> {
    let (mut engine, script) = staged(spec, ops)?;
    let mut events = Vec::new();
    for (now, command) in script {
        // A refused command emits nothing; time passes all the same.
        match command {
            Some(command) => drop(engine.handle(now, command)),
            None => engine.handle_timeout(now),
        }
        events.append(&mut drained(&mut engine));
    }
    Ok(events)
}

/// The workflows of a spec that stay as they are in these events, each with its counts.
fn drawn(spec: &WorkspaceSpec, events: &[Event]) -> Vec<(WorkflowId, Graph)> {
    let mut flow = Flow::default();
    events.iter().for_each(|event| flow.observe(event));
    let same = |id: &WorkflowId| flow.workflow(*id).is_some_and(|flow| !flow.changed);
    let ids = spec.workflows.iter().map(|workflow| workflow.workflow).filter(same);
    ids.map(|id| (id, Graph::of(spec, &Names::new(), id).unwrap().with_counts(&flow))).collect()
}

#[test]
fn every_move_of_the_engine_is_a_way_of_the_graph() {
    let taken: RefCell<BTreeMap<Why, u64>> = RefCell::default();
    support::runs(400).check(stories(60), |(spec, ops)| {
        for (_, graph) in drawn(&spec, &told(&spec, &ops)?) {
            let elsewhere = graph.counts.map(|counts| counts.elsewhere);
            if elsewhere != Some(0) {
                return Err(format!("{elsewhere:?} moves have no way in {graph:#?}"));
            }
            conserved(&graph)?;
            for edge in &graph.edges {
                *taken.borrow_mut().entry(edge.why).or_default() += edge.count.unwrap_or_default();
            }
        }
        Ok(())
    });
    let taken = taken.into_inner();
    say(&format!("ways taken: {taken:?}"));
    let common = [Why::Entry, Why::Match, Why::NoMatch, Why::NoMatchAfterTimeout, Why::Timeout, Why::Skip];
    for why in common {
        assert!(taken.get(&why).is_some_and(|count| *count > 0), "no task ever went by {why:?}");
    }
}

/// Whatever comes to a test leaves it, and whatever comes to a step is counted there.
fn conserved(graph: &Graph) -> Result<(), String> {
    let sum = |of: &dyn Fn(&Edge) -> bool| -> u64 {
        graph.edges.iter().filter(|edge| of(edge)).filter_map(|edge| edge.count).sum()
    };
    let nodes: BTreeSet<Node> = graph.edges.iter().flat_map(|edge| [edge.from, edge.to]).collect();
    for node in nodes {
        let (inside, outside) = (sum(&|edge| edge.to == node), sum(&|edge| edge.from == node));
        let expected = match node {
            Node::Entry => continue,
            Node::Filter(_) => outside,
            Node::Step(place) => counts_of(graph, place).entered,
            Node::Canceled => graph.counts.unwrap_or_default().canceled,
        };
        if inside != expected {
            return Err(format!("{inside} come to {node}, not {expected}: {graph:#?}"));
        }
    }
    Ok(())
}

fn counts_of(graph: &Graph, place: StepRef) -> StepCounts {
    graph.steps().find(|(found, _)| *found == place).and_then(|(_, step)| step.counts).unwrap_or_default()
}

#[test]
fn counts_are_numbers_of_events() {
    support::runs(200).check(stories(60), |(spec, ops)| {
        let events = told(&spec, &ops)?;
        for (workflow, graph) in drawn(&spec, &events) {
            counted(&events, workflow, &graph)?;
        }
        Ok(())
    });
}

fn counted(events: &[Event], workflow: WorkflowId, graph: &Graph) -> Result<(), String> {
    let of = |kind: &str, place: Option<StepRef>| {
        let facts = events.iter().filter(|event| event.kind.name() == kind).filter_map(|event| event.kind.task());
        let here = facts.filter(|facts| facts.workflow == Some(workflow)).filter(|facts| {
            let step = facts.step.as_ref().map(|step| StepRef { filter: step.filter, target: step.target });
            place.is_none() || step == place
        });
        here.count() as u64
    };
    for (place, step) in graph.steps() {
        let counts = step.counts.unwrap_or_default();
        let expected = StepCounts {
            entered: of("workflow.target-matched", Some(place)),
            timed_out: of("task-queue.timeout", Some(place)),
            reserved: of("reservation.created", Some(place)),
            accepted: of("reservation.accepted", Some(place)),
            // Every end of a workflow is a cancellation of its own.
            canceled: of("task.canceled", Some(place))
                - of("workflow.timeout", Some(place))
                - of("workflow.skipped", Some(place)),
            ..counts
        };
        support::same(&format!("counts of {}", Node::Step(place)), &counts, &expected)?;
    }
    let counts = graph.counts.unwrap_or_default();
    support::same("ends", &counts.canceled, &(of("workflow.timeout", None) + of("workflow.skipped", None)))
}

#[test]
fn every_filter_and_every_step_is_there_once() {
    support::runs(200).check(stories(1), |(spec, _)| {
        for workflow in &spec.workflows {
            let graph = Graph::of(&spec, &Names::new(), workflow.workflow).map_err(|refused| refused.to_string())?;
            let configuration = &workflow.configuration;
            let expressions: Vec<_> = graph.filters.iter().map(|filter| &filter.expression).collect();
            let expected: Vec<_> = configuration.filters.iter().map(|filter| &filter.expression).collect();
            support::same("filters", &expressions, &expected)?;
            let steps: Vec<_> = graph.filters.iter().map(|filter| filter.steps.len()).collect();
            let expected: Vec<_> = configuration.filters.iter().map(|filter| filter.targets.len()).collect();
            support::same("steps", &steps, &expected)?;
            support::same("default", &graph.default_filter.is_some(), &configuration.default_filter.is_some())?;
            let total = expected.iter().sum::<usize>() + usize::from(configuration.default_filter.is_some());
            let (svg, dot) = (graph.svg(), graph.dot());
            support::same("cards of steps", &svg.matches("class=\"card step").count(), &total)?;
            support::same("cards of filters", &svg.matches("class=\"card filter").count(), &expected.len())?;
            let ways = svg.matches("class=\"way ").count();
            support::same("lines", &ways, &graph.edges.len())?;
            for (place, _) in graph.steps() {
                let node = format!("  \"{}\" [label=", Node::Step(place));
                support::same(&node, &dot.matches(&node).count(), &1)?;
            }
        }
        Ok(())
    });
}
