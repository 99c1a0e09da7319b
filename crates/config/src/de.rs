use crate::*;
use std::ops::Range;
use serde::de::DeserializeOwned;
/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
/// value
 pub value: T,
/// span
 pub span: Range<usize>,
/// path
 pub path: String }
/// Reads a node through serde.
pub fn from_node<T: DeserializeOwned>(_node: &Node, _context: &Context<'_>) -> Result<T, Diagnostic> { unimplemented!() }
