//! Why a task is where it is, worker by worker: what `pointsman explain` says, as a page.

use maud::{Markup, html};
use std::time::Duration;

use pointsman::{Engine, TaskId, Timestamp, format_duration};
use pointsman_sim::Situation;
use pointsman_sim::explanation::{Excerpt, Explanation, Group};

use super::frame::{Page, Tab, badge};
use crate::hub::Workspace;

/// What is needed, copied out of the hub.
pub(super) struct Copied {
    engine: Engine,
    base: String,
    frame: Page,
}

impl Copied {
    pub(super) fn of(workspace: &Workspace, now: Timestamp) -> Self {
        let base = format!("/workspaces/{}/tasks", workspace.sid());
        let mut engine = workspace.engine().clone();
        engine.handle_timeout(now);
        Self { engine, base, frame: Page::of(workspace, Tab::Tasks, "", html! {}) }
    }

    pub(super) fn page(self, task: &str) -> Option<Page> {
        let id: TaskId = task.parse().ok()?;
        let explained = Situation::now(self.engine).explain(id, None)?;
        let body = html! {
            div.filters {
                a href={ (self.base) "/" (id) } { "Task" }
                a href={ (self.base) "/" (id) "/explain" } aria-current="true" { "Explain" }
            }
            (explanation(&explained))
        };
        Some(Page { title: format!("Task {id}"), body, ..self.frame })
    }
}

fn explanation(explained: &Explanation) -> Markup {
    html! {
        p { (badge(&explained.status)) }
        p.sentence { (explained.summary) }
        @for note in &explained.notes { p.panel { (note) } }
        @if !explained.passed.is_empty() {
            h2 { "Filters passed" }
            div.scroll { table { tbody {
                @for filter in &explained.passed {
                    tr {
                        td { "filter " (filter.filter) }
                        td { (filter.filter_name.as_deref().unwrap_or_default()) }
                        td { (filter.detail) }
                    }
                }
            } } }
        }
        h2 { "Workers" }
        (workers(explained))
        h2 { "What happens next, if nobody does anything" }
        @if explained.next.is_empty() { p.soft { "Nothing within the hour." } }
        div.scroll { table { tbody {
            @for entry in &explained.next {
                tr { td.number { "in " (format_duration(Duration::from_secs(entry.at.as_secs()))) } td { (entry.what) } }
            }
        } } }
    }
}

/// Those who are nearest to the task first, workers of whom the same is said together.
fn workers(explained: &Explanation) -> Markup {
    html! {
        @if explained.groups.is_empty() { p.soft { "There is no worker to speak of." } }
        div.scroll { table { tbody {
            @for group in &explained.groups { (row(group)) }
        } } }
    }
}

fn row(group: &Group) -> Markup {
    html! {
        tr {
            td.number { (group.names.len()) }
            td { (named(&group.names)) }
            td { span class={ "badge " (if group.eligible { "available" } else { "" }) } { (group.verdict) } }
            td {
                (group.sentence)
                @if let Some(excerpt) = &group.excerpt { (failing(excerpt)) }
                @for beside in &group.besides { p.soft { "and " (beside) } }
                @if let Some(unblock) = &group.unblock {
                    p { b { "What helps " } "for " (unblock.worker) ": " (unblock.changes.iter().map(|it| it.what.as_str()).collect::<Vec<_>>().join(", and ")) }
                }
            }
        }
    }
}

/// An expression that does not hold, and what its comparisons saw.
fn failing(excerpt: &Excerpt) -> Markup {
    html! {
        p { code { (excerpt.text) } " " span.soft { (excerpt.of) } }
        @for mark in excerpt.marks.iter().filter(|mark| !mark.label.is_empty()) {
            p.soft { code { (excerpt.text.get(mark.span.clone()).unwrap_or_default()) } ": " (mark.label) }
        }
    }
}

/// The first names of many.
fn named(names: &[String]) -> String {
    const MOST: usize = 12;
    let first = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > MOST { format!("{first} and {} more", names.len() - MOST) } else { first }
}
