//! Which filter of the old configuration is which of the new one. It compares texts; what they mean is the engine's.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use pointsman::{Command, FilterRef, FilterSpec, WorkflowConfiguration, WorkflowId, WorkspaceSpec};

use super::result::Filter;
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

/// Where a filter can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// In the old configuration, and perhaps in the new one.
    Old,
    /// In the new configuration only.
    New,
    /// In this command of the recording, on both sides.
    Command(usize),
}

/// The filters of the workflows of one side.
#[derive(Clone, Debug, Default)]
pub(super) struct Filters {
    /// Those that a workflow has now.
    current: BTreeMap<WorkflowId, Vec<Key>>,
    /// Those it has ever had: where they stood, and what they are called.
    known: BTreeMap<(WorkflowId, Key), (usize, String)>,
}

impl Filters {
    /// Those of a workspace; what is the same filter as in the old one has the same key.
    pub(super) fn like(spec: &WorkspaceSpec, old: &WorkspaceSpec) -> Self {
        let mut filters = Self::default();
        for workflow in &spec.workflows {
            let before = old.workflows.iter().find(|it| it.workflow == workflow.workflow);
            let before = before.map_or(&[][..], |it| &it.configuration.filters);
            let mut keys = written(&workflow.configuration, Source::New);
            for (old, new) in same_filters(before, &workflow.configuration.filters) {
                keys[new] = Key::Written(Source::Old, old);
            }
            filters.configure(workflow.workflow, &workflow.configuration, keys);
        }
        filters
    }

    /// A command that was done may have changed them.
    pub(super) fn learn(&mut self, number: usize, command: &Command) {
        let (workflow, configuration) = if let Command::CreateWorkflow(spec) = command {
            (spec.workflow, Some(&spec.configuration))
        } else if let Command::UpdateWorkflow(update) = command {
            (update.workflow, update.configuration.as_ref())
        } else {
            return;
        };
        if let Some(configuration) = configuration {
            self.configure(workflow, configuration, written(configuration, Source::Command(number)));
        }
    }

    fn configure(&mut self, workflow: WorkflowId, configuration: &WorkflowConfiguration, keys: Vec<Key>) {
        for ((index, filter), key) in configuration.filters.iter().enumerate().zip(&keys) {
            self.known.insert((workflow, *key), (index, called(filter).to_owned()));
        }
        self.current.insert(workflow, keys);
    }

    /// Which filter this is, as the workflow is now.
    pub(super) fn key(&self, workflow: Option<WorkflowId>, filter: FilterRef) -> Key {
        let keys = workflow.and_then(|workflow| self.current.get(&workflow));
        match filter {
            FilterRef::Index(index) => {
                keys.and_then(|keys| keys.get(index)).copied().unwrap_or(Key::Written(Source::Old, index))
            }
            FilterRef::Default => Key::Default,
            FilterRef::Direct => Key::Direct,
        }
    }

    /// The filter with this key for people, if the workflow has ever had it.
    pub(super) fn find(&self, workflow: WorkflowId, key: Key) -> Option<Filter> {
        let reference = match key {
            Key::Written(..) => FilterRef::Index(self.known.get(&(workflow, key))?.0),
            Key::Default => FilterRef::Default,
            Key::Direct => FilterRef::Direct,
        };
        Some(self.told(Some(workflow), key, reference))
    }

    /// The filter a task is in, for people.
    pub(super) fn told(&self, workflow: Option<WorkflowId>, key: Key, filter: FilterRef) -> Filter {
        let known = workflow.and_then(|workflow| self.known.get(&(workflow, key)));
        Filter { index: transcript::filter(filter), name: known.map(|(_, name)| name.clone()) }
    }
}

fn written(configuration: &WorkflowConfiguration, source: Source) -> Vec<Key> {
    (0..configuration.filters.len()).map(|index| Key::Written(source, index)).collect()
}

/// What a filter is called: its friendly name, or else its expression.
fn called(filter: &FilterSpec) -> &str {
    filter.friendly_name.as_deref().unwrap_or(&filter.expression)
}

/// Pairs of places, old and new, of what is the same filter: those of one friendly name; of the rest those of one
/// expression; of the rest those at one place. Where several have one text, the first is the first, and so on.
fn same_filters(old: &[FilterSpec], new: &[FilterSpec]) -> Vec<(usize, usize)> {
    let mut partners: BTreeMap<usize, usize> = BTreeMap::new();
    pair(old, new, |filter| filter.friendly_name.as_deref(), &mut partners);
    pair(old, new, |filter| Some(filter.expression.trim()), &mut partners);
    let taken: BTreeSet<usize> = partners.values().copied().collect();
    for place in (0..old.len().min(new.len())).filter(|place| !taken.contains(place)) {
        partners.entry(place).or_insert(place);
    }
    partners.into_iter().map(|(new, old)| (old, new)).collect()
}

/// Gives those without a partner one of the same text.
fn pair<'a>(
    old: &'a [FilterSpec],
    new: &'a [FilterSpec],
    text: fn(&'a FilterSpec) -> Option<&'a str>,
    partners: &mut BTreeMap<usize, usize>,
) {
    let taken: BTreeSet<usize> = partners.values().copied().collect();
    let mut free: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, filter) in old.iter().enumerate().rev().filter(|(place, _)| !taken.contains(place)) {
        text(filter).into_iter().for_each(|text| free.entry(text).or_default().push(place));
    }
    for (place, filter) in new.iter().enumerate() {
        if let Entry::Vacant(entry) = partners.entry(place)
            && let Some(partner) = text(filter).and_then(|text| free.get_mut(text)?.pop())
        {
            entry.insert(partner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Filters of one letter each are unnamed; `N=x` has a name.
    fn filters(texts: &[&str]) -> Vec<FilterSpec> {
        let filter = |text: &&str| match text.split_once('=') {
            Some((name, expression)) => FilterSpec::new(expression).friendly_name(name),
            None => FilterSpec::new(*text),
        };
        texts.iter().map(filter).collect()
    }

    fn pairs(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
        let mut pairs = same_filters(&filters(old), &filters(new));
        pairs.sort_unstable();
        pairs
    }

    #[test]
    fn a_filter_is_found_by_name_then_by_expression_then_by_place() {
        assert_eq!(pairs(&["a", "b"], &["c", "a", "b"]), [(0, 1), (1, 2)], "one is new in front");
        assert_eq!(pairs(&["a", "b"], &["b"]), [(1, 0)], "one is gone");
        assert_eq!(pairs(&["a", "b"], &["a", "c"]), [(0, 0), (1, 1)], "one is edited");
        assert_eq!(pairs(&["X=a", "Y=b"], &["Y=c", "X=d"]), [(0, 1), (1, 0)], "names count before texts");
        assert_eq!(pairs(&["X=a", "b"], &["b", "Z=a"]), [(0, 1), (1, 0)], "renamed");
        assert_eq!(pairs(&["a", "a"], &["a", "a", "a"]), [(0, 0), (1, 1)], "the first is the first");
        assert_eq!(pairs(&[], &["a"]), []);
    }

    #[test]
    fn swapping_the_sides_swaps_the_pairs() {
        for (old, new) in [(&["X=a", "b", "b"][..], &["b", "X=b", "c", "X=a"][..]), (&["a", "b"], &["b", "c", "a"])] {
            let mut swapped: Vec<_> = pairs(new, old).into_iter().map(|(new, old)| (old, new)).collect();
            swapped.sort_unstable();
            assert_eq!(pairs(old, new), swapped);
        }
    }
}
