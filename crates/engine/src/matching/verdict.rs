//! One place judges a pair of task and worker; matching, expectations and explanations all read it.

use super::Judge;
use super::aim::Aim;
use crate::command::RoutingTarget;
use crate::state::reservations::Reservation;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::{Worker, WorkerChannel};
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
        let share = || worker.channels.get(&task.task_channel);
        match obstacle {
            Obstacle::NotInQueue => !self.is_in_queue(task, seq),
            Obstacle::StepExpressionFalse => !self.step_expression_holds(task, worker),
            Obstacle::NotTheKnownWorker => !self.is_considered(task, worker),
            Obstacle::ActivityUnavailable => !self.is_available(worker),
            Obstacle::ChannelUnavailable => self.is_channel_closed(share()),
            Obstacle::NoCapacity => self.is_channel_full(share()),
            Obstacle::AlreadyReserved => self.unanswered(task, worker).is_some(),
        }
    }

    fn is_in_queue(self, task: &Task, seq: Seq) -> bool {
        let place = task.step.as_ref().filter(|_| task.target().is_some());
        place.is_some_and(|place| self.state.workers.is_member(seq, place.task_queue))
    }

    pub(super) fn step_expression_holds(self, task: &Task, worker: &Worker) -> bool {
        let expression = task.target().and_then(|target| target.expression.as_ref());
        expression.is_none_or(|expression| expression.matches(&self.scope().task(task).worker(worker)))
    }

    pub(crate) fn is_available(self, worker: &Worker) -> bool {
        self.catalog.activities.get(worker.activity).is_some_and(|activity| activity.available)
    }

    /// Single-tasking, channels count for nothing (rule R6).
    fn is_channel_closed(self, share: Option<&WorkerChannel>) -> bool {
        self.catalog.multi_task && !share.is_some_and(|share| share.available)
    }

    fn is_channel_full(self, share: Option<&WorkerChannel>) -> bool {
        self.catalog.multi_task && share.is_none_or(|share| share.load() >= share.capacity)
    }

    /// Whether the worker's share of a channel leaves room for one more of its tasks.
    pub(super) fn has_room(self, share: Option<&WorkerChannel>) -> bool {
        !self.is_channel_closed(share) && !self.is_channel_full(share)
    }

    /// The only worker the task's step considers, when it names one that exists.
    pub(crate) fn known_worker(self, task: &Task) -> Option<&'a Worker> {
        Aim::of_step(task)?.among(&self.state.workers).next().map(|(_, worker)| worker)
    }

    fn is_considered(self, task: &Task, worker: &Worker) -> bool {
        Aim::of(task).is_none_or(|aim| aim.means(worker))
    }

    /// The unanswered reservation that keeps the worker from being asked: multitasking for this very task,
    /// single-tasking for any (rule R6).
    pub(crate) fn unanswered(self, task: &Task, worker: &Worker) -> Option<&'a Reservation> {
        self.unanswered_of(worker).find(|row| !self.catalog.multi_task || row.task == task.id())
    }

    /// The same, and no task in particular: of a pending task nobody has an unanswered reservation.
    pub(super) fn is_asked(self, worker: &Worker) -> bool {
        !self.catalog.multi_task && self.unanswered_of(worker).next().is_some()
    }

    fn unanswered_of<'w>(self, worker: &'w Worker) -> impl Iterator<Item = &'a Reservation> + use<'a, 'w> {
        let open = worker.open.iter().filter_map(move |seq| self.state.reservations.at(*seq));
        open.filter(|row| row.status == ReservationStatus::Pending)
    }
}

/// Whether the first offer to the only worker it goes to may be made whatever that worker's activity and load (rule
/// R15).
pub(super) fn is_regardless(task: &Task) -> bool {
    let target = task.routing_target;
    task.assignments == 0 && matches!(target, Some(RoutingTarget::Worker { ignore_capacity: true, .. }))
}

/// What the task has to pass with any worker.
pub(crate) fn course(task: &Task) -> impl Iterator<Item = Obstacle> + use<> {
    let (of_step, of_state): (&[Obstacle], &[Obstacle]) = match task.routing_target {
        Some(RoutingTarget::Worker { .. }) if is_regardless(task) => {
            (&[Obstacle::NotTheKnownWorker], &[Obstacle::AlreadyReserved])
        }
        Some(RoutingTarget::Worker { .. }) => (&[Obstacle::NotTheKnownWorker], &Obstacle::OF_STATE),
        Some(RoutingTarget::TaskQueue(_) | RoutingTarget::Workflow(_)) | None => {
            (&Obstacle::OF_STEP, &Obstacle::OF_STATE)
        }
    };
    of_step.iter().chain(of_state).copied()
}
