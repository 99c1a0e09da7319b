//! Which filter of the old configuration is which of the new one. It compares texts; what they mean is the engine's.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pointsman::{Command, FilterRef, FilterSpec, WorkflowConfiguration, WorkflowId, WorkspaceSpec};
use pointsman_expr::{Kind, Limits, Node, NodeKind, parse};

use super::result::Filter;
use crate::judgement::configured;
use crate::transcript;

/// A filter, the same for both sides when it is the same filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Where it was first written: under which source, at which place.
    Written(Source, usize),
    /// The default filter.
    Default,
    /// None: the task's routing target.
    Direct,
}

/// Where a filter can be written; the first of these places that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// In the configuration that both sides start from.
    Base,
    /// In the old configuration, and perhaps in the new one.
    Old,
    /// In the new configuration only.
    New,
    /// In this command of the recording, on both sides.
    Command(usize),
}

/// The filters of a configuration, each with what it is called.
pub(super) type Rows = Arc<[(Key, Arc<str>)]>;

/// The filters of the workflows of one side.
#[derive(Clone, Debug, Default)]
pub(super) struct Filters {
    /// Those that a workflow has now.
    current: BTreeMap<WorkflowId, Rows>,
    /// Those it has ever had: where they stood, and what they are called.
    known: BTreeMap<(WorkflowId, Key), (usize, Arc<str>)>,
}

impl Filters {
    /// Those of what both sides start from, of the old and of the new workspace: the same filter has the same key.
    pub(super) fn of_all(base: &WorkspaceSpec, old: &WorkspaceSpec, new: &WorkspaceSpec) -> [Self; 3] {
        let workflows: BTreeSet<WorkflowId> =
            [base, old, new].iter().flat_map(|spec| spec.workflows.iter().map(|it| it.workflow)).collect();
        let mut all = <[Self; 3]>::default();
        for id in workflows {
            let workflow = |spec: &WorkspaceSpec| {
                let found = spec.workflows.iter().find(|it| it.workflow == id);
                found.map(|it| it.configuration.clone())
            };
            let configurations = [base, old, new].map(workflow);
            let keys = keys([0, 1, 2].map(|side| configurations[side].as_ref().map_or(&[][..], |it| &it.filters)));
            for ((filters, configuration), keys) in all.iter_mut().zip(&configurations).zip(keys) {
                configuration.iter().for_each(|it| filters.configure(id, it, keys.clone()));
            }
        }
        all
    }

    /// A command that was done may have changed them.
    pub(super) fn learn(&mut self, number: usize, command: &Command) {
        if let Some((workflow, configuration)) = configured(command) {
            let places = 0..configuration.filters.len();
            let keys = places.map(|place| Key::Written(Source::Command(number), place)).collect();
            self.configure(workflow, configuration, keys);
        }
    }

    fn configure(&mut self, workflow: WorkflowId, configuration: &WorkflowConfiguration, keys: Vec<Key>) {
        let names = configuration.filters.iter().map(|filter| Arc::from(called(filter)));
        let rows: Rows = keys.into_iter().zip(names).collect();
        for (index, (key, name)) in rows.iter().enumerate() {
            self.known.insert((workflow, *key), (index, name.clone()));
        }
        self.current.insert(workflow, rows);
    }

    /// What tasks follow that enter the workflow now.
    pub(super) fn of(&self, workflow: Option<WorkflowId>) -> Rows {
        let rows = workflow.and_then(|workflow| self.current.get(&workflow));
        rows.cloned().unwrap_or_default()
    }

    /// The filter with this key for people, if the workflow has ever had it.
    pub(super) fn find(&self, workflow: WorkflowId, key: Key) -> Option<Filter> {
        let (index, name) = match key {
            Key::Written(..) => {
                self.known.get(&(workflow, key)).map(|(index, name)| (FilterRef::Index(*index), name))?
            }
            Key::Default => return Some(told(FilterRef::Default, None)),
            Key::Direct => return Some(told(FilterRef::Direct, None)),
        };
        Some(told(index, Some(name)))
    }
}

/// A filter for people.
pub(super) fn told(filter: FilterRef, name: Option<&Arc<str>>) -> Filter {
    Filter { index: transcript::filter(filter), name: name.map(ToString::to_string) }
}

/// Which filter this is among those that a task follows, and what it is called.
pub(super) fn which(rows: &Rows, filter: FilterRef) -> (Key, Option<Arc<str>>) {
    match filter {
        FilterRef::Index(index) => match rows.get(index) {
            Some((key, name)) => (*key, Some(name.clone())),
            // A task of a living engine may follow a longer configuration than its workflow has now.
            None => (Key::Written(Source::Base, index), None),
        },
        FilterRef::Default => (Key::Default, None),
        FilterRef::Direct => (Key::Direct, None),
    }
}

/// What a filter is called: its friendly name, or else its expression.
fn called(filter: &FilterSpec) -> &str {
    filter.friendly_name.as_deref().unwrap_or(&filter.expression)
}

/// The keys of the filters of one workflow, in what both sides start from, in the old and in the new configuration.
fn keys([base, old, new]: [&[FilterSpec]; 3]) -> [Vec<Key>; 3] {
    let all = |filters: &[FilterSpec], source| (0..filters.len()).map(|place| Key::Written(source, place)).collect();
    let mut keys: [Vec<Key>; 3] = [all(base, Source::Base), all(old, Source::Old), all(new, Source::New)];
    let [base, old, new] = [base, old, new].map(|filters| filters.iter().enumerate().collect::<Vec<_>>());
    let (kept_old, kept_new) = (partners(&base, &old), partners(&base, &new));
    let rest = |filters: Vec<_>, kept: &BTreeMap<usize, usize>| -> Vec<(usize, &FilterSpec)> {
        filters.into_iter().filter(|(place, _)| !kept.contains_key(place)).collect()
    };
    let both_new = partners(&rest(old, &kept_old), &rest(new, &kept_new));
    kept_old.into_iter().for_each(|(place, partner)| keys[1][place] = Key::Written(Source::Base, partner));
    kept_new.into_iter().for_each(|(place, partner)| keys[2][place] = Key::Written(Source::Base, partner));
    both_new.into_iter().for_each(|(place, partner)| keys[2][place] = Key::Written(Source::Old, partner));
    keys
}

/// Filters with their places.
type Placed<'a> = [(usize, &'a FilterSpec)];

/// The places of the old filters by those of the new ones that are the same: those of one friendly name; of the rest
/// those that say the same, however they are written; of the rest those at one place, unless both have a name. Where
/// several have one text, the first is the first, and so on.
fn partners(old: &Placed<'_>, new: &Placed<'_>) -> BTreeMap<usize, usize> {
    let mut partners: BTreeMap<usize, usize> = BTreeMap::new();
    pair(old, new, |filter| filter.friendly_name.clone(), &mut partners);
    pair(old, new, |filter| Some(meaning(&filter.expression)), &mut partners);
    let taken: BTreeSet<usize> = partners.values().copied().collect();
    let free: BTreeMap<usize, &FilterSpec> = old.iter().filter(|(place, _)| !taken.contains(place)).copied().collect();
    let is_named = |filter: &FilterSpec| filter.friendly_name.is_some();
    for (place, filter) in new {
        if free.get(place).is_some_and(|other| !(is_named(filter) && is_named(other))) {
            partners.entry(*place).or_insert(*place);
        }
    }
    partners
}

/// Gives those without a partner one of the same text.
fn pair(
    old: &Placed<'_>,
    new: &Placed<'_>,
    text: fn(&FilterSpec) -> Option<String>,
    partners: &mut BTreeMap<usize, usize>,
) {
    let taken: BTreeSet<usize> = partners.values().copied().collect();
    let mut free: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, filter) in old.iter().rev().filter(|(place, _)| !taken.contains(place)) {
        text(filter).into_iter().for_each(|text| free.entry(text).or_default().push(*place));
    }
    for (place, filter) in new {
        if let Entry::Vacant(entry) = partners.entry(*place)
            && let Some(partner) = text(filter).and_then(|text| free.get_mut(&text)?.pop())
        {
            entry.insert(partner);
        }
    }
}

/// An expression without its blanks, quotes and redundant parentheses: its tree, written down. What cannot be parsed
/// says what it says.
fn meaning(expression: &str) -> String {
    let limits = Limits { max_length: expression.len(), ..Limits::default() };
    let Ok(parsed) = parse(expression, Kind::Filter, &limits) else { return expression.trim().to_owned() };
    let node = |node: &Node| match &node.kind {
        NodeKind::And(parts) => format!("and {parts:?};"),
        NodeKind::Or(parts) => format!("or {parts:?};"),
        NodeKind::Not(part) => format!("not {part:?};"),
        NodeKind::Test { op, left, right } => format!("{op:?} {:?} {:?};", left.operand, right.operand),
    };
    parsed.expression.tree().nodes().iter().map(node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Filters of one letter each are unnamed; `N: x` has a name.
    fn filters(texts: &[&str]) -> Vec<FilterSpec> {
        let filter = |text: &&str| match text.split_once(": ") {
            Some((name, expression)) => FilterSpec::new(expression).friendly_name(name),
            None => FilterSpec::new(*text),
        };
        texts.iter().map(filter).collect()
    }

    fn pairs(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
        let [old, new] = [old, new].map(filters);
        let placed = |filters: &'static [FilterSpec]| filters.iter().enumerate().collect::<Vec<_>>();
        let partners = partners(&placed(old.leak()), &placed(new.leak()));
        partners.into_iter().map(|(new, old)| (old, new)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    #[test]
    fn a_filter_is_found_by_name_then_by_expression_then_by_place() {
        let (was, is) = ("kind == 'a' AND level > 2", "(kind==\"a\") and level>2");
        assert_eq!(pairs(&["x", was], &[is, "y"]), [(1, 0)], "written otherwise, and one is new");
        assert_eq!(pairs(&["a", "b"], &["c", "a", "b"]), [(0, 1), (1, 2)], "one is new in front");
        assert_eq!(pairs(&["a", "b"], &["b"]), [(1, 0)], "one is gone");
        assert_eq!(pairs(&["a", "b"], &["a", "c"]), [(0, 0), (1, 1)], "one is edited");
        assert_eq!(pairs(&["X: a", "Y: b"], &["Y: c", "X: d"]), [(0, 1), (1, 0)], "names count before texts");
        assert_eq!(pairs(&["X: a", "b"], &["b", "Z: a"]), [(0, 1), (1, 0)], "renamed");
        assert_eq!(pairs(&["a", "a"], &["a", "a", "a"]), [(0, 0), (1, 1)], "the first is the first");
        assert_eq!(pairs(&["X: a"], &["Y: b"]), [], "another one took its place");
        assert_eq!(pairs(&[], &["a"]), []);
    }

    #[test]
    fn swapping_the_sides_swaps_the_pairs() {
        for (old, new) in [(&["X: a", "b", "b"][..], &["b", "X: b", "c", "X: a"][..]), (&["a", "b"], &["b", "c", "a"])]
        {
            let mut swapped: Vec<_> = pairs(new, old).into_iter().map(|(new, old)| (old, new)).collect();
            swapped.sort_unstable();
            assert_eq!(pairs(old, new), swapped);
        }
    }
}
