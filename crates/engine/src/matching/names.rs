//! By which names steps tell workers and tasks apart. Names with too many values tell nobody apart: they are looked at
//! pair by pair.

use std::collections::BTreeSet;

use indexmap::IndexSet;
use pointsman_expr::{Expression, Name, OrderBy, Root, Value, WorkerField};
use rustc_hash::FxBuildHasher;

use crate::catalog::{Configuration, Target};

/// How many values a name may have without fail, and the root of how many classes there may be. Small in debug builds,
/// so that tests come by what happens beyond; what is decided does not depend on it.
pub(super) const FEW: usize = if cfg!(debug_assertions) { 3 } else { 64 };

/// The names that live steps read.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Of workers, as long as nobody changes them.
    pub(super) fixed: BTreeSet<Name>,
    /// Of workers: loads and activities.
    pub(super) moving: BTreeSet<Name>,
    wide: BTreeSet<Name>,
}

impl Names {
    /// Notes what the steps of a configuration read of workers; true when some of it is new.
    pub(super) fn learn(&mut self, configuration: &Configuration) -> bool {
        let before = (self.fixed.len(), self.moving.len());
        for name in configuration.all_targets().flat_map(read_of_workers) {
            match name {
                Name::Worker(_) | Name::WorkerAttributeOrField(..) | Name::Nodes { root: Root::Worker, .. } => {
                    if !self.wide.contains(name) {
                        self.fixed.insert(name.clone());
                    }
                }
                Name::WorkerChannel { .. }
                | Name::WorkerField(WorkerField::ActivityName | WorkerField::ActivitySid) => {
                    self.moving.insert(name.clone());
                }
                Name::WorkerField(WorkerField::Sid | WorkerField::FriendlyName)
                | Name::Task(_)
                | Name::Workers(_)
                | Name::Clock(_)
                | Name::Nodes { root: Root::Task, .. }
                | Name::Nothing => {}
            }
        }
        (self.fixed.len(), self.moving.len()) != before
    }

    /// From now on this name tells nobody apart.
    pub(super) fn widen(&mut self, name: &Name) {
        self.fixed.remove(name);
        self.wide.insert(name.clone());
    }

    /// Whether classes are told apart by the name; the clock is the same for all.
    pub(super) fn tells_apart(&self, name: &Name) -> bool {
        !matches!(name, Name::WorkerField(WorkerField::Sid | WorkerField::FriendlyName)) && !self.wide.contains(name)
    }

    /// Whether workers of one class have one place in this order.
    pub(super) fn ranks(&self, order_by: &OrderBy) -> bool {
        order_by.clauses().iter().all(|clause| self.tells_apart(&clause.name))
    }
}

fn read_of_workers(target: &Target) -> impl Iterator<Item = &Name> {
    let expression = target.expression.iter().flat_map(Expression::names);
    let clauses = target.order_by.iter().flat_map(OrderBy::clauses);
    expression.chain(clauses.map(|clause| &clause.name))
}

/// Of these columns of values the one with the most different ones, and how many they are.
pub(super) fn widest<'n>(names: impl Iterator<Item = &'n Name>, rows: &[&[Value]]) -> Option<(usize, &'n Name)> {
    let values = |column: usize| {
        let values = rows.iter().filter_map(|row| row.get(column));
        values.collect::<IndexSet<_, FxBuildHasher>>().len()
    };
    names.enumerate().map(|(column, name)| (values(column), name)).max_by_key(|(values, _)| *values)
}
