//! What values the known documents have at a path, and which keys they have. It judges nothing.

use std::collections::{BTreeMap, BTreeSet};

use pointsman_expr::{Attributes, Path, Ref, Segment};

use super::kinds::Kinds;

/// The known documents of one side, tasks or workers.
pub(super) struct Documents<'a> {
    documents: Vec<&'a Attributes>,
    seen: BTreeMap<Path, Values>,
}

/// The values of all documents at one path; missing ones do not count.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    pub(super) count: usize,
    pub(super) kinds: Kinds,
    /// The kinds of the elements of lists.
    pub(super) members: Kinds,
    /// Texts, those in lists included.
    pub(super) texts: BTreeSet<String>,
}

impl<'a> Documents<'a> {
    pub(super) fn new(documents: impl Iterator<Item = &'a Attributes>) -> Self {
        Self { documents: documents.collect(), seen: BTreeMap::new() }
    }

    pub(super) fn count(&self) -> usize {
        self.documents.len()
    }

    pub(super) fn at(&mut self, path: &Path) -> &Values {
        if !self.seen.contains_key(path) {
            let mut values = Values::default();
            self.documents.iter().for_each(|document| values.note(document.get(path)));
            self.seen.insert(path.clone(), values);
        }
        &self.seen[path]
    }

    /// The keys beside the last key of the path, in all documents.
    pub(super) fn keys_beside(&self, path: &Path) -> BTreeSet<&'a str> {
        let Some((_, above)) = path.segments().split_last() else { return BTreeSet::new() };
        let mut keys = BTreeSet::new();
        for document in &self.documents {
            let parent = if above.is_empty() {
                Ref::Object(document.as_object().entries())
            } else {
                document.get(&Path::new(above))
            };
            if let Ref::Object(entries) = parent {
                keys.extend(entries.iter().map(|(key, _)| key));
            }
        }
        keys
    }
}

impl Values {
    fn note(&mut self, value: Ref<'_>) {
        if value == Ref::Null {
            return;
        }
        self.count += 1;
        self.kinds = self.kinds | Kinds::of(value);
        match value {
            Ref::Str(text) => self.note_text(text),
            Ref::Array(items) => items.iter().for_each(|item| self.note_member(item)),
            Ref::Null | Ref::Bool(_) | Ref::Number(_) | Ref::Object(_) => {}
        }
    }

    fn note_member(&mut self, item: Ref<'_>) {
        self.members = self.members | Kinds::of(item);
        if let Ref::Str(text) = item {
            self.note_text(text);
        }
    }

    fn note_text(&mut self, text: &str) {
        if !self.texts.contains(text) {
            self.texts.insert(text.to_owned());
        }
    }
}

/// The last key of a path.
pub(super) fn last_key(path: &Path) -> Option<&str> {
    match path.segments().last()? {
        Segment::Key(key) => Some(key),
        Segment::Index(_) => None,
    }
}
