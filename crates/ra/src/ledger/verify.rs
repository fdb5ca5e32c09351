//! Verifying the chain, and the signed heads that make visible that its end was cut off or written anew.
//!
//! Hashes need no key: whoever may write the file can write rows anew and have each fit the one before it. Not so the heads. One counts
//! when a profile signer of ours signed it, which the issuing CA certified, which the root in the store certified; that this is the right
//! root says the fingerprint that people have on paper. Who takes heads away leaves rows that none covers: that is said, too, where there
//! must have been one.

use super::{Actor, Verification, append, chain, head};
use crate::{
    Dependency, Error, Result,
    authority::Inner,
    certificate,
    certification::{self, Identity},
};
use openssl::{hash::MessageDigest, sign::Verifier};
use protocol::{
    Timestamp,
    key::PublicKey,
    x509::{CertificateView, SerialNumber},
};
use rusqlite::{Connection, OptionalExtension};
use std::{collections::BTreeMap, sync::Arc};

/// Walks the whole chain from its first row and compares it with every signed head.
pub(crate) fn verify(c: &Connection) -> Result<Verification> {
    Ok(whole(c)?.found())
}

/// The last signed head, and the rows after it. `rows` counts from the ledger's first row.
pub(crate) fn verify_recent(c: &Connection) -> Result<Verification> {
    Ok(recent(c)?.found())
}

fn whole(c: &Connection) -> Result<Walk> {
    let mut heads = heads(c, "number")?;
    heads.reverse(); // next one last
    walk(c, Walk::default(), heads, &mut Signers::of(c)?)
}

fn recent(c: &Connection) -> Result<Walk> {
    let Some(last) = heads(c, "number DESC LIMIT 1")?.pop() else { return whole(c) };
    let stored = c
        .prepare_cached("SELECT hash FROM ledger WHERE number = ?")?
        .query_row([last.number], |row| row.get::<_, [u8; 32]>(0))
        .optional()?;
    let mut signers = Signers::of(c)?;
    if stored != Some(last.hash) || !signers.signed(&last)? {
        return Ok(Walk { broken_at: Some(last.number), ..Walk::default() });
    }
    walk(c, Walk { number: last.number, hash: last.hash, ..Walk::default() }, Vec::new(), &mut signers)
}

/// How far a walk along the chain has come.
#[derive(Default)]
struct Walk {
    /// The last row that fits, ...
    number: i64,
    hash: [u8; 32],
    /// ... its time, ...
    at: i64,
    /// ... and the row that does not fit.
    broken_at: Option<i64>,
    /// Number and time of the first row that no head covers.
    uncovered: Option<(i64, i64)>,
    /// When the first CRL of the issuing CA among those was made: the profile signer's key was open then, and signs after every CRL.
    crl_at: Option<i64>,
}

impl Walk {
    fn broken(self) -> Self {
        Walk { broken_at: Some(self.number + 1), ..self }
    }

    /// First row, and its time, of those that no head covers although there was one, or should have been: a CRL among them was made more
    /// than a day before the last row. Nothing is said where no key was open meanwhile, or the program did not run: no CRL was made then.
    fn unsigned(&self) -> Option<(i64, Timestamp)> {
        let ((first, since), crl_at) = (self.uncovered?, self.crl_at?);
        let late = Timestamp(crl_at).plus(Timestamp::DAY) < Timestamp(self.at);
        (late && self.broken_at.is_none()).then_some((first, Timestamp(since)))
    }

    fn found(&self) -> Verification {
        Verification {
            rows: count(self.number),
            head: crate::issue::hex(&self.hash),
            broken_at: self.broken_at.map(count),
            unsigned_since: self.unsigned().map(|(_, since)| since),
        }
    }
}

/// Streams the rows after those of `walk`; `heads`: those to be compared with, the next one last.
fn walk(c: &Connection, mut walk: Walk, mut heads: Vec<Head>, signers: &mut Signers<'_>) -> Result<Walk> {
    let mut statement =
        c.prepare_cached("SELECT number, at, actor, event, subject, details, hash FROM ledger WHERE number > ? ORDER BY number")?;
    let mut rows = statement.query([walk.number])?;
    while let Some(row) = rows.next()? {
        let text = |at: usize| -> Result<&str> { row.get_ref(at)?.as_str().map_err(Error::fault) };
        let (number, at, event, subject) = (walk.number + 1, row.get(1)?, text(3)?, text(4)?);
        let expected = chain(&walk.hash, number, at, text(2)?, event, subject, text(5)?);
        if row.get::<_, i64>(0)? != number || row.get::<_, [u8; 32]>(6)? != expected {
            return Ok(walk.broken());
        }
        if let Some(head) = heads.pop_if(|head| head.number == number) {
            if head.hash != expected || !signers.signed(&head)? {
                return Ok(walk.broken());
            }
            (walk.uncovered, walk.crl_at) = (None, None);
        } else {
            walk.uncovered.get_or_insert((number, at));
            if (event, subject) == ("crl.issued", "issuing") {
                walk.crl_at.get_or_insert(at);
            }
        }
        (walk.number, walk.hash, walk.at) = (number, expected, at);
    }
    // A head of a row that is not there: the end was cut off.
    Ok(if heads.is_empty() { walk } else { walk.broken() })
}

struct Head {
    number: i64,
    hash: [u8; 32],
    at: i64,
    signer: Vec<u8>,
    signature: Vec<u8>,
}

/// Whose signatures count: the rows of certificates may be anybody's work, too.
struct Signers<'c> {
    c: &'c Connection,
    /// CA certificates that the root in the store signed.
    authorities: Vec<CertificateView>,
    /// The keys of those that were asked for, by serial; `None`: it is none of ours.
    known: BTreeMap<Vec<u8>, Option<PublicKey>>,
}

impl<'c> Signers<'c> {
    fn of(c: &'c Connection) -> Result<Self> {
        let mut authorities = Vec::new();
        if let Some(root) = certification::root(c)? {
            authorities = certificate::authorities(c)?;
            authorities.retain(|ca| is_signed_by(ca, &root));
        }
        Ok(Signers { c, authorities, known: BTreeMap::new() })
    }

    /// By a profile signer of ours, whatever became of its certificate since.
    fn signed(&mut self, head: &Head) -> Result<bool> {
        let key = match self.known.get(&head.signer) {
            Some(key) => key.clone(),
            None => {
                let key = self.key(&head.signer)?;
                self.known.insert(head.signer.clone(), key.clone());
                key
            }
        };
        let Some(key) = key else { return Ok(false) };
        let mut verifier = Verifier::new(MessageDigest::sha256(), key.as_openssl()).map_err(Error::fault)?;
        Ok(verifier.verify_oneshot(&head.signature, &message(head.number, &head.hash, head.at)).unwrap_or(false))
    }

    fn key(&self, serial: &[u8]) -> Result<Option<PublicKey>> {
        let Ok(serial) = SerialNumber::from_octets(serial) else { return Ok(None) };
        let known = certificate::known(self.c, &serial)?.filter(|known| known.kind == certificate::Kind::ProfileSigner);
        let Some(signer) = known.and_then(|known| CertificateView::from_der(&known.der).ok()) else { return Ok(None) };
        // People have certificates of the issuing CA, too.
        let is_ours = certification::is_profile_signer(&signer) && self.authorities.iter().any(|ca| is_signed_by(&signer, ca));
        Ok(is_ours.then_some(signer.public_key))
    }
}

fn is_signed_by(certificate: &CertificateView, ca: &CertificateView) -> bool {
    ca.is_ca && certificate.issuer_der == ca.subject_der && certificate.verify_signature(&ca.public_key, false).is_ok()
}

/// `order`: how, and how many.
fn heads(c: &Connection, order: &str) -> Result<Vec<Head>> {
    let mut statement = c.prepare_cached(&format!("SELECT number, hash, at, signer, signature FROM ledger_head ORDER BY {order}"))?;
    let rows = statement.query_map([], |row| {
        Ok(Head { number: row.get(0)?, hash: row.get(1)?, at: row.get(2)?, signer: row.get(3)?, signature: row.get(4)? })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

fn message(number: i64, hash: &[u8; 32], at: i64) -> Vec<u8> {
    [b"signet ledger head 1".as_slice(), &number.to_be_bytes(), &at.to_be_bytes(), hash].concat()
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

impl Inner {
    /// Signs the head when the last one is a day old (or of the future: the clock was ahead). Only where the keys are open anyway: nobody
    /// is asked to unlock a keyring for it.
    pub(crate) fn close_ledger_day(&self) -> Result<()> {
        let Some(identities) = self.cache.identities.peek() else { return Ok(()) };
        let last: Option<i64> = self
            .store
            .read(|c| Ok(c.query_row("SELECT at FROM ledger_head ORDER BY number DESC LIMIT 1", [], |row| row.get(0)).optional()?))?;
        let now = self.clock.now();
        if last.is_some_and(|at| Timestamp(at) <= now && now < Timestamp(at).plus(Timestamp::DAY)) {
            return Ok(());
        }
        self.sign_ledger_head_or_say(Ok(identities.profile_signer.clone()));
        Ok(())
    }

    /// As [`Inner::sign_ledger_head`], for whoever goes on whatever the ledger is like: nobody who tampers with it can hold up a revocation.
    /// That the head stays as it is, is said in the log.
    pub(crate) fn sign_ledger_head_or_say(&self, signer: Result<Arc<Identity>>) {
        if let Err(error) = signer.and_then(|signer| self.sign_ledger_head(&signer)) {
            tracing::error!(%error, "the ledger's head is not signed");
        }
    }

    /// Signs the ledger's head as it is now, unless it is signed already. Refused (`Dependency::DatabaseDamaged`, which names the row)
    /// where the rows since the last head do not fit: a signature would make the forgery ours. Rows that should have been signed long ago
    /// are recorded as such before they are, so that it can be read for ever.
    pub(crate) fn sign_ledger_head(&self, signer: &Identity) -> Result<()> {
        let (number, signed): (i64, i64) = self
            .store
            .read(|c| Ok((head(c)?.0, c.query_row("SELECT coalesce(max(number), 0) FROM ledger_head", [], |row| row.get(0))?)))?;
        if number == signed {
            return Ok(());
        }
        let now = self.clock.now();
        let mut walk = self.store.read(recent)?;
        if let Some((first, since)) = walk.unsigned() {
            tracing::error!(first, %since, "rows of the ledger lost their signature, or never had one; the ledger records it");
            let last = walk.number;
            self.store.write(move |tx| {
                let details = serde_json::json!({ "since": since, "last": last });
                append(tx, now, &Actor::Signet, "ledger.unsigned", &first.to_string(), &details)
            })?;
            walk = self.store.read(recent)?;
        }
        if let Some(row) = walk.broken_at {
            let what = format!("entry {row} of the ledger does not fit the one before it, or its signature is not ours");
            return Err(Error::Unavailable(Dependency::DatabaseDamaged(what)));
        }
        let Walk { number, hash, .. } = walk;
        let Timestamp(at) = now;
        let signature = signer.key.sign(&message(number, &hash, at))?;
        let serial = signer.certificate.serial.clone();
        self.store.write(move |tx| {
            tx.prepare_cached(
                "INSERT INTO ledger_head (number, hash, at, signer, signature) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            )?
            .execute((number, hash, at, serial.octets(), signature))?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
