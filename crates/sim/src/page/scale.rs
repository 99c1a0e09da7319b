//! Times as places on a line: per cent of its length, in whole numbers, so that every platform draws the same.

use std::time::Duration;

/// At most this many steps on an axis.
const MOST_STEPS: u128 = 9;

/// Steps that people count in, in milliseconds; beyond the last one, whole days.
const STEPS: [u128; 27] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
    900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, DAY,
];

const DAY: u128 = 86_400_000;

/// A line from 0 to the end of the run.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    end: u128,
}

impl Scale {
    /// A run without length is drawn as one second.
    pub(super) fn new(end: Duration) -> Self {
        let end = end.as_millis();
        Self { end: if end == 0 { 1_000 } else { end } }
    }

    /// Per cent of the line: `12.345%`.
    pub(super) fn place(self, at: Duration) -> String {
        let thousandths = at.as_millis().min(self.end) * 100_000 / self.end;
        format!("{}.{:03}%", thousandths / 1_000, thousandths % 1_000)
    }

    /// The instants to write on the axis.
    pub(super) fn ticks(self) -> Vec<Duration> {
        let step = STEPS.into_iter().find(|step| self.end / step <= MOST_STEPS);
        let step = step.unwrap_or_else(|| self.end.div_ceil(MOST_STEPS * DAY) * DAY);
        let millis = (0..=self.end / step).map(|count| u64::try_from(count * step).unwrap_or(u64::MAX));
        millis.map(Duration::from_millis).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_exact_per_cent() {
        let scale = Scale::new(Duration::from_secs(90));
        assert_eq!(scale.place(Duration::ZERO), "0.000%");
        assert_eq!(scale.place(Duration::from_secs(30)), "33.333%");
        assert_eq!(scale.place(Duration::from_secs(90)), "100.000%");
        assert_eq!(scale.place(Duration::from_secs(900)), "100.000%");
        assert_eq!(Scale::new(Duration::ZERO).place(Duration::ZERO), "0.000%");
    }

    #[test]
    fn an_axis_has_few_round_ticks_from_a_millisecond_to_a_century() {
        let mut end = Duration::from_millis(1);
        while end < Duration::from_secs(3_200_000_000) {
            let ticks = Scale::new(end).ticks();
            assert!((2..=10).contains(&ticks.len()), "{end:?}: {ticks:?}");
            assert!(ticks.first() == Some(&Duration::ZERO) && ticks.last() <= Some(&end));
            end = end * 7 / 5 + Duration::from_millis(1);
        }
        assert_eq!(Scale::new(Duration::from_secs(180)).ticks()[1], Duration::from_secs(30));
    }
}
