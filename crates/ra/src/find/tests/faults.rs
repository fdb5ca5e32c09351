//! What is wrong with a certificate by RFC 5280, told one fault after the other.

use super::*;
use crate::{
    issuance::import::ImportFile,
    ota::tests::phone::{TestCa, key as rsa_key},
};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    x509::{X509, X509Builder, extension::AuthorityKeyIdentifier},
};
use protocol::{
    key::{KeyAlgorithm, PrivateKey},
    x509::CertificateView,
};

/// Puts another certificate in the place of one that is stored.
fn put(authority: &Authority, serial: &SerialNumber, der: Vec<u8>) {
    let serial = serial.octets().to_vec();
    let write = authority.0.store.write(move |tx| {
        let sql = "UPDATE certificate_der SET der = ?1 WHERE number = (SELECT number FROM certificate WHERE serial = ?2)";
        Ok(tx.execute(sql, (der, serial))?)
    });
    assert_eq!(write.unwrap(), 1);
}

/// The last octet of a certificate is one of its signature.
fn turned(der: &[u8]) -> Vec<u8> {
    let mut der = der.to_vec();
    *der.last_mut().unwrap() ^= 1;
    der
}

#[test]
fn that_another_ca_issued_it_is_no_fault_and_that_the_issuer_of_one_of_ours_is_unknown_is_one() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let theirs = TestCa::new("Old CA", 0).certify("Alice", rsa_key(1), false);
    let file = ImportFile { name: "old.der".into(), content: theirs.der.clone() };
    assert_eq!(officer.import_certificates(&mut std::iter::once(file)).unwrap().added, 1);
    let detail = officer.certificate_detail(&theirs.serial).unwrap();
    assert!(detail.lint.is_empty() && detail.chain.is_empty() && !detail.certificate.ours, "{:?}", detail.lint);
    // On record as ours, and what is stored there is not.
    let serial = crate::certificate::issued(&authority, "Alice");
    put(&authority, &serial, theirs.der);
    let detail = officer.certificate_detail(&serial).unwrap();
    assert_eq!((detail.lint, detail.certificate.ours), (vec!["its issuer is not one of this department's".to_owned()], true));
}

#[test]
fn what_lacks_its_use_outlives_its_issuer_and_is_signed_by_another_key_has_three_faults() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let serial = crate::certificate::issued(&authority, "Alice");
    let issuing = officer.ca_certificates().unwrap().remove(1).der;
    let (issuer, end) = (X509::from_der(&issuing).unwrap(), CertificateView::from_der(&issuing).unwrap().validity.not_after);
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(7).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_issuer_name(issuer.subject_name()).unwrap();
    builder.set_subject_name(issuer.issuer_name()).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(end.plus(1).0).unwrap()).unwrap();
    builder.set_pubkey(key.as_openssl()).unwrap();
    let identifier = AuthorityKeyIdentifier::new().keyid(true).build(&builder.x509v3_context(Some(&issuer), None)).unwrap();
    builder.append_extension(identifier).unwrap();
    builder.sign(key.as_openssl(), MessageDigest::sha256()).unwrap();
    put(&authority, &serial, builder.build().to_der().unwrap());
    let detail = officer.certificate_detail(&serial).unwrap();
    assert_eq!(
        detail.lint,
        ["keyUsage is missing (4.2.1.3)", "the signature does not fit the issuer's key (6.1.3)", "it outlives its issuer"]
    );
    assert_eq!(detail.chain.len(), 2, "it names our issuing CA");
}

#[test]
fn one_turned_bit_of_a_signature_is_a_fault_of_the_certificate_that_bears_it_and_is_seen_in_the_chain() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let serial = crate::certificate::issued(&authority, "Alice");
    let whole = officer.export_certificate(&serial).unwrap().0;
    let ours: Vec<_> = officer.ca_certificates().unwrap().iter().map(|ca| CertificateView::from_der(&ca.der).unwrap()).collect();
    let [root, issuing]: [CertificateView; 2] = ours.try_into().ok().unwrap();
    let told = |serial: &SerialNumber| {
        let detail = officer.certificate_detail(serial).unwrap();
        (detail.lint, detail.chain.iter().map(|link| link.signature_fits).collect::<Vec<_>>())
    };
    let (well, does_not_fit) = (Vec::<String>::new(), vec!["the signature does not fit the issuer's key (6.1.3)".to_owned()]);
    assert_eq!(told(&serial), (well.clone(), vec![true, true]));

    put(&authority, &serial, turned(&whole));
    assert_eq!(told(&serial), (does_not_fit.clone(), vec![true, true]));
    put(&authority, &serial, whole);

    put(&authority, &issuing.serial, turned(&issuing.der));
    assert_eq!(told(&serial), (well.clone(), vec![false, true]), "its own signature is good, and that above it is not");
    assert_eq!(told(&issuing.serial), (does_not_fit, vec![true]));
    put(&authority, &issuing.serial, issuing.der);

    put(&authority, &root.serial, turned(&root.der));
    assert_eq!(told(&serial), (well, vec![true, false]));
    assert_eq!(told(&root.serial).0, ["the signature does not fit its own key (6.1.3)"]);
}
