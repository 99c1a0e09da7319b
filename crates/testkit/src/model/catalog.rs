//! Commands about what an operator configures: workspace, activities, channels, queues and workflows.

use std::sync::Arc;

use pointsman::{
    ActivityId, ActivitySpec, DeleteActivity, DeleteTaskChannel, DeleteTaskQueue, DeleteWorkflow, EventKind, Rejection,
    TaskChannelId, TaskChannelSpec, TaskOrder, TaskQueueId, TaskQueueSpec, TaskStatus, UpdateActivity,
    UpdateTaskChannel, UpdateTaskQueue, UpdateWorkflow, UpdateWorkspace, WorkflowId, WorkflowSpec,
};
use pointsman_expr::{Expression, Kind};

use super::rows::{Activity, Channel, Queue, Share, Task, Workflow};
use super::{Model, check, configuration};

impl Model {
    pub(super) fn update_workspace(&mut self, command: &UpdateWorkspace) -> Result<(), Rejection> {
        for activity in [command.default_activity, command.timeout_activity] {
            self.given_activity_exists(activity)?;
        }
        check::given_friendly_name(command.friendly_name.as_ref())?;
        if let Some(name) = &command.friendly_name {
            self.name = name.as_str().into();
        }
        self.default_activity = command.default_activity.unwrap_or(self.default_activity);
        self.timeout_activity = command.timeout_activity.unwrap_or(self.timeout_activity);
        self.prioritize_queue_order = command.prioritize_queue_order.unwrap_or(self.prioritize_queue_order);
        self.emit(EventKind::WorkspaceUpdated(Box::new(self.workspace_facts())));
        Ok(())
    }

    pub(super) fn workspace_activity(&self, role: &'static str, activity: ActivityId) -> Result<(), Rejection> {
        let known = self.find_activity(activity).map(drop);
        known.ok_or(Rejection::NoSuchWorkspaceActivity { role, activity })
    }

    /// Nothing happens after it (rule R22).
    pub(super) fn delete_workspace(&mut self) -> Result<(), Rejection> {
        self.emit(EventKind::WorkspaceDeleted(Box::new(self.workspace_facts())));
        self.deleted = true;
        Ok(())
    }

    pub(super) fn create_activity(&mut self, spec: &ActivitySpec) -> Result<(), Rejection> {
        if self.find_activity(spec.activity).is_some() {
            return Err(Rejection::ActivityExists(spec.activity));
        }
        check::friendly_name(&spec.friendly_name)?;
        if self.activities.len() >= self.limits.activities {
            return Err(Rejection::TooManyActivities { limit: self.limits.activities });
        }
        self.activities.push(Activity {
            id: spec.activity,
            sid: sid(spec.sid.as_ref(), &spec.activity),
            name: spec.friendly_name.as_str().into(),
            available: spec.available,
        });
        self.emit(EventKind::ActivityCreated(Box::new(self.activity_facts(spec.activity))));
        Ok(())
    }

    pub(super) fn update_activity(&mut self, command: &UpdateActivity) -> Result<(), Rejection> {
        self.activity_exists(command.activity)?;
        check::friendly_name(&command.friendly_name)?;
        self.the_activity_mut(command.activity).name = command.friendly_name.as_str().into();
        self.emit(EventKind::ActivityUpdated(Box::new(self.activity_facts(command.activity))));
        Ok(())
    }

    pub(super) fn delete_activity(&mut self, command: &DeleteActivity) -> Result<(), Rejection> {
        let id = command.activity;
        self.activity_exists(id)?;
        self.activity_unused(id)?;
        let facts = self.activity_facts(id);
        self.activities.retain(|row| row.id != id);
        self.emit(EventKind::ActivityDeleted(Box::new(facts)));
        Ok(())
    }

    fn activity_unused(&self, id: ActivityId) -> Result<(), Rejection> {
        let used = |by: &str| in_use(&format!("activity {id}"), by);
        if self.default_activity == id || self.timeout_activity == id {
            return used("the workspace");
        }
        let named = |queue: &&Queue| [queue.reservation_activity, queue.assignment_activity].contains(&Some(id));
        if let Some(queue) = self.queues.iter().find(named) {
            return used(&queue.name);
        }
        if let Some(worker) = self.workers.iter().find(|worker| worker.activity == id) {
            return used(&worker.name);
        }
        let open = self.reservations.iter().filter(|row| row.status.is_open());
        match open.into_iter().find(|row| row.moved.is_some_and(|(from, to)| from == id || to == id)) {
            Some(reservation) => used(&reservation.id.to_string()),
            None => Ok(()),
        }
    }

    pub(super) fn create_task_channel(&mut self, spec: &TaskChannelSpec) -> Result<(), Rejection> {
        let id = spec.task_channel;
        if self.find_channel(id).is_some() {
            return Err(Rejection::TaskChannelExists(id));
        }
        if let Some(other) = self.channels.iter().find(|row| *row.unique_name == spec.unique_name) {
            return Err(Rejection::UniqueNameTaken { name: spec.unique_name.clone(), taken_by: other.id });
        }
        check::friendly_name(&spec.friendly_name)?;
        check::unique_name(&spec.unique_name)?;
        self.channels.push(Channel {
            id,
            name: spec.friendly_name.as_str().into(),
            unique_name: spec.unique_name.as_str().into(),
            optimized: spec.channel_optimized_routing,
        });
        for worker in &mut self.workers {
            worker.shares.push(Share { channel: id, capacity: 1, available: true, last_reserved: None });
        }
        self.emit(EventKind::TaskChannelCreated(Box::new(self.channel_facts(id))));
        Ok(())
    }

    pub(super) fn update_task_channel(&mut self, command: &UpdateTaskChannel) -> Result<(), Rejection> {
        let id = command.task_channel;
        self.channel_exists(id)?;
        check::given_friendly_name(command.friendly_name.as_ref())?;
        let row = self.the_channel_mut(id);
        if let Some(name) = &command.friendly_name {
            row.name = name.as_str().into();
        }
        row.optimized = command.channel_optimized_routing.unwrap_or(row.optimized);
        self.emit(EventKind::TaskChannelUpdated(Box::new(self.channel_facts(id))));
        Ok(())
    }

    pub(super) fn delete_task_channel(&mut self, command: &DeleteTaskChannel) -> Result<(), Rejection> {
        let id = command.task_channel;
        self.channel_exists(id)?;
        if &*self.the_channel(id).unique_name == "default" {
            return Err(Rejection::DefaultTaskChannel);
        }
        self.no_live_task(&format!("task channel {id}"), |task| task.channel == id)?;
        let facts = self.channel_facts(id);
        for task in self.tasks.iter_mut().filter(|task| task.channel == id) {
            task.channel_name = facts.unique_name.clone();
        }
        self.channels.retain(|row| row.id != id);
        self.workers.iter_mut().for_each(|worker| worker.shares.retain(|share| share.channel != id));
        self.emit(EventKind::TaskChannelDeleted(Box::new(facts)));
        Ok(())
    }

    pub(super) fn create_task_queue(&mut self, spec: &TaskQueueSpec) -> Result<(), Rejection> {
        let id = spec.task_queue;
        if self.find_queue(id).is_some() {
            return Err(Rejection::TaskQueueExists(id));
        }
        self.given_activity_exists(spec.reservation_activity)?;
        self.given_activity_exists(spec.assignment_activity)?;
        check::friendly_name(&spec.friendly_name)?;
        let expression = self.membership(&spec.target_workers)?;
        self.batch_size(spec.max_reserved_workers)?;
        self.queues.push(Queue {
            id,
            name: spec.friendly_name.as_str().into(),
            target_workers: spec.target_workers.as_str().into(),
            expression,
            max_reserved_workers: spec.max_reserved_workers,
            order: spec.task_order,
            reservation_activity: spec.reservation_activity,
            assignment_activity: spec.assignment_activity,
        });
        self.emit(EventKind::TaskQueueCreated(Box::new(self.queue_facts(id))));
        Ok(())
    }

    pub(super) fn update_task_queue(&mut self, command: &UpdateTaskQueue) -> Result<(), Rejection> {
        let id = command.task_queue;
        self.queue_exists(id)?;
        self.given_activity_exists(command.reservation_activity)?;
        self.given_activity_exists(command.assignment_activity)?;
        check::given_friendly_name(command.friendly_name.as_ref())?;
        let expression = command.target_workers.as_ref().map(|text| self.membership(text)).transpose()?;
        command.max_reserved_workers.map_or(Ok(()), |count| self.batch_size(count))?;
        let row = self.the_queue_mut(id);
        if let Some(name) = &command.friendly_name {
            row.name = name.as_str().into();
        }
        row.max_reserved_workers = command.max_reserved_workers.unwrap_or(row.max_reserved_workers);
        row.order = command.task_order.unwrap_or(row.order);
        row.reservation_activity = command.reservation_activity.or(row.reservation_activity);
        row.assignment_activity = command.assignment_activity.or(row.assignment_activity);
        if let (Some(text), Some(expression)) = (&command.target_workers, expression) {
            self.change_membership(id, text, expression);
        }
        Ok(())
    }

    fn change_membership(&mut self, id: TaskQueueId, text: &str, expression: Option<Expression>) {
        let row = self.the_queue_mut(id);
        if &*row.target_workers == text {
            return;
        }
        row.target_workers = text.into();
        row.expression = expression;
        self.emit(EventKind::TaskQueueExpressionUpdated(Box::new(self.queue_facts(id))));
    }

    /// The expression over workers; none for an empty text, which matches nobody.
    fn membership(&self, text: &str) -> Result<Option<Expression>, Rejection> {
        if text.is_empty() {
            return Ok(None);
        }
        configuration::expression(text, Kind::Queue, "target_workers", &self.limits).map(Some)
    }

    fn batch_size(&self, count: u32) -> Result<(), Rejection> {
        check::number("max_reserved_workers", count, 1, self.limits.max_reserved_workers)
    }

    pub(super) fn delete_task_queue(&mut self, command: &DeleteTaskQueue) -> Result<(), Rejection> {
        let id = command.task_queue;
        self.queue_exists(id)?;
        self.queue_unused(id)?;
        let facts = self.queue_facts(id);
        for step in self.tasks.iter_mut().filter_map(|task| task.step.as_mut()).filter(|step| step.queue == id) {
            step.queue_name = facts.friendly_name.clone();
        }
        self.queues.retain(|row| row.id != id);
        self.emit(EventKind::TaskQueueDeleted(Box::new(facts)));
        Ok(())
    }

    fn queue_unused(&self, id: TaskQueueId) -> Result<(), Rejection> {
        let what = format!("task queue {id}");
        if let Some(workflow) = self.workflows.iter().find(|row| row.configuration.names_queue(id)) {
            return in_use(&what, &workflow.name);
        }
        self.no_live_task(&what, |task| task.configuration.names_queue(id))?;
        match self.reservations.iter().find(|row| row.status.is_open() && row.queue == id) {
            Some(reservation) => in_use(&what, &reservation.id.to_string()),
            None => Ok(()),
        }
    }

    pub(super) fn create_workflow(&mut self, spec: &WorkflowSpec) -> Result<(), Rejection> {
        let id = spec.workflow;
        if self.find_workflow(id).is_some() {
            return Err(Rejection::WorkflowExists(id));
        }
        configuration::queues_exist(self, &spec.configuration)?;
        check::friendly_name(&spec.friendly_name)?;
        self.answer_time(spec.task_reservation_timeout)?;
        let configuration = configuration::compile(&spec.configuration, &self.limits)?;
        self.workflows.push(Workflow {
            id,
            name: spec.friendly_name.as_str().into(),
            reservation_timeout: spec.task_reservation_timeout,
            configuration: Arc::new(configuration),
        });
        self.emit(EventKind::WorkflowCreated(Box::new(self.workflow_facts(id))));
        Ok(())
    }

    fn answer_time(&self, span: std::time::Duration) -> Result<(), Rejection> {
        check::span("task_reservation_timeout", span, self.limits.reservation_timeout)
    }

    pub(super) fn update_workflow(&mut self, command: &UpdateWorkflow) -> Result<(), Rejection> {
        let id = command.workflow;
        self.workflow_exists(id)?;
        if let Some(configuration) = &command.configuration {
            configuration::queues_exist(self, configuration)?;
        }
        check::given_friendly_name(command.friendly_name.as_ref())?;
        command.task_reservation_timeout.map_or(Ok(()), |span| self.answer_time(span))?;
        let given = command.configuration.as_ref();
        let compiled = given.map(|given| configuration::compile(given, &self.limits)).transpose()?;
        let row = self.the_workflow_mut(id);
        if let Some(name) = &command.friendly_name {
            row.name = name.as_str().into();
        }
        row.reservation_timeout = command.task_reservation_timeout.unwrap_or(row.reservation_timeout);
        if let Some(configuration) = compiled {
            row.configuration = Arc::new(configuration);
        }
        self.emit(EventKind::WorkflowUpdated(Box::new(self.workflow_facts(id))));
        if command.re_evaluate_tasks {
            self.re_evaluate(id);
        }
        Ok(())
    }

    /// Pending tasks start a new pass at once, reserved ones when they return (rule R9).
    fn re_evaluate(&mut self, workflow: WorkflowId) {
        let concerned: Vec<_> =
            self.tasks.iter().filter(|task| task.workflow == workflow).map(|task| task.id).collect();
        for id in concerned {
            match self.the_task(id).status {
                TaskStatus::Pending => self.new_pass_with_new_configuration(id),
                TaskStatus::Reserved => self.the_task_mut(id).pass_wanted = true,
                TaskStatus::Assigned | TaskStatus::Wrapping | TaskStatus::Completed | TaskStatus::Canceled => {}
            }
        }
    }

    pub(super) fn delete_workflow(&mut self, command: &DeleteWorkflow) -> Result<(), Rejection> {
        let id = command.workflow;
        self.workflow_exists(id)?;
        self.no_live_task(&format!("workflow {id}"), |task| task.workflow == id)?;
        let facts = self.workflow_facts(id);
        for task in self.tasks.iter_mut().filter(|task| task.workflow == id) {
            task.workflow_name = facts.friendly_name.clone();
        }
        self.workflows.retain(|row| row.id != id);
        self.emit(EventKind::WorkflowDeleted(Box::new(facts)));
        Ok(())
    }

    /// No task that has not ended is like this (rule R22).
    fn no_live_task(&self, what: &str, test: impl Fn(&Task) -> bool) -> Result<(), Rejection> {
        match self.tasks.iter().find(|task| !task.status.is_terminal() && test(task)) {
            Some(task) => in_use(what, &task.id.to_string()),
            None => Ok(()),
        }
    }

    pub(super) fn class(&self, task: &Task) -> TaskOrder {
        task.step.as_ref().map_or(TaskOrder::Fifo, |step| self.the_queue(step.queue).order)
    }

    /// The channel named `default`.
    pub(super) fn default_channel(&self) -> TaskChannelId {
        match self.channels.iter().find(|row| &*row.unique_name == "default") {
            Some(row) => row.id,
            None => unreachable!("the channel `default` always exists"),
        }
    }
}

/// What expressions see as the sid: the given text, or that of the id.
pub(super) fn sid(given: Option<&String>, id: &impl ToString) -> Arc<str> {
    given.cloned().unwrap_or_else(|| id.to_string()).into()
}

fn in_use(what: &str, by: &str) -> Result<(), Rejection> {
    Err(Rejection::InUse { what: what.to_owned(), by: by.to_owned() })
}
