//! Owns the object type: entries sorted by key, found by binary search. Never keeps two entries of one key.

use std::sync::Arc;

use crate::{Ref, Value};

/// A JSON object. Entries are sorted by key, so that iteration and output never depend on insertion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object(Box<[(Arc<str>, Value)]>);

impl Object {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        let at = self.0.binary_search_by(|(k, _)| (**k).cmp(key)).ok()?;
        Some(&self.0[at].1)
    }

    /// The value of a key as evaluation sees it: NULL when there is none.
    pub(crate) fn read(&self, key: &str) -> Ref<'_> {
        self.get(key).map_or(Ref::Null, Value::as_ref)
    }

    /// All entries in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Of several entries with one key the last wins.
impl FromIterator<(Arc<str>, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                std::mem::swap(&mut later.1, &mut kept.1);
            }
            same
        });
        Self(entries.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_duplicate_wins_and_keys_are_sorted() {
        let entries = [("b", 1), ("a", 2), ("b", 3), ("b", 4)];
        let object: Object = entries.into_iter().map(|(k, v)| (Arc::from(k), Value::from(v))).collect();
        assert_eq!(object.iter().map(|(k, _)| k).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(object.get("b"), Some(&Value::from(4)));
        assert_eq!(object.get("c"), None);
        assert_eq!((object.len(), object.is_empty()), (2, false));
    }
}
