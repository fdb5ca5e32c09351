//! What the window keeps going while it is open, whether or not the officer has started the server: the same rounds that `signetctl
//! serve` makes (outgoing only), and batches, also those that a crash interrupted.

use crate::state::{AFTER_START, App};
use outbound::Rounds;
use ra::{Denied, Error};
use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    time::Duration,
};

/// How often is looked for a batch that another process left, or that was started here.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long after the keys could not be used they are tried again.
const AFTER_REFUSAL: Duration = Duration::from_secs(60);
/// How long its end is waited for: longer than some certificates of a batch need. What takes longer waits for a person (the keyring) or
/// for somebody else's server.
const PATIENCE: Duration = Duration::from_secs(5);

/// Goes on until it is dropped. Dropping it waits, for a while, until those certificates of a batch that are being signed are handed on,
/// so that none is stored whose key nobody has.
pub struct Upkeep {
    app: App,
    until_dropped: Option<Sender<()>>,
    ended: Receiver<()>,
}

impl Upkeep {
    /// Begins. Nothing listens by it, everything it does is outgoing; before there is a department it does nothing.
    pub fn begin(app: App) -> std::io::Result<Self> {
        let (until_dropped, asked_to_end) = mpsc::channel();
        let (ending, ended) = mpsc::channel();
        let own = app.clone();
        let thread = std::thread::Builder::new().name("signet-upkeep".into());
        thread.spawn(move || {
            let mut rounds = None;
            let mut pause = AFTER_START;
            while matches!(asked_to_end.recv_timeout(pause), Err(RecvTimeoutError::Timeout)) {
                pause = look(&own, &mut rounds);
            }
            // The folder is let go of first.
            drop(rounds);
            drop(own);
            drop(ending);
        })?;
        Ok(Upkeep { app, until_dropped: Some(until_dropped), ended })
    }

    /// Asks it to end; dropping it waits until it has.
    pub fn ask_to_end(&mut self) {
        self.app.wind_down();
        drop(self.until_dropped.take());
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        self.ask_to_end();
        // Nothing is ever sent: it is the other end's going that is waited for.
        if matches!(self.ended.recv_timeout(PATIENCE), Err(RecvTimeoutError::Timeout)) {
            tracing::warn!("what is under way takes too long, and is not waited for");
        }
    }
}

/// How long to wait before the next look.
fn look(app: &App, rounds: &mut Option<Rounds>) -> Duration {
    let Ok(authority) = app.authority() else { return LOOK_EVERY };
    if rounds.is_none() {
        match authority.enroller().ready() {
            Ok(()) => {}
            Err(Error::Denied(Denied::NotSetUp)) => return LOOK_EVERY,
            // A locked keyring asks its owner: not every second.
            Err(error) => {
                tracing::warn!(%error, "the keys cannot be used yet; trying again in a minute");
                return AFTER_REFUSAL;
            }
        }
        match Rounds::start(&authority) {
            Ok(begun) => *rounds = Some(begun),
            Err(error) => {
                tracing::error!(%error, "nothing is published from here; trying again in a minute");
                return AFTER_REFUSAL;
            }
        }
    }
    app.batches().work_off(&app.as_operator(&authority));
    LOOK_EVERY
}

#[cfg(test)]
mod tests {
    use super::Upkeep;
    use crate::{
        end,
        state::tests::{app, department},
    };
    use ra::{
        certificate::CertificateQuery,
        issuance::{
            Form,
            batch::{BatchState, Choices},
        },
        monitor::MonitorState,
        profile::ProfileName,
        testing,
    };
    use std::{
        sync::Mutex,
        time::{Duration, Instant},
    };

    fn until(what: &str, mut done: impl FnMut() -> bool) {
        let end = Instant::now() + Duration::from_secs(120);
        while !done() {
            assert!(Instant::now() < end, "{what}");
            std::thread::sleep(Duration::from_millis(20)); // until the condition above holds
        }
    }

    #[test]
    fn what_is_to_be_published_leaves_although_no_server_runs() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path());
        let _upkeep = Upkeep::begin(app.clone()).unwrap(); // before there is a department
        let officer = department(&app);
        let public = folder.path().join("public");
        std::fs::create_dir(&public).unwrap();
        officer.add_publication_target(public.to_str().unwrap(), None).unwrap();
        until("four files are there", || std::fs::read_dir(&public).unwrap().count() == 4);
        until("nothing waits", || officer.publication_targets().unwrap()[0].waiting == 0);
        assert!(app.serving().listening().is_none());
        // A change of today is there at once, without being asked for, and the monitor has looked.
        let first = std::fs::read(public.join("issuing.crl")).unwrap();
        testing::person(&officer, "Alice Example", "alice@example.edu");
        let issued = officer.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
        let serial = protocol::x509::SerialNumber::parse(&issued.issued.certificate.serial).unwrap();
        officer.revoke(&serial, protocol::crl::Reason::CessationOfOperation).unwrap();
        until("the new CRL is there", || std::fs::read(public.join("issuing.crl")).unwrap() != first);
        let seen = |state| officer.published_crls().unwrap().iter().any(|crl| crl.state == state);
        until("the monitor has looked", || seen(MonitorState::Fresh) || seen(MonitorState::Unreachable));
    }

    #[test]
    fn a_batch_goes_on_after_the_program_was_ended_in_the_middle() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let before = app(folder.path());
        let officer = department(&before);
        let mut list = "name,mail\n".to_owned();
        for n in 0..60 {
            let (name, mail) = (format!("Person {n}"), format!("p{n}@example.edu"));
            testing::person(&officer, &name, &mail);
            list.push_str(&format!("{name},{mail}\n"));
        }
        let choices = Choices {
            name: "staff.csv".into(),
            profiles: vec![ProfileName::Encryption],
            form: Form::Modern,
            supersede: false,
            columns: None,
        };
        let plan = officer.plan_batch(list.as_bytes(), &choices).unwrap();
        let passwords = folder.path().join("passwords.csv");
        let id = officer.start_batch_into(&plan, &out, &passwords).unwrap();
        // Ended in the middle of handing on, as by a power cut: what this process knew is gone.
        let mut left = 5;
        let cut = officer.step_batch(id, &mut |delivery| {
            left -= 1;
            if left < 0 {
                return Err(ra::Error::invalid("power", "cut"));
            }
            ra::issuance::DeliveryFolder::open(&out, &passwords)?.deliver(delivery)
        });
        assert!(cut.is_err());
        drop((officer, before));

        let after = app(folder.path());
        let officer = after.as_operator(&after.authority().unwrap());
        let progress = || officer.batch(id).unwrap();
        assert_eq!((progress().state, progress().delivered), (BatchState::Running, 5));
        // Stopped by the officer, it stays so, whoever starts the program; told to go on, it ends by itself.
        officer.stop_batch(id).unwrap();
        let _upkeep = Upkeep::begin(after.clone()).unwrap();
        let other = officer
            .start_batch_into(
                &officer.plan_batch(b"mail\np0@example.edu\np1@example.edu\n", &Choices { supersede: true, ..choices.clone() }).unwrap(),
                &folder.path().join("other"),
                &folder.path().join("other.csv"),
            )
            .unwrap();
        until("another batch is done", || officer.batch(other).unwrap().state == BatchState::Done);
        assert_eq!((progress().state, progress().delivered), (BatchState::Stopped, 5), "a stopped one does not move");
        officer.resume_batch(id, None).unwrap();
        until("the batch is done", || progress().state == BatchState::Done);
        assert_eq!((progress().total, progress().refused + progress().delivered), (60, 60));
        let files =
            std::fs::read_dir(&out).unwrap().filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|e| e == "p12")).count();
        assert_eq!(files as u64, progress().delivered, "a file for each");
        let again = officer.plan_batch(list.as_bytes(), &choices).unwrap();
        assert_eq!((again.items.len(), again.there.len()), (0, 60), "the same list again gives nothing");
    }

    #[test]
    fn closing_the_window_stops_the_server_signs_the_ledger_and_lets_go_of_the_folder() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path());
        let officer = department(&app);
        let upkeep = Upkeep::begin(app.clone()).unwrap();
        let authority = app.authority().unwrap();
        app.serving().start(authority.enroller(), "127.0.0.1:0", "127.0.0.1:0").unwrap();
        let auditor = authority.auditor();
        until("the rounds are made", || auditor.ledger(None, 100).unwrap().iter().any(|row| row.event == "crl.issued"));
        officer.set_setting("wifi.ssid", "eduroam").unwrap();
        drop((officer, auditor, authority));
        end(&app, &Mutex::new(Some(upkeep)));
        assert!(app.serving().listening().is_none());
        let database = folder.path().join("data/signet.db");
        assert!(!folder.path().join("data/signet.db-wal").exists(), "nobody has it open any more");
        let ends = "SELECT (SELECT max(number) FROM ledger), (SELECT max(number) FROM ledger_head)";
        let (last, signed): (i64, i64) =
            rusqlite::Connection::open(database).unwrap().query_row(ends, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(last, signed);
    }

    #[test]
    fn a_batch_hands_on_what_it_has_stored_when_the_window_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let before = app(folder.path());
        let officer = department(&before);
        let mut list = "mail\n".to_owned();
        for n in 0..50 {
            let (name, mail) = (format!("Person {n}"), format!("p{n}@example.edu"));
            testing::person(&officer, &name, &mail);
            list.push_str(&format!("{mail}\n"));
        }
        let choices = Choices {
            name: "staff.csv".into(),
            profiles: vec![ProfileName::Encryption],
            form: Form::Modern,
            supersede: false,
            columns: None,
        };
        let passwords = folder.path().join("passwords.csv");
        let id = officer.start_batch_into(&officer.plan_batch(list.as_bytes(), &choices).unwrap(), &out, &passwords).unwrap();
        // The window is closed in the middle of handing on.
        let mut deliver = |delivery| {
            before.wind_down();
            ra::issuance::DeliveryFolder::open(&out, &passwords)?.deliver(delivery)
        };
        let ended = officer.step_batch(id, &mut deliver).unwrap();
        assert!(ended.state == BatchState::Running && (1..=32).contains(&ended.delivered), "{ended:?}");
        assert_eq!(officer.step_batch(id, &mut deliver).unwrap().delivered, ended.delivered, "and nothing more is begun");
        let files = std::fs::read_dir(&out).unwrap().filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|e| e == "p12"));
        assert_eq!(files.count() as u64, ended.delivered);
        drop((officer, before));
        // The next start goes on, and has nothing to put right.
        let after = app(folder.path());
        let officer = after.as_operator(&after.authority().unwrap());
        let _upkeep = Upkeep::begin(after.clone()).unwrap();
        until("the batch is done", || officer.batch(id).unwrap().state == BatchState::Done);
        let issued = officer.certificates(&CertificateQuery { limit: 100, ..Default::default() }).unwrap();
        assert!(issued.len() == 50 && issued.iter().all(|certificate| certificate.status == "active"), "no key was lost: {issued:?}");
    }

    #[test]
    fn a_batch_whose_folder_cannot_be_written_stops_and_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path());
        let officer = department(&app);
        testing::person(&officer, "Alice Example", "alice@example.edu");
        let choices =
            Choices { name: "one".into(), profiles: vec![ProfileName::Encryption], form: Form::Legacy, supersede: false, columns: None };
        let plan = officer.plan_batch(b"mail\nalice@example.edu\n", &choices).unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "no folder").unwrap();
        let passwords = folder.path().join("passwords.csv");
        let id = officer.start_batch_into(&plan, &file, &passwords).unwrap();
        let _upkeep = Upkeep::begin(app.clone()).unwrap();
        until("it stopped", || officer.batch(id).unwrap().state == BatchState::Stopped);
        assert!(app.batches().fault(id).is_some());
        assert_eq!(officer.batch(id).unwrap().delivered, 0);
        // Another folder, and it goes on.
        app.batches().forget(id);
        officer.resume_batch(id, Some((folder.path().join("out").as_path(), passwords.as_path()))).unwrap();
        until("it is done", || officer.batch(id).unwrap().state == BatchState::Done);
        assert!(app.batches().fault(id).is_none());
    }
}
