//! Commands about tasks (semantics section 4).

use std::sync::Arc;
use std::time::Duration;

use pointsman::{
    CancelTask, CompleteTask, CreateTask, DEFAULT_TASK_TIMEOUT, DeleteTask, EventKind, FilterRef, Rejection,
    ReservationId, ReservationStatus, Revision, RoutingTarget, TaskId, TaskStatus, UpdateTask, Versioned, WorkflowId,
    WrapTask,
};

use super::Model;
use super::catalog::set;
use super::check::{self, Judged, given};
use super::configuration::Configuration;
use super::reservations::{Aftermath, raise, same_version};
use super::rows::{Pass, Task};

impl Model {
    pub(super) fn create_task(&mut self, command: &CreateTask) -> Judged {
        let id = command.task;
        self.tasks.free(id, Rejection::TaskExists)?;
        let workflow = self.workflow_of(command)?;
        let channel = command.task_channel.unwrap_or_else(|| self.default_channel());
        self.channels.known(channel)?;
        given(command.routing_target, |target| self.target_known(target))?;
        let attributes = check::attributes(&command.attributes)?;
        check::priority(command.priority)?;
        let timeout = command.timeout.unwrap_or(DEFAULT_TASK_TIMEOUT.min(self.limits.task_timeout));
        check::span("timeout", timeout, self.limits.task_timeout)?;
        given(command.virtual_start_time, |instant| check::virtual_start(instant, self.clock))?;
        no_conflict(command)?;
        let now = self.clock;
        self.tasks.push(Task {
            id,
            attributes,
            status: TaskStatus::Pending,
            priority: command.priority,
            created_at: now,
            virtual_start: command.virtual_start_time.unwrap_or(now),
            lives_until: now + timeout,
            reason: None,
            channel,
            workflow,
            routing_target: command.routing_target,
            configuration: Arc::default(),
            step: None,
            pass: Pass { base: now, sum: Duration::ZERO, entry: FilterRef::Direct, timed_out: false },
            mark: None,
            assignments: 0,
            pass_wanted: false,
            filters_wanted: false,
            taken_at: None,
            ended_at: None,
            revision: Revision { version: 0, updated_at: now },
        });
        self.emit(EventKind::TaskCreated(self.task_facts(id)));
        match command.routing_target {
            Some(RoutingTarget::Worker { task_queue: None, .. }) => {}
            Some(RoutingTarget::Worker { task_queue: Some(queue), .. } | RoutingTarget::TaskQueue(queue)) => {
                self.tasks[id].configuration = Arc::new(Configuration::into_queue(queue));
                self.enter(id, FilterRef::Direct, 0);
            }
            Some(RoutingTarget::Workflow(_)) | None => {
                self.emit(EventKind::WorkflowEntered(self.task_facts(id)));
                self.new_pass_with_new_configuration(id);
            }
        }
        Ok(())
    }

    /// The workflow named one way or the other, or the only one there is; only a direct task may be without.
    fn workflow_of(&self, command: &CreateTask) -> Judged<Option<WorkflowId>> {
        if let Some(id) = command.workflow {
            return self.workflows.known(id).map(|()| Some(id));
        }
        let only = self.workflows.first().filter(|_| self.workflows.len() == 1).map(|row| row.spec.workflow);
        match command.routing_target {
            Some(RoutingTarget::Workflow(id)) => Ok(Some(id)),
            Some(RoutingTarget::Worker { .. } | RoutingTarget::TaskQueue(_)) => Ok(only),
            None => only.map(Some).ok_or(Rejection::WorkflowRequired { count: self.workflows.len() }),
        }
    }

    fn target_known(&self, target: RoutingTarget) -> Judged {
        match target {
            RoutingTarget::Worker { worker, task_queue, .. } => {
                self.workers.known(worker)?;
                given(task_queue, |queue| self.queues.known(queue)).map(drop)
            }
            RoutingTarget::TaskQueue(queue) => self.queues.known(queue),
            RoutingTarget::Workflow(workflow) => self.workflows.known(workflow),
        }
    }

    pub(super) fn update_task(&mut self, command: &UpdateTask) -> Judged {
        let id = command.task;
        self.tasks.known(id)?;
        given(command.task_channel, |channel| self.channels.known(channel))?;
        let attributes = given(command.attributes.as_ref(), check::attributes)?;
        given(command.priority, check::priority)?;
        given(command.virtual_start_time, |instant| check::virtual_start(instant, self.clock))?;
        let status = self.not_ended(id, command.if_version)?;
        let other = command.task_channel.is_some_and(|channel| channel != self.tasks[id].channel);
        let may_change = !other || status == TaskStatus::Pending;
        check::require(may_change, || Rejection::TaskNotPending { task: id, status })?;
        let reads_filters = attributes.is_some() && command.re_evaluate;
        let others = (command.priority, command.virtual_start_time, command.task_channel);
        if attributes.is_none() && others == (None, None, None) {
            return Ok(());
        }
        let now = self.clock;
        let row = &mut self.tasks[id];
        set(&mut row.attributes, attributes);
        set(&mut row.priority, command.priority);
        set(&mut row.virtual_start, command.virtual_start_time);
        set(&mut row.channel, command.task_channel);
        raise(&mut row.revision, now);
        self.emit(EventKind::TaskUpdated(self.task_facts(id)));
        if reads_filters && status == TaskStatus::Pending && !self.same_filter_matches(id) {
            self.new_pass(id);
        }
        self.tasks[id].filters_wanted |= reads_filters && status == TaskStatus::Reserved;
        Ok(())
    }

    /// The version first; a task that has ended accepts delete only (rule R19).
    fn not_ended(&self, task: TaskId, if_version: Option<u64>) -> Judged<TaskStatus> {
        let row = &self.tasks[task];
        let status = row.status;
        same_version(Versioned::Task(task), row.revision, if_version)?;
        check::require(!status.is_terminal(), || Rejection::TaskEnded { task, status })?;
        Ok(status)
    }

    pub(super) fn cancel_task(&mut self, command: &CancelTask) -> Judged {
        let task = command.task;
        self.tasks.known(task)?;
        let status = self.not_ended(task, command.if_version)?;
        check::require(status.is_waiting(), || Rejection::TaskNotWaiting { task, status })?;
        self.cancel(task, command.reason.as_deref());
        Ok(())
    }

    /// The task first, then its pending reservations.
    pub(super) fn cancel(&mut self, task: TaskId, reason: Option<&str>) {
        self.end_task(task, TaskStatus::Canceled, reason);
        self.emit(EventKind::TaskCanceled(self.task_facts(task)));
        for id in self.pending_of_task(task) {
            self.end_reservation(id, ReservationStatus::Canceled, Aftermath::Back);
        }
    }

    /// Without a reason the one it has stays.
    fn end_task(&mut self, task: TaskId, status: TaskStatus, reason: Option<&str>) {
        self.set_task_status(task, status);
        let row = &mut self.tasks[task];
        row.reason = reason.map(Arc::from).or(row.reason.take());
        row.ended_at = Some(self.clock);
        row.mark = None;
    }

    pub(super) fn set_task_status(&mut self, id: TaskId, status: TaskStatus) {
        let now = self.clock;
        let row = &mut self.tasks[id];
        row.status = status;
        raise(&mut row.revision, now);
    }

    pub(super) fn wrap_task(&mut self, command: &WrapTask) -> Judged {
        let task = command.task;
        self.tasks.known(task)?;
        let status = self.not_ended(task, command.if_version)?;
        check::require(status == TaskStatus::Assigned, || Rejection::TaskNotAssigned { task, status })?;
        self.set_task_status(task, TaskStatus::Wrapping);
        self.tasks[task].reason = command.reason.as_deref().map(Arc::from);
        self.emit(EventKind::TaskWrapup(self.task_facts(task)));
        let id = self.taken(task);
        self.set_reservation_status(id, ReservationStatus::Wrapping);
        self.emit(EventKind::ReservationWrapup(self.reservation_facts(id)));
        Ok(())
    }

    pub(super) fn complete_task(&mut self, command: &CompleteTask) -> Judged {
        let task = command.task;
        self.tasks.known(task)?;
        given(command.post_work_activity, |id| self.activities.known(id))?;
        let status = self.not_ended(task, command.if_version)?;
        check::require(status.is_taken(), || Rejection::TaskNotTaken { task, status })?;
        self.end_task(task, TaskStatus::Completed, command.reason.as_deref());
        self.emit(EventKind::TaskCompleted(self.task_facts(task)));
        let id = self.taken(task);
        self.set_reservation_status(id, ReservationStatus::Completed);
        self.emit(EventKind::ReservationCompleted(self.reservation_facts(id)));
        if let Some(activity) = command.post_work_activity.filter(|_| !self.multi_task_enabled) {
            self.change_activity(self.reservations[id].worker, activity);
        }
        Ok(())
    }

    /// The reservation of the worker who has the task.
    pub(super) fn taken(&self, task: TaskId) -> ReservationId {
        let open = self.reservations.which(|row| row.task == task && row.status.is_open());
        assert_eq!(open.len(), 1, "a taken task has one open reservation");
        open[0]
    }

    pub(super) fn delete_task(&mut self, command: &DeleteTask) -> Judged {
        let task = command.task;
        self.tasks.known(task)?;
        same_version(Versioned::Task(task), self.tasks[task].revision, command.if_version)?;
        for id in self.reservations.which(|row| row.task == task && row.status.is_open()) {
            self.end_reservation(id, ReservationStatus::Canceled, Aftermath::Back);
        }
        self.emit(EventKind::TaskDeleted(self.task_facts(task)));
        self.forget(task);
        Ok(())
    }

    /// A task goes with its reservations.
    pub(super) fn forget(&mut self, task: TaskId) {
        self.tasks.remove(task);
        self.reservations.retain(|row| row.task != task);
    }
}

fn no_conflict(command: &CreateTask) -> Judged {
    match (command.workflow, command.routing_target) {
        (Some(workflow), Some(RoutingTarget::Workflow(target))) => {
            check::require(workflow == target, || Rejection::RoutingTargetConflict { workflow, target })
        }
        _ => Ok(()),
    }
}
