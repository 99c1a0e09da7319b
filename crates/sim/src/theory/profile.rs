//! Arrivals that come and go over the day, and how many tasks are in work when nobody ever waits: M_t/G/infinity.

use super::{Unsolvable, not_negative};

/// A stretch of time over which the arrival rate changes evenly, or not at all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// When it begins.
    pub from: f64,
    /// When it ends.
    pub until: f64,
    /// The arrival rate at its begin.
    pub rate_from: f64,
    /// The arrival rate at its end.
    pub rate_until: f64,
}

impl Stretch {
    /// With the same rate all the time.
    pub fn constant(from: f64, until: f64, rate: f64) -> Self {
        Self { from, until, rate_from: rate, rate_until: rate }
    }

    fn rate(&self, time: f64) -> f64 {
        self.rate_from + (self.rate_until - self.rate_from) * (time - self.from) / (self.until - self.from)
    }

    /// The part of it within some bounds.
    fn part(&self, from: f64, until: f64) -> Option<Self> {
        let (from, until) = (self.from.max(from), self.until.min(until));
        (from < until).then(|| Self { from, until, rate_from: self.rate(from), rate_until: self.rate(until) })
    }

    fn arrivals(&self) -> f64 {
        (self.until - self.from) * (self.rate_from + self.rate_until) / 2.0
    }
}

/// The arrival rate of a non-homogeneous Poisson process: stretches in order, nobody arrives between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    stretches: Vec<Stretch>,
}

impl Profile {
    /// # Errors
    /// When a rate is negative, a stretch ends before it begins, or begins before the one ahead ends.
    pub fn new(stretches: Vec<Stretch>) -> Result<Self, Unsolvable> {
        let mut end = f64::MIN;
        for stretch in &stretches {
            not_negative("the arrival rate", stretch.rate_from)?;
            not_negative("the arrival rate", stretch.rate_until)?;
            let in_order = end <= stretch.from && stretch.from < stretch.until && stretch.until.is_finite();
            if !in_order {
                return Err(Unsolvable::OutOfOrder { at: stretch.from });
            }
            end = stretch.until;
        }
        Ok(Self { stretches })
    }

    /// The highest rate there is.
    pub fn highest_rate(&self) -> f64 {
        self.stretches.iter().map(|stretch| stretch.rate_from.max(stretch.rate_until)).fold(0.0, f64::max)
    }

    /// How many arrive between two instants, on average; the number is Poisson.
    pub fn arrivals(&self, from: f64, until: f64) -> f64 {
        self.stretches.iter().filter_map(|stretch| stretch.part(from, until)).map(|part| part.arrivals()).sum()
    }

    /// How many tasks are in work at `time` when each is taken at once, on average: the integral of the arrival rate at
    /// s by the share of tasks that last longer than time - s. The number is Poisson, so that this is its variance, too
    /// (Eick, Massey and Whitt, "The physics of the M_t/G/infinity queue", 1993).
    ///
    /// `lasting(t)` is the share of handling times above t; it may have jumps. The result is good to nine digits. With the
    /// mean of what is smaller, a handling time or t, in its place the result is all the work up to `time`.
    pub fn mean_busy(&self, time: f64, lasting: impl Fn(f64) -> f64) -> f64 {
        let parts = self.stretches.iter().filter_map(|stretch| stretch.part(f64::MIN, time));
        parts.map(|part| integral(&|at| part.rate(at) * lasting(time - at), part.from, part.until)).sum()
    }
}

/// Every integral begins with so many panels of equal width.
const PANELS: u32 = 64;

/// How often a panel may be halved.
const DEEPEST: u32 = 40;

/// The error allowed of each panel, by the whole.
const TOLERANCE: f64 = 1e-12;

/// The integral of a function that is smooth but for jumps, by Simpson's rule with halving.
fn integral(function: &dyn Fn(f64) -> f64, from: f64, until: f64) -> f64 {
    let width = (until - from) / f64::from(PANELS);
    let edge = |panel: u32| from + width * f64::from(panel);
    let height = (0..=PANELS).map(|panel| function(edge(panel))).fold(0.0, f64::max);
    let within = |tolerance| -> f64 {
        let panel = |panel| Panel::new(function, edge(panel), edge(panel + 1)).refined(function, tolerance, DEEPEST);
        (0..PANELS).map(panel).sum()
    };
    // Most of the area under a long stretch may be empty: a first look tells how large the whole is.
    let rough = within(1e-6 * width * height);
    within(TOLERANCE * rough)
}

/// A piece of an integral: its ends, its middle and the function there.
#[derive(Clone, Copy)]
struct Panel {
    from: f64,
    until: f64,
    first: f64,
    middle: f64,
    last: f64,
}

impl Panel {
    fn new(function: &dyn Fn(f64) -> f64, from: f64, until: f64) -> Self {
        Self { from, until, first: function(from), middle: function(f64::midpoint(from, until)), last: function(until) }
    }

    fn simpson(&self) -> f64 {
        (self.until - self.from) * (self.first + 4.0 * self.middle + self.last) / 6.0
    }

    fn halves(&self, function: &dyn Fn(f64) -> f64) -> [Self; 2] {
        let middle = f64::midpoint(self.from, self.until);
        let half =
            |from, until, first, last| Self { from, until, first, middle: function(f64::midpoint(from, until)), last };
        [half(self.from, middle, self.first, self.middle), half(middle, self.until, self.middle, self.last)]
    }

    /// The integral over it, halved until the halves agree with the whole. The tolerance stays: a jump is in one half
    /// only, and all the others stop at once.
    fn refined(&self, function: &dyn Fn(f64) -> f64, tolerance: f64, deeper: u32) -> f64 {
        let halves = self.halves(function);
        let finer = halves[0].simpson() + halves[1].simpson();
        if deeper == 0 || (finer - self.simpson()).abs() <= tolerance {
            return finer;
        }
        halves.iter().map(|half| half.refined(function, tolerance, deeper - 1)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;
    use crate::portable::{exp, pow};

    fn exponential(time: f64) -> f64 {
        exp(-time)
    }

    fn constant_time(time: f64) -> f64 {
        if time < 1.0 { 1.0 } else { 0.0 }
    }

    /// With exponential handling the number in work obeys m' = rate - m.
    #[test]
    fn exponential_times_are_the_closed_form() {
        let steady = Profile::new(vec![Stretch::constant(0.0, 100.0, 7.0)]).unwrap();
        for time in [0.0, 0.1, 1.0, 3.0, 50.0] {
            assert_close(steady.mean_busy(time, exponential), 7.0 * (1.0 - exp(-time)), 1e-9);
        }
        // After the end it decays.
        assert_close(steady.mean_busy(102.0, exponential), 7.0 * exp(-2.0), 1e-9);
        // Rising evenly from 0: m = rate - (1 - exp(-t)).
        let rising = Stretch { from: 0.0, until: 10.0, rate_from: 0.0, rate_until: 10.0 };
        let rising = Profile::new(vec![rising]).unwrap();
        assert_close(rising.mean_busy(5.0, exponential), 5.0 - (1.0 - exp(-5.0)), 1e-9);
    }

    #[test]
    fn constant_times_count_the_arrivals_of_the_last_one() {
        let steps = vec![Stretch::constant(0.0, 1.3, 2.0), Stretch::constant(1.3, 4.0, 10.0)];
        let profile = Profile::new(steps).unwrap();
        for time in [0.4, 1.0, 1.7, 2.2, 3.9, 4.5, 5.1] {
            let expected = profile.arrivals(time - 1.0, time);
            assert!((profile.mean_busy(time, constant_time) - expected).abs() < 1e-8, "at {time}");
        }
    }

    /// Only the mean handling time counts in the long run.
    #[test]
    fn the_steady_state_is_load() {
        let profile = Profile::new(vec![Stretch::constant(0.0, 1e4, 3.0)]).unwrap();
        let pareto = |time: f64| if time < 1.0 { 1.0 } else { pow(time, -5.0) };
        assert_close(profile.mean_busy(1e4, pareto), 3.0 * 1.25, 1e-8);
    }

    #[test]
    fn arrivals_are_the_area_under_the_rate() {
        let ramp = Stretch { from: 0.0, until: 10.0, rate_from: 1.0, rate_until: 3.0 };
        let profile = Profile::new(vec![ramp, Stretch::constant(12.0, 14.0, 5.0)]).unwrap();
        assert_close(profile.arrivals(0.0, 20.0), 30.0, 1e-14);
        assert_close(profile.arrivals(5.0, 10.0), 12.5, 1e-14);
        assert_close(profile.arrivals(-5.0, 13.0), 25.0, 1e-14);
        assert_eq!(profile.arrivals(10.0, 12.0), 0.0);
    }

    #[test]
    fn stretches_out_of_order_are_refused() {
        let overlapping = vec![Stretch::constant(0.0, 2.0, 1.0), Stretch::constant(1.0, 3.0, 1.0)];
        assert_eq!(Profile::new(overlapping), Err(Unsolvable::OutOfOrder { at: 1.0 }));
        assert!(Profile::new(vec![Stretch::constant(2.0, 2.0, 1.0)]).is_err());
        assert!(Profile::new(vec![Stretch::constant(0.0, 2.0, -1.0)]).is_err());
    }
}
