//! The log of lessons, and what of it may be given away.

use super::{NewLesson, RedactedLesson};
use crate::{
    Error,
    department::FurtherDepartment,
    ota::tests::phone::world,
    policy::{
        Gate, GateState, Language,
        tests::{decision, rows},
    },
    testing,
};
use protocol::Timestamp;

fn lesson(happened: &str, learned: &str) -> NewLesson {
    NewLesson { day: "2026-11-20".into(), happened: happened.into(), learned: learned.into() }
}

#[test]
fn the_log_only_grows_and_its_first_entry_passes_the_gate() {
    let (authority, clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    let physics = rosa.at_department(rosa.department().unwrap().id).unwrap();
    let made = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = rosa.at_department(rosa.add_department(made).unwrap().id).unwrap();
    let state = |of: &crate::Operator| of.gates().unwrap().into_iter().find(|view| view.gate == Gate::Lessons).unwrap().state;
    assert_eq!(state(&physics), GateState::Open);
    assert!(matches!(physics.complete_gate(Gate::Lessons, [].into()), Err(Error::Invalid { field: "gate", .. })));
    for (field, wrong) in [
        ("happened", lesson(" ", "x")),
        ("learned", lesson("x", "a\u{202e}b")),
        ("learned", lesson("x", &"y".repeat(4001))),
        ("day", NewLesson { day: "yesterday".into(), ..lesson("x", "y") }),
        ("day", NewLesson { day: "2026-11-23".into(), ..lesson("x", "y") }),
    ] {
        match physics.add_lesson(wrong) {
            Err(Error::Invalid { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{other:?}"),
        }
    }
    let first = physics.add_lesson(lesson("A phone was lost.\nTwice.", " Ask at once. ")).unwrap();
    clock.advance(60);
    physics.add_lesson(NewLesson { day: "2026-11-19".into(), ..lesson("Before that", "Nothing") }).unwrap();
    let all = physics.lessons().unwrap();
    assert_eq!(all.iter().map(|one| one.day.as_str()).collect::<Vec<_>>(), ["2026-11-20", "2026-11-19"]);
    assert_eq!((&all[0], all[0].learned.as_str()), (&first, "Ask at once."));
    assert_eq!((state(&physics), state(&chemistry)), (GateState::Decided, GateState::Open));
    assert!(chemistry.lessons().unwrap().is_empty(), "each department has its own");
    assert_eq!(rows(&authority, "lesson.added"), 2);
    let touch = |sql: &'static str| authority.0.store.write(move |tx| Ok(tx.execute(sql, [])?));
    assert!(touch("UPDATE lesson SET learned = 'else'").is_err() && touch("DELETE FROM lesson").is_err());
    authority.auditor().verify_ledger().unwrap();
}

#[test]
fn a_lesson_of_today_is_taken_wherever_the_officer_is() {
    let (authority, clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    let of = |day: &str| rosa.add_lesson(NewLesson { day: day.into(), ..lesson("x", "y") });
    // At 10:00 UTC the next day begins where it begins first, and not a second before.
    of("2026-11-22").unwrap();
    clock.advance(Timestamp::DAY - 1);
    let tomorrow = of("2026-11-23");
    assert!(matches!(tomorrow, Err(Error::Invalid { field: "day", .. })), "{tomorrow:?}");
    clock.advance(1);
    of("2026-11-23").unwrap();
}

#[test]
fn nothing_that_the_store_knows_survives_the_redacted_export() {
    let world = world();
    let officer = &world.officer;
    world.person("Alice Éxample", "alice.example@example.edu");
    let gone = world.stranger("Wilhelmina van den Berg", "mina@example.edu");
    officer.delete_subscriber(gone.id).unwrap();
    officer.set_setting("portal.contact", "Rosalind, extension 4411").unwrap();
    officer.set_setting("vpn.server", "gate7.example.org").unwrap();
    officer.set_setting("wifi.ssid", "campus-north").unwrap();
    officer.decide_escrow(decision(false)).unwrap();
    officer.override_gate(Gate::Team, "Hildegard Knoblauch", "in January").unwrap();
    let issued =
        officer.issue_generated("alice.example@example.edu", crate::profile::ProfileName::Encryption, crate::issuance::Form::Modern, false);
    let serial = issued.unwrap().issued.certificate.serial;
    let invitation = world.invite("alice.example@example.edu");
    let phone = world.phone(&invitation, "00008120-001C4D2A3E91402E", 1);
    phone.phase2(&world);
    let named = "UPDATE device SET device_name = 'Donnerkeil of A.'";
    world.authority.0.store.write(move |tx| Ok(tx.execute(named, [])?)).unwrap();
    let in_fours = serial.as_bytes().chunks(4).map(|four| std::str::from_utf8(four).unwrap().to_lowercase()).collect::<Vec<_>>().join(" ");
    let happened = format!(
        "ALICE EXAMPLE (alice.example@example.edu, alice.example) of the Physics department at Example University rang 4411 and \
         +41 22 379 71 11 from gate7.example.org and laptop3.example.edu on campus-north; certificate {serial}, or {in_fours}, that is {}; \
         phone {} (\"Donnerkeil of A.\", 00008120-001C4D2A3E91402E). Mrs Van den Berg and mina@example.edu, Dr. Kim, hildegard knoblauch and rosa were told.",
        &serial[..10],
        phone.serial,
    );
    officer.add_lesson(lesson(&happened, "Alice: ask Wilhelmina first. We will say more on 2026-11-20.")).unwrap();

    for language in [Language::English, Language::French] {
        let text = officer.redacted_lessons_text(language).unwrap();
        let plain = crate::subscriber::name::fold(&text);
        for known in [
            "alice",
            "example",
            "physics",
            "university",
            "4411",
            "379",
            "gate7",
            "laptop3",
            "campus",
            &serial.to_lowercase()[..10],
            &in_fours[..9],
            &phone.serial.to_lowercase(),
            "donnerkeil",
            "001c4d2a",
            "berg",
            "wilhelmina",
            "mina@",
            "kim",
            "hildegard",
            "knoblauch",
            "rosa",
            "@",
        ] {
            assert!(!plain.contains(known), "{known}: {text}");
        }
        assert!(text.contains("2026-11-20") && plain.contains(" will say more"), "what names nobody stays: {text}");
    }
    let RedactedLesson { learned, .. } = officer.redacted_lessons(Language::French).unwrap().remove(0);
    assert_eq!(learned, "[une personne]: ask [une personne] first. We will say more on 2026-11-20.");
    assert!(officer.lessons().unwrap()[0].happened.contains("ALICE EXAMPLE"), "the log itself keeps what was written");
}
