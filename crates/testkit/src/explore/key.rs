//! When two states are the same: what the future hangs on, and nothing else. The views tell most of it, the stream
//! of events the rest.

use std::collections::BTreeMap;

use pointsman::{
    ActivityId, Event, EventKind, FilterRef, ReservationId, ReservationStatus, Subject, TaskChannelId, TaskFacts,
    TaskId, TaskStatus, Timestamp, WorkerId, WorkerView,
};

use super::Node;

/// What the views do not tell.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    tasks: BTreeMap<TaskId, Past>,
    /// Open reservations in the order of creation, with the activity the worker came from.
    open: Vec<(ReservationId, ActivityId)>,
    /// Who was last reserved on which channel, the latest at the end.
    last: Vec<(WorkerId, TaskChannelId)>,
}

/// What happened to a task since its creation; once it is taken or has ended, that alone.
#[derive(Clone, Debug, Default)]
struct Past {
    reserved: bool,
    events: Vec<(&'static str, Timestamp, Option<Step>)>,
}

type Step = (FilterRef, usize);

impl Trace {
    pub(super) fn observe(&mut self, event: &Event) {
        match event.kind.subject() {
            Subject::Task(facts) => self.observe_task(event, facts),
            Subject::Reservation(facts) => {
                let past = self.tasks.entry(facts.task.task).or_default();
                past.reserved = true;
                if facts.status == ReservationStatus::Accepted {
                    past.events = vec![(event.kind.name(), event.at, None)];
                }
                self.open.retain(|(id, _)| *id != facts.reservation || facts.status.is_open());
                if facts.status == ReservationStatus::Pending {
                    let pair = (facts.worker.worker, facts.task.task_channel);
                    self.open.push((facts.reservation, facts.worker.activity));
                    self.last.retain(|other| *other != pair);
                    self.last.push(pair);
                }
            }
            Subject::Workspace(_)
            | Subject::Activity(_)
            | Subject::TaskChannel(_)
            | Subject::TaskQueue(_)
            | Subject::Workflow(_)
            | Subject::Worker(_)
            | Subject::WorkerActivity(_)
            | Subject::WorkerChannel(_) => {}
        }
    }

    fn observe_task(&mut self, event: &Event, facts: &TaskFacts) {
        if matches!(event.kind, EventKind::TaskDeleted(_) | EventKind::TaskSystemDeleted(_)) {
            self.tasks.remove(&facts.task);
            return;
        }
        let past = self.tasks.entry(facts.task).or_default();
        if facts.status.is_terminal() {
            past.events.clear();
        }
        // Wrapping up moves no timer: the age of the acceptance stays what counts.
        if facts.status != TaskStatus::Wrapping {
            past.events.push((event.kind.name(), event.at, step(facts)));
        }
    }
}

/// What two states with the same future have in common.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    arrived: usize,
    tasks: Vec<TaskKey>,
    workers: Vec<WorkerKey>,
    reservations: Vec<ReservationKey>,
    last: Vec<(WorkerId, TaskChannelId)>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct TaskKey {
    task: TaskId,
    status: TaskStatus,
    priority: u32,
    step: Option<Step>,
    reserved: bool,
    /// With ages in milliseconds.
    past: Vec<(&'static str, i64, Option<Step>)>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct WorkerKey {
    worker: WorkerId,
    activity: ActivityId,
    channels: Vec<(TaskChannelId, u32, bool, u32)>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ReservationKey {
    task: TaskId,
    worker: WorkerId,
    status: ReservationStatus,
    /// Milliseconds left to answer.
    left: Option<i64>,
    came_from: ActivityId,
}

impl Key {
    pub(super) fn of(node: &Node) -> Self {
        let (engine, trace) = (node.driver.engine(), &node.trace);
        let age = |at: Timestamp| engine.clock().as_millis() - at.as_millis();
        let task = |facts: &TaskFacts| {
            let past = trace.tasks.get(&facts.task);
            let events = past.iter().flat_map(|past| &past.events).map(|(name, at, step)| (*name, age(*at), *step));
            TaskKey {
                task: facts.task,
                status: facts.status,
                priority: facts.priority,
                step: step(facts),
                reserved: past.is_some_and(|past| past.reserved),
                past: events.collect(),
            }
        };
        let reservation = |(id, came_from): &(ReservationId, ActivityId)| {
            let row = engine.reservation(*id)?;
            let left = row.expires_at.map(|due| -age(due));
            let (task, worker, status) = (row.task, row.worker, row.status);
            Some(ReservationKey { task, worker, status, left, came_from: *came_from })
        };
        Self {
            arrived: node.arrived,
            tasks: engine.tasks().map(|view| task(&view.facts)).collect(),
            workers: engine.workers().map(|view| worker(&view)).collect(),
            reservations: trace.open.iter().filter_map(reservation).collect(),
            last: trace.last.clone(),
        }
    }
}

fn worker(view: &WorkerView) -> WorkerKey {
    let share = |share: &pointsman::WorkerChannelView| {
        (share.task_channel, share.configured_capacity, share.available, share.assigned_tasks)
    };
    WorkerKey {
        worker: view.facts.worker,
        activity: view.facts.activity,
        channels: view.channels.iter().map(share).collect(),
    }
}

fn step(facts: &TaskFacts) -> Option<Step> {
    facts.step.as_ref().map(|step| (step.filter, step.target))
}
