//! Commands about what an operator configures: workspace, activities, channels, queues and workflows.

use std::fmt::Display;
use std::sync::Arc;

use pointsman::{
    ActivityId, ActivitySpec, DeleteActivity, DeleteTaskChannel, DeleteTaskQueue, DeleteWorkflow, EventKind, Rejection,
    Revision, TaskChannelId, TaskChannelSpec, TaskQueueSpec, TaskStatus, UpdateActivity, UpdateTaskChannel,
    UpdateTaskQueue, UpdateWorkflow, UpdateWorkspace, WorkflowId, WorkflowSpec,
};
use pointsman_expr::{Expression, Kind};

use super::check::{self, Judged, given};
use super::rows::{Queue, Share, Task, Workflow};
use super::{Model, configuration};

impl Model {
    pub(super) fn update_workspace(&mut self, command: &UpdateWorkspace) -> Judged {
        given(command.default_activity, |id| self.activities.known(id))?;
        given(command.timeout_activity, |id| self.activities.known(id))?;
        given(command.friendly_name.as_deref(), check::friendly_name)?;
        let stays = !self.multi_task_enabled || command.multi_task_enabled != Some(false);
        check::require(stays, || Rejection::MultitaskingStays)?;
        set(&mut self.multi_task_enabled, command.multi_task_enabled);
        set(&mut self.name, command.friendly_name.as_deref().map(Arc::from));
        set(&mut self.default_activity, command.default_activity);
        set(&mut self.timeout_activity, command.timeout_activity);
        set(&mut self.prioritize_queue_order, command.prioritize_queue_order);
        self.emit(EventKind::WorkspaceUpdated(self.workspace_facts()));
        Ok(())
    }

    /// Nothing happens after it (rule R22).
    pub(super) fn delete_workspace(&mut self) -> Judged {
        self.emit(EventKind::WorkspaceDeleted(self.workspace_facts()));
        self.deleted = true;
        Ok(())
    }

    pub(super) fn create_activity(&mut self, spec: &ActivitySpec) -> Judged {
        self.activities.free(spec.activity, Rejection::ActivityExists)?;
        check::friendly_name(&spec.friendly_name)?;
        let limit = self.limits.activities;
        check::require(self.activities.len() < limit, || Rejection::TooManyActivities { limit })?;
        self.activities.push(spec.clone());
        self.emit(EventKind::ActivityCreated(self.activity_facts(spec.activity)));
        Ok(())
    }

    pub(super) fn update_activity(&mut self, command: &UpdateActivity) -> Judged {
        self.activities.known(command.activity)?;
        check::friendly_name(&command.friendly_name)?;
        self.activities[command.activity].friendly_name = command.friendly_name.clone();
        self.emit(EventKind::ActivityUpdated(self.activity_facts(command.activity)));
        Ok(())
    }

    pub(super) fn delete_activity(&mut self, command: &DeleteActivity) -> Judged {
        let id = command.activity;
        self.activities.known(id)?;
        self.activity_unused(id)?;
        let facts = self.activity_facts(id);
        self.activities.remove(id);
        self.emit(EventKind::ActivityDeleted(facts));
        Ok(())
    }

    fn activity_unused(&self, id: ActivityId) -> Judged {
        let workspace = [self.default_activity, self.timeout_activity].contains(&id).then_some("the workspace");
        let named = |row: &&Queue| [row.spec.reservation_activity, row.spec.assignment_activity].contains(&Some(id));
        let queue = self.queues.iter().find(named);
        let worker = self.workers.iter().find(|row| row.activity == id);
        let remembered = self.reservations.iter().filter(|row| row.status.is_open());
        let remembered = remembered.into_iter().find(|row| row.moved.is_some_and(|(from, to)| from == id || to == id));
        unused(id, workspace)?;
        unused(id, queue.map(|row| &row.spec.friendly_name))?;
        unused(id, worker.map(|row| &row.name))?;
        unused(id, remembered.map(|row| row.id))
    }

    pub(super) fn create_task_channel(&mut self, spec: &TaskChannelSpec) -> Judged {
        let id = spec.task_channel;
        self.channels.free(id, Rejection::TaskChannelExists)?;
        if let Some(other) = self.channels.iter().find(|row| row.unique_name == spec.unique_name) {
            return Err(Rejection::UniqueNameTaken { name: spec.unique_name.clone(), taken_by: other.task_channel });
        }
        check::friendly_name(&spec.friendly_name)?;
        check::unique_name(&spec.unique_name)?;
        self.channels.push(spec.clone());
        let revision = Revision { version: 0, updated_at: self.clock };
        for worker in self.workers.iter_mut() {
            worker.shares.push(Share { channel: id, capacity: 1, available: true, last_reserved: None, revision });
        }
        self.emit(EventKind::TaskChannelCreated(self.channel_facts(id)));
        Ok(())
    }

    pub(super) fn update_task_channel(&mut self, command: &UpdateTaskChannel) -> Judged {
        let id = command.task_channel;
        self.channels.known(id)?;
        given(command.friendly_name.as_deref(), check::friendly_name)?;
        let row = &mut self.channels[id];
        set(&mut row.friendly_name, command.friendly_name.clone());
        set(&mut row.channel_optimized_routing, command.channel_optimized_routing);
        self.emit(EventKind::TaskChannelUpdated(self.channel_facts(id)));
        Ok(())
    }

    pub(super) fn delete_task_channel(&mut self, command: &DeleteTaskChannel) -> Judged {
        let id = command.task_channel;
        self.channels.known(id)?;
        check::require(self.channels[id].unique_name != "default", || Rejection::DefaultTaskChannel)?;
        self.no_live_task(id, |task| task.channel == id)?;
        let facts = self.channel_facts(id);
        self.channels.remove(id);
        self.workers.iter_mut().for_each(|worker| worker.shares.remove(id));
        self.departed.push((id.to_string(), facts.unique_name.clone()));
        self.emit(EventKind::TaskChannelDeleted(facts));
        Ok(())
    }

    pub(super) fn create_task_queue(&mut self, spec: &TaskQueueSpec) -> Judged {
        let id = spec.task_queue;
        self.queues.free(id, Rejection::TaskQueueExists)?;
        given(spec.reservation_activity, |id| self.activities.known(id))?;
        given(spec.assignment_activity, |id| self.activities.known(id))?;
        check::friendly_name(&spec.friendly_name)?;
        let expression = self.membership(&spec.target_workers)?;
        self.batch_size(spec.max_reserved_workers)?;
        self.queues.push(Queue { spec: spec.clone(), expression });
        self.emit(EventKind::TaskQueueCreated(self.queue_facts(id)));
        Ok(())
    }

    pub(super) fn update_task_queue(&mut self, command: &UpdateTaskQueue) -> Judged {
        let id = command.task_queue;
        self.queues.known(id)?;
        given(command.reservation_activity, |id| self.activities.known(id))?;
        given(command.assignment_activity, |id| self.activities.known(id))?;
        given(command.friendly_name.as_deref(), check::friendly_name)?;
        let expression = given(command.target_workers.as_deref(), |text| self.membership(text))?;
        given(command.max_reserved_workers, |count| self.batch_size(count))?;
        let row = &mut self.queues[id];
        let before = row.spec.target_workers.clone();
        set(&mut row.spec.friendly_name, command.friendly_name.clone());
        set(&mut row.spec.target_workers, command.target_workers.clone());
        set(&mut row.expression, expression);
        set(&mut row.spec.max_reserved_workers, command.max_reserved_workers);
        set(&mut row.spec.task_order, command.task_order);
        row.spec.reservation_activity = command.reservation_activity.or(row.spec.reservation_activity);
        row.spec.assignment_activity = command.assignment_activity.or(row.spec.assignment_activity);
        if row.spec.target_workers != before {
            self.emit(EventKind::TaskQueueExpressionUpdated(self.queue_facts(id)));
        }
        Ok(())
    }

    /// The expression over workers; none for an empty text, which matches nobody.
    fn membership(&self, text: &str) -> Judged<Option<Expression>> {
        let given = Some(text).filter(|text| !text.is_empty());
        check::given(given, |text| check::expression(text, Kind::Queue, "target_workers", &self.limits))
    }

    fn batch_size(&self, count: u32) -> Judged {
        check::number("max_reserved_workers", count, 1, self.limits.max_reserved_workers)
    }

    pub(super) fn delete_task_queue(&mut self, command: &DeleteTaskQueue) -> Judged {
        let id = command.task_queue;
        self.queues.known(id)?;
        let workflow = self.workflows.iter().find(|row| row.configuration.names(id));
        unused(id, workflow.map(|row| &row.spec.friendly_name))?;
        self.no_live_task(id, |task| task.configuration.names(id))?;
        let reservation = self.reservations.iter().find(|row| row.status.is_open() && row.queue == Some(id));
        unused(id, reservation.map(|row| row.id))?;
        let facts = self.queue_facts(id);
        self.queues.remove(id);
        self.departed.push((id.to_string(), facts.friendly_name.clone()));
        self.emit(EventKind::TaskQueueDeleted(facts));
        Ok(())
    }

    pub(super) fn create_workflow(&mut self, spec: &WorkflowSpec) -> Judged {
        let id = spec.workflow;
        self.workflows.free(id, Rejection::WorkflowExists)?;
        configuration::queues(&spec.configuration).try_for_each(|queue| self.queues.known(queue))?;
        check::friendly_name(&spec.friendly_name)?;
        self.answer_time(spec.task_reservation_timeout)?;
        let configuration = Arc::new(configuration::compile(&spec.configuration, &self.limits)?);
        self.workflows.push(Workflow { spec: spec.clone(), configuration });
        self.emit(EventKind::WorkflowCreated(self.workflow_facts(id)));
        Ok(())
    }

    fn answer_time(&self, span: std::time::Duration) -> Judged {
        check::span("task_reservation_timeout", span, self.limits.reservation_timeout)
    }

    pub(super) fn update_workflow(&mut self, command: &UpdateWorkflow) -> Judged {
        let id = command.workflow;
        self.workflows.known(id)?;
        let named = command.configuration.iter().flat_map(configuration::queues);
        named.into_iter().try_for_each(|queue| self.queues.known(queue))?;
        given(command.friendly_name.as_deref(), check::friendly_name)?;
        given(command.task_reservation_timeout, |span| self.answer_time(span))?;
        let compile = |spec| configuration::compile(spec, &self.limits).map(Arc::new);
        let configuration = given(command.configuration.as_ref(), compile)?;
        let row = &mut self.workflows[id];
        set(&mut row.spec.friendly_name, command.friendly_name.clone());
        set(&mut row.spec.task_reservation_timeout, command.task_reservation_timeout);
        set(&mut row.configuration, configuration);
        self.emit(EventKind::WorkflowUpdated(self.workflow_facts(id)));
        if command.re_evaluate_tasks {
            self.re_evaluate(id);
        }
        Ok(())
    }

    /// Pending tasks start a new pass at once, reserved ones when they return (rule R9).
    fn re_evaluate(&mut self, workflow: WorkflowId) {
        for id in self.tasks.which(|task| task.workflow == Some(workflow) && !task.is_direct()) {
            match self.tasks[id].status {
                TaskStatus::Pending => self.new_pass_with_new_configuration(id),
                TaskStatus::Reserved => self.tasks[id].pass_wanted = true,
                TaskStatus::Assigned | TaskStatus::Wrapping | TaskStatus::Completed | TaskStatus::Canceled => {}
            }
        }
    }

    pub(super) fn delete_workflow(&mut self, command: &DeleteWorkflow) -> Judged {
        let id = command.workflow;
        self.workflows.known(id)?;
        self.no_live_task(id, |task| task.workflow == Some(id))?;
        let facts = self.workflow_facts(id);
        self.workflows.remove(id);
        self.departed.push((id.to_string(), facts.friendly_name.clone()));
        self.emit(EventKind::WorkflowDeleted(facts));
        Ok(())
    }

    /// No task that has not ended is like this (rule R22).
    fn no_live_task(&self, what: impl Display, test: impl Fn(&Task) -> bool) -> Judged {
        unused(what, self.tasks.iter().find(|task| !task.status.is_terminal() && test(task)).map(|task| task.id))
    }

    /// The channel named `default`.
    pub(super) fn default_channel(&self) -> TaskChannelId {
        let found = self.channels.iter().find(|row| row.unique_name == "default");
        found.unwrap_or_else(|| unreachable!("the channel `default` always exists")).task_channel
    }
}

/// Sets what is given; the rest stays.
pub(super) fn set<T>(slot: &mut T, given: Option<T>) {
    if let Some(value) = given {
        *slot = value;
    }
}

/// Refused when something still refers to it.
fn unused(what: impl Display, by: Option<impl Display>) -> Judged {
    by.map_or(Ok(()), |by| Err(Rejection::InUse { what: what.to_string(), by: by.to_string() }))
}
