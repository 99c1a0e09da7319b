//! One stream of random numbers: the generator, and the three ways to ask it. It knows no seed and no entity.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

/// Numbers of the generator Pcg64Mcg.
#[derive(Clone, Debug)]
pub(crate) struct Stream(Pcg64Mcg);

impl Stream {
    /// The stream that begins with this state.
    pub(super) fn new(state: u128) -> Self {
        Self(Pcg64Mcg::new(state))
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number above 0 and below 1: one of 2^52, evenly spaced, each equally likely.
    #[allow(clippy::cast_precision_loss, reason = "52 bits and a half fit into the 53 of a float")]
    pub(crate) fn unit(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 52) as f64;
        ((self.bits() >> 12) as f64 + 0.5) * STEP
    }

    /// A whole number from 0 to `count` - 1, each equally likely; 0 when there is none.
    pub(crate) fn below(&mut self, count: u64) -> u64 {
        // Lemire's method: the upper half of a product is the number, the lower half says whether it has to be drawn
        // again so that none is favoured.
        loop {
            let product = u128::from(self.bits()) * u128::from(count);
            let lower = product & u128::from(u64::MAX);
            if lower >= u128::from(count) || lower >= u128::from(count.wrapping_neg() % count.max(1)) {
                return u64::try_from(product >> 64).unwrap_or(0);
            }
        }
    }

    /// Whether something of this probability happens.
    pub(crate) fn bernoulli(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fixed beginning, so that these values do not depend on how seeds are made.
    fn stream() -> Stream {
        Stream::new(0x0123_4567_89ab_cdef_fedc_ba98_7654_3210)
    }

    /// When this fails, the generator or a range draws otherwise than before: every random scenario gives other figures
    /// from now on. Say so in the changelog before writing the new values here.
    #[test]
    fn the_numbers_are_those_of_before() {
        let mut stream = stream();
        let bits = [stream.bits(), stream.bits()];
        let units = [stream.unit().to_bits(), stream.unit().to_bits()];
        let ranges = [10, 1_000_003, u64::MAX, (1 << 63) + 1].map(|count| stream.below(count));
        let found = (bits, units, ranges);
        let before = (
            [0x6abb_d688_9549_fbb3, 0x626e_1dda_78d0_5f1a],
            [0x3fd8_6c90_cfb1_1ce2, 0x3fcc_62f3_985a_904c],
            [2, 296_613, 0x15f9_3734_f39b_7f0e, 0x41fa_a838_ec5a_39b5],
        );
        assert_eq!(found, before, "{found:#x?}");
    }

    #[test]
    fn units_lie_strictly_between_0_and_1() {
        #[allow(clippy::cast_precision_loss, reason = "the same conversion as above")]
        let unit = |bits: u64| ((bits >> 12) as f64 + 0.5) / (1_u64 << 52) as f64;
        assert!(unit(0) > 0.0 && unit(u64::MAX) < 1.0);
        let mut stream = stream();
        let mean = (0..100_000).map(|_| stream.unit()).sum::<f64>() / 100_000.0;
        assert!((mean - 0.5).abs() < 0.005, "{mean}");
    }

    #[test]
    fn no_number_of_a_range_is_favoured() {
        let mut stream = stream();
        for count in [1_u64, 2, 3, 7, 10] {
            let mut seen = vec![0_u32; usize::try_from(count).unwrap()];
            (0..count * 10_000).for_each(|_| seen[usize::try_from(stream.below(count)).unwrap()] += 1);
            // Five standard deviations of a count of 10,000.
            assert!(seen.iter().all(|times| times.abs_diff(10_000) < 500), "{count}: {seen:?}");
        }
    }

    /// Three quarters of the largest range: without drawing again, the first third would come twice as often.
    #[test]
    fn no_number_of_a_large_range_is_favoured() {
        let mut stream = stream();
        let count = 3 << 62;
        let low = (0..30_000).filter(|_| stream.below(count) < 1 << 62).count();
        assert!(low.abs_diff(10_000) < 500, "{low}");
    }

    #[test]
    fn certain_and_impossible_things_are_so() {
        let mut stream = stream();
        assert!((0..1_000).all(|_| stream.bernoulli(1.0) && !stream.bernoulli(0.0)));
        let often = (0..100_000).filter(|_| stream.bernoulli(0.3)).count();
        assert!(often.abs_diff(30_000) < 800, "{often}");
    }

    #[test]
    fn nothing_is_below_zero() {
        assert_eq!(stream().below(0), 0);
    }
}
