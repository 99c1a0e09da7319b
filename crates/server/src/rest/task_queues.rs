//! Task queues (surface section 3.6).

use pointsman::{
    ActivityId, ActivitySpec, Attributes, DeleteTaskQueue, TaskQueueId, TaskQueueSpec, UpdateTaskQueue, WorkerId,
};
use pointsman_expr::Kind;
use serde_json::{Value, json};

use super::expressions::{expression, holds_for_attributes};
use super::ordering::Ordering;
use super::refusal::Refusal;
use super::reply::Reply;
use super::times::iso;
use super::workspaces::{ORDERS, order};
use super::{Answer, Method, Within, page, statistics};
use crate::hub::{Dates, Workspace};

/// Task queues of a workspace.
const MOST: usize = 5_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    DateCreated,
    DateUpdated,
}

const KEYS: &[(&str, Key)] = &[("DateCreated", Key::DateCreated), ("DateUpdated", Key::DateUpdated)];

impl Key {
    fn of(self, dates: Dates) -> i64 {
        match self {
            Self::DateCreated => dates.created.as_millis(),
            Self::DateUpdated => dates.updated.as_millis(),
        }
    }
}

/// `/TaskQueues` and what is below.
pub(crate) struct TaskQueues<'a, 'd>(pub(crate) Within<'a, 'd>);

/// A queue by its SID.
pub(crate) fn find(workspace: &Workspace, text: &str) -> Option<TaskQueueSpec> {
    workspace.engine().task_queue(text.parse().ok()?)
}

impl TaskQueues<'_, '_> {
    pub(super) fn answer(mut self, rest: &[&str]) -> Answer {
        match (self.0.method(), rest) {
            (Method::Get, []) => self.list(),
            (Method::Post, []) => self.create(),
            (Method::Delete, []) => self.0.not_allowed(),
            (Method::Get, ["Statistics"]) => statistics::of_task_queues(&self.0),
            (Method::Post, ["RealTimeStatistics"]) => statistics::bulk(&self.0),
            (_, ["Statistics" | "RealTimeStatistics"]) => self.0.not_allowed(),
            (method, [sid, below @ ..]) => {
                let found = find(self.0.workspace(), sid).ok_or_else(|| self.0.unknown())?;
                match below {
                    [] => self.one(method, &found),
                    [kind] => statistics::of_task_queue(&self.0, &found, kind),
                    _ => Err(self.0.unknown()),
                }
            }
        }
    }

    fn list(&self) -> Answer {
        let mut all = self.0.workspace().engine().catalog().task_queues;
        for keep in [self.called()?, self.fitting()?, self.of_worker()?].into_iter().flatten() {
            all.retain(|queue| keep.contains(&queue.task_queue));
        }
        let (site, call) = (self.0.context.site, self.0.context.call);
        let notes = self.0.workspace().notes();
        let ordering = Ordering::of(self.0.params(), KEYS)?;
        ordering.sort(&mut all, |key, it| key.of(notes.task_queue(it.task_queue)));
        let created = |it: &&TaskQueueSpec| {
            let created = notes.task_queue(it.task_queue).created.as_millis();
            Some(created).filter(|_| !ordering.is_given())
        };
        let (sid, names) = (|it: &&TaskQueueSpec| it.task_queue.to_string(), self.activities());
        page::list(site, call, "task_queues", || all.iter(), (sid, created), |it| self.show(it, &names))
    }

    fn called(&self) -> Result<Option<Vec<TaskQueueId>>, Refusal> {
        let Some(name) = self.0.params().filled("FriendlyName") else { return Ok(None) };
        let queues = self.0.workspace().engine().catalog().task_queues;
        Ok(Some(queues.iter().filter(|it| it.friendly_name == name).map(|it| it.task_queue).collect()))
    }

    /// The queues that a worker with these attributes would be in.
    fn fitting(&self) -> Result<Option<Vec<TaskQueueId>>, Refusal> {
        let name = "EvaluateWorkerAttributes";
        let Some(value) = self.0.params().attributes(name)? else { return Ok(None) };
        let attributes =
            Attributes::try_from(value).map_err(|error| Refusal::invalid(format!("Parameter {name}: {error}")))?;
        let queues = self.0.workspace().engine().catalog().task_queues;
        let fits = |it: &&TaskQueueSpec| {
            let parsed = expression("TargetWorkers", &it.target_workers, Kind::Queue);
            parsed.is_ok_and(|expression| holds_for_attributes(&expression, &attributes))
        };
        Ok(Some(queues.iter().filter(fits).map(|it| it.task_queue).collect()))
    }

    fn of_worker(&self) -> Result<Option<Vec<TaskQueueId>>, Refusal> {
        let Some(worker) = self.0.params().sid::<WorkerId>("WorkerSid")? else { return Ok(None) };
        let engine = self.0.workspace().engine();
        let queues = engine.catalog().task_queues.into_iter().map(|it| it.task_queue);
        Ok(Some(queues.filter(|queue| engine.members(*queue).contains(&worker)).collect()))
    }

    fn create(mut self) -> Answer {
        self.0.room("task queues", self.0.workspace().engine().catalog().task_queues.len(), MOST)?;
        let params = self.0.params();
        let id = TaskQueueId::new(self.0.context.desk.number());
        let expression = params.text("TargetWorkers").unwrap_or("1==1");
        let mut spec = TaskQueueSpec::new(params.required("FriendlyName")?, expression).task_queue(id);
        spec.max_reserved_workers = params.number("MaxReservedWorkers")?.unwrap_or(1);
        spec.task_order = params.word("TaskOrder", ORDERS)?.unwrap_or_default();
        spec.reservation_activity = params.sid("ReservationActivitySid")?;
        spec.assignment_activity = params.sid("AssignmentActivitySid")?;
        self.0.submit(spec, None)?;
        Ok(Reply::created(self.shown(id)?))
    }

    fn one(&mut self, method: Method, found: &TaskQueueSpec) -> Answer {
        match method {
            Method::Get => {}
            Method::Post => {
                let params = self.0.params();
                let mut command = UpdateTaskQueue::new(found.task_queue);
                command.friendly_name = params.text("FriendlyName").map(str::to_owned);
                command.target_workers = params.text("TargetWorkers").map(str::to_owned);
                command.max_reserved_workers = params.number("MaxReservedWorkers")?;
                command.task_order = params.word("TaskOrder", ORDERS)?;
                command.reservation_activity = params.sid("ReservationActivitySid")?;
                command.assignment_activity = params.sid("AssignmentActivitySid")?;
                self.0.submit(command, None)?;
            }
            Method::Delete => {
                self.0.submit(DeleteTaskQueue::new(found.task_queue), None)?;
                return Ok(Reply::gone());
            }
        }
        Ok(Reply::ok(self.shown(found.task_queue)?))
    }

    fn shown(&self, id: TaskQueueId) -> Result<Value, Refusal> {
        let found = find(self.0.workspace(), &id.to_string()).ok_or_else(|| self.0.unknown())?;
        Ok(self.show(&found, &self.activities()))
    }

    fn activities(&self) -> Vec<ActivitySpec> {
        self.0.workspace().engine().catalog().activities
    }

    fn show(&self, spec: &TaskQueueSpec, activities: &[ActivitySpec]) -> Value {
        let workspace = self.0.workspace();
        let dates = workspace.notes().task_queue(spec.task_queue);
        let url = self.0.url(&format!("/TaskQueues/{}", spec.task_queue));
        let activity = |id: Option<ActivityId>| id.map(|id| self.0.url(&format!("/Activities/{id}")));
        let name = |id: Option<ActivityId>| {
            activities.iter().find(|it| Some(it.activity) == id).map(|it| it.friendly_name.as_str())
        };
        json!({
            "account_sid": self.0.account(),
            "workspace_sid": self.0.sid.to_string(),
            "sid": spec.task_queue.to_string(),
            "friendly_name": spec.friendly_name,
            "target_workers": spec.target_workers,
            "max_reserved_workers": spec.max_reserved_workers,
            "task_order": order(spec.task_order),
            "reservation_activity_sid": spec.reservation_activity.map(|id| id.to_string()),
            "reservation_activity_name": name(spec.reservation_activity),
            "assignment_activity_sid": spec.assignment_activity.map(|id| id.to_string()),
            "assignment_activity_name": name(spec.assignment_activity),
            "date_created": iso(dates.created),
            "date_updated": iso(dates.updated),
            "links": {
                "workspace": self.0.url(""),
                "assignment_activity": activity(spec.assignment_activity),
                "reservation_activity": activity(spec.reservation_activity),
                "statistics": format!("{url}/Statistics"),
                "real_time_statistics": format!("{url}/RealTimeStatistics"),
                "cumulative_statistics": format!("{url}/CumulativeStatistics"),
                "list_statistics": self.0.url("/TaskQueues/Statistics"),
                "bulk_real_time_statistics": self.0.url("/TaskQueues/RealTimeStatistics"),
            },
            "url": url,
        })
    }
}
