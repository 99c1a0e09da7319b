//! The tasks that chance has brought and that are not over. A task's id says where its row is.

use std::collections::BTreeMap;
use std::sync::Arc;

use pointsman::TaskId;

use super::calendar::Time;
use super::causes::{Parts, Waiting};
use crate::arrival::Row;
use crate::model::Called;

/// Where a task's row is, and which of those that have been there it was: an entry of the calendar may be older than
/// the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    place: u32,
    number: u64,
}

/// A task.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) class: usize,
    /// The class in which it first came, which its chance belongs to.
    pub(super) origin: usize,
    /// Which one of that class, from 0.
    pub(super) nth: u64,
    /// When it came first; a task that is handed back keeps it.
    pub(crate) born: Time,
    /// How old it was when the run began; 0 of what came later.
    pub(super) before: Time,
    /// How often it has come again after it was given up.
    pub(super) attempt: u32,
    /// How much work is left of a task that was handed back, in milliseconds.
    pub(super) left: Option<Time>,
    /// When it came as it is now: it was handed back then, or has come again.
    pub(super) came: Time,
    /// How much work it has been before it was handed back.
    pub(crate) worked: Time,
    /// What a trace says of it.
    pub(super) row: Option<Arc<Row>>,
    pub(crate) state: State,
    /// How often a worker has been asked.
    pub(super) asked: u64,
    /// Whether it is measured: it came after the warm-up.
    pub(crate) counts: bool,
    /// The queue it is in, or was in last, and since when.
    pub(crate) queue: Option<usize>,
    pub(crate) in_queue_since: Time,
    /// How long it had been in that queue when the run began.
    pub(super) in_queue_before: Time,
    /// How its wait in that queue goes on.
    pub(super) waiting: Waiting,
    /// What its wait in that queue was due to, once it is over.
    pub(crate) due_to_in_queue: Parts,
    /// The same of its waits in all queues.
    pub(crate) due_to: Parts,
}

impl Job {
    /// A task that comes now.
    pub(super) fn new(class: usize, nth: u64, born: Time) -> Self {
        Self {
            class,
            origin: class,
            nth,
            born,
            before: 0,
            attempt: 0,
            left: None,
            came: born,
            worked: 0,
            row: None,
            state: State::Waiting,
            asked: 0,
            counts: true,
            queue: None,
            in_queue_since: born,
            in_queue_before: 0,
            waiting: Waiting::default(),
            due_to_in_queue: Parts::default(),
            due_to: Parts::default(),
        }
    }

    /// Who has it.
    pub(super) fn worker(&self) -> Option<usize> {
        match self.state {
            State::InHand { worker, .. } | State::Wrapping { worker } => Some(worker),
            State::Waiting | State::Away => None,
        }
    }

    /// Which task of its class it is.
    pub(super) fn called(&self) -> Called {
        Called { class: self.origin, nth: self.nth, attempt: self.attempt }
    }

    /// How old it is.
    pub(crate) fn age(&self, now: Time) -> Time {
        now - self.born + self.before
    }

    /// How long it waits for the worker who takes it now.
    pub(crate) fn wait(&self, now: Time) -> Time {
        if self.is_rest() { now - self.came } else { self.age(now) }
    }

    /// How long it has been in its queue.
    pub(crate) fn time_in_queue(&self, now: Time) -> Time {
        now - self.in_queue_since + self.in_queue_before
    }

    /// What its draws are numbered by: each time it comes, of at most 255, has its own.
    pub(super) fn draw(&self) -> u64 {
        self.nth | u64::from(self.attempt) << 40
    }

    /// The same for each time a worker is asked.
    pub(super) fn draw_of_answer(&self) -> u64 {
        self.draw() | self.asked << 48
    }

    /// Whether it is the rest of a task that was handed back.
    pub(crate) fn is_rest(&self) -> bool {
        self.left.is_some()
    }
}

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nobody has taken it.
    Waiting,
    /// A worker has it, since when and until when.
    InHand { worker: usize, since: Time, until: Time },
    /// The work is done, and the worker still has to do with it.
    Wrapping { worker: usize },
    /// It is out of the engine and comes again.
    Away,
}

/// Rows that are used again.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    rows: Vec<Place>,
    free: Vec<u32>,
    made: u64,
    /// The tasks that were there when the run began, whose ids are not made here.
    adopted: BTreeMap<TaskId, Slot>,
    ids: BTreeMap<Slot, TaskId>,
}

#[derive(Debug)]
struct Place {
    number: u64,
    job: Option<Job>,
}

impl Jobs {
    pub(super) fn add(&mut self, job: Job) -> Slot {
        self.made += 1;
        let row = Place { number: self.made, job: Some(job) };
        let Some(place) = self.free.pop() else {
            self.rows.push(row);
            let place = u32::try_from(self.rows.len() - 1).unwrap_or(u32::MAX);
            return Slot { place, number: self.made };
        };
        self.rows[place as usize] = row;
        Slot { place, number: self.made }
    }

    /// Another run has made this id: those made here come after it.
    pub(super) fn go_on_after(&mut self, id: TaskId) {
        self.made = self.made.max(Slot::of(id).map_or(0, Slot::number));
    }

    /// Adds a task that has an id.
    pub(super) fn adopt(&mut self, id: TaskId, job: Job) -> Slot {
        let slot = self.add(job);
        self.adopted.insert(id, slot);
        self.ids.insert(slot, id);
        slot
    }

    /// The task's id in the engine.
    pub(super) fn id(&self, slot: Slot) -> TaskId {
        self.ids.get(&slot).copied().unwrap_or_else(|| slot.id())
    }

    /// Where the row of a task is; none for a task of the script.
    pub(super) fn slot(&self, id: TaskId) -> Option<Slot> {
        self.adopted.get(&id).copied().or_else(|| Slot::of(id))
    }

    /// Whether it is a task that nothing is known of here.
    pub(super) fn is_foreign(&self, id: TaskId) -> bool {
        Slot::of(id).is_none() && self.adopted.get(&id).is_none_or(|slot| self.get(*slot).is_none())
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Job> {
        self.rows.get(slot.place as usize).filter(|row| row.number == slot.number)?.job.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut Job> {
        self.rows.get_mut(slot.place as usize).filter(|row| row.number == slot.number)?.job.as_mut()
    }

    pub(super) fn remove(&mut self, slot: Slot) -> Option<Job> {
        let row = self.rows.get_mut(slot.place as usize).filter(|row| row.number == slot.number)?;
        let job = row.job.take();
        if job.is_some() {
            self.free.push(slot.place);
        }
        job
    }

    /// How many there have been.
    pub(super) fn made(&self) -> u64 {
        self.made
    }

    /// Those that a worker has been asked about or has in hand.
    pub(super) fn with_workers(&self) -> impl Iterator<Item = (Slot, &Job)> {
        let rows = (0..).zip(&self.rows);
        let jobs = rows.filter_map(|(place, row)| Some((Slot { place, number: row.number }, row.job.as_ref()?)));
        jobs.filter(|(_, job)| job.waiting.is_asked() || job.worker().is_some())
    }

    /// How many are there.
    pub(super) fn open(&self) -> u64 {
        (self.rows.len() - self.free.len()) as u64
    }
}

/// What tells the ids of chance from those of a script, which are hashes: the first 32 bits.
const MARK: u128 = 0x706d_7461;

impl Slot {
    /// Which of all tasks it is.
    pub(super) fn number(self) -> u64 {
        self.number
    }

    pub(super) fn id(self) -> TaskId {
        TaskId::new(MARK << 96 | u128::from(self.number) << 32 | u128::from(self.place))
    }

    /// None for a task of the script.
    pub(super) fn of(id: TaskId) -> Option<Self> {
        let number = id.number();
        let part = |from: u32, bits: u32| u64::try_from(number >> from & ((1 << bits) - 1)).ok();
        let place = u32::try_from(part(0, 32)?).ok()?;
        (number >> 96 == MARK).then_some(Self { place, number: part(32, 64)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job::new(0, 0, 0)
    }

    #[test]
    fn a_place_is_used_again_under_another_number() {
        let mut jobs = Jobs::default();
        let (first, second) = (jobs.add(job()), jobs.add(job()));
        assert!(jobs.remove(first).is_some() && jobs.remove(first).is_none());
        let third = jobs.add(job());
        assert_eq!((third.place, jobs.open()), (first.place, 2));
        assert!(jobs.get(first).is_none() && jobs.get(second).is_some() && jobs.get_mut(third).is_some());
    }

    #[test]
    fn an_id_says_where_its_row_is() {
        let slot = Slot { place: 77, number: 1 << 40 };
        assert_eq!(Slot::of(slot.id()), Some(slot));
        assert_eq!(Slot::of(TaskId::named("t1")), None);
    }
}
