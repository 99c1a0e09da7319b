//! The request log: every callback with its parameters and its reply.

use maud::{Markup, html};

use super::frame::{Page, Tab, time};
use crate::callbacks::{Exchange, Outcome, RequestLog};
use crate::hub::Workspace;

/// The most rows.
const ROWS: usize = 100;

pub(super) fn list(workspace: &Workspace, log: &RequestLog) -> Page {
    let found = log.latest(workspace.sid(), ROWS);
    let body = html! {
        @if found.is_empty() {
            p.empty {
                "No callback has been made since the server started. A workflow's " code { "AssignmentCallbackUrl" }
                " and a workspace's " code { "EventCallbackUrl" } " say where they go."
            }
        }
        @for (place, exchange) in found.iter().enumerate() { (shown(exchange, found.len() - place)) }
    };
    Page::of(workspace, Tab::Requests, "Request log", body)
}

fn shown(exchange: &Exchange, number: usize) -> Markup {
    let (word, good) = match &exchange.outcome {
        Outcome::Replied { status, .. } => (status.to_string(), (200..300).contains(status)),
        Outcome::Failed(_) => ("failed".to_owned(), false),
    };
    html! {
        details id={ "call-" (number) } {
            summary {
                (time(exchange.at)) " "
                span class={ "badge " (if good { "available" } else { "bad" }) } { (word) } " "
                (exchange.what) " " code { (exchange.url) } " "
                span.soft { (exchange.took.as_millis()) " ms" }
            }
            (outcome(&exchange.outcome))
            dl.facts { @for (name, value) in &exchange.fields { dt { (name) } dd { code { (value) } } } }
        }
    }
}

fn outcome(outcome: &Outcome) -> Markup {
    match outcome {
        Outcome::Failed(problem) => html! { p.sentence { (problem) } },
        Outcome::Replied { body, remark, .. } => html! {
            @if let Some(remark) = remark { p.sentence { (remark) } }
            @if body.is_empty() { p.soft { "The reply was empty." } } @else { pre { (body) } }
        },
    }
}
