//! Owns what is known of the values of names while a search assumes one thing after another, and takes it back.
//! Never decides what to assume.

use super::claim::{ANY_RELATION, Claim, Holder, Relations, Subjects};
use super::values::Values;

/// The values that each name can still have, and the relations in which each pair can still stand.
#[derive(Debug)]
pub(super) struct Knowledge {
    values: Vec<Values>,
    relations: Vec<Relations>,
    /// The name in whose values the value of each name lies, and the names that lie in its own; each time the values that
    /// can hold something.
    around: Vec<Option<(usize, Values)>>,
    inside: Vec<Vec<(usize, Values)>>,
    /// What was known before each change, the last one last.
    changes: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Values(usize, Values),
    Relations(usize, Relations),
}

/// A point in time to which knowledge can return.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(usize);

impl Knowledge {
    /// What is known before anything is assumed.
    pub(super) fn of(subjects: &Subjects) -> Self {
        let values = subjects.values();
        let (mut around, mut inside) = (vec![None; values.len()], vec![Vec::new(); values.len()]);
        for Holder { inner, outer, values } in &subjects.holders {
            around[*inner] = Some((*outer, values.clone()));
            inside[*outer].push((*inner, values.clone()));
        }
        Self { values, relations: vec![ANY_RELATION; subjects.pairs()], around, inside, changes: Vec::new() }
    }

    /// Whether a claim can still be true.
    pub(super) fn allows(&self, claim: &Claim) -> bool {
        match claim {
            Claim::Nothing => true,
            Claim::Absurd => false,
            Claim::Value(name, values) => self.values[*name].meets(values),
            Claim::Relation(pair, relations, sides) => {
                self.relations[*pair] & relations != 0
                    && sides.iter().all(|(name, values)| self.values[*name].meets(values))
            }
        }
    }

    /// How much there is to look at in judging a claim.
    pub(super) fn size(&self, claim: &Claim) -> usize {
        let size = |(name, values): (&usize, &Values)| self.values[*name].size() + values.size();
        match claim {
            Claim::Nothing | Claim::Absurd => 0,
            Claim::Value(name, values) => size((name, values)),
            Claim::Relation(_, _, sides) => sides.iter().map(|(name, values)| size((name, values))).sum(),
        }
    }

    /// Takes a claim for true. `false` when that contradicts what is known.
    pub(super) fn learn(&mut self, claim: &Claim) -> bool {
        match claim {
            Claim::Nothing => true,
            Claim::Absurd => false,
            Claim::Value(name, values) => self.narrow(*name, values),
            Claim::Relation(pair, relations, sides) => {
                self.relate(*pair, *relations) && sides.iter().all(|(name, values)| self.narrow(*name, values))
            }
        }
    }

    /// Takes every value that may be missing for missing. That is a guess, to be taken back.
    pub(super) fn guess_missing(&mut self) {
        for name in 0..self.values.len() {
            if self.values[name].has_missing() {
                self.narrow(name, &Values::MISSING);
            }
        }
    }

    pub(super) fn now(&self) -> Moment {
        Moment(self.changes.len())
    }

    pub(super) fn return_to(&mut self, Moment(changes): Moment) {
        for change in self.changes.drain(changes..).rev() {
            match change {
                Change::Values(name, values) => self.values[name] = values,
                Change::Relations(pair, relations) => self.relations[pair] = relations,
            }
        }
    }

    fn relate(&mut self, pair: usize, relations: Relations) -> bool {
        let before = self.relations[pair];
        let after = before & relations;
        if after != before {
            self.relations[pair] = after;
            self.changes.push(Change::Relations(pair, before));
        }
        after != 0
    }

    /// Leaves a name only these values, and the names on its path what goes with them.
    fn narrow(&mut self, name: usize, values: &Values) -> bool {
        let mut open = vec![(name, values.clone())];
        while let Some((name, values)) = open.pop() {
            let after = self.values[name].and(&values);
            if after.is_empty() {
                return false;
            }
            if after == self.values[name] {
                continue;
            }
            if !after.has_missing() {
                open.extend(self.around[name].clone());
            }
            let lost = self.inside[name].iter().filter(|(_, holders)| !after.meets(holders));
            open.extend(lost.map(|(inner, _)| (*inner, Values::MISSING)));
            let before = std::mem::replace(&mut self.values[name], after);
            self.changes.push(Change::Values(name, before));
        }
        true
    }
}
