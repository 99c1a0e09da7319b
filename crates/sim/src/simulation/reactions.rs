//! What workers and tasks do when something has happened.

use pointsman::{
    AcceptReservation, Command, CompleteTask, Event, EventKind, RejectReservation, ReservationFacts, ReservationId,
    SetWorkerActivity, Subject, TaskFacts, WorkerActivityFacts, WorkerId, WrapTask,
};

use super::calendar::{Answer, Kind, Time};
use super::crew::Person;
use super::jobs::{Slot, State};
use super::{Simulation, millis};
use crate::distribution::scaled;
use crate::random::Purpose;
use crate::run::Watcher;

impl<W: Watcher> Simulation<'_, W> {
    pub(super) fn react(&mut self, event: &Event) {
        match event.kind.subject() {
            Subject::Reservation(facts) => self.reservation(&event.kind, facts),
            Subject::Task(facts) => self.task(&event.kind, facts),
            Subject::WorkerActivity(facts) => self.moved(facts),
            Subject::Worker(facts) => {
                self.memberships_changed = true;
                self.stands_otherwise(facts.worker);
            }
            Subject::TaskQueue(_) => self.memberships_changed = true,
            Subject::WorkerChannel(facts) => self.has_places(facts.worker.worker),
            Subject::Workspace(_) | Subject::Activity(_) | Subject::TaskChannel(_) | Subject::Workflow(_) => {}
        }
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "what else happens needs no reaction")]
    fn reservation(&mut self, kind: &EventKind, facts: &ReservationFacts) {
        let Some(worker) = self.crew.place(facts.worker.worker) else { return };
        self.tally.reservation(self.now, kind, self.crew.at(worker).group);
        let slot = self.jobs.slot(facts.task.task);
        match (kind, slot) {
            (EventKind::ReservationCreated(_), Some(slot)) => self.answers(slot, worker, facts.reservation),
            (EventKind::ReservationAccepted(_), Some(slot)) => self.accepted(slot, worker),
            (EventKind::ReservationTimedOut(_), _) => self.missed(worker),
            (EventKind::ReservationWrapup(_), Some(slot)) => self.wraps(slot, worker),
            (EventKind::ReservationCompleted(_), Some(slot)) => self.completed(slot, worker),
            _ => {}
        }
        let ended = matches!(
            kind,
            EventKind::ReservationRejected(_)
                | EventKind::ReservationTimedOut(_)
                | EventKind::ReservationCanceled(_)
                | EventKind::ReservationRescinded(_)
        );
        if let Some(slot) = slot.filter(|_| ended) {
            self.is_asked(slot, false);
        }
    }

    /// A worker is asked: it answers at once, later, or not at all.
    pub(super) fn answers(&mut self, slot: Slot, worker: usize, reservation: ReservationId) {
        self.is_asked(slot, true);
        let Some(job) = self.jobs.get_mut(slot) else { return };
        let (source, draw) = (&self.sources[job.origin], job.draw_of_answer());
        job.asked += 1;
        let group = &self.model.groups[self.crew.at(worker).group];
        let luck = if group.reject + group.ignore > 0.0 { source.response.nth(draw).unit() } else { 1.0 };
        let answer = if luck < group.reject {
            Answer::Reject
        } else if luck < group.reject + group.ignore {
            return;
        } else {
            Answer::Accept
        };
        let Some(after) = &group.answer_after else { return self.answers.push_back((reservation, answer)) };
        let after = millis(after.sample_span(&mut source.response_delay.nth(draw)));
        self.calendar.add(self.now.saturating_add(after), Kind::Answer(reservation, answer));
    }

    /// What a worker says; if it says it late, the reservation may be over.
    pub(super) fn answer(&mut self, reservation: ReservationId, answer: Answer) {
        self.give(said(answer, reservation));
    }

    fn accepted(&mut self, slot: Slot, worker: usize) {
        self.has_waited(slot);
        let Some((class, queue)) = self.jobs.get(slot).map(|job| (job.class, job.queue)) else { return };
        self.ends_waiting(class, queue);
        let Some(job) = self.jobs.get(slot) else { return };
        if !job.is_rest() {
            self.sources[class].last_wait = job.age(self.now);
        }
        self.tally.taken(self.now, job);
        let until = self.now.saturating_add(self.work_on(job, worker));
        if let Some(job) = self.jobs.get_mut(slot) {
            job.state = State::InHand { worker, since: self.now, until };
        }
        self.calendar.add(until, Kind::Done(slot));
        self.changes(worker, |person| person.in_hand.push(slot));
    }

    /// How long the worker has to do with the task.
    fn work_on(&self, job: &super::Job, worker: usize) -> Time {
        if let Some(left) = job.left {
            return left;
        }
        let person = self.crew.at(worker);
        let group = &self.model.groups[person.group];
        let mut chance = self.sources[job.origin].handling.nth(job.draw());
        let drawn = || self.time_of(job.class, person.group).map(|time| time.sample_span(&mut chance));
        let time = job.row.as_ref().and_then(|row| row.handling).or_else(drawn).unwrap_or_default();
        millis(scaled(time, person.slowness(group)))
    }

    pub(super) fn done(&mut self, slot: Slot) {
        let Some(job) = self.jobs.get(slot) else { return };
        let State::InHand { worker, until, .. } = job.state else { return };
        if until != self.now {
            return;
        }
        if self.wrap_up(job, worker) > 0 {
            self.give(WrapTask::new(self.jobs.id(slot)));
        } else {
            self.wrapped(slot);
        }
    }

    /// How long the worker has to do with a task that is done now.
    fn wrap_up(&self, job: &super::Job, worker: usize) -> Time {
        let group = self.crew.at(worker).group;
        let work = self.model.work(job.class, group, std::time::Duration::from_millis(self.now));
        let wrap_up = work.and_then(|work| work.wrap_up.as_ref());
        let mut chance = self.sources[job.origin].wrap_up.nth(job.draw());
        wrap_up.map_or(0, |wrap_up| millis(wrap_up.sample_span(&mut chance)))
    }

    /// The work is done, as it takes or since a step says so; what comes afterwards begins.
    fn wraps(&mut self, slot: Slot, worker: usize) {
        self.has_worked(slot, worker);
        let Some(job) = self.jobs.get(slot) else { return };
        self.calendar.add(self.now.saturating_add(self.wrap_up(job, worker)), Kind::Wrapped(slot));
        if let Some(job) = self.jobs.get_mut(slot) {
            job.state = State::Wrapping { worker };
        }
    }

    fn completed(&mut self, slot: Slot, worker: usize) {
        self.has_worked(slot, worker);
        self.freed(slot, worker);
    }

    fn has_worked(&mut self, slot: Slot, worker: usize) {
        let Some(job) = self.jobs.get(slot) else { return };
        if let State::InHand { since, .. } = job.state {
            self.tally.handled(job, self.crew.at(worker).group, self.now - since);
        }
    }

    /// The worker has nothing to do with the task any more.
    pub(super) fn wrapped(&mut self, slot: Slot) {
        let Some(job) = self.jobs.get(slot) else { return };
        let Some(worker) = job.worker() else { return };
        let command = self.completion(slot, worker);
        if !self.give(command) {
            self.freed(slot, worker);
        }
    }

    /// In single-tasking the worker goes back to where it is meant to be.
    pub(super) fn completion(&self, slot: Slot, worker: usize) -> CompleteTask {
        let mut command = CompleteTask::new(self.jobs.id(slot));
        if !self.scenario.workspace.spec.multi_task_enabled {
            let person = self.crew.at(worker);
            let group = &self.model.groups[person.group];
            command.post_work_activity = Some(if person.on_duty { group.working } else { group.away });
        }
        command
    }

    fn freed(&mut self, slot: Slot, worker: usize) {
        drop(self.jobs.remove(slot));
        self.changes(worker, |person| person.in_hand.retain(|held| *held != slot));
    }

    /// A worker who did not answer is moved elsewhere, by the engine or as its group says; it comes back after a while.
    fn missed(&mut self, worker: usize) {
        let person = self.crew.at_mut(worker);
        person.missed += 1;
        let mut chance = person.chance.series(Purpose::Return).nth(person.missed);
        let (id, group) = (person.id, &self.model.groups[person.group]);
        if let Some(back) = &group.back_after {
            let after = millis(back.sample_span(&mut chance));
            self.calendar.add(self.now.saturating_add(after), Kind::Back(worker));
        }
        if let Some(activity) = group.on_miss {
            self.give(SetWorkerActivity::new(id, activity));
        }
    }

    pub(super) fn back(&mut self, worker: usize) {
        let person = self.crew.at(worker);
        if person.on_duty && !person.available {
            let working = self.model.groups[person.group].working;
            self.give(SetWorkerActivity::new(person.id, working));
        }
    }

    fn moved(&mut self, facts: &WorkerActivityFacts) {
        self.is_available(facts.worker.worker, facts.worker.available);
    }

    /// A worker was created, changed or deleted.
    fn stands_otherwise(&mut self, id: WorkerId) {
        let available = self.run.engine.worker(id).is_some_and(|view| view.facts.available);
        self.is_available(id, available);
        self.has_places(id);
    }

    fn is_available(&mut self, id: WorkerId, available: bool) {
        let Some(worker) = self.crew.place(id) else { return };
        if self.crew.at(worker).available != available {
            self.attendances.moves(self.now, worker, available);
        }
        self.changes(worker, |person| person.available = available);
    }

    /// What a worker takes at once has changed.
    fn has_places(&mut self, id: WorkerId) {
        let Some(worker) = self.crew.place(id) else { return };
        let places = self.places(id);
        self.changes(worker, |person| person.places = places);
    }

    /// Changes how a worker stands, and has it counted.
    pub(super) fn changes(&mut self, worker: usize, change: impl FnOnce(&mut Person)) {
        let person = self.crew.at_mut(worker);
        let before = person.standing();
        change(person);
        let (group, after) = (person.group, person.standing());
        self.tally.stands(self.now, group, before, after);
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "what else happens needs no reaction")]
    fn task(&mut self, kind: &EventKind, facts: &TaskFacts) {
        if matches!(kind, EventKind::TaskCreated(_)) && self.jobs.is_foreign(facts.task) {
            self.take_in(facts);
        }
        let Some(slot) = self.jobs.slot(facts.task) else { return };
        match kind {
            EventKind::TaskQueueEntered(_) => self.enters(slot, facts),
            EventKind::WorkflowTimeout(_) => self.timed_out(slot),
            EventKind::TaskCanceled(_) | EventKind::TaskDeleted(_) | EventKind::TaskSystemDeleted(_) => self.lost(slot),
            _ => {}
        }
    }

    fn enters(&mut self, slot: Slot, facts: &TaskFacts) {
        let entered = facts.step.as_ref().and_then(|step| self.queues.get_index_of(&step.task_queue));
        self.has_waited(slot);
        let Some(job) = self.jobs.get_mut(slot) else { return };
        if let Some(left) = job.queue {
            self.tally.leaves(self.now, left);
            self.tally.transferred(self.now, job);
        }
        (job.queue, job.in_queue_since, job.in_queue_before) = (entered, self.now, 0);
        if let Some(entered) = entered {
            self.tally.enters(self.now, job, entered);
        }
        self.begins_waiting(slot);
    }

    /// The task's time in its workflow is up.
    fn timed_out(&mut self, slot: Slot) {
        if let Some(job) = self.jobs.get(slot) {
            self.tally.timed_out(job);
        }
    }

    /// The engine or a script has ended the task.
    fn lost(&mut self, slot: Slot) {
        self.has_waited(slot);
        let Some(job) = self.jobs.get(slot).cloned() else { return };
        match job.state {
            State::Waiting => {
                self.ends_waiting(job.class, job.queue);
                self.tally.lost(self.now, &job);
                drop(self.jobs.remove(slot));
            }
            State::InHand { worker, .. } | State::Wrapping { worker } => self.freed(slot, worker),
            State::Away => {}
        }
    }
}

fn said(answer: Answer, reservation: ReservationId) -> Command {
    match answer {
        Answer::Accept => AcceptReservation::new(reservation).into(),
        Answer::Reject => RejectReservation::new(reservation).into(),
    }
}
