//! Spans of time that can be asked for: whole minutes, half-open.

use std::time::Duration;

use super::StatisticsError;
use crate::time::Timestamp;

const MINUTE: i64 = 60_000;

/// From the beginning of one minute to the beginning of a later one, which is not part of it (Q52).
///
/// ```
/// use pointsman::Timestamp;
/// use pointsman::statistics::Window;
///
/// let minute = |count: i64| Timestamp::from_millis(count * 60_000);
/// let window = Window::new(minute(3), minute(18))?;
/// assert!(Window::new(minute(3), Timestamp::from_millis(200_001)).is_err());
///
/// let now = Timestamp::from_millis(17 * 60_000 + 31_000);
/// let last = Window::last(now, 15)?;
/// assert_eq!((last.start(), last.end()), (window.start(), window.end()));
/// # Ok::<(), pointsman::statistics::StatisticsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    start: Timestamp,
    end: Timestamp,
    open_until: Timestamp,
}

impl Window {
    /// The window from `start` until `end`.
    ///
    /// # Errors
    /// When one of them is not a whole minute, or `end` is not after `start`.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, StatisticsError> {
        for instant in [start, end] {
            if instant.as_millis().rem_euclid(MINUTE) != 0 {
                return Err(StatisticsError::NotAWholeMinute(instant));
            }
        }
        if start >= end {
            return Err(StatisticsError::EmptyWindow { start, end });
        }
        Ok(Self { start, end, open_until: end })
    }

    /// The minute that `now` is in and those before it, so many together. Stays that are still open count until `now`.
    ///
    /// # Errors
    /// When `minutes` is zero.
    pub fn last(now: Timestamp, minutes: u32) -> Result<Self, StatisticsError> {
        let end = start_of(minute_of(now).saturating_add(1));
        let start = end.before(Duration::from_secs(u64::from(minutes) * 60));
        Ok(Self { open_until: now, ..Self::new(start, end)? })
    }

    /// The first instant of it.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// The first instant after it.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Where a stay that is still open ends: at the end, or at the `now` of [`last`](Self::last).
    pub(super) fn open_until(&self) -> Timestamp {
        self.open_until
    }

    pub(super) fn minutes(&self) -> std::ops::Range<i64> {
        minute_of(self.start)..minute_of(self.end)
    }

    /// How much of a span lies inside; nothing when it only touches.
    pub(super) fn clip(&self, since: Timestamp, until: Timestamp) -> Option<Duration> {
        let (since, until) = (since.max(self.start), until.min(self.end));
        (since < until).then(|| until.since(since))
    }
}

/// The number of the minute an instant is in.
pub(super) fn minute_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(MINUTE)
}

/// Where a minute begins.
pub(super) fn start_of(minute: i64) -> Timestamp {
    Timestamp::from_millis(minute.saturating_mul(MINUTE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: i64) -> Timestamp {
        Timestamp::from_millis(count * 1_000)
    }

    #[test]
    fn windows_are_whole_minutes() {
        assert_eq!(Window::new(seconds(61), seconds(120)), Err(StatisticsError::NotAWholeMinute(seconds(61))));
        assert_eq!(Window::new(seconds(60), seconds(121)), Err(StatisticsError::NotAWholeMinute(seconds(121))));
        let (start, end) = (seconds(60), seconds(60));
        assert_eq!(Window::new(start, end), Err(StatisticsError::EmptyWindow { start, end }));
        assert!(Window::last(seconds(90), 0).is_err());
        let before_1970 = Window::new(seconds(-120), seconds(-60)).unwrap();
        assert_eq!(before_1970.minutes(), -2..-1);
        assert!(Window::last(Timestamp::from_millis(i64::MIN), 1).is_err(), "no overflow at the ends of time");
    }

    #[test]
    fn the_current_minute_is_the_last_one() {
        let on_the_minute = Window::last(seconds(120), 2).unwrap();
        assert_eq!((on_the_minute.start(), on_the_minute.end()), (seconds(60), seconds(180)));
        assert_eq!(on_the_minute.open_until(), seconds(120));
    }

    #[test]
    fn spans_are_cut_at_both_ends() {
        let window = Window::new(seconds(60), seconds(120)).unwrap();
        assert_eq!(window.clip(seconds(0), seconds(500)), Some(Duration::from_secs(60)));
        assert_eq!(window.clip(seconds(90), seconds(500)), Some(Duration::from_secs(30)));
        assert_eq!(window.clip(seconds(0), seconds(60)), None, "it only touches");
        assert_eq!(window.clip(seconds(120), seconds(130)), None);
        assert_eq!(window.clip(seconds(90), seconds(90)), None, "it has no length");
    }
}
