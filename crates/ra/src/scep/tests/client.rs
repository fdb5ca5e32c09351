//! A client for the tests: keys, requests with any content, answers opened.

use protocol::{
    Timestamp,
    cms::{ContentCipher, Digest, KeyTransport, SigningIdentity},
    key::{KeyAlgorithm, PrivateKey, PublicKey},
    scep::{MessageType, ReceivedCertRep, TransactionId, pki_message, read_cert_rep},
    x509::{
        AttributeType, Authority, CertificateSpec, CertificateView, DistinguishedName, KeyUsage, SerialNumber, Validity, sign_certificate,
    },
};
use std::sync::OnceLock;

/// RSA-2048 keys that the tests share: making one takes long.
pub(super) fn key(number: usize) -> PrivateKey {
    static KEYS: OnceLock<Vec<PrivateKey>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(|| PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap())).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    })[number]
        .clone()
}

struct SelfSigned {
    key: PrivateKey,
    public: PublicKey,
}
impl Authority for SelfSigned {
    fn certificate(&self) -> Option<&[u8]> {
        None
    }
    fn public_key(&self) -> &PublicKey {
        &self.public
    }
    fn sign(&self, tbs: &[u8]) -> Result<Vec<u8>, protocol::Error> {
        self.key.sign(tbs)
    }
}

/// A self-signed certificate, like the one that Apple's client makes for one request (`SecSCEP.c`).
pub(super) fn self_signed(key: &PrivateKey, subject: &DistinguishedName) -> CertificateView {
    let public = key.public().unwrap();
    let spec = CertificateSpec {
        serial: SerialNumber::from_octets(&[1]).unwrap(),
        subject: subject.clone(),
        san: vec![],
        validity: Validity {
            not_before: Timestamp(crate::testing::START - 60),
            not_after: Timestamp(crate::testing::START + 365 * 86_400),
        },
        public_key: public.clone(),
        key_usage: KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT),
        extended_key_usage: vec![],
        ca: None,
        name_constraints: None,
        policies: vec![],
        crl_urls: vec![],
        ca_issuer_urls: vec![],
        ocsp_urls: vec![],
        ocsp_nocheck: false,
    };
    let der = sign_certificate(&spec, &SelfSigned { key: key.clone(), public }).unwrap();
    CertificateView::from_der(&der).unwrap()
}

/// `CN=` and a name that nobody has.
pub(super) fn anonymous() -> DistinguishedName {
    DistinguishedName::new(vec![(AttributeType::CommonName, "3F2504E0-4F89-41D3-9A0C-0305E82C3301".into())]).unwrap()
}

pub(super) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let len: usize = parts.iter().map(|p| p.len()).sum();
    let mut out = vec![tag];
    match len {
        0..=127 => out.push(len as u8),
        128..=255 => out.extend([0x81, len as u8]),
        _ => out.extend([0x82, (len >> 8) as u8, len as u8]),
    }
    parts.iter().for_each(|p| out.extend_from_slice(p));
    out
}

/// A CSR to be made.
#[derive(Clone)]
pub(super) struct Csr {
    /// Name, DER.
    pub(super) subject: Vec<u8>,
    pub(super) challenge: Option<String>,
    /// GeneralNames, DER each.
    pub(super) san: Vec<Vec<u8>>,
    pub(super) ca: bool,
}

pub(super) fn rfc822(address: &str) -> Vec<u8> {
    tlv(0x81, &[address.as_bytes()])
}
pub(super) fn dns(name: &str) -> Vec<u8> {
    tlv(0x82, &[name.as_bytes()])
}

impl Csr {
    /// States a subject and nothing else.
    pub(super) fn naming(subject: &DistinguishedName) -> Self {
        // An empty Name is what iPhones send without a Subject in the payload.
        let subject = if subject.0.is_empty() { vec![0x30, 0] } else { self_signed(&key(0), subject).subject_der };
        Csr { subject, challenge: None, san: vec![], ca: false }
    }
    pub(super) fn challenge(mut self, challenge: &str) -> Self {
        self.challenge = Some(challenge.to_owned());
        self
    }
    pub(super) fn san(mut self, names: &[Vec<u8>]) -> Self {
        self.san = names.to_vec();
        self
    }
    pub(super) fn der(&self, key: &PrivateKey) -> Vec<u8> {
        let mut attributes = Vec::new();
        if let Some(challenge) = &self.challenge {
            let oid = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 7];
            attributes.push(tlv(0x30, &[&oid, &tlv(0x31, &[&tlv(0x0c, &[challenge.as_bytes()])])]));
        }
        let mut extensions = Vec::new();
        if !self.san.is_empty() {
            let names: Vec<&[u8]> = self.san.iter().map(Vec::as_slice).collect();
            extensions.push(tlv(0x30, &[&[0x06, 3, 0x55, 0x1d, 0x11], &tlv(0x04, &[&tlv(0x30, &names)])]));
        }
        if self.ca {
            extensions.push(tlv(0x30, &[&[0x06, 3, 0x55, 0x1d, 0x13], &tlv(0x04, &[&[0x30, 3, 1, 1, 0xff]])]));
        }
        if !extensions.is_empty() {
            let oid = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 14];
            attributes.push(tlv(0x30, &[&oid, &tlv(0x31, &[&tlv(0x30, &[&extensions.concat()])])]));
        }
        let public = key.public().unwrap();
        let info = tlv(0x30, &[&[2, 1, 0], &self.subject, public.spki(), &tlv(0xa0, &[&attributes.concat()])]);
        let signature = key.sign(&info).unwrap();
        let algorithm: &[u8] = match public.is_rsa() {
            true => &[0x30, 13, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0],
            false => &[0x30, 10, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
        };
        tlv(0x30, &[&info, algorithm, &tlv(0x03, &[&[0], &signature])])
    }
}

/// One pkiMessage to be made; [`Message::of`] is what a good client sends.
#[derive(Clone)]
pub(super) struct Message {
    pub(super) kind: MessageType,
    pub(super) transaction: Vec<u8>,
    pub(super) nonce: Vec<u8>,
    pub(super) cipher: ContentCipher,
    pub(super) transport: KeyTransport,
    pub(super) digest: Digest,
    pub(super) signer: CertificateView,
    pub(super) signer_key: PrivateKey,
    pub(super) content: Vec<u8>,
}

impl Message {
    /// A PKCSReq signed by a self-made certificate of the same key; transactionID from the key, as iPhones do.
    pub(super) fn of(key: &PrivateKey, csr: &Csr) -> Self {
        Message {
            kind: MessageType::PkcsReq,
            transaction: transaction_of(key),
            nonce: vec![7; 16],
            cipher: ContentCipher::Aes128Cbc,
            transport: KeyTransport::Pkcs1v15,
            digest: Digest::Sha256,
            signer: self_signed(key, &anonymous()),
            signer_key: key.clone(),
            content: csr.der(key),
        }
    }
    pub(super) fn bytes(&self, ra: &CertificateView) -> Vec<u8> {
        let signer = SigningIdentity { certificate: &self.signer, key: &self.signer_key, chain: &[] };
        pki_message(
            self.kind,
            &self.content,
            &TransactionId(self.transaction.clone()),
            &self.nonce,
            ra,
            self.cipher,
            self.transport,
            self.digest,
            &signer,
        )
        .unwrap()
    }
    pub(super) fn read(&self, answer: &[u8], ra: &CertificateView) -> ReceivedCertRep {
        let read = read_cert_rep(answer, ra, &self.signer_key, &self.signer).unwrap();
        assert_eq!(read.recipient_nonce.as_deref(), Some(self.nonce.as_slice()), "the nonce is echoed");
        assert_eq!(read.transaction_id, Some(TransactionId(self.transaction.clone())), "the transactionID is echoed");
        assert_eq!(read.sender_nonce.as_ref().map(Vec::len), Some(16), "the answer has a nonce of its own");
        read
    }
}

pub(super) fn transaction_of(key: &PrivateKey) -> Vec<u8> {
    crate::issue::hex(&key.public().unwrap().key_identifier().unwrap()).to_uppercase().into_bytes()
}
