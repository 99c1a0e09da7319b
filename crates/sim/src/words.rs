//! Commands in words and as steps of a scenario, by people's names for what they are about.

use pointsman::{ActivityId, Command, TaskChannelId, TaskId, TaskQueueId, WorkerId, WorkflowId};
use pointsman_config::{EntityId, Names};
use serde_json::{Map, Value};

/// The command and whom it is about: `accept_reservation t1 alice`.
pub(crate) fn command(command: &Command, names: &Names) -> String {
    let written = serde_json::to_value(command).unwrap_or_default();
    let subject = |key: &str| written[command.name()][key].as_str();
    let subjects = [
        named::<TaskId>(names, subject("task")),
        named::<WorkerId>(names, subject("worker")),
        named::<TaskQueueId>(names, subject("task_queue")),
        named::<WorkflowId>(names, subject("workflow")),
        named::<ActivityId>(names, subject("activity")),
        named::<TaskChannelId>(names, subject("task_channel")),
        subject("reservation").map(str::to_owned),
    ];
    std::iter::once(command.name().to_owned()).chain(subjects.into_iter().flatten()).collect::<Vec<_>>().join(" ")
}

/// The command as a scenario has it, without a time: `{do: set_worker_activity, worker: alice, activity: Idle}`. A
/// workflow's configuration is left in the engine's own form, which scenarios do not read.
pub(crate) fn as_step(command: &Command, names: &Names) -> String {
    let mut written = serde_json::to_value(command).unwrap_or_default();
    let fields = written[command.name()].take();
    let empty = Map::new();
    let given = |(key, value): &(&String, &Value)| {
        !value.is_null() && (*key != "reject_pending_reservations" || **value != Value::Bool(false))
    };
    let mut given: Vec<_> = fields.as_object().unwrap_or(&empty).iter().filter(given).collect();
    given.sort_by_key(|(key, _)| SUBJECTS.iter().position(|subject| *key == subject).unwrap_or(SUBJECTS.len()));
    let given = given.into_iter().map(|(key, value)| format!(", {key}: {}", flow(value, names)));
    format!("{{do: {}{}}}", command.name(), given.collect::<String>())
}

/// Whom a command is about stands first.
const SUBJECTS: [&str; 5] = ["task", "worker", "task_channel", "task_queue", "workflow"];

/// A value in YAML's flow style, of which JSON is a part; an id goes by its name.
fn flow(value: &Value, names: &Names) -> String {
    let Some(text) = value.as_str() else { return value.to_string() };
    let called = name(names, text);
    let is_word = called.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && called.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter));
    let is_text = serde_json::from_str::<Value>(called).is_err();
    if is_word && is_text { called.to_owned() } else { Value::from(called).to_string() }
}

/// What has this id, whatever it is.
fn name<'a>(names: &'a Names, id: &'a str) -> &'a str {
    fn known<'a, T: EntityId>(names: &'a Names, id: &str) -> Option<&'a str> {
        names.name(id.parse::<T>().ok()?)
    }
    let found = known::<TaskId>(names, id)
        .or_else(|| known::<WorkerId>(names, id))
        .or_else(|| known::<TaskQueueId>(names, id))
        .or_else(|| known::<WorkflowId>(names, id))
        .or_else(|| known::<ActivityId>(names, id))
        .or_else(|| known::<TaskChannelId>(names, id));
    found.unwrap_or(id)
}

fn named<T: EntityId>(names: &Names, id: Option<&str>) -> Option<String> {
    let id = id?;
    let name = id.parse::<T>().ok().and_then(|id| names.name(id));
    Some(name.unwrap_or(id).to_owned())
}

#[cfg(test)]
mod tests {
    use pointsman::{AcceptReservation, CreateTask, DeleteWorkspace, ReservationId};

    use super::*;

    #[test]
    fn a_command_is_told_with_whom_it_is_about() {
        let mut names = Names::new();
        let (task, worker) = (names.declare("t1", None, None).unwrap(), names.declare("alice", None, None).unwrap());
        let told = |it: Command| command(&it, &names);
        assert_eq!(told(AcceptReservation::new((task, worker)).into()), "accept_reservation t1 alice");
        assert_eq!(told(CreateTask::new(task).workflow("x").into()).split(' ').count(), 3, "the id has no name");
        assert_eq!(told(DeleteWorkspace::new().into()), "delete_workspace");
        let reservation = ReservationId::minted(1, 1);
        assert_eq!(told(AcceptReservation::new(reservation).into()), format!("accept_reservation {reservation}"));
        let _: (TaskId, WorkerId) = (task, worker);
    }
}
