//! What the waits of tasks are due to. Every millisecond in a queue goes to one cause: the task has been offered and nobody
//! has answered; nobody of the queue is there; or those who are there have something else to do.

use pointsman::{TaskQueueId, WorkerId};

use super::Simulation;
use super::calendar::Time;
use super::jobs::Slot;
use crate::run::Watcher;

/// What a wait was due to, in milliseconds. What is in neither is due to workers who were busy, or took others first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Workers had been asked and had not answered.
    pub(crate) reserved: Time,
    /// Nobody of the queue was there.
    pub(crate) none_available: Time,
}

/// The wait of one task as it goes on: what it was due to so far, and from where on that is not known yet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Waiting {
    parts: Parts,
    since: Time,
    /// How long nobody of the queue had been there by then.
    deserted: Time,
    /// How many workers are asked and have not answered.
    asked: u32,
}

/// Who is there of a queue, and how long nobody has been, up to the last change.
#[derive(Clone, Copy, Debug, Default)]
struct Attendance {
    there: u32,
    changed: Time,
    deserted: Time,
}

/// Which queues each worker of the crew is in, and who is there of each queue.
#[derive(Debug, Default)]
pub(super) struct Attendances {
    queues: Vec<Attendance>,
    of_worker: Vec<Vec<u32>>,
}

impl Parts {
    pub(crate) fn and(self, other: Self) -> Self {
        Self { reserved: self.reserved + other.reserved, none_available: self.none_available + other.none_available }
    }
}

impl Attendance {
    fn set(&mut self, now: Time, there: u32) {
        self.deserted = self.deserted(now);
        (self.there, self.changed) = (there, now);
    }

    fn deserted(&self, now: Time) -> Time {
        self.deserted + if self.there == 0 { now - self.changed } else { 0 }
    }
}

impl Attendances {
    /// Forgets who is in which queue, and learns it anew.
    pub(super) fn learn(
        &mut self,
        now: Time,
        members: impl Iterator<Item = Vec<WorkerId>>,
        place: impl Fn(WorkerId) -> Option<usize>,
        is_there: &[bool],
    ) {
        self.of_worker = vec![Vec::new(); is_there.len()];
        for (queue, members) in (0..).zip(members) {
            let places: Vec<usize> = members.into_iter().filter_map(&place).collect();
            places.iter().for_each(|worker| self.of_worker[*worker].push(queue));
            let there = places.iter().filter(|worker| is_there[**worker]).count();
            if self.queues.len() <= queue as usize {
                self.queues.push(Attendance { changed: now, ..Attendance::default() });
            }
            self.queues[queue as usize].set(now, u32::try_from(there).unwrap_or(u32::MAX));
        }
    }

    /// A worker comes or goes.
    pub(super) fn moves(&mut self, now: Time, worker: usize, comes: bool) {
        for queue in self.of_worker.get(worker).into_iter().flatten() {
            let attendance = &mut self.queues[*queue as usize];
            let there = attendance.there;
            attendance.set(now, if comes { there + 1 } else { there.saturating_sub(1) });
        }
    }

    fn deserted(&self, now: Time, queue: Option<usize>) -> Time {
        queue.and_then(|queue| self.queues.get(queue)).map_or(0, |queue| queue.deserted(now))
    }
}

impl Waiting {
    /// Whether some worker is asked and has not answered.
    pub(super) fn is_asked(&self) -> bool {
        self.asked > 0
    }

    /// Gives the time up to now to its cause.
    fn pass(&mut self, now: Time, deserted: Time) {
        if self.asked > 0 {
            self.parts.reserved += now - self.since;
        } else {
            self.parts.none_available += deserted - self.deserted;
        }
        (self.since, self.deserted) = (now, deserted);
    }
}

impl<W: Watcher> Simulation<'_, W> {
    /// Learns who is in which queue.
    pub(super) fn learn_members(&mut self) {
        let queues: Vec<TaskQueueId> = self.queues.iter().copied().collect();
        let members = queues.into_iter().map(|queue| self.run.engine.members(queue));
        let is_there: Vec<bool> = self.crew.iter().map(|(_, person)| person.available).collect();
        self.attendances.learn(self.now, members, |worker| self.crew.place(worker), &is_there);
    }

    /// The task waits in a queue from now on.
    pub(super) fn begins_waiting(&mut self, slot: Slot) {
        let Some(job) = self.jobs.get_mut(slot) else { return };
        let deserted = self.attendances.deserted(self.now, job.queue);
        job.waiting = Waiting { since: self.now, deserted, asked: job.waiting.asked, parts: Parts::default() };
    }

    /// The task waits in its queue no more: it is known what that was due to.
    pub(super) fn has_waited(&mut self, slot: Slot) {
        self.passes(slot);
        if let Some(job) = self.jobs.get_mut(slot) {
            job.due_to_in_queue = job.waiting.parts;
            job.due_to = job.due_to.and(job.waiting.parts);
        }
    }

    /// A worker is asked, or not any more.
    pub(super) fn is_asked(&mut self, slot: Slot, more: bool) {
        self.passes(slot);
        if let Some(job) = self.jobs.get_mut(slot) {
            let asked = &mut job.waiting.asked;
            *asked = if more { *asked + 1 } else { asked.saturating_sub(1) };
        }
    }

    fn passes(&mut self, slot: Slot) {
        if let Some(job) = self.jobs.get_mut(slot) {
            job.waiting.pass(self.now, self.attendances.deserted(self.now, job.queue));
        }
    }
}
