//! What leads where in a workflow (semantics sections 2.3 to 2.8, rule R4): the shape that the configuration alone
//! gives, without a task. Tests hold it to the moves that the engine makes.

use super::{DEFAULT, Edge, Filter, Node, Step, Why, steps_of};

/// Every way that some task may take, in the order of the document.
pub(super) fn edges(filters: &[Filter], has_default: bool) -> Vec<Edge> {
    let plan = Plan { filters, has_default };
    let mut edges = vec![edge(Node::Entry, plan.tried(0, false), Why::Entry)];
    for (index, filter) in filters.iter().enumerate() {
        plan.filter(index, filter, &mut edges);
    }
    edges
}

struct Plan<'a> {
    filters: &'a [Filter],
    has_default: bool,
}

impl Plan<'_> {
    /// The filter at this place or, when there is none, the default filter or the end.
    fn tried(&self, index: usize, timed_out: bool) -> Node {
        if index < self.filters.len() {
            Node::Filter(index)
        } else if self.has_default && !timed_out {
            Node::Step(DEFAULT)
        } else {
            Node::Canceled
        }
    }

    /// Whether tasks come to the filter at this place that left another by timeout, and to a default filter behind it.
    fn differs_after_timeout(&self, index: usize) -> bool {
        let by_timeout =
            |filter: &Filter| filter.steps.last().is_some_and(|last| last.reached && last.timeout.is_some());
        let last = index + 1 == self.filters.len();
        last && self.has_default && self.filters[..index].iter().any(by_timeout)
    }

    fn filter(&self, index: usize, filter: &Filter, edges: &mut Vec<Edge>) {
        let test = Node::Filter(index);
        edges.extend(steps_of(index, filter).next().map(|(first, _)| edge(test, Node::Step(first), Why::Match)));
        edges.push(edge(test, self.tried(index + 1, false), Why::NoMatch));
        if self.differs_after_timeout(index) {
            edges.push(edge(test, Node::Canceled, Why::NoMatchAfterTimeout));
        }
        let mut steps = steps_of(index, filter).filter(|(_, step)| step.reached).peekable();
        while let Some((place, step)) = steps.next() {
            let from = Node::Step(place);
            match steps.peek() {
                Some((next, _)) => leave(step, from, [Node::Step(*next); 2], edges),
                None => {
                    leave(step, from, [self.tried(index + 1, true), self.tried(index + 1, false)], edges);
                    if step.skip_if.is_some() && self.differs_after_timeout(index) {
                        edges.push(edge(from, Node::Canceled, Why::SkipAfterTimeout));
                    }
                }
            }
        }
    }
}

/// Where a step is left to by timeout and by skip.
fn leave(step: &Step, from: Node, [by_timeout, by_skip]: [Node; 2], edges: &mut Vec<Edge>) {
    if step.timeout.is_some() {
        edges.push(Edge { at: step.left.clone(), ..edge(from, by_timeout, Why::Timeout) });
    }
    if step.skip_if.is_some() {
        edges.push(edge(from, by_skip, Why::Skip));
    }
}

fn edge(from: Node, to: Node, why: Why) -> Edge {
    Edge { from, to, why, at: None, count: None }
}
