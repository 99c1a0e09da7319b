//! How long workers stay in activities. It never rounds: stays are cut where a window cuts them.
//!
//! Windows are whole minutes, so a stay inside one minute is inside a window or outside, and only its length is kept.
//! Of the stays that go across the beginning of a minute, at most one per worker ends in any minute: those are kept
//! with both ends, and all is bounded per worker and minute.

use std::collections::BTreeMap;

#[cfg(feature = "serde")]
use super::form::pairs;
use super::spread::Spread;
use super::window::{Window, minute_of};
use crate::id::{ActivityId, WorkerId};
use crate::time::Timestamp;

/// The stays of all workers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Stays {
    /// Where each worker is now, and since when.
    open: BTreeMap<WorkerId, (ActivityId, Timestamp)>,
    /// By the minute in which they ended.
    ended: BTreeMap<i64, EndedInMinute>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct EndedInMinute {
    #[cfg_attr(feature = "serde", serde(with = "pairs"))]
    stays: BTreeMap<(WorkerId, ActivityId), Ended>,
}

/// The stays of a worker in an activity that ended in one minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Ended {
    /// Those that began in this minute too.
    short: Spread,
    /// The one that began before.
    long: Option<(Timestamp, Timestamp)>,
}

impl Stays {
    /// The worker is in this activity; where else it was before has ended.
    pub(super) fn enter(&mut self, worker: WorkerId, activity: ActivityId, now: Timestamp) {
        if self.open.get(&worker).is_some_and(|(current, _)| *current == activity) {
            return;
        }
        self.leave(worker, now);
        self.open.insert(worker, (activity, now));
    }

    /// The worker is nowhere any more. A stay without length is none.
    pub(super) fn leave(&mut self, worker: WorkerId, now: Timestamp) {
        let Some((activity, since)) = self.open.remove(&worker).filter(|(_, since)| *since < now) else { return };
        let minute = minute_of(now);
        let ended = self.ended.entry(minute).or_default().stays.entry((worker, activity)).or_default();
        if minute_of(since) == minute {
            ended.short.add(now.since(since));
        } else {
            ended.long = Some((since, now));
        }
    }

    /// Drops what ended before this minute.
    pub(super) fn forget_before(&mut self, minute: i64) {
        while self.ended.first_key_value().is_some_and(|(ended, _)| *ended < minute) {
            self.ended.pop_first();
        }
    }

    /// What lies in the window of the stays of these workers, per activity.
    pub(super) fn within(&self, asked_for: impl Fn(WorkerId) -> bool, window: &Window) -> BTreeMap<ActivityId, Spread> {
        let mut spreads: BTreeMap<ActivityId, Spread> = BTreeMap::new();
        let minutes = window.minutes();
        for (minute, ended) in self.ended.range(minutes.start..) {
            for ((_, activity), stays) in ended.stays.iter().filter(|((worker, _), _)| asked_for(*worker)) {
                let spread = spreads.entry(*activity).or_default();
                if minutes.contains(minute) {
                    spread.merge(&stays.short);
                }
                let inside = stays.long.and_then(|(since, until)| window.clip(since, until));
                inside.into_iter().for_each(|span| spread.add(span));
            }
        }
        for (_, (activity, since)) in self.open.iter().filter(|(worker, _)| asked_for(**worker)) {
            let inside = window.clip(*since, window.open_until());
            inside.into_iter().for_each(|span| spreads.entry(*activity).or_default().add(span));
        }
        spreads
    }
}
