//! Many certificates, at once or one by one, are the act of two officers.

use super::*;

#[test]
fn many_need_a_second_officer_who_is_another_person() {
    let house = house();
    house.rosa.set_setting("revoke.four_eyes_above", "3").unwrap();
    let list = house.many(5);
    assert!(!house.rosa.consequences(&certificates(&list[..3], Verb::Hold)).unwrap().needs_second_officer);
    let request = match house.rosa.revoke_many(&list[..4], Reason::PrivilegeWithdrawn, "the project ended").unwrap() {
        Outcome::Waiting(request) => request,
        other => panic!("{other:?}"),
    };
    assert!(list.iter().all(|one| house.status(one) == "active"), "nothing happens before");
    assert_eq!((request.count, request.why.as_str()), (4, "the project ended"));
    assert_eq!(house.rosa.waiting_acts().unwrap(), std::slice::from_ref(&request));
    // The same person by whatever door; and who is nobody.
    for same in [Actor::Officer("rosa".into()), Actor::Command("rosa".into()), Actor::Officer("ROSA".into()), Actor::Signet] {
        let refused = house.authority.operator(same.clone()).approve_act(request.id);
        assert!(matches!(refused, Err(Error::Denied(Denied::SecondOfficer))), "{same:?}");
    }
    assert!(matches!(house.rosa.approve_act(ActId::fresh()), Err(Error::NotFound(Noun::Act))));
    // One of them ended meanwhile.
    house.rosa.revoke(&list[0], Reason::KeyCompromise).unwrap();
    let otto = house.authority.operator(Actor::Officer("otto".into()));
    assert_eq!(otto.approve_act(request.id).unwrap().affected.len(), 3);
    assert!(list[..4].iter().all(|one| house.status(one) == "revoked"));
    assert_eq!(house.status(&list[4]), "active");
    let newest = house.authority.auditor().ledger(None, 6).unwrap();
    let approved = newest.iter().find(|row| row.event == "act.approved").unwrap();
    assert_eq!((&approved.actor, approved.subject.clone()), (&Actor::Officer("otto".into()), request.id.to_string()));
    assert!(matches!(otto.approve_act(request.id), Err(Error::NotFound(Noun::Act))), "once");
    assert!(house.rosa.waiting_acts().unwrap().is_empty());

    let more = house.many(4);
    let Outcome::Waiting(again) = house.rosa.hold(&more).unwrap() else { panic!("it was done") };
    house.rosa.refuse_act(again.id, "a mistake").unwrap();
    assert!(matches!(otto.approve_act(again.id), Err(Error::NotFound(Noun::Act))));
    assert!(more.iter().all(|one| house.status(one) == "active"));
    assert!(matches!(house.authority.operator(Actor::Signet).hold(&more), Err(Error::Denied(Denied::SecondOfficer))));
}

#[test]
fn who_approves_is_told_what_would_happen_now_which_is_what_the_first_was_told_until_something_changes() {
    let house = house();
    house.rosa.set_setting("revoke.four_eyes_above", "3").unwrap();
    house.person("Alice Example", "alice@example.edu");
    let (alices, _) = house.signing("alice@example.edu");
    let list = [vec![alices.clone()], house.many(3)].concat();
    let act = certificates(&list, Verb::Revoke { reason: Reason::PrivilegeWithdrawn, invalid_since: None });
    let told = house.rosa.consequences(&act).unwrap();
    let named: Vec<_> = list.iter().collect();
    assert_eq!((serials(&told.affected), told.needs_second_officer), (texts(&named), true));
    assert!(told.breaks.contains(&Breaks::NoneLeft), "Alice has no other one: {told:?}");
    let Outcome::Waiting(request) = house.rosa.carry_out(&act, "the project ended").unwrap() else { panic!("it was done") };
    let otto = house.authority.operator(Actor::Officer("otto".into()));
    let before = house.rows();
    assert_eq!(otto.waiting_act_consequences(request.id).unwrap(), told, "the same");
    assert_eq!((house.rows(), house.status(&alices)), (before, "active".to_owned()), "looking changes nothing");

    // Another officer was faster with one of them.
    otto.revoke(&alices, Reason::KeyCompromise).unwrap();
    assert!(house.rosa.consequences(&act).is_err(), "as it was asked for it fits no longer");
    let now = otto.waiting_act_consequences(request.id).unwrap();
    assert_eq!(serials(&now.affected), texts(&named[1..]), "what was revoked meanwhile is left out");
    assert!(!now.breaks.contains(&Breaks::NoneLeft), "nobody loses the last one by it any more: {now:?}");
    assert_eq!(otto.approve_act(request.id).unwrap().affected, now.affected, "and that is what is done");
    assert!(matches!(otto.waiting_act_consequences(request.id), Err(Error::NotFound(Noun::Act))), "it waits no longer");
}

#[test]
fn many_one_by_one_are_as_many_as_many_at_once() {
    let house = house();
    house.rosa.set_setting("revoke.four_eyes_above", "3").unwrap();
    let list = house.many(8);
    let revoke = |at: usize| house.rosa.revoke_many(&list[at..=at], Reason::PrivilegeWithdrawn, "");
    done(revoke(0));
    house.rosa.revoke(&list[1], Reason::Superseded).unwrap();
    done(house.rosa.hold(&list[2..3]));
    // The same certificate again is not one more; another one is, by whatever door and under whatever spelling of the account.
    done(revoke(2));
    assert!(house.rosa.consequences(&certificates(&list[3..4], Verb::Reinstate)).is_err(), "it is not held");
    let act = certificates(&list[3..4], Verb::Revoke { reason: Reason::Superseded, invalid_since: None });
    assert!(house.rosa.consequences(&act).unwrap().needs_second_officer, "said beforehand");
    let at_terminal = house.authority.operator(Actor::Command("Rosa".into()));
    let Outcome::Waiting(request) = at_terminal.carry_out(&act, "").unwrap() else { panic!("it was done") };
    assert!(matches!(house.rosa.revoke(&list[3], Reason::Superseded), Err(Error::Denied(Denied::SecondOfficer))));
    assert!(matches!(house.rosa.maybe_lost(Target::Certificates(list[4..5].to_vec())).unwrap(), Outcome::Waiting(_)));
    assert_eq!((house.status(&list[3]), house.status(&list[4])), ("active".into(), "active".into()), "nothing happened");
    // A hold can be taken back, so it never waits for what was done before; but it counts.
    done(house.rosa.hold(&list[4..5]));
    // Another officer has done nothing yet, and what is approved is not counted as done alone.
    let otto = house.authority.operator(Actor::Officer("otto".into()));
    otto.approve_act(request.id).unwrap();
    assert_eq!(house.status(&list[3]), "revoked");
    done(otto.revoke_many(&list[5..8], Reason::Superseded, ""));
    // After a day it begins anew; what was held within it still counts.
    house.clock.advance(86_400);
    done(house.rosa.reinstate(&list[4..5]));
    assert_eq!(house.status(&list[4]), "active");
    let hours = house.rosa.set_setting("revoke.four_eyes_hours", "0");
    assert!(matches!(hours, Err(Error::Invalid { field: "revoke.four_eyes_hours", .. })));
}

#[test]
fn an_account_is_one_officer_in_whatever_letters() {
    let house = house();
    house.rosa.set_setting("revoke.four_eyes_above", "2").unwrap();
    let list = house.many(3);
    let officer = |name: &str| house.authority.operator(Actor::Officer(name.into()));
    let Outcome::Waiting(request) = officer("Élodie").revoke_many(&list, Reason::Superseded, "").unwrap() else { panic!("it was done") };
    assert!(matches!(officer("élodie").approve_act(request.id), Err(Error::Denied(Denied::SecondOfficer))));
    officer("elodie").approve_act(request.id).unwrap();
}
