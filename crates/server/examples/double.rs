//! A double of TaskRouter for one's own tests: nothing on disk, a port nobody uses, ended with the process.
//!
//! `cargo run -p pointsman-server --example double`; with a folder behind it, everything is kept there.

use pointsman_server::{Server, Settings};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let account = format!("AC{}", "0".repeat(32));
    let mut settings = Settings::new(Some(account), Some("secret".to_owned()))?;
    settings.data = std::env::args_os().nth(1).map(Into::into);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let server = Server::start(&settings)?;
    server.run(listener, async { drop(tokio::signal::ctrl_c().await) }).await?;
    Ok(())
}
