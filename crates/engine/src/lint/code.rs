//! The names of the findings: one list. What each means, with an example, is `docs/lints.md`.

use std::fmt;

/// Declares the codes with their stable texts.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// The kind of a finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)+
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its stable name, in kebab-case.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

codes! {
    /// An expression that nothing can satisfy.
    NeverHolds = "never-holds",
    /// An expression that tests something and holds for everything.
    AlwaysHolds = "always-holds",
    /// A part of an expression that has the same result whatever it reads.
    DeadPart = "dead-part",
    /// Every task that the filter could take is taken and kept above.
    UnreachableFilter = "unreachable-filter",
    /// A step above is never left.
    UnreachableTarget = "unreachable-target",
    /// No task can get past the filters.
    UnreachableDefaultFilter = "unreachable-default-filter",
    /// A task that matches no filter is canceled at once.
    NoDefaultFilter = "no-default-filter",
    /// The end of the last step cancels the task.
    LastTargetTimeout = "last-target-timeout",
    /// Skipping the last step cancels the task.
    LastTargetSkip = "last-target-skip",
    /// The default filter does not catch tasks that timed out.
    DefaultFilterNoRescue = "default-filter-no-rescue",
    /// A step begins when most tasks have expired.
    AfterTaskTimeout = "after-task-timeout",
    /// A step is shorter than the time a worker has to answer.
    ShortStep = "short-step",
    /// `skip_if` counts activities, not capacity.
    SkipIfIgnoresCapacity = "skip-if-ignores-capacity",
    /// `skip_if` counts workers of an activity that does not exist.
    SkipIfUnknownActivity = "skip-if-unknown-activity",
    /// A step for one worker only is never left.
    KnownWorkerHolds = "known-worker-holds",
    /// Tasks without an attribute wait in a step that nobody can serve.
    UnguardedAttribute = "unguarded-attribute",
    /// `assigned_tasks` does not count what is offered or wrapping.
    AssignedTasksOnly = "assigned-tasks-only",
    /// A figure of a task channel that does not exist.
    UnknownChannel = "unknown-channel",
    /// A last-in-first-out queue does not look at priorities.
    LifoIgnoresPriority = "lifo-ignores-priority",
    /// A step replaces the priority that the task has.
    PriorityOverwritten = "priority-overwritten",
    /// No worker of the workspace is in the queue.
    QueueWithoutWorkers = "queue-without-workers",
    /// No worker of the step's queue can satisfy its expression.
    StepWithoutWorkers = "step-without-workers",
    /// A worker is in no queue.
    WorkerWithoutQueue = "worker-without-queue",
    /// An attribute that nobody has.
    UnknownAttribute = "unknown-attribute",
    /// A value that nobody has, near one that somebody has.
    UnknownValue = "unknown-value",
    /// A comparison that the types of the known values decide.
    TypeMismatch = "type-mismatch",
    /// An attribute whose key no expression can write.
    UnreadableKey = "unreadable-key",
    /// An attribute with the name of something built in.
    ShadowedAttribute = "shadowed-attribute",
    /// A value that is no integer has the whole `order_by` ignored.
    OrderByNotInteger = "order-by-not-integer",
    /// An unanswered reservation takes the worker away from all channels.
    TimeoutTakesWorkerAway = "timeout-takes-worker-away",
    /// A worker is offered work again and again without a pause.
    OfferCycle = "offer-cycle",
    /// With multitasking the activities of queues have no effect.
    QueueActivitiesIgnored = "queue-activities-ignored",
    /// A changed workflow leaves the tasks that wait in it alone.
    UpdateKeepsTasks = "update-keeps-tasks",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
