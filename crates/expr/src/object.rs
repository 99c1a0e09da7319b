//! Owns the object type: entries sorted by key, found by binary search. Never keeps two entries of one key.
//! The first bytes of all keys lie side by side as numbers, so that most steps of a search compare two integers.

use std::fmt;
use std::sync::Arc;

use crate::{Ref, Value};

/// A JSON object. Entries are sorted by key, so that iteration and output never depend on insertion.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Object {
    /// INVARIANT: the prefix of each key of `entries`, in the same order, which both orders share.
    prefixes: Box<[Prefix]>,
    entries: Box<[(Arc<str>, Value)]>,
}

/// The first eight bytes of a key, padded with zeros: ordered as the keys are, as far as they differ there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Prefix(u64);

impl Prefix {
    pub(crate) fn of(key: &str) -> Self {
        let mut bytes = [0; 8];
        let shared = key.len().min(bytes.len());
        bytes[..shared].copy_from_slice(&key.as_bytes()[..shared]);
        Self(u64::from_be_bytes(bytes))
    }
}

impl Object {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.find(Prefix::of(key), key)
    }

    /// The value of a key as evaluation sees it: NULL when there is none.
    #[inline]
    pub(crate) fn read(&self, prefix: Prefix, key: &str) -> Ref<'_> {
        self.find(prefix, key).map_or(Ref::Null, Value::as_ref)
    }

    #[inline]
    fn find(&self, prefix: Prefix, key: &str) -> Option<&Value> {
        let at = self.prefixes.partition_point(|other| *other < prefix);
        let (first, value) = self.entries.get(at)?;
        if **first == *key {
            return Some(value);
        }
        if self.prefixes[at] != prefix {
            return None;
        }
        // Keys that begin alike: compare them whole.
        let rest = &self.entries[at..];
        let at = rest.binary_search_by(|(k, _)| (**k).cmp(key)).ok()?;
        Some(&rest[at].1)
    }

    /// All entries in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(key, value)| (&**key, value))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
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
        let prefixes = entries.iter().map(|(key, _)| Prefix::of(key)).collect();
        Self { prefixes, entries: entries.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_begin_alike_are_told_apart() {
        let keys = ["", "a", "a\0", "prefix", "prefix_1", "prefix_10", "prefix_11", "prefix_12", "prefix_2", "z"];
        let object: Object = keys.iter().rev().map(|k| (Arc::from(*k), Value::from(*k))).collect();
        for key in keys {
            assert_eq!(object.get(key), Some(&Value::from(key)));
        }
        for key in ["b", "a\0\0", "prefix_13", "prefix_", "prefix_100", "zz"] {
            assert_eq!(object.get(key), None, "{key:?}");
        }
    }

    #[test]
    fn the_last_duplicate_wins_and_keys_are_sorted() {
        let entries = [("b", 1), ("a", 2), ("b", 3), ("b", 4)];
        let object: Object = entries.into_iter().map(|(k, v)| (Arc::from(k), Value::from(v))).collect();
        assert_eq!(object.iter().map(|(k, _)| k).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(object.get("b"), Some(&Value::from(4)));
        assert_eq!(object.get("c"), None);
        assert_eq!((object.len(), object.is_empty()), (2, false));
        assert_eq!((Object::default().len(), Object::default().is_empty()), (0, true));
    }
}
