//! The browser's part: open a link, follow redirects, keep cookies, fill in forms, download the profile.

mod cookies;
mod html;

pub use cookies::Cookie;
pub use html::{Field, Form};

use crate::{
    Error,
    transport::{Method, Request, Response, Transport, resolve},
};
use base64::{Engine, engine::general_purpose::STANDARD};

const USER_AGENT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
const MAX_REDIRECTS: usize = 20;

/// Safari on an iPhone. Another browser is one with another `user_agent`.
pub struct Safari<'t> {
    transport: &'t dyn Transport,
    /// User-Agent.
    pub user_agent: String,
    /// Accept-Language.
    pub language: String,
    /// Name and password for HTTP Basic; sent only after a 401 that asks for it.
    pub credentials: Option<(String, String)>,
    cookies: Vec<Cookie>,
}

/// A page that was shown.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its address, after redirects.
    pub url: String,
    /// Status.
    pub status: u16,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// Its source.
    pub html: String,
}

impl Page {
    /// Its forms.
    pub fn forms(&self) -> Vec<Form> {
        html::forms(&self.html)
    }
    /// Its links: (absolute address, text).
    pub fn links(&self) -> Vec<(String, String)> {
        html::links(&self.html).into_iter().map(|(href, text)| (resolve(&self.url, &href), text)).collect()
    }
    /// What a person reads, blanks folded.
    pub fn text(&self) -> String {
        html::text(&self.html)
    }
    /// First header field of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
    /// The fields that a browser adds when a form of this page is sent. Without a referrer the origin is opaque (Fetch Standard 3.2).
    fn sent_from(&self, request: Request) -> Request {
        let request = request.with("Sec-Fetch-Site", "same-origin");
        if self.header("referrer-policy") == Some("no-referrer") {
            return request.with("Origin", "null");
        }
        request.with("Origin", crate::transport::origin(&self.url)).with("Referer", &self.url)
    }
    /// The form with a field of this name.
    pub fn form_with(&self, field: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.fields.iter().any(|f| f.name == field))
    }
}

impl<'t> Safari<'t> {
    /// A new private window.
    pub fn new(transport: &'t dyn Transport) -> Self {
        Safari {
            transport,
            user_agent: USER_AGENT.to_owned(),
            language: "en-CH,en;q=0.9".to_owned(),
            credentials: None,
            cookies: Vec::new(),
        }
    }

    /// The cookies that it keeps.
    pub fn cookies(&self) -> &[Cookie] {
        &self.cookies
    }

    /// Forgets all cookies.
    pub fn forget(&mut self) {
        self.cookies.clear();
    }

    /// Opens an address.
    pub fn open(&mut self, url: &str) -> Result<Page, Error> {
        let (url, response) = self.load(Request::get(url))?;
        Ok(page(url, response))
    }

    /// Submits a form with these values; the form's other fields keep theirs.
    pub fn submit(&mut self, page_: &Page, form: &Form, values: &[(&str, &str)]) -> Result<Page, Error> {
        let pairs = form.filled(values)?;
        let body = html::encode(&pairs);
        let target = resolve(&page_.url, &form.action);
        let request = if form.method.eq_ignore_ascii_case("post") {
            page_.sent_from(Request::post(&target, "application/x-www-form-urlencoded", body.into_bytes()))
        } else {
            Request::get(&format!("{}?{body}", target.split('?').next().unwrap_or_default()))
        };
        let (url, response) = self.load(request)?;
        Ok(page(url, response))
    }

    /// Downloads a configuration profile; anything else is what the person would see instead.
    pub fn download(&mut self, url: &str) -> Result<Vec<u8>, Error> {
        let (_, response) = self.load(Request::get(url))?;
        profile_of(response)
    }

    /// Submits a form whose answer is a configuration profile.
    pub fn submit_for_profile(&mut self, page_: &Page, form: &Form, values: &[(&str, &str)]) -> Result<Vec<u8>, Error> {
        let body = html::encode(&form.filled(values)?);
        let request = Request::post(&resolve(&page_.url, &form.action), "application/x-www-form-urlencoded", body.into_bytes());
        let (_, response) = self.load(page_.sent_from(request))?;
        profile_of(response)
    }

    fn load(&mut self, mut request: Request) -> Result<(String, Response), Error> {
        let mut authorized = false;
        for _ in 0..=MAX_REDIRECTS {
            let mut sent = request.clone().with("User-Agent", &self.user_agent).with("Accept-Language", &self.language);
            sent = sent.with("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
            if let Some(cookies) = cookies::header(&self.cookies, &request.url) {
                sent = sent.with("Cookie", &cookies);
            }
            if let (true, Some((name, password))) = (authorized, &self.credentials) {
                sent = sent.with("Authorization", &format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))));
            }
            let response = self.transport.send(&sent)?;
            cookies::store(&mut self.cookies, &request.url, &response);
            let asks = response.header("www-authenticate").is_some_and(|v| v.starts_with("Basic"));
            if response.status == 401 && asks && self.credentials.is_some() && !authorized {
                authorized = true;
                continue;
            }
            let location = response.header("location").filter(|_| matches!(response.status, 301 | 302 | 303 | 307 | 308));
            let Some(location) = location else { return Ok((request.url, response)) };
            request.url = resolve(&request.url, location);
            if matches!(response.status, 301..=303) {
                request.method = Method::Get;
                request.body.clear();
                request.headers.retain(|(name, _)| name != "Content-Type" && name != "Origin");
            }
        }
        Err(Error::Page("too many redirects".to_owned()))
    }
}

fn page(url: String, response: Response) -> Page {
    Page { url, status: response.status, html: String::from_utf8_lossy(&response.body).into_owned(), headers: response.headers }
}

fn profile_of(response: Response) -> Result<Vec<u8>, Error> {
    match (response.status, response.header("content-type")) {
        (200, Some("application/x-apple-aspen-config")) => Ok(response.body),
        (status, kind) => {
            let text = html::text(&String::from_utf8_lossy(&response.body));
            Err(Error::Page(format!("{status} {}: {text}", kind.unwrap_or_default())))
        }
    }
}
