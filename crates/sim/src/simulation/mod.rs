//! One run of a scenario with chance in it: tasks come, workers are there, answer and work, all by commands to the
//! engine. No rule of routing is here, and no figure is made here: what happens is told to a [`Tally`].

mod adopted;
mod arrivals;
mod calendar;
mod causes;
mod crew;
mod jobs;
mod reactions;
mod shifts;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};

use indexmap::IndexSet;
use pointsman::{ActivityId, Command, ReservationId, TaskQueueId, Timestamp, WorkerId, WorkspaceSpec};
use pointsman_config::Diagnostic;
use rustc_hash::FxBuildHasher;

use self::arrivals::Source;
use self::calendar::{Answer, Calendar, Kind};
use self::causes::Attendances;
use self::crew::Crew;
use self::jobs::Jobs;
use crate::experiment::Progress;
use crate::model::{Group, Model};
use crate::random::Streams;
use crate::results;
use crate::run::{Ended, Run, Watcher};
use crate::scenario::Scenario;
use crate::tally::Tally;

pub(crate) use self::calendar::Time;
pub(crate) use self::causes::Parts;
pub(crate) use self::jobs::Job;

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Its time was up, or nothing was left to happen.
    Over,
    /// Somebody asked for it.
    Stopped,
    /// More happened, or more tasks were open at once, than the scenario allows.
    TooMuch,
}

/// A run, its figures, and how it ended.
pub(crate) struct Simulated<W> {
    pub(crate) ended: Ended<W>,
    pub(crate) tally: Tally,
    pub(crate) ending: Ending,
    /// How much happened: what happens by itself, and the events of the engine.
    pub(crate) events: u64,
    /// How many tasks came by chance.
    pub(crate) tasks: u64,
}

/// Runs one replication.
///
/// # Errors
/// When the engine refuses the workspace.
pub(crate) fn simulate<W: Watcher>(
    scenario: &Scenario,
    streams: Streams,
    tally: Tally,
    (stop, progress): (&AtomicBool, &dyn Progress),
    watcher: impl FnOnce(&WorkspaceSpec, &pointsman::Engine) -> W,
) -> Result<Simulated<W>, Diagnostic> {
    let spec = at_work(&scenario.workspace.spec, &scenario.model);
    let run = Run::new(scenario, &spec, streams.of_engine(), |engine| watcher(&spec, engine))?;
    let mut simulation = Simulation::new(scenario, run, streams, tally, &spec);
    let ending = simulation.play(stop, progress);
    simulation.name_taken();
    let Simulation { run, mut tally, now, events, jobs, .. } = simulation;
    tally.end(now);
    Ok(Simulated { ended: run.finish(streams.seed), tally, ending, events, tasks: jobs.made() })
}

/// The workspace with the workers of named groups where they begin.
pub(crate) fn at_work(spec: &WorkspaceSpec, model: &Model) -> WorkspaceSpec {
    let named = model.groups.iter().filter(|group| group.name.is_some());
    let begins = |group: &Group| if group.shifts.is_empty() { group.working } else { group.away };
    let places = named.flat_map(|group| group.workers.iter().map(move |worker| (*worker, begins(group))));
    let begins: BTreeMap<WorkerId, ActivityId> = places.collect();
    let mut spec = spec.clone();
    for worker in &mut spec.workers {
        worker.activity = begins.get(&worker.worker).copied().or(worker.activity);
    }
    spec
}

/// How far a run was when it was told last.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    events: u64,
    tasks: u64,
    time: Time,
}

/// When something happens next, and whether it is for the engine.
#[derive(Clone, Copy, Debug)]
struct Next {
    time: Time,
    is_timer: bool,
}

struct Simulation<'a, W> {
    scenario: &'a Scenario,
    model: &'a Model,
    run: Run<'a, W>,
    calendar: Calendar,
    jobs: Jobs,
    crew: Crew,
    sources: Vec<Source<'a>>,
    /// How many tasks of steps have been taken in.
    taken_in: u64,
    queues: IndexSet<TaskQueueId, FxBuildHasher>,
    attendances: Attendances,
    /// Whether somebody may be in other queues than before.
    memberships_changed: bool,
    /// What workers say at once.
    answers: VecDeque<(ReservationId, Answer)>,
    tally: Tally,
    now: Time,
    events: u64,
}

impl<'a, W: Watcher> Simulation<'a, W> {
    fn new(scenario: &'a Scenario, run: Run<'a, W>, streams: Streams, tally: Tally, spec: &WorkspaceSpec) -> Self {
        let model = &scenario.model;
        let name = |id| scenario.names.name(id).unwrap_or_default().to_owned();
        let mut simulation = Self {
            scenario,
            model,
            run,
            calendar: Calendar::default(),
            jobs: Jobs::default(),
            crew: Crew::new(model, streams, name),
            sources: model.classes.iter().map(|class| Source::new(class, streams, model.measure.horizon)).collect(),
            taken_in: 0,
            queues: scenario.workspace.spec.task_queues.iter().map(|queue| queue.task_queue).collect(),
            attendances: Attendances::default(),
            memberships_changed: false,
            answers: VecDeque::new(),
            tally,
            now: 0,
            events: 0,
        };
        simulation.begin(spec);
        simulation
    }

    /// Writes down what is known beforehand.
    fn begin(&mut self, spec: &WorkspaceSpec) {
        for (place, step) in self.scenario.steps.iter().enumerate() {
            self.calendar.add(millis(step.at), Kind::Step(place));
        }
        self.begin_shifts();
        self.learn_members();
        if self.scenario.initial.is_some() {
            self.adopt(spec);
        }
        for class in 0..self.sources.len() {
            self.expect(class);
        }
    }

    fn play(&mut self, stop: &AtomicBool, progress: &dyn Progress) -> Ending {
        let mut told = Told::default();
        let end = self.model.measure.horizon.map(millis);
        while let Some(next) = self.next().filter(|next| end.is_none_or(|end| next.time <= end)) {
            self.reach(&next);
            if self.events > self.model.measure.most_events || self.jobs.open() > self.model.measure.most_open {
                return Ending::TooMuch;
            }
            if stop.load(Ordering::Relaxed) {
                return Ending::Stopped;
            }
            if self.events - told.events > 1 << 14 {
                told = self.tell(&told, progress);
            }
        }
        self.look_at_results();
        self.now = end.unwrap_or(self.now);
        self.run.reach(self.instant());
        self.tell(&told, progress);
        Ending::Over
    }

    fn tell(&self, told: &Told, progress: &dyn Progress) -> Told {
        let now = Told { events: self.events, tasks: self.jobs.made(), time: self.now };
        progress.passed(now.tasks - told.tasks, now.time - told.time);
        now
    }

    /// What happens next: the engine's timers come before everything else of their time, but alone they keep no run
    /// going that has no end.
    fn next(&self) -> Option<Next> {
        let timer = self.timer();
        let awaited = timer.filter(|_| self.jobs.open() > 0 || self.model.measure.horizon.is_some());
        let planned = self.calendar.next();
        let time = awaited.filter(|timer| planned.is_none_or(|planned| *timer < planned)).or(planned)?;
        Some(Next { time, is_timer: timer.is_some_and(|due| due <= time) })
    }

    fn timer(&self) -> Option<Time> {
        let due = self.run.engine.poll_timeout()?;
        Some(Time::try_from(due.as_millis().saturating_sub(self.scenario.start.as_millis())).unwrap_or(0))
    }

    fn reach(&mut self, next: &Next) {
        let time = next.time;
        if time > self.now {
            self.look_at_results();
        }
        self.now = time;
        self.events += 1;
        if next.is_timer {
            self.run.reach(self.instant());
        } else if let Some((_, kind)) = self.calendar.take(time) {
            self.happen(kind);
        }
        self.follow();
    }

    /// What is expected of the results is compared with what they would be if the run ended now.
    fn look_at_results(&mut self) {
        if self.run.awaits_figures() {
            let mut tally = self.tally.clone();
            tally.end(self.now);
            let figures = results::values(&tally, self.model, &self.model.measure);
            self.run.figures(self.instant(), &figures);
        }
    }

    fn happen(&mut self, kind: Kind) {
        match kind {
            Kind::Step(place) => self.run.act(&self.scenario.steps[place]),
            Kind::Come(worker) => self.come(worker),
            Kind::Day(worker, shift, day) => self.day(worker, shift, day),
            Kind::Pause(worker) => self.pause(worker),
            Kind::Leave(worker) => self.leave(worker),
            Kind::Back(worker) => self.back(worker),
            Kind::Done(slot) => self.done(slot),
            Kind::Wrapped(slot) => self.wrapped(slot),
            Kind::GiveUp(slot) => self.give_up(slot),
            Kind::Answer(reservation, answer) => self.answer(reservation, answer),
            Kind::Arrival(class) => self.arrive(class),
            Kind::Again(slot) => self.again(slot),
        }
    }

    /// Everything that follows at once, in order.
    fn follow(&mut self) {
        loop {
            while let Some(event) = self.run.poll() {
                self.events += 1;
                self.react(&event);
            }
            if std::mem::take(&mut self.memberships_changed) {
                self.learn_members();
            }
            let Some((reservation, answer)) = self.answers.pop_front() else { return };
            self.answer(reservation, answer);
        }
    }

    /// What is refused has been overtaken: another worker was faster, a script ended the task.
    fn give(&mut self, command: impl Into<Command>) -> bool {
        self.run.give(self.instant(), command.into()).is_ok()
    }

    fn instant(&self) -> Timestamp {
        self.scenario.start + std::time::Duration::from_millis(self.now)
    }
}

pub(crate) fn millis(span: std::time::Duration) -> Time {
    Time::try_from(span.as_millis()).unwrap_or(Time::MAX)
}
