//! A run as tables: comma-separated values with a header, one row per task or event. Times are seconds since the
//! start, what is absent is empty. It writes no file.

use std::time::Duration;

use csv::Writer;
use serde_json::Value;

use crate::report::TaskReport;
use crate::run::Outcome;
use crate::timeline::TaskLane;
use crate::transcript::FACTS;

/// The columns of [`tasks_csv`].
pub const TASK_COLUMNS: [&str; 12] = [
    "task",
    "workflow",
    "status",
    "queue",
    "priority",
    "worker",
    "reason",
    "created_s",
    "first_reserved_s",
    "accepted_s",
    "ended_s",
    "wait_s",
];

/// A row per task, in the order of creation, with the state it was last seen in. `wait_s` is the time to its acceptance,
/// or to its end when nobody accepted.
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

fn task_row(lane: &TaskLane, task: &TaskReport) -> [String; 12] {
    let time = |time: Option<Duration>| time.map(seconds).unwrap_or_default();
    [
        lane.name.clone(),
        task.workflow.clone().unwrap_or_default(),
        task.status.clone(),
        task.queue.clone().unwrap_or_default(),
        task.priority.to_string(),
        task.worker.clone().unwrap_or_default(),
        task.reason.clone().unwrap_or_default(),
        seconds(lane.created),
        time(lane.first_reserved),
        time(lane.accepted),
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
