//! Real-time figures (semantics section 10.1): views of the engine as of its clock, counted on request. Nothing is
//! stored for them; what happened over time is for [`crate::statistics`].
//!
//! The rules, each in one place:
//!
//! * a *live* task is pending, reserved, assigned or wrapping: `total_tasks` counts all of them (Q51);
//! * `tasks_by_priority` counts work that waits: pending and reserved tasks (Q51);
//! * the longest waiting task is the oldest *pending* one; of equally old ones the one created first;
//! * activities without workers have a row all the same;
//! * a queue's workers are those its expression matches, whatever their activity; the available ones among them are
//!   those in an available activity, busy or not;
//! * a filter by task channel leaves out the tasks of other channels. It never changes figures about workers, because
//!   every worker has a share of every channel.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::catalog::{Activity, Catalog};
use crate::id::{ActivityId, TaskChannelId, TaskId, TaskQueueId, WorkflowId};
use crate::matching::Judge;
use crate::state::tasks::Task;
use crate::state::workers::Worker;
use crate::status::TaskStatus;
use crate::time::Timestamp;

/// The workspace now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceFigures {
    /// Its live tasks.
    pub tasks: TaskFigures,
    /// Its workers.
    pub workers: WorkersFigures,
}

/// A task queue now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskQueueFigures {
    /// The live tasks in it.
    pub tasks: TaskFigures,
    /// The pending task that has been in this queue for longest, and since when.
    pub longest_in_queue: Option<LongestWait>,
    /// Workers its expression matches, per activity, in the creation order of the activities.
    pub activities: Vec<ActivityFigures>,
    /// Workers its expression matches, in any activity.
    pub total_eligible_workers: usize,
    /// Those of them who are in an available activity, busy or not.
    pub total_available_workers: usize,
}

/// Live tasks now: all of them, or those of a workflow or queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFigures {
    /// Pending, reserved, assigned and wrapping tasks.
    pub total_tasks: usize,
    /// The same by status.
    pub tasks_by_status: TasksByStatus,
    /// Pending and reserved tasks by priority; priorities without a task are left out.
    pub tasks_by_priority: BTreeMap<u32, usize>,
    /// The oldest pending task, and its creation.
    pub longest_waiting: Option<LongestWait>,
}

/// How many tasks are where in their life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TasksByStatus {
    /// Waiting for a worker.
    pub pending: usize,
    /// One or more workers have been asked.
    pub reserved: usize,
    /// Taken by a worker.
    pub assigned: usize,
    /// Taken, with after-work running.
    pub wrapping: usize,
}

/// A task that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongestWait {
    /// The task.
    pub task: TaskId,
    /// For how long; whole seconds are for output to make, truncated (rule R13).
    pub age: Duration,
}

/// Workers now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkersFigures {
    /// All of them.
    pub total_workers: usize,
    /// The same per activity, in the creation order of the activities.
    pub activities: Vec<ActivityFigures>,
}

/// An activity and how many workers are in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityFigures {
    /// The activity.
    pub activity: ActivityId,
    /// What people call it.
    pub friendly_name: Arc<str>,
    /// The workers in it, which may be none.
    pub workers: usize,
}

pub(crate) fn workspace(judge: Judge<'_>, channel: Option<TaskChannelId>) -> WorkspaceFigures {
    WorkspaceFigures { tasks: tasks(judge.now, &live(judge, channel, |_| true)), workers: workers(judge) }
}

/// None for an unknown workflow.
pub(crate) fn workflow(judge: Judge<'_>, id: WorkflowId, channel: Option<TaskChannelId>) -> Option<TaskFigures> {
    judge.catalog.workflows.get(id)?;
    Some(tasks(judge.now, &live(judge, channel, |task| task.workflow == Some(id))))
}

/// None for an unknown queue.
pub(crate) fn task_queue(
    judge: Judge<'_>,
    id: TaskQueueId,
    channel: Option<TaskChannelId>,
) -> Option<TaskQueueFigures> {
    judge.catalog.queues.get(id)?;
    let entered =
        |task: &Task| task.step.as_ref().filter(|place| place.task_queue == id).map(|place| place.queue_entered_at);
    let inside = live(judge, channel, |task| entered(task).is_some());
    let members = || judge.state.workers.members(id).map(|(_, worker)| worker);
    let activity = |worker: &Worker| judge.catalog.activities.get(worker.activity);
    let available = |worker: &&Worker| activity(worker).is_some_and(|activity| activity.available);
    Some(TaskQueueFigures {
        tasks: tasks(judge.now, &inside),
        longest_in_queue: longest(judge.now, &inside, entered),
        activities: activities(judge.catalog, members()),
        total_eligible_workers: members().count(),
        total_available_workers: members().filter(available).count(),
    })
}

pub(crate) fn workers(judge: Judge<'_>) -> WorkersFigures {
    let all = || judge.state.workers.iter().map(|(_, worker)| worker);
    WorkersFigures { total_workers: all().count(), activities: activities(judge.catalog, all()) }
}

/// The live tasks of a scope, in creation order.
fn live(judge: Judge<'_>, channel: Option<TaskChannelId>, in_scope: impl Fn(&Task) -> bool) -> Vec<&Task> {
    let tasks = judge.state.tasks.iter().map(|(_, task)| task);
    let on_channel = |task: &Task| channel.is_none_or(|channel| task.task_channel == channel);
    tasks.filter(|task| !task.status().is_terminal() && on_channel(task) && in_scope(task)).collect()
}

fn tasks(now: Timestamp, live: &[&Task]) -> TaskFigures {
    let longest_waiting = longest(now, live, |task| Some(task.created_at));
    let mut figures = TaskFigures { total_tasks: live.len(), longest_waiting, ..TaskFigures::default() };
    for task in live {
        figures.tasks_by_status.count(task.status());
        if task.status().is_waiting() {
            *figures.tasks_by_priority.entry(task.priority).or_default() += 1;
        }
    }
    figures
}

impl TasksByStatus {
    fn count(&mut self, status: TaskStatus) {
        match status {
            TaskStatus::Pending => self.pending += 1,
            TaskStatus::Reserved => self.reserved += 1,
            TaskStatus::Assigned => self.assigned += 1,
            TaskStatus::Wrapping => self.wrapping += 1,
            TaskStatus::Completed | TaskStatus::Canceled => {}
        }
    }
}

/// The pending task with the earliest of these instants; the first created wins a tie.
fn longest(now: Timestamp, live: &[&Task], since: impl Fn(&Task) -> Option<Timestamp>) -> Option<LongestWait> {
    let pending = live.iter().filter(|task| task.status() == TaskStatus::Pending);
    let (since, task) = pending.filter_map(|task| Some((since(task)?, task.id()))).min_by_key(|(since, _)| *since)?;
    Some(LongestWait { task, age: now.since(since) })
}

fn activities<'a>(catalog: &Catalog, workers: impl Iterator<Item = &'a Worker>) -> Vec<ActivityFigures> {
    let mut counts: BTreeMap<ActivityId, usize> = BTreeMap::new();
    for worker in workers {
        *counts.entry(worker.activity).or_default() += 1;
    }
    let row = |activity: &Activity| ActivityFigures {
        activity: activity.id,
        friendly_name: activity.friendly_name.clone(),
        workers: counts.get(&activity.id).copied().unwrap_or_default(),
    };
    catalog.activities.iter().map(|(_, activity)| row(activity)).collect()
}
