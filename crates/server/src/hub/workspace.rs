//! A workspace: its engine, and what the wire tells beside it.

use pointsman::statistics::Statistics;
use pointsman::{Command, Engine, Event, EventKind, Rejection, Timestamp};

use super::input::NewWorkspace;
use super::log::EventLog;
use super::notes::{Note, Notes};
use crate::sid::WorkspaceSid;

/// An event nobody outside has heard of yet, and who is to hear of it.
#[derive(Clone, Debug)]
pub struct Announcement {
    /// Where it happened.
    pub workspace: WorkspaceSid,
    /// What happened.
    pub event: Event,
    /// Where the event callback goes.
    pub tell: Option<String>,
    /// Whom the assignment callback asks.
    pub ask: Option<Ask>,
}

/// Whom to ask what to do with a reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Who is asked.
    pub url: String,
    /// Who is asked when the first does not answer.
    pub fallback: Option<String>,
}

/// One engine with its statistics, its events and its notes.
#[derive(Debug)]
pub struct Workspace {
    pub(super) sid: WorkspaceSid,
    pub(super) engine: Engine,
    pub(super) statistics: Statistics,
    pub(super) log: EventLog,
    pub(super) notes: Notes,
}

impl Workspace {
    pub(super) fn new(sid: WorkspaceSid, now: Timestamp, new: &NewWorkspace) -> Result<Self, Rejection> {
        let engine = Engine::new(new.spec.clone().start(now), sid.number())?;
        let statistics = Statistics::starting(&engine);
        let mut notes = Notes::new(now, new.notes.clone());
        new.workflows.iter().cloned().for_each(|note| notes.put(note));
        Ok(Self { sid, engine, statistics, log: EventLog::default(), notes })
    }

    pub(super) fn handle(&mut self, now: Timestamp, command: Command) -> Result<(), Rejection> {
        self.engine.handle(now, command)
    }

    pub(super) fn handle_timeout(&mut self, now: Timestamp) {
        self.engine.handle_timeout(now);
    }

    pub(super) fn note(&mut self, now: Timestamp, command: &Command, note: &Option<Note>) {
        self.notes.take(now, command, note);
    }

    /// Takes the engine's events, counted and kept.
    pub(super) fn collect(&mut self) -> Vec<Announcement> {
        let mut announced = Vec::new();
        while let Some(event) = self.engine.poll_event() {
            self.statistics.observe(&event);
            self.log.push(event.clone());
            announced.push(self.announce(event));
        }
        announced
    }

    /// An event with those who are to hear of it.
    pub fn announce(&self, event: Event) -> Announcement {
        let tell =
            self.notes.workspace.wants(event.kind.name()).then(|| self.notes.workspace.event_callback_url.clone());
        let ask = self.ask(&event);
        Announcement { workspace: self.sid, tell, ask, event }
    }

    fn ask(&self, event: &Event) -> Option<Ask> {
        let EventKind::ReservationCreated(facts) = &event.kind else { return None };
        let notes = self.notes.workflow(facts.task.workflow?)?;
        let given = |url: &String| Some(url.clone()).filter(|url| !url.is_empty());
        let url = given(&notes.assignment_callback_url)?;
        Some(Ask { url, fallback: given(&notes.fallback_assignment_callback_url) })
    }

    /// Its SID.
    pub fn sid(&self) -> WorkspaceSid {
        self.sid
    }

    /// The machine that routes.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What happened, in figures.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// What happened.
    pub fn log(&self) -> &EventLog {
        &self.log
    }

    /// What the engine does not know.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }
}
