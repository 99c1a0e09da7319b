//! Where expressions read their values from: a task, a worker, the workers of a queue, the clock. The one place that
//! gives TaskRouter's names their values (semantics sections 1.7 and 1.9).

use pointsman_expr::{ChannelCounter, ClockField, Items, Name, Number, Ref, Root, Source, WorkerField, WorkersCount};

use super::Judge;
use crate::catalog::Activity;
use crate::state::tasks::Task;
use crate::state::workers::{Worker, WorkerChannel};

/// What an expression can see; what is absent is NULL.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    judge: Judge<'a>,
    task: Option<&'a Task>,
    worker: Option<&'a Worker>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(judge: Judge<'a>) -> Self {
        Self { judge, task: None, worker: None }
    }

    pub(super) fn task(self, task: &'a Task) -> Self {
        Self { task: Some(task), ..self }
    }

    pub(super) fn worker(self, worker: &'a Worker) -> Self {
        Self { worker: Some(worker), ..self }
    }

    fn field(&self, field: WorkerField) -> Ref<'a> {
        let Some(worker) = self.worker else { return Ref::Null };
        let activity = self.judge.catalog.activities.get(worker.activity);
        match field {
            WorkerField::Sid => Ref::Str(&worker.sid),
            WorkerField::FriendlyName => Ref::Str(&worker.friendly_name),
            WorkerField::ActivitySid => activity.map_or(Ref::Null, |activity| Ref::Str(&activity.sid)),
            WorkerField::ActivityName => activity.map_or(Ref::Null, |activity| Ref::Str(&activity.friendly_name)),
        }
    }

    fn counter(&self, channel: &str, counter: ChannelCounter) -> Ref<'a> {
        let id = self.judge.catalog.channel_named(channel).map(|channel| channel.id);
        let share = id.and_then(|id| self.worker?.channels.get(&id));
        share.map_or(Ref::Null, |share| count(share, counter))
    }

    /// Activities only; capacity is not looked at (semantics section 2.7).
    fn workers(&self, count: &WorkersCount) -> Ref<'a> {
        let Some(place) = self.task.and_then(|task| task.step.as_ref()) else { return Ref::Null };
        let activities = &self.judge.catalog.activities;
        let members = || {
            let members = self.judge.state.workers.members(place.task_queue);
            members.filter_map(|(_, worker)| activities.get(worker.activity))
        };
        match count {
            WorkersCount::Available => number(members().filter(|activity| activity.available).count()),
            WorkersCount::Unavailable => number(members().filter(|activity| !activity.available).count()),
            WorkersCount::Activity(sid) => {
                let is_it = |activity: &Activity| activity.sid == *sid;
                let known = activities.iter().any(|(_, activity)| is_it(activity));
                if known { number(members().filter(|activity| is_it(activity)).count()) } else { Ref::Null }
            }
        }
    }

    fn clock(&self, field: ClockField) -> Ref<'a> {
        let now = self.judge.now;
        match field {
            ClockField::CurrentTime => Ref::Number(Number::from(now.hour() * 100 + now.minute())),
            ClockField::CurrentHour => Ref::Number(Number::from(now.hour())),
            ClockField::CurrentMin => Ref::Number(Number::from(now.minute())),
            ClockField::DayOfWeek => Ref::Str(now.weekday()),
        }
    }

    fn nodes(&self, root: Root, query: &str) -> Ref<'a> {
        let document = match root {
            Root::Task => self.task.map(|task| &task.document),
            Root::Worker => self.worker.map(|worker| &worker.document),
        };
        document.map_or(Ref::Null, |document| Ref::Array(Items::from(document.nodes(query))))
    }
}

impl Source for Scope<'_> {
    fn value(&self, name: &Name) -> Ref<'_> {
        let task = self.task.map(|task| task.document.attributes());
        let worker = self.worker.map(|worker| worker.document.attributes());
        match name {
            Name::Task(path) => task.map_or(Ref::Null, |task| task.get(path)),
            Name::Worker(path) => worker.map_or(Ref::Null, |worker| worker.get(path)),
            Name::WorkerAttributeOrField(path, field) => match worker.map_or(Ref::Null, |worker| worker.get(path)) {
                Ref::Null => self.field(*field),
                attribute @ (Ref::Bool(_) | Ref::Number(_) | Ref::Str(_) | Ref::Array(_) | Ref::Object(_)) => attribute,
            },
            Name::WorkerField(field) => self.field(*field),
            Name::WorkerChannel { channel, counter } => self.counter(channel, *counter),
            Name::Workers(count) => self.workers(count),
            Name::Clock(field) => self.clock(*field),
            Name::Nodes { root, query } => self.nodes(*root, query),
            Name::Nothing => Ref::Null,
        }
    }
}

fn count(share: &WorkerChannel, counter: ChannelCounter) -> Ref<'static> {
    match counter {
        ChannelCounter::ConfiguredCapacity => Ref::Number(Number::from(share.capacity)),
        ChannelCounter::AssignedTasks => Ref::Number(Number::from(share.accepted)),
        ChannelCounter::AvailableCapacityPercentage => Ref::Number(Number::from(share.available_capacity_percentage())),
        ChannelCounter::Available => Ref::Bool(share.available),
    }
}

fn number(count: usize) -> Ref<'static> {
    Ref::Number(Number::from(i64::try_from(count).unwrap_or(i64::MAX)))
}
