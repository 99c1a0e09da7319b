//! An engine as a value that outlives the process: what it is to its users, and its versions. The format of each
//! version has a file of its own; the others read and write the newest.

mod at;
mod catalog;
mod configuration;
mod entities;
mod reservation;
mod rows;
mod state;
mod task;
mod v1;
mod worker;
mod workspace;

use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::v1 as current;
pub(crate) use self::workspace::Parts;
use crate::catalog::Catalog;
use crate::outbox::Outbox;
use crate::state::State;

/// The version that is written.
const VERSION: u32 = 1;

/// A whole engine as a value: its configuration, its state and the events not yet taken.
///
/// [`Engine::snapshot`](crate::Engine::snapshot) takes it, [`Engine::restore`](crate::Engine::restore) makes an engine of
/// it that goes on as the first one would have. It is written and read in any serde format that describes itself, such as
/// JSON, and says its version first: a snapshot of one version of this crate is read by every later one.
///
/// ```
/// use pointsman::{CreateTask, Engine, Snapshot, Template, Timestamp, WorkspaceSpec};
///
/// let mut engine = Engine::new(WorkspaceSpec::new("Support").template(Template::Fifo), 0)?;
/// engine.handle(Timestamp::EPOCH, CreateTask::new("t1"))?;
///
/// let text = serde_json::to_string(&engine.snapshot())?;
/// let snapshot: Snapshot = serde_json::from_str(&text)?;
/// let restored = Engine::restore(snapshot)?;
/// assert_eq!(restored.digest(), engine.digest());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot(current::Workspace);

/// Why a snapshot is none of an engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// A value that no engine has at this place.
    #[error("`{at}`: {problem}")]
    Impossible {
        /// The place in the snapshot: `state.tasks.rows.3.configuration`.
        at: String,
        /// What was expected there.
        problem: String,
    },
    /// Every value is possible, but they contradict each other.
    #[error("the snapshot contradicts itself, this does not hold: {problem}")]
    Contradiction {
        /// What holds in every engine and not in this one.
        problem: String,
    },
}

impl Snapshot {
    pub(crate) fn of(parts: Parts<&Catalog, &State, &Outbox>) -> Self {
        Self(current::Workspace::write(parts))
    }

    pub(crate) fn into_parts(self) -> Result<Parts, SnapshotError> {
        self.0.read()
    }
}

const FIELDS: &[&str] = &["version", "workspace"];

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Snapshot", FIELDS.len())?;
        fields.serialize_field("version", &VERSION)?;
        fields.serialize_field("workspace", &self.0)?;
        fields.end()
    }
}

/// The version stands in front, so that what follows is read as that version and errors keep their line and column.
impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Snapshot", FIELDS, Versioned)
    }
}

struct Versioned;

impl<'de> Visitor<'de> for Versioned {
    type Value = Snapshot;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a snapshot: `version`, then `workspace`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Snapshot, A::Error> {
        key(&mut map, FIELDS[0])?;
        let body = Body { version: map.next_value()? };
        body.is_known()?;
        key(&mut map, FIELDS[1])?;
        let snapshot = map.next_value_seed(body)?;
        let more = map.next_key::<String>()?;
        more.map_or(Ok(snapshot), |key| {
            Err(Error::custom(format_args!("unknown field `{key}`: expected no further one")))
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Snapshot, A::Error> {
        let version = seq.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        seq.next_element_seed(Body { version })?.ok_or_else(|| A::Error::invalid_length(1, &self))
    }
}

/// The next key has this name.
fn key<'de, A: MapAccess<'de>>(map: &mut A, name: &'static str) -> Result<(), A::Error> {
    match map.next_key::<String>()? {
        Some(found) if found == name => Ok(()),
        Some(found) => Err(Error::custom(format_args!("expected `{name}` before `{found}`"))),
        None => Err(Error::missing_field(name)),
    }
}

/// What follows a version.
struct Body {
    version: u32,
}

impl Body {
    fn is_known<E: Error>(&self) -> Result<(), E> {
        let version = self.version;
        if version == VERSION {
            return Ok(());
        }
        Err(E::custom(format_args!(
            "snapshot version {version} is not known: expected {VERSION}, the only one so far; a later release may read it"
        )))
    }
}

/// The one place that knows all versions. When there is a second one, the first gets a function that makes a second of
/// it, and is read through it.
impl<'de> DeserializeSeed<'de> for Body {
    type Value = Snapshot;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Snapshot, D::Error> {
        self.is_known()?;
        v1::Workspace::deserialize(deserializer).map(Snapshot)
    }
}
