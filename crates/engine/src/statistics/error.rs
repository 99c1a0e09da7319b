//! Why a figure cannot be given.

use std::time::Duration;

use crate::time::{Timestamp, format_duration};

/// Why a figure cannot be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatisticsError {
    /// A window begins or ends inside a minute.
    #[error("{0} ms is not a whole minute: windows begin and end at multiples of 60000 ms")]
    NotAWholeMinute(Timestamp),
    /// A window without a minute.
    #[error("the window from {start} ms to {end} ms is empty: it must end after it starts")]
    EmptyWindow {
        /// Its start.
        start: Timestamp,
        /// Its end.
        end: Timestamp,
    },
    /// A window begins where nothing is kept any more (TaskRouter's 14241).
    #[error("the window starts at {start} ms, but statistics are kept from {kept_from} ms on; ask for a later start")]
    BeforeRetention {
        /// The window's start.
        start: Timestamp,
        /// The earliest start that can be asked for now.
        kept_from: Timestamp,
    },
    /// A threshold beyond the seconds by which waits are counted.
    #[error("waits are counted by second up to {longest} s, not to {threshold} s; ask for less, or keep longer waits")]
    ThresholdTooLong {
        /// The threshold, in seconds.
        threshold: u32,
        /// The longest threshold that can be asked for, in seconds.
        longest: u32,
    },
    /// A retention that cannot be had.
    #[error("a retention of {} is out of range: expected whole minutes from 1m to {}", format_duration(*.given), format_duration(*.most))]
    RetentionOutOfRange {
        /// The one asked for.
        given: Duration,
        /// The longest.
        most: Duration,
    },
    /// A limit for waits that cannot be had.
    #[error("counting waits by second up to {given} s is out of range: expected at most {most} s")]
    LongestWaitOutOfRange {
        /// The one asked for, in seconds.
        given: u32,
        /// The longest, in seconds.
        most: u32,
    },
}
