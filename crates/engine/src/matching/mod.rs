//! Pure reads: who may take a task, in which order, and what is next to be settled. It changes nothing.

mod rank;
mod scope;
mod verdict;

pub(crate) use verdict::{Obstacle, Obstacles, Verdict, course, is_eligible};

use std::sync::Arc;

use pointsman_expr::{Blamed, Blames, Expression};

use self::scope::Scope;
use crate::catalog::Catalog;
use crate::state::State;
use crate::state::table::Seq;
use crate::state::tasks::{Mark, Task};
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
    Reserve(Vec<Seq>),
    /// Leave the step because its time is up.
    LeaveByTimeout,
    /// Leave the step because nobody can be asked and `skip_if` holds.
    LeaveBySkip,
    /// Stop looking at it until something changes.
    Wait,
}

impl<'a> Judge<'a> {
    /// The best pending task to which something applies, and what (rule R1).
    pub(crate) fn next(self) -> Option<(Seq, Settlement)> {
        let dirty = &self.state.dirty;
        if dirty.everything || !dirty.workers.is_empty() {
            let mut waiting = self.state.tasks.waiting();
            return waiting.find_map(|(seq, task)| Some((seq, self.settlement(seq, task)?)));
        }
        let concerned = self.state.tasks.marked() | &dirty.tasks;
        let waiting = self.state.tasks.in_order(&concerned).into_iter();
        waiting
            .filter_map(|seq| Some((seq, self.state.tasks.at(seq)?)))
            .find_map(|(seq, task)| Some((seq, self.settlement(seq, task)?)))
    }

    /// What applies to this pending task, the first that does.
    fn settlement(self, seq: Seq, task: &Task) -> Option<Settlement> {
        let overdue = task.is_overdue(self.now);
        if overdue && task.mark == Some(Mark::Returned) {
            return Some(Settlement::LeaveByTimeout);
        }
        if self.may_have_candidate(seq, task) {
            let candidates = self.ranked(task, |verdict| verdict.is_none());
            if !candidates.is_empty() {
                return Some(Settlement::Reserve(self.batch(task, candidates)));
            }
        }
        task.mark?;
        if overdue {
            return Some(Settlement::LeaveByTimeout);
        }
        Some(if self.skips(task) { Settlement::LeaveBySkip } else { Settlement::Wait })
    }

    /// Whether looking for candidates can find one: a task that waits unmarked had none when it was last looked at.
    fn may_have_candidate(self, seq: Seq, task: &Task) -> bool {
        let dirty = &self.state.dirty;
        if dirty.everything || task.mark.is_some() || dirty.tasks.contains(&seq) {
            return true;
        }
        let mut changed = dirty.workers.iter().filter_map(|seq| Some((*seq, self.state.workers.at(*seq)?)));
        changed.any(|(seq, worker)| self.verdict(task, seq, worker).is_none())
    }

    /// As many of the ranked candidates as the queue reserves at once (rule R11).
    fn batch(self, task: &Task, mut candidates: Vec<Seq>) -> Vec<Seq> {
        let queue = task.place.as_ref().and_then(|place| self.catalog.queues.get(place.queue));
        let most = queue.map_or(1, |queue| queue.max_reserved_workers);
        candidates.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        candidates
    }

    /// Whether the step's `skip_if` holds (semantics section 2.7).
    fn skips(self, task: &Task) -> bool {
        let skip_if = task.target().and_then(|target| target.skip_if.as_ref());
        skip_if.is_some_and(|skip_if| skip_if.matches(&self.scope().task(task)))
    }

    /// Whether a filter's expression holds for the task.
    pub(crate) fn filter_matches(self, expression: &Expression, task: &Task) -> bool {
        expression.matches(&self.scope().task(task))
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
