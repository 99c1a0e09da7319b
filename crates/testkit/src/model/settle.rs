//! Settling: the one loop that reserves, and the walk from step to step (rules R1, R4, R5, R8, R17).

use std::time::Duration;

use pointsman::{EventKind, FilterRef, TaskId, TaskStatus, Timestamp, WorkerId};

use super::Model;
use super::rows::{Mark, Pass, Step, Task};
use super::scope::Scope;

/// What is to be done with a pending task next.
enum Action {
    LeaveByTimeout,
    Reserve(Vec<WorkerId>),
    LeaveBySkip,
    Wait,
}

/// How a step is left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exit {
    Timeout,
    Skip,
}

impl Model {
    /// Takes the first task to which something applies, does it, and starts over.
    pub(super) fn settle(&mut self) {
        while let Some((task, action)) = self.next_action() {
            match action {
                Action::LeaveByTimeout => self.leave(task, Exit::Timeout),
                Action::LeaveBySkip => self.leave(task, Exit::Skip),
                Action::Reserve(workers) => self.reserve(task, &workers),
                Action::Wait => self.the_task_mut(task).mark = None,
            }
        }
    }

    fn next_action(&self) -> Option<(TaskId, Action)> {
        let tasks = self.tasks_in_order();
        tasks.into_iter().find_map(|id| self.action(self.the_task(id)).map(|action| (id, action)))
    }

    fn action(&self, task: &Task) -> Option<Action> {
        let step = task.step.as_ref()?;
        let late = step.deadline.is_some_and(|deadline| deadline <= self.clock);
        if late && task.mark == Some(Mark::Returned) {
            return Some(Action::LeaveByTimeout);
        }
        let mut candidates = self.candidates(task);
        if !candidates.is_empty() {
            candidates.truncate(self.the_queue(step.queue).max_reserved_workers as usize);
            return Some(Action::Reserve(candidates));
        }
        task.mark?;
        if late {
            return Some(Action::LeaveByTimeout);
        }
        let scope = Scope { model: self, task: Some(task), worker: None, queue: Some(step.queue) };
        if step.plan.skip_if.as_ref().is_some_and(|expression| scope.holds(expression)) {
            return Some(Action::LeaveBySkip);
        }
        Some(Action::Wait)
    }

    fn leave(&mut self, id: TaskId, exit: Exit) {
        if exit == Exit::Timeout {
            self.emit(EventKind::TaskQueueTimeout(self.task_facts(id)));
        }
        let now = self.clock;
        let row = self.the_task_mut(id);
        if row.step.as_ref().is_some_and(|step| step.plan.timeout.is_none()) {
            row.pass.sum = row.pass.sum.max(now.since(row.pass.base));
        }
        self.onwards(id, exit);
    }

    fn onwards(&mut self, id: TaskId, exit: Exit) {
        let row = self.the_task(id);
        let Some(Step { filter: FilterRef::Index(filter), target, .. }) = row.step else {
            unreachable!("the default filter has neither timeout nor skip");
        };
        if target + 1 < row.configuration.filters[filter].targets.len() {
            return self.enter(id, FilterRef::Index(filter), target + 1);
        }
        let below = self.first_match(row, filter + 1);
        let row = self.the_task_mut(id);
        row.pass.timed_out |= exit == Exit::Timeout;
        let timed_out = row.pass.timed_out;
        let default = row.configuration.default.is_some();
        match below {
            Some(next) => self.enter(id, FilterRef::Index(next), 0),
            None if default && !timed_out => self.enter(id, FilterRef::Default, 0),
            None if timed_out => {
                self.emit(EventKind::WorkflowTimeout(self.task_facts(id)));
                self.cancel(id, "Task canceled on Workflow timeout");
            }
            None => {
                self.emit(EventKind::WorkflowSkipped(self.task_facts(id)));
                self.cancel(id, "Task canceled on Workflow skip");
            }
        }
    }

    /// The first filter from this place on that is true for the task.
    fn first_match(&self, task: &Task, from: usize) -> Option<usize> {
        let scope = Scope { model: self, task: Some(task), worker: None, queue: None };
        let filters = task.configuration.filters.iter().enumerate().skip(from);
        filters.into_iter().find(|(_, filter)| scope.holds(&filter.expression)).map(|(index, _)| index)
    }

    /// Where a pass begins: the first filter that matches, else the default filter.
    fn entry(&self, task: &Task) -> Option<FilterRef> {
        let matched = self.first_match(task, 0).map(FilterRef::Index);
        matched.or(task.configuration.default.as_ref().map(|_| FilterRef::Default))
    }

    /// Whether the filter by which this pass entered is still the one that matches first (rule R8).
    pub(super) fn same_filter_matches(&self, id: TaskId) -> bool {
        let task = self.the_task(id);
        self.entry(task) == Some(task.pass.entry)
    }

    pub(super) fn new_pass_with_new_configuration(&mut self, id: TaskId) {
        let configuration = self.the_workflow(self.the_task(id).workflow).configuration.clone();
        self.the_task_mut(id).configuration = configuration;
        self.new_pass(id);
    }

    pub(super) fn new_pass(&mut self, id: TaskId) {
        let Some(entry) = self.entry(self.the_task(id)) else {
            self.emit(EventKind::WorkflowTimeout(self.task_facts(id)));
            self.cancel(id, "Task canceled because no workflow filter matched and there is no default filter");
            return;
        };
        let base = self.clock;
        self.the_task_mut(id).pass = Pass { base, sum: Duration::ZERO, entry, timed_out: false };
        self.enter(id, entry, 0);
    }

    fn enter(&mut self, id: TaskId, filter: FilterRef, target: usize) {
        let row = self.the_task(id);
        let plan = row.configuration.target(filter, target).clone();
        let before = row.step.as_ref().map(|step| (step.queue, step.entered_at));
        let moved = before.is_none_or(|(queue, _)| queue != plan.queue);
        if moved && before.is_some() {
            self.emit(EventKind::TaskQueueMoved(self.task_facts(id)));
        }
        let entered_at = match before {
            Some((_, entered_at)) if !moved => entered_at,
            _ => self.clock,
        };
        let queue = plan.queue;
        let queue_name = self.the_queue(queue).name.clone();
        let row = self.the_task_mut(id);
        row.priority = plan.priority.unwrap_or(row.priority);
        let deadline = row.pass.deadline(plan.timeout);
        row.step = Some(Step { filter, target, plan, queue, queue_name, entered_at, deadline });
        row.mark = Some(Mark::Entered);
        self.emit(EventKind::WorkflowTargetMatched(self.task_facts(id)));
        if moved {
            self.emit(EventKind::TaskQueueEntered(self.task_facts(id)));
        }
    }

    /// Whether the model would look at this task at the next full minute (Q64).
    pub(super) fn waits_for_the_clock(&self, task: &Task) -> bool {
        let expression = task.step.as_ref().and_then(|step| step.plan.expression.as_ref());
        task.status == TaskStatus::Pending && expression.is_some_and(super::eval::reads_clock)
    }
}

impl Pass {
    /// Entering a step with a timeout adds it to the sum; the deadline is base + sum.
    fn deadline(&mut self, timeout: Option<Duration>) -> Option<Timestamp> {
        self.sum += timeout?;
        Some(self.base + self.sum)
    }
}
