//! How often things happened. It knows nothing about when and where.

use super::sample::rule;
use crate::event::EventKind;

/// Declares the counts, and adds them up.
macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// How often things happened (semantics section 10.2). What a scope does not have stays zero there.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct Counts {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Counts {
            /// Adds what another scope or another window has.
            pub fn merge(&mut self, other: &Self) {
                $(self.$name = self.$name.saturating_add(other.$name);)*
            }
        }
    };
}

counts! {
    /// Workers asked: each reservation of a batch counts. All scopes.
    reservations_created,
    /// Workers who took the task. All scopes.
    reservations_accepted,
    /// Workers who refused. All scopes.
    reservations_rejected,
    /// Workers who did not answer in time. All scopes.
    reservations_timed_out,
    /// Reservations that ended for another reason, those of deleted tasks included. All scopes.
    reservations_canceled,
    /// Reservations that ended because another worker of the batch accepted. All scopes.
    reservations_rescinded,
    /// Tasks created. Workspace.
    tasks_created,
    /// Tasks that entered: `workflow.entered`, `task-queue.entered`. Workflow and queue.
    tasks_entered,
    /// Changes from one queue to another, counted for the queue that was left. Workspace, workflow and queue.
    tasks_moved,
    /// Tasks canceled, for whatever reason. Workspace, workflow and queue.
    tasks_canceled,
    /// Tasks completed. Workspace, workflow and queue.
    tasks_completed,
    /// Tasks deleted, by command or after 24 hours. Workspace, workflow and queue.
    tasks_deleted,
    /// Tasks that fell out of their workflow by timeout or because nothing matched. Workspace and workflow.
    tasks_timed_out_in_workflow,
}

impl Counts {
    /// Counts what an event of this kind counts as; false when that is nothing. For whom it counts is the caller's:
    /// entering a workflow and entering a queue are both `tasks_entered`.
    pub fn count(&mut self, kind: &EventKind) -> bool {
        let counter = rule(kind).map(|(_, counter)| counter(self));
        let counts = counter.is_some();
        counter.into_iter().for_each(|count| *count = count.saturating_add(1));
        counts
    }
}
