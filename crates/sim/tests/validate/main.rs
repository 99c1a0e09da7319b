//! The simulator against theory: whole scenarios through the engine, held against exact answers. The seed of a case is
//! its number, written down before it was run; all figures of a case hold together with 99.9 % confidence, so that one
//! case in a thousand fails by bad luck with another seed. `POINTSMAN_EFFORT` multiplies the replications.

#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

mod bytes;
mod designs;
mod never_hangs;
mod priorities;
mod profiles;
mod queues;
mod silence;
mod support;
