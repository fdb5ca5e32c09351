//! What devices ask: Apple's over-the-air POSTs and SCEP (RFC 8894 section 4). No pages here: a status, a
//! type without parameters, a length.

use crate::{
    app::App,
    body::{discard, media_type},
    guard::Segment,
    log::Note,
    page::{content, device_refusal, empty, refused_device_body},
};
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, Response, StatusCode, header},
};
use ra::{ota::OtaAnswer, scep::PkiAnswer, secret::Token};

/// `POST /ota/{token}`: phases 2 and 3. A redirect only to end the flow on purpose.
pub(crate) async fn ota(State(app): State<App>, Segment(token): Segment, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    if media_type(&head.headers).as_deref() != Some("application/pkcs7-signature") {
        discard(&head.headers, body).await;
        return empty(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let message = match app.receive(&head, body).await {
        Ok(message) => message,
        Err(why) => return refused_device_body(why),
    };
    let answer = app.ask(move |e| e.ota(&Token::received(&token), &message)).await;
    match answer {
        Ok(OtaAnswer::Profile(profile)) => content("application/x-apple-aspen-config", profile),
        Ok(OtaAnswer::Page { url }) => match HeaderValue::try_from(url) {
            Ok(location) => {
                let mut response = empty(StatusCode::MOVED_PERMANENTLY);
                response.headers_mut().insert(header::LOCATION, location);
                response
            }
            Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
        },
        Ok(OtaAnswer::Malformed) => empty(StatusCode::BAD_REQUEST),
        Ok(OtaAnswer::Forbidden) => empty(StatusCode::FORBIDDEN),
        Ok(OtaAnswer::Unknown) => empty(StatusCode::NOT_FOUND),
        Err(error) => device_refusal(&error),
    }
}

/// SCEP at every path that clients use. The query is read as it came: form decoding destroys base64 (docs/conformance.md Q1).
pub(crate) async fn scep(State(app): State<App>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let operation = parameter(&query, "operation").unwrap_or_default();
    let (message, name) = match (&head.method, operation) {
        (&Method::GET | &Method::HEAD, "GetCACaps") => {
            // An unknown CA identifier in `message` means the one CA that is here (docs/conformance.md Q5).
            let answer = app.ask(|e| e.scep_capabilities()).await;
            return noted(answer.map_or_else(|e| device_refusal(&e), |caps| content("text/plain", caps)), "GetCACaps");
        }
        (&Method::GET | &Method::HEAD, "GetCACert") => {
            let answer = app.ask(|e| e.scep_ca_certificates()).await;
            return noted(answer.map_or_else(|e| device_refusal(&e), |der| content("application/x-x509-ca-ra-cert", der)), "GetCACert");
        }
        (&Method::GET, "PKIOperation") => match parameter(&query, "message").map(protocol::scep::decode_get_message) {
            Some(Ok(message)) => (Bytes::from(message), "PKIOperation by GET"),
            Some(Err(_)) | None => return noted(empty(StatusCode::BAD_REQUEST), "PKIOperation by GET"),
        },
        (&Method::POST, "PKIOperation") => {
            // Some clients send no type at all (docs/conformance.md Q4).
            if !matches!(media_type(&head.headers).as_deref(), None | Some("application/x-pki-message" | "application/octet-stream")) {
                discard(&head.headers, body).await;
                return noted(empty(StatusCode::UNSUPPORTED_MEDIA_TYPE), "PKIOperation");
            }
            match app.receive(&head, body).await {
                Ok(message) => (message, "PKIOperation"),
                Err(why) => return noted(refused_device_body(why), "PKIOperation"),
            }
        }
        // A HEAD must not issue a certificate.
        (&Method::HEAD, "PKIOperation") | (&Method::POST, "GetCACaps" | "GetCACert") => {
            return noted(not_allowed(if head.method == Method::HEAD { "GET, POST" } else { "GET" }), "refused");
        }
        (&Method::GET | &Method::HEAD | &Method::POST, _) => return noted(empty(StatusCode::BAD_REQUEST), "unknown operation"),
        _ => return not_allowed("GET, POST"),
    };
    let answer = app.pki_operation(message).await;
    let response = match answer {
        Ok(PkiAnswer::CertRep(der)) => content("application/x-pki-message", der),
        Ok(PkiAnswer::LongCrl(answer)) => match app.ask(move |_| answer.encode()).await {
            Ok(der) => content("application/x-pki-message", Bytes::from_owner(der)),
            Err(error) => device_refusal(&error),
        },
        Ok(PkiAnswer::Malformed) => empty(StatusCode::BAD_REQUEST),
        Err(error) => device_refusal(&error),
    };
    noted(response, name)
}

/// 405 with what is allowed (RFC 9110 section 15.5.6).
fn not_allowed(methods: &'static str) -> Response<Body> {
    let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

/// Puts the operation into the log, where nothing else was noted.
fn noted(mut response: Response<Body>, text: &str) -> Response<Body> {
    if response.extensions().get::<Note>().is_none() {
        response.extensions_mut().insert(Note(text.to_owned()));
    }
    response
}

/// The raw value of a query parameter, undecoded; the name in any case.
pub(crate) fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::parameter;

    #[test]
    fn a_query_is_read_without_decoding() {
        let query = "operation=PKIOperation&message=MIIB+/%2B%3D==&x";
        assert_eq!(parameter(query, "operation"), Some("PKIOperation"));
        assert_eq!(parameter(query, "message"), Some("MIIB+/%2B%3D=="));
        assert_eq!(parameter(query, "x"), Some(""));
        assert_eq!(parameter("Operation=GetCACert", "operation"), Some("GetCACert"));
        assert_eq!(parameter("", "operation"), None);
    }
}
