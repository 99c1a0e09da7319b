//! The smallest set of changes after which a worker may take a task: what to do, where [`Engine::explain`] says why
//! not.
//!
//! Fewer changes are better than more; of as many, the cheaper ones: to move the worker to another activity costs
//! least, then to switch a channel on, then to free a hand (a greater capacity, an answer), then to change an
//! attribute, and most of all to change an expression, which concerns everybody.
//!
//! [`Engine::explain`]: crate::Engine::explain

mod look;
mod moves;
mod values;
mod what_if;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use pointsman_expr::{Path, Value};

use self::moves::Move;
use self::what_if::WhatIf;
use crate::command::Command;
use crate::event::FilterRef;
use crate::id::{ActivityId, TaskId, TaskQueueId, WorkflowId};
use crate::matching::Judge;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::Worker;

/// Changes after which nothing stands between a task and a worker ([`Engine::unblock`](crate::Engine::unblock)).
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// The changes, in the order in which they are to be made. The worker may still be asked to take other tasks
    /// first, with the hand that these changes give it, and another worker may take the task.
    pub changes: Vec<Change>,
}

/// A change, and the command that makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What changes.
    pub kind: ChangeKind,
    /// The command. It is meant for the state the advice was given in.
    pub command: Command,
}

/// What changes, from the cheapest kind to the dearest.
#[derive(Clone, Debug, PartialEq)]
pub enum ChangeKind {
    /// The worker goes to another activity.
    SetActivity {
        /// Which one.
        activity: ActivityId,
        /// Its name.
        name: Arc<str>,
    },
    /// The worker takes new tasks of a channel.
    SwitchChannelOn {
        /// The channel's unique name.
        channel: Arc<str>,
    },
    /// The worker can have more tasks of a channel at once.
    RaiseCapacity {
        /// The channel's unique name.
        channel: Arc<str>,
        /// How many.
        to: u32,
    },
    /// Single-tasking: the worker accepts the task it has been asked to take.
    Answer {
        /// That task.
        task: TaskId,
    },
    /// An attribute of the worker changes.
    SetWorkerAttribute {
        /// Which one.
        path: Path,
        /// Its value; null takes it away.
        to: Value,
    },
    /// An attribute of the task changes; the workflow's filters are not read again.
    SetTaskAttribute {
        /// Which one.
        path: Path,
        /// Its value; null takes it away.
        to: Value,
    },
    /// A queue takes other workers.
    SetQueueExpression {
        /// The queue.
        task_queue: TaskQueueId,
        /// Its expression.
        to: String,
    },
    /// A routing step takes other workers, and the workflow's tasks begin anew. Only the step by which the task enters
    /// its workflow is changed for it: there it is again when it has begun anew.
    SetStepExpression {
        /// The workflow.
        workflow: WorkflowId,
        /// The filter.
        filter: FilterRef,
        /// The target's place in the filter.
        target: usize,
        /// Its expression.
        to: String,
    },
}

impl ChangeKind {
    /// Every code, the cheapest first.
    pub const CODES: [&str; 8] = [
        "set-activity",
        "switch-channel-on",
        "raise-capacity",
        "answer",
        "set-worker-attribute",
        "set-task-attribute",
        "set-queue-expression",
        "set-step-expression",
    ];

    /// The stable name, in kebab-case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SetActivity { .. } => "set-activity",
            Self::SwitchChannelOn { .. } => "switch-channel-on",
            Self::RaiseCapacity { .. } => "raise-capacity",
            Self::Answer { .. } => "answer",
            Self::SetWorkerAttribute { .. } => "set-worker-attribute",
            Self::SetTaskAttribute { .. } => "set-task-attribute",
            Self::SetQueueExpression { .. } => "set-queue-expression",
            Self::SetStepExpression { .. } => "set-step-expression",
        }
    }

    /// What it costs, in steps of the order of kinds.
    pub fn cost(&self) -> u32 {
        match self {
            Self::SetActivity { .. } => 1,
            Self::SwitchChannelOn { .. } => 2,
            Self::RaiseCapacity { .. } | Self::Answer { .. } => 3,
            Self::SetWorkerAttribute { .. } | Self::SetTaskAttribute { .. } => 4,
            Self::SetQueueExpression { .. } | Self::SetStepExpression { .. } => 5,
        }
    }
}

/// What to do, as a sentence.
impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetActivity { name, .. } => write!(f, "move the worker to the activity `{name}`"),
            Self::SwitchChannelOn { channel } => write!(f, "let the worker take tasks of the channel `{channel}`"),
            Self::RaiseCapacity { channel, to } => write!(f, "raise the worker's capacity on `{channel}` to {to}"),
            Self::Answer { task } => write!(f, "have the worker accept {task}"),
            Self::SetWorkerAttribute { path, to } => write!(f, "set the worker's attribute `{path}` to {to}"),
            Self::SetTaskAttribute { path, to } => write!(f, "set the task's attribute `{path}` to {to}"),
            Self::SetQueueExpression { to, .. } => write!(f, "change the queue's expression to `{to}`"),
            Self::SetStepExpression { to, .. } => write!(f, "change the step's expression to `{to}`"),
        }
    }
}

/// How many sets of changes are looked at; where more would have to be, there is no advice.
const SETS: usize = 2_000;

/// The advice for a pair; none when nothing stands between them or nothing helps.
///
/// Sets grow by what may remove an obstacle that is left, first those that may become the smallest: the first one that
/// leaves none is the answer.
pub(crate) fn advice(judge: Judge<'_>, task: &Task, (seq, worker): (Seq, &Worker)) -> Option<Advice> {
    let start = WhatIf::new(judge, task, seq, worker);
    let asked = judge.unanswered(task, worker).is_some_and(|row| row.task == task.id());
    if !task.status().is_waiting() || asked || start.is_clear() {
        return None;
    }
    // Among equals comes the set found first.
    let mut open = BTreeMap::from([((0, 0, 0), (Vec::new(), start.clone()))]);
    let mut seen = BTreeSet::new();
    while let Some((_, (set, now))) = open.pop_first() {
        if now.is_clear() {
            return start.changes(&set).map(|changes| Advice { changes });
        }
        for moved in moves::from(&now) {
            let larger = moves::joined(&set, moved);
            let Some(then) = start.clone().after(&larger) else { continue };
            if seen.len() < SETS && then.is_sparing(&larger) && seen.insert(key(&larger, &then)) {
                let (more, cost) = moves::least(&then);
                let cost = cost + larger.iter().map(Move::cost).sum::<u32>();
                open.insert((larger.len() + more, cost, seen.len()), (larger, then));
            }
        }
    }
    None
}

/// Equal for sets that change the same things and look the same.
fn key(set: &[Move], then: &WhatIf<'_>) -> String {
    let mut key = then.look();
    set.iter().for_each(|moved| moved.write(&mut key));
    key
}
