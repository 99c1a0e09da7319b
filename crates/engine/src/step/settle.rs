//! The one loop that reserves workers and moves tasks on, until nothing moves (rule R1).

use super::Step;
use crate::event::EventKind;
use crate::id::{ReservationId, TaskQueueId};
#[cfg(feature = "snapshot")]
use crate::invariant::{Checked, ensure};
use crate::matching::{Judge, Settlement};
use crate::revision::Revision;
use crate::state::reservations::{Moved, Reservation};
use crate::state::table::Seq;
use crate::state::tasks::TaskState;
use crate::state::timers::TimerKind;
use crate::status::ReservationStatus;

/// How a step is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Its time is up.
    Timeout,
    /// Nobody could be asked and `skip_if` held.
    Skip,
}

impl Step<'_> {
    /// Makes the state of a snapshot known to matching.
    #[cfg(feature = "snapshot")]
    pub(crate) fn resume(&mut self) -> Checked {
        let followed = self.state.tasks.iter().map(|(_, task)| &task.configuration);
        let current = self.catalog.workflows.iter().map(|(_, workflow)| &workflow.configuration);
        current.chain(followed).for_each(|configuration| self.index.learn(configuration));
        let next = self.match_next().filter(|_| !self.catalog.deleted);
        let next = next.and_then(|(seq, _)| self.state.tasks.at(seq)).map(|task| task.id());
        ensure!(next.is_none(), "after settling nothing applies to a task, and something does to {next:?}");
        Ok(())
    }

    /// The best pending task to which something applies, and what.
    fn match_next(&mut self) -> Option<(Seq, Settlement)> {
        if self.state.tasks.touched().is_empty() && self.state.workers.touched().is_empty() && self.index.rests() {
            return None;
        }
        self.state.tasks.note_clock_readers();
        let judge = Judge { catalog: self.catalog, state: self.state, now: self.now };
        self.index.change(judge, judge.state.tasks.touched(), judge.state.workers.touched());
        let next = self.index.next(judge);
        self.state.tasks.pass_touched();
        self.state.workers.pass_touched();
        next
    }

    pub(super) fn settle(&mut self) {
        while let Some((task, settlement)) = self.match_next() {
            match settlement {
                Settlement::Reserve(workers) => self.reserve(task, workers.as_slice()),
                Settlement::LeaveByTimeout => self.leave(task, Exit::Timeout),
                Settlement::LeaveBySkip => self.leave(task, Exit::Skip),
                Settlement::Wait => self.state.tasks.unmark(task),
            }
        }
        self.state.tidy_timers();
    }

    /// Asks these workers to take the task (semantics section 3.4). Most commands have nobody asked, and do not prepare
    /// for it.
    #[inline(never)]
    fn reserve(&mut self, task: Seq, workers: &[Seq]) {
        let now = self.now;
        self.state.tasks.modify(task, |task| {
            task.mark = None;
            task.assignments += 1;
            task.turn(TaskState::Reserved, now);
        });
        for worker in workers {
            self.ask(task, *worker);
        }
    }

    fn ask(&mut self, task_seq: Seq, worker_seq: Seq) {
        let Some(task) = self.state.tasks.at(task_seq) else { return };
        let Some(worker) = self.state.workers.at(worker_seq) else { return };
        let workflow = task.workflow.and_then(|id| self.catalog.workflows.get(id));
        let timeout = workflow.map_or(crate::limits::DEFAULT_RESERVATION_TIMEOUT, |row| row.reservation_timeout);
        let count = self.state.reservations.next();
        let expires_at = self.now + timeout;
        let row = Reservation {
            id: ReservationId::minted(self.namespace, count.0),
            task: task.id(),
            worker: worker.id,
            task_seq,
            worker_seq,
            queue: task.step.as_ref().map(|place| place.task_queue),
            channel: task.task_channel,
            status: ReservationStatus::Pending,
            created_at: self.now,
            expires_at: Some(expires_at),
            moved: None,
            revision: Revision::first(self.now),
        };
        let (id, channel, queue) = (row.id, row.channel, row.queue);
        let seq = self.state.reservations.insert(row);
        self.state.tasks.modify(task_seq, |task| task.reservations.push((seq, id)));
        self.state.workers.reserve(worker_seq, channel, seq, self.now);
        self.state.arm(TimerKind::Reservation, seq, expires_at);
        self.emit_reservation(seq, EventKind::ReservationCreated);
        self.move_to_reservation_activity(seq, worker_seq, queue);
    }

    /// Single-tasking: a reserved worker goes to the queue's reservation activity (rule R23).
    fn move_to_reservation_activity(&mut self, reservation: Seq, worker: Seq, queue: Option<TaskQueueId>) {
        if self.catalog.multi_task {
            return;
        }
        let activity =
            queue.and_then(|queue| self.catalog.queues.get(queue)).and_then(|queue| queue.reservation_activity);
        let from = self.state.workers.at(worker).map(|worker| worker.activity);
        if let Some((from, to)) = from.zip(activity)
            && from != to
        {
            self.state.reservations.remember(reservation, Moved { from, to });
            self.set_activity(worker, to);
        }
    }
}
