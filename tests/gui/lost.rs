//! A phone that is perhaps lost, and is found again: everything on it is put on hold, and everything comes back.

use crate::{found::ALICE, window::Window};
use ra::{Operator, certificate::CertificateQuery};

/// Looked at before anything is done; then done, seen by another process, and taken back by *Found again*.
pub(crate) async fn and_found(window: &Window, operator: &Operator) {
    let before = on_phones(operator);
    assert!(before.iter().all(|(_, status)| status == "active"), "{before:?}");
    assert!(before.iter().any(|(profile, _)| profile == "transport"), "also what fetches updates: {before:?}");
    let (all, held) = (before.len(), before.iter().map(|(profile, _)| (profile.clone(), "held".to_owned())).collect::<Vec<_>>());
    window.go("people").await;
    window.press(ALICE.0).await;
    asked(window).await;
    window.keep("phone-lost").await;
    window.press("Cancel").await;
    window.until("return !document.querySelector(\"[role='alertdialog']\")").await;
    assert_eq!(on_phones(operator), before, "nothing is done before");

    asked(window).await;
    window.press(&format!("Hold {all} certificates")).await;
    window.says(&format!("{all} certificates on hold. The CRL says so.")).await;
    window.find("[data-device] .mark.hold").await;
    assert_eq!(on_phones(operator), held);
    let today = operator.today().unwrap();
    assert!(usize::try_from(today.perhaps_lost).unwrap() == all && today.perhaps_lost_until.is_some(), "{today:?}");

    // What only the phone itself needs comes back, too: nothing of it is revoked some days later.
    window.press("Found again").await;
    window.find("[role='alertdialog'] [data-consequences]").await;
    window.says("The phone can fetch updates of its configuration profile again.").await;
    window.look("phone-found").await;
    window.press(&format!("Reinstate {all} certificates")).await;
    window.says(&format!("{all} certificates reinstated.")).await;
    window.find("[data-device] .mark.ok").await;
    assert_eq!((on_phones(operator), operator.today().unwrap().perhaps_lost), (before, 0));
}

/// *Phone lost*, with all that it would do.
async fn asked(window: &Window) {
    window.click("[data-act='phone-lost']").await;
    window.find("[role='alertdialog'] [data-consequences]").await;
    window.says("Unless reinstated before, they are revoked on").await;
}

/// Profile and status of everything that phones have, as another process reads it.
fn on_phones(operator: &Operator) -> Vec<(String, String)> {
    let all = operator.certificates(&CertificateQuery { all: true, limit: 500, ..Default::default() }).unwrap();
    all.into_iter().filter(|one| one.enrollment.is_some()).map(|one| (one.profile, one.status)).collect()
}
