//! CA certificates, CRLs, health, the front page, the private root, and what each door refuses.

use super::{Site, ask};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use protocol::{cms::read_certs_only, x509::CertificateView};
use tower::ServiceExt;

#[tokio::test]
async fn certificates_and_crls_are_public_at_both_doors() {
    let site = Site::new();
    for router in [&site.https, &site.http] {
        let get = async |path: &str| ask(router, Method::GET, path, &[], Body::empty()).await;
        let root = get("/ca/root.crt").await;
        assert_eq!((root.status, root.header("content-type")), (StatusCode::OK, "application/x-x509-ca-cert"));
        let root = CertificateView::from_der(&root.body).unwrap();
        let issuing = CertificateView::from_der(&get("/ca/issuing.crt").await.body).unwrap();
        assert_eq!(issuing.issuer_der, root.subject_der);
        let chain = get("/ca/issuing.p7c").await;
        assert_eq!(chain.header("content-type"), "application/pkcs7-mime");
        let chain: Vec<_> = read_certs_only(&chain.body).unwrap().into_iter().map(|c| c.der).collect();
        assert_eq!(chain.len(), 2);
        assert!(chain.contains(&root.der) && chain.contains(&issuing.der));
        assert_eq!(read_certs_only(&get("/ca/root.p7c").await.body).unwrap().len(), 1);
        for name in ["root", "issuing"] {
            let crl = get(&format!("/crl/{name}.crl")).await;
            assert_eq!((crl.status, crl.header("content-type")), (StatusCode::OK, "application/pkix-crl"));
            assert_eq!(crl.body[0], 0x30);
        }
        for path in ["/ca/other.crt", "/ca/root", "/ca/root.pem", "/ca/%ff.crt", "/crl/%ff", "/crl/other.crl", "/crl/root", "/x"] {
            let reply = get(path).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
            assert!(reply.text().contains("There is no such page"), "{path}");
        }
        assert_eq!(get("/ocsp/root").await.status, StatusCode::METHOD_NOT_ALLOWED, "OCSP by GET carries its request in the path");
        let health = get("/healthz").await;
        assert_eq!((health.status, health.text().as_str(), health.header("content-type")), (StatusCode::OK, "ok\n", "text/plain"));
        assert_eq!(ask(router, Method::POST, "/healthz", &[], Body::empty()).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(Site::empty().plain("/healthz").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn all_who_fetch_a_crl_have_the_one_copy_that_is_kept() {
    let site = Site::new();
    let fetch = async || {
        let request = Request::get("/crl/issuing.crl").body(Body::empty()).unwrap();
        let response = site.http.clone().oneshot(request).await.unwrap();
        axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap()
    };
    let (first, second) = (fetch().await, fetch().await);
    assert_eq!(first.as_ptr(), second.as_ptr(), "a long one takes its room once, however many fetch it and however slowly");
    assert_eq!(first.to_vec(), site.authority.enroller().crl("issuing").unwrap());
}

#[tokio::test]
async fn the_front_page_publishes_both_certificates() {
    let site = Site::new();
    let certificates = site.operator.ca_certificates().unwrap();
    for (router, plain) in [(&site.https, false), (&site.http, true)] {
        for language in ["en", "fr"] {
            let page = ask(router, Method::GET, "/", &[("accept-language", language)], Body::empty()).await;
            assert_eq!(page.status, StatusCode::OK);
            let page = page.text();
            for ca in &certificates {
                assert!(page.contains(&ca.words.join(" ")));
                assert!(page.contains(&format!("/ca/{}.crt", ca.name)) && page.contains(&format!("/crl/{}.crl", ca.name)));
            }
            assert_eq!(page.contains("https://pki.example.edu:8443"), plain);
            assert_eq!(page.contains("href=\"/trust\""), plain);
        }
    }
}

#[tokio::test]
async fn the_private_root_is_explained_over_plain_http_and_checked_over_https() {
    let site = Site::new();
    let root = site.operator.ca_certificates().unwrap().into_iter().find(|c| c.name == "root").unwrap();
    for (language, compare, last) in [
        ("en", "Compare before you tap Install", "Certificate Trust Settings"),
        ("fr", "Comparez avant de toucher Installer", "Réglages de confiance des certificats"),
    ] {
        let page = ask(&site.http, Method::GET, "/trust", &[("accept-language", language)], Body::empty()).await;
        assert_eq!(page.status, StatusCode::OK);
        let page = page.text();
        for text in [compare, last, "href=\"/ca/root.crt\"", "https://pki.example.edu:8443/trusted", &root.words.join(" ")] {
            assert!(page.contains(text), "{text}");
        }
        assert_eq!(page.matches("h1v1h-1z").count(), root.picture.iter().filter(|dark| **dark).count());
        assert!(!page.contains("<form") && !page.contains("<input"), "nothing is typed here");
        let trusted = site.get_with("/trusted", &[("accept-language", language)]).await;
        assert_eq!(trusted.status, StatusCode::OK);
    }
    assert_eq!(site.get("/trust").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/").await.header("strict-transport-security"), "", "not with a private root");
}

#[tokio::test]
async fn where_something_is_typed_plain_http_names_the_secure_address_and_no_token() {
    let site = Site::new();
    let (link, _) = site.invite();
    let token = link.trim_start_matches("/e/");
    for path in [link.clone(), format!("{link}/profile"), format!("/ota/{token}"), "/trusted".into()] {
        for method in [Method::GET, Method::POST] {
            let reply = ask(&site.http, method, &path, &[("host", "evil.example")], Body::from("code=x")).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(reply.header("location"), "");
            assert!(reply.text().contains("https://pki.example.edu:8443"));
            assert!(!reply.text().contains(token) && !reply.text().contains("evil"), "{path}");
        }
    }
}

#[tokio::test]
async fn https_answers_to_its_own_names_only_and_plain_http_to_any() {
    let site = Site::new();
    for (host, status) in [
        ("pki.example.edu", StatusCode::OK),
        ("PKI.EXAMPLE.EDU:8443", StatusCode::OK),
        ("evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("pki.example.edu.evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("127.0.0.1:8443", StatusCode::MISDIRECTED_REQUEST),
    ] {
        for path in ["/", "/scep/signet?operation=GetCACaps", "/healthz"] {
            let reply = site.get_with(path, &[("host", host)]).await;
            assert_eq!(reply.status, status, "{host}{path}");
            let plain = ask(&site.http, Method::GET, path, &[("host", host)], Body::empty()).await;
            assert_eq!(plain.status, StatusCode::OK, "{host}{path}");
            assert!(!plain.text().contains("evil"));
        }
    }
    let french = site.get_with("/", &[("host", "evil.example"), ("accept-language", "fr")]).await;
    assert!(french.text().contains("Ce n’est pas l’adresse de ce serveur") && !french.text().contains("evil"));
}

#[tokio::test]
async fn with_a_public_certificate_there_is_no_root_to_explain_and_tls_is_demanded_for_a_year() {
    use openssl::{pkey::PKey, x509::X509};
    let site = Site::new();
    let ours = site.authority.enroller().tls_identity().unwrap();
    let mut pem = PKey::private_key_from_pkcs8(&ours.key).unwrap().private_key_to_pem_pkcs8().unwrap();
    for der in &ours.chain {
        pem.extend(X509::from_der(der).unwrap().to_pem().unwrap());
    }
    site.operator.import_tls(&pem, None).unwrap();
    for path in ["/", "/healthz", "/e/AAAAAAAAAAAAAAAAAAAAAA", "/nowhere"] {
        assert_eq!(site.get(path).await.header("strict-transport-security"), "max-age=31536000", "{path}");
        assert_eq!(site.plain(path).await.header("strict-transport-security"), "", "{path}");
    }
    assert_eq!(site.get("/trusted").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.plain("/trust").await.status, StatusCode::NOT_FOUND);
    assert!(!site.plain("/").await.text().contains("href=\"/trust\""));
}
