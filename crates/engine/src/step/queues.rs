//! Commands about task queues (semantics section 3).

use std::sync::Arc;

use pointsman_expr::Root;

use super::Step;
use crate::catalog::{Queue, friendly_name, range, target_workers};
use crate::command::{DeleteTaskQueue, UpdateTaskQueue};
use crate::event::{EventKind, TaskQueueFacts};
use crate::facts;
use crate::id::TaskQueueId;
use crate::reject::Rejection;
use crate::spec::TaskQueueSpec;
use crate::state::tasks::Task;

impl Step<'_> {
    pub(super) fn create_task_queue(&mut self, spec: TaskQueueSpec) -> Result<(), Rejection> {
        let queue = self.check_create_task_queue(spec)?;
        let id = queue.id;
        self.catalog.queues.insert(id, queue);
        self.fill(id);
        self.emit_task_queue(id, EventKind::TaskQueueCreated);
        Ok(())
    }

    fn check_create_task_queue(&self, spec: TaskQueueSpec) -> Result<Queue, Rejection> {
        if self.catalog.queues.contains(spec.task_queue) {
            return Err(Rejection::TaskQueueExists(spec.task_queue));
        }
        for activity in spec.reservation_activity.into_iter().chain(spec.assignment_activity) {
            self.activity(activity)?;
        }
        let friendly_name = friendly_name(&spec.friendly_name)?;
        let expression = target_workers(&spec.target_workers, &self.catalog.limits)?;
        let max_reserved_workers = self.max_reserved_workers(spec.max_reserved_workers)?;
        Ok(Queue {
            id: spec.task_queue,
            friendly_name,
            target_workers: spec.target_workers.into(),
            expression,
            max_reserved_workers,
            task_order: spec.task_order,
            reservation_activity: spec.reservation_activity,
            assignment_activity: spec.assignment_activity,
        })
    }

    fn max_reserved_workers(&self, given: u32) -> Result<u32, Rejection> {
        range("the number of reserved workers", given, 1, self.catalog.limits.max_reserved_workers)
    }

    /// Decides for every worker whether the queue's expression holds.
    fn fill(&mut self, id: TaskQueueId) {
        let expression = self.catalog.queues.get(id).and_then(|queue| queue.expression.clone());
        self.catalog.membership.set(id, expression.as_ref());
        if self.catalog.selectors.note(expression.iter()) {
            self.select_nodes();
        }
        let judge = self.judge();
        let expression = expression.as_ref();
        let workers = self.state.workers.iter();
        let members: Vec<_> = workers.map(|(seq, worker)| (seq, judge.is_member(expression, worker))).collect();
        for (worker, member) in members {
            self.state.workers.set_member(worker, id, member);
        }
    }

    /// Searches every document for the queries that are new.
    pub(super) fn select_nodes(&mut self) {
        let catalog = &*self.catalog;
        self.state.tasks.select_nodes(&catalog.selectors);
        self.state.workers.modify_all(|worker| worker.document.select(catalog.selectors.of(Root::Worker)));
    }

    pub(super) fn update_task_queue(&mut self, command: UpdateTaskQueue) -> Result<(), Rejection> {
        let id = command.task_queue;
        let before = self.catalog.queues.get(id).ok_or(Rejection::UnknownTaskQueue(id))?;
        for activity in command.reservation_activity.into_iter().chain(command.assignment_activity) {
            self.activity(activity)?;
        }
        let name = command.friendly_name.as_deref().map(friendly_name).transpose()?;
        let text = command.target_workers.filter(|text| **text != *before.target_workers);
        let expression = text.as_deref().map(|text| target_workers(text, &self.catalog.limits)).transpose()?;
        let most = command.max_reserved_workers.map(|given| self.max_reserved_workers(given)).transpose()?;
        let is_told = name.is_some() || command.task_order.is_some();
        let Some(queue) = self.catalog.queues.get_mut(id) else { return Ok(()) };
        queue.friendly_name = name.unwrap_or_else(|| queue.friendly_name.clone());
        queue.max_reserved_workers = most.unwrap_or(queue.max_reserved_workers);
        queue.task_order = command.task_order.unwrap_or(queue.task_order);
        queue.reservation_activity = command.reservation_activity.or(queue.reservation_activity);
        queue.assignment_activity = command.assignment_activity.or(queue.assignment_activity);
        if let Some((text, expression)) = text.zip(expression) {
            queue.target_workers = text.into();
            queue.expression = expression;
            self.fill(id);
            self.emit_task_queue(id, EventKind::TaskQueueExpressionUpdated);
        }
        if is_told {
            self.tell_tasks(id);
        }
        Ok(())
    }

    /// Tasks in the queue carry its name and order.
    fn tell_tasks(&mut self, id: TaskQueueId) {
        let Some(queue) = self.catalog.queues.get(id) else { return };
        let (name, order): (Arc<str>, _) = (queue.friendly_name.clone(), queue.task_order);
        let is_in = |task: &Task| task.step.as_ref().is_some_and(|place| place.task_queue == id);
        self.state.tasks.modify_where(is_in, |task| {
            task.order = order;
            if let Some(place) = &mut task.tell().step {
                place.task_queue_name = name.clone();
            }
        });
    }

    pub(super) fn delete_task_queue(&mut self, command: &DeleteTaskQueue) -> Result<(), Rejection> {
        let id = command.task_queue;
        if !self.catalog.queues.contains(id) {
            return Err(Rejection::UnknownTaskQueue(id));
        }
        if let Some(by) = self.queue_user(id) {
            return Err(Rejection::InUse { what: format!("task queue {id}"), by });
        }
        self.emit_task_queue(id, EventKind::TaskQueueDeleted);
        self.catalog.queues.remove(id);
        self.catalog.membership.forget(id);
        self.state.workers.forget_queue(id);
        Ok(())
    }

    /// What names the queue (rule R22): a workflow, or a task by the configuration it follows.
    fn queue_user(&self, id: TaskQueueId) -> Option<String> {
        let names = |configuration: &crate::catalog::Configuration| {
            configuration.all_targets().any(|target| target.queue == id)
        };
        let mut workflows = self.catalog.workflows.iter().map(|(_, workflow)| workflow);
        if let Some(workflow) = workflows.find(|workflow| names(&workflow.configuration)) {
            return Some(format!("workflow {}", workflow.id));
        }
        let mut tasks = self.state.tasks.iter().map(|(_, task)| task).filter(|task| !task.status().is_terminal());
        tasks.find(|task| names(&task.configuration)).map(|task| format!("task {}", task.id()))
    }

    fn emit_task_queue(&mut self, id: TaskQueueId, kind: fn(Arc<TaskQueueFacts>) -> EventKind) {
        if let Some(facts) = self.catalog.queues.get(id).map(facts::task_queue) {
            self.emit(kind(Arc::new(facts)));
        }
    }
}
