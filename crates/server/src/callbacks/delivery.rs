//! One thing to be delivered, and how it is.

use std::time::Duration;

use tokio::time::Instant;

use pointsman::{
    AcceptReservation, CancelReservation, Command, RejectReservation, ReservationId, ReservationStatus, Timestamp,
};

use super::client::{Answered, Client};
use super::instruction::{self, Instruction};
use super::log::{Exchange, Outcome, RequestLog};
use super::patience::Patience;
use crate::driver::{Desk, Driver};
use crate::hub::{Action, Ask};
use crate::payload::Fields;
use crate::sid::WorkspaceSid;

/// How long an answer to an assignment callback may take.
const ASSIGNMENT_TIME: Duration = Duration::from_secs(5);
/// How long an answer to an event callback may take.
const EVENT_TIME: Duration = Duration::from_secs(15);
/// How long to wait before each further attempt to tell an event.
const AGAIN_AFTER: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];

/// What has happened in a workspace, up to an event.
pub(crate) struct Batch {
    pub(crate) workspace: WorkspaceSid,
    pub(crate) last: u64,
    pub(crate) deliveries: Vec<Delivery>,
}

/// A call to be made.
pub(crate) struct Delivery {
    pub(crate) workspace: WorkspaceSid,
    pub(crate) sequence: u64,
    pub(crate) at: Timestamp,
    pub(crate) kind: Kind,
    pub(crate) fields: Fields,
}

/// Whom it is for.
pub(crate) enum Kind {
    /// Those who want to hear of events.
    Event { url: String },
    /// Those who say what becomes of a reservation.
    Assignment { ask: Ask, reservation: ReservationId },
}

/// What is to be done after a call, and how long to wait before.
pub(super) struct Consequence {
    pub(super) after: Duration,
    command: Command,
}

impl Delivery {
    /// Makes the call; the answer is what it leads to.
    pub(super) async fn make(&self, client: &Client, log: &RequestLog, patience: &Patience) -> Option<Consequence> {
        match &self.kind {
            Kind::Event { url } => {
                self.tell(client, log, url).await;
                None
            }
            Kind::Assignment { ask, reservation } => self.ask(client, log, patience, ask, *reservation).await,
        }
    }

    /// Tells an event, some times again when nobody hears it.
    async fn tell(&self, client: &Client, log: &RequestLog, url: &str) {
        let heard = |reply: &Answered| match reply.status {
            200..=299 => Ok((Instruction::None, None)),
            status => Err(format!("status {status} instead of 204")),
        };
        for wait in AGAIN_AFTER.map(Some).into_iter().chain([None]) {
            if self.call(client, log, "event", url, EVENT_TIME, heard).await.is_some() {
                return;
            }
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return,
            }
        }
    }

    /// Asks what to do, then asks the fallback; when neither answers, the reservation is canceled (semantics section 9.4),
    /// later and later when that happens again and again.
    async fn ask(
        &self,
        client: &Client,
        log: &RequestLog,
        patience: &Patience,
        ask: &Ask,
        reservation: ReservationId,
    ) -> Option<Consequence> {
        let mut answer = self.call(client, log, "assignment", &ask.url, ASSIGNMENT_TIME, instruction::read).await;
        if let (None, Some(url)) = (&answer, &ask.fallback) {
            answer = self.call(client, log, "assignment fallback", url, ASSIGNMENT_TIME, instruction::read).await;
        }
        let after = match answer {
            Some(_) => {
                patience.answered(self.workspace, &ask.url);
                Duration::ZERO
            }
            None => patience.failed(self.workspace, &ask.url),
        };
        let command: Command = match answer {
            Some(Instruction::None) => return None,
            Some(Instruction::Accept) => AcceptReservation::new(reservation).into(),
            Some(Instruction::Reject(activity)) => {
                let mut command = RejectReservation::new(reservation);
                command.activity = activity;
                command.into()
            }
            None => CancelReservation::new(reservation).into(),
        };
        Some(Consequence { after, command })
    }

    /// Does what a call leads to.
    pub(super) async fn conclude(&self, driver: &Driver, consequence: Consequence) {
        let Kind::Assignment { reservation, .. } = self.kind else { return };
        let (workspace, command) = (self.workspace, consequence.command);
        // When the server stops, the callback is made again after the next start.
        let _ = driver.ask(move |desk| follow(desk, workspace, reservation, command)).await;
    }

    /// One call, written into the log; none when there was no usable answer.
    async fn call(
        &self,
        client: &Client,
        log: &RequestLog,
        what: &'static str,
        url: &str,
        time: Duration,
        read: impl Fn(&Answered) -> Result<(Instruction, Option<String>), String>,
    ) -> Option<Instruction> {
        let begun = Instant::now();
        let reply = client.post(url, &self.fields, time).await;
        let (instruction, outcome) = match reply {
            Err(problem) => (None, Outcome::Failed(problem)),
            Ok(reply) => {
                let (instruction, remark) = match read(&reply) {
                    Ok((instruction, remark)) => (Some(instruction), remark),
                    Err(problem) => (None, Some(problem)),
                };
                (instruction, Outcome::Replied { status: reply.status, body: reply.body, remark })
            }
        };
        log.push(self.exchange(what, url, begun.elapsed(), outcome));
        instruction
    }

    pub(super) fn exchange(&self, what: &'static str, url: &str, took: Duration, outcome: Outcome) -> Exchange {
        let fields = self.fields.clone();
        Exchange { workspace: self.workspace, at: self.at, what, url: without_password(url), fields, took, outcome }
    }
}

/// A URL as it may be shown.
fn without_password(url: &str) -> String {
    let Ok(mut parsed) = reqwest::Url::parse(url) else { return url.to_owned() };
    if parsed.password().is_some() {
        // A URL that cannot have a password has none.
        let _ = parsed.set_password(Some("..."));
    }
    parsed.to_string()
}

/// Does what the answer asks for, unless somebody has answered meanwhile.
fn follow(desk: &mut Desk<'_>, workspace: WorkspaceSid, reservation: ReservationId, command: Command) {
    let found = desk.hub().workspace(workspace).and_then(|it| it.engine().reservation(reservation));
    if found.is_some_and(|found| found.status == ReservationStatus::Pending) {
        // What the engine refuses, such as an activity that is gone, leaves the reservation to its timeout.
        let _ = desk.submit(workspace, Action::command(command));
    }
}
