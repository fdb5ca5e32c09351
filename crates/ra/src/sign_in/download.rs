//! Phase 1: the Profile Service profile. The challenge is the session's. Fetching it is logged: the first time begins the minutes in which
//! it may be fetched again, and every time those in which the phone installs it.

use super::session;
use crate::{
    Error, Result,
    authority::Inner,
    enrollment::{self, StepKind},
    invitation,
    secret::Token,
};
use protocol::{
    Timestamp,
    mobileconfig::{PayloadIdentity, signed_profile},
    ota::{DeviceAttribute, ProfileServiceProfile},
};
use rusqlite::params;
use serde_json::json;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The profile may be fetched again so long (Safari sometimes fetches twice, people tap twice).
const AGAIN: i64 = 10 * Timestamp::MINUTE;
/// iOS drops a downloaded profile that nobody installed.
const UNINSTALLED: i64 = 8 * Timestamp::MINUTE;

/// What we ask a phone for. It leaves out what it does not know.
const ATTRIBUTES: [DeviceAttribute; 11] = [
    DeviceAttribute::Udid,
    DeviceAttribute::Serial,
    DeviceAttribute::Product,
    DeviceAttribute::Version,
    DeviceAttribute::OsVersion,
    DeviceAttribute::Language,
    DeviceAttribute::Imei,
    DeviceAttribute::Meid,
    DeviceAttribute::DeviceName,
    DeviceAttribute::Iccid,
    DeviceAttribute::MacAddress,
];

pub(super) fn profile_service(inner: &Arc<Inner>, token: &Token, cookie: &Token) -> Result<Option<Vec<u8>>> {
    let (at, link, cookie) = (inner.clock.now(), token.hash(), cookie.hash());
    let shared = inner.clone();
    let found = inner.store.write(move |tx| {
        let Some(session) = session::find(tx, at, &link, &cookie)? else { return Ok(None) };
        let head = enrollment::head(tx, session.enrollment)?;
        let first = session.first_sent_at.unwrap_or(at);
        let dead = session.dead || invitation::find(tx, &link)?.is_none_or(|l| l.end(at).is_some());
        let settings = shared.settings_of(head.department)?;
        // A phone that installs it anew makes a new key, for which the repeat of phase 2 has no challenge: it takes another sign-in.
        let used = session.transported;
        if dead || used || at >= first.plus(AGAIN) || session::must_set_password(tx, &settings, &session, head.subscriber)? {
            return Ok(None);
        }
        // Phase 3 would refuse the phone, at the end of a way on which the person could do nothing about it.
        shared.policy_of(head.department)?.require_whole(&settings)?;
        tx.prepare_cached("UPDATE session SET first_sent_at = coalesce(first_sent_at, ?2) WHERE id = ?1")?
            .execute(params![session.id, at.0])?;
        tx.prepare_cached("UPDATE enrollment SET download_ends_at = ?2 WHERE id = ?1")?
            .execute(params![session.enrollment, at.plus(UNINSTALLED).0])?;
        enrollment::record(tx, at, session.enrollment, StepKind::ProfileServiceSent, json!({ "again": session.first_sent_at.is_some() }))?;
        let identifier = invitation::portal(&shared, tx)?.profile_identifier;
        Ok(Some((session, identifier, head.department)))
    })?;
    let Some((session, identifier, department)) = found else { return Ok(None) };
    let department = inner.department_of(department)?;
    let challenge = inner.vault.open(&session::context(session.enrollment), &session.sealed_challenge)?;
    let profile = ProfileServiceProfile {
        identity: PayloadIdentity {
            description: Some(format!("{} asks which phone this is, then sends its certificates.", department.department)),
            organization: Some(department.organization.clone()),
            ..PayloadIdentity::new(
                format!("{identifier}.ota"),
                session.profile_uuid,
                format!("{}: set up this phone", department.department),
            )
        },
        url: format!("{}/ota/{}", invitation::public_url(&*inner.network()?, &department)?, token.reveal()),
        challenge: Zeroizing::new(std::str::from_utf8(&challenge).map_err(Error::fault)?.to_owned()),
        attributes: ATTRIBUTES.to_vec(),
    };
    // The time of the session, so that fetching again gives the same bytes.
    Ok(Some(signed_profile(&profile.to_plist()?, &inner.profile_signer()?.signing(), session.created_at)?))
}
