//! What there is to say of pairs: obstacles with what was seen, what a worker holds of a task, and whose turn it is.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use pointsman_expr::{Blamed, Blames};

use super::order::{self, Row};
use super::{Failed, Known, TaskVerdict, Verdict, WorkerVerdict};
use crate::matching::{Judge, Obstacle, Obstacles, course};
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::Worker;
use crate::status::{ReservationStatus, TaskStatus};

/// What there is to say of the task with each of these workers, who stand in creation order.
pub(super) fn workers(judge: Judge<'_>, task: Row<'_, Task>, rows: &[Row<'_, Worker>]) -> Vec<WorkerVerdict> {
    let mut teller = Teller::new(judge, task.1);
    let mut standings = Vec::with_capacity(rows.len());
    let pairs = rows.iter().map(|(seq, worker)| {
        let (seen, held) = (teller.look(*seq, worker), holds(judge, task.1, worker));
        standings.push(Standing { obstacles: seen.obstacles, holds: held.is_some() });
        let (verdict, others) = teller.verdicts(worker, held, seen, None);
        WorkerVerdict { worker: worker.id, friendly_name: worker.friendly_name.clone(), verdict, others }
    });
    let mut pairs: Vec<_> = pairs.collect();
    turns(judge, task, rows, &standings, |at, turn| {
        let pair: &mut WorkerVerdict = &mut pairs[at];
        if standings[at].is_free() {
            pair.verdict = turn;
        } else {
            pair.others.reserve_exact(1);
            pair.others.push(turn);
        }
    });
    pairs
}

/// What the order of workers or tasks depends on.
struct Standing {
    obstacles: Obstacles,
    holds: bool,
}

impl Standing {
    fn is_free(&self) -> bool {
        self.obstacles.is_empty() && !self.holds
    }
}

/// Whose turn it is, where that is the question, with the worker's place among the rows.
fn turns(
    judge: Judge<'_>,
    task: Row<'_, Task>,
    rows: &[Row<'_, Worker>],
    standings: &[Standing],
    mut tell: impl FnMut(usize, Verdict),
) {
    let (waiting, pending) = (task.1.status().is_waiting(), task.1.status() == TaskStatus::Pending);
    let which = |wanted: &dyn Fn(&Standing) -> bool| -> Vec<usize> {
        (0..rows.len()).filter(|at| wanted(&standings[*at])).collect()
    };
    let free = which(&|standing| waiting && standing.is_free());
    let busy = which(&|standing| pending && !standing.obstacles.is_empty() && order::awaits(standing.obstacles));
    let rows_at = |places: &[usize]| places.iter().map(|at| rows[*at]).collect::<Vec<_>>();
    let of_free = order::behind(judge, task.1, &rows_at(&free));
    let of_busy = order::turns(judge, task, &rows_at(&busy));
    let known = free.into_iter().zip(of_free).chain(busy.into_iter().zip(of_busy));
    known.for_each(|(at, verdict)| verdict.into_iter().for_each(|verdict| tell(at, verdict)));
}

/// What there is to say of the worker with each pending task, best first.
pub(super) fn tasks(judge: Judge<'_>, worker: Row<'_, Worker>) -> Vec<TaskVerdict> {
    let mut first: BTreeMap<_, Row<'_, Task>> = BTreeMap::new();
    let waiting = judge.state.tasks.waiting().map(|task| {
        let mut teller = Teller::new(judge, task.1);
        let seen = teller.look(worker.0, worker.1);
        let turn = order::awaits(seen.obstacles).then(|| match first.entry(order::hand(judge, task.1)) {
            Entry::Vacant(entry) => {
                entry.insert(task);
                Verdict::WouldBeNext
            }
            Entry::Occupied(entry) => order::outranked(task, *entry.get()),
        });
        let (verdict, others) = teller.verdicts(worker.1, None, seen, turn);
        TaskVerdict { task: task.1.id(), verdict, others }
    });
    waiting.collect()
}

/// What there is to say of one task, to as many workers as like: those who saw the same are told the same.
struct Teller<'a> {
    judge: Judge<'a>,
    task: &'a Task,
    /// Why the queue's expression does not hold; none where it has none.
    queue: Option<Blames<'a>>,
    step: Option<Blames<'a>>,
}

/// What stands between the task and a worker.
struct Seen {
    obstacles: Obstacles,
    /// Why the step's expression does not hold, if it does not: it is evaluated once.
    step: Option<Arc<[Blamed]>>,
}

impl<'a> Teller<'a> {
    fn new(judge: Judge<'a>, task: &'a Task) -> Self {
        let queue =
            task.step.as_ref().and_then(|place| judge.catalog.queues.get(place.task_queue)?.expression.as_ref());
        let step = task.target().and_then(|target| target.expression.as_ref());
        Self { judge, task, queue: queue.map(Blames::of), step: step.map(Blames::of) }
    }

    fn look(&mut self, seq: Seq, worker: &Worker) -> Seen {
        let (judge, task) = (self.judge, self.task);
        let step = self.step.as_mut().map(|blames| judge.step_blames(blames, task, worker));
        let step = step.filter(|blamed| !blamed.is_empty());
        let stands = |obstacle: &Obstacle| match obstacle {
            Obstacle::StepExpressionFalse => step.is_some(),
            Obstacle::NotInQueue
            | Obstacle::NotTheKnownWorker
            | Obstacle::ActivityUnavailable
            | Obstacle::ChannelUnavailable
            | Obstacle::NoCapacity
            | Obstacle::AlreadyReserved => judge.stands(*obstacle, task, seq, worker),
        };
        Seen { obstacles: course(task).filter(stands).collect(), step }
    }

    /// What decides, and what would if that did not.
    fn verdicts(
        &mut self,
        worker: &Worker,
        held: Option<Verdict>,
        seen: Seen,
        turn: Option<Verdict>,
    ) -> (Verdict, Vec<Verdict>) {
        let Seen { obstacles, mut step } = seen;
        let own_doing: Obstacles = [Obstacle::NoCapacity, Obstacle::AlreadyReserved].into_iter().collect();
        let obstacles = if held.is_some() { obstacles.without(own_doing) } else { obstacles };
        let status = self.task.status();
        let idle = (held.is_none() && !status.is_waiting()).then_some(Verdict::NotWaiting { status });
        let mut told = obstacles.iter().filter_map(|obstacle| self.told(worker, obstacle, &mut step));
        let (first, last) = match held.or_else(|| told.next()) {
            Some(first) => (first, [idle, turn]),
            // INVARIANT: of a waiting task, a worker nothing stands in the way of has a turn.
            None => (idle.or(turn).unwrap_or(Verdict::WouldBeNext), [None, None]),
        };
        // One of them is the first; a turn may follow.
        let others = obstacles.iter().count() + usize::from(order::awaits(obstacles));
        let mut others = Vec::with_capacity(others.saturating_sub(1));
        others.extend(told.chain(last.into_iter().flatten()));
        (first, others)
    }

    /// An obstacle with what was seen of it; always there, since the obstacle is.
    fn told(&mut self, worker: &Worker, obstacle: Obstacle, step: &mut Option<Arc<[Blamed]>>) -> Option<Verdict> {
        let (judge, task) = (self.judge, self.task);
        let channel = || task.task_channel_unique_name.clone();
        Some(match obstacle {
            Obstacle::NotInQueue => self.not_in_queue(worker),
            Obstacle::StepExpressionFalse => {
                let expression = task.target()?.expression.clone()?;
                Verdict::StepExpressionFalse { failed: Failed { expression, blamed: step.take()? } }
            }
            Obstacle::NotTheKnownWorker => Verdict::NotTheKnownWorker { known: known(judge, task)? },
            Obstacle::ActivityUnavailable => {
                let activity = judge.catalog.activities.get(worker.activity)?;
                Verdict::ActivityUnavailable { activity: activity.friendly_name.clone() }
            }
            Obstacle::ChannelUnavailable => Verdict::ChannelUnavailable { channel: channel() },
            Obstacle::NoCapacity => {
                let share = worker.channels.get(&task.task_channel)?;
                Verdict::NoCapacity { channel: channel(), load: share.load(), capacity: share.capacity }
            }
            Obstacle::AlreadyReserved => Verdict::AlreadyHasReservation { task: judge.unanswered(task, worker)?.task },
        })
    }

    fn not_in_queue(&mut self, worker: &Worker) -> Verdict {
        let queue = self.task.step.as_ref().map(|place| (place.task_queue, place.task_queue_name.clone()));
        let failed = self.queue.as_mut().map(|blames| {
            let blamed = self.judge.queue_blames(blames, worker);
            Failed { expression: blames.expression().clone(), blamed }
        });
        Verdict::NotInQueue { queue, failed }
    }
}

/// What the worker holds of the task.
fn holds(judge: Judge<'_>, task: &Task, worker: &Worker) -> Option<Verdict> {
    let of_worker = task.reservations.iter().filter_map(|(seq, _)| judge.state.reservations.at(*seq));
    let newest_first = of_worker.rev().filter(|row| row.worker == worker.id);
    newest_first.into_iter().find_map(|row| match row.status {
        ReservationStatus::Pending => Some(Verdict::Reserved { reservation: row.id }),
        ReservationStatus::Accepted | ReservationStatus::Wrapping | ReservationStatus::Completed => {
            Some(Verdict::Assigned { reservation: row.id })
        }
        ReservationStatus::Rejected
        | ReservationStatus::Timeout
        | ReservationStatus::Canceled
        | ReservationStatus::Rescinded => None,
    })
}

fn known(judge: Judge<'_>, task: &Task) -> Option<Known> {
    if let Some(only) = task.only_worker() {
        return Some(Known::Direct(only));
    }
    let (_, known) = task.target()?.known_worker.as_ref()?;
    let value = task.document.attributes().get(known.path()).to_value();
    let worker = judge.known_worker(task).map(|worker| worker.id);
    Some(Known::Step { reference: known.text().into(), value, worker })
}
