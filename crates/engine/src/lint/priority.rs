//! Lints of priorities: who does not look at them, who replaces them.

use super::code::Code;
use super::finding::Finding;
use super::knowledge::holds;
use super::setup::{Setup, Step, Task, Workflow};
use super::{Sink, in_short};
use crate::event::FilterRef;
use crate::spec::TaskOrder;

pub(super) fn lint(setup: &Setup<'_>, out: &mut Sink) {
    for workflow in &setup.workflows {
        let lifo = workflow.steps().filter_map(|step| lifo_ignores(setup, &step));
        out.extend(in_short(lifo.collect()));
        let filters = (0..workflow.spec.filters.len()).map(FilterRef::Index);
        out.extend(in_short(filters.filter_map(|filter| lowered(workflow, filter)).collect()));
        out.extend(in_short(overwritten(setup, workflow)));
    }
}

/// Newest first, whatever the priority (semantics section 3.2).
fn lifo_ignores(setup: &Setup<'_>, step: &Step<'_>) -> Option<Finding> {
    let queue = setup.catalog.queues.get(step.target.queue).filter(|queue| queue.task_order == TaskOrder::Lifo)?;
    step.target.priority?;
    let message =
        format!("the queue `{}` is LIFO: it takes the newest task first, whatever its priority", queue.friendly_name);
    let help = "leave the priority out, or make the queue FIFO";
    Some(Finding::warning(Code::LifoIgnoresPriority, &step.place.field("priority"), message, help))
}

/// A step below another that gives less: whoever has waited longer goes behind newer tasks.
fn lowered(workflow: &Workflow<'_>, filter: FilterRef) -> Option<Finding> {
    let mut above: Option<u32> = None;
    workflow.steps_of(filter).find_map(|step| {
        let given = step.target.priority?;
        let before = above.replace(given).filter(|before| given < *before)?;
        let message = format!(
            "the priority falls from {before} to {given}: who has waited in the step above goes behind newer tasks"
        );
        let help = "give later steps the same priority or a higher one; without one the task keeps what it has";
        Some(Finding::info(Code::PriorityOverwritten, &step.place.field("priority"), message, help))
    })
}

/// The priority of a step replaces the one a task was created with, for good (semantics section 2.4).
fn overwritten(setup: &Setup<'_>, workflow: &Workflow<'_>) -> Vec<Finding> {
    let given = setup.tasks_of(workflow).filter(|task| task.priority > 0);
    given.filter_map(|task| replaced(&entered(workflow, task)?, task)).collect()
}

/// The first step a task comes to, as far as that is certain.
fn entered<'s>(workflow: &'s Workflow<'_>, task: &Task) -> Option<Step<'s>> {
    let mut filters = workflow.compiled.filters.iter();
    let first = filters.position(|filter| holds(&filter.expression, task) != Some(false));
    let filter = first.map_or(FilterRef::Default, FilterRef::Index);
    workflow.steps_of(filter).next()
}

fn replaced(step: &Step<'_>, task: &Task) -> Option<Finding> {
    let given = step.target.priority.filter(|given| *given != task.priority)?;
    let message =
        format!("{} is created with priority {}, which this step replaces by {given}", task.id, task.priority);
    let help = "leave the priority of the step out to keep the task's own";
    Some(Finding::warning(Code::PriorityOverwritten, &step.place.field("priority"), message, help))
}
