//! Damaged, hand-edited and hostile snapshots: an error that says where, never a panic, never an engine that breaks its
//! own rules.

use pointsman::{Engine, Snapshot, Timestamp};
use serde_json::{Value, json};

use crate::story;

fn whole() -> Value {
    serde_json::to_value(story::engine().snapshot()).expect("a snapshot is JSON")
}

/// The answer to a snapshot with one value put in another's place.
fn answer(pointer: &str, value: Value) -> Result<Engine, String> {
    let mut damaged = whole();
    *damaged.pointer_mut(pointer).expect("the place is there") = value;
    let snapshot: Snapshot = serde_json::from_value(damaged).map_err(|error| error.to_string())?;
    Engine::restore(snapshot).map_err(|error| error.to_string())
}

#[test]
fn an_error_says_where_and_what_was_expected() {
    let wrong = cases().into_iter().filter_map(|(pointer, value, expected)| {
        let error = answer(&format!("/workspace{pointer}"), value.clone()).err().unwrap_or("restored".to_owned());
        (error != expected).then(|| format!("{pointer} = {value}\n  {error}\n  expected: {expected}\n"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A place, what is put there, and the answer.
fn cases() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("/namespace", json!("xyz"), "`namespace`: expected 32 hexadecimal digits, found `xyz`"),
        (
            "/namespace",
            json!("00000000000000000000000000000007"),
            "`state.reservations.rows.1.reservation`: expected WRd6c2509fce752ecae3547c951b301d8d, the id made for this place",
        ),
        (
            "/clock",
            json!(1_714_986_035_000_i64),
            "`outbox.waiting.1.at`: expected an instant up to the clock, 1714986035000; found 1714986036000",
        ),
        (
            "/clock",
            json!(1_714_987_000_000_i64),
            "the snapshot contradicts itself, this does not hold: every timer due by the clock has fired",
        ),
        (
            "/catalog/friendly_name",
            json!(""),
            "`catalog.friendly_name`: a friendly name has 1 to 64 characters, this one has 0",
        ),
        (
            "/catalog/limits/assignments",
            json!(0),
            "the snapshot contradicts itself, this does not hold: WT2e620fa3b0971b63aac49c2b3ed4a172: a task is assigned at most 1 times",
        ),
        (
            "/catalog/activities/next",
            json!(u64::MAX),
            "`catalog.activities.next`: expected at most 9007199254740992, found 18446744073709551615",
        ),
        (
            "/catalog/activities/next",
            json!(4),
            "`catalog.activities.next`: expected a place above those of all rows, found 4",
        ),
        (
            "/catalog/activities/rows/2/activity",
            json!("Offline"),
            "`catalog.activities.rows.2`: expected another id than that of row 1",
        ),
        (
            "/catalog/activities/rows/1/friendly_name",
            json!("x".repeat(65)),
            "`catalog.activities.rows.1.friendly_name`: a friendly name has 1 to 64 characters, this one has 65",
        ),
        (
            "/catalog/default_activity",
            json!("Asleep"),
            "the snapshot contradicts itself, this does not hold: the default activity exists",
        ),
        (
            "/catalog/task_channels/rows/5/unique_name",
            json!("other"),
            "the snapshot contradicts itself, this does not hold: the channel `default` exists",
        ),
        (
            "/catalog/task_channels/rows/1/unique_name",
            json!("1st"),
            "`catalog.task_channels.rows.1.unique_name`: `1st` cannot be a task channel's unique name: use letters, digits, `_` and `$`, with no digit in front",
        ),
        (
            "/catalog/task_queues/rows/1/target_workers",
            json!("languages HAS"),
            "`catalog.task_queues.rows.1.target_workers`: target_workers: expected a name or a constant after `HAS`, found the end of the text",
        ),
        (
            "/catalog/task_queues/rows/2/max_reserved_workers",
            json!(51),
            "`catalog.task_queues.rows.2.max_reserved_workers`: the number of reserved workers is 51, expected 1 to 50",
        ),
        (
            "/catalog/task_queues/rows/1/reservation_activity",
            json!("Asleep"),
            "the snapshot contradicts itself, this does not hold: WQe02695b5beb955306aa80d525887979c: a queue's activities exist",
        ),
        (
            "/catalog/configurations/1/filters/0/expression",
            json!("language ==="),
            "`catalog.configurations.1`: filters[0].expression: expected an operator of this language, found `===`; expected a name or a constant after `===`, found the end of the text",
        ),
        (
            "/catalog/configurations/1/filters/0/targets",
            json!([]),
            "`catalog.configurations.1`: filters[0]: a filter needs at least one target",
        ),
        (
            "/catalog/configurations/0/default_filter/queue",
            json!("gone"),
            "the snapshot contradicts itself, this does not hold: WWc3c945a4be47ba33def246fbbb36a776: a workflow's queues exist",
        ),
        (
            "/catalog/configurations/3/filters",
            json!([{"expression": "1==1", "targets": []}]),
            "`catalog.configurations.3.direct`: expected null beside `filters` or `default_filter`",
        ),
        (
            "/catalog/workflows/rows/1/configuration",
            json!(5),
            "`catalog.workflows.rows.1.configuration`: expected the index of one of 5 configurations, found 5",
        ),
        (
            "/catalog/workflows/rows/1/configuration",
            json!(3),
            "`catalog.workflows.rows.1.configuration`: expected one with filters, found that of a task that goes without them",
        ),
        (
            "/catalog/workflows/rows/1/task_reservation_timeout",
            json!("0s"),
            "`catalog.workflows.rows.1.task_reservation_timeout`: the task reservation timeout is 0s, expected 1s to 1d",
        ),
        (
            "/state/workers/rows/1/activity",
            json!("Asleep"),
            "the snapshot contradicts itself, this does not hold: WKf3d313c37065c7f27345f5e0782fc3ef: a worker's activity exists",
        ),
        (
            "/state/workers/rows/3/friendly_name",
            json!("ALICE"),
            "the snapshot contradicts itself, this does not hold: the friendly names of workers are unique",
        ),
        (
            "/state/workers/rows/1/channels",
            json!({}),
            "the snapshot contradicts itself, this does not hold: WKf3d313c37065c7f27345f5e0782fc3ef: a worker has a share of every task channel",
        ),
        (
            "/state/workers/rows/1/last_reserved/made",
            json!(9),
            "`state.workers.rows.1.last_reserved.made`: expected at most 8, found 9",
        ),
        (
            "/state/workers/rows/1/activity_since",
            json!(1_714_986_037_000_i64),
            "`state.workers.rows.1.activity_since`: expected an instant up to the clock, 1714986036000; found 1714986037000",
        ),
        (
            "/state/workers/rows/1/revision/version",
            json!(u64::MAX),
            "`state.workers.rows.1.revision.version`: expected at most 9007199254740992, found 18446744073709551615",
        ),
        (
            "/state/tasks/rows/3/configuration",
            json!(9),
            "`state.tasks.rows.3.configuration`: expected the index of one of 5 configurations, found 9",
        ),
        (
            "/state/tasks/rows/3/configuration",
            json!(3),
            "the snapshot contradicts itself, this does not hold: WT73746182b9b5fe9499c40cdb701dd580: a task's step is one of the configuration it follows",
        ),
        (
            "/state/tasks/rows/3/priority",
            json!(u32::MAX),
            "`state.tasks.rows.3.priority`: the task's priority is 4294967295, expected 0 to 2147483647",
        ),
        (
            "/state/tasks/rows/3/workflow",
            json!(null),
            "the snapshot contradicts itself, this does not hold: WT73746182b9b5fe9499c40cdb701dd580: only a direct task has no workflow",
        ),
        (
            "/state/tasks/rows/3/workflow",
            json!("gone"),
            "the snapshot contradicts itself, this does not hold: WT73746182b9b5fe9499c40cdb701dd580: a task's workflow exists",
        ),
        (
            "/state/tasks/rows/3/place",
            json!(null),
            "the snapshot contradicts itself, this does not hold: WT73746182b9b5fe9499c40cdb701dd580: a task is in a step, unless it goes to a worker outside any queue",
        ),
        (
            "/state/tasks/rows/3/place/target",
            json!(1),
            "the snapshot contradicts itself, this does not hold: WT73746182b9b5fe9499c40cdb701dd580: a task's step is one of the configuration it follows",
        ),
        (
            "/state/tasks/rows/3/place/task_queue_name",
            json!("other"),
            "the snapshot contradicts itself, this does not hold: WT73746182b9b5fe9499c40cdb701dd580: a task knows its queue's name and order",
        ),
        (
            "/state/tasks/rows/3/place/deadline",
            json!(1_714_986_036_000_i64),
            "the snapshot contradicts itself, this does not hold: WT73746182b9b5fe9499c40cdb701dd580: a pending task leaves its step when the time is up",
        ),
        (
            "/state/tasks/rows/3/place/deadline",
            json!(null),
            "the snapshot contradicts itself, this does not hold: WT73746182b9b5fe9499c40cdb701dd580: a step has a deadline when it has a timeout, and only then",
        ),
        (
            "/state/tasks/rows/3/revisit",
            json!("filters"),
            "the snapshot contradicts itself, this does not hold: WT73746182b9b5fe9499c40cdb701dd580: only a reserved task owes a revisit",
        ),
        (
            "/state/tasks/rows/3/assignments",
            json!(1_000),
            "the snapshot contradicts itself, this does not hold: WT73746182b9b5fe9499c40cdb701dd580: a task is assigned at most 1000 times",
        ),
        (
            "/state/tasks/rows/3/task_channel",
            json!("gone"),
            "the snapshot contradicts itself, this does not hold: WT73746182b9b5fe9499c40cdb701dd580: a task's channel exists",
        ),
        (
            "/state/tasks/rows/3/state",
            json!("reserved"),
            "the snapshot contradicts itself, this does not hold: WT73746182b9b5fe9499c40cdb701dd580: a reserved task has pending reservations, no other open one",
        ),
        (
            "/state/tasks/rows/3/state",
            json!({"assigned": {"until": 0}}),
            "`state.tasks.rows.3.state`: expected a reservation of this task that is accepted",
        ),
        (
            "/state/tasks/rows/2/state",
            json!("pending"),
            "the snapshot contradicts itself, this does not hold: WTf0e4e32ec416c55ea972cc6a78c37135: a pending task has no open reservation",
        ),
        ("/state/tasks/rows/3/attributes", json!({"early": false, "level": 2}), "restored"),
        (
            "/state/tasks/rows/4/expires_at",
            json!(0),
            "the snapshot contradicts itself, this does not hold: every timer due by the clock has fired",
        ),
        (
            "/state/reservations/next",
            json!(8),
            "`state.reservations.next`: expected a place above those of all rows, found 8",
        ),
        (
            "/state/reservations/rows/3/reservation",
            json!("WR00000000000000000000000000000000"),
            "`state.reservations.rows.3.reservation`: expected WRb9d598a1ce7fdec6ba4fec846658a790, the id made for this place",
        ),
        (
            "/state/reservations/rows/3/task",
            json!("lost"),
            "the snapshot contradicts itself, this does not hold: WTf0e4e32ec416c55ea972cc6a78c37135: a reserved task has pending reservations, no other open one",
        ),
        (
            "/state/reservations/rows/1/task",
            json!("nothing"),
            "`state.tasks.rows.1.state`: expected a reservation of this task that is completed",
        ),
        (
            "/state/reservations/rows/3/worker",
            json!("nobody"),
            "the snapshot contradicts itself, this does not hold: WRb9d598a1ce7fdec6ba4fec846658a790: a worker knows its reservations",
        ),
        (
            "/state/reservations/rows/3/moved/from",
            json!("Asleep"),
            "the snapshot contradicts itself, this does not hold: WRb9d598a1ce7fdec6ba4fec846658a790: an open reservation's activities exist",
        ),
        (
            "/state/reservations/rows/3/task_channel",
            json!("gone"),
            "the snapshot contradicts itself, this does not hold: WRb9d598a1ce7fdec6ba4fec846658a790: an open reservation's task channel exists",
        ),
        (
            "/state/reservations/rows/5/status",
            json!("pending"),
            "`state.tasks.rows.8.state`: expected a reservation of this task that is accepted",
        ),
        (
            "/state/reservations/rows/5/expires_at",
            json!(1_714_986_100_000_i64),
            "the snapshot contradicts itself, this does not hold: WRb8e1b2d71b5c4d8808eca3b1f8a12cbf: only a pending reservation expires",
        ),
        ("/outbox/emitted", json!(1), "`outbox.emitted`: expected at least 2, the events that wait here"),
        ("/outbox/emitted", json!(70), "`outbox.waiting.0.sequence`: expected 69"),
        ("/outbox/waiting/1/sequence", json!(7), "`outbox.waiting.1.sequence`: expected 68"),
        (
            "/outbox/waiting/1/at",
            json!(1_714_986_037_000_i64),
            "`outbox.waiting.1.at`: expected an instant up to the clock, 1714986036000; found 1714986037000",
        ),
    ]
}

/// Each value of the story's snapshot, one at a time, gone or turned into something else.
#[test]
fn no_single_damage_breaks_the_engine() {
    let whole = whole();
    let (mut refused, mut accepted) = (0, 0);
    for pointer in pointers(&whole["workspace"]) {
        for value in replacements(&whole["workspace"], &pointer) {
            match survive(&whole, &pointer, value) {
                true => accepted += 1,
                false => refused += 1,
            }
        }
    }
    assert!(refused > 1_000 && accepted > 100, "{refused} refused, {accepted} accepted");
}

/// Whether the damaged snapshot is restored; then it keeps every invariant for a while.
fn survive(whole: &Value, pointer: &str, value: Option<Value>) -> bool {
    let mut damaged = whole.clone();
    match value {
        Some(value) => *damaged["workspace"].pointer_mut(pointer).expect("the place is there") = value,
        None => remove(&mut damaged["workspace"], pointer),
    }
    let Ok(snapshot) = serde_json::from_value::<Snapshot>(damaged) else { return false };
    let Ok(mut engine) = Engine::restore(snapshot) else { return false };
    engine.check();
    for _ in 0..4 {
        // The end of time is not a time to wait for.
        let Some(due) = engine.poll_timeout().filter(|due| *due < Timestamp::from_millis(i64::MAX)) else { break };
        engine.handle_timeout(due);
        engine.check();
    }
    assert_eq!(Engine::restore(engine.snapshot()).map(|again| again.digest()), Ok(engine.digest()), "{pointer}");
    true
}

fn remove(value: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a slash");
    match value.pointer_mut(parent).expect("the place is there") {
        Value::Object(fields) => drop(fields.remove(&key.replace("~1", "/").replace("~0", "~"))),
        Value::Array(items) => drop(items.remove(key.parse().expect("an index"))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every place below this value. Of the events that wait, the first is enough.
fn pointers(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    let mut add = |key: &str, below: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        all.push(format!("/{key}"));
        all.extend(pointers(below).into_iter().map(|rest| format!("/{key}{rest}")));
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, below)| add(key, below)),
        Value::Array(items) => items.iter().take(2).enumerate().for_each(|(index, item)| add(&index.to_string(), item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    all
}

/// Nothing, other values of the same kind, and values of other kinds.
fn replacements(whole: &Value, pointer: &str) -> Vec<Option<Value>> {
    let old = whole.pointer(pointer).expect("the place is there");
    let mut values = vec![None, Some(Value::Null), Some(json!(0)), Some(json!("x")), Some(json!({})), Some(json!([]))];
    match old {
        Value::Bool(flag) => values.push(Some(json!(!flag))),
        Value::Number(number) => {
            let number = number.as_i64().unwrap_or_default();
            let others = [number - 1, number + 1, number * 2, i64::MAX, i64::MIN];
            values.extend(others.map(|other| Some(json!(other))));
            values.extend([json!(u64::MAX), json!(0.5), json!(1e300)].map(Some));
        }
        Value::String(_) => values.extend(["", "pending", "accepted", "1h", "direct"].map(|text| Some(json!(text)))),
        Value::Null | Value::Array(_) | Value::Object(_) => {}
    }
    values
}
