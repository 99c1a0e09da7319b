//! Tasks that are there when a run begins from a snapshot. Each is taken for one of a class, and its chance is that of the
//! class: it waits and works on as one that has lasted so long does.

use std::time::Duration;

use pointsman::{ReservationId, ReservationView, TaskStatus, TaskView, WorkspaceSpec};

use super::calendar::{Kind, Time};
use super::jobs::{Job, Slot, State};
use super::{Simulation, millis};
use crate::distribution::{Distribution, scaled};
use crate::random::Stream;
use crate::run::Watcher;

/// The numbers that draws of these tasks have begin here, far behind those of the tasks that come.
const FIRST: u64 = 1 << 39;

/// How often it is drawn anew what must be longer than it has lasted. What is still shorter then is at its end.
const TRIES: usize = 1_000;

impl<W: Watcher> Simulation<'_, W> {
    /// Goes on with the tasks of the snapshot; then come the workers who are not in it.
    pub(super) fn adopt(&mut self, spec: &WorkspaceSpec) {
        while self.run.poll().is_some() {}
        self.run.engine.tasks().for_each(|view| self.jobs.go_on_after(view.facts.task));
        let open = self.run.engine.tasks().filter(|view| !view.facts.status.is_terminal());
        for (number, view) in (FIRST..).zip(open.collect::<Vec<_>>()) {
            self.adopt_task(number, &view);
        }
        self.run.hire(spec);
        self.follow();
    }

    fn adopt_task(&mut self, number: u64, view: &TaskView) {
        let Some(class) = self.model.class_of(&(&view.facts).into()) else { return };
        let since = |at: pointsman::Timestamp| millis(self.instant().since(at));
        let step = view.facts.step.as_ref();
        let mut job = Job::new(class, number, 0);
        job.before = since(view.facts.created_at);
        job.in_queue_before = step.map_or(0, |step| since(step.queue_entered_at));
        job.queue = step.and_then(|step| self.queues.get_index_of(&step.task_queue));
        match view.facts.status {
            TaskStatus::Pending | TaskStatus::Reserved => self.adopt_waiting(view, job),
            TaskStatus::Assigned | TaskStatus::Wrapping => self.adopt_in_hand(view, job),
            TaskStatus::Completed | TaskStatus::Canceled => {}
        }
    }

    fn adopt_waiting(&mut self, view: &TaskView, mut job: Job) {
        let (class, age) = (job.class, job.before);
        job.counts = self.tally.arrives(0, class);
        self.tally.waits(0, class, true);
        if let Some(queue) = job.queue {
            self.tally.enters(0, &job, queue);
        }
        self.tally.has_waited(&job);
        let source = &self.sources[class];
        let patience = source.class.patience.as_ref();
        let left = patience.map(|patience| rest(patience, 1.0, &mut source.patience.nth(job.draw()), age));
        let slot = self.jobs.adopt(view.facts.task, job);
        self.begins_as(slot);
        if let Some(left) = left {
            self.calendar.add(left, Kind::GiveUp(slot));
        }
        self.begins_waiting(slot);
        for reservation in self.reservations(view) {
            if let Some(worker) = self.crew.place(reservation.worker) {
                self.answers(slot, worker, reservation.reservation);
            }
        }
    }

    /// A worker has had to do with the task since it was asked.
    fn adopt_in_hand(&mut self, view: &TaskView, mut job: Job) {
        let taken = self.reservations(view).into_iter().find(|it| view.worker == Some(it.worker));
        let Some((worker, asked)) = taken.and_then(|it| Some((self.crew.place(it.worker)?, it.created_at))) else {
            return;
        };
        let lasted = millis(self.instant().since(asked));
        (job.counts, job.state) = (false, State::InHand { worker, since: 0, until: 0 });
        let (class, draw, person) = (job.class, job.draw(), self.crew.at(worker));
        let (group, slowness) = (person.group, person.slowness(&self.model.groups[person.group]));
        let slot = self.jobs.adopt(view.facts.task, job);
        self.run.is_of(|| view.facts.task, &self.model.classes[class].name);
        let source = &self.sources[class];
        let (kind, left) = if view.facts.status == TaskStatus::Wrapping {
            let work = self.model.work(class, group, Duration::ZERO);
            let wrap_up = work.and_then(|work| work.wrap_up.as_ref());
            (Kind::Wrapped(slot), wrap_up.map(|time| rest(time, 1.0, &mut source.wrap_up.nth(draw), 0)))
        } else {
            let time = self.time_of(class, group);
            (Kind::Done(slot), time.map(|time| rest(time, slowness, &mut source.handling.nth(draw), lasted)))
        };
        self.ends_at(slot, left.unwrap_or(0), kind, worker);
    }

    fn ends_at(&mut self, slot: Slot, until: Time, kind: Kind, worker: usize) {
        if let Some(job) = self.jobs.get_mut(slot) {
            job.state = State::InHand { worker, since: 0, until };
        }
        self.calendar.add(until, kind);
        self.changes(worker, |person| person.in_hand.push(slot));
    }

    /// The open reservations of a task.
    fn reservations(&self, view: &TaskView) -> Vec<ReservationView> {
        let workers = view.reserved.iter().chain(&view.worker);
        let of = |worker| self.run.engine.worker(worker).map(|view| view.reservations).unwrap_or_default();
        let all = workers.flat_map(|worker| of(*worker));
        let view_of = |id: ReservationId| self.run.engine.reservation(id);
        all.filter_map(view_of).filter(|it| it.task == view.facts.task).collect()
    }
}

/// What is left of a time, multiplied by a factor, that has lasted so long already.
fn rest(time: &Distribution, factor: f64, stream: &mut Stream, lasted: Time) -> Time {
    let mut draws = (0..TRIES).map(|_| millis(scaled(time.sample_span(stream), factor)));
    draws.find(|drawn| *drawn >= lasted).map_or(0, |drawn| drawn - lasted)
}
