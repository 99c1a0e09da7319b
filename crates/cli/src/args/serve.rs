//! What can be written behind `serve`.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;

const EXAMPLES: &str = "Examples:
  pointsman serve --load sims/quickstart          # its workspace, and the curl commands to paste
  pointsman serve --ephemeral --listen 127.0.0.1:0
  pointsman serve --data /var/lib/pointsman --listen 0.0.0.0:8077 --base-url https://router.example.com

REST is at /v1, the console at /, the worker SDK's endpoints at /v1/wschannels, /healthz says
whether the server lives. docs/server.md tells the whole story.";

/// `pointsman serve`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8077")]
    pub(crate) listen: SocketAddr,
    /// The account; generated when absent
    #[arg(long, value_name = "AC...", env = "POINTSMAN_ACCOUNT_SID")]
    pub(crate) account_sid: Option<String>,
    /// The account's token; generated and printed once when absent
    #[arg(long, value_name = "TOKEN", env = "POINTSMAN_AUTH_TOKEN", hide_env_values = true)]
    pub(crate) auth_token: Option<String>,
    /// Where the journal is kept
    #[arg(long, value_name = "DIR", default_value = "pointsman-data")]
    pub(crate) data: PathBuf,
    /// Keep nothing: everything is gone when the server ends
    #[arg(long, conflicts_with = "data")]
    pub(crate) ephemeral: bool,
    /// A scenario or workspace file whose workspace is created at the start, unless one of its name is there
    #[arg(long, value_name = "SCENARIO")]
    pub(crate) load: Option<String>,
    /// Where clients find the server, when their `Host` header does not say it
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// The most requests a second, all clients together
    #[arg(long, value_name = "N", default_value = "20000")]
    pub(crate) rate_limit: NonZeroU32,
    /// Let callbacks go to link-local and cloud metadata addresses, too
    #[arg(long)]
    pub(crate) any_callback_address: bool,
}
