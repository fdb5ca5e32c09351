//! OTA and SCEP at their edges; whole walks are in the end-to-end tests.

use super::{Reply, Site, ask};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};

const PATHS: [&str; 6] = [
    "/scep/signet",
    "/scep/signet/",
    "/scep/any/pkiclient.exe",
    "/cgi-bin/pkiclient.exe",
    "/certsrv/mscep/mscep.dll",
    "/certsrv/mscep/mscep.dll/pkiclient.exe",
];

async fn post(site: &Site, path: &str, media_type: Option<&str>, body: Vec<u8>) -> Reply {
    let headers: Vec<(&str, &str)> = media_type.map(|m| ("content-type", m)).into_iter().collect();
    ask(&site.https, Method::POST, path, &headers, Body::from(body)).await
}

#[tokio::test]
async fn scep_is_served_at_every_path_and_both_doors_with_exact_types() {
    let site = Site::new();
    for path in PATHS {
        for router in [&site.https, &site.http] {
            for message in ["", "&message=", "&message=default", "&message=0", "&message=signet", "&MESSAGE=x%20y"] {
                let caps = ask(router, Method::GET, &format!("{path}?operation=GetCACaps{message}"), &[], Body::empty()).await;
                assert_eq!((caps.status, caps.header("content-type")), (StatusCode::OK, "text/plain"), "{path}{message}");
                let caps = caps.text();
                for word in ["POSTPKIOperation", "AES", "SHA-256", "SCEPStandard"] {
                    assert!(caps.lines().any(|l| l == word), "{word} in {caps}");
                }
                let ca = ask(router, Method::GET, &format!("{path}?operation=GetCACert{message}"), &[], Body::empty()).await;
                assert_eq!((ca.status, ca.header("content-type")), (StatusCode::OK, "application/x-x509-ca-ra-cert"));
                assert_eq!(protocol::cms::read_certs_only(&ca.body).unwrap().len(), 3, "RA, issuing CA, root");
            }
        }
    }
}

#[tokio::test]
async fn scep_refuses_by_status_and_without_a_page() {
    let site = Site::new();
    let operation = "/scep/signet?operation=PKIOperation";
    for (reply, status, why) in [
        (post(&site, operation, None, b"garbage".to_vec()).await, StatusCode::BAD_REQUEST, "no type at all is accepted"),
        (post(&site, operation, Some("application/x-pki-message"), vec![]).await, StatusCode::BAD_REQUEST, "empty"),
        (post(&site, operation, Some("application/octet-stream"), vec![0x30, 0x80]).await, StatusCode::BAD_REQUEST, "truncated"),
        (post(&site, operation, Some("Application/X-PKI-Message; v=1"), vec![0x30; 9]).await, StatusCode::BAD_REQUEST, "parameters"),
        (post(&site, operation, Some("text/html"), vec![]).await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "another type"),
        (post(&site, operation, None, vec![0x30; 64 * 1024 + 1]).await, StatusCode::PAYLOAD_TOO_LARGE, "more than 64 KiB"),
        (post(&site, "/scep/signet?operation=GetCACaps", None, vec![]).await, StatusCode::METHOD_NOT_ALLOWED, "caps by POST"),
        (post(&site, "/scep/signet", None, vec![]).await, StatusCode::BAD_REQUEST, "no operation"),
        (site.get("/scep/signet").await, StatusCode::BAD_REQUEST, "no operation"),
        (site.get("/scep/signet?operation=Nonsense").await, StatusCode::BAD_REQUEST, "unknown operation"),
        (site.get(operation).await, StatusCode::BAD_REQUEST, "no message"),
        (site.get(&format!("{operation}&message=%25")).await, StatusCode::BAD_REQUEST, "no base64"),
        (site.get(&format!("{operation}&message=MIIB")).await, StatusCode::BAD_REQUEST, "no pkiMessage"),
        (
            ask(&site.https, Method::HEAD, &format!("{operation}&message=MIIB"), &[], Body::empty()).await,
            StatusCode::METHOD_NOT_ALLOWED,
            "HEAD",
        ),
        (ask(&site.https, Method::PUT, operation, &[], Body::empty()).await, StatusCode::METHOD_NOT_ALLOWED, "PUT"),
        (site.get("/scep").await, StatusCode::NOT_FOUND, "no such path"),
    ] {
        assert_eq!(reply.status, status, "{why}");
        assert_eq!(status == StatusCode::METHOD_NOT_ALLOWED, !reply.header("allow").is_empty(), "{why}");
        if status != StatusCode::NOT_FOUND {
            assert!(reply.body.is_empty(), "{why}");
        }
    }
    // Nested as deep as 64 KiB allow.
    let deep = post(&site, operation, None, [0x30, 0x80].repeat(32 * 1024)).await;
    assert_eq!(deep.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn ota_refuses_by_status_and_without_a_page() {
    let site = Site::new();
    let (link, code) = site.invite();
    let path = link.replace("/e/", "/ota/");
    site.sign_in(&link, &code).await;
    let signature = Some("application/pkcs7-signature");
    for (reply, status, why) in [
        (post(&site, &path, None, b"x".to_vec()).await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "no type"),
        (post(&site, &path, Some("application/x-pki-message"), vec![]).await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "another type"),
        (post(&site, &path, signature, b"garbage".to_vec()).await, StatusCode::BAD_REQUEST, "garbage"),
        (post(&site, &path, signature, vec![]).await, StatusCode::BAD_REQUEST, "empty"),
        (post(&site, &path, Some("Application/PKCS7-Signature; x=y"), vec![0x30, 0x80]).await, StatusCode::BAD_REQUEST, "parameters"),
        (post(&site, &path, signature, [0x30, 0x80].repeat(32 * 1024)).await, StatusCode::BAD_REQUEST, "deeply nested"),
        (post(&site, &path, signature, vec![0x30; 64 * 1024 + 1]).await, StatusCode::PAYLOAD_TOO_LARGE, "more than 64 KiB"),
        (post(&site, "/ota/AAAAAAAAAAAAAAAAAAAAAA", signature, b"x".to_vec()).await, StatusCode::NOT_FOUND, "unknown token"),
        (post(&site, "/ota/%ff", signature, b"x".to_vec()).await, StatusCode::NOT_FOUND, "no text at all"),
    ] {
        assert_eq!(reply.status, status, "{why}");
        assert!(reply.body.is_empty() && reply.header("location").is_empty(), "{why}");
    }
    let looked_at = site.get(&path).await;
    assert_eq!((looked_at.status, looked_at.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
}
