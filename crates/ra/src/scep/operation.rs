//! One PKIOperation: from the bytes of a pkiMessage to the bytes of a CertRep.

use super::{
    PkiAnswer, cycle,
    long_crl::{self, LongCrl},
    query,
    refusal::fail_info,
    request::{self, Request},
};
use crate::{Denied, Error, Result, authority::Inner, certification::Identities, policy::Policies, secret, settings::Settings};
use protocol::{
    Timestamp,
    cms::{ContentCipher, Digest, KeyTransport},
    csr::CertificationRequest,
    scep::{CertRep, FailInfo, MessageType, PkiMessage, ReplyParameters, TransactionId, cert_rep},
    x509::CertificateView,
};
use std::sync::Arc;

/// Shortest modulus of a signer that is answered with anything but a refusal, bits.
const LEAST_BITS: u32 = 2048;

/// What a CertRep will say.
pub(super) enum Answer {
    /// SUCCESS with this certificate.
    Certificate(Arc<CertificateView>),
    /// SUCCESS to GetCRL.
    Crl(Arc<Vec<u8>>),
    /// PENDING.
    Pending,
    /// FAILURE.
    Failure(FailInfo),
}

impl Answer {
    /// SUCCESS with a certificate as it was stored.
    pub(super) fn stored(der: &[u8]) -> Result<Self> {
        Ok(Answer::Certificate(Arc::new(CertificateView::from_der(der)?)))
    }
}

/// What one request sees of the network's settings, the policies of all departments and the keys, asked for once.
struct Scene<'a> {
    inner: &'a Arc<Inner>,
    settings: Arc<Settings>,
    policies: Arc<Policies>,
    identities: Arc<Identities>,
}

impl<'a> Scene<'a> {
    fn now(inner: &'a Arc<Inner>) -> Result<Self> {
        let (settings, policies, identities) = inner.at_one_moment()?;
        Ok(Scene { inner, settings, policies, identities })
    }
}

/// Algorithms of the answer: those of the request (docs/conformance.md Q18).
pub(super) struct Mirror {
    digest: Digest,
    cipher: ContentCipher,
    transport: KeyTransport,
}

/// Answers a pkiMessage. `Err` is ours: the client may try again.
pub(super) async fn answer(inner: &Arc<Inner>, bytes: &[u8]) -> Result<PkiAnswer> {
    let scene = Scene::now(inner)?;
    let legacy = scene.settings.scep_legacy;
    // MD5 is read so that it can be answered; DES is opened with the switch only.
    let message = match PkiMessage::parse(bytes, legacy) {
        Ok(message) => message,
        Err(first) => {
            let unread = !legacy && matches!(first, protocol::Error::Algorithm(_));
            let retry = if unread { PkiMessage::parse(bytes, true).ok().filter(|m| m.digest == Digest::Md5) } else { None };
            match retry {
                Some(message) => return refuse_md5(&scene, &message),
                None => {
                    tracing::info!(error = %first, octets = bytes.len(), "SCEP: not a pkiMessage");
                    return Ok(PkiAnswer::Malformed);
                }
            }
        }
    };
    let mut mirror = Mirror { digest: message.digest, cipher: ContentCipher::Aes128Cbc, transport: KeyTransport::Pkcs1v15 };
    let answer = match say(&scene, &message, &mut mirror).await {
        Ok(answer) => answer,
        Err(error) => match fail_info(&error) {
            Some(reason) => {
                tracing::info!(%error, "SCEP: refused");
                Answer::Failure(reason)
            }
            None => return Err(error),
        },
    };
    match answer {
        Answer::Crl(list) if long_crl::is_long(&list) => {
            let long = LongCrl::new(scene.identities, inner.clock.now(), message, mirror, list)?;
            Ok(PkiAnswer::LongCrl(Box::new(long)))
        }
        answer => reply(&scene, &message, &answer, &mirror),
    }
}

/// MD5 without the legacy switch: the refusal itself is signed over SHA-256.
fn refuse_md5(scene: &Scene<'_>, message: &PkiMessage) -> Result<PkiAnswer> {
    let mirror = Mirror { digest: Digest::Sha256, cipher: ContentCipher::Aes128Cbc, transport: KeyTransport::Pkcs1v15 };
    reply(scene, message, &Answer::Failure(FailInfo::BadAlg), &mirror)
}

async fn say(scene: &Scene<'_>, message: &PkiMessage, mirror: &mut Mirror) -> Result<Answer> {
    let transaction_id = message.transaction_id.as_ref();
    let enrolls = matches!(message.message_type, MessageType::PkcsReq | MessageType::RenewalReq | MessageType::CertPoll);
    if enrolls && (transaction_id.is_none() || message.sender_nonce.is_none()) {
        return Ok(Answer::Failure(FailInfo::BadRequest));
    }
    // What cannot be encrypted to the client cannot be answered (docs/conformance.md Q22); to a short key nothing is.
    if !message.signer.public_key.is_rsa() || message.signer.public_key.bits() < LEAST_BITS {
        return Ok(Answer::Failure(FailInfo::BadAlg));
    }
    let inner = scene.inner;
    let recipients: Vec<_> = scene.identities.ra.iter().map(|ra| (&ra.certificate, &ra.key)).collect();
    let opened = match message.open(&recipients) {
        Ok(opened) => opened,
        Err(protocol::Error::Algorithm(what)) => {
            tracing::info!(%what, "SCEP: refused");
            return Ok(Answer::Failure(FailInfo::BadAlg));
        }
        Err(error) => {
            tracing::info!(%error, "SCEP: the envelope does not open");
            return Ok(Answer::Failure(FailInfo::BadMessageCheck));
        }
    };
    (mirror.cipher, mirror.transport) = (opened.cipher, opened.transport);
    match (message.message_type, transaction_id) {
        (MessageType::PkcsReq | MessageType::RenewalReq, Some(transaction_id)) => {
            enroll(scene, &message.signer, transaction_id, &opened.content).await
        }
        (MessageType::CertPoll, Some(transaction_id)) => query::poll(inner, &message.signer, transaction_id),
        (MessageType::GetCert, _) => query::certificate(inner, &message.signer, &opened.content),
        (MessageType::GetCrl, _) => query::crl(inner, &opened.content),
        (MessageType::PkcsReq | MessageType::RenewalReq | MessageType::CertPoll | MessageType::CertRep, _) => {
            Ok(Answer::Failure(FailInfo::BadRequest))
        }
    }
}

/// PKCSReq and RenewalReq: told apart by who signed, not by messageType (docs/conformance.md Q28).
async fn enroll(scene: &Scene<'_>, signer: &CertificateView, transaction_id: &TransactionId, content: &[u8]) -> Result<Answer> {
    let csr = match CertificationRequest::from_der_knowing(content, Some(&signer.public_key)) {
        Ok(csr) => csr,
        // One answer for all that is no CSR whose signature verifies, whatever is wrong with it: until then nobody vouches for what was
        // decrypted, and an answer that depends on it tells whoever changed the ciphertext something of what is in it.
        Err(error) => {
            tracing::info!(%error, "SCEP: no certification request");
            return Ok(Answer::Failure(FailInfo::BadMessageCheck));
        }
    };
    let weak = csr.digest == Digest::Md5 && !scene.settings.scep_legacy;
    if weak || !csr.public_key.is_rsa() || csr.public_key.check_strength().is_err() {
        return Ok(Answer::Failure(FailInfo::BadAlg));
    }
    let request = Request::new(signer, transaction_id, csr);
    match request::decide(scene.inner, &scene.policies, &scene.identities, request).await? {
        request::Decision::Answer(answer) => Ok(answer),
        request::Decision::Certify(claim) => cycle::certify(scene.inner, &scene.identities, *claim).await,
    }
}

fn reply(scene: &Scene<'_>, message: &PkiMessage, answer: &Answer, mirror: &Mirror) -> Result<PkiAnswer> {
    let ca = &scene.identities.issuing.certificate;
    let says = match answer {
        Answer::Certificate(certificate) if wants_ca(scene, message) && is_issuer(ca, certificate) => CertRep::WithIssuer(certificate, ca),
        Answer::Certificate(certificate) => CertRep::Certificate(certificate),
        Answer::Crl(crl) => CertRep::Crl(crl),
        Answer::Pending => CertRep::Pending,
        Answer::Failure(reason) => CertRep::Failure(*reason),
    };
    Ok(PkiAnswer::CertRep(signed_reply(&scene.identities, scene.inner.clock.now(), message, &says, mirror)?))
}

/// Some routers take an answer without the CA's certificate for a failure, others one with it (docs/conformance.md Q24). Who asked for one
/// certificate by GetCert gets one.
fn wants_ca(scene: &Scene<'_>, message: &PkiMessage) -> bool {
    scene.settings.scep_ca_in_answer && !matches!(message.message_type, MessageType::GetCert)
}

/// By name and key: a CA with a new key has the same name.
pub(super) fn is_issuer(ca: &CertificateView, certificate: &CertificateView) -> bool {
    certificate.issuer_der == ca.subject_der && certificate.authority_key_identifier == ca.subject_key_identifier
}

/// The CertRep's octets. Who cannot be encrypted to is told so, whatever the answer would have been.
pub(super) fn signed_reply(
    identities: &Identities,
    at: Timestamp,
    message: &PkiMessage,
    says: &CertRep<'_>,
    mirror: &Mirror,
) -> Result<Vec<u8>> {
    let ra = identities.ra.first().ok_or(Error::Denied(Denied::NotSetUp))?;
    let parameters = ReplyParameters {
        transaction_id: message.transaction_id.as_ref(),
        recipient_nonce: message.sender_nonce.as_deref(),
        sender_nonce: secret::random()?,
        digest: mirror.digest,
        cipher: mirror.cipher,
        transport: mirror.transport,
        recipient: &message.signer,
        signing_time: at,
    };
    match (cert_rep(says, &parameters, &ra.signing()), says) {
        (Err(error), CertRep::Certificate(_) | CertRep::WithIssuer(..) | CertRep::Crl(_)) => {
            tracing::warn!(%error, "SCEP: the answer cannot be encrypted to its client");
            Ok(cert_rep(&CertRep::Failure(FailInfo::BadAlg), &parameters, &ra.signing())?)
        }
        (made, _) => Ok(made?),
    }
}
