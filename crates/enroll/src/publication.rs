//! What everybody may have: CA certificates, CRLs, whether the server is well, and the department's public page.

use crate::{
    app::{App, Door},
    guard::{Segment, texts},
    page::{Framing, content, department, device_refusal, empty, framed_notice, html, refusal},
    portal::{
        pages::Front,
        view::{CaView, Frame},
    },
};
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use protocol::{cms::certs_only, x509::CertificateView};
use std::sync::Arc;

/// `GET /ca/{name}.crt` (RFC 5280 section 4.2.2.1: DER) and `.p7c` (certs-only CMS, the issuer's chain up to the root).
pub(crate) async fn ca(State(app): State<App>, Segment(file): Segment, headers: HeaderMap) -> Response<Body> {
    let wanted = match file.rsplit_once('.') {
        Some((name, "crt")) => (name.to_owned(), false),
        Some((name, "p7c")) => (name.to_owned(), true),
        _ => (String::new(), false),
    };
    let answer = app
        .ask(move |e| {
            let (name, chain) = wanted;
            let certificates = e.ca_certificates()?;
            let Some(asked) = certificates.iter().find(|c| c.name == name) else { return Ok(None) };
            if !chain {
                return Ok(Some(("application/x-x509-ca-cert", asked.der.clone())));
            }
            let mut views = vec![CertificateView::from_der(&asked.der)?];
            if asked.name != "root"
                && let Some(root) = certificates.iter().find(|c| c.name == "root")
            {
                views.push(CertificateView::from_der(&root.der)?);
            }
            Ok(Some(("application/pkcs7-mime", certs_only(&views.iter().collect::<Vec<_>>())?)))
        })
        .await;
    match answer {
        Ok(Some((media_type, bytes))) => fresh(content(media_type, bytes)),
        Ok(None) => unknown(&app, &headers).await,
        Err(error) => device_refusal(&error),
    }
}

/// A CRL of which all who fetch it have the one copy that is kept: some have tens of megabytes, and peers take their time.
struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// `GET /crl/{name}.crl` (RFC 5280 section 4.2.1.13: one DER CRL).
pub(crate) async fn crl(State(app): State<App>, Segment(file): Segment, headers: HeaderMap) -> Response<Body> {
    let name = match file.strip_suffix(".crl") {
        Some(name @ ("root" | "issuing" | "issuing-delta")) => name.to_owned(),
        _ => return unknown(&app, &headers).await,
    };
    match app.ask(move |e| e.shared_crl(&name)).await {
        Ok(crl) => fresh(content("application/pkix-crl", Bytes::from_owner(Shared(crl)))),
        // Where no delta CRLs are made.
        Err(ra::Error::NotFound(_)) => unknown(&app, &headers).await,
        Err(error) => device_refusal(&error),
    }
}

/// May be kept, but is asked for again before use: a revocation counts at once.
fn fresh(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// `GET /healthz`.
pub(crate) async fn healthz(State(app): State<App>) -> Response<Body> {
    match app.ask(|e| e.ready()).await {
        Ok(()) => content("text/plain", "ok\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            let mut response = content("text/plain", "not ready\n");
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response
        }
    }
}

/// `GET /`: the department's public page.
pub(crate) async fn front(State(app): State<App>, headers: HeaderMap) -> Response<Body> {
    let t = texts(&headers);
    let department = match department(&app, t).await {
        Ok(department) => department,
        Err(answer) => return answer,
    };
    let frame = Frame::new(t, &department);
    match app.ask(|e| e.ca_certificates()).await {
        Ok(certificates) => {
            let certificates: Vec<CaView> = certificates.iter().map(CaView::new).collect();
            let plain = app.door == Door::Http;
            let page = Front {
                frame: &frame,
                certificates: &certificates,
                trust_link: plain && department.private_root,
                https: plain.then_some(department.public_url.as_str()),
            };
            html(StatusCode::OK, Framing::Alone, &page)
        }
        Err(error) => refusal(&frame, &error),
    }
}

/// Any path that is not served.
pub(crate) async fn unknown(app: &App, headers: &HeaderMap) -> Response<Body> {
    let t = texts(headers);
    framed_notice(app, t, StatusCode::NOT_FOUND, &t.unknown_page).await
}

/// The fallback.
pub(crate) async fn not_found(State(app): State<App>, headers: HeaderMap) -> Response<Body> {
    unknown(&app, &headers).await
}

/// A path that is served, but not with this method.
pub(crate) async fn wrong_method(State(app): State<App>, headers: HeaderMap) -> Response<Body> {
    let t = texts(&headers);
    framed_notice(&app, t, StatusCode::METHOD_NOT_ALLOWED, &t.wrong_method).await
}

/// Browsers ask for it unasked; an empty answer is cheaper than a page.
pub(crate) async fn favicon() -> Response<Body> {
    empty(StatusCode::NO_CONTENT)
}
