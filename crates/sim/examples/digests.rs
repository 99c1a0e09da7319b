//! Plays every scenario of a folder and prints every state's digest and every event: two platforms print the same.
//!
//! ```sh
//! cargo run -p pointsman-sim --example digests -- sims
//! ```

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;

use support::{Log, folders};

#[allow(clippy::disallowed_methods, reason = "a program may read its arguments, libraries may not")]
fn main() {
    let sims = std::env::args().nth(1).unwrap_or_else(|| "sims".to_owned());
    for folder in folders(Path::new(&sims)) {
        let log = Log::of(&folder);
        println!("{}: {}", folder.file_name().unwrap_or_default().to_string_lossy(), log.digest);
        for call in log.calls() {
            println!("  {} {}", call.now, call.digest);
            call.events.iter().for_each(|event| println!("    {} {event}", event.sequence));
        }
    }
}
