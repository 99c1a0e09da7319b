//! The thread that owns the hub and its journal. Work comes in through a channel and is done in batches: each input is
//! written down, then handled; when the journal has the batch safely, the answers and the events leave.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use pointsman::{Rejection, Timestamp};
use pointsman_journal::{Journal, JournalError};
use tokio::sync::oneshot;

use crate::chance::number;
use crate::hub::{Action, Announcement, Hub, Input};
use crate::recovery::{RecoveryError, recover, saved};
use crate::sid::WorkspaceSid;

/// The most jobs in a batch: an answer waits for at most so many others.
const BATCH: usize = 512;
/// How long the thread sleeps when nothing is due.
const IDLE: Duration = Duration::from_secs(60);
/// How many inputs may follow a snapshot before there is a new one.
const SNAPSHOT_EVERY: u64 = 1_000_000;

/// Tells the time.
pub type Clock = Box<dyn Fn() -> Timestamp + Send>;
/// Hears of everything that has happened, once it is safe.
pub type Herald = Box<dyn FnMut(&Hub, Vec<Announcement>) + Send>;

type Release = Box<dyn FnOnce() + Send>;
type Work = Box<dyn FnOnce(&mut Desk<'_>) -> Release + Send>;

enum Job {
    Work(Work),
    Cursors(Vec<(String, u64)>),
    Stop(oneshot::Sender<Result<(), JournalError>>),
}

/// Why an answer does not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// The thread has ended.
    #[error("the server is stopping")]
    Stopped,
    /// The work panicked, or was still waiting when the thread ended.
    #[error("the work was not done")]
    NotDone,
}

/// A handle to the thread; cheap to clone.
#[derive(Clone)]
pub struct Driver(Sender<Job>);

impl Driver {
    /// Recovers the hub from the journal and starts the thread.
    ///
    /// # Errors
    /// When the journal cannot be read, or does not lead to the state it was written in.
    pub fn start(journal: Box<dyn Journal>, clock: Clock, herald: Herald) -> Result<Self, RecoveryError> {
        let hub = recover(journal.as_ref())?;
        let (sender, jobs) = channel();
        let thread = Thread { hub, journal, clock, herald, records: Vec::new(), now: Timestamp::EPOCH };
        let handle = std::thread::Builder::new().name("pointsman".to_owned()).spawn(move || thread.run(&jobs));
        handle.map_err(RecoveryError::Thread)?;
        Ok(Self(sender))
    }

    /// Has work done at the hub; the answer comes when everything it rests on is safe.
    ///
    /// # Errors
    /// When the thread has stopped, or the work panicked.
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk<'_>) -> T + Send + 'static,
    ) -> Result<T, Lost> {
        let (sender, answer) = oneshot::channel();
        let work: Work = Box::new(move |desk| {
            let done = work(desk);
            Box::new(move || drop(sender.send(done)))
        });
        self.0.send(Job::Work(work)).map_err(|_| Lost::Stopped)?;
        answer.await.map_err(|_| Lost::NotDone)
    }

    /// Remembers how far deliveries have come; safe with the next batch.
    pub fn remember(&self, cursors: Vec<(String, u64)>) {
        // When the thread has stopped, an older cursor stands: what was delivered is delivered again.
        let _ = self.0.send(Job::Cursors(cursors));
    }

    /// Ends the thread after what it has begun, with a snapshot.
    ///
    /// # Errors
    /// When the snapshot cannot be written; the journal is complete all the same.
    pub async fn stop(&self) -> Result<(), JournalError> {
        let (sender, done) = oneshot::channel();
        if self.0.send(Job::Stop(sender)).is_err() {
            return Ok(());
        }
        done.await.unwrap_or(Ok(()))
    }
}

/// Where work is done: the hub at one instant.
pub struct Desk<'a> {
    hub: &'a mut Hub,
    records: &'a mut Vec<Vec<u8>>,
    now: Timestamp,
    applying: bool,
}

impl Desk<'_> {
    /// The hub, to look at.
    pub fn hub(&self) -> &Hub {
        self.hub
    }

    /// The instant.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// A number nobody has had, for a new SID.
    pub fn number(&self) -> u128 {
        number()
    }

    /// Writes an input down and handles it.
    ///
    /// # Errors
    /// The engine's refusal.
    pub fn submit(&mut self, workspace: WorkspaceSid, action: Action) -> Result<(), Rejection> {
        let input = Input { at: self.now, workspace, follows: self.hub.last_event(workspace), action };
        self.applying = true;
        self.records.push(written(&input));
        let outcome = self.hub.apply(&input);
        self.applying = false;
        outcome
    }
}

/// An input as the journal keeps it.
#[allow(clippy::expect_used, reason = "every input has a text form: its maps have texts for keys")]
fn written(input: &Input) -> Vec<u8> {
    serde_json::to_vec(input).expect("an input can be written down")
}

struct Thread {
    hub: Hub,
    journal: Box<dyn Journal>,
    clock: Clock,
    herald: Herald,
    records: Vec<Vec<u8>>,
    now: Timestamp,
}

impl Thread {
    fn run(mut self, jobs: &Receiver<Job>) {
        self.tell_again();
        let mut since_snapshot = 0;
        loop {
            let first = jobs.recv_timeout(self.rest());
            if matches!(first, Err(RecvTimeoutError::Disconnected)) {
                return;
            }
            let stop = self.batch(first.into_iter().chain(jobs.try_iter()).take(BATCH));
            since_snapshot += self.records.len() as u64;
            self.records.clear();
            if let Some(stopped) = stop {
                // The one who asked may have gone.
                let _ = stopped.send(self.save());
                return;
            }
            if since_snapshot >= SNAPSHOT_EVERY {
                since_snapshot = 0;
                self.save().unwrap_or_else(|error| fatal(&error));
            }
        }
    }

    /// What had not been delivered when the last process ended is delivered now.
    fn tell_again(&mut self) {
        for workspace in self.hub.workspaces() {
            let delivered = self.journal.cursor(&cursor_name(workspace.sid())).unwrap_or_else(|error| fatal(&error));
            let missed = workspace.log().after(delivered.unwrap_or(0)).cloned();
            let missed: Vec<Announcement> = missed.map(|event| workspace.announce(event)).collect();
            (self.herald)(&self.hub, missed);
        }
    }

    /// How long until something is due.
    fn rest(&self) -> Duration {
        let now = (self.clock)().max(self.now);
        self.hub.next_due().map_or(IDLE, |due| due.since(now).min(IDLE))
    }

    /// Does a batch; tells who wants the thread to stop.
    fn batch(&mut self, jobs: impl Iterator<Item = Job>) -> Option<oneshot::Sender<Result<(), JournalError>>> {
        self.now = (self.clock)().max(self.now).max(self.hub.clock().unwrap_or(self.now));
        self.fire_what_is_due();
        let (mut releases, mut stop) = (Vec::new(), None);
        for job in jobs {
            match job {
                Job::Work(work) => releases.extend(self.work(work)),
                Job::Cursors(cursors) => self.journal.set_cursors(&cursors).unwrap_or_else(|error| fatal(&error)),
                Job::Stop(sender) => stop = Some(sender),
            }
            if stop.is_some() {
                break;
            }
        }
        self.commit();
        releases.into_iter().for_each(|release: Release| release());
        stop
    }

    fn fire_what_is_due(&mut self) {
        for workspace in self.hub.due(self.now) {
            // Time refuses nothing.
            let _ = self.desk().submit(workspace, Action::Timeout);
        }
    }

    fn desk(&mut self) -> Desk<'_> {
        Desk { hub: &mut self.hub, records: &mut self.records, now: self.now, applying: false }
    }

    /// None when the work panicked: its asker hears of it by the dropped answer. A panic inside an engine is another
    /// matter: its state is lost, and the journal has it.
    fn work(&mut self, work: Work) -> Option<Release> {
        let mut desk = self.desk();
        let done = catch_unwind(AssertUnwindSafe(|| work(&mut desk)));
        if done.is_err() && desk.applying {
            fatal(
                &"an engine panicked; this is a bug. Start the server again: the journal has everything that was answered",
            );
        }
        done.ok()
    }

    /// Makes the batch safe, then lets its events go.
    fn commit(&mut self) {
        if !self.records.is_empty() {
            let expected = self.journal.next_index();
            self.journal.append(expected, &self.records).unwrap_or_else(|error| fatal(&error));
        }
        let fresh = self.hub.take_fresh();
        if !fresh.is_empty() {
            (self.herald)(&self.hub, fresh);
        }
    }

    fn save(&mut self) -> Result<(), JournalError> {
        self.journal.save(self.journal.next_index(), &saved(&self.hub))
    }
}

/// The journal's name for how far a workspace's events have been delivered.
pub(crate) fn cursor_name(workspace: WorkspaceSid) -> String {
    format!("delivered/{workspace}")
}

/// What cannot be written down must not be answered: the process ends, and the journal is what it was.
fn fatal(problem: &dyn std::fmt::Display) -> ! {
    eprintln!("pointsman: {problem}");
    std::process::abort()
}
