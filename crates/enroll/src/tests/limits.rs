//! Sizes, times, panics, the log.

use super::{Site, ask};
use crate::body::{LARGEST_BODY, Refused, receive};
use axum::{
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tower::ServiceExt;

/// A POST whose body never comes; `begun` counts those whose body is waited for.
fn trickling(peer: Option<&str>, begun: &Arc<AtomicUsize>) -> Request<Body> {
    let begun = begun.clone();
    let body = endless_body(move || {
        begun.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<Bytes>()
    });
    let mut request = Request::post("/scep/signet?operation=PKIOperation").body(body).unwrap();
    if let Some(peer) = peer {
        request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
    }
    request
}

async fn until(begun: &AtomicUsize, count: usize) {
    while begun.load(Ordering::SeqCst) < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn bodies_that_do_not_come_take_nobody_elses_place() {
    let site = Site::new();
    let begun = Arc::new(AtomicUsize::new(0));
    for _ in 0..256 {
        tokio::spawn(site.http.clone().oneshot(trickling(None, &begun)));
    }
    until(&begun, 256).await;
    for path in ["/healthz", "/scep/signet?operation=GetCACaps", "/crl/issuing.crl"] {
        assert_eq!(site.plain(path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn one_address_has_so_many_bodies_on_their_way_and_the_others_go_on() {
    let site = Site::new();
    let begun = Arc::new(AtomicUsize::new(0));
    for _ in 0..128 {
        tokio::spawn(site.http.clone().oneshot(trickling(Some("192.0.2.7:4711"), &begun)));
    }
    until(&begun, 128).await;
    let post = |peer: &str| {
        let mut request = Request::post("/scep/signet?operation=PKIOperation").body(Body::from("x")).unwrap();
        request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        site.http.clone().oneshot(request)
    };
    assert_eq!(post("192.0.2.7:4712").await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(post("192.0.2.8:4711").await.unwrap().status(), StatusCode::BAD_REQUEST, "its body was read");
    assert_eq!(site.plain("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_form_of_more_than_64_kib_is_refused_with_a_page() {
    let site = Site::new();
    let (link, code) = site.invite();
    for (language, text) in [("en", "That is too much"), ("fr", "C’est trop")] {
        let reply = site.form(&link, &[("accept-language", language)], &format!("code={}", "x".repeat(LARGEST_BODY))).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(reply.text().contains(text));
    }
    site.sign_in(&link, &code).await;
}

#[tokio::test]
async fn a_form_of_another_type_is_refused() {
    let site = Site::new();
    let (link, code) = site.invite();
    let headers = [("content-type", "text/plain")];
    let reply = ask(&site.https, Method::POST, &link, &headers, Body::from(format!("code={code}"))).await;
    assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn an_address_of_more_than_32_kib_is_refused() {
    let site = Site::new();
    for (length, status) in [(32 * 1024 - 40, StatusCode::BAD_REQUEST), (32 * 1024, StatusCode::URI_TOO_LONG)] {
        let path = format!("/scep/a?operation=PKIOperation&message={}", "A".repeat(length));
        assert_eq!(site.plain(&path).await.status, status, "{length}");
    }
    let french = ask(&site.https, Method::GET, &format!("/{}", "x".repeat(33_000)), &[("accept-language", "fr")], Body::empty()).await;
    assert!(french.text().contains("L’adresse est trop longue"));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_given_up_after_30_seconds() {
    let started = tokio::time::Instant::now();
    let trickle = endless_body(|| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Bytes::from_static(b"x")
    });
    assert_eq!(receive(&HeaderMap::new(), trickle).await, Err(Refused::TooSlow));
    assert_eq!(started.elapsed().as_secs(), 30);
}

#[tokio::test]
async fn an_announced_length_is_refused_before_a_byte_is_read() {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_LENGTH, "65537".parse().unwrap());
    let never = endless_body(std::future::pending::<Bytes>);
    assert_eq!(receive(&headers, never).await, Err(Refused::TooLarge));
    assert_eq!(receive(&HeaderMap::new(), Body::from(vec![0; LARGEST_BODY])).await.map(|b| b.len()), Ok(LARGEST_BODY));
    assert_eq!(receive(&HeaderMap::new(), Body::from(vec![0; LARGEST_BODY + 1])).await, Err(Refused::TooLarge));
    let endless = endless_body(|| async { Bytes::from(vec![0; 4_096]) });
    assert_eq!(receive(&HeaderMap::new(), endless).await, Err(Refused::TooLarge));
}

#[tokio::test]
async fn a_panic_is_a_constant_page_and_the_server_goes_on() {
    let site = Site::new();
    let (app, _) = crate::app::App::pair(site.authority.enroller(), std::sync::Arc::new(site.clock.clone()), site.log.clone());
    let router = axum::Router::new()
        .route(
            "/panic",
            axum::routing::get(|| async {
                if true {
                    panic!("a mistake of ours")
                }
            }),
        )
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(crate::guard::panicked))
        .layer(axum::middleware::from_fn_with_state(app.clone(), crate::guard::guard))
        .with_state(app);
    for _ in 0..2 {
        let reply = ask(&router, Method::GET, "/panic", &[], Body::empty()).await;
        assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(reply.text().contains("The mistake is ours") && !reply.text().contains("a mistake of"));
    }
    assert_eq!(site.log.entries().last().unwrap().status, 500);
}

#[tokio::test]
async fn the_log_tells_what_happened_and_no_secret() {
    let site = Site::new();
    let (link, code) = site.invite();
    site.form(&link, &[], "code=0000-0000").await;
    let cookie = site.sign_in(&link, &code).await;
    site.get_with(&format!("{link}/profile?x={code}"), &[("cookie", &cookie)]).await;
    site.plain("/scep/signet?operation=GetCACaps&message=secret").await;
    let entries = site.log.entries();
    let lines: Vec<_> = entries.iter().map(|e| (e.secure, e.method.as_str(), e.path.as_str(), e.status, e.note.as_deref())).collect();
    assert_eq!(
        lines,
        [
            (true, "POST", "/e/…", 403, Some("wrong sign-in")),
            (true, "POST", "/e/…", 303, None),
            (true, "GET", "/e/…/profile", 200, None),
            (false, "GET", "/scep/signet", 200, Some("GetCACaps")),
        ]
    );
    let told = format!("{entries:?}");
    for secret in [link.trim_start_matches("/e/"), &code, &cookie] {
        assert!(!told.contains(secret));
    }
}

/// A body that gives what `next` gives, for ever.
fn endless_body<F>(next: impl Fn() -> F + Send + Sync + 'static) -> Body
where
    F: Future<Output = Bytes> + Send + 'static,
{
    struct Endless<N, F>(N, Option<std::pin::Pin<Box<F>>>);
    impl<N: Fn() -> F + Unpin, F: Future<Output = Bytes>> hyper::body::Body for Endless<N, F> {
        type Data = Bytes;
        type Error = std::convert::Infallible;
        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
            let mut pending = self.1.take().unwrap_or_else(|| Box::pin(self.0()));
            match pending.as_mut().poll(context) {
                std::task::Poll::Ready(bytes) => std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(bytes)))),
                std::task::Poll::Pending => {
                    self.1 = Some(pending);
                    std::task::Poll::Pending
                }
            }
        }
    }
    Body::new(Endless(Box::new(next), None))
}
