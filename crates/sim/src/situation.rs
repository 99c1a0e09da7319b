//! A recording up to an instant: the engine as it was then, and what there had been. It puts parts together; what the
//! engine did is the engine's, what is said about it `history`'s and `explanation`'s.

use pointsman::{Engine, Rejection, TaskId, Timestamp};
use pointsman_config::Names;

use crate::history::{Histories, History};
use crate::recording::{Recording, friendly_names};
use crate::replay::play;

/// How things stand at an instant.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The engine at that instant.
    pub engine: Engine,
    /// What things are called.
    pub names: Names,
    /// The instant that times count from; none where all that is known is the state: then they are told as ages.
    pub start: Option<Timestamp>,
    /// What there was; none without a log.
    pub histories: Option<Histories>,
}

impl Situation {
    /// That of a recording when everything up to `at` is done, with the histories of these tasks.
    ///
    /// # Errors
    /// When the engine refuses the workspace.
    pub fn of(
        recording: &Recording,
        names: Names,
        at: Timestamp,
        asked: impl IntoIterator<Item = TaskId>,
    ) -> Result<Self, Rejection> {
        let spec = recording.workspace();
        let mut history = History::new(spec, &names, asked);
        let engine = play(recording, Some(at), |engine, turn| history.observe(engine, turn))?;
        let histories = Some(history.finish(at));
        let names = with_tasks(names, &engine);
        Ok(Self { engine, start: Some(spec.start), names, histories })
    }

    /// That of an engine of which nothing else is known.
    pub fn now(engine: Engine) -> Self {
        let names = with_tasks(friendly_names(&engine.spec()), &engine);
        Self { engine, names, start: None, histories: None }
    }

    /// The instant that the times of events are told from.
    pub(crate) fn zero(&self) -> Timestamp {
        self.start.unwrap_or(self.engine.clock())
    }
}

/// Tasks without a name go by their SIDs, so that commands can be about them.
fn with_tasks(mut names: Names, engine: &Engine) -> Names {
    for task in engine.tasks().map(|view| view.facts.task) {
        if names.name(task).is_none() {
            let sid = task.to_string();
            // INVARIANT: nothing is called by the SID of something else, which would have had to have this id.
            let _ = names.declare::<TaskId>(&sid, Some(&sid), None);
        }
    }
    names
}
