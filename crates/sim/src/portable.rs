//! Functions of real numbers whose results are the same bits on every platform; those of the standard library are not,
//! but for `sqrt`, which the floating point standard pins. Whatever decides about a run calls these.

use special::Gamma as _;

/// The natural logarithm.
pub(crate) fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// e to the power of `x`.
pub(crate) fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// e to the power of `x`, less one: exact for small `x`.
pub(crate) fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// `base` to the power of `exponent`.
pub(crate) fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

/// The gamma function, which is (n - 1)! for whole numbers.
pub(crate) fn gamma(x: f64) -> f64 {
    libm::tgamma(x)
}

/// The share of a gamma distribution of this shape, with scale 1, that lies up to `x`.
pub(crate) fn gamma_up_to(shape: f64, x: f64) -> f64 {
    // The library computes on `libm`, too.
    if x > 0.0 { x.inc_gamma(shape) } else { 0.0 }
}

/// The share of the standard normal distribution that lies up to `x`.
pub(crate) fn normal_up_to(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When this fails, the library behind these functions computes otherwise than before: every random scenario gives
    /// other figures from now on. Say so in the changelog before writing the new values here.
    #[test]
    fn the_bits_are_those_of_before() {
        let values = [
            ln(2.0),
            ln(1e-300),
            ln(0.123_456_789),
            exp(1.0),
            exp(-700.5),
            exp(0.3),
            pow(2.5, 3.25),
            pow(1e-5, 0.1),
            pow(0.7, -20.5),
            gamma(5.0),
            gamma(1.5),
            gamma(0.01),
        ];
        let before = [
            0x3fe6_2e42_fefa_39ef,
            0xc085_9634_47f8_7fb5,
            0xc000_bc23_3add_5d72,
            0x4005_bf0a_8b14_576a,
            0x00c4_ff47_5c68_ca02,
            0x3ff5_9905_8c8c_1a96,
            0x4033_a5bb_d4fd_a54b,
            0x3fd4_3d13_6248_490e,
            0x4097_67b3_9734_416c,
            0x4038_0000_0000_0000,
            0x3fec_5bf8_91b4_ef6d,
            0x4058_dbaf_797e_df3b_u64,
        ];
        let bits = values.map(f64::to_bits);
        assert_eq!(bits, before, "{bits:#x?}");
    }
}
