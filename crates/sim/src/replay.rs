//! A recording through an engine again, input by input, with whoever wants to look on. It knows no rule of routing: it
//! gives commands at their times, lets timers fire at theirs, and compares with what the recording says.

use pointsman::{Command, Engine, Event, Rejection, Timestamp};

use crate::recording::{Entry, Recording, fingerprint};

/// One input of a replay, and what followed.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    /// When.
    pub at: Timestamp,
    /// The command and its place in the recording, counted from 0; none when only time passed.
    pub command: Option<(usize, &'a Command)>,
    /// Why the command was refused, if it was.
    pub refused: Option<&'a Rejection>,
    /// What happened, in order.
    pub events: &'a [Event],
}

/// What a replay found.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// How many commands there were.
    pub commands: usize,
    /// How many events they led to.
    pub events: usize,
    /// The digest of the engine at the end.
    pub digest: String,
    /// Where the replay first differs from the recording, if it does.
    pub difference: Option<Difference>,
}

/// Where a replay first differs from its recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The place of the command that led to it, counted from 0; none after the last one.
    pub command: Option<usize>,
    /// When, in the replay.
    pub at: Timestamp,
    /// What differs.
    pub what: Differing,
}

/// What can differ.
#[derive(Clone, Debug, PartialEq)]
pub enum Differing {
    /// Whether the command is refused, and why: the codes.
    Answer {
        /// In the recording; none when it was done.
        recorded: Option<String>,
        /// In the replay.
        replayed: Option<String>,
    },
    /// An event since the command before.
    Event {
        /// The how-manieth, counted from 1.
        number: usize,
        /// The recorded one, as [`fingerprint`] has it; none when there were no more.
        recorded: Option<String>,
        /// The replayed one; none when there are no more.
        replayed: Option<Box<Event>>,
    },
    /// The state at the end, although everything before is the same or was not recorded.
    Digest {
        /// In the recording.
        recorded: String,
        /// In the replay.
        replayed: String,
    },
}

/// Runs a recording again. `observe` sees the engine after every input: each command, and each instant at which timers
/// fired before it.
///
/// # Errors
/// When the engine refuses the workspace.
pub fn replay(recording: &Recording, mut observe: impl FnMut(&Engine, &Turn<'_>)) -> Result<Replay, Rejection> {
    let mut check = Check::default();
    let engine = play(recording, None, |engine, turn| {
        match turn.command {
            None => check.tell(turn.events),
            Some((number, _)) => check.entry(number, &recording.entries()[number], turn.refused, turn.events),
        }
        observe(engine, turn);
    })?;
    check.rest(recording);
    let digest = engine.digest().to_string();
    check.digest(recording, &digest);
    let Check { events, difference, .. } = check;
    Ok(Replay { commands: recording.entries().len(), events, digest, difference })
}

/// The engine of a recording at its end.
///
/// # Errors
/// When the engine refuses the workspace.
pub fn engine_at_end(recording: &Recording) -> Result<Engine, Rejection> {
    play(recording, None, |_, _| {})
}

/// The engine of a recording at an instant, everything up to it done; without one, at its end. `observe` sees the
/// engine after every input.
pub(crate) fn play(
    recording: &Recording,
    until: Option<Timestamp>,
    mut observe: impl FnMut(&Engine, &Turn<'_>),
) -> Result<Engine, Rejection> {
    let mut engine = recording.engine()?;
    let entries = recording.entries().iter().enumerate();
    for (number, entry) in entries.take_while(|(_, entry)| until.is_none_or(|until| entry.at <= until)) {
        let timers =
            |engine: &Engine, at, events: &[Event]| observe(engine, &Turn { at, command: None, refused: None, events });
        pass(&mut engine, entry.at, timers);
        let refused = engine.handle(entry.at, entry.command.clone()).err();
        let events = drained(&mut engine);
        let command = Some((number, &entry.command));
        observe(&engine, &Turn { at: entry.at, command, refused: refused.as_ref(), events: &events });
    }
    pass(&mut engine, until.unwrap_or(recording.end_at()), |engine, at, events| {
        observe(engine, &Turn { at, command: None, refused: None, events });
    });
    Ok(engine)
}

/// The recording with what a replay of it says: the answer and the events of every command. A later replay can then
/// tell the first event that differs.
///
/// # Errors
/// When the engine refuses the workspace.
pub fn annotated(recording: Recording) -> Result<Recording, Rejection> {
    let (mut answers, mut since) = (Vec::with_capacity(recording.entries().len()), Vec::new());
    replay(&recording, |_, turn| {
        since.extend(turn.events.iter().map(fingerprint));
        if turn.command.is_some() {
            answers.push((turn.refused.map(|refused| refused.code().to_owned()), std::mem::take(&mut since)));
        }
    })?;
    Ok(recording.told(answers, since))
}

/// Lets every timer due by `until` fire at its due time.
pub(crate) fn pass(engine: &mut Engine, until: Timestamp, mut observe: impl FnMut(&Engine, Timestamp, &[Event])) {
    while let Some(due) = engine.poll_timeout().filter(|due| *due <= until) {
        engine.handle_timeout(due);
        let events = drained(engine);
        observe(engine, due, &events);
    }
    engine.handle_timeout(until);
}

/// The events that are ready.
pub(crate) fn drained(engine: &mut Engine) -> Vec<Event> {
    std::iter::from_fn(|| engine.poll_event()).collect()
}

/// Compares as it goes, up to the first difference.
#[derive(Default)]
struct Check {
    /// Events so far.
    events: usize,
    /// Those since the last command, as long as nothing differs.
    since: Vec<Event>,
    difference: Option<Difference>,
}

impl Check {
    fn tell(&mut self, events: &[Event]) {
        self.events += events.len();
        if self.difference.is_none() {
            self.since.extend_from_slice(events);
        }
    }

    /// Timers fire before the command is answered, and its own events follow.
    fn entry(&mut self, number: usize, entry: &Entry, refused: Option<&Rejection>, events: &[Event]) {
        let timers = self.since.len();
        self.tell(events);
        let (place, event) = self.first_other(entry.events.as_deref()).unzip();
        let replayed = refused.map(|refused| refused.code().to_owned());
        // Where events are recorded, the answer is, too: none means that the command was done.
        let is_told = entry.events.is_some() || entry.refused.is_some();
        if is_told && entry.refused != replayed && place.is_none_or(|place| place >= timers) {
            let recorded = entry.refused.clone();
            self.differs(Some(number), entry.at, Differing::Answer { recorded, replayed });
        } else if let Some(event) = event {
            self.differs(Some(number), entry.at, event);
        }
    }

    fn rest(&mut self, recording: &Recording) {
        if let Some((_, event)) = self.first_other(recording.last_events()) {
            self.differs(None, recording.end_at(), event);
        }
    }

    /// The first event since the last command that is not the recorded one, with its place.
    fn first_other(&mut self, recorded: Option<&[String]>) -> Option<(usize, Differing)> {
        let since = std::mem::take(&mut self.since);
        let recorded = recorded?;
        let same = |place: &usize| since.get(*place).map(fingerprint).as_ref() == recorded.get(*place);
        let place = (0..since.len().max(recorded.len())).find(|place| !same(place))?;
        let replayed = since.into_iter().nth(place).map(Box::new);
        let recorded = recorded.get(place).cloned();
        Some((place, Differing::Event { number: place + 1, recorded, replayed }))
    }

    fn digest(&mut self, recording: &Recording, replayed: &str) {
        let recorded = recording.digest();
        if !recorded.is_empty() && recorded != replayed {
            let what = Differing::Digest { recorded: recorded.to_owned(), replayed: replayed.to_owned() };
            self.differs(None, recording.end_at(), what);
        }
    }

    fn differs(&mut self, command: Option<usize>, at: Timestamp, what: Differing) {
        self.difference.get_or_insert(Difference { command, at, what });
    }
}
