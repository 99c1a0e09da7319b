//! Drives one engine through a scenario under a virtual clock. No rule of routing is here: it gives commands at their
//! times, lets timers fire at theirs, writes down what comes out, and compares.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pointsman::{
    Command, Engine, Event, Rejection, ReservationFacts, TaskFacts, TaskId, Timestamp, WorkerFacts, WorkspaceSpec,
    format_duration,
};
use pointsman_config::{Diagnostic, Names, Severity};

use crate::expectation::{Check, Mismatch};
use crate::flow::Flow;
use crate::judgement::{FilterNames, Moment, configured, filter_names};
use crate::labels::Labels;
use crate::reading::Place;
use crate::recording::{Recording, call};
use crate::report::{Expectations, Failure, Report, TaskReport};
use crate::scenario::Scenario;
use crate::statistics::Statistics;
use crate::step::{Action, Step};
use crate::timeline::{Recorder, Timeline};
use crate::transcript::{Line, filter};

/// What a run may be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Another seed than the scenario's. In a scripted run it changes the ids of reservations, nothing else.
    pub seed: Option<u64>,
    /// When to end, counted from the start. Without it the run ends with its last step; steps later than it are left
    /// out.
    pub until: Option<Duration>,
}

/// Everything a run gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Figures, expectations and the state at the end.
    pub report: Report,
    /// The events.
    pub transcript: Vec<Line>,
    /// What each task and each worker went through.
    pub timeline: Timeline,
    /// How tasks went through the steps of their workflows.
    pub flow: Flow,
    /// The failed expectations once more, each with its place in the scenario.
    pub failures: Vec<Diagnostic>,
    /// Every command as the engine got it.
    pub recording: Recording,
    /// The scenario's names, and those of the tasks that chance brought.
    pub names: Names,
    /// Whether it is told to its end.
    pub is_whole: bool,
}

impl Outcome {
    /// Whether every expectation held.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// The transcript as text: a line per event.
    pub fn transcript_text(&self) -> String {
        self.transcript.iter().map(|line| format!("{line}\n")).collect()
    }

    /// The transcript as JSON Lines: an object per event.
    pub fn transcript_json_lines(&self) -> Result<String, serde_json::Error> {
        self.transcript.iter().map(|line| Ok(serde_json::to_string(line)? + "\n")).collect()
    }
}

/// Runs a scenario to its end.
///
/// # Errors
/// When the engine refuses the workspace; [`Scenario::parse`] has then said so already.
pub fn run(scenario: &Scenario, options: &Options) -> Result<Outcome, Diagnostic> {
    let seed = options.seed.unwrap_or(scenario.seed);
    let spec = &scenario.workspace.spec;
    let mut run = Run::new(scenario, spec, seed, |engine| Story::new(scenario, spec, seed, engine))?;
    run.drain();
    run.hire(spec);
    let last = scenario.steps.last().map_or(Duration::ZERO, |step| step.at);
    let end = options.until.unwrap_or(last);
    for step in scenario.steps.iter().take_while(|step| step.at <= end) {
        run.step(step);
    }
    run.advance(scenario.start + end);
    Ok(run.finish(seed).into())
}

/// Runs a scenario several times, on at most `jobs` threads, and expects the same of each: a scripted scenario has no
/// chance in it. A difference is a failed expectation.
///
/// # Errors
/// As [`run`].
pub fn replicate(scenario: &Scenario, options: &Options, count: u64, jobs: usize) -> Result<Outcome, Diagnostic> {
    let mut first = run(scenario, options)?;
    first.report.replications = count.max(1);
    let (next, different) = (AtomicU64::new(1), AtomicU64::new(0));
    let replicas = || {
        while next.fetch_add(1, Ordering::Relaxed) < count {
            let same = run(scenario, options)
                .is_ok_and(|again| again.report.digest == first.report.digest && again.transcript == first.transcript);
            different.fetch_add(u64::from(!same), Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(replicas);
        }
    });
    let different = different.into_inner();
    if different > 0 {
        let place = Place { span: 0..0, path: String::new() };
        let mismatch = Mismatch::new("the same events and digest in every replication", format!("{different} differ"));
        let (failure, diagnostic) = failed(scenario, scenario.start, "replications", &place, mismatch);
        first.report.expectations.failed.push(failure);
        first.failures.push(diagnostic);
    }
    Ok(first)
}

/// One engine under way, and who watches it.
pub(crate) struct Run<'a, W> {
    scenario: &'a Scenario,
    pub(crate) engine: Engine,
    /// The scenario's names, and those of the tasks that chance brings.
    names: Names,
    filters: FilterNames,
    watcher: W,
    passed: u64,
    failed: Vec<(Failure, Diagnostic)>,
    /// What must hold from now on, and until when.
    standing: Vec<(&'a Check, Option<Duration>)>,
    /// Figures that are judged over all replications, in the order of the steps.
    samples: Vec<Option<f64>>,
    /// What is expected of the results at this time, and which sample it gives.
    due: Vec<(&'a Check, Option<usize>)>,
}

/// Who is told what happens. Where nothing else is said, it keeps nothing.
pub(crate) trait Watcher {
    /// Whether things need names for it.
    const IS_TOLD_NAMES: bool = false;
    /// Whether its statistics are those of the run.
    const COUNTS: bool;

    fn command(&mut self, _: Timestamp, _: &Command) {}

    /// A task is one of a class.
    fn is_of(&mut self, _: TaskId, _class: &str) {}

    fn event(&mut self, _: &Event, _: Timestamp, _: Labels<'_>) {}

    fn lines(&self) -> &[Line] {
        &[]
    }

    fn statistics(&self) -> &Statistics;

    /// The tasks as they were last seen.
    fn tasks(&self) -> Box<dyn Iterator<Item = (TaskId, &Seen)> + '_> {
        Box::new(std::iter::empty())
    }
}

/// Nobody is told anything.
#[derive(Default)]
pub(crate) struct Nobody {
    nothing: Statistics,
}

impl Watcher for Nobody {
    const COUNTS: bool = false;

    fn statistics(&self) -> &Statistics {
        &self.nothing
    }
}

/// The figures that expectations ask for, and nothing else.
#[derive(Default)]
pub(crate) struct Counter {
    statistics: Statistics,
}

impl Watcher for Counter {
    const COUNTS: bool = true;

    fn event(&mut self, event: &Event, _: Timestamp, labels: Labels<'_>) {
        self.statistics.observe(event, labels);
    }

    fn statistics(&self) -> &Statistics {
        &self.statistics
    }
}

/// Everything that happened: it grows with every event.
pub(crate) struct Story {
    lines: Vec<Line>,
    statistics: Statistics,
    timeline: Recorder,
    flow: Flow,
    tasks: BTreeMap<TaskId, Seen>,
    classes: BTreeMap<TaskId, Arc<str>>,
    recording: Recording,
}

/// A task as an event last showed it: it may be gone when the run ends.
pub(crate) struct Seen {
    facts: TaskFacts,
    worker: Option<String>,
    class: Option<Arc<str>>,
}

impl<'a, W: Watcher> Run<'a, W> {
    /// # Errors
    /// When the engine refuses the workspace.
    pub(crate) fn new(
        scenario: &'a Scenario,
        spec: &WorkspaceSpec,
        seed: u64,
        watcher: impl FnOnce(&Engine) -> W,
    ) -> Result<Self, Diagnostic> {
        let refused = |rejection| scenario.workspace.diagnose(&rejection);
        let filters = spec.workflows.iter().map(|spec| (spec.workflow, filter_names(&spec.configuration))).collect();
        let engine = scenario.engine(spec, seed).map_err(refused)?;
        let watcher = watcher(&engine);
        Ok(Self {
            scenario,
            engine,
            names: scenario.names.clone(),
            filters,
            watcher,
            passed: 0,
            failed: Vec::new(),
            standing: Vec::new(),
            samples: Vec::new(),
            due: Vec::new(),
        })
    }

    /// Gives a task of chance its name, where somebody is told it.
    pub(crate) fn name(&mut self, task: TaskId, name: impl FnOnce() -> String) {
        if W::IS_TOLD_NAMES {
            self.call(task, &name());
        }
    }

    /// Says which class a task is of, to whom it may concern.
    pub(crate) fn is_of(&mut self, task: impl FnOnce() -> TaskId, class: &str) {
        if W::IS_TOLD_NAMES {
            self.watcher.is_of(task(), class);
        }
    }

    /// Gives a task of chance its name, unless it has one.
    pub(crate) fn call(&mut self, task: TaskId, name: &String) {
        call(&mut self.names, [(name, &task)]);
    }

    /// Gives the engine a command. What follows is for [`poll`](Self::poll).
    pub(crate) fn give(&mut self, now: Timestamp, command: Command) -> Result<(), Rejection> {
        self.before(now);
        self.watcher.command(now, &command);
        self.engine.handle(now, command)
    }

    /// Workers who are not in the snapshot come.
    pub(crate) fn hire(&mut self, spec: &WorkspaceSpec) {
        let Some(initial) = &self.scenario.initial else { return };
        let unknown = spec.workers.iter().filter(|worker| initial.worker(worker.worker).is_none());
        for worker in unknown {
            let what = format!("create_worker {}", worker.friendly_name);
            let place = Place { span: 0..0, path: "staff".to_owned() };
            self.command(self.scenario.start, &what, &worker.clone().into(), None, &place);
        }
    }

    fn step(&mut self, step: &'a Step) {
        self.advance(self.scenario.start + step.at);
        self.act(step);
        self.drain();
    }

    /// Does what a step says, at its time. What follows is for [`poll`](Self::poll).
    pub(crate) fn act(&mut self, step: &'a Step) {
        let now = self.scenario.start + step.at;
        match &step.action {
            Action::Do { what, command, refused } => self.command(now, what, command, *refused, &step.place),
            Action::Expect(checks) => checks.iter().for_each(|check| self.expect(now, check)),
            Action::Always { checks, until } => self.standing.extend(checks.iter().map(|check| (check, *until))),
        }
    }

    /// What chance has a part in and is to be sure of, all replications tell together.
    fn expect(&mut self, now: Timestamp, check: &'a Check) {
        let is_joint = check.over_replications().is_some() && self.scenario.is_random();
        if is_joint {
            self.samples.push(check.value(self.moment(&[])));
        }
        if check.is_of_results() {
            return self.due.push((check, is_joint.then(|| self.samples.len() - 1)));
        }
        if is_joint {
            return;
        }
        let result = check.judge(self.moment(&[]));
        self.note(now, &check.what, &check.place, result);
    }

    /// Looks at what must always hold: each time goes by with everything done that belongs to it.
    fn look(&mut self) {
        let now = self.engine.clock();
        for (check, until) in std::mem::take(&mut self.standing) {
            let is_over = until.is_some_and(|until| self.scenario.start + until < now);
            let result = if is_over { Ok(()) } else { check.judge_lasting(self.moment(&[])) };
            if is_over || result.is_err() {
                self.note(now, &check.what, &check.place, result);
            } else {
                self.standing.push((check, until));
            }
        }
    }

    /// Whether something is expected of the results as they are when everything of this time has happened.
    pub(crate) fn awaits_figures(&self) -> bool {
        !self.due.is_empty()
    }

    /// Tells it the results at the end of a time.
    pub(crate) fn figures(&mut self, now: Timestamp, figures: &[Option<f64>]) {
        for (check, sample) in std::mem::take(&mut self.due) {
            match sample {
                Some(place) => self.samples[place] = check.value(self.moment(figures)),
                None => {
                    let result = check.judge(self.moment(figures));
                    self.note(now, &check.what, &check.place, result);
                }
            }
        }
    }

    /// Lets every timer due by `now` fire, each at its due time.
    fn advance(&mut self, now: Timestamp) {
        while let Some(due) = self.engine.poll_timeout().filter(|due| *due <= now) {
            self.reach(due);
            self.drain();
        }
        self.reach(now);
        self.drain();
    }

    /// Lets the clock go on. What is due then follows.
    pub(crate) fn reach(&mut self, now: Timestamp) {
        self.before(now);
        self.engine.handle_timeout(now);
    }

    fn before(&mut self, now: Timestamp) {
        if now > self.engine.clock() {
            self.look();
        }
    }

    fn command(&mut self, now: Timestamp, what: &str, command: &Command, refused: Option<&str>, place: &Place) {
        let result = self.give(now, command.clone());
        let outcome = match (result, refused) {
            (Ok(()), None) => return self.learn(command),
            (Ok(()), Some(code)) => Err(Mismatch::new(format!("refused: {code}"), "the engine did it")),
            (Err(rejection), Some(code)) if rejection.code() == code => Ok(()),
            (Err(rejection), refused) => {
                let expected = refused.map_or_else(|| "done".to_owned(), |code| format!("refused: {code}"));
                let reason = self.scenario.names.in_words(&rejection.to_string());
                Err(Mismatch::new(expected, format!("refused: {} ({reason})", rejection.code())))
            }
        };
        self.note(now, what, place, outcome);
    }

    /// Remembers what only configurations tell: the names of filters.
    fn learn(&mut self, command: &Command) {
        if let Some((workflow, configuration)) = configured(command) {
            self.filters.insert(workflow, filter_names(configuration));
        }
    }

    fn drain(&mut self) {
        while self.poll().is_some() {}
    }

    /// The next event, after the watcher has seen it.
    pub(crate) fn poll(&mut self) -> Option<Event> {
        let event = self.engine.poll_event()?;
        self.watcher.event(&event, self.scenario.start, Labels::new(&self.names));
        Some(event)
    }

    fn note(&mut self, now: Timestamp, what: &str, place: &Place, result: Result<(), Mismatch>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(mismatch) => self.failed.push(failed(self.scenario, now, what, place, mismatch)),
        }
    }

    fn moment<'m>(&'m self, figures: &'m [Option<f64>]) -> Moment<'m> {
        Moment {
            engine: &self.engine,
            lines: self.watcher.lines(),
            statistics: self.watcher.statistics(),
            labels: Labels::new(&self.names),
            filters: &self.filters,
            figures,
        }
    }

    /// The end: what is to be reported, and the watcher with all it knows.
    pub(crate) fn finish(mut self, seed: u64) -> Ended<W> {
        self.look();
        self.passed += std::mem::take(&mut self.standing).len() as u64;
        let moment = self.moment(&[]);
        let seen = self.watcher.tasks();
        let tasks = seen.map(|(id, seen)| (moment.labels.task(id), task_report(moment, id, seen))).collect();
        let worker = |id, name: &str| moment.labels.worker(id, name);
        let workers = self.engine.workers();
        let workers = workers
            .map(|view| (worker(view.facts.worker, &view.facts.friendly_name), moment.worker_report(&view)))
            .collect();
        let (failed, failures) = self.failed.iter().cloned().unzip();
        let report = Report {
            scenario: self.scenario.name.clone(),
            seed,
            replications: 1,
            end: format_duration(self.engine.clock().since(self.scenario.start)),
            digest: self.engine.digest().to_string(),
            expectations: Expectations { passed: self.passed, failed },
            tasks,
            workers,
            statistics: W::COUNTS.then(|| self.watcher.statistics().clone()),
        };
        let Self { engine, watcher, names, samples, .. } = self;
        Ended { report, failures, end: engine.clock(), watcher, names, samples }
    }
}

/// A run at its end.
pub(crate) struct Ended<W> {
    pub(crate) report: Report,
    pub(crate) failures: Vec<Diagnostic>,
    pub(crate) end: Timestamp,
    pub(crate) watcher: W,
    /// The scenario's names, and those of the tasks that chance brought.
    pub(crate) names: Names,
    /// Figures that are judged over all replications, in the order of the steps.
    pub(crate) samples: Vec<Option<f64>>,
}

impl From<Ended<Story>> for Outcome {
    fn from(ended: Ended<Story>) -> Self {
        let Ended { report, failures, end, watcher: Story { lines, timeline, flow, mut recording, .. }, names, .. } =
            ended;
        recording.end(end, &report.digest);
        let timeline = timeline.finish(end);
        Self { report, transcript: lines, timeline, flow, failures, recording, names, is_whole: true }
    }
}

impl Story {
    pub(crate) fn new(scenario: &Scenario, spec: &WorkspaceSpec, seed: u64, engine: &Engine) -> Self {
        let workers: Vec<WorkerFacts> = engine.workers().map(|view| view.facts).collect();
        Self {
            lines: Vec::new(),
            statistics: Statistics::default(),
            timeline: Recorder::new(scenario.start, workers.iter(), Labels::new(&scenario.names)),
            flow: Flow::default(),
            tasks: BTreeMap::new(),
            classes: BTreeMap::new(),
            recording: Recording::of(scenario, spec, seed),
        }
    }

    fn see(&mut self, event: &Event, labels: Labels<'_>) {
        let Some(facts) = event.kind.task() else { return };
        let worker = event.kind.reservation().and_then(|facts| accepted_by(facts, labels));
        let before = self.tasks.remove(&facts.task).and_then(|seen| seen.worker);
        let (worker, class) = (worker.or(before), self.classes.get(&facts.task).cloned());
        self.tasks.insert(facts.task, Seen { facts: facts.clone(), worker, class });
    }
}

impl Watcher for Story {
    const IS_TOLD_NAMES: bool = true;
    const COUNTS: bool = true;

    fn command(&mut self, now: Timestamp, command: &Command) {
        self.recording.push(now, command.clone());
    }

    fn is_of(&mut self, task: TaskId, class: &str) {
        self.classes.insert(task, class.into());
    }

    fn event(&mut self, event: &Event, start: Timestamp, labels: Labels<'_>) {
        self.lines.push(Line::new(event, start, labels));
        self.statistics.observe(event, labels);
        self.timeline.observe(event, labels);
        self.flow.observe(event);
        self.see(event, labels);
    }

    fn lines(&self) -> &[Line] {
        &self.lines
    }

    fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    fn tasks(&self) -> Box<dyn Iterator<Item = (TaskId, &Seen)> + '_> {
        Box::new(self.tasks.iter().map(|(id, seen)| (*id, seen)))
    }
}

fn accepted_by(facts: &ReservationFacts, labels: Labels<'_>) -> Option<String> {
    let taken = facts.task.status.is_taken() && facts.status == pointsman::ReservationStatus::Accepted;
    taken.then(|| labels.worker(facts.worker.worker, &facts.worker.friendly_name))
}

fn task_report(moment: Moment<'_>, id: TaskId, seen: &Seen) -> TaskReport {
    let view = moment.engine.task(id);
    let facts = view.as_ref().map_or(&seen.facts, |view| &view.facts);
    let step = facts.step.as_ref();
    TaskReport {
        exists: view.is_some(),
        status: facts.status.name().to_owned(),
        queue: step.map(|step| moment.labels.task_queue(step.task_queue, &step.task_queue_name)),
        priority: facts.priority,
        workflow: moment.labels.workflow_of(facts),
        filter: step.map(|step| filter(step.filter)),
        target: step.map(|step| step.target),
        reserved: view.iter().flat_map(|view| &view.reserved).map(|id| moment.worker_name(*id)).collect(),
        worker: seen.worker.clone(),
        reason: facts.reason.as_ref().map(|reason| reason.to_string()),
        class: seen.class.as_deref().map(str::to_owned),
    }
}

/// A failed expectation, as data and as a diagnostic at its place in the scenario.
pub(crate) fn failed(
    scenario: &Scenario,
    now: Timestamp,
    what: &str,
    place: &Place,
    mismatch: Mismatch,
) -> (Failure, Diagnostic) {
    let at = format_duration(now.since(scenario.start));
    let Mismatch { expected, actual, place: exact } = mismatch;
    let Place { span, path } = exact.unwrap_or_else(|| place.clone());
    let (line, column) = scenario.file.line_column(span.start);
    let diagnostic = Diagnostic {
        severity: Severity::Error,
        code: "expectation",
        message: format!("at {at}, {what}: expected {expected}, got {actual}"),
        path,
        span,
        file: scenario.file.clone(),
        help: None,
    };
    (Failure { at, what: what.to_owned(), expected, actual, line, column }, diagnostic)
}
