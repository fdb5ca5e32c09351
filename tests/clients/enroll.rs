//! A SCEP client around `openssl req`, for the judges that want to see messages and certificates: the certification request and the
//! self-signed certificate are OpenSSL's, the pkiMessage is ours.

use crate::{
    support::{Challenge, Department, plain_http},
    tool::run,
};
use protocol::{
    cms::{self, ContentCipher, Digest, KeyTransport, SigningIdentity},
    key::PrivateKey,
    scep::{MessageType, ReceivedCertRep, TransactionId, pki_message, read_cert_rep},
    x509::CertificateView,
};
use std::fs;

/// Key, self-signed certificate and certification request in files `NAME.key`, `NAME.self.pem`, `NAME.csr`.
pub(crate) struct Client {
    name: String,
    url: String,
    key: PrivateKey,
    certificate: CertificateView,
    request: Vec<u8>,
    ra: CertificateView,
    transport: KeyTransport,
}

/// An answer as it came, and read.
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) read: ReceivedCertRep,
}

impl Client {
    pub(crate) fn new(department: &Department, challenge: &Challenge, name: &str) -> Self {
        let names: String = challenge.subject().iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        let config = format!(
            "[req]\nprompt = no\nstring_mask = utf8only\ndistinguished_name = dn\nattributes = attributes\nreq_extensions = extensions\n\
             [dn]\n{names}[attributes]\nchallengePassword = {}\n[extensions]\nsubjectAltName = email:alice@example.edu\n",
            challenge.secret()
        );
        let folder = department.folder();
        fs::write(folder.join("req.cnf"), config).unwrap();
        let openssl = |line: String| run(folder, "openssl", &line.split(' ').collect::<Vec<_>>()).content().stdout;
        openssl(format!("genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out {name}.key"));
        let request = openssl(format!("req -new -key {name}.key -config req.cnf -outform DER"));
        openssl(format!("req -x509 -new -key {name}.key -subj /CN=SCEP-CLIENT -days 1 -out {name}.self.pem"));
        let certificate = openssl(format!("x509 -in {name}.self.pem -outform DER"));
        let key = openssl(format!("pkey -in {name}.key -outform DER"));
        let ra = ca_certificates(department).remove(0);
        Client {
            name: name.to_owned(),
            url: challenge.url().to_owned(),
            key: PrivateKey::from_der(&key).unwrap(),
            certificate: CertificateView::from_der(&certificate).unwrap(),
            request,
            ra,
            transport: KeyTransport::Pkcs1v15,
        }
    }

    /// With OAEP instead of PKCS#1 v1.5.
    pub(crate) fn with_transport(mut self, transport: KeyTransport) -> Self {
        self.transport = transport;
        self
    }

    /// Sends a message of this type and reads the answer.
    pub(crate) fn ask(&self, department: &Department, kind: MessageType, content: &[u8]) -> Answer {
        let signer = SigningIdentity { certificate: &self.certificate, key: &self.key, chain: &[] };
        let id = TransactionId(format!("{}-{}", self.name, kind.number()).into_bytes());
        let (cipher, digest) = (ContentCipher::Aes256Cbc, Digest::Sha256);
        let message = pki_message(kind, content, &id, &[7; 16], &self.ra, cipher, self.transport, digest, &signer).unwrap();
        let path = self.url.splitn(4, '/').last().unwrap();
        let (status, bytes) = plain_http(department.http(), &format!("POST /{path}?operation=PKIOperation"), &message);
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&bytes));
        let read = read_cert_rep(&bytes, &self.ra, &self.key, &self.certificate).unwrap();
        Answer { bytes, read }
    }

    /// Enrolls, and writes the certificate to `NAME.pem`.
    pub(crate) fn enroll(&self, department: &Department) -> Answer {
        let answer = self.ask(department, MessageType::PkcsReq, &self.request);
        assert_eq!((answer.read.status, answer.read.fail_info), (0, None));
        fs::write(department.scratch(&format!("{}.pem", self.name)), answer.read.certificates[0].to_pem()).unwrap();
        answer
    }
}

/// GetCACert: RA, issuing CA, root.
pub(crate) fn ca_certificates(department: &Department) -> Vec<CertificateView> {
    let (status, body) = plain_http(department.http(), "GET /scep/signet?operation=GetCACert", b"");
    assert_eq!(status, 200);
    cms::read_certs_only(&body).unwrap()
}
