//! The event bridge's endpoint (surface section 7.3): a call of the REST surface wrapped in JSON, under whatever content
//! type.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::rights::allow;
use super::scene::shown;
use super::token::{self, Bearer};
use crate::app::App;
use crate::driver::Desk;
use crate::http::{body_of, refused, replied, version};
use crate::rest::{Call, Cut, Method, Params, Refusal, Reply, Site, answer};
use crate::settings::now;

/// The largest body: anybody may send one before its token is looked at, and attributes end at four thousand characters.
const MAX_BODY: usize = 64 * 1024;

/// A call as the SDK wraps it.
#[derive(Deserialize)]
struct Wrapped {
    url: String,
    method: String,
    #[serde(default)]
    params: Map<String, Value>,
    token: String,
}

/// The endpoint is there, and nothing else is done to it.
pub(super) async fn no_such_method() -> Response {
    refused(&Refusal::no_such_method("/wschannels"))
}

/// Browsers ask first.
pub(super) async fn preflight() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

pub(super) async fn call(State(app): State<App>, request: Request) -> Response {
    let site = app.site(request.headers());
    let if_match = request.headers().get("if-match").and_then(|value| version(value.to_str().unwrap_or_default()));
    let reply = match read(&app, request).await {
        Ok((bearer, call)) => {
            let call = Call { if_match, ..call };
            app.driver.ask(move |desk| answered(desk, &site, &bearer, &call)).await
        }
        Err(refusal) => Ok(Err(refusal)),
    };
    match reply {
        Ok(Ok(payload)) => replied(Reply { status: 200, version: None, body: Some(json!({"payload": payload})) }),
        Ok(Err(refusal)) => refused(&refusal),
        Err(lost) => refused(&App::lost(lost)),
    }
}

async fn read(app: &App, request: Request) -> Result<(Bearer, Call), Refusal> {
    let bytes = body_of(request.into_body(), MAX_BODY).await?;
    let wrapped: Wrapped =
        serde_json::from_slice(&bytes).map_err(|error| Refusal::invalid(format!("The body is no call: {error}")))?;
    let bearer = token::read(&app.credentials, &wrapped.token, now()).map_err(Refusal::no_token)?;
    let method = match wrapped.method.as_str() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "DELETE" => Method::Delete,
        other => return Err(Refusal::invalid(format!("The method is `{other}`, expected GET, POST or DELETE"))),
    };
    let path = format!("/{}", wrapped.url.trim_start_matches('/'));
    let params = params(&wrapped.params);
    let after = ["AfterSid", "NextToken"].iter().find_map(|name| params.filled(name)).map(str::to_owned);
    Ok((bearer, Call { method, path, params, if_match: None, json: None, cut: Cut::Behind(after) }))
}

/// Parameters as a form has them: lists repeated, objects as their text, what is null left out.
fn params(members: &Map<String, Value>) -> Params {
    let mut pairs = Vec::new();
    for (name, value) in members {
        match value {
            Value::Array(items) => pairs.extend(items.iter().map(|item| (renamed(name), text(item)))),
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                pairs.push((renamed(name), text(value)));
            }
        }
    }
    Params::new(pairs)
}

/// REST has one name for a channel, however it is given.
fn renamed(name: &str) -> String {
    match name {
        "TaskChannelUniqueName" | "TaskChannelSid" => "TaskChannel".to_owned(),
        name => name.to_owned(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What the call shows, in the SDK's shape.
fn answered(desk: &mut Desk<'_>, site: &Site, bearer: &Bearer, call: &Call) -> Result<Value, Refusal> {
    let workspace = desk.hub().workspace(bearer.workspace);
    if !workspace.is_some_and(|workspace| allow(workspace, bearer, call)) {
        return Err(Refusal::forbidden("The token does not allow this"));
    }
    let reply = answer(desk, site, call)?;
    let workspace = desk.hub().workspace(bearer.workspace);
    let body = reply.body.unwrap_or_else(|| json!({}));
    Ok(workspace.map_or_else(|| body.clone(), |workspace| shown(workspace, site, desk.now(), &body)))
}
