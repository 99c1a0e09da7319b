use std::sync::Arc;
use crate::{Diagnostic, Node, SourceFile};
/// Parses YAML.
pub fn parse_yaml(_file: &Arc<SourceFile>) -> Result<Node, Vec<Diagnostic>> { unimplemented!() }
