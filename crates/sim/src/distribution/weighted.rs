//! Choosing among several things by weight. What the things are, it does not know.

use serde::ser::{Serialize, SerializeSeq, Serializer};

use crate::random::Stream;

/// Weights of which at least one is above 0. Written as they were given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Weights {
    given: Vec<f64>,
    /// The share of all weights up to each and with it: the last one is 1.
    up_to: Vec<f64>,
}

impl Weights {
    /// None when all of them are 0, or when they are too large to be added.
    pub(crate) fn new(given: Vec<f64>) -> Option<Self> {
        let total: f64 = given.iter().sum();
        let mut sum = 0.0;
        let running = given.iter().map(|weight| {
            sum += weight;
            sum / total
        });
        let up_to = running.collect();
        (total > 0.0 && total.is_finite()).then_some(Self { given, up_to })
    }

    /// The share of each.
    pub(crate) fn shares(&self) -> impl Iterator<Item = f64> + Clone {
        let total: f64 = self.given.iter().sum();
        self.given.iter().map(move |weight| weight / total)
    }

    /// One of the places, and how far into its share the draw fell: from 0 to 1.
    pub(super) fn pick(&self, stream: &mut Stream) -> (usize, f64) {
        let unit = stream.unit();
        // INVARIANT: the last share ends at 1 and a unit lies below 1, so a place is found.
        let place = self.up_to.partition_point(|end| *end <= unit);
        let start = if place == 0 { 0.0 } else { self.up_to[place - 1] };
        (place, (unit - start) / (self.up_to[place] - start))
    }
}

impl Serialize for Weights {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.given.serialize(serializer)
    }
}

/// Things with their weights.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Weighted<T> {
    values: Vec<T>,
    weights: Weights,
}

impl<T> Weighted<T> {
    /// None as with [`Weights::new`].
    pub(crate) fn new(entries: Vec<(T, f64)>) -> Option<Self> {
        let (values, weights): (Vec<T>, Vec<f64>) = entries.into_iter().unzip();
        Weights::new(weights).map(|weights| Self { values, weights })
    }

    /// One of the things.
    pub(crate) fn pick(&self, stream: &mut Stream) -> &T {
        &self.values[self.weights.pick(stream).0]
    }

    /// Each of the things and its share.
    pub(crate) fn shares(&self) -> impl Iterator<Item = (&T, f64)> + Clone {
        self.values.iter().zip(self.weights.shares())
    }

    /// Each of the things.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.values.iter()
    }

    /// A mapping per thing: its weight, and itself under a key.
    pub(super) fn serialize_as<S: Serializer>(&self, key: &'static str, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Serialize,
    {
        let mut list = serializer.serialize_seq(Some(self.values.len()))?;
        for (value, weight) in self.given() {
            list.serialize_element(&Entry { weight, key, value })?;
        }
        list.end()
    }

    /// Each of the things and its weight as it was given.
    pub(super) fn given(&self) -> impl Iterator<Item = (&T, f64)> {
        self.values.iter().zip(self.weights.given.iter().copied())
    }
}

struct Entry<'a, T> {
    weight: f64,
    key: &'static str,
    value: &'a T,
}

impl<T: Serialize> Serialize for Entry<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut entry = serializer.serialize_map(Some(2))?;
        entry.serialize_entry("weight", &self.weight)?;
        entry.serialize_entry(self.key, self.value)?;
        entry.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Kind, Purpose, Streams};

    #[test]
    fn each_comes_as_often_as_its_weight_says_and_never_without_one() {
        let things = Weighted::new(vec![("a", 0.0), ("b", 3.0), ("c", 0.0), ("d", 1.0), ("e", 0.0)]).unwrap();
        let mut stream = Streams::new(7, 0).entity(Kind::Run, "weights").stream(Purpose::Attribute);
        let drawn: Vec<&str> = (0..40_000).map(|_| *things.pick(&mut stream)).collect();
        let times = |name| drawn.iter().filter(|drawn| **drawn == name).count();
        assert_eq!(times("b") + times("d"), 40_000);
        assert!(times("d").abs_diff(10_000) < 450, "{}", times("d"));
    }

    #[test]
    fn without_any_weight_there_is_nothing_to_choose() {
        assert_eq!(Weights::new(vec![]), None);
        assert_eq!(Weights::new(vec![0.0, 0.0]), None);
        assert_eq!(Weights::new(vec![f64::MAX, f64::MAX]), None);
    }
}
