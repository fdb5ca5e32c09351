//! Times in which certificates were on hold, and after which they were good again.

use crate::{Error, Operator, Result, id::SubscriberId};
use protocol::{Timestamp, x509::SerialNumber};
use rusqlite::Connection;

/// A hold that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PastHold {
    /// Serial number of the certificate, upper-case hex.
    pub serial: String,
    /// When it was put on hold.
    pub from: Timestamp,
    /// When it was reinstated.
    pub to: Timestamp,
}

impl Operator {
    /// The holds of a person's certificates that were taken back, as the ledger has them: certificate by certificate in the order of issue,
    /// those of each in the order of time. A hold that lasts or became a revocation is none of them: it began at
    /// [`Certificate::revoked_at`](crate::certificate::Certificate::revoked_at).
    pub fn past_holds(&self, person: SubscriberId) -> Result<Vec<PastHold>> {
        self.inner.store.read(|c| of(c, person))
    }
}

/// When a certificate was put on hold and when it was reinstated. The conditions are those of the ledger's index, word for word. What has
/// its place back instead of another one is called reinstated, too, and may be on hold all the while.
const EVENTS: &str = "SELECT event = 'certificate.held', at FROM ledger
     WHERE subject = ?1 AND event >= 'certificate.' AND event < 'certificate/' AND event <> 'certificate.issued'
       AND (event = 'certificate.held' OR (event = 'certificate.reinstated' AND json_extract(details, '$.instead_of') IS NULL))
     ORDER BY number";

fn of(c: &Connection, person: SubscriberId) -> Result<Vec<PastHold>> {
    let mut certificates =
        c.prepare_cached("SELECT serial FROM certificate WHERE subscriber = ?1 AND kind = 'subscriber' ORDER BY number")?;
    let mut events = c.prepare_cached(EVENTS)?;
    let mut holds = Vec::new();
    let mut rows = certificates.query([person])?;
    while let Some(row) = rows.next()? {
        let serial = SerialNumber::from_octets(row.get_ref(0)?.as_blob().map_err(Error::fault)?)?.to_string();
        let mut since = None;
        let mut happened = events.query([&serial])?;
        while let Some(event) = happened.next()? {
            let (held, at): (bool, i64) = (event.get(0)?, event.get(1)?);
            if held {
                since = Some(Timestamp(at));
            } else if let Some(from) = since.take() {
                holds.push(PastHold { serial: serial.clone(), from, to: Timestamp(at) });
            }
        }
    }
    Ok(holds)
}

#[cfg(test)]
mod tests {
    use super::EVENTS;
    use crate::testing;

    #[test]
    fn the_ledger_is_not_read_through() {
        let (authority, _clock, _folder) = testing::authority();
        let sql = format!("EXPLAIN QUERY PLAN {EVENTS}");
        let plan: String = authority.0.store.read(|c| Ok(c.query_row(&sql, ["00FF"], |row| row.get(3))?)).unwrap();
        assert!(plan.contains("SEARCH") && plan.contains("ledger_of_certificate (subject=?)"), "{plan}");
    }
}
