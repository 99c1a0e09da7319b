//! The results of a scenario with chance in it as one HTML page that needs no network and no script: the figures, how
//! they go over the day, how long tasks waited, the way through the workflows, and the workers of the first replication.

use maud::{Markup, PreEscaped, html};

use super::plot::{Axis, Curve, Ink, plot};
use super::{card, chart, document, expectations, verdict};
use crate::experiment::Rows;
use crate::graph::Graph;
use crate::report::Report;
use crate::results::{
    DUE_TO, Estimates, Heading, Named, OfInterval, Results, of_tasks, of_waits, of_workers, shown, tells, typical,
};
use crate::run::Outcome;
use crate::scenario::Scenario;

/// More workers than these are not drawn.
const MOST_WORKERS: usize = 200;
/// Nor are they when they had more to do than this: nobody could read it.
const MOST_TASKS: usize = 3_000;

/// The page. The report is of all replications, the story of the first.
pub fn results_page(
    scenario: &Scenario,
    results: &Results,
    (rows, report): (&Rows, &Report),
    story: &Outcome,
) -> String {
    let body = html! {
        (head(scenario, results, report))
        @if expects(report) { (expectations(&report.expectations)) }
        (over_time(scenario, &results.intervals))
        (waits(rows))
        (causes(results))
        (tables(results))
        (theory(results))
        (workflows(scenario, story))
        (workers(story))
    };
    document(&scenario.name, &body)
}

fn head(scenario: &Scenario, results: &Results, report: &Report) -> Markup {
    let figure = |name: &str| figure_of(results, name);
    let level = results.run.service_levels().next().map(|(figure, name)| (name, figure_of(results, figure)));
    let most = typical(&results.run).map(|(name, percent)| format!("{percent} of 100 waited at most {}", figure(name)));
    let most = most.unwrap_or_else(|| format!("at most {}", figure("wait_max")));
    let runs = if results.replications == 1 {
        "1 replication".to_owned()
    } else {
        format!("{} replications", results.replications)
    };
    html! {
        header {
            h1 { (scenario.name) @if expects(report) { " " (verdict(&report.expectations)) } }
            @if let Some(description) = &scenario.description { p.about { (description) } }
            @if results.partial { p { span.badge.bad { "stopped before the end: partial" } } }
            @for warning in &results.warnings { p { span.badge.bad { "warning" } " " (warning) } }
            dl.cards {
                (card("tasks", &figure("offered"), &format!("{} given up", figure("abandoned"))))
                @if let Some((name, value)) = level { (card(&format!("taken in {name}"), &value, "service level")) }
                (card("wait", &figure("wait_mean"), &most))
                (card("workers there", &figure("present_mean"), &format!("busy {} of their time", figure("occupancy"))))
            }
            p.small {
                (runs) ", seed " (results.seed)
                @if results.replications > 1 { ", ± is half of a " (format!("{:.0}", results.confidence * 100.0)) " % interval" }
                ". Wait: " (results.wait) "."
            }
        }
    }
}

fn figure_of(results: &Results, name: &str) -> String {
    results.run.get(name).map_or_else(|| "–".to_owned(), shown)
}

fn expects(report: &Report) -> bool {
    let expectations = &report.expectations;
    expectations.passed > 0 || !expectations.failed.is_empty()
}

fn over_time(scenario: &Scenario, intervals: &[OfInterval]) -> Markup {
    if intervals.len() < 2 {
        return html! {};
    }
    let curve = |name: &str, figure: &str, ink| {
        let point = |it: &OfInterval| {
            let estimate = it.figures.get(figure)?;
            Some((f64::midpoint(it.span.from, it.span.to), estimate.value?, estimate.half_width.unwrap_or(0.0)))
        };
        Curve { name: name.to_owned(), ink, points: intervals.iter().filter_map(point).collect() }
    };
    let mut waits = vec![curve("mean", "wait_mean", Ink::First)];
    if let Some((figure, percent)) = typical(&intervals[0].figures) {
        waits.push(curve(&format!("{percent} of 100"), figure, Ink::Second));
    }
    let second = scenario.start.as_millis().div_euclid(1_000).rem_euclid(86_400);
    let clock = Axis::Clock(u32::try_from(second).unwrap_or(0));
    let level = intervals[0].figures.service_levels().next();
    html! {
        section {
            h2 { "Over the day" }
            p.small { "Tasks and their waits by the time of day (UTC) at which they came, lines and workers by that at which they were there; the bands are intervals over the replications." }
            div.plots {
                (plot("Tasks in an interval", &[curve("came", "offered", Ink::First), curve("given up", "abandoned", Ink::Second)], Axis::Count, clock))
                (plot("Wait", &waits, Axis::Seconds, clock))
                @if let Some((figure, name)) = level { (plot(&format!("Taken in {name}"), &[curve("share", figure, Ink::Third)], Axis::Share, clock)) }
                (plot("Waiting tasks", &[curve("on average", "waiting_mean", Ink::Second)], Axis::Count, clock))
                (plot("Workers", &[curve("there", "present_mean", Ink::First), curve("busy", "busy_mean", Ink::Third)], Axis::Count, clock))
            }
        }
    }
}

/// Which share of the tasks waited at most how long: the whole distribution in one curve.
fn waits(rows: &Rows) -> Markup {
    const STEPS: u32 = 100;
    let Some(all) = rows.pooled.0.first().filter(|waits| waits.count() > 0) else { return html! {} };
    #[allow(clippy::cast_precision_loss, reason = "waits stay far below 2^53 milliseconds")]
    let point = |step: u32| {
        let share = f64::from(step) / f64::from(STEPS);
        all.at(share.min(0.995)).map(|wait| (wait as f64 / 1_000.0, share.min(0.995), 0.0))
    };
    let curve = Curve {
        name: "share of taken tasks".to_owned(),
        ink: Ink::Third,
        points: (0..=STEPS).filter_map(point).collect(),
    };
    html! {
        section {
            h2 { "How long tasks waited" }
            div.plots { (plot("Waited at most so long", &[curve], Axis::Share, Axis::Seconds)) }
        }
    }
}

/// What the waits of each class and queue were due to, as parts of a bar.
fn causes(results: &Results) -> Markup {
    if results.run.value(DUE_TO[0].0).is_none_or(|wait| wait == 0.0) {
        return html! {};
    }
    html! {
        section {
            h2 { "What waits were due to" }
            p.small { "Of all tasks that were taken or given up; those in a queue by their time in it." }
            div.scroll { table {
                thead { tr { th {} th {} @for (place, (_, name)) in DUE_TO.iter().enumerate() {
                    th.number { @if place > 0 { i.part.{ "cause-" (place) } {} " " } (name) }
                } } }
                tbody {
                    @for row in &results.classes { (caused(&row.name, &row.figures)) }
                    @for row in &results.queues { (caused(&format!("queue {}", row.name), &row.figures)) }
                }
            } }
        }
    }
}

fn caused(name: &str, figures: &Estimates) -> Markup {
    let value = |figure: &str| figures.value(figure).unwrap_or(0.0);
    let whole = value(DUE_TO[0].0).max(f64::MIN_POSITIVE);
    html! {
        tr {
            th { (name) }
            td.parts { div { @for (place, (figure, _)) in DUE_TO.iter().enumerate().skip(1) {
                i.part.{ "cause-" (place) } style={ "width: " (format!("{:.2}", value(figure) / whole * 100.0)) "%" } {}
            } } }
            @for (figure, _) in DUE_TO { td.number { (figures.get(figure).map(shown).unwrap_or_default()) } }
        }
    }
}

fn tables(results: &Results) -> Markup {
    let (became, waited) = (of_tasks(&results.run), of_waits(&results.run));
    html! {
        section {
            h2 { "Classes of tasks" }
            (table(&became, &results.classes))
            (table(&waited, &results.classes))
            h2 { "Queues" }
            p.small { "Here a wait counts from the entry into the queue." }
            (table(&became, &results.queues))
            (table(&waited, &results.queues))
            h2 { "Workers" }
            (table(&of_workers(), &results.groups))
        }
    }
}

/// The exact values beside the simulated ones, where the scenario is of a kind that has them.
fn theory(results: &Results) -> Markup {
    if let Some(why) = &results.no_theory {
        return html! { section { h2 { "Held against theory" } p { "No exact answer: " (why) "." } } };
    }
    html! {
        section {
            h2 { "Held against theory" }
            div.scroll { table {
                thead { tr { th { "theory" } th { "figure" } th.number { "exact" } th.number { "simulated" } th {} } }
                tbody { @for it in &results.theory { tr {
                    th { (it.kind.name()) }
                    td { (it.column().name()) }
                    td.number { (shown(&it.exactly())) }
                    td.number { (shown(&it.simulated)) }
                    td { (it.verdict()) }
                } } }
            } }
        }
    }
}

/// So many columns stand beside each other on a page.
const MOST_COLUMNS: usize = 7;

/// A row for each of them, in as few tables as it takes. A column in which nothing ever happened is left out.
fn table(columns: &[Heading<'_>], rows: &[Named]) -> Markup {
    let columns: Vec<_> = columns.iter().filter(|(it, _)| tells(it, rows.iter().map(|row| &row.figures))).collect();
    let wide = columns.len().div_ceil(columns.len().div_ceil(MOST_COLUMNS).max(1)).max(1);
    html! { @for columns in columns.chunks(wide) { (part(columns, rows)) } }
}

fn part(columns: &[&Heading<'_>], rows: &[Named]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr { th {} @for (_, name) in columns { th.number { (name) } } } }
            tbody { @for row in rows { tr {
                th { (row.name) }
                @for (figure, _) in columns { td.number { (row.figures.get(figure).map(shown).unwrap_or_default()) } }
            } } }
        } }
    }
}

/// The way of the first replication's tasks.
fn workflows(scenario: &Scenario, story: &Outcome) -> Markup {
    let workspace = scenario.workspace();
    let graph = |spec: &pointsman::WorkflowSpec| Graph::of(&workspace.spec, scenario.names(), spec.workflow).ok();
    let graphs: Vec<Graph> =
        workspace.spec.workflows.iter().filter_map(graph).map(|graph| graph.with_counts(&story.flow)).collect();
    html! {
        section {
            h2 { "Through the workflows" }
            p.small { "The counts are those of " (told(story)) "." }
            @for graph in &graphs { (funnel(graph)) div.scroll.graph { (PreEscaped(graph.svg())) } }
        }
    }
}

/// What became of tasks in each step.
fn funnel(graph: &Graph) -> Markup {
    html! {
        table {
            thead { tr { th { "step" } th.number { "entered" } th.number { "asked" } th.number { "taken" } th.number { "left by timeout" } th.number { "skipped" } th.number { "canceled there" } } }
            tbody { @for (place, step) in graph.steps() {
                @if let Some(counts) = step.counts {
                    tr {
                        th { "filter " (place.filter) ", target " (place.target) ": " (step.queue) }
                        @for count in [counts.entered, counts.reserved, counts.accepted, counts.timed_out, counts.skipped, counts.canceled] {
                            td.number { (count) }
                        }
                    }
                }
            } }
        }
    }
}

/// What single tasks and workers are told of.
fn told(story: &Outcome) -> String {
    if story.is_whole {
        return "the first replication".to_owned();
    }
    format!("the first {} of the first replication", pointsman::format_duration(story.timeline.end))
}

fn workers(story: &Outcome) -> Markup {
    let lanes = &story.timeline.workers;
    let is_readable = story.timeline.tasks.len() <= MOST_TASKS;
    html! {
        section {
            h2 { "Workers" }
            p.small { "As they were in " (told(story)) "." }
            @if is_readable {
                @if lanes.len() > MOST_WORKERS { p.small { "The first " (MOST_WORKERS) " of " (lanes.len()) "." } }
                (chart::workers(story, MOST_WORKERS))
            } @else {
                p.small { "Too much to draw: see " code { "reservations.csv" } "." }
            }
        }
    }
}
