//! Owns sets of points on an ordered line, such as "above 3, but not 5". Never knows what the points are.

use crate::Number;

/// A set of points, as the places where it begins and ends.
///
/// Whether the line has a point between two of the constants is not known here: a stretch between two different places
/// counts as having one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<T> {
    /// Whether everything before the first cut belongs to the set.
    from_the_start: bool,
    /// INVARIANT: strictly ascending. Each ends what was before it: in becomes out, out becomes in.
    cuts: Vec<Cut<T>>,
}

/// A place just before or just after a point.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cut<T> {
    at: T,
    after: bool,
}

impl<T: Ord + Clone> Line<T> {
    pub(super) const NOTHING: Self = Self { from_the_start: false, cuts: Vec::new() };
    pub(super) const ANYTHING: Self = Self { from_the_start: true, cuts: Vec::new() };

    /// These points and no others.
    pub(super) fn only(mut points: Vec<T>) -> Self {
        points.sort();
        points.dedup();
        let around = |at: T| [Cut { at: at.clone(), after: false }, Cut { at, after: true }];
        Self { from_the_start: false, cuts: points.into_iter().flat_map(around).collect() }
    }

    pub(super) fn below(at: T) -> Self {
        Self { from_the_start: true, cuts: vec![Cut { at, after: false }] }
    }

    pub(super) fn up_to(at: T) -> Self {
        Self { from_the_start: true, cuts: vec![Cut { at, after: true }] }
    }

    pub(super) fn complement(self) -> Self {
        Self { from_the_start: !self.from_the_start, ..self }
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        let mut cuts = Vec::new();
        let start = self.from_the_start && other.from_the_start;
        let mut inside = start;
        self.walk(other, |cut, both| {
            if both != inside {
                cuts.push(cut.clone());
                inside = both;
            }
            false
        });
        Self { from_the_start: start, cuts }
    }

    /// Whether the two may have a point in common.
    pub(super) fn meets(&self, other: &Self) -> bool {
        (self.from_the_start && other.from_the_start) || self.walk(other, |_, both| both)
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.from_the_start && self.cuts.is_empty()
    }

    /// The set without the single points that are not worth keeping. Stretches stay.
    pub(super) fn retain_points(&mut self, mut keep: impl FnMut(&T) -> bool) {
        let mut inside = self.from_the_start;
        let mut kept = Vec::with_capacity(self.cuts.len());
        for cut in self.cuts.drain(..) {
            inside = !inside;
            let is_point = kept.last().is_some_and(|begin: &Cut<T>| !inside && begin.at == cut.at);
            if is_point && !keep(&cut.at) {
                kept.pop();
            } else {
                kept.push(cut);
            }
        }
        self.cuts = kept;
    }

    /// How much there is to look at.
    pub(super) fn size(&self) -> usize {
        self.cuts.len()
    }

    /// Visits the cuts of either set with whether both have what follows, until told to stop; says whether it was. Cuts of
    /// one inside what the other does not have are passed over.
    fn walk(&self, other: &Self, mut stop: impl FnMut(&Cut<T>, bool) -> bool) -> bool {
        let (mut a, mut b) = (0, 0);
        loop {
            let cut = match (self.cuts.get(a), other.cuts.get(b)) {
                (Some(left), Some(right)) => left.min(right),
                (Some(cut), None) | (None, Some(cut)) => cut,
                (None, None) => return false,
            };
            let (own, others) = (self.cuts.get(a) == Some(cut), other.cuts.get(b) == Some(cut));
            a += usize::from(own);
            b += usize::from(others);
            if stop(cut, self.goes_on(a) && other.goes_on(b)) {
                return true;
            }
            if !self.goes_on(a) {
                let Some(next) = self.cuts.get(a) else { return false };
                b += other.cuts[b..].partition_point(|cut| cut < next);
            } else if !other.goes_on(b) {
                let Some(next) = other.cuts.get(b) else { return false };
                a += self.cuts[a..].partition_point(|cut| cut < next);
            }
        }
    }

    /// Whether the set has what follows its first `passed` cuts.
    fn goes_on(&self, passed: usize) -> bool {
        self.from_the_start ^ (passed % 2 == 1)
    }
}

impl Line<Number> {
    /// The same whole numbers, with each cut moved up to the next of them: then a stretch has one for certain.
    pub(super) fn whole(mut self) -> Self {
        for cut in &mut self.cuts {
            if let Some(at) = cut.next_whole() {
                *cut = Cut { at: Number::from(at), after: false };
            }
        }
        let mut kept: Vec<Cut<Number>> = Vec::with_capacity(self.cuts.len());
        for cut in self.cuts {
            // Two cuts at one place have nothing between them.
            if kept.last() == Some(&cut) {
                kept.pop();
            } else {
                kept.push(cut);
            }
        }
        Self { cuts: kept, ..self }
    }
}

impl Cut<Number> {
    /// The first whole number behind the cut, if integers go so far.
    fn next_whole(&self) -> Option<i64> {
        match self.at.as_i64() {
            Some(at) => at.checked_add(i64::from(self.after)),
            None => Number::try_from(self.at.as_f64().ceil()).ok()?.as_i64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sets over five constants: every single stretch, points, and what is left when they are taken away.
    fn sets() -> Vec<Line<i32>> {
        let constants = [10, 20, 30];
        let mut sets = vec![Line::NOTHING, Line::only(vec![30, 10, 30])];
        for at in constants {
            sets.extend([Line::below(at), Line::up_to(at), Line::only(vec![at])]);
        }
        sets.extend(sets.clone().into_iter().map(Line::complement));
        sets
    }

    fn has(set: &Line<i32>, point: i32) -> bool {
        let passed = set.cuts.iter().filter(|cut| cut.at < point || (cut.at == point && !cut.after)).count();
        set.goes_on(passed)
    }

    const POINTS: [i32; 7] = [5, 10, 15, 20, 25, 30, 35];

    #[test]
    fn sets_have_the_points_they_are_made_for() {
        for point in POINTS {
            assert_eq!(has(&Line::below(20), point), point < 20);
            assert_eq!(has(&Line::up_to(20), point), point <= 20);
            assert_eq!(has(&Line::only(vec![20, 10]), point), point == 10 || point == 20);
            assert!(has(&Line::ANYTHING, point) && !has(&Line::NOTHING, point));
        }
    }

    #[test]
    fn operations_agree_with_every_point() {
        for a in sets() {
            for point in POINTS {
                assert_eq!(has(&a.clone().complement(), point), !has(&a, point));
            }
            for b in sets() {
                let both = a.and(&b);
                let common = |point: &i32| has(&a, *point) && has(&b, *point);
                assert!(POINTS.iter().all(|point| has(&both, *point) == common(point)), "{a:?} and {b:?}: {both:?}");
                assert_eq!(a.meets(&b), POINTS.iter().any(common), "{a:?} meets {b:?}");
                assert_eq!(both.is_empty(), !a.meets(&b));
                assert!(both.cuts.is_sorted_by(|x, y| x < y));
            }
        }
    }

    #[test]
    fn single_points_can_be_taken_out() {
        let mut set = Line::only(vec![10, 20, 30]).complement().and(&Line::up_to(30));
        let before = set.clone();
        set.retain_points(|_| false);
        assert_eq!(set, before, "there are only stretches");
        let mut points = Line::only(vec![10, 20, 30]);
        points.retain_points(|point| *point == 20);
        assert_eq!(points, Line::only(vec![20]));
        let mut begun = Line::below(10).complement().and(&Line::only(vec![10, 15]));
        begun.retain_points(|point| *point > 10);
        assert_eq!(begun, Line::only(vec![15]));
    }

    #[test]
    fn whole_numbers_leave_no_gap_between_neighbours() {
        let float = |value: f64| Number::try_from(value).unwrap();
        let above = |at: Number| Line::up_to(at).complement();
        let none = [
            above(8.into()).and(&Line::below(9.into())),
            above(float(8.2)).and(&Line::below(float(8.8))),
            Line::only(vec![float(1.5), float(-0.5)]),
            Line::only(vec![float(1e300)]).and(&Line::below(0.into())),
        ];
        for set in none {
            assert!(set.clone().whole().is_empty(), "{set:?}");
        }
        let some = [
            above(8.into()).and(&Line::up_to(9.into())),
            above(float(8.2)).and(&Line::below(float(9.2))),
            Line::only(vec![Number::from(i64::MAX)]),
            Line::only(vec![Number::from(i64::MIN)]),
            above(Number::from(i64::MAX)),
            Line::only(vec![float(1e300)]),
        ];
        for set in some {
            assert!(!set.clone().whole().is_empty(), "{set:?}");
        }
        assert_eq!(
            Line::only(vec![1.into(), 2.into()]).whole(),
            Line::below(3.into()).and(&Line::below(1.into()).complement())
        );
    }
}
