//! What workers did.

use pointsman::EventKind;

use crate::estimate::{Level, Moments};
use crate::simulation::Time;

/// The workers of a run or a group.
#[derive(Clone, Debug)]
pub(crate) struct Supply {
    /// How many are there: they can be asked, or have something in hand.
    pub(crate) present: Level,
    /// How many have something in hand.
    pub(crate) busy: Level,
    /// How much they have in hand.
    pub(crate) load: Level,
    /// How much those who are there can have in hand at once.
    pub(crate) places: Level,
    pub(crate) asked: Asked,
    /// How long they had to do with tasks that are done.
    pub(crate) handling: Moments,
    /// What an hour of a worker who is there costs.
    pub(super) cost_per_hour: Option<f64>,
    /// What they cost, once the run is over.
    pub(crate) cost: Option<f64>,
}

/// What became of reservations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) created: u64,
    pub(crate) accepted: u64,
    pub(crate) rejected: u64,
    pub(crate) timed_out: u64,
    pub(crate) canceled: u64,
    pub(crate) rescinded: u64,
}

/// How a worker stands at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Whether its activity is an available one.
    pub(crate) available: bool,
    /// How many tasks it has in hand.
    pub(crate) load: usize,
    /// How many it can have in hand at once.
    pub(crate) places: usize,
}

impl Standing {
    fn is_present(self) -> bool {
        self.available || self.load > 0
    }

    /// Those that it has while it is there. Whoever has more in hand than it could take now has as many.
    fn places(self) -> usize {
        if self.is_present() { self.places.max(self.load) } else { 0 }
    }
}

impl Default for Supply {
    fn default() -> Self {
        let nobody = || Level::new(0, 0);
        let (present, busy, load, places) = (nobody(), nobody(), nobody(), nobody());
        Self {
            present,
            busy,
            load,
            places,
            asked: Asked::default(),
            handling: Moments::default(),
            cost_per_hour: None,
            cost: None,
        }
    }
}

impl Supply {
    /// Workers of whom an hour costs so much.
    pub(super) fn of(cost_per_hour: Option<f64>) -> Self {
        Self { cost_per_hour, ..Self::default() }
    }

    pub(super) fn change(&mut self, now: Time, before: Standing, after: Standing) {
        by(&mut self.present, now, usize::from(before.is_present()), usize::from(after.is_present()));
        by(&mut self.busy, now, usize::from(before.load > 0), usize::from(after.load > 0));
        by(&mut self.load, now, before.load, after.load);
        by(&mut self.places, now, before.places(), after.places());
    }

    /// Adds what other workers did, but for how many of them were there at one time.
    pub(super) fn merge(&mut self, other: &Self) {
        self.asked.merge(other.asked);
        self.handling.merge(&other.handling);
    }

    pub(super) fn reset(&mut self, at: Time) {
        self.levels().for_each(|level| level.reset(at));
    }

    pub(super) fn end(&mut self, at: Time) {
        self.levels().for_each(|level| level.set(at, level.now()));
        self.cost = self.cost_per_hour.map(|cost| self.hours() * cost);
    }

    /// How many hours of workers there were.
    #[allow(clippy::cast_precision_loss, reason = "areas of a run stay far below 2^53")]
    pub(crate) fn hours(&self) -> f64 {
        self.present.so_far().area() as f64 / 3_600_000.0
    }

    fn levels(&mut self) -> impl Iterator<Item = &mut Level> {
        [&mut self.present, &mut self.busy, &mut self.load, &mut self.places].into_iter()
    }
}

impl Asked {
    fn merge(&mut self, other: Self) {
        self.created += other.created;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.timed_out += other.timed_out;
        self.canceled += other.canceled;
        self.rescinded += other.rescinded;
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "other events count elsewhere")]
    pub(super) fn count(&mut self, kind: &EventKind) {
        let count = match kind {
            EventKind::ReservationCreated(_) => &mut self.created,
            EventKind::ReservationAccepted(_) => &mut self.accepted,
            EventKind::ReservationRejected(_) => &mut self.rejected,
            EventKind::ReservationTimedOut(_) => &mut self.timed_out,
            EventKind::ReservationCanceled(_) => &mut self.canceled,
            EventKind::ReservationRescinded(_) => &mut self.rescinded,
            _ => return,
        };
        *count += 1;
    }
}

fn by(level: &mut Level, now: Time, before: usize, after: usize) {
    if before != after {
        level.set(now, (level.now() + after as u64).saturating_sub(before as u64));
    }
}
