//! Workflows (surface section 3.7). The document is read as tolerantly as the service reads it, and shown as it was given.

use std::sync::Arc;

use pointsman::{
    DeleteWorkflow, KnownWorkerSpec, TargetSpec, UpdateWorkflow, WorkflowConfiguration, WorkflowId, WorkflowSpec,
    WorkspaceSpec,
};
use pointsman_config::{Names, Severity, SourceFile, parse_json, read_workflow};
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::reply::Reply;
use super::times::iso;
use super::{Answer, Method, Params, Within, page, statistics};
use crate::hub::{Note, WorkflowNotes, Workspace};

/// Workflows of a workspace.
const MOST: usize = 1_000;

/// `/Workflows` and what is below.
pub(crate) struct Workflows<'a, 'd>(pub(crate) Within<'a, 'd>);

/// A workflow by its SID.
pub(crate) fn find(workspace: &Workspace, text: &str) -> Option<WorkflowSpec> {
    workspace.engine().workflow(text.parse().ok()?)
}

impl Workflows<'_, '_> {
    pub(super) fn answer(mut self, rest: &[&str]) -> Answer {
        match (self.0.method(), rest) {
            (Method::Get, []) => self.list(),
            (Method::Post, []) => self.create(),
            (Method::Delete, []) => self.0.not_allowed(),
            (method, [sid, below @ ..]) => {
                let found = find(self.0.workspace(), sid).ok_or_else(|| self.0.unknown())?;
                match below {
                    [] => self.one(method, &found),
                    [kind] => statistics::of_workflow(&self.0, &found, kind),
                    _ => Err(self.0.unknown()),
                }
            }
        }
    }

    fn list(&self) -> Answer {
        let name = self.0.params().filled("FriendlyName");
        let mut all = self.0.workspace().engine().catalog().workflows;
        all.retain(|it| name.is_none_or(|name| it.friendly_name == name));
        let (site, call) = (self.0.context.site, self.0.context.call);
        let notes = self.0.workspace().notes();
        let created = |it: &&WorkflowSpec| Some(notes.workflow_dates(it.workflow).created.as_millis());
        let sid = |it: &&WorkflowSpec| it.workflow.to_string();
        page::list(site, call, "workflows", || all.iter(), (sid, created), |it| self.show(it))
    }

    fn create(mut self) -> Answer {
        self.0.room("workflows", self.0.workspace().engine().catalog().workflows.len(), MOST)?;
        let params = self.0.params();
        let name = params.required("FriendlyName")?;
        let (configuration, text) = self.configuration(params.required("Configuration")?)?;
        let id = WorkflowId::new(self.0.context.desk.number());
        let mut spec = WorkflowSpec::new(name, configuration).workflow(id);
        if let Some(span) = params.seconds("TaskReservationTimeout")? {
            spec.task_reservation_timeout = span;
        }
        let notes = notes(params, WorkflowNotes { configuration: text, ..WorkflowNotes::default() })?;
        self.0.submit(spec, Some(Note::Workflow(id, notes)))?;
        Ok(Reply::created(self.shown(id)?))
    }

    fn one(&mut self, method: Method, found: &WorkflowSpec) -> Answer {
        match method {
            Method::Get => {}
            Method::Post => self.update(found)?,
            Method::Delete => {
                self.0.submit(DeleteWorkflow::new(found.workflow), None)?;
                return Ok(Reply::gone());
            }
        }
        Ok(Reply::ok(self.shown(found.workflow)?))
    }

    fn update(&mut self, found: &WorkflowSpec) -> Result<(), Refusal> {
        let params = self.0.params();
        let mut notes =
            notes(params, self.0.workspace().notes().workflow(found.workflow).cloned().unwrap_or_default())?;
        let mut command = UpdateWorkflow::new(found.workflow);
        command.friendly_name = params.text("FriendlyName").map(str::to_owned);
        command.task_reservation_timeout = params.seconds("TaskReservationTimeout")?;
        command.re_evaluate_tasks = self.re_evaluates()?;
        if let Some(text) = params.filled("Configuration") {
            let (configuration, text) = self.configuration(text)?;
            command.configuration = Some(configuration);
            notes.configuration = text;
        }
        self.0.submit(command, Some(Note::Workflow(found.workflow, notes)))
    }

    /// `true`, or the service's own words for it.
    fn re_evaluates(&self) -> Result<bool, Refusal> {
        let words = [("WAITING_TASKS", true), ("true", true), ("NONE", false), ("false", false)];
        Ok(self.0.params().word("ReEvaluateTasks", &words)?.unwrap_or(false))
    }

    /// A document as the engine reads it, and as it is shown.
    fn configuration(&self, text: &str) -> Result<(WorkflowConfiguration, String), Refusal> {
        let names = queues(self.0.workspace());
        read(text, &names).map_err(|problem| Refusal::invalid(format!("Configuration: {problem}")))
    }

    fn shown(&self, id: WorkflowId) -> Result<Value, Refusal> {
        let found = find(self.0.workspace(), &id.to_string()).ok_or_else(|| self.0.unknown())?;
        Ok(self.show(&found))
    }

    fn show(&self, spec: &WorkflowSpec) -> Value {
        let notes = self.0.workspace().notes();
        let (dates, own) = (notes.workflow_dates(spec.workflow), notes.workflow(spec.workflow).cloned());
        let own = own.unwrap_or_default();
        let url = self.0.url(&format!("/Workflows/{}", spec.workflow));
        json!({
            "account_sid": self.0.account(),
            "workspace_sid": self.0.sid.to_string(),
            "sid": spec.workflow.to_string(),
            "friendly_name": spec.friendly_name,
            "configuration": own.configuration,
            "assignment_callback_url": own.assignment_callback_url,
            "fallback_assignment_callback_url": own.fallback_assignment_callback_url,
            "task_reservation_timeout": spec.task_reservation_timeout.as_secs(),
            "document_content_type": Value::Null,
            "date_created": iso(dates.created),
            "date_updated": iso(dates.updated),
            "links": {
                "workspace": self.0.url(""),
                "statistics": format!("{url}/Statistics"),
                "real_time_statistics": format!("{url}/RealTimeStatistics"),
                "cumulative_statistics": format!("{url}/CumulativeStatistics"),
            },
            "url": url,
        })
    }
}

/// The names by which documents speak of the workspace's queues.
fn queues(workspace: &Workspace) -> Names {
    let mut names = Names::new();
    for queue in workspace.engine().catalog().task_queues {
        let sid = queue.task_queue.to_string();
        // SIDs differ, so that no name is taken.
        let _ = names.declare::<pointsman::TaskQueueId>(&sid, Some(&sid), Some(&queue.friendly_name));
    }
    names
}

/// Reads a document; every error of it is told.
fn read(text: &str, names: &Names) -> Result<(WorkflowConfiguration, String), String> {
    let told = |diagnostics: Vec<pointsman_config::Diagnostic>| {
        let errors = diagnostics.iter().filter(|it| it.severity == Severity::Error);
        errors.map(|it| format!("{} at {}", it.message, it.path)).collect::<Vec<_>>().join("; ")
    };
    let file = Arc::new(SourceFile::new("Configuration", text));
    let node = parse_json(&file).map_err(|diagnostic| diagnostic.message)?;
    let (configuration, diagnostics) = read_workflow(&node, Some(names));
    let configuration = configuration.ok_or_else(|| told(diagnostics))?;
    let text = serde_json::from_str::<Value>(text).map_or_else(|_| text.to_owned(), |value| value.to_string());
    Ok((configuration, text))
}

fn notes(params: &Params, before: WorkflowNotes) -> Result<WorkflowNotes, Refusal> {
    let fallback = params.url("FallbackAssignmentCallbackUrl")?;
    Ok(WorkflowNotes {
        assignment_callback_url: params.url("AssignmentCallbackUrl")?.unwrap_or(before.assignment_callback_url),
        fallback_assignment_callback_url: fallback.unwrap_or(before.fallback_assignment_callback_url),
        configuration: before.configuration,
    })
}

/// What is remembered of the workflows of a workspace that is made at once.
pub(crate) fn notes_of(spec: &WorkspaceSpec) -> Vec<Note> {
    let note = |it: &WorkflowSpec| {
        let notes =
            WorkflowNotes { configuration: document(&it.configuration).to_string(), ..WorkflowNotes::default() };
        Note::Workflow(it.workflow, notes)
    };
    spec.workflows.iter().map(note).collect()
}

/// A configuration as TaskRouter's document.
fn document(configuration: &WorkflowConfiguration) -> Value {
    let filters: Vec<Value> = configuration
        .filters
        .iter()
        .map(|filter| {
            let targets: Vec<Value> = filter.targets.iter().map(target).collect();
            let mut members = Map::new();
            if let Some(name) = &filter.friendly_name {
                members.insert("filter_friendly_name".to_owned(), json!(name));
            }
            members.insert("expression".to_owned(), json!(filter.expression));
            members.insert("targets".to_owned(), json!(targets));
            Value::Object(members)
        })
        .collect();
    let mut routing = Map::new();
    routing.insert("filters".to_owned(), json!(filters));
    if let Some(default) = &configuration.default_filter {
        routing.insert("default_filter".to_owned(), target(default));
    }
    json!({"task_routing": routing})
}

/// A routing step with what it says.
fn target(spec: &TargetSpec) -> Value {
    let known = |by: fn(&KnownWorkerSpec) -> Option<&String>| spec.known_worker.as_ref().and_then(by);
    let members = [
        ("queue", spec.queue.map(|queue| json!(queue.to_string()))),
        ("expression", spec.expression.as_ref().map(|text| json!(text))),
        ("priority", spec.priority.map(|priority| json!(priority))),
        ("timeout", spec.timeout.map(|span| json!(span.as_secs()))),
        ("order_by", spec.order_by.as_ref().map(|text| json!(text))),
        ("skip_if", spec.skip_if.as_ref().map(|text| json!(text))),
        (
            "known_worker_sid",
            known(|it| if let KnownWorkerSpec::Sid(text) = it { Some(text) } else { None }).map(|it| json!(it)),
        ),
        (
            "known_worker_friendly_name",
            known(|it| if let KnownWorkerSpec::FriendlyName(text) = it { Some(text) } else { None })
                .map(|it| json!(it)),
        ),
    ];
    members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect::<Map<_, _>>().into()
}
