//! Owns the boundary to the outside: where evaluation gets its values from. Never caches.

use crate::{Attributes, Name, Ref};

/// Where evaluation reads values from: the only thing this crate knows about the outside.
///
/// What the source does not have is [`Ref::Null`]. For [`Name::Nodes`] it answers with the list of the selected nodes.
pub trait Source {
    /// The value of a name, now.
    fn value(&self, name: &Name) -> Ref<'_>;
}

/// A source of two attribute documents and nothing else: worker fields, counts and the time of day are NULL.
#[derive(Clone, Copy, Debug)]
pub struct Documents<'a> {
    /// What `task.` names read.
    pub task: &'a Attributes,
    /// What `worker.` names read.
    pub worker: &'a Attributes,
}

impl Source for Documents<'_> {
    #[inline]
    fn value(&self, name: &Name) -> Ref<'_> {
        match name {
            Name::Task(path) => self.task.get(path),
            Name::Worker(path) | Name::WorkerAttributeOrField(path, _) => self.worker.get(path),
            Name::WorkerField(_)
            | Name::WorkerChannel { .. }
            | Name::Workers(_)
            | Name::Clock(_)
            | Name::Nodes { .. }
            | Name::Nothing => Ref::Null,
        }
    }
}
