//! What a certificate must be for another one to take its place, and what becomes of it then.

use super::{Act, Affected, Breaks, Consequences, Old, Rules, Target, Verb, plan};
use crate::{
    Conflict, Error, Noun, Result, certificate,
    id::SubscriberId,
    issuance::Replaced,
    ledger::{self, Actor},
    revoke,
};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};
use rusqlite::{Connection, params};
use serde_json::json;

/// Asked when it is ordered and again when it is stored.
pub(crate) fn may_be_replaced(tx: &Connection, at: Timestamp, replaced: &Replaced) -> Result<()> {
    let known = certificate::known(tx, &replaced.serial)?.ok_or(Error::NotFound(Noun::Certificate))?;
    if known.held {
        return Err(Error::Conflict(Conflict::AlreadyHeld));
    }
    if known.revoked && (replaced.same_key || replaced.old != Old::Stays) {
        return Err(Error::Conflict(Conflict::AlreadyRevoked));
    }
    if let Old::Revoked(reason) = replaced.old
        && (!super::officer_may_give(reason) || reason == Reason::CertificateHold)
    {
        return Err(Error::invalid("reason", "an officer does not revoke for this reason (RFC 5280 5.3.1)"));
    }
    if !replaced.same_key {
        return Ok(());
    }
    if known.not_after < at {
        return Err(Error::invalid("serial", "the certificate has ended; issue a new one with a new key"));
    }
    let replaced_before = tx
        .prepare_cached("SELECT 1 FROM certificate WHERE serial = ?1 AND superseded_at IS NOT NULL")?
        .exists([replaced.serial.octets()])?;
    if replaced_before {
        return Err(Error::invalid("serial", "another certificate has taken its place already; renew that one"));
    }
    Ok(())
}

/// What [`replaced`] will do to what [`may_be_replaced`] allowed, told beforehand: the old certificate as it will be, and all that changes.
/// `person` has the new one then; `also` are those that it supersedes beside the old one.
pub(crate) fn will_replace(
    c: &Connection,
    at: Timestamp,
    rules: &Rules,
    replaced: &Replaced,
    person: SubscriberId,
    also: &[SerialNumber],
) -> Result<(Affected, Consequences)> {
    let mut told = match replaced.old {
        Old::Stays => nothing(),
        Old::Revoked(reason) => {
            let verb = Verb::Revoke { reason, invalid_since: None };
            plan::plan(c, at, &Act { target: Target::Certificates(vec![replaced.serial.clone()]), verb }, rules)?.consequences
        }
    };
    let superseded: Vec<_> = std::iter::once(&replaced.serial).chain(also).cloned().collect();
    let superseded: Vec<_> = plan::named(c, at, &superseded)?.into_iter().map(|found| found.seen).collect();
    let changes = |told: &Consequences, one: &Affected| told.affected.iter().any(|changed| changed.serial == one.serial);
    for one in superseded.iter().filter(|one| one.before == "active") {
        if !changes(&told, one) {
            told.affected.push(Affected { after: "superseded".to_owned(), ..one.clone() });
        }
    }
    // Revoked or not, the others of the person go on.
    let of_person = plan::certificates_of(c, at, person)?.into_iter().map(|found| found.seen);
    told.untouched.retain(|one| one.subscriber != Some(person));
    let works = |one: &Affected| matches!(one.before.as_str(), "active" | "superseded");
    let go_on: Vec<_> = of_person.filter(|one| works(one) && !changes(&told, one)).collect();
    told.untouched.extend(go_on);
    // The person has the new one; somebody else with the same key may be left without.
    let left_without = |one: &Affected| {
        let same = |other: &Affected| other.subscriber == one.subscriber && other.profile == one.profile;
        let stopped = one.after == "revoked" && one.before == "active" && one.profile != "transport" && one.subscriber.is_some();
        let has_the_new_one = superseded.first().is_some_and(|old| old.profile == one.profile) && one.subscriber == Some(person);
        stopped && !has_the_new_one && !told.untouched.iter().any(|other| other.before == "active" && same(other))
    };
    if !told.affected.iter().any(left_without) {
        told.breaks.retain(|what| *what != Breaks::NoneLeft);
    }
    // Counted, never refused, as where it is done.
    told.needs_second_officer = false;
    let old = superseded.into_iter().next().ok_or(Error::NotFound(Noun::Certificate))?;
    let changed = told.affected.iter().find(|one| one.serial == old.serial).cloned();
    // What is revoked, superseded or has ended already stays what it is.
    let old = changed.unwrap_or_else(|| Affected { after: old.before.clone(), ..old });
    Ok((old, told))
}

/// Nothing changes, and it cannot be taken back: what was issued was issued.
fn nothing() -> Consequences {
    Consequences {
        affected: Vec::new(),
        untouched: Vec::new(),
        breaks: Vec::new(),
        enrollments_ended: 0,
        challenges_cancelled: 0,
        mailboxes_unvalidated: 0,
        final_at: None,
        deadline_hours: None,
        undoable: false,
        needs_second_officer: false,
    }
}

/// The new one, `by`, is stored in this transaction: the old one is superseded, and revoked where that was wanted. Serials of those
/// that this superseded.
pub(crate) fn replaced(tx: &Connection, at: Timestamp, actor: &Actor, replaced: &Replaced, by: &SerialNumber) -> Result<Vec<SerialNumber>> {
    let ended = tx
        .prepare_cached("UPDATE certificate SET superseded_at = ?2 WHERE serial = ?1 AND superseded_at IS NULL AND revoked_at IS NULL")?
        .execute(params![replaced.serial.octets(), at.0])?;
    if ended > 0 {
        ledger::append(tx, at, actor, "certificate.superseded", &replaced.serial.to_string(), &json!({ "by": by.to_string() }))?;
    }
    if let Old::Revoked(reason) = replaced.old {
        let mut serials = vec![replaced.serial.clone()];
        if reason == Reason::KeyCompromise {
            serials.extend(certificate::of_same_key(tx, at, &replaced.serial)?.into_iter().filter(|other| other != by));
        }
        // Counted, never refused: the person has a new one in its place.
        super::note_alone(tx, at, actor, &serials)?;
        serials.iter().try_for_each(|serial| revoke::revoke(tx, at, actor, serial, reason))?;
    }
    Ok(if ended > 0 { vec![replaced.serial.clone()] } else { Vec::new() })
}
