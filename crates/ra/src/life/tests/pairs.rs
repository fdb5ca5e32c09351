//! A person's pair, tried.

use super::*;

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
fn the_pair_is_of_certificates_for_mail_and_what_cannot_be_tried_is_said() {
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
    house.rosa.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let test = house.rosa.self_test(alice.id, &[&signing]).unwrap();
    assert_eq!((test.authentication, test.integrity, test.encrypted), (Tick::Proved, Tick::Proved, None));
    assert!(matches!(&test.confidentiality, Tick::NotTried(what) if what.contains("elliptic")), "{:?}", test.confidentiality);
}
