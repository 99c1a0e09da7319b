//! Two orders: of tasks that wait (semantics sections 3.2 and 3.3), and of workers for a task (2.9, Q27, R2, R25).

use std::cmp::{Ordering, Reverse};

use pointsman::{RoutingTarget, TaskId, TaskOrder, TaskStatus, Value, WorkerId};
use pointsman_expr::{Clause, Direction, Number, OrderBy};

use super::Model;
use super::rows::{Recency, Task, Worker};
use super::scope::Scope;

impl Model {
    /// The pending tasks, the one to be looked at first in front.
    pub(super) fn tasks_in_order(&self) -> Vec<TaskId> {
        let pending = self.tasks.iter().filter(|task| task.status == TaskStatus::Pending);
        let (mut fifo, mut lifo): (Vec<&Task>, Vec<&Task>) =
            pending.partition(|task| self.class(task) == TaskOrder::Fifo);
        // Both stand in creation order; sorting keeps it among equals.
        fifo.sort_by_key(|task| (Reverse(task.priority), task.virtual_start));
        lifo.reverse();
        lifo.sort_by_key(|task| Reverse(task.virtual_start));
        let classes = match self.prioritize_queue_order {
            TaskOrder::Fifo => [fifo, lifo],
            TaskOrder::Lifo => [lifo, fifo],
        };
        classes.iter().flatten().map(|task| task.id).collect()
    }

    /// The order of its queue; in no queue, FIFO (rule R15).
    fn class(&self, task: &Task) -> TaskOrder {
        task.step.as_ref().map_or(TaskOrder::Fifo, |step| self.queues[step.target.queue].spec.task_order)
    }

    /// By queue, step expression and known worker, or as the only one meant; in creation order.
    pub(super) fn eligible_workers(&self, task: &Task) -> Vec<WorkerId> {
        if let Some(RoutingTarget::Worker { worker: only, .. }) = task.routing_target {
            return self.workers.which(|worker| worker.id == only);
        }
        let Some(step) = &task.step else {
            return Vec::new();
        };
        let target = &step.target;
        let known = target.known_worker.as_ref().map(|known| self.known_worker(task, known));
        self.workers.which(|worker| {
            let scope = Scope { model: self, task: Some(task), worker: Some(worker), queue: Some(target.queue) };
            self.is_member(target.queue, worker)
                && target.expression.as_ref().is_none_or(|expression| scope.holds(expression))
                && known.is_none_or(|known| known == Some(worker.id))
        })
    }

    /// The eligible workers who are free, in worker order.
    pub(super) fn candidates(&self, task: &Task) -> Vec<WorkerId> {
        let mut workers = self.eligible_workers(task);
        workers.retain(|worker| self.is_free(&self.workers[*worker], task));
        self.rank(task, workers)
    }

    fn is_free(&self, worker: &Worker, task: &Task) -> bool {
        let multi = self.multi_task_enabled;
        if !multi && !self.pending_of_worker(worker.id).is_empty() {
            return false;
        }
        // The first offer is made whatever else (rule R15).
        if task.assignments == 0
            && matches!(task.routing_target, Some(RoutingTarget::Worker { ignore_capacity: true, .. }))
        {
            return true;
        }
        let share = &worker.shares[task.channel];
        let room = share.available && self.load(worker.id, task.channel) < share.capacity;
        self.activities[worker.activity].available && (room || !multi)
    }

    /// `workers` stand in creation order; sorting keeps it among equals.
    pub(super) fn rank(&self, task: &Task, mut workers: Vec<WorkerId>) -> Vec<WorkerId> {
        workers.sort_by_key(|worker| self.recency(task, &self.workers[*worker]));
        if let Some(order_by) = task.step.as_ref().and_then(|step| step.target.order_by.as_ref()) {
            self.sort_by(order_by, &mut workers);
        }
        workers
    }

    /// Never reserved comes first; of the channel alone when the channel says so (Q46).
    fn recency(&self, task: &Task, worker: &Worker) -> Option<Recency> {
        match self.channels.find(task.channel) {
            Some(channel) if channel.channel_optimized_routing => worker.shares[task.channel].last_reserved,
            _ => worker.last_reserved,
        }
    }

    /// One value that is not an integer, and the whole list is ignored (Q27).
    fn sort_by(&self, order_by: &OrderBy, workers: &mut [WorkerId]) {
        let clauses = order_by.clauses();
        let keys = |worker| clauses.iter().map(|clause| self.key(clause, worker)).collect::<Option<Vec<_>>>();
        if workers.iter().all(|worker| keys(*worker).is_some()) {
            workers.sort_by(|a, b| by_clauses(clauses, &keys(*a).unwrap_or_default(), &keys(*b).unwrap_or_default()));
        }
    }

    /// `None` when the value is not an integer; `Some(None)` when it is missing or null.
    fn key(&self, clause: &Clause, worker: WorkerId) -> Option<Option<Number>> {
        let scope = Scope { model: self, task: None, worker: Some(&self.workers[worker]), queue: None };
        match scope.value(&clause.name) {
            Value::Null => Some(None),
            Value::Number(number) => number.as_i64().map(|_| Some(number)),
            Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// The first clause that tells them apart.
fn by_clauses(clauses: &[Clause], a: &[Option<Number>], b: &[Option<Number>]) -> Ordering {
    let orders = clauses.iter().zip(a.iter().zip(b)).map(|(clause, (a, b))| by_clause(clause.direction, *a, *b));
    orders.fold(Ordering::Equal, Ordering::then)
}

/// Missing last in both directions.
fn by_clause(direction: Direction, a: Option<Number>, b: Option<Number>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => match direction {
            Direction::Ascending => a.cmp(&b),
            Direction::Descending => b.cmp(&a),
        },
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}
