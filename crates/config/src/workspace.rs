use crate::*;
use pointsman::{WorkspaceSpec, Rejection};
/// A workspace.
pub struct Workspace { 
/// spec
 pub spec: WorkspaceSpec,
/// names
 pub names: Names }
impl Workspace {
    /// An engine's refusal as a diagnostic at the best known place, with names instead of ids.
    pub fn diagnose(&self, _rejection: &Rejection) -> Diagnostic { unimplemented!() }
}
/// Reads `workspace:`: an inline mapping, a whole file's root, or a text that names a file.
pub fn read_workspace(_node: &Node, _files: &dyn Files) -> (Option<Workspace>, Vec<Diagnostic>) { unimplemented!() }
