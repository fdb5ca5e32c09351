//! What the portal shows: the department, what a link leads to, what will change on the phone. Nothing here changes anything.

use super::{LinkView, OpenLink, ProfileContents, PublicDepartment, SessionView};
use crate::{
    Result,
    authority::Inner,
    department::Department,
    enrollment::{self, ENDED_LINKS, StepKind},
    id::SubscriberId,
    invitation::{self, Link},
    policy::Policy,
    profile::{CertificateProfile, ProfileName},
    secret::Token,
    settings::{Settings, SignIn},
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

pub(super) fn public(inner: &Inner) -> Result<PublicDepartment> {
    let units = inner.units()?;
    match units.only() {
        Ok(only) => described(inner, only, only.department.clone(), &*inner.settings_of(only.id)?),
        Err(_) => described(inner, units.founding(), units.founding().organization.clone(), &*inner.network()?),
    }
}

pub(super) fn asking(inner: &Inner, token: &Token) -> Result<PublicDepartment> {
    let hash = token.hash();
    let found = inner.store.read(|tx| {
        let Some(link) = invitation::find(tx, &hash)? else { return Ok(None) };
        Ok(Some(enrollment::head(tx, link.enrollment)?.department))
    })?;
    let Some(department) = found else { return public(inner) };
    let department = inner.department_of(department)?;
    described(inner, &department, department.department.clone(), &*inner.settings_of(department.id)?)
}

fn described(inner: &Inner, department: &Department, name: String, settings: &Settings) -> Result<PublicDepartment> {
    let public_url = invitation::public_url(&*inner.network()?, department)?;
    let mut hosts = department.hosts.clone();
    // Also the host of the public URL, in case it is none of those that the certificate was made for.
    if let Some(host) = invitation::host(&public_url).map(|h| h.trim_matches(['[', ']']).to_owned())
        && !hosts.contains(&host)
    {
        hosts.push(host);
    }
    Ok(PublicDepartment {
        organization: department.organization.clone(),
        department: name,
        contact: settings.contact.clone(),
        training: department.training,
        private_root: !department.public_tls,
        public_url,
        hosts,
        address_failures: settings.numbers.address_failures,
        address_minutes: settings.numbers.address_minutes,
    })
}

/// What will change on the phone.
pub(super) fn contents(settings: &Settings, policy: &Policy) -> ProfileContents {
    let has = |of: &dyn Fn(&CertificateProfile) -> bool| policy.phones(settings).any(|profile| of(profile));
    let mail = |profile: &CertificateProfile| profile.signs_mail() && invitation::states_address(profile, settings);
    // Networks are entered with this one alone.
    let networks = has(&|profile| profile.name == ProfileName::Authentication);
    ProfileContents {
        signing: has(&mail),
        authentication: has(&CertificateProfile::signs_in),
        further: has(&|profile| !mail(profile) && !profile.signs_in()),
        wifi: settings.wifi_ssid.clone().filter(|_| networks),
        vpn: settings.vpn_server.clone().filter(|_| networks),
        passcode: (settings.passcode_min_length > 0).then_some(settings.passcode_min_length),
        removal: Some(settings.effective_removal()),
    }
}

/// What the form asks for now: passwords only from those who have one, and not by a link that was made to replace it.
pub(super) fn asked(tx: &Connection, settings: &Settings, link: &Link, subscriber: SubscriberId) -> Result<SignIn> {
    if link.resets { Ok(SignIn::Code) } else { asked_of(tx, settings, subscriber) }
}

/// The same of somebody who is invited.
pub(crate) fn asked_of(tx: &Connection, settings: &Settings, subscriber: SubscriberId) -> Result<SignIn> {
    if !matches!(settings.sign_in, SignIn::Password | SignIn::Both | SignIn::Basic) {
        return Ok(SignIn::Code);
    }
    let has_one = tx.prepare_cached("SELECT 1 FROM password WHERE subscriber = ?1")?.exists([subscriber])?;
    Ok(if has_one { settings.sign_in } else { SignIn::Code })
}

pub(super) fn link(inner: &Inner, token: &Token) -> Result<LinkView> {
    let (at, hash) = (inner.clock.now(), token.hash());
    let (view, log) = inner.store.read(|tx| {
        let Some(link) = invitation::find(tx, &hash)? else { return Ok((LinkView::Unknown, None)) };
        if link.ended_at.is_some_and(|ended| ended.plus(ENDED_LINKS) <= at) {
            return Ok((LinkView::Unknown, None));
        }
        if let Some(end) = link.end(at) {
            return Ok((LinkView::Ended(end), None));
        }
        let head = enrollment::head(tx, link.enrollment)?;
        let (settings, policy) = (inner.settings_of(head.department)?, inner.policy_of(head.department)?);
        let open = OpenLink {
            enrollment: link.enrollment,
            sign_in: asked(tx, &settings, &link, head.subscriber)?,
            expires_at: link.expires_at,
            contents: contents(&settings, &policy),
            min_os: settings.min_os.clone(),
        };
        let log = (!viewed_lately(tx, at, &link)?).then_some(link.enrollment);
        Ok((LinkView::Open(Box::new(open)), log))
    })?;
    if let Some(enrollment) = log {
        // A log entry, nothing that the flow depends on: the page is shown also when it cannot be written.
        let logged = inner.store.write(move |tx| {
            tx.prepare_cached("UPDATE enrollment SET page_viewed_at = ?2 WHERE id = ?1")?.execute(params![enrollment, at.0])?;
            enrollment::record(tx, at, enrollment, StepKind::PageViewed, json!({}))
        });
        if let Err(error) = logged {
            tracing::warn!(%error, "a page view was not logged");
        }
    }
    Ok(view)
}

fn viewed_lately(tx: &Connection, at: Timestamp, link: &Link) -> Result<bool> {
    let last: Option<i64> = tx
        .prepare_cached("SELECT page_viewed_at FROM enrollment WHERE id = ?1")?
        .query_row([link.enrollment], |row| row.get(0))
        .optional()?
        .flatten();
    Ok(last.is_some_and(|last| at.0 < last + Timestamp::MINUTE))
}

pub(super) fn session(inner: &Inner, token: &Token, cookie: &Token) -> Result<Option<SessionView>> {
    let (at, link, cookie) = (inner.clock.now(), token.hash(), cookie.hash());
    inner.store.read(|tx| {
        let Some(session) = super::session::find(tx, at, &link, &cookie)? else { return Ok(None) };
        let head = enrollment::head(tx, session.enrollment)?;
        let (settings, policy) = (inner.settings_of(head.department)?, inner.policy_of(head.department)?);
        let name: String =
            tx.prepare_cached("SELECT name FROM subscriber WHERE id = ?1")?.query_row([head.subscriber], |row| row.get(0))?;
        Ok(Some(SessionView {
            enrollment: session.enrollment,
            name,
            state: head.state,
            profile_sent: head.profile_sent,
            must_set_password: super::session::must_set_password(tx, &settings, &session, head.subscriber)?,
            os_too_old: head
                .os_too_old
                .as_deref()
                .and_then(|both| both.split_once('\n'))
                .map(|(has, needs)| (has.to_owned(), needs.to_owned())),
            download_ends_at: head.download_ends_at,
            contents: contents(&settings, &policy),
        }))
    })
}
