//! The report of validations and of the register of subject names (CPS 4.2.1, 3.1.5). Both are read as the ledger recorded them: what stands
//! beside people and mailboxes says what counts now, and goes with whoever leaves or is deleted.

use super::{ReportFilter, Sink, officers::by, time};
use crate::{
    Error, Result,
    find::text,
    id::{SubscriberId, UnitId},
    mailbox::{RULES_BEFORE_VERSIONS, Validity},
};
use protocol::{
    Timestamp,
    x509::{AttributeType, DistinguishedName},
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

/// What stands under `rules` where only the form in which subject names are compared is on record: lower case, blanks folded.
const AS_COMPARED: &str = "as-compared";

/// A mailbox that was validated, as the ledger says it.
#[derive(serde::Deserialize)]
struct Recorded {
    subscriber: SubscriberId,
    method: String,
    evidence: String,
    /// Missing from before rules had versions.
    rules: Option<String>,
}

/// A person who was added or moved, as the ledger says it.
#[derive(serde::Deserialize)]
struct Registered {
    name: Option<String>,
    subject: Option<String>,
    subject_to: Option<String>,
    department: Option<UnitId>,
    to: Option<UnitId>,
}

/// Whose a row is.
struct Person {
    name: String,
    department: Option<UnitId>,
    /// Subject DN of now, JSON; `None`: the person was deleted.
    subject: Option<String>,
}

/// All of both registers. Two indexes in the order of time, merged: the first row does not wait for the last.
const IN_ORDER: &str = "SELECT number, at, subject, actor, details FROM ledger INDEXED BY ledger_validated
        WHERE event = 'mailbox.validated' AND at >= ?1 AND at < ?2
     UNION ALL
     SELECT NULL, registered_at, name, NULL, subscriber FROM subject_name INDEXED BY subject_name_by_time
        WHERE registered_at >= ?1 AND registered_at < ?2
     ORDER BY 2, 1, 3";

struct Register<'a> {
    tx: &'a Connection,
    at: Timestamp,
    filter: &'a ReportFilter,
    validity: Validity,
}

/// In the order of time, a name before the validations of its second. Each validation says until when it counts, or counted, and whether it
/// does: `counts`, `ended`, `replaced` by a newer one of the same mailbox, or `withdrawn` when its person left or was deleted. Each subject
/// name says whether certificates state it: `current`, `earlier` of somebody who has moved since, or `reserved` for somebody who was deleted.
pub(super) fn rows(tx: &Connection, at: Timestamp, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
    let (since, until) = filter.span();
    let register = Register { tx, at, filter, validity: Validity::read(tx)? };
    let mut statement = tx.prepare_cached(IN_ORDER)?;
    let mut rows = statement.query([since, until])?;
    while let Some(row) = rows.next()? {
        let told = match row.get(0)? {
            Some(number) => register.validation(number, row)?,
            None => register.subject_name(row)?,
        };
        if let Some(told) = told
            && !sink(told)?
        {
            break;
        }
    }
    Ok(())
}

fn word<'r>(row: &'r Row<'_>, at: usize) -> Result<&'r str> {
    row.get_ref(at)?.as_str().map_err(Error::fault)
}

impl Register<'_> {
    /// `None`: the filter leaves it out.
    fn validation(&self, number: i64, row: &Row<'_>) -> Result<Option<Vec<Value>>> {
        let (made, address) = (Timestamp(row.get(1)?), word(row, 2)?);
        let recorded: Recorded = serde_json::from_str(word(row, 4)?).map_err(Error::fault)?;
        let Some(person) = self.whose(recorded.subscriber)? else { return Ok(None) };
        let (state, ends) = self.standing(number, made, address, recorded.subscriber)?;
        let rules = recorded.rules.as_deref().unwrap_or(RULES_BEFORE_VERSIONS);
        Ok(Some(vec![
            json!("validation"),
            json!(person.name),
            json!(address),
            time(made.0),
            json!(recorded.method),
            json!(recorded.evidence),
            json!(by(word(row, 3)?)?),
            json!(rules),
            json!(ends),
            json!(state),
        ]))
    }

    /// What has become of a validation by now, and the last second at which it counts or counted; `None`: it has no end.
    fn standing(&self, number: i64, made: Timestamp, address: &str, whose: SubscriberId) -> Result<(&'static str, Option<Timestamp>)> {
        // Earlier versions recorded the address as it was typed.
        let again: Option<i64> = self
            .tx
            .prepare_cached(
                "SELECT min(number) FROM ledger INDEXED BY ledger_of_validation
                    WHERE event = 'mailbox.validated' AND subject = ?1 COLLATE NOCASE AND number > ?2",
            )?
            .query_row(params![address, number], |row| row.get(0))?;
        let left: Option<(i64, i64)> = self
            .tx
            .prepare_cached(
                "SELECT number, at FROM ledger INDEXED BY ledger_of_subscriber WHERE subject = ?1 AND event >= 'subscriber.'
                    AND event < 'subscriber/' AND event IN ('subscriber.deleted', 'subscriber.departed') AND number > ?2 ORDER BY number LIMIT 1",
            )?
            .query_row(params![whose.to_string(), number], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let ends = self.validity.until(made);
        Ok(match (again, left) {
            (Some(again), left) if left.is_none_or(|(left, _)| again < left) => ("replaced", ends),
            (_, Some((_, when))) if ends.is_none_or(|ends| when <= ends.0) => ("withdrawn", Some(Timestamp(when))),
            _ if made >= self.validity.since(self.at) => ("counts", ends),
            _ => ("ended", ends),
        })
    }

    /// `None`: the filter leaves it out.
    fn subject_name(&self, row: &Row<'_>) -> Result<Option<Vec<Value>>> {
        let (key, id): (&str, SubscriberId) = (word(row, 2)?, row.get(4)?);
        let Some(person) = self.whose(id)? else { return Ok(None) };
        let (subject, rules) = match (self.as_registered(key, id)?, compared(key)) {
            (Some(text), _) => (text, None),
            (None, Some(name)) => (name.to_string(), Some(AS_COMPARED)),
            (None, None) => (key.to_owned(), Some(AS_COMPARED)),
        };
        let state = match &person.subject {
            None => "reserved",
            Some(now) => {
                let now: DistinguishedName = serde_json::from_str(now).map_err(Error::fault)?;
                if text::values(&now.to_string()) == text::values(&subject) { "current" } else { "earlier" }
            }
        };
        Ok(Some(vec![
            json!("subject"),
            json!(person.name),
            json!(subject),
            time(row.get(1)?),
            Value::Null,
            Value::Null,
            Value::Null,
            json!(rules),
            Value::Null,
            json!(state),
        ]))
    }

    /// The subject name of this key as it was registered (RFC 4514), where the ledger says it.
    fn as_registered(&self, key: &str, id: SubscriberId) -> Result<Option<String>> {
        let Some(name) = compared(key) else { return Ok(None) };
        let values = text::values(&name.to_string());
        let mut texts = self.registered(id)?.into_iter().filter_map(|one| one.subject.or(one.subject_to));
        Ok(texts.find(|text| text::values(text) == values))
    }

    /// `None`: of another department than the one that was asked for.
    fn whose(&self, id: SubscriberId) -> Result<Option<Person>> {
        let here = self
            .tx
            .prepare_cached("SELECT name, department, subject FROM subscriber WHERE id = ?1")?
            .query_row([id], |row| Ok(Person { name: row.get(0)?, department: row.get(1)?, subject: Some(row.get(2)?) }))
            .optional()?;
        let person = match here {
            Some(person) => person,
            None => {
                let all = self.registered(id)?;
                Person {
                    name: all.iter().find_map(|one| one.name.clone()).unwrap_or_default(),
                    department: match all.iter().rev().find_map(|one| one.to.or(one.department)) {
                        None => self.first_department()?,
                        known => known,
                    },
                    subject: None,
                }
            }
        };
        let asked = self.filter.department.is_none_or(|only| person.department == Some(only));
        Ok(asked.then_some(person))
    }

    /// Where everybody was who was added before people belonged to departments: until then there was one.
    fn first_department(&self) -> Result<Option<UnitId>> {
        let sql = "SELECT id FROM unit WHERE kind = 'department' ORDER BY id LIMIT 1";
        Ok(self.tx.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?)
    }

    /// How the person was added and moved, in the order of time.
    fn registered(&self, id: SubscriberId) -> Result<Vec<Registered>> {
        let mut statement = self.tx.prepare_cached(
            "SELECT details FROM ledger INDEXED BY ledger_of_subscriber WHERE subject = ?1 AND event >= 'subscriber.' AND event < 'subscriber/'
                AND event IN ('subscriber.added', 'subscriber.moved') ORDER BY number",
        )?;
        let mut rows = statement.query([id.to_string()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(serde_json::from_str(word(row, 0)?).map_err(Error::fault)?);
        }
        Ok(all)
    }
}

/// A key of the register as a name: the attributes in the order in which they are registered, their values as they are compared.
fn compared(key: &str) -> Option<DistinguishedName> {
    let mut attributes: Vec<(AttributeType, String)> = serde_json::from_str(key).ok()?;
    attributes.sort_by_key(|(kind, _)| match kind {
        AttributeType::Organization => 0,
        AttributeType::OrganizationalUnit => 1,
        AttributeType::CommonName => 2,
        _ => 3,
    });
    Some(DistinguishedName(attributes))
}

#[cfg(test)]
mod tests {
    use super::IN_ORDER;
    use crate::testing;

    #[test]
    fn the_first_row_does_not_wait_until_all_are_sorted() {
        let (authority, _clock, _folder) = testing::authority();
        let plan = authority.0.store.read(|tx| {
            let mut statement = tx.prepare(&format!("EXPLAIN QUERY PLAN {IN_ORDER}"))?;
            let steps = statement.query_map([0, 1], |row| row.get::<_, String>(3))?;
            Ok(steps.collect::<rusqlite::Result<Vec<_>>>()?)
        });
        let plan = plan.unwrap();
        assert!(plan.iter().any(|step| step.starts_with("MERGE")), "{plan:?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY")), "{plan:?}");
    }
}
