//! Workers, to and from their form in a snapshot. Their loads follow from the reservations.

use pointsman_expr::Root;

use super::SnapshotError;
use super::at::{At, MOST};
use super::current as stored;
use crate::catalog::{Catalog, friendly_name, range};
use crate::revision::Revision;
use crate::spec::WorkerChannelSpec;
use crate::state::document::Document;
use crate::state::workers::{LastReserved, Worker, WorkerChannel};

impl stored::Worker {
    pub(super) fn write(row: &Worker) -> Self {
        let Worker {
            id,
            sid,
            friendly_name,
            document,
            activity,
            activity_since,
            channels,
            last_reserved,
            open: _,
            queues: _,
            revision,
            told: _,
        } = row;
        Self {
            worker: *id,
            sid: sid.clone(),
            friendly_name: friendly_name.clone(),
            attributes: document.attributes().clone(),
            activity: *activity,
            activity_since: *activity_since,
            channels: channels.iter().map(|(id, share)| (*id, stored::WorkerChannel::write(share))).collect(),
            last_reserved: stored::LastReserved::write(*last_reserved),
            revision: stored::Revision::write(*revision),
        }
    }

    /// `made` reservations have been made.
    pub(super) fn read(self, at: &At, catalog: &Catalog, made: u64) -> Result<Worker, SnapshotError> {
        let Self {
            worker,
            sid,
            friendly_name: name,
            attributes,
            activity,
            activity_since,
            channels,
            last_reserved,
            revision,
        } = self;
        at.past("activity_since", activity_since)?;
        let share = |(id, share): (_, stored::WorkerChannel)| {
            let at = at.key("channels").key(id);
            share.read(&at, catalog, made).map(|share| (id, share))
        };
        Ok(Worker {
            id: worker,
            sid,
            friendly_name: at.judged("friendly_name", friendly_name(&name))?,
            document: Document::new(attributes, catalog.selectors.of(Root::Worker)),
            activity,
            activity_since,
            channels: channels.into_iter().map(share).collect::<Result<_, _>>()?,
            last_reserved: stored::LastReserved::read(last_reserved, at, made)?,
            open: Vec::new(),
            queues: Vec::new(),
            revision: revision.read(at)?,
            told: None,
        })
    }
}

impl stored::WorkerChannel {
    fn write(share: &WorkerChannel) -> Self {
        let WorkerChannel { capacity, available, pending: _, accepted: _, wrapping: _, last_reserved, revision } =
            share;
        Self {
            capacity: *capacity,
            available: *available,
            last_reserved: stored::LastReserved::write(*last_reserved),
            revision: stored::Revision::write(*revision),
        }
    }

    fn read(self, at: &At, catalog: &Catalog, made: u64) -> Result<WorkerChannel, SnapshotError> {
        let Self { capacity, available, last_reserved, revision } = self;
        let capacity = at.judged("capacity", range("the capacity", capacity, 0, catalog.limits.capacity))?;
        let last_reserved = stored::LastReserved::read(last_reserved, at, made)?;
        let share = WorkerChannelSpec::new(capacity).available(available);
        Ok(WorkerChannel::new(share, last_reserved, revision.read(at)?))
    }
}

impl stored::LastReserved {
    fn write(last: LastReserved) -> Option<Self> {
        match last {
            LastReserved::Never => None,
            LastReserved::At(at, made) => Some(Self { at, made }),
        }
    }

    fn read(last: Option<Self>, at: &At, most: u64) -> Result<LastReserved, SnapshotError> {
        let Some(Self { at: instant, made }) = last else { return Ok(LastReserved::Never) };
        let at = at.key("last_reserved");
        at.past("at", instant)?;
        at.at_most("made", made, most)?;
        Ok(LastReserved::At(instant, made))
    }
}

impl stored::Revision {
    pub(super) fn write(revision: Revision) -> Self {
        let Revision { version, updated_at } = revision;
        Self { version, updated_at }
    }

    pub(super) fn read(self, at: &At) -> Result<Revision, SnapshotError> {
        let Self { version, updated_at } = self;
        let at = at.key("revision");
        at.at_most("version", version, MOST)?;
        at.past("updated_at", updated_at)?;
        Ok(Revision { version, updated_at })
    }
}
