//! Commands in words, by people's names for what they are about.

use pointsman::{ActivityId, Command, TaskChannelId, TaskId, TaskQueueId, WorkerId, WorkflowId};
use pointsman_config::{EntityId, Names};

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
