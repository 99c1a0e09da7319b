//! One worker, any law of handling times: the formula of Pollaczek and Khinchine.

use super::{Unsolvable, below_capacity, not_negative, positive};

/// M/G/1: Poisson arrivals, one worker, everybody waits; the handling time counts by its mean and its variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MG1 {
    arrival_rate: f64,
    load: f64,
    mean_wait: f64,
}

impl MG1 {
    /// The mean wait is lambda E\[S^2\] / (2 (1 - rho)) (Pollaczek 1930, Khinchine 1932).
    ///
    /// # Errors
    /// When a figure is out of its range, or the worker is offered all he can do, or more.
    pub fn new(arrival_rate: f64, mean: f64, variance: f64) -> Result<Self, Unsolvable> {
        positive("the arrival rate", arrival_rate)?;
        positive("the mean handling time", mean)?;
        not_negative("the variance of the handling time", variance)?;
        let load = below_capacity(arrival_rate * mean, 1)?;
        let mean_wait = arrival_rate * (variance + mean * mean) / (2.0 * (1.0 - load));
        Ok(Self { arrival_rate, load, mean_wait })
    }

    /// M/D/1: every task takes the same time.
    ///
    /// # Errors
    /// As [`MG1::new`].
    pub fn constant(arrival_rate: f64, time: f64) -> Result<Self, Unsolvable> {
        Self::new(arrival_rate, time, 0.0)
    }

    /// By mean and coefficient of variation, whatever the law: M/lognormal/1, M/gamma/1.
    ///
    /// # Errors
    /// As [`MG1::new`].
    pub fn varying(arrival_rate: f64, mean: f64, variation: f64) -> Result<Self, Unsolvable> {
        not_negative("the coefficient of variation", variation)?;
        Self::new(arrival_rate, mean, mean * mean * variation * variation)
    }

    /// The share of tasks that wait, which is the share of the time that the worker is busy.
    pub fn delayed(&self) -> f64 {
        self.load
    }

    /// The mean wait of all tasks.
    pub fn mean_wait(&self) -> f64 {
        self.mean_wait
    }

    /// How many tasks wait, on average (Little).
    pub fn mean_queue(&self) -> f64 {
        self.arrival_rate * self.mean_wait
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ErlangC, assert_close};
    use super::*;
    use crate::portable::exp;

    #[test]
    fn exponential_times_make_it_erlang_c() {
        let queue = MG1::varying(0.8, 1.0, 1.0).unwrap();
        let same = ErlangC::new(0.8, 1.0, 1).unwrap();
        assert_close(queue.mean_wait(), same.mean_wait(), 1e-14);
        assert_close(queue.delayed(), same.delayed(), 1e-14);
        assert_close(queue.mean_queue(), same.mean_queue(), 1e-14);
    }

    /// Constant times halve the wait; at rho = 0.9 it is 4.5 handling times.
    #[test]
    fn constant_times_wait_half_as_long() {
        assert_close(MG1::constant(0.9, 1.0).unwrap().mean_wait(), 4.5, 1e-12);
        assert_close(MG1::constant(0.45, 2.0).unwrap().mean_wait(), 9.0, 1e-12);
    }

    /// The wait after n arrivals by Lindley's recursion, the law of the wait on a grid: M/D/1 without any formula.
    #[test]
    fn constant_times_are_what_lindley_gives() {
        // Handling takes 40 cells. Arrivals are exponential: cut into cells, the gap is geometric.
        let (cells, rho) = (40_usize, 0.5);
        let stay = exp(-rho / cells as f64);
        let mut wait = vec![0.0; 2_000];
        wait[0] = 1.0;
        for _ in 0..400 {
            let mut next = vec![0.0; wait.len()];
            // What is left at the next arrival, cell by cell from the longest: each cell passes with chance `stay`.
            let mut alive = 0.0;
            for left in (0..wait.len()).rev() {
                alive += if left >= cells { wait[left - cells] } else { 0.0 };
                let ends = if left == 0 { alive } else { alive * (1.0 - stay) };
                next[left] += ends;
                alive -= ends;
            }
            wait = next;
        }
        let mean: f64 = wait.iter().enumerate().map(|(n, share)| n as f64 * share).sum();
        // Gaps are rounded down to cells, which the first order of the cell width corrects for.
        assert_close(mean / cells as f64, MG1::constant(rho, 1.0).unwrap().mean_wait(), 0.06);
    }

    #[test]
    fn full_load_is_refused_with_the_figure() {
        assert_eq!(MG1::constant(2.0, 0.5), Err(Unsolvable::Overloaded { load: 1.0, workers: 1 }));
        assert!(MG1::new(1.0, 0.5, -0.1).is_err());
    }
}
