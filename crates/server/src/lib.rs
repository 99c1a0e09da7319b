//! TaskRouter's REST calls, callbacks and console on the pointsman engine.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod app;
mod bridge;
mod callbacks;
mod chance;
mod console;
pub mod driver;
mod http;
pub mod hub;
mod payload;
mod place;
mod recovery;
pub mod rest;
mod server;
mod settings;
mod sid;

pub use recovery::{Behaviour, RecoveryError, convert, recover, replay};
pub use rest::load;
pub use server::{Server, StartError};
pub use settings::{NoAccountSid, Settings};
pub use sid::{NoWorkspaceSid, WorkspaceSid};
