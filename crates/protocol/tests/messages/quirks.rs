//! What odd and hostile peers send: BER, unsorted attributes, two signers, stripped and changed parts, bombs.

use crate::identity::{CLIENT, Identity, P256, P384, RA, RSA_1024};
use openssl::{bn::BigNum, hash::MessageDigest, sign::Signer};
use protocol::{
    Error,
    cms::{self, Attribute, ContentCipher, Digest, KeyTransport},
    scep::{MessageType, PkiMessage, TransactionId, pki_message},
};
use std::time::{Duration, Instant};

/// One DER element: tag, content and the whole, with what follows it.
fn split(der: &[u8]) -> (u8, &[u8], &[u8], &[u8]) {
    let (length, header) = match der[1] {
        short if short < 0x80 => (usize::from(short), 2),
        long => {
            let count = usize::from(long & 0x7f);
            (der[2..2 + count].iter().fold(0, |n, o| n << 8 | usize::from(*o)), 2 + count)
        }
    };
    let end = header + length;
    (der[0], &der[header..end], &der[..end], &der[end..])
}

/// The elements inside `der`, each whole.
fn children(der: &[u8]) -> Vec<Vec<u8>> {
    let (_, mut rest, _, _) = split(der);
    let mut children = Vec::new();
    while !rest.is_empty() {
        let (_, _, whole, after) = split(rest);
        children.push(whole.to_vec());
        rest = after;
    }
    children
}

fn element(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let body = parts.concat();
    let mut out = vec![tag];
    match body.len() {
        short if short < 0x80 => out.push(short as u8),
        long => out.extend([0x82, (long >> 8) as u8, long as u8]),
    }
    out.extend(body);
    out
}

/// A SignedData with its parts at hand.
struct Parts {
    signed_data: Vec<Vec<u8>>,
    signer_info: Vec<Vec<u8>>,
}

impl Parts {
    fn of(message: &[u8]) -> Self {
        let signed_data = children(&children(&children(message)[1])[0]);
        let signer_info = children(&children(signed_data.last().unwrap())[0]);
        Parts { signed_data, signer_info }
    }

    fn message(&self, signer_infos: &[Vec<u8>]) -> Vec<u8> {
        let mut fields = self.signed_data.clone();
        *fields.last_mut().unwrap() = element(0x31, signer_infos);
        let id_signed_data = vec![6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
        element(0x30, &[id_signed_data, element(0xa0, &[element(0x30, &fields)])])
    }

    fn whole(&self) -> Vec<u8> {
        self.message(&[element(0x30, &self.signer_info)])
    }

    fn attributes(&mut self) -> &mut Vec<u8> {
        &mut self.signer_info[3]
    }

    fn sign_attributes_as_they_stand(&mut self) {
        let mut signed = self.attributes().clone();
        signed[0] = 0x31;
        let mut signer = Signer::new(MessageDigest::sha256(), CLIENT.key.as_openssl()).unwrap();
        *self.signer_info.last_mut().unwrap() = element(4, &[signer.sign_oneshot_to_vec(&signed).unwrap()]);
    }
}

fn request() -> Vec<u8> {
    let id = TransactionId(b"6f2a0b-id".to_vec());
    let (cipher, transport) = (ContentCipher::Aes128Cbc, KeyTransport::Pkcs1v15);
    let signer = CLIENT.signing();
    pki_message(MessageType::PkcsReq, b"content", &id, &[7; 16], &RA.certificate, cipher, transport, Digest::Sha256, &signer).unwrap()
}

/// The same with indefinite lengths everywhere and OCTET STRINGs in segments, as streaming encoders write it; `kept` stays DER.
fn streamed(der: &[u8], kept: &[&[u8]]) -> Vec<u8> {
    let (tag, body, whole, _) = split(der);
    if kept.contains(&whole) {
        return whole.to_vec();
    }
    if tag == 4 || tag == 0x80 {
        let segments: Vec<Vec<u8>> = body.chunks(100).map(|segment| element(4, &[segment.to_vec()])).collect();
        return [&[tag | 0x20, 0x80][..], &segments.concat(), &[0, 0]].concat();
    }
    if tag & 0x20 == 0 {
        return whole.to_vec();
    }
    let inner: Vec<Vec<u8>> = children(whole).iter().map(|child| streamed(child, kept)).collect();
    [&[tag, 0x80][..], &inner.concat(), &[0, 0]].concat()
}

#[test]
fn streamed_ber_is_read_and_verifies() {
    let envelope = cms::encrypt(b"a streamed request", &RA.certificate, ContentCipher::Aes256Cbc, KeyTransport::Pkcs1v15).unwrap();
    // the issuer and serial stay as the certificate has them; everything else is streamed
    let issuer = CLIENT.certificate.issuer_der.clone();
    let kept = [RA.certificate.issuer_der.as_slice(), issuer.as_slice(), CLIENT.certificate.der.as_slice()];
    let attributes = vec![
        Attribute { oid: "2.16.840.1.113733.1.9.2".into(), value: vec![0x13, 2, b'1', b'9'] },
        Attribute { oid: "2.16.840.1.113733.1.9.7".into(), value: vec![0x13, 2, b'i', b'd'] },
        Attribute { oid: "2.16.840.1.113733.1.9.5".into(), value: [&[4, 16][..], &[3; 16]].concat() },
    ];
    let message = cms::sign(&streamed(&envelope, &kept), &CLIENT.signing(), Digest::Sha256, None, attributes, true).unwrap();
    let ber = streamed(&message, &kept);
    assert_ne!(ber, message);
    let read = PkiMessage::parse(&ber, false).unwrap();
    assert_eq!(read.sender_nonce.as_deref(), Some(&[3; 16][..]));
    assert_eq!(*read.open(&[(&RA.certificate, &RA.key)]).unwrap().content, b"a streamed request");
}

#[test]
fn attributes_that_were_sent_or_signed_unsorted_verify() {
    for signed_as_sent in [false, true] {
        let mut parts = Parts::of(&request());
        let mut attributes = children(parts.attributes());
        attributes.reverse();
        *parts.attributes() = element(0xa0, &attributes);
        if signed_as_sent {
            parts.sign_attributes_as_they_stand();
        }
        let message = PkiMessage::parse(&parts.whole(), false).unwrap_or_else(|e| panic!("signed as sent {signed_as_sent}: {e}"));
        assert_eq!(message.transaction_id.unwrap().0, b"6f2a0b-id");
    }
}

#[test]
fn a_changed_attribute_content_or_signature_does_not_verify() {
    let good = request();
    let position = |needle: &[u8]| good.windows(needle.len()).position(|w| w == needle).unwrap();
    let signature = good.len() - 10;
    let content = position(&children(&good)[1]) + 200;
    for at in [position(b"6f2a0b-id"), content, signature] {
        let mut changed = good.clone();
        changed[at] ^= 1;
        assert!(matches!(PkiMessage::parse(&changed, false), Err(Error::Signature { .. })), "{at}");
    }
    let mut stripped = Parts::of(&good);
    stripped.signer_info.remove(3);
    assert!(matches!(PkiMessage::parse(&stripped.whole(), false), Err(Error::Signature { .. })));
}

#[test]
fn exactly_one_signer_and_attached_content_are_demanded() {
    let parts = Parts::of(&request());
    let info = element(0x30, &parts.signer_info);
    assert!(matches!(PkiMessage::parse(&parts.message(&[info.clone(), info]), false), Err(Error::Malformed { .. })));
    assert!(matches!(PkiMessage::parse(&parts.message(&[]), false), Err(Error::Malformed { .. })));
    let mut detached = Parts::of(&request());
    detached.signed_data[2] = element(0x30, &children(&detached.signed_data[2])[..1]);
    assert!(matches!(PkiMessage::parse(&detached.whole(), false), Err(Error::Malformed { .. })));
}

#[test]
fn an_attribute_twice_or_with_two_values_counts_for_nothing() {
    let mut twice = Parts::of(&request());
    let mut attributes = children(twice.attributes());
    attributes.push(attributes[2].clone());
    *twice.attributes() = element(0xa0, &attributes);
    twice.sign_attributes_as_they_stand();
    assert!(matches!(PkiMessage::parse(&twice.whole(), false), Err(Error::Malformed { .. })));

    let mut parts = Parts::of(&request());
    let mut attributes = children(parts.attributes());
    let id = attributes.iter_mut().find(|a| a.windows(9).any(|w| w == b"6f2a0b-id")).unwrap();
    let (oid, value) = (children(id)[0].clone(), children(&children(id)[1])[0].clone());
    *id = element(0x30, &[oid, element(0x31, &[value.clone(), value])]);
    *parts.attributes() = element(0xa0, &attributes);
    parts.sign_attributes_as_they_stand();
    assert_eq!(PkiMessage::parse(&parts.whole(), false).unwrap().transaction_id, None);
}

#[test]
fn odd_attribute_types_and_lengths_are_read_as_the_contract_says() {
    let read = |kind: Vec<u8>, id: Vec<u8>, nonce: Vec<u8>| {
        let attributes = vec![
            Attribute { oid: "2.16.840.1.113733.1.9.2".into(), value: kind },
            Attribute { oid: "2.16.840.1.113733.1.9.7".into(), value: id },
            Attribute { oid: "2.16.840.1.113733.1.9.5".into(), value: nonce },
            // randomNonce and a Microsoft attribute: unknown, ignored
            Attribute { oid: "1.2.840.113549.1.9.25.3".into(), value: vec![4, 1, 1] },
            Attribute { oid: "1.3.6.1.4.1.311.21.38".into(), value: vec![0x30, 0] },
        ];
        PkiMessage::parse(&cms::sign(b"", &CLIENT.signing(), Digest::Sha1, None, attributes, true).unwrap(), false)
    };
    for tag in [0x0c, 0x13, 0x14, 0x16, 0x04] {
        let message = read(vec![tag, 2, b'1', b'9'], vec![tag, 1, b'x'], vec![4, 1, 9]).unwrap();
        assert_eq!(message.message_type, MessageType::PkcsReq);
        assert_eq!(message.transaction_id.unwrap().0, b"x");
        assert_eq!(message.sender_nonce.as_deref(), Some(&[9][..]));
    }
    let text = |n: usize| [&[0x13, 0x82, (n >> 8) as u8, n as u8][..], &vec![b'a'; n]].concat();
    let octets = |n: usize| [&[4, 0x82, (n >> 8) as u8, n as u8][..], &vec![1; n]].concat();
    for (id, nonce, id_read, nonce_read) in [(255, 64, true, true), (256, 65, false, false), (0, 0, false, false)] {
        let message = read(vec![0x13, 2, b'2', b'0'], text(id), octets(nonce)).unwrap();
        assert_eq!((message.transaction_id.is_some(), message.sender_nonce.is_some()), (id_read, nonce_read), "{id} {nonce}");
    }
    for number in [&b"18"[..], b"3", b"", b"019x", b"-1", b"1900"] {
        let kind = [&[0x13, number.len() as u8][..], number].concat();
        assert!(matches!(read(kind, text(1), octets(1)), Err(Error::Malformed { .. })), "{number:?}");
    }
}

#[test]
fn small_and_elliptic_keys_sign_with_sha1_and_later() {
    for (name, identity) in [("RSA-1024", &RSA_1024), ("P-256", &P256), ("P-384", &P384)] {
        for digest in [Digest::Sha1, Digest::Sha256, Digest::Sha384] {
            let message = cms::sign(b"attributes", &identity.signing(), digest, None, Vec::new(), true).unwrap();
            let verified = cms::verify_signed_data(&message, &[], false).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!((verified.content.as_slice(), verified.digest), (&b"attributes"[..], digest));
            assert_eq!(verified.signer.der, identity.certificate.der);
        }
    }
}

#[test]
fn a_signer_that_is_left_out_may_be_supplied() {
    let message = cms::sign(b"x", &CLIENT.signing(), Digest::Sha256, None, Vec::new(), false).unwrap();
    assert!(matches!(cms::verify_signed_data(&message, &[], false), Err(Error::Malformed { .. })));
    let supplied = [RA.certificate.clone(), CLIENT.certificate.clone()];
    assert_eq!(cms::verify_signed_data(&message, &supplied, false).unwrap().signer.der, CLIENT.certificate.der);
    // somebody with the same serial number under another name is found, but the signature is not his
    let namesake = Identity::new("namesake", &BigNum::from_u32(1).unwrap(), RA.key.as_openssl().clone());
    assert!(matches!(cms::verify_signed_data(&message, &[namesake.certificate], false), Err(Error::Signature { .. })));
}

#[test]
fn huge_and_negative_serial_numbers_identify_a_signer_too() {
    let mut huge = BigNum::from_hex_str(&"7f".repeat(20)).unwrap();
    for negative in [false, true] {
        huge.set_negative(negative);
        let odd = Identity::new("odd serial", &huge, CLIENT.key.as_openssl().clone());
        let message = cms::sign(b"x", &odd.signing(), Digest::Sha256, None, Vec::new(), true).unwrap();
        assert_eq!(cms::verify_signed_data(&message, &[], false).unwrap().signer.der, odd.certificate.der);
        let sealed = cms::encrypt(b"x", &odd.certificate, ContentCipher::Aes128Cbc, KeyTransport::Pkcs1v15).unwrap();
        assert_eq!(*cms::decrypt(&sealed, &[(&odd.certificate, &odd.key)]).unwrap().content, b"x");
    }
}

#[test]
fn a_wrong_key_or_padding_gives_random_content_and_no_reason() {
    for (cipher, transport) in [
        (ContentCipher::Aes128Cbc, KeyTransport::Pkcs1v15),
        (ContentCipher::TripleDesCbc, KeyTransport::OaepSha1),
        (ContentCipher::DesCbc, KeyTransport::OaepSha256),
    ] {
        let sealed = cms::encrypt(b"the challenge", &RA.certificate, cipher, transport).unwrap();
        // another key under the RA's name
        let opened = cms::decrypt(&sealed, &[(&RA.certificate, &CLIENT.key)]).unwrap();
        assert_ne!(*opened.content, b"the challenge");
        // a changed block of content
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        let opened = cms::decrypt(&changed, &[(&RA.certificate, &RA.key)]).unwrap();
        assert_ne!(*opened.content, b"the challenge");
        // nobody's
        assert!(matches!(cms::decrypt(&sealed, &[(&CLIENT.certificate, &CLIENT.key)]), Err(Error::NotForUs)));
        assert!(matches!(cms::decrypt(&sealed, &[]), Err(Error::NotForUs)));
        // any of ours, an EC key among them
        let ours = [(&P256.certificate, &P256.key), (&CLIENT.certificate, &CLIENT.key), (&RA.certificate, &RA.key)];
        assert_eq!(*cms::decrypt(&sealed, &ours).unwrap().content, b"the challenge");
    }
}

#[test]
fn garbage_truncation_and_bombs_are_refused_quickly() {
    let start = Instant::now();
    let good = request();
    for length in (0..good.len()).step_by(11) {
        assert!(PkiMessage::parse(&good[..length], true).is_err());
        assert!(cms::decrypt(&good[..length], &[(&RA.certificate, &RA.key)]).is_err());
    }
    let mut trailing = good.clone();
    trailing.push(0);
    assert!(PkiMessage::parse(&trailing, true).is_err());
    let bombs = [
        [0x30, 0x80].repeat(32 * 1024),
        [0x24, 0x80].repeat(32 * 1024),
        [&[0x30, 0x80].repeat(30)[..], &[5, 0].repeat(30_000), &[0, 0].repeat(30)].concat(),
        vec![0x30; 64 * 1024],
        vec![0; 64 * 1024],
        vec![0xff; 64 * 1024],
    ];
    for bomb in &bombs {
        assert!(PkiMessage::parse(bomb, true).is_err());
        assert!(cms::read_certs_only(bomb).is_err());
        assert!(cms::decrypt(bomb, &[(&RA.certificate, &RA.key)]).is_err());
    }
    let large = vec![0x30; cms::MAX_LEN + 1];
    assert!(matches!(PkiMessage::parse(&large, true), Err(Error::TooLarge { .. })));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
