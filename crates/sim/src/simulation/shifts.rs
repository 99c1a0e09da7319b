//! Workers come, pause and go.

use pointsman::{SetWorkerActivity, WorkerChannelView, WorkerId};

use super::calendar::{Kind, Time};
use super::jobs::{Job, Slot, State};
use super::{Simulation, millis};
use crate::model::AtEnd;
use crate::random::Purpose;
use crate::run::Watcher;

impl<W: Watcher> Simulation<'_, W> {
    /// Who is there at the beginning, and when the others come.
    pub(super) fn begin_shifts(&mut self) {
        for view in self.run.engine.workers().map(|view| view.facts).collect::<Vec<_>>() {
            let Some(worker) = self.crew.place(view.worker) else { continue };
            let places = self.places(view.worker);
            self.changes(worker, |person| (person.available, person.places) = (view.available, places));
        }
        let workers: Vec<_> = self.crew.iter().map(|(worker, person)| (worker, person.group)).collect();
        for (worker, group) in workers {
            for (shift, times) in self.model.groups[group].shifts.iter().enumerate() {
                self.calendar.add(millis(times.from), Kind::Day(worker, shift, 0));
            }
        }
    }

    /// How many tasks of the scenario's classes a worker takes at once: one, or its capacity on all channels on which it may
    /// be asked for them.
    pub(super) fn places(&self, worker: WorkerId) -> usize {
        if !self.scenario.workspace.spec.multi_task_enabled {
            return 1;
        }
        let Some(asked_on) = self.model.asked_on.get(&worker) else { return 0 };
        let channels = self.run.engine.worker(worker).map(|view| view.channels).unwrap_or_default();
        let is_used = |it: &WorkerChannelView| it.available && asked_on.contains(&it.task_channel);
        channels.iter().filter(|channel| is_used(channel)).map(|channel| channel.configured_capacity as usize).sum()
    }

    /// A shift begins some day: unless the worker stays away, everything in it is written down.
    pub(super) fn day(&mut self, worker: usize, shift: usize, day: u32) {
        let person = self.crew.at(worker);
        let group = &self.model.groups[person.group];
        let times = &group.shifts[shift];
        if let Some(every) = times.every {
            self.calendar.add(self.now.saturating_add(millis(every)), Kind::Day(worker, shift, day + 1));
        }
        let number = (shift as u64) << 32 | u64::from(day);
        if person.chance.series(Purpose::Absence).nth(number).bernoulli(group.absence) {
            return;
        }
        let mut chance = person.chance.series(Purpose::Lateness).nth(number);
        let late = group.late.as_ref().map(|late| millis(late.sample_span(&mut chance)));
        let comes = self.now.saturating_add(late.unwrap_or(0));
        let since_begin = |at: std::time::Duration| self.now.saturating_add(millis(at.saturating_sub(times.from)));
        let leaves = since_begin(times.to);
        let breaks =
            in_one(times.breaks.iter().map(|it| (since_begin(it.at), since_begin(it.at + it.length))).collect());
        // Who is late into a break comes when it is over.
        let missed = breaks.iter().find(|(from, to)| (*from..*to).contains(&comes));
        let comes = missed.map_or(comes, |(_, to)| *to);
        if comes >= leaves {
            return;
        }
        self.calendar.add(comes, Kind::Come(worker));
        self.calendar.add(leaves, Kind::Leave(worker));
        for (from, to) in breaks.into_iter().filter(|(from, _)| *from > comes) {
            self.calendar.add(from, Kind::Pause(worker));
            // A break to the end of the shift needs no coming back.
            if to < leaves {
                self.calendar.add(to, Kind::Come(worker));
            }
        }
    }

    pub(super) fn come(&mut self, worker: usize) {
        let person = self.crew.at_mut(worker);
        (person.on_duty, person.came) = (true, Some(self.now));
        let person = self.crew.at(worker);
        let (id, working) = (person.id, self.model.groups[person.group].working);
        self.give(SetWorkerActivity::new(id, working));
    }

    pub(super) fn pause(&mut self, worker: usize) {
        self.crew.at_mut(worker).on_duty = false;
        let person = self.crew.at(worker);
        let (id, on_break) = (person.id, self.model.groups[person.group].on_break);
        self.give(SetWorkerActivity::new(id, on_break).reject_pending_reservations(true));
    }

    pub(super) fn leave(&mut self, worker: usize) {
        // The next shift has begun in this moment.
        if self.crew.at(worker).came == Some(self.now) {
            return;
        }
        self.crew.at_mut(worker).on_duty = false;
        let person = self.crew.at(worker);
        let group = &self.model.groups[person.group];
        let (id, away, in_hand) = (person.id, group.away, person.in_hand.clone());
        self.give(SetWorkerActivity::new(id, away).reject_pending_reservations(true));
        if group.at_end == AtEnd::HandBack {
            in_hand.into_iter().for_each(|slot| self.hand_back(slot, worker));
        }
    }

    /// The task is completed, and a new one with the rest of its work goes where it came from.
    fn hand_back(&mut self, slot: Slot, worker: usize) {
        let Some(job) = self.jobs.get(slot).cloned() else { return };
        let (left, since) = match job.state {
            // It is done in this moment.
            State::InHand { until, .. } if until == self.now => return,
            State::InHand { until, since, .. } => (until.saturating_sub(self.now), since),
            State::Wrapping { .. } => (0, self.now),
            State::Waiting | State::Away => return,
        };
        // What is completed now has not been done.
        if let Some(job) = self.jobs.get_mut(slot) {
            job.state = State::Wrapping { worker };
        }
        let command = self.completion(slot, worker).reason("handed back");
        self.give(command);
        if left > 0 {
            self.tally.handed_back(&job);
            self.follow();
            let worked = job.worked + (self.now - since);
            self.create(Job { state: State::Waiting, left: Some(left), worked, came: self.now, queue: None, ..job });
        }
    }
}

/// Stretches in the order of time; those that touch are one.
fn in_one(mut stretches: Vec<(Time, Time)>) -> Vec<(Time, Time)> {
    stretches.sort_unstable();
    stretches.dedup_by(|later, earlier| {
        let touch = later.0 <= earlier.1;
        earlier.1 = if touch { earlier.1.max(later.1) } else { earlier.1 };
        touch
    });
    stretches
}
