//! Statistics against the list of all events: whatever happened, a fold over everything gives the same figures for any
//! window; totals since the start agree with what the engine holds, and real-time figures with its views.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pointsman::statistics::{Counts, Cumulative, Scope, Settings, Spread, Statistics, StatisticsError, Window};
use pointsman::{
    ActivityId, CreateTask, Engine, Event, EventKind, LongestWait, RoutingTarget, TaskChannelId, TaskFacts,
    TaskFigures, TaskQueueId, TaskStatus, Timestamp, WorkerId, WorkflowId, WorkspaceSpec,
};
use pointsman_testkit::Op;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::sample::select;
use support::{drained, same, staged, stories};

#[test]
fn any_window_shows_what_a_fold_over_all_events_shows() {
    let retention = select(vec![1, 5, 24 * 60, 30 * 24 * 60]);
    let windows = vec((any::<u32>(), any::<u32>()), 4);
    let input = (stories(60), retention, windows);
    support::runs(400).check(input, |((spec, ops), retention, windows)| {
        let told = Told::by(&spec, &ops, Duration::from_secs(retention * 60))?;
        windows.into_iter().try_for_each(|(start, length)| told.compare(start, length))
    });
}

#[test]
fn totals_since_the_start_agree_with_what_there_is() {
    support::runs(1_000).check(stories(60), |(spec, ops)| {
        let told = Told::by(&spec, &ops, Duration::from_secs(60))?;
        let (totals, events) = (told.statistics.since_start(), &told.events);
        let tasks: Vec<_> = told.engine.tasks().collect();
        let live = tasks.iter().filter(|task| !task.facts.status.is_terminal()).count() as u64;
        let ended = totals.tasks_completed + totals.tasks_canceled + deleted_alive(events);
        same("tasks created, and live or ended ones", &totals.tasks_created, &(live + ended))?;
        let pending = tasks.iter().map(|task| task.reserved.len() as u64).sum::<u64>();
        let answered = totals.reservations_accepted + totals.reservations_rejected + totals.reservations_timed_out;
        let withdrawn =
            totals.reservations_canceled + totals.reservations_rescinded - canceled_after_acceptance(events);
        let all = pending + answered + withdrawn;
        same("reservations created, and pending or ended ones", &totals.reservations_created, &all)
    });
}

#[test]
fn real_time_figures_are_those_of_the_views() {
    support::runs(1_000).check(stories(60), |(spec, ops)| {
        let told = Told::by(&spec, &ops, Duration::from_secs(60))?;
        let tasks = told.events.iter().filter_map(|event| event.kind.task());
        let channels: BTreeSet<_> = tasks.map(|task| task.task_channel).collect();
        channels.into_iter().map(Some).chain([None]).try_for_each(|channel| told.compare_tasks(channel))?;
        let workers: Vec<_> = told.engine.workers().map(|view| view.facts.worker).collect();
        compare_workers(&told.engine, &workers, &told.engine.workers_figures().activities)?;
        told.queues.iter().try_for_each(|queue| compare_members(&told.engine, *queue))
    });
}

/// A story, what was counted of it, and all there was to count.
struct Told {
    /// Who was where at the start.
    start: Vec<(WorkerId, ActivityId)>,
    began_at: Timestamp,
    /// Every queue and workflow there ever was.
    queues: BTreeSet<TaskQueueId>,
    workflows: BTreeSet<WorkflowId>,
    engine: Engine,
    retention: Duration,
    statistics: Statistics,
    events: Vec<Event>,
}

impl Told {
    fn by(spec: &WorkspaceSpec, ops: &[Op], retention: Duration) -> Result<Self, String> {
        let (engine, script) = staged(spec, ops)?;
        let settings = Settings { retention, longest_wait: 100 };
        let statistics = Statistics::with_settings(&engine, settings).map_err(|error| error.to_string())?;
        let start = engine.workers().map(|view| (view.facts.worker, view.facts.activity)).collect();
        let queues = spec.task_queues.iter().map(|queue| queue.task_queue).collect();
        let workflows = spec.workflows.iter().map(|workflow| workflow.workflow).collect();
        let (began_at, events) = (engine.clock(), Vec::new());
        let mut told = Self { start, began_at, queues, workflows, engine, retention, statistics, events };
        for (now, command) in script {
            match command {
                // A refusal has no events of its own.
                Some(command) => drop(told.engine.handle(now, command)),
                None => told.engine.handle_timeout(now),
            }
            told.events.extend(drained(&mut told.engine));
        }
        for event in &told.events {
            told.statistics.observe(event);
            match &event.kind {
                EventKind::TaskQueueCreated(facts) => drop(told.queues.insert(facts.task_queue)),
                EventKind::WorkflowCreated(facts) => drop(told.workflows.insert(facts.workflow)),
                _ => {}
            }
        }
        Ok(told)
    }

    /// The real-time figures about tasks of the workspace and of everything in it, on one channel or on all.
    fn compare_tasks(&self, channel: Option<TaskChannelId>) -> Result<(), String> {
        let engine = &self.engine;
        let on_channel = |task: &TaskFacts| channel.is_none_or(|channel| channel == task.task_channel);
        let tasks = engine.tasks().map(|view| view.facts).filter(|task| !task.status.is_terminal());
        let live: Vec<TaskFacts> = tasks.filter(on_channel).collect();
        compare_task_figures(engine, &engine.workspace_figures(channel).tasks, &live)?;
        for workflow in &self.workflows {
            let Some(figures) = engine.workflow_figures(*workflow, channel) else { continue };
            let inside = live.iter().filter(|task| task.workflow == Some(*workflow)).cloned();
            compare_task_figures(engine, &figures, &inside.collect::<Vec<_>>())?;
        }
        for queue in &self.queues {
            let Some(figures) = engine.task_queue_figures(*queue, channel) else { continue };
            let step = |task: &TaskFacts| task.step.clone().filter(|step| step.task_queue == *queue);
            let inside: Vec<_> = live.iter().filter(|task| step(task).is_some()).cloned().collect();
            compare_task_figures(engine, &figures.tasks, &inside)?;
            let entered = |task: &TaskFacts| step(task).map_or(task.created_at, |step| step.queue_entered_at);
            same("the longest in a queue", &figures.longest_in_queue, &longest(engine, &inside, entered))?;
        }
        Ok(())
    }

    /// Compares one window that begins around the time of an event, for everything there is.
    fn compare(&self, start: u32, length: u32) -> Result<(), String> {
        let at = pick(&self.events, start).map_or(self.began_at, |event| event.at);
        let minute = at.as_millis().div_euclid(60_000) - i64::from(start % 3);
        let instant = |minute: i64| Timestamp::from_millis(minute * 60_000);
        let length = [1, 2, 15, 24 * 60, 60 * 24 * 60][length as usize % 5];
        let window = Window::new(instant(minute), instant(minute + length)).map_err(|error| error.to_string())?;
        let channels = [None, self.channel(start)];
        for (scope, channel) in self.scopes().into_iter().flat_map(|scope| channels.map(|channel| (scope, channel))) {
            match self.statistics.cumulative(scope, channel, window) {
                Ok(figures) => {
                    self.compare_figures(&figures, scope, channel)?;
                    self.compare_stays(window, scope)?;
                }
                Err(refused) => self.is_too_old(window, &refused)?,
            }
        }
        Ok(())
    }

    fn is_too_old(&self, window: Window, refused: &StatisticsError) -> Result<(), String> {
        let clock = self.events.last().map_or(self.began_at, |event| event.at).as_millis();
        let kept_from = clock - clock.rem_euclid(60_000) - self.retention.as_millis() as i64;
        let start = window.start();
        let kept_from = Timestamp::from_millis(kept_from);
        same("refusals", refused, &StatisticsError::BeforeRetention { start, kept_from })?;
        same("being too old", &(start < kept_from), &true)
    }

    /// Whatever an event names, and a scope nobody knows.
    fn scopes(&self) -> Vec<Scope> {
        let tasks = self.events.iter().filter_map(|event| event.kind.task());
        let places = tasks.flat_map(|task| {
            let queue = task.step.as_ref().map(|step| Scope::TaskQueue(step.task_queue));
            [queue, task.workflow.map(Scope::Workflow)].into_iter().flatten()
        });
        let workers =
            self.events.iter().filter_map(|event| event.kind.worker()).map(|facts| Scope::Worker(facts.worker));
        let distinct: BTreeSet<Scope> = places.chain(workers).collect();
        let always = [Scope::Workspace, Scope::TaskQueue("nothing".into())];
        distinct.into_iter().chain(always).collect()
    }

    fn channel(&self, number: u32) -> Option<TaskChannelId> {
        let tasks: Vec<_> = self.events.iter().filter_map(|event| event.kind.task()).collect();
        pick(&tasks, number).map(|task| task.task_channel)
    }

    fn compare_figures(
        &self,
        figures: &Cumulative,
        scope: Scope,
        channel: Option<TaskChannelId>,
    ) -> Result<(), String> {
        let window = figures.window;
        let inside = |event: &&Event| window.start() <= event.at && event.at < window.end();
        let concerned = |event: &&Event| {
            let on_channel = |task: &TaskFacts| channel.is_none_or(|channel| channel == task.task_channel);
            event.kind.task().is_some_and(on_channel) && concerns(event, scope)
        };
        let events: Vec<_> = self.events.iter().filter(inside).filter(concerned).collect();
        compare_counts(figures.counts, scope, &events)?;
        compare_waits(figures, scope, &events)
    }

    /// The stays of the scope's worker, or of all workers.
    fn compare_stays(&self, window: Window, scope: Scope) -> Result<(), String> {
        let worker = if let Scope::Worker(worker) = scope { Some(worker) } else { None };
        let mut cut: BTreeMap<ActivityId, Vec<i64>> = BTreeMap::new();
        for (who, activity, since, until) in self.stays() {
            let since = since.max(window.start()).as_millis();
            let until = until.unwrap_or(window.end()).min(window.end()).as_millis();
            if since < until && worker.is_none_or(|worker| worker == who) {
                cut.entry(activity).or_default().push(until - since);
            }
        }
        let rows = self.statistics.activity_durations(worker, window).map_err(|error| error.to_string())?;
        let shown: BTreeSet<_> = rows.iter().map(|row| row.activity).collect();
        same("every stay has a row; activities", &cut.keys().all(|activity| shown.contains(activity)), &true)?;
        rows.iter().try_for_each(|row| {
            let stays = cut.get(&row.activity).map_or(&[][..], Vec::as_slice);
            compare_spread(&row.friendly_name, row.stays, stays)
        })
    }

    /// Every stay of every worker from the start on.
    fn stays(&self) -> Vec<(WorkerId, ActivityId, Timestamp, Option<Timestamp>)> {
        let declared = self.start.iter().map(|(worker, activity)| (*worker, *activity, self.began_at, None));
        let mut stays: Vec<_> = declared.collect();
        for event in &self.events {
            let (worker, next) = match &event.kind {
                EventKind::WorkerCreated(facts) => (facts.worker, Some(facts.activity)),
                EventKind::WorkerActivityUpdated(facts) => (facts.worker.worker, Some(facts.worker.activity)),
                EventKind::WorkerDeleted(facts) => (facts.worker, None),
                _ => continue,
            };
            let current = stays.iter_mut().filter(|(who, _, _, until)| *who == worker && until.is_none());
            current.for_each(|(_, _, _, until)| *until = Some(event.at));
            stays.extend(next.map(|activity| (worker, activity, event.at, None)));
        }
        stays
    }
}

/// One of the list, by number.
fn pick<T>(list: &[T], number: u32) -> Option<&T> {
    list.get((number as usize).checked_rem(list.len())?)
}

fn concerns(event: &Event, scope: Scope) -> bool {
    let task = event.kind.task();
    match scope {
        Scope::Workspace => true,
        Scope::Workflow(workflow) => task.is_some_and(|task| task.workflow == Some(workflow)),
        Scope::TaskQueue(queue) => {
            task.and_then(|task| task.step.as_ref()).is_some_and(|step| step.task_queue == queue)
        }
        Scope::Worker(worker) => event.kind.reservation().is_some_and(|facts| facts.worker.worker == worker),
    }
}

/// The columns of section 10.2, by the names of the events.
fn compare_counts(ours: Counts, scope: Scope, events: &[&Event]) -> Result<(), String> {
    let count = |name: &str, shown| if shown { named(events, name).len() as u64 } else { 0 };
    let (workspace, tasks) = (scope == Scope::Workspace, !matches!(scope, Scope::Worker(_)));
    let workflow = matches!(scope, Scope::Workflow(_));
    let queue = matches!(scope, Scope::TaskQueue(_));
    let theirs = Counts {
        reservations_created: count("reservation.created", true),
        reservations_accepted: count("reservation.accepted", true),
        reservations_rejected: count("reservation.rejected", true),
        reservations_timed_out: count("reservation.timeout", true),
        reservations_canceled: count("reservation.canceled", true),
        reservations_rescinded: count("reservation.rescinded", true),
        tasks_created: count("task.created", workspace),
        tasks_entered: count("workflow.entered", workflow) + count("task-queue.entered", queue),
        tasks_moved: count("task-queue.moved", tasks),
        tasks_canceled: count("task.canceled", tasks),
        tasks_completed: count("task.completed", tasks),
        tasks_deleted: count("task.deleted", tasks) + count("task.system-deleted", tasks),
        tasks_timed_out_in_workflow: count("workflow.timeout", workspace || workflow),
    };
    same("counts", &ours, &theirs)
}

fn compare_waits(figures: &Cumulative, scope: Scope, events: &[&Event]) -> Result<(), String> {
    let waits = |name, shown, from: fn(&TaskFacts) -> Option<Timestamp>| -> Vec<i64> {
        let since = |event: &&Event| Some(event.at.as_millis() - from(event.kind.task()?)?.as_millis());
        if shown { named(events, name).iter().filter_map(since).collect() } else { Vec::new() }
    };
    let (tasks, queue) = (!matches!(scope, Scope::Worker(_)), matches!(scope, Scope::TaskQueue(_)));
    let accepted = waits("reservation.accepted", tasks, |task| Some(task.created_at));
    let canceled = waits("task.canceled", tasks, |task| Some(task.created_at));
    let in_queue = waits("reservation.accepted", queue, |task| Some(task.step.as_ref()?.queue_entered_at));
    compare_spread("until accepted", figures.wait_until_accepted, &accepted)?;
    compare_spread("until canceled", figures.wait_until_canceled, &canceled)?;
    compare_spread("in queue until accepted", figures.wait_in_queue_until_accepted, &in_queue)?;
    for threshold in [0, 1, 5, 60, 100] {
        let split = figures.split_by_wait_time(threshold).map_err(|error| error.to_string())?;
        let below = |waits: &[i64]| waits.iter().filter(|wait| **wait <= i64::from(threshold) * 1_000).count() as u64;
        let above = |waits: &[i64]| waits.len() as u64 - below(waits);
        let ours = [split.below, split.above].map(|counts| (counts.reservations_accepted, counts.tasks_canceled));
        let theirs = [(below(&accepted), below(&canceled)), (above(&accepted), above(&canceled))];
        same(&format!("waits split at {threshold} s"), &ours, &theirs)?;
    }
    Ok(())
}

fn named<'a>(events: &[&'a Event], name: &str) -> Vec<&'a Event> {
    events.iter().copied().filter(|event| event.kind.name() == name).collect()
}

fn compare_spread(what: &str, ours: Spread, millis: &[i64]) -> Result<(), String> {
    let (count, total) = (millis.len() as i64, millis.iter().sum::<i64>());
    let average = if count == 0 { 0 } else { (total + 500 * count) / (1_000 * count) };
    let ends = (millis.iter().min().copied().unwrap_or(0), millis.iter().max().copied().unwrap_or(0));
    let theirs = (count, total, average, ends);
    let millis = |span: Duration| span.as_millis() as i64;
    let ends = (millis(ours.min()), millis(ours.max()));
    let ours = (ours.count() as i64, millis(ours.total()), ours.average().as_secs() as i64, ends);
    same(&format!("{what}: count, total, average and ends"), &ours, &theirs)
}

/// Tasks deleted before they ended.
fn deleted_alive(events: &[Event]) -> u64 {
    let alive = |event: &&Event| match &event.kind {
        EventKind::TaskDeleted(task) | EventKind::TaskSystemDeleted(task) => !task.status.is_terminal(),
        _ => false,
    };
    events.iter().filter(alive).count() as u64
}

/// Reservations canceled with their task though a worker had accepted (rule R19).
fn canceled_after_acceptance(events: &[Event]) -> u64 {
    let ids = |name: &'static str| {
        let named = events.iter().filter(move |event| event.kind.name() == name);
        named.filter_map(|event| event.kind.reservation()).map(|facts| facts.reservation).collect::<BTreeSet<_>>()
    };
    ids("reservation.accepted").intersection(&ids("reservation.canceled")).count() as u64
}

fn compare_task_figures(engine: &Engine, figures: &TaskFigures, live: &[TaskFacts]) -> Result<(), String> {
    let count = |status| live.iter().filter(|task| task.status == status).count();
    let by_status = &figures.tasks_by_status;
    let ours = [by_status.pending, by_status.reserved, by_status.assigned, by_status.wrapping];
    let statuses = [TaskStatus::Pending, TaskStatus::Reserved, TaskStatus::Assigned, TaskStatus::Wrapping];
    same("tasks by status", &ours, &statuses.map(count))?;
    same("all tasks", &figures.total_tasks, &live.len())?;
    let waiting = || live.iter().filter(|task| task.status.is_waiting());
    let priorities: BTreeSet<u32> = waiting().map(|task| task.priority).collect();
    let with = |priority| waiting().filter(|task| task.priority == priority).count();
    let by_priority: BTreeMap<_, _> = priorities.into_iter().map(|priority| (priority, with(priority))).collect();
    same("tasks by priority", &figures.tasks_by_priority, &by_priority)?;
    same("the longest waiting", &figures.longest_waiting, &longest(engine, live, |task| task.created_at))
}

/// The first of the pending tasks that nobody precedes.
fn longest(engine: &Engine, live: &[TaskFacts], since: impl Fn(&TaskFacts) -> Timestamp) -> Option<LongestWait> {
    let pending: Vec<_> = live.iter().filter(|task| task.status == TaskStatus::Pending).collect();
    let first = pending.iter().find(|task| pending.iter().all(|other| since(task) <= since(other)))?;
    Some(LongestWait { task: first.task, age: engine.clock().since(since(first)) })
}

fn compare_workers(engine: &Engine, workers: &[WorkerId], rows: &[pointsman::ActivityFigures]) -> Result<(), String> {
    let activities: Vec<_> = workers.iter().filter_map(|id| Some(engine.worker(*id)?.facts.activity)).collect();
    rows.iter().try_for_each(|row| {
        let inside = activities.iter().filter(|activity| **activity == row.activity).count();
        same("the workers in an activity", &row.workers, &inside)
    })?;
    same("all workers", &rows.iter().map(|row| row.workers).sum::<usize>(), &workers.len())
}

/// A queue's workers are those a task sent straight to it could go to.
fn compare_members(engine: &Engine, queue: TaskQueueId) -> Result<(), String> {
    let Some(figures) = engine.task_queue_figures(queue, None) else { return Ok(()) };
    let mut probed = engine.clone();
    let probe = CreateTask::new("probe").routing_target(RoutingTarget::task_queue(queue));
    let refused = probed.handle(engine.clock(), probe).is_err();
    // A worker moved by the reservation may have left the queue.
    let moved = drained(&mut probed).iter().any(|event| event.kind.name() == "worker.activity.update");
    if refused || moved {
        return Ok(());
    }
    let members = probed.eligible("probe".into());
    same("the eligible workers", &figures.total_eligible_workers, &members.len())?;
    let available = |id: &&WorkerId| engine.worker(**id).is_some_and(|view| view.facts.available);
    same("the available workers", &figures.total_available_workers, &members.iter().filter(available).count())?;
    compare_workers(engine, &members, &figures.activities)
}
