//! Plans for decryption keys: generated, numbered, signed, out of date.

use super::PlanPart;
use crate::{
    Error, Noun, Operator,
    certification::openssl,
    policy::{
        Gate, GateState, Language,
        tests::{decision, rows},
    },
    profile::{ProfileDraft, ProfileName, Scope},
    testing,
};

fn state(officer: &Operator) -> GateState {
    officer.gates().unwrap().into_iter().find(|view| view.gate == Gate::KeyPlan).unwrap().state
}

#[test]
fn answering_makes_a_numbered_version_whose_signature_openssl_verifies() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.decide_escrow(decision(true)).unwrap();
    assert!(matches!(officer.key_plan_document(None, Language::English), Err(Error::NotFound(Noun::Plan))));
    assert!(matches!(officer.make_key_plan(), Err(Error::Invalid { field: "gate", .. })));
    clock.advance(3600);
    officer.complete_gate(Gate::KeyPlan, testing::key_plan_answers()).unwrap();
    assert!(matches!(state(&officer), GateState::Done { .. }));
    let plan = officer.key_plan().unwrap().plan.unwrap();
    assert_eq!((plan.number, plan.at.0, plan.hash.len()), (1, testing::START + 3600, 64));
    assert_eq!(plan.facts.stated.custodians.len(), 3);

    let at = folder.path();
    std::fs::write(at.join("root.pem"), &officer.ca_certificates().unwrap()[0].pem).unwrap();
    for language in [Language::English, Language::French] {
        let document = officer.key_plan_document(None, language).unwrap();
        std::fs::write(at.join("plan.p7m"), &document.signed).unwrap();
        // The clock of the tests stands in 2026, whatever the day is.
        let time = (testing::START + 7200).to_string();
        let verify = ["cms", "-verify", "-in", "plan.p7m", "-inform", "DER", "-CAfile", "root.pem", "-attime", &time, "-out", "plan.txt"];
        let (good, said) = openssl(at, &verify);
        assert!(good, "{said}");
        assert_eq!(std::fs::read_to_string(at.join("plan.txt")).unwrap(), document.text);
        let mut forged = document.signed.clone();
        let place = forged.windows(4).position(|part| part == b"2 of" || part == b"2 d\xc3").unwrap();
        forged[place] = b'1';
        std::fs::write(at.join("plan.p7m"), &forged).unwrap();
        assert!(!openssl(at, &verify).0, "a threshold of one is noticed");
    }
    authority.auditor().verify_ledger().unwrap();
    let row = authority.auditor().ledger(None, 1).unwrap().remove(0);
    assert_eq!((row.event.as_str(), row.details["sha256"].as_str()), ("plan.signed", Some(plan.hash.as_str())));
}

#[test]
fn the_text_says_what_the_settings_say_and_names_what_was_only_stated() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.decide_escrow(decision(true)).unwrap();
    let draft = ProfileDraft { days: 365, ..ProfileDraft::builtin(ProfileName::Encryption) };
    officer.save_profile(Scope::Department, ProfileName::Encryption, draft).unwrap();
    officer.complete_gate(Gate::KeyPlan, testing::key_plan_answers()).unwrap();
    let hash = officer.key_plan().unwrap().plan.unwrap().hash;
    let text = |language| officer.key_plan_document(Some(1), language).unwrap().text;
    let english = text(Language::English);
    for says in [
        "Physics, Example University\n",
        "Version    1\n",
        "Made by    officer rosa\n",
        &format!("SHA-256 {hash}\n"),
        "Escrow is on since 2026-11-21.\nDecided by The dean: The archive must stay readable\n",
        "- Dr. Kim, technical adviser, asked on 2026-11-20\n",
        "Mail encryption (version 1): key RSA 2048, valid for 365 days, escrowed\n",
        "2 of 3 custodians are needed together.\n- Prof. Laurent, dean: safe of the dean\n",
        "after 60 months at the latest",
        "Every 6 months, first on 2027-01-15. The next ones:\n- 2027-01-15\n- 2027-07-15\n",
        "5. Succession\nWho leaves hands the envelope over",
        "6. Loss or compromise\nThe officer is told the same day",
    ] {
        assert!(english.contains(says), "{says}: {english}");
    }
    // What nothing in the program enforces stands below the line that says so.
    let (known, stated) = english.split_once("Signet does not hold the following itself").unwrap();
    assert!(known.contains("escrowed") && !known.contains("custodian") && stated.contains("Prof. Laurent"), "{english}");
    let french = text(Language::French);
    for says in ["Le séquestre est actif depuis le 2026-11-21.", "2 dépositaires sur 3", "valable 365 jours, séquestrée", "- 2027-07-15"]
    {
        assert!(french.contains(says), "{says}: {french}");
    }
}

#[test]
fn what_is_offered_is_as_it_was_saved_whatever_rule_came_since() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.decide_escrow(decision(true)).unwrap();
    let draft = ProfileDraft { renewal_days: 0, ..ProfileDraft::builtin(ProfileName::Encryption) };
    testing::saved_earlier(&authority, &officer, ProfileName::Encryption, &draft);
    assert!(!officer.profile_in_force(ProfileName::Encryption).unwrap().offered, "nothing is issued by it");
    officer.complete_gate(Gate::KeyPlan, testing::key_plan_answers()).unwrap();
    let plan = officer.key_plan().unwrap().plan.unwrap();
    assert!(plan.facts.profiles.iter().any(|profile| profile.name == ProfileName::Encryption && profile.offered));
}

#[test]
fn whatever_changes_makes_it_out_of_date_and_closes_the_gate_until_it_is_made_anew() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.decide_escrow(decision(true)).unwrap();
    officer.complete_gate(Gate::KeyPlan, testing::key_plan_answers()).unwrap();
    officer.complete_gate(Gate::KeyPlan, testing::key_plan_answers()).unwrap();
    officer.make_key_plan().unwrap();
    assert_eq!(officer.key_plans().unwrap().len(), 1, "nothing new makes no new version");

    let id = officer.department().unwrap().id;
    let mut number = 1;
    let mut outdated = |change: &dyn Fn(), part: PlanPart| {
        change();
        let GateState::OutOfDate { changed, answers, .. } = state(&officer) else { panic!("{part:?}: {:?}", state(&officer)) };
        assert_eq!((changed, answers), (vec![part], testing::key_plan_answers()));
        assert!(!officer.key_plan().unwrap().current);
        assert!(!officer.gates().unwrap().iter().any(|view| view.gate == Gate::KeyPlan && view.is_passed()), "{part:?}");
        number += 1;
        assert_eq!(officer.make_key_plan().unwrap().number, number);
        assert!(matches!(state(&officer), GateState::Done { .. }), "{part:?}");
    };
    let longer = ProfileDraft { days: 500, ..ProfileDraft::builtin(ProfileName::Document) };
    outdated(&|| drop(officer.rename_department(id, "Physics and Astronomy").unwrap()), PlanPart::Names);
    outdated(
        &|| assert!(officer.save_profile(Scope::Organization, ProfileName::Document, longer.clone()).unwrap() > 0),
        PlanPart::Profiles,
    );
    outdated(
        &|| drop(officer.decide_escrow(crate::policy::EscrowDecision { reason: "Confirmed".into(), ..decision(true) }).unwrap()),
        PlanPart::Escrow,
    );

    // Other answers are a new version at once.
    let mut answers = testing::key_plan_answers();
    answers.insert("threshold".into(), "3".into());
    officer.complete_gate(Gate::KeyPlan, answers.clone()).unwrap();
    let status = officer.key_plan().unwrap();
    assert_eq!((status.plan.unwrap().number, status.current), (5, true));
    assert!(officer.key_plan_document(Some(1), Language::English).unwrap().text.contains("2 of 3"), "earlier ones stay");
    assert!(matches!(officer.key_plan_document(Some(6), Language::English), Err(Error::NotFound(Noun::Plan))));
    assert_eq!(rows(&authority, "plan.signed"), 5);
    let touch = |sql: &'static str| authority.0.store.write(move |tx| Ok(tx.execute(sql, [])?));
    assert!(touch("UPDATE key_plan SET english = ''").is_err() && touch("DELETE FROM key_plan").is_err());

    // Without escrow nobody needs one; what is taken back is open.
    officer.decide_escrow(decision(false)).unwrap();
    assert_eq!(state(&officer), GateState::NotNeeded);
    officer.decide_escrow(decision(true)).unwrap();
    officer.reopen_gate(Gate::KeyPlan).unwrap();
    assert_eq!(state(&officer), GateState::Open);
    answers.insert("custodians".into(), "As agreed.".into());
    assert!(matches!(officer.complete_gate(Gate::KeyPlan, answers), Err(Error::Invalid { field: "answers", .. })));
    assert_eq!(officer.key_plans().unwrap().len(), 5, "nothing half done");
}

#[test]
fn what_was_written_down_before_plans_were_generated_is_out_of_date() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.decide_escrow(decision(true)).unwrap();
    let id = officer.department().unwrap().id;
    authority
        .0
        .store
        .write(move |tx| {
            let sql = "INSERT INTO gate (unit, name, at, actor, overridden, answers) VALUES (?, 'key-plan', 1, '\"Signet\"', 0, ?)";
            Ok(tx.execute(sql, (id, r#"{"custodians":"Five, of whom three","shares":"in the safe"}"#))?)
        })
        .unwrap();
    let GateState::OutOfDate { answers, changed, .. } = state(&officer) else { panic!("{:?}", state(&officer)) };
    assert_eq!((answers["custodians"].as_str(), changed), ("Five, of whom three", vec![]));
    assert!(matches!(officer.make_key_plan(), Err(Error::Invalid { field: "answers", .. })), "it is asked in types now");
    officer.complete_gate(Gate::KeyPlan, testing::key_plan_answers()).unwrap();
    assert!(matches!(state(&officer), GateState::Done { .. }));
}

#[test]
fn versions_of_two_processes_at_once_have_two_numbers_or_are_one() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.decide_escrow(decision(true)).unwrap();
    let other = testing::officer(&testing::open(&folder, &clock));
    std::thread::scope(|scope| {
        for (officer, threshold) in [(&officer, "2"), (&other, "3")] {
            scope.spawn(move || {
                let mut answers = testing::key_plan_answers();
                answers.insert("threshold".into(), threshold.into());
                officer.complete_gate(Gate::KeyPlan, answers).unwrap();
            });
        }
    });
    let numbers: Vec<_> = officer.key_plans().unwrap().iter().map(|plan| plan.number).collect();
    assert_eq!(numbers, [2, 1]);
    assert!(officer.key_plan().unwrap().current, "the answers that stand are those of the last version");
}
