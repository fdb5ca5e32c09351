//! The invariants of profiles, on every profile that can be saved; and saving them.

use super::*;
use crate::{
    department::FurtherDepartment,
    issuance::Form,
    ledger,
    policy::{Bundle, Gate},
    profile::review::is_oid,
    testing,
};
use protocol::key::PrivateKey;

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
        let purposes = ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4", DOCUMENT_ENCRYPTION, "1.3.6.1.5.5.7.3.1", TRANSPORT_PURPOSE, "1.2.3"];
        let policies = ["1.3.6.1.4.1.32473.1", "2.23.140.1.5.1.1", PILOT_POLICY, "2.25.17"];
        let few = |dice: &mut Dice, all: &[&str]| -> Vec<String> {
            if dice.coin() { vec![all[dice.roll(3) as usize].to_owned()] } else { dice.some(all).iter().map(ToString::to_string).collect() }
        };
        let texts = ["", "  ", "Rosa", "a court asked"];
        ProfileDraft {
            offered: self.coin(),
            key: [KeyAlgorithm::Rsa2048, KeyAlgorithm::Rsa3072, KeyAlgorithm::Rsa4096, KeyAlgorithm::P256, KeyAlgorithm::P384]
                [self.roll(5) as usize],
            usage: self.some(&Usage::ALL),
            purposes: few(self, &purposes),
            days: [0, 1, 30, 365, 730, 825, 826, 5000][self.roll(8) as usize],
            renewal_days: [0, 1, 30, 400][self.roll(4) as usize],
            policies: self
                .some(&policies[..self.0 as usize % 4])
                .iter()
                .map(|oid| PolicyInformation { oid: (*oid).into(), cps: None })
                .collect(),
            with_address: self.coin(),
            every_address: self.roll(4) == 0,
            approval: Approval::Automatic,
            escrow: if self.coin() { Escrow::Never } else { Escrow::ByPolicy },
            exception: self
                .coin()
                .then(|| Exception { name: texts[self.roll(4) as usize].into(), reason: texts[self.roll(4) as usize].into() }),
            crl_address: self.coin(),
        }
    }
}

#[test]
fn whatever_can_be_saved_keeps_the_invariants() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let (mut saved, mut escrowed, mut excepted) = ([0_u32; 5], 0, 0);
    for turn in 0..200_000 {
        let (name, draft) = (ProfileName::ALL[turn % 5], dice.draft());
        let Ok(profile) = draft.check(name) else { continue };
        saved[turn % 5] += 1;
        if draft.escrow == Escrow::ByPolicy {
            escrowed += 1;
            assert!(profile.decrypts(), "a key that only signs is never escrowed: {draft:?}");
            if profile.signs() {
                excepted += 1;
                let exception = draft.exception.as_ref().unwrap();
                assert!(!exception.name.trim().is_empty() && !exception.reason.trim().is_empty(), "{draft:?}");
            }
        }
        assert!(!(profile.by_scep && profile.decrypts()), "SCEP never gives a key that decrypts: {draft:?}");
        assert!(!(profile.by_scep && profile.made_here()), "a key is made on the device or here: {draft:?}");
        assert!(!profile.made_here() || !profile.signs() || draft.exception.is_some(), "a key that signs is made by its holder: {draft:?}");
        let certified = profile.key_usage_of(!profile.key.is_elliptic());
        let opens = decrypts(certified, profile.extended_key_usage.iter().map(ExtendedKeyUsage::oid));
        assert!(!profile.made_here() || opens, "what is made here decrypts: {draft:?}");
        match name {
            ProfileName::Signing | ProfileName::Authentication => assert!(profile.signs() && !profile.made_here(), "{draft:?}"),
            ProfileName::Encryption | ProfileName::Document => {
                assert!(!profile.signs() && profile.made_here() && !profile.by_scep, "{draft:?}")
            }
            ProfileName::Functional => {}
        }
        for purpose in &profile.extended_key_usage {
            assert!(![ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::OcspSigning].contains(purpose) && purpose.oid() != TRANSPORT_PURPOSE);
            assert!(*purpose != ExtendedKeyUsage::EmailProtection || profile.with_address, "mail states its address: {draft:?}");
        }
        assert!(profile.policies.iter().all(|policy| policy.oid != PILOT_POLICY));
        let pilot = profile.clone().piloted(90);
        assert!(pilot.days <= 90 && pilot.days <= profile.days && pilot.renewal_days <= pilot.days);
        assert_eq!(pilot.policies.iter().map(|policy| policy.oid.as_str()).collect::<Vec<_>>(), [PILOT_POLICY]);
        assert_eq!((pilot.key_usage, pilot.escrow, pilot.by_scep), (profile.key_usage, profile.escrow, profile.by_scep));
    }
    assert!(saved.iter().all(|count| *count > 20) && escrowed > 50 && excepted > 5, "{saved:?} {escrowed} {excepted}");
}

#[test]
fn the_built_in_profiles_can_be_saved_and_are_what_was_promised() {
    for name in ProfileName::ALL {
        let draft = ProfileDraft::builtin(name);
        let found = draft.review(name, &Cps::default());
        assert!(found.iter().all(|finding| finding.level == Level::Advice), "{found:?}");
        assert_eq!(ProfileName::parse(name.as_str()), Some(name));
    }
    assert_eq!(ProfileName::parse("transport"), None, "the transport identity is no certificate profile");
    let of = |name: ProfileName| ProfileDraft::builtin(name).check(name).unwrap();
    let [signing, encryption, authentication] = [ProfileName::Signing, ProfileName::Encryption, ProfileName::Authentication].map(of);
    assert_eq!((signing.days, encryption.days, authentication.days), (730, 730, 365));
    assert_eq!((signing.apple_key_usage(), encryption.apple_key_usage(), authentication.apple_key_usage()), (1, 4, 5));
    assert_eq!((signing.by_scep, encryption.by_scep, authentication.by_scep), (true, false, true));
    assert_eq!((signing.escrow, encryption.escrow, authentication.escrow), (Escrow::Never, Escrow::ByPolicy, Escrow::Never));
}

#[test]
fn an_elliptic_key_agrees_where_an_rsa_key_enciphers() {
    let key = |algorithm| PrivateKey::generate(algorithm).unwrap().public().unwrap();
    let (p256, p384) = (key(KeyAlgorithm::P256), key(KeyAlgorithm::P384));
    let of = |name: ProfileName| ProfileDraft::builtin(name).check(name).unwrap();
    assert_eq!(of(ProfileName::Encryption).key_usage_for(&p256), KeyUsage::KEY_AGREEMENT);
    assert_eq!(of(ProfileName::Authentication).key_usage_for(&p256), KeyUsage::DIGITAL_SIGNATURE);
    let strong =
        ProfileDraft { key: KeyAlgorithm::P384, ..ProfileDraft::builtin(ProfileName::Signing) }.check(ProfileName::Signing).unwrap();
    assert!(strong.accepts(&p384) && !strong.accepts(&p256));
}

#[test]
fn no_elliptic_key_is_to_sign_and_decrypt() {
    let name = ProfileName::Functional;
    let draft = |key, usage: &[Usage], escrow: Escrow| ProfileDraft {
        key,
        usage: usage.to_vec(),
        escrow,
        exception: (escrow == Escrow::ByPolicy && usage.len() > 1)
            .then(|| Exception { name: "Rosa".into(), reason: "one key for all".into() }),
        ..ProfileDraft::builtin(name)
    };
    let both = [Usage::DigitalSignature, Usage::KeyEncipherment];
    for key in [KeyAlgorithm::P256, KeyAlgorithm::P384] {
        for escrow in [Escrow::Never, Escrow::ByPolicy] {
            draft(KeyAlgorithm::Rsa2048, &both, escrow).check(name).unwrap();
            let wrong = draft(key, &both, escrow).check(name).unwrap_err();
            assert_eq!((wrong.remark, wrong.field, wrong.rule), (Remark::EllipticForBoth, "key", "Signet"), "{key:?} {escrow:?}");
        }
        draft(key, &both[..1], Escrow::Never).check(name).unwrap();
        draft(key, &both[1..], Escrow::ByPolicy).check(name).unwrap();
    }
}

#[test]
fn what_a_later_rule_refuses_can_be_looked_at_and_mended_in_production_too() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    let officer = rosa.at_department(rosa.department().unwrap().id).unwrap();
    let chemistry = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = rosa.at_department(rosa.add_department(chemistry).unwrap().id).unwrap();
    testing::into_production(&officer);
    testing::person(&officer, "Office", "office@example.edu");
    let name = ProfileName::Functional;
    let (usage, escrow) = (vec![Usage::DigitalSignature, Usage::KeyEncipherment], Escrow::ByPolicy);
    let exception = Some(Exception { name: "Rosa".into(), reason: "one key for all".into() });
    let sound = ProfileDraft { usage, escrow, exception, ..ProfileDraft::builtin(name) };
    officer.save_profile(Scope::Department, name, sound.clone()).unwrap();
    testing::saved_earlier(&authority, &officer, name, &ProfileDraft { key: KeyAlgorithm::P256, ..sound.clone() });
    assert!(!officer.profile_in_force(name).unwrap().offered);
    let told = "profile: nothing is issued by the certificate profile functional until it is mended in Policies";
    let issued = officer.issue_generated("office@example.edu", name, Form::Modern, false);
    assert_eq!(issued.err().unwrap().to_string(), told, "nothing is issued by it, and it is said why");
    // Nor is a bundle issued without it: whoever orders one would not see that less came.
    let bundle = Bundle { name: "Office".into(), profiles: vec![ProfileName::Encryption, name] };
    officer.save_bundle(Scope::Department, &bundle).unwrap();
    let of_bundle = || officer.issue_bundle("office@example.edu", "Office", None, Form::Modern, false);
    assert_eq!(of_bundle().err().unwrap().to_string(), told);
    // What nobody wants to offer is no part of it, sound or not.
    testing::saved_earlier(&authority, &officer, name, &ProfileDraft { key: KeyAlgorithm::P256, offered: false, ..sound.clone() });
    assert_eq!(of_bundle().unwrap().made.iter().map(|(profile, _)| *profile).collect::<Vec<_>>(), [ProfileName::Encryption]);
    testing::saved_earlier(&authority, &officer, name, &ProfileDraft { key: KeyAlgorithm::P256, ..sound.clone() });
    // It stands in the way of nothing else, here and in other departments.
    assert!(officer.profile_in_force(ProfileName::Signing).unwrap().offered);
    assert!(chemistry.profile_in_force(name).unwrap().offered);
    assert!(officer.today().is_ok() && chemistry.today().is_ok());
    officer.complete_gate(Gate::KeyPlan, testing::key_plan_answers()).unwrap();
    assert_eq!(officer.policy().unwrap().profiles.iter().find(|view| view.name == name).unwrap().definition.key, KeyAlgorithm::P256);
    officer.save_profile(Scope::Department, name, sound).unwrap();
    let mended = officer.profile_in_force(name).unwrap();
    assert_eq!((mended.offered, mended.key), (true, KeyAlgorithm::Rsa2048));
}

#[test]
fn each_wrong_field_is_named_with_what_to_do() {
    let base = ProfileDraft::builtin(ProfileName::Signing);
    let policy = |oid: &str, cps: &str| vec![PolicyInformation { oid: oid.into(), cps: Some(cps.into()) }];
    for (field, rule, draft) in [
        ("usage", "SP 800-57 part 1 5.2", ProfileDraft { usage: vec![Usage::DigitalSignature, Usage::KeyEncipherment], ..base.clone() }),
        ("usage", "RFC 8550 4.4.2", ProfileDraft { usage: vec![Usage::ContentCommitment], ..base.clone() }),
        ("escrow", "SP 800-57 part 1 appendix B", ProfileDraft { escrow: Escrow::ByPolicy, ..base.clone() }),
        (
            "purposes",
            "RFC 5280 4.2.1.12, S/MIME BR 7.1.2.3 f",
            ProfileDraft { purposes: vec!["1.3.6.1.5.5.7.3.4".into(), "2.5.29.37.0".into()], ..base.clone() },
        ),
        ("purposes", "X.660", ProfileDraft { purposes: vec!["1.3.6.1.5.5.7.3.4".into(), "mail".into()], ..base.clone() }),
        ("days", "RFC 5280 4.1.2.5", ProfileDraft { days: 0, renewal_days: 1, ..base.clone() }),
        ("renewal_days", "Signet", ProfileDraft { renewal_days: 730, ..base.clone() }),
        ("policies", "Signet", ProfileDraft { policies: policy(PILOT_POLICY, "https://x.example"), ..base.clone() }),
        ("policies", "RFC 5280 4.2.1.4", ProfileDraft { policies: policy("1.2.3", "javascript:alert(1)"), ..base.clone() }),
        ("with_address", "S/MIME BR 7.1.2.3 h", ProfileDraft { with_address: false, ..base.clone() }),
    ] {
        let wrong = draft.check(ProfileName::Signing).unwrap_err();
        assert_eq!((wrong.field, wrong.rule), (field, rule), "{draft:?}: {wrong:?}");
    }
    for (oid, advised) in
        [("1.3.6.1.4.1.32473.2147483647", false), ("1.3.6.1.4.1.32473.2147483648", true), ("2.25.340282366920938463463", true)]
    {
        let draft = ProfileDraft { policies: policy(oid, "https://x.example"), ..base.clone() };
        let found = draft.review(ProfileName::Signing, &Cps::default());
        assert_eq!(found.iter().any(|f| f.remark == Remark::BigArc && f.level == Level::Advice), advised, "{oid}: {found:?}");
    }
    let advised = ProfileDraft { days: 900, ..base }.review(ProfileName::Signing, &Cps::default());
    assert!(advised.iter().any(|f| f.rule == "S/MIME BR 6.3.2" && f.level == Level::Advice), "{advised:?}");
    for (text, is) in [
        ("2.25.208845793290064158426828053807846606951", true),
        ("1.40.1", false),
        ("3.1", false),
        ("1.2.03", false),
        ("1", false),
        ("", false),
        ("1..2", false),
    ] {
        assert_eq!(is_oid(text), is, "{text}");
    }
}

#[test]
fn versions_are_kept_inherited_and_on_record() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let name = ProfileName::Signing;
    let start = officer.profile(name).unwrap();
    assert_eq!((start.version, start.source), (0, Source::Builtin));
    let days = |days| ProfileDraft { days, ..ProfileDraft::builtin(name) };
    let first = officer.save_profile(Scope::Organization, name, days(500)).unwrap();
    assert_eq!((officer.profile(name).unwrap().source, officer.profile(name).unwrap().definition.days), (Source::Organization, 500));
    let second = officer.save_profile(Scope::Department, name, days(400)).unwrap();
    assert_eq!(officer.save_profile(Scope::Department, name, days(400)).unwrap(), second, "nothing changed");
    assert!(second > first);
    let now = officer.profile(name).unwrap();
    assert_eq!((now.version, now.source, now.definition.days), (second, Source::Department, 400));
    let inherited = |scope| officer.inherited_profiles(scope).unwrap().into_iter().find(|view| view.name == name).unwrap();
    let from = [Scope::Department, Scope::Organization].map(|scope| (inherited(scope).source, inherited(scope).definition.days));
    assert_eq!(from, [(Source::Organization, 500), (Source::Builtin, 730)], "a department inherits from its organization, that from us");
    officer.inherit_profile(Scope::Department, name).unwrap();
    officer.inherit_profile(Scope::Department, name).unwrap();
    assert_eq!((officer.profile(name).unwrap().version, officer.profile(name).unwrap().source), (first, Source::Organization));
    assert_eq!(officer.profile_versions(name).unwrap().iter().map(|view| view.version).collect::<Vec<_>>(), [second, first]);
    assert_eq!(officer.profile(ProfileName::Document).unwrap().version, 0, "the others are as they were");
    let events: Vec<_> = authority.0.store.read(|c| ledger::rows(c, None, 3)).unwrap().into_iter().map(|row| row.event).collect();
    assert_eq!(events, ["profile.inherited", "profile.saved", "profile.saved"]);
    assert!(matches!(officer.save_profile(Scope::Department, name, days(0)), Err(Error::Invalid { field: "days", .. })));
}

#[test]
fn a_policy_is_missed_only_where_no_registered_cps_gives_one() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let name = ProfileName::Signing;
    let draft = ProfileDraft { policies: Vec::new(), days: 400, ..ProfileDraft::builtin(name) };
    officer.save_profile(Scope::Organization, name, draft.clone()).unwrap();
    let missed = |findings: &[Finding]| findings.iter().any(|finding| finding.remark == Remark::NoPolicy);
    // Of all ways to look at it: while it is edited, saved, listed, inherited, in its versions.
    let everywhere = |scope| {
        let of = |all: Vec<ProfileView>| missed(&all.into_iter().find(|view| view.name == name).unwrap().findings);
        [
            missed(&officer.review_profile(scope, name, &draft).unwrap()),
            missed(&officer.profile_for(scope, name).unwrap().findings),
            of(officer.profiles(scope).unwrap()),
            of(officer.inherited_profiles(scope).unwrap()),
            of(officer.profile_versions_for(scope, name).unwrap()),
        ]
    };
    officer.set_setting("cps.url", "https://pki.example.edu/cps").unwrap();
    assert_eq!((everywhere(Scope::Department), everywhere(Scope::Organization)), ([true; 5], [true; 5]), "an address is no policy");
    officer.set_setting("cps.oid", "1.3.6.1.4.1.32473.1").unwrap();
    assert_eq!((everywhere(Scope::Department), everywhere(Scope::Organization)), ([false; 5], [true; 5]), "it is the department's");
}

#[test]
fn the_store_itself_refuses_to_escrow_what_signs_and_to_change_a_version() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer
        .save_profile(
            Scope::Department,
            ProfileName::Signing,
            ProfileDraft { days: 10, renewal_days: 2, ..ProfileDraft::builtin(ProfileName::Signing) },
        )
        .unwrap();
    let write = |sql: &'static str| authority.0.store.write(move |tx| Ok(tx.execute(sql, [])?));
    let insert = |signs: u8, decrypts: u8, exception: &str| {
        let sql = format!(
            "INSERT INTO profile (unit, name, at, actor, definition, signs, decrypts, escrow, exception)
             SELECT unit, 'functional', 0, '', NULL, {signs}, {decrypts}, 1, {exception} FROM profile LIMIT 1"
        );
        authority.0.store.write(move |tx| Ok(tx.execute(&sql, [])?))
    };
    assert!(insert(1, 0, "NULL").is_err() && insert(1, 0, "'Rosa: why not'").is_err(), "signing");
    assert!(insert(1, 1, "NULL").is_err() && insert(1, 1, "''").is_err(), "both, without a name");
    assert_eq!(insert(0, 1, "NULL").unwrap(), 1);
    assert_eq!(insert(1, 1, "'Rosa: the old mail system'").unwrap(), 1);
    assert!(write("UPDATE profile SET definition = NULL").is_err());
    assert!(write("DELETE FROM profile").is_err());
}
