//! A run as one HTML page that needs no network and no script. Everything in it comes from the [`Outcome`]; the same
//! outcome gives the same bytes. It writes no file.

mod chart;
mod plot;
mod results;
mod scale;

use std::time::Duration;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use pointsman::{Timestamp, format_duration};

use crate::report::{Expectations, Failure};
use crate::run::Outcome;
use crate::scenario::Scenario;
use crate::statistics::{Figures, Statistics, Waits};

pub use results::results_page;

const STYLE: &str = include_str!("style.css");

/// A transcript of more lines than this starts folded.
const OPEN_LINES: usize = 300;

/// The page: a summary, the expectations, a picture of the run, the waits of each queue, the transcript.
pub fn page(scenario: &Scenario, outcome: &Outcome) -> String {
    let body = html! {
        (head(scenario, outcome))
        (expectations(&outcome.report.expectations))
        (chart::chart(outcome))
        (queues(&outcome.report.statistics.clone().unwrap_or_default()))
        (transcript(outcome))
    };
    document(&scenario.name, &body)
}

/// A whole document with the page's style.
fn document(name: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (name) " · Pointsman" }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    page.into_string() + "\n"
}

fn head(scenario: &Scenario, outcome: &Outcome) -> Markup {
    let report = &outcome.report;
    let figures = &report.figures();
    let waits = &figures.wait_until_accepted;
    html! {
        header {
            h1 { (scenario.name) " " (verdict(&report.expectations)) }
            @if let Some(description) = &scenario.description { p.about { (description) } }
            dl.cards {
                (card("tasks", &figures.counts.tasks_created.to_string(), &ends_of_tasks(figures)))
                (card("reservations", &figures.counts.reservations_created.to_string(), &ends_of_reservations(figures)))
                (card("wait until accepted", &time(waits.average), &range(waits)))
                (card("run", &report.end, &format!("from {}", instant(scenario.start))))
            }
            p.small { "seed " (report.seed) ", replications " (report.replications) ", digest " code { (report.digest) } }
        }
    }
}

/// RFC 3339; an instant beyond its years in milliseconds since 1970.
fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).map_or_else(|_| at.to_string(), |instant| instant.to_string())
}

fn card(name: &str, figure: &str, detail: &str) -> Markup {
    html! { div { dt { (name) } dd { strong { (figure) } span { (detail) } } } }
}

fn verdict(expectations: &Expectations) -> Markup {
    match (expectations.passed, expectations.failed.len()) {
        (0, 0) => html! { span.badge { "no expectations" } },
        (held, 0) => html! { span.badge.good { "✓ all " (held) " hold" } },
        (_, failed) => html! { span.badge.bad { "× " (failed) " failed" } },
    }
}

fn ends_of_tasks(figures: &Figures) -> String {
    listed(&[
        (figures.counts.tasks_completed, "completed"),
        (figures.counts.tasks_canceled, "canceled"),
        (figures.counts.tasks_deleted, "deleted"),
    ])
}

fn ends_of_reservations(figures: &Figures) -> String {
    listed(&[
        (figures.counts.reservations_accepted, "accepted"),
        (figures.counts.reservations_rejected, "rejected"),
        (figures.counts.reservations_timed_out, "timed out"),
        (figures.counts.reservations_canceled, "canceled"),
        (figures.counts.reservations_rescinded, "rescinded"),
    ])
}

/// What there is; zeros are left out.
fn listed(counts: &[(u64, &str)]) -> String {
    let some: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if some.is_empty() { "none ended".to_owned() } else { some.join(", ") }
}

fn range(waits: &Waits) -> String {
    if waits.count == 0 {
        return "no task was accepted".to_owned();
    }
    format!("average; {} to {}", time(waits.min), time(waits.max))
}

fn time(millis: Option<u64>) -> String {
    millis.map_or_else(|| "–".to_owned(), |millis| format_duration(Duration::from_millis(millis)))
}

fn expectations(expectations: &Expectations) -> Markup {
    let held = expectations.passed;
    html! {
        section {
            h2 { "Expectations" }
            @if !expectations.failed.is_empty() {
                div.scroll { table.failed {
                    thead { tr { th.number { "line" } th.number { "at" } th { "what" } th { "expected" } th { "got" } } }
                    tbody { @for (failure, times) in each_once(&expectations.failed) { (failed(failure, times)) } }
                } }
            }
            p { @match held {
                0 if expectations.failed.is_empty() => { "The scenario expects nothing." }
                0 => { "None held." }
                1 => { "✓ 1 expectation held." }
                held => { "✓ " (held) " expectations held." }
            } }
        }
    }
}

/// What failed in the same place in several replications is told once, with how often.
fn each_once(failures: &[Failure]) -> Vec<(&Failure, usize)> {
    let mut told: Vec<(&Failure, usize)> = Vec::new();
    for failure in failures {
        let place = |other: &Failure| (other.line, other.column) == (failure.line, failure.column);
        match told.iter_mut().find(|(other, _)| place(other) && other.what == failure.what) {
            Some((_, times)) => *times += 1,
            None => told.push((failure, 1)),
        }
    }
    told
}

fn failed(failure: &Failure, times: usize) -> Markup {
    html! {
        tr {
            td.number { (failure.line) ":" (failure.column) }
            td.number { (failure.at) }
            th scope="row" { "× " (failure.what) @if times > 1 { " (" (times) " times; the first)" } }
            td { code { (failure.expected) } }
            td { code { (failure.actual) } }
        }
    }
}

fn queues(statistics: &Statistics) -> Markup {
    html! {
        section {
            h2 { "Waits per queue" }
            div.scroll { table {
                thead {
                    tr {
                        th rowspan="2" { "queue" }
                        th.group colspan="4" { "tasks" }
                        th.group colspan="3" { "reservations" }
                        th.group colspan="3" { "wait until accepted" }
                    }
                    tr {
                        @for name in ["entered", "moved on", "completed", "canceled", "made", "accepted", "timed out",
                                      "average", "shortest", "longest"] { th.number { (name) } }
                    }
                }
                tbody { @for (name, figures) in &statistics.task_queues { (queue(name, figures)) } }
                tfoot { (queue("all queues", &statistics.workspace)) }
            } }
        }
    }
}

fn queue(name: &str, figures: &Figures) -> Markup {
    let counts = [
        figures.counts.tasks_entered,
        figures.counts.tasks_moved,
        figures.counts.tasks_completed,
        figures.counts.tasks_canceled,
        figures.counts.reservations_created,
        figures.counts.reservations_accepted,
        figures.counts.reservations_timed_out,
    ];
    let waits = &figures.wait_until_accepted;
    html! {
        tr {
            th scope="row" { (name) }
            @for count in counts { td.number.zero[count == 0] { (count) } }
            @for wait in [waits.average, waits.min, waits.max] { td.number { (time(wait)) } }
        }
    }
}

fn transcript(outcome: &Outcome) -> Markup {
    let count = outcome.transcript.len();
    html! {
        section {
            h2 { "Transcript" }
            details open[count <= OPEN_LINES] {
                summary { (count) (if count == 1 { " event" } else { " events" }) }
                pre { @for line in &outcome.transcript { (line.to_string()) "\n" } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pointsman_config::{NoFiles, SourceFile};

    use super::*;
    use crate::run::{Options, run};

    const HOSTILE: &str = r#"
name: <b>&amp;
description: '"><script>alert(1)</script>'
workspace:
  workers: [{name: "al'ice<i>", activity: Available}]
  task_queues: [{name: "</style><q>", target_workers: 1==1}]
  workflows: [{name: only, task_reservation_timeout: 5, configuration: {task_routing: {default_filter: {queue: "</style><q>"}}}}]
steps:
  - {at: 0, do: create_task, task: "<script>x()</script>", attributes: {"<img src=x>": "</pre>"}}
  - {at: 1, expect: {task: "<script>x()</script>", status: pending, reserved: ["al'ice<i>"]}}
  - {at: 9, do: cancel_task, task: "<script>x()</script>", reason: "<u>no</u>"}
"#;

    fn shown(text: &str) -> String {
        let file = Arc::new(SourceFile::new("hostile.yaml", text));
        let (scenario, diagnostics) = Scenario::parse(&file, &NoFiles);
        let scenario = scenario.unwrap_or_else(|| panic!("{diagnostics:?}"));
        page(&scenario, &run(&scenario, &Options::default()).unwrap())
    }

    #[test]
    fn what_a_scenario_says_is_text_and_never_markup() {
        let page = shown(HOSTILE);
        for tag in ["<script", "<img", "<b>&", "<i>\"", "<q>", "<u>", "al'ice<"] {
            assert!(!page.contains(tag), "`{tag}` is in the page");
        }
        assert_eq!(page.matches("</style>").count(), 1);
        assert_eq!(page.matches("</pre>").count(), 1);
        for text in
            ["&lt;script&gt;x()&lt;/script&gt;", "al'ice&lt;i&gt;", "&lt;u&gt;no&lt;/u&gt;", "&lt;b&gt;&amp;amp;"]
        {
            assert!(page.contains(text), "`{text}` is not in the page");
        }
    }

    #[test]
    fn the_page_needs_nothing_from_outside_and_stays_the_same() {
        let page = shown(HOSTILE);
        for reference in ["http:", "https:", "src=\"", "<link", "@import", "url("] {
            assert!(!page.contains(reference), "`{reference}` is in the page");
        }
        assert_eq!(page, shown(HOSTILE));
    }

    #[test]
    fn failures_stand_above_what_held_with_line_and_difference() {
        let page = shown(HOSTILE);
        let failed = page.find("<table class=\"failed\">").unwrap();
        let row = &page[failed..page.find("1 expectation held").unwrap()];
        for part in ["10:", "1s", "status", "<code>pending</code>", "<code>reserved</code>"] {
            assert!(row.contains(part), "`{part}` is not in {row}");
        }
        assert!(page.contains("1970-01-01T00:00:00Z"));
    }

    #[test]
    fn a_long_run_is_drawn_in_part_and_says_so() {
        let step = |count: usize| format!("  - {{at: {count}, do: create_task, task: call-{count}}}\n");
        let steps: String = (1..=203).map(step).collect();
        let head = HOSTILE.split_once("steps:").unwrap().0;
        let page = shown(&format!("{head}steps:\n{steps}"));
        assert!(page.contains("the first 200 of 203"));
        assert!(page.contains("title=\"call-200\"") && !page.contains("title=\"call-201\""));
        assert!(page.contains("<details><summary>"), "a long transcript starts folded");
    }
}
