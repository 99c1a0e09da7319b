//! A task's walk through its workflow: entering, leaving, the end of it (semantics 2.3 to 2.8, rules R4, R5, R8).

use std::sync::Arc;

use super::Step;
use super::settle::Exit;
use crate::catalog::{Configuration, Queue, Target};
use crate::event::{EventKind, FilterRef, NO_FILTER_MATCHES, StepFacts};
use crate::spec::{TaskOrder, TimeoutBasis};
use crate::state::table::Seq;
use crate::state::tasks::{Mark, Pass, Revisit, Task};
use crate::state::timers::TimerKind;
use crate::time::Timestamp;

const WORKFLOW_TIMEOUT: &str = "Task canceled on Workflow timeout";
const WORKFLOW_SKIP: &str = "Task canceled on Workflow skip";

impl Step<'_> {
    /// Begins a pass through this configuration, whose step clock counts from its base: now, or the task's creation.
    pub(super) fn begin_pass(&mut self, task: Seq, pass: Pass, configuration: Arc<Configuration>) {
        let Some(filter) = self.entry(task, &configuration) else { return self.match_nothing(task) };
        self.state.tasks.modify(task, |task| task.pass = Pass { entered: Some(filter), ..pass });
        self.enter(task, configuration, filter, 0);
    }

    /// A pending task follows its workflow's current configuration from the start (rule R9).
    pub(super) fn re_evaluate(&mut self, task: Seq) {
        let workflow = self.state.tasks.at(task).and_then(|task| self.catalog.workflows.get(task.workflow?));
        let Some(configuration) = workflow.map(|workflow| workflow.configuration.clone()) else { return };
        self.state.tasks.modify(task, |task| task.revisit = Revisit::Nothing);
        self.begin_pass(task, Pass::starting(self.now), configuration);
    }

    /// A pending task's attributes changed: it stays in its step when the filter by which its pass entered still
    /// matches first (rule R8).
    pub(super) fn read_filters(&mut self, task: Seq) {
        self.state.tasks.modify(task, |task| task.revisit = Revisit::Nothing);
        let Some(row) = self.state.tasks.at(task) else { return };
        let (entered, configuration) = (row.pass.entered, row.configuration.clone());
        if row.is_direct() {
            self.state.tasks.touch(task);
            return;
        }
        match self.entry(task, &configuration) {
            Some(filter) if Some(filter) == entered => {
                self.state.tasks.touch(task);
            }
            Some(_) => self.begin_pass(task, Pass::starting(self.now), configuration),
            None => self.match_nothing(task),
        }
    }

    /// Leaves the step the task is in, and enters the next or ends the walk.
    pub(super) fn leave(&mut self, task: Seq, exit: Exit) {
        if exit == Exit::Timeout {
            self.emit_task(task, [EventKind::TaskQueueTimeout]);
        }
        let now = self.now;
        let Some(row) = self.state.tasks.at(task) else { return };
        let (next, configuration) = (self.onwards(row, exit), row.configuration.clone());
        self.state.tasks.modify(task, |task| {
            stop_step_clock(task, now);
            let last_target = next.is_none_or(|(_, target)| target == 0);
            task.pass.timed_out |= last_target && exit == Exit::Timeout;
        });
        match next {
            Some((filter, target)) => self.enter(task, configuration, filter, target),
            None => self.fall_out(task),
        }
    }

    /// The filter by which a pass through this configuration would enter now.
    fn entry(&self, task: Seq, configuration: &Configuration) -> Option<FilterRef> {
        let row = self.state.tasks.at(task)?;
        self.matching_filter(row, configuration, 0).or_else(|| configuration.default_filter())
    }

    fn matching_filter(&self, task: &Task, configuration: &Configuration, from: usize) -> Option<FilterRef> {
        let judge = self.judge();
        configuration.first_match(from, &|expression| judge.filter_matches(expression, task))
    }

    /// The next target of the filter, else the next filter that matches, else the default filter unless a filter of
    /// this pass was left by timeout (rule R4).
    fn onwards(&self, task: &Task, exit: Exit) -> Option<(FilterRef, usize)> {
        let place = task.step.as_ref()?;
        if task.configuration.target(place.filter, place.target + 1).is_some() {
            return Some((place.filter, place.target + 1));
        }
        let FilterRef::Index(index) = place.filter else { return None };
        let timed_out = task.pass.timed_out || exit == Exit::Timeout;
        let default = || if timed_out { None } else { task.configuration.default_filter() };
        self.matching_filter(task, &task.configuration, index + 1).or_else(default).map(|filter| (filter, 0))
    }

    /// Enters a routing step (semantics section 2.4). Until then the task follows the configuration it came with, so
    /// that what it leaves is told as it was.
    fn enter(&mut self, task: Seq, configuration: Arc<Configuration>, filter: FilterRef, target: usize) {
        let Some(row) = self.state.tasks.at(task) else { return };
        let Some(step) = configuration.target(filter, target) else { return };
        let Some(queue) = self.catalog.queues.get(step.queue) else { return };
        let place = self.place(row, queue, filter, target);
        let (order, deadline) = self.terms(row, queue, step);
        let (priority, timeout) = (step.priority.unwrap_or(row.priority), step.timeout.unwrap_or_default());
        let before = row.step.as_ref().map(|place| place.task_queue);
        let moved = before != Some(place.task_queue);
        if moved && before.is_some() {
            self.emit_task(task, [EventKind::TaskQueueMoved]);
        }
        let now = self.now;
        self.state.tasks.modify(task, |task| {
            task.configuration = configuration;
            task.pass.sum = task.pass.sum.saturating_add(timeout);
            task.mark = Some(Mark::Entered);
            (task.order, task.deadline) = (order, deadline);
            let told = task.tell();
            told.priority = priority;
            told.step = Some(place);
            told.revision.raise(now);
        });
        if let Some(deadline) = deadline.filter(|deadline| *deadline > self.now) {
            self.state.arm(TimerKind::StepDeadline, task, deadline);
        }
        if moved {
            self.emit_task(task, [EventKind::WorkflowTargetMatched, EventKind::TaskQueueEntered]);
        } else {
            self.emit_task(task, [EventKind::WorkflowTargetMatched]);
        }
    }

    /// A task that goes without filters stays in the step of its queue, or in none (rule R15).
    pub(super) fn enter_directly(&mut self, task: Seq) {
        let now = self.now;
        let Some(row) = self.state.tasks.at(task) else { return };
        let step = row.configuration.target(FilterRef::Direct, 0);
        let step = step.and_then(|step| self.catalog.queues.get(step.queue).map(|queue| (queue, step)));
        let place = step.map(|(queue, _)| self.place(row, queue, FilterRef::Direct, 0));
        let terms = step.map(|(queue, step)| self.terms(row, queue, step));
        let has_queue = place.is_some();
        self.state.tasks.modify(task, |task| {
            task.mark = Some(Mark::Entered);
            (task.order, task.deadline) = terms.unwrap_or_default();
            if has_queue {
                let told = task.tell();
                told.step = place;
                told.revision.raise(now);
            }
        });
        if has_queue {
            self.emit_task(task, [EventKind::TaskQueueEntered]);
        }
    }

    /// Where the task will be in a step of that queue.
    fn place(&self, task: &Task, queue: &Queue, filter: FilterRef, target: usize) -> StepFacts {
        let stays = task.step.as_ref().filter(|place| place.task_queue == queue.id);
        StepFacts {
            filter,
            target,
            task_queue: queue.id,
            task_queue_name: queue.friendly_name.clone(),
            queue_entered_at: stays.map_or(self.now, |place| place.queue_entered_at),
            known_worker: None,
        }
    }

    /// In which order the tasks of the step go, and until when this one stays.
    fn terms(&self, task: &Task, queue: &Queue, step: &Target) -> (TaskOrder, Option<Timestamp>) {
        let due = |timeout| match self.catalog.timeout_basis {
            TimeoutBasis::TaskAge => task.pass.base + task.pass.sum.saturating_add(timeout),
            TimeoutBasis::StepEntry => self.now + timeout,
        };
        (queue.task_order, step.timeout.map(due))
    }

    /// No filter matches and there is no default filter (Q25).
    fn match_nothing(&mut self, task: Seq) {
        self.emit_task(task, [EventKind::WorkflowTimeout]);
        self.end_canceled(task, Some(NO_FILTER_MATCHES.into()));
    }

    /// The walk is over and nobody took the task.
    fn fall_out(&mut self, task: Seq) {
        let timed_out = self.state.tasks.at(task).is_some_and(|task| task.pass.timed_out);
        if timed_out {
            self.emit_task(task, [EventKind::WorkflowTimeout]);
            self.end_canceled(task, Some(WORKFLOW_TIMEOUT.into()));
        } else {
            self.emit_task(task, [EventKind::WorkflowSkipped]);
            self.end_canceled(task, Some(WORKFLOW_SKIP.into()));
        }
    }
}

/// Leaving a step without timeout raises the pass's sum to the time it has taken (rule R5).
fn stop_step_clock(task: &mut Task, now: Timestamp) {
    if task.target().is_some_and(|target| target.timeout.is_none()) {
        task.pass.sum = task.pass.sum.max(now.since(task.pass.base));
    }
}
