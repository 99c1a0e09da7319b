//! The last calls with their parameters and replies, for people who look.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pointsman::Timestamp;

use super::delivery::Delivery;
use crate::payload::Fields;
use crate::sid::WorkspaceSid;

/// How many are kept.
const KEPT: usize = 1_000;

/// A call that was made.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) workspace: WorkspaceSid,
    /// When what it tells happened.
    pub(crate) at: Timestamp,
    /// `assignment`, `assignment fallback` or `event`.
    pub(crate) what: &'static str,
    pub(crate) url: String,
    pub(crate) fields: Fields,
    pub(crate) took: Duration,
    pub(crate) outcome: Outcome,
}

/// What came of a call.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// There was a reply; and what we made of it.
    Replied { status: u16, body: String, remark: Option<String> },
    /// There was none.
    Failed(String),
}

/// The last calls, shared.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestLog(Arc<Mutex<VecDeque<Exchange>>>);

impl RequestLog {
    pub(super) fn push(&self, exchange: Exchange) {
        self.with(|log| {
            log.push_back(exchange);
            log.drain(..log.len().saturating_sub(KEPT));
        });
    }

    /// So much waits that this is not delivered now.
    pub(super) fn overflow(&self, delivery: &Delivery) {
        let problem = "too many callbacks of this workspace wait; this one is made after the next start, if the server keeps anything".to_owned();
        self.push(delivery.exchange("skipped", "", Duration::ZERO, Outcome::Failed(problem)));
    }

    /// The latest first.
    pub(crate) fn latest(&self, workspace: WorkspaceSid, most: usize) -> Vec<Exchange> {
        self.with(|log| log.iter().rev().filter(|it| it.workspace == workspace).take(most).cloned().collect())
    }

    fn with<T>(&self, act: impl FnOnce(&mut VecDeque<Exchange>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
