//! The same driver on tokio: one task owns the engine and selects between the next command and the next timeout.
//!
//! `cargo run -p pointsman --example tokio_loop`

use std::time::Duration;

use pointsman::{
    AcceptReservation, Command, CreateTask, Engine, Event, EventKind, FilterSpec, TargetSpec, TaskQueueSpec, Timestamp,
    WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use tokio::sync::mpsc;
use tokio::time::sleep;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start = wall_clock();
    let engine = Engine::new(workspace().start(start), 0)?;
    let (commands, inbox) = mpsc::channel(64);
    let (events, mut happened) = mpsc::channel(64);
    let router = tokio::spawn(route(engine, inbox, events, start));

    commands.send(CreateTask::new("t1").into()).await?;
    while let Some(event) = happened.recv().await {
        println!("{event}");
        if let EventKind::ReservationCreated(facts) = &event.kind {
            // The worker's answer: here the driver accepts at once.
            commands.send(AcceptReservation::new(facts.reservation).into()).await?;
        }
        if let EventKind::ReservationAccepted(_) = &event.kind {
            break;
        }
    }
    drop(commands);
    router.await?;
    Ok(())
}

/// Runs until every sender of commands is gone.
async fn route(
    mut engine: Engine,
    mut inbox: mpsc::Receiver<Command>,
    events: mpsc::Sender<Event>,
    mut latest: Timestamp,
) {
    loop {
        let due = engine.poll_timeout().map_or(Duration::from_secs(3_600), |due| due.since(latest));
        let command = tokio::select! {
            command = inbox.recv() => match command {
                Some(command) => Some(command),
                None => return,
            },
            () = sleep(due) => None,
        };
        // The wall clock may step back; the engine's time must not.
        latest = latest.max(wall_clock());
        match command {
            Some(command) => {
                if let Err(rejection) = engine.handle(latest, command) {
                    eprintln!("refused: {rejection}");
                }
            }
            None => engine.handle_timeout(latest),
        }
        while let Some(event) = engine.poll_event() {
            if events.send(event).await.is_err() {
                return;
            }
        }
    }
}

#[allow(clippy::disallowed_types, reason = "a driver reads the clock so that the engine need not")]
fn wall_clock() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    Timestamp::EPOCH + since_epoch.unwrap_or_default()
}

fn workspace() -> WorkspaceSpec {
    let everything = FilterSpec::new("1 == 1").target(TargetSpec::to("everybody"));
    WorkspaceSpec::new("Tokio")
        .task_queue(TaskQueueSpec::new("everybody", "1 == 1"))
        .workflow(WorkflowSpec::new("incoming", WorkflowConfiguration::new().filter(everything)))
        .worker(WorkerSpec::new("alice").activity("Available"))
}
