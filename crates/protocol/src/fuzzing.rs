//! One function for every parser that sees the network, for the fuzz targets and for the mutation test. Each takes any octets and
//! must return soon, without a panic; what it returns does not matter.

use crate::{
    cms, crl, csr,
    key::{KeyAlgorithm, PrivateKey},
    ocsp, ota, scep, x509,
};
use std::{hint::black_box, sync::LazyLock};

/// A parser and whatever is done with its result.
pub type Target = fn(&[u8]);

/// Name and function of every target; the names are those of the files in `fuzz/fuzz_targets`.
pub const TARGETS: [(&str, Target); 13] = [
    ("pki_message", pki_message),
    ("signed_attributes", signed_attributes),
    ("envelope", envelope),
    ("csr", csr),
    ("issuer_and_serial", issuer_and_serial),
    ("certs_only", certs_only),
    ("cert_rep", cert_rep),
    ("get_message", get_message),
    ("certificate", certificate),
    ("ota_body", ota_body),
    ("device_attributes", device_attributes),
    ("ocsp_request", ocsp_request),
    ("crl", crl),
];

/// The throw-away CA that the recorded messages are encrypted to, with a key that is not its own: opening goes all the way.
static RECIPIENT: LazyLock<Option<(x509::CertificateView, PrivateKey)>> = LazyLock::new(|| {
    let certificate = x509::CertificateView::from_der(include_bytes!("../../../tests/data/scep/ca.der")).ok()?;
    Some((certificate, PrivateKey::generate(KeyAlgorithm::Rsa2048).ok()?))
});

static DEVICE_CAS: LazyLock<Vec<ota::DeviceCa>> = LazyLock::new(|| ota::DeviceCa::apple().into_iter().collect());

/// A pkiMessage with its signature, and its envelope.
pub fn pki_message(data: &[u8]) {
    if let (Ok(message), Some((certificate, key))) = (scep::PkiMessage::parse(data, true), &*RECIPIENT) {
        let _ = black_box(message.open(&[(certificate, key)]));
    }
}

/// The signed attributes alone, past the signature that mutations break.
pub fn signed_attributes(data: &[u8]) {
    black_box(scep::read_attributes(data));
}

/// An EnvelopedData for us.
pub fn envelope(data: &[u8]) {
    if let Some((certificate, key)) = &*RECIPIENT {
        let _ = black_box(cms::decrypt(data, &[(certificate, key)]));
    }
}

/// A certification request.
pub fn csr(data: &[u8]) {
    let _ = black_box(csr::CertificationRequest::from_der(data));
}

/// The contents of CertPoll, GetCert and GetCRL.
pub fn issuer_and_serial(data: &[u8]) {
    let _ = black_box(scep::IssuerAndSerial::from_der(data).map(|i| (i.serial.to_string(), i.to_der())));
    let _ = black_box(scep::IssuerAndSubject::from_der(data).map(|i| i.to_der()));
}

/// A degenerate SignedData, as GetCACert answers.
pub fn certs_only(data: &[u8]) {
    let _ = black_box(cms::read_certs_only(data));
}

/// A CertRep, on the client's side.
pub fn cert_rep(data: &[u8]) {
    if let Some((certificate, key)) = &*RECIPIENT {
        let _ = black_box(scep::read_cert_rep(data, certificate, key, certificate));
    }
}

/// The query of a GET.
pub fn get_message(data: &[u8]) {
    let _ = black_box(scep::decode_get_message(&String::from_utf8_lossy(data)));
}

/// A certificate, and what is said about it afterwards.
pub fn certificate(data: &[u8]) {
    if let Ok(view) = x509::CertificateView::from_der(data) {
        let _ = black_box((view.subject.to_string(), view.subject.comparable(), view.serial.to_string(), view.to_pem()));
        let _ = black_box(view.verify_signature(&view.public_key, true));
        let _ = black_box(view.public_key.check_strength());
    }
}

/// What a phone POSTs in phases 2 and 3.
pub fn ota_body(data: &[u8]) {
    let _ = black_box(ota::verify_device_message(data, &DEVICE_CAS, &[]));
}

/// Its content.
pub fn device_attributes(data: &[u8]) {
    if let Ok(attributes) = ota::DeviceAttributes::from_plist(data) {
        black_box((attributes.ios_version(), attributes.iter().count()));
    }
}

/// What a relying party asks the OCSP responder.
pub fn ocsp_request(data: &[u8]) {
    if let Ok(request) = ocsp::OcspRequest::from_der(data) {
        black_box((request.certificates.iter().map(|id| id.serial().to_string()).collect::<Vec<_>>(), request.nonce));
        if let Some((certificate, _)) = &*RECIPIENT
            && let Ok(issuer) = ocsp::Issuer::new(certificate)
        {
            black_box(request.certificates.iter().filter(|id| issuer.issued(id)).count());
        }
    }
}

/// What the monitor finds where our CRLs are published.
pub fn crl(data: &[u8]) {
    if let (Ok(list), Some((certificate, _))) = (crl::CrlView::from_der(data), &*RECIPIENT) {
        let _ = black_box((list.number, list.base, list.verify(&certificate.public_key)));
    }
}
