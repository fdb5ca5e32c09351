//! The portal: what a person at the link sees and may do. GET changes nothing (invariant 8).

mod credentials;
mod download;
mod password;
mod session;
mod view;

use crate::{
    Conflict, Denied, Enroller, Error, Result,
    enrollment::{self, Ending, State, StepKind},
    id::EnrollmentId,
    ledger::{self, Actor},
    secret::Token,
    settings::SignIn,
};
use protocol::Timestamp;
use rusqlite::params;
use serde_json::json;
use zeroize::Zeroizing;

pub(crate) use view::asked_of;

/// What the department's public page and every portal page say about it.
#[derive(Debug, Clone)]
pub struct PublicDepartment {
    /// Organization.
    pub organization: String,
    /// Department; where several are meant, their organization.
    pub department: String,
    /// Help line.
    pub contact: Option<String>,
    /// Training department: say so on every page.
    pub training: bool,
    /// The portal's TLS certificate is by our own root.
    pub private_root: bool,
    /// `https://host:port`.
    pub public_url: String,
    /// Hosts (names and addresses, without port) that HTTPS requests may name.
    pub hosts: Vec<String>,
    /// Failed sign-ins of one network address until it waits (`sign_in.address_failures`), ...
    pub address_failures: u32,
    /// ... in so many minutes (`sign_in.address_minutes`).
    pub address_minutes: u32,
}

/// What a link leads to.
pub enum LinkView {
    /// Nothing of the kind (404).
    Unknown,
    /// Ended; kept 30 days, names nobody.
    Ended(LinkEnd),
    /// Alive.
    Open(Box<OpenLink>),
}

/// Why a link has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkEnd {
    /// Ran out.
    Expired,
    /// The phone is configured.
    Used,
    /// Cancelled, or replaced by a newer link.
    Cancelled,
    /// Too many wrong codes.
    TooManyTries,
    /// The subscriber declined.
    Declined,
}

/// An open link. Who it is for is shown only after sign-in (a link may be forwarded).
#[derive(Debug, Clone)]
pub struct OpenLink {
    /// The enrollment.
    pub enrollment: EnrollmentId,
    /// How to sign in now: what the form asks for.
    pub sign_in: SignIn,
    /// Ends.
    pub expires_at: Timestamp,
    /// What the configuration profile will change.
    pub contents: ProfileContents,
    /// The minimum iOS.
    pub min_os: Option<String>,
}

/// What will change on the phone, for the page's list.
#[derive(Debug, Clone, Default)]
pub struct ProfileContents {
    /// A certificate that signs mail, whatever its profile is called.
    pub signing: bool,
    /// A certificate that lets in (client authentication), whatever its profile is called.
    pub authentication: bool,
    /// A certificate that does neither of these.
    pub further: bool,
    /// Wi-Fi network name.
    pub wifi: Option<String>,
    /// VPN server.
    pub vpn: Option<String>,
    /// Minimum passcode length.
    pub passcode: Option<u8>,
    /// How it can be removed.
    pub removal: Option<crate::settings::Removal>,
}

/// What was typed.
#[derive(Default)]
pub struct Credentials {
    /// Code, when asked for.
    pub code: Option<Zeroizing<String>>,
    /// Mail address, when asked for.
    pub mail: Option<String>,
    /// Local password, when asked for.
    pub password: Option<Zeroizing<String>>,
}

/// The answer to a sign-in.
pub enum SignInOutcome {
    /// Signed in: put this into the cookie (HttpOnly, Secure, SameSite=Lax).
    SignedIn {
        /// Session secret.
        session: Token,
        /// It lives so long.
        seconds: u32,
    },
    /// Wrong; this many tries are left on the link (code) or person (password).
    Wrong {
        /// Tries left.
        left: u32,
    },
    /// The link has ended (perhaps by this try).
    Ended(LinkEnd),
    /// Too many wrong passwords for this person: wait this many seconds.
    Wait {
        /// Seconds.
        seconds: u32,
    },
}

/// A signed-in person's page.
#[derive(Debug, Clone)]
pub struct SessionView {
    /// The enrollment.
    pub enrollment: EnrollmentId,
    /// The person's name, as greeting.
    pub name: String,
    /// State.
    pub state: crate::enrollment::State,
    /// Phase 3 was answered.
    pub profile_sent: bool,
    /// The department asks for a local password and there is none yet.
    pub must_set_password: bool,
    /// The phone told us that its iOS is too old: (has, needs).
    pub os_too_old: Option<(String, String)>,
    /// The downloaded profile ends (8 min after phase 1), or ended and nobody installed it.
    pub download_ends_at: Option<Timestamp>,
    /// What will change.
    pub contents: ProfileContents,
}

impl Enroller {
    /// Who serves here: the department, or where there are several their organization; `Denied::NotSetUp` before the set-up.
    pub fn public_department(&self) -> Result<PublicDepartment> {
        view::public(&self.inner)
    }

    /// The department that asks by this link: that of the person it is for. Of an unknown or forgotten link: as
    /// [`Enroller::public_department`].
    pub fn asking_department(&self, token: &Token) -> Result<PublicDepartment> {
        view::asking(&self.inner, token)
    }

    /// What a link leads to. Changes nothing; the view itself is recorded as `PageViewed` at most once a minute.
    pub fn link(&self, token: &Token) -> Result<LinkView> {
        view::link(&self.inner, token)
    }

    /// First POST: `opened`. Harmless when repeated. `Denied::LinkEnded` and `NotFound` as [`Enroller::link`] would say.
    pub fn open_link(&self, token: &Token, user_agent: &str) -> Result<()> {
        credentials::open_link(&self.inner, token, user_agent)
    }

    /// Signs in; makes the session and the OTA challenge's right to exist.
    pub fn sign_in(&self, token: &Token, credentials: &Credentials) -> Result<SignInOutcome> {
        credentials::sign_in(&self.inner, token, credentials)
    }

    /// The signed-in view; `None` when the session is not of this link or has ended.
    pub fn session(&self, token: &Token, session: &Token) -> Result<Option<SessionView>> {
        view::session(&self.inner, token, session)
    }

    /// Sets the local password (8 to 128 characters, not the address, not among the commonest) after a sign-in with a code.
    pub fn set_password(&self, token: &Token, session: &Token, password: &str) -> Result<()> {
        let (at, link, cookie) = (self.inner.clock.now(), token.hash(), session.hash());
        let denied = || Error::Denied(Denied::SignIn);
        let addresses = self.inner.store.read(|tx| {
            let session = session::find(tx, at, &link, &cookie)?.filter(|s| s.by_code && !s.dead).ok_or_else(denied)?;
            let head = enrollment::head(tx, session.enrollment)?;
            if !matches!(self.inner.settings_of(head.department)?.sign_in, SignIn::Password | SignIn::Both | SignIn::Basic) {
                return Err(Error::invalid("password", "this department does not use passwords of its own"));
            }
            credentials::addresses(tx, head.subscriber)
        })?;
        password::check(password, &addresses)?;
        let hash = password::hash(&password::turn(), password)?;
        self.inner.store.write(move |tx| {
            let session = session::find(tx, at, &link, &cookie)?.filter(|s| s.by_code && !s.dead).ok_or_else(denied)?;
            let subscriber = enrollment::head(tx, session.enrollment)?.subscriber;
            tx.prepare_cached(
                "INSERT INTO password (subscriber, hash, set_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (subscriber) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at",
            )?
            .execute(params![subscriber, hash, at.0])?;
            tx.prepare_cached("DELETE FROM password_failure WHERE subscriber = ?1")?.execute([subscriber])?;
            enrollment::record(tx, at, session.enrollment, StepKind::PasswordSet, json!({}))?;
            let enrollment = json!({ "enrollment": session.enrollment });
            ledger::append(tx, at, &Actor::Subscriber(subscriber), "subscriber.password_set", &subscriber.to_string(), &enrollment)
        })
    }

    /// The subscriber says no. Harmless when repeated.
    pub fn decline(&self, token: &Token, session: &Token) -> Result<()> {
        let (at, link, cookie) = (self.inner.clock.now(), token.hash(), session.hash());
        self.inner.store.write(move |tx| {
            let session = session::find(tx, at, &link, &cookie)?.ok_or(Error::Denied(Denied::SignIn))?;
            let head = enrollment::head(tx, session.enrollment)?;
            if head.state == State::Configured {
                return Err(Error::Conflict(Conflict::EnrollmentEnded));
            }
            enrollment::end(tx, at, &Actor::Subscriber(head.subscriber), session.enrollment, Ending::Declined, json!({}))
        })
    }

    /// Phase 1: the signed Profile Service profile. May be fetched again for 10 minutes, until the phone has its transport certificate;
    /// `None`: show a page instead. Refused, and nothing is used up, while a certificate profile that the phone is to get waits to be mended.
    pub fn profile_service(&self, token: &Token, session: &Token) -> Result<Option<Vec<u8>>> {
        download::profile_service(&self.inner, token, session)
    }
}

#[cfg(test)]
mod tests;
