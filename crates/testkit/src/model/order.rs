//! Two orders: of tasks that wait (semantics sections 3.2 and 3.3), and of workers for a task (2.9, Q27, R2, R25).

use std::cmp::{Ordering, Reverse};

use pointsman::{TaskId, TaskOrder, TaskStatus, Value, WorkerId};
use pointsman_expr::{Clause, Direction, Number, OrderBy};

use super::Model;
use super::rows::{Recency, Task, Worker};
use super::scope::Scope;

impl Model {
    /// The pending tasks, the one to be looked at first in front.
    pub(super) fn tasks_in_order(&self) -> Vec<TaskId> {
        let waiting = self.tasks.iter().filter(|task| task.status == TaskStatus::Pending);
        let (first, last): (Vec<&Task>, Vec<&Task>) =
            waiting.partition(|task| self.class(task) == self.prioritize_queue_order);
        [first, last].into_iter().flat_map(|class| self.in_class_order(class)).collect()
    }

    /// `tasks` stand in creation order; sorting keeps it among equals.
    fn in_class_order(&self, mut tasks: Vec<&Task>) -> Vec<TaskId> {
        match tasks.first().map(|task| self.class(task)) {
            Some(TaskOrder::Lifo) => {
                tasks.reverse();
                tasks.sort_by_key(|task| Reverse(task.virtual_start));
            }
            Some(TaskOrder::Fifo) | None => {
                tasks.sort_by(|a, b| b.priority.cmp(&a.priority).then(a.virtual_start.cmp(&b.virtual_start)));
            }
        }
        tasks.iter().map(|task| task.id).collect()
    }

    /// By queue, step expression and known worker, in creation order.
    pub(super) fn eligible_workers(&self, task: &Task) -> Vec<WorkerId> {
        let Some(step) = &task.step else {
            return Vec::new();
        };
        let target = &step.plan;
        let known = target.known_worker.as_ref().map(|known| self.known_worker(task, known));
        let admits = |worker: &&Worker| {
            let scope = Scope { model: self, task: Some(task), worker: Some(worker), queue: Some(step.queue) };
            self.is_member(step.queue, worker)
                && target.expression.as_ref().is_none_or(|expression| scope.holds(expression))
                && known.is_none_or(|known| known == Some(worker.id))
        };
        self.workers.iter().filter(admits).map(|worker| worker.id).collect()
    }

    /// The eligible workers who are free, in worker order.
    pub(super) fn candidates(&self, task: &Task) -> Vec<WorkerId> {
        let mut workers = self.eligible_workers(task);
        workers.retain(|worker| self.is_free(self.the_worker(*worker), task));
        self.rank(task, workers)
    }

    fn is_free(&self, worker: &Worker, task: &Task) -> bool {
        if !self.the_activity(worker.activity).available {
            return false;
        }
        if !self.multi_task_enabled {
            return self.pending_of_worker(worker.id).is_empty();
        }
        let share = worker.share(task.channel);
        share.available && self.load(worker.id, task.channel) < share.capacity
    }

    /// `workers` stand in creation order; sorting keeps it among equals.
    pub(super) fn rank(&self, task: &Task, mut workers: Vec<WorkerId>) -> Vec<WorkerId> {
        workers.sort_by_key(|worker| self.recency(task, self.the_worker(*worker)));
        if let Some(order_by) = task.step.as_ref().and_then(|step| step.plan.order_by.as_ref()) {
            self.sort_by(order_by, &mut workers);
        }
        workers
    }

    /// Never reserved comes first; of the channel alone when the channel says so (Q46).
    fn recency(&self, task: &Task, worker: &Worker) -> Option<Recency> {
        match self.find_channel(task.channel) {
            Some(channel) if channel.optimized => worker.share(channel.id).last_reserved,
            _ => worker.last_reserved,
        }
    }

    /// One value that is not an integer, and the whole list is ignored (Q27).
    fn sort_by(&self, order_by: &OrderBy, workers: &mut Vec<WorkerId>) {
        let mut rows = Vec::new();
        for worker in workers.iter() {
            let keys = order_by.clauses().iter().map(|clause| self.key(clause, *worker)).collect::<Option<Vec<_>>>();
            let Some(keys) = keys else {
                return;
            };
            rows.push((*worker, keys));
        }
        rows.sort_by(|(_, a), (_, b)| by_clauses(order_by.clauses(), a, b));
        *workers = rows.into_iter().map(|(worker, _)| worker).collect();
    }

    /// `None` when the value is not an integer; `Some(None)` when it is missing or null.
    fn key(&self, clause: &Clause, worker: WorkerId) -> Option<Option<Number>> {
        let scope = Scope { model: self, task: None, worker: Some(self.the_worker(worker)), queue: None };
        match scope.value(&clause.name) {
            Value::Null => Some(None),
            Value::Number(number) => number.as_i64().map(|_| Some(number)),
            Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

fn by_clauses(clauses: &[Clause], a: &[Option<Number>], b: &[Option<Number>]) -> Ordering {
    let pairs = clauses.iter().zip(a.iter().zip(b));
    pairs
        .map(|(clause, (a, b))| by_clause(clause.direction, *a, *b))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Missing last in both directions.
fn by_clause(direction: Direction, a: Option<Number>, b: Option<Number>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => match direction {
            Direction::Ascending => a.cmp(&b),
            Direction::Descending => b.cmp(&a),
        },
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}
