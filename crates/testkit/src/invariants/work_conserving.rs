//! Nobody waits for someone who is free.

use pointsman::{Engine, ReservationStatus, TaskChannelId, TaskStatus, WorkerView};

use super::{Invariant, Violation, require};

const NAME: &str = "work-conserving";

pub(super) const INVARIANT: Invariant =
    Invariant { name: NAME, what: "no task is pending while an eligible worker is free in either mode", check };

fn check(engine: &Engine) -> Result<(), Violation> {
    // A task that waits has a time to live. Where no timer runs, the workspace is deleted and nothing happens any more.
    if engine.poll_timeout().is_none() {
        return Ok(());
    }
    for task in engine.tasks().filter(|task| task.facts.status == TaskStatus::Pending) {
        for worker in engine.eligible(task.facts.task).into_iter().filter_map(|id| engine.worker(id)) {
            require(!is_free(engine, &worker, task.facts.task_channel), NAME, || {
                format!("{} waits while {} is free", task.facts, worker.facts)
            })?;
        }
    }
    Ok(())
}

/// Free as multitasking and as single-tasking see it; the views do not tell the mode.
fn is_free(engine: &Engine, worker: &WorkerView, channel: TaskChannelId) -> bool {
    let open: Vec<_> = worker.reservations.iter().filter_map(|id| engine.reservation(*id)).collect();
    let on_channel =
        open.iter().filter_map(|row| engine.task(row.task)).filter(|task| task.facts.task_channel == channel);
    let load = on_channel.count();
    let room = |share: &pointsman::WorkerChannelView| {
        share.task_channel == channel && share.available && load < share.configured_capacity as usize
    };
    worker.facts.available
        && open.iter().all(|row| row.status != ReservationStatus::Pending)
        && worker.channels.iter().any(room)
}
