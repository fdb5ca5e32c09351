//! Requests and replies between our client side and our server side, in every algorithm.

use crate::identity::{CLIENT, P256, RA};
use protocol::{
    Error, Timestamp,
    cms::{self, ContentCipher, Digest, KeyTransport, SigningIdentity},
    scep::{CertRep, FailInfo, MessageType, PkiMessage, ReplyParameters, TransactionId, cert_rep, pki_message, read_cert_rep},
};

const CIPHERS: [ContentCipher; 5] =
    [ContentCipher::DesCbc, ContentCipher::TripleDesCbc, ContentCipher::Aes128Cbc, ContentCipher::Aes192Cbc, ContentCipher::Aes256Cbc];
const TRANSPORTS: [KeyTransport; 3] = [KeyTransport::Pkcs1v15, KeyTransport::OaepSha1, KeyTransport::OaepSha256];
const DIGESTS: [Digest; 5] = [Digest::Md5, Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512];

fn request(digest: Digest, cipher: ContentCipher, transport: KeyTransport) -> Vec<u8> {
    let id = TransactionId(b"v+gYYky+/7GE=".to_vec());
    let signer = CLIENT.signing();
    pki_message(MessageType::PkcsReq, b"a request", &id, &[7; 16], &RA.certificate, cipher, transport, digest, &signer).unwrap()
}

fn parameters<'a>(request: &'a PkiMessage, opened: &cms::Opened) -> ReplyParameters<'a> {
    ReplyParameters {
        transaction_id: request.transaction_id.as_ref(),
        recipient_nonce: request.sender_nonce.as_deref(),
        sender_nonce: [9; 16],
        digest: request.digest,
        cipher: opened.cipher,
        transport: opened.transport,
        recipient: &request.signer,
        signing_time: Timestamp(1_795_000_000),
    }
}

#[test]
fn the_reply_mirrors_digest_cipher_and_transport_of_the_request() {
    for digest in DIGESTS {
        for cipher in CIPHERS {
            for transport in TRANSPORTS {
                let request = PkiMessage::parse(&request(digest, cipher, transport), true).unwrap();
                assert_eq!(request.digest, digest);
                let opened = request.open(&[(&RA.certificate, &RA.key)]).unwrap();
                assert_eq!(*opened.content, b"a request");
                assert_eq!((opened.cipher, opened.transport), (cipher, transport));

                let reply = CertRep::Certificate(&P256.certificate);
                let reply = cert_rep(&reply, &parameters(&request, &opened), &RA.signing()).unwrap();
                let received = read_cert_rep(&reply, &RA.certificate, &CLIENT.key, &CLIENT.certificate).unwrap();
                assert_eq!(received.status, 0);
                assert_eq!((received.digest, received.cipher, received.transport), (digest, Some(cipher), Some(transport)));
                assert_eq!(received.recipient_nonce.as_deref(), Some(&[7; 16][..]));
                assert_eq!(received.sender_nonce.as_deref(), Some(&[9; 16][..]));
                assert_eq!(received.transaction_id, request.transaction_id);
                let issued: Vec<_> = received.certificates.iter().map(|c| &c.der).collect();
                assert_eq!(issued, [&P256.certificate.der]);
                // outside of the envelope stands the RA alone
                let outer = cms::read_certs_only(&reply).unwrap();
                assert_eq!(outer.iter().map(|c| &c.der).collect::<Vec<_>>(), [&RA.certificate.der]);
            }
        }
    }
}

#[test]
fn single_des_and_md5_need_the_legacy_switch() {
    let des = request(Digest::Sha1, ContentCipher::DesCbc, KeyTransport::Pkcs1v15);
    let strict = PkiMessage::parse(&des, false).unwrap();
    assert!(matches!(strict.open(&[(&RA.certificate, &RA.key)]), Err(Error::Algorithm(_))));
    assert!(PkiMessage::parse(&des, true).unwrap().open(&[(&RA.certificate, &RA.key)]).is_ok());
    let md5 = request(Digest::Md5, ContentCipher::Aes128Cbc, KeyTransport::Pkcs1v15);
    assert!(matches!(PkiMessage::parse(&md5, false), Err(Error::Algorithm(_))));
}

#[test]
fn pending_and_failure_carry_an_empty_octet_string_and_their_reason() {
    let request = PkiMessage::parse(&request(Digest::Sha256, ContentCipher::Aes128Cbc, KeyTransport::Pkcs1v15), false).unwrap();
    let opened = request.open(&[(&RA.certificate, &RA.key)]).unwrap();
    let parameters = parameters(&request, &opened);
    let read = |reply: &CertRep<'_>| {
        let bytes = cert_rep(reply, &parameters, &RA.signing()).unwrap();
        assert!(cms::verify_signed_data(&bytes, &[], false).unwrap().content.is_empty());
        read_cert_rep(&bytes, &RA.certificate, &CLIENT.key, &CLIENT.certificate).unwrap()
    };
    let pending = read(&CertRep::Pending);
    assert_eq!((pending.status, pending.fail_info), (3, None));
    for reason in [FailInfo::BadAlg, FailInfo::BadMessageCheck, FailInfo::BadRequest, FailInfo::BadTime, FailInfo::BadCertId] {
        let failure = read(&CertRep::Failure(reason));
        assert_eq!((failure.status, failure.fail_info), (2, Some(reason)));
    }
}

#[test]
fn a_reply_to_a_request_without_identifiers_leaves_them_out() {
    let request = PkiMessage::parse(&request(Digest::Sha256, ContentCipher::Aes128Cbc, KeyTransport::Pkcs1v15), false).unwrap();
    let opened = request.open(&[(&RA.certificate, &RA.key)]).unwrap();
    let parameters = ReplyParameters { transaction_id: None, recipient_nonce: None, ..parameters(&request, &opened) };
    let bytes = cert_rep(&CertRep::Failure(FailInfo::BadRequest), &parameters, &RA.signing()).unwrap();
    let received = read_cert_rep(&bytes, &RA.certificate, &CLIENT.key, &CLIENT.certificate).unwrap();
    assert_eq!((received.transaction_id, received.recipient_nonce), (None, None));
    assert_eq!(received.sender_nonce.as_deref(), Some(&[9; 16][..]));
}

#[test]
fn a_crl_travels_as_it_was_signed() {
    let request = PkiMessage::parse(&request(Digest::Sha256, ContentCipher::Aes128Cbc, KeyTransport::Pkcs1v15), false).unwrap();
    let opened = request.open(&[(&RA.certificate, &RA.key)]).unwrap();
    let crl = [0x30, 3, 2, 1, 5];
    let bytes = cert_rep(&CertRep::Crl(&crl), &parameters(&request, &opened), &RA.signing()).unwrap();
    let received = read_cert_rep(&bytes, &RA.certificate, &CLIENT.key, &CLIENT.certificate).unwrap();
    assert_eq!(received.crl.as_deref(), Some(&crl[..]));
    assert!(received.certificates.is_empty());
}

#[test]
fn a_reply_of_somebody_else_is_refused() {
    let request = PkiMessage::parse(&request(Digest::Sha256, ContentCipher::Aes128Cbc, KeyTransport::Pkcs1v15), false).unwrap();
    let opened = request.open(&[(&RA.certificate, &RA.key)]).unwrap();
    let impostor = cert_rep(&CertRep::Pending, &parameters(&request, &opened), &CLIENT.signing()).unwrap();
    let read = read_cert_rep(&impostor, &RA.certificate, &CLIENT.key, &CLIENT.certificate);
    assert!(matches!(read, Err(Error::Signature { .. })));
}

#[test]
fn a_reply_is_no_request() {
    let request = PkiMessage::parse(&request(Digest::Sha256, ContentCipher::Aes128Cbc, KeyTransport::Pkcs1v15), false).unwrap();
    let opened = request.open(&[(&RA.certificate, &RA.key)]).unwrap();
    let reply = cert_rep(&CertRep::Pending, &parameters(&request, &opened), &RA.signing()).unwrap();
    assert!(matches!(PkiMessage::parse(&reply, false), Err(Error::Malformed { .. })));
}

#[test]
fn a_key_that_cannot_decrypt_gets_no_envelope() {
    let refused = cms::encrypt(b"x", &P256.certificate, ContentCipher::Aes128Cbc, KeyTransport::Pkcs1v15);
    assert!(matches!(refused, Err(Error::Algorithm(_))));
}

#[test]
fn certificates_keep_the_order_they_were_given_in() {
    let orders = [[&RA.certificate, &CLIENT.certificate, &P256.certificate], [&P256.certificate, &RA.certificate, &CLIENT.certificate]];
    for order in orders {
        let message = cms::certs_only(&order).unwrap();
        let read = cms::read_certs_only(&message).unwrap();
        assert_eq!(read.iter().map(|c| &c.der).collect::<Vec<_>>(), order.iter().map(|c| &c.der).collect::<Vec<_>>());
    }
    let chain = [CLIENT.certificate.clone(), P256.certificate.clone()];
    let identity = SigningIdentity { certificate: &RA.certificate, key: &RA.key, chain: &chain };
    let message = cms::sign(b"profile", &identity, Digest::Sha256, None, Vec::new(), true).unwrap();
    let verified = cms::verify_signed_data(&message, &[], false).unwrap();
    assert_eq!(verified.certificates.len(), 3);
    assert_eq!(verified.signer.der, RA.certificate.der);
}
