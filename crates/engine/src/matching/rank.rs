//! The order of the workers for one task: `order_by`, then longest idle, then creation (semantics section 2.9).

use std::cmp::Ordering;

use pointsman_expr::{OrderBy, OrderKey};

use super::{Judge, Verdict};
use crate::id::TaskChannelId;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::{LastReserved, Worker, WorkerChannel};

/// By what workers are ordered for a task; the keys stand in the order of the workers asked about.
pub(crate) struct Keys<'t> {
    /// The list with each worker's values; none without one, or when some value is not an integer: then the whole list
    /// is ignored (Q27).
    pub(crate) order_by: Option<(&'t OrderBy, Vec<OrderKey>)>,
    /// Since when each worker has been idle.
    pub(crate) idle: Vec<LastReserved>,
}

impl Keys<'_> {
    /// The places of the workers, best first.
    pub(crate) fn sorted(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.idle.len()).collect();
        // The sort is stable and the workers stand in creation order: the last tie-break.
        order.sort_by(|a, b| self.compare(*a, *b));
        order
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        let by_list = self.order_by.as_ref().map_or(Ordering::Equal, |(list, keys)| list.compare(&keys[a], &keys[b]));
        by_list.then_with(|| self.idle[a].cmp(&self.idle[b]))
    }
}

impl<'a> Judge<'a> {
    /// The workers whose verdict is wanted, best first.
    pub(crate) fn ranked(self, task: &Task, wanted: fn(Verdict) -> bool) -> Vec<Seq> {
        let workers = self.judged(task, wanted);
        let order = self.keys(task, &workers).sorted();
        order.into_iter().map(|index| workers[index].0).collect()
    }

    /// The workers whose verdict is wanted, in creation order.
    pub(crate) fn judged(self, task: &Task, wanted: fn(Verdict) -> bool) -> Vec<(Seq, &'a Worker)> {
        let wanted = |seq: &Seq, worker: &Worker| wanted(self.verdict(task, *seq, worker));
        let workers = &self.state.workers;
        match (task.only_worker(), &task.step) {
            (Some(only), _) => workers.row(only).filter(|(seq, worker)| wanted(seq, worker)).into_iter().collect(),
            (None, Some(place)) => {
                workers.members(place.task_queue).filter(|(seq, worker)| wanted(seq, worker)).collect()
            }
            (None, None) => Vec::new(),
        }
    }

    /// By what these workers, in creation order, are ordered for the task.
    pub(crate) fn keys<'t>(self, task: &'t Task, workers: &[(Seq, &Worker)]) -> Keys<'t> {
        Keys { order_by: self.order_keys(task, workers), idle: self.idle_keys(task, workers) }
    }

    fn order_keys<'t>(self, task: &'t Task, workers: &[(Seq, &Worker)]) -> Option<(&'t OrderBy, Vec<OrderKey>)> {
        let order_by = task.target()?.order_by.as_ref()?;
        let keys = workers.iter().map(|(_, worker)| order_by.key(&self.scope().task(task).worker(worker)));
        Some((order_by, keys.collect::<Result<_, _>>().ok()?))
    }

    fn idle_keys(self, task: &Task, workers: &[(Seq, &Worker)]) -> Vec<LastReserved> {
        workers.iter().map(|(_, worker)| self.idle_key(task.task_channel, worker)).collect()
    }

    /// Since when the worker has been idle for this channel.
    pub(super) fn idle_key(self, channel: TaskChannelId, worker: &Worker) -> LastReserved {
        let optimized = self.catalog.channels.get(channel).is_some_and(|channel| channel.optimized);
        idle_key(optimized, worker, worker.channels.get(&channel))
    }
}

/// Since when the worker has been idle: on the channel of this share alone where the channel says so (Q46).
pub(super) fn idle_key(optimized: bool, worker: &Worker, share: Option<&WorkerChannel>) -> LastReserved {
    share.filter(|_| optimized).map_or(worker.last_reserved, |share| share.last_reserved)
}
