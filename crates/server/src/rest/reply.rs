//! What a call is answered with, before it becomes bytes.

use serde_json::Value;

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The version of what is shown.
    pub version: Option<u64>,
    /// What is shown; absent when there is nothing to show any more.
    pub body: Option<Value>,
}

impl Reply {
    /// What is there.
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, version: None, body: Some(body) }
    }

    /// What has been created.
    pub(crate) fn created(body: Value) -> Self {
        Self { status: 201, ..Self::ok(body) }
    }

    /// What is gone.
    pub(crate) fn gone() -> Self {
        Self { status: 204, version: None, body: None }
    }

    /// The same with its version.
    pub(crate) fn version(self, version: u64) -> Self {
        Self { version: Some(version), ..self }
    }
}
