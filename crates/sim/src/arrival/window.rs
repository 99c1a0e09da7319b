//! When a process is on, and how bursts and outages change it.

use std::time::Duration;

use serde::Serialize;

use super::rate::{some_span, span};
use super::{END, millis};

/// From when to when a process is on, both counted from the start of the scenario, and the bursts in between.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Window {
    #[serde(serialize_with = "span")]
    pub(super) from: Duration,
    /// The first instant at which it is off again.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "some_span")]
    pub(super) until: Option<Duration>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) bursts: Vec<Burst>,
}

/// A stretch of time with more or fewer arrivals; with 0, an outage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Burst {
    /// Counted from the start of the scenario.
    #[serde(serialize_with = "span")]
    pub(super) from: Duration,
    #[serde(rename = "for", serialize_with = "span")]
    pub(super) lasts: Duration,
    pub(super) multiply: f64,
}

impl Window {
    /// Its first instant and the one behind its last.
    pub(super) fn ends(&self) -> (u64, u64) {
        (millis(self.from), self.until.map_or(END, millis))
    }

    /// What the rate is multiplied by at an instant: the product of the bursts that go on. 0 when the process is off.
    pub(super) fn factor(&self, at: u64) -> f64 {
        let (from, until) = self.ends();
        let on = (from..until).contains(&at);
        let bursts = self.bursts.iter().filter(|burst| burst.edges()[0] <= at && at < burst.edges()[1]);
        if on { bursts.map(|burst| burst.multiply).product() } else { 0.0 }
    }

    /// The first instant behind this one at which a burst begins or ends, or the process ends.
    pub(super) fn next_edge(&self, at: u64) -> u64 {
        let edges = self.bursts.iter().flat_map(Burst::edges).filter(|edge| *edge > at);
        edges.chain([self.ends().1]).min().unwrap_or(END)
    }

    /// The instant from which on no burst changes anything.
    pub(super) fn quiet_from(&self) -> u64 {
        self.bursts.iter().map(|burst| burst.edges()[1]).max().unwrap_or(0)
    }
}

impl Burst {
    fn edges(&self) -> [u64; 2] {
        [millis(self.from), millis(self.from.saturating_add(self.lasts))]
    }
}
