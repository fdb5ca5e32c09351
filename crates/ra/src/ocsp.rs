//! OCSP answers (RFC 6960), signed ahead and kept until a revocation, in whatever process, or a tenth of their life ends them.

use crate::{
    Denied, Dependency, Enroller, Error, Noun, Result, authority::Inner, certificate::reason_of, certification::Responder, store::Topic,
};
use protocol::{
    Timestamp,
    crl::Reason,
    ocsp::{CertId, CertStatus, OcspRequest, Refusal, SingleResponse, sign_response},
};
use rusqlite::{Connection, OptionalExtension};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

/// Relying parties may keep an answer so long.
const LIFE: i64 = Timestamp::DAY;
/// Answers kept for each CA, about one kilobyte each.
const KEPT: usize = 16 * 1024;

/// The responders of both CAs.
#[derive(Default)]
pub(crate) struct Responders {
    root: Desk,
    issuing: Desk,
}

/// One responder with the answers that it signed ahead.
#[derive(Default)]
struct Desk {
    responder: Mutex<Option<(u64, Arc<Responder>)>>,
    answers: RwLock<Answers>,
}

#[derive(Default)]
struct Answers {
    /// The topic `revocation` when they were made.
    generation: u64,
    /// By CertID as received: a response repeats it octet for octet.
    kept: HashMap<Vec<u8>, Kept>,
}

struct Kept {
    /// Not later than now: one that was signed while the clock was ahead is refused until then.
    made_at: Timestamp,
    refresh_at: Timestamp,
    der: Arc<Vec<u8>>,
}

impl Responders {
    fn desk(&self, name: &str) -> Result<(bool, &Desk)> {
        match name {
            "root" => Ok((true, &self.root)),
            "issuing" => Ok((false, &self.issuing)),
            _ => Err(Error::NotFound(Noun::Crl)),
        }
    }
}

impl Desk {
    fn kept(&self, id: &CertId, generation: u64, now: Timestamp) -> Option<Arc<Vec<u8>>> {
        let answers = self.answers.read().unwrap_or_else(PoisonError::into_inner);
        let kept = answers.kept.get(id.der()).filter(|_| answers.generation == generation)?;
        (kept.made_at <= now && now < kept.refresh_at).then(|| kept.der.clone())
    }

    fn keep(&self, id: &CertId, generation: u64, kept: Kept) {
        let mut answers = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        if answers.generation > generation {
            return; // a revocation came meanwhile
        }
        if answers.generation < generation || answers.kept.len() >= KEPT {
            answers.kept.clear();
            answers.generation = generation;
        }
        answers.kept.insert(id.der().to_vec(), kept);
    }
}

impl Inner {
    /// The responder of `root` or `issuing`, open; renewed when it ends soon.
    fn responder(&self, is_root: bool, desk: &Desk) -> Result<Arc<Responder>> {
        let mut kept = desk.responder.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = self.store.generation(Topic::Identity)?;
        if let Some((of, responder)) = kept.as_ref()
            && *of == generation
            && responder.is_good(self.clock.now())
        {
            return Ok(responder.clone());
        }
        let responder = Arc::new(self.load_responder(is_root)?);
        *kept = Some((self.store.generation(Topic::Identity)?, responder.clone()));
        Ok(responder)
    }

    /// Renews the responder of `name` when it is due; one whose CA key is elsewhere is left as it is.
    pub(crate) fn keep_responder(&self, name: &str) -> Result<()> {
        let (is_root, desk) = self.cache.responders.desk(name)?;
        match self.responder(is_root, desk) {
            Err(Error::Unavailable(Dependency::Key(_))) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    fn answer(&self, is_root: bool, desk: &Desk, request: &OcspRequest) -> Result<Arc<Vec<u8>>> {
        // Before the records are read: what changes in between is then found at the next request.
        let generation = self.store.generation(Topic::Revocation)?;
        let now = self.clock.now();
        let alone = match request {
            OcspRequest { certificates, nonce: None } => certificates.first().filter(|_| certificates.len() == 1),
            _ => None,
        };
        if let Some(kept) = alone.and_then(|id| desk.kept(id, generation, now)) {
            return Ok(kept);
        }
        let responder = match self.responder(is_root, desk) {
            // The root's key is elsewhere and its last responder has run out: nothing can be said with authority.
            Err(Error::Unavailable(Dependency::Key(_))) => return Ok(Arc::new(Refusal::Unauthorized.to_der())),
            other => other?,
        };
        if !request.certificates.iter().any(|id| responder.issuer.issued(id)) {
            return Ok(Arc::new(Refusal::Unauthorized.to_der()));
        }
        let statuses = self.store.read(|c| {
            let of = |id: &CertId| if responder.issuer.issued(id) { status(c, &responder.issuer_id, id) } else { Ok(CertStatus::Unknown) };
            request.certificates.iter().map(of).collect::<Result<Vec<_>>>()
        })?;
        let next_update = now.plus(LIFE).min(responder.identity.certificate.validity.not_after);
        let responses: Vec<_> = request
            .certificates
            .iter()
            .zip(&statuses)
            .map(|(id, status)| SingleResponse { id, status: *status, this_update: now, next_update })
            .collect();
        let der = Arc::new(sign_response(&responses, request.nonce.as_deref(), now, &responder.identity)?);
        // "Unknown" ends by issuing, which counts no generation; and anybody can ask for any number of unknown serials.
        if let Some(id) = alone
            && statuses.iter().all(|status| *status != CertStatus::Unknown)
        {
            let refresh_at = now.plus((next_update.0 - now.0) / 10);
            desk.keep(id, generation, Kept { made_at: now, refresh_at, der: der.clone() });
        }
        Ok(der)
    }
}

/// What our records say. A serial that was reserved and given up stands on the CRL, so it is revoked here too.
fn status(c: &Connection, issuer: &[u8], id: &CertId) -> Result<CertStatus> {
    let serial = id.serial().octets();
    let found: Option<(Option<i64>, Option<i64>)> = c
        .prepare_cached("SELECT revoked_at, reason FROM certificate WHERE serial = ? AND issuer = ?")?
        .query_row((serial, issuer), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((revoked_at, reason)) = found {
        return Ok(match (revoked_at, reason) {
            (Some(at), Some(reason)) => CertStatus::Revoked { at: Timestamp(at), reason: reason_of(reason)? },
            _ => CertStatus::Good,
        });
    }
    let abandoned: Option<i64> = c
        .prepare_cached("SELECT ended_at FROM issuance WHERE serial = ? AND state <> 'stored' AND state = 'abandoned' AND issuer = ?")?
        .query_row((serial, issuer), |row| row.get(0))
        .optional()?;
    Ok(abandoned.map_or(CertStatus::Unknown, |at| CertStatus::Revoked { at: Timestamp(at), reason: Reason::Unspecified }))
}

impl Enroller {
    /// The OCSP response (RFC 6960, DER) of `root` or `issuing` to a request, DER. What cannot be answered is a response too
    /// (malformedRequest, tryLater, unauthorized, internalError); an error means that there is no such CA.
    pub fn ocsp(&self, name: &str, request: &[u8]) -> Result<Vec<u8>> {
        let (is_root, desk) = self.inner.cache.responders.desk(name)?;
        let Ok(request) = OcspRequest::from_der(request) else { return Ok(Refusal::MalformedRequest.to_der()) };
        match self.inner.answer(is_root, desk, &request) {
            Ok(der) => Ok(der.as_ref().clone()),
            Err(error) => {
                tracing::error!(%error, "an OCSP request could not be answered");
                let later = matches!(error, Error::Unavailable(_) | Error::Denied(Denied::NotSetUp | Denied::ClockBehind));
                Ok(if later { Refusal::TryLater } else { Refusal::InternalError }.to_der())
            }
        }
    }

    /// The same, only when the answer is ready in memory: quick enough to be asked on a thread that must not wait.
    pub fn ocsp_ready(&self, name: &str, request: &[u8]) -> Option<Vec<u8>> {
        let (_, desk) = self.inner.cache.responders.desk(name).ok()?;
        let request = OcspRequest::from_der(request).ok()?;
        let [id] = request.certificates.as_slice() else { return None };
        if request.nonce.is_some() {
            return None;
        }
        let generation = self.inner.store.generation(Topic::Revocation).ok()?;
        desk.kept(id, generation, self.inner.clock.now()).map(|der| der.as_ref().clone())
    }
}

#[cfg(test)]
mod tests;
