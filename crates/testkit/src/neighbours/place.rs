//! The places of a document that names read, one inside another.

use std::collections::BTreeMap;
use std::sync::Arc;

use pointsman_expr::{Object, Segment, Value};

use super::dice::Dice;
use super::pool::Pool;

/// A list is never filled further than this.
const LONGEST_LIST: usize = 8;

/// A place, with what is compared there and the places inside it.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pool: Pool,
    keys: BTreeMap<Arc<str>, Place>,
    elements: BTreeMap<usize, Place>,
}

impl Place {
    /// Adds what is compared at a path below this place.
    pub(super) fn add(&mut self, path: &[Segment], pool: Pool) {
        let mut place = self;
        for step in path {
            place = match step {
                Segment::Key(key) => place.keys.entry(Arc::clone(key)).or_default(),
                Segment::Index(index) => place.elements.entry(*index).or_default(),
            };
        }
        place.pool = pool;
    }

    /// An object with whatever is drawn below this place.
    pub(super) fn object(&self, all: &[Value], dice: &mut Dice) -> Value {
        let entries = self.keys.iter().filter_map(|(key, place)| Some((Arc::clone(key), place.value(all, dice)?)));
        Value::from(entries.collect::<Object>())
    }

    /// A value, or none. Mostly one that has something at the places inside it.
    fn value(&self, all: &[Value], dice: &mut Dice) -> Option<Value> {
        let (keys, elements) = (!self.keys.is_empty(), !self.elements.is_empty());
        if keys && !dice.one_in(if elements { 2 } else { 4 }) {
            return Some(self.object(all, dice));
        }
        if elements && !dice.one_in(4) {
            return Some(self.list(all, dice));
        }
        self.pool.value(all, dice)
    }

    fn list(&self, all: &[Value], dice: &mut Dice) -> Value {
        let last = self.elements.keys().next_back().map_or(0, |last| *last);
        let element = |index: usize| match self.elements.get(&index) {
            Some(place) => place.value(all, dice).unwrap_or_default(),
            None => self.pool.value(all, dice).unwrap_or_default(),
        };
        Value::from((0..=last.min(LONGEST_LIST)).map(element).collect::<Vec<_>>())
    }
}
