//! Which entries a journal has, and what that allows: the one place for these rules, whatever the entries are kept in.

use crate::JournalError;

/// The entries from `first` up to, but without, `next`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) first: u64,
    pub(crate) next: u64,
}

impl Bounds {
    pub(crate) fn check_append(self, expected: u64) -> Result<(), JournalError> {
        if expected == self.next { Ok(()) } else { Err(JournalError::WrongIndex { expected, next: self.next }) }
    }

    /// Whether entries can be read from here, or a snapshot can cover those before.
    pub(crate) fn check_within(self, index: u64) -> Result<(), JournalError> {
        if index > self.next {
            return Err(JournalError::BehindTheEnd { index, next: self.next });
        }
        if index < self.first {
            return Err(JournalError::Dropped { index, first: self.first });
        }
        Ok(())
    }
}
