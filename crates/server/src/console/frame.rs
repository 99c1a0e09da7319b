//! What all pages have around them, and the small things that look the same on each.

use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use pointsman::{Timestamp, format_duration};

use crate::hub::Workspace;

/// Nothing from elsewhere; styles inside of drawings only.
const POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page to be.
pub(super) struct Page {
    pub(super) title: String,
    /// The workspace it is about: its SID and its name.
    pub(super) workspace: Option<(String, String)>,
    pub(super) tab: Tab,
    /// Whether it stays as it is.
    pub(super) still: bool,
    pub(super) body: Markup,
}

/// Where a page stands among those of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    None,
    Overview,
    Tasks,
    Workers,
    Workflows,
    Reservations,
    Events,
    Requests,
}

const TABS: &[(Tab, &str, &str)] = &[
    (Tab::Overview, "Queues", ""),
    (Tab::Tasks, "Tasks", "/tasks"),
    (Tab::Workers, "Workers", "/workers"),
    (Tab::Workflows, "Workflows", "/workflows"),
    (Tab::Reservations, "Reservations", "/reservations"),
    (Tab::Events, "Events", "/events"),
    (Tab::Requests, "Request log", "/requests"),
];

impl Page {
    /// A page of a workspace.
    pub(super) fn of(workspace: &Workspace, tab: Tab, title: impl Into<String>, body: Markup) -> Self {
        let name = workspace.engine().friendly_name().to_owned();
        Self { title: title.into(), workspace: Some((workspace.sid().to_string(), name)), tab, still: false, body }
    }

    /// The same, not refreshed.
    pub(super) fn still(self) -> Self {
        Self { still: true, ..self }
    }
}

/// A page as it goes over the wire.
pub(super) fn page(page: &Page) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (page.title) " - pointsman" }
                link rel="stylesheet" href="/console.css";
                script src="/console.js" defer {}
            }
            body {
                header {
                    div.where {
                        a href="/" { b { "pointsman" } }
                        @if let Some((sid, name)) = &page.workspace {
                            span { (name) }
                            span.sid.soft { (sid) }
                        }
                    }
                    @if let Some((sid, _)) = &page.workspace { (tabs(sid, page.tab)) }
                }
                main data-still[page.still] { h1 { (page.title) } (page.body) }
            }
        }
    };
    let mut response = Html(markup.into_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn tabs(sid: &str, here: Tab) -> Markup {
    html! {
        nav {
            @for (tab, name, path) in TABS {
                a href={ "/workspaces/" (sid) (path) } aria-current=[(*tab == here).then_some("page")] { (name) }
            }
        }
    }
}

/// A status as a coloured word.
pub(super) fn badge(status: &str) -> Markup {
    html! { span class={ "badge " (status) } { (status) } }
}

/// The beginning of a SID, with all of it for those who point at it.
pub(super) fn sid(sid: &str) -> Markup {
    let short: String = sid.chars().take(10).collect();
    html! { span.sid title=(sid) { (short) "…" } }
}

/// How long ago, in whole seconds.
pub(super) fn ago(now: Timestamp, then: Timestamp) -> String {
    format_duration(Duration::from_secs(now.since(then).as_secs()))
}

/// The time of day, with the whole instant for those who point at it.
pub(super) fn time(at: Timestamp) -> Markup {
    let whole = jiff::Timestamp::from_millisecond(at.as_millis()).map(|at| format!("{at:.3}")).unwrap_or_default();
    let clock = whole.split('T').nth(1).map(|text| text.trim_end_matches('Z')).unwrap_or_default();
    html! { span.time title=(whole) { (clock) } }
}

/// A form that is a call of the REST surface, and comes back to a page.
pub(super) fn form(path: &str, back: &str, fields: &Markup) -> Markup {
    html! {
        form method="post" action={ "/do" (path) } {
            input type="hidden" name="back" value=(back);
            (fields)
        }
    }
}

/// A button that does one thing.
pub(super) fn button(path: &str, back: &str, name: &str, value: &str, label: &str) -> Markup {
    form(path, back, &html! { button name=(name) value=(value) { (label) } })
}

/// Links that narrow a list; the one in force stands out.
pub(super) fn filters(base: &str, name: &str, chosen: &str, values: &[&str]) -> Markup {
    html! {
        div.filters {
            a href=(base) aria-current=[chosen.is_empty().then_some("true")] { "all" }
            @for value in values {
                a href={ (base) "?" (name) "=" (value) } aria-current=[(*value == chosen).then_some("true")] { (value) }
            }
        }
    }
}

/// Links to the pages of a list beside this one.
pub(super) fn pages(base: &str, narrowed: &str, page: usize, more: bool) -> Markup {
    html! {
        @if page > 0 || more {
            p.filters {
                @if page > 0 { a href={ (base) "?" (narrowed) "&page=" (page - 1) } { "newer" } }
                @if more { a href={ (base) "?" (narrowed) "&page=" (page + 1) } { "older" } }
            }
        }
    }
}
