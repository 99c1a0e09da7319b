//! What happens to a task, in words.

use std::fmt;

use super::{Happened, Leaving, Place};

/// Half a sentence about the task: `enters filter 0, target 0: queue `spanish``.
impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&told(self))
    }
}

fn told(what: &Happened) -> String {
    match what {
        Happened::Created { workflow: Some(workflow), priority } => {
            format!("created in the workflow `{workflow}`, priority {priority}")
        }
        Happened::Created { workflow: None, priority } => format!("created, priority {priority}"),
        Happened::EnteredStep { step, queue, priority, previous_priority } => {
            let changed = previous_priority.map(|before| format!(", priority {before} becomes {priority}"));
            format!("enters {}: queue `{queue}`{}", place(step), changed.unwrap_or_default())
        }
        Happened::LeftStep { step, by } => format!("leaves {}{}", place(step), left(*by)),
        Happened::Asked { worker } => format!("`{worker}` is asked"),
        Happened::Answered { worker, answer } => answered(worker, answer),
        Happened::Updated { changed } => format!("changed: {}", changed.join(", ")),
        Happened::WorkflowUpdated { re_evaluate_tasks: true } => {
            "its workflow is changed, for all its tasks".to_owned()
        }
        Happened::WorkflowUpdated { re_evaluate_tasks: false } => "its workflow is changed, for new tasks".to_owned(),
        Happened::LeftWorkflow { by: Leaving::Reread } => "no filter matches".to_owned(),
        Happened::LeftWorkflow { by } => format!("its workflow is over{}", left(*by)),
        Happened::Turned { status, reason } => {
            format!("{status}{}", reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())
        }
    }
}

fn place(step: &Place) -> String {
    match step.filter.as_str() {
        Some("direct") => "where it was sent".to_owned(),
        Some(_) => "the default filter".to_owned(),
        None => {
            let name = step.filter_name.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
            format!("filter {}{name}, target {}", step.filter, step.target)
        }
    }
}

fn left(by: Leaving) -> &'static str {
    match by {
        Leaving::Timeout => " by timeout",
        Leaving::Skip => " by skip",
        Leaving::Reread => ": the filters are read anew",
    }
}

fn answered(worker: &str, answer: &str) -> String {
    match answer {
        "timeout" => format!("`{worker}` has not answered in time"),
        "canceled" => format!("`{worker}` is no longer asked"),
        "rescinded" => format!("`{worker}` is no longer needed"),
        answer => format!("`{worker}` has {answer} it"),
    }
}
