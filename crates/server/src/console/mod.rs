//! The console: pages rendered by the server, which work without a script.

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/", get(|| async { "pointsman" }))
}
