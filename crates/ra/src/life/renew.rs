//! What a certificate must be for another one to take its place, and what becomes of it then.

use super::{Act, Affected, Breaks, Consequences, Old, Rules, Target, Verb, plan, without::left_without};
use crate::{Conflict, Error, Noun, Result, certificate, id::SubscriberId, issuance::Replaced, ledger::Actor, revoke};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};
use rusqlite::Connection;

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
        return Err(place_taken());
    }
    Ok(())
}

/// Nothing is certified again for a key whose certificate was replaced: its successor is what is renewed.
pub(crate) fn place_taken() -> Error {
    Error::invalid("serial", "another certificate has taken its place already; renew that one")
}

/// What [`replaced`] will do to what [`may_be_replaced`] allowed, told beforehand: the old certificate as it will be, and all that changes.
/// `person` has the new one then, which `serves` these uses; `also` are those that it supersedes, whatever it replaces ([`certificate::current`]).
pub(crate) fn will_replace(
    c: &Connection,
    at: Timestamp,
    rules: &Rules,
    replaced: &Replaced,
    (person, serves): (SubscriberId, &[Breaks]),
    also: &[SerialNumber],
) -> Result<(Affected, Consequences)> {
    let mut told = match replaced.old {
        Old::Stays => nothing(),
        Old::Revoked(reason) => {
            let verb = Verb::Revoke { reason, invalid_since: None };
            plan::plan(c, at, &Act { target: Target::Certificates(vec![replaced.serial.clone()]), verb }, rules)?.consequences
        }
    };
    let old = plan::named(c, at, std::slice::from_ref(&replaced.serial))?.pop().ok_or(Error::NotFound(Noun::Certificate))?.seen;
    let first = certificate::has_its_place(c, &replaced.serial)?.then_some(&replaced.serial);
    let marked: Vec<_> = first.into_iter().chain(also.iter().filter(|one| **one != replaced.serial)).cloned().collect();
    let marked = if marked.is_empty() { Vec::new() } else { plan::named(c, at, &marked)? };
    let changes = |told: &Consequences, one: &Affected| told.affected.iter().any(|changed| changed.serial == one.serial);
    for one in marked.into_iter().map(|found| found.seen) {
        let after = match one.before.as_str() {
            "active" => "superseded",
            // Marked as replaced all the same: it is superseded once its hold is taken back.
            "held" => "held",
            _ => continue,
        };
        if !changes(&told, &one) {
            told.affected.push(Affected { after: after.to_owned(), ..one });
        }
    }
    // Revoked or not, the others of the person go on.
    let of_person = plan::working_of(c, at, person)?;
    told.untouched.retain(|one| one.subscriber != Some(person));
    let go_on: Vec<_> = of_person.into_iter().filter(|one| !changes(&told, one)).collect();
    told.untouched.extend(go_on);
    // The person has the new one, which may serve less than the old one did; somebody else with the same key may be left without.
    let left = |one: &Affected| one.after == "revoked" && !left_without(one, &told.untouched, Some((person, serves))).is_empty();
    let none_left = told.affected.iter().any(left);
    told.breaks.retain(|what| *what != Breaks::NoneLeft);
    if none_left {
        told.breaks.push(Breaks::NoneLeft);
    }
    // Counted, never refused, as where it is done.
    told.needs_second_officer = false;
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
    let marked: Vec<_> = certificate::has_its_place(tx, &replaced.serial)?.then(|| replaced.serial.clone()).into_iter().collect();
    certificate::mark(tx, at, actor, &marked, by)?;
    if let Old::Revoked(reason) = replaced.old {
        let mut serials = vec![replaced.serial.clone()];
        if reason == Reason::KeyCompromise {
            serials.extend(certificate::of_same_key(tx, at, &replaced.serial)?.into_iter().filter(|other| other != by));
        }
        // Counted, never refused: the person has a new one in its place.
        super::note_alone(tx, at, actor, &serials)?;
        serials.iter().try_for_each(|serial| revoke::revoke(tx, at, actor, serial, reason))?;
    }
    Ok(marked)
}
