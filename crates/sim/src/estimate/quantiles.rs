//! Quantiles of durations from a sketch of bounded size that merges exactly.

use hdrhistogram::Histogram;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Longer durations count as this one: 34 years.
const LONGEST: u64 = (1 << 40) - 1;

/// How often durations of about each length came: lengths that agree in their first `FIGURES` decimal figures share a
/// counter, so that a quantile is too long by at most one part in ten to the power of `FIGURES`. The shortest and the longest
/// are known exactly, and no quantile lies beyond them.
///
/// Its size follows the longest duration: with three figures 100 kB for minutes and hours, 260 kB at most; with two 14
/// and 34 kB. Two sketches with the same counts are the same, whatever way they came to be, and so is their text.
///
/// ```
/// # use pointsman_sim::estimate::Quantiles;
/// let mut waits: Quantiles<3> = Quantiles::new();
/// (1..=1_000).for_each(|wait| waits.add(wait));
/// assert_eq!(waits.at(0.9), Some(900));
/// ```
#[derive(Clone, Debug)]
pub struct Quantiles<const FIGURES: u8> {
    counts: Histogram<u64>,
    /// The shortest and the longest.
    ends: Option<(u64, u64)>,
}

impl<const FIGURES: u8> Quantiles<FIGURES> {
    /// An empty one.
    #[allow(clippy::expect_used, reason = "the number of figures is judged when this is compiled")]
    pub fn new() -> Self {
        const { assert!(FIGURES >= 1 && FIGURES <= 5, "a sketch has 1 to 5 figures") };
        Self { counts: Histogram::new(FIGURES).expect("figures are in range"), ends: None }
    }

    /// Adds a duration, in milliseconds.
    pub fn add(&mut self, value: u64) {
        let value = value.min(LONGEST);
        self.reach((value, value));
        self.add_many(value, 1);
    }

    fn reach(&mut self, (least, most): (u64, u64)) {
        self.ends = Some(self.ends.map_or((least, most), |ends| (ends.0.min(least), ends.1.max(most))));
    }

    fn add_many(&mut self, value: u64, count: u64) {
        // It resizes itself, and all lengths up to the longest have a counter: nothing is refused.
        let added = self.counts.record_n(value, count);
        debug_assert!(added.is_ok(), "{added:?}");
    }

    /// Adds all that was added to another.
    pub fn merge(&mut self, other: &Self) {
        other.ends.into_iter().for_each(|ends| self.reach(ends));
        other.counters().for_each(|(value, count)| self.add_many(value, count));
    }

    /// How many durations there are.
    pub fn count(&self) -> u64 {
        self.counts.len()
    }

    /// The duration that a share `of` all does not exceed, as the longest that shares its counter, but within what was
    /// added; none of none.
    pub fn at(&self, of: f64) -> Option<u64> {
        let (least, most) = self.ends?;
        let count = self.count();
        let rank = (of.clamp(0.0, 1.0) * count as f64 * (1.0 - 1e-12)).ceil().max(1.0);
        // Half a rank lower, so that no rounding in the library asks for the next one.
        Some(self.counts.value_at_quantile((rank - 0.5) / count as f64).clamp(least, most))
    }

    /// Whether its ends are of its first and its last counter.
    fn has_its_ends(&self) -> bool {
        let counters: Vec<u64> = self.counters().map(|(value, _)| value).collect();
        let ends = counters.first().copied().zip(counters.last().copied());
        let counter = |value| self.counts.lowest_equivalent(value);
        let is_rising = self.ends.is_none_or(|(least, most)| least <= most && most <= LONGEST);
        is_rising && ends == self.ends.map(|(least, most)| (counter(least), counter(most)))
    }

    /// Durations in use, as the shortest that shares the counter, with how many there are; ascending.
    pub fn counters(&self) -> impl Iterator<Item = (u64, u64)> {
        let recorded = self.counts.iter_recorded();
        recorded.map(|step| (self.counts.lowest_equivalent(step.value_iterated_to()), step.count_at_value()))
    }
}

impl<const FIGURES: u8> Default for Quantiles<FIGURES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const FIGURES: u8> PartialEq for Quantiles<FIGURES> {
    fn eq(&self, other: &Self) -> bool {
        self.ends == other.ends && self.counters().eq(other.counters())
    }
}

impl<const FIGURES: u8> Eq for Quantiles<FIGURES> {}

/// A sketch in text: the shortest and the longest duration, and the counters in use, ascending.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    figures: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends: Option<(u64, u64)>,
    counts: Vec<(u64, u64)>,
}

impl<const FIGURES: u8> Serialize for Quantiles<FIGURES> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { figures: FIGURES, ends: self.ends, counts: self.counters().collect() }.serialize(serializer)
    }
}

impl<'de, const FIGURES: u8> Deserialize<'de> for Quantiles<FIGURES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        if written.figures != FIGURES {
            let found = written.figures;
            return Err(D::Error::custom(format!("the sketch has {found} figures, expected {FIGURES}")));
        }
        let mut sketch = Self { ends: written.ends, ..Self::new() };
        written.counts.iter().for_each(|(value, count)| sketch.add_many((*value).min(LONGEST), *count));
        // Only what a sketch would write is read: else two texts would be one sketch.
        if !sketch.has_its_ends() || !sketch.counters().eq(written.counts) {
            return Err(D::Error::custom("the counts of the sketch are not in the form it is written in"));
        }
        Ok(sketch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sketch(values: &[u64]) -> Quantiles<3> {
        let mut sketch = Quantiles::new();
        values.iter().for_each(|value| sketch.add(*value));
        sketch
    }

    fn text(sketch: &Quantiles<3>) -> String {
        serde_json::to_string(sketch).unwrap()
    }

    #[test]
    fn short_durations_are_exact() {
        let waits = sketch(&(1..=20).collect::<Vec<u64>>());
        let at = |of| waits.at(of).unwrap();
        assert_eq!([0.0, 0.05, 0.5, 0.55, 0.951, 0.95, 1.0].map(at), [1, 1, 10, 11, 20, 19, 20]);
        assert_eq!(sketch(&[]).at(0.5), None);
    }

    #[test]
    fn no_quantile_lies_beyond_the_ends() {
        let same = sketch(&[1_234_567; 3]);
        assert_eq!([0.0, 0.5, 0.99, 1.0].map(|of| same.at(of)), [Some(1_234_567); 4]);
        let mut both = sketch(&[1_234_567]);
        both.merge(&sketch(&[60_001]));
        assert_eq!([0.5, 1.0].map(|of| both.at(of).unwrap()), [60_031, 1_234_567]);
    }

    #[test]
    fn text_is_the_ends_and_the_counters_in_use() {
        let written = r#"{"figures":3,"ends":[0,1000001],"counts":[[0,1],[5,2],[999936,1]]}"#;
        assert_eq!(text(&sketch(&[5, 0, 5, 1_000_001])), written);
        assert_eq!(text(&sketch(&[])), r#"{"figures":3,"counts":[]}"#);
    }

    #[test]
    fn only_what_it_writes_is_read() {
        let read = |text: &str| serde_json::from_str::<Quantiles<3>>(text).map_err(|error| error.to_string());
        assert!(read(r#"{"figures":2,"counts":[]}"#).unwrap_err().starts_with("the sketch has 2 figures, expected 3"));
        for (ends, counts) in [
            ("[4,5]", "[[5,1],[4,1]]"),
            ("[5,5]", "[[5,1],[5,1]]"),
            ("[1000001,1000001]", "[[1000001,1]]"),
            ("[5,5]", "[[5,0]]"),
            ("[4,5]", "[[5,1]]"),
            ("[5,6]", "[[5,1]]"),
            ("[1000002,1000001]", "[[999936,2]]"),
            ("null", "[[5,1]]"),
            ("[5,5]", "[]"),
        ] {
            assert!(read(&format!(r#"{{"figures":3,"ends":{ends},"counts":{counts}}}"#)).is_err(), "{counts}");
        }
        let both = read(r#"{"figures":3,"ends":[1000001,1000002],"counts":[[999936,2]]}"#).unwrap();
        assert_eq!(both, sketch(&[1_000_002, 1_000_001]));
        assert_eq!(read(r#"{"figures":3,"counts":[]}"#).unwrap(), Quantiles::new());
    }

    #[test]
    fn its_size_is_bounded() {
        let waits = sketch(&[u64::MAX]);
        assert_eq!(waits.at(1.0), Some(LONGEST));
        assert!(waits.counts.distinct_values() * 8 <= 260_000);
        assert!(sketch(&[86_400_000]).counts.distinct_values() * 8 <= 150_000);
        let mut coarse = Quantiles::<2>::new();
        coarse.add(3_600_000);
        assert!(coarse.counts.distinct_values() * 8 <= 18_000);
        coarse.add(u64::MAX);
        assert!(coarse.counts.distinct_values() * 8 <= 36_000);
    }

    proptest! {
        #![proptest_config(crate::estimate::cases(64))]

        #[test]
        fn the_order_of_merging_changes_no_byte(parts in prop::collection::vec(prop::collection::vec(durations(), 0..9), 3)) {
            let [a, b, c] = [0, 1, 2].map(|part: usize| sketch(&parts[part]));
            let merged = |sets: [&Quantiles<3>; 3]| {
                let mut all = Quantiles::new();
                sets.iter().for_each(|set| all.merge(set));
                all
            };
            let all = sketch(&parts.concat());
            for sets in [[&a, &b, &c], [&c, &a, &b], [&b, &c, &a]] {
                prop_assert_eq!(text(&merged(sets)), text(&all));
            }
            prop_assert_eq!(serde_json::from_str::<Quantiles<3>>(&text(&all)).unwrap(), all);
        }

        #[test]
        fn quantiles_are_those_of_the_sorted_list(
            mut values in prop::collection::vec(durations(), 1..200),
            per_mille in 0..=1_000_usize,
        ) {
            let sketch = sketch(&values);
            values.sort_unstable();
            let rank = (per_mille * values.len()).div_ceil(1_000).max(1);
            let (exact, told) = (values[rank - 1], sketch.at(per_mille as f64 / 1_000.0).unwrap());
            prop_assert!(exact <= told && told - exact <= exact / 1_000, "{exact} is told as {told}");
            prop_assert!(told <= values[values.len() - 1], "{told} is longer than all");
        }
    }

    fn durations() -> impl Strategy<Value = u64> {
        (0..40_u32).prop_flat_map(|bits| 0..(1_u64 << bits))
    }
}
