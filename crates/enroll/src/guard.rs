//! Around every request: host and address checks, panics, security headers, the log.

use crate::{
    app::{App, Door},
    log::{LogEntry, Note, redacted},
    page::{constant_fault, empty, notice},
    portal::{language, texts::Texts, view::Frame},
};
use axum::{
    body::Body,
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri, header, request::Parts},
    middleware::Next,
};
use std::{
    net::{IpAddr, SocketAddr},
    time::Instant,
};

/// Longest request target: a SCEP GET of a renewal with its chain needs about 8 KB (docs/conformance.md Q2).
const LONGEST_TARGET: usize = 32 * 1024;
/// One year.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// From where a request came.
pub(crate) fn peer(request_extensions: &axum::http::Extensions) -> Option<IpAddr> {
    request_extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip().to_canonical())
}

/// The second segment of the path as it came: `{token}` or `{file}`. Not decoded: what we make needs no escapes, so a path that has some
/// is simply not found, whatever its bytes are.
pub(crate) struct Segment(pub(crate) String);

/// The second segment of a path.
pub(crate) fn segment(path: &str) -> &str {
    path.split('/').nth(2).unwrap_or_default()
}

impl<S: Sync> FromRequestParts<S> for Segment {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Segment(segment(parts.uri.path()).to_owned()))
    }
}

/// The language of the answer.
pub(crate) fn texts(headers: &HeaderMap) -> &'static Texts {
    language::texts(headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()))
}

/// The outermost layer.
pub(crate) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response<Body> {
    let started = Instant::now();
    let at = app.now();
    let peer = peer(request.extensions());
    let method = request.method().as_str().chars().take(16).collect();
    let path = redacted(request.uri().path());
    let mut response = answer(&app, request, next).await;
    let note = response.extensions_mut().remove::<Note>().map(|Note(text)| text);
    let headers = response.headers_mut();
    let absent = |headers: &mut HeaderMap, name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    absent(headers, header::CACHE_CONTROL, "no-store");
    absent(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    absent(headers, header::REFERRER_POLICY, "no-referrer");
    app.shared.log.push(LogEntry {
        at,
        peer,
        secure: app.door == Door::Https,
        method,
        path,
        status: response.status().as_u16(),
        milliseconds: u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX),
        note,
    });
    response
}

async fn answer(app: &App, request: Request, next: Next) -> Response<Body> {
    let t = texts(request.headers());
    if request.uri().path_and_query().is_some_and(|p| p.as_str().len() > LONGEST_TARGET) {
        return notice(&Frame::nameless(t), StatusCode::URI_TOO_LONG, &t.too_long_address);
    }
    if app.door == Door::Http {
        return next.run(request).await;
    }
    // Without a department there is no host to compare with; the pages then say that the server is not ready.
    let facts = match app.facts().await {
        Ok(facts) => Some(facts),
        // Nobody is let in unasked.
        Err(ra::Error::Unavailable(ra::Dependency::Busy)) => return empty(StatusCode::SERVICE_UNAVAILABLE),
        Err(_) => None,
    };
    if let Some(facts) = &facts
        && !named_here(request.uri(), request.headers(), &facts.hosts)
    {
        return notice(&Frame::nameless(t), StatusCode::MISDIRECTED_REQUEST, &t.wrong_host);
    }
    let mut response = next.run(request).await;
    if facts.is_some_and(|f| !f.private_root) {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    response
}

/// The host that the request names, by its absolute target or its Host header, is one of ours (RFC 9110 section 7.4). None at all is
/// no foreign one: HTTP/1.0 clients send none.
pub(crate) fn named_here(target: &Uri, headers: &HeaderMap, ours: &[String]) -> bool {
    let by_target = target.authority().map(|a| a.as_str().to_owned());
    let by_header = headers.get_all(header::HOST).iter().map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
    by_target.into_iter().chain(by_header).filter(|h| !h.is_empty()).all(|named| ours.contains(&bare_host(&named)))
}

/// `Host` as we compare it: without user, port, brackets and final dot, in lower case; addresses in their one canonical form.
pub(crate) fn bare_host(named: &str) -> String {
    let named = named.trim();
    let host = match named.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((v6, _)) => v6,
        // More than one colon without brackets is a bare IPv6 address.
        None if named.matches(':').count() > 1 => named,
        None => named.rsplit_once(':').map_or(named, |(host, _)| host),
    };
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => host.trim_end_matches('.').to_ascii_lowercase(),
    }
}

/// What a panic in a handler becomes.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response<Body> {
    tracing::error!("a request ended in a panic");
    constant_fault()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_compared_without_port_brackets_case_and_final_dot() {
        for (named, bare) in [
            ("pki.example.edu", "pki.example.edu"),
            ("PKI.Example.edu:8443", "pki.example.edu"),
            ("pki.example.edu.", "pki.example.edu"),
            ("192.0.2.7:8443", "192.0.2.7"),
            ("[2001:DB8::0:1]:8443", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            (" pki.example.edu ", "pki.example.edu"),
        ] {
            assert_eq!(bare_host(named), bare, "{named}");
        }
    }

    #[test]
    fn every_name_a_request_gives_must_be_ours() {
        let ours = ["pki.example.edu".to_owned(), "192.0.2.7".to_owned()];
        let named = |target: &str, hosts: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(header::HOST, HeaderValue::from_static(host));
            }
            named_here(&target.parse().unwrap(), &headers, &ours)
        };
        assert!(named("/", &["pki.example.edu:8443"]));
        assert!(named("/", &["192.0.2.7"]));
        assert!(named("/", &[]), "HTTP/1.0");
        assert!(!named("/", &["evil.example"]));
        assert!(!named("/", &["pki.example.edu", "evil.example"]));
        assert!(!named("https://evil.example/", &["pki.example.edu"]));
        assert!(!named("/", &["pki.example.edu@evil.example"]));
        assert!(!named("/", &["pki.example.edu.evil.example"]));
    }
}
