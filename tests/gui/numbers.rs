//! The numbers in Settings: each says its default and its bounds, is changed and refused there, and follows what `signetctl` sets.

use crate::{support::eventually, window::Window};
use ra::Operator;

const TRANSPORT: &str = "validity.transport_days";
const PILOT: &str = "validity.pilot_days";

/// By keys alone. What is typed meanwhile into another one stays there until it is saved.
pub(crate) async fn change(window: &Window, operator: &Operator) {
    let counts = |key: &str, value: &str| eventually(key, || (operator.setting(key).unwrap() == value).then_some(()));
    for (place, key) in [("portal", "sign_in.code_tries"), ("phone", "enrollment.profile_days"), ("scep", "scep.challenge_days")] {
        window.go(&format!("settings/{place}")).await;
        window.find(&field(key)).await;
    }
    window.go("settings/validity").await;
    window.says("A change counts for certificates issued from now on").await;
    window.find(&field(TRANSPORT)).await;
    assert_eq!(read_out(window).await, "days|So long the phone can fetch updates. Default 730; 90 to 1095.");
    window.fill(&field(TRANSPORT), "365").await;
    window.key("Enter").await;
    counts(TRANSPORT, "365");

    window.fill(&field(TRANSPORT), "1096").await;
    window.key("Enter").await;
    window.find(&format!("{}[aria-invalid='true']", field(TRANSPORT))).await;
    assert_eq!(read_out(window).await, "days|A whole number from 90 to 1095.");
    window.dismiss().await;
    window.look("settings-validity-refused").await;
    assert_eq!(operator.setting(TRANSPORT).unwrap(), "365");

    // Another process sets it: here it stands at once, and what was refused is gone.
    operator.set_setting(TRANSPORT, "400").unwrap();
    shows(window, "400").await;
    window.find(&format!("{}:not([aria-invalid])", field(TRANSPORT))).await;
    window.fill(&field(PILOT), "45").await;
    operator.set_setting(TRANSPORT, "500").unwrap();
    shows(window, "500").await;
    assert_eq!(operator.setting(PILOT).unwrap(), "90", "nobody has saved it");
    window.key("Enter").await;
    counts(PILOT, "45");

    // What is typed into it while it is being saved stays there.
    window.dismiss().await;
    let meanwhile = format!(
        "const field = document.querySelector(\"{}\"); \
         const type = (text) => {{ field.value = text; field.dispatchEvent(new Event('input', {{ bubbles: true }})); }}; \
         field.focus(); type('600'); field.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter', bubbles: true }})); type('70')",
        field(TRANSPORT)
    );
    window.ask(&meanwhile).await;
    window.find(".toast").await;
    assert_eq!(operator.setting(TRANSPORT).unwrap(), "600");
    shows(window, "70").await;

    // Left empty it goes back to its default.
    window.typed(&field(TRANSPORT), "", "return true").await;
    window.key("Enter").await;
    shows(window, "730").await;
    counts(TRANSPORT, "730");
}

fn field(key: &str) -> String {
    format!("[data-key='{key}']")
}

/// What is read out with the field beside its label: its unit, and its hint or what was refused.
async fn read_out(window: &Window) -> String {
    let script = format!(
        "return document.querySelector(\"{}\").getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id).textContent).join('|')",
        field(TRANSPORT)
    );
    window.ask(&script).await.as_str().unwrap().to_owned()
}

async fn shows(window: &Window, value: &str) {
    window.until(&format!("return document.querySelector(\"{}\").value === '{value}'", field(TRANSPORT))).await;
}
