//! What would bring a task and a worker together, in words and as steps of a scenario. What helps is the engine's to
//! find out.

use pointsman::{ChangeKind, Command, TaskId, WorkerId};
use serde::Serialize;

use super::words::Words;
use crate::words::as_step;

/// The smallest set of changes after which nothing stands between a task and a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unblock {
    /// The worker.
    pub worker: String,
    /// The changes, in the order in which they are to be made.
    pub changes: Vec<Change>,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// The code of its kind.
    pub kind: String,
    /// What to do, in words.
    pub what: String,
    /// The same as a step of a scenario, which `plan --do` takes, too; absent where it takes a whole configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

/// That of a pair; none where nothing stands between them, or nothing helps.
pub(super) fn of(words: Words<'_>, task: TaskId, worker: WorkerId) -> Option<Unblock> {
    let advice = words.engine.unblock(task, worker)?;
    let changes = advice.changes.into_iter().map(|change| Change {
        kind: change.kind.code().to_owned(),
        what: what(words, &change.kind),
        step: step(words, &change.command),
    });
    Some(Unblock { worker: words.worker(worker), changes: changes.collect() })
}

/// Ids in an expression belong to it.
fn what(words: Words<'_>, kind: &ChangeKind) -> String {
    match kind {
        ChangeKind::Answer { .. } => words.named(&kind.to_string()),
        ChangeKind::SetActivity { .. }
        | ChangeKind::SwitchChannelOn { .. }
        | ChangeKind::RaiseCapacity { .. }
        | ChangeKind::SetWorkerAttribute { .. }
        | ChangeKind::SetTaskAttribute { .. }
        | ChangeKind::SetQueueExpression { .. }
        | ChangeKind::SetStepExpression { .. } => kind.to_string(),
    }
}

fn step(words: Words<'_>, command: &Command) -> Option<String> {
    let whole = matches!(command, Command::UpdateWorkflow(_));
    (!whole).then(|| as_step(command, words.names))
}
