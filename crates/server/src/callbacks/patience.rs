//! How long to wait before a call that failed has consequences: an address that fails at once would otherwise have a
//! task offered a thousand times in a second.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::sid::WorkspaceSid;

/// After the second failure in a row; each further one doubles it.
const FIRST: Duration = Duration::from_millis(100);
/// As long as an address that never answers takes.
const MOST: Duration = Duration::from_secs(5);

/// How often in a row the addresses of workspaces have failed.
#[derive(Clone, Default)]
pub(super) struct Patience(Arc<Mutex<BTreeMap<(WorkspaceSid, String), u32>>>);

impl Patience {
    /// An address has failed: how long to wait.
    pub(super) fn failed(&self, workspace: WorkspaceSid, url: &str) -> Duration {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = failures.entry((workspace, url.to_owned())).or_default();
        *count = count.saturating_add(1);
        after(*count)
    }

    /// An address has answered.
    pub(super) fn answered(&self, workspace: WorkspaceSid, url: &str) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !failures.is_empty() {
            failures.remove(&(workspace, url.to_owned()));
        }
    }
}

fn after(failures: u32) -> Duration {
    let Some(doublings) = failures.checked_sub(2) else { return Duration::ZERO };
    FIRST.saturating_mul(1 << doublings.min(10)).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_in_a_row_are_waited_for_longer_and_longer() {
        let waits = [0, 1, 2, 3, 4, 7, 8, 1_000].map(|failures| after(failures).as_millis());
        assert_eq!(waits, [0, 0, 100, 200, 400, 3_200, 5_000, 5_000]);
    }

    #[test]
    fn an_answer_makes_good_for_all_failures_of_its_address() {
        let (patience, workspace) = (Patience::default(), WorkspaceSid::new(1));
        let failed = |url: &str| patience.failed(workspace, url);
        assert_eq!((failed("a"), failed("a"), failed("b")), (Duration::ZERO, FIRST, Duration::ZERO));
        patience.answered(workspace, "a");
        assert_eq!((failed("a"), failed("b")), (Duration::ZERO, FIRST));
    }
}
