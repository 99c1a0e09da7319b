//! JSON Schemas of the documents that the hand-written readers read: for editors and other tools.

/// The JSON Schema of a workspace file.
pub fn workspace_schema() -> serde_json::Value {
    parsed(include_str!("../schemas/workspace.json"))
}

/// The JSON Schema of a TaskRouter workflow document. It describes what is read; the reader tolerates more.
pub fn workflow_schema() -> serde_json::Value {
    parsed(include_str!("../schemas/workflow.json"))
}

/// The schemas are part of the program: a test parses them.
fn parsed(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_default()
}
