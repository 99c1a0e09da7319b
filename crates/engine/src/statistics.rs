//! Cumulative statistics (semantics section 10.2): a value beside the engine, fed with its events and with nothing
//! else. It never asks the engine again, and no figure of it has an influence on routing (rule R16).
//!
//! Where each rule of Q52 is: windows and how they cut, `window.rs`; what an event counts as and where, `sample.rs`;
//! thresholds, `waits.rs`; averages, `spread.rs`; activities, `stays.rs`.

mod activities;
mod bucket;
mod counts;
mod cumulative;
mod error;
mod form;
mod sample;
mod spread;
mod stays;
mod waits;
mod window;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub use self::counts::Counts;
pub use self::cumulative::{Cumulative, WaitCounts, WaitSplit};
pub use self::error::StatisticsError;
pub use self::spread::Spread;
pub use self::window::Window;

use self::activities::Activities;
use self::bucket::Bucket;
use self::form::Version;
#[cfg(feature = "serde")]
use self::form::pairs;
use self::sample::Sample;
use self::stays::Stays;
use self::window::{minute_of, start_of};
use crate::engine::Engine;
use crate::event::{Event, EventKind, Subject};
use crate::id::{ActivityId, TaskChannelId, TaskQueueId, WorkerId, WorkflowId};
use crate::time::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);
/// The longest time for which statistics can be kept.
pub const RETENTION_AT_MOST: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// The longest wait that can be counted by second.
pub const LONGEST_WAIT_AT_MOST: u32 = 24 * 60 * 60;

/// What happened in a workspace, minute by minute.
///
/// Make it with [`starting`](Self::starting) when the engine is made and no event waits, then give it every event to
/// [`observe`](Self::observe). Ask for [`cumulative`](Self::cumulative) figures of a scope in a [`Window`], or for
/// [`activity_durations`](Self::activity_durations).
///
/// # Memory
///
/// It is bounded by the retention and by how much there is, not by how much happens. Kept are, in bytes:
///
/// * for each minute in which anything happened, about 1,500;
/// * for each pair of scope and task channel that something happened to in a minute, about 200; 150 more when a wait
///   was over, and up to 30 for each different second of waiting, of which there are at most twice
///   [`Settings::longest_wait`] + 1;
/// * for each pair of worker and activity left in a minute, about 180.
///
/// As time passes a minute is dropped when it is older than the retention; workers, queues and workflows that are gone
/// are dropped with their last minute.
///
/// ```
/// use pointsman::statistics::{Scope, Statistics, Window};
/// use pointsman::{CreateTask, Engine, TargetSpec, TaskQueueSpec, Timestamp};
/// use pointsman::{WorkflowConfiguration, WorkflowSpec, WorkspaceSpec};
///
/// let everyone = WorkflowConfiguration::new().default_filter(TargetSpec::to("everyone"));
/// let workspace = WorkspaceSpec::new("Support")
///     .task_queue(TaskQueueSpec::new("everyone", "1==1"))
///     .workflow(WorkflowSpec::new("incoming", everyone));
/// let mut engine = Engine::new(workspace, 0)?;
/// let mut statistics = Statistics::starting(&engine);
///
/// let now = Timestamp::from_millis(90_000);
/// engine.handle(now, CreateTask::new("t1"))?;
/// while let Some(event) = engine.poll_event() {
///     statistics.observe(&event);
/// }
/// let figures = statistics.cumulative(Scope::TaskQueue("everyone".into()), None, Window::last(now, 15)?)?;
/// assert_eq!(figures.counts.tasks_entered, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Statistics {
    version: Version,
    #[cfg_attr(feature = "serde", serde(deserialize_with = "form::settings"))]
    settings: Settings,
    /// The greatest instant heard of.
    clock: Timestamp,
    /// The last event counted.
    sequence: u64,
    since_start: Counts,
    activities: Activities,
    stays: Stays,
    minutes: BTreeMap<i64, Minute>,
}

/// What statistics keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Settings {
    /// For how long a minute is kept: whole minutes, at most [`RETENTION_AT_MOST`]. 30 days when not given.
    #[cfg_attr(feature = "serde", serde(with = "crate::time::span"))]
    pub retention: Duration,
    /// Up to how many seconds waits are counted by second, which is the greatest threshold that can be asked for; at
    /// most [`LONGEST_WAIT_AT_MOST`]. An hour when not given. Totals, averages and extremes know no limit.
    pub longest_wait: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { retention: Duration::from_secs(30 * 24 * 60 * 60), longest_wait: 60 * 60 }
    }
}

impl Settings {
    fn check(&self) -> Result<(), StatisticsError> {
        let Self { retention, longest_wait } = *self;
        let whole = Duration::from_secs(retention.as_secs() / 60 * 60) == retention;
        if !whole || !(MINUTE..=RETENTION_AT_MOST).contains(&retention) {
            return Err(StatisticsError::RetentionOutOfRange { given: retention, most: RETENTION_AT_MOST });
        }
        if longest_wait > LONGEST_WAIT_AT_MOST {
            return Err(StatisticsError::LongestWaitOutOfRange { given: longest_wait, most: LONGEST_WAIT_AT_MOST });
        }
        Ok(())
    }
}

/// Whose figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Scope {
    /// Everything.
    Workspace,
    /// The tasks of a workflow.
    Workflow(WorkflowId),
    /// The tasks in a queue.
    TaskQueue(TaskQueueId),
    /// The reservations of a worker.
    Worker(WorkerId),
}

/// An activity and the stays in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityDuration {
    /// The activity.
    pub activity: ActivityId,
    /// What people call it now, or called it last.
    pub friendly_name: Arc<str>,
    /// The stays in it, each as far as it lies in the window.
    pub stays: Spread,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Minute {
    #[cfg_attr(feature = "serde", serde(with = "pairs"))]
    /// Boxed: most minutes hold few, and the nodes of a map have room for many.
    buckets: BTreeMap<(Scope, TaskChannelId), Box<Bucket>>,
}

impl Statistics {
    /// Statistics of this engine from its clock on, with the default settings. Events it has emitted so far do not
    /// count, not even those that still wait to be polled.
    pub fn starting(engine: &Engine) -> Self {
        let mut statistics = Self {
            version: Version,
            settings: Settings::default(),
            clock: engine.clock(),
            sequence: engine.emitted(),
            since_start: Counts::default(),
            activities: Activities::default(),
            stays: Stays::default(),
            minutes: BTreeMap::new(),
        };
        for row in engine.workers_figures().activities {
            statistics.activities.put(row.activity, row.friendly_name);
        }
        for worker in engine.workers() {
            statistics.stays.enter(worker.facts.worker, worker.facts.activity, statistics.clock);
        }
        statistics
    }

    /// The same with settings of one's own.
    ///
    /// # Errors
    /// When one of them is out of its range.
    pub fn with_settings(engine: &Engine, settings: Settings) -> Result<Self, StatisticsError> {
        settings.check()?;
        Ok(Self { settings, ..Self::starting(engine) })
    }

    /// Counts an event. One that was counted before is passed over, so a driver that restores statistics and replays
    /// its journal need not know where they stopped.
    pub fn observe(&mut self, event: &Event) {
        if event.sequence <= self.sequence {
            return;
        }
        self.sequence = event.sequence;
        self.advance(event.at);
        self.follow_workers(event);
        let Some(sample) = Sample::of(event) else { return };
        let minute = self.minutes.entry(minute_of(event.at)).or_default();
        for scope in sample.scopes() {
            let bucket = minute.buckets.entry((scope, sample.channel())).or_default();
            sample.record(scope, bucket, self.settings.longest_wait);
            if scope == Scope::Workspace {
                sample.count(&mut self.since_start);
            }
        }
    }

    /// Lets time pass without an event: what is older than the retention is dropped. An instant in the past does
    /// nothing.
    pub fn advance(&mut self, now: Timestamp) {
        let before = self.kept_from();
        self.clock = self.clock.max(now);
        let kept_from = self.kept_from();
        if before == kept_from {
            return;
        }
        let first = minute_of(kept_from);
        while self.minutes.first_key_value().is_some_and(|(minute, _)| *minute < first) {
            self.minutes.pop_first();
        }
        self.stays.forget_before(first);
        self.activities.forget_before(kept_from);
    }

    /// What happened to a scope in a window, on one channel or on all. What nothing is known of has zeros. An event
    /// counts for the channel its task had then.
    ///
    /// # Errors
    /// When the window starts before [`kept_from`](Self::kept_from).
    pub fn cumulative(
        &self,
        scope: Scope,
        channel: Option<TaskChannelId>,
        window: Window,
    ) -> Result<Cumulative, StatisticsError> {
        self.covers(&window)?;
        let from = (scope, channel.unwrap_or(TaskChannelId::new(0)));
        let to = (scope, channel.unwrap_or(TaskChannelId::new(u128::MAX)));
        let mut sum = Bucket::default();
        for (_, minute) in self.minutes.range(window.minutes()) {
            minute.buckets.range(from..=to).for_each(|(_, bucket)| sum.merge(bucket));
        }
        Ok(Cumulative::new(window, self.settings.longest_wait, sum))
    }

    /// How long a worker, or all of them, stayed in each activity, in the creation order of the activities. A stay is
    /// cut where the window cuts it; one that is still open ends with the window; one without length is none. Every
    /// activity has a row, a deleted one when somebody was in it.
    ///
    /// # Errors
    /// When the window starts before [`kept_from`](Self::kept_from).
    pub fn activity_durations(
        &self,
        worker: Option<WorkerId>,
        window: Window,
    ) -> Result<Vec<ActivityDuration>, StatisticsError> {
        self.activity_durations_of(|id| worker.is_none_or(|worker| worker == id), window)
    }

    /// The same for some workers together.
    ///
    /// # Errors
    /// When the window starts before [`kept_from`](Self::kept_from).
    pub fn activity_durations_of(
        &self,
        workers: impl Fn(WorkerId) -> bool,
        window: Window,
    ) -> Result<Vec<ActivityDuration>, StatisticsError> {
        self.covers(&window)?;
        let spreads = self.stays.within(workers, &window);
        let rows = self.activities.iter().filter_map(|known| {
            let stays = spreads.get(&known.activity).copied().unwrap_or_default();
            let shown = known.deleted_at.is_none() || stays.count() > 0;
            let friendly_name = known.friendly_name.clone();
            shown.then_some(ActivityDuration { activity: known.activity, friendly_name, stays })
        });
        Ok(rows.collect())
    }

    /// The counts of the workspace since the start, which no retention cuts.
    pub fn since_start(&self) -> Counts {
        self.since_start
    }

    /// The earliest start of a window that can be asked for: the retention before the greatest instant heard of. A
    /// window may start before the statistics did; there it is empty.
    pub fn kept_from(&self) -> Timestamp {
        start_of(minute_of(self.clock)).before(self.settings.retention)
    }

    fn covers(&self, window: &Window) -> Result<(), StatisticsError> {
        let kept_from = self.kept_from();
        if window.start() < kept_from {
            return Err(StatisticsError::BeforeRetention { start: window.start(), kept_from });
        }
        Ok(())
    }

    /// Keeps track of who is in which activity, and of what activities are called.
    fn follow_workers(&mut self, event: &Event) {
        let now = event.at;
        match event.kind.subject() {
            Subject::Activity(facts) if matches!(event.kind, EventKind::ActivityDeleted(_)) => {
                self.activities.delete(facts.activity, now);
            }
            Subject::Activity(facts) => self.activities.put(facts.activity, facts.friendly_name.clone()),
            Subject::Worker(facts) if matches!(event.kind, EventKind::WorkerDeleted(_)) => {
                self.stays.leave(facts.worker, now);
            }
            Subject::Worker(facts) => self.stays.enter(facts.worker, facts.activity, now),
            Subject::WorkerActivity(facts) => self.stays.enter(facts.worker.worker, facts.worker.activity, now),
            Subject::Workspace(_)
            | Subject::TaskChannel(_)
            | Subject::TaskQueue(_)
            | Subject::Workflow(_)
            | Subject::WorkerChannel(_)
            | Subject::Task(_)
            | Subject::Reservation(_) => {}
        }
    }
}
