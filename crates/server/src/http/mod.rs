//! From bytes to calls and back: what is only HTTP (surface section 2).

mod auth;
mod connections;
mod form;
mod origin;

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CONTENT_LENGTH, CONTENT_TYPE, ETAG, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderValue, Method as HttpMethod, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

pub(crate) use auth::{Credentials, Secret};
pub(crate) use connections::{Seat, serve};
pub(crate) use form::{params, version};

use self::origin::is_same_origin;
use crate::app::App;
use crate::rest::{Call, Cut, Method, Refusal, Reply, answer};
use crate::{bridge, console};

/// The largest body: a workflow's document at its limit, every byte of it escaped.
pub(crate) const MAX_BODY: usize = 4 * 1024 * 1024;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Everything the server answers.
pub(crate) fn router(app: App) -> Router {
    let guarded = Router::new()
        .route("/v1", any(rest))
        .route("/v1/", any(rest))
        .route("/v1/{*path}", any(rest))
        .merge(console::routes())
        .layer(from_fn_with_state(app.clone(), guard));
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .merge(bridge::routes())
        .merge(guarded)
        .fallback(|| async {
            plain(StatusCode::NOT_FOUND, "There is nothing here. The console is at /, REST at /v1.\n")
        })
        .layer(from_fn_with_state(app.clone(), limit))
        .layer(from_fn(cors))
        .with_state(app)
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}

/// Pages of other origins may call REST, refused calls included (surface section 2.2).
async fn cors(request: Request, next: Next) -> Response {
    let is_rest = request.uri().path().starts_with("/v1");
    let response = next.run(request).await;
    if is_rest { with_cors(response) } else { response }
}

/// Refuses what comes too fast.
async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    if app.limiter.check().is_err() {
        return refused(&Refusal::too_many());
    }
    next.run(request).await
}

/// Lets in who has the credentials; a preflight has none, and asks nothing.
async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let preflight = request.method() == HttpMethod::OPTIONS && request.uri().path().starts_with("/v1");
    if !preflight && !app.credentials.allow(request.headers()) {
        return refused(&Refusal::unauthorized());
    }
    // A browser that knows the console's password would send it along with the forms of any page.
    let looks = matches!(*request.method(), HttpMethod::GET | HttpMethod::HEAD | HttpMethod::OPTIONS);
    if !looks && !is_same_origin(request.headers()) {
        return refused(&Refusal::forbidden("This was sent by a page of another site; nothing was done"));
    }
    next.run(request).await
}

/// A call of the REST surface.
async fn rest(State(app): State<App>, request: Request) -> Response {
    if request.method() == HttpMethod::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let site = app.site(request.headers());
    let reply = match read(request).await {
        Ok(call) => app.driver.ask(move |desk| answer(desk, &site, &call)).await,
        Err(refusal) => Ok(Err(refusal)),
    };
    match reply {
        Ok(Ok(reply)) => replied(reply),
        Ok(Err(refusal)) => refused(&refusal),
        Err(lost) => refused(&App::lost(lost)),
    }
}

/// The call a request makes.
async fn read(request: Request) -> Result<Call, Refusal> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let path = form::decoded(path.strip_prefix("/v1").unwrap_or(path));
    let method = method(&parts.method, &path)?;
    let if_match = parts.headers.get("if-match").and_then(|value| version(value.to_str().unwrap_or_default()));
    let params = params(parts.uri.query().unwrap_or_default())?;
    let mut call = Call { method, path, params, if_match, json: None, cut: Cut::Pages };
    if method == Method::Post {
        let bytes = body_of(body, MAX_BODY).await?;
        let type_ = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        form::read(&mut call, type_, &bytes)?;
    }
    Ok(call)
}

/// The body, when it comes in time, whole, and is not too large.
pub(crate) async fn body_of(body: Body, limit: usize) -> Result<Vec<u8>, Refusal> {
    let Ok(read) = timeout(BODY_TIME, Limited::new(body, limit).collect()).await else {
        return Err(Refusal::invalid(format!("The body did not arrive within {} seconds", BODY_TIME.as_secs())));
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::too_large(limit)),
        Err(error) => Err(Refusal::invalid(format!("The body cannot be read: {error}"))),
    }
}

fn method(method: &HttpMethod, path: &str) -> Result<Method, Refusal> {
    Ok(match *method {
        HttpMethod::GET | HttpMethod::HEAD => Method::Get,
        HttpMethod::POST => Method::Post,
        HttpMethod::DELETE => Method::Delete,
        _ => return Err(Refusal::no_such_method(path)),
    })
}

/// A reply as bytes.
pub(crate) fn replied(reply: Reply) -> Response {
    let body = reply.body.map_or_else(Vec::new, |body| serde_json::to_vec(&body).unwrap_or_default());
    let mut response = json(reply.status, body);
    if let Some(tag) = reply.version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok()) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// A refusal as bytes, in the service's own shape.
pub(crate) fn refused(refusal: &Refusal) -> Response {
    let mut response = json(refusal.status, refusal.body().to_string().into_bytes());
    let headers = response.headers_mut();
    match refusal.status {
        401 => headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Twilio API\"")),
        429 => headers.insert(RETRY_AFTER, HeaderValue::from_static("1")),
        _ => None,
    };
    response
}

fn json(status: u16, body: Vec<u8>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let length = HeaderValue::from(body.len());
    let type_ = HeaderValue::from_static("application/json; charset=utf-8");
    (status, [(CONTENT_TYPE, type_), (CONTENT_LENGTH, length)], body).into_response()
}

fn with_cors(mut response: Response) -> Response {
    const ALLOWED: &str =
        "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since";
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE, OPTIONS"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag"));
    response
}
