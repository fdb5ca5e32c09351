//! Pages as HTTP answers, with the headers that keep them to themselves.

use crate::{
    app::App,
    body::Refused,
    log::Note,
    portal::{
        pages::Notice,
        texts::{Message, Texts},
        view::{Frame, STYLE},
    },
};
use askama::Template;
use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ra::{Conflict, Denied, Error, secret::Token, sign_in::PublicDepartment};
use std::sync::LazyLock;

/// The pages' one style sheet by its hash (CSP Level 3 section 2.3.1): nothing else has style, nothing at all runs.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(openssl::sha::sha256(STYLE.as_bytes())));

/// What a page may hold and who may hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// No frames, in no frame.
    Alone,
    /// Holds the live list.
    Holds,
    /// Is the live list.
    Held,
}

fn policy(framing: Framing) -> HeaderValue {
    let (frame_src, ancestors) = match framing {
        Framing::Alone => ("", "'none'"),
        Framing::Holds => ("frame-src 'self'; ", "'none'"),
        Framing::Held => ("", "'self'"),
    };
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; img-src data:; {frame_src}form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}",
        *STYLE_HASH
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
}

/// An answer without content, or with a constant one that says nothing.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// An answer with content of exactly this type.
pub(crate) fn content(media_type: &'static str, bytes: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(bytes.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// A rendered page.
pub(crate) fn html(status: StatusCode, framing: Framing, page: &impl Template) -> Response<Body> {
    match page.render() {
        Ok(text) => {
            let mut response = content("text/html; charset=utf-8", text);
            *response.status_mut() = status;
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_SECURITY_POLICY, policy(framing));
            headers.insert(header::VARY, HeaderValue::from_static("Accept-Language, Cookie"));
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            constant_fault()
        }
    }
}

/// The page of last resort: constant, in both languages, depends on nothing.
pub(crate) fn constant_fault() -> Response<Body> {
    const PAGE: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
        content=\"width=device-width, initial-scale=1\"><title>The mistake is ours</title></head><body><main><h1>The mistake is ours</h1>\
        <p>The server could not finish this. Try again in a few minutes.</p><p lang=\"fr\">L’erreur est de notre côté. Réessayez dans \
        quelques minutes.</p></main></body></html>";
    let mut response = content("text/html; charset=utf-8", PAGE);
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy(Framing::Alone));
    response
}

/// A page that only says something.
pub(crate) fn notice(frame: &Frame, status: StatusCode, message: &'static Message) -> Response<Body> {
    html(status, Framing::Alone, &Notice { frame, message, icon: "info", address: None, back: None })
}

/// The department, or the answer when there is none to speak of.
pub(crate) async fn department(app: &App, t: &'static Texts) -> Result<PublicDepartment, Response<Body>> {
    app.ask(|e| e.public_department()).await.map_err(|error| refusal(&Frame::nameless(t), &error))
}

/// The department that asks by this link.
pub(crate) async fn asking(app: &App, t: &'static Texts, token: &str) -> Result<PublicDepartment, Response<Body>> {
    let token = Token::received(token);
    app.ask(move |e| e.asking_department(&token)).await.map_err(|error| refusal(&Frame::nameless(t), &error))
}

/// A page that only says something, with the department around it where that is known.
pub(crate) async fn framed_notice(app: &App, t: &'static Texts, status: StatusCode, message: &'static Message) -> Response<Body> {
    let frame = match app.ask(|e| e.public_department()).await {
        Ok(department) => Frame::new(t, &department),
        Err(_) => Frame::nameless(t),
    };
    notice(&frame, status, message)
}

/// What the authority's refusal is to a person. Exhaustive on purpose: a new error needs a page.
pub(crate) fn refusal(frame: &Frame, error: &Error) -> Response<Body> {
    let t = frame.t;
    let (status, message) = match error {
        Error::Invalid { .. } => (StatusCode::BAD_REQUEST, &t.bad_request),
        Error::NotFound(_) => (StatusCode::NOT_FOUND, &t.unknown_link),
        Error::Conflict(Conflict::EnrollmentEnded) | Error::Denied(Denied::LinkEnded) => (StatusCode::GONE, &t.cancelled),
        Error::Denied(Denied::NotSetUp | Denied::ClockBehind) | Error::Conflict(Conflict::NewerDatabase) | Error::Unavailable(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, &t.not_ready)
        }
        Error::Denied(
            Denied::SignIn
            | Denied::Device
            | Denied::MailboxNotValidated { .. }
            | Denied::MailboxValidationEnded { .. }
            | Denied::EncryptionByScep
            | Denied::SigningKeyHere
            | Denied::NotOffered
            | Denied::GatesClosed
            | Denied::SecondOfficer,
        ) => (StatusCode::FORBIDDEN, &t.sign_in_first),
        Error::Denied(Denied::TooManyTries) => (StatusCode::TOO_MANY_REQUESTS, &t.too_many_failures),
        // These are an officer's; nothing on these pages leads to them.
        Error::Denied(Denied::WhichDepartment | Denied::OrganizationOnly) | Error::Conflict(_) | Error::Internal(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, &t.our_fault)
        }
    };
    noted(notice(frame, status, message), error)
}

/// As [`refusal`], where the department has something to put right first and nothing was wrong with what was asked.
pub(crate) fn not_ready(frame: &Frame, error: &Error) -> Response<Body> {
    noted(notice(frame, StatusCode::SERVICE_UNAVAILABLE, &frame.t.not_ready), error)
}

/// As [`refusal`], without a page, for devices.
pub(crate) fn device_refusal(error: &Error) -> Response<Body> {
    let status = match error {
        Error::Unavailable(_) | Error::Denied(Denied::NotSetUp | Denied::ClockBehind) | Error::Conflict(Conflict::NewerDatabase) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Error::Invalid { .. } => StatusCode::BAD_REQUEST,
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Denied(_) => StatusCode::FORBIDDEN,
        Error::Conflict(_) | Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    noted(empty(status), error)
}

/// A body that was not taken, as a page.
pub(crate) fn refused_body(frame: &Frame, why: Refused) -> Response<Body> {
    let (status, message) = match why {
        Refused::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, &frame.t.too_large),
        Refused::TooSlow => (StatusCode::REQUEST_TIMEOUT, &frame.t.too_slow),
        Refused::Broken => (StatusCode::BAD_REQUEST, &frame.t.bad_request),
        Refused::TooMany => (StatusCode::SERVICE_UNAVAILABLE, &frame.t.not_ready),
    };
    notice(frame, status, message)
}

/// A body that was not taken, for devices.
pub(crate) fn refused_device_body(why: Refused) -> Response<Body> {
    empty(match why {
        Refused::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refused::TooSlow => StatusCode::REQUEST_TIMEOUT,
        Refused::Broken => StatusCode::BAD_REQUEST,
        Refused::TooMany => StatusCode::SERVICE_UNAVAILABLE,
    })
}

/// Puts the reason into the officer's log; faults also into the program's.
fn noted(mut response: Response<Body>, error: &Error) -> Response<Body> {
    if let Error::Internal(fault) = error {
        tracing::error!(%fault, "a request failed");
    }
    response.extensions_mut().insert(Note(error.to_string()));
    response
}
