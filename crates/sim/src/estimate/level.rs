//! A level over time, such as the length of a queue: its area, hence its mean, and its peak.

use serde::{Deserialize, Serialize};

/// A whole number that changes at instants, in milliseconds from any origin. It counts from where it was last reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    now: u64,
    changed_at: u64,
    area: Area,
}

/// What a level was over some time. Areas merge in any order to the same bits: those of several runs, or of several
/// stretches of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The sum of level by milliseconds.
    #[serde(with = "super::whole")]
    area: u128,
    /// How many milliseconds.
    span: u64,
    /// The highest level that lasted.
    max: u64,
}

impl Level {
    /// A level that is `now` at the instant `at`, from where on it counts.
    pub fn new(at: u64, now: u64) -> Self {
        Self { now, changed_at: at, area: Area::default() }
    }

    /// What it is.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// It becomes another at the instant `at`, which is not before the last change.
    pub fn set(&mut self, at: u64, now: u64) {
        self.area = self.until(at);
        (self.now, self.changed_at) = (now, at);
    }

    /// Forgets what it was before the instant `at`, and not what it is: the end of the warm-up, or of an interval.
    pub fn reset(&mut self, at: u64) {
        *self = Self::new(at, self.now);
    }

    /// The area up to the last change.
    pub fn so_far(&self) -> Area {
        self.area
    }

    /// What it was from the last reset until `at`, which is not before the last change.
    pub fn until(&self, at: u64) -> Area {
        debug_assert!(at >= self.changed_at, "time runs forward: {at} follows {}", self.changed_at);
        let passed = at.saturating_sub(self.changed_at);
        let area = u128::from(self.now) * u128::from(passed);
        let max = if passed > 0 { self.now } else { 0 };
        self.area.and(&Area { area, span: passed, max })
    }
}

impl Area {
    /// Adds what a level was over another time.
    pub fn merge(&mut self, other: &Self) {
        *self = self.and(other);
    }

    /// How many milliseconds it is about.
    pub fn span(&self) -> u64 {
        self.span
    }

    /// The sum of level by milliseconds.
    pub fn area(&self) -> u128 {
        self.area
    }

    /// The highest level; one that was over in the instant in which it began does not count.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The mean over time; none over no time.
    pub fn mean(&self) -> Option<f64> {
        (self.span > 0).then(|| self.area as f64 / self.span as f64)
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            area: self.area.saturating_add(other.area),
            span: self.span.saturating_add(other.span),
            max: self.max.max(other.max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_queue_that_comes_and_goes() {
        let mut queue = Level::new(1_000, 0);
        [(2_000, 1), (2_500, 2), (3_500, 0)].into_iter().for_each(|(at, now)| queue.set(at, now));
        let area = queue.until(6_000);
        assert_eq!((area.area(), area.span(), area.max(), area.mean()), (2_500, 5_000, 2, Some(0.5)));
        assert_eq!(Level::new(0, 3).until(0).mean(), None);
    }

    #[test]
    fn a_reset_keeps_the_level_and_forgets_the_past() {
        let mut queue = Level::new(0, 9);
        queue.set(10, 2);
        queue.reset(15);
        assert_eq!(queue.until(25), Area { area: 20, span: 10, max: 2 });
        queue.set(25, 5);
        assert_eq!((queue.now(), queue.until(25).max(), queue.until(26).max()), (5, 2, 5));
    }

    proptest! {
        #![proptest_config(crate::estimate::cases(256))]

        /// Cut anywhere and merged in any order, the parts are the whole.
        #[test]
        fn parts_are_the_whole(changes in prop::collection::vec((0..50_u64, 0..9_u64), 1..20), cuts in [0..20_usize, 0..20]) {
            let (mut whole, mut part, mut parts) = (Level::new(0, 0), Level::new(0, 0), Vec::new());
            let mut at = 0;
            for (index, (passed, now)) in changes.into_iter().enumerate() {
                at += passed;
                whole.set(at, now);
                part.set(at, now);
                if cuts.contains(&index) {
                    parts.push(part.until(at));
                    part.reset(at);
                }
            }
            parts.insert(0, part.until(at + 7));
            let merged = parts.iter().fold(Area::default(), |all, part| all.and(part));
            prop_assert_eq!(merged, whole.until(at + 7));
            let text = serde_json::to_string(&merged).unwrap();
            prop_assert_eq!(serde_json::from_str::<Area>(&text).unwrap(), merged);
        }
    }
}
