//! The search index of certificates, filled behind those who issue: in small batches by idle moments and by whoever searches.

use super::{people::looks_at_certificates, text};
use crate::{Error, Result, authority::Inner};
use rusqlite::{Connection, params};

/// Certificates a transaction: those who issue wait for no more than this.
const BATCH: i64 = 500;
/// Whoever searches first fills in at most this many.
const AT_ONCE: i64 = 2_000;

/// A certificate's row as far as it is searched.
pub(super) const SEARCHED: &str = "c.subject, c.san, d.device_name, d.serial, d.udid, d.imei, d.product";
/// What [`SEARCHED`] is read from.
pub(super) const JOINED: &str = "certificate c LEFT JOIN enrollment e ON e.id = c.enrollment LEFT JOIN device d ON d.id = e.device";

/// Its folded lines, from the column `at` on.
pub(super) fn lines_of(row: &rusqlite::Row<'_>, at: usize) -> Result<Vec<String>> {
    let subject = row.get_ref(at)?.as_str().map_err(Error::fault)?;
    let san: Vec<String> = serde_json::from_str(row.get_ref(at + 1)?.as_str().map_err(Error::fault)?).map_err(Error::fault)?;
    let mut device = Vec::new();
    for column in at + 2..at + 7 {
        device.extend(row.get::<_, Option<String>>(column)?);
    }
    Ok(text::lines(subject, &san, &device))
}

impl Inner {
    /// Fills in what is new, up to a bound; how many are still missing.
    pub(super) fn index_certificates(&self) -> Result<u64> {
        let mut filled = 0;
        loop {
            let missing = self.store.read(missing)?;
            if missing == 0 || filled >= AT_ONCE {
                return Ok(u64::try_from(missing).unwrap_or(0));
            }
            filled += self.store.write(batch)?;
        }
    }

    /// Before people are searched for: where holders of certificates are among them, what is new is filled in, up to the same bound.
    pub(crate) fn ready_to_find(&self, search: Option<&str>) -> Result<()> {
        if looks_at_certificates(search) {
            self.index_certificates()?;
        }
        Ok(())
    }
}

fn progress(tx: &Connection) -> Result<i64> {
    Ok(tx.prepare_cached("SELECT number FROM find_progress")?.query_row([], |row| row.get(0))?)
}

/// Numbers have no gaps: nothing is ever deleted.
fn missing(tx: &Connection) -> Result<i64> {
    let newest: i64 = tx.prepare_cached("SELECT coalesce(max(number), 0) FROM certificate")?.query_row([], |row| row.get(0))?;
    Ok((newest - progress(tx)?).max(0))
}

fn batch(tx: &Connection) -> Result<i64> {
    let from = progress(tx)?;
    let sql = format!(
        "SELECT c.number, der, {SEARCHED} FROM {JOINED} JOIN certificate_der USING (number) WHERE c.number > ?1 ORDER BY c.number LIMIT {BATCH}"
    );
    let mut select = tx.prepare_cached(&sql)?;
    let mut words = tx.prepare_cached("INSERT INTO certificate_search (rowid, text) VALUES (?1, ?2)")?;
    let mut names = tx.prepare_cached("INSERT OR IGNORE INTO certificate_name (key, number) VALUES (?1, ?2)")?;
    let mut heads = tx.prepare_cached("INSERT OR IGNORE INTO certificate_fingerprint (head, number) VALUES (?1, ?2)")?;
    let mut rows = select.query([from])?;
    let (mut last, mut count) = (from, 0);
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let der = row.get_ref(1)?.as_blob().map_err(Error::fault)?;
        let (sha256, sha1) = (openssl::sha::sha256(der), openssl::sha::sha1(der));
        for head in [sha256.get(..8), sha1.get(..8)].into_iter().flatten() {
            heads.execute(params![head, number])?;
        }
        let lines = lines_of(row, 2)?;
        words.execute(params![number, lines.join("\n")])?;
        for (at, line) in lines.iter().enumerate() {
            if at == 0 {
                names.execute(params![format!("n{line}"), number])?;
            } else if text::is_beginning(at, line) {
                names.execute(params![format!("a{line}"), number])?;
            }
        }
        (last, count) = (number, count + 1);
    }
    tx.prepare_cached("UPDATE find_progress SET number = ?1")?.execute([last])?;
    Ok(count)
}
