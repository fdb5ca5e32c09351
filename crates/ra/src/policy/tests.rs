//! Pilot and production, gates, escrow decisions, bundles.

use super::*;
use crate::{
    Authority, Denied, Error, Noun,
    department::NewDepartment,
    profile::{PILOT_POLICY, ProfileDraft, Scope, Source},
    testing,
};
use protocol::key::KeyAlgorithm;
use std::collections::BTreeMap;

fn adviser(role: AdviserRole) -> Adviser {
    Adviser { name: "Dr. Kim".into(), role, on: "2026-11-20".into(), opinion: "Needed for the archive.".into() }
}

pub(super) fn decision(enabled: bool) -> EscrowDecision {
    EscrowDecision {
        answers: Answers { future_access: true, ..Answers::default() },
        enabled,
        decided_by: "The dean".into(),
        reason: "The archive must stay readable".into(),
        advisers: vec![adviser(AdviserRole::Technical), adviser(AdviserRole::Legal)],
    }
}

fn answers(gate: Gate) -> BTreeMap<String, String> {
    if gate == Gate::KeyPlan {
        return testing::key_plan_answers();
    }
    gate.questions().iter().map(|question| ((*question).to_owned(), format!("about {question}"))).collect()
}

pub(super) fn rows(authority: &Authority, event: &'static str) -> i64 {
    authority.0.store.read(|c| Ok(c.query_row("SELECT count(*) FROM ledger WHERE event = ?", [event], |row| row.get(0))?)).unwrap()
}

#[test]
fn a_new_department_is_a_pilot_whose_certificates_say_so_and_are_short() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    assert!(officer.department().unwrap().pilot);
    for name in ProfileName::ALL {
        let profile = officer.profile_in_force(name).unwrap();
        assert!(profile.pilot && profile.days == 90 && profile.renewal_days <= 45, "{profile:?}");
        assert_eq!(profile.policies.iter().map(|p| p.oid.as_str()).collect::<Vec<_>>(), [PILOT_POLICY]);
    }
    testing::into_production(&officer);
    assert!(!officer.department().unwrap().pilot);
    let signing = officer.profile_in_force(ProfileName::Signing).unwrap();
    assert_eq!((signing.pilot, signing.days, signing.policies.len()), (false, 730, 0));
    officer.start_production().unwrap();
    assert_eq!(rows(&authority, "department.production"), 1, "twice is once");
    assert!(matches!(officer.return_to_pilot(" "), Err(Error::Invalid { field: "reason", .. })));
    officer.return_to_pilot("the audit found gaps").unwrap();
    assert!(officer.profile_in_force(ProfileName::Signing).unwrap().pilot);
    authority.auditor().verify_ledger().unwrap();
}

#[test]
fn every_closed_gate_keeps_the_department_a_pilot() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    assert!(officer.gates().unwrap().iter().all(|view| view.state == GateState::Open));
    officer.decide_escrow(decision(true)).unwrap();
    let lesson = NewLesson { day: "2026-11-20".into(), happened: "A phone was lost".into(), learned: "Ask at once".into() };
    assert!(matches!(officer.start_production(), Err(Error::Denied(Denied::GatesClosed))), "no lesson");
    officer.add_lesson(lesson).unwrap();
    for gate in Gate::all().filter(|gate| !gate.questions().is_empty()) {
        assert!(matches!(officer.start_production(), Err(Error::Denied(Denied::GatesClosed))), "{}", gate.name());
        let mut less = answers(gate);
        less.pop_first();
        assert!(matches!(officer.complete_gate(gate, less), Err(Error::Invalid { field: "answers", .. })));
        let mut more = answers(gate);
        more.insert("colour".into(), "blue".into());
        assert!(matches!(officer.complete_gate(gate, more), Err(Error::Invalid { field: "answers", .. })));
        officer.complete_gate(gate, answers(gate)).unwrap();
    }
    officer.reopen_gate(Gate::LifeCycle(ProfileName::Signing)).unwrap();
    assert!(matches!(officer.start_production(), Err(Error::Denied(Denied::GatesClosed))));
    assert!(matches!(officer.override_gate(Gate::LifeCycle(ProfileName::Signing), "", "late"), Err(Error::Invalid { field: "name", .. })));
    assert!(matches!(
        officer.override_gate(Gate::LifeCycle(ProfileName::Signing), "Rosa", " "),
        Err(Error::Invalid { field: "reason", .. })
    ));
    officer.override_gate(Gate::LifeCycle(ProfileName::Signing), "Rosa Ruiz", "written next week").unwrap();
    officer.start_production().unwrap();
    assert_eq!(
        (rows(&authority, "gate.overridden"), rows(&authority, "gate.reopened"), rows(&authority, "department.production")),
        (1, 1, 1)
    );
}

#[test]
fn a_gate_that_decisions_make_needless_does_not_stand_in_the_way() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let state = |gate| officer.gates().unwrap().into_iter().find(|view| view.gate == gate).unwrap().state;
    assert!(matches!(officer.complete_gate(Gate::Escrow, BTreeMap::new()), Err(Error::Invalid { field: "gate", .. })));
    officer.decide_escrow(EscrowDecision { advisers: vec![], ..decision(false) }).unwrap();
    assert_eq!((state(Gate::Escrow), state(Gate::KeyPlan)), (GateState::Decided, GateState::NotNeeded));
    officer.decide_escrow(decision(true)).unwrap();
    assert_eq!(state(Gate::KeyPlan), GateState::Open, "with escrow the plan is needed");
    let document = ProfileDraft { offered: false, ..ProfileDraft::builtin(ProfileName::Document) };
    officer.save_profile(Scope::Department, ProfileName::Document, document).unwrap();
    assert_eq!(state(Gate::LifeCycle(ProfileName::Document)), GateState::NotNeeded);
    for gate in Gate::all() {
        assert_eq!(Gate::parse(&gate.name()), Some(gate));
    }
}

/// Why a gate stands in the way.
fn closed<T>(outcome: crate::Result<T>) -> String {
    match outcome {
        Err(Error::Invalid { field: "gate", reason }) => reason,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was done"),
    }
}

#[test]
fn nothing_is_switched_on_in_production_around_its_gate() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let save = |scope, offered| {
        let draft = ProfileDraft { offered, ..ProfileDraft::builtin(ProfileName::Document) };
        officer.save_profile(scope, ProfileName::Document, draft)
    };
    save(Scope::Organization, false).unwrap();
    officer.decide_escrow(EscrowDecision { advisers: vec![], ..decision(false) }).unwrap();
    let open: Vec<Gate> = officer.gates().unwrap().into_iter().filter(|view| !view.is_passed()).map(|view| view.gate).collect();
    assert!(!open.contains(&Gate::KeyPlan) && !open.contains(&Gate::LifeCycle(ProfileName::Document)), "neither is needed");
    for gate in open {
        officer.override_gate(gate, "Rosa Ruiz", "a department made for tests").unwrap();
    }
    officer.start_production().unwrap();
    let offered = || officer.profile(ProfileName::Document).unwrap().definition.offered;
    for refused in [closed(save(Scope::Department, true)), closed(save(Scope::Organization, true))] {
        assert!(refused.contains("Physics") && refused.contains("life-cycle.document"), "{refused}");
    }
    // The organization's counts for those who inherit it; going back to it is the same as offering it.
    save(Scope::Department, false).unwrap();
    save(Scope::Organization, true).unwrap();
    assert!(closed(officer.inherit_profile(Scope::Department, ProfileName::Document)).contains("life-cycle.document"));
    assert!(!offered(), "what is refused changes nothing");
    officer.complete_gate(Gate::LifeCycle(ProfileName::Document), answers(Gate::LifeCycle(ProfileName::Document))).unwrap();
    officer.inherit_profile(Scope::Department, ProfileName::Document).unwrap();
    assert!(offered());
    // What is offered already may be changed: a department in production stays there.
    officer.reopen_gate(Gate::LifeCycle(ProfileName::Document)).unwrap();
    save(Scope::Department, true).unwrap();

    assert!(closed(officer.decide_escrow(decision(true))).contains("key-plan"));
    assert!(!officer.escrow_status().unwrap().enabled);
    officer.complete_gate(Gate::KeyPlan, answers(Gate::KeyPlan)).unwrap();
    assert!(officer.decide_escrow(decision(true)).unwrap().enabled);
    let state = officer.gates().unwrap().into_iter().find(|view| view.gate == Gate::KeyPlan).unwrap().state;
    assert!(matches!(state, GateState::OutOfDate { .. }), "the decision is part of the plan");
    officer.make_key_plan().unwrap();
    officer.reopen_gate(Gate::KeyPlan).unwrap();
    officer.decide_escrow(EscrowDecision { reason: "Confirmed".into(), ..decision(true) }).unwrap();
}

#[test]
fn a_training_department_stays_a_pilot() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::officer(&authority);
    let new = NewDepartment {
        organization: "Example University".into(),
        department: "Training".into(),
        mail_domains: vec!["example.edu".into()],
        hosts: vec![],
        ca_key: KeyAlgorithm::P256,
        status_url: None,
        training: true,
    };
    assert!(officer.create_department(new).unwrap().pilot);
    for gate in Gate::all() {
        officer.override_gate(gate, "Rosa Ruiz", "to see what happens").unwrap();
    }
    assert!(matches!(officer.start_production(), Err(Error::Invalid { field: "training", .. })));
    assert!(officer.profile_in_force(ProfileName::Signing).unwrap().pilot);
}

#[test]
fn the_interview_recommends_with_reasons_and_refuses_contradictions() {
    use Recommendation::{ConsiderEscrow, NoEscrow};
    for bits in 0..32_u8 {
        let bit = |n: u8| bits & (1 << n) != 0;
        let answers =
            Answers { signing_only: bit(0), authentication_only: bit(1), real_time: bit(2), future_access: bit(3), long_lived: bit(4) };
        let others = u32::from(bits).count_ones() - 1_u32.min(u32::from(bits).count_ones());
        match answers.advice() {
            Ok(advice) => {
                assert_eq!(advice.recommendation == ConsiderEscrow, bit(3) || bit(4), "{answers:?}");
                assert!(!advice.reasons.is_empty() && advice.reasons[0].speaks_for == advice.recommendation, "{answers:?}");
                assert!(!(bit(0) || bit(1)) || others == 0, "{answers:?}");
            }
            Err(Error::Invalid { field, .. }) => {
                assert!(others > 0 && ["signing_only", "authentication_only"].contains(&field), "{answers:?}")
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(Answers::default().advice().unwrap().recommendation, NoEscrow);
}

#[test]
fn escrow_is_off_until_decided_and_says_since_when_and_why() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let start = officer.escrow_status().unwrap();
    assert_eq!((start.enabled, start.why, start.since), (false, None, Some(Timestamp(testing::START))));
    assert!(!officer.escrows(ProfileName::Encryption).unwrap());
    for (field, wrong) in [
        ("advisers", EscrowDecision { advisers: vec![adviser(AdviserRole::Technical)], ..decision(true) }),
        (
            "advisers",
            EscrowDecision { advisers: vec![Adviser { on: "yesterday".into(), ..adviser(AdviserRole::Legal) }], ..decision(false) },
        ),
        (
            "advisers",
            EscrowDecision { advisers: vec![Adviser { opinion: String::new(), ..adviser(AdviserRole::Legal) }], ..decision(false) },
        ),
        ("reason", EscrowDecision { reason: "\n".into(), ..decision(true) }),
        ("decided_by", EscrowDecision { decided_by: String::new(), ..decision(true) }),
        (
            "signing_only",
            EscrowDecision { answers: Answers { signing_only: true, long_lived: true, ..Answers::default() }, ..decision(true) },
        ),
    ] {
        match officer.decide_escrow(wrong) {
            Err(Error::Invalid { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{other:?}"),
        }
    }
    clock.advance(100);
    let on = officer.decide_escrow(decision(true)).unwrap();
    assert_eq!(
        (on.enabled, on.since, on.why.as_deref()),
        (true, Some(Timestamp(testing::START + 100)), Some("The archive must stay readable"))
    );
    assert_eq!(on.decision.unwrap().recommendation, Recommendation::ConsiderEscrow);
    assert!(officer.escrows(ProfileName::Encryption).unwrap() && officer.escrows(ProfileName::Document).unwrap());
    assert!(!officer.escrows(ProfileName::Signing).unwrap() && !officer.escrows(ProfileName::Authentication).unwrap());
    clock.advance(100);
    officer.decide_escrow(EscrowDecision { reason: "Confirmed".into(), ..decision(true) }).unwrap();
    assert_eq!(officer.escrow_status().unwrap().since, Some(Timestamp(testing::START + 100)), "confirming is no change");
    clock.advance(100);
    let off = officer.decide_escrow(decision(false)).unwrap();
    assert_eq!((off.enabled, off.since), (false, Some(Timestamp(testing::START + 300))));
    assert_eq!(officer.escrow_decisions().unwrap().len(), 3);
    let change = |sql: &'static str| authority.0.store.write(move |tx| Ok(tx.execute(sql, [])?));
    assert!(change("UPDATE escrow_decision SET enabled = 1").is_err() && change("DELETE FROM escrow_decision").is_err());
}

#[test]
fn bundles_are_inherited_replaced_and_removed() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    use ProfileName::{Authentication, Encryption, Signing};
    assert_eq!(officer.bundle(" staff ").unwrap().profiles, [Signing, Encryption, Authentication]);
    let bundle = |name: &str, profiles: &[ProfileName]| Bundle { name: name.into(), profiles: profiles.to_vec() };
    officer.save_bundle(Scope::Organization, &bundle("STAFF", &[Signing, Signing])).unwrap();
    assert_eq!(officer.bundle("Staff").unwrap(), bundle("STAFF", &[Signing]));
    officer.save_bundle(Scope::Department, &bundle("staff", &[Authentication])).unwrap();
    let mine = officer.bundles().unwrap().into_iter().find(|view| view.bundle.name == "staff").unwrap();
    assert_eq!((mine.source, mine.bundle.profiles.as_slice()), (Source::Department, &[Authentication][..]));
    officer.remove_bundle(Scope::Department, "Staff").unwrap();
    assert!(matches!(officer.bundle("staff"), Err(Error::NotFound(Noun::Bundle))));
    assert!(matches!(officer.remove_bundle(Scope::Department, "staff"), Err(Error::NotFound(Noun::Bundle))));
    assert!(matches!(officer.save_bundle(Scope::Department, &bundle("Empty", &[])), Err(Error::Invalid { field: "profiles", .. })));
    assert!(matches!(officer.save_bundle(Scope::Department, &bundle("\u{202e}", &[Signing])), Err(Error::Invalid { field: "name", .. })));
}

#[test]
fn a_bundle_gets_another_name_and_what_was_inherited_under_the_old_one_is_gone() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    use ProfileName::{Authentication, Signing};
    let bundle = |name: &str, profiles: &[ProfileName]| Bundle { name: name.into(), profiles: profiles.to_vec() };
    let named = |officer: &crate::Operator| officer.bundles().unwrap().into_iter().map(|view| view.bundle.name).collect::<Vec<_>>();
    officer.rename_bundle(Scope::Department, "staff", &bundle(" Faculty  members ", &[Signing, Signing])).unwrap();
    assert_eq!(named(&officer), ["Faculty members", "Functional mailbox", "Phone only", "Student"]);
    assert_eq!(officer.bundle("faculty members").unwrap().profiles, [Signing]);
    assert_eq!(officer.bundles_for(Scope::Organization).unwrap().len(), 4, "the organization keeps its own");
    // Only capitals, and back to the name that is inherited.
    officer.rename_bundle(Scope::Department, "Faculty members", &bundle("FACULTY MEMBERS", &[Signing])).unwrap();
    assert_eq!(named(&officer)[0], "FACULTY MEMBERS");
    officer.rename_bundle(Scope::Department, "faculty members", &bundle("Staff", &[Authentication])).unwrap();
    assert_eq!(named(&officer), ["Functional mailbox", "Phone only", "Staff", "Student"]);
    // Another one's name, one that is not there, and none at all.
    let taken = officer.rename_bundle(Scope::Department, "Staff", &bundle("student", &[Signing]));
    assert!(matches!(taken, Err(Error::Invalid { field: "name", .. })), "{taken:?}");
    assert!(matches!(officer.rename_bundle(Scope::Department, "Guests", &bundle("X", &[Signing])), Err(Error::NotFound(Noun::Bundle))));
    assert!(matches!(
        officer.rename_bundle(Scope::Department, "Staff", &bundle("", &[Signing])),
        Err(Error::Invalid { field: "name", .. })
    ));
    assert_eq!(named(&officer), ["Functional mailbox", "Phone only", "Staff", "Student"], "what is refused changes nothing");
    let told = authority.auditor().ledger(None, 1).unwrap().remove(0);
    assert_eq!((told.event.as_str(), told.subject.as_str()), ("bundle.renamed", "Staff"));
    assert_eq!(told.details["was"], "FACULTY MEMBERS");
}

#[test]
fn a_change_counts_in_another_process_at_once() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let other = testing::open(&folder, &clock);
    assert!(testing::officer(&other).profile_in_force(ProfileName::Signing).unwrap().pilot);
    testing::into_production(&officer);
    let mut draft = ProfileDraft::builtin(ProfileName::Signing);
    draft.days = 100;
    officer.save_profile(Scope::Organization, ProfileName::Signing, draft).unwrap();
    let seen = testing::officer(&other).profile_in_force(ProfileName::Signing).unwrap();
    assert_eq!((seen.pilot, seen.days), (false, 100));
}
