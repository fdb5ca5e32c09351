//! CertPoll, GetCert and GetCRL (RFC 8894 3.3.3 to 3.3.5). Nothing here writes.

use super::{
    operation::Answer,
    transaction::{self, Standing},
};
use crate::{
    Result,
    authority::Inner,
    certificate::{self, Kind, Known},
};
use protocol::{
    scep::{FailInfo, IssuerAndSerial, TransactionId},
    x509::{CertificateView, DistinguishedName, SerialNumber},
};
use rusqlite::Connection;
use std::sync::Arc;

/// What GetCert or GetCRL asks for. Octets that are no question ask for what nobody has, and all goes on alike: nobody vouches for what
/// was decrypted, and an answer that told the readable from the unreadable would tell it of every captured envelope.
fn asked_for(content: &[u8]) -> IssuerAndSerial {
    let of_nobody = |_| IssuerAndSerial { issuer: vec![0x30, 0x00], serial: SerialNumber::from_random([0; 16]) };
    IssuerAndSerial::from_der(content).unwrap_or_else(of_nobody)
}

/// CertPoll: by transactionID and the key that signs. What the envelope holds is not looked at: it could change nothing (iPhones put
/// the RA's subject where the issuer belongs, docs/conformance.md Q32).
pub(super) fn poll(inner: &Inner, signer: &CertificateView, transaction_id: &TransactionId) -> Result<Answer> {
    let key = signer.public_key.fingerprint();
    inner.store.read(|tx| {
        let Some(known) = transaction::find(tx, &transaction_id.0)? else { return Ok(Answer::Failure(FailInfo::BadCertId)) };
        if known.key != key {
            return Ok(Answer::Failure(FailInfo::BadRequest));
        }
        match transaction::standing(tx, &known.cause)? {
            Standing::Issued(der) => Answer::stored(&der),
            Standing::Pending => Ok(Answer::Pending),
            Standing::Refused => Ok(Answer::Failure(FailInfo::BadRequest)),
            Standing::Unfinished => Ok(Answer::Failure(FailInfo::BadCertId)),
        }
    })
}

/// GetCert. Certificates of persons hold their names: they are given to whoever holds a valid certificate of ours, and to the holder of
/// the certificate's own key; those of our CA and RA to everybody.
pub(super) fn certificate(inner: &Inner, signer: &CertificateView, content: &[u8]) -> Result<Answer> {
    let wanted = asked_for(content);
    let at = inner.clock.now();
    inner.store.read(|tx| {
        let Some(known) = certificate::known(tx, &wanted.serial)? else { return Ok(Answer::Failure(FailInfo::BadCertId)) };
        let view = CertificateView::from_der(&known.der)?;
        let open_to_all = !matches!(known.kind, Kind::Subscriber | Kind::Transport);
        let own = view.public_key == signer.public_key;
        if !same_name(&wanted.issuer, &view.issuer_der) || !(open_to_all || own || is_subscriber(tx, at, signer)?) {
            return Ok(Answer::Failure(FailInfo::BadCertId));
        }
        Ok(Answer::Certificate(Arc::new(view)))
    })
}

/// The signer's certificate is one of a subscriber of ours and valid now.
fn is_subscriber(tx: &Connection, at: protocol::Timestamp, signer: &CertificateView) -> Result<bool> {
    let valid =
        |known: &Known| known.kind == Kind::Subscriber && known.der == signer.der && !known.revoked && !known.held && known.not_after >= at;
    Ok(certificate::known(tx, &signer.serial)?.is_some_and(|known| valid(&known)))
}

/// GetCRL: the CRL of the CA that is named as the issuer. CRLs are public.
pub(super) fn crl(inner: &Inner, content: &[u8]) -> Result<Answer> {
    let wanted = asked_for(content);
    let (ca, root) = (inner.issuing_ca()?, inner.root_certificate()?);
    let name = if same_name(&wanted.issuer, &ca.certificate.subject_der) {
        "issuing"
    } else if same_name(&wanted.issuer, &root.subject_der) {
        "root"
    } else {
        return Ok(Answer::Failure(FailInfo::BadCertId));
    };
    Ok(Answer::Crl(inner.crl(name)?))
}

/// The same name, also when the client wrote it with other string types.
fn same_name(theirs: &[u8], ours: &[u8]) -> bool {
    theirs == ours
        || matches!((DistinguishedName::from_der(theirs), DistinguishedName::from_der(ours)), (Ok(a), Ok(b)) if a.comparable() == b.comparable())
}
