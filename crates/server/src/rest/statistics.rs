//! Statistics of every scope (surface section 4): the engine's real-time figures, and the cumulative ones fed by its
//! events.

use std::collections::BTreeSet;

use pointsman::statistics::{Counts, Cumulative, Scope, Spread, Window};
use pointsman::{
    ActivityFigures, LongestWait, TaskChannelId, TaskFigures, TaskQueueFigures, TaskQueueId, TaskQueueSpec, Timestamp,
    WorkerId, WorkflowSpec,
};
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::reply::Reply;
use super::times::iso;
use super::{Answer, Method, Within, page, task_channels, workers};

const MINUTE: i64 = 60_000;
/// The most queues that are asked for at once.
const BULK: usize = 50;

/// Which part of the figures a path asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    RealTime,
    Cumulative,
    Both,
}

impl Part {
    fn of(within: &Within<'_, '_>, name: &str) -> Result<Self, Refusal> {
        let part = match name {
            "RealTimeStatistics" => Self::RealTime,
            "CumulativeStatistics" => Self::Cumulative,
            "Statistics" => Self::Both,
            _ => return Err(within.unknown()),
        };
        if within.method() == Method::Get { Ok(part) } else { within.not_allowed().map(|_| part) }
    }
}

/// What the query narrows the figures to.
struct Asked {
    channel: Option<TaskChannelId>,
    window: Window,
    splits: Vec<u32>,
}

impl Asked {
    fn of(within: &Within<'_, '_>) -> Result<Self, Refusal> {
        let params = within.params();
        let mut splits = Vec::new();
        for text in params.list("SplitByWaitTime") {
            let wrong = |_| Refusal::invalid(format!("Parameter SplitByWaitTime has `{text}`, expected whole seconds"));
            splits.push(text.parse().map_err(wrong)?);
        }
        Ok(Self { channel: channel(within)?, window: window(within)?, splits })
    }
}

fn channel(within: &Within<'_, '_>) -> Result<Option<TaskChannelId>, Refusal> {
    let Some(text) = within.params().filled("TaskChannel") else { return Ok(None) };
    let found = task_channels::find(within.workspace(), text).map(|channel| channel.task_channel);
    found.map(Some).ok_or_else(|| Refusal::invalid(format!("There is no task channel `{text}`")))
}

/// The last minutes, or between two dates, widened to whole minutes.
fn window(within: &Within<'_, '_>) -> Result<Window, Refusal> {
    let params = within.params();
    let (start, end) = (params.time("StartDate")?, params.time("EndDate")?);
    let minutes = params.number::<u32>("Minutes")?.unwrap_or(15);
    let window = match start {
        None => Window::last(end.unwrap_or_else(|| within.now()), minutes),
        Some(start) => {
            let floor = |at: Timestamp| at.as_millis().div_euclid(MINUTE) * MINUTE;
            let end = end.unwrap_or_else(|| within.now());
            let after = (end.as_millis() + MINUTE - 1).div_euclid(MINUTE) * MINUTE;
            Window::new(Timestamp::from_millis(floor(start)), Timestamp::from_millis(after))
        }
    };
    window.map_err(|error| Refusal::invalid(error.to_string()))
}

/// Names and values of a figure.
type Figures = Map<String, Value>;

/// Puts the parts that are asked for together, each with where it belongs.
fn reply(
    within: &Within<'_, '_>,
    path: &str,
    part: Part,
    own: &[(&str, String)],
    real_time: impl Fn() -> Result<Figures, Refusal>,
    cumulative: impl Fn() -> Result<Figures, Refusal>,
) -> Answer {
    let mut both = Figures::new();
    let figures = match part {
        Part::RealTime => real_time()?,
        Part::Cumulative => cumulative()?,
        Part::Both => {
            both.insert("realtime".to_owned(), addressed(within, own, real_time()?));
            both.insert("cumulative".to_owned(), addressed(within, own, cumulative()?));
            both
        }
    };
    let Value::Object(mut figures) = addressed(within, own, figures) else { return Err(within.unknown()) };
    let name = match part {
        Part::RealTime => "RealTimeStatistics",
        Part::Cumulative => "CumulativeStatistics",
        Part::Both => "Statistics",
    };
    figures.insert("url".to_owned(), json!(within.url(&format!("{path}/{name}"))));
    Ok(Reply::ok(Value::Object(figures)))
}

fn addressed(within: &Within<'_, '_>, own: &[(&str, String)], mut figures: Figures) -> Value {
    figures.insert("account_sid".to_owned(), json!(within.account()));
    figures.insert("workspace_sid".to_owned(), json!(within.sid.to_string()));
    for (name, sid) in own {
        figures.insert((*name).to_owned(), json!(sid));
    }
    Value::Object(figures)
}

/// `/Statistics`, `/RealTimeStatistics`, `/CumulativeStatistics`.
pub(super) fn of_workspace(within: &Within<'_, '_>, name: &str) -> Answer {
    let (part, asked) = (Part::of(within, name)?, Asked::of(within)?);
    let real_time = || {
        let found = within.workspace().engine().workspace_figures(asked.channel);
        let mut figures = tasks(&found.tasks);
        figures.insert("activity_statistics".to_owned(), activities(&found.workers.activities));
        figures.insert("total_workers".to_owned(), json!(found.workers.total_workers));
        Ok(figures)
    };
    let cumulative = || {
        let own = &["tasks_created", "tasks_timed_out_in_workflow", "tasks_moved"];
        counted(within, Scope::Workspace, &asked, own)
    };
    reply(within, "", part, &[], real_time, cumulative)
}

/// The same below a workflow.
pub(super) fn of_workflow(within: &Within<'_, '_>, found: &WorkflowSpec, name: &str) -> Answer {
    let (part, asked, id) = (Part::of(within, name)?, Asked::of(within)?, found.workflow);
    let real_time = || {
        let figures = within.workspace().engine().workflow_figures(id, asked.channel);
        Ok(tasks(&figures.unwrap_or_default()))
    };
    let own = &["tasks_entered", "tasks_timed_out_in_workflow", "tasks_moved"];
    let cumulative = || counted(within, Scope::Workflow(id), &asked, own);
    let path = format!("/Workflows/{id}");
    reply(within, &path, part, &[("workflow_sid", id.to_string())], real_time, cumulative)
}

/// The same below a queue.
pub(super) fn of_task_queue(within: &Within<'_, '_>, found: &TaskQueueSpec, name: &str) -> Answer {
    let (part, asked, id) = (Part::of(within, name)?, Asked::of(within)?, found.task_queue);
    let path = format!("/TaskQueues/{id}");
    let real_time = || Ok(queue_now(within, id, asked.channel));
    let cumulative = || counted(within, Scope::TaskQueue(id), &asked, QUEUE_COUNTS);
    reply(within, &path, part, &[("task_queue_sid", id.to_string())], real_time, cumulative)
}

const QUEUE_COUNTS: &[&str] = &["tasks_entered", "tasks_moved"];

/// `/TaskQueues/Statistics`: every queue with both parts.
pub(super) fn of_task_queues(within: &Within<'_, '_>) -> Answer {
    let asked = Asked::of(within)?;
    let name = within.params().filled("FriendlyName");
    let mut queues = within.workspace().engine().catalog().task_queues;
    queues.retain(|queue| name.is_none_or(|name| queue.friendly_name == name));
    let mut shown = Vec::new();
    for queue in &queues {
        let (id, own) = (queue.task_queue, [("task_queue_sid", queue.task_queue.to_string())]);
        let cumulative = counted(within, Scope::TaskQueue(id), &asked, QUEUE_COUNTS)?;
        let both = json!({
            "realtime": addressed(within, &own, queue_now(within, id, asked.channel)),
            "cumulative": addressed(within, &own, cumulative),
        });
        let Value::Object(both) = both else { continue };
        shown.push((id.to_string(), addressed(within, &own, both)));
    }
    let (site, call) = (within.context.site, within.context.call);
    let sid = |(sid, _): &(String, Value)| sid.clone();
    page::list(site, call, "task_queues_statistics", || shown.iter().cloned(), (sid, |_: &_| None), |(_, it)| it)
}

/// The real-time figures of many queues at once: a POST with JSON.
pub(super) fn bulk(within: &Within<'_, '_>) -> Answer {
    let body = within.context.call.json.as_ref();
    let sids = body.and_then(|body| {
        ["QueueSids", "queueSids", "TaskQueueSids", "task_queue_sids"].iter().find_map(|key| body.get(key))
    });
    let sids = sids.and_then(Value::as_array).filter(|sids| (1..=BULK).contains(&sids.len()));
    let Some(sids) = sids else {
        return Err(Refusal::invalid(format!("Expected a JSON body with QueueSids: a list of 1 to {BULK} SIDs")));
    };
    let mut data = Vec::new();
    for sid in sids {
        let parsed = sid.as_str().and_then(|text| text.parse::<TaskQueueId>().ok());
        let id = parsed.ok_or_else(|| Refusal::invalid(format!("QueueSids has {sid}, expected the SID of a queue")))?;
        data.push(addressed(within, &[("task_queue_sid", id.to_string())], queue_now(within, id, None)));
    }
    Ok(Reply::ok(json!({
        "account_sid": within.account(),
        "workspace_sid": within.sid.to_string(),
        "task_queue_response_count": data.len(),
        "task_queue_data": data,
        "url": within.url("/TaskQueues/RealTimeStatistics"),
    })))
}

/// `/Workers/Statistics` and its parts: all workers, or those of one queue or of one name.
pub(super) fn of_workers(within: &Within<'_, '_>, name: &str) -> Answer {
    let (part, asked) = (Part::of(within, name)?, Asked::of(within)?);
    let narrowed = narrowed(within)?;
    let real_time = || Ok(workers_now(within, narrowed.as_ref()));
    let cumulative = || worked(within, narrowed.as_ref(), &asked);
    reply(within, "/Workers", part, &[], real_time, cumulative)
}

/// The workers the query narrows the figures to; none for all of them.
fn narrowed(within: &Within<'_, '_>) -> Result<Option<BTreeSet<WorkerId>>, Refusal> {
    let engine = within.workspace().engine();
    let members = workers::members(within.params(), within.workspace())?;
    let Some(name) = within.params().filled("FriendlyName") else { return Ok(members) };
    let called = engine.workers().filter(|view| *view.facts.friendly_name == *name).map(|view| view.facts.worker);
    Ok(Some(called.filter(|id| members.as_ref().is_none_or(|members| members.contains(id))).collect()))
}

fn workers_now(within: &Within<'_, '_>, narrowed: Option<&BTreeSet<WorkerId>>) -> Figures {
    let engine = within.workspace().engine();
    let mut found = engine.workers_figures();
    if let Some(narrowed) = narrowed {
        let views: Vec<_> = narrowed.iter().filter_map(|id| engine.worker(*id)).collect();
        let in_it = |activity| views.iter().filter(|view| view.facts.activity == activity).count();
        found.total_workers = views.len();
        found.activities.iter_mut().for_each(|row| row.workers = in_it(row.activity));
    }
    let mut figures = Figures::new();
    figures.insert("activity_statistics".to_owned(), activities(&found.activities));
    figures.insert("total_workers".to_owned(), json!(found.total_workers));
    figures
}

/// `/Workers/{Sid}/Statistics`: what a worker has done.
pub(super) fn of_worker(within: &Within<'_, '_>, worker: WorkerId) -> Answer {
    if within.method() != Method::Get {
        return within.not_allowed();
    }
    let asked = Asked::of(within)?;
    let own = [("worker_sid", worker.to_string())];
    let cumulative = addressed(within, &own, worked(within, Some(&BTreeSet::from([worker])), &asked)?);
    let mut figures = Figures::new();
    figures.insert("cumulative".to_owned(), cumulative);
    figures.insert("url".to_owned(), json!(within.url(&format!("/Workers/{worker}/Statistics"))));
    Ok(Reply::ok(addressed(within, &own, figures)))
}

/// What these workers have done, or all of them.
fn worked(within: &Within<'_, '_>, narrowed: Option<&BTreeSet<WorkerId>>, asked: &Asked) -> Result<Figures, Refusal> {
    let statistics = within.workspace().statistics();
    let is_asked = |id| narrowed.is_none_or(|workers| workers.contains(&id));
    let durations = statistics.activity_durations_of(is_asked, asked.window)?;
    let durations = durations.iter().map(|row| {
        let mut figures = spread(&row.stays);
        figures["sid"] = json!(row.activity.to_string());
        figures["friendly_name"] = json!(&*row.friendly_name);
        figures
    });
    let scopes = narrowed.map_or_else(|| vec![Scope::Workspace], |it| it.iter().copied().map(Scope::Worker).collect());
    let mut counts = Counts::default();
    for scope in scopes {
        counts.merge(&statistics.cumulative(scope, asked.channel, asked.window)?.counts);
    }
    let mut figures = reservations(asked.window, &counts);
    figures.insert("activity_durations".to_owned(), durations.collect());
    Ok(figures)
}

fn queue_now(within: &Within<'_, '_>, id: TaskQueueId, channel: Option<TaskChannelId>) -> Figures {
    let found = within.workspace().engine().task_queue_figures(id, channel);
    let nothing = || TaskQueueFigures {
        tasks: TaskFigures::default(),
        longest_in_queue: None,
        activities: Vec::new(),
        total_eligible_workers: 0,
        total_available_workers: 0,
    };
    let found = found.unwrap_or_else(nothing);
    let mut figures = tasks(&found.tasks);
    let (age, sid) = longest(found.longest_in_queue.as_ref());
    figures.insert("longest_relative_task_age_in_queue".to_owned(), age);
    figures.insert("longest_relative_task_sid_in_queue".to_owned(), sid);
    figures.insert("activity_statistics".to_owned(), activities(&found.activities));
    figures.insert("total_eligible_workers".to_owned(), json!(found.total_eligible_workers));
    figures.insert("total_available_workers".to_owned(), json!(found.total_available_workers));
    figures
}

fn tasks(found: &TaskFigures) -> Figures {
    let by_priority = found.tasks_by_priority.iter().map(|(priority, count)| (priority.to_string(), json!(count)));
    let status = found.tasks_by_status;
    let (age, sid) = longest(found.longest_waiting.as_ref());
    let figures = json!({
        "longest_task_waiting_age": age,
        "longest_task_waiting_sid": sid,
        "tasks_by_priority": by_priority.collect::<Figures>(),
        "tasks_by_status": {
            "pending": status.pending,
            "reserved": status.reserved,
            "assigned": status.assigned,
            "wrapping": status.wrapping,
        },
        "total_tasks": found.total_tasks,
    });
    if let Value::Object(figures) = figures { figures } else { Figures::new() }
}

fn longest(wait: Option<&LongestWait>) -> (Value, Value) {
    (json!(wait.map_or(0, |wait| wait.age.as_secs())), json!(wait.map(|wait| wait.task.to_string())))
}

fn activities(rows: &[ActivityFigures]) -> Value {
    let row = |row: &ActivityFigures| json!({"friendly_name": &*row.friendly_name, "workers": row.workers, "sid": row.activity.to_string()});
    rows.iter().map(row).collect()
}

/// What happened in a scope, with the counts only it has.
fn counted(within: &Within<'_, '_>, scope: Scope, asked: &Asked, own: &[&str]) -> Result<Figures, Refusal> {
    let statistics = within.workspace().statistics();
    let found = statistics.cumulative(scope, asked.channel, asked.window)?;
    let counts = &found.counts;
    let mut figures = reservations(found.window, counts);
    for (name, count) in [
        ("tasks_canceled", counts.tasks_canceled),
        ("tasks_completed", counts.tasks_completed),
        ("tasks_deleted", counts.tasks_deleted),
        ("tasks_moved", counts.tasks_moved),
        ("tasks_created", counts.tasks_created),
        ("tasks_entered", counts.tasks_entered),
        ("tasks_timed_out_in_workflow", counts.tasks_timed_out_in_workflow),
    ] {
        let every = ["tasks_canceled", "tasks_completed", "tasks_deleted"].contains(&name);
        if every || own.contains(&name) {
            figures.insert(name.to_owned(), json!(count));
        }
    }
    figures.insert("avg_task_acceptance_time".to_owned(), json!(found.avg_task_acceptance_time().as_secs()));
    figures.insert("wait_duration_until_accepted".to_owned(), spread(&found.wait_until_accepted));
    figures.insert("wait_duration_until_canceled".to_owned(), spread(&found.wait_until_canceled));
    if matches!(scope, Scope::TaskQueue(_)) {
        let in_queue = spread(&found.wait_in_queue_until_accepted);
        figures.insert("wait_duration_in_queue_until_accepted".to_owned(), in_queue);
    }
    figures.insert("split_by_wait_time".to_owned(), splits(&found, &asked.splits)?);
    Ok(figures)
}

fn reservations(window: Window, counts: &Counts) -> Figures {
    let figures = json!({
        "start_time": iso(window.start()),
        "end_time": iso(window.end()),
        "reservations_created": counts.reservations_created,
        "reservations_accepted": counts.reservations_accepted,
        "reservations_rejected": counts.reservations_rejected,
        "reservations_timed_out": counts.reservations_timed_out,
        "reservations_canceled": counts.reservations_canceled,
        "reservations_rescinded": counts.reservations_rescinded,
    });
    if let Value::Object(figures) = figures { figures } else { Figures::new() }
}

fn splits(found: &Cumulative, thresholds: &[u32]) -> Result<Value, Refusal> {
    if thresholds.is_empty() {
        return Ok(Value::Null);
    }
    let mut splits = Figures::new();
    for threshold in thresholds {
        let split = found.split_by_wait_time(*threshold).map_err(|error| Refusal::invalid(error.to_string()))?;
        let side = |side: pointsman::statistics::WaitCounts| json!({"tasks_canceled": side.tasks_canceled, "reservations_accepted": side.reservations_accepted});
        splits.insert(threshold.to_string(), json!({"above": side(split.above), "below": side(split.below)}));
    }
    Ok(Value::Object(splits))
}

/// Whole seconds.
fn spread(spread: &Spread) -> Value {
    json!({
        "avg": spread.average().as_secs(),
        "min": spread.min().as_secs(),
        "max": spread.max().as_secs(),
        "total": spread.total().as_secs(),
    })
}
