//! Workers alike, tasks that arrive at random and take an exponential time: lost when all are busy (Erlang B), or
//! waiting without end (Erlang C).

use super::{Unsolvable, below_capacity, not_negative, positive, probability};
use crate::portable::{exp, ln};

/// The share of tasks lost when `load` erlangs are offered to `workers` workers and nobody waits: M/M/c/c, and M/G/c/c
/// as well, since only the mean handling time counts.
///
/// By the recursion B(n) = a B(n-1) / (n + a B(n-1)), which only ever multiplies and divides shares: it cannot overflow,
/// and its relative error stays near that of one operation (A. K. Erlang 1917; Jagerman 1974).
///
/// # Errors
/// When the load is negative or not a number.
pub fn erlang_b(workers: u32, load: f64) -> Result<f64, Unsolvable> {
    not_negative("the offered load", load)?;
    Ok(lost(workers, load))
}

/// Erlang B of a load that was judged.
pub(super) fn lost(workers: u32, load: f64) -> f64 {
    let mut lost = 1.0;
    for n in 1..=workers {
        if lost == 0.0 {
            break;
        }
        lost = load * lost / (f64::from(n) + load * lost);
    }
    lost
}

/// M/M/c: Poisson arrivals, exponential handling times, `c` workers alike, everybody waits.
///
/// ```
/// # use pointsman_sim::theory::ErlangC;
/// // 20 calls in half an hour, four minutes each, five agents.
/// let queue = ErlangC::new(20.0 / 1_800.0, 1.0 / 240.0, 5)?;
/// assert_eq!(format!("{:.3} wait, {:.1} s on average", queue.delayed(), queue.mean_wait()), "0.162 wait, 16.6 s on average");
/// # Ok::<(), pointsman_sim::theory::Unsolvable>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErlangC {
    arrival_rate: f64,
    load: f64,
    delayed: f64,
    workers: u32,
    /// How fast a queue shrinks: the rate at which all workers together finish, less that of arrivals.
    drain: f64,
}

impl ErlangC {
    /// # Errors
    /// When a rate is not above zero, or the offered load is not below the number of workers.
    pub fn new(arrival_rate: f64, handling_rate: f64, workers: u32) -> Result<Self, Unsolvable> {
        positive("the arrival rate", arrival_rate)?;
        positive("the handling rate", handling_rate)?;
        let load = below_capacity(arrival_rate / handling_rate, workers)?;
        let drain = f64::from(workers) * handling_rate - arrival_rate;
        Ok(Self { arrival_rate, load, delayed: delayed(workers, load), workers, drain })
    }

    /// The share of tasks that wait: C = c B / (c - a (1 - B)).
    pub fn delayed(&self) -> f64 {
        self.delayed
    }

    /// The mean wait of all tasks: C / (c mu - lambda).
    pub fn mean_wait(&self) -> f64 {
        self.delayed / self.drain
    }

    /// The mean wait of those that wait at all.
    pub fn mean_wait_of_delayed(&self) -> f64 {
        1.0 / self.drain
    }

    /// How many tasks wait, on average (Little).
    pub fn mean_queue(&self) -> f64 {
        self.arrival_rate * self.mean_wait()
    }

    /// The share of their time that workers are busy.
    pub fn occupancy(&self) -> f64 {
        self.load / f64::from(self.workers)
    }

    /// The share of tasks that wait no longer than `time`: 1 - C exp(-(c mu - lambda) t).
    pub fn within(&self, time: f64) -> f64 {
        if time < 0.0 { 0.0 } else { 1.0 - self.delayed * exp(-self.drain * time) }
    }

    /// The wait that a share `of` the tasks does not exceed; zero when more are served at once.
    ///
    /// # Errors
    /// When `of` is not from 0 to below 1: no wait is long enough for all.
    pub fn quantile(&self, of: f64) -> Result<f64, Unsolvable> {
        probability("the share of a quantile", of)?;
        if of == 1.0 {
            return Err(Unsolvable::NotAProbability { what: "the share of a quantile (below 1)", value: of });
        }
        Ok((ln(self.delayed / (1.0 - of)) / self.drain).max(0.0))
    }
}

/// Erlang C of a load below the number of workers.
pub(super) fn delayed(workers: u32, load: f64) -> f64 {
    let lost = lost(workers, load);
    let workers = f64::from(workers);
    workers * lost / (workers - load * (1.0 - lost))
}

#[cfg(test)]
mod tests {
    use super::super::{assert_close, chain::Chain};
    use super::*;

    /// Erlang B tables, as in Angus, "An Introduction to Erlang B and Erlang C" (2001), and any textbook: the load that
    /// loses one per cent.
    #[test]
    fn erlang_b_is_that_of_the_tables() {
        for (workers, load) in [(1, 0.0101), (2, 0.153), (5, 1.36), (10, 4.46), (20, 12.03), (50, 37.9), (100, 84.06)] {
            let lost = erlang_b(workers, load).unwrap();
            assert!((lost - 0.01).abs() < 1e-4, "{workers} workers lose {lost} of {load} erlangs");
        }
    }

    /// The worked example of the Erlang C calculators: 100 calls in half an hour, 3 minutes each, hence 10 erlangs.
    #[test]
    fn erlang_c_is_that_of_the_textbook() {
        let queue = ErlangC::new(100.0 / 1_800.0, 1.0 / 180.0, 14).unwrap();
        assert_close(queue.delayed(), 0.174, 0.002);
        assert_close(queue.within(20.0), 0.888, 0.001);
        assert_close(queue.mean_wait(), 7.8, 0.01);
    }

    #[test]
    fn one_worker_is_the_closed_form() {
        let queue = ErlangC::new(0.8, 1.0, 1).unwrap();
        assert_close(queue.delayed(), 0.8, 1e-14);
        assert_close(queue.mean_wait(), 4.0, 1e-14);
        assert_close(queue.mean_queue(), 3.2, 1e-14);
        assert_close(erlang_b(1, 0.8).unwrap(), 0.8 / 1.8, 1e-14);
    }

    #[test]
    fn both_are_what_the_chain_of_states_gives() {
        for (arrivals, workers) in [(0.5, 1), (3.0, 4), (18.0, 20), (19.5, 20)] {
            let busy = |n: usize| (n.min(workers as usize)) as f64;
            let lossy = Chain::new(workers as usize, |_| arrivals, busy);
            assert_close(erlang_b(workers, arrivals).unwrap(), lossy.share_from(workers as usize), 1e-12);
            let endless = Chain::new(6_000, |_| arrivals, busy);
            let queue = ErlangC::new(arrivals, 1.0, workers).unwrap();
            assert_close(queue.delayed(), endless.share_from(workers as usize), 1e-9);
            assert_close(queue.mean_queue(), endless.mean_above(workers as usize), 1e-9);
        }
    }

    #[test]
    fn quantiles_turn_shares_around() {
        let queue = ErlangC::new(18.0, 1.0, 20).unwrap();
        for share in [0.5, 0.8, 0.9, 0.99, 0.999_999] {
            assert_close(queue.within(queue.quantile(share).unwrap()), share, 1e-12);
        }
        assert_eq!(queue.quantile(0.3).unwrap(), 0.0);
        assert!(queue.quantile(1.0).is_err());
        assert_eq!(queue.within(-1.0), 0.0);
        assert_close(queue.within(0.0), 1.0 - queue.delayed(), 1e-15);
    }

    #[test]
    fn a_million_workers_overflow_nothing() {
        let load = 1e6;
        let lost = erlang_b(1_000_000, load).unwrap();
        // B(n, n) tends to sqrt(2 / (pi n)).
        assert_close(lost, (2.0 / (std::f64::consts::PI * load)).sqrt(), 1e-3);
        assert_eq!(erlang_b(1_000_000, 1e3).unwrap(), 0.0);
        assert_eq!(ErlangC::new(1e3, 1.0, 1_000_000).unwrap().delayed(), 0.0);
        assert_close(erlang_b(10, 1e12).unwrap(), 1.0, 1e-9);
    }

    #[test]
    fn without_workers_all_is_lost() {
        assert_eq!(erlang_b(0, 3.0).unwrap(), 1.0);
        assert_eq!(erlang_b(0, 0.0).unwrap(), 1.0);
        assert_eq!(erlang_b(1, 0.0).unwrap(), 0.0);
        assert_eq!(ErlangC::new(1.0, 1.0, 0).unwrap_err(), Unsolvable::Overloaded { load: 1.0, workers: 0 });
    }
}
