//! The private root: the page that brings it to a phone, over plain HTTP, and the page that loads only when the phone trusts it.

use super::{
    pages::{Notice, Trust, Trusted},
    view::{CaView, Frame},
};
use crate::{
    app::App,
    guard::texts,
    page::{Framing, department, html, refusal},
    publication::unknown,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, Response, StatusCode},
};
use protocol::x509::CertificateView;

/// `GET /trust`, plain HTTP, private root only: no token, nothing typed, nothing personal.
pub(crate) async fn trust(State(app): State<App>, headers: HeaderMap) -> Response<Body> {
    let t = texts(&headers);
    let department = match department(&app, t).await {
        Ok(department) if department.private_root => department,
        Ok(_) => return unknown(&app, &headers).await,
        Err(answer) => return answer,
    };
    let frame = Frame::new(t, &department);
    let found = app
        .ask(|e| {
            let all = e.ca_certificates()?;
            let root = all.iter().find(|c| c.name == "root").ok_or(ra::Error::NotFound(ra::Noun::Certificate))?;
            let name = CertificateView::from_der(&root.der)?.subject.common_name().map(str::to_owned);
            Ok((CaView::new(root), name))
        })
        .await;
    match found {
        Ok((root, name)) => {
            let page = Trust {
                frame: &frame,
                root: &root,
                root_name: name.as_deref().unwrap_or(&department.department),
                trusted_url: &format!("{}/trusted", department.public_url.trim_end_matches('/')),
            };
            html(StatusCode::OK, Framing::Alone, &page)
        }
        Err(error) => refusal(&frame, &error),
    }
}

/// `GET /trusted`, HTTPS: that it loads is the check.
pub(crate) async fn trusted(State(app): State<App>, headers: HeaderMap) -> Response<Body> {
    match department(&app, texts(&headers)).await {
        Ok(department) if department.private_root => {
            html(StatusCode::OK, Framing::Alone, &Trusted { frame: &Frame::new(texts(&headers), &department) })
        }
        Ok(_) => unknown(&app, &headers).await,
        Err(answer) => answer,
    }
}

/// Pages where something is typed, asked for over plain HTTP: the page names the secure address and never the token.
pub(crate) async fn only_https(State(app): State<App>, headers: HeaderMap) -> Response<Body> {
    let t = texts(&headers);
    match department(&app, t).await {
        Ok(department) => {
            let frame = Frame::new(t, &department);
            let page = Notice { frame: &frame, message: &t.only_https, icon: "lock", address: Some(&department.public_url), back: None };
            html(StatusCode::NOT_FOUND, Framing::Alone, &page)
        }
        Err(answer) => answer,
    }
}
