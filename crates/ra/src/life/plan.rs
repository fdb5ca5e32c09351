//! What an act does, computed first and then carried out by the same list of certificates.

use super::{Act, Affected, Breaks, Consequences, Target, Verb, deadline_hours, four_eyes, officer_may_give, without::left_without};
use crate::{
    Conflict, Error, Noun, Operator, Result,
    certificate::{Uses, of_same_key, reason_code, reason_of},
    challenge, enrollment,
    id::{DeviceId, SubscriberId},
    ledger::{self, Actor},
    mailbox, revoke, subscriber,
};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};
use rusqlite::{Connection, ToSql, params};
use serde_json::json;
use std::collections::BTreeSet;

/// Most certificates of one act.
const MOST: usize = 100_000;

/// The department's numbers.
pub(crate) struct Rules {
    /// Most certificates that an officer changes alone, ...
    pub(super) four_eyes_above: usize,
    /// ... in this time, whatever the number of acts.
    pub(super) four_eyes_within: i64,
    /// Who acts; `None`: nobody whose acts are counted.
    pub(super) officer: Option<String>,
    maybe_lost: i64,
}

impl Rules {
    pub(crate) fn of(operator: &Operator) -> Result<Self> {
        let number = |key: &str| operator.setting(key)?.parse::<u32>().map_err(Error::fault);
        Ok(Rules {
            four_eyes_above: usize::try_from(number("revoke.four_eyes_above")?).unwrap_or(usize::MAX),
            four_eyes_within: i64::from(number("revoke.four_eyes_hours")?) * Timestamp::HOUR,
            officer: four_eyes::account(&operator.actor),
            maybe_lost: i64::from(number("revoke.maybe_lost_days")?) * Timestamp::DAY,
        })
    }
}

/// Certificates with what will be done, ready for [`apply`].
pub(super) struct Plan {
    pub(super) consequences: Consequences,
    pub(super) serials: Vec<SerialNumber>,
}

/// A certificate with its person and device.
pub(super) struct Found {
    serial: SerialNumber,
    kind: String,
    ours: bool,
    reason: Option<Reason>,
    ended: bool,
    pub(super) seen: Affected,
}

/// Plans the act as it is asked for: a certificate that it does not fit refuses it.
pub(super) fn plan(c: &Connection, at: Timestamp, act: &Act, rules: &Rules) -> Result<Plan> {
    plan_with(c, at, act, rules, true)
}

/// Plans what is left of an act that waited: what changed meanwhile is left out.
pub(super) fn plan_what_is_left(c: &Connection, at: Timestamp, act: &Act, rules: &Rules) -> Result<Plan> {
    plan_with(c, at, act, rules, false)
}

fn plan_with(c: &Connection, at: Timestamp, act: &Act, rules: &Rules, strict: bool) -> Result<Plan> {
    check_words(at, act)?;
    let (found, named) = match &act.target {
        Target::Certificates(serials) => (named(c, at, serials)?, strict),
        Target::Device(device) => (of_device(c, at, *device)?, false),
        Target::Person(person) => (of_person(c, at, *person)?, false),
    };
    let several = found.len() > 1;
    let (mut serials, mut affected) = (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
    for found in found {
        match refusal(&found, &act.verb) {
            None => {
                affected.push(Affected { after: after(&act.verb, &found).to_owned(), ..found.seen });
                serials.push(found.serial);
            }
            // The one that is meant is clear without its name.
            Some(error) if named && !several => return Err(error),
            Some(error) if named => return Err(Error::invalid("serial", format!("{}: {}", found.seen.serial, short(&error)))),
            Some(_) => {}
        }
    }
    let mut seen: BTreeSet<SerialNumber> = serials.iter().cloned().collect();
    for serial in serials.clone() {
        let others = with_it(c, at, &act.verb, &serial)?.into_iter().filter(|other| seen.insert(other.clone())).collect::<Vec<_>>();
        if others.is_empty() {
            continue;
        }
        for found in self::named(c, at, &others)?.into_iter().filter(|found| refusal(found, &act.verb).is_none()) {
            affected.push(Affected { after: after(&act.verb, &found).to_owned(), ..found.seen });
            serials.push(found.serial);
        }
    }
    let offboard = matches!(act.verb, Verb::Offboard { .. });
    if affected.is_empty() && strict && !offboard {
        return Err(Error::invalid("target", "there is no certificate that this could be done to"));
    }
    let consequences = consequences(c, at, act, rules, affected)?;
    Ok(Plan { consequences, serials })
}

fn check_words(at: Timestamp, act: &Act) -> Result<()> {
    if let Verb::Revoke { reason, .. } | Verb::Offboard { reason, .. } = &act.verb
        && (!officer_may_give(*reason) || *reason == Reason::CertificateHold)
    {
        return Err(Error::invalid("reason", "an officer does not revoke for this reason (RFC 5280 5.3.1)"));
    }
    match &act.verb {
        Verb::Revoke { invalid_since: Some(since), .. } if *since > at => {
            Err(Error::invalid("invalid_since", "the key cannot be distrusted from a time that has not come"))
        }
        Verb::Offboard { keep_until: Some(until), .. } if *until < at => Err(Error::invalid("keep_until", "this time has passed")),
        Verb::Offboard { successor, .. } => {
            super::words("successor", successor.as_deref().unwrap_or_default())?;
            match act.target {
                Target::Person(_) => Ok(()),
                Target::Certificates(_) | Target::Device(_) => Err(Error::invalid("target", "a person leaves, not a certificate")),
            }
        }
        Verb::Hold | Verb::MaybeLost | Verb::Reinstate | Verb::Revoke { .. } => Ok(()),
    }
}

/// What the act is also about, though nobody named it: whoever has the key of a certificate can use all certificates of that key.
fn with_it(c: &Connection, at: Timestamp, verb: &Verb, serial: &SerialNumber) -> Result<Vec<SerialNumber>> {
    match verb {
        Verb::MaybeLost | Verb::Revoke { reason: Reason::KeyCompromise, .. } | Verb::Offboard { reason: Reason::KeyCompromise, .. } => {
            of_same_key(c, at, serial)
        }
        // The key was not lost: what was held for its sake comes back with it.
        Verb::Reinstate if is_perhaps_lost(c, serial)? => {
            let mut back = Vec::new();
            for other in of_same_key(c, at, serial)? {
                if is_perhaps_lost(c, &other)? {
                    back.push(other);
                }
            }
            Ok(back)
        }
        Verb::Hold | Verb::Reinstate | Verb::Revoke { .. } | Verb::Offboard { .. } => Ok(Vec::new()),
    }
}

/// It is held, and revoked after a time.
fn is_perhaps_lost(c: &Connection, serial: &SerialNumber) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM hold_deadline WHERE serial = ?1")?.exists([serial.octets()])?)
}

/// Why the verb does not fit the certificate.
fn refusal(found: &Found, verb: &Verb) -> Option<Error> {
    let held = found.reason == Some(Reason::CertificateHold);
    let revoked = found.reason.is_some() && !held;
    if !found.ours {
        return Some(Error::invalid("serial", "another CA issued this certificate; ask that CA"));
    }
    if !matches!(found.kind.as_str(), "subscriber" | "transport") {
        return Some(Error::invalid(
            "serial",
            format!("this is Signet's own {} certificate; it is replaced, not revoked", found.seen.profile),
        ));
    }
    match verb {
        _ if revoked => Some(Error::Conflict(Conflict::AlreadyRevoked)),
        Verb::Reinstate => (!held).then_some(Error::Conflict(Conflict::NotHeld)),
        Verb::Hold | Verb::MaybeLost if found.ended => {
            Some(Error::invalid("serial", "the certificate has ended; there is nothing to hold"))
        }
        Verb::Hold | Verb::MaybeLost => held.then_some(Error::Conflict(Conflict::AlreadyHeld)),
        // A list of a person or device leaves out what has ended; who names it may revoke it.
        Verb::Revoke { .. } | Verb::Offboard { .. } => None,
    }
}

fn short(error: &Error) -> String {
    match error {
        Error::Invalid { reason, .. } => reason.clone(),
        Error::Conflict(Conflict::AlreadyRevoked) => "revoked already".to_owned(),
        Error::Conflict(Conflict::AlreadyHeld) => "held already".to_owned(),
        Error::Conflict(Conflict::NotHeld) => "not held".to_owned(),
        other => other.to_string(),
    }
}

fn after(verb: &Verb, found: &Found) -> &'static str {
    match verb {
        Verb::Hold | Verb::MaybeLost => "held",
        Verb::Revoke { .. } | Verb::Offboard { .. } => "revoked",
        Verb::Reinstate if found.ended => "expired",
        Verb::Reinstate if found.seen.after == "superseded" => "superseded",
        Verb::Reinstate => "active",
    }
}

fn consequences(c: &Connection, at: Timestamp, act: &Act, rules: &Rules, affected: Vec<Affected>) -> Result<Consequences> {
    let (stops, offboard) = (!matches!(act.verb, Verb::Reinstate), matches!(act.verb, Verb::Offboard { .. }));
    let changed: BTreeSet<&str> = affected.iter().map(|one| one.serial.as_str()).collect();
    let mut people: BTreeSet<SubscriberId> = affected.iter().filter_map(|one| one.subscriber).collect();
    if let Target::Person(person) = act.target {
        people.insert(person);
    }
    let mut untouched = Vec::new();
    for person in &people {
        // Also of somebody who is no longer here: what is left of theirs can still be revoked.
        untouched.extend(working_of(c, at, *person)?.into_iter().filter(|one| !changed.contains(one.serial.as_str())));
    }
    let mut breaks = BTreeSet::new();
    if stops {
        // What was replaced works until it ends: a phone goes on with it until it fetches the new one. Nobody is left without by it.
        for one in affected.iter().filter(|one| matches!(one.before.as_str(), "active" | "superseded")) {
            breaks.extend(one.breaks.iter().copied());
            if !left_without(one, &untouched, None).is_empty() {
                breaks.insert(Breaks::NoneLeft);
            }
        }
    }
    let (mut enrollments_ended, mut challenges_cancelled, mut mailboxes_unvalidated) = (0, 0, 0);
    if let (true, Target::Device(device)) = (stops, &act.target) {
        challenges_cancelled = challenge::unused_of_device(c, *device)?;
    }
    if let (true, Target::Person(person)) = (offboard, &act.target) {
        let count = |sql: &str| -> Result<u32> { Ok(c.prepare_cached(sql)?.query_row([person], |row| row.get(0))?) };
        enrollments_ended = count(
            "SELECT count(*) FROM enrollment WHERE subscriber = ?1 AND state IN ('invited', 'opened', 'authenticated', 'identified', 'issued')",
        )?;
        challenges_cancelled = count("SELECT count(*) FROM challenge WHERE subscriber = ?1 AND state IN ('open', 'claimed', 'pending')")?;
        let since = mailbox::Validity::read(c)?.since(at);
        mailboxes_unvalidated = c
            .prepare_cached("SELECT count(*) FROM mailbox WHERE subscriber = ?1 AND validated_at >= ?2")?
            .query_row(params![person, since.0], |row| row.get(0))?;
        if enrollments_ended > 0 {
            breaks.insert(Breaks::EnrollmentUnderWay);
        }
    }
    Ok(Consequences {
        needs_second_officer: four_eyes::is_needed(c, at, rules, &act.verb, &affected)?,
        affected,
        untouched,
        breaks: breaks.into_iter().collect(),
        enrollments_ended,
        challenges_cancelled,
        mailboxes_unvalidated,
        final_at: matches!(act.verb, Verb::MaybeLost).then(|| at.plus(rules.maybe_lost)),
        deadline_hours: match act.verb {
            Verb::Revoke { reason, .. } | Verb::Offboard { reason, .. } => deadline_hours(reason),
            Verb::Hold | Verb::MaybeLost | Verb::Reinstate => None,
        },
        undoable: matches!(act.verb, Verb::Hold | Verb::MaybeLost | Verb::Reinstate),
    })
}

/// Does what was planned in the same transaction.
pub(super) fn apply(tx: &Connection, at: Timestamp, actor: &Actor, act: &Act, plan: Plan, why: &str) -> Result<Consequences> {
    for serial in &plan.serials {
        match &act.verb {
            Verb::Hold => revoke::revoke(tx, at, actor, serial, Reason::CertificateHold)?,
            Verb::MaybeLost => {
                revoke::revoke(tx, at, actor, serial, Reason::CertificateHold)?;
                let end = plan.consequences.final_at.ok_or_else(|| Error::fault("a hold without its end"))?;
                tx.prepare_cached("INSERT OR REPLACE INTO hold_deadline (serial, since, final_at) VALUES (?, ?, ?)")?.execute(params![
                    serial.octets(),
                    at.0,
                    end.0
                ])?;
            }
            Verb::Reinstate => revoke::reinstate(tx, at, actor, serial)?,
            Verb::Revoke { reason, invalid_since } => {
                revoke::revoke(tx, at, actor, serial, *reason)?;
                if let Some(since) = invalid_since {
                    set_invalid_since(tx, serial, *since)?;
                }
            }
            Verb::Offboard { reason, .. } => revoke::revoke(tx, at, actor, serial, *reason)?,
        }
    }
    if let (Verb::Hold | Verb::MaybeLost | Verb::Revoke { .. }, Target::Device(device)) = (&act.verb, &act.target) {
        challenge::cancel_for_device(tx, *device)?;
    }
    if let (Verb::Offboard { reason, successor, keep_until }, Target::Person(person)) = (&act.verb, &act.target) {
        let leaver = Leaver { person: *person, reason: *reason, successor: successor.as_deref(), keep_until: *keep_until, why };
        depart(tx, at, actor, &leaver)?;
    } else if plan.serials.len() > 1 || !why.is_empty() {
        let details = json!({ "act": act.verb, "count": plan.serials.len(), "why": why });
        ledger::append(tx, at, actor, "act.done", &subject(&act.target), &details)?;
    }
    Ok(plan.consequences)
}

fn subject(target: &Target) -> String {
    match target {
        Target::Certificates(serials) => serials.first().map(ToString::to_string).unwrap_or_default(),
        Target::Device(device) => device.to_string(),
        Target::Person(person) => person.to_string(),
    }
}

/// What is kept about a leaver.
struct Leaver<'a> {
    person: SubscriberId,
    reason: Reason,
    successor: Option<&'a str>,
    keep_until: Option<Timestamp>,
    why: &'a str,
}

fn depart(tx: &Connection, at: Timestamp, actor: &Actor, leaver: &Leaver<'_>) -> Result<()> {
    let Leaver { person, reason, successor, keep_until, why } = *leaver;
    enrollment::end_all_of(tx, at, actor, person, "the person left")?;
    challenge::cancel_for_subscriber(tx, person)?;
    // Nothing more is issued: the mailboxes are no longer the person's until somebody says so again (invariant 5). What was seen
    // before stays in the ledger.
    tx.prepare_cached("DELETE FROM mailbox_validation WHERE mailbox IN (SELECT id FROM mailbox WHERE subscriber = ?1)")?
        .execute([person])?;
    tx.prepare_cached(
        "INSERT INTO departure (subscriber, at, reason, successor, keep_until) VALUES (?, ?, ?, ?, ?) ON CONFLICT (subscriber) DO UPDATE \
         SET at = excluded.at, reason = excluded.reason, successor = excluded.successor, keep_until = excluded.keep_until",
    )?
    .execute(params![person, at.0, reason_code(reason), successor, keep_until.map(|until| until.0)])?;
    let details = json!({ "reason": reason, "successor": successor, "keep_until": keep_until, "why": why });
    ledger::append(tx, at, actor, "subscriber.departed", &person.to_string(), &details)
}

/// Since when the key is to be distrusted (RFC 5280 5.3.2).
pub(super) fn set_invalid_since(tx: &Connection, serial: &SerialNumber, since: Timestamp) -> Result<()> {
    tx.prepare_cached("UPDATE certificate SET invalid_since = ?2 WHERE serial = ?1")?.execute(params![serial.octets(), since.0])?;
    Ok(())
}

const SELECT: &str = "SELECT c.serial, c.kind, c.profile, c.subject, c.subscriber, s.name, coalesce(d.device_name, d.product), c.not_after, \
     c.superseded_at IS NOT NULL, c.reason, c.issuer IS NOT NULL OR c.kind <> 'subscriber', c.uses \
     FROM certificate c LEFT JOIN subscriber s ON s.id = c.subscriber LEFT JOIN enrollment e ON e.id = c.enrollment \
     LEFT JOIN device d ON d.id = e.device";

pub(super) fn named(c: &Connection, at: Timestamp, serials: &[SerialNumber]) -> Result<Vec<Found>> {
    if serials.is_empty() || serials.len() > MOST {
        return Err(Error::invalid("serial", format!("name 1 to {MOST} certificates")));
    }
    let sql = format!("{SELECT} WHERE c.serial = ?1");
    let mut seen = BTreeSet::new();
    let mut list = Vec::with_capacity(serials.len());
    for serial in serials.iter().filter(|serial| seen.insert(*serial)) {
        list.push(query(c, at, &sql, &[&serial.octets()])?.pop().ok_or(Error::NotFound(Noun::Certificate))?);
    }
    Ok(list)
}

fn of_device(c: &Connection, at: Timestamp, device: DeviceId) -> Result<Vec<Found>> {
    if !c.prepare_cached("SELECT 1 FROM device WHERE id = ?1")?.exists([device])? {
        return Err(Error::NotFound(Noun::Device));
    }
    let sql = format!(
        "{SELECT} WHERE c.number IN (SELECT i.number FROM enrollment f JOIN certificate i ON i.enrollment = f.id WHERE f.device = ?1) \
         AND c.not_after >= ?2 ORDER BY c.number"
    );
    query(c, at, &sql, &[&device, &at.0])
}

fn of_person(c: &Connection, at: Timestamp, person: SubscriberId) -> Result<Vec<Found>> {
    if !subscriber::exists(c, person)? {
        return Err(Error::NotFound(Noun::Subscriber));
    }
    certificates_of(c, at, person)
}

/// What works of a person's certificates, superseded ones too. Those of another CA are not among them: whether they work, and whether anybody
/// relies on them, is not known here.
pub(super) fn working_of(c: &Connection, at: Timestamp, person: SubscriberId) -> Result<Vec<Affected>> {
    let works = |found: &Found| found.ours && matches!(found.seen.before.as_str(), "active" | "superseded");
    Ok(certificates_of(c, at, person)?.into_iter().filter(works).map(|found| found.seen).collect())
}

/// All of a person that have not ended, imported ones too.
fn certificates_of(c: &Connection, at: Timestamp, person: SubscriberId) -> Result<Vec<Found>> {
    // Transport certificates belong to an enrollment.
    let sql = format!(
        "{SELECT} WHERE c.number IN (SELECT number FROM certificate WHERE subscriber = ?1 \
         UNION SELECT i.number FROM enrollment f JOIN certificate i ON i.enrollment = f.id WHERE f.subscriber = ?1) \
         AND c.not_after >= ?2 ORDER BY c.number"
    );
    query(c, at, &sql, &[&person, &at.0])
}

fn query(c: &Connection, at: Timestamp, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<Found>> {
    let mut statement = c.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let serial = SerialNumber::from_octets(row.get_ref(0)?.as_blob().map_err(Error::fault)?)?;
        let (not_after, superseded) = (Timestamp(row.get(7)?), row.get::<_, bool>(8)?);
        let reason = row.get::<_, Option<i64>>(9)?.map(reason_of).transpose()?;
        let ended = not_after < at;
        let unless_revoked = if ended {
            "expired"
        } else if superseded {
            "superseded"
        } else {
            "active"
        };
        let before = match reason {
            Some(Reason::CertificateHold) => "held",
            Some(_) => "revoked",
            None => unless_revoked,
        };
        let seen = Affected {
            serial: serial.to_string(),
            profile: row.get(2)?,
            subject: row.get(3)?,
            subscriber: row.get(4)?,
            name: row.get(5)?,
            device: row.get(6)?,
            not_after,
            before: before.to_owned(),
            after: unless_revoked.to_owned(),
            breaks: super::breaks(Uses::from_bits(row.get(11)?)),
        };
        list.push(Found { serial, kind: row.get(1)?, ours: row.get(10)?, reason, ended, seen });
    }
    Ok(list)
}
