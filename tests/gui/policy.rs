//! Policies as an officer makes them: a profile that is refused and one that is saved, a bundle, the escrow decision, the gates, production
//! and back.

use crate::window::Window;
use ra::{
    Operator,
    department::FurtherDepartment,
    policy::{Gate, GateState, Stage},
    profile::{ProfileName, Scope, Source},
};
use serde_json::json;
use std::time::{Duration, Instant};

/// All of it, after the department is there. `operator` is another process on the same folder.
pub(crate) async fn define(window: &Window, operator: &Operator) {
    edit_a_profile(window, operator).await;
    make_a_bundle(window, operator).await;
    decide_escrow(window, operator).await;
    escrow_at_a_glance(window, operator).await;
    pass_the_gates(window, operator).await;
    two_officers(window, operator).await;
    large_text(window).await;
}

async fn edit_a_profile(window: &Window, operator: &Operator) {
    window.go("policies").await;
    window.find(".policy-profiles").await;
    window.press("Mail signing").await;
    window.find("[data-act='save'][disabled]").await;

    // A signing key in escrow: said at once beside the choice, and refused when it is saved all the same.
    window.press("By policy").await;
    window.find("#said-escrow [data-remark='signingEscrowed']").await;
    window.click("[data-act='save']").await;
    window.says("Not saved").await;
    window.keep("policy-refused").await;
    assert_eq!(operator.profile(ProfileName::Signing).unwrap().version, 0, "nothing was saved");

    window.press("The holder alone has the key").await;
    window.fill("#f-days", "365").await;
    window.says("Can be saved").await;
    window.says("365 days").await;
    // It is there again after a look at something else.
    window.go("policies/escrow").await;
    window.says("Nobody has decided yet").await;
    window.go("policies/signing").await;
    window.find(".changes ins").await;
    window.keep("policy-edit").await;
    window.click("[data-act='save']").await;
    window.says("Version 1, counts now").await;
    let saved = operator.profile(ProfileName::Signing).unwrap();
    assert_eq!((saved.version, saved.definition.days), (1, 365));

    // A second version, and back to what the first one says.
    window.fill("#f-renewalDays", "45").await;
    window.find(".changes ins").await;
    window.click("[data-act='save']").await;
    window.says("Version 2, counts now").await;
    window.press("Take as draft").await;
    window.find(".changes ins").await;
    window.keep("policy-versions").await;
    window.click("[data-act='undo']").await;
    window.find("[data-act='save'][disabled]").await;

    // By the palette, then back to what is inherited.
    window.control("k").await;
    window.find("[role='combobox']").await.send_keys("edit profile mail sign").await.unwrap();
    window.press_option("Edit profile Mail signing").await;
    window.press("Reset to inherited").await;
    window.find("[role='alertdialog']").await;
    window.click("[role='alertdialog'] [type='submit']").await;
    window.says("Built in, counts now").await;
    assert_eq!(operator.profile(ProfileName::Signing).unwrap().version, 0);
}

/// What the organization saves is inherited by its departments, and each value says so. Adds a second department.
pub(crate) async fn hand_down(window: &Window, operator: &Operator) {
    operator
        .add_department(FurtherDepartment { name: "Department of Chemistry".into(), mail_domains: vec!["example.edu".into()] })
        .unwrap();
    window.go("policies").await;
    window.choose("[data-place]", "organization").await;
    window.says("What every department inherits").await;
    window.find("aside .rows li:nth-child(2) button").await;
    window.keep("policies-organization").await;
    window.press("Mail signing").await;
    window.fill("#f-days", "548").await;
    window.find("[data-from='own']").await;
    window.says("inherited would be 730 days").await;
    window.click("[data-act='save']").await;
    window.says("Saved as version").await;
    let saved = operator.profile_for(Scope::Organization, ProfileName::Signing).unwrap();
    assert_eq!((saved.source, saved.definition.days), (Source::Organization, 548));

    window.go("policies").await;
    window.click("aside .rows li:nth-child(2) button").await; // Department of Chemistry
    window.says("A pilot: everything can be tried").await;
    window.press("Mail signing").await;
    window.says("Inherited from the organization").await;
    window.find("#f-days").await;
    window.keep("policy-inherited").await;
}

async fn make_a_bundle(window: &Window, operator: &Operator) {
    window.go("policies/bundle").await;
    window.fill("[role='dialog'] input.in", "Guests").await;
    window.press("Save bundle").await;
    window.says("Choose at least one certificate profile").await;
    window.click("[role='dialog'] .choice label:nth-child(3)").await; // Wi-Fi and VPN
    window.keep("policy-bundle").await;
    window.press("Save bundle").await;
    window.press("Guests").await;
    assert_eq!(operator.bundle("guests").unwrap().profiles, [ProfileName::Authentication]);
    window.fill("[role='dialog'] input.in", "Staff").await;
    window.press("Save bundle").await;
    window.says("Another bundle has this name").await;
    window.fill("[role='dialog'] input.in", "Visitors").await;
    window.press("Save bundle").await;
    window.press("Visitors").await;
    assert!(operator.bundle("visitors").is_ok() && operator.bundle("guests").is_err());
    window.press("Remove bundle").await;
    window.click("[role='alertdialog'] [type='submit']").await;
    window.says("Bundle removed").await;
    assert!(operator.bundle("Visitors").is_err());
}

async fn decide_escrow(window: &Window, operator: &Operator) {
    let said = escrow_of_alice(window).await;
    assert!(said.starts_with("Not escrowed") && said.ends_with(ONLY_HER) && !said.contains("decided for escrow"), "{said}");
    window.go("policies/escrow/decide").await;
    let answer = async |name: &str, yes: bool| {
        let place = if yes { 1 } else { 2 };
        window.click(&format!("[data-question='{name}'] label:nth-child({place})")).await;
    };
    for (name, yes) in
        [("signingOnly", true), ("authenticationOnly", false), ("realTime", false), ("futureAccess", true), ("longLived", false)]
    {
        answer(name, yes).await;
    }
    window.says("Signing alone leaves nothing to encrypt").await;
    window.find("[data-act='next'][disabled]").await;
    window.keep("escrow-interview").await;
    answer("signingOnly", false).await;
    window.click("[data-act='next']:not([disabled])").await;
    window.find("[data-recommendation='considerEscrow']").await;
    window.says("Only the holder can be made to give the key, whoever orders it").await;
    window.keep("escrow-recommendation").await;
    window.click("[data-act='next']").await;
    window.says("Nobody was asked yet").await;
    window.click("[data-act='next']").await;
    window.says("Without escrow only the holder can be made to give it").await;
    window.press("Lost keys for reading").await;
    window.fill("#decided-by", "Prof. Amélie Laurent, dean").await;
    window.fill("#reason", "The archive of the institute must stay readable for its successors.").await;
    window.keep("escrow-decision").await;

    // Without advisers it is refused, and the walk goes back to them; what was typed stays.
    window.click("[data-act='next']").await;
    window.says("one technical and one legal adviser").await;
    assert!(!operator.escrow_status().unwrap().enabled);
    for (at, name, opinion) in [
        (0, "Dr. Kim", "Sound with five custodians in three buildings."),
        (1, "Me Dubois", "Staff must be told; the works council agrees."),
    ] {
        window.click("[data-act='adviser']").await;
        window.fill(&format!("[data-adviser='{at}'] .adviser-row input"), name).await;
        window.fill(&format!("[data-adviser='{at}'] textarea"), opinion).await;
    }
    window.keep("escrow-advisers").await;
    window.click("[data-act='next']").await;
    window.find("#decided-by").await;
    window.click("[data-act='next']").await;
    window.says("Escrow is on").await;
    window.keep("escrow").await;
    let status = operator.escrow_status().unwrap();
    assert_eq!((status.enabled, status.decision.map(|made| made.decision.advisers.len())), (true, Some(2)));
}

/// Who could be made to give Alice's key.
const ONLY_HER: &str = "Only this person can be made to give a key to read with; nobody else has one. Keys that sign are never escrowed.";

/// What the page of Alice says of escrow.
async fn escrow_of_alice(window: &Window) -> String {
    window.go("people").await;
    window.press("Alice Example").await;
    window.says("Only this person can be made to give a key").await;
    window.fact("Escrow").await.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Since when and why, in both tables of departments.
async fn escrow_at_a_glance(window: &Window, operator: &Operator) {
    let status = operator.escrow_status().unwrap();
    let (since, why) = (status.since.unwrap().to_string(), status.why.unwrap());
    window.go("policies").await;
    window.find(".policy-escrow .mark.ok").await;
    window.look("escrow-glance").await;
    let cells = window.ask("return [...document.querySelectorAll('.policy-escrow tbody td')].map((cell) => cell.innerText.trim())").await;
    let at = window.ask("return document.querySelector('.policy-escrow tbody time').dateTime").await;
    assert_eq!(at, since);
    let day = "const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }); \
               return day.format(new Date(document.querySelector('.policy-escrow tbody time').dateTime)).replaceAll(' ', '\u{a0}')";
    let day = window.ask(day).await;
    assert_eq!(cells, json!(["Department of Physics", "On", day, why]));
    window.go("settings/departments").await;
    window.find(".department .facts .mark.ok").await;
    let said = window.fact("Escrow").await;
    assert!(said.starts_with("On") && said.contains(&format!("since {}.", day.as_str().unwrap())) && said.ends_with(&why), "{said}");
    let said = escrow_of_alice(window).await;
    assert!(said.starts_with("Not escrowed") && said.ends_with(ONLY_HER), "{said}");
    assert!(said.contains("The department decided for escrow on "), "{said}");
}

async fn pass_the_gates(window: &Window, operator: &Operator) {
    let state = |gate: Gate| operator.gates().unwrap().into_iter().find(|one| one.gate == gate).unwrap().state;

    // The mark of a pilot leads to the walk, which stands at the first closed gate.
    window.click(".rail .pilot").await;
    window.find("[data-gate='activation']").await;
    window.click("[data-act='write']").await;
    window.says("Fill this in").await;
    window.fill("#q-executive", "Prof. Amélie Laurent, dean").await;
    window.fill("#q-signed-on", "20 November 2026").await;
    window.fill("#q-document", "File 2026/114, dean’s office").await;
    window.keep("gate-activation").await;
    on_paper(window).await;
    window.click("[data-act='write']").await;
    window.find("[data-gate='team']").await;
    assert!(matches!(state(Gate::Activation), GateState::Done { .. }));

    window.click("[data-act='override']").await;
    window.find("[role='alertdialog']").await;
    window.press("Override the gate").await;
    window.says("Fill this in").await;
    window.fill("#override-name", "Prof. Amélie Laurent").await;
    window.fill("#override-reason", "The team meets in January; Rosa is responsible until then.").await;
    window.keep("gate-override").await;
    window.press("Override the gate").await;
    window.says("answers for passing it without").await;
    window.keep("gate-overridden").await;
    assert!(matches!(state(Gate::Team), GateState::Overridden { .. }));

    plan_for_keys(window, operator).await;
    learn(window, operator).await;

    window.go("policies/production/start").await;
    window.find("[data-act='start-production'][disabled]").await;
    // Another process passes the others; the window learns of it.
    for gate in operator.gates().unwrap().into_iter().filter(|gate| !gate.is_passed()) {
        operator
            .complete_gate(gate.gate, gate.questions.iter().map(|&question| (question.to_owned(), "As agreed.".to_owned())).collect())
            .unwrap();
    }
    window.find("[data-act='start-production']:not([disabled])").await;
    window.keep("production").await;
    window.click("[data-act='start-production']").await;
    window.click("[role='alertdialog'] [type='submit']").await;
    window.says("In production since").await;
    assert_eq!(operator.policy().unwrap().stage, Stage::Production);
    window.keep("production-started").await;

    window.click("[data-act='return']").await;
    window.fill("[role='alertdialog'] textarea", "The works council wants a longer pilot.").await;
    window.click("[role='alertdialog'] [type='submit']").await;
    window.find(".rail .pilot").await;
    assert_eq!(operator.policy().unwrap().stage, Stage::Pilot);
}

/// The form for the printer: filled in as far as it is known, with lines for a signature by hand.
async fn on_paper(window: &Window) {
    let sheet = window.ask("return [...document.querySelectorAll('.print-sheet')].map((one) => one.textContent).join()").await;
    let sheet = sheet.as_str().unwrap();
    for words in [
        "Request for client certificates",
        "Department of Physics of Example University asks to issue client certificates",
        "Mail signing",
        "Signature",
        "Officer: rosa",
        "Printed while the department is a pilot",
    ] {
        assert!(sheet.contains(words), "{words}: {sheet}");
    }
    let lines = window.ask("return document.querySelectorAll('.print-sheet .sign p').length").await;
    assert_eq!(lines, 4, "name, place, signature, officer");
}

/// The plan is made of the answers and the settings, falls out of date with a setting, and is made anew without typing.
async fn plan_for_keys(window: &Window, operator: &Operator) {
    let stands = || operator.key_plan().unwrap();
    window.go("policies/production/key-plan").await;
    window.find("[data-gate='key-plan']").await;
    window.fill("#q-custodians", "As agreed.").await;
    for (question, answer) in [("threshold", "2"), ("rotation", "60"), ("first-drill", "2027-01-15"), ("drills", "6")] {
        window.fill(&format!("#q-{question}"), answer).await;
    }
    window.fill("#q-succession", "Who leaves hands the envelope over before the last day.").await;
    window.fill("#q-loss", "The officer is told the same day; new shares are made within a week.").await;
    window.click("[data-act='write']").await;
    window.says("NAME, OFFICE").await;
    assert!(stands().plan.is_none(), "nothing half done");
    let custodians = "Prof. Laurent, dean: safe of the dean\nDr. Kim, registrar: archive\nMe Dubois, notary: bank";
    window.paste("#q-custodians", custodians).await;
    window.click("[data-act='write']").await;
    window.find("[data-plan='1']").await;
    window.says("2 of 3 custodians are needed together").await;
    window.keep("key-plan").await;
    assert!(stands().current);

    let longer = ra::profile::ProfileDraft { days: 700, ..operator.profile(ProfileName::Encryption).unwrap().definition };
    operator.save_profile(Scope::Department, ProfileName::Encryption, longer).unwrap();
    window.says("Changed since this version: the certificate profiles").await;
    window.keep("key-plan-out-of-date").await;
    assert!(operator.gates().unwrap().iter().any(|view| view.gate == Gate::KeyPlan && !view.is_passed()));
    window.click("[data-act='make-plan']").await;
    window.find("[data-plan='2']").await;
    window.says("Earlier versions").await;
    assert!(stands().current);
}

/// The log of lessons: an entry, and the log without names.
async fn learn(window: &Window, operator: &Operator) {
    window.go("policies/production/lessons").await;
    window.find(".lesson-form").await;
    window.click("[data-act='add-lesson']").await;
    window.says("Fill this in").await;
    window.fill("#lesson-happened", "Dr. Kim wrote to somebody@example.org, and could not read the answer on the new phone.").await;
    window.fill("#lesson-learned", "Ask for old keys before a phone is handed in.").await;
    window.click("[data-act='add-lesson']").await;
    window.says("written down by").await;
    assert_eq!(operator.lessons().unwrap().len(), 1);
    window.keep("lessons").await;
    window.click("[data-act='redact']").await;
    window.says("wrote to [a mail address]").await;
    window.keep("lessons-redacted").await;
    window.click("[data-act='save-redacted']").await;
    window.says("lessons.txt").await;
}

/// What lets one officer do more alone counts once another officer, here at a terminal, wants it too.
async fn two_officers(window: &Window, operator: &Operator) {
    const ABOVE: &str = "revoke.four_eyes_above";
    const FIELD: &str = ".form input[inputmode='numeric']";
    window.go("settings/acts").await;
    window.fill(FIELD, "50").await;
    window.key("Enter").await;
    window.says("rosa asks for 50").await;
    window.says("It counts once another officer agrees").await;
    window.keep("second-officer").await;
    assert_eq!(operator.setting(ABOVE).unwrap(), "10");
    window.press("Withdraw").await;
    window.says("It stays as it is").await;
    window.until("return !document.body.innerText.includes('rosa asks for')").await;
    // Asked for here, agreed to there.
    window.fill(FIELD, "40").await;
    window.key("Enter").await;
    window.says("rosa asks for 40").await;
    operator.set_setting(ABOVE, "40").unwrap();
    window.until("return !document.body.innerText.includes('rosa asks for')").await;
    assert_eq!(operator.setting(ABOVE).unwrap(), "40");
    // Asked for there, agreed to here.
    operator.set_setting(ABOVE, "60").unwrap();
    window.says("One officer could then do more alone").await;
    window.press("Agree to 60").await;
    window.until("return !document.body.innerText.includes('asks for 60')").await;
    assert_eq!(operator.setting(ABOVE).unwrap(), "60");
    // Stricter counts at once.
    window.fill(FIELD, "10").await;
    window.key("Enter").await;
    window.says("Saved").await;
    window.until(&format!("return document.querySelector(\"{FIELD}\").value === '10'")).await;
    // The field shows it at once, and what was said before may still stand there.
    let until = Instant::now() + Duration::from_secs(60);
    while operator.setting(ABOVE).unwrap() != "10" {
        assert!(Instant::now() < until, "it does not count");
        tokio::time::sleep(Duration::from_millis(20)).await; // until the condition above holds
    }
}

/// At 200 % each screen is one column, and axe still finds nothing.
async fn large_text(window: &Window) {
    window.zoom(2.0).await;
    for place in ["policies", "policies/encryption", "policies/escrow", "policies/production/key-plan"] {
        window.go(place).await;
        window.find(".cols").await;
        window.look(&format!("{}-200", place.replace('/', "-"))).await;
        window.fits(place).await;
    }
    window.zoom(1.0).await;
}
