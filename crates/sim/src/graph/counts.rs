//! The counts of a run on the graph of its workflow: every move is a way along edges. What the events do not say, such as
//! which filters were tried in between, follows from the edges.

use serde::Serialize;

use super::{DEFAULT, Graph, Node, Step, Why};
use crate::flow::{Move, StepRef, Way, WorkflowFlow};

/// How tasks went through the workflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counts {
    /// Tasks that came in.
    pub entered: u64,
    /// How often the filters of a task were read again, after a change of its attributes or of the workflow.
    pub reread: u64,
    /// Tasks that were canceled at the end of the workflow.
    pub canceled: u64,
    /// Whether the workflow was changed during the run: then counts of the same place may be of different steps.
    pub changed: bool,
    /// Moves that the drawn configuration does not explain: made by another version of the workflow.
    pub elsewhere: u64,
}

/// What happened in a routing step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepCounts {
    /// Tasks that entered it.
    pub entered: u64,
    /// Tasks that left it because its time was up.
    pub timed_out: u64,
    /// Tasks that skipped it.
    pub skipped: u64,
    /// Tasks that left it because their filters were read again.
    pub reread: u64,
    /// Reservations made there; each of a batch counts.
    pub reserved: u64,
    /// Reservations accepted there.
    pub accepted: u64,
    /// Tasks canceled there by command, by their time to live or for too many assignments.
    pub canceled: u64,
}

/// Puts them there; what nobody took has the count 0.
pub(super) fn put(graph: &mut Graph, flow: &WorkflowFlow) {
    let mut counts = Counts {
        entered: flow.sum(|step| step.way == Way::Entry),
        reread: flow.sum(|step| step.way == Way::Reread),
        canceled: flow.sum(|step| step.to.is_none()),
        changed: flow.changed,
        elsewhere: 0,
    };
    graph.edges.iter_mut().for_each(|edge| edge.count = Some(0));
    for (step, count) in &flow.moves {
        match way_along(graph, step) {
            Some(edges) => edges.into_iter().for_each(|edge| *graph.edges[edge].count.get_or_insert_default() += count),
            None => counts.elsewhere += count,
        }
    }
    for (place, step) in steps_mut(graph) {
        step.counts = Some(of_step(flow, place));
    }
    graph.counts = Some(counts);
}

fn of_step(flow: &WorkflowFlow, place: StepRef) -> StepCounts {
    let here = flow.steps.get(&place).copied().unwrap_or_default();
    let left = |way| flow.sum(|step| step.from == Some(place) && step.way == way);
    StepCounts {
        entered: flow.sum(|step| step.to == Some(place)),
        timed_out: left(Way::Timeout),
        skipped: left(Way::Skip),
        reread: left(Way::Reread),
        reserved: here.reserved,
        accepted: here.accepted,
        canceled: here.canceled,
    }
}

fn steps_mut(graph: &mut Graph) -> impl Iterator<Item = (StepRef, &mut Step)> {
    let place = |index, target| StepRef { filter: pointsman::FilterRef::Index(index), target };
    let filters = graph.filters.iter_mut().enumerate();
    let steps = filters.flat_map(move |(index, filter)| {
        filter.steps.iter_mut().enumerate().map(move |(target, step)| (place(index, target), step))
    });
    steps.chain(graph.default_filter.iter_mut().map(|step| (DEFAULT, step)))
}

/// The edges a move goes along: out of its step, or in at the top, then from filter to filter.
fn way_along(graph: &Graph, step: &Move) -> Option<Vec<usize>> {
    let to = step.to.map_or(Node::Canceled, Node::Step);
    let whys: &[Why] = match step.way {
        Way::Entry | Way::Reread => &[Why::Entry],
        Way::Timeout => &[Why::Timeout],
        Way::Skip => &[Why::Skip, Why::SkipAfterTimeout],
    };
    let from = match step.way {
        Way::Entry | Way::Reread => Node::Entry,
        Way::Timeout | Way::Skip => Node::Step(step.from?),
    };
    let first = graph.edges.iter().enumerate().filter(|(_, edge)| edge.from == from && whys.contains(&edge.why));
    first.into_iter().find_map(|(index, _)| onwards(graph, vec![index], to))
}

fn onwards(graph: &Graph, mut taken: Vec<usize>, to: Node) -> Option<Vec<usize>> {
    loop {
        let last = graph.edges.get(*taken.last()?)?;
        if last.to == to {
            return Some(taken);
        }
        let Node::Filter(tried) = last.to else { return None };
        taken.push(out_of(graph, tried, to)?);
    }
}

/// The edge out of a filter that leads there, or else to the next filter.
fn out_of(graph: &Graph, tried: usize, to: Node) -> Option<usize> {
    let mut edges = graph.edges.iter().enumerate().filter(|(_, edge)| edge.from == Node::Filter(tried));
    let straight = edges.clone().find(|(_, edge)| edge.to == to);
    straight.or_else(|| edges.find(|(_, edge)| matches!(edge.to, Node::Filter(_)))).map(|(index, _)| index)
}
