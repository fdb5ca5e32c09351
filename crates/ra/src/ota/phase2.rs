//! Phase 2: a device with a genuine device certificate gives the OTA challenge back and gets its transport identity to enroll.

use super::{
    OtaAnswer, Refusal,
    answer::{Answer, Phase, REPEATS},
    attribute, page,
    plan::{Plan, Recipient},
    profile, refusal, same_text,
};
use crate::{
    Error, Result,
    authority::Inner,
    challenge::{self, Purpose},
    enrollment::{self, NewDevice, StepKind},
    id::EnrollmentId,
    invitation::{self, Link},
    ledger::{self, Actor},
    secret::Token,
    sign_in::LinkEnd,
};
use protocol::{
    Timestamp,
    mobileconfig::signed_profile,
    ota::{DeviceAttribute, DeviceMessage},
    x509::{AttributeType, DistinguishedName},
};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use std::sync::Arc;

/// What the transaction decided.
enum Decision {
    Answer(Box<Answer>),
    TooOld,
    Refuse(Refusal),
}

/// The message, as the transaction needs it.
struct Identified {
    challenge: [u8; 32],
    leaf: [u8; 32],
    device: NewDevice,
    too_old: Option<(String, String)>,
    challenges_live: i64,
    facts: serde_json::Value,
}

pub(super) fn answer(
    inner: &Arc<Inner>,
    link: Link,
    token: &Token,
    message: &DeviceMessage<'_>,
    ca: String,
    foreign: bool,
) -> Result<OtaAnswer> {
    let attributes = &message.attributes;
    let Some(challenge) = &attributes.challenge else {
        return refusal::refuse(inner, link.enrollment, Refusal::device("no challenge"), None);
    };
    let challenge = Token::received(challenge).hash();
    let Some(udid) = attribute(attributes, DeviceAttribute::Udid) else { return Ok(OtaAnswer::Malformed) };
    let of = |which| attribute(attributes, which);
    let known: serde_json::Map<String, serde_json::Value> =
        attributes.iter().map(|(key, value)| (enrollment::bounded(key), enrollment::bounded(value).into())).collect();
    let department = inner.store.read(|tx| Ok(enrollment::head(tx, link.enrollment)?.department))?;
    let settings = inner.settings_of(department)?;
    let identified = Identified {
        challenge,
        leaf: message.signer.sha256(),
        device: NewDevice {
            udid,
            serial: of(DeviceAttribute::Serial),
            product: of(DeviceAttribute::Product),
            os_version: of(DeviceAttribute::OsVersion),
            build: of(DeviceAttribute::Version),
            imei: of(DeviceAttribute::Imei),
            meid: of(DeviceAttribute::Meid),
            device_name: of(DeviceAttribute::DeviceName),
            language: of(DeviceAttribute::Language),
            foreign_device_ca: foreign,
        },
        too_old: too_old(message, settings.min_os.as_deref()),
        challenges_live: settings.numbers.challenge(),
        facts: json!({ "device_ca": ca, "foreign_device_ca": foreign, "digest": format!("{:?}", message.digest), "attributes": known }),
    };
    let (at, enrollment, shared) = (inner.clock.now(), link.enrollment, inner.clone());
    let decision = inner.store.write(move |tx| decide(&shared, tx, at, &link, identified))?;
    match decision {
        Decision::Refuse(why) => refusal::refuse(inner, enrollment, why, Some(challenge)),
        Decision::TooOld => page(inner, token),
        Decision::Answer(answer) => {
            let bytes = answer.bytes(inner, enrollment, |plan| {
                let plist = profile::transport(inner, enrollment, plan)?;
                Ok(signed_profile(&plist, &inner.profile_signer()?.signing(), plan.at)?)
            })?;
            Ok(OtaAnswer::Profile(bytes))
        }
    }
}

/// (has, needs) when the phone says that its iOS is below the minimum. One that says nothing passes, and so does one of the same major
/// version that says nothing more.
fn too_old(message: &DeviceMessage<'_>, minimum: Option<&str>) -> Option<(String, String)> {
    let minimum = minimum?;
    let mut parts = minimum.split('.').map(|part| part.trim().parse::<u16>().unwrap_or(0));
    let needs = (parts.next()?, parts.next().unwrap_or(0));
    let (major, minor) = message.attributes.ios_version()?;
    let below = minor.map_or(major < needs.0, |minor| (major, minor) < needs);
    let shown = attribute(&message.attributes, DeviceAttribute::OsVersion).unwrap_or_else(|| major.to_string());
    below.then(|| (shown, minimum.to_owned()))
}

/// The session whose challenge came back.
struct Session {
    id: i64,
    link: Vec<u8>,
    challenge: Vec<u8>,
    expires_at: Timestamp,
    leaf: Option<Vec<u8>>,
    udid: Option<String>,
    dead: bool,
}

fn session(tx: &Connection, challenge: &[u8; 32]) -> Result<Option<Session>> {
    Ok(tx
        .prepare_cached("SELECT id, link, challenge, expires_at, leaf, udid, dead FROM session WHERE challenge = ?1")?
        .query_row([challenge], |row| {
            Ok(Session {
                id: row.get(0)?,
                link: row.get(1)?,
                challenge: row.get(2)?,
                expires_at: Timestamp(row.get(3)?),
                leaf: row.get(4)?,
                udid: row.get(5)?,
                dead: row.get(6)?,
            })
        })
        .optional()?)
}

fn decide(inner: &Inner, tx: &Connection, at: Timestamp, link: &Link, new: Identified) -> Result<Decision> {
    let refuse = |reason: &str| Ok(Decision::Refuse(Refusal::device(reason)));
    let Some(session) = session(tx, &new.challenge)?.filter(|s| invitation::same(&s.challenge, &new.challenge)) else {
        return refuse("unknown challenge");
    };
    if !invitation::same(&session.link, &link.token) {
        return refuse("the challenge belongs to another link");
    }
    // Read again: the link may have ended since. A walk that began in time may finish.
    match invitation::find(tx, &link.token)?.map(|link| link.end(at)) {
        Some(None | Some(LinkEnd::Expired)) => (),
        Some(Some(_)) | None => return refuse("the link has ended"),
    }
    if session.dead {
        return refuse("the challenge was used up");
    }
    if let Some(answer) = Answer::newest(tx, session.id, Phase::Two)? {
        let same_device = session.leaf.as_deref().is_some_and(|leaf| invitation::same(leaf, &new.leaf))
            && same_text(session.udid.as_deref(), Some(&new.device.udid));
        if !same_device || answer.created_at.plus(REPEATS) <= at {
            return refuse("the challenge was used before");
        }
        // What was downloaded once more has been installed; a later sign-in's download still waits.
        tx.prepare_cached(
            "UPDATE enrollment SET download_ends_at = NULL WHERE id = ?1
               AND ?2 = (SELECT max(id) FROM session WHERE enrollment = ?1 AND first_sent_at IS NOT NULL)",
        )?
        .execute(params![link.enrollment, session.id])?;
        enrollment::record(tx, at, link.enrollment, StepKind::Repeated, json!({ "phase": 2 }))?;
        return Ok(Decision::Answer(Box::new(answer)));
    }
    if session.expires_at <= at {
        return refuse("the challenge has expired");
    }
    if let Some((has, needs)) = new.too_old {
        // It has used up what it downloaded, as a device has that is refused.
        tx.prepare_cached("UPDATE enrollment SET os_too_old = ?2, download_ends_at = NULL WHERE id = ?1")?
            .execute(params![link.enrollment, format!("{has}\n{needs}")])?;
        enrollment::record(tx, at, link.enrollment, StepKind::OsTooOld, json!({ "has": has, "needs": needs }))?;
        return Ok(Decision::TooOld);
    }
    Ok(Decision::Answer(Box::new(identify(inner, tx, at, link.enrollment, session.id, new)?)))
}

/// The first phase 2 with this challenge: the device is known from here on.
fn identify(inner: &Inner, tx: &Connection, at: Timestamp, enrollment: EnrollmentId, session: i64, new: Identified) -> Result<Answer> {
    let enrollment::Head { subscriber, department, .. } = enrollment::head(tx, enrollment)?;
    // A new walk takes the place of an earlier one: what that one has not used is dead.
    challenge::cancel_for_enrollment(tx, enrollment)?;
    enrollment::revoke_unused_of(tx, at, enrollment)?;
    let device = enrollment::seen(tx, at, subscriber, &new.device)?;
    tx.prepare_cached("UPDATE session SET leaf = ?2, udid = ?3, serial = ?4, device = ?5 WHERE id = ?1")?.execute(params![
        session,
        new.leaf,
        new.device.udid,
        new.device.serial,
        device
    ])?;
    tx.prepare_cached("UPDATE enrollment SET device = ?2, os_too_old = NULL, download_ends_at = NULL WHERE id = ?1")?
        .execute(params![enrollment, device])?;
    enrollment::record(tx, at, enrollment, StepKind::DeviceIdentified, new.facts)?;
    let details = json!({ "udid": new.device.udid, "serial": new.device.serial, "product": new.device.product,
                          "foreign_device_ca": new.device.foreign_device_ca });
    ledger::append(tx, at, &Actor::Device(enrollment), "device.identified", &enrollment.to_string(), &details)?;
    let subject = DistinguishedName::new(vec![(AttributeType::CommonName, format!("OTA {enrollment}"))]).map_err(Error::fault)?;
    let plan = Plan::new(
        tx,
        at,
        &*inner.policy_of(department)?,
        &Recipient { subscriber, enrollment, device, challenges_live: new.challenges_live },
        vec![(Purpose::Transport, subject, Vec::new())],
    )?;
    Answer::insert(inner, tx, session, Phase::Two, &plan)
}
