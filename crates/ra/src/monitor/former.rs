//! Addresses where the monitor looked before `status.url` was moved: subscribers' certificates from before go on naming the issuing CA's
//! list there, so that it has to answer until the last of these ends.

use crate::{Operator, Result};
use protocol::Timestamp;
use rusqlite::{Connection, params};

/// An address of today and the name of the CRL there.
pub(super) type Address = (String, &'static str);

/// The CRL that a subscriber's certificate looks for.
const SUBSCRIBERS: &str = "issuing";

/// The CRL that a certificate looks for at this address; `None` where no certificate names any: at a target, and of a delta CRL.
fn name(address: &str) -> Option<&'static str> {
    let (url, file) = address.rsplit_once("/crl/")?;
    [SUBSCRIBERS, "root"].into_iter().find(|name| url.starts_with("http://") && file.strip_suffix(".crl") == Some(*name))
}

/// Those of before that certificates still name, and until when, without those of today.
pub(super) fn named(c: &Connection, at: Timestamp, today: &[Address]) -> Result<Vec<(Address, Timestamp)>> {
    let mut statement = c.prepare_cached("SELECT address, named_until FROM published_crl WHERE named_until >= ?1 ORDER BY address")?;
    let rows = statement.query_map([at.0], |row| Ok((row.get::<_, String>(0)?, Timestamp(row.get(1)?))))?;
    let mut list = Vec::new();
    for row in rows {
        let (address, until) = row?;
        if name(&address) == Some(SUBSCRIBERS) && !today.iter().any(|(of, _)| *of == address) {
            list.push(((address, SUBSCRIBERS), until));
        }
    }
    Ok(list)
}

/// In the transaction that may move `status.url`: until when each address is named has to be found out anew. One that was moved back to and
/// away from before the monitor looked again may be named for longer than was known of it.
pub(crate) fn look_anew(tx: &Connection) -> Result<()> {
    tx.prepare_cached("UPDATE published_crl SET named_until = NULL WHERE named_until IS NOT NULL")?.execute([])?;
    Ok(())
}

impl Operator {
    /// Looks through the certificates for those addresses of before of which it is not known until when they are named, and anew when that
    /// time is over: one may have been signed while the address was moved. Nobody looks at an address that none names.
    pub(super) fn look_for_former(&self, today: &[Address]) -> Result<()> {
        let at = self.inner.clock.now();
        let unknown = self.inner.store.read(|c| {
            let mut statement = c.prepare_cached("SELECT address FROM published_crl WHERE named_until IS NULL OR named_until < ?1")?;
            let rows = statement.query_map([at.0], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<Vec<String>>>()?)
        })?;
        for address in unknown {
            if today.iter().any(|(of, _)| *of == address) {
                continue;
            }
            let until = match name(&address) {
                Some(SUBSCRIBERS) => self.list_named_until(&address)?,
                // The root's list stands in certificates of the authority alone.
                Some(_) => None,
                None => continue,
            };
            self.inner.store.write(move |tx| {
                match until {
                    Some(until) => tx
                        .prepare_cached("UPDATE published_crl SET named_until = ?2 WHERE address = ?1")?
                        .execute(params![address, until.0])?,
                    None => tx.prepare_cached("DELETE FROM published_crl WHERE address = ?1")?.execute([address])?,
                };
                Ok(())
            })?;
        }
        Ok(())
    }
}
