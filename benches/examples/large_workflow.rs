//! Prints a workflow document as large as TaskRouter takes: `cargo run -p pointsman-benches --example large_workflow`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(pointsman_benches::workflow_document(pointsman_config::MAX_DOCUMENT_BYTES).as_bytes())
}
