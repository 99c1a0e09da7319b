//! The document's own names, both ways. Knows nothing about what the entities are.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use pointsman::{ActivityId, TaskChannelId, TaskId, TaskQueueId, WorkerId, WorkflowId};

/// The kinds of things that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityKind {
    /// Workers.
    Worker,
    /// Activities.
    Activity,
    /// Task queues.
    TaskQueue,
    /// Workflows.
    Workflow,
    /// Task channels.
    TaskChannel,
    /// Tasks.
    Task,
}

impl EntityKind {
    /// The key that holds the name of a thing of this kind in a scenario's steps.
    pub fn key(self) -> &'static str {
        match self {
            Self::Worker => "worker",
            Self::Activity => "activity",
            Self::TaskQueue => "task_queue",
            Self::Workflow => "workflow",
            Self::TaskChannel => "task_channel",
            Self::Task => "task",
        }
    }

    /// The code of a diagnostic about a name that nothing of this kind has.
    pub fn unknown(self) -> &'static str {
        match self {
            Self::Worker => "unknown-worker",
            Self::Activity => "unknown-activity",
            Self::TaskQueue => "unknown-task-queue",
            Self::Workflow => "unknown-workflow",
            Self::TaskChannel => "unknown-task-channel",
            Self::Task => "unknown-task",
        }
    }
}

impl fmt::Display for EntityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Worker => "worker",
            Self::Activity => "activity",
            Self::TaskQueue => "task queue",
            Self::Workflow => "workflow",
            Self::TaskChannel => "task channel",
            Self::Task => "task",
        })
    }
}

/// The engine's ids of things that have names.
pub trait EntityId: Copy + Ord + fmt::Display + std::str::FromStr + for<'a> From<&'a str> {
    /// What it identifies.
    const KIND: EntityKind;
    /// The id with this number.
    fn with_number(number: u128) -> Self;
    /// Its number.
    fn to_number(self) -> u128;
}

macro_rules! entity_ids {
    ($($id:ident = $kind:ident,)*) => {
        $(impl EntityId for $id {
            const KIND: EntityKind = EntityKind::$kind;

            fn with_number(number: u128) -> Self {
                Self::new(number)
            }

            fn to_number(self) -> u128 {
                self.number()
            }
        })*
    };
}

entity_ids! {
    WorkerId = Worker,
    ActivityId = Activity,
    TaskQueueId = TaskQueue,
    WorkflowId = Workflow,
    TaskChannelId = TaskChannel,
    TaskId = Task,
}

/// The names of a document's entities. A text is resolved as a name, then as a `sid`, then as a friendly name, each
/// the first declared of its kind; at last as the SID form of a declared id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names {
    tables: BTreeMap<EntityKind, Table>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Table {
    names: BTreeMap<String, u128>,
    sids: BTreeMap<String, u128>,
    friendly: BTreeMap<String, u128>,
    ids: BTreeMap<u128, String>,
}

/// The name or the `sid` of a new entity is another's already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameTaken {
    /// What it was to name.
    pub kind: EntityKind,
    /// The name or `sid`.
    pub text: String,
}

impl fmt::Display for NameTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is another {} `{}`: names and sids differ within their kind", self.kind, self.text)
    }
}

impl Names {
    /// No names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entity and gives its id: that of its `sid`, or of its name, in the form of a SID; else the id that
    /// belongs to the name.
    pub fn declare<T: EntityId>(
        &mut self,
        name: &str,
        sid: Option<&str>,
        friendly_name: Option<&str>,
    ) -> Result<T, NameTaken> {
        let id = sid.and_then(|sid| sid.parse().ok()).or_else(|| name.parse().ok()).unwrap_or_else(|| T::from(name));
        let table = self.tables.entry(T::KIND).or_default();
        let taken = |text: &str| NameTaken { kind: T::KIND, text: text.to_owned() };
        if let Some(sid) = sid.filter(|sid| table.sids.contains_key(*sid)) {
            return Err(taken(sid));
        }
        if table.names.contains_key(name) {
            return Err(taken(name));
        }
        let Entry::Vacant(entry) = table.ids.entry(id.to_number()) else { return Err(taken(name)) };
        entry.insert(name.to_owned());
        table.names.insert(name.to_owned(), id.to_number());
        if let Some(sid) = sid {
            table.sids.insert(sid.to_owned(), id.to_number());
        }
        if let Some(friendly_name) = friendly_name {
            table.friendly.entry(friendly_name.to_owned()).or_insert(id.to_number());
        }
        Ok(id)
    }

    /// Lets a declared entity be found by one more text, after names and sids.
    pub fn also<T: EntityId>(&mut self, id: T, text: &str) {
        let table = self.tables.entry(T::KIND).or_default();
        table.friendly.entry(text.to_owned()).or_insert(id.to_number());
    }

    /// The id of what has exactly this name.
    pub fn declared<T: EntityId>(&self, name: &str) -> Option<T> {
        self.tables.get(&T::KIND)?.names.get(name).copied().map(T::with_number)
    }

    /// The id of what this text names.
    pub fn id<T: EntityId>(&self, text: &str) -> Option<T> {
        let table = self.tables.get(&T::KIND)?;
        let found = table.names.get(text).or_else(|| table.sids.get(text)).or_else(|| table.friendly.get(text));
        if let Some(number) = found {
            return Some(T::with_number(*number));
        }
        text.parse::<T>().ok().filter(|id| table.ids.contains_key(&id.to_number()))
    }

    /// The name of what has this id.
    pub fn name<T: EntityId>(&self, id: T) -> Option<&str> {
        self.tables.get(&T::KIND)?.ids.get(&id.to_number()).map(String::as_str)
    }

    /// All names of a kind, in alphabetical order.
    pub fn all(&self, kind: EntityKind) -> impl Iterator<Item = &str> + '_ {
        self.tables.get(&kind).into_iter().flat_map(|table| table.names.keys().map(String::as_str))
    }

    /// The name or friendly name that was probably meant.
    pub fn suggest(&self, kind: EntityKind, text: &str) -> Option<&str> {
        let friendly = self.tables.get(&kind).into_iter().flat_map(|table| table.friendly.keys().map(String::as_str));
        nearest(text, self.all(kind).chain(friendly))
    }

    /// The text with every known SID replaced by its name in backticks: for messages of the engine.
    pub fn in_words(&self, text: &str) -> String {
        let mut words = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let sid = rest.get(..SID_LENGTH).and_then(|sid| self.name_of_sid(sid));
            match sid {
                Some(name) => words.push_str(&format!("`{name}`")),
                None => words.push(first),
            }
            rest = &rest[if sid.is_some() { SID_LENGTH } else { first.len_utf8() }..];
        }
        words
    }

    fn name_of_sid(&self, sid: &str) -> Option<&str> {
        fn name<'a, T: EntityId>(names: &'a Names, sid: &str) -> Option<&'a str> {
            names.name(sid.parse::<T>().ok()?)
        }
        match sid.get(..2)? {
            WorkerId::PREFIX => name::<WorkerId>(self, sid),
            ActivityId::PREFIX => name::<ActivityId>(self, sid),
            TaskQueueId::PREFIX => name::<TaskQueueId>(self, sid),
            WorkflowId::PREFIX => name::<WorkflowId>(self, sid),
            TaskChannelId::PREFIX => name::<TaskChannelId>(self, sid),
            TaskId::PREFIX => name::<TaskId>(self, sid),
            _ => None,
        }
    }
}

/// Two letters and 32 hexadecimal digits.
const SID_LENGTH: usize = 34;

/// The candidate that is a few letters away at most, if any; the first of the nearest.
pub(crate) fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 100;
    if text.len() > LONGEST {
        return None;
    }
    let lower = text.to_lowercase();
    let allowed = (lower.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(lower.len()) <= 4 * allowed)
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The usual words for [`nearest`].
pub(crate) fn did_you_mean(candidate: Option<&str>) -> Option<String> {
    candidate.map(|candidate| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "WQ000000000000000000000000000000ab";

    #[test]
    fn a_text_is_a_name_then_a_sid_then_a_friendly_name() {
        let mut names = Names::new();
        let first: TaskQueueId = names.declare("first", Some("second"), Some("third")).unwrap();
        let second: TaskQueueId = names.declare("second", Some(SID), Some("first")).unwrap();
        let third: TaskQueueId = names.declare("other", Some("x"), Some("third")).unwrap();
        assert_eq!(names.id("first"), Some(first));
        assert_eq!(names.id("second"), Some(second));
        assert_eq!(names.id("third"), Some(first), "the first declared");
        assert_eq!(names.id(SID), Some(second));
        assert_eq!(names.id(&third.to_string()), Some(third));
        assert_eq!(names.id::<TaskQueueId>("fourth"), None);
        assert_eq!(names.id::<WorkflowId>("first"), None);
        assert_eq!(second.to_string(), SID);
        assert_eq!(names.name(second), Some("second"));
    }

    #[test]
    fn a_name_or_sid_belongs_to_one() {
        let mut names = Names::new();
        names.declare::<TaskQueueId>("a", Some(SID), None).unwrap();
        let taken = |text: &str| Err(NameTaken { kind: EntityKind::TaskQueue, text: text.to_owned() });
        assert_eq!(names.declare::<TaskQueueId>("a", None, None), taken("a"));
        assert_eq!(names.declare::<TaskQueueId>("b", Some(SID), None), taken(SID));
        assert_eq!(names.declare::<TaskQueueId>(SID, None, None), taken(SID));
        assert!(names.declare::<WorkflowId>("a", None, None).is_ok());
    }

    #[test]
    fn sids_are_told_by_their_names() {
        let mut names = Names::new();
        let alice: WorkerId = names.declare("alice", None, None).unwrap();
        let text = format!("no worker {alice}é, nor {SID}");
        assert_eq!(names.in_words(&text), format!("no worker `alice`é, nor {SID}"));
    }

    #[test]
    fn a_suggestion_is_near() {
        let mut names = Names::new();
        names.declare::<WorkerId>("alice", None, Some("Alice Müller")).unwrap();
        assert_eq!(names.suggest(EntityKind::Worker, "alcie"), Some("alice"));
        assert_eq!(names.suggest(EntityKind::Worker, "Alice Muller"), Some("Alice Müller"));
        assert_eq!(names.suggest(EntityKind::Worker, "bob"), None);
    }
}
