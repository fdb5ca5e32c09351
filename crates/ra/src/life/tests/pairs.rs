//! A person's pair, tried.

use super::*;
use crate::life::self_test::signed;

#[test]
fn the_pair_is_tried_on_both_sides_where_the_keys_are_here_and_says_so_where_not() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    let nothing = house.rosa.self_test(alice.id, &[]).unwrap();
    assert_eq!((nothing.authentication, nothing.confidentiality), (Tick::NoCertificate, Tick::NoCertificate));
    let (_, signing) = house.signing("alice@example.edu");
    let made = house.rosa.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let identity = pkcs12::open(&made.pkcs12, made.password.reveal()).unwrap();
    let without = house.rosa.self_test(alice.id, &[&key()]).unwrap();
    assert_eq!(
        (&without.authentication, &without.integrity, &without.confidentiality),
        (&Tick::PublicSideOnly, &Tick::PublicSideOnly, &Tick::PublicSideOnly)
    );
    // What was encrypted for the holder to try opens with the holder's key, and with no other.
    let sealed = without.encrypted.unwrap();
    cms::decrypt(&sealed, &[(&identity.certificate, &identity.key)]).unwrap();
    let with = house.rosa.self_test(alice.id, &[&signing, &identity.key]).unwrap();
    assert_eq!((with.authentication, with.integrity, with.confidentiality), (Tick::Proved, Tick::Proved, Tick::Proved));
}

#[test]
fn the_pair_is_of_certificates_for_mail_whatever_kind_their_keys_are_of() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    // A key for signing in signs and enciphers, too, but no mail.
    house.rosa.issue_from_csr("alice@example.edu", ProfileName::Authentication, &csr(&key())).unwrap();
    let test = house.rosa.self_test(alice.id, &[]).unwrap();
    assert_eq!((test.authentication, test.confidentiality), (Tick::NoCertificate, Tick::NoCertificate));
    assert!(matches!(house.rosa.share_vcard(alice.id), Err(Error::Invalid { field: "subscriber", .. })));
    // digitalSignature alone is enough to sign mail.
    let plain = ProfileDraft { usage: vec![Usage::DigitalSignature], ..ProfileDraft::builtin(ProfileName::Signing) };
    house.rosa.save_profile(Scope::Department, ProfileName::Signing, plain).unwrap();
    let (_, signing) = house.signing("alice@example.edu");
    let elliptic = ProfileDraft { key: KeyAlgorithm::P256, ..ProfileDraft::builtin(ProfileName::Encryption) };
    house.rosa.save_profile(Scope::Department, ProfileName::Encryption, elliptic).unwrap();
    let made = house.rosa.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let test = house.rosa.self_test(alice.id, &[&signing]).unwrap();
    assert_eq!((test.authentication, test.integrity, test.confidentiality), (Tick::Proved, Tick::Proved, Tick::PublicSideOnly));
    let identity = pkcs12::open(&made.pkcs12, made.password.reveal()).unwrap();
    assert!(!identity.key.is_rsa());
    let opened = cms::decrypt_by_agreement(&test.encrypted.unwrap(), &identity.certificate, &identity.key).unwrap();
    assert!(opened.starts_with(b"Signet asks"));
    assert!(matches!(house.rosa.self_test(alice.id, &[&identity.key]).unwrap().confidentiality, Tick::Proved));
    let lent = house.rosa.self_test_with_file(alice.id, &made.pkcs12, made.password.reveal()).unwrap();
    assert_eq!((lent.authentication, lent.confidentiality), (Tick::PublicSideOnly, Tick::Proved));
}

/// What is stored of a certificate, changed.
fn change(house: &House, serial: &SerialNumber, change: impl FnOnce(&mut Vec<u8>)) {
    let (mut der, octets) = (house.rosa.export_certificate(serial).unwrap().0, serial.octets().to_vec());
    change(&mut der);
    house.write(move |tx| {
        let sql = "UPDATE certificate_der SET der = ?1 WHERE number = (SELECT number FROM certificate WHERE serial = ?2)";
        assert_eq!(tx.execute(sql, (der, octets))?, 1);
        Ok(())
    });
}

#[test]
fn a_signature_that_is_broken_anywhere_up_to_the_root_proves_neither_who_signed_nor_that_nothing_was_changed() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    let (serial, signing) = house.signing("alice@example.edu");
    let told = || {
        let test = house.rosa.self_test(alice.id, &[&signing]).unwrap();
        (test.authentication, test.integrity)
    };
    let turned = |der: &mut Vec<u8>| *der.last_mut().unwrap() ^= 1;
    let is_broken = |both: (Tick, Tick)| match both {
        (Tick::Failed(one), Tick::Failed(other)) => one.contains("does not verify") && one == other,
        _ => false,
    };
    assert_eq!(told(), (Tick::Proved, Tick::Proved));
    change(&house, &serial, turned);
    assert!(is_broken(told()), "{:?}", told());
    change(&house, &serial, turned);
    assert_eq!(told(), (Tick::Proved, Tick::Proved));
    let issuing = CertificateView::from_der(&house.rosa.ca_certificates().unwrap()[1].der).unwrap().serial;
    change(&house, &issuing, turned);
    assert!(is_broken(told()), "the CA's own certificate: {:?}", told());
    // Without the key, too.
    let public = house.rosa.self_test(alice.id, &[]).unwrap();
    assert!(is_broken((public.authentication, public.integrity)));
}

#[test]
fn who_signed_is_not_proved_by_a_certificate_for_an_address_that_the_person_no_longer_has() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    let (_, signing) = house.signing("alice@example.edu");
    let moved = |address: &'static str| {
        house.write(move |tx| {
            tx.execute("UPDATE mailbox SET address = ?1, address_key = lower(?1)", [address])?;
            Ok(())
        });
        let test = house.rosa.self_test(alice.id, &[&signing]).unwrap();
        (test.authentication, test.integrity)
    };
    assert_eq!(moved("Alice@example.edu"), (Tick::Proved, Tick::Proved), "it is hers in any case");
    let failed = Tick::Failed("it states none of the addresses that the person has".to_owned());
    assert_eq!(moved("alice.example@example.edu"), (failed.clone(), failed));
}

#[test]
fn what_another_key_signs_proves_neither_who_signed_nor_that_nothing_was_changed() {
    let house = house();
    house.person("Alice Example", "alice@example.edu");
    let (serial, signing) = house.signing("alice@example.edu");
    let view = CertificateView::from_der(&house.rosa.export_certificate(&serial).unwrap().0).unwrap();
    assert_eq!(signed(&view, &signing, house.now()), (Tick::Proved, Tick::Proved));
    let (who, whole) = signed(&view, &key(), house.now());
    assert!(matches!((&who, &whole), (Tick::Failed(_), Tick::Failed(_))), "{who:?}, {whole:?}");
}
