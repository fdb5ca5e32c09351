//! Cookies (RFC 6265) as far as a portal needs them: host only, Path, Secure, deletion.

use crate::transport::{Response, origin};

/// A stored cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Host and port it came from (without the scheme).
    pub host: String,
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
    /// Path.
    pub path: String,
    /// Secure.
    pub secure: bool,
    /// HttpOnly.
    pub http_only: bool,
    /// SameSite, as written.
    pub same_site: Option<String>,
}

fn host_and_path(url: &str) -> (String, &str) {
    let origin = origin(url);
    let host = origin.split("://").nth(1).unwrap_or_default().to_owned();
    let path = url.get(origin.len()..).unwrap_or_default().split(['?', '#']).next().unwrap_or_default();
    (host, if path.is_empty() { "/" } else { path })
}

/// RFC 6265 5.1.4
fn path_matches(cookie: &str, path: &str) -> bool {
    path == cookie || path.strip_prefix(cookie).is_some_and(|rest| cookie.ends_with('/') || rest.starts_with('/'))
}

/// The Cookie header field for a request to `url`.
pub(super) fn header(cookies: &[Cookie], url: &str) -> Option<String> {
    let (host, path) = host_and_path(url);
    let fits = |c: &&Cookie| c.host == host && path_matches(&c.path, path) && (!c.secure || url.starts_with("https://"));
    let pairs: Vec<String> = cookies.iter().filter(fits).map(|c| format!("{}={}", c.name, c.value)).collect();
    (!pairs.is_empty()).then(|| pairs.join("; "))
}

/// Takes what a response sets.
pub(super) fn store(cookies: &mut Vec<Cookie>, url: &str, response: &Response) {
    let (host, request_path) = host_and_path(url);
    for (_, field) in response.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
        let mut parts = field.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
        let folder = request_path.rfind('/').filter(|at| *at > 0).and_then(|at| request_path.get(..at)).unwrap_or("/");
        let mut cookie = Cookie {
            host: host.clone(),
            name: name.to_owned(),
            value: value.to_owned(),
            path: folder.to_owned(),
            secure: false,
            http_only: false,
            same_site: None,
        };
        let mut ended = false;
        for attribute in parts {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            match key.to_ascii_lowercase().as_str() {
                "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
                "secure" => cookie.secure = true,
                "httponly" => cookie.http_only = true,
                "samesite" => cookie.same_site = Some(value.to_owned()),
                "max-age" => ended = value.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
                _ => (),
            }
        }
        cookies.retain(|c| (&c.host, &c.name, &c.path) != (&cookie.host, &cookie.name, &cookie.path));
        // A Secure cookie from a plain page is not stored (RFC 6265bis 5.6).
        if !ended && (!cookie.secure || url.starts_with("https://")) {
            cookies.push(cookie);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(fields: &[&str]) -> Response {
        Response { status: 200, headers: fields.iter().map(|f| ("Set-Cookie".to_owned(), (*f).to_owned())).collect(), body: Vec::new() }
    }

    #[test]
    fn a_cookie_goes_back_to_its_host_and_path_over_tls_only() {
        let mut jar = Vec::new();
        store(&mut jar, "https://h:8443/e/abc", &response(&["s=1; Path=/e/abc; HttpOnly; Secure; SameSite=Lax"]));
        assert!(jar[0].http_only && jar[0].secure && jar[0].same_site.as_deref() == Some("Lax"));
        assert_eq!(header(&jar, "https://h:8443/e/abc/profile?x").as_deref(), Some("s=1"));
        for elsewhere in ["https://h:8443/e/abcd", "http://h:8443/e/abc", "https://other:8443/e/abc", "https://h/e/abc"] {
            assert_eq!(header(&jar, elsewhere), None, "{elsewhere}");
        }
        store(&mut jar, "https://h:8443/e/abc", &response(&["s=; Path=/e/abc; Max-Age=0"]));
        assert!(jar.is_empty());
        store(&mut jar, "http://h/", &response(&["s=1; Secure"]));
        assert!(jar.is_empty(), "a plain page cannot set a Secure cookie");
    }
}
