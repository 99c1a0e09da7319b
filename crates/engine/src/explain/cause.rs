//! What a waiting task waits for: one cause for each instant, so that a wait is the sum of its parts.

use super::{Verdict, WaitCause, WorkerVerdict};
use crate::state::tasks::Task;
use crate::status::TaskStatus;

/// None for a task that does not wait.
pub(super) fn of(task: &Task, workers: &[WorkerVerdict]) -> Option<WaitCause> {
    match task.status() {
        TaskStatus::Reserved => Some(WaitCause::Reserved),
        TaskStatus::Pending => Some(of_pending(task, workers)),
        TaskStatus::Assigned | TaskStatus::Wrapping | TaskStatus::Completed | TaskStatus::Canceled => None,
    }
}

fn of_pending(task: &Task, workers: &[WorkerVerdict]) -> WaitCause {
    if task.only_worker().is_some() || task.target().is_some_and(|target| target.known_worker.is_some()) {
        return WaitCause::KnownWorker;
    }
    if task.step.is_none() {
        return WaitCause::BetweenSteps;
    }
    let eligible: Vec<_> = workers.iter().filter(|worker| !worker.has(is_of_step)).collect();
    let ready: Vec<_> = eligible.iter().filter(|worker| !worker.has(is_absence)).collect();
    if eligible.is_empty() {
        WaitCause::NoWorker
    } else if ready.is_empty() {
        WaitCause::NoneAvailable
    } else if ready.iter().all(|worker| worker.has(|verdict| matches!(verdict, Verdict::Outranked { .. }))) {
        WaitCause::Outranked
    } else {
        WaitCause::NoCapacity
    }
}

impl WorkerVerdict {
    fn has(&self, wanted: fn(&Verdict) -> bool) -> bool {
        std::iter::once(&self.verdict).chain(&self.others).any(wanted)
    }
}

fn is_of_step(verdict: &Verdict) -> bool {
    matches!(
        verdict,
        Verdict::NotInQueue { .. } | Verdict::StepExpressionFalse { .. } | Verdict::NotTheKnownWorker { .. }
    )
}

fn is_absence(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::ActivityUnavailable { .. } | Verdict::ChannelUnavailable { .. })
}
