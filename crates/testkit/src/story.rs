//! The story harness: tests that read as stories. Given a workspace, at a time, when something is asked for, exactly
//! these events are expected, and then it is quiet.
//!
//! A [`Story`] is a [`Driver`] with a narrator: every step is judged by the model, the invariants and the engine's own
//! `check`. It owns what is expected; it knows no rule of routing.

mod diff;
mod expected;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use pointsman::{Command, Engine, Event, Rejection, Timestamp, WorkspaceSpec, format_duration, parse_duration};

use crate::Driver;
use crate::names::Names;

pub use expected::{Expected, event};

/// A test told as a story. It begins at `0s`, the start of the workspace.
///
/// [`expect`](Self::expect) names every event since the last expectation, in order; of each event only what the test
/// is about. A story that ends while events are left that nobody expected fails; [`skip`](Self::skip) says that they
/// do not matter. Every failure tells the story so far by name.
///
/// ```
/// use pointsman::{
///     AcceptReservation, CreateTask, TargetSpec, TaskQueueSpec, WorkerSpec, WorkflowConfiguration, WorkflowSpec,
///     WorkspaceSpec,
/// };
/// use pointsman_testkit::{Story, event};
///
/// let everyone = WorkflowConfiguration::new().default_filter(TargetSpec::to("everyone"));
/// let workspace = WorkspaceSpec::new("Support")
///     .task_queue(TaskQueueSpec::new("everyone", "1==1"))
///     .workflow(WorkflowSpec::new("support", everyone))
///     .worker(WorkerSpec::new("ann").activity("Available"));
///
/// let mut story = Story::given(workspace);
/// story.when(CreateTask::new("t1")).expect([
///     event("task.created").task("t1"),
///     event("workflow.entered"),
///     event("workflow.target-matched").filter("default"),
///     event("task-queue.entered").queue("everyone"),
///     event("reservation.created").task("t1").worker("ann"),
/// ]);
/// story.at("119s").quiet();
/// story.at("2m").expect([
///     event("reservation.timeout").worker("ann"),
///     event("worker.activity.update").worker("ann").activity("Offline"),
/// ]);
/// story.refused(AcceptReservation::new(("t1", "ann")), "reservation-not-pending");
/// ```
pub struct Story {
    driver: Driver,
    names: Names,
    start: Timestamp,
    /// Events before this one have been expected.
    expected: usize,
    told: Vec<Chapter>,
}

/// What was done, and how many events there were before.
struct Chapter {
    text: String,
    command: Option<Command>,
    events: usize,
}

impl Story {
    /// A story in this workspace.
    ///
    /// # Panics
    /// When the workspace is refused.
    #[track_caller]
    pub fn given(spec: impl Into<WorkspaceSpec>) -> Self {
        let spec = spec.into();
        let driver = match Driver::new(&spec) {
            Ok(driver) => driver,
            Err(refused) => panic!("the workspace is refused: {refused}"),
        };
        let names = driver.names();
        Self { driver, names, start: spec.start, expected: 0, told: Vec::new() }
    }

    /// Goes on at this time since the start: `"5s"`, `"1h30m"` or a `Duration`. Timers due by then fire.
    ///
    /// # Panics
    /// When the time is no span, or lies before the story's present.
    #[track_caller]
    pub fn at(&mut self, at: impl Moment) -> &mut Self {
        let Some(span) = at.span() else {
            panic!("expected a span of time such as `90s`, `5m` or `1h30m`");
        };
        let now = self.start + span;
        let clock = self.driver.engine().clock();
        let present = format_duration(clock.since(self.start));
        assert!(now >= clock, "a story goes forward: it is {present} already, not {}", format_duration(span));
        self.tell(format!("at {}", format_duration(span)), None);
        if let Err(mismatch) = self.driver.handle_timeout(now) {
            self.fail(&mismatch.to_string());
        }
        self
    }

    /// Asks for something that must be done.
    ///
    /// # Panics
    /// When the engine refuses it, or the judges disagree with what it does.
    #[track_caller]
    pub fn when(&mut self, command: impl Into<Command>) -> &mut Self {
        let command = command.into();
        self.tell("when", Some(&command));
        if let Err(refused) = self.answer(&command) {
            self.fail(&format!("expected it to be done\nrefused: {} ({refused})", refused.code()));
        }
        self
    }

    /// Asks for something that must be refused with this code, and changes nothing.
    ///
    /// # Panics
    /// When the engine does it, refuses it for another reason, or changes on the way.
    #[track_caller]
    pub fn refused(&mut self, command: impl Into<Command>, code: &str) -> &mut Self {
        assert!(Rejection::CODES.contains(&code), "there is no refusal `{code}`: see `Rejection::CODES`");
        let command = command.into();
        self.tell("refused", Some(&command));
        let before = self.driver.engine().digest();
        match self.answer(&command) {
            Ok(()) => self.fail(&format!("expected a refusal: {code}\nit was done")),
            Err(refused) if refused.code() != code => {
                self.fail(&format!("expected a refusal: {code}\nrefused: {} ({refused})", refused.code()));
            }
            Err(_) if self.driver.engine().digest() != before => self.fail("a refused command changed the engine"),
            Err(_) => self,
        }
    }

    /// These events have happened since the last expectation, in this order, and no others.
    ///
    /// # Panics
    /// When other events have, with both sides beside each other.
    #[track_caller]
    pub fn expect(&mut self, expected: impl IntoIterator<Item = Expected>) -> &mut Self {
        let expected: Vec<_> = expected.into_iter().collect();
        let tasks: BTreeSet<_> = expected.iter().flat_map(Expected::tasks).collect();
        tasks.into_iter().for_each(|name| self.names.task(name));
        let happened = &self.driver.events()[self.expected..];
        let same = expected.len() == happened.len() && expected.iter().zip(happened).all(|(e, h)| e.matches(h));
        if !same {
            let diff = diff::diff(&expected, happened, |event| self.line(event));
            self.fail(&format!(
                "other events were expected (`-` is missing, `+` has happened instead):\n{}",
                diff.trim_end()
            ));
        }
        self.expected = self.driver.events().len();
        self
    }

    /// Nothing has happened since the last expectation.
    ///
    /// # Panics
    /// When something has.
    #[track_caller]
    pub fn quiet(&mut self) -> &mut Self {
        self.expect([])
    }

    /// What has happened since the last expectation does not matter here.
    pub fn skip(&mut self) -> &mut Self {
        self.expected = self.driver.events().len();
        self
    }

    /// The engine, for assertions of one's own.
    pub fn engine(&self) -> &Engine {
        self.driver.engine()
    }

    /// The driver below, for the model, the script and the scenario file.
    pub fn driver(&self) -> &Driver {
        &self.driver
    }

    fn tell(&mut self, text: impl Into<String>, command: Option<&Command>) {
        let (text, command) = (text.into(), command.cloned());
        self.told.push(Chapter { text, command, events: self.driver.events().len() });
    }

    #[track_caller]
    fn answer(&mut self, command: &Command) -> Result<(), Rejection> {
        let clock = self.driver.engine().clock();
        match self.driver.answer(clock, command) {
            Ok(answer) => answer,
            Err(mismatch) => self.fail(&mismatch.to_string()),
        }
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        panic!("{}", self.names.in_words(&format!("{what}\n\nthe story so far:\n{self}")))
    }

    /// An event by name.
    fn line(&self, event: &Event) -> String {
        self.names.in_words(&format!("{} {}", event.kind.name(), event.kind.subject()))
    }
}

/// What was done and what followed.
impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = self.told.iter().skip(1).map(|chapter| chapter.events).chain([self.driver.events().len()]);
        for (chapter, end) in self.told.iter().zip(ends) {
            let command = chapter.command.iter().map(|command| crate::scenario::in_words(command, &self.names));
            writeln!(f, "  {}{}", chapter.text, command.map(|text| format!(" {text}")).collect::<String>())?;
            for event in &self.driver.events()[chapter.events..end] {
                let at = format_duration(event.at.since(self.start));
                writeln!(f, "    {at:>8}  {}", self.line(event))?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Events that nobody expected are a failure, too.
impl Drop for Story {
    fn drop(&mut self) {
        if self.expected < self.driver.events().len() && !std::thread::panicking() {
            self.tell("the end", None);
            self.quiet();
        }
    }
}

/// A time since the start of a story: a `Duration`, or a text such as `5s` or `1h30m`.
pub trait Moment {
    /// The span; none when a text is none.
    fn span(self) -> Option<Duration>;
}

impl Moment for Duration {
    fn span(self) -> Option<Duration> {
        Some(self)
    }
}

impl Moment for &str {
    fn span(self) -> Option<Duration> {
        parse_duration(self)
    }
}
