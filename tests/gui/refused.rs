//! What keeps the window from working is said in a sentence, with what to do; once that is done, it works.

use crate::{
    desk::{Desk, free_port},
    window::{Window, during},
};
use protocol::key::KeyAlgorithm;
use rusqlite::Connection;
use std::{
    fs,
    net::{SocketAddr, TcpListener},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

#[test]
fn a_folder_a_keyring_or_a_port_that_cannot_be_used_is_said_with_what_to_do_and_then_it_works() {
    let Some(desk) = Desk::new() else { return };
    let rosa = desk.department(KeyAlgorithm::Rsa2048);
    let holder = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let taken = holder.local_addr().unwrap();
    rosa.set_setting("serve.https", &taken.to_string()).unwrap();
    rosa.set_setting("serve.http", &format!("127.0.0.1:{}", free_port())).unwrap();
    drop(rosa);
    let place = Place::of(&desk);
    let (passphrase, away) = (desk.scratch("passphrase"), desk.scratch("passphrase.away"));
    fs::rename(&passphrase, &away).unwrap();
    during(&desk, |window| async move {
        folders(&window, &place).await;
        keyring(&window, &passphrase, &away).await;
        port(&window, taken, holder).await;
        assert_eq!(window.faults().await, "[]");
    });
}

/// Folders that take each other's place where the window looks for one.
struct Place {
    data: PathBuf,
    next: PathBuf,
    /// The department's.
    whole: PathBuf,
    /// A newer program has written this one.
    newer: PathBuf,
    /// No database any more.
    damaged: PathBuf,
}

/// Where nobody may write, whatever their rights.
const UNWRITABLE: &str = "/proc/self";

impl Place {
    /// At first it is the folder in which nothing can be written.
    fn of(desk: &Desk) -> Self {
        let [whole, newer, damaged, next] = ["whole", "newer", "damaged", "next"].map(|name| desk.scratch(name));
        let data = desk.data();
        fs::rename(&data, &whole).unwrap();
        for copy in [&newer, &damaged] {
            fs::create_dir(copy).unwrap();
            for file in fs::read_dir(&whole).unwrap().map(Result::unwrap) {
                fs::copy(file.path(), copy.join(file.file_name())).unwrap();
            }
        }
        let later = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
                     SELECT 999, 'later', applied_on, checksum FROM refinery_schema_history LIMIT 1";
        assert_eq!(Connection::open(newer.join("signet.db")).unwrap().execute(later, []).unwrap(), 1);
        fs::write(damaged.join("signet.db"), [7_u8; 8192]).unwrap();
        let place = Place { data, next, whole, newer, damaged };
        place.becomes(Path::new(UNWRITABLE));
        place
    }

    /// In one step: between two, the window would make a new folder.
    fn becomes(&self, folder: &Path) {
        symlink(folder, &self.next).unwrap();
        fs::rename(&self.next, &self.data).unwrap();
    }
}

/// The folder cannot be written, is by a newer Signet, is damaged; neither of the last two is touched. Then it is there, and the window goes
/// on by itself.
async fn folders(window: &Window, place: &Place) {
    said(window, "The data folder cannot be written", "Make the folder writable for your account, then try again.").await;
    window.says(&place.data.join("signet.lock").display().to_string()).await;
    window.keep("refused-folder").await;
    // Another thing in its place, so that what stands there then is of that try: no folder at all.
    place.becomes(&place.whole.join("signet.db"));
    window.press("Try again").await;
    window.until("const said = document.body.innerText; return said.includes('cannot be written') && !said.includes('signet.lock')").await;
    said(window, &format!("({}: ", place.data.display()), "Make the folder writable").await;

    let written = |folder: &Path| fs::read(folder.join("signet.db")).unwrap();
    let before = [written(&place.newer), written(&place.damaged)];
    place.becomes(&place.newer);
    window.press("Try again").await;
    said(window, "A newer Signet wrote this folder", "Install the newest version on this computer.").await;
    window.look("refused-newer").await;
    assert!(!window.text().await.contains("Try again"), "that would not help");

    place.becomes(&place.damaged);
    window.reload().await;
    said(window, "The database is damaged", "Keep the folder as it is and bring back your last backup.").await;
    window.look("refused-damaged").await;
    assert!(!window.text().await.contains("Try again"), "that would not help");
    assert!([written(&place.newer), written(&place.damaged)] == before, "what cannot be used is not written into");

    place.becomes(&place.whole);
    window.find(".rail").await;
    window.says("Needs you").await;
}

/// The file with the passphrase is gone: what needs the CA's keys names it. It is put back, and *Try again* is enough.
async fn keyring(window: &Window, passphrase: &Path, away: &Path) {
    const REFUSED: (&str, &str) =
        ("The keyring is missing or locked", "Unlock the keyring of your account, or put the passphrase file back, then try again.");
    window.go("server").await;
    window.click("[data-act='start']").await;
    said(window, REFUSED.0, REFUSED.1).await;
    window.go("server/publishing").await;
    window.find("main .blank[role='alert']").await;
    said(window, REFUSED.0, REFUSED.1).await;
    window.says(&format!("the passphrase file {} cannot be read", passphrase.display())).await;
    window.look("refused-keyring").await;
    fs::rename(away, passphrase).unwrap();
    window.press("Try again").await;
    window.find(".reg").await;
    window.until("return !document.querySelector(\"main .blank[role='alert']\")").await;
}

/// Another program listens there; when it has ended, the server starts.
async fn port(window: &Window, taken: SocketAddr, holder: TcpListener) {
    window.go("server").await;
    window.says("Server off").await;
    window.click("[data-act='start']").await;
    said(window, "Another program uses this port", "Close that program, or choose another port in Settings.").await;
    window.says(&format!("The server cannot listen on {taken}.")).await;
    window.look("refused-port").await;
    window.says("Server off").await;
    drop(holder);
    window.click("[data-act='start']").await;
    window.says("Listening since").await;
    assert!(!window.text().await.contains("Another program uses this port"));
}

async fn said(window: &Window, what: &str, next: &str) {
    window.says(what).await;
    window.says(next).await;
}
