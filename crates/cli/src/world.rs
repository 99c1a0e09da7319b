//! What an expression on the command line is evaluated against: documents given as JSON. No rule of the language is here.
//!
//! The worker is one object: its attributes, and beside them what is built in (`sid`, `friendly_name`,
//! `activity_sid`, `activity_name`, `channel`). Where an attribute and a field of one name differ, the fields can be
//! given apart.

use std::collections::BTreeMap;
use std::sync::Arc;

use pointsman_expr::{Attributes, ClockField, Items, Name, Object, Query, Ref, Root, Source, Value, WorkersCount};
use serde_json::json;

/// Documents by what they are about; what is not given is empty.
#[derive(Debug, Default)]
pub(crate) struct World {
    /// The task's attributes.
    pub(crate) task: Attributes,
    /// The worker's attributes, and what is built in unless `fields` has it.
    pub(crate) worker: Attributes,
    /// What is built in.
    pub(crate) fields: Attributes,
    /// Counts of workers by availability and activity.
    pub(crate) workers: Attributes,
    /// The time of day by the names of the language.
    pub(crate) clock: Attributes,
    /// What JSON-path terms select; [`prepare`](Self::prepare) fills it.
    pub(crate) nodes: BTreeMap<Name, Arc<[Value]>>,
}

impl World {
    /// Selects the nodes of JSON-path terms, once.
    pub(crate) fn prepare<'a>(&mut self, names: impl Iterator<Item = &'a Name>) {
        for name in names {
            if let Name::Nodes { root, query } = name
                && let Ok(parsed) = Query::parse(query)
            {
                let document = match root {
                    Root::Task => &self.task,
                    Root::Worker => &self.worker,
                };
                self.nodes.insert(name.clone(), parsed.select(document));
            }
        }
    }

    fn field(&self, path: &[&str]) -> Ref<'_> {
        or(find(&self.fields, path), || find(&self.worker, path))
    }
}

impl Source for World {
    fn value(&self, name: &Name) -> Ref<'_> {
        match name {
            Name::Task(path) => self.task.get(path),
            Name::Worker(path) => self.worker.get(path),
            Name::WorkerAttributeOrField(path, field) => or(self.worker.get(path), || self.field(&[field.as_str()])),
            Name::WorkerField(field) => self.field(&[field.as_str()]),
            Name::WorkerChannel { channel, counter } => self.field(&["channel", channel, counter.as_str()]),
            Name::Workers(WorkersCount::Available) => find(&self.workers, &["available"]),
            Name::Workers(WorkersCount::Unavailable) => find(&self.workers, &["unavailable"]),
            Name::Workers(WorkersCount::Activity(activity)) => find(&self.workers, &[activity]),
            Name::Clock(field) => find(&self.clock, &[field.as_str()]),
            Name::Nodes { .. } => self.nodes.get(name).map_or(Ref::Null, |nodes| Ref::Array(Items::from(&**nodes))),
            Name::Nothing => Ref::Null,
        }
    }
}

fn or<'a>(found: Ref<'a>, otherwise: impl FnOnce() -> Ref<'a>) -> Ref<'a> {
    if found == Ref::Null { otherwise() } else { found }
}

fn find<'a>(document: &'a Attributes, path: &[&str]) -> Ref<'a> {
    let mut found = Ref::Object(document.as_object().entries());
    for key in path {
        found = match found {
            Ref::Object(entries) => entries.get(key).unwrap_or(Ref::Null),
            Ref::Null | Ref::Bool(_) | Ref::Number(_) | Ref::Str(_) | Ref::Array(_) => Ref::Null,
        };
    }
    found
}

/// A document from JSON; the error says which one it is.
pub(crate) fn document(what: &str, json: serde_json::Value) -> Result<Attributes, String> {
    if json.is_null() {
        return Ok(Attributes::default());
    }
    Attributes::try_from(Value::from(json)).map_err(|error| format!("{what}: {error}"))
}

/// The time of day, in UTC, of an instant such as `2024-05-06T09:30:00Z`.
pub(crate) fn clock(instant: &str) -> Result<Attributes, String> {
    let instant: jiff::Timestamp = instant
        .parse()
        .map_err(|_| format!("at: `{instant}` is not an instant such as `2024-05-06T09:30:00Z` (RFC 3339)"))?;
    let time = jiff::tz::Offset::UTC.to_datetime(instant);
    let (hour, minute) = (i64::from(time.hour()), i64::from(time.minute()));
    document(
        "at",
        json!({
            ClockField::CurrentTime.as_str(): hour * 100 + minute,
            ClockField::CurrentHour.as_str(): hour,
            ClockField::CurrentMin.as_str(): minute,
            ClockField::DayOfWeek.as_str(): time.strftime("%a").to_string(),
        }),
    )
}

/// The time of day given by its own names; hours and minutes may be texts of digits.
pub(crate) fn given_clock(values: &serde_json::Value) -> Result<Attributes, String> {
    let Some(values) = values.as_object() else { return document("taskrouter", values.clone()) };
    let number = |value: &serde_json::Value| match value.as_str().and_then(|digits| digits.parse::<i64>().ok()) {
        Some(number) => Value::from(number),
        None => Value::from(value.clone()),
    };
    let entries: Object = values.iter().map(|(key, value)| (Arc::from(key.as_str()), number(value))).collect();
    Attributes::try_from(Value::from(entries)).map_err(|error| format!("taskrouter: {error}"))
}
