//! A world with a department, and phones that walk through it.

use crate::{
    Authority, Enroller, Operator,
    enrollment::State,
    id::EnrollmentId,
    invitation::{Channel, Invitation},
    mailbox::Method,
    ota::OtaAnswer,
    ports::FixedClock,
    scep::PkiAnswer,
    secret::Token,
    sign_in::{Credentials, SignInOutcome},
    subscriber::{NewSubscriber, Subscriber, SubscriberKind},
    testing,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use protocol::{
    Timestamp,
    cms::{self, ContentCipher, Digest, KeyTransport, SigningIdentity},
    key::{KeyAlgorithm, PrivateKey, PublicKey},
    scep::{MessageType, TransactionId, pki_message, read_cert_rep},
    x509::{
        AttributeType, Authority as Signer, CertificateSpec, CertificateView, DistinguishedName, KeyUsage, SerialNumber, Validity,
        sign_certificate,
    },
};
use std::sync::OnceLock;
use tempfile::TempDir;
use zeroize::Zeroizing;

/// The number of the key that has 4096 bits; the others have 2048.
pub(crate) const LONG: usize = 6;

/// Keys are slow to make: each test takes them by number.
pub(crate) fn key(number: usize) -> &'static PrivateKey {
    static KEYS: [OnceLock<PrivateKey>; LONG + 1] = [const { OnceLock::new() }; LONG + 1];
    let algorithm = if number == LONG { KeyAlgorithm::Rsa4096 } else { KeyAlgorithm::Rsa2048 };
    KEYS[number].get_or_init(|| PrivateKey::generate(algorithm).unwrap())
}

pub(crate) fn name(cn: &str) -> DistinguishedName {
    DistinguishedName::new(vec![(AttributeType::CommonName, cn.to_owned())]).unwrap()
}

/// A CA of the tests, or (without a certificate) somebody who signs for himself.
pub(crate) struct TestCa {
    key: &'static PrivateKey,
    public: PublicKey,
    certificate: Option<CertificateView>,
}

impl Signer for TestCa {
    fn certificate(&self) -> Option<&[u8]> {
        self.certificate.as_ref().map(|c| c.der.as_slice())
    }
    fn public_key(&self) -> &PublicKey {
        &self.public
    }
    fn sign(&self, tbs: &[u8]) -> Result<Vec<u8>, protocol::Error> {
        self.key.sign(tbs)
    }
}

impl TestCa {
    pub(crate) fn new(cn: &str, key_number: usize) -> Self {
        let key = key(key_number);
        let mut ca = TestCa { key, public: key.public().unwrap(), certificate: None };
        ca.certificate = Some(ca.certify(cn, key, true));
        ca
    }

    /// Somebody's own.
    pub(crate) fn alone(key: &'static PrivateKey) -> Self {
        TestCa { key, public: key.public().unwrap(), certificate: None }
    }

    /// Dates long gone, as those of Apple's device CA.
    pub(crate) fn certify(&self, cn: &str, key: &PrivateKey, ca: bool) -> CertificateView {
        self.certify_as(SerialNumber::from_random(crate::secret::random().unwrap()), cn, key, ca)
    }

    pub(crate) fn certify_as(&self, serial: SerialNumber, cn: &str, key: &PrivateKey, ca: bool) -> CertificateView {
        let spec = CertificateSpec {
            serial,
            subject: name(cn),
            san: Vec::new(),
            validity: Validity { not_before: Timestamp(1_180_000_000), not_after: Timestamp(1_400_000_000) },
            public_key: key.public().unwrap(),
            key_usage: KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT),
            extended_key_usage: Vec::new(),
            ca: ca.then_some(None),
            name_constraints: None,
            policies: Vec::new(),
            crl_urls: Vec::new(),
            ca_issuer_urls: Vec::new(),
            ocsp_urls: Vec::new(),
            ocsp_nocheck: false,
        };
        CertificateView::from_der(&sign_certificate(&spec, self).unwrap()).unwrap()
    }

    fn pem(&self) -> String {
        self.certificate.as_ref().unwrap().to_pem()
    }
}

/// A department with an officer, a portal and a further device CA.
pub(crate) struct World {
    pub(crate) authority: Authority,
    pub(crate) clock: FixedClock,
    pub(crate) folder: TempDir,
    pub(crate) officer: Operator,
    pub(crate) enroller: Enroller,
    pub(crate) device_ca: TestCa,
}

pub(crate) fn world() -> World {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let device_ca = TestCa::new("Test Device CA", 0);
    let file = folder.path().join("device-ca.pem");
    std::fs::write(&file, device_ca.pem()).unwrap();
    officer.set_setting("serve.device_ca", file.to_str().unwrap()).unwrap();
    officer.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
    let enroller = authority.enroller();
    World { authority, clock, folder, officer, enroller, device_ca }
}

impl World {
    /// Adds a person whose mailbox is validated.
    pub(crate) fn person(&self, name: &str, mail: &str) -> Subscriber {
        self.stranger(name, mail);
        self.officer.validate_mailbox(mail, Method::InPerson, "read a mail in my office").unwrap()
    }

    /// Adds a person whose mailbox nobody validated.
    pub(crate) fn stranger(&self, name: &str, mail: &str) -> Subscriber {
        self.officer.add_subscriber(NewSubscriber { name: name.into(), mail: mail.into(), kind: SubscriberKind::Person }).unwrap()
    }

    pub(crate) fn invite(&self, mail: &str) -> Invitation {
        self.officer.invite(mail, Channel::Show).unwrap()
    }

    pub(crate) fn sign_in_by_code(&self, invitation: &Invitation) -> Token {
        match self.enroller.sign_in(&invitation.token, &code(&invitation.code.reveal())).unwrap() {
            SignInOutcome::SignedIn { session, .. } => session,
            other => panic!("not signed in: {}", said(&other)),
        }
    }

    pub(crate) fn state(&self, id: EnrollmentId) -> State {
        self.officer.enrollment(id).unwrap().enrollment.state
    }

    /// Words of the steps' kinds, oldest first.
    pub(crate) fn steps(&self, id: EnrollmentId) -> Vec<String> {
        let steps = self.officer.enrollment(id).unwrap().steps;
        steps.iter().map(|s| serde_json::to_value(s.kind).unwrap().as_str().unwrap().to_owned()).collect()
    }

    /// Facts of the newest step of this kind.
    pub(crate) fn facts(&self, id: EnrollmentId, kind: &str) -> serde_json::Value {
        let steps = self.officer.enrollment(id).unwrap().steps;
        steps.into_iter().rev().find(|s| serde_json::to_value(s.kind).unwrap() == kind).unwrap().facts
    }

    /// From the invitation to a phone that has the Profile Service profile.
    pub(crate) fn phone(&self, invitation: &Invitation, udid: &str, key_number: usize) -> Phone {
        let session = self.sign_in_by_code(invitation);
        self.phone_of(&invitation.token, &session, udid, key_number)
    }

    pub(crate) fn phone_of(&self, token: &Token, session: &Token, udid: &str, key_number: usize) -> Phone {
        let profile = self.enroller.profile_service(token, session).unwrap().expect("a profile");
        let plist = signed_text(&profile);
        assert!(plist.contains("<string>Profile Service</string>"), "{plist}");
        assert_eq!(value(&plist, "URL"), format!("https://pki.example.edu:8443/ota/{}", token.reveal()));
        Phone {
            token: token.clone(),
            challenge: value(&plist, "Challenge"),
            udid: udid.to_owned(),
            serial: format!("SERIAL-{udid}"),
            os_version: Some("18.1".to_owned()),
            leaf: self.device_ca.certify(&format!("device {udid}"), key(key_number), false),
            key: key(key_number),
            transport: None,
        }
    }
}

pub(crate) fn code(text: &str) -> Credentials {
    Credentials { code: Some(Zeroizing::new(text.to_owned())), ..Credentials::default() }
}

pub(crate) fn said(outcome: &SignInOutcome) -> String {
    match outcome {
        SignInOutcome::SignedIn { .. } => "signed in".into(),
        SignInOutcome::Wrong { left } => format!("wrong, {left} left"),
        SignInOutcome::Ended(end) => format!("ended: {end:?}"),
        SignInOutcome::Wait { seconds } => format!("wait {seconds}"),
    }
}

/// A phone on its way.
pub(crate) struct Phone {
    pub(crate) token: Token,
    pub(crate) challenge: String,
    pub(crate) udid: String,
    pub(crate) serial: String,
    pub(crate) os_version: Option<String>,
    pub(crate) leaf: CertificateView,
    pub(crate) key: &'static PrivateKey,
    pub(crate) transport: Option<(CertificateView, &'static PrivateKey)>,
}

impl Phone {
    /// The attributes as iOS writes them.
    pub(crate) fn attributes(&self, challenge: Option<&str>) -> String {
        let mut pairs = vec![("UDID", self.udid.as_str()), ("SERIAL", &self.serial), ("PRODUCT", "iPhone15,2"), ("LANGUAGE", "fr-CH")];
        pairs.extend(challenge.map(|c| ("CHALLENGE", c)));
        pairs.extend(self.os_version.as_deref().map(|v| ("OS_VERSION", v)));
        let body: String = pairs.iter().map(|(key, value)| format!("<key>{key}</key><string>{value}</string>")).collect();
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\"><dict>{body}</dict></plist>")
    }

    pub(crate) fn phase2_message(&self) -> Vec<u8> {
        signed(&self.attributes(Some(&self.challenge)), &self.leaf, self.key)
    }

    pub(crate) fn phase2(&self, world: &World) -> OtaAnswer {
        world.enroller.ota(&self.token, &self.phase2_message()).unwrap()
    }

    /// Phase 2 and the transport identity by SCEP.
    pub(crate) fn get_transport(&mut self, world: &World, key_number: usize) {
        let plist = signed_text(&profile(self.phase2(world)));
        self.transport = Some((scep(world, &value(&plist, "Challenge"), key(key_number)).unwrap(), key(key_number)));
    }

    pub(crate) fn phase3_message(&self) -> Vec<u8> {
        let (certificate, key) = self.transport.as_ref().expect("a transport identity");
        signed(&self.attributes(None), certificate, key)
    }

    pub(crate) fn phase3(&self, world: &World) -> OtaAnswer {
        world.enroller.ota(&self.token, &self.phase3_message()).unwrap()
    }

    /// The final profile, opened: (outer plist, payloads plist).
    pub(crate) fn open(&self, answer: &[u8]) -> (String, String) {
        let outer = signed_text(answer);
        let (certificate, key) = self.transport.as_ref().expect("a transport identity");
        let data: String =
            between(&outer, "<key>EncryptedPayloadContent</key>", "</data>").chars().filter(|c| !c.is_whitespace()).collect();
        let sealed = STANDARD.decode(data.trim_start_matches("<data>")).unwrap();
        let opened = cms::decrypt(&sealed, &[(certificate, key)]).unwrap();
        (outer, String::from_utf8(opened.content.to_vec()).unwrap())
    }
}

pub(crate) fn signed(content: &str, certificate: &CertificateView, key: &PrivateKey) -> Vec<u8> {
    let identity = SigningIdentity { certificate, key, chain: &[] };
    cms::sign(content.as_bytes(), &identity, Digest::Sha1, None, Vec::new(), true).unwrap()
}

/// The bytes of a profile.
pub(crate) fn profile(answer: OtaAnswer) -> Vec<u8> {
    match answer {
        OtaAnswer::Profile(bytes) => bytes,
        other => panic!("no profile but {}", kind(&other)),
    }
}

pub(crate) fn kind(answer: &OtaAnswer) -> String {
    match answer {
        OtaAnswer::Profile(_) => "profile".into(),
        OtaAnswer::Page { url } => format!("page {url}"),
        OtaAnswer::Malformed => "malformed".into(),
        OtaAnswer::Forbidden => "forbidden".into(),
        OtaAnswer::Unknown => "unknown".into(),
    }
}

/// Content of a signed profile.
pub(crate) fn signed_text(bytes: &[u8]) -> String {
    String::from_utf8(cms::verify_signed_data(bytes, &[], false).unwrap().content).unwrap()
}

pub(crate) fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start} in {text}")) + start.len();
    let rest = &text[from..];
    &rest[..rest.find(end).unwrap()]
}

/// The string under the first key of this name.
pub(crate) fn value(plist: &str, key: &str) -> String {
    between(plist, &format!("<key>{key}</key>"), "</string>").trim().trim_start_matches("<string>").to_owned()
}

/// All strings under keys of this name.
pub(crate) fn values(plist: &str, key: &str) -> Vec<String> {
    let marker = format!("<key>{key}</key>");
    plist.match_indices(&marker).map(|(at, _)| value(&plist[at..], key)).collect()
}

/// A PKCSReq that states nothing but its challenge; `None`: FAILURE.
pub(crate) fn scep(world: &World, challenge: &str, key: &PrivateKey) -> Option<CertificateView> {
    let ra = cms::read_certs_only(&world.enroller.scep_ca_certificates().unwrap()).unwrap().remove(0);
    let own = self_signed(key);
    let id = TransactionId(crate::secret::random::<16>().unwrap().iter().map(|b| format!("{b:02X}")).collect::<String>().into_bytes());
    let request = pki_message(
        MessageType::PkcsReq,
        &csr(challenge, key),
        &id,
        &[7; 16],
        &ra,
        ContentCipher::Aes128Cbc,
        KeyTransport::Pkcs1v15,
        Digest::Sha256,
        &SigningIdentity { certificate: &own, key, chain: &[] },
    )
    .unwrap();
    let PkiAnswer::CertRep(reply) = crate::wait::on_thread(world.enroller.pki_operation(&request)).unwrap() else { panic!("no CertRep") };
    read_cert_rep(&reply, &ra, key, &own).unwrap().certificates.into_iter().next()
}

fn self_signed(of: &PrivateKey) -> CertificateView {
    let alone = TestCa::alone(key((0..=LONG).find(|n| key(*n).public().unwrap().spki() == of.public().unwrap().spki()).unwrap()));
    alone.certify("SCEP client", of, false)
}

/// PKCS#10 with a challengePassword (RFC 2986, RFC 2985 5.4.1).
fn csr(challenge: &str, key: &PrivateKey) -> Vec<u8> {
    let der = |tag: u8, parts: &[&[u8]]| {
        let content = parts.concat();
        let mut out = vec![tag];
        match content.len() {
            n @ 0..128 => out.push(n as u8),
            n => out.extend([0x82, (n >> 8) as u8, n as u8]),
        }
        out.extend(content);
        out
    };
    let attribute =
        der(0x30, &[&[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 7], &der(0x31, &[&der(0x13, &[challenge.as_bytes()])])]);
    let info = der(0x30, &[&[2, 1, 0], &der(0x30, &[]), key.public().unwrap().spki(), &der(0xa0, &[&attribute])]);
    let sha256_with_rsa = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0];
    der(0x30, &[&info, &sha256_with_rsa, &der(3, &[&[0], &key.sign(&info).unwrap()])])
}
