//! TaskRouter's REST calls, callbacks, worker SDK and console on the pointsman engine.
//!
//! No routing rule lives here. [`hub`] is everything the server knows, as a pure state machine around the engines;
//! [`driver`] the thread that owns it and its journal; [`rest`] what calls mean, without sockets. [`Server`] puts them together
//! with HTTP, callbacks, the worker SDK's endpoints and the console.

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
mod web;

/// The README's example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use recovery::{Behaviour, RecoveryError, convert, recover, replay};
pub use rest::load;
pub use server::{Server, StartError};
pub use settings::{Settings, SettingsError};
pub use sid::{NoWorkspaceSid, WorkspaceSid};
