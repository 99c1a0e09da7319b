//! The normal distribution by inversion: one number of the stream makes one draw, and a larger number a larger draw, so
//! that two runs with common random numbers stay close to each other.

use crate::portable::ln;
use crate::random::Stream;

/// Of the standard normal distribution, 90 % lie below this.
pub(super) const Z90: f64 = 1.281_551_565_544_600_4;

/// A draw with mean 0 and standard deviation 1.
pub(super) fn standard(stream: &mut Stream) -> f64 {
    quantile(stream.unit())
}

/// The number that a standard normal draw stays below with this probability, which lies above 0 and below 1.
/// Algorithm AS 241 (Wichura 1988), exact to about 16 digits. Intervals have their quantiles from a crate, of which a new
/// version may move the last bit; a draw must not move.
fn quantile(probability: f64) -> f64 {
    let middle = probability - 0.5;
    if middle.abs() <= 0.425 {
        let r = 0.180_625 - middle * middle;
        return middle * ratio(&CENTRE, r);
    }
    let tail = (-ln(if middle < 0.0 { probability } else { 1.0 - probability })).sqrt();
    let far = if tail <= 5.0 { ratio(&TAIL, tail - 1.6) } else { ratio(&FAR_TAIL, tail - 5.0) };
    if middle < 0.0 { -far } else { far }
}

/// Two polynomials, the highest power first: one is divided by the other.
type Ratio = [[f64; 8]; 2];

fn ratio([above, below]: &Ratio, r: f64) -> f64 {
    let polynomial = |coefficients: &[f64; 8]| coefficients.iter().fold(0.0, |sum, coefficient| sum * r + coefficient);
    polynomial(above) / polynomial(below)
}

const CENTRE: Ratio = [
    [
        2.509_080_928_730_122_7e3,
        3.343_057_558_358_813e4,
        6.726_577_092_700_87e4,
        4.592_195_393_154_987e4,
        1.373_169_376_550_946e4,
        1.971_590_950_306_551_3e3,
        1.331_416_678_917_843_8e2,
        3.387_132_872_796_366_5,
    ],
    [
        5.226_495_278_852_854e3,
        2.872_908_573_572_194_3e4,
        3.930_789_580_009_271e4,
        2.121_379_430_158_659_7e4,
        5.394_196_021_424_751e3,
        6.871_870_074_920_579e2,
        4.231_333_070_160_091e1,
        1.0,
    ],
];

const TAIL: Ratio = [
    [
        7.745_450_142_783_414e-4,
        2.272_384_498_926_918_4e-2,
        2.417_807_251_774_506e-1,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ],
    [
        1.050_750_071_644_416_9e-9,
        5.475_938_084_995_345e-4,
        1.519_866_656_361_645_7e-2,
        1.481_039_764_274_800_8e-1,
        6.897_673_349_851e-1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ],
];

const FAR_TAIL: Ratio = [
    [
        2.010_334_399_292_288_1e-7,
        2.711_555_568_743_487_6e-5,
        1.242_660_947_388_078_4e-3,
        2.653_218_952_657_612_4e-2,
        2.965_605_718_285_048_7e-1,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ],
    [
        2.044_263_103_389_939_8e-15,
        1.421_511_758_316_446e-7,
        1.846_318_317_510_054_8e-5,
        7.868_691_311_456_133e-4,
        1.487_536_129_085_061_5e-2,
        1.369_298_809_227_358e-1,
        5.998_322_065_558_88e-1,
        1.0,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Against tables of the normal distribution, in all three regions.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (probability, expected) in [
            (0.5, 0.0),
            (0.9, Z90),
            (0.975, 1.959_963_984_540_054),
            (0.001, -3.090_232_306_167_813_6),
            (1e-9, -5.997_807_015_007_686),
            (1e-12, -7.034_483_825_301_131),
            (0.2, -0.841_621_233_572_914_3),
        ] {
            let found = quantile(probability);
            assert!((found - expected).abs() < 1e-12, "{probability}: {found}, not {expected}");
        }
    }

    #[test]
    fn both_sides_are_alike_and_nothing_is_infinite() {
        for probability in [0.5 * f64::EPSILON, 1e-10, 0.01, 0.07, 0.3] {
            assert!((quantile(probability) + quantile(1.0 - probability)).abs() < 1e-5, "{probability}");
        }
        assert!(quantile(0.5 * f64::EPSILON).is_finite());
    }
}
