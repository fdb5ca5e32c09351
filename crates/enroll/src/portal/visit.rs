//! The pages of one invitation, `/e/{token}`: hello, sign-in, password, download, live steps, decline. GET and HEAD change nothing
//! (invariant 8); a link without its code or login is useless.

use super::{
    browser::Browser,
    pages::{Done, Download, Hello, Notice, Password, Steps},
    session::{end_session, session_cookie, start_session},
    sign_in::{Typed, typed},
    texts::{Message, Texts},
    view::{Frame, HelloView, StepsView, Trouble},
};
use crate::{
    app::App,
    guard::{Segment, peer, texts},
    limit::Limit,
    log::Note,
    page::{Framing, asking, content, department, empty, html, not_ready, notice, refusal, refused_body},
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header, request::Parts},
};
use ra::{
    Denied, Error,
    enrollment::State as Walk,
    secret::Token,
    settings::SignIn,
    sign_in::{LinkEnd, LinkView, OpenLink, PublicDepartment, SessionView, SignInOutcome},
};

type Answer = Response<Body>;

/// A request for a page of one link: who asks, in which language, around what.
struct Visit {
    app: App,
    t: &'static Texts,
    frame: Frame,
    department: PublicDepartment,
    /// As in the path; only characters of base64url.
    token: String,
    session: Option<Token>,
    user_agent: String,
}

/// A token that we could have made: whatever else stands in the path is no link.
pub(crate) fn may_be_token(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// What the browser says it is, at most 256 characters; empty when it says nothing.
pub(crate) fn user_agent(headers: &HeaderMap) -> String {
    headers.get(header::USER_AGENT).map_or_else(String::new, |v| String::from_utf8_lossy(v.as_bytes()).chars().take(256).collect())
}

impl Visit {
    async fn begin(app: App, token: String, headers: &HeaderMap) -> Result<Self, Answer> {
        let t = texts(headers);
        if !may_be_token(&token) {
            let department = department(&app, t).await?;
            return Err(notice(&Frame::new(t, &department), StatusCode::NOT_FOUND, &t.unknown_link));
        }
        let department = asking(&app, t, &token).await?;
        let frame = Frame::new(t, &department);
        Ok(Visit { app, t, frame, department, token, session: session_cookie(headers), user_agent: user_agent(headers) })
    }

    fn base(&self) -> String {
        format!("/e/{}", self.token)
    }

    fn secret(&self) -> Token {
        Token::received(&self.token)
    }

    /// The signed-in person, when the cookie is of this link and lives.
    async fn signed_in(&self) -> Result<Option<(SessionView, Token)>, Answer> {
        let Some(session) = self.session.clone() else { return Ok(None) };
        let (token, asked) = (self.secret(), session.clone());
        match self.app.ask(move |e| e.session(&token, &asked)).await {
            Ok(view) => Ok(view.map(|view| (view, session))),
            Err(Error::Denied(Denied::SignIn | Denied::LinkEnded) | Error::NotFound(_)) => Ok(None),
            Err(error) => Err(refusal(&self.frame, &error)),
        }
    }

    /// The open link, or the page that says why it is not.
    async fn open_link(&self) -> Result<Box<OpenLink>, Answer> {
        let token = self.secret();
        match self.app.ask(move |e| e.link(&token)).await {
            Ok(LinkView::Open(link)) => Ok(link),
            Ok(LinkView::Unknown) => Err(notice(&self.frame, StatusCode::NOT_FOUND, &self.t.unknown_link)),
            Ok(LinkView::Ended(why)) => Err(self.ended(why)),
            Err(error) => Err(refusal(&self.frame, &error)),
        }
    }

    /// The page of a link that has ended; it names nobody.
    fn ended(&self, why: LinkEnd) -> Answer {
        let message = match why {
            LinkEnd::Expired => &self.t.expired,
            LinkEnd::Used => &self.t.used,
            LinkEnd::Cancelled => &self.t.cancelled,
            LinkEnd::TooManyTries => &self.t.too_many_tries,
            LinkEnd::Declined => &self.t.declined,
        };
        let page = Notice { frame: &self.frame, message, icon: "calendar-x", address: None, back: None };
        html(StatusCode::GONE, Framing::Alone, &page)
    }

    /// The page with the sign-in form.
    fn hello(&self, link: &OpenLink, status: StatusCode, trouble: Trouble, mail: String) -> Answer {
        let mut view = HelloView::new(self.t, link, &self.department.public_url, &self.token);
        view.browser = Browser::of(&self.user_agent);
        view.trouble = trouble;
        view.mail = mail;
        html(status, Framing::Alone, &Hello { frame: &self.frame, view: &view })
    }

    /// The page of somebody who signed in, by where the enrollment stands.
    fn signed_in_page(&self, session: &SessionView) -> Answer {
        match session.state {
            Walk::Configured => html(StatusCode::OK, Framing::Alone, &Done { frame: &self.frame, contents: &session.contents }),
            Walk::Declined => self.ended(LinkEnd::Declined),
            Walk::Expired => self.ended(LinkEnd::Expired),
            Walk::Failed => self.ended(LinkEnd::TooManyTries),
            Walk::Cancelled => self.ended(LinkEnd::Cancelled),
            Walk::Invited | Walk::Opened | Walk::Authenticated | Walk::Identified | Walk::Issued if session.must_set_password => {
                self.password_page(StatusCode::OK, false)
            }
            Walk::Invited | Walk::Opened | Walk::Authenticated | Walk::Identified | Walk::Issued => {
                let page = Download {
                    frame: &self.frame,
                    base: &self.base(),
                    name: &session.name,
                    os_too_old: session.os_too_old.as_ref().map(|(has, needs)| (has.as_str(), needs.as_str())),
                };
                html(StatusCode::OK, Framing::Holds, &page)
            }
        }
    }

    fn password_page(&self, status: StatusCode, refused: bool) -> Answer {
        html(status, Framing::Alone, &Password { frame: &self.frame, base: &self.base(), refused })
    }

    /// A page that sends the person back to the link.
    fn back_to_link(&self, status: StatusCode, message: &'static Message) -> Answer {
        let page = Notice { frame: &self.frame, message, icon: "info", address: None, back: Some(&self.base()) };
        html(status, Framing::Alone, &page)
    }

    /// 303 to a page of this link.
    fn see(&self, page: &str) -> Answer {
        let mut response = empty(StatusCode::SEE_OTHER);
        if let Ok(location) = HeaderValue::try_from(format!("{}/{page}", self.base())) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }

    /// The answer to a form that another site sent. (`Origin` tells nothing here: our own pages send no referrer and thus `null`.)
    fn refuse_foreign(&self, headers: &HeaderMap) -> Option<Answer> {
        match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
            None | Some(b"same-origin" | b"none") => None,
            Some(_) => Some(self.back_to_link(StatusCode::FORBIDDEN, &self.t.other_site)),
        }
    }
}

/// Either way it is the answer.
fn either(result: Result<Answer, Answer>) -> Answer {
    result.unwrap_or_else(|answer| answer)
}

/// `GET /e/{token}` and `GET /e/{token}/download`.
pub(crate) async fn page(State(app): State<App>, Segment(token): Segment, headers: HeaderMap) -> Answer {
    let shown = async {
        let visit = Visit::begin(app, token, &headers).await?;
        if let Some((session, _)) = visit.signed_in().await? {
            return Ok(visit.signed_in_page(&session));
        }
        let link = visit.open_link().await?;
        let trouble = if visit.session.is_some() { Trouble::SessionEnded } else { Trouble::None };
        Ok(visit.hello(&link, StatusCode::OK, trouble, String::new()))
    };
    either(shown.await)
}

/// `POST /e/{token}`: opens the link and signs in.
pub(crate) async fn sign_in(State(app): State<App>, Segment(token): Segment, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let signed = async {
        let visit = Visit::begin(app, token, &head.headers).await?;
        if let Some(answer) = visit.refuse_foreign(&head.headers) {
            return Err(answer);
        }
        try_sign_in(&visit, &head, body).await
    };
    either(signed.await)
}

async fn try_sign_in(visit: &Visit, head: &Parts, body: Body) -> Result<Answer, Answer> {
    // In process (tests) there is no peer address; all such requests are one.
    let peer = peer(&head.extensions).unwrap_or(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED));
    let limit = Limit::of(&visit.department);
    if let Some(seconds) = visit.app.shared.failures.pause(peer, visit.app.now(), limit) {
        let mut response = notice(&visit.frame, StatusCode::TOO_MANY_REQUESTS, &visit.t.too_many_failures);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return Err(response);
    }
    let body = visit.app.receive(head, body).await.map_err(|why| refused_body(&visit.frame, why))?;
    let link = visit.open_link().await?;
    let (token, user_agent) = (visit.secret(), visit.user_agent.clone());
    visit.app.ask(move |e| e.open_link(&token, &user_agent)).await.map_err(|error| refusal(&visit.frame, &error))?;
    let (credentials, mail) = match typed(link.sign_in, &head.headers, &body) {
        Typed::Complete(credentials, mail) => (credentials, mail),
        Typed::Missing if link.sign_in == SignIn::Basic => return Err(ask_basic(visit)),
        Typed::Missing => return Err(visit.hello(&link, StatusCode::UNPROCESSABLE_ENTITY, Trouble::Missing, String::new())),
        Typed::NotAForm => return Err(notice(&visit.frame, StatusCode::UNSUPPORTED_MEDIA_TYPE, &visit.t.wrong_type)),
    };
    let token = visit.secret();
    let outcome = visit.app.ask(move |e| e.sign_in(&token, &credentials)).await.map_err(|error| refusal(&visit.frame, &error))?;
    match outcome {
        SignInOutcome::SignedIn { session, seconds } => {
            let mut response = visit.see("download");
            start_session(&mut response, &visit.base(), &session, seconds);
            Ok(response)
        }
        SignInOutcome::Wrong { left } => {
            visit.app.shared.failures.record(peer, visit.app.now(), limit);
            let mut response = match link.sign_in {
                SignIn::Basic => ask_basic(visit),
                _ => visit.hello(&link, StatusCode::FORBIDDEN, Trouble::Wrong { left }, mail),
            };
            response.extensions_mut().insert(Note("wrong sign-in".into()));
            Ok(response)
        }
        SignInOutcome::Ended(why) => {
            // The link was open a moment ago: this try ended it.
            if why == LinkEnd::TooManyTries {
                visit.app.shared.failures.record(peer, visit.app.now(), limit);
            }
            Ok(visit.ended(why))
        }
        SignInOutcome::Wait { seconds } => {
            let mut response = visit.hello(&link, StatusCode::TOO_MANY_REQUESTS, Trouble::Wait { seconds }, mail);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
    }
}

/// 401 (RFC 7617); the page shows when the person stops the browser's own question.
fn ask_basic(visit: &Visit) -> Answer {
    let mut response = visit.back_to_link(StatusCode::UNAUTHORIZED, &visit.t.basic_first);
    // The realm is constant ASCII: a department's name may hold what a quoted-string cannot.
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Signet\", charset=\"UTF-8\""));
    response
}

/// `GET /e/{token}/profile`: phase 1, for the one who signed in. A HEAD tells its type and starts nothing.
pub(crate) async fn profile(State(app): State<App>, Segment(token): Segment, method: Method, headers: HeaderMap) -> Answer {
    let sent = async {
        let visit = Visit::begin(app, token, &headers).await?;
        let Some((session, secret)) = visit.signed_in().await? else {
            visit.open_link().await?; // a link that has ended says so
            return Err(visit.back_to_link(StatusCode::FORBIDDEN, &visit.t.sign_in_first));
        };
        let token = visit.secret();
        let profile = if method == Method::HEAD {
            Some(Vec::new())
        } else {
            match visit.app.ask(move |e| e.profile_service(&token, &secret)).await {
                Ok(profile) => profile,
                Err(Error::Denied(Denied::LinkEnded)) => None,
                // A certificate profile waits to be mended.
                Err(error @ Error::Invalid { .. }) => return Err(not_ready(&visit.frame, &error)),
                Err(error) => return Err(refusal(&visit.frame, &error)),
            }
        };
        match profile {
            Some(profile) => {
                let mut response = content("application/x-apple-aspen-config", profile);
                let disposition = HeaderValue::from_static("attachment; filename=\"enroll.mobileconfig\"");
                response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
                Ok(response)
            }
            None if session.state == Walk::Configured => Ok(visit.signed_in_page(&session)),
            None => {
                let link = visit.open_link().await?;
                Ok(visit.hello(&link, StatusCode::FORBIDDEN, Trouble::SessionEnded, String::new()))
            }
        }
    };
    either(sent.await)
}

/// `GET /e/{token}/steps`: the live list, asked for again every five seconds while there is something to come.
pub(crate) async fn steps(State(app): State<App>, Segment(token): Segment, uri: Uri, headers: HeaderMap) -> Answer {
    let paused = uri.query().is_some_and(|q| q.split('&').any(|p| p == "pause" || p.starts_with("pause=")));
    let shown = async {
        let visit = Visit::begin(app, token, &headers).await?;
        let view = match visit.signed_in().await? {
            Some((session, _)) => StepsView::new(visit.t, &session, visit.app.now(), &visit.token, paused),
            None => StepsView { stops: Vec::new(), configured: false, over: true, paused, base: visit.base() },
        };
        let mut response = html(StatusCode::OK, Framing::Held, &Steps::new(visit.t, &view));
        if !view.over && !view.configured && !view.paused {
            response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("5"));
        }
        Ok(response)
    };
    either(shown.await)
}

/// `GET /e/{token}/password`.
pub(crate) async fn password_page(State(app): State<App>, Segment(token): Segment, headers: HeaderMap) -> Answer {
    page(State(app), Segment(token), headers).await
}

/// `POST /e/{token}/password`: the subscriber's own local password; the officer never sees it.
pub(crate) async fn set_password(State(app): State<App>, Segment(token): Segment, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let set = async {
        let visit = Visit::begin(app, token, &head.headers).await?;
        if let Some(answer) = visit.refuse_foreign(&head.headers) {
            return Err(answer);
        }
        let body = visit.app.receive(&head, body).await.map_err(|why| refused_body(&visit.frame, why))?;
        let Some((_, session)) = visit.signed_in().await? else {
            let link = visit.open_link().await?;
            return Err(visit.hello(&link, StatusCode::FORBIDDEN, Trouble::SessionEnded, String::new()));
        };
        let Some(password) = super::sign_in::new_password(&head.headers, &body) else {
            return Err(visit.password_page(StatusCode::UNPROCESSABLE_ENTITY, true));
        };
        let token = visit.secret();
        match visit.app.ask(move |e| e.set_password(&token, &session, &password)).await {
            Ok(()) => Ok(visit.see("download")),
            Err(Error::Invalid { .. }) => Err(visit.password_page(StatusCode::UNPROCESSABLE_ENTITY, true)),
            Err(error) => Err(refusal(&visit.frame, &error)),
        }
    };
    either(set.await)
}

/// `POST /e/{token}/decline`: the subscriber says no.
pub(crate) async fn decline(State(app): State<App>, Segment(token): Segment, headers: HeaderMap) -> Answer {
    let declined = async {
        let visit = Visit::begin(app, token, &headers).await?;
        if let Some(answer) = visit.refuse_foreign(&headers) {
            return Err(answer);
        }
        let Some((_, session)) = visit.signed_in().await? else {
            let link = visit.open_link().await?;
            return Err(visit.hello(&link, StatusCode::FORBIDDEN, Trouble::SessionEnded, String::new()));
        };
        let token = visit.secret();
        match visit.app.ask(move |e| e.decline(&token, &session)).await {
            Ok(()) => {
                let mut response = visit.ended(LinkEnd::Declined);
                *response.status_mut() = StatusCode::OK;
                end_session(&mut response, &visit.base());
                Ok(response)
            }
            Err(error) => Err(refusal(&visit.frame, &error)),
        }
    };
    either(declined.await)
}
