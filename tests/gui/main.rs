//! The real window under a virtual display: set up a department, add Alice, show the QR code, see her phone become "configured".
//!
//! `SIGNET_SCREENSHOTS=1` renews the pictures of the guide; else they are kept beside the build.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod browser;
mod chain;
mod confined;
mod departments;
mod desk;
mod elsewhere;
mod found;
mod front;
mod guide;
mod handed;
mod invitation;
mod life;
mod lost;
mod many;
mod names;
mod numbers;
mod outside;
mod pace;
mod phone;
mod policy;
mod portal;
mod refused;
mod requests;
mod rest;
mod root_key;
mod screen;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod trusted;
mod underway;
mod window;

use desk::{Desk, free_port};
use device::DeviceCa;
use ra::{
    Authority, OpenOptions, Operator,
    ledger::Actor,
    mailbox::Method,
    ports::SystemClock,
    subscriber::{NewSubscriber, SubscriberKind},
};
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use window::Window;

/// Name, address, invited.
const COLLEAGUES: &[(&str, &str, bool)] = &[
    ("Åsa Öberg", "asa.oberg@example.edu", true),
    ("José Álvarez", "jalvarez@example.edu", true),
    ("Niamh O’Connor", "niamh.oconnor@example.edu", false),
    ("Nguyễn Thị Minh Anh", "m.nguyen@example.edu", false),
    ("Ελένη Παπαδοπούλου", "e.papadopoulou@example.edu", false),
    ("Дмитрий Соколов", "d.sokolov@example.edu", false),
    ("Łukasz Wójcik", "l.wojcik@example.edu", true),
];

#[test]
fn an_officer_sets_up_invites_and_sees_the_phone_configured() {
    let Some(desk) = Desk::new() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(async {
        let window = Window::open(&desk).await;
        let window = Arc::new(window);
        // In a task of its own, so that a failure still closes the window.
        let work = tokio::spawn({
            let (window, other) = (window.clone(), Other::of(&desk));
            async move { journey(&window, &other).await }
        });
        let outcome = work.await;
        if let Ok(window) = Arc::try_unwrap(window).map_err(drop) {
            window.close().await;
        }
        outcome
    });
    if let Err(failed) = outcome {
        std::panic::resume_unwind(failed.into_panic());
    }
}

/// What happens outside of the window: another process on the same folder, and Alice's phone.
struct Other {
    data: PathBuf,
    device_ca: PathBuf,
    /// Where the window saves files, and of which it opens one.
    saved: PathBuf,
    chosen: PathBuf,
}

impl Other {
    fn of(desk: &Desk) -> Self {
        Other { data: desk.data(), device_ca: desk.scratch("device-ca.pem"), saved: desk.saved(), chosen: desk.chosen() }
    }

    /// A second process on the window's folder.
    fn operator(&self) -> Operator {
        let options = OpenOptions { folder: self.data.clone(), keyring: None, clock: Arc::new(SystemClock) };
        Authority::open(options).unwrap().operator(Actor::Command("test".into()))
    }
}

async fn journey(window: &Window, other: &Other) {
    guide::consult_in_setup(window).await;
    set_up(window).await;
    let device_ca = DeviceCa::new(1024).unwrap();
    std::fs::write(&other.device_ca, device_ca.to_pem().unwrap()).unwrap();
    let operator = other.operator();
    operator.set_setting("serve.device_ca", other.device_ca.to_str().unwrap()).unwrap();

    let (link, code) = invitation::invite(window, &other.saved).await;
    let shown = link.clone();
    let root = operator.ca_certificates().unwrap().into_iter().find(|ca| ca.name == "root").unwrap().der;
    tokio::task::spawn_blocking(move || phone::enroll(&root, &device_ca, &link, &code)).await.unwrap();

    // The window learns of it by itself, on the invitation, in the list and in the register.
    window.says("Configured").await;
    window.go("enrollments").await;
    window.find("td[data-state='configured']").await;
    window.go("people").await;
    window.press("Alice Example").await;
    window.find(".ident").await;
    window.find("td[data-state='configured']").await;
    names::without_status_address(window).await;
    found::by_device(window, &operator).await;
    server::watch(window, &operator, &shown).await;

    // Another process adds people; the window shows them without being asked.
    for (name, mail, invited) in COLLEAGUES {
        operator.add_subscriber(NewSubscriber { name: (*name).into(), mail: (*mail).into(), kind: SubscriberKind::Person }).unwrap();
        if *invited {
            operator.validate_mailbox(mail, Method::Records, "staff register").unwrap();
        }
    }
    for (name, ..) in COLLEAGUES.iter().filter(|(.., invited)| *invited) {
        window.go("people").await;
        window.press(name).await;
        window.says(&format!("CN={name}")).await;
        window.click("[data-act='invite']").await;
        window.says(&format!("Invite {name}")).await;
        window.find("[data-code]").await;
    }

    confined::keeps_to_itself(window).await;
    policy::define(window, &operator).await;
    tour(window).await;
    guide::consult(window).await;
    lost::and_found(window, &operator).await;
    revoke(window).await;
    names::imitate(window).await;
    policy::hand_down(window, &operator).await;
    server::import_certificate(window, &operator, &other.chosen).await;
    numbers::change(window, &operator).await;
    keys(window, &operator, other).await;
    assert_eq!(window.faults().await, "[]");
}

/// Whoever skipped it in the setup moves the root's key later; beside it stands what losing the folder would mean for all phones.
async fn keys(window: &Window, operator: &Operator, other: &Other) {
    window.go("today").await;
    window.says("The root’s key is still in this computer").await;
    window.go("settings/keys").await;
    window.says("It is in this computer.").await;
    window.says("If this key is lost, every person has to delete the profile by hand").await;
    root_key::leave(window, operator, &other.saved).await;
    window.says("It is not in this computer.").await;
    window.go("today").await;
    window.says("Needs you").await;
    window.until("return !document.body.textContent.includes('The root’s key is still in this computer')").await;
    root_key::attach(window, operator, &other.saved, &other.chosen).await;
}

/// The longest that an officer may need for the wizard.
const WIZARD: Duration = Duration::from_secs(600);

/// The wizard, to the running server; every word of it read. That the keys are made counts; the pictures, and axe's look at each, do not.
async fn set_up(window: &Window) {
    let begun = Instant::now();
    window.fill("#organization", "Example University").await;
    window.fill("#department", "Department of Physics").await;
    window.fill("#domains", "example.edu").await;
    window.fill("#contact", "+44 20 7946 0187").await;
    window.read().await;
    picture(window, "setup-department").await;
    window.click("[data-act='next']").await;
    window.press("127.0.0.1").await;
    names::name_that_lasts(window).await;
    window.fill("#host", "localhost").await;
    window.fill("#https", &free_port().to_string()).await;
    window.fill("#http", &free_port().to_string()).await;
    window.says("Only this computer").await;
    window.read().await;
    picture(window, "setup-reach").await;
    window.click("[data-act='next']").await;
    window.says("How will phones trust you").await;
    window.read().await;
    picture(window, "setup-tls").await;
    window.click("[data-act='next']").await;
    window.says("Make your certification authority").await;
    window.read().await;
    picture(window, "setup-authority").await;
    window.choose("main select", "rsa2048").await;
    window.click("[data-act='next']").await;
    window.find("[data-act='skip']").await;
    window.read().await;
    picture(window, "setup-root").await;
    // Whoever closes the window here comes back to here, not into a half set-up department.
    window.reload().await;
    window.find("[data-act='skip']").await;
    window.click("[data-act='skip']").await;
    window.says("Ready for the first iPhone").await;
    window.reload().await;
    window.says("Ready for the first iPhone").await;
    window.read().await;
    picture(window, "setup-ready").await;
    window.click("[data-act='start']").await;
    window.says("Server on").await;
    in_time(window, begun);
}

/// The wizard was begun then and is done.
fn in_time(window: &Window, begun: Instant) {
    let taken = window.acts().taken(begun.elapsed());
    println!("the wizard: {}, {:.0} s with the program's time", window.acts(), taken.as_secs_f64());
    assert!(taken < WIZARD, "an officer needs {:.0} s for the wizard: {}", taken.as_secs_f64(), window.acts());
}

/// For the guide, and for axe.
async fn picture(window: &Window, name: &str) {
    apart(window, window.keep(name)).await;
}

/// What no person does: its time does not count.
async fn apart(window: &Window, work: impl Future<Output = ()>) {
    let begun = Instant::now();
    work.await;
    window.acts().apart(begun.elapsed());
}

/// Every screen in light and dark; then in French and in a small window. Axe judges both languages.
async fn tour(window: &Window) {
    let guide = async |window: &Window, name: String| window.keep(&name).await;
    screens(window, guide).await;
    window.speak("fr", "Réglages").await;
    window.resize(1000, 700).await;
    screens(window, async |window, name| window.look(&format!("{name}-fr-small")).await).await;
    window.resize(1280, 800).await;
    window.speak("en", "Settings").await;
}

/// Goes to each screen and shows it.
async fn screens(window: &Window, show: impl AsyncFn(&Window, String)) {
    for noun in [
        "today",
        "server",
        "ledger",
        "settings",
        "settings/portal",
        "settings/phone",
        "settings/network",
        "settings/keys",
        "settings/validity",
        "settings/cps",
        "settings/about",
        "guide",
        "policies",
        "policies/encryption",
        "policies/escrow",
        "policies/production",
    ] {
        window.go(noun).await;
        window.find(".head h1").await;
        show(window, noun.replace('/', "-")).await;
    }
    for (noun, detail) in [("people", ".ident"), ("certificates", "aside .lead"), ("enrollments", ".funnel")] {
        window.go(noun).await;
        if noun != "enrollments" {
            window.press("Alice Example").await;
        }
        window.find(detail).await;
        show(window, noun.to_owned()).await;
    }
    window.press("Alice Example").await;
    window.find(".phase").await;
    show(window, "enrollment".to_owned()).await;
    window.go("today").await;
    window.control("k").await;
    window.find("[role='combobox']").await.send_keys("ali").await.unwrap();
    window.find("[role='option']").await;
    show(window, "palette".to_owned()).await;
    window.find("[role='combobox']").await.send_keys("\u{E00C}").await.unwrap(); // Escape
    window.until("return !document.querySelector(\"[role='combobox']\")").await;
    window.key("?").await;
    window.find(".keys-table").await;
    show(window, "keys".to_owned()).await;
    window.click("[role='dialog'] [type='submit']").await;
    window.until("return !document.querySelector('.keys-table')").await;
}

/// A revocation asks first, and the register says so afterwards.
async fn revoke(window: &Window) {
    window.go("certificates").await;
    window.press("Alice Example").await;
    window.click("aside .danger-line").await;
    window.find("[role='alertdialog'] [data-consequences]").await;
    window.keep("revoke").await;
    window.press("Revoke 1 certificate").await;
    window.says("Nobody should trust this certificate any more").await;
}
