use crate::*;
use pointsman::WorkflowConfiguration;
/// max
pub const MAX_DOCUMENT_BYTES: usize = 1_038_576;
/// Reads TaskRouter's workflow document.
pub fn read_workflow(_node: &Node, _names: Option<&Names>) -> (Option<WorkflowConfiguration>, Vec<Diagnostic>) { unimplemented!() }
