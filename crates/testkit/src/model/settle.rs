//! Settling: the one loop that reserves, and the walk from step to step (rules R1, R4, R5, R8, R17).

use std::time::Duration;

use pointsman::{EventKind, FilterRef, TaskId, TimeoutBasis, WorkerId};

use super::Model;
use super::reservations::raise;
use super::rows::{Mark, Pass, Step, Task};
use super::scope::Scope;

/// What is to be done with a pending task next.
enum Action {
    LeaveByTimeout,
    Reserve(Vec<WorkerId>),
    LeaveBySkip,
    Wait,
}

impl Model {
    /// Takes the first task to which something applies, does it, and starts over.
    pub(super) fn settle(&mut self) {
        let next = |model: &Self| {
            let tasks = model.tasks_in_order();
            tasks.into_iter().find_map(|id| model.action(&model.tasks[id]).map(|action| (id, action)))
        };
        while let Some((task, action)) = next(self) {
            match action {
                Action::LeaveByTimeout => {
                    self.emit(EventKind::TaskQueueTimeout(self.task_facts(task)));
                    self.leave(task, true);
                }
                Action::LeaveBySkip => self.leave(task, false),
                Action::Reserve(workers) => self.reserve(task, &workers),
                Action::Wait => self.tasks[task].mark = None,
            }
        }
    }

    fn action(&self, task: &Task) -> Option<Action> {
        let step = task.step.as_ref();
        let late = step.and_then(|step| step.deadline).is_some_and(|deadline| deadline <= self.clock);
        if late && task.mark == Some(Mark::Returned) {
            return Some(Action::LeaveByTimeout);
        }
        let mut candidates = self.candidates(task);
        if !candidates.is_empty() {
            let most = step.map_or(1, |step| self.queues[step.target.queue].spec.max_reserved_workers);
            candidates.truncate(most as usize);
            return Some(Action::Reserve(candidates));
        }
        task.mark?;
        if late {
            return Some(Action::LeaveByTimeout);
        }
        let skips = step.is_some_and(|step| {
            let scope = Scope { model: self, task: Some(task), worker: None, queue: Some(step.target.queue) };
            step.target.skip_if.as_ref().is_some_and(|expression| scope.holds(expression))
        });
        Some(if skips { Action::LeaveBySkip } else { Action::Wait })
    }

    /// Onwards: the next target, the next filter below, the default filter, or the end of the workflow.
    fn leave(&mut self, id: TaskId, by_timeout: bool) {
        let row = &mut self.tasks[id];
        let Some(Step { filter: FilterRef::Index(filter), index, ref target, .. }) = row.step else {
            unreachable!("other steps have neither timeout nor skip");
        };
        if target.timeout.is_none() {
            row.pass.sum = row.pass.sum.max(self.clock.since(row.pass.base));
        }
        if index + 1 < row.configuration.filters[filter].targets.len() {
            return self.enter(id, FilterRef::Index(filter), index + 1);
        }
        row.pass.timed_out |= by_timeout;
        let timed_out = row.pass.timed_out;
        let row = &self.tasks[id];
        match self.first_match(row, filter + 1) {
            Some(next) => self.enter(id, FilterRef::Index(next), 0),
            None if !timed_out && row.configuration.default.is_some() => self.enter(id, FilterRef::Default, 0),
            None if timed_out => {
                self.emit(EventKind::WorkflowTimeout(self.task_facts(id)));
                self.cancel(id, Some("Task canceled on Workflow timeout"));
            }
            None => {
                self.emit(EventKind::WorkflowSkipped(self.task_facts(id)));
                self.cancel(id, Some("Task canceled on Workflow skip"));
            }
        }
    }

    /// The first filter from this place on that is true for the task.
    fn first_match(&self, task: &Task, from: usize) -> Option<usize> {
        let scope = Scope { model: self, task: Some(task), worker: None, queue: None };
        let filters = &task.configuration.filters;
        (from..filters.len()).find(|index| scope.holds(&filters[*index].expression))
    }

    /// Where a pass begins: the first filter that matches, else the default filter. A direct task reads no filter.
    fn entry(&self, task: &Task) -> Option<FilterRef> {
        if task.is_direct() {
            return Some(FilterRef::Direct);
        }
        let matched = self.first_match(task, 0).map(FilterRef::Index);
        matched.or(task.configuration.default.as_ref().map(|_| FilterRef::Default))
    }

    /// Whether the filter by which this pass entered is still the one that matches first (rule R8).
    pub(super) fn same_filter_matches(&self, id: TaskId) -> bool {
        let task = &self.tasks[id];
        self.entry(task) == Some(task.pass.entry)
    }

    pub(super) fn new_pass_with_new_configuration(&mut self, id: TaskId) {
        let workflow = self.tasks[id].workflow;
        let workflow = workflow.unwrap_or_else(|| unreachable!("only tasks of a workflow are re-evaluated with it"));
        self.tasks[id].configuration = self.workflows[workflow].configuration.clone();
        self.new_pass(id);
    }

    pub(super) fn new_pass(&mut self, id: TaskId) {
        let Some(entry) = self.entry(&self.tasks[id]) else {
            self.emit(EventKind::WorkflowTimeout(self.task_facts(id)));
            let reason = "Task canceled because no workflow filter matched and there is no default filter";
            return self.cancel(id, Some(reason));
        };
        self.tasks[id].pass = Pass { base: self.clock, sum: Duration::ZERO, entry, timed_out: false };
        self.enter(id, entry, 0);
    }

    /// Enters a step: everything changes together, then the events.
    pub(super) fn enter(&mut self, id: TaskId, filter: FilterRef, index: usize) {
        let row = &self.tasks[id];
        let target = row.configuration.target(filter, index).clone();
        let before = row.step.as_ref().map(|step| (step.target.queue, step.queue_entered_at));
        let stays = before.filter(|(queue, _)| *queue == target.queue);
        if before.is_some() && stays.is_none() {
            self.emit(EventKind::TaskQueueMoved(self.task_facts(id)));
        }
        let now = self.clock;
        let queue_entered_at = stays.map_or(now, |(_, entered_at)| entered_at);
        let row = &mut self.tasks[id];
        row.pass.sum += target.timeout.unwrap_or_default();
        let deadline = target.timeout.map(|timeout| match self.timeout_basis {
            TimeoutBasis::TaskAge => row.pass.base + row.pass.sum,
            TimeoutBasis::StepEntry => now + timeout,
        });
        row.priority = target.priority.unwrap_or(row.priority);
        row.step = Some(Step { filter, index, target, queue_entered_at, deadline });
        row.mark = Some(Mark::Entered);
        raise(&mut row.revision, now);
        if !row.is_direct() {
            self.emit(EventKind::WorkflowTargetMatched(self.task_facts(id)));
        }
        if stays.is_none() {
            self.emit(EventKind::TaskQueueEntered(self.task_facts(id)));
        }
    }
}
