//! To whom requests are encrypted: the RA in use, or one before it (docs/conformance.md Q17).

use super::{Fixture, PkiAnswer, certificate, client, client::*};
use crate::{Enroller, certification::succeed_ra, profile::ProfileName, testing};
use protocol::{
    Timestamp,
    cms::{self, KeyTransport},
    x509::CertificateView,
};

/// A fresh request, encrypted to `to`, and its answer by `by`: `read` wants it signed by that certificate.
fn enrolled(f: &Fixture, at: &Enroller, transport: KeyTransport, to: &CertificateView, by: &CertificateView) -> CertificateView {
    let message = Message { transport, ..Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing))) };
    let PkiAnswer::CertRep(answer) = crate::wait::on_thread(at.pki_operation(&message.bytes(to))).unwrap() else { panic!("not answered") };
    certificate(message.read(&answer, by))
}

#[test]
fn what_is_encrypted_to_an_earlier_ra_opens_and_the_newest_one_answers() {
    let f = Fixture::new();
    let mut earlier = vec![f.ra.clone()];
    for generation in 1..=2 {
        f.clock.advance(Timestamp::DAY);
        succeed_ra(&f.authority);
        let newest = f.enroller.inner.current_ra().unwrap().certificate.clone();
        assert!(earlier.iter().all(|ra| ra.serial != newest.serial && ra.public_key != newest.public_key));
        let given = cms::read_certs_only(&f.enroller.scep_ca_certificates().unwrap()).unwrap();
        assert_eq!((given.len(), &given[0].der), (3, &newest.der), "clients that ask get the newest alone");
        // Clients that have asked once keep what they got for years.
        for to in earlier.iter().chain([&newest]) {
            for transport in [KeyTransport::Pkcs1v15, KeyTransport::OaepSha1, KeyTransport::OaepSha256] {
                enrolled(&f, &f.enroller, transport, to, &newest);
            }
        }
        // So it is in a process that begins now.
        let another = testing::open(&f.folder, &f.clock).enroller();
        enrolled(&f, &another, KeyTransport::Pkcs1v15, &f.ra, &newest);
        earlier.push(newest);
        assert_eq!(earlier.len(), generation + 1);
    }
    assert_eq!(f.issued(), 3 * 2 + 1 + 3 * 3 + 1);
}
