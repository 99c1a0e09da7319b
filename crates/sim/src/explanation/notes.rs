//! What explains a task beside the verdicts: settings that are often taken for something else.

use pointsman::{
    FilterRef, NO_FILTER_MATCHES, TaskExplanation, TaskOrder, TaskStatus, Verdict, WaitCause, WorkflowConfiguration,
    format_duration,
};

use crate::history::{Entry, Happened, Leaving, TaskHistory};

/// The notes on a task.
pub(super) fn of(explained: &TaskExplanation, history: Option<&TaskHistory>, next: &[Entry]) -> Vec<String> {
    let configuration = history.and_then(|history| history.configuration.as_deref());
    let notes = [
        configuration.and_then(|configuration| fallen_out(explained, history, configuration)),
        nothing_matched(explained),
        last_step(next),
        configuration.and_then(|configuration| skip_if(explained, configuration)),
        newest_first(explained),
        old_configuration(history),
    ];
    notes.into_iter().flatten().collect()
}

/// A task whose time was up, in a workflow with a default filter.
fn fallen_out(
    explained: &TaskExplanation,
    history: Option<&TaskHistory>,
    configuration: &WorkflowConfiguration,
) -> Option<String> {
    let timed_out = |what: &Happened| matches!(what, Happened::LeftWorkflow { by: Leaving::Timeout });
    let timed_out = history?.entries.iter().any(|entry| timed_out(&entry.what));
    if explained.task.facts.status != TaskStatus::Canceled || !timed_out {
        return None;
    }
    let default = if configuration.default_filter.is_some() {
        "; the default filter is for tasks that match no filter, not for those whose time is up"
    } else {
        ""
    };
    Some(format!("when the last target that a task matches is left by timeout, the task is canceled{default}"))
}

fn nothing_matched(explained: &TaskExplanation) -> Option<String> {
    let nothing = explained.task.facts.reason.as_deref() == Some(NO_FILTER_MATCHES);
    nothing.then(|| "a `default_filter` would have taken it".to_owned())
}

/// A step with a timeout and nothing behind it.
fn last_step(next: &[Entry]) -> Option<String> {
    let (left, out) = (next.first()?, next.get(1)?);
    let by_timeout = matches!(left.what, Happened::LeftStep { by: Leaving::Timeout, .. });
    let is_last = by_timeout && matches!(out.what, Happened::LeftWorkflow { by: Leaving::Timeout });
    let at = format_duration(left.at);
    is_last.then(|| {
        format!("this is the last target that the task matches: at {at} its time is up, and the task is canceled")
    })
}

/// A step that was not skipped although nobody has a free hand.
fn skip_if(explained: &TaskExplanation, configuration: &WorkflowConfiguration) -> Option<String> {
    let step = explained.task.facts.step.as_ref()?;
    let FilterRef::Index(index) = step.filter else { return None };
    let skip_if = configuration.filters.get(index)?.targets.get(step.target)?.skip_if.as_ref()?;
    let busy = matches!(explained.cause?, WaitCause::NoCapacity | WaitCause::Outranked);
    busy.then(|| {
        format!(
            "`skip_if` is `{skip_if}`: it counts activities, not free hands; `1==1` skips whenever nobody can be asked"
        )
    })
}

fn newest_first(explained: &TaskExplanation) -> Option<String> {
    let lifo =
        |verdict: &Verdict| matches!(verdict, Verdict::Outranked { own, .. } if own.task_order == TaskOrder::Lifo);
    let any = explained.workers.iter().any(|worker| lifo(&worker.verdict) || worker.others.iter().any(lifo));
    any.then(|| "the queue is LIFO: the newest task comes first, whatever its priority".to_owned())
}

/// A task that was in its workflow when that was changed.
fn old_configuration(history: Option<&TaskHistory>) -> Option<String> {
    let history = history.filter(|history| history.facts.status.is_waiting())?;
    let mut changed = None;
    for entry in &history.entries {
        if let Happened::WorkflowUpdated { re_evaluate_tasks } = &entry.what {
            changed = (!re_evaluate_tasks).then_some(entry.at);
        }
    }
    let at = format_duration(changed?);
    Some(format!(
        "its workflow was changed at {at} without `re_evaluate_tasks`: it follows the configuration it came with"
    ))
}
