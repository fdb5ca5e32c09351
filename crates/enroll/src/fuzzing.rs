//! One function for every part of a request that is read here, for the fuzz targets and for the mutation test. Each takes any octets and
//! must return soon, without a panic; what must hold of every result is claimed here. (What the messages hold is `protocol::fuzzing`'s;
//! heads are split by hyper and TLS is read by rustls.)

use crate::{
    body, device, guard, log,
    portal::{
        browser::Browser,
        session,
        sign_in::{LONGEST, Typed, new_password, percent_decoded, typed},
        visit,
    },
    status,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use protocol::{ocsp::OcspRequest, scep::decode_get_message};
use ra::{secret::Token, settings::SignIn, sign_in::Credentials};
use std::{hint::black_box, net::IpAddr};

/// A parser and whatever is done with its result.
pub type Target = fn(&[u8]);

/// Name and function of every target; the names are those of the files in `fuzz/fuzz_targets` and of the folders in `fuzz/seeds`.
pub const TARGETS: [(&str, Target); 10] = [
    ("sign_in_form", sign_in_form),
    ("basic_header", basic_header),
    ("cookie", cookie),
    ("content_type", content_type),
    ("accept_language", accept_language),
    ("user_agent", user_agent),
    ("host_header", host_header),
    ("path_token", path_token),
    ("scep_query", scep_query),
    ("ocsp_path", ocsp_path),
];

/// A request with this header alone. Octets that no header may hold (RFC 9110 section 5.5) never come as far as this: a blank stands for
/// each.
fn with(name: HeaderName, value: &[u8]) -> Option<HeaderMap> {
    let sent: Vec<u8> = value.iter().map(|octet| if octet.is_ascii_control() && *octet != b'\t' { b' ' } else { *octet }).collect();
    let mut headers = HeaderMap::new();
    headers.insert(name, HeaderValue::from_bytes(&sent).ok()?);
    Some(headers)
}

/// Nothing that was typed is longer than what was sent, nor than we take.
fn bounded(typed: &Credentials, shown: &str, sent: &[u8]) {
    let texts = [typed.code.as_ref().map(|t| t.as_str()), typed.mail.as_deref(), typed.password.as_ref().map(|t| t.as_str()), Some(shown)];
    for text in texts.into_iter().flatten() {
        assert!(text.chars().count() <= sent.len().min(LONGEST), "longer than what came");
    }
}

/// What is typed on the portal's pages, for every kind of sign-in with a form, and the new password.
pub fn sign_in_form(data: &[u8]) {
    assert!(percent_decoded(data).len() <= data.len(), "decoding makes nothing longer");
    let Some(form) = with(header::CONTENT_TYPE, b"application/x-www-form-urlencoded") else { return };
    for asked in [SignIn::Code, SignIn::Password, SignIn::Both, SignIn::Directory] {
        if let Typed::Complete(credentials, shown) = typed(asked, &form, data) {
            bounded(&credentials, &shown, data);
            let (code, password) = (credentials.code.is_some(), credentials.password.is_some());
            assert!(code || !matches!(asked, SignIn::Code | SignIn::Directory | SignIn::Both), "no code is no complete sign-in");
            assert!(password || !matches!(asked, SignIn::Password | SignIn::Both), "no password is no complete sign-in");
        }
    }
    black_box(new_password(&form, data));
}

/// `Authorization: Basic`.
pub fn basic_header(data: &[u8]) {
    let Some(headers) = with(header::AUTHORIZATION, data) else { return };
    if let Typed::Complete(credentials, shown) = typed(SignIn::Basic, &headers, b"") {
        bounded(&credentials, &shown, data);
        assert!(!shown.is_empty() && !shown.contains(':'), "the address ends at the first colon");
        assert!(credentials.password.is_some_and(|password| !password.is_empty()), "no password is no complete sign-in");
    }
}

/// The sign-in cookie.
pub fn cookie(data: &[u8]) {
    let Some(headers) = with(header::COOKIE, data) else { return };
    if let Some(session) = session::session_cookie(&headers) {
        assert!((1..=64).contains(&session.reveal().chars().count()), "a session is a short text");
        black_box(session.hash());
    }
}

/// The type of a body.
pub fn content_type(data: &[u8]) {
    let Some(headers) = with(header::CONTENT_TYPE, data) else { return };
    if let Some(media_type) = body::media_type(&headers) {
        assert!(!media_type.contains(';') && media_type.trim() == media_type, "parameters do not count");
        assert!(!media_type.bytes().any(|octet| octet.is_ascii_uppercase()), "nor does the case");
    }
}

/// Accept-Language: a page is in one of the two languages, and French only for who names it.
pub fn accept_language(data: &[u8]) {
    let Some(headers) = with(header::ACCEPT_LANGUAGE, data) else { return };
    let named = data.to_ascii_lowercase().windows(2).any(|two| two == b"fr");
    let language = guard::texts(&headers).lang;
    assert!(language == "en" || (language == "fr" && named), "{language}");
}

/// User-Agent: which browser it is, on what.
pub fn user_agent(data: &[u8]) {
    let Some(headers) = with(header::USER_AGENT, data) else { return };
    let agent = visit::user_agent(&headers);
    assert!(agent.chars().count() <= 256, "what is kept of it is bounded");
    let says = |word: &str| agent.contains(word);
    match Browser::of(&agent) {
        Browser::Elsewhere => {}
        Browser::Safari => assert!(says("Version/") && says("Safari/") && !says("CriOS/"), "Safari says both, Chrome does not pass for it"),
        Browser::Other | Browser::InApp => assert!(says("iPhone") || says("iPad") || says("iPod"), "only of phones and tablets"),
    }
}

/// The Host header in the first line, the target of the request in the second.
pub fn host_header(data: &[u8]) {
    let ours = ["pki.example.edu", "192.0.2.7", "2001:db8::1"].map(str::to_owned);
    let mut lines = data.splitn(2, |octet| *octet == b'\n');
    let Some(headers) = with(header::HOST, lines.next().unwrap_or_default()) else { return };
    let target = lines.next().and_then(|target| Uri::try_from(target).ok()).unwrap_or_default();
    let host = headers.get(header::HOST).map(|host| String::from_utf8_lossy(host.as_bytes()).to_ascii_lowercase()).unwrap_or_default();
    if guard::named_here(&target, &headers, &ours) && !host.is_empty() {
        assert!(["pki.example.edu", "192.0.2.7", "2001"].iter().any(|own| host.contains(own)), "{host} is none of ours");
    }
    let bare = guard::bare_host(&host);
    let plain = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || b"-.".contains(&octet);
    if bare.parse::<IpAddr>().is_ok() || bare.bytes().all(plain) {
        let with_port = if bare.contains(':') { format!("[{bare}]:8443") } else { format!("{bare}:8443") };
        assert!(guard::bare_host(&bare) == bare && guard::bare_host(&with_port) == bare, "{host} is another host with a port");
    }
}

/// The path of a link, and what of it is written down.
pub fn path_token(data: &[u8]) {
    let Ok(target) = Uri::try_from(data) else { return };
    let (path, shown) = (target.path(), log::redacted(target.path()));
    let token = guard::segment(path);
    assert!(shown.chars().count() <= log::LONGEST_PATH + 1, "a line of the log is bounded");
    if let Some(begin) = ["/e/", "/ota/"].into_iter().find(|begin| path.starts_with(begin) && !token.is_empty()) {
        assert!(shown.starts_with(&format!("{begin}…")), "a token is never written down");
    }
    if visit::may_be_token(token) {
        assert!(token.is_ascii() && Token::received(token).reveal() == token, "nothing of a possible token is lost");
        black_box(Token::received(token).hash());
    }
}

/// The query of a SCEP request.
pub fn scep_query(data: &[u8]) {
    let query = String::from_utf8_lossy(data);
    black_box(device::parameter(&query, "operation"));
    if let Some(message) = device::parameter(&query, "message")
        && let Ok(decoded) = decode_get_message(message)
    {
        assert!(decoded.len() <= message.len(), "decoding makes nothing longer");
    }
}

/// The path of an OCSP request by GET.
pub fn ocsp_path(data: &[u8]) {
    let path = String::from_utf8_lossy(data);
    let request = status::request_in(&path);
    assert!(request.len() <= path.len(), "decoding makes nothing longer");
    let _ = black_box(OcspRequest::from_der(&request).map(|request| request.nonce));
}
