//! How far deliveries have come, remembered so that after a crash none is left out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::delivery::Batch;
use crate::driver::{Driver, cursor_name};
use crate::sid::WorkspaceSid;

/// How often the journal is told.
const EVERY: Duration = Duration::from_millis(250);

/// The cursors of all workspaces.
#[derive(Clone, Default)]
pub(super) struct Cursors(Arc<Mutex<BTreeMap<WorkspaceSid, Cursor>>>);

/// One workspace's: everything up to the last event seen, but for what is under way.
#[derive(Debug, Default)]
struct Cursor {
    seen: u64,
    /// Events with deliveries under way, and how many each.
    under_way: BTreeMap<u64, usize>,
    told: u64,
}

impl Cursor {
    fn begin(&mut self, last: u64, deliveries: impl Iterator<Item = u64>) {
        self.seen = self.seen.max(last);
        deliveries.for_each(|sequence| *self.under_way.entry(sequence).or_default() += 1);
    }

    fn done(&mut self, sequence: u64) {
        if let Some(count) = self.under_way.get_mut(&sequence) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(&sequence);
            }
        }
    }

    /// Every event up to here has been delivered.
    fn delivered(&self) -> u64 {
        self.under_way.first_key_value().map_or(self.seen, |(first, _)| first.saturating_sub(1))
    }
}

impl Cursors {
    /// Cursors that tell the driver of their movements, as long as somebody holds them.
    pub(super) fn keep(driver: Driver) -> Self {
        let cursors = Self::default();
        let weak = Arc::downgrade(&cursors.0);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(EVERY).await;
                let Some(cursors) = weak.upgrade() else { return };
                let moved = Self(cursors).moved();
                if !moved.is_empty() {
                    driver.remember(moved);
                }
            }
        });
        cursors
    }

    pub(super) fn begin(&self, batch: &Batch) {
        let sequences = batch.deliveries.iter().map(|delivery| delivery.sequence);
        self.with(|cursors| cursors.entry(batch.workspace).or_default().begin(batch.last, sequences));
    }

    pub(super) fn done(&self, workspace: WorkspaceSid, sequence: u64) {
        self.with(|cursors| cursors.entry(workspace).or_default().done(sequence));
    }

    fn moved(&self) -> Vec<(String, u64)> {
        self.with(|cursors| {
            let moved = cursors.iter_mut().filter_map(|(workspace, cursor)| {
                let delivered = cursor.delivered();
                let moved = delivered > cursor.told;
                cursor.told = delivered.max(cursor.told);
                moved.then(|| (cursor_name(*workspace), delivered))
            });
            moved.collect()
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<WorkspaceSid, Cursor>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_stands_before_what_is_under_way() {
        let mut cursor = Cursor::default();
        cursor.begin(7, [3, 5, 5].into_iter());
        assert_eq!(cursor.delivered(), 2);
        cursor.done(5);
        cursor.done(3);
        assert_eq!(cursor.delivered(), 4, "the fifth has one more");
        cursor.done(5);
        assert_eq!(cursor.delivered(), 7);
        cursor.begin(9, std::iter::empty());
        assert_eq!(cursor.delivered(), 9, "events nobody hears of count as delivered");
    }
}
