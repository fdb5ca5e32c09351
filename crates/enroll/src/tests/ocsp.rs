//! OCSP over HTTP, read by OpenSSL: both methods, every way to write the request into a path, and what is no request.

use super::{ALICE, Reply, Site, ask};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use openssl::ocsp::{OcspCertStatus, OcspResponse, OcspResponseStatus};
use protocol::{
    crl::Reason,
    ocsp::request,
    x509::{CertificateView, SerialNumber},
};
use ra::{issuance::Form, profile::ProfileName};

const OCSP: &str = "application/ocsp-request";

fn ca(site: &Site, name: &str) -> CertificateView {
    let found = site.operator.ca_certificates().unwrap().into_iter().find(|ca| ca.name == name).unwrap();
    CertificateView::from_der(&found.der).unwrap()
}

fn issued(site: &Site) -> SerialNumber {
    let made = site.operator.issue_generated(ALICE, ProfileName::Encryption, Form::Modern, true).unwrap();
    SerialNumber::parse(&made.issued.certificate.serial).unwrap()
}

async fn post(site: &Site, path: &str, media_type: Option<&str>, body: Vec<u8>) -> Reply {
    let headers: Vec<_> = media_type.map(|of| ("content-type", of)).into_iter().collect();
    ask(&site.http, Method::POST, path, &headers, Body::from(body)).await
}

/// What a reply says of the certificates that were asked about, in their order; or the word that stands for no answer.
fn said(reply: &Reply) -> String {
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, "application/ocsp-response"));
    assert_eq!(reply.header("cache-control"), "no-cache", "a revocation counts at once");
    let response = OcspResponse::from_der(&reply.body).unwrap();
    match response.status() {
        OcspResponseStatus::SUCCESSFUL => {}
        OcspResponseStatus::MALFORMED_REQUEST => return "malformed".to_owned(),
        OcspResponseStatus::UNAUTHORIZED => return "unauthorized".to_owned(),
        OcspResponseStatus::TRY_LATER => return "try later".to_owned(),
        other => panic!("{other:?}"),
    }
    statuses(&reply.body).join(" ")
}

/// CertStatus of each SingleResponse: the tags [0], [1] and [2] behind its CertID.
fn statuses(response: &[u8]) -> Vec<&'static str> {
    let mut found = Vec::new();
    // id-sha1 begins each CertID of these requests; its SEQUENCE of 11 octets stands in one of at least 60.
    let sha1 = [0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00];
    for at in (2..response.len()).filter(|at| response[*at..].starts_with(&sha1)) {
        found.push(match response[at + usize::from(response[at - 1])] {
            0x80 => "good",
            0xa1 => "revoked",
            0x82 => "unknown",
            other => panic!("{other:#x}"),
        });
    }
    found
}

/// A request about several certificates, made of requests about one each.
fn about(requests: &[Vec<u8>]) -> Vec<u8> {
    let mut content: Vec<u8> = requests.iter().flat_map(|one| one[6..].to_vec()).collect();
    for _ in 0..3 {
        let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
        let header: &[u8] = match (high, low) {
            (0, 0..0x80) => &[0x30, low],
            (0, _) => &[0x30, 0x81, low],
            _ => &[0x30, 0x82, high, low],
        };
        content.splice(0..0, header.iter().copied());
    }
    content
}

#[tokio::test]
async fn both_methods_answer_at_both_doors_what_openssl_reads() {
    let site = Site::new();
    let (issuing, serial) = (ca(&site, "issuing"), issued(&site));
    let asked = request(&issuing, &serial, None).unwrap();
    for router in [&site.http, &site.https] {
        let by_post = ask(router, Method::POST, "/ocsp/issuing", &[("content-type", OCSP)], Body::from(asked.clone())).await;
        let by_get = ask(router, Method::GET, &format!("/ocsp/issuing/{}", BASE64_STANDARD.encode(&asked)), &[], Body::empty()).await;
        assert_eq!((said(&by_post).as_str(), by_get.body == by_post.body), ("good", true), "signed once and kept");
        assert_eq!(said(&ask(router, Method::POST, "/ocsp/issuing/", &[], Body::from(asked.clone())).await), "good", "no type, a slash");
    }
    site.operator.revoke(&serial, Reason::KeyCompromise).unwrap();
    let reply = post(&site, "/ocsp/issuing", Some(OCSP), asked.clone()).await;
    assert_eq!(said(&reply), "revoked", "at the next request");
    let response = OcspResponse::from_der(&reply.body).unwrap();
    let (serial, certificate) =
        (openssl::bn::BigNum::from_slice(serial.octets()).unwrap(), openssl::x509::X509::from_der(&issuing.der).unwrap());
    let id = openssl::ocsp::OcspCertId::from_cert(openssl::hash::MessageDigest::sha1(), &of_serial(&serial, &certificate), &certificate)
        .unwrap();
    assert!(response.basic().unwrap().find_status(&id).is_some_and(|found| found.status == OcspCertStatus::REVOKED));
    // The issuing CA is the root's to speak about.
    let of_ca = request(&ca(&site, "root"), &issuing.serial, None).unwrap();
    assert_eq!(said(&post(&site, "/ocsp/root", Some(OCSP), of_ca.clone()).await), "good");
    assert_eq!(said(&post(&site, "/ocsp/issuing", Some(OCSP), of_ca).await), "unauthorized");
}

/// A certificate of which OpenSSL takes nothing but issuer and serial.
fn of_serial(serial: &openssl::bn::BigNumRef, ca: &openssl::x509::X509Ref) -> openssl::x509::X509 {
    let mut builder = openssl::x509::X509Builder::new().unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_issuer_name(ca.subject_name()).unwrap();
    builder.build()
}

#[tokio::test]
async fn a_request_in_a_path_is_read_however_its_base64_was_escaped() {
    let site = Site::new();
    let issuing = ca(&site, "issuing");
    // One with each character that a path cannot hold as it is.
    let asked = (1_u32..)
        .map(|serial| {
            request(&issuing, &SerialNumber::from_octets(&serial.to_be_bytes()[1..]).unwrap_or(issuing.serial.clone()), None).unwrap()
        })
        .map(|der| BASE64_STANDARD.encode(der))
        .find(|text| text.contains('+') && text.contains('/'))
        .unwrap();
    let escaped = asked.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let lower = asked.replace('+', "%2b").replace('/', "%2f").replace('=', "%3d");
    let twice = escaped.replace('%', "%25");
    for path in [&asked, &escaped, &lower, &twice, &asked.trim_end_matches('=').to_owned()] {
        assert_eq!(said(&site.plain(&format!("/ocsp/issuing/{path}")).await), "unknown", "{path}");
    }
    for path in ["AAAA", "MFEwTzBNMEswSTAJBgUrDgMCGgUA", "%ff%fe", "..%2f..%2fetc", "=", "x/y/z", &"MII".repeat(2000)] {
        assert_eq!(said(&site.plain(&format!("/ocsp/issuing/{path}")).await), "malformed", "{path}");
    }
    for (method, path, status) in [
        (Method::GET, "/ocsp/issuing", StatusCode::METHOD_NOT_ALLOWED),
        (Method::PUT, "/ocsp/issuing", StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/ocsp/other", StatusCode::NOT_FOUND),
        (Method::GET, "/ocsp/other/AAAA", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(ask(&site.http, method.clone(), path, &[], Body::empty()).await.status, status, "{method} {path}");
    }
}

#[tokio::test]
async fn unknown_serials_several_at_once_and_nonces_get_what_the_standard_says() {
    let site = Site::new();
    let issuing = ca(&site, "issuing");
    let (first, second) = (issued(&site), issued(&site));
    site.operator.revoke(&first, Reason::Superseded).unwrap();
    let of = |serial: &SerialNumber| request(&issuing, serial, None).unwrap();
    let never = SerialNumber::parse("0102030405060708090A0B0C0D0E0F10").unwrap();
    assert_eq!(said(&post(&site, "/ocsp/issuing", Some(OCSP), of(&never)).await), "unknown");
    let three = about(&[of(&second), of(&never), of(&first)]);
    assert_eq!(said(&post(&site, "/ocsp/issuing", Some(OCSP), three).await), "good unknown revoked", "in their order");
    let many = |count: usize| about(&vec![of(&second); count]);
    assert_eq!(said(&post(&site, "/ocsp/issuing", Some(OCSP), many(64)).await).split(' ').count(), 64);
    assert_eq!(said(&post(&site, "/ocsp/issuing", Some(OCSP), many(65)).await), "malformed", "each costs a look-up");
    for (length, answered) in [(1, true), (32, true), (128, true), (129, false), (0, false)] {
        let nonce: Vec<u8> = (0..length).map(|i: u8| i ^ 0x5a).collect();
        let reply = post(&site, "/ocsp/issuing", Some(OCSP), request(&issuing, &second, Some(&nonce)).unwrap()).await;
        assert_eq!(said(&reply), if answered { "good" } else { "malformed" }, "{length} octets (RFC 9654)");
        if answered {
            let repeated = [&[0x04, length][..], &nonce].concat();
            let repeated = if length < 128 { repeated } else { [&[0x04, 0x81, length][..], &nonce].concat() };
            assert!(reply.body.windows(repeated.len()).any(|w| w == repeated), "the nonce of {length} octets is repeated");
        }
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused_in_the_protocols_words_and_what_is_too_much_in_https() {
    let site = Site::new();
    let asked = request(&ca(&site, "issuing"), &issued(&site), None).unwrap();
    for garbage in
        [vec![], vec![0x30], b"hello".to_vec(), vec![0x30; 20_000], [&asked[..], b"x"].concat(), asked[..asked.len() - 1].to_vec()]
    {
        assert_eq!(said(&post(&site, "/ocsp/issuing", Some(OCSP), garbage.clone()).await), "malformed", "{} octets", garbage.len());
    }
    for (media_type, status) in [
        (Some("text/plain"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (Some("application/x-www-form-urlencoded"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (Some("application/ocsp-request; charset=x"), StatusCode::OK),
        (Some("application/octet-stream"), StatusCode::OK),
        (None, StatusCode::OK),
    ] {
        assert_eq!(post(&site, "/ocsp/issuing", media_type, asked.clone()).await.status, status, "{media_type:?}");
    }
    let large = post(&site, "/ocsp/issuing", Some(OCSP), vec![0x30; 64 * 1024 + 1]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Before there is a department nothing can be said.
    let empty = Site::empty();
    assert_eq!(said(&post(&empty, "/ocsp/issuing", Some(OCSP), asked).await), "try later");
}
