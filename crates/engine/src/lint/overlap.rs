//! Which filters of a workflow leave nothing for others. What it says is certain; over its limits it says nothing.

use std::collections::BTreeMap;

use pointsman_expr::analysis::{Analysis, Possibility, WORK_LIMIT};
use pointsman_expr::{Expression, Name, NodeId, NodeKind, Op, Operand, Term, Tree, Value};

use super::exits::keeps;
use crate::catalog::Filter;

/// So many filters that may share tasks with one are looked at, the nearest first.
const FILTERS_AT_ONCE: usize = 64;

/// The filters of a workflow, taken apart once.
pub(super) struct Overlap<'w> {
    filters: &'w [Filter],
    analysis: Analysis,
    demands: Vec<Demands<'w>>,
    keeps: Vec<bool>,
}

impl<'w> Overlap<'w> {
    pub(super) fn of(filters: &'w [Filter]) -> Self {
        let expressions = || filters.iter().map(|filter| &filter.expression);
        Self {
            filters,
            analysis: Analysis::of(expressions()),
            demands: expressions().map(Demands::of).collect(),
            keeps: filters.iter().map(|filter| keeps(&filter.targets)).collect(),
        }
    }

    pub(super) fn never_matches(&mut self, filter: usize) -> bool {
        self.is_impossible(&[(filter, true)])
    }

    pub(super) fn always_matches(&mut self, filter: usize) -> bool {
        self.is_impossible(&[(filter, false)])
    }

    /// The filters above that take every task of this one and keep it, when there are such.
    ///
    /// Filters are read at one instant when a task enters a workflow and when it leaves a filter. What a filter above the
    /// last one that can be left says of the time of day may have been true at another time, so it does not count.
    pub(super) fn hiders(&mut self, filter: usize) -> Option<Vec<usize>> {
        let last_left = (0..filter).rfind(|above| !self.keeps[*above]);
        let is_fixed = |above: &usize| !self.reads_clock(*above) || last_left.is_none_or(|last| *above > last);
        let keepers = (0..filter).rev().filter(|above| self.keeps[*above] && is_fixed(above));
        let mut keepers: Vec<usize> =
            keepers.filter(|above| self.may_share(filter, *above)).take(FILTERS_AT_ONCE).collect();
        keepers.reverse();
        let alone = keepers.iter().find(|above| self.is_impossible(&[(filter, true), (**above, false)]));
        if let Some(alone) = alone {
            return Some(vec![*alone]);
        }
        let outcomes: Vec<_> = keepers.iter().map(|above| (*above, false)).chain([(filter, true)]).collect();
        (keepers.len() > 1 && self.is_impossible(&outcomes)).then_some(keepers)
    }

    /// Whether every task that leaves this filter matches one below it.
    pub(super) fn is_caught(&mut self, filter: usize) -> bool {
        let below = (filter + 1..self.filters.len()).filter(|below| self.may_share(filter, *below));
        let missed = below.take(FILTERS_AT_ONCE).map(|below| (below, false));
        // What the filter said of the time of day may no longer be true.
        let came = (!self.reads_clock(filter)).then_some((filter, true));
        let outcomes: Vec<_> = missed.chain(came).collect();
        self.is_impossible(&outcomes)
    }

    /// Whether every task matches a filter.
    pub(super) fn takes_all(&mut self) -> bool {
        let missed: Vec<_> =
            (0..self.filters.len()).rev().take(FILTERS_AT_ONCE).map(|filter| (filter, false)).collect();
        self.is_impossible(&missed)
    }

    fn is_impossible(&mut self, outcomes: &[(usize, bool)]) -> bool {
        self.analysis.possibility(outcomes, WORK_LIMIT) == Possibility::Impossible
    }

    fn reads_clock(&self, filter: usize) -> bool {
        self.filters[filter].expression.reads_clock()
    }

    fn may_share(&self, one: usize, other: usize) -> bool {
        self.demands[one].meet(&self.demands[other])
    }
}

/// Values that names must have for an expression to hold, as far as its text says so at once. Most filters of a large
/// workflow are told apart by these without being analysed.
struct Demands<'w>(BTreeMap<&'w Name, Vec<&'w Value>>);

impl<'w> Demands<'w> {
    fn of(expression: &'w Expression) -> Self {
        let tree = expression.tree();
        let mut demands = BTreeMap::new();
        for part in conjuncts(tree) {
            if let NodeKind::Test { op, left, right } = &tree[part].kind {
                demands
                    .extend(demand(*op, left, right).or_else(|| demand(*op, right, left).filter(|_| *op == Op::Equal)));
            }
        }
        Self(demands)
    }

    fn meet(&self, other: &Self) -> bool {
        self.0.iter().all(|(name, values)| match other.0.get(name) {
            Some(others) => values.iter().any(|value| others.contains(value)),
            None => true,
        })
    }
}

fn conjuncts(tree: &Tree) -> Vec<NodeId> {
    match &tree[tree.root()].kind {
        NodeKind::And(parts) => parts.clone(),
        NodeKind::Or(_) | NodeKind::Not(_) | NodeKind::Test { .. } => vec![tree.root()],
    }
}

fn demand<'w>(op: Op, name: &'w Term, constant: &'w Term) -> Option<(&'w Name, Vec<&'w Value>)> {
    let (Operand::Name(name), Operand::Literal(value)) = (&name.operand, &constant.operand) else { return None };
    if let (Op::In, Value::Array(values)) = (op, value) {
        return Some((name, values.iter().collect()));
    }
    let tested = op == Op::Equal && *value != Value::Null;
    tested.then(|| (name, vec![value]))
}
