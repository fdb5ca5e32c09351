//! Certificates of which it is still to be read what they are good for: those of other CAs from before that was recorded, and what a program
//! from before stored beside this one. Those of other CAs get the certificate profile that comes nearest anew, too.

use super::{Uses, foreign::nearest};
use crate::{Result, store::Store};
use protocol::x509::CertificateView;
use rusqlite::{Connection, params};

/// So many a transaction: those who issue wait for no more than this.
const BATCH: i64 = 500;

/// Reads a bounded number of them; `true`: there may be more. Where there are none nothing is written.
pub(crate) fn read_anew(store: &Store) -> Result<bool> {
    let waiting = store.read(|tx| {
        let found: bool = tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM certificate_to_read)")?.query_row([], |row| row.get(0))?;
        Ok(found)
    })?;
    if waiting { store.write(batch) } else { Ok(false) }
}

fn batch(tx: &Connection) -> Result<bool> {
    let mut select = tx.prepare_cached(
        "SELECT t.number, d.der FROM certificate_to_read t LEFT JOIN certificate_der d ON d.number = t.number ORDER BY t.number LIMIT ?1",
    )?;
    let some = select.query_map([BATCH], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let some: Vec<(i64, Option<Vec<u8>>)> = some.collect::<rusqlite::Result<_>>()?;
    let mut update = tx.prepare_cached("UPDATE certificate SET uses = ?2 WHERE number = ?1 AND uses <> ?2")?;
    let mut file = tx.prepare_cached("UPDATE certificate SET profile = ?2 WHERE number = ?1 AND issuer IS NULL AND profile <> ?2")?;
    let mut done = tx.prepare_cached("DELETE FROM certificate_to_read WHERE number = ?1")?;
    for (number, der) in &some {
        // What cannot be read stays judged as it is.
        if let Some(Ok(view)) = der.as_deref().map(CertificateView::from_der) {
            update.execute(params![number, Uses::of(&view).bits()])?;
            file.execute(params![number, nearest(&view)])?;
        }
        done.execute([number])?;
    }
    Ok(!some.is_empty())
}
