//! Commands about tasks, and how a task ends (semantics section 4).

use std::sync::Arc;

use pointsman_expr::Root;

use super::{Step, TaskEvent, attributes, is_version};
use crate::catalog::{Configuration, Workflow, range, task_timeout};
use crate::command::{CancelTask, CompleteTask, CreateTask, DeleteTask, RoutingTarget, UpdateTask, WrapTask};
use crate::event::{EventKind, TaskFacts};
use crate::id::{ReservationId, TaskChannelId, TaskId, WorkflowId};
use crate::limits::{DEFAULT_TASK_TIMEOUT, MAX_PRIORITY, PURGE_AFTER};
use crate::reject::{Rejection, Versioned};
use crate::revision::Revision;
use crate::state::document::Document;
use crate::state::table::Seq;
use crate::state::tasks::{Revisit, Task, TaskState};
use crate::state::timers::TimerKind;
use crate::status::{ReservationStatus, TaskStatus};
use crate::time::Timestamp;

use super::reservations::Goes;

impl Step<'_> {
    pub(super) fn create_task(&mut self, command: CreateTask) -> Result<(), Rejection> {
        let task = self.check_create_task(command)?;
        let seq = self.state.tasks.insert(task);
        let Some(row) = self.state.tasks.at(seq) else { return Ok(()) };
        let (expires_at, pass, configuration) = (row.expires_at, row.pass, row.configuration.clone());
        let direct = row.is_direct();
        self.state.arm(TimerKind::TimeToLive, seq, expires_at);
        if direct {
            self.emit_task(seq, [EventKind::TaskCreated]);
            self.enter_directly(seq);
        } else {
            self.emit_task(seq, [EventKind::TaskCreated, EventKind::WorkflowEntered]);
            self.begin_pass(seq, pass, configuration);
        }
        Ok(())
    }

    fn check_create_task(&self, command: CreateTask) -> Result<Task, Rejection> {
        if self.state.tasks.contains(command.task) {
            return Err(Rejection::TaskExists(command.task));
        }
        let workflow = self.workflow_of(command.workflow, command.routing_target)?;
        let channel = command.task_channel.or(self.catalog.default_channel);
        let (channel, channel_name) = self.channel_of(channel.unwrap_or(TaskChannelId::new(0)))?;
        let workflow = self.routing_target_exists(command.routing_target)?.or(workflow);
        let attributes = attributes(command.attributes)?;
        let priority = range("the task's priority", command.priority, 0, MAX_PRIORITY)?;
        let timeout = task_timeout(command.timeout.unwrap_or(DEFAULT_TASK_TIMEOUT), &self.catalog.limits)?;
        let virtual_start = self.virtual_start(command.virtual_start_time.unwrap_or(self.now))?;
        agreeing(command.workflow, command.routing_target)?;
        let direct = command.routing_target.filter(|target| target.is_direct());
        let configuration = match direct {
            Some(target) => Arc::new(Configuration::direct(target.queue())),
            None => workflow.map(|workflow| workflow.configuration.clone()).unwrap_or_default(),
        };
        let document = Document::new(attributes, self.catalog.selectors.of(Root::Task));
        let told = Arc::new(TaskFacts {
            task: command.task,
            attributes: document.attributes().clone(),
            status: TaskStatus::Pending,
            priority,
            created_at: self.now,
            virtual_start_time: virtual_start,
            expires_at: self.now + timeout,
            reason: None,
            task_channel: channel,
            task_channel_unique_name: channel_name,
            workflow: workflow.map(|workflow| workflow.id),
            workflow_name: workflow.map(|workflow| workflow.friendly_name.clone()),
            routing_target: command.routing_target,
            step: None,
            revision: Revision::first(self.now),
        });
        Ok(Task::new(told, configuration, document))
    }

    /// The workflow given, or the only one; a task with a routing target needs none.
    fn workflow_of(
        &self,
        given: Option<WorkflowId>,
        target: Option<RoutingTarget>,
    ) -> Result<Option<&Workflow>, Rejection> {
        let workflows = &self.catalog.workflows;
        if let Some(id) = given {
            return workflows.get(id).map(Some).ok_or(Rejection::UnknownWorkflow(id));
        }
        match workflows.iter().next() {
            Some((_, only)) if workflows.len() == 1 => Ok(Some(only)),
            Some(_) | None if target.is_some() => Ok(None),
            Some(_) | None => Err(Rejection::WorkflowRequired { count: workflows.len() }),
        }
    }

    /// What the routing target names exists; the answer is its workflow, if that is what it names.
    fn routing_target_exists(&self, target: Option<RoutingTarget>) -> Result<Option<&Workflow>, Rejection> {
        if let Some(worker) = target.and_then(RoutingTarget::only_worker) {
            self.worker(worker)?;
        }
        if let Some(queue) = target.and_then(RoutingTarget::queue).filter(|id| !self.catalog.queues.contains(*id)) {
            return Err(Rejection::UnknownTaskQueue(queue));
        }
        let Some(RoutingTarget::Workflow(id)) = target else { return Ok(None) };
        self.catalog.workflows.get(id).map(Some).ok_or(Rejection::UnknownWorkflow(id))
    }

    fn channel_of(&self, id: TaskChannelId) -> Result<(TaskChannelId, Arc<str>), Rejection> {
        let channel = self.catalog.channels.get(id).ok_or(Rejection::UnknownTaskChannel(id))?;
        Ok((id, channel.unique_name.clone()))
    }

    /// Neither in the future nor before 1900 (rule R13).
    fn virtual_start(&self, given: Timestamp) -> Result<Timestamp, Rejection> {
        let allowed = Timestamp::YEAR_1900.min(self.now)..=self.now;
        if allowed.contains(&given) { Ok(given) } else { Err(Rejection::VirtualStartTimeOutOfRange { given }) }
    }

    pub(super) fn update_task(&mut self, command: UpdateTask) -> Result<(), Rejection> {
        let (seq, change) = self.check_update_task(command)?;
        let status = self.state.tasks.at(seq).map(Task::status);
        let (given, read_filters) = (change.is_something(), change.read_filters);
        let attributes_given = change.document.is_some();
        let now = self.now;
        self.state.tasks.modify(seq, |task| change.apply(task, now));
        if given {
            self.emit_task(seq, [EventKind::TaskUpdated]);
        }
        match status {
            Some(TaskStatus::Pending) if attributes_given && read_filters => self.read_filters(seq),
            Some(TaskStatus::Pending) => {
                self.state.tasks.touch(seq);
            }
            Some(TaskStatus::Reserved) if attributes_given && read_filters => {
                self.state.tasks.modify(seq, |task| task.revisit = task.revisit.max(Revisit::Filters));
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    fn check_update_task(&self, command: UpdateTask) -> Result<(Seq, TaskChange), Rejection> {
        self.task(command.task)?;
        let channel = command.task_channel.map(|id| self.channel_of(id)).transpose()?;
        let attributes = command.attributes.map(attributes).transpose()?;
        let priority = command.priority.map(|given| range("the task's priority", given, 0, MAX_PRIORITY));
        let priority = priority.transpose()?;
        let virtual_start = command.virtual_start_time.map(|given| self.virtual_start(given)).transpose()?;
        let (seq, task) = self.living(command.task, command.if_version)?;
        let other_channel = channel.as_ref().is_some_and(|(id, _)| *id != task.task_channel);
        if other_channel && task.status() != TaskStatus::Pending {
            return Err(Rejection::TaskNotPending { task: task.id(), status: task.status() });
        }
        let selectors = self.catalog.selectors.of(Root::Task);
        let document = attributes.map(|attributes| Document::new(attributes, selectors));
        Ok((seq, TaskChange { document, priority, virtual_start, channel, read_filters: command.re_evaluate }))
    }

    fn living(&self, id: TaskId, if_version: Option<u64>) -> Result<(Seq, &Task), Rejection> {
        let (seq, task) = self.task(id)?;
        is_living(task, if_version).map(|()| (seq, task))
    }

    pub(super) fn cancel_task(&mut self, command: CancelTask) -> Result<(), Rejection> {
        let (seq, task) = self.living(command.task, command.if_version)?;
        let (task, status) = (task.id(), task.status());
        if !status.is_waiting() {
            return Err(Rejection::TaskNotWaiting { task, status });
        }
        self.end_canceled(seq, command.reason.map(Arc::from));
        Ok(())
    }

    /// Cancels a waiting task and its pending reservations.
    pub(super) fn end_canceled(&mut self, task: Seq, reason: Option<Arc<str>>) {
        let pending: Vec<Seq> = self.open_reservations(task).collect();
        self.end(task, None, reason);
        self.emit_task(task, [EventKind::TaskCanceled]);
        for reservation in pending {
            self.end_reservation(reservation, ReservationStatus::Canceled, Goes::Back);
        }
    }

    fn end(&mut self, task: Seq, by: Option<ReservationId>, reason: Option<Arc<str>>) {
        let (now, purge_at) = (self.now, self.now + PURGE_AFTER);
        self.state.tasks.modify(task, |task| {
            task.turn(TaskState::Ended { by, purge_at }, now);
            task.give_reason(reason);
            task.mark = None;
            task.revisit = Revisit::Nothing;
        });
        self.state.arm(TimerKind::Purge, task, purge_at);
    }

    pub(super) fn wrap_task(&mut self, command: WrapTask) -> Result<(), Rejection> {
        let (seq, task) = self.living(command.task, command.if_version)?;
        let TaskState::Taken { by, wrapping: false, until } = task.state else {
            return Err(Rejection::TaskNotAssigned { task: task.id(), status: task.status() });
        };
        let (now, taken) = (self.now, task.place_of(by));
        self.state.tasks.modify(seq, |task| {
            task.turn(TaskState::Taken { by, wrapping: true, until }, now);
            task.give_reason(command.reason.map(Arc::from));
        });
        let told = self.tell_task(seq, EventKind::TaskWrapup);
        self.follow(told, taken, ReservationStatus::Wrapping, EventKind::ReservationWrapup);
        Ok(())
    }

    pub(super) fn complete_task(&mut self, command: CompleteTask) -> Result<(), Rejection> {
        let (seq, task) = self.task(command.task)?;
        let post_work = command.post_work_activity.map(|id| self.activity(id).map(|row| row.id)).transpose()?;
        is_living(task, command.if_version)?;
        let TaskState::Taken { by, .. } = task.state else {
            return Err(Rejection::TaskNotTaken { task: task.id(), status: task.status() });
        };
        let taken = task.place_of(by);
        self.end(seq, Some(by), command.reason.map(Arc::from));
        let told = self.tell_task(seq, EventKind::TaskCompleted);
        let worker = self.follow(told, taken, ReservationStatus::Completed, EventKind::ReservationCompleted);
        if let Some((worker, activity)) = worker.zip(post_work)
            && !self.catalog.multi_task
        {
            self.set_activity(worker, activity);
        }
        Ok(())
    }

    pub(super) fn delete_task(&mut self, command: &DeleteTask) -> Result<(), Rejection> {
        let (seq, task) = self.task(command.task)?;
        is_version(Versioned::Task(task.id()), task.revision, command.if_version)?;
        self.remove_task(seq, EventKind::TaskDeleted);
        Ok(())
    }

    /// Ends the open reservations, tells, and forgets the task (rule R19).
    pub(super) fn remove_task(&mut self, task: Seq, kind: TaskEvent) {
        for reservation in self.open_reservations(task).collect::<Vec<_>>() {
            self.end_reservation(reservation, ReservationStatus::Canceled, Goes::Back);
        }
        self.emit_task(task, [kind]);
        if let Some(id) = self.state.tasks.at(task).map(|task| task.id()) {
            self.forget_task(id);
        }
    }

    /// Removes a task with its reservations, without a word.
    pub(super) fn forget_task(&mut self, id: TaskId) {
        let reservations = self.state.tasks.remove(id);
        for (_, reservation) in reservations {
            self.state.reservations.remove(reservation);
        }
    }

    /// A task's open reservations, in creation order.
    pub(super) fn open_reservations(&self, task: Seq) -> impl Iterator<Item = Seq> {
        let reservations = self.state.tasks.at(task).map_or(&[][..], |task| &task.reservations);
        let is_open = |seq: &Seq| self.state.reservations.at(*seq).is_some_and(|row| row.status.is_open());
        reservations.iter().map(|(seq, _)| *seq).filter(is_open)
    }
}

/// The task is of the version that is meant, and has not ended (rule R19).
fn is_living(task: &Task, if_version: Option<u64>) -> Result<(), Rejection> {
    is_version(Versioned::Task(task.id()), task.revision, if_version)?;
    let status = task.status();
    if status.is_terminal() { Err(Rejection::TaskEnded { task: task.id(), status }) } else { Ok(()) }
}

/// A workflow and a routing target that names one name the same.
fn agreeing(workflow: Option<WorkflowId>, target: Option<RoutingTarget>) -> Result<(), Rejection> {
    match (workflow, target) {
        (Some(workflow), Some(RoutingTarget::Workflow(target))) if workflow != target => {
            Err(Rejection::RoutingTargetConflict { workflow, target })
        }
        (_, _) => Ok(()),
    }
}

/// What an update changes of a task.
struct TaskChange {
    document: Option<Document>,
    priority: Option<u32>,
    virtual_start: Option<Timestamp>,
    channel: Option<(TaskChannelId, Arc<str>)>,
    read_filters: bool,
}

impl TaskChange {
    fn is_something(&self) -> bool {
        self.document.is_some() || self.priority.is_some() || self.virtual_start.is_some() || self.channel.is_some()
    }

    fn apply(self, task: &mut Task, now: Timestamp) {
        if !self.is_something() {
            return;
        }
        let told = task.tell();
        told.revision.raise(now);
        if let Some((channel, name)) = self.channel {
            (told.task_channel, told.task_channel_unique_name) = (channel, name);
        }
        told.priority = self.priority.unwrap_or(told.priority);
        told.virtual_start_time = self.virtual_start.unwrap_or(told.virtual_start_time);
        if let Some(document) = self.document {
            told.attributes = document.attributes().clone();
            task.document = document;
        }
    }
}
