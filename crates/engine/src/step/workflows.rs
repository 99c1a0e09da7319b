//! Commands about workflows (semantics sections 2.1 and 2.11).

use std::sync::Arc;

use super::Step;
use crate::catalog::{Workflow, compile_workflow, friendly_name, known_queues, reservation_timeout};
use crate::command::{DeleteWorkflow, UpdateWorkflow};
use crate::event::{EventKind, WorkflowFacts};
use crate::facts;
use crate::id::WorkflowId;
use crate::reject::Rejection;
use crate::spec::WorkflowSpec;
use crate::state::table::Seq;
use crate::state::tasks::{Revisit, Task};
use crate::status::TaskStatus;

impl Step<'_> {
    pub(super) fn create_workflow(&mut self, spec: &WorkflowSpec) -> Result<(), Rejection> {
        let workflow = self.check_create_workflow(spec)?;
        self.catalog.workflows.insert(spec.workflow, workflow);
        self.note_workflow_queries(spec.workflow);
        self.emit_workflow(spec.workflow, EventKind::WorkflowCreated);
        Ok(())
    }

    fn check_create_workflow(&self, spec: &WorkflowSpec) -> Result<Workflow, Rejection> {
        if self.catalog.workflows.contains(spec.workflow) {
            return Err(Rejection::WorkflowExists(spec.workflow));
        }
        known_queues(&spec.configuration, self.catalog)?;
        let friendly_name = friendly_name(&spec.friendly_name)?;
        let reservation_timeout = reservation_timeout(spec.task_reservation_timeout, &self.catalog.limits)?;
        let configuration = Arc::new(compile_workflow(&spec.configuration, self.catalog)?);
        Ok(Workflow { id: spec.workflow, friendly_name, reservation_timeout, configuration })
    }

    fn note_workflow_queries(&mut self, id: WorkflowId) {
        let Some(workflow) = self.catalog.workflows.get(id) else { return };
        let configuration = workflow.configuration.clone();
        self.index.learn(&configuration);
        if self.catalog.selectors.note(configuration.expressions()) {
            self.select_nodes();
        }
    }

    pub(super) fn update_workflow(&mut self, command: UpdateWorkflow) -> Result<(), Rejection> {
        let id = command.workflow;
        if !self.catalog.workflows.contains(id) {
            return Err(Rejection::UnknownWorkflow(id));
        }
        if let Some(configuration) = &command.configuration {
            known_queues(configuration, self.catalog)?;
        }
        let limits = &self.catalog.limits;
        let name = command.friendly_name.as_deref().map(friendly_name).transpose()?;
        let timeout = command.task_reservation_timeout.map(|given| reservation_timeout(given, limits)).transpose()?;
        let configuration = command.configuration.map(|spec| compile_workflow(&spec, self.catalog)).transpose()?;
        let Some(workflow) = self.catalog.workflows.get_mut(id) else { return Ok(()) };
        let is_renamed = name.is_some();
        workflow.friendly_name = name.unwrap_or_else(|| workflow.friendly_name.clone());
        workflow.reservation_timeout = timeout.unwrap_or(workflow.reservation_timeout);
        workflow.configuration = configuration.map_or_else(|| workflow.configuration.clone(), Arc::new);
        let name = workflow.friendly_name.clone();
        self.note_workflow_queries(id);
        let is_in = |task: &Task| is_renamed && task.workflow == Some(id);
        self.state.tasks.modify_where(is_in, |task| task.tell().workflow_name = Some(name.clone()));
        self.emit_workflow(id, EventKind::WorkflowUpdated);
        if command.re_evaluate_tasks {
            self.re_evaluate_tasks(id);
        }
        Ok(())
    }

    /// Pending tasks begin a new pass in creation order; reserved ones when they return (rule R9).
    fn re_evaluate_tasks(&mut self, id: WorkflowId) {
        let tasks = self.state.tasks.iter().filter(|(_, task)| task.workflow == Some(id) && !task.is_direct());
        let tasks: Vec<(Seq, TaskStatus)> = tasks.map(|(seq, task)| (seq, task.status())).collect();
        for (seq, status) in tasks {
            match status {
                TaskStatus::Pending => self.re_evaluate(seq),
                TaskStatus::Reserved => {
                    self.state.tasks.modify(seq, |task| task.revisit = Revisit::Workflow);
                }
                TaskStatus::Assigned | TaskStatus::Wrapping | TaskStatus::Completed | TaskStatus::Canceled => {}
            }
        }
    }

    pub(super) fn delete_workflow(&mut self, command: &DeleteWorkflow) -> Result<(), Rejection> {
        let id = command.workflow;
        if !self.catalog.workflows.contains(id) {
            return Err(Rejection::UnknownWorkflow(id));
        }
        if let Some(by) = self.workflow_user(id) {
            return Err(Rejection::InUse { what: format!("workflow {id}"), by });
        }
        self.emit_workflow(id, EventKind::WorkflowDeleted);
        self.catalog.workflows.remove(id);
        Ok(())
    }

    /// What is in the workflow (rule R22).
    fn workflow_user(&self, id: WorkflowId) -> Option<String> {
        let mut tasks = self.state.tasks.iter().map(|(_, task)| task);
        let task = tasks.find(|task| task.workflow == Some(id) && !task.status().is_terminal());
        task.map(|task| format!("task {}", task.id()))
    }

    fn emit_workflow(&mut self, id: WorkflowId, kind: fn(Arc<WorkflowFacts>) -> EventKind) {
        if let Some(facts) = self.catalog.workflows.get(id).map(facts::workflow) {
            self.emit(kind(Arc::new(facts)));
        }
    }
}
