//! Where tasks can go in a workflow: a graph of filters and steps, and what of it can be reached (semantics 2.3 to
//! 2.8, rule R4).
//!
//! What it calls unreachable is unreachable for every task whose attributes stay as they are. What it calls reachable
//! may still be out of reach for reasons that it does not see.

use std::collections::BTreeSet;

use petgraph::graphmap::DiGraphMap;
use petgraph::visit::Dfs;

use super::exits::Exits;
use super::overlap::Overlap;
use super::setup::Workflow;
use crate::catalog::{Filter, Target};

/// A place on the way of a task. `late` says whether a filter of this pass was left by timeout, which closes the
/// default filter (Q26).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Stop {
    /// Looks for a filter from this one on.
    Before { filter: usize, late: bool },
    /// Is in a step of a filter.
    In { filter: usize, target: usize, late: bool },
    /// Is in the default filter.
    Default,
    /// Has been canceled: time was up.
    TimedOut,
    /// Has been canceled: nothing matched, or everything was skipped.
    FellOut,
}

/// What of a workflow can be reached.
pub(super) struct Flow {
    reached: BTreeSet<Stop>,
    filters: Vec<Judgement>,
    /// Whether every task matches a filter.
    pub(super) takes_all: bool,
}

/// What is certain of a filter.
struct Judgement {
    never: bool,
    always: bool,
    /// The filters above that take its tasks and keep them.
    hidden_by: Option<Vec<usize>>,
    /// Whether every task that leaves it matches a filter below.
    caught: bool,
}

impl Judgement {
    fn of(filter: usize, overlap: &mut Overlap<'_>) -> Self {
        let never = overlap.never_matches(filter);
        let hidden_by = if never { None } else { overlap.hiders(filter) };
        Self { never, always: overlap.always_matches(filter), hidden_by, caught: overlap.is_caught(filter) }
    }
}

impl Flow {
    pub(super) fn of(workflow: &Workflow<'_>) -> Self {
        let filters = &workflow.compiled.filters;
        let mut overlap = Overlap::of(filters);
        let judged: Vec<_> = (0..filters.len()).map(|filter| Judgement::of(filter, &mut overlap)).collect();
        let graph = graph(filters, &judged, workflow.compiled.default.is_some());
        let mut reached = BTreeSet::new();
        let mut walk = Dfs::new(&graph, Stop::Before { filter: 0, late: false });
        while let Some(stop) = walk.next(&graph) {
            reached.insert(stop);
        }
        Self { reached, filters: judged, takes_all: overlap.takes_all() }
    }

    /// Whether a task can come into this step.
    pub(super) fn reaches(&self, filter: usize, target: usize) -> bool {
        [false, true].iter().any(|late| self.reached.contains(&Stop::In { filter, target, late: *late }))
    }

    pub(super) fn reaches_default(&self) -> bool {
        self.reached.contains(&Stop::Default)
    }

    /// The filters that keep every task from this one, when there are such.
    pub(super) fn hidden_by(&self, filter: usize) -> Option<&[usize]> {
        self.filters.get(filter)?.hidden_by.as_deref()
    }

    pub(super) fn always_matches(&self, filter: usize) -> bool {
        self.filters.get(filter).is_some_and(|judged| judged.always)
    }

    /// Whether every task that leaves the filter matches one below it.
    pub(super) fn is_caught(&self, filter: usize) -> bool {
        self.filters.get(filter).is_some_and(|judged| judged.caught)
    }
}

fn graph(filters: &[Filter], judged: &[Judgement], has_default: bool) -> DiGraphMap<Stop, ()> {
    let mut graph = DiGraphMap::new();
    for late in [false, true] {
        for (filter, (compiled, judged)) in filters.iter().zip(judged).enumerate() {
            let (here, below) = (Stop::Before { filter, late }, Stop::Before { filter: filter + 1, late });
            if judged.hidden_by.is_none() && !judged.never {
                graph.add_edge(here, Stop::In { filter, target: 0, late }, ());
            }
            if !judged.always {
                graph.add_edge(here, below, ());
            }
            add_steps(&mut graph, filter, &compiled.targets, late);
        }
        let end = match (late, has_default) {
            (true, _) => Stop::TimedOut,
            (false, true) => Stop::Default,
            (false, false) => Stop::FellOut,
        };
        graph.add_edge(Stop::Before { filter: filters.len(), late }, end, ());
    }
    graph
}

/// From step to step, and from the last one to the filters below.
fn add_steps(graph: &mut DiGraphMap<Stop, ()>, filter: usize, targets: &[Target], late: bool) {
    for (index, target) in targets.iter().enumerate() {
        let (here, exits) = (Stop::In { filter, target: index, late }, Exits::of(target));
        if index + 1 < targets.len() {
            if exits.any() {
                graph.add_edge(here, Stop::In { filter, target: index + 1, late }, ());
            }
            continue;
        }
        let below = |late: bool| Stop::Before { filter: filter + 1, late };
        if exits.timeout {
            graph.add_edge(here, below(true), ());
        }
        if exits.skip {
            graph.add_edge(here, below(late), ());
        }
    }
}
