//! Phase 3: the device shows that it has its transport identity and gets the final profile, encrypted to it. Later the same
//! POST is an update (docs/enrollment.md, "Who is let in").

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
    certificate::{self, Kind},
    challenge::Purpose,
    enrollment::{self, Head, State, StepKind},
    id::DeviceId,
    invitation::{self, Link},
    mailbox::{self, Unvalidated},
    policy::Policy,
    profile::ProfileName,
    revoke,
    secret::Token,
    settings::Settings,
    sign_in::LinkEnd,
};
use protocol::{
    Timestamp,
    ota::{DeviceAttribute, DeviceMessage},
    x509::{CertificateView, DistinguishedName, SubjectAltName},
};
use rusqlite::{Connection, params};
use serde_json::json;
use std::sync::Arc;

/// What the transaction decided.
enum Decision {
    Answer(Box<Answer>),
    /// The transport identity or the link has run out: back to Safari.
    Page(&'static str),
    Refuse(Refusal),
}

/// The message, as the transaction needs it.
struct Shown {
    signer: CertificateView,
    udid: Option<String>,
    serial: Option<String>,
    digest: String,
}

pub(super) fn answer(inner: &Arc<Inner>, link: Link, token: &Token, message: &DeviceMessage<'_>) -> Result<OtaAnswer> {
    let shown = Shown {
        signer: message.signer.clone(),
        udid: attribute(&message.attributes, DeviceAttribute::Udid),
        serial: attribute(&message.attributes, DeviceAttribute::Serial),
        digest: format!("{:?}", message.digest),
    };
    let (at, enrollment, shared) = (inner.clock.now(), link.enrollment, inner.clone());
    let decision = inner.store.write(move |tx| decide(&shared, tx, at, &link, &shown))?;
    match decision {
        Decision::Refuse(why) => {
            let challenge = message.attributes.challenge.as_ref().map(|challenge| Token::received(challenge).hash());
            refusal::refuse(inner, enrollment, why, challenge)
        }
        Decision::Page(reason) => {
            refusal::refuse(inner, enrollment, Refusal::profile(reason), None)?;
            page(inner, token)
        }
        Decision::Answer(answer) => {
            let bytes = answer.bytes(inner, enrollment, |plan| profile::sealed(inner, enrollment, plan, &message.signer))?;
            Ok(OtaAnswer::Profile(bytes))
        }
    }
}

fn decide(inner: &Inner, tx: &Connection, at: Timestamp, link: &Link, shown: &Shown) -> Result<Decision> {
    let refuse = |reason: &str| Ok(Decision::Refuse(Refusal::profile(reason)));
    // The whole certificate, octet for octet: a name and a serial anybody can write.
    let Some(known) = certificate::known(tx, &shown.signer.serial)?.filter(|known| known.der == shown.signer.der) else {
        return Ok(Decision::Refuse(Refusal::stranger(&shown.signer)));
    };
    if known.kind != Kind::Transport {
        return refuse("signed by a certificate other than the transport identity");
    }
    if known.enrollment != Some(link.enrollment) {
        return refuse("signed by the transport identity of another enrollment");
    }
    if known.revoked || known.held {
        return refuse("the transport identity is revoked");
    }
    if known.not_after < at {
        return Ok(Decision::Page("the transport identity has expired"));
    }
    let head = enrollment::head(tx, link.enrollment)?;
    // Read again: the link may have ended since. A walk that began in time may finish; of a configured phone it is an update.
    match invitation::find(tx, &link.token)?.map(|link| link.end(at)) {
        Some(None | Some(LinkEnd::Used)) => (),
        Some(Some(LinkEnd::Expired)) if head.state != State::Expired => (),
        Some(Some(LinkEnd::Expired)) => return Ok(Decision::Page("the link has expired")),
        Some(Some(LinkEnd::Cancelled | LinkEnd::TooManyTries | LinkEnd::Declined)) | None => return refuse("the link has ended"),
    }
    let Some(walk) = walk(tx, link, shown)? else { return refuse("not the device of phase 2") };
    if head.device != Some(walk.device) {
        return refuse("another phone has taken its place");
    }
    let earlier = Answer::newest(tx, walk.session, Phase::Three)?;
    let update = earlier.is_some();
    if let Some(answer) = earlier
        && at < answer.created_at.plus(REPEATS)
    {
        enrollment::record(tx, at, link.enrollment, StepKind::Repeated, json!({ "phase": 3 }))?;
        return Ok(Decision::Answer(Box::new(answer)));
    }
    // A lost phone whose certificates were revoked must not fetch new ones.
    if revoke::blocks_phone(tx, link.enrollment)? {
        return refuse("a certificate of this phone was revoked or is on hold");
    }
    let (policy, settings) = (inner.policy_of(head.department)?, inner.settings_of(head.department)?);
    // It keeps what it has.
    match policy.require_whole(&settings) {
        Ok(()) => (),
        Err(Error::Invalid { reason, .. }) => return refuse(&reason),
        Err(error) => return Err(error),
    }
    let identities = match identities(tx, at, &head, &settings, &policy)? {
        Ok(identities) => identities,
        Err(why) => return refuse(&why.reason()),
    };
    // Everything else in the profile stands on it, and would be missing without a word.
    if !identities.iter().any(|(purpose, ..)| *purpose == Purpose::Certificate(ProfileName::Authentication)) {
        return refuse("certificates to sign in with are not offered");
    }
    let facts = json!({ "transport": shown.signer.serial.to_string(), "digest": shown.digest });
    enrollment::record(tx, at, link.enrollment, StepKind::ProfileRequested, facts)?;
    if update {
        enrollment::record(tx, at, link.enrollment, StepKind::Updated, json!({}))?;
    }
    let challenges_live = settings.numbers.challenge();
    let to = Recipient { subscriber: head.subscriber, enrollment: link.enrollment, device: walk.device, challenges_live };
    let plan = Plan::new(tx, at, &policy, &to, identities)?;
    let answer = Answer::insert(inner, tx, walk.session, Phase::Three, &plan)?;
    for identity in &plan.identities {
        tx.prepare_cached("INSERT INTO profile_identity (answer, profile) VALUES (?1, ?2)")?
            .execute(params![answer.id, identity.purpose])?;
    }
    // From here on the OTA challenge is dead for everybody.
    tx.prepare_cached("UPDATE session SET dead = 1 WHERE id = ?1")?.execute([walk.session])?;
    tx.prepare_cached("UPDATE transport_certificate SET used_at = coalesce(used_at, ?2) WHERE serial = ?1")?
        .execute(params![shown.signer.serial.octets(), at.0])?;
    Ok(Decision::Answer(Box::new(answer)))
}

/// The phase 2 that this phase 3 continues.
struct Walk {
    session: i64,
    device: DeviceId,
}

/// Same link, same UDID and SERIAL as phase 2, and the transport certificate that came of it: what a device says of itself proves nothing.
fn walk(tx: &Connection, link: &Link, shown: &Shown) -> Result<Option<Walk>> {
    let mut statement = tx.prepare_cached(
        "SELECT id, device, udid, serial FROM session
         WHERE enrollment = ?1 AND link = ?2 AND leaf IS NOT NULL AND transport = ?3 ORDER BY id DESC",
    )?;
    let mut rows = statement.query(params![link.enrollment, link.token, shown.signer.serial.octets()])?;
    while let Some(row) = rows.next()? {
        let (udid, serial): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
        if same_text(udid.as_deref(), shown.udid.as_deref()) && same_text(serial.as_deref(), shown.serial.as_deref()) {
            return Ok(Some(Walk { session: row.get(0)?, device: row.get(1)? }));
        }
    }
    Ok(None)
}

/// Purpose, subject and SANs of an identity to be certified.
type Identity = (Purpose, DistinguishedName, Vec<SubjectAltName>);

/// The bundle's identities; why not, when one of them would state an address whose validation does not count (invariant 5).
fn identities(
    tx: &Connection,
    at: Timestamp,
    head: &Head,
    settings: &Settings,
    policy: &Policy,
) -> Result<std::result::Result<Vec<Identity>, Unvalidated>> {
    let subject: String =
        tx.prepare_cached("SELECT subject FROM subscriber WHERE id = ?1")?.query_row([head.subscriber], |row| row.get(0))?;
    let subject: DistinguishedName = serde_json::from_str(&subject).map_err(Error::fault)?;
    let standing = mailbox::standing(tx, at, head.mailbox)?;
    let mut all = Vec::new();
    for profile in policy.phones(settings) {
        let san = match (invitation::states_address(profile, settings), &standing) {
            (false, _) => Vec::new(),
            (true, Ok(address)) => vec![SubjectAltName::Rfc822Name(address.clone())],
            (true, Err(why)) => return Ok(Err(why.clone())),
        };
        all.push((Purpose::Certificate(profile.name), subject.clone(), san));
    }
    Ok(Ok(all))
}
