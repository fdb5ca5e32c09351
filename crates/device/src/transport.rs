//! How requests leave: behind a trait, so that the same phone talks to a socket or to a fake.

use std::time::Duration;

/// Method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// Body; none with GET.
    pub body: Vec<u8>,
    /// For the whole exchange.
    pub timeout: Duration,
}

impl Request {
    /// A GET without header fields, 60 s.
    pub fn get(url: &str) -> Self {
        Request { method: Method::Get, url: url.to_owned(), headers: Vec::new(), body: Vec::new(), timeout: Duration::from_secs(60) }
    }
    /// A POST of this content type, 60 s.
    pub fn post(url: &str, content_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Request { method: Method::Post, url: url.to_owned(), headers, body, timeout: Duration::from_secs(60) }
    }
    /// With a further header field.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// One answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// Status.
    pub status: u16,
    /// Header fields, in order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Response {
    /// First field of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The server's certificate is not one that a phone accepts.
    #[error("the server's certificate: {0}")]
    Certificate(String),
    /// No connection, or it broke.
    #[error("{0}")]
    Network(String),
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
}

/// Sends one request and follows no redirect.
pub trait Transport {
    /// The answer, whatever its status.
    fn send(&self, request: &Request) -> Result<Response, TransportError>;
}

/// Resolves `reference` against the absolute URL `base` (RFC 3986 5.2, as far as http needs it).
pub fn resolve(base: &str, reference: &str) -> String {
    if reference.contains("://") {
        return reference.to_owned();
    }
    let scheme_end = base.find("://").map_or(0, |at| at + 3);
    let authority_end = base.get(scheme_end..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(base.len(), |at| scheme_end + at);
    let (origin, path) = base.split_at(authority_end);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if let Some(authority) = reference.strip_prefix("//") {
        return format!("{}{authority}", base.get(..scheme_end).unwrap_or_default());
    }
    match reference.chars().next() {
        None => format!("{origin}{path}"),
        Some('/') => format!("{origin}{reference}"),
        Some('?') => format!("{origin}{path}{reference}"),
        Some('#') => format!("{origin}{path}"),
        Some(_) => {
            let mut segments: Vec<&str> = path.split('/').collect();
            segments.pop();
            let mut rest = reference;
            while let Some(up) = rest.strip_prefix("../") {
                segments.pop();
                rest = up;
            }
            let folder = segments.join("/");
            format!("{origin}{}/{}", folder.trim_end_matches('/'), rest.strip_prefix("./").unwrap_or(rest))
        }
    }
}

/// scheme, host and port of a URL: what cookies and redirects are bound to.
pub fn origin(url: &str) -> &str {
    let scheme_end = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(scheme_end..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |at| scheme_end + at);
    url.get(..end).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_resolve_as_in_a_browser() {
        let base = "https://pki.example.edu:8443/e/abc/sign-in?x=1#y";
        for (reference, expected) in [
            ("/ota/1", "https://pki.example.edu:8443/ota/1"),
            ("profile", "https://pki.example.edu:8443/e/abc/profile"),
            ("../x", "https://pki.example.edu:8443/e/x"),
            ("", "https://pki.example.edu:8443/e/abc/sign-in"),
            ("?a=b", "https://pki.example.edu:8443/e/abc/sign-in?a=b"),
            ("//other/z", "https://other/z"),
            ("http://other/z", "http://other/z"),
        ] {
            assert_eq!(resolve(base, reference), expected, "{reference}");
        }
        assert_eq!(resolve("https://h", "a"), "https://h/a");
        assert_eq!(origin(base), "https://pki.example.edu:8443");
    }
}
