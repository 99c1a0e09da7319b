//! The tasks of a workspace, the newest first, and a form for another.

use maud::{Markup, html};
use pointsman::{Engine, TaskStatus, TaskView, Timestamp, WorkerId};

use super::Narrowed;
use super::frame::{Page, Tab, ago, badge, filters, form, pages, sid};
use crate::driver::Desk;
use crate::hub::Workspace;

/// Rows of a page.
const ROWS: usize = 50;

pub(super) fn list(desk: &Desk<'_>, workspace: &Workspace, narrowed: &Narrowed) -> Page {
    let (engine, base) = (workspace.engine(), format!("/workspaces/{}/tasks", workspace.sid()));
    let statuses = TaskStatus::ALL.map(TaskStatus::name);
    let (shown, more) = newest(engine, narrowed);
    let body = html! {
        (create(workspace, &base))
        br;
        (filters(&base, "status", &narrowed.status, &statuses))
        @if shown.is_empty() { p.empty { "No task here." } } @else { (table(engine, &base, &shown, desk.now())) }
        (pages(&base, &format!("status={}", narrowed.status), narrowed.page(), more))
    };
    Page::of(workspace, Tab::Tasks, "Tasks", body)
}

/// The tasks of a page, and whether there are older ones. Creation order is the engine's, so the end is kept.
fn newest(engine: &Engine, narrowed: &Narrowed) -> (Vec<TaskView>, bool) {
    let wanted = |task: &TaskView| narrowed.status.is_empty() || task.facts.status.name() == narrowed.status;
    let skipped = narrowed.page().saturating_mul(ROWS);
    let mut last: std::collections::VecDeque<TaskView> = std::collections::VecDeque::new();
    for task in engine.tasks().filter(wanted) {
        last.push_back(task);
        if last.len() > skipped.saturating_add(ROWS + 1) {
            last.pop_front();
        }
    }
    let mut newest: Vec<TaskView> = last.into_iter().rev().skip(skipped).collect();
    let more = newest.len() > ROWS;
    newest.truncate(ROWS);
    (newest, more)
}

fn table(engine: &Engine, base: &str, tasks: &[TaskView], now: Timestamp) -> Markup {
    html! {
        div.scroll { table {
            thead { tr { th { "Task" } th { "Status" } th { "Queue" } th.number { "Priority" } th.number { "Age" } th { "Workers" } th { "Attributes" } th {} } }
            tbody {
                @for task in tasks {
                    @let facts = &task.facts;
                    tr {
                        td { a href={ (base) "/" (facts.task) } { (sid(&facts.task.to_string())) } }
                        td { (badge(facts.status.name())) }
                        td { (facts.step.as_ref().map(|step| step.task_queue_name.to_string()).unwrap_or_default()) }
                        td.number { (facts.priority) }
                        td.number { (ago(now, facts.created_at)) }
                        td { (names(engine, task.worker.iter().chain(&task.reserved))) }
                        td { code { (cut(&crate::rest::text(&facts.attributes))) } }
                        td { a href={ (base) "/" (facts.task) "/explain" } { "explain" } }
                    }
                }
            }
        } }
    }
}

/// The friendly names of workers.
pub(super) fn names<'a>(engine: &Engine, workers: impl Iterator<Item = &'a WorkerId>) -> String {
    let name = |id: &WorkerId| engine.worker(*id).map(|view| view.facts.friendly_name.to_string());
    workers.filter_map(name).collect::<Vec<_>>().join(", ")
}

/// The beginning of a long text.
fn cut(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain("…".chars()).collect() }
}

/// A form for a new task.
fn create(workspace: &Workspace, base: &str) -> Markup {
    let workflows = workspace.engine().catalog().workflows;
    let fields = html! {
        select name="WorkflowSid" aria-label="Workflow" {
            @for workflow in &workflows { option value=(workflow.workflow) { (workflow.friendly_name) } }
        }
        textarea name="Attributes" rows="1" aria-label="Attributes" { "{}" }
        button { "Create a task" }
    };
    html! {
        @if workflows.is_empty() { p.soft { "A task needs a workflow, and there is none yet." } }
        @else { (form(&format!("/Workspaces/{}/Tasks", workspace.sid()), base, &fields)) }
    }
}
