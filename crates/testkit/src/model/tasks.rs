//! Commands about tasks (semantics section 4).

use std::sync::Arc;
use std::time::Duration;

use pointsman::{
    CancelTask, CompleteTask, CreateTask, DEFAULT_TASK_TIMEOUT, DeleteTask, EventKind, FilterRef, MAX_PRIORITY,
    Rejection, ReservationId, ReservationStatus, TaskId, TaskStatus, UpdateTask, WorkflowId, WrapTask,
};

use super::reservations::Aftermath;
use super::rows::{Pass, Task};
use super::{Model, check};

impl Model {
    pub(super) fn create_task(&mut self, command: &CreateTask) -> Result<(), Rejection> {
        let id = command.task;
        if self.find_task(id).is_some() {
            return Err(Rejection::TaskExists(id));
        }
        let workflow = self.workflow_or_only(command.workflow)?;
        let channel = command.task_channel.unwrap_or_else(|| self.default_channel());
        self.channel_exists(channel)?;
        let attributes = check::attributes(&command.attributes)?;
        check::number("priority", command.priority, 0, MAX_PRIORITY)?;
        let timeout = command.timeout.unwrap_or(DEFAULT_TASK_TIMEOUT.min(self.limits.task_timeout));
        check::span("timeout", timeout, self.limits.task_timeout)?;
        check::virtual_start(command.virtual_start_time, self.clock)?;
        let now = self.clock;
        let row = self.the_workflow(workflow);
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
            channel_name: self.the_channel(channel).unique_name.clone(),
            workflow,
            workflow_name: row.name.clone(),
            configuration: row.configuration.clone(),
            step: None,
            pass: Pass { base: now, sum: Duration::ZERO, entry: FilterRef::Default, timed_out: false },
            mark: None,
            assignments: 0,
            pass_wanted: false,
            filters_wanted: false,
            taken_at: None,
            ended_at: None,
        });
        self.emit(EventKind::TaskCreated(self.task_facts(id)));
        self.emit(EventKind::WorkflowEntered(self.task_facts(id)));
        self.new_pass(id);
        Ok(())
    }

    /// The named workflow, or the only one there is.
    fn workflow_or_only(&self, named: Option<WorkflowId>) -> Result<WorkflowId, Rejection> {
        if let Some(id) = named {
            return self.workflow_exists(id).map(|()| id);
        }
        match self.workflows.as_slice() {
            [only] => Ok(only.id),
            others => Err(Rejection::WorkflowRequired { count: others.len() }),
        }
    }

    pub(super) fn update_task(&mut self, command: &UpdateTask) -> Result<(), Rejection> {
        let id = command.task;
        self.task_exists(id)?;
        command.task_channel.map_or(Ok(()), |channel| self.channel_exists(channel))?;
        let attributes = check::given_attributes(command.attributes.as_ref())?;
        command.priority.map_or(Ok(()), |priority| check::number("priority", priority, 0, MAX_PRIORITY))?;
        check::virtual_start(command.virtual_start_time, self.clock)?;
        let status = self.not_ended(id)?;
        let other = command.task_channel.is_some_and(|channel| channel != self.the_task(id).channel);
        if other && status != TaskStatus::Pending {
            return Err(Rejection::TaskNotPending { task: id, status });
        }
        let reads_filters = attributes.is_some() && command.re_evaluate;
        let nothing = attributes.is_none()
            && command.priority.is_none()
            && command.virtual_start_time.is_none()
            && command.task_channel.is_none();
        if nothing {
            return Ok(());
        }
        let row = self.the_task_mut(id);
        row.attributes = attributes.unwrap_or_else(|| row.attributes.clone());
        row.priority = command.priority.unwrap_or(row.priority);
        row.virtual_start = command.virtual_start_time.unwrap_or(row.virtual_start);
        row.channel = command.task_channel.unwrap_or(row.channel);
        self.emit(EventKind::TaskUpdated(self.task_facts(id)));
        match status {
            TaskStatus::Pending if reads_filters && !self.same_filter_matches(id) => self.new_pass(id),
            TaskStatus::Reserved if reads_filters => self.the_task_mut(id).filters_wanted = true,
            TaskStatus::Pending
            | TaskStatus::Reserved
            | TaskStatus::Assigned
            | TaskStatus::Wrapping
            | TaskStatus::Completed
            | TaskStatus::Canceled => {}
        }
        Ok(())
    }

    /// A task that has ended accepts delete only (rule R19).
    fn not_ended(&self, task: TaskId) -> Result<TaskStatus, Rejection> {
        let status = self.the_task(task).status;
        if status.is_terminal() {
            return Err(Rejection::TaskEnded { task, status });
        }
        Ok(status)
    }

    pub(super) fn cancel_task(&mut self, command: &CancelTask) -> Result<(), Rejection> {
        let task = command.task;
        self.task_exists(task)?;
        let status = self.not_ended(task)?;
        if !status.is_waiting() {
            return Err(Rejection::TaskNotWaiting { task, status });
        }
        self.cancel_for(task, command.reason.as_deref());
        Ok(())
    }

    pub(super) fn cancel(&mut self, task: TaskId, reason: &str) {
        self.cancel_for(task, Some(reason));
    }

    /// The task first, then its pending reservations.
    fn cancel_for(&mut self, task: TaskId, reason: Option<&str>) {
        self.end_task(task, TaskStatus::Canceled, reason);
        self.emit(EventKind::TaskCanceled(self.task_facts(task)));
        for id in self.pending_of_task(task) {
            self.end_reservation(id, ReservationStatus::Canceled, Aftermath::Back);
        }
    }

    fn end_task(&mut self, task: TaskId, status: TaskStatus, reason: Option<&str>) {
        let now = self.clock;
        let row = self.the_task_mut(task);
        row.status = status;
        row.reason = reason.map(Arc::from).or(row.reason.take());
        row.ended_at = Some(now);
        row.mark = None;
    }

    pub(super) fn wrap_task(&mut self, command: &WrapTask) -> Result<(), Rejection> {
        let task = command.task;
        self.task_exists(task)?;
        let status = self.not_ended(task)?;
        if status != TaskStatus::Assigned {
            return Err(Rejection::TaskNotAssigned { task, status });
        }
        let row = self.the_task_mut(task);
        row.status = TaskStatus::Wrapping;
        row.reason = command.reason.as_deref().map(Arc::from);
        self.emit(EventKind::TaskWrapup(self.task_facts(task)));
        let id = self.taken(task);
        self.the_reservation_mut(id).status = ReservationStatus::Wrapping;
        self.emit(EventKind::ReservationWrapup(self.reservation_facts(id)));
        Ok(())
    }

    pub(super) fn complete_task(&mut self, command: &CompleteTask) -> Result<(), Rejection> {
        let task = command.task;
        self.task_exists(task)?;
        self.given_activity_exists(command.post_work_activity)?;
        let status = self.not_ended(task)?;
        if !status.is_taken() {
            return Err(Rejection::TaskNotTaken { task, status });
        }
        self.end_task(task, TaskStatus::Completed, command.reason.as_deref());
        self.emit(EventKind::TaskCompleted(self.task_facts(task)));
        let id = self.taken(task);
        let row = self.the_reservation_mut(id);
        row.status = ReservationStatus::Completed;
        let worker = row.worker;
        self.emit(EventKind::ReservationCompleted(self.reservation_facts(id)));
        if let Some(activity) = command.post_work_activity.filter(|_| !self.multi_task_enabled) {
            self.change_activity(worker, activity);
        }
        Ok(())
    }

    /// The reservation of the worker who has the task.
    pub(super) fn taken(&self, task: TaskId) -> ReservationId {
        let open = self.reservations_where(|row| row.task == task && row.status.is_open());
        match open.as_slice() {
            [taken] => *taken,
            others => unreachable!("a taken task has one open reservation, {task} has {}", others.len()),
        }
    }

    pub(super) fn delete_task(&mut self, command: &DeleteTask) -> Result<(), Rejection> {
        let task = command.task;
        self.task_exists(task)?;
        for id in self.reservations_where(|row| row.task == task && row.status.is_open()) {
            self.end_reservation(id, ReservationStatus::Canceled, Aftermath::Back);
        }
        self.emit(EventKind::TaskDeleted(self.task_facts(task)));
        self.forget(task);
        Ok(())
    }

    /// A task goes with its reservations.
    pub(super) fn forget(&mut self, task: TaskId) {
        self.tasks.retain(|row| row.id != task);
        self.reservations.retain(|row| row.task != task);
    }
}
