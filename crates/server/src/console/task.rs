//! One task: what it is, what happened to it, and what can be done.

use maud::{Markup, html};
use pointsman::{Engine, ReservationView, TaskStatus, TaskView, Timestamp};

use super::frame::{Page, Tab, ago, badge, button, sid, time};
use super::tasks::names;
use crate::driver::Desk;
use crate::hub::Workspace;
use crate::payload;
use crate::place::Place;
use crate::rest::{Site, text};

pub(super) fn show(desk: &Desk<'_>, workspace: &Workspace, task: &str) -> Option<Page> {
    let engine = workspace.engine();
    let view = engine.task(task.parse().ok()?)?;
    let back = format!("/workspaces/{}/tasks/{task}", workspace.sid());
    let body = html! {
        div.filters {
            a href=(back) aria-current="true" { "Task" }
            a href={ (back) "/explain" } { "Explain" }
        }
        (facts(engine, &view, desk.now()))
        (actions(workspace, &view, &back))
        h2 { "Reservations" }
        (reservations(workspace, &view, &back, desk.now()))
        h2 { "What happened to it" }
        (history(workspace, &view))
    };
    Some(Page::of(workspace, Tab::Tasks, format!("Task {}", view.facts.task), body))
}

fn facts(engine: &Engine, view: &TaskView, now: Timestamp) -> Markup {
    let task = &view.facts;
    let attributes = serde_json::to_string_pretty(&task.attributes).unwrap_or_default();
    html! {
        dl.facts {
            dt { "Status" } dd { (badge(task.status.name())) @if let Some(reason) = &task.reason { " " (reason) } }
            dt { "Queue" } dd { (task.step.as_ref().map(|step| step.task_queue_name.to_string()).unwrap_or_default()) }
            dt { "Workflow" } dd { (task.workflow_name.as_deref().unwrap_or_default()) }
            dt { "Priority" } dd { (task.priority) }
            dt { "Age" } dd { (ago(now, task.created_at)) }
            dt { "Channel" } dd { (task.task_channel_unique_name) }
            dt { "Workers" } dd { (names(engine, view.worker.iter().chain(&view.reserved))) }
            dt { "Version" } dd { (task.revision.version) }
        }
        pre { (attributes) }
    }
}

/// What the task can become from here.
fn actions(workspace: &Workspace, view: &TaskView, back: &str) -> Markup {
    let path = format!("/Workspaces/{}/Tasks/{}", workspace.sid(), view.facts.task);
    let to = |status: &str, label: &str| button(&path, back, "AssignmentStatus", status, label);
    html! {
        div.actions {
            @match view.facts.status {
                TaskStatus::Pending | TaskStatus::Reserved => (to("canceled", "Cancel")),
                TaskStatus::Assigned => { (to("wrapping", "Wrap up")) (to("completed", "Complete")) },
                TaskStatus::Wrapping => (to("completed", "Complete")),
                TaskStatus::Completed | TaskStatus::Canceled => {},
            }
        }
    }
}

fn reservations(workspace: &Workspace, view: &TaskView, back: &str, now: Timestamp) -> Markup {
    let found: Vec<ReservationView> =
        view.reservations.iter().filter_map(|id| workspace.engine().reservation(*id)).collect();
    html! {
        @if found.is_empty() { p.soft { "Nobody has been asked yet." } }
        @else { (super::reservations::table(workspace, &found, back, now)) }
    }
}

fn history(workspace: &Workspace, view: &TaskView) -> Markup {
    let site = Site { account: String::new(), base: String::new() };
    let place = Place { site: &site, workspace: workspace.sid() };
    let about = workspace.log().since(view.facts.created_at);
    let about = about.filter(|event| event.kind.task().is_some_and(|task| task.task == view.facts.task));
    html! {
        div.scroll { table { tbody {
            @for event in about {
                tr {
                    td { (time(event.at)) }
                    td { (event.kind.name()) }
                    td.soft { (payload::resource(&place, event).description) }
                    td { @if let Some(reservation) = event.kind.reservation() { (reservation.worker.friendly_name) } }
                }
            }
        } } }
    }
}

/// A link to a task.
pub(super) fn link(workspace: &Workspace, task: pointsman::TaskId) -> Markup {
    html! { a href={ "/workspaces/" (workspace.sid()) "/tasks/" (task) } { (sid(&task.to_string())) } }
}

/// The attributes of a task that is still there.
pub(super) fn attributes(engine: &Engine, task: pointsman::TaskId) -> String {
    engine.task(task).map(|view| text(&view.facts.attributes)).unwrap_or_default()
}
