//! Levels over intervals of equal length.

use crate::simulation::Time;

/// The levels that the report draws over the day.
#[derive(Clone, Debug)]
pub(crate) struct Bins {
    width: Time,
    pub(crate) waiting: Binned,
    pub(crate) present: Binned,
    pub(crate) busy: Binned,
}

/// The area of a level in each interval, in milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct Binned {
    width: Time,
    level: u64,
    since: Time,
    pub(crate) areas: Vec<u64>,
}

impl Bins {
    pub(super) fn new(width: Time) -> Self {
        let binned = || Binned { width, level: 0, since: 0, areas: Vec::new() };
        Self { width, waiting: binned(), present: binned(), busy: binned() }
    }

    /// How long an interval is.
    pub(crate) fn width(&self) -> Time {
        self.width
    }

    pub(super) fn place(&self, at: Time) -> usize {
        usize::try_from(at / self.width).unwrap_or(usize::MAX)
    }

    pub(super) fn end(&mut self, now: Time) {
        [&mut self.waiting, &mut self.present, &mut self.busy].into_iter().for_each(|binned| binned.set(now, 0));
    }
}

impl Binned {
    pub(super) fn set(&mut self, now: Time, level: u64) {
        while self.since < now {
            let place = usize::try_from(self.since / self.width).unwrap_or(usize::MAX);
            let end = now.min((self.since / self.width + 1) * self.width);
            if self.areas.len() <= place {
                self.areas.resize(place + 1, 0);
            }
            self.areas[place] += self.level * (end - self.since);
            self.since = end;
        }
        self.level = level;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_cut_at_the_borders() {
        let mut bins = Bins::new(10);
        [(3, 2), (25, 1), (28, 0), (35, 4)].into_iter().for_each(|(at, level)| bins.waiting.set(at, level));
        bins.end(41);
        assert_eq!(bins.waiting.areas, [14, 20, 13, 20, 4]);
        assert_eq!((bins.place(9), bins.place(10)), (0, 1));
    }
}
