//! Mailboxes, phones and enrollments of the people in the bench's store (feature `bench` only).

use crate::{
    Result,
    enrollment::found_by,
    id::{DeviceId, EnrollmentId, MailboxId, SubscriberId},
    ledger::{self, Actor},
    mailbox::RULES,
};
use protocol::Timestamp;
use rusqlite::{Connection, Statement, params};
use serde_json::json;

/// States with their rank: most came to the end, the others are few each.
const STATES: [(&str, u8); 10] = [
    ("configured", 5),
    ("invited", 0),
    ("opened", 1),
    ("authenticated", 2),
    ("identified", 3),
    ("issued", 4),
    ("declined", 1),
    ("expired", 0),
    ("failed", 2),
    ("cancelled", 0),
];

/// Adds to one person after the other.
pub(super) struct Phones<'a> {
    tx: &'a Connection,
    mailbox: Statement<'a>,
    validation: Statement<'a>,
    device: Statement<'a>,
    enrollment: Statement<'a>,
    step: Statement<'a>,
}

impl<'a> Phones<'a> {
    pub(super) fn new(tx: &'a Connection) -> Result<Self> {
        Ok(Phones {
            tx,
            mailbox: tx.prepare("INSERT INTO mailbox (id, subscriber, address, address_key, position, created_at) VALUES (?1, ?2, ?3, ?3, 0, ?4)")?,
            validation: tx.prepare(
                "INSERT INTO mailbox_validation (mailbox, at, method, evidence, actor, rules) VALUES (?1, ?2, 'records', 'bench', '\"Signet\"', ?3)",
            )?,
            device: tx.prepare(
                "INSERT INTO device (id, subscriber, udid, serial, product, device_name, foreign_device_ca, first_seen, last_seen)
                 VALUES (?1, ?2, ?3, ?3, 'iPhone15,2', ?4, 0, ?5, ?5)",
            )?,
            enrollment: tx.prepare(
                "INSERT INTO enrollment (id, subscriber, mailbox, channel, state, reached, profile_sent, created_at, expires_at, updated_at,
                                         configured_at, link, device)
                 VALUES (?1, ?2, ?3, 'show', ?4, ?5, ?5 = 5, ?6, ?6 + 259200, ?6, CASE WHEN ?5 = 5 THEN ?6 END, ?7, ?8)",
            )?,
            step: tx.prepare("INSERT INTO step (enrollment, at, kind, facts) VALUES (?1, ?2, ?3, '{}')")?,
        })
    }

    /// The `number`th person: a validated mailbox, a phone and its enrollment.
    pub(super) fn add(&mut self, number: u64, subscriber: SubscriberId, name: &str, mail: &str, at: Timestamp) -> Result<()> {
        let (mailbox, enrollment, device) = (MailboxId::fresh(), EnrollmentId::fresh(), DeviceId::fresh());
        self.mailbox.execute(params![mailbox, subscriber, mail, at.0])?;
        self.validation.execute(params![mailbox, at.0, RULES])?;
        let details = json!({ "subscriber": subscriber, "method": "records", "evidence": "bench", "rules": RULES });
        ledger::append(self.tx, at, &Actor::Signet, "mailbox.validated", mail, &details)?;
        // One of a hundred in each of the other states.
        let (state, reached) = STATES.iter().copied().nth(usize::try_from(number % 100).unwrap_or(0)).unwrap_or(("configured", 5));
        let device = (reached >= 3).then_some(device);
        if let Some(device) = device {
            let (udid, calls_itself) = (format!("00008120-{number:016X}"), format!("{name}’s iPhone"));
            self.device.execute(params![device, subscriber, udid, calls_itself, at.0])?;
            found_by(self.tx, subscriber, &[Some(calls_itself.as_str()), Some(udid.as_str()), Some("iPhone15,2")])?;
        }
        self.enrollment.execute(params![
            enrollment,
            subscriber,
            mailbox,
            state,
            reached,
            at.0,
            &crate::secret::random::<32>()?[..],
            device
        ])?;
        for kind in ["invited", "opened"] {
            self.step.execute(params![enrollment, at.0, kind])?;
        }
        Ok(())
    }
}
