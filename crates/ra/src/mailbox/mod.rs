//! Mailboxes: whose an address is, and its validation, which is recorded and never assumed, and ends.

mod address;
mod validity;

use crate::{
    Conflict, Error, Noun, Operator, Result,
    host::is_hidden,
    id::{MailboxId, SubscriberId},
    ledger, subscriber,
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;

pub(crate) use address::Address;
pub use validity::{RULES, RULES_BEFORE_VERSIONS};
pub(crate) use validity::{Standing, Unvalidated, Validity, ended_reason};

/// How a mailbox was validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// The officer saw the person read mail of that address, or knows the assignment from the institution's records in their presence.
    InPerson,
    /// The institution's own directory or personnel records.
    Records,
    /// A random value mailed to the address and given back (once mail goes out).
    MailedValue,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Method::InPerson => "in-person",
            Method::Records => "records",
            Method::MailedValue => "mailed-value",
        }
    }
}

impl Operator {
    /// Records a validation; `evidence` says what was seen (1 to 500 characters). It takes the place of an earlier one, also of one that
    /// still counts. Only Signet itself can record that a mailed value came back: the officer's word is no proof of it.
    pub fn validate_mailbox(&self, mail: &str, method: Method, evidence: &str) -> Result<crate::subscriber::Subscriber> {
        if method == Method::MailedValue {
            return Err(Error::invalid("method", "a mailed value counts only when Signet sent it itself; choose in-person or records"));
        }
        let evidence = evidence.trim().to_owned();
        if evidence.is_empty() || evidence.chars().count() > 500 {
            return Err(Error::invalid("evidence", "say in 1 to 500 characters what was seen"));
        }
        if evidence.chars().any(|c| is_hidden(c) && c != '\n') {
            return Err(Error::invalid("evidence", "the text has an invisible character; type it again"));
        }
        let address = Address::parse(mail)?;
        let (at, actor) = (self.inner.clock.now(), self.actor.clone());
        self.inner.store.write(move |tx| {
            let Owner { subscriber: owner, mailbox, address } = owner(tx, &address)?;
            let by = serde_json::to_string(&actor).map_err(Error::fault)?;
            tx.prepare_cached("INSERT INTO mailbox_validation (mailbox, at, method, evidence, actor, rules) VALUES (?, ?, ?, ?, ?, ?)")?
                .execute(params![mailbox, at.0, method.as_str(), evidence, by, RULES])?;
            let details = json!({ "subscriber": owner, "method": method.as_str(), "evidence": evidence, "rules": RULES });
            ledger::append(tx, at, &actor, "mailbox.validated", &address, &details)?;
            subscriber::read(tx, at, owner)
        })
    }
}

/// Whose an address is, and how it was written when it was added.
pub(crate) struct Owner {
    pub(crate) subscriber: SubscriberId,
    pub(crate) mailbox: MailboxId,
    pub(crate) address: String,
}

/// Whose the address is.
pub(crate) fn owner(tx: &Connection, address: &Address) -> Result<Owner> {
    tx.prepare_cached("SELECT subscriber, id, address FROM mailbox WHERE address_key = ?1")?
        .query_row([address.key()], |row| Ok(Owner { subscriber: row.get(0)?, mailbox: row.get(1)?, address: row.get(2)? }))
        .optional()?
        .ok_or(Error::NotFound(Noun::Mailbox))
}

/// Nobody has the address.
pub(crate) fn must_be_free(tx: &Connection, address: &Address) -> Result<()> {
    match owner(tx, address) {
        Err(Error::NotFound(_)) => Ok(()),
        Err(e) => Err(e),
        Ok(_) => Err(Error::Conflict(Conflict::MailboxTaken)),
    }
}

/// A new mailbox, not validated, after the person's others.
pub(crate) fn insert(tx: &Connection, at: Timestamp, subscriber: SubscriberId, address: &Address) -> Result<MailboxId> {
    let id = MailboxId::fresh();
    tx.prepare_cached(
        "INSERT INTO mailbox (id, subscriber, address, address_key, position, created_at)
         VALUES (?1, ?2, ?3, ?4, (SELECT coalesce(max(position), 0) + 1 FROM mailbox WHERE subscriber = ?2), ?5)",
    )?
    .execute(params![id, subscriber, address.as_str(), address.key(), at.0])?;
    tx.prepare_cached("UPDATE subscriber SET search = search || char(10) || ?2 WHERE id = ?1")?
        .execute(params![subscriber, address.key()])?;
    Ok(id)
}

/// What a mailbox is worth at `at` (invariant 5).
pub(crate) fn standing(tx: &Connection, at: Timestamp, mailbox: MailboxId) -> Result<Standing> {
    let mut statement = tx.prepare_cached("SELECT address, validated_at FROM mailbox WHERE id = ?1")?;
    judged(tx, at, "", statement.query_row([mailbox], as_found).optional()?)
}

/// What the mailbox with this address is worth at `at` for `subscriber`, whose it must be (invariant 5). Read again whenever an address
/// is to be certified.
pub(crate) fn standing_of(tx: &Connection, at: Timestamp, subscriber: SubscriberId, address: &str) -> Result<Standing> {
    let mut statement = tx.prepare_cached("SELECT address, validated_at FROM mailbox WHERE address_key = ?2 AND subscriber = ?1")?;
    judged(tx, at, address, statement.query_row(params![subscriber, address.to_ascii_lowercase()], as_found).optional()?)
}

/// An address and when it was last validated.
type Found = (String, Option<i64>);

fn as_found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok((row.get(0)?, row.get(1)?))
}

/// `asked` is the address that was looked for, where it is known.
fn judged(tx: &Connection, at: Timestamp, asked: &str, found: Option<Found>) -> Result<Standing> {
    let Some((address, made)) = found else { return Ok(Err(Unvalidated::Never { mailbox: asked.to_owned() })) };
    Ok(Validity::read(tx)?.judge(at, address, made.map(Timestamp)))
}

#[cfg(test)]
mod tests;
