//! Invitations: link + code + expiry + channel.

mod address;
mod code;
mod link;

use crate::{
    Conflict, Error, Operator, Result,
    authority::Inner,
    challenge,
    enrollment::{self, Ending, State, StepKind, word},
    id::{EnrollmentId, MailboxId, UnitId},
    ledger,
    mailbox::{self, Address},
    profile::{CertificateProfile, ProfileName},
    secret::{Code, Token},
    settings::{Settings, SignIn},
    sign_in::{self, LinkEnd},
    subscriber,
};
use protocol::Timestamp;
use rusqlite::{Connection, params};
use serde_json::json;

use address::trust_url;
pub(crate) use address::{host, public_url};
pub(crate) use code::{mac, portal, same};
pub(crate) use link::{Link, count_wrong, end_links, find};

/// How the invitation reaches the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Shown on the officer's screen.
    Show,
    /// By mail (later).
    Mail,
    /// By SMS (later).
    Sms,
    /// Printed.
    Letter,
}

/// An invitation at the one moment when its secrets can be shown.
pub struct Invitation {
    /// The enrollment it starts.
    pub enrollment: EnrollmentId,
    /// Link token.
    pub token: Token,
    /// `{public_url}/e/{token}`.
    pub url: String,
    /// The code, apart from the link.
    pub code: Code,
    /// The page asks for the code; of somebody who has a password it may ask for that alone.
    pub code_is_asked: bool,
    /// Both end then.
    pub expires_at: Timestamp,
    /// With a private TLS root: `http://HOST:PORT/trust`.
    pub trust_url: Option<String>,
}

impl Channel {
    /// Refused unless Signet can do it.
    fn is_there(self) -> Result<()> {
        match self {
            Channel::Show | Channel::Letter => Ok(()),
            Channel::Mail | Channel::Sms => {
                Err(Error::invalid("via", "Signet cannot send messages yet; show the invitation or print it as a letter"))
            }
        }
    }
}

impl LinkEnd {
    fn stored(self) -> &'static str {
        match self {
            LinkEnd::Expired => "expired",
            LinkEnd::Used => "used",
            LinkEnd::Cancelled => "cancelled",
            LinkEnd::TooManyTries => "too_many_tries",
            LinkEnd::Declined => "declined",
        }
    }
    fn from_stored(text: &str) -> Result<Self> {
        [LinkEnd::Expired, LinkEnd::Used, LinkEnd::Cancelled, LinkEnd::TooManyTries, LinkEnd::Declined]
            .into_iter()
            .find(|end| end.stored() == text)
            .ok_or_else(|| Error::fault(format!("link end {text}")))
    }
}

/// The certificate profile states a mail address under these settings.
pub(crate) fn states_address(profile: &CertificateProfile, settings: &Settings) -> bool {
    profile.with_address && (profile.name != ProfileName::Authentication || settings.authentication_with_address)
}

impl Operator {
    /// Invites the subscriber with this address. Refused without a mailbox whose validation counts, unless no certificate of the bundle
    /// states an address.
    pub fn invite(&self, mail: &str, channel: Channel) -> Result<Invitation> {
        channel.is_there()?;
        let address = Address::parse(mail)?;
        let (at, actor, inner) = (self.inner.clock.now(), self.actor.clone(), self.inner.clone());
        let department = self.inner.store.read(|tx| subscriber::department_at(tx, &address))?;
        let settings = self.inner.settings_of(department)?;
        let addresses = Addresses::of(&inner)?;
        let secrets = Secrets::new(at, &settings)?;
        let made = secrets.clone();
        let (enrollment, code_is_asked) = self.inner.store.write(move |tx| {
            let mailbox::Owner { subscriber, mailbox, address } = mailbox::owner(tx, &address)?;
            must_be_invitable(&inner, tx, at, department, mailbox)?;
            let id = EnrollmentId::fresh();
            tx.prepare_cached(
                "INSERT INTO enrollment (id, subscriber, mailbox, channel, state, reached, created_at, expires_at, updated_at, link)
                 VALUES (?1, ?2, ?3, ?4, 'invited', 0, ?5, ?6, ?5, ?7)",
            )?
            .execute(params![id, subscriber, mailbox, word(channel)?, at.0, made.expires_at.0, made.token.hash()])?;
            made.insert(&inner, tx, at, id, false)?;
            enrollment::record(tx, at, id, StepKind::Invited, json!({ "via": channel, "expires_at": made.expires_at }))?;
            let details = json!({ "mail": address, "subscriber": subscriber, "via": channel, "expires_at": made.expires_at });
            ledger::append(tx, at, &actor, "enrollment.invited", &id.to_string(), &details)?;
            let asked = sign_in::asked_of(tx, &settings, subscriber)?;
            Ok((id, matches!(asked, SignIn::Code | SignIn::Both | SignIn::Directory)))
        })?;
        Ok(Invitation { code_is_asked, ..secrets.into_invitation(enrollment, addresses) })
    }

    /// New token and code for the same enrollment; the old ones are dead. With it one signs in by code alone and sets a new
    /// password where the department asks for one. Also wakes an enrollment that ran out or failed, not one that is
    /// configured, declined or cancelled. It reaches the person as the first one did.
    pub fn resend(&self, enrollment: EnrollmentId) -> Result<Invitation> {
        self.renew_link(enrollment, None)
    }

    /// The same, but from now on it reaches the person by this channel.
    pub fn resend_by(&self, enrollment: EnrollmentId, channel: Channel) -> Result<Invitation> {
        channel.is_there()?;
        self.renew_link(enrollment, Some(channel))
    }

    fn renew_link(&self, enrollment: EnrollmentId, channel: Option<Channel>) -> Result<Invitation> {
        let (at, actor, inner) = (self.inner.clock.now(), self.actor.clone(), self.inner.clone());
        let department = self.inner.store.read(|tx| Ok(enrollment::head(tx, enrollment)?.department))?;
        let settings = self.inner.settings_of(department)?;
        let addresses = Addresses::of(&inner)?;
        let secrets = Secrets::new(at, &settings)?;
        let made = secrets.clone();
        self.inner.store.write(move |tx| {
            let head = enrollment::head(tx, enrollment)?;
            if matches!(head.state, State::Configured | State::Declined | State::Cancelled) {
                return Err(Error::Conflict(Conflict::EnrollmentEnded));
            }
            must_be_invitable(&inner, tx, at, head.department, head.mailbox)?;
            end_links(tx, at, enrollment, LinkEnd::Cancelled)?;
            challenge::cancel_for_enrollment(tx, enrollment)?;
            tx.prepare_cached("UPDATE session SET dead = 1 WHERE enrollment = ?1")?.execute([enrollment])?;
            tx.prepare_cached(
                "UPDATE enrollment SET link = ?2, expires_at = ?3, channel = coalesce(?4, channel), os_too_old = NULL, download_ends_at = NULL,
                    state = CASE WHEN state IN ('expired', 'failed') THEN 'invited' ELSE state END,
                    reached = CASE WHEN state IN ('expired', 'failed') THEN 0 ELSE reached END,
                    profile_sent = CASE WHEN state IN ('expired', 'failed') THEN 0 ELSE profile_sent END
                 WHERE id = ?1",
            )?
            .execute(params![enrollment, made.token.hash(), made.expires_at.0, channel.map(word).transpose()?])?;
            made.insert(&inner, tx, at, enrollment, true)?;
            let details = match channel {
                Some(channel) => json!({ "via": channel, "expires_at": made.expires_at }),
                None => json!({ "expires_at": made.expires_at }),
            };
            enrollment::record(tx, at, enrollment, StepKind::Resent, details.clone())?;
            ledger::append(tx, at, &actor, "enrollment.resent", &enrollment.to_string(), &details)
        })?;
        Ok(secrets.into_invitation(enrollment, addresses))
    }

    /// Ends an enrollment; certificates already issued stay.
    pub fn cancel_enrollment(&self, enrollment: EnrollmentId) -> Result<()> {
        let (at, actor) = (self.inner.clock.now(), self.actor.clone());
        self.inner.store.write(move |tx| match enrollment::head(tx, enrollment)?.state {
            // Again is no error.
            State::Cancelled => Ok(()),
            State::Configured | State::Declined | State::Expired | State::Failed => Err(Error::Conflict(Conflict::EnrollmentEnded)),
            State::Invited | State::Opened | State::Authenticated | State::Identified | State::Issued => {
                enrollment::end(tx, at, &actor, enrollment, Ending::Cancelled, json!({}))
            }
        })
    }
}

/// What would be refused in phase 3 only is refused at the door: certificates that are not offered, and by invariant 5 a person whose
/// mailbox is not validated, or no longer.
fn must_be_invitable(inner: &Inner, tx: &Connection, at: Timestamp, department: UnitId, mailbox: MailboxId) -> Result<()> {
    let (settings, policy) = (&*inner.settings_of(department)?, inner.policy_of(department)?);
    // A phone always gets a certificate to sign in with: Wi-Fi and VPN stand on it.
    policy.profile(ProfileName::Authentication).require_offered()?;
    policy.require_whole(settings)?;
    let stated = policy.phones(settings).any(|profile| states_address(profile, settings));
    if stated {
        mailbox::standing(tx, at, mailbox)??;
    }
    Ok(())
}

/// The two halves of an invitation before they are shown.
#[derive(Clone)]
struct Secrets {
    token: Token,
    code: Code,
    expires_at: Timestamp,
}

impl Secrets {
    fn new(at: Timestamp, settings: &Settings) -> Result<Self> {
        let lives = i64::from(settings.invitation_hours) * Timestamp::HOUR;
        Ok(Secrets { token: Token::random()?, code: Code::random()?, expires_at: at.plus(lives) })
    }

    fn insert(&self, inner: &Inner, tx: &Connection, at: Timestamp, enrollment: EnrollmentId, resets: bool) -> Result<()> {
        let token = self.token.hash();
        let code = mac(inner, tx, &token, &self.code)?;
        link::insert(tx, at, &link::fresh(token, enrollment, code, resets, self.expires_at))
    }

    fn into_invitation(self, enrollment: EnrollmentId, addresses: Addresses) -> Invitation {
        Invitation {
            enrollment,
            url: format!("{}/e/{}", addresses.public, self.token.reveal()),
            token: self.token,
            code: self.code,
            code_is_asked: true,
            expires_at: self.expires_at,
            trust_url: addresses.trust,
        }
    }
}

/// Where the invitation leads.
struct Addresses {
    public: String,
    trust: Option<String>,
}

impl Addresses {
    fn of(inner: &Inner) -> Result<Self> {
        let (folder, network) = (inner.founding()?, inner.network()?);
        let public = public_url(&network, &folder)?;
        let trust = if folder.public_tls { None } else { Some(trust_url(&network, &public)?) };
        Ok(Addresses { public, trust })
    }
}

#[cfg(test)]
mod tests;
