//! The workers of a run: who is there, with what in hand.

use indexmap::IndexSet;
use pointsman::WorkerId;
use rustc_hash::FxBuildHasher;

use super::calendar::Time;
use super::jobs::Slot;
use crate::model::{Group, Model};
use crate::random::{Entity, Kind, Purpose, Streams};
use crate::tally::Standing;

/// A worker.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(super) id: WorkerId,
    pub(crate) group: usize,
    /// Where its chance comes from.
    pub(super) chance: Entity,
    /// What handling times are multiplied by.
    pub(super) pace: f64,
    /// Whether it is meant to be there.
    pub(super) on_duty: bool,
    /// When it came last.
    pub(super) came: Option<Time>,
    /// Whether its activity is an available one.
    pub(crate) available: bool,
    /// The tasks it has taken and not finished.
    pub(super) in_hand: Vec<Slot>,
    /// How many it can have in hand at once.
    pub(super) places: usize,
    /// How many reservations it has missed.
    pub(super) missed: u64,
}

/// All workers, those of the workspace first.
#[derive(Debug)]
pub(super) struct Crew {
    ids: IndexSet<WorkerId, FxBuildHasher>,
    people: Vec<Person>,
}

impl Crew {
    pub(super) fn new(model: &Model, streams: Streams, name: impl Fn(WorkerId) -> String) -> Self {
        let members =
            model.groups.iter().enumerate().flat_map(|(group, it)| it.workers.iter().map(move |id| (group, it, *id)));
        let person = |(group, it, id): (usize, &Group, WorkerId)| {
            let chance = streams.entity(Kind::Worker, &name(id));
            let pace = it.pace.as_ref().map_or(1.0, |pace| pace.sample(&mut chance.stream(Purpose::Speed)));
            let (on_duty, in_hand) = (it.shifts.is_empty(), Vec::new());
            Person { id, group, chance, pace, on_duty, came: None, available: false, in_hand, places: 1, missed: 0 }
        };
        let people: Vec<Person> = members.map(person).collect();
        Self { ids: people.iter().map(|person| person.id).collect(), people }
    }

    pub(super) fn place(&self, id: WorkerId) -> Option<usize> {
        self.ids.get_index_of(&id)
    }

    pub(super) fn at(&self, place: usize) -> &Person {
        &self.people[place]
    }

    pub(super) fn at_mut(&mut self, place: usize) -> &mut Person {
        &mut self.people[place]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Person)> {
        self.people.iter().enumerate()
    }
}

impl Person {
    /// What the next task takes longer for it, with those in hand.
    pub(super) fn slowness(&self, group: &Group) -> f64 {
        let factor = group.slow_down.get(self.in_hand.len()).or(group.slow_down.last());
        self.pace * factor.copied().unwrap_or(1.0)
    }

    pub(super) fn standing(&self) -> Standing {
        Standing { available: self.available, load: self.in_hand.len(), places: self.places }
    }
}
