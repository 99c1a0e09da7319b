//! Why a task is where it is, read from the papers once more: for each worker everything that holds, found by looking
//! at every task and worker anew. Verdicts are brief texts: the code, and what it is about.

use pointsman::{ReservationStatus, RoutingTarget, TaskId, TaskStatus, WorkerId};

use super::Model;
use super::rows::{Task, Worker};
use super::scope::Scope;

/// Verdicts that come to nothing when the worker comes back or gets a hand free.
const PASSING: [&str; 3] = ["activity-unavailable", "no-capacity", "already-has-reservation"];
/// Verdicts by which a worker is none of those the step considers.
const OF_STEP: [&str; 3] = ["not-in-queue", "step-expression-false", "not-the-known-worker"];

impl Model {
    /// For every worker, in creation order, what holds of it and the task, what decides first.
    pub fn verdicts(&self, task: TaskId) -> Vec<(WorkerId, Vec<String>)> {
        let Some(task) = self.tasks.find(task) else { return Vec::new() };
        self.workers.iter().map(|worker| (worker.id, self.verdicts_of(task, worker))).collect()
    }

    /// What a waiting task waits for.
    pub fn cause(&self, task: TaskId) -> Option<&'static str> {
        let task = self.tasks.find(task)?;
        if task.status == TaskStatus::Reserved {
            return Some("reserved");
        }
        if task.status != TaskStatus::Pending {
            return None;
        }
        if is_aimed(task) || task.step.as_ref().is_some_and(|step| step.target.known_worker.is_some()) {
            return Some("known-worker");
        }
        let is =
            |of: &[String], codes: &[&str]| of.iter().any(|verdict| codes.iter().any(|code| verdict.starts_with(code)));
        let mut workers: Vec<_> = self.verdicts(task.id).into_iter().map(|(_, verdicts)| verdicts).collect();
        workers.retain(|verdicts| !is(verdicts, &OF_STEP));
        if workers.is_empty() {
            return Some("no-worker");
        }
        workers.retain(|verdicts| !is(verdicts, &["activity-unavailable", "channel-unavailable"]));
        if workers.is_empty() {
            return Some("none-available");
        }
        let first = workers.iter().any(|verdicts| is(verdicts, &["would-be-next"]));
        Some(if first { "no-capacity" } else { "outranked" })
    }

    fn verdicts_of(&self, task: &Task, worker: &Worker) -> Vec<String> {
        let mut verdicts = self.obstacles(task, worker);
        let clear = verdicts.is_empty();
        let held = self.held(task, worker);
        if let Some(held) = held {
            verdicts.retain(|verdict| !verdict.starts_with("no-capacity") && !verdict.starts_with("already"));
            verdicts.insert(0, held.to_owned());
            return verdicts;
        }
        match task.status {
            TaskStatus::Pending | TaskStatus::Reserved if clear => verdicts.push(self.place(task, worker)),
            TaskStatus::Pending if passes(&verdicts) => verdicts.push(self.turn(task, worker)),
            TaskStatus::Pending | TaskStatus::Reserved => {}
            TaskStatus::Assigned | TaskStatus::Wrapping | TaskStatus::Completed | TaskStatus::Canceled => {
                verdicts.push(format!("not-waiting {}", task.status));
            }
        }
        verdicts
    }

    /// What stands between the two, in the order of the papers.
    fn obstacles(&self, task: &Task, worker: &Worker) -> Vec<String> {
        let mut obstacles = if is_aimed(task) { self.aimed(task, worker) } else { self.of_step(task, worker) };
        let offer = matches!(task.routing_target, Some(RoutingTarget::Worker { ignore_capacity: true, .. }));
        if !(offer && task.assignments == 0) {
            self.of_state(task, worker, &mut obstacles);
        }
        let unanswered = self.pending_of_worker(worker.id).into_iter().map(|id| &self.reservations[id]);
        let mut unanswered = unanswered.filter(|row| !self.multi_task_enabled || row.task == task.id);
        obstacles.extend(unanswered.next().map(|row| format!("already-has-reservation {}", row.task)));
        obstacles
    }

    fn aimed(&self, task: &Task, worker: &Worker) -> Vec<String> {
        let other =
            !matches!(task.routing_target, Some(RoutingTarget::Worker { worker: only, .. }) if only == worker.id);
        other.then(|| "not-the-known-worker".to_owned()).into_iter().collect()
    }

    fn of_step(&self, task: &Task, worker: &Worker) -> Vec<String> {
        let Some(step) = &task.step else { return vec!["not-in-queue".to_owned()] };
        let target = &step.target;
        let scope = Scope { model: self, task: Some(task), worker: Some(worker), queue: Some(target.queue) };
        let expression = target.expression.as_ref().is_some_and(|expression| !scope.holds(expression));
        let known = target.known_worker.as_ref().map(|known| self.known_worker(task, known));
        let stands = [
            ("not-in-queue", self.queues.find(target.queue).is_none() || !self.is_member(target.queue, worker)),
            ("step-expression-false", expression),
            ("not-the-known-worker", known.is_some_and(|known| known != Some(worker.id))),
        ];
        stands.into_iter().filter(|(_, stands)| *stands).map(|(code, _)| code.to_owned()).collect()
    }

    fn of_state(&self, task: &Task, worker: &Worker, obstacles: &mut Vec<String>) {
        if !self.activities[worker.activity].available {
            obstacles.push("activity-unavailable".to_owned());
        }
        if !self.multi_task_enabled {
            return;
        }
        // The channel of a task that has ended may be gone.
        let share = worker.shares.find(task.channel);
        if !share.is_some_and(|share| share.available) {
            obstacles.push("channel-unavailable".to_owned());
        }
        let load = self.load(worker.id, task.channel);
        if let Some(share) = share.filter(|share| load >= share.capacity) {
            obstacles.push(format!("no-capacity {load}/{}", share.capacity));
        }
    }

    fn held(&self, task: &Task, worker: &Worker) -> Option<&'static str> {
        let of_pair = self.reservations.iter().filter(|row| row.task == task.id && row.worker == worker.id);
        let statuses: Vec<_> = of_pair.map(|row| row.status).collect();
        let taken = [ReservationStatus::Accepted, ReservationStatus::Wrapping, ReservationStatus::Completed];
        if statuses.contains(&ReservationStatus::Pending) {
            return Some("reserved");
        }
        statuses.iter().any(|status| taken.contains(status)).then_some("assigned")
    }

    /// Among the workers nothing stands in the way of.
    fn place(&self, task: &Task, worker: &Worker) -> String {
        let free =
            self.workers.which(|other| self.obstacles(task, other).is_empty() && self.held(task, other).is_none());
        match self.rank(task, free).first() {
            Some(first) if *first != worker.id => format!("ordered-behind {first}"),
            Some(_) | None => "would-be-next".to_owned(),
        }
    }

    /// Among the tasks that wait for this worker's hand.
    fn turn(&self, task: &Task, worker: &Worker) -> String {
        let ahead = self.tasks_in_order().into_iter().take_while(|id| *id != task.id).map(|id| &self.tasks[id]);
        let one_hand = |other: &&Task| !self.multi_task_enabled || other.channel == task.channel;
        match ahead.filter(one_hand).find(|other| passes(&self.obstacles(other, worker))) {
            Some(first) => format!("outranked {}", first.id),
            None => "would-be-next".to_owned(),
        }
    }
}

fn is_aimed(task: &Task) -> bool {
    matches!(task.routing_target, Some(RoutingTarget::Worker { .. }))
}

fn passes(obstacles: &[String]) -> bool {
    obstacles.iter().all(|obstacle| PASSING.iter().any(|code| obstacle.starts_with(code)))
}
