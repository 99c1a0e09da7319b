//! TaskRouter's REST calls, callbacks and console on the pointsman engine.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod chance;
pub mod driver;
pub mod hub;
mod payload;
mod place;
mod recovery;
pub mod rest;
mod sid;

pub use recovery::{Behaviour, RecoveryError, recover, replay};
pub use sid::{NoWorkspaceSid, WorkspaceSid};
