//! Issuing to many in the real window, publishing without a server, and seeing what there is.

use crate::{
    desk::Desk,
    outside, phone,
    window::{Window, during},
};
use openssl::{hash::MessageDigest, x509::X509};
use ra::{
    Operator,
    issuance::{
        Form,
        batch::{BatchState, Choices},
    },
    profile::ProfileName,
    testing,
};
use std::{fmt::Write, path::Path, sync::Arc};

/// How many get their certificates in the journey.
const COUNT: usize = 25;
const NAMES: [&str; 5] = ["Zoë Brâncuși", "Nguyễn Thị Minh Anh", "Ελένη Παπαδοπούλου", "Łukasz Wójcik", "Amélie Dupont-Lefèvre"];

#[test]
fn an_officer_issues_to_many_publishes_and_sees_what_there_is() {
    let Some(desk) = Desk::new() else { return };
    // As another process set it up before the window is opened.
    let operator = desk.department(protocol::key::KeyAlgorithm::P256);
    for n in 0..COUNT {
        testing::person(&operator, &name(n), &mail(n));
    }
    let (desk, operator) = (&desk, &operator);
    during(desk, |window: Arc<Window>| async move {
        let (saved, public) = (desk.saved(), desk.scratch("public"));
        std::fs::create_dir(&public).unwrap();
        publish(&window, operator, &public).await;
        fingerprints(&window, operator).await;
        outside::both_certificates(&window, operator, &saved).await;
        batch(&window, operator, &saved).await;
        published(&window, &public).await;
        outside::spoiled(&window, operator, &public).await;
        see(&window, operator, &saved).await;
        interrupted(&window, operator).await;
        in_french(&window).await;
        assert_eq!(window.faults().await, "[]");
    });
}

fn name(n: usize) -> String {
    format!("{} {}", NAMES[n % NAMES.len()], n + 1)
}

fn mail(n: usize) -> String {
    format!("person{}@example.edu", n + 1)
}

/// Adds a folder by hand; four files are there although no server runs.
async fn publish(window: &Window, operator: &Operator, public: &Path) {
    window.go("server").await;
    window.find(".fp-words").await; // nothing moves any more
    window.find("aside .facts").await;
    window.click("[data-act='publishing']").await;
    window.says("Nothing is published outside yet").await;
    window.press("Add a place").await;
    window.fill("#place-folder", public.join("missing").to_str().unwrap()).await;
    window.press("Try it").await;
    window.find("[role='alert'] .note").await; // no such folder: said before anything is kept
    window.fill("#place-folder", public.to_str().unwrap()).await;
    window.press("Try it").await;
    window.says("root.crt is there").await;
    window.keep("publishing-add").await;
    window.press("Publish there").await;
    window.find(&format!("[data-target='{}']", public.display())).await;
    window.says("All is there").await;
    let mut files: Vec<_> = std::fs::read_dir(public).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, ["issuing.crl", "issuing.crt", "root.crl", "root.crt"]);
    window.says("Server off").await;
    // The monitor looks within a minute of the start, and what it finds is on the screen by itself.
    window.says("Current").await;
    assert!(operator.published_crls().unwrap().iter().all(|crl| !crl.warns()));
    window.keep("publishing").await;
    window.press("Remove").await;
    window.find("[role='alertdialog']").await;
    window.keep("publishing-remove").await;
    window.press("Cancel").await;
}

/// What a phone reads in the QR code of each CA certificate stands beside it, and is that certificate's fingerprint.
async fn fingerprints(window: &Window, operator: &Operator) {
    // As large as for the camera of a phone.
    window.zoom(2.0).await;
    window.look("publishing-200").await;
    let authorities = operator.ca_certificates().unwrap();
    assert_eq!(authorities.len(), 2, "root and issuing CA");
    for ca in authorities {
        let digest = X509::from_der(&ca.der).unwrap().digest(MessageDigest::sha256()).unwrap();
        let mut fingerprint = String::new();
        for octet in digest.iter() {
            write!(fingerprint, "{octet:02X}").unwrap();
        }
        // The one beside the fingerprint alone, in the middle of the window.
        window
            .until(&format!(
                "const one = [...document.querySelectorAll('section:has(.qr)')].find((part) => part.querySelector('.addr').textContent.replace(/\\s/g, '') === '{fingerprint}'); \
                 document.querySelectorAll('.qr').forEach((code) => (code.style.visibility = one?.contains(code) ? 'visible' : 'hidden')); \
                 one?.querySelector('.qr').scrollIntoView({{ block: 'center' }}); return !!one"
            ))
            .await;
        assert_eq!(phone::scan(&window.picture().await), format!("SHA-256 {fingerprint}"), "{}", ca.name);
    }
    window.zoom(1.0).await;
}

/// Rows pasted as from a spreadsheet, one of them wrong: mapped, corrected in place, looked at, issued.
async fn batch(window: &Window, operator: &Operator, saved: &Path) {
    window.go("certificates/many").await;
    window.says("Issue to many").await;
    window.keep("batch-list").await;
    let rows: Vec<_> =
        (0..COUNT).map(|n| format!("{};{}", name(n), if n == 6 { "person7@exmaple.edu".to_owned() } else { mail(n) })).collect();
    window.paste("#batch-rows", &rows.join("\n")).await;
    window.click("[data-act='read-rows']").await;
    // No headings: the columns are guessed by what stands in them.
    window.says(&format!("{} certificates to issue", COUNT - 1)).await;
    window.says("1 row to correct").await;
    window.says("Nobody in the register has this address").await;
    window.keep("batch-plan").await;
    assert!(operator.batches().unwrap().is_empty(), "looking at it changes nothing");
    window.mend("tr[data-line='7'] input[aria-invalid='true']", "person7@example.edu").await;
    window.says("Every row can be used").await;
    window.says(&format!("{COUNT} certificates to issue")).await;
    // What is taken for the addresses is the officer's word: with the column of the names nobody is found.
    window.choose(".map select", "0").await;
    window.says(&format!("{COUNT} rows to correct")).await;
    window.choose(".map select", "1").await;
    window.says("Every row can be used").await;
    window.says(&format!("{COUNT} certificates to issue")).await;
    window.click("[data-act='start-batch']").await;
    window.find("[data-batch='done']").await;
    window.says(&format!("{COUNT} of {COUNT} certificates are issued")).await;
    window.keep("batch").await;
    let files = std::fs::read_dir(saved.join("certificates")).unwrap().filter(|file| {
        let path = file.as_ref().unwrap().path();
        path.extension().is_some_and(|extension| extension == "p12")
    });
    assert_eq!(files.count(), COUNT, "each has a file");
    let all = std::fs::read_dir(saved.join("certificates")).unwrap().count();
    assert_eq!(all, COUNT, "the passwords lie elsewhere");
    window.says("certificates-passwords.csv").await;
    window.click("[data-act='passwords']").await;
    window.find("[role='dialog'] [data-secret]").await;
    // As the page has it: while the layer fades in, the driver sees nothing.
    let shown = window.ask("return document.querySelector(\"[role='dialog'] [data-secret]\").textContent.trim()").await;
    let shown = shown.as_str().unwrap_or_default().to_owned();
    let list = std::fs::read_to_string(saved.join("certificates-passwords.csv")).unwrap();
    assert!(shown.len() == 29 && list.contains(&shown), "{shown}");
    window.keep("batch-passwords").await;
    window.press("Close").await;
    // The same rows again: everything is there.
    window.go("certificates/many").await;
    window.paste("#batch-rows", &rows.join("\n").replace("exmaple", "example")).await;
    window.click("[data-act='read-rows']").await;
    window.says(&format!("{COUNT} there already")).await;
    window.says("Nobody on this list needs a certificate").await;
}

/// The page of one of them says where the CRL goes that would speak of it.
async fn published(window: &Window, public: &Path) {
    window.go("certificates").await;
    window.press(&name(0)).await;
    window.press("All about it").await;
    window.says("Where it was published").await;
    let sent = window.fact("CRLs are sent to").await;
    assert!(sent.contains(public.to_str().unwrap()) && sent.contains("arrived "), "{sent}");
}

/// The charts say what the store has, each bar as long as its figure: who is provided for, and what there is.
async fn charts(window: &Window, operator: &Operator) {
    let all = operator.coverage().unwrap();
    let figures = [
        ("encryption", all.encryption),
        ("signing", all.signing),
        ("authentication", all.authentication),
        ("any", all.with_any),
        ("validated", all.validated),
        ("device", all.with_device),
    ];
    assert_eq!((all.people, all.encryption, all.validated, all.with_device), (COUNT as u64, COUNT as u64, COUNT as u64, 0));
    for (bar, people) in figures {
        let row = format!("document.querySelector(\"[data-coverage='{bar}']\").closest('tr')");
        let said = window.ask(&format!("return {row}.querySelector('.num').textContent.trim()")).await;
        assert_eq!(said, format!("{people} of {}", all.people), "{bar}");
        let length = window.ask(&format!("return Number({row}.querySelector('.meter i').style.getPropertyValue('--v'))")).await;
        assert_eq!(length.as_f64(), Some((people as f64 / all.people as f64 * 1000.0).round() / 10.0), "{bar}");
    }
    let inventory: Vec<_> = operator.inventory().unwrap().into_iter().filter(|row| row.kind == "subscriber").collect();
    for row in &inventory {
        let link = format!("main a[href*='profile={}'][href*='status={}']", row.profile, row.status.as_str());
        assert_eq!(window.find(&link).await.text().await.unwrap(), row.count.to_string(), "{link}");
    }
    let shown = window.ask("return document.querySelectorAll(\"main a[href*='status=']\").length").await;
    assert!(shown == inventory.len() && !inventory.is_empty(), "{shown} figures of {}", inventory.len());
}

/// The calendar leads into the list, a report into a file.
async fn see(window: &Window, operator: &Operator, saved: &Path) {
    window.go("today").await;
    window.click("[data-act='reports']").await;
    window.find(".heat a").await;
    charts(window, operator).await;
    window.keep("reports").await;
    let week = window.find(".heat a").await;
    assert_eq!(week.text().await.unwrap(), COUNT.to_string());
    let from = week.attr("data-week").await.unwrap().unwrap();
    week.click().await.unwrap();
    window.says("Ends ").await;
    window.says(&format!("{COUNT} of ")).await;
    assert!(window.place().await.contains(&format!("ends={from}")));
    // A week without any, by the same way: the list says so.
    window.go("certificates?ends=2020-01-06..2020-01-13").await;
    window.says("No certificate fits").await;
    for report in ["inventory", "coverage", "enrollments", "devices", "revocations", "validations", "actions", "expiring"] {
        window.go(&format!("certificates/reports/{report}")).await;
        match report {
            "devices" | "revocations" => window.says("No row fits the filter").await,
            _ => drop(window.find(&format!("[data-report='{report}']")).await),
        }
    }
    window.says(&name(0)).await;
    window.keep("report").await;
    window.click("[data-act='save-report']").await;
    window.press("Table (CSV)").await;
    window.says("Saved to").await;
    let file = std::fs::read_to_string(saved.join("expiring.csv")).unwrap();
    assert!(file.contains("# ledger") && file.contains("# filter"), "{file}");
    assert_eq!(file.lines().filter(|line| line.contains("@example.edu")).count(), COUNT);
}

/// A long batch is stopped, stands still, is on Today, and is ended; what was issued stays.
async fn interrupted(window: &Window, operator: &Operator) {
    let mut list = "name,mail\n".to_owned();
    for n in 0..200 {
        let (name, mail) = (format!("Student {n}"), format!("student{n}@example.edu"));
        testing::person(operator, &name, &mail);
        list.push_str(&format!("{name},{mail}\n"));
    }
    let choices = Choices {
        name: "students.csv".into(),
        profiles: vec![ProfileName::Encryption],
        form: Form::Modern,
        supersede: false,
        columns: None,
    };
    let plan = operator.plan_batch(list.as_bytes(), &choices).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let id = operator.start_batch_into(&plan, &folder.path().join("files"), &folder.path().join("passwords.csv")).unwrap();
    window.go("today").await;
    window.says("Issue from students.csv").await;
    window.click(&format!("main a[href*='{id}']")).await;
    window.find("[data-batch]").await;
    window.click("[data-act='stop-batch']").await;
    window.find("[data-batch='stopped']").await;
    let stopped = operator.batch(id).unwrap();
    assert_eq!(stopped.state, BatchState::Stopped);
    window.keep("batch-stopped").await;
    window.go("today").await;
    window.says("Stopped").await;
    window.keep("today-batch").await;
    window.go(&format!("certificates/many/{id}")).await;
    window.click("[data-act='resume-batch']").await;
    window.find("[data-batch='running']").await;
    window.click("[data-act='stop-batch']").await;
    window.find("[data-batch='stopped']").await;
    window.press("End it").await;
    window.find("[role='alertdialog']").await;
    window.keep("batch-end").await;
    window.click("[role='alertdialog'] button[type='submit']").await;
    window.find("[data-batch='cancelled']").await;
    let ended = operator.batch(id).unwrap();
    assert_eq!((ended.state, ended.refused), (BatchState::Cancelled, 0));
    assert!(ended.delivered >= stopped.delivered && ended.delivered < 200);
}

/// The same screens in French, in a small window and with large text: pictures to look at.
async fn in_french(window: &Window) {
    window.prefer("light", "fr").await;
    window.resize(1000, 700).await;
    let places = ["certificates/many", "certificates/reports", "certificates/reports/expiring", "server/publishing", "today"];
    for place in places {
        window.go(place).await;
        window.find(".head h1").await;
        window.look(&format!("{}-fr-small", place.replace('/', "-"))).await;
    }
    for _ in 0..5 {
        window.control("+").await;
    }
    for place in places {
        window.go(place).await;
        window.find(".head h1").await;
        window.look(&format!("{}-fr-200", place.replace('/', "-"))).await;
    }
}
