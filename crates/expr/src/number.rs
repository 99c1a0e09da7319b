//! Owns the number type: exact equality and order between integers and floats. Never rounds to compare.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A finite JSON number, compared by its exact mathematical value (`1` and `1.0` are the same number).
///
/// Integers of the signed 64-bit range are exact; anything beyond it has the precision of a double.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(Repr);

/// INVARIANT: a float is finite, and either has a fraction or lies outside the range of `i64`;
/// an integer and a float are therefore never equal.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Repr {
    Int(i64),
    Float(f64),
}

/// 2^63: the first float above the range of `i64`.
const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;

impl Number {
    /// The number as an integer, when it is one in the range of `i64`.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        match self.0 {
            Repr::Int(i) => Some(i),
            Repr::Float(_) => None,
        }
    }

    /// The nearest double.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self.0 {
            Repr::Int(i) => i as f64,
            Repr::Float(f) => f,
        }
    }
}

impl Eq for Number {}

/// Equal numbers have one form, so the bits of a float tell it apart: it is never NaN, nor a zero.
impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0 {
            Repr::Int(i) => i.hash(state),
            Repr::Float(f) => f.to_bits().hash(state),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.0, other.0) {
            (Repr::Int(a), Repr::Int(b)) => a.cmp(&b),
            (Repr::Float(a), Repr::Float(b)) => a.total_cmp(&b),
            (Repr::Int(a), Repr::Float(b)) => int_against_float(a, b),
            (Repr::Float(a), Repr::Int(b)) => int_against_float(b, a).reverse(),
        }
    }
}

/// The order of two numbers which the invariant keeps from being equal. A cast of a large float stops at the bounds.
fn int_against_float(int: i64, float: f64) -> Ordering {
    if i128::from(int) <= float.floor() as i128 { Ordering::Less } else { Ordering::Greater }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Repr::Int(i) => write!(f, "{i}"),
            // The debug form uses exponents, as JSON does, where the plain form would print hundreds of zeros.
            Repr::Float(x) => write!(f, "{x:?}"),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Int(value))
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Self::from(i64::from(value))
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self::from(i64::from(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or_else(|_| Self(Repr::Float(value as f64)), Self::from)
    }
}

/// Why a float is not a [`Number`]: it is infinite or not a number at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFinite;

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a finite number")
    }
}

impl std::error::Error for NotFinite {}

impl TryFrom<f64> for Number {
    type Error = NotFinite;

    fn try_from(value: f64) -> Result<Self, NotFinite> {
        if !value.is_finite() {
            return Err(NotFinite);
        }
        let in_range = (-TWO_POW_63..TWO_POW_63).contains(&value);
        if in_range && value.trunc() == value {
            return Ok(Self(Repr::Int(value as i64)));
        }
        Ok(Self(Repr::Float(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(value: f64) -> Number {
        Number::try_from(value).unwrap()
    }

    #[test]
    fn numbers_compare_by_value() {
        let ascending = [
            float(-1e300),
            float(-TWO_POW_63 * 2.0),
            Number::from(i64::MIN),
            float(-1.5),
            Number::from(-1),
            float(-0.5),
            Number::from(0),
            float(5e-324),
            float(0.5),
            Number::from(1),
            Number::from((1_i64 << 53) + 1),
            Number::from(i64::MAX),
            Number::from(u64::MAX),
            float(1e300),
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(a.cmp(b), i.cmp(&j), "{a} against {b}");
                assert_eq!(a == b, i == j, "{a} against {b}");
            }
        }
    }

    #[test]
    fn integral_floats_are_integers() {
        assert_eq!(float(1.0), Number::from(1));
        assert_eq!(float(-0.0), Number::from(0));
        assert_eq!(float(1.0).as_i64(), Some(1));
        assert_eq!(float(TWO_POW_63).as_i64(), None);
        assert_eq!(Number::try_from(f64::NAN), Err(NotFinite));
        assert_eq!(Number::try_from(f64::INFINITY), Err(NotFinite));
    }

    #[test]
    fn numbers_print_as_json() {
        let shown = [float(2.0), float(0.1), float(1e300), Number::from(-7), float(1e-7)].map(|n| n.to_string());
        assert_eq!(shown, ["2", "0.1", "1e300", "-7", "1e-7"]);
    }
}
