//! Workers alike and a queue with an end: M/M/c/K. Who finds it full is turned away.

use super::erlang::lost;
use super::sums::Sums;
use super::{Unsolvable, positive};

/// M/M/c/K: Poisson arrivals, exponential handling times, `c` workers alike, room for K tasks, those in work included.
/// With K = c it is Erlang B. Stable at any load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    arrival_rate: f64,
    load: f64,
    workers: u32,
    blocked: f64,
    /// The share of arrivals that find all workers busy, turned away or not.
    full: f64,
    mean_queue: f64,
}

impl Bounded {
    /// By the balance of the chain of states (any textbook, as Gross and Harris, "Fundamentals of Queueing Theory").
    ///
    /// # Errors
    /// When a rate or the number of workers is not above zero, there is less room than workers, or so much room that the
    /// sum has no end worth waiting for.
    pub fn new(arrival_rate: f64, handling_rate: f64, workers: u32, room: u32) -> Result<Self, Unsolvable> {
        positive("the arrival rate", arrival_rate)?;
        positive("the handling rate", handling_rate)?;
        positive("the number of workers", f64::from(workers))?;
        let Some(queue) = room.checked_sub(workers) else { return Err(Unsolvable::NoRoomForWorkers { room, workers }) };
        let load = arrival_rate / handling_rate;
        let ratio = load / f64::from(workers);
        let last = u64::from(queue);
        let waiting = |n: u64| [1.0, n as f64, if n == last { 1.0 } else { 0.0 }];
        let sums = Sums::new(Some(last + 1), |_| ratio, waiting)?;
        let lost = lost(workers, load);
        let total = sums.scaled((1.0 - lost) / lost) + sums.sums[0];
        let [full, mean_queue, blocked] = sums.sums.map(|sum| sum / total);
        Ok(Self { arrival_rate, load, workers, blocked, full, mean_queue })
    }

    /// The share of tasks turned away.
    pub fn blocked(&self) -> f64 {
        self.blocked
    }

    /// The share of the admitted tasks that wait.
    pub fn delayed(&self) -> f64 {
        (self.full - self.blocked) / (1.0 - self.blocked)
    }

    /// The mean wait of the admitted tasks (Little).
    pub fn mean_wait(&self) -> f64 {
        self.mean_queue / (self.arrival_rate * (1.0 - self.blocked))
    }

    /// How many tasks wait, on average.
    pub fn mean_queue(&self) -> f64 {
        self.mean_queue
    }

    /// The share of their time that workers are busy.
    pub fn occupancy(&self) -> f64 {
        self.load * (1.0 - self.blocked) / f64::from(self.workers)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ErlangC, assert_close, chain::Chain, erlang_b};
    use super::*;

    #[test]
    fn all_is_what_the_chain_of_states_gives() {
        for (load, workers, room) in [(0.9, 1, 5), (18.0, 20, 25), (20.0, 20, 60), (40.0, 20, 1_500), (3.0, 4, 4)] {
            let (full, last) = (workers as usize, room as usize);
            let chain = Chain::new(last, |_| load, |n| n.min(full) as f64);
            let queue = Bounded::new(load, 1.0, workers, room).unwrap();
            let admitted = 1.0 - chain.share(last);
            assert_close(queue.blocked(), chain.share(last), 1e-10);
            assert_close(queue.mean_queue(), chain.mean_above(full), 1e-10);
            assert_close(queue.mean_wait(), chain.mean_above(full) / (load * admitted), 1e-10);
            let delayed = (chain.share_from(full) - chain.share(last)) / admitted;
            assert!((queue.delayed() - delayed).abs() < 1e-10);
        }
    }

    /// M/M/1/K at rho = 1: all states are alike.
    #[test]
    fn one_worker_at_full_load_is_the_closed_form() {
        let queue = Bounded::new(1.0, 1.0, 1, 9).unwrap();
        assert_close(queue.blocked(), 0.1, 1e-14);
        assert_close(queue.mean_queue(), 3.6, 1e-14);
    }

    #[test]
    fn without_a_queue_it_is_erlang_b_and_with_a_long_one_erlang_c() {
        let lossy = Bounded::new(18.0, 1.0, 20, 20).unwrap();
        assert_close(lossy.blocked(), erlang_b(20, 18.0).unwrap(), 1e-13);
        assert_eq!((lossy.delayed(), lossy.mean_wait()), (0.0, 0.0));
        let long = Bounded::new(18.0, 1.0, 20, u32::MAX).unwrap();
        let endless = ErlangC::new(18.0, 1.0, 20).unwrap();
        assert_eq!(long.blocked(), 0.0);
        assert_close(long.delayed(), endless.delayed(), 1e-13);
        assert_close(long.mean_wait(), endless.mean_wait(), 1e-12);
    }

    #[test]
    fn long_overloaded_queues_overflow_nothing() {
        let queue = Bounded::new(40.0, 1.0, 20, 1_000_000).unwrap();
        assert_close(queue.blocked(), 0.5, 1e-12);
        assert_close(queue.mean_queue(), 1_000_000.0 - 20.0 - 1.0, 1e-9);
        assert_eq!(Bounded::new(1.0, 1.0, 5, 4), Err(Unsolvable::NoRoomForWorkers { room: 4, workers: 5 }));
    }
}
