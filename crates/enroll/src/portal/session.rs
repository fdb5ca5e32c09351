//! The sign-in cookie: of one link only, as long as the session, never for scripts, never without TLS.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, header},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use ra::secret::Token;

/// `__Secure-`: browsers take it only over TLS (RFC 6265bis section 4.1.3.1). `__Host-` would need the path `/`, and then every link
/// would see every other link's cookie.
const NAME: &str = "__Secure-session";

/// What the browser sent.
pub(crate) fn session_cookie(headers: &HeaderMap) -> Option<Token> {
    let value = CookieJar::from_headers(headers).get(NAME).map(Cookie::value).map(str::to_owned)?;
    (!value.is_empty()).then(|| Token::received(&value))
}

/// Lax, not Strict: the person comes back from Settings and from a link in a mail. The session itself ends by the authority's clock; the
/// browser forgets it at about the same time.
pub(crate) fn start_session(response: &mut Response<Body>, path: &str, session: &Token, seconds: u32) {
    put(response, path, session.reveal(), seconds);
}

pub(crate) fn end_session(response: &mut Response<Body>, path: &str) {
    put(response, path, "", 0);
}

fn put(response: &mut Response<Body>, path: &str, value: &str, max_age: u32) {
    let cookie = Cookie::build((NAME, value)).path(path).http_only(true).secure(true).same_site(SameSite::Lax).build();
    if let Ok(value) = HeaderValue::try_from(format!("{cookie}; Max-Age={max_age}")) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_bound_to_its_link_and_kept_from_scripts() {
        let mut response = Response::new(Body::empty());
        start_session(&mut response, "/e/abc", &Token::received("s3cret"), 1800);
        assert_eq!(
            response.headers()[header::SET_COOKIE],
            "__Secure-session=s3cret; HttpOnly; SameSite=Lax; Secure; Path=/e/abc; Max-Age=1800"
        );
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("other=1; __Secure-session=s3cret"));
        assert_eq!(session_cookie(&headers).unwrap().reveal(), "s3cret");
        headers.insert(header::COOKIE, HeaderValue::from_static("__Secure-session="));
        assert!(session_cookie(&headers).is_none());
    }
}
