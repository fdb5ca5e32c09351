//! OCSP over HTTP (RFC 6960 appendix A): GET with the request in the path, POST with it in the body.

use crate::{
    app::App,
    body::{discard, media_type},
    guard::Segment,
    page::{content, device_refusal, empty, refused_device_body},
    publication::unknown,
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use protocol::scep::decode_get_message;

/// `POST /ocsp/{name}`.
pub(crate) async fn ocsp(State(app): State<App>, Segment(name): Segment, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    if !is_ca(&name) {
        discard(&head.headers, body).await;
        return unknown(&app, &head.headers).await;
    }
    // Some clients send no type at all.
    if !matches!(media_type(&head.headers).as_deref(), None | Some("application/ocsp-request" | "application/octet-stream")) {
        discard(&head.headers, body).await;
        return empty(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    match app.receive(&head, body).await {
        Ok(request) => answer(&app, name, request.into()).await,
        Err(why) => refused_device_body(why),
    }
}

/// `GET /ocsp/{name}/{request in base64}`. Read from the raw path: clients escape `/`, `+` and `=`, or do not, or twice.
pub(crate) async fn ocsp_by_get(State(app): State<App>, Segment(name): Segment, headers: HeaderMap, request: Request) -> Response<Body> {
    if !is_ca(&name) {
        return unknown(&app, &headers).await;
    }
    let request = request_in(request.uri().path());
    answer(&app, name, request).await
}

/// The request in a path. What is no base64 is no request either: empty, and the responder says so in its own words.
pub(crate) fn request_in(path: &str) -> Vec<u8> {
    decode_get_message(path.splitn(4, '/').nth(3).unwrap_or_default()).unwrap_or_default()
}

fn is_ca(name: &str) -> bool {
    matches!(name, "root" | "issuing")
}

async fn answer(app: &App, name: String, request: Vec<u8>) -> Response<Body> {
    let answer = match app.ready_ocsp(&name, &request) {
        Some(ready) => Ok(ready),
        None => app.ask(move |e| e.ocsp(&name, &request)).await,
    };
    match answer {
        Ok(der) => {
            let mut response = content("application/ocsp-response", der);
            // May be kept, but is asked for again before use: a revocation counts at once.
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            response
        }
        Err(error) => device_refusal(&error),
    }
}
