//! What there is to say of pairs: obstacles with what was seen, what a worker holds of a task, and whose turn it is.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::order::{self, Turn};
use super::{Failed, Known, TaskVerdict, Verdict, WorkerVerdict};
use crate::matching::{Judge, Obstacle};
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::Worker;
use crate::status::ReservationStatus;

/// A row with its place in the creation order.
type Row<'a, T> = (Seq, &'a T);

/// What there is to say of the task with each of these workers, who stand in creation order.
pub(super) fn workers(judge: Judge<'_>, task: Row<'_, Task>, rows: &[Row<'_, Worker>]) -> Vec<WorkerVerdict> {
    let held: Vec<Option<Verdict>> = rows.iter().map(|(_, worker)| holds(judge, task.1, worker)).collect();
    let obstacles = |(seq, worker): &Row<'_, Worker>| judge.obstacles(task.1, *seq, worker).collect::<Vec<_>>();
    let obstacles: Vec<Vec<Obstacle>> = rows.iter().map(obstacles).collect();
    let which = |wanted: &dyn Fn(usize) -> bool| (0..rows.len()).filter(|at| wanted(*at)).map(|at| rows[at]).collect();
    let free: Vec<_> = which(&|at| obstacles[at].is_empty() && held[at].is_none());
    let mut turns = order::behind(judge, task.1, &free);
    if order::is_pending(task.1) {
        let busy = which(&|at| !obstacles[at].is_empty() && order::awaits(&obstacles[at]));
        let waiting = order::turns(judge, task, busy);
        turns.extend(waiting.iter().map(|(seq, turn)| (*seq, turn.verdict(task))));
    }
    let parts = rows.iter().zip(held).zip(&obstacles);
    let verdicts = parts.map(|((row, held), obstacles)| {
        let (verdict, others) = verdicts(judge, task.1, *row, held, obstacles, turns.remove(&row.0));
        WorkerVerdict { worker: row.1.id, friendly_name: row.1.friendly_name.clone(), verdict, others }
    });
    verdicts.collect()
}

/// What there is to say of the worker with each pending task, best first.
pub(super) fn tasks(judge: Judge<'_>, worker: Row<'_, Worker>) -> Vec<TaskVerdict> {
    let mut first: BTreeMap<_, Row<'_, Task>> = BTreeMap::new();
    let waiting = judge.state.tasks.waiting().map(|task| {
        let obstacles: Vec<_> = judge.obstacles(task.1, worker.0, worker.1).collect();
        let turn = order::awaits(&obstacles).then(|| match first.entry(order::hand(judge, task.1)) {
            Entry::Vacant(entry) => {
                entry.insert(task);
                Turn::First
            }
            Entry::Occupied(entry) => Turn::After(entry.get().0, entry.get().1),
        });
        let turn = turn.map(|turn| turn.verdict(task));
        let (verdict, others) = verdicts(judge, task.1, worker, None, &obstacles, turn);
        TaskVerdict { task: task.1.id, verdict, others }
    });
    waiting.collect()
}

/// What decides, and what would if that did not.
fn verdicts(
    judge: Judge<'_>,
    task: &Task,
    worker: Row<'_, Worker>,
    held: Option<Verdict>,
    obstacles: &[Obstacle],
    turn: Option<Verdict>,
) -> (Verdict, Vec<Verdict>) {
    let own_doing = |obstacle: &Obstacle| matches!(obstacle, Obstacle::NoCapacity | Obstacle::AlreadyReserved);
    let has = held.is_some();
    let obstacles = obstacles.iter().filter(|obstacle| !(has && own_doing(obstacle)));
    let obstacles = obstacles.filter_map(|obstacle| told(judge, task, worker.1, *obstacle));
    let status = task.status();
    let idle = (!has && !status.is_waiting()).then_some(Verdict::NotWaiting { status });
    let mut verdicts = held.into_iter().chain(obstacles).chain(idle).chain(turn);
    // INVARIANT: of a waiting task, a worker nothing stands in the way of has a turn.
    let first = verdicts.next().unwrap_or(Verdict::WouldBeNext);
    (first, verdicts.collect())
}

/// What the worker holds of the task.
fn holds(judge: Judge<'_>, task: &Task, worker: &Worker) -> Option<Verdict> {
    let of_worker = task.reservations.iter().filter_map(|id| judge.state.reservations.get(*id));
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

/// An obstacle with what was seen of it; always there, since the obstacle is.
fn told(judge: Judge<'_>, task: &Task, worker: &Worker, obstacle: Obstacle) -> Option<Verdict> {
    let channel = task.channel_name.clone();
    Some(match obstacle {
        Obstacle::NotInQueue => not_in_queue(judge, task, worker),
        Obstacle::StepExpressionFalse => {
            let expression = task.target()?.expression.clone()?;
            let blamed = judge.step_blame(&expression, task, worker);
            Verdict::StepExpressionFalse { failed: Failed { expression, blamed } }
        }
        Obstacle::NotTheKnownWorker => Verdict::NotTheKnownWorker { known: known(judge, task)? },
        Obstacle::ActivityUnavailable => {
            let activity = judge.catalog.activities.get(worker.activity)?;
            Verdict::ActivityUnavailable { activity: activity.friendly_name.clone() }
        }
        Obstacle::ChannelUnavailable => Verdict::ChannelUnavailable { channel },
        Obstacle::NoCapacity => {
            let share = worker.channels.get(&task.channel)?;
            Verdict::NoCapacity { channel, load: share.load(), capacity: share.capacity }
        }
        Obstacle::AlreadyReserved => Verdict::AlreadyHasReservation { task: judge.unanswered(task, worker)?.task },
    })
}

fn not_in_queue(judge: Judge<'_>, task: &Task, worker: &Worker) -> Verdict {
    let place = task.place.as_ref();
    let queue = place.map(|place| (place.queue, place.queue_name.clone()));
    let expression = place.and_then(|place| judge.catalog.queues.get(place.queue)?.expression.clone());
    let failed = expression.map(|expression| {
        let blamed = judge.queue_blame(&expression, worker);
        Failed { expression, blamed }
    });
    Verdict::NotInQueue { queue, failed }
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
