//! One place judges a pair of task and worker; matching, expectations and explanations all read it.

use pointsman_expr::Ref;

use super::Judge;
use crate::catalog::KnownBy;
use crate::command::RoutingTarget;
use crate::state::reservations::Reservation;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::{Worker, fold};
use crate::status::ReservationStatus;

/// What can stand between a task and a worker, in the order in which it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Obstacle {
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
}

/// The first obstacle; none when the worker may be reserved.
pub(crate) type Verdict = Option<Obstacle>;

impl Obstacle {
    /// What there is to pass for a task that looks for a worker.
    const OF_STEP: [Self; 3] = [Self::NotInQueue, Self::StepExpressionFalse, Self::NotTheKnownWorker];
    /// What there is to pass for whoever has the task's trust.
    const OF_STATE: [Self; 4] =
        [Self::ActivityUnavailable, Self::ChannelUnavailable, Self::NoCapacity, Self::AlreadyReserved];

    fn bit(self) -> u8 {
        1 << self as u8
    }

    /// Whether the worker may take the task, but not now: by queue, step expression and known worker it is one of those.
    pub(crate) fn is_of_state(self) -> bool {
        self > Self::NotTheKnownWorker
    }
}

/// Eligible by queue, step expression and known worker, whatever the worker's activity or load.
pub(crate) fn is_eligible(verdict: Verdict) -> bool {
    verdict.is_none_or(Obstacle::is_of_state)
}

/// A set of obstacles, read in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Obstacles(u8);

impl Obstacles {
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn contains(self, obstacle: Obstacle) -> bool {
        self.0 & obstacle.bit() != 0
    }

    /// Those of this set that are not of the other.
    pub(crate) fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Obstacle> {
        Obstacle::OF_STEP.into_iter().chain(Obstacle::OF_STATE).filter(move |obstacle| self.contains(*obstacle))
    }
}

impl FromIterator<Obstacle> for Obstacles {
    fn from_iter<T: IntoIterator<Item = Obstacle>>(obstacles: T) -> Self {
        Self(obstacles.into_iter().fold(0, |set, obstacle| set | obstacle.bit()))
    }
}

impl<'a> Judge<'a> {
    /// Whether this worker may take this task now, or what stands between them first (semantics sections 2.4, 2.10 and
    /// 7.4, rules R6 and R15).
    pub(crate) fn verdict(self, task: &Task, seq: Seq, worker: &Worker) -> Verdict {
        self.obstacles(task, seq, worker).next()
    }

    /// Everything that stands between them, found as it is asked for.
    pub(crate) fn obstacles<'j>(
        self,
        task: &'j Task,
        seq: Seq,
        worker: &'j Worker,
    ) -> impl Iterator<Item = Obstacle> + use<'j, 'a> {
        course(task).filter(move |obstacle| self.stands(*obstacle, task, seq, worker))
    }

    /// Whether this obstacle stands between them.
    pub(crate) fn stands(self, obstacle: Obstacle, task: &Task, seq: Seq, worker: &Worker) -> bool {
        let multi = self.catalog.multi_task;
        match obstacle {
            Obstacle::NotInQueue => !self.is_in_queue(task, seq),
            Obstacle::StepExpressionFalse => !self.step_expression_holds(task, worker),
            Obstacle::NotTheKnownWorker => !self.is_considered(task, worker),
            Obstacle::ActivityUnavailable => !self.is_available(worker),
            Obstacle::ChannelUnavailable => {
                multi && !worker.channels.get(&task.channel).is_some_and(|share| share.available)
            }
            Obstacle::NoCapacity => {
                multi && worker.channels.get(&task.channel).is_none_or(|share| share.load() >= share.capacity)
            }
            Obstacle::AlreadyReserved => self.unanswered(task, worker).is_some(),
        }
    }

    fn is_in_queue(self, task: &Task, seq: Seq) -> bool {
        let place = task.place.as_ref().filter(|_| task.target().is_some());
        place.is_some_and(|place| self.state.workers.is_member(seq, place.queue))
    }

    pub(super) fn step_expression_holds(self, task: &Task, worker: &Worker) -> bool {
        let expression = task.target().and_then(|target| target.expression.as_ref());
        expression.is_none_or(|expression| expression.matches(&self.scope().task(task).worker(worker)))
    }

    pub(crate) fn is_available(self, worker: &Worker) -> bool {
        self.catalog.activities.get(worker.activity).is_some_and(|activity| activity.available)
    }

    /// The only worker the task's step considers, when it names one that exists.
    pub(crate) fn known_worker(self, task: &Task) -> Option<&'a Worker> {
        let (by, known) = task.target()?.known_worker.as_ref()?;
        let Ref::Str(name) = task.document.attributes().get(known.path()) else { return None };
        match by {
            KnownBy::Sid => self.state.workers.with_sid(name).next(),
            KnownBy::FriendlyName => self.state.workers.named(name),
        }
        .map(|(_, worker)| worker)
    }

    /// Whether the task considers this worker: the one it goes to, the one its step names, or anybody.
    fn is_considered(self, task: &Task, worker: &Worker) -> bool {
        match (task.only_worker(), task.target().and_then(|target| target.known_worker.as_ref())) {
            (Some(only), _) => worker.id == only,
            (None, None) => true,
            // By name, not by index: this is asked for every worker of the queue.
            (None, Some((by, known))) => match (by, task.document.attributes().get(known.path())) {
                (KnownBy::Sid, Ref::Str(sid)) => *worker.sid == *sid,
                (KnownBy::FriendlyName, Ref::Str(name)) => fold(&worker.friendly_name) == fold(name),
                (_, Ref::Null | Ref::Bool(_) | Ref::Number(_) | Ref::Array(_) | Ref::Object(_)) => false,
            },
        }
    }

    /// The unanswered reservation that keeps the worker from being asked: multitasking for this very task,
    /// single-tasking for any (rule R6).
    pub(crate) fn unanswered(self, task: &Task, worker: &Worker) -> Option<&'a Reservation> {
        let open = worker.open.iter().filter_map(|seq| self.state.reservations.at(*seq));
        let mut pending = open.filter(|row| row.status == ReservationStatus::Pending);
        pending.find(|row| !self.catalog.multi_task || row.task == task.id)
    }
}

/// What the task has to pass with any worker. The first offer to the only worker it goes to may be made whatever that
/// worker's activity and load (rule R15).
pub(crate) fn course(task: &Task) -> impl Iterator<Item = Obstacle> + use<> {
    let (of_step, of_state): (&[Obstacle], &[Obstacle]) = match task.routing_target {
        Some(RoutingTarget::Worker { ignore_capacity: true, .. }) if task.assignments == 0 => {
            (&[Obstacle::NotTheKnownWorker], &[Obstacle::AlreadyReserved])
        }
        Some(RoutingTarget::Worker { .. }) => (&[Obstacle::NotTheKnownWorker], &Obstacle::OF_STATE),
        Some(RoutingTarget::TaskQueue(_) | RoutingTarget::Workflow(_)) | None => {
            (&Obstacle::OF_STEP, &Obstacle::OF_STATE)
        }
    };
    of_step.iter().chain(of_state).copied()
}
