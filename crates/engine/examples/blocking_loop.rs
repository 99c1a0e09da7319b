//! A driver with a thread, a channel of commands and the machine's clock: it sleeps until the next command or the
//! engine's next timeout, whichever is first, and drains the events after every input.
//!
//! `cargo run -p pointsman --example blocking_loop`

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use pointsman::{
    Command, CreateTask, Engine, EventKind, FilterSpec, Rejection, TargetSpec, TaskQueueSpec, Timestamp, WorkerSpec,
    WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};

fn main() -> Result<(), Rejection> {
    let start = wall_clock();
    let engine = Engine::new(workspace().start(start), 0)?;
    let (commands, inbox) = mpsc::channel();
    let router = thread::spawn(move || route(engine, &inbox, MonotoneClock { latest: start }));

    // Nobody accepts: after a second the reservation times out, which only `poll_timeout` can bring about.
    let sent = commands.send(CreateTask::new("t1").into());
    assert!(sent.is_ok(), "the router listens");
    thread::sleep(Duration::from_millis(1_200));
    drop(commands);
    let timeouts = router.join().unwrap_or_default();
    assert_eq!(timeouts, 1, "the reservation timed out");
    Ok(())
}

/// Runs until every sender of commands is gone; the answer is how many reservations timed out.
fn route(mut engine: Engine, inbox: &Receiver<Command>, mut clock: MonotoneClock) -> usize {
    let (mut timeouts, mut open) = (0, true);
    while open {
        let sleep = engine.poll_timeout().map_or(Duration::from_secs(3_600), |due| due.since(clock.now()));
        match inbox.recv_timeout(sleep) {
            Ok(command) => {
                if let Err(rejection) = engine.handle(clock.now(), command) {
                    eprintln!("refused: {rejection}");
                }
            }
            Err(RecvTimeoutError::Timeout) => engine.handle_timeout(clock.now()),
            Err(RecvTimeoutError::Disconnected) => {
                engine.handle_timeout(clock.now());
                open = false;
            }
        }
        while let Some(event) = engine.poll_event() {
            println!("{event}");
            timeouts += usize::from(matches!(event.kind, EventKind::ReservationTimedOut(_)));
        }
    }
    timeouts
}

/// The wall clock may step back; the engine's time must not.
struct MonotoneClock {
    latest: Timestamp,
}

impl MonotoneClock {
    fn now(&mut self) -> Timestamp {
        self.latest = self.latest.max(wall_clock());
        self.latest
    }
}

#[allow(clippy::disallowed_types, reason = "a driver reads the clock so that the engine need not")]
fn wall_clock() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    Timestamp::EPOCH + since_epoch.unwrap_or_default()
}

fn workspace() -> WorkspaceSpec {
    let everything = FilterSpec::new("1 == 1").target(TargetSpec::to("everybody"));
    let incoming = WorkflowSpec::new("incoming", WorkflowConfiguration::new().filter(everything));
    WorkspaceSpec::new("Blocking")
        .task_queue(TaskQueueSpec::new("everybody", "1 == 1"))
        .workflow(incoming.task_reservation_timeout(Duration::from_secs(1)))
        .worker(WorkerSpec::new("alice").activity("Available"))
}
