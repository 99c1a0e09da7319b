/// schema
pub fn workspace_schema() -> serde_json::Value { unimplemented!() }
/// schema
pub fn workflow_schema() -> serde_json::Value { unimplemented!() }
