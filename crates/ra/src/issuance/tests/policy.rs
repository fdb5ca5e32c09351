//! Whatever profile can be saved: its certificates are what it says, and their keys come from where the invariants say.

use super::{Asked, csr};
use crate::{
    Denied, Error,
    issuance::{Form, Issued},
    ota::tests::phone::{World, key, world},
    profile::{Approval, DOCUMENT_ENCRYPTION, Escrow, Exception, PILOT_POLICY, PolicyInformation, ProfileDraft, ProfileName, Scope, Usage},
    testing,
};
use protocol::{
    Timestamp,
    key::KeyAlgorithm,
    x509::{CertificateView, ExtendedKeyUsage, KeyUsage, SerialNumber, SubjectAltName},
};

const ALICE: &str = "alice@example.edu";
const POLICY: &str = "1.3.6.1.4.1.32473.1";

/// xorshift64*: the same drafts in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % sides
    }
    fn coin(&mut self) -> bool {
        self.roll(2) == 0
    }
    fn some<T: Clone>(&mut self, all: &[T]) -> Vec<T> {
        all.iter().filter(|_| self.coin()).cloned().collect()
    }
    fn draft(&mut self) -> ProfileDraft {
        let purposes = [ExtendedKeyUsage::ClientAuth.oid(), ExtendedKeyUsage::EmailProtection.oid(), DOCUMENT_ENCRYPTION, "1.2.3"];
        let with_address = self.roll(4) != 0;
        ProfileDraft {
            offered: self.roll(8) != 0,
            key: [KeyAlgorithm::Rsa2048, KeyAlgorithm::P256][self.roll(2) as usize],
            usage: self.some(&Usage::ALL),
            purposes: self.some(&purposes).into_iter().map(str::to_owned).collect(),
            days: [2, 30, 90, 365, 730][self.roll(5) as usize],
            renewal_days: 1,
            policies: if self.coin() { vec![PolicyInformation { oid: POLICY.into(), cps: None }] } else { Vec::new() },
            with_address,
            every_address: with_address && self.coin(),
            approval: Approval::Automatic,
            escrow: if self.coin() { Escrow::Never } else { Escrow::ByPolicy },
            exception: self.coin().then(|| Exception { name: "Rosa".into(), reason: "the old mail system".into() }),
            crl_address: self.coin(),
        }
    }
}

/// A usage as its bit.
fn bits(draft: &ProfileDraft) -> KeyUsage {
    draft.usage.iter().fold(KeyUsage(0), |set, usage| {
        set.and(match usage {
            Usage::DigitalSignature => KeyUsage::DIGITAL_SIGNATURE,
            Usage::ContentCommitment => KeyUsage::CONTENT_COMMITMENT,
            Usage::KeyEncipherment => KeyUsage::KEY_ENCIPHERMENT,
            Usage::DataEncipherment => KeyUsage::DATA_ENCIPHERMENT,
        })
    })
}

/// What the certificate says is what the profile says.
fn is_what_was_saved(world: &World, issued: &Issued, draft: &ProfileDraft, pilot: bool) {
    let serial = SerialNumber::parse(&issued.certificate.serial).unwrap();
    let view = CertificateView::from_der(&world.officer.export_certificate(&serial).unwrap().0).unwrap();
    let of_rsa = !view.public_key.as_openssl().ec_key().is_ok_and(|_| true);
    if of_rsa {
        assert_eq!(view.key_usage, Some(bits(draft)), "{draft:?}");
    } else {
        let usage = view.key_usage.unwrap();
        assert!(!usage.has(KeyUsage::KEY_ENCIPHERMENT) && !usage.has(KeyUsage::DATA_ENCIPHERMENT), "RFC 8813 3: {draft:?}");
    }
    assert_eq!(view.extended_key_usage.iter().map(ExtendedKeyUsage::oid).collect::<Vec<_>>(), draft.purposes, "{draft:?}");
    let days = (view.validity.not_after.0 - view.validity.not_before.0 + 1) / Timestamp::DAY;
    assert_eq!(days, i64::from(if pilot { draft.days.min(90) } else { draft.days }), "{draft:?}");
    assert_eq!(view.san == [SubjectAltName::Rfc822Name(ALICE.into())], draft.with_address, "{draft:?}");
    assert!(draft.with_address || view.san.is_empty(), "{draft:?}");
    let holds = |octets: &[u8]| view.der.windows(octets.len()).any(|window| window == octets);
    assert_eq!(holds(b"/crl/issuing.crl"), draft.crl_address, "{draft:?}");
    let oid = |dotted: &str| openssl::asn1::Asn1Object::from_str(dotted).unwrap().as_slice().to_vec();
    assert_eq!((holds(&oid(PILOT_POLICY)), holds(&oid(POLICY))), (pilot, !pilot && !draft.policies.is_empty()), "{draft:?}");
    assert!(!view.is_ca);
}

#[test]
fn certificates_are_what_their_profile_says_and_keys_come_from_where_they_must() {
    let world = world();
    world.person("Alice Example", ALICE);
    world.officer.set_setting("status.url", "http://pki.example.edu").unwrap();
    let request = csr(key(0).as_openssl(), &Asked::default());
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let (mut from_request, mut made_here, mut not_offered) = (0, 0, 0);
    for turn in 0..40_000 {
        let (name, mut draft) = (ProfileName::ALL[turn % 5], dice.draft());
        if turn == 20_000 {
            testing::into_production(&world.officer);
        }
        // Most rolls cannot be saved; of the others enough are issued.
        if draft.check(name).is_err() || (from_request + made_here > 120 && turn < 20_000) || from_request + made_here > 240 {
            continue;
        }
        // What both signs and decrypts is made by its holder, unless it is escrowed by a named exception.
        let made_by_us = draft.decrypts() && (!draft.signs() || draft.exception.is_some());
        let pilot = turn < 20_000;
        if !made_by_us {
            // The request has an RSA key; that others are refused is tested beside.
            draft.key = KeyAlgorithm::Rsa2048;
        }
        world.officer.save_profile(Scope::Department, name, draft.clone()).unwrap();
        let by_request = world.officer.issue_from_csr(ALICE, name, &request);
        let by_us = world.officer.issue_generated(ALICE, name, Form::Modern, true);
        if !draft.offered {
            not_offered += 1;
            assert!(by_request.is_err() && by_us.is_err(), "{draft:?}");
            continue;
        }
        if made_by_us {
            made_here += 1;
            assert!(matches!(by_request, Err(Error::Denied(Denied::EncryptionByScep))), "invariant 2: {draft:?}");
            is_what_was_saved(&world, &by_us.unwrap().issued, &draft, pilot);
        } else {
            from_request += 1;
            assert!(matches!(by_us.map(|_| ()), Err(Error::Denied(Denied::SigningKeyHere))), "invariant 1: {draft:?}");
            is_what_was_saved(&world, &by_request.unwrap(), &draft, pilot);
        }
        if draft.decrypts() {
            let challenge = world.officer.scep_challenges(ALICE, name, 1).map(|_| ());
            assert!(matches!(challenge, Err(Error::Denied(Denied::EncryptionByScep))), "invariant 2: {draft:?}");
        }
        let active = "SELECT count(*) FROM certificate WHERE profile = 'encryption' AND superseded_at IS NULL AND revoked_at IS NULL";
        let active: i64 = world.authority.0.store.read(|c| Ok(c.query_row(active, [], |row| row.get(0))?)).unwrap();
        assert!(active <= 1, "invariant 3");
    }
    assert!(from_request > 20 && made_here > 20 && not_offered > 5, "{from_request} {made_here} {not_offered}");
}
