use crate::*;
use pointsman::*;
/// Declares the entity of a `create_*` step (or workspace entry) in `names`.
pub fn declare<T: EntityId>(_node: &Node, _names: &mut Names) -> Vec<Diagnostic> { unimplemented!() }
/// Reads a worker.
pub fn read_worker(_node: &Node, _context: &Context<'_>) -> (Option<WorkerSpec>, Vec<Diagnostic>) { unimplemented!() }
/// Reads a queue.
pub fn read_task_queue(_node: &Node, _context: &Context<'_>) -> (Option<TaskQueueSpec>, Vec<Diagnostic>) { unimplemented!() }
/// Reads a workflow.
pub fn read_workflow_spec(_node: &Node, _context: &Context<'_>) -> (Option<WorkflowSpec>, Vec<Diagnostic>) { unimplemented!() }
/// Reads an activity.
pub fn read_activity(_node: &Node, _context: &Context<'_>) -> (Option<ActivitySpec>, Vec<Diagnostic>) { unimplemented!() }
/// Reads a channel.
pub fn read_task_channel(_node: &Node, _context: &Context<'_>) -> (Option<TaskChannelSpec>, Vec<Diagnostic>) { unimplemented!() }
