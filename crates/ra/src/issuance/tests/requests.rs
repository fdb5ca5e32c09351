//! From a request: what is certified, and every request that is refused.

use super::{Asked, csr};
use crate::{
    Denied, Error, Noun,
    ota::tests::phone::{World, key, world},
    profile::ProfileName,
};
use openssl::{
    bn::{BigNum, BigNumContext, BigNumRef, MsbOption},
    ec::{EcGroup, EcKey},
    nid::Nid,
    pkey::{PKey, Private},
    rsa::{Rsa, RsaPrivateKeyBuilder},
};
use protocol::x509::{CertificateView, KeyUsage, SerialNumber, SubjectAltName};

const ALICE: &str = "alice@example.edu";

fn alice() -> World {
    let world = world();
    world.person("Alice Example", ALICE);
    world
}

fn plain(number: usize) -> Vec<u8> {
    csr(key(number).as_openssl(), &Asked::default())
}

/// The reason why a signing certificate for Alice was refused; nothing was begun.
fn refused(world: &World, request: &[u8]) -> String {
    let count = || {
        let sql = "SELECT (SELECT count(*) FROM issuance) + (SELECT count(*) FROM ledger)";
        world.authority.0.store.read(|c| Ok(c.query_row(sql, [], |row| row.get::<_, i64>(0))?)).unwrap()
    };
    let before = count();
    match world.officer.issue_from_csr(ALICE, ProfileName::Signing, request) {
        Err(Error::Invalid { field: "csr", reason }) => {
            assert_eq!(count(), before, "nothing half done");
            reason
        }
        Err(other) => panic!("{other}"),
        Ok(issued) => panic!("issued {}", issued.certificate.serial),
    }
}

#[test]
fn a_request_in_any_form_becomes_a_certificate_of_our_records() {
    let world = alice();
    let der = plain(0);
    let packed = openssl::base64::encode_block(&der);
    let pem = format!("Here it is:\r\n-----BEGIN CERTIFICATE REQUEST-----\r\n{packed}\r\n-----END CERTIFICATE REQUEST-----\r\n");
    let forms = [
        der,
        pem.into_bytes(),
        packed.clone().into_bytes(),
        format!("-----BEGIN NEW CERTIFICATE REQUEST-----\n{packed}\n-----END NEW CERTIFICATE REQUEST-----").into_bytes(),
    ];
    for form in forms {
        let issued = world.officer.issue_from_csr(" Alice@example.edu ", ProfileName::Signing, &form).unwrap();
        let serial = SerialNumber::parse(&issued.certificate.serial).unwrap();
        let view = CertificateView::from_der(&world.officer.export_certificate(&serial).unwrap().0).unwrap();
        assert!(view.public_key.belongs_to(key(0)));
        assert_eq!(view.subject.to_string(), "CN=Alice Example,OU=Physics,O=Example University");
        assert_eq!(view.san, [SubjectAltName::Rfc822Name(ALICE.into())]);
        assert_eq!(issued.superseded, Vec::<String>::new(), "several keys may sign");
    }
    let newest = world.authority.auditor().ledger(None, 1).unwrap().remove(0);
    assert_eq!((newest.event.as_str(), &newest.details["key_origin"]), ("certificate.issued", &"holder".into()));
}

#[test]
fn what_the_request_states_must_be_what_we_certify() {
    let world = alice();
    world.person("Mallory", "mallory@example.edu");
    let of = |asked: Asked<'_>| csr(key(0).as_openssl(), &asked);
    let right = of(Asked { names: &[("CN", "Alice Example"), ("O", "Example University")], mail: Some(ALICE), ..Asked::default() });
    world.officer.issue_from_csr(ALICE, ProfileName::Signing, &right).unwrap();
    let other = refused(&world, &of(Asked { names: &[("CN", "Mallory")], ..Asked::default() }));
    assert!(other.contains("another subject") && other.contains("CN=Alice Example") && other.contains("make it again"), "{other}");
    let other = refused(&world, &of(Asked { mail: Some("mallory@example.edu"), ..Asked::default() }));
    assert!(other.contains("alternative name"), "{other}");
    let ca = refused(&world, &of(Asked { ca: true, ..Asked::default() }));
    assert!(ca.contains("CA:TRUE"), "{ca}");
}

#[test]
fn the_name_of_somebody_who_left_is_certified_for_nobody() {
    let world = alice();
    let gone = world.person("Bob Example", "bob@example.edu");
    world.officer.delete_subscriber(gone.id).unwrap();
    let theirs = csr(key(0).as_openssl(), &Asked { names: &[("CN", "Bob Example")], ..Asked::default() });
    assert!(refused(&world, &theirs).contains("another subject"));
    let nobody = world.officer.issue_from_csr("bob@example.edu", ProfileName::Signing, &theirs);
    assert!(matches!(nobody, Err(Error::NotFound(Noun::Mailbox))));
    // Somebody of the same name is somebody else: a request with the old DN has not theirs.
    let new = world.person("Bob Example", "bob2@example.edu");
    let old_dn = csr(key(0).as_openssl(), &Asked { names: &[("CN", "Bob Example"), ("serialNumber", "7")], ..Asked::default() });
    assert!(matches!(
        world.officer.issue_from_csr("bob2@example.edu", ProfileName::Signing, &old_dn),
        Err(Error::Invalid { field: "csr", .. })
    ));
    let issued = world.officer.issue_from_csr("bob2@example.edu", ProfileName::Signing, &theirs).unwrap();
    assert_eq!(issued.certificate.subject, new.subject.to_string(), "with what tells the two apart");
}

#[test]
fn keys_that_decrypt_and_mailboxes_without_validation_are_refused() {
    let world = alice();
    world.stranger("Stranger", "stranger@example.edu");
    for profile in [ProfileName::Encryption, ProfileName::Document] {
        assert!(matches!(world.officer.issue_from_csr(ALICE, profile, &plain(0)), Err(Error::Denied(Denied::EncryptionByScep))));
    }
    for profile in [ProfileName::Signing, ProfileName::Authentication] {
        let refused = world.officer.issue_from_csr("stranger@example.edu", profile, &plain(0));
        assert!(matches!(refused, Err(Error::Denied(Denied::MailboxNotValidated { .. }))), "{}", profile.as_str());
    }
}

#[test]
fn what_is_no_request_or_proves_nothing_is_refused() {
    let world = alice();
    let mut broken = plain(0);
    *broken.last_mut().unwrap() ^= 1;
    let reason = refused(&world, &broken);
    assert!(reason.contains("does not verify") && reason.contains("make the request again"), "{reason}");
    // Somebody else's key: the signature is by another one.
    let (mut mixed, theirs) = (plain(0), plain(1));
    let at = mixed.len() - 256;
    mixed[at..].copy_from_slice(&theirs[theirs.len() - 256..]);
    assert!(refused(&world, &mixed).contains("does not verify"));
    let sha1 = refused(&world, &csr(key(0).as_openssl(), &Asked { sha1: true, ..Asked::default() }));
    assert!(sha1.contains("SHA-256"), "{sha1}");
    for large in [vec![0x30; 1024 * 1024], vec![b'M'; 1024 * 1024]] {
        assert!(refused(&world, &large).contains("larger than 64 KiB"));
    }
    let certificate = world.officer.ca_certificates().unwrap().remove(0);
    for wrong in [
        &b""[..],
        b"\x30",
        b"hello",
        &certificate.der,
        CertificateView::from_der(&certificate.der).unwrap().to_pem().as_bytes(),
        b"-----BEGIN CERTIFICATE REQUEST-----",
        &[0xff; 300],
    ] {
        assert!(refused(&world, wrong).contains("PKCS#10"), "{wrong:?}");
    }
}

/// From its factors and exponent, as somebody's broken program would make it.
fn rsa(p: &BigNumRef, q: &BigNumRef, e: u32) -> PKey<Private> {
    let mut context = BigNumContext::new().unwrap();
    let (mut n, mut phi, mut d) = (BigNum::new().unwrap(), BigNum::new().unwrap(), BigNum::new().unwrap());
    let less = |x: &BigNumRef| {
        let mut x = x.to_owned().unwrap();
        x.sub_word(1).unwrap();
        x
    };
    n.checked_mul(p, q, &mut context).unwrap();
    phi.checked_mul(&less(p), &less(q), &mut context).unwrap();
    let e = BigNum::from_u32(e).unwrap();
    d.mod_inverse(&e, &phi, &mut context).unwrap();
    PKey::from_rsa(RsaPrivateKeyBuilder::new(n, e, d).unwrap().build()).unwrap()
}

/// A prime p of this size for which `accept`s, and 65537 has an inverse.
fn prime(mut make: impl FnMut() -> BigNum) -> BigNum {
    let mut context = BigNumContext::new().unwrap();
    loop {
        let candidate = make();
        if candidate.mod_word(65537).unwrap() != 1 && candidate.is_prime(10, &mut context).unwrap() {
            return candidate;
        }
    }
}

fn random(bits: i32) -> BigNum {
    let mut number = BigNum::new().unwrap();
    number.rand(bits, MsbOption::TWO_ONES, true).unwrap();
    number
}

#[test]
fn weak_and_known_bad_keys_are_refused_with_what_to_make_instead() {
    let world = alice();
    let refusal = |key: &PKey<Private>| {
        let reason = refused(&world, &csr(key, &Asked::default()));
        assert!(reason.contains("make a new key"), "{reason}");
        reason
    };
    let short = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    assert!(refusal(&short).contains("1024 bits"));
    let (p, q) = (prime(|| random(1024)), prime(|| random(1024)));
    assert!(refusal(&rsa(&p, &q, 1)).contains("exponent"));
    let small = BigNum::from_u32(751).unwrap();
    assert!(refusal(&rsa(&small, &prime(|| random(2040)), 65537)).contains("small factor"));
    // k*M + 65537^a mod M, M the product of the primes up to 167 (Nemec et al., CCS 2017).
    let mut m = BigNum::from_u32(2).unwrap();
    for prime in (3..=167_u32).filter(|n| (2..*n).all(|d| n % d != 0)) {
        m.mul_word(prime).unwrap();
    }
    let roca = || {
        prime(|| {
            let mut context = BigNumContext::new().unwrap();
            let (mut power, mut product, mut sum) = (BigNum::new().unwrap(), BigNum::new().unwrap(), BigNum::new().unwrap());
            power.mod_exp(&BigNum::from_u32(65537).unwrap(), &random(60), &m, &mut context).unwrap();
            product.checked_mul(&random(1026 - m.num_bits()), &m, &mut context).unwrap();
            sum.checked_add(&product, &power).unwrap();
            sum
        })
    };
    assert!(refusal(&rsa(&roca(), &roca(), 65537)).contains("ROCA"));
    let curve = EcGroup::from_curve_name(Nid::SECP256K1).unwrap();
    assert!(refusal(&PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap()).contains("curve"));
}

#[test]
fn an_elliptic_key_may_sign_and_never_encipher() {
    let world = alice();
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap();
    let issued = world.officer.issue_from_csr(ALICE, ProfileName::Authentication, &csr(&key, &Asked::default())).unwrap();
    let serial = SerialNumber::parse(&issued.certificate.serial).unwrap();
    let view = CertificateView::from_der(&world.officer.export_certificate(&serial).unwrap().0).unwrap();
    assert_eq!(view.key_usage, Some(KeyUsage::DIGITAL_SIGNATURE), "RFC 8813 3");
}

#[test]
fn nothing_is_issued_while_the_clock_is_behind_the_ledger() {
    let world = alice();
    world.clock.advance(-3600);
    let refused = world.officer.issue_from_csr(ALICE, ProfileName::Signing, &plain(0));
    assert!(matches!(refused, Err(Error::Denied(Denied::ClockBehind))));
}
