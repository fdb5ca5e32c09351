//! A tiny server in process, right by default and wrong in one chosen way: so that every strict rule of the phone is seen to bite.

use crate::{
    ContentCipher, Digest, Encoding, Identity, KeyKind, KeyTransport,
    identity::{common_name, random_serial},
    transport::{Method, Request, Response, Transport, TransportError},
    wire::{
        cms::{self, SignedData, SigningOptions},
        der::Der,
        oid,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use openssl::{
    asn1::Asn1Time,
    hash::MessageDigest,
    x509::{
        X509, X509Builder, X509Req,
        extension::{BasicConstraints, KeyUsage},
    },
};
use std::cell::{Cell, RefCell};

pub(super) const NOW: i64 = 1_800_000_000;

/// What the server does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Nothing,
    // HTTP
    Status(u16),
    EmptyBody,
    RedirectPermanently,
    // phase 2
    SecondPayload,
    EncryptedIdentityReply,
    NoIdentity,
    NoKeysize,
    KeyUsageTwo,
    KeyUsageMisspelt,
    // GetCACert and GetCACaps
    CharsetOnCaCert,
    RaWithoutKeyEncipherment,
    WrongFingerprint,
    NoShaWord,
    // CertRep
    SignedByTheCa,
    MessageTypeUtf8,
    StatusTwice,
    OtherNonce,
    OtherTransaction,
    CaFirst,
    OtherKey,
    NoCertificate,
    TwoSigners,
    NotYetValid,
    UsageMissing,
    Failure,
    Pending(u32),
    PendingWithoutContent,
    // phase 3
    OuterSha1,
    Unsigned,
    Oaep,
    OtherRecipient,
    RootIsDictionary,
    DanglingUuid,
    DuplicateUuid,
    UnknownPayload,
    ForTheMac,
    ServiceAgain,
    OtherSigner,
    OtherIdentifier,
    Html,
}

pub(super) struct Fake {
    pub(super) ca: Identity,
    ra: Identity,
    signer: Identity,
    other: Identity,
    pub(super) fault: Cell<Fault>,
    polls: Cell<u32>,
    pub(super) requests: RefCell<Vec<Request>>,
}

fn certificate(name: &str, key: &Identity, issuer: Option<&Identity>, usage: KeyUsage, ca: bool) -> X509 {
    let mut builder = X509Builder::new().unwrap();
    let subject = common_name(name).unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&random_serial().unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(issuer.map_or(&*subject, |i| i.certificate.subject_name())).unwrap();
    builder.set_pubkey(&key.key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(NOW - 86_400).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(NOW + 86_400 * 365).unwrap()).unwrap();
    if ca {
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    }
    builder.append_extension({ usage }.build().unwrap()).unwrap();
    builder.sign(&issuer.unwrap_or(key).key, MessageDigest::sha256()).unwrap();
    builder.build()
}

fn identity(name: &str, issuer: Option<&Identity>, usage: KeyUsage) -> Identity {
    let mut identity = crate::self_signed(KeyKind::Rsa(2048).generate().unwrap(), NOW).unwrap();
    identity.certificate = certificate(name, &identity, issuer, usage, issuer.is_none());
    identity
}

fn usage(sign: bool, encrypt: bool) -> KeyUsage {
    let mut usage = KeyUsage::new();
    if sign {
        usage.digital_signature();
    }
    if encrypt {
        usage.key_encipherment();
    }
    usage
}

impl Fake {
    pub(super) fn new() -> Self {
        let mut ca_usage = KeyUsage::new();
        ca_usage.key_cert_sign().crl_sign();
        let ca = identity("Fake CA", None, ca_usage);
        let ra = identity("Fake RA", Some(&ca), usage(true, true));
        let signer = identity("Fake signer", Some(&ca), usage(true, false));
        let other = identity("Other signer", Some(&ca), usage(true, true));
        Fake { ca, ra, signer, other, fault: Cell::new(Fault::Nothing), polls: Cell::new(0), requests: RefCell::new(Vec::new()) }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault.get() == fault
    }

    /// A signed Profile Service profile.
    pub(super) fn phase1(&self) -> Vec<u8> {
        let content = "<dict><key>URL</key><string>https://fake/ota</string><key>DeviceAttributes</key><array><string>UDID</string><string>ICCID</string></array>
            <key>Challenge</key><string>k2xW9mQ7Zt4uVYbR0sN8cA</string></dict>";
        self.sign(&profile("Profile Service", "ota", 1, content, ""))
    }

    fn sign(&self, plist: &str) -> Vec<u8> {
        if self.has(Fault::Unsigned) {
            return plist.as_bytes().to_vec();
        }
        let signer = if self.has(Fault::OtherSigner) { &self.other } else { &self.signer };
        let digest = if self.has(Fault::OuterSha1) { Digest::Sha1 } else { Digest::Sha256 };
        cms::sign(plist.as_bytes(), signer, &options(digest, Vec::new(), vec![&signer.certificate])).unwrap()
    }

    fn scep_payload(&self, name: &str, number: u8) -> String {
        let mut fingerprint = self.ca.certificate.digest(MessageDigest::sha1()).unwrap().to_vec();
        if self.has(Fault::WrongFingerprint) {
            fingerprint[0] ^= 1;
        }
        let key_size = if self.has(Fault::NoKeysize) { "" } else { "<key>Keysize</key><integer>2048</integer>" };
        let (key, value) = match self.fault.get() {
            Fault::KeyUsageTwo => ("Key Usage", 2),
            Fault::KeyUsageMisspelt => ("KeyUsage", 5),
            _ => ("Key Usage", 5),
        };
        let content = format!(
            "<dict><key>URL</key><string>http://fake/scep?lost=1</string><key>Name</key><string>fake</string>
             <key>Subject</key><array><array><array><string>CN</string><string>{name}</string></array></array></array>
             <key>Challenge</key><string>secret</string>{key_size}<key>Key Type</key><string>RSA</string>
             <key>{key}</key><integer>{value}</integer><key>Retries</key><integer>2</integer>
             <key>CAFingerprint</key><data>{}</data></dict>",
            STANDARD.encode(fingerprint)
        );
        payload("com.apple.security.scep", name, number, &content)
    }

    fn phase2(&self) -> Vec<u8> {
        let mut payloads = self.scep_payload("transport", 10);
        if self.has(Fault::SecondPayload) {
            payloads += &self.root_payload();
        }
        if self.has(Fault::NoIdentity) {
            payloads = self.root_payload();
        }
        if self.has(Fault::EncryptedIdentityReply) {
            return self.sign(&profile("Configuration", "identity", 2, "", "<key>EncryptedPayloadContent</key><data>MIIB</data>"));
        }
        self.sign(&profile("Configuration", "identity", 2, &format!("<array>{payloads}</array>"), ""))
    }

    fn root_payload(&self) -> String {
        let der = STANDARD.encode(self.ca.certificate.to_der().unwrap());
        payload("com.apple.security.root", "root", 20, &format!("<data>{der}</data>"))
    }

    fn phase3(&self, recipient: &X509) -> Vec<u8> {
        let wifi_client = if self.has(Fault::DanglingUuid) { 99 } else { 21 };
        let wifi = format!(
            "<dict><key>PayloadType</key><string>com.apple.wifi.managed</string><key>PayloadVersion</key><integer>1</integer>
             <key>PayloadIdentifier</key><string>fake.wifi</string><key>PayloadUUID</key><string>{}</string><key>SSID_STR</key><string>fake</string>
             <key>PayloadCertificateUUID</key><string>{}</string><key>EAPClientConfiguration</key><dict>
             <key>AcceptEAPTypes</key><array><integer>13</integer></array><key>PayloadCertificateAnchorUUID</key><array><string>{}</string></array></dict></dict>",
            uuid(22),
            uuid(wifi_client),
            uuid(20)
        );
        let second = if self.has(Fault::DuplicateUuid) { 20 } else { 21 };
        let mut payloads = self.root_payload() + &self.scep_payload("client", second) + &wifi;
        if self.has(Fault::UnknownPayload) {
            payloads += &payload("com.example.unknown", "unknown", 30, "<string>x</string>");
        }
        let root = if self.has(Fault::RootIsDictionary) {
            format!("<dict><key>PayloadContent</key><array>{payloads}</array></dict>")
        } else {
            format!("<array>{payloads}</array>")
        };
        let transport = if self.has(Fault::Oaep) { KeyTransport::OaepSha1 } else { KeyTransport::Pkcs1v15 };
        let recipient = if self.has(Fault::OtherRecipient) { &self.other.certificate } else { recipient };
        let sealed = cms::encrypt(document(&root).as_bytes(), recipient, ContentCipher::Aes256Cbc, transport, Encoding::Der).unwrap();
        let sealed = STANDARD.encode(sealed);
        let target = if self.has(Fault::ForTheMac) { 5 } else { 1 };
        let name = if self.has(Fault::OtherIdentifier) { "final2" } else { "final" };
        let kind = if self.has(Fault::ServiceAgain) { "Profile Service" } else { "Configuration" };
        let more = format!("<key>TargetDeviceType</key><integer>{target}</integer><key>EncryptedPayloadContent</key><data>{sealed}</data>");
        self.sign(&profile(kind, name, 3, "", &more))
    }

    fn ota(&self, body: &[u8]) -> Vec<u8> {
        let message = SignedData::parse(body).unwrap();
        let (_, signer) = message.verify(&[]).unwrap();
        let attributes = String::from_utf8(message.content.clone().unwrap()).unwrap();
        assert!(attributes.contains("UDID") && !attributes.contains("ICCID"), "a phone leaves out what it does not know");
        if attributes.contains("CHALLENGE") { self.phase2() } else { self.phase3(signer) }
    }

    fn pki_operation(&self, body: &[u8]) -> Vec<u8> {
        let message = SignedData::parse(body).unwrap();
        let (request, signer) = message.verify(&[]).unwrap();
        let content = cms::decrypt(message.content.as_ref().unwrap(), &self.ra).unwrap();
        let one = |dotted| request.values(dotted)[0].1.clone();
        let poll = one(oid::MESSAGE_TYPE) == b"20";
        if poll {
            assert_eq!((request.digest, content.cipher), (Digest::Sha1, ContentCipher::TripleDesCbc), "how Apple's client polls");
            self.polls.set(self.polls.get() + 1);
        }
        let status = match self.fault.get() {
            Fault::Failure => "2",
            Fault::PendingWithoutContent => "3",
            Fault::Pending(polls) if self.polls.get() < polls => "3",
            _ => "0",
        };
        let inner = match status {
            "0" => {
                let name = if poll { "polled".to_owned() } else { subject(&content.content) };
                let issued = self.issue(&name, signer);
                let certificates = match self.fault.get() {
                    Fault::CaFirst => vec![&self.ca.certificate, &issued],
                    Fault::NoCertificate => vec![],
                    _ => vec![&issued],
                };
                cms::encrypt(&certs_only(&certificates), signer, content.cipher, content.transport, Encoding::Der).unwrap()
            }
            _ => Vec::new(),
        };
        let text_tag = if self.has(Fault::MessageTypeUtf8) { 0x0c } else { 0x13 };
        let mut nonce = one(oid::SENDER_NONCE);
        nonce[0] ^= u8::from(self.has(Fault::OtherNonce));
        let mut transaction = one(oid::TRANSACTION_ID);
        transaction[0] ^= u8::from(self.has(Fault::OtherTransaction));
        let mut attributes = vec![
            (oid::MESSAGE_TYPE, Der::Primitive(text_tag, b"3".to_vec())),
            (oid::PKI_STATUS, Der::Primitive(0x13, status.as_bytes().to_vec())),
            (oid::TRANSACTION_ID, Der::Primitive(0x13, transaction)),
            (oid::RECIPIENT_NONCE, Der::octets(&nonce)),
            (oid::SENDER_NONCE, Der::octets(&[3; 16])),
        ];
        if self.has(Fault::StatusTwice) {
            attributes.push((oid::PKI_STATUS, Der::Primitive(0x13, b"0".to_vec())));
        }
        if status == "2" {
            attributes.push((oid::FAIL_INFO, Der::Primitive(0x13, b"2".to_vec())));
        }
        let signer = if self.has(Fault::SignedByTheCa) { &self.ca } else { &self.ra };
        let reply = cms::sign(&inner, signer, &options(Digest::Sha256, attributes, vec![&signer.certificate])).unwrap();
        match self.fault.get() {
            Fault::TwoSigners => twice_signed(&reply),
            Fault::PendingWithoutContent => without_content(&reply),
            _ => reply,
        }
    }

    fn issue(&self, name: &str, requester: &X509) -> X509 {
        let mut holder = self.other.clone();
        let usage = usage(true, !self.has(Fault::UsageMissing));
        let mut builder = X509::builder().unwrap();
        if !self.has(Fault::OtherKey) {
            holder.certificate = requester.clone();
        }
        builder.set_version(2).unwrap();
        builder.set_serial_number(&random_serial().unwrap()).unwrap();
        builder.set_subject_name(&common_name(name).unwrap()).unwrap();
        builder.set_issuer_name(self.ca.certificate.subject_name()).unwrap();
        builder.set_pubkey(&*holder.certificate.public_key().unwrap()).unwrap();
        let start = if self.has(Fault::NotYetValid) { NOW + 60 } else { NOW - 600 };
        builder.set_not_before(&Asn1Time::from_unix(start).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::from_unix(NOW + 86_400).unwrap()).unwrap();
        builder.append_extension(usage.build().unwrap()).unwrap();
        builder.sign(&self.ca.key, MessageDigest::sha256()).unwrap();
        builder.build()
    }

    fn ca_certificates(&self) -> Response {
        let mut ra = self.ra.clone();
        if self.has(Fault::RaWithoutKeyEncipherment) {
            ra.certificate = certificate("Fake RA", &ra, Some(&self.ca), usage(true, false), false);
        }
        let kind =
            if self.has(Fault::CharsetOnCaCert) { "application/x-x509-ca-ra-cert; charset=utf-8" } else { "application/x-x509-ca-ra-cert" };
        answer(kind, certs_only(&[&ra.certificate, &self.ca.certificate]))
    }
}

fn options<'a>(digest: Digest, attributes: Vec<(&'static str, Der)>, certificates: Vec<&'a X509>) -> SigningOptions<'a> {
    SigningOptions {
        encoding: Encoding::Der,
        digest,
        attributes: Some(attributes),
        signing_time: Some(NOW),
        certificates,
        combined_oid: false,
    }
}

fn subject(csr: &[u8]) -> String {
    let request = X509Req::from_der(csr).unwrap();
    assert!(request.verify(&request.public_key().unwrap()).unwrap());
    request.subject_name().entries().map(|e| e.data().to_string().unwrap()).collect()
}

fn certs_only(certificates: &[&X509]) -> Vec<u8> {
    let certificates = certificates.iter().map(|c| Der::Raw(c.to_der().unwrap())).collect();
    let data = Der::sequence(vec![
        Der::small(1),
        Der::set(vec![]),
        Der::sequence(vec![Der::oid(oid::DATA)]),
        Der::context(0, certificates),
        Der::set(vec![]),
    ]);
    Der::sequence(vec![Der::oid(oid::SIGNED_DATA), Der::context(0, vec![data])]).to_der()
}

/// Takes a SignedData apart and puts it together with other members.
fn rebuilt(message: &[u8], change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let node = crate::wire::reader::Node::parse(message).unwrap();
    let signed = node.members().unwrap()[1].members().unwrap()[0];
    let mut members: Vec<Vec<u8>> = signed.members().unwrap().iter().map(|m| m.full.to_vec()).collect();
    change(&mut members);
    let signed = Der::sequence(members.into_iter().map(Der::Raw).collect());
    Der::sequence(vec![Der::oid(oid::SIGNED_DATA), Der::context(0, vec![signed])]).to_der()
}

fn twice_signed(message: &[u8]) -> Vec<u8> {
    rebuilt(message, |members| {
        let infos = members.pop().unwrap();
        let info = crate::wire::reader::Node::parse(&infos).unwrap().content.to_vec();
        members.push(Der::set(vec![Der::Raw(info.clone()), Der::Raw(info)]).to_der());
    })
}

fn without_content(message: &[u8]) -> Vec<u8> {
    rebuilt(message, |members| members[2] = Der::sequence(vec![Der::oid(oid::DATA)]).to_der())
}

fn uuid(number: u8) -> String {
    format!("00000000-0000-4000-8000-0000000000{number:02X}")
}

fn document(body: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">{body}</plist>")
}

fn payload(kind: &str, name: &str, number: u8, content: &str) -> String {
    format!(
        "<dict><key>PayloadType</key><string>{kind}</string><key>PayloadVersion</key><integer>1</integer>
         <key>PayloadIdentifier</key><string>fake.{name}</string><key>PayloadUUID</key><string>{}</string>
         <key>PayloadDisplayName</key><string>{name}</string><key>PayloadContent</key>{content}</dict>",
        uuid(number)
    )
}

fn profile(kind: &str, name: &str, number: u8, content: &str, more: &str) -> String {
    let whole = payload(kind, name, number, content);
    let whole = if content.is_empty() { whole.replace("<key>PayloadContent</key>", more) } else { whole };
    document(&whole)
}

fn answer(kind: &str, body: Vec<u8>) -> Response {
    Response { status: 200, headers: vec![("Content-Type".to_owned(), kind.to_owned())], body }
}

impl Transport for Fake {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        self.requests.borrow_mut().push(request.clone());
        let path = request.url.split("://fake").nth(1).ok_or_else(|| TransportError::Network("no such host".to_owned()))?;
        Ok(match (request.method, path) {
            (Method::Post, "/ota") => match self.fault.get() {
                Fault::Status(status) => Response { status, headers: vec![], body: vec![] },
                Fault::EmptyBody => answer("application/x-apple-aspen-config", vec![]),
                Fault::Html => answer("text/html", b"<p>Sorry</p>".to_vec()),
                Fault::RedirectPermanently => {
                    Response { status: 301, headers: vec![("Location".to_owned(), "/sorry".to_owned())], body: vec![] }
                }
                _ => answer("application/x-apple-aspen-config", self.ota(&request.body)),
            },
            (Method::Get, "/sorry") => answer("text/html", b"<p>Please update iOS</p>".to_vec()),
            (Method::Get, "/scep?operation=GetCACert&message=fake") => self.ca_certificates(),
            (Method::Get, "/scep?operation=GetCACaps&message=fake") => {
                let words = if self.has(Fault::NoShaWord) { "AES\nPOSTPKIOperation" } else { "AES\nPOSTPKIOperation\nSHA-256" };
                answer("text/plain", words.as_bytes().to_vec())
            }
            (Method::Post, "/scep?operation=PKIOperation") => answer("application/x-pki-message", self.pki_operation(&request.body)),
            _ => Response { status: 404, headers: vec![], body: vec![] },
        })
    }
}
