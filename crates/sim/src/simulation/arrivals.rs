//! Tasks come, are given up, and come again.

use std::collections::VecDeque;

use pointsman::{CancelTask, CreateTask, TaskFacts, TaskId, Timestamp, Value};

use super::calendar::{Kind, Time};
use super::jobs::{Job, Slot, State};
use super::{Simulation, millis};
use crate::arrival::{Arrival, Arrivals};
use crate::distribution::{Distribution, DrawnStreams};
use crate::model::Class;
use crate::random::{self, Purpose, Series, Streams};
use crate::run::Watcher;

/// Why a task was canceled that nobody waits for any more.
pub(crate) const GIVEN_UP: &str = "given up";

/// The numbers that draws of tasks have that steps create begin here, far behind those of the tasks that come.
const FIRST_OF_STEPS: u64 = 1 << 38;

/// Where the tasks of a class come from, and their chance.
pub(super) struct Source<'a> {
    pub(super) class: &'a Class,
    drawn: DrawnStreams,
    /// The attributes of all its tasks, where none are drawn.
    attributes: Value,
    pub(super) patience: Series,
    balking: Series,
    redial: Series,
    redial_delay: Series,
    pub(super) handling: Series,
    /// The handling times of its trace, for tasks that are not of it and of which nothing else is known.
    recorded: Option<Distribution>,
    pub(super) wrap_up: Series,
    pub(super) response: Series,
    pub(super) response_delay: Series,
    arrivals: Arrivals,
    next: Option<Arrival>,
    made: u64,
    /// The wait of the last task of the class that was taken.
    pub(super) last_wait: Time,
    /// Where the class balks, those that have begun to wait, oldest first; some may wait no more.
    queue: VecDeque<Slot>,
}

impl<'a> Source<'a> {
    pub(super) fn new(class: &'a Class, streams: Streams, end: Option<std::time::Duration>) -> Self {
        let chance = streams.entity(random::Kind::Class, &class.name);
        let series = |purpose| chance.series(purpose);
        Self {
            class,
            drawn: class.drawn.streams(chance),
            attributes: class.attributes.clone().into(),
            patience: series(Purpose::Patience),
            balking: series(Purpose::Balking),
            redial: series(Purpose::Redial),
            redial_delay: series(Purpose::RedialDelay),
            handling: series(Purpose::HandlingTime),
            recorded: recorded(class),
            wrap_up: series(Purpose::WrapUp),
            response: series(Purpose::Response),
            response_delay: series(Purpose::ResponseDelay),
            arrivals: class.process.arrivals(chance).until(end),
            next: None,
            made: 0,
            last_wait: 0,
            queue: VecDeque::new(),
        }
    }
}

/// Each recorded time is equally likely.
fn recorded(class: &Class) -> Option<Distribution> {
    let times = class.process.rows().iter().filter_map(|row| row.handling);
    let times: Vec<f64> = times.map(|time| time.as_secs_f64()).collect();
    (!times.is_empty()).then_some(Distribution::List(times))
}

impl<W: Watcher> Simulation<'_, W> {
    /// What a task of the class takes a worker of the group who begins with it now: as a rule says, else as recorded.
    pub(super) fn time_of(&self, class: usize, group: usize) -> Option<&Distribution> {
        let rule = self.model.work(class, group, std::time::Duration::from_millis(self.now));
        rule.map(|work| &work.time).or(self.sources[class].recorded.as_ref())
    }

    /// Writes down when the next tasks of a class come.
    pub(super) fn expect(&mut self, class: usize) {
        let source = &mut self.sources[class];
        source.next = source.arrivals.next();
        if let Some(next) = &source.next {
            self.calendar.add(millis(next.at), Kind::Arrival(class));
        }
    }

    pub(super) fn arrive(&mut self, class: usize) {
        let Some(arrival) = self.sources[class].next.take() else { return };
        self.expect(class);
        for _ in 0..arrival.count {
            let source = &mut self.sources[class];
            let nth = source.made;
            source.made += 1;
            let job = Job::new(class, nth, self.now);
            self.create(Job { row: arrival.row.clone(), ..job });
        }
    }

    /// Sends a task into its workflow, unless it does not stay.
    pub(super) fn create(&mut self, mut job: Job) {
        if !job.is_rest() {
            job.counts = self.tally.arrives(self.now, job.class);
        }
        if self.balks(&job) {
            return self.tally.blocked(&job);
        }
        let id = self.model.spoken_of.get(&job.called()).copied().filter(|_| !job.is_rest());
        let slot = self.begin_task(job, id);
        let Some(job) = self.jobs.get(slot) else { return };
        let id = self.jobs.id(slot);
        self.run.name(id, || name(&self.model.classes[job.origin].name, job, slot));
        let command = self.creation(job, id);
        self.give(command);
    }

    /// Gives the tasks that workers have to do with their names: the report tells who has what.
    pub(super) fn name_taken(&mut self) {
        for (slot, job) in self.jobs.with_workers() {
            self.run.call(self.jobs.id(slot), &name(&self.model.classes[job.origin].name, job, slot));
        }
    }

    /// A step has created a task: it goes on as one of the first class that it is like.
    pub(super) fn take_in(&mut self, facts: &TaskFacts) {
        let Some(class) = self.model.class_of(&facts.into()) else { return };
        let nth = FIRST_OF_STEPS + self.taken_in;
        self.taken_in += 1;
        let counts = self.tally.arrives(self.now, class);
        self.begin_task(Job { counts, ..Job::new(class, nth, self.now) }, Some(facts.task));
    }

    /// A task waits from now on, as long as somebody has patience.
    fn begin_task(&mut self, job: Job, id: Option<TaskId>) -> Slot {
        self.tally.waits(self.now, job.class, true);
        let patience = self.patience(&job);
        let slot = match id {
            Some(id) => self.jobs.adopt(id, job),
            None => self.jobs.add(job),
        };
        self.begins_as(slot);
        if let Some(patience) = patience {
            self.calendar.add(self.now.saturating_add(patience), Kind::GiveUp(slot));
        }
        slot
    }

    /// Says of which class a task is that waits, and remembers it where others go by it.
    pub(super) fn begins_as(&mut self, slot: Slot) {
        let Some(job) = self.jobs.get(slot) else { return };
        self.run.is_of(|| self.jobs.id(slot), &self.model.classes[job.class].name);
        let source = &mut self.sources[job.class];
        if source.class.balking.is_some() {
            source.queue.push_back(slot);
        }
    }

    fn creation(&self, job: &Job, id: TaskId) -> CreateTask {
        let class = self.sources[job.class].class;
        let mut command = CreateTask::new(id).attributes(self.attributes(job)).priority(class.priority);
        (command.workflow, command.task_channel) = (class.workflow, class.task_channel);
        // A task that was handed back is as old as it was.
        let age = std::time::Duration::from_millis(job.age(self.now));
        command.virtual_start_time = (!age.is_zero()).then(|| self.at(self.now).before(age));
        command
    }

    /// How long somebody waits for the task; the rest of one that was handed back is not given up.
    fn patience(&self, job: &Job) -> Option<Time> {
        let traced = job.row.as_ref().and_then(|row| row.patience);
        let class = self.sources[job.class].class;
        let drawn = || {
            let patience = class.patience.as_ref()?;
            Some(patience.sample_span(&mut self.sources[job.origin].patience.nth(job.draw())))
        };
        traced.or_else(drawn).filter(|_| !job.is_rest()).map(millis)
    }

    fn attributes(&self, job: &Job) -> Value {
        let source = &self.sources[job.class];
        if source.class.drawn.is_empty() && job.row.is_none() {
            return source.attributes.clone();
        }
        let mut attributes = source.class.attributes.clone();
        if let Some(object) = attributes.as_object_mut() {
            // Who comes again is who it was.
            let draw = if job.class == job.origin { job.nth } else { job.draw() };
            object.extend(source.class.drawn.sample(&source.drawn, draw));
            object.extend(job.row.iter().flat_map(|row| row.attributes.clone()));
        }
        attributes.into()
    }

    /// Whether the task stays away because it would have to wait too long.
    fn balks(&mut self, job: &Job) -> bool {
        let Some(balking) = self.sources[job.class].class.balking.as_ref().filter(|_| !job.is_rest()) else {
            return false;
        };
        let is_long = self.expected_wait(job.class) > millis(balking.above);
        is_long && self.sources[job.origin].balking.nth(job.draw()).bernoulli(balking.probability)
    }

    /// What a task of the class that comes now is told: the longer of what the last one that was taken waited and the oldest
    /// one has waited so far. Nothing where none waits.
    fn expected_wait(&mut self, class: usize) -> Time {
        let source = &mut self.sources[class];
        let waits =
            |slot: &Slot| self.jobs.get(*slot).is_some_and(|job| job.state == State::Waiting && job.class == class);
        while source.queue.front().is_some_and(|slot| !waits(slot)) {
            source.queue.pop_front();
        }
        let oldest = source.queue.front().and_then(|slot| self.jobs.get(*slot));
        oldest.map_or(0, |oldest| oldest.wait(self.now).max(source.last_wait))
    }

    /// Nobody waits for the task any more.
    pub(super) fn give_up(&mut self, slot: Slot) {
        if self.jobs.get(slot).is_none_or(|job| job.state != State::Waiting) {
            return;
        }
        self.has_waited(slot);
        let Some(job) = self.jobs.get(slot).cloned() else { return };
        self.ends_waiting(job.class, job.queue);
        self.tally.given_up(self.now, &job);
        let again = self.comes_again(&job);
        match (again, self.jobs.get_mut(slot)) {
            (Some(after), Some(job)) => {
                job.state = State::Away;
                self.calendar.add(self.now.saturating_add(after), Kind::Again(slot));
            }
            (None, _) | (_, None) => drop(self.jobs.remove(slot)),
        }
        self.give(CancelTask::new(self.jobs.id(slot)).reason(GIVEN_UP));
    }

    /// The task waits no more, whatever for.
    pub(super) fn ends_waiting(&mut self, class: usize, queue: Option<usize>) {
        self.tally.waits(self.now, class, false);
        if let Some(queue) = queue {
            self.tally.leaves(self.now, queue);
        }
    }

    /// After which time the task comes again; none if it does not.
    fn comes_again(&self, job: &Job) -> Option<Time> {
        let redial = self.sources[job.class].class.redial.as_ref().filter(|redial| job.attempt < redial.at_most)?;
        let origin = &self.sources[job.origin];
        let comes = origin.redial.nth(job.draw()).bernoulli(redial.probability);
        comes.then(|| millis(redial.after.sample_span(&mut origin.redial_delay.nth(job.draw()))))
    }

    pub(super) fn again(&mut self, slot: Slot) {
        let Some(job) = self.jobs.remove(slot) else { return };
        let class = self.sources[job.class].class.redial.as_ref().and_then(|redial| redial.class).unwrap_or(job.class);
        let attempt = job.attempt + 1;
        self.tally.again(&job);
        self.create(Job { origin: job.origin, attempt, row: job.row, ..Job::new(class, job.nth, self.now) });
    }

    /// A time of the run.
    pub(super) fn at(&self, time: Time) -> Timestamp {
        self.scenario.start + std::time::Duration::from_millis(time)
    }
}

/// What it is called; a task that was handed back is a new one.
fn name(class: &str, job: &Job, slot: Slot) -> String {
    let name = job.called().in_class(class);
    if job.is_rest() { format!("{name}/{}", slot.number()) } else { name.to_string() }
}
