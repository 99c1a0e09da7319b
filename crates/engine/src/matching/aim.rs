//! The worker that a task goes to alone: the one of its routing target, or the one its step names (semantics section
//! 2.10, rule R15).

use std::sync::Arc;

use pointsman_expr::Ref;

use crate::catalog::KnownBy;
use crate::id::WorkerId;
use crate::state::table::Seq;
use crate::state::tasks::Task;
use crate::state::workers::{Worker, Workers, fold};

/// What is known of the worker.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Aim {
    Worker(WorkerId),
    Sid(Arc<str>),
    /// In the form in which names are compared.
    Name(Arc<str>),
    /// The attribute that should name it does not.
    Nobody,
}

impl Aim {
    /// Whom alone the task considers; none when it considers anybody.
    pub(super) fn of(task: &Task) -> Option<Self> {
        task.only_worker().map(Self::Worker).or_else(|| Self::of_step(task))
    }

    /// Whom its step names.
    #[inline]
    pub(super) fn of_step(task: &Task) -> Option<Self> {
        let (by, known) = task.target()?.known_worker.as_ref()?;
        Some(match (by, task.document.attributes().get(known.path())) {
            (KnownBy::Sid, Ref::Str(sid)) => Self::Sid(sid.into()),
            (KnownBy::FriendlyName, Ref::Str(name)) => Self::Name(fold(name).into()),
            (_, Ref::Null | Ref::Bool(_) | Ref::Number(_) | Ref::Array(_) | Ref::Object(_)) => Self::Nobody,
        })
    }

    /// Whether this worker is meant.
    pub(super) fn means(&self, worker: &Worker) -> bool {
        match self {
            Self::Worker(id) => worker.id == *id,
            Self::Sid(sid) => worker.sid == *sid,
            Self::Name(name) => *fold(&worker.friendly_name) == **name,
            Self::Nobody => false,
        }
    }

    /// Everything by which this worker may be meant.
    pub(super) fn at(worker: &Worker) -> [Self; 3] {
        let name = fold(&worker.friendly_name).into();
        [Self::Worker(worker.id), Self::Sid(worker.sid.clone()), Self::Name(name)]
    }

    /// The workers that are meant, in creation order.
    pub(super) fn among<'w>(&self, workers: &'w Workers) -> impl Iterator<Item = (Seq, &'w Worker)> + use<'w> {
        let (one, same) = match self {
            Self::Worker(id) => (workers.row(*id), None),
            Self::Name(name) => (workers.named(name), None),
            Self::Sid(sid) => (None, Some(workers.with_sid(sid))),
            Self::Nobody => (None, None),
        };
        one.into_iter().chain(same.into_iter().flatten())
    }
}
