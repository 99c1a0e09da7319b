//! A run as tables: comma-separated values with a header, one row per task or event. Times are seconds since the
//! start, what is absent is empty. It writes no file.

use std::time::Duration;

use csv::Writer;
use serde_json::Value;

use crate::experiment::Rows;
use crate::report::TaskReport;
use crate::results::{Column, Estimate, OfInterval, Results};
use crate::run::Outcome;
use crate::timeline::{Phase, Span, TaskLane, WorkerLane};
use crate::transcript::FACTS;

/// The columns of [`tasks_csv`].
pub const TASK_COLUMNS: [&str; 14] = [
    "task",
    "class",
    "workflow",
    "status",
    "queue",
    "priority",
    "worker",
    "reason",
    "created_s",
    "first_reserved_s",
    "accepted_s",
    "done_s",
    "ended_s",
    "wait_s",
];

/// A row per task, in the order of creation, with the state it was last seen in. `wait_s` is the time to its acceptance,
/// or to its end when nobody accepted; from `done_s` to `ended_s` it was wrapped up.
///
/// # Errors
/// None that a table in memory can run into; they are the writer's.
pub fn tasks_csv(outcome: &Outcome) -> Result<String, csv::Error> {
    let mut table = Writer::from_writer(Vec::new());
    table.write_record(TASK_COLUMNS)?;
    for lane in &outcome.timeline.tasks {
        if let Some(task) = outcome.report.tasks.get(&lane.name) {
            table.write_record(task_row(lane, task))?;
        }
    }
    text(table)
}

/// A row per event: `at_s`, `type`, then a column per [fact](FACTS). Texts are bare, lists and mappings are JSON.
///
/// # Errors
/// As [`tasks_csv`].
pub fn events_csv(outcome: &Outcome) -> Result<String, csv::Error> {
    let mut table = Writer::from_writer(Vec::new());
    table.write_record(["at_s", "type"].iter().chain(FACTS))?;
    for line in &outcome.transcript {
        let facts = FACTS.iter().map(|key| line.fact(key).map(cell).unwrap_or_default());
        table.write_record([seconds(line.at), line.kind.to_owned()].into_iter().chain(facts))?;
    }
    text(table)
}

/// A row per figure: what it is about, its name, its unit, its value and half the width of its interval.
///
/// # Errors
/// As [`tasks_csv`].
pub fn figures_csv(results: &Results) -> Result<String, csv::Error> {
    let mut table = Writer::from_writer(Vec::new());
    table.write_record(["scope", "name", "figure", "unit", "value", "half_width"])?;
    for (scope, figures) in results.scopes() {
        let (kind, name) = scope.parts();
        for (figure, estimate) in &figures.0 {
            let Estimate { value, half_width, unit } = estimate;
            let unit = serde_json::to_value(unit).map(|unit| cell(&unit)).unwrap_or_default();
            table.write_record([kind, name, figure, &unit, &plain(*value), &plain(*half_width)])?;
        }
    }
    text(table)
}

/// A row per replication, a column per figure by its full name.
///
/// # Errors
/// As [`tasks_csv`].
pub fn replications_csv(columns: &[Column], rows: &Rows) -> Result<String, csv::Error> {
    let mut table = Writer::from_writer(Vec::new());
    let head = ["replication", "digest", "complete", "from_s", "to_s"].map(str::to_owned);
    table.write_record(head.into_iter().chain(columns.iter().map(Column::name)))?;
    for row in &rows.rows {
        let head = [
            row.replication.to_string(),
            row.digest.clone(),
            row.complete.to_string(),
            row.from.to_string(),
            row.to.to_string(),
        ];
        table.write_record(head.into_iter().chain(row.values.iter().map(|value| plain(*value))))?;
    }
    text(table)
}

/// A row per interval, a column per figure and one for half the width of its interval.
///
/// # Errors
/// As [`tasks_csv`].
pub fn intervals_csv(results: &Results) -> Result<String, csv::Error> {
    let mut table = Writer::from_writer(Vec::new());
    let figures = results.intervals.first().map(|it| it.figures.0.clone()).unwrap_or_default();
    let names = figures.iter().flat_map(|(name, _)| [name.clone(), format!("{name}_half_width")]);
    table.write_record(["from_s", "to_s"].map(str::to_owned).into_iter().chain(names))?;
    for OfInterval { span, figures } in &results.intervals {
        let head = [span.from.to_string(), span.to.to_string()];
        let values = figures.0.iter().flat_map(|(_, it)| [plain(it.value), plain(it.half_width)]);
        table.write_record(head.into_iter().chain(values))?;
    }
    text(table)
}

/// A row per worker: how long it was there, that is in an available activity or with something in hand, and how long it had
/// something in hand; how many tasks it was asked about, took and was done with; how long those took it, wrap-up left out.
///
/// # Errors
/// As [`tasks_csv`].
pub fn workers_csv(outcome: &Outcome) -> Result<String, csv::Error> {
    let mut table = Writer::from_writer(Vec::new());
    table.write_record(["worker", "present_s", "busy_s", "asked", "accepted", "done", "handling_mean_s"])?;
    for lane in &outcome.timeline.workers {
        table.write_record(worker_row(lane, outcome.timeline.end))?;
    }
    text(table)
}

fn worker_row(lane: &WorkerLane, end: Duration) -> [String; 7] {
    let spans = || lane.work.iter().flat_map(|work| &work.spans);
    let in_hand = || spans().filter(|span| matches!(span.phase, Phase::Assigned | Phase::Wrapping));
    let available = lane.activities.iter().filter(|span| span.phase == Phase::Available);
    let accepted = || lane.work.iter().filter_map(|work| work.spans.iter().find(|span| span.phase == Phase::Assigned));
    let done: Vec<Duration> = accepted().filter(|span| span.to < end).map(|span| span.to - span.from).collect();
    let mean = u32::try_from(done.len()).ok().and_then(|count| done.iter().sum::<Duration>().checked_div(count));
    [
        lane.name.clone(),
        seconds(covered(available.chain(in_hand()))),
        seconds(covered(in_hand())),
        lane.work.len().to_string(),
        accepted().count().to_string(),
        done.len().to_string(),
        mean.map(seconds).unwrap_or_default(),
    ]
}

/// How much time lies in at least one of them.
fn covered<'a>(spans: impl Iterator<Item = &'a Span>) -> Duration {
    let mut spans: Vec<(Duration, Duration)> = spans.map(|span| (span.from, span.to)).collect();
    spans.sort_unstable();
    let add = |(sum, reached): (Duration, Duration), (from, to): (Duration, Duration)| {
        (sum + to.saturating_sub(from.max(reached)), reached.max(to))
    };
    spans.into_iter().fold((Duration::ZERO, Duration::ZERO), add).0
}

/// A row per reservation, by worker: when the worker was asked, took the task, began to wrap it up and was done with it.
///
/// # Errors
/// As [`tasks_csv`].
pub fn reservations_csv(outcome: &Outcome) -> Result<String, csv::Error> {
    let mut table = Writer::from_writer(Vec::new());
    table.write_record(["worker", "task", "asked_s", "accepted_s", "wrapping_s", "ended_s"])?;
    for lane in &outcome.timeline.workers {
        for work in &lane.work {
            let begin = |phase| work.spans.iter().find(|span| span.phase == phase).map(|span| seconds(span.from));
            let [asked, assigned, wrapping] = [Phase::Reserved, Phase::Assigned, Phase::Wrapping].map(begin);
            let task = work.spans.first().map(|span| span.label.clone()).unwrap_or_default();
            let ended = work.spans.last().map(|span| seconds(span.to));
            // Who accepts at once is asked in the same instant.
            let times = [asked.or_else(|| assigned.clone()), assigned, wrapping, ended].map(Option::unwrap_or_default);
            table.write_record([lane.name.clone(), task].into_iter().chain(times))?;
        }
    }
    text(table)
}

fn plain(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn task_row(lane: &TaskLane, task: &TaskReport) -> [String; 14] {
    let time = |time: Option<Duration>| time.map(seconds).unwrap_or_default();
    [
        lane.name.clone(),
        task.class.clone().unwrap_or_default(),
        task.workflow.clone().unwrap_or_default(),
        task.status.clone(),
        task.queue.clone().unwrap_or_default(),
        task.priority.to_string(),
        task.worker.clone().unwrap_or_default(),
        task.reason.clone().unwrap_or_default(),
        seconds(lane.created),
        time(lane.first_reserved),
        time(lane.accepted),
        time(lane.done()),
        time(lane.ended),
        time(lane.wait()),
    ]
}

fn cell(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `90`, `0.25`: exact to the millisecond.
fn seconds(time: Duration) -> String {
    let (whole, millis) = (time.as_secs(), time.subsec_millis());
    if millis == 0 {
        return whole.to_string();
    }
    format!("{whole}.{millis:03}").trim_end_matches('0').to_owned()
}

fn text(table: Writer<Vec<u8>>) -> Result<String, csv::Error> {
    let bytes = table.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact_and_short() {
        for (millis, expected) in [(0, "0"), (250, "0.25"), (90_000, "90"), (61_005, "61.005")] {
            assert_eq!(seconds(Duration::from_millis(millis)), expected);
        }
    }

    #[test]
    fn cells_hold_texts_bare_and_the_rest_as_json() {
        for (value, expected) in [
            (Value::from("a, \"b\""), "a, \"b\""),
            (Value::from(3), "3"),
            (serde_json::json!({"a": [1]}), r#"{"a":[1]}"#),
        ] {
            assert_eq!(cell(&value), expected);
        }
    }
}
