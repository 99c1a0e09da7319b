//! What a name in an expression means for a task, a worker and an instant (semantics sections 1.7 and 1.9).

use pointsman::{ActivitySpec, Attributes, TaskQueueId, Timestamp, Value, WorkerId};
use pointsman_expr::{
    ChannelCounter, ClockField, Expression, Name, Path, Ref, Root, Segment, WorkerField, WorkersCount,
};

use super::configuration::Known;
use super::rows::{Task, Worker};
use super::{Model, eval};

/// What an expression may look at; what is absent is NULL.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) model: &'a Model,
    pub(super) task: Option<&'a Task>,
    pub(super) worker: Option<&'a Worker>,
    pub(super) queue: Option<TaskQueueId>,
}

impl Scope<'_> {
    pub(super) fn holds(self, expression: &Expression) -> bool {
        eval::holds(expression, &|name| self.value(name))
    }

    pub(super) fn value(self, name: &Name) -> Value {
        match name {
            Name::Task(path) => self.task.map_or(Value::Null, |task| walk(&task.attributes, path)),
            Name::Worker(path) => self.worker.map_or(Value::Null, |worker| walk(&worker.attributes, path)),
            // NULL is one value, missing or written (R7): either way the field takes its place (Q15).
            Name::WorkerAttributeOrField(path, field) => {
                let attribute = self.value(&Name::Worker(path.clone()));
                if attribute == Value::Null { self.field(*field) } else { attribute }
            }
            Name::WorkerField(field) => self.field(*field),
            Name::WorkerChannel { channel, counter } => self.channel(channel, *counter),
            Name::Workers(count) => self.workers(count),
            Name::Clock(field) => time_of_day(self.model.clock, *field),
            Name::Nodes { root, query } => {
                let attributes = match root {
                    Root::Task => self.task.map(|task| &task.attributes),
                    Root::Worker => self.worker.map(|worker| &worker.attributes),
                };
                attributes.map_or(Value::Null, |attributes| nodes(attributes, query))
            }
            Name::Nothing => Value::Null,
        }
    }

    fn field(self, field: WorkerField) -> Value {
        let Some(worker) = self.worker else {
            return Value::Null;
        };
        let activity = &self.model.activities[worker.activity];
        Value::String(match field {
            WorkerField::Sid => worker.sid.clone(),
            WorkerField::FriendlyName => worker.name.clone(),
            WorkerField::ActivitySid => activity_sid(activity).into(),
            WorkerField::ActivityName => activity.friendly_name.as_str().into(),
        })
    }

    fn channel(self, unique_name: &str, counter: ChannelCounter) -> Value {
        let channel = self.model.channels.iter().find(|row| row.unique_name == unique_name);
        let (Some(channel), Some(worker)) = (channel, self.worker) else {
            return Value::Null;
        };
        let view = self.model.share_view(worker, channel.task_channel);
        match counter {
            ChannelCounter::ConfiguredCapacity => number(view.configured_capacity),
            ChannelCounter::AssignedTasks => number(view.assigned_tasks),
            ChannelCounter::AvailableCapacityPercentage => number(view.available_capacity_percentage),
            ChannelCounter::Available => Value::Bool(view.available),
        }
    }

    /// Counts workers of the queue by activity alone; an unknown activity is NULL (semantics section 2.7, R7).
    fn workers(self, count: &WorkersCount) -> Value {
        let Some(queue) = self.queue else {
            return Value::Null;
        };
        let members = self.model.workers.iter().filter(|worker| self.model.is_member(queue, worker));
        let among = |test: &dyn Fn(&Worker) -> bool| {
            number(u32::try_from(members.filter(|worker| test(worker)).count()).unwrap_or(u32::MAX))
        };
        let available = |worker: &Worker| self.model.activities[worker.activity].available;
        match count {
            WorkersCount::Available => among(&|worker| available(worker)),
            WorkersCount::Unavailable => among(&|worker| !available(worker)),
            WorkersCount::Activity(sid) => match self.model.activities.iter().find(|row| activity_sid(row) == **sid) {
                Some(activity) => among(&|worker| worker.activity == activity.activity),
                None => Value::Null,
            },
        }
    }
}

impl Model {
    /// Whether the worker belongs to the queue (semantics section 3.1).
    pub(super) fn is_member(&self, queue: TaskQueueId, worker: &Worker) -> bool {
        let scope = Scope { model: self, task: None, worker: Some(worker), queue: None };
        self.queues[queue].expression.as_ref().is_some_and(|expression| scope.holds(expression))
    }

    /// The worker that the task names for a step; none when the attribute is missing or names nobody.
    pub(super) fn known_worker(&self, task: &Task, known: &Known) -> Option<WorkerId> {
        let text = |path| match walk(&task.attributes, path) {
            Value::String(text) => Some(text),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        };
        let found = match known {
            Known::Sid(reference) => {
                let sid = text(reference.path())?;
                self.workers.iter().find(|worker| worker.sid == sid)
            }
            Known::FriendlyName(reference) => {
                let name = text(reference.path())?.to_lowercase();
                self.workers.iter().find(|worker| worker.name.to_lowercase() == name)
            }
        };
        found.map(|worker| worker.id)
    }
}

/// What expressions see as the activity's sid: the given text, or that of the id.
fn activity_sid(activity: &ActivitySpec) -> String {
    activity.sid.clone().unwrap_or_else(|| activity.activity.to_string())
}

fn number(count: u32) -> Value {
    Value::Number(count.into())
}

/// What stands at the path; NULL where a key is missing, an index out of range or the value has no parts.
fn walk(attributes: &Attributes, path: &Path) -> Value {
    let mut place = Ref::Object(attributes.as_object().entries());
    for segment in path.segments() {
        place = match (place, segment) {
            (Ref::Object(entries), Segment::Key(key)) => entries.get(key).unwrap_or(Ref::Null),
            (Ref::Array(items), Segment::Index(index)) => items.get(*index).unwrap_or(Ref::Null),
            _ => Ref::Null,
        };
    }
    place.to_value()
}

/// The list of what a JSON-path query selects; the query is read again each time.
#[cfg(feature = "jsonpath")]
fn nodes(attributes: &Attributes, query: &str) -> Value {
    match pointsman_expr::Query::parse(query) {
        Ok(query) => Value::Array(query.select(attributes)),
        Err(_) => unreachable!("the expression that holds the query was parsed"),
    }
}

#[cfg(not(feature = "jsonpath"))]
fn nodes(_: &Attributes, _: &str) -> Value {
    Value::Null
}

/// In UTC (semantics section 1.9).
fn time_of_day(now: Timestamp, field: ClockField) -> Value {
    let minutes = now.as_millis().div_euclid(60_000);
    let (hour, minute) = (minutes.div_euclid(60).rem_euclid(24), minutes.rem_euclid(60));
    match field {
        ClockField::CurrentTime => Value::Number((hour * 100 + minute).into()),
        ClockField::CurrentHour => Value::Number(hour.into()),
        ClockField::CurrentMin => Value::Number(minute.into()),
        ClockField::DayOfWeek => Value::String(weekday(minutes.div_euclid(24 * 60)).into()),
    }
}

/// Day 0, the first of January 1970, was a Thursday.
fn weekday(day: i64) -> &'static str {
    ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][day.rem_euclid(7) as usize]
}
