//! Public certificates for correspondents.

use super::*;

#[test]
fn public_certificates_are_shared_in_the_forms_that_correspondents_read() {
    let house = house();
    let zoe = house.person("Zoë Example; Dr, Prof", "zoe@example.edu");
    assert!(matches!(house.rosa.share_vcard(zoe.id), Err(Error::Invalid { field: "subscriber", .. })));
    let (serial, _) = house.signing("zoe@example.edu");
    let der = house.rosa.share_cer(&serial).unwrap();
    let chain = cms::read_certs_only(&house.rosa.share_p7c(&serial).unwrap()).unwrap();
    assert_eq!(chain.len(), 3, "leaf, issuing, root");
    assert!(chain.iter().any(|one| one.der == der));
    let card = house.rosa.share_vcard(zoe.id).unwrap();
    assert!(card.split("\r\n").all(|line| line.len() <= 75), "{card}");
    let unfolded = card.replace("\r\n ", "");
    assert!(unfolded.contains("\r\nFN:Zoë Example\\; Dr\\, Prof\r\n"), "{unfolded}");
    let line = unfolded.lines().find_map(|line| line.strip_prefix("KEY;TYPE=X509;ENCODING=b:")).unwrap();
    assert_eq!(openssl::base64::decode_block(line).unwrap(), der);
    let ldif = house.rosa.share_ldif(zoe.id).unwrap();
    assert!(ldif.split('\n').all(|line| line.len() <= 75) && ldif.is_ascii(), "{ldif}");
    let unfolded = ldif.replace("\n ", "");
    let value = |name: &str| {
        let line = unfolded.lines().find_map(|line| line.strip_prefix(&format!("{name}:: "))).unwrap();
        openssl::base64::decode_block(line).unwrap()
    };
    assert_eq!(value("userCertificate;binary"), der);
    assert_eq!(value("cn"), zoe.name.as_bytes());
    house.rosa.revoke(&serial, Reason::Superseded).unwrap();
    assert!(house.rosa.share_ldif(zoe.id).is_err(), "what is revoked is not shared");
}

#[test]
fn a_correspondent_gets_one_certificate_to_encrypt_to_and_it_is_ours() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    let made = |profile| {
        let made = house.rosa.issue_generated("alice@example.edu", profile, Form::Modern, false).unwrap();
        SerialNumber::parse(&made.issued.certificate.serial).unwrap()
    };
    let (signing, _) = house.signing("alice@example.edu");
    let earlier = made(ProfileName::Encryption);
    let reading =
        ProfileDraft { usage: vec![Usage::KeyEncipherment], escrow: Escrow::ByPolicy, ..ProfileDraft::builtin(ProfileName::Functional) };
    house.rosa.save_profile(Scope::Department, ProfileName::Functional, reading).unwrap();
    let newest = made(ProfileName::Functional);
    let shared = || {
        let card = house.rosa.share_vcard(alice.id).unwrap().replace("\r\n ", "");
        let keys = card.lines().filter_map(|line| line.strip_prefix("KEY;TYPE=X509;ENCODING=b:"));
        let views = keys.map(|key| CertificateView::from_der(&openssl::base64::decode_block(key).unwrap()).unwrap()).collect::<Vec<_>>();
        let ldif = house.rosa.share_ldif(alice.id).unwrap();
        assert_eq!(ldif.matches("userCertificate;binary:: ").count(), views.len(), "{ldif}");
        let decrypts = |view: &&CertificateView| view.key_usage.unwrap().has(KeyUsage::KEY_ENCIPHERMENT);
        assert_eq!(views.iter().filter(decrypts).count(), 1, "nobody can take the wrong one");
        views.into_iter().map(|view| view.serial).collect::<Vec<_>>()
    };
    assert_eq!(shared(), [newest.clone(), signing.clone()]);
    let made_here = |serial: &SerialNumber| house.rosa.certificate(serial).unwrap().made_here;
    assert!(made_here(&newest) && !made_here(&signing), "whatever its profile is called");
    assert!([(&newest, true), (&signing, false)].into_iter().all(|(one, so)| house.rosa.certificate(one).unwrap().reads_mail == so));
    // One that another CA issued is that CA's to publish.
    let foreign = newest.clone();
    house.write(move |tx| {
        tx.execute("UPDATE certificate SET issuer = NULL WHERE serial = ?", [foreign.octets()])?;
        Ok(())
    });
    assert!(!made_here(&newest), "of what another CA certified, Signet made no key");
    assert_eq!(shared(), [earlier, signing]);
}
