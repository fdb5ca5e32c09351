//! The answer to GetCRL where the list is long. It is a copy of the whole list for one client, whom nobody need know: it takes time and
//! room, so only a few are made or on their way at once. Everybody else fetches the list by HTTP, where all share one copy.

use super::operation::{Mirror, signed_reply};
use crate::{Dependency, Error, Result, certification::Identities};
use protocol::{
    Timestamp,
    scep::{CertRep, PkiMessage},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// A list up to this size costs about as much as any other answer.
const SHORT: usize = 64 * 1024;
/// Longer ones that are made at once, ...
const AT_ONCE: usize = 2;
/// ... and that are made or on their way: each is as long as the list, and a client may take its time to read it.
const ON_THEIR_WAY: usize = 8;

static MADE: AtomicUsize = AtomicUsize::new(0);
static SENT: AtomicUsize = AtomicUsize::new(0);

pub(super) fn is_long(list: &[u8]) -> bool {
    list.len() > SHORT
}

/// A place among so many.
struct Place(&'static AtomicUsize);

impl Place {
    fn take(among: &'static AtomicUsize, places: usize) -> Result<Self> {
        let taken = among.fetch_update(Ordering::AcqRel, Ordering::Acquire, |taken| (taken < places).then_some(taken + 1));
        taken.map(|_| Place(among)).map_err(|_| Error::Unavailable(Dependency::Busy))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// An answer that is still to be made.
pub struct LongCrl {
    identities: Arc<Identities>,
    at: Timestamp,
    message: PkiMessage,
    mirror: Mirror,
    list: Arc<Vec<u8>>,
    made: Place,
    sent: Place,
}

impl LongCrl {
    /// Refused while as many as may be are under way.
    pub(super) fn new(identities: Arc<Identities>, at: Timestamp, message: PkiMessage, mirror: Mirror, list: Arc<Vec<u8>>) -> Result<Self> {
        let (made, sent) = (Place::take(&MADE, AT_ONCE)?, Place::take(&SENT, ON_THEIR_WAY)?);
        Ok(LongCrl { made, sent, identities, at, message, mirror, list })
    }

    /// Makes it: takes the longer the longer the list is, so it is for a thread that may block.
    pub fn encode(self) -> Result<LongCertRep> {
        let der = signed_reply(&self.identities, self.at, &self.message, &CertRep::Crl(&self.list), &self.mirror)?;
        drop(self.made);
        Ok(LongCertRep { der, _place: self.sent })
    }
}

/// A CertRep that keeps its place until it was sent.
pub struct LongCertRep {
    der: Vec<u8>,
    _place: Place,
}

impl AsRef<[u8]> for LongCertRep {
    fn as_ref(&self) -> &[u8] {
        &self.der
    }
}
