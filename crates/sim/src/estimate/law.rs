//! Quantiles of the normal law and of Student's, and the confidence they are taken for.
//!
//! Both come from the crate `special`, which computes on pinned portable functions: same bits everywhere.

use std::fmt;

use serde::{Deserialize, Serialize};
use special::{Beta, Error};

/// How often an interval is to cover the truth: above 0 and below 1, as 0.95.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Confidence(f64);

/// A confidence that is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InvalidConfidence(f64);

impl fmt::Display for InvalidConfidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a confidence of {} is out of range: expected one from 0.5 to 0.999999, as 0.95", self.0)
    }
}

impl std::error::Error for InvalidConfidence {}

impl TryFrom<f64> for Confidence {
    type Error = InvalidConfidence;

    fn try_from(value: f64) -> Result<Self, InvalidConfidence> {
        if (0.5..=0.999_999).contains(&value) { Ok(Self(value)) } else { Err(InvalidConfidence(value)) }
    }
}

impl From<Confidence> for f64 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}

impl Default for Confidence {
    /// 95 per cent.
    fn default() -> Self {
        Self(0.95)
    }
}

impl Confidence {
    /// What it is.
    pub fn get(self) -> f64 {
        self.0
    }

    /// What an interval has when one of its ends alone is to be right with this confidence; this one is above 0.5.
    #[must_use]
    pub fn one_sided(self) -> Self {
        Self((2.0 * self.0 - 1.0).max(f64::MIN_POSITIVE))
    }

    /// How many deviations to either side of the mean it takes, by the normal law.
    pub fn normal(self) -> f64 {
        std::f64::consts::SQRT_2 * self.0.inv_error()
    }

    /// How many estimated deviations it takes when they come from `freedom` degrees of freedom: by Student's law.
    /// Infinitely many without any.
    ///
    /// T^2 / (T^2 + freedom) has a beta law. With many degrees of freedom an expansion in their number around the normal
    /// law (Fisher and Cornish; Abramowitz and Stegun 26.7.5) is the more exact way.
    pub fn student(self, freedom: u64) -> f64 {
        match freedom {
            0 => f64::INFINITY,
            1..MANY => student_by_beta(self.0, freedom as f64),
            MANY.. => student_by_normal(self.normal(), freedom as f64),
        }
    }
}

/// From here on the expansion in degrees of freedom is good to twelve digits, as the beta law is below.
const MANY: u64 = 1_000;

fn student_by_beta(confidence: f64, freedom: f64) -> f64 {
    let half = freedom / 2.0;
    let share = confidence.inv_inc_beta(0.5, half, 0.5.ln_beta(half));
    (freedom * share / (1.0 - share)).sqrt()
}

fn student_by_normal(normal: f64, freedom: f64) -> f64 {
    let square = normal * normal;
    let terms = [
        (square + 1.0) / 4.0,
        ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
        ((((79.0 * square + 776.0) * square + 1_482.0) * square - 1_920.0) * square - 945.0) / 92_160.0,
    ];
    normal * (1.0 + terms.iter().rev().fold(0.0, |rest, term| (rest + term) / freedom))
}

/// The number that a normal deviate does not exceed with chance `of`, from 0 to 1.
pub fn normal_quantile(of: f64) -> f64 {
    std::f64::consts::SQRT_2 * (2.0 * of - 1.0).inv_error()
}

/// The number that a Student deviate does not exceed with chance `of`, from 0 to 1.
pub fn student_quantile(of: f64, freedom: u64) -> f64 {
    let central = (2.0 * of - 1.0).abs();
    let away = if central == 0.0 { 0.0 } else { Confidence(central).student(freedom) };
    if of < 0.5 { -away } else { away }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(actual: f64, expected: f64, relative: f64) {
        assert!((actual - expected).abs() <= relative * expected.abs(), "{actual} is not {expected}");
    }

    /// The tables of any textbook (as NIST/SEMATECH e-Handbook, 1.3.6.7), here with the digits that R prints.
    #[test]
    fn student_quantiles_are_those_of_the_tables() {
        let table = [
            (0.95, 1, 12.706_204_736_174_7),
            (0.95, 2, 4.302_652_729_749_46),
            (0.95, 4, 2.776_445_105_197_79),
            (0.95, 9, 2.262_157_162_798_2),
            (0.95, 19, 2.093_024_054_408_31),
            (0.95, 29, 2.045_229_642_132_7),
            (0.95, 99, 1.984_216_951_586_42),
            (0.99, 19, 2.860_934_606_464_98),
            (0.90, 10, 1.812_461_122_811_68),
        ];
        for (confidence, freedom, expected) in table {
            assert_close(Confidence(confidence).student(freedom), expected, 1e-12);
        }
        // Cauchy's law has its own closed form: tan(pi c / 2).
        assert_close(Confidence(0.5).student(1), 1.0, 1e-12);
        assert_close(Confidence(0.999).student(1), 636.619_248_768_2, 1e-10);
        assert_eq!(Confidence(0.95).student(0), f64::INFINITY);
    }

    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        let table = [(0.9, 1.644_853_626_951_472), (0.95, 1.959_963_984_540_054), (0.99, 2.575_829_303_548_901)];
        for (confidence, expected) in table {
            assert_close(Confidence(confidence).normal(), expected, 1e-14);
            assert_close(normal_quantile((1.0 + confidence) / 2.0), expected, 1e-13);
            assert_close(normal_quantile((1.0 - confidence) / 2.0), -expected, 1e-13);
        }
        assert_eq!(normal_quantile(0.5), 0.0);
    }

    /// The two ways to Student's quantile meet where one takes over from the other.
    #[test]
    fn many_degrees_continue_few() {
        for confidence in [0.5, 0.8, 0.95, 0.99, 0.999, 0.999_999].map(Confidence) {
            let few = student_by_beta(confidence.0, MANY as f64);
            assert_close(confidence.student(MANY), few, 1e-11);
            for freedom in 500..MANY {
                assert_close(
                    confidence.student(freedom),
                    student_by_normal(confidence.normal(), freedom as f64),
                    1e-10,
                );
            }
        }
        assert_close(Confidence(0.95).student(u64::MAX), Confidence(0.95).normal(), 1e-15);
    }

    #[test]
    fn student_quantiles_fall_with_the_degrees_of_freedom() {
        for confidence in [0.5, 0.9, 0.95, 0.999, 0.999_999].map(Confidence) {
            let quantiles: Vec<f64> = (1..2_000).map(|freedom| confidence.student(freedom)).collect();
            assert!(quantiles.is_sorted_by(|less, more| less > more), "{confidence:?}");
        }
    }

    #[test]
    fn quantiles_are_even_around_the_middle() {
        assert_close(student_quantile(0.975, 9), 2.262_157_162_798_2, 1e-12);
        assert_close(student_quantile(0.025, 9), -2.262_157_162_798_2, 1e-12);
        assert_eq!(student_quantile(0.5, 9), 0.0);
    }

    #[test]
    fn the_bits_are_those_of_before() {
        let values = [Confidence(0.95).normal(), Confidence(0.95).student(19), Confidence(0.99).student(29)];
        assert_eq!(values.map(f64::to_bits), [0x3fff_5c03_31ee_ff83, 0x4000_be83_653b_65bf, 0x4006_0d14_0d7b_5d7a]);
    }

    #[test]
    fn a_confidence_is_a_share() {
        for wrong in [0.0, 0.4, 1.0, 95.0, f64::NAN] {
            assert!(Confidence::try_from(wrong).unwrap_err().to_string().contains("expected one from 0.5"));
        }
        assert_eq!(serde_json::to_string(&Confidence::default()).unwrap(), "0.95");
        assert!(serde_json::from_str::<Confidence>("95").is_err());
    }
}
