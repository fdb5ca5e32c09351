//! Router tests in process and listener tests over real sockets, on a real department with a clock that stands still.

mod devices;
mod limits;
mod listeners;
mod ocsp;
mod portal;
mod publications;
mod sign_in;

use crate::{app::App, log::RequestLog, router::router};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use ra::{Authority, Operator, invitation::Channel, mailbox::Method as Validation, ports::FixedClock, subscriber, testing};
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt;

pub(super) const ALICE: &str = "alice@example.edu";
pub(super) const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
     Version/18.1 Mobile/15E148 Safari/604.1";

/// A department with one person, and the routers of both doors.
pub(super) struct Site {
    pub(super) https: Router,
    pub(super) http: Router,
    pub(super) authority: Authority,
    pub(super) operator: Operator,
    pub(super) clock: FixedClock,
    pub(super) log: RequestLog,
    pub(super) _folder: TempDir,
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
    /// The session cookie as a request would carry it.
    pub(super) fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap().to_owned()
    }
}

impl Site {
    /// Not yet set up.
    pub(super) fn empty() -> Self {
        let (authority, clock, folder) = testing::authority();
        let log = RequestLog::default();
        let (https, http) = App::pair(authority.enroller(), Arc::new(clock.clone()), log.clone());
        let operator = testing::officer(&authority);
        Site { https: router(https), http: router(http), authority, operator, clock, log, _folder: folder }
    }

    /// With a department and Alice, whose mailbox is validated.
    pub(super) fn new() -> Self {
        let site = Site::empty();
        testing::department(&site.authority);
        site.operator.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
        let alice =
            subscriber::NewSubscriber { name: "Alice Example".into(), mail: ALICE.into(), kind: subscriber::SubscriberKind::Person };
        site.operator.add_subscriber(alice).unwrap();
        site.operator.validate_mailbox(ALICE, Validation::InPerson, "showed her staff card").unwrap();
        site
    }

    /// A fresh link of Alice: path and code.
    pub(super) fn invite(&self) -> (String, String) {
        let invitation = self.operator.invite(ALICE, Channel::Show).unwrap();
        (format!("/e/{}", invitation.token.reveal()), invitation.code.reveal())
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        ask(&self.https, Method::GET, path, &[], Body::empty()).await
    }

    pub(super) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        ask(&self.https, Method::GET, path, headers, Body::empty()).await
    }

    pub(super) async fn plain(&self, path: &str) -> Reply {
        ask(&self.http, Method::GET, path, &[], Body::empty()).await
    }

    pub(super) async fn form(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        ask(&self.https, Method::POST, path, &all, Body::from(body.to_owned())).await
    }

    /// Signs in with the code and gives back the cookie.
    pub(super) async fn sign_in(&self, link: &str, code: &str) -> String {
        let reply = self.form(link, &[], &format!("code={code}")).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text());
        reply.cookie()
    }
}

/// One request, in process.
pub(super) async fn ask(router: &Router, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let reply = Reply { status: head.status, headers: head.headers, body: to_bytes(body, usize::MAX).await.unwrap().to_vec() };
    for (name, value) in [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")] {
        assert_eq!(reply.header(name), value, "{path}");
    }
    assert!(matches!(reply.header("cache-control"), "no-store" | "no-cache"), "{path}");
    if reply.header("content-type").starts_with("text/html") {
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{path}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") || path.contains("/steps"), "{path}: {policy}");
    } else {
        assert!(reply.headers.get(header::CONTENT_SECURITY_POLICY).is_none());
    }
    reply
}
