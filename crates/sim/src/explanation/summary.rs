//! Where a task is and what it waits for, in a sentence or two.

use pointsman::{FilterRef, StepFacts, TaskExplanation, TaskStatus, WaitCause, format_duration};

use super::words::Words;
use crate::history::{Happened, TaskHistory, filter_name};

/// Of a task that is there.
pub(super) fn of(words: Words<'_>, explained: &TaskExplanation, history: Option<&TaskHistory>) -> String {
    let facts = &explained.task.facts;
    let task = words.task(facts.task);
    let worker = explained.task.worker.map(|worker| format!("`{}`", words.worker(worker))).unwrap_or_default();
    let (at, reason) = (ended_at(history), reason(facts.reason.as_deref()));
    let first = match facts.status {
        TaskStatus::Pending | TaskStatus::Reserved => return waiting(words, explained, history),
        TaskStatus::Assigned => format!("`{task}` is assigned to {worker}{}.", taken_at(history)),
        TaskStatus::Wrapping => format!("`{task}` is wrapping with {worker}{}.", taken_at(history)),
        TaskStatus::Completed => format!("`{task}` was completed by {worker}{at}{reason}."),
        TaskStatus::Canceled => format!("`{task}` was canceled{at}{reason}."),
    };
    first + &waited(history)
}

/// Of a task that is no longer there.
pub(super) fn of_gone(words: Words<'_>, history: &TaskHistory) -> String {
    let last = history.entries.iter().rev().find_map(|entry| {
        let Happened::Turned { status, reason } = &entry.what else { return None };
        Some((status.as_str(), reason.as_deref()))
    });
    let (status, why) = last.unwrap_or_default();
    let (task, at, why) = (words.task(history.facts.task), ended_at(Some(history)), reason(why));
    let by = history.taken.as_ref().map(|(worker, _)| format!(" by `{worker}`")).unwrap_or_default();
    let after_five = "and ended tasks are removed after five minutes";
    let first = match status {
        "completed" => format!("`{task}` is gone: it was completed{by}{at}{why}, {after_five}."),
        "canceled" => format!("`{task}` is gone: it was canceled{at}{why}, {after_five}."),
        "system-deleted" => format!("`{task}` is gone: it was removed{at}, 24 hours after a worker took it."),
        "deleted" => format!("`{task}` is gone: it was deleted{at}."),
        _ => format!("`{task}` is gone: the workspace was deleted."),
    };
    first + &waited(Some(history))
}

fn waiting(words: Words<'_>, explained: &TaskExplanation, history: Option<&TaskHistory>) -> String {
    let facts = &explained.task.facts;
    let place = facts.step.as_ref().map_or_else(|| "in no queue".to_owned(), |step| place(words, step, history));
    let cause = explained.cause.map(|cause| format!(" for {}", waits_for(words, explained, cause))).unwrap_or_default();
    let since = facts.step.as_ref().map(|step| format!("It came there {}", words.at(step.queue_entered_at)));
    let since = since.unwrap_or_else(|| format!("It was created {}", words.at(facts.created_at)));
    let waited = history.map(|history| format!(" and has waited {}", format_duration(history.waited)));
    format!("`{}` waits {place}{cause}. {since}{}.", words.task(facts.task), waited.unwrap_or_default())
}

fn waits_for(words: Words<'_>, explained: &TaskExplanation, cause: WaitCause) -> String {
    let asked = explained.task.reserved.iter().map(|worker| format!("`{}`", words.worker(*worker)));
    let asked: Vec<String> = asked.take(5).collect();
    match cause {
        WaitCause::Reserved => format!("{cause}: {}", asked.join(", ")),
        WaitCause::BetweenSteps
        | WaitCause::KnownWorker
        | WaitCause::NoWorker
        | WaitCause::NoneAvailable
        | WaitCause::NoCapacity
        | WaitCause::Outranked => cause.to_string(),
    }
}

/// In the queue `spanish` (filter 0 `Spanish`, target 0).
fn place(words: Words<'_>, step: &StepFacts, history: Option<&TaskHistory>) -> String {
    let queue = words.labels.task_queue(step.task_queue, &step.task_queue_name);
    let configuration = history.and_then(|history| history.configuration.as_deref());
    let name = configuration.and_then(|configuration| filter_name(configuration, step.filter));
    let name = name.map(|name| format!(" `{name}`")).unwrap_or_default();
    let within = match step.filter {
        FilterRef::Index(index) => format!("filter {index}{name}, target {}", step.target),
        FilterRef::Default => "the default filter".to_owned(),
        FilterRef::Direct => "where it was sent".to_owned(),
    };
    format!("in the queue `{queue}` ({within})")
}

fn taken_at(history: Option<&TaskHistory>) -> String {
    let taken = history.and_then(|history| history.taken.as_ref());
    taken.map(|(_, at)| format!(", who accepted it at {}", format_duration(*at))).unwrap_or_default()
}

fn ended_at(history: Option<&TaskHistory>) -> String {
    let ended = history.and_then(|history| history.ended);
    ended.map(|at| format!(" at {}", format_duration(at))).unwrap_or_default()
}

fn reason(reason: Option<&str>) -> String {
    reason.map(|reason| format!(" (\"{reason}\")")).unwrap_or_default()
}

fn waited(history: Option<&TaskHistory>) -> String {
    history.map(|history| format!(" It had waited {}.", format_duration(history.waited))).unwrap_or_default()
}
