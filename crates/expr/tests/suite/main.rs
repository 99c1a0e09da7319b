//! The tests of the expression language, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail loudly, and names only the variants it is about"
)]

mod advice;
mod analysis;
mod corpus;
mod evaluation;
#[cfg(feature = "jsonpath")]
mod jsonpath;
#[cfg(feature = "jsonpath")]
mod manual;
mod properties;
mod seeds;
mod slots;
mod support;
mod values;
mod warnings;
mod why;
