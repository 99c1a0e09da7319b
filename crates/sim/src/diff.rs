//! What a changed configuration changes: two workspaces against one recording, or against one living engine. It runs
//! and compares; every rule of routing is the engine's.
//!
//! **Against a recording** ([`runs`]). Its commands run twice through engines of their own, each with one of the two
//! workspaces from the start. A command that only one side refuses is told, and the run goes on. Commands are made to
//! mean the same on both sides: a reservation given by id is addressed by task and worker, because ids depend on how many
//! were made before; a version that a command's author had seen is not asked for; a command that the recording refused
//! for its version, or that names a reservation there never was, is left out. What workers do is one of [`Answers`].
//!
//! **Against a living engine** ([`states`]). Two forks, on each the commands that put one of the two workspaces in
//! place, as an operator would. Tasks of workflows that differ are re-evaluated on both. No time passes.
//!
//! Compared are, by id and not by name:
//!
//! * *tasks*: those that waited (states) or were created (runs), each by the command that created it, so that a name used
//!   twice is two tasks. A task goes *elsewhere* when workflow, filter, target, queue or worker differ at the end, those
//!   asked included. A filter is the one of its friendly name, else of its expression, else of its place, and it is the one that the
//!   workflow has at that place when the task enters it.
//! * *workers*: members of queues at the end; eligible for a task right after the command that created it (runs) or at
//!   the end (states).
//! * *filters*: the share of the tasks entering the workflow that entered by this filter (runs), or of those that waited
//!   (states).
//! * *waits*, in runs: from creation to acceptance, or to the end without one, or to the end of the run.
//! * *outcomes*: what was counted; at the end, who waits and who is taken.

mod compare;
mod condition;
mod filters;
mod result;
mod script;
mod seen;
mod side;
mod state;

use std::collections::BTreeSet;
use std::fmt;

use pointsman::{Engine, Rejection, WorkspaceSpec};
use pointsman_config::Names;

use self::compare::Sides;
use self::filters::Filters;
use self::script::Script;
use self::seen::millis;
use self::state::Fork;
use crate::recording::{Recording, call_friendly};
use crate::words;

pub use self::condition::{Condition, Judged, figures};
pub use self::result::{
    Change, Diff, Filter, FilterChange, Gains, Outcome, Refusal, Share, TaskChange, TaskPlace, WaitChange, WaitChanges,
    WorkerChange,
};

/// One of the two configurations.
#[derive(Clone, Copy, Debug)]
pub struct Variant<'a> {
    /// The workspace, whole.
    pub workspace: &'a WorkspaceSpec,
    /// What things are called in it.
    pub names: &'a Names,
}

/// What workers do in a comparison of runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answers {
    /// What the recording says: its commands address a task and a worker, and are refused where the two have not met.
    #[default]
    AsRecorded,
    /// Whoever is asked accepts, and works the task off, as the task was accepted and worked off in the recording: after
    /// the same time, whoever it is. A task that nobody completed there has the course of the one with the median time
    /// from acceptance to completion. The recording's own commands that accept, reject, hold or cancel a
    /// reservation, wrap or complete a task are left out.
    Auto,
}

/// Why two configurations cannot be compared.
#[derive(Clone, Debug, PartialEq)]
pub enum DiffError {
    /// The engine refuses a workspace.
    Refused {
        /// Which: `old`, `new` or `recorded`.
        workspace: &'static str,
        /// Why.
        rejection: Rejection,
    },
    /// The commands go on from a snapshot, which has a workspace of its own.
    GoesOn,
    /// The two differ in what no command can change both ways in a living workspace.
    Unchangeable {
        /// What it is, in words.
        what: String,
    },
}

impl fmt::Display for DiffError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { workspace, rejection } => write!(f, "the {workspace} workspace is refused: {rejection}"),
            Self::GoesOn => f.write_str(
                "what happens goes on from a snapshot, which has its own workspace: compare the configurations against the \
                 snapshot itself",
            ),
            Self::Unchangeable { what } => write!(
                f,
                "the configurations differ in {what}, which cannot change both ways in a living workspace: compare them \
                 against a scenario or a recording"
            ),
        }
    }
}

impl std::error::Error for DiffError {}

/// What differs when the commands of a recording run with one workspace and with the other.
///
/// # Errors
/// When the engine refuses one of the workspaces, or the recording goes on from a snapshot.
pub fn runs(recording: &Recording, old: Variant<'_>, new: Variant<'_>, answers: Answers) -> Result<Diff, DiffError> {
    if recording.goes_on() {
        return Err(DiffError::GoesOn);
    }
    let refused = |workspace| move |rejection| DiffError::Refused { workspace, rejection };
    let script = Script::learn(recording, answers).map_err(refused("recorded"))?;
    let play = |variant: Variant<'_>, filters| {
        let start = recording.workspace().start;
        side::play(&variant.workspace.clone().start(start), recording.namespace(), filters, &script)
    };
    let [_, old_filters, new_filters] = Filters::of_all(old.workspace, old.workspace, new.workspace);
    let before = play(old, old_filters).map_err(refused("old"))?;
    let after = play(new, new_filters).map_err(refused("new"))?;
    let names = recording.names();
    let told = |number: usize| {
        let input = script.input(number);
        let at = input.map(|input| millis(input.at.since(recording.workspace().start)));
        (at.unwrap_or_default(), input.map(|input| words::command(&input.command, &names)).unwrap_or_default())
    };
    let sides = Sides { before: &before, after: &after, names: &[&names, old.names, new.names], timed: true };
    Ok(sides.diff(&told))
}

/// What differs when one workspace or the other is put in place of what an engine has, at its clock. `names` are those
/// of what the engine holds, beyond the friendly names. The engine itself is left as it is.
///
/// # Errors
/// When the engine refuses one of the workspaces, or the two differ in what no command can change.
pub fn states(engine: &Engine, names: &Names, old: Variant<'_>, new: Variant<'_>) -> Result<Diff, DiffError> {
    let [old_spec, new_spec] = [explicit(old, "old")?, explicit(new, "new")?];
    if let Some(what) = state::unchangeable(&old_spec, &new_spec) {
        return Err(DiffError::Unchangeable { what });
    }
    let (base, mut names) = (engine.spec(), names.clone());
    call_friendly(&mut names, &base);
    let old_commands = state::commands(&base, &old_spec, &new_spec);
    let new_commands = state::commands(&base, &new_spec, &old_spec);
    let texts = old_commands.iter().chain(&new_commands).map(|command| words::command(command, &names));
    let texts: Vec<String> = texts.collect::<BTreeSet<_>>().into_iter().collect();
    let [filters, old_filters, new_filters] = Filters::of_all(&base, old.workspace, new.workspace);
    let fork = Fork { engine, filters: &filters, names: &names, texts: &texts };
    let (before, after) = (fork.show(&old_commands, old_filters), fork.show(&new_commands, new_filters));
    let told = |number: usize| (0, texts.get(number).cloned().unwrap_or_default());
    let sides = Sides { before: &before, after: &after, names: &[&names, old.names, new.names], timed: false };
    Ok(sides.diff(&told))
}

/// A workspace with everything in it that goes without saying: the activities and channels of one that names none.
fn explicit(variant: Variant<'_>, workspace: &'static str) -> Result<WorkspaceSpec, DiffError> {
    let engine = Engine::new(variant.workspace.clone(), 0);
    engine.map(|engine| engine.spec()).map_err(|rejection| DiffError::Refused { workspace, rejection })
}
