//! `Ordering`: names of a list's own, each with a direction (surface section 2.4).

use std::cmp::Reverse;

use super::call::Params;
use super::refusal::Refusal;

/// Keys, the first the most important, and whether each rises.
pub(super) struct Ordering<K>(Vec<(K, bool)>);

impl<K: Copy + PartialEq> Ordering<K> {
    /// `Name:asc|desc`, several with commas.
    pub(super) fn of(params: &Params, names: &[(&str, K)]) -> Result<Self, Refusal> {
        let mut keys = Vec::new();
        for part in params.list("Ordering") {
            let (name, direction) = part.split_once(':').unwrap_or((part, "asc"));
            let key = names.iter().find(|(known, _)| *known == name).map(|(_, key)| *key);
            let rises = [("asc", true), ("desc", false)].iter().find(|(word, _)| word.eq_ignore_ascii_case(direction));
            match key.zip(rises) {
                Some((key, (_, rises))) => keys.push((key, *rises)),
                None => return Err(wrong(part, names)),
            }
        }
        Ok(Self(keys))
    }

    pub(super) fn is_given(&self) -> bool {
        !self.0.is_empty()
    }

    pub(super) fn has(&self, key: K) -> bool {
        self.0.iter().any(|(found, _)| *found == key)
    }

    /// Sorts by the last key first: sorts keep equal items in place.
    pub(super) fn sort<T>(&self, items: &mut [T], value: impl Fn(K, &T) -> i64) {
        for (key, rises) in self.0.iter().rev() {
            if *rises {
                items.sort_by_key(|item| value(*key, item));
            } else {
                items.sort_by_key(|item| Reverse(value(*key, item)));
            }
        }
    }
}

fn wrong<K>(part: &str, names: &[(&str, K)]) -> Refusal {
    let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    Refusal::invalid(format!(
        "Parameter Ordering has `{part}`, expected one of {}, with :asc or :desc",
        names.join(", ")
    ))
}
