//! What is counted while a run goes on: per run, class, queue, group of workers and interval. It grows with none of the
//! tasks, only with the number of intervals. It judges nothing and estimates nothing.

mod bins;
mod demand;
mod supply;

use std::sync::Arc;

use pointsman::EventKind;

use crate::estimate::Level;
use crate::model::{Measure, Model, ServiceLevel, WarmUp};
use crate::simulation::{Job, Time, millis};

pub(crate) use bins::Bins;
use demand::Standard;
pub(crate) use demand::{Demand, Waits};
pub(crate) use supply::{Standing, Supply};

/// The counts of one run.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    /// Everything together. Until the run is over only what the order of tasks decides; the rest is that of the classes.
    pub(crate) run: Demand,
    pub(crate) classes: Vec<Demand>,
    pub(crate) queues: Vec<Demand>,
    /// All workers together; until the run is over only how many are there. The rest is that of the groups.
    pub(crate) staff: Supply,
    pub(crate) groups: Vec<Supply>,
    /// By the time at which tasks came; empty without intervals.
    pub(crate) intervals: Vec<Demand>,
    /// Waiting tasks, workers who are there, and busy ones, over the intervals.
    pub(crate) bins: Option<Bins>,
    /// The waits of taken tasks in the order in which they came to an end, with the time at which they came; for the
    /// choice of a warm-up.
    pub(crate) series: Option<Vec<(Time, u64)>>,
    levels: Arc<[Standard]>,
    /// How many tasks of the warm-up are still to come.
    skipped: u64,
    /// When the warm-up ends; none once it has.
    cut: Option<Time>,
    /// From when on it is measured.
    pub(crate) since: Time,
    /// Until when.
    pub(crate) until: Time,
}

impl Tally {
    pub(crate) fn new(model: &Model, queues: usize, measure: &Measure) -> Self {
        let standard = |it: &ServiceLevel| Standard { within: millis(it.within), level: it.level };
        let levels: Arc<[Standard]> = measure.service_levels.iter().map(standard).collect();
        let demand = || Demand::new(levels.len());
        let skipped = if let WarmUp::Tasks(count) = measure.warm_up { count } else { 0 };
        let cut = if let WarmUp::Time(cut) = measure.warm_up { millis(cut) } else { 0 };
        Self {
            run: demand(),
            classes: model.classes.iter().map(|_| demand()).collect(),
            queues: (0..queues).map(|_| demand()).collect(),
            staff: Supply::default(),
            groups: model
                .groups
                .iter()
                .map(|group| Supply::of(group.cost_per_hour.or(measure.cost_per_hour)))
                .collect(),
            intervals: Vec::new(),
            bins: measure.interval.map(|width| Bins::new(millis(width))),
            series: None,
            levels,
            skipped,
            cut: Some(cut).filter(|cut| *cut > 0),
            since: 0,
            until: 0,
        }
    }

    /// How long it was measured, in milliseconds.
    pub(crate) fn span(&self) -> u64 {
        self.until.saturating_sub(self.since)
    }

    /// Since when it is measured; none while it warms up.
    pub(crate) fn warm_since(&self) -> Option<Time> {
        (self.cut.is_none() && self.skipped == 0).then_some(self.since)
    }

    /// A task comes. Whether it is measured.
    pub(crate) fn arrives(&mut self, now: Time, class: usize) -> bool {
        self.reach(now);
        if self.skipped > 0 {
            self.skipped -= 1;
            if self.skipped == 0 {
                self.cut = Some(now);
            }
            return false;
        }
        let counts = self.cut.is_none();
        if counts {
            self.each(now, class, |demand| demand.offered += 1);
        }
        counts
    }

    /// It does not stay.
    pub(crate) fn blocked(&mut self, job: &Job) {
        self.of(job, |demand| demand.blocked += 1);
    }

    /// One more or one less of a class waits.
    pub(crate) fn waits(&mut self, now: Time, class: usize, more: bool) {
        self.reach(now);
        step(&mut self.run.waiting, now, more);
        step(&mut self.classes[class].waiting, now, more);
        if let Some(bins) = &mut self.bins {
            bins.waiting.set(now, self.run.waiting.now());
        }
    }

    /// A task has waited before the run began, in its queue for a part of that.
    pub(crate) fn has_waited(&mut self, job: &Job) {
        let (age, in_queue) = (job.age(0), job.time_in_queue(0));
        self.classes[job.class].waited_before += u128::from(age);
        if let Some(demand) = job.queue.and_then(|queue| self.queues.get_mut(queue)) {
            demand.waited_before += u128::from(in_queue);
        }
    }

    /// A task enters a queue.
    pub(crate) fn enters(&mut self, now: Time, job: &Job, queue: usize) {
        self.reach(now);
        let Some(demand) = self.queues.get_mut(queue) else { return };
        demand.offered += u64::from(job.counts && !job.is_rest());
        step(&mut demand.waiting, now, true);
    }

    /// A task leaves a queue, or waits in it no more.
    pub(crate) fn leaves(&mut self, now: Time, queue: usize) {
        self.reach(now);
        if let Some(demand) = self.queues.get_mut(queue) {
            step(&mut demand.waiting, now, false);
        }
    }

    /// A task goes from its queue to another.
    pub(crate) fn transferred(&mut self, now: Time, job: &Job) {
        self.of(job, |demand| demand.transferred += 1);
        if let Some(demand) = self.queue_of(job) {
            demand.transferred += 1;
            demand.passed.add(job.time_in_queue(now));
        }
    }

    /// A worker has accepted the task.
    pub(crate) fn taken(&mut self, now: Time, job: &Job) {
        if !job.counts || job.is_rest() {
            return self.passed(now, job);
        }
        let (wait, levels) = (job.age(now), self.levels.clone());
        self.of(job, |demand| demand.taken(wait, job.due_to, &levels));
        if let Some(queue) = self.queue_of(job) {
            queue.taken(job.time_in_queue(now), job.due_to_in_queue, &levels);
        }
        self.ends(now, job, true);
        if let Some(series) = &mut self.series {
            series.push((job.born, wait));
        }
    }

    /// A worker has done the work of the task.
    pub(crate) fn handled(&mut self, job: &Job, group: usize, time: Time) {
        if !job.counts {
            return;
        }
        let time = job.worked + time;
        self.of(job, |demand| demand.handling.add(time));
        if let Some(queue) = self.queue_of(job) {
            queue.handling.add(time);
        }
        self.groups[group].handling.add(time);
    }

    /// Nobody waits for the task any more.
    pub(crate) fn given_up(&mut self, now: Time, job: &Job) {
        let levels = self.levels.clone();
        self.of(job, |demand| demand.given_up(job.age(now), job.due_to, &levels));
        if let Some(queue) = self.queue_of(job) {
            queue.given_up(job.time_in_queue(now), job.due_to_in_queue, &levels);
        }
        if job.counts {
            self.ends(now, job, false);
        }
    }

    /// A task that is measured ends its wait, one after the other.
    fn ends(&mut self, now: Time, job: &Job, is_taken: bool) {
        let (wait, levels) = (job.age(now), self.levels.clone());
        self.run.follows(is_taken, wait, &levels);
        self.classes[job.class].follows(is_taken, wait, &levels);
        if let Some(queue) = self.queue_of(job) {
            queue.follows(is_taken, job.time_in_queue(now), &levels);
        }
    }

    /// The engine or a script has ended the task.
    pub(crate) fn lost(&mut self, now: Time, job: &Job) {
        if !job.is_rest() {
            self.of(job, |demand| demand.lost += 1);
            self.queue_of(job).into_iter().for_each(|queue| queue.lost += 1);
        }
        self.passed(now, job);
    }

    /// A wait is over that counts for the length of queues only.
    fn passed(&mut self, now: Time, job: &Job) {
        self.of(job, |demand| demand.passed.add(job.wait(now)));
        if let Some(queue) = self.queue_of(job) {
            queue.passed.add(job.time_in_queue(now));
        }
    }

    /// The task's time in its workflow is up; it is lost with that.
    pub(crate) fn timed_out(&mut self, job: &Job) {
        self.of(job, |demand| demand.timed_out += 1);
        if let Some(queue) = self.queue_of(job) {
            queue.timed_out += 1;
        }
    }

    /// A task that was given up comes again.
    pub(crate) fn again(&mut self, job: &Job) {
        self.of(job, |demand| demand.again += 1);
    }

    /// A worker's shift is over and the task is not.
    pub(crate) fn handed_back(&mut self, job: &Job) {
        self.of(job, |demand| demand.handed_back += 1);
        self.queue_of(job).into_iter().for_each(|queue| queue.handed_back += 1);
    }

    /// Something happened to a reservation.
    pub(crate) fn reservation(&mut self, now: Time, kind: &EventKind, group: usize) {
        self.reach(now);
        if self.warm_since().is_some() {
            self.groups[group].asked.count(kind);
        }
    }

    /// A worker of a group comes, goes, takes or finishes something.
    pub(crate) fn stands(&mut self, now: Time, group: usize, before: Standing, after: Standing) {
        self.reach(now);
        self.staff.change(now, before, after);
        self.groups[group].change(now, before, after);
        if let Some(bins) = &mut self.bins {
            bins.present.set(now, self.staff.present.now());
            bins.busy.set(now, self.staff.busy.now());
        }
    }

    /// The run is over.
    pub(crate) fn end(&mut self, now: Time) {
        self.reach(now);
        self.until = now;
        self.classes.iter().for_each(|class| self.run.merge(class));
        self.groups.iter().for_each(|group| self.staff.merge(group));
        let demands = std::iter::once(&mut self.run).chain(&mut self.classes).chain(&mut self.queues);
        demands.for_each(|demand| demand.waiting.set(now, demand.waiting.now()));
        std::iter::once(&mut self.staff).chain(&mut self.groups).for_each(|supply| supply.end(now));
        let costs: Vec<f64> = self.groups.iter().filter_map(|group| group.cost).collect();
        self.staff.cost = (!costs.is_empty()).then(|| costs.iter().sum());
        if let Some(bins) = &mut self.bins {
            bins.end(now);
        }
    }

    /// The warm-up ends on the way.
    fn reach(&mut self, now: Time) {
        let Some(cut) = self.cut.filter(|cut| *cut <= now) else { return };
        (self.cut, self.since) = (None, cut);
        let demands = std::iter::once(&mut self.run).chain(&mut self.classes).chain(&mut self.queues);
        demands.for_each(|demand| demand.begin(cut));
        std::iter::once(&mut self.staff).chain(&mut self.groups).for_each(|supply| supply.reset(cut));
    }

    /// The queue of a task that is measured.
    fn queue_of(&mut self, job: &Job) -> Option<&mut Demand> {
        job.queue.filter(|_| job.counts).and_then(|queue| self.queues.get_mut(queue))
    }

    fn of(&mut self, job: &Job, count: impl FnMut(&mut Demand)) {
        if job.counts {
            self.each(job.born, job.class, count);
        }
    }

    /// The class, and the interval in which the task came.
    fn each(&mut self, born: Time, class: usize, mut count: impl FnMut(&mut Demand)) {
        count(&mut self.classes[class]);
        let Some(place) = self.bins.as_ref().map(|bins| bins.place(born)) else { return };
        if self.intervals.len() <= place {
            let levels = self.levels.len();
            self.intervals.resize_with(place + 1, || Demand::new(levels));
        }
        count(&mut self.intervals[place]);
    }
}

fn step(level: &mut Level, now: Time, more: bool) {
    level.set(now, if more { level.now() + 1 } else { level.now().saturating_sub(1) });
}
