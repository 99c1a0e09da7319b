//! One function judges a pair of task and worker; matching, expectations and explanations all read it.

use pointsman_expr::Ref;

use super::Judge;
use crate::catalog::KnownBy;
use crate::command::RoutingTarget;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::{Worker, fold};
use crate::status::ReservationStatus;

/// Whether a worker may take a task; if not, the first reason in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Not a worker of the step's queue.
    NotInQueue,
    /// The step's expression does not hold.
    StepExpressionFalse,
    /// The step considers another worker only, or nobody.
    NotTheKnownWorker,
    /// The worker's activity is an unavailable one.
    ActivityUnavailable,
    /// The worker takes no new tasks of the task's channel.
    ChannelUnavailable,
    /// The worker's load on the channel has reached its capacity.
    NoCapacity,
    /// The worker has been asked already: for this task or, single-tasking, for any.
    AlreadyReserved,
    /// Nothing stands between them.
    Candidate,
}

impl Verdict {
    /// Eligible by queue, step expression and known worker, whatever the worker's activity or load.
    pub(crate) fn is_eligible(self) -> bool {
        self > Self::NotTheKnownWorker
    }

    /// Nothing stands between them.
    pub(crate) fn may_be_reserved(self) -> bool {
        self == Self::Candidate
    }
}

impl<'a> Judge<'a> {
    /// Whether this worker may take this task now (semantics sections 2.4, 2.10 and 7.4, rules R6 and R15).
    pub(crate) fn verdict(self, task: &Task, seq: Seq, worker: &Worker) -> Verdict {
        match task.routing_target {
            Some(RoutingTarget::Worker { worker: only, .. }) if worker.id != only => Verdict::NotTheKnownWorker,
            Some(RoutingTarget::Worker { ignore_capacity: true, .. }) if task.assignments == 0 => {
                if self.catalog.multi_task { Verdict::Candidate } else { self.unasked(worker) }
            }
            Some(RoutingTarget::Worker { .. }) => self.readiness(task, worker),
            Some(RoutingTarget::TaskQueue(_) | RoutingTarget::Workflow(_)) | None => self.admission(task, seq, worker),
        }
    }

    /// By queue, step expression and known worker; then by the worker's state.
    fn admission(self, task: &Task, seq: Seq, worker: &Worker) -> Verdict {
        let Some((place, target)) = task.place.as_ref().zip(task.target()) else { return Verdict::NotInQueue };
        if !self.state.workers.is_member(seq, place.queue) {
            return Verdict::NotInQueue;
        }
        let scope = self.scope().task(task).worker(worker);
        if target.expression.as_ref().is_some_and(|expression| !expression.matches(&scope)) {
            return Verdict::StepExpressionFalse;
        }
        if target.known_worker.is_some() && !self.is_known(task, worker) {
            return Verdict::NotTheKnownWorker;
        }
        self.readiness(task, worker)
    }

    /// By activity, then channel and capacity or, single-tasking, what the worker has been asked.
    fn readiness(self, task: &Task, worker: &Worker) -> Verdict {
        if !self.catalog.activities.get(worker.activity).is_some_and(|activity| activity.available) {
            return Verdict::ActivityUnavailable;
        }
        if self.catalog.multi_task { self.room(task, worker) } else { self.unasked(worker) }
    }

    /// The only worker the task's step considers, when it names one that exists.
    pub(crate) fn known_worker(self, task: &Task) -> Option<&'a Worker> {
        let (by, known) = task.target()?.known_worker.as_ref()?;
        let Ref::Str(name) = task.document.attributes().get(known.path()) else { return None };
        match by {
            KnownBy::Sid => self.state.workers.with_sid(name),
            KnownBy::FriendlyName => self.state.workers.named(name),
        }
    }

    /// By name, not by index: this is asked for every worker of the queue.
    fn is_known(self, task: &Task, worker: &Worker) -> bool {
        let Some((by, known)) = task.target().and_then(|target| target.known_worker.as_ref()) else { return false };
        let Ref::Str(name) = task.document.attributes().get(known.path()) else { return false };
        match by {
            KnownBy::Sid => *worker.sid == *name,
            KnownBy::FriendlyName => fold(&worker.friendly_name) == fold(name),
        }
    }

    /// Multitasking: channel and capacity.
    fn room(self, task: &Task, worker: &Worker) -> Verdict {
        let Some(share) = worker.channels.get(&task.channel) else { return Verdict::ChannelUnavailable };
        if !share.available {
            return Verdict::ChannelUnavailable;
        }
        if share.load() >= share.capacity {
            return Verdict::NoCapacity;
        }
        let asked = task.reservations.iter().filter_map(|id| self.state.reservations.get(*id));
        let mut pending = asked.filter(|row| row.status == ReservationStatus::Pending);
        if pending.any(|row| row.worker == worker.id) { Verdict::AlreadyReserved } else { Verdict::Candidate }
    }

    /// Single-tasking: one unanswered reservation at a time.
    fn unasked(self, worker: &Worker) -> Verdict {
        let mut open = worker.open.iter().filter_map(|seq| self.state.reservations.at(*seq));
        let asked = open.any(|row| row.status == ReservationStatus::Pending);
        if asked { Verdict::AlreadyReserved } else { Verdict::Candidate }
    }
}
