//! Tasks, to and from their form in a snapshot. Which reservations they have follows from the reservations.

use std::sync::Arc;

use pointsman_expr::Root;

use super::SnapshotError;
use super::at::At;
use super::configuration::{self, Shared};
use super::current as stored;
use crate::catalog::{Catalog, Configuration, range};
use crate::command::RoutingTarget;
use crate::event::{StepFacts, TaskFacts};
use crate::id::ReservationId;
use crate::limits::MAX_PRIORITY;
use crate::spec::TaskOrder;
use crate::state::document::Document;
use crate::state::reservations::Reservation;
use crate::state::table::Seq;
use crate::state::tasks::{Pass, Revisit, Task, TaskState};
use crate::status::ReservationStatus;
use crate::time::Timestamp;

impl stored::Task {
    /// Between two calls no task is marked.
    pub(super) fn write<'e>(row: &'e Task, shared: &mut Shared<'e>) -> Self {
        let Task {
            told,
            configuration,
            document: _,
            state,
            order,
            deadline,
            pass,
            mark: _,
            revisit,
            assignments,
            reservations: _,
        } = row;
        let TaskFacts {
            task,
            attributes,
            status: _,
            priority,
            created_at,
            virtual_start_time,
            expires_at,
            reason,
            task_channel,
            task_channel_unique_name,
            workflow,
            workflow_name,
            routing_target,
            step,
            revision,
        } = &**told;
        Self {
            task: *task,
            workflow: *workflow,
            workflow_name: workflow_name.clone(),
            routing_target: routing_target.map(stored::RoutingTarget::write),
            configuration: shared.index(configuration),
            attributes: attributes.clone(),
            priority: *priority,
            created_at: *created_at,
            virtual_start_time: *virtual_start_time,
            expires_at: *expires_at,
            task_channel: *task_channel,
            task_channel_unique_name: task_channel_unique_name.clone(),
            state: stored::TaskState::write(state),
            reason: reason.clone(),
            place: step.as_ref().map(|step| stored::Place::write(step, *order, *deadline)),
            pass: stored::Pass::write(*pass),
            revisit: stored::Revisit::write(*revisit),
            assignments: *assignments,
            revision: stored::Revision::write(*revision),
        }
    }

    pub(super) fn read(
        self,
        at: &At,
        catalog: &Catalog,
        configurations: &[Arc<Configuration>],
        reservations: &[(Seq, &Reservation)],
    ) -> Result<Task, SnapshotError> {
        let Self {
            task,
            workflow,
            workflow_name,
            routing_target,
            configuration,
            attributes,
            priority,
            created_at,
            virtual_start_time,
            expires_at,
            task_channel,
            task_channel_unique_name,
            state,
            reason,
            place,
            pass,
            revisit,
            assignments,
            revision,
        } = self;
        at.past("created_at", created_at)?;
        at.past("virtual_start_time", virtual_start_time)?;
        let document = Document::new(attributes, catalog.selectors.of(Root::Task));
        let state = state.read(at, reservations)?;
        let place = place.map(|place| place.read(&at.key("place"))).transpose()?;
        let (order, deadline) = place.as_ref().map(|(_, order, deadline)| (*order, *deadline)).unwrap_or_default();
        let told = TaskFacts {
            task,
            attributes: document.attributes().clone(),
            status: state.status(),
            priority: at.judged("priority", range("the task's priority", priority, 0, MAX_PRIORITY))?,
            created_at,
            virtual_start_time,
            expires_at,
            reason,
            task_channel,
            task_channel_unique_name,
            workflow,
            workflow_name,
            routing_target: routing_target.map(stored::RoutingTarget::read),
            step: place.map(|(step, ..)| step),
            revision: revision.read(at)?,
        };
        Ok(Task {
            state,
            order,
            deadline,
            pass: pass.read(&at.key("pass"))?,
            revisit: revisit.read(),
            assignments,
            reservations: reservations.iter().map(|(seq, row)| (*seq, row.id)).collect(),
            ..Task::new(Arc::new(told), configuration::get(configurations, configuration, at)?, document)
        })
    }
}

impl stored::TaskState {
    fn write(state: &TaskState) -> Self {
        match *state {
            TaskState::Pending => Self::Pending,
            TaskState::Reserved => Self::Reserved,
            TaskState::Taken { by: _, wrapping: false, until } => Self::Assigned { until },
            TaskState::Taken { by: _, wrapping: true, until } => Self::Wrapping { until },
            TaskState::Ended { by: Some(_), purge_at } => Self::Completed { purge_at },
            TaskState::Ended { by: None, purge_at } => Self::Canceled { purge_at },
        }
    }

    fn read(self, at: &At, reservations: &[(Seq, &Reservation)]) -> Result<TaskState, SnapshotError> {
        let by = |status| accepted(at, reservations, status);
        Ok(match self {
            Self::Pending => TaskState::Pending,
            Self::Reserved => TaskState::Reserved,
            Self::Assigned { until } => {
                TaskState::Taken { by: by(ReservationStatus::Accepted)?, wrapping: false, until }
            }
            Self::Wrapping { until } => {
                TaskState::Taken { by: by(ReservationStatus::Wrapping)?, wrapping: true, until }
            }
            Self::Completed { purge_at } => TaskState::Ended { by: Some(by(ReservationStatus::Completed)?), purge_at },
            Self::Canceled { purge_at } => TaskState::Ended { by: None, purge_at },
        })
    }
}

/// The reservation by which a task was taken is the one in the task's status.
fn accepted(at: &At, rows: &[(Seq, &Reservation)], status: ReservationStatus) -> Result<ReservationId, SnapshotError> {
    let found = rows.iter().find(|(_, row)| row.status == status).map(|(_, row)| row.id);
    found.ok_or_else(|| at.key("state").error(format_args!("expected a reservation of this task that is {status}")))
}

impl stored::RoutingTarget {
    fn write(target: RoutingTarget) -> Self {
        match target {
            RoutingTarget::Worker { worker, task_queue, ignore_capacity } => {
                Self::Worker { worker, task_queue, ignore_capacity }
            }
            RoutingTarget::TaskQueue(queue) => Self::TaskQueue(queue),
            RoutingTarget::Workflow(workflow) => Self::Workflow(workflow),
        }
    }

    fn read(self) -> RoutingTarget {
        match self {
            Self::Worker { worker, task_queue, ignore_capacity } => {
                RoutingTarget::Worker { worker, task_queue, ignore_capacity }
            }
            Self::TaskQueue(queue) => RoutingTarget::TaskQueue(queue),
            Self::Workflow(workflow) => RoutingTarget::Workflow(workflow),
        }
    }
}

impl stored::Place {
    fn write(step: &StepFacts, order: TaskOrder, deadline: Option<Timestamp>) -> Self {
        let StepFacts { filter, target, task_queue, task_queue_name, queue_entered_at, known_worker: _ } = step;
        Self {
            filter: *filter,
            target: *target,
            task_queue: *task_queue,
            task_queue_name: task_queue_name.clone(),
            task_order: order,
            queue_entered_at: *queue_entered_at,
            deadline,
        }
    }

    fn read(self, at: &At) -> Result<(StepFacts, TaskOrder, Option<Timestamp>), SnapshotError> {
        let Self { filter, target, task_queue, task_queue_name, task_order, queue_entered_at, deadline } = self;
        at.past("queue_entered_at", queue_entered_at)?;
        let step = StepFacts { filter, target, task_queue, task_queue_name, queue_entered_at, known_worker: None };
        Ok((step, task_order, deadline))
    }
}

impl stored::Pass {
    fn write(pass: Pass) -> Self {
        let Pass { base, sum, entered, timed_out } = pass;
        Self { base, sum, entered, timed_out }
    }

    fn read(self, at: &At) -> Result<Pass, SnapshotError> {
        let Self { base, sum, entered, timed_out } = self;
        at.past("base", base)?;
        Ok(Pass { base, sum, entered, timed_out })
    }
}

impl stored::Revisit {
    fn write(revisit: Revisit) -> Self {
        match revisit {
            Revisit::Nothing => Self::Nothing,
            Revisit::Filters => Self::Filters,
            Revisit::Workflow => Self::Workflow,
        }
    }

    fn read(self) -> Revisit {
        match self {
            Self::Nothing => Revisit::Nothing,
            Self::Filters => Revisit::Filters,
            Self::Workflow => Revisit::Workflow,
        }
    }
}
