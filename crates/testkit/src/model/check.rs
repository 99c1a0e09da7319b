//! The form of values: what a name, a number, a span and a document must look like (semantics section 11.1).

use std::time::Duration;

use pointsman::{
    ActivityId, Attributes, MAX_FRIENDLY_NAME, MIN_TIMEOUT, Rejection, TaskChannelId, TaskId, TaskQueueId, Timestamp,
    Value, WorkerId, WorkflowId,
};

use super::Model;

/// Existence: what a command names is there.
impl Model {
    pub(super) fn activity_exists(&self, id: ActivityId) -> Result<(), Rejection> {
        self.find_activity(id).map(drop).ok_or(Rejection::UnknownActivity(id))
    }

    pub(super) fn channel_exists(&self, id: TaskChannelId) -> Result<(), Rejection> {
        self.find_channel(id).map(drop).ok_or(Rejection::UnknownTaskChannel(id))
    }

    pub(super) fn queue_exists(&self, id: TaskQueueId) -> Result<(), Rejection> {
        self.find_queue(id).map(drop).ok_or(Rejection::UnknownTaskQueue(id))
    }

    pub(super) fn workflow_exists(&self, id: WorkflowId) -> Result<(), Rejection> {
        self.find_workflow(id).map(drop).ok_or(Rejection::UnknownWorkflow(id))
    }

    pub(super) fn worker_exists(&self, id: WorkerId) -> Result<(), Rejection> {
        self.find_worker(id).map(drop).ok_or(Rejection::UnknownWorker(id))
    }

    pub(super) fn task_exists(&self, id: TaskId) -> Result<(), Rejection> {
        self.find_task(id).map(drop).ok_or(Rejection::UnknownTask(id))
    }

    /// An activity that is given exists.
    pub(super) fn given_activity_exists(&self, id: Option<ActivityId>) -> Result<(), Rejection> {
        id.map_or(Ok(()), |id| self.activity_exists(id))
    }

    /// No other worker has the name, whatever the case (semantics section 6.1).
    pub(super) fn worker_name_free(&self, name: &str, except: Option<WorkerId>) -> Result<(), Rejection> {
        let same = |other: &str| other.to_lowercase() == name.to_lowercase();
        let taken = self.workers.iter().find(|row| Some(row.id) != except && same(&row.name));
        match taken {
            Some(row) => Err(Rejection::WorkerNameTaken { name: name.to_owned(), taken_by: row.id }),
            None => Ok(()),
        }
    }
}

/// One to 64 characters.
pub(super) fn friendly_name(name: &str) -> Result<(), Rejection> {
    let length = name.chars().count();
    if (1..=MAX_FRIENDLY_NAME).contains(&length) {
        return Ok(());
    }
    Err(Rejection::FriendlyNameLength { length, limit: MAX_FRIENDLY_NAME })
}

/// A name that is given has one to 64 characters.
pub(super) fn given_friendly_name(name: Option<&String>) -> Result<(), Rejection> {
    name.map_or(Ok(()), |name| friendly_name(name))
}

/// Letters, digits, `_` and `$`, no digit in front.
pub(super) fn unique_name(name: &str) -> Result<(), Rejection> {
    let legal = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
    let head = name.chars().next().is_some_and(|first| !first.is_ascii_digit());
    if head && name.chars().all(legal) {
        return Ok(());
    }
    Err(Rejection::InvalidUniqueName { name: name.to_owned() })
}

pub(super) fn attributes(value: &Value) -> Result<Attributes, Rejection> {
    Attributes::try_from(value.clone()).map_err(Rejection::InvalidAttributes)
}

pub(super) fn given_attributes(value: Option<&Value>) -> Result<Option<Attributes>, Rejection> {
    value.map(attributes).transpose()
}

pub(super) fn number(what: &str, given: u32, least: u32, most: u32) -> Result<(), Rejection> {
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let what = what.to_owned();
    Err(Rejection::NumberOutOfRange { what, given: given.into(), least: least.into(), most: most.into() })
}

/// At least one second (rule R3).
pub(super) fn span(what: &str, given: Duration, most: Duration) -> Result<(), Rejection> {
    if (MIN_TIMEOUT..=most).contains(&given) {
        return Ok(());
    }
    Err(Rejection::SpanOutOfRange { what: what.to_owned(), given, least: MIN_TIMEOUT, most })
}

/// From 1900 to now (rule R13).
pub(super) fn virtual_start(given: Option<Timestamp>, now: Timestamp) -> Result<(), Rejection> {
    match given {
        Some(given) if !(Timestamp::YEAR_1900..=now).contains(&given) => {
            Err(Rejection::VirtualStartTimeOutOfRange { given })
        }
        _ => Ok(()),
    }
}
