//! Who may take a task, in which order, and what is next to be settled. It changes no row.

mod aim;
mod demand;
mod index;
mod names;
mod needs;
mod queues;
mod rank;
mod scope;
mod supply;
mod verdict;

pub(crate) use index::Index;
pub(crate) use verdict::{Obstacle, Obstacles, Verdict, course, is_eligible};

use std::sync::Arc;

use pointsman_expr::{Blamed, Blames, Expression};

use self::scope::Scope;
use crate::catalog::Catalog;
use crate::id::TaskQueueId;
use crate::invariant::{Checked, ensure};
use crate::state::State;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::Worker;
use crate::time::Timestamp;

/// Judges tasks and workers as they are now.
#[derive(Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) state: &'a State,
    pub(crate) now: Timestamp,
}

/// What settling does next to a pending task (docs/events.md, "Settling").
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Settlement {
    /// Ask these workers, in this order.
    Reserve(Asked),
    /// Leave the step because its time is up.
    LeaveByTimeout,
    /// Leave the step because nobody can be asked and `skip_if` holds.
    LeaveBySkip,
    /// Stop looking at it until something changes.
    Wait,
}

/// Whom to ask for a task: mostly nobody or one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// One at most.
    One(Option<Seq>),
    /// As many as a queue asks at once.
    Several(Vec<Seq>),
}

impl Asked {
    /// The workers, in the order in which they are asked.
    pub(crate) fn as_slice(&self) -> &[Seq] {
        match self {
            Self::One(one) => one.as_slice(),
            Self::Several(several) => several,
        }
    }
}

impl<'a> Judge<'a> {
    /// Whether the step's `skip_if` holds (semantics section 2.7).
    pub(crate) fn skips(self, task: &Task) -> bool {
        let skip_if = task.target().and_then(|target| target.skip_if.as_ref());
        skip_if.is_some_and(|skip_if| skip_if.matches(&self.scope().task(task)))
    }

    /// Whether a filter's expression holds for the task.
    pub(crate) fn filter_matches(self, expression: &Expression, task: &Task) -> bool {
        expression.matches(&self.scope().task(task))
    }

    /// The queues whose expressions hold for the worker, sorted.
    pub(crate) fn memberships(self, worker: &Worker) -> Vec<TaskQueueId> {
        self.catalog.membership.of(worker.document.attributes(), &self.scope().worker(worker))
    }

    /// Workers are in the queues whose expressions hold, and no others.
    pub(crate) fn check_members(self) -> Checked {
        for (_, worker) in self.state.workers.iter() {
            let mut queues = self.catalog.queues.iter().map(|(_, queue)| queue);
            let right = queues.all(|row| self.is_member(row.expression.as_ref(), worker) == worker.is_in(row.id));
            let known = worker.queues.iter().all(|queue| self.catalog.queues.contains(*queue));
            ensure!(right && known, "{}: a worker is in the queues whose expressions hold", worker.id);
        }
        Ok(())
    }

    /// Whether a queue's expression holds for the worker.
    pub(crate) fn is_member(self, expression: Option<&Expression>, worker: &Worker) -> bool {
        expression.is_some_and(|expression| expression.matches(&self.scope().worker(worker)))
    }

    /// To which comparisons it is due that a filter's expression does not hold for the task.
    pub(crate) fn filter_blame(self, expression: &Expression, task: &Task) -> Vec<Blamed> {
        expression.blame(&self.scope().task(task))
    }

    /// The same for a queue's expression and a worker.
    pub(crate) fn queue_blame(self, expression: &Expression, worker: &Worker) -> Vec<Blamed> {
        expression.blame(&self.scope().worker(worker))
    }

    /// The same for a step's expression and both.
    pub(crate) fn step_blame(self, expression: &Expression, task: &Task, worker: &Worker) -> Vec<Blamed> {
        expression.blame(&self.scope().task(task).worker(worker))
    }

    /// The same for many workers, of whom many see the same.
    pub(crate) fn queue_blames(self, blames: &mut Blames<'_>, worker: &Worker) -> Arc<[Blamed]> {
        blames.blame(&self.scope().worker(worker))
    }

    /// The same for a step's expression.
    pub(crate) fn step_blames(self, blames: &mut Blames<'_>, task: &Task, worker: &Worker) -> Arc<[Blamed]> {
        blames.blame(&self.scope().task(task).worker(worker))
    }

    fn scope(self) -> Scope<'a> {
        Scope::new(self)
    }
}
