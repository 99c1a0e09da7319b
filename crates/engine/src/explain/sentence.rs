//! Verdicts as sentences about the worker. Ids stand as they are: whoever has given names puts them in their place.

use std::fmt;

use pointsman_expr::{Blamed, NodeKind, Operand, Term, Value};

use super::{Failed, Known, Passed, TaskRank, Verdict, WaitCause, WorkerOrder};
use crate::spec::TaskOrder;

/// What is true of the worker: `is in the activity "Offline", which is not an available one`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reserved { .. } => f.write_str("has been asked and has not answered yet"),
            Self::Assigned { .. } => f.write_str("has taken the task"),
            Self::NotInQueue { queue: None, .. } => f.write_str("is in no queue with the task: it is in none"),
            Self::NotInQueue { queue: Some((_, name)), failed: None } => {
                write!(f, "is not in the queue `{name}`: its expression is empty, which no worker matches")
            }
            Self::NotInQueue { queue: Some((_, name)), failed: Some(failed) } => {
                write!(f, "is not in the queue `{name}`: {failed}")
            }
            Self::StepExpressionFalse { failed } => write!(f, "does not fulfil the step's expression: {failed}"),
            Self::NotTheKnownWorker { known } => write!(f, "is not the worker the task is for: {known}"),
            Self::ActivityUnavailable { activity } => {
                write!(f, "is in the activity `{activity}`, which is not an available one")
            }
            Self::ChannelUnavailable { channel } => write!(f, "takes no new tasks of the channel `{channel}`"),
            Self::NoCapacity { channel, load, capacity } => {
                write!(f, "has no free hand: {load} of {capacity} on the channel `{channel}`")
            }
            Self::AlreadyHasReservation { task } => write!(f, "has been asked to take {task} and has not answered yet"),
            Self::NotWaiting { status } => write!(f, "is not needed: the task is {status}"),
            Self::WouldBeNext => f.write_str("would be next"),
            Self::OrderedBehind { worker, ahead, own } => {
                write!(f, "comes behind {worker} ({ahead}), having {own}")
            }
            Self::Outranked { task, ahead, own } => {
                write!(f, "takes {task} first ({ahead}), this one being {own}")
            }
        }
    }
}

/// `languages HAS 'es'` does not hold, `languages` is ["en"].
impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, blamed) in self.blamed.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "; " })?;
            self.comparison(f, blamed)?;
        }
        Ok(())
    }
}

impl Failed {
    fn comparison(&self, f: &mut fmt::Formatter<'_>, blamed: &Blamed) -> fmt::Result {
        let text = self.expression.text();
        let holds = if blamed.wanted { "does not hold" } else { "holds and must not" };
        write!(f, "`{}` {holds}", &text[blamed.span.clone()])?;
        let NodeKind::Test { left, right, .. } = &self.expression.tree()[blamed.node].kind else { return Ok(()) };
        for (term, value) in [(left, &blamed.left), (right, &blamed.right)] {
            if let Term { operand: Operand::Name(_), span } = term {
                write!(f, ", `{}` is {}", &text[span.clone()], Shown(value))?;
            }
        }
        match blamed.note {
            Some(note) => write!(f, " ({note})"),
            None => Ok(()),
        }
    }
}

/// A value, or that there is none.
struct Shown<'a>(&'a Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self.0 == Value::Null { f.write_str("missing") } else { write!(f, "{}", self.0) }
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Direct(worker) => write!(f, "it goes to {worker} only"),
            Self::Step { reference, value: value @ Value::String(_), worker: None } => {
                write!(f, "`{reference}` is {value}, and there is no such worker")
            }
            Self::Step { reference, value: Value::Null, .. } => write!(f, "`{reference}` is missing, so it is nobody"),
            Self::Step { reference, value, worker: None } => {
                write!(f, "`{reference}` is {value}, which is no text, so it is nobody")
            }
            Self::Step { reference, worker: Some(worker), .. } => write!(f, "`{reference}` names {worker}"),
        }
    }
}

/// `3, none; last reserved at ...`
impl fmt::Display for WorkerOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for value in self.order_by.iter().flat_map(|values| values.iter()) {
            match value {
                Some(value) => write!(f, "{value}, ")?,
                None => f.write_str("no value, ")?,
            }
        }
        match self.last_reserved {
            Some(at) => write!(f, "last reserved at {at}"),
            None => f.write_str("never reserved"),
        }
    }
}

/// `priority 5, waiting since ...`
impl fmt::Display for TaskRank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.task_order {
            TaskOrder::Fifo => write!(f, "priority {}, since {}", self.priority, self.virtual_start_time),
            TaskOrder::Lifo => write!(f, "newest first, since {}", self.virtual_start_time),
        }
    }
}

impl fmt::Display for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMatched(failed) => write!(f, "not matched: {failed}"),
            Self::MatchesSince => f.write_str("matches now, and did not when the filters were read"),
            Self::LeftByTimeout => f.write_str("left by timeout"),
            Self::LeftBySkip => f.write_str("left by skip"),
            Self::Left => f.write_str("left by timeout or skip"),
        }
    }
}

/// What the task waits for, as the end of a sentence: `waits for ...`.
impl fmt::Display for WaitCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BetweenSteps => "its next step",
            Self::Reserved => "an answer of those who have been asked",
            Self::KnownWorker => "the one worker that its step considers",
            Self::NoWorker => "a worker: nobody is in the queue and fulfils the step's expression",
            Self::NoneAvailable => "an available worker: all who may take it are absent",
            Self::NoCapacity => "a free hand: all who are there are busy, and one of them takes this task first",
            Self::Outranked => "its turn: all who are there are busy and take other tasks first",
        })
    }
}
