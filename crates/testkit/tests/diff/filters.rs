//! Which filter of one configuration is which of the other, and which of them a task is in.

use std::collections::BTreeMap;

use pointsman::{FilterRef, FilterSpec, TaskFacts, WorkflowConfiguration, WorkflowId, WorkspaceSpec};

/// Which filter it is: the old configuration's, the new one's alone, or that of a command on both sides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Which {
    Written(String, usize),
    Default,
    Direct,
}

/// The configurations that workflows have had, each a list of filters by what they are and what they are called.
pub(super) type Filters = BTreeMap<WorkflowId, Vec<Vec<(Which, String)>>>;

/// Those of the base, of the old and of the new configuration.
pub(super) fn filters(base: &WorkspaceSpec, old: &WorkspaceSpec, new: &WorkspaceSpec) -> [Filters; 3] {
    let of = |spec: &WorkspaceSpec, id| {
        let workflow = spec.workflows.iter().find(|it| it.workflow == id);
        workflow.map(|it| it.configuration.clone()).unwrap_or_default()
    };
    let mut all = [Filters::new(), Filters::new(), Filters::new()];
    for id in [base, old, new].iter().flat_map(|spec| &spec.workflows).map(|it| it.workflow) {
        let configurations = [base, old, new].map(|spec| of(spec, id));
        let [in_base, in_old, in_new] = [0, 1, 2].map(|side| &configurations[side].filters[..]);
        let mut written =
            [("base", 0), ("old", 1), ("new", 2)].map(|(source, side)| rows(&configurations[side], source));
        let (old_pairs, new_pairs) = (same_filters(in_base, in_old, &[], &[]), same_filters(in_base, in_new, &[], &[]));
        let kept = |pairs: &[(usize, usize)]| pairs.iter().map(|(_, place)| *place).collect::<Vec<_>>();
        for (partner, place) in same_filters(in_old, in_new, &kept(&old_pairs), &kept(&new_pairs)) {
            written[2][place].0 = Which::Written("old".to_owned(), partner);
        }
        for (side, pairs) in [(1, old_pairs), (2, new_pairs)] {
            for (partner, place) in pairs {
                written[side][place].0 = Which::Written("base".to_owned(), partner);
            }
        }
        for (filters, rows) in all.iter_mut().zip(written) {
            filters.insert(id, vec![rows]);
        }
    }
    all
}

/// Whether two filters, at these places, are the same.
pub(super) type Rule = fn(&FilterSpec, &FilterSpec, usize, usize) -> bool;

/// By name, by expression, by place, one rule after the other; some are taken already.
pub(super) fn same_filters(
    old: &[FilterSpec],
    new: &[FilterSpec],
    olds: &[usize],
    news: &[usize],
) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let rules: [Rule; 3] = [
        |old, new, _, _| old.friendly_name.is_some() && old.friendly_name == new.friendly_name,
        |old, new, _, _| bare(&old.expression) == bare(&new.expression),
        |old, new, was, is| was == is && (old.friendly_name.is_none() || new.friendly_name.is_none()),
    ];
    for rule in rules {
        for place in 0..new.len() {
            let taken = |at: usize| olds.contains(&at) || pairs.iter().any(|(old, _)| *old == at);
            let partner = (0..old.len()).find(|at| !taken(*at) && rule(&old[*at], &new[place], *at, place));
            let given = news.contains(&place) || pairs.iter().any(|(_, new)| *new == place);
            pairs.extend(partner.filter(|_| !given).map(|partner| (partner, place)));
        }
    }
    pairs
}

/// The strategies write words, constants and operators; they differ in blanks only.
pub(super) fn bare(expression: &str) -> String {
    expression.chars().filter(|letter| !letter.is_whitespace()).collect()
}

pub(super) fn rows(configuration: &WorkflowConfiguration, source: &str) -> Vec<(Which, String)> {
    let row = |(index, filter): (usize, &FilterSpec)| {
        let name = filter.friendly_name.clone().unwrap_or_else(|| filter.expression.clone());
        (Which::Written(source.to_owned(), index), name)
    };
    configuration.filters.iter().enumerate().map(row).collect()
}

/// What tasks follow that enter the task's workflow now.
pub(super) fn now(filters: &Filters, facts: &TaskFacts) -> Vec<(Which, String)> {
    let now = facts.workflow.and_then(|workflow| filters.get(&workflow)?.last());
    now.cloned().unwrap_or_default()
}

/// A filter that a task is in.
pub(super) type Place = (FilterRef, Which, Option<String>);

pub(super) fn place(follows: &[(Which, String)], filter: FilterRef) -> Place {
    match filter {
        FilterRef::Index(index) => {
            let (which, name) = follows.get(index).cloned().unzip();
            (filter, which.unwrap_or(Which::Written("base".to_owned(), index)), name)
        }
        FilterRef::Default => (filter, Which::Default, None),
        FilterRef::Direct => (filter, Which::Direct, None),
    }
}
