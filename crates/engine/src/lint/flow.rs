//! Where tasks can go in a workflow: a graph of filters and steps, and what of it can be reached (semantics 2.3 to
//! 2.8, rule R4).
//!
//! What it calls unreachable is unreachable for every task whose attributes stay as they are. What it calls reachable
//! may still be out of reach for reasons that it does not see.

use std::collections::BTreeSet;

use petgraph::graphmap::DiGraphMap;
use petgraph::visit::Dfs;
use pointsman_expr::Expression;

use super::analysis::{always_holds, is_shadowed, never_holds};
use super::setup::Workflow;
use crate::catalog::Target;

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
    /// For each filter that is hidden: those above that take its tasks and keep them.
    hidden_by: Vec<Option<Vec<usize>>>,
}

impl Flow {
    pub(super) fn of(workflow: &Workflow<'_>) -> Self {
        let hidden_by: Vec<_> = (0..workflow.compiled.filters.len()).map(|filter| hiders(workflow, filter)).collect();
        let graph = graph(workflow, &hidden_by);
        let mut reached = BTreeSet::new();
        let mut walk = Dfs::new(&graph, Stop::Before { filter: 0, late: false });
        while let Some(stop) = walk.next(&graph) {
            reached.insert(stop);
        }
        Self { reached, hidden_by }
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
        self.hidden_by.get(filter)?.as_deref()
    }
}

/// How a step can be left without a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exits {
    pub(super) timeout: bool,
    pub(super) skip: bool,
}

impl Exits {
    pub(super) fn of(target: &Target) -> Self {
        let skip = target.skip_if.as_ref().is_some_and(|skip_if| !never_holds(skip_if));
        Self { timeout: target.timeout.is_some(), skip }
    }

    pub(super) fn any(self) -> bool {
        self.timeout || self.skip
    }
}

/// Whether a filter has a step that is never left: its tasks never come to the filters below.
pub(super) fn keeps(targets: &[Target]) -> bool {
    targets.iter().any(|target| !Exits::of(target).any())
}

/// The filters above that together take every task of this filter and keep it.
///
/// Filters are read at one instant when a task enters a workflow and when it leaves a filter. What a filter above the
/// last one that can be left says of the time of day may have been true at another time, so it does not count.
fn hiders(workflow: &Workflow<'_>, filter: usize) -> Option<Vec<usize>> {
    let filters = &workflow.compiled.filters;
    let expression = &filters[filter].expression;
    let above = &filters[..filter];
    let last_left = above.iter().rposition(|above| !keeps(&above.targets));
    let counts = |index: usize| !above[index].expression.reads_clock() || last_left.is_none_or(|last| index > last);
    let keepers: Vec<usize> = (0..filter).filter(|index| keeps(&above[*index].targets) && counts(*index)).collect();
    let alone = keepers.iter().find(|index| is_shadowed(expression, &[&above[**index].expression]));
    if let Some(one) = alone {
        return Some(vec![*one]);
    }
    let texts: Vec<&Expression> = keepers.iter().map(|index| &above[*index].expression).collect();
    (!never_holds(expression) && is_shadowed(expression, &texts)).then_some(keepers)
}

fn graph(workflow: &Workflow<'_>, hidden_by: &[Option<Vec<usize>>]) -> DiGraphMap<Stop, ()> {
    let filters = &workflow.compiled.filters;
    let mut graph = DiGraphMap::new();
    for late in [false, true] {
        for (filter, compiled) in filters.iter().enumerate() {
            let (here, below) = (Stop::Before { filter, late }, Stop::Before { filter: filter + 1, late });
            if hidden_by[filter].is_none() && !never_holds(&compiled.expression) {
                graph.add_edge(here, Stop::In { filter, target: 0, late }, ());
            }
            if !always_holds(&compiled.expression) {
                graph.add_edge(here, below, ());
            }
            add_steps(&mut graph, filter, &compiled.targets, late);
        }
        let end = match (late, workflow.compiled.default.is_some()) {
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
