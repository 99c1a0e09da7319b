//! Whose turn it is: among the workers who may be asked, and among the tasks that wait for one worker.

use std::collections::BTreeSet;
use std::sync::Arc;

use pointsman_expr::Expression;

use super::{TaskRank, Verdict, WorkerOrder};
use crate::catalog::Configuration;
use crate::event::FilterRef;
use crate::id::TaskChannelId;
use crate::matching::{Judge, Obstacle, Obstacles};
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::{LastReserved, Worker};

/// How many pairs are judged to find out which tasks are ahead of one; what is left then has no verdict of order.
const LOOK_AHEAD: usize = 20_000;

/// A row with its place in the creation order.
pub(super) type Row<'a, T> = (Seq, &'a T);

/// Whether the worker will be asked to take the task once it is available and has a hand free.
pub(super) fn awaits(obstacles: Obstacles) -> bool {
    let passing = [Obstacle::ActivityUnavailable, Obstacle::NoCapacity, Obstacle::AlreadyReserved];
    obstacles.without(passing.into_iter().collect()).is_empty()
}

/// Tasks that would take up the same hand: multitasking those of one channel, else all.
pub(super) fn hand(judge: Judge<'_>, task: &Task) -> Option<TaskChannelId> {
    judge.catalog.multi_task.then_some(task.task_channel)
}

/// Whether a pending task comes first with workers who are unavailable or busy: what is to be said of each, in the
/// order of those asked about.
pub(super) fn turns(judge: Judge<'_>, task: Row<'_, Task>, workers: &[Row<'_, Worker>]) -> Vec<Option<Verdict>> {
    let mut turns = vec![None; workers.len()];
    let (mut open, mut kinds, mut left): (Vec<usize>, _, _) =
        ((0..workers.len()).collect(), BTreeSet::new(), LOOK_AHEAD);
    let ahead = judge.state.tasks.waiting().take_while(|(ahead, _)| *ahead != task.0);
    for other in ahead.filter(|(_, row)| hand(judge, row) == hand(judge, task.1)) {
        if open.is_empty() || kind(other.1).is_some_and(|kind| !kinds.insert(kind)) {
            continue;
        }
        let Some(rest) = left.checked_sub(open.len()) else { return turns };
        left = rest;
        open.retain(|at| {
            let (seq, worker) = workers[*at];
            let takes = awaits(judge.obstacles(other.1, seq, worker).collect());
            turns[*at] = takes.then(|| outranked(task, other));
            !takes
        });
    }
    open.into_iter().for_each(|at| turns[at] = Some(Verdict::WouldBeNext));
    turns
}

/// Tasks of one kind are the same to every worker: their step does not look at the task.
fn kind(task: &Task) -> Option<(*const Configuration, FilterRef, usize)> {
    let (place, target) = task.step.as_ref().zip(task.target())?;
    let reads_task = target.expression.as_ref().is_some_and(Expression::reads_task);
    let alike = task.only_worker().is_none() && target.known_worker.is_none() && !reads_task;
    alike.then_some((Arc::as_ptr(&task.configuration), place.filter, place.target))
}

/// The first task is behind the other one.
pub(super) fn outranked(task: Row<'_, Task>, other: Row<'_, Task>) -> Verdict {
    Verdict::Outranked { task: other.1.id(), ahead: rank(other), own: rank(task) }
}

fn rank((seq, task): Row<'_, Task>) -> TaskRank {
    TaskRank {
        task_order: task.order,
        priority: task.priority,
        virtual_start_time: task.virtual_start_time,
        created: seq.0,
    }
}

/// Among workers nothing stands in the way of, in creation order: who would be asked next, and who comes behind.
pub(super) fn behind(judge: Judge<'_>, task: &Task, free: &[Row<'_, Worker>]) -> Vec<Option<Verdict>> {
    let keys = judge.keys(task, free);
    let order = |place: usize| {
        let order_by = keys.order_by.as_ref().map(|(_, keys)| keys[place].values().into());
        let last_reserved = match keys.idle[place] {
            LastReserved::Never => None,
            LastReserved::At(at, _) => Some(at),
        };
        Box::new(WorkerOrder { order_by, last_reserved, created: free[place].0.0 })
    };
    let Some(first) = keys.sorted().first().copied() else { return Vec::new() };
    let verdict = |place: usize| match place == first {
        true => Verdict::WouldBeNext,
        false => Verdict::OrderedBehind { worker: free[first].1.id, ahead: order(first), own: order(place) },
    };
    (0..free.len()).map(|place| Some(verdict(place))).collect()
}
