//! The tests of the expression language, in one binary.

mod advice;
mod corpus;
mod evaluation;
#[cfg(feature = "jsonpath")]
mod jsonpath;
mod manual;
mod properties;
mod seeds;
mod support;
mod values;
