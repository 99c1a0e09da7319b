//! The driver: applies operations to the engine and to the model side by side and compares them after each.

use std::fmt;

use std::sync::Arc;

use pointsman::{Command, Engine, Event, Rejection, Timestamp, WorkspaceSpec};

use crate::invariants::Watch;
use crate::names::Names;
use crate::op::{History, NAMESPACE, Op};
use crate::{Model, Violation};

/// An engine with its judge.
///
/// ```
/// use pointsman::{CreateTask, Timestamp, WorkspaceSpec};
/// use pointsman_testkit::Driver;
///
/// let mut driver = Driver::new(&WorkspaceSpec::new("Empty")).unwrap();
/// driver.handle(Timestamp::EPOCH, CreateTask::new("t1")).unwrap();
/// assert_eq!(driver.engine().tasks().count(), 0, "there is no workflow to create it in");
/// ```
#[derive(Clone, Debug)]
pub struct Driver {
    engine: Engine,
    model: Model,
    watch: Watch,
    history: History,
    spec: Arc<WorkspaceSpec>,
    script: Vec<(Timestamp, Option<Command>)>,
    events: Vec<Event>,
    refused: usize,
}

impl Driver {
    /// An engine and a model of the same workspace.
    ///
    /// # Errors
    /// Why the workspace is refused, when both refuse it.
    ///
    /// # Panics
    /// When only one of the two refuses it, or they refuse it for different reasons.
    pub fn new(spec: &WorkspaceSpec) -> Result<Self, Rejection> {
        match (Engine::new(spec.clone(), NAMESPACE), Model::new(spec, NAMESPACE)) {
            (Ok(engine), Ok(model)) => {
                let mut history = History::default();
                history.observe(&model);
                let (watch, spec) = (Watch::starting(spec), Arc::new(spec.clone()));
                Ok(Self { engine, model, watch, history, spec, script: Vec::new(), events: Vec::new(), refused: 0 })
            }
            (Err(theirs), Err(ours)) if same_reason(&theirs, &ours) => Err(theirs),
            (theirs, ours) => {
                panic!("engine: {:?}\nmodel: {:?}\n{}", theirs.err(), ours.err(), declared(spec).join("\n"))
            }
        }
    }

    /// The engine, for assertions of one's own.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The model, for looking up what an operation will do.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Every event so far.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many commands were refused so far.
    pub fn refused(&self) -> usize {
        self.refused
    }

    /// What was asked for so far: instants, and commands or nothing but time.
    pub fn script(&self) -> &[(Timestamp, Option<Command>)] {
        &self.script
    }

    /// The run so far as a scenario file, see [`scenario`](crate::scenario()).
    pub fn scenario(&self) -> String {
        crate::scenario(&self.spec, &self.script)
    }

    /// The instant and the command that an operation means now; no command when only time passes.
    pub fn resolve(&self, op: &Op) -> (Timestamp, Option<Command>) {
        let now = op.now(&self.model);
        (now, self.history.aim(&self.model, op, now))
    }

    /// Carries out one operation.
    ///
    /// # Errors
    /// Where engine and model differ, or which invariant is broken.
    pub fn apply(&mut self, op: &Op) -> Result<(), Box<Mismatch>> {
        match self.resolve(op) {
            (now, Some(command)) => self.handle(now, command),
            (now, None) => self.handle_timeout(now),
        }
    }

    /// Gives both one command.
    ///
    /// # Errors
    /// Where engine and model differ, or which invariant is broken.
    pub fn handle(&mut self, now: Timestamp, command: impl Into<Command>) -> Result<(), Box<Mismatch>> {
        self.answer(now, &command.into()).map(drop)
    }

    /// The same, and whether both refused it.
    pub(crate) fn answer(&mut self, now: Timestamp, command: &Command) -> Result<Result<(), Rejection>, Box<Mismatch>> {
        self.script.push((now, Some(command.clone())));
        let theirs = self.engine.handle(now, command.clone());
        let ours = self.model.handle(now, command);
        self.refused += usize::from(theirs.is_err());
        let same = match (&theirs, &ours) {
            (Ok(()), Ok(())) => true,
            (Err(theirs), Err(ours)) => same_reason(theirs, ours),
            (Ok(()), Err(_)) | (Err(_), Ok(())) => false,
        };
        if !same {
            return Err(self.mismatch("the answers differ", &format!("{theirs:?}"), &format!("{ours:?}")));
        }
        self.compare().map(|()| theirs)
    }

    /// Lets both fire what is due.
    ///
    /// # Errors
    /// Where engine and model differ, or which invariant is broken.
    pub fn handle_timeout(&mut self, now: Timestamp) -> Result<(), Box<Mismatch>> {
        self.script.push((now, None));
        self.engine.handle_timeout(now);
        self.model.handle_timeout(now);
        self.compare()
    }

    fn compare(&mut self) -> Result<(), Box<Mismatch>> {
        let ours = self.model.take_events();
        let theirs: Vec<Event> = std::iter::from_fn(|| self.engine.poll_event()).collect();
        self.history.observe(&self.model);
        self.compare_events(&theirs, &ours)?;
        self.compare_views()?;
        self.engine.check();
        let judged = theirs.iter().try_for_each(|event| self.watch.observe(event));
        judged.and_then(|()| crate::check(&self.engine)).map_err(|violation| self.violated(&violation))?;
        self.events.extend(theirs);
        Ok(())
    }

    fn compare_events(&self, theirs: &[Event], ours: &[Event]) -> Result<(), Box<Mismatch>> {
        let length = theirs.len().max(ours.len());
        let Some(at) = (0..length).find(|index| theirs.get(*index) != ours.get(*index)) else {
            return Ok(());
        };
        let pretty = |events: &[Event]| events.get(at).map_or("no event".to_owned(), |event| format!("{event:#?}"));
        let (engine, model) = differing_lines(&pretty(theirs), &pretty(ours));
        let text = |events: &[Event], lines: &str| format!("event {at} of {}\n{lines}", listed(events));
        Err(self.mismatch("the events differ", &text(theirs, &engine), &text(ours, &model)))
    }

    fn compare_views(&self) -> Result<(), Box<Mismatch>> {
        self.same("the clocks differ", &self.engine.clock(), &self.model.clock())?;
        let tasks: Vec<_> = self.engine.tasks().collect();
        self.same("the tasks differ", &tasks, &self.model.tasks().collect())?;
        let workers: Vec<_> = self.engine.workers().collect();
        self.same("the workers differ", &workers, &self.model.workers().collect())?;
        for ours in self.model.reservations() {
            self.same("the reservations differ", &self.engine.reservation(ours.reservation), &Some(ours))?;
        }
        // Where a task that has ended could have gone is nobody's business.
        let live = tasks.iter().filter(|task| !task.facts.status.is_terminal());
        for task in live.map(|task| task.facts.task) {
            self.same("the eligible workers differ", &self.engine.eligible(task), &self.model.eligible(task))?;
            self.same("the ranked workers differ", &self.engine.ranked(task), &self.model.ranked(task))?;
        }
        Ok(())
    }

    fn same<T: PartialEq + fmt::Debug>(&self, what: &str, theirs: &T, ours: &T) -> Result<(), Box<Mismatch>> {
        if theirs == ours {
            return Ok(());
        }
        let (engine, model) = differing_lines(&format!("{theirs:#?}"), &format!("{ours:#?}"));
        Err(self.mismatch(what, &engine, &model))
    }

    /// Forgets the events so far and gives them away.
    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The story of something else that should not be.
    pub(crate) fn fault(&self, why: &str) -> Box<Mismatch> {
        self.mismatch("a property does not hold", why, "")
    }

    fn violated(&self, violation: &Violation) -> Box<Mismatch> {
        self.mismatch("an invariant is broken", &violation.to_string(), "")
    }

    /// Tells the story with names in place of ids.
    fn mismatch(&self, what: &str, engine: &str, model: &str) -> Box<Mismatch> {
        let names = self.names();
        let script = self.script.iter().map(|(now, command)| match command {
            Some(command) => format!("{now} {}", crate::scenario::in_words(command, &names)),
            None => format!("{now} time passes"),
        });
        let log = declared(&self.spec).into_iter().chain(script);
        let log = log.map(|line| names.in_words(&line)).collect();
        let (engine, model) = (names.in_words(engine), names.in_words(model));
        Box::new(Mismatch { what: what.to_owned(), log, engine, model, scenario: self.scenario() })
    }

    /// What things are called here.
    pub(crate) fn names(&self) -> Names {
        Names::of(&self.spec, self.script.iter().filter_map(|(_, command)| command.as_ref()))
    }
}

/// A difference between engine and model, or a broken invariant, with the story that led there.
#[derive(Clone, Debug)]
pub struct Mismatch {
    /// What is wrong.
    pub what: String,
    /// The workspace and the commands so far.
    pub log: Vec<String>,
    /// The engine's side, or the invariant.
    pub engine: String,
    /// The model's side.
    pub model: String,
    /// The same as a scenario file, for `pointsman run`.
    pub scenario: String,
}

impl Mismatch {
    /// What is wrong and how it came to it, without the scenario file.
    pub fn story(&self) -> String {
        let log: String = self.log.iter().map(|line| format!("  {line}\n")).collect();
        format!("{}\n\nstory:\n{log}\nengine: {}\n\nmodel: {}\n", self.what, self.engine, self.model)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nscenario:\n{}", self.story(), self.scenario)
    }
}

impl std::error::Error for Mismatch {}

/// The same variant with the same ids. Wording inside a refusal (`what`, `by`, `place`) is the engine's own affair.
fn same_reason(theirs: &Rejection, ours: &Rejection) -> bool {
    let worded = ["in-use", "span-out-of-range", "number-out-of-range", "invalid-expression", "no-targets", "no-queue"];
    theirs == ours || (theirs.code() == ours.code() && worded.contains(&theirs.code()))
}

fn listed(events: &[Event]) -> String {
    let lines: String = events.iter().map(|event| format!("\n  {event}")).collect();
    format!("{} events:{lines}", events.len())
}

/// What the workspace holds, a line for each thing.
fn declared(spec: &WorkspaceSpec) -> Vec<String> {
    let mut rest = spec.clone();
    let mut lines: Vec<String> = Vec::new();
    lines.extend(std::mem::take(&mut rest.activities).iter().map(line));
    lines.extend(std::mem::take(&mut rest.task_channels).iter().map(line));
    lines.extend(std::mem::take(&mut rest.task_queues).iter().map(line));
    lines.extend(std::mem::take(&mut rest.workflows).iter().map(line));
    lines.extend(std::mem::take(&mut rest.workers).iter().map(line));
    lines.insert(0, line(&rest));
    lines
}

/// One line, with what is not given left out.
fn line(thing: &impl fmt::Debug) -> String {
    let text = format!("{thing:?}");
    let (head, fields) = text.split_once(" { ").unwrap_or((&text, ""));
    let given = fields.split(", ").filter(|field| !field.ends_with(": None") && !field.ends_with(": []"));
    [head.to_owned(), given.collect::<Vec<_>>().join(", ")].join(" ")
}

/// The lines in which two texts differ, with those around them.
fn differing_lines(theirs: &str, ours: &str) -> (String, String) {
    let same = theirs.lines().zip(ours.lines()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.lines().skip(same.saturating_sub(4)).take(12).collect::<Vec<_>>().join("\n");
    (around(theirs), around(ours))
}

#[cfg(test)]
mod tests {
    use pointsman::{CreateTask, TargetSpec, TaskQueueSpec, WorkflowConfiguration, WorkflowSpec};

    use super::*;

    fn driver() -> Driver {
        let everyone = WorkflowConfiguration::new().default_filter(TargetSpec::to("q0"));
        let spec = WorkspaceSpec::new("Small").task_queue(TaskQueueSpec::new("q0", "1==1"));
        Driver::new(&spec.workflow(WorkflowSpec::new("f0", everyone))).unwrap()
    }

    #[test]
    fn a_difference_is_told_as_a_story() {
        let mut driver = driver();
        let behind_its_back = driver.engine.handle(Timestamp::EPOCH, CreateTask::new("t9"));
        assert_eq!(behind_its_back, Ok(()));
        let mismatch = driver.handle(Timestamp::EPOCH, CreateTask::new("t0")).unwrap_err();
        assert_eq!(mismatch.what, "the events differ");
        let story = mismatch.to_string();
        assert!(story.contains("create_task {task: t0}"), "{story}");
        assert!(story.contains("event 0 of 8 events") && story.contains("event 0 of 4 events"), "{story}");
    }

    #[test]
    fn different_answers_are_a_difference() {
        let mut driver = driver();
        let behind_its_back = driver.engine.handle(Timestamp::EPOCH, CreateTask::new("t0"));
        assert_eq!(behind_its_back, Ok(()));
        let mismatch = driver.handle(Timestamp::EPOCH, CreateTask::new("t0")).unwrap_err();
        assert_eq!((mismatch.engine.as_str(), mismatch.model.as_str()), ("Err(TaskExists(t0))", "Ok(())"));
    }

    #[test]
    fn only_the_wording_of_a_refusal_is_free() {
        let in_use = |by: &str| Rejection::InUse { what: "queue".to_owned(), by: by.to_owned() };
        assert!(same_reason(&in_use("one"), &in_use("other")));
        assert!(!same_reason(&in_use("one"), &Rejection::WorkspaceDeleted));
        let unknown = |name: &str| Rejection::UnknownTask(name.into());
        assert!(same_reason(&unknown("t1"), &unknown("t1")));
        assert!(!same_reason(&unknown("t1"), &unknown("t2")));
    }
}
