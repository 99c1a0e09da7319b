//! What the worker SDK speaks (surface section 7): calls wrapped in JSON over one endpoint, and a socket that tells a
//! worker what happens to it.

mod calls;
mod rights;
mod scene;
mod shapes;
mod socket;
mod token;
mod told;

use axum::Router;
use axum::routing::get;

pub(crate) use socket::Sessions;
pub(crate) use told::{Told, tell};

use crate::app::App;

/// The one path of both.
pub(crate) fn routes() -> Router<App> {
    Router::new().route(
        "/v1/wschannels",
        get(socket::open).post(calls::call).options(calls::preflight).fallback(calls::no_such_method),
    )
}
