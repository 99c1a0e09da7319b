//! Whose turn it is: among the workers who may be asked, and among the tasks that wait for one worker.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pointsman_expr::Expression;

use super::{TaskRank, Verdict, WorkerOrder};
use crate::catalog::Configuration;
use crate::event::FilterRef;
use crate::id::TaskChannelId;
use crate::matching::{Judge, Obstacle};
use crate::spec::TaskOrder;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::{LastReserved, Worker};
use crate::status::TaskStatus;

/// How many pairs are judged to find out which tasks are ahead of one; what is left then has no verdict of order.
pub(super) const LOOK_AHEAD: usize = 20_000;

/// What is known of the turn of workers who are unavailable or busy.
pub(super) enum Turn<'a> {
    /// This task comes first.
    First,
    /// This other one does.
    After(Seq, &'a Task),
}

/// Whether the worker will be asked to take the task once it is available and has a hand free.
pub(super) fn awaits(obstacles: &[Obstacle]) -> bool {
    obstacles.iter().all(|obstacle| match obstacle {
        Obstacle::ActivityUnavailable | Obstacle::NoCapacity | Obstacle::AlreadyReserved => true,
        Obstacle::NotInQueue
        | Obstacle::StepExpressionFalse
        | Obstacle::NotTheKnownWorker
        | Obstacle::ChannelUnavailable => false,
    })
}

/// Tasks that would take up the same hand: multitasking those of one channel, else all.
pub(super) fn hand(judge: Judge<'_>, task: &Task) -> Option<TaskChannelId> {
    judge.catalog.multi_task.then_some(task.channel)
}

/// For each of these workers, who await the pending task, whether it comes first with them.
pub(super) fn turns<'a>(
    judge: Judge<'a>,
    (seq, task): (Seq, &Task),
    mut workers: Vec<(Seq, &Worker)>,
) -> BTreeMap<Seq, Turn<'a>> {
    let (mut turns, mut kinds, mut left) = (BTreeMap::new(), BTreeSet::new(), LOOK_AHEAD);
    let ahead = judge.state.tasks.waiting().take_while(|(ahead, _)| *ahead != seq);
    for (other, row) in ahead.filter(|(_, row)| hand(judge, row) == hand(judge, task)) {
        if workers.is_empty() || kind(row).is_some_and(|kind| !kinds.insert(kind)) {
            continue;
        }
        let Some(rest) = left.checked_sub(workers.len()) else { return turns };
        left = rest;
        workers.retain(|(worker_seq, worker)| {
            let obstacles: Vec<_> = judge.obstacles(row, *worker_seq, worker).collect();
            let takes = awaits(&obstacles);
            if takes {
                turns.insert(*worker_seq, Turn::After(other, row));
            }
            !takes
        });
    }
    turns.extend(workers.into_iter().map(|(seq, _)| (seq, Turn::First)));
    turns
}

/// Tasks of one kind are the same to every worker: their step does not look at the task.
fn kind(task: &Task) -> Option<(*const Configuration, FilterRef, usize)> {
    let (place, target) = task.place.as_ref().zip(task.target())?;
    let reads_task = target.expression.as_ref().is_some_and(Expression::reads_task);
    let alike = task.only_worker().is_none() && target.known_worker.is_none() && !reads_task;
    alike.then_some((Arc::as_ptr(&task.configuration), place.filter, place.target))
}

impl Turn<'_> {
    pub(super) fn verdict(&self, (seq, task): (Seq, &Task)) -> Verdict {
        match self {
            Self::First => Verdict::WouldBeNext,
            Self::After(other, row) => {
                Verdict::Outranked { task: row.id, ahead: rank(*other, row), own: rank(seq, task) }
            }
        }
    }
}

pub(super) fn rank(seq: Seq, task: &Task) -> TaskRank {
    TaskRank {
        task_order: task.place.as_ref().map_or(TaskOrder::Fifo, |place| place.order),
        priority: task.priority,
        virtual_start_time: task.virtual_start,
        created: seq.0,
    }
}

/// Among workers nothing stands in the way of, in creation order: who would be asked next, and who comes behind.
pub(super) fn behind(judge: Judge<'_>, task: &Task, free: &[(Seq, &Worker)]) -> BTreeMap<Seq, Verdict> {
    if !task.status().is_waiting() {
        return BTreeMap::new();
    }
    let keys = judge.keys(task, free);
    let order = |place: usize| WorkerOrder {
        order_by: keys.order_by.as_ref().map(|(_, keys)| keys[place].values().into()),
        last_reserved: match keys.idle[place] {
            LastReserved::Never => None,
            LastReserved::At(at, _) => Some(at),
        },
        created: free[place].0.0,
    };
    let Some(first) = keys.sorted().first().copied() else { return BTreeMap::new() };
    let verdict = |place: usize| match place == first {
        true => Verdict::WouldBeNext,
        false => Verdict::OrderedBehind { worker: free[first].1.id, ahead: order(first), own: order(place) },
    };
    (0..free.len()).map(|place| (free[place].0, verdict(place))).collect()
}

/// Whether it competes for workers.
pub(super) fn is_pending(task: &Task) -> bool {
    task.status() == TaskStatus::Pending
}
