//! The store as its users see it: durable, grouped, alone or with other processes.

use super::{Store, Topic};
use crate::{Conflict, Dependency, Error, ledger::Actor};
use protocol::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use std::sync::{
    Arc, Barrier,
    atomic::{AtomicUsize, Ordering},
};
use tempfile::TempDir;

fn store() -> (Store, TempDir) {
    let folder = TempDir::new().unwrap();
    (Store::open(folder.path()).unwrap(), folder)
}

fn add(store: &Store, name: &str) -> crate::Result<()> {
    let name = name.to_owned();
    store.write(move |tx| Ok(tx.execute("INSERT INTO draft (name, value) VALUES (?, '')", [name]).map(|_| ())?))
}

impl Store {
    /// Returns when so many writes wait.
    fn waiting(&self, count: usize) {
        while self.writer.waiting() < count {
            std::thread::yield_now();
        }
    }
}

fn names(store: &Store) -> Vec<String> {
    store
        .read(|c| {
            let mut statement = c.prepare("SELECT name FROM draft ORDER BY name")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap()
}

#[test]
fn connections_have_the_settings_that_the_design_promises() {
    let (store, _folder) = store();
    let pragma =
        |c: &Connection, name: &str| c.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
    use rusqlite::types::Value::{Integer, Text};
    store
        .write(move |c| {
            assert_eq!(pragma(c, "journal_mode"), Text("wal".into()));
            assert_eq!(pragma(c, "synchronous"), Integer(2), "FULL");
            assert_eq!((pragma(c, "fullfsync"), pragma(c, "checkpoint_fullfsync")), (Integer(1), Integer(1)), "macOS");
            assert_eq!(pragma(c, "foreign_keys"), Integer(1));
            assert_eq!(pragma(c, "trusted_schema"), Integer(0));
            assert_eq!(pragma(c, "busy_timeout"), Integer(10_000));
            Ok(())
        })
        .unwrap();
    store
        .read(|c| {
            assert_eq!(pragma(c, "query_only"), Integer(1));
            assert!(c.execute("INSERT INTO draft VALUES ('a', '')", []).is_err(), "a reader cannot write");
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_write_that_fails_takes_back_only_itself() {
    let (store, _folder) = store();
    let store = Arc::new(store);
    // Hold the writer, so that the following three wait together and share one commit.
    let (barrier, held) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let blocker = std::thread::spawn({
        let (store, barrier, held) = (store.clone(), barrier.clone(), held.clone());
        move || {
            store.write(move |_| {
                held.wait();
                barrier.wait();
                Ok(())
            })
        }
    });
    held.wait();
    let good = std::thread::spawn({
        let store = store.clone();
        move || add(&store, "good")
    });
    let bad = std::thread::spawn({
        let store = store.clone();
        move || {
            store.write(|tx| {
                tx.execute("INSERT INTO draft VALUES ('half', '')", [])?;
                Err::<(), _>(Error::Conflict(Conflict::NameTaken))
            })
        }
    });
    let panicking = std::thread::spawn({
        let store = store.clone();
        move || {
            store.write(|tx| -> crate::Result<()> {
                tx.execute("INSERT INTO draft VALUES ('panicked', '')", [])?;
                panic!("a rule has a bug")
            })
        }
    });
    barrier.wait();
    blocker.join().unwrap().unwrap();
    good.join().unwrap().unwrap();
    assert!(matches!(bad.join().unwrap(), Err(Error::Conflict(Conflict::NameTaken))));
    let Err(Error::Internal(fault)) = panicking.join().unwrap() else { panic!("a panic is a fault") };
    assert!(fault.0.contains("a rule has a bug"), "{fault}");
    assert_eq!(names(&store), ["good"]);
    add(&store, "later").unwrap();
    assert_eq!(names(&store), ["good", "later"], "the writer lives on");
}

#[test]
fn what_can_be_done_again_is_done_again_when_one_of_a_group_fails() {
    let (store, _folder) = store();
    let store = Arc::new(store);
    let insert = |name: &'static str| {
        move |tx: &Connection| -> crate::Result<()> { Ok(tx.execute("INSERT INTO draft VALUES (?, '')", [name]).map(|_| ())?) }
    };
    let (held, barrier, runs) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    // Holds the writer at its first run, so that all of them are one group.
    let first = store.hand_in({
        let (held, barrier, runs) = (held.clone(), barrier.clone(), runs.clone());
        move |tx| {
            if runs.fetch_add(1, Ordering::Relaxed) == 0 {
                held.wait();
                barrier.wait();
            }
            insert("first")(tx)
        }
    });
    held.wait();
    let good = store.hand_in(insert("good"));
    let bad = store.hand_in(move |tx| {
        insert("half")(tx)?;
        Err::<(), _>(Error::Conflict(Conflict::NameTaken))
    });
    let panicking = store.hand_in(move |tx| -> crate::Result<()> {
        insert("panicked")(tx)?;
        panic!("a rule has a bug")
    });
    store.waiting(3);
    barrier.wait();
    first.wait().unwrap();
    // A task waits as well as a thread does.
    crate::wait::on_thread(good).unwrap();
    assert!(matches!(bad.wait(), Err(Error::Conflict(Conflict::NameTaken))));
    assert!(matches!(crate::wait::on_thread(panicking), Err(Error::Internal(_))));
    assert_eq!(names(&store), ["first", "good"]);
    assert_eq!(runs.load(Ordering::Relaxed), 2, "once without a savepoint, once with one");
    add(&store, "later").unwrap();
    assert_eq!(names(&store), ["first", "good", "later"]);
}

#[test]
fn a_write_inside_a_write_is_refused_instead_of_waiting_for_itself() {
    let (store, _folder) = store();
    let store = Arc::new(store);
    let inner = store.clone();
    let result = store.write(move |_| add(&inner, "never"));
    assert!(matches!(result, Err(Error::Internal(_))));
    assert!(names(&store).is_empty());
}

#[test]
fn many_writers_of_two_processes_lose_nothing() {
    let (one, folder) = store();
    let two = Store::open(folder.path()).unwrap();
    std::thread::scope(|scope| {
        for (process, store) in [("one", &one), ("two", &two)] {
            for thread in 0..8 {
                scope.spawn(move || {
                    for i in 0..10 {
                        store
                            .write(move |tx| {
                                let actor = Actor::Command("test".into());
                                crate::ledger::append(
                                    tx,
                                    Timestamp(i),
                                    &actor,
                                    "test.written",
                                    &format!("{process}-{thread}-{i}"),
                                    &json!({}),
                                )
                            })
                            .unwrap();
                    }
                });
            }
        }
    });
    let (rows, distinct, last): (i64, i64, i64) = one
        .read(|c| {
            Ok(c.query_row("SELECT count(*), count(DISTINCT subject), max(number) FROM ledger", [], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?))
            })?)
        })
        .unwrap();
    assert_eq!((rows, distinct, last), (160, 160, 160), "no row lost, no number twice or left out");
}

#[test]
fn the_version_moves_with_every_change_of_any_process_and_only_then() {
    let (one, folder) = store();
    let two = Store::open(folder.path()).unwrap();
    let start = one.version().unwrap();
    assert_eq!(one.version().unwrap(), start);
    add(&two, "a").unwrap();
    let after = one.version().unwrap();
    assert_ne!(after, start, "another process");
    add(&one, "b").unwrap();
    assert_ne!(one.version().unwrap(), after, "our own write");
    let before = two.generation(Topic::Unit).unwrap();
    let revocations = two.generation(Topic::Revocation).unwrap();
    one.write(|tx| {
        Ok(tx.execute("INSERT INTO unit (id, kind, name, created_at) VALUES (randomblob(16), 'organization', 'x', 0)", []).map(|_| ())?)
    })
    .unwrap();
    assert_eq!(two.generation(Topic::Unit).unwrap(), before + 1);
    assert_eq!(two.generation(Topic::Revocation).unwrap(), revocations, "an addition of a unit revokes nothing");
}

#[test]
fn a_read_is_one_snapshot() {
    let (store, _folder) = store();
    store
        .read(|c| {
            let count = |c: &Connection| c.query_row("SELECT count(*) FROM draft", [], |row| row.get::<_, i64>(0)).unwrap();
            assert_eq!(count(c), 0);
            add(&store, "meanwhile")?;
            assert_eq!(count(c), 0, "what was committed meanwhile is not seen");
            Ok(())
        })
        .unwrap();
    assert_eq!(names(&store), ["meanwhile"]);
}

#[test]
fn a_full_disk_is_said_and_the_store_goes_on_when_there_is_room_again() {
    let (store, _folder) = store();
    // SQLite reports SQLITE_FULL at its page limit exactly as at the end of the disk.
    let limit =
        |pages: i64| store.write(move |c| Ok(c.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |r| r.get::<_, i64>(0))?));
    let pages = limit(1).unwrap();
    let big = |name: &'static str| {
        store.write(move |c| Ok(c.execute("INSERT INTO draft VALUES (?, hex(zeroblob(100000)))", [name]).map(|_| ())?))
    };
    assert!(matches!(big("no room"), Err(Error::Unavailable(Dependency::DiskFull))), "at {pages} pages");
    limit(1_000_000).unwrap();
    big("room").unwrap();
    assert_eq!(names(&store), ["room"]);
}

#[test]
fn a_database_held_by_somebody_else_is_busy() {
    let (store, folder) = store();
    // Ten seconds in earnest; a moment suffices to see the answer.
    store.write(|c| Ok(c.busy_timeout(std::time::Duration::from_millis(50))?)).unwrap();
    let other = Connection::open(folder.path().join(super::DATABASE)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(add(&store, "a"), Err(Error::Unavailable(Dependency::DatabaseBusy))));
    other.execute_batch("ROLLBACK").unwrap();
    add(&store, "a").unwrap();
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let Err(Error::Unavailable(Dependency::Folder(text))) = super::make_folder(&file.join("data")) else {
        panic!("under a file is no folder")
    };
    assert!(text.contains("data"), "{text}");
    let missing = Store::open(&folder.path().join("missing"));
    assert!(matches!(missing, Err(Error::Unavailable(Dependency::Folder(_)))));
    // What SQLite says of a database that it may not write.
    let (store, _folder) = store();
    let refused = store.write(|c| {
        c.pragma_update(None, "query_only", true)?;
        let result = c.execute("INSERT INTO draft VALUES ('a', '')", []).map(|_| ());
        c.pragma_update(None, "query_only", false)?;
        Ok(result?)
    });
    assert!(matches!(refused, Err(Error::Unavailable(Dependency::Folder(_)))), "{refused:?}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_enter_the_folder_and_read_the_database() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("a/b");
    super::make_folder(&data).unwrap();
    let _store = Store::open(&data).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for file in std::fs::read_dir(&data).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    let set = |path: &std::path::Path| std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (empty, in_use) = (folder.path().join("empty"), folder.path().join("in use"));
    for path in [&empty, &in_use] {
        std::fs::create_dir(path).unwrap();
        set(path);
    }
    std::fs::write(in_use.join("letter"), "").unwrap();
    super::make_folder(&empty).unwrap();
    super::make_folder(&in_use).unwrap();
    assert_eq!((mode(&empty), mode(&in_use)), (0o700, 0o755), "somebody's folder is not shut for others");
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill_at_any_moment() {
    use std::io::{BufRead, BufReader};
    let folder = TempDir::new().unwrap();
    for round in 1..=3 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::tests::writing_until_killed", "--ignored", "--nocapture"])
            .env("SIGNET_TEST_FOLDER", folder.path())
            .env("SIGNET_TEST_ROUND", round.to_string())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("stored ").filter(|text| text.ends_with('.')).map(str::to_owned));
        let mut acknowledged: Vec<String> = lines.by_ref().take(100 * round).collect();
        child.kill().unwrap(); // SIGKILL
        acknowledged.extend(lines);
        child.wait().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (stored, verified) = store
            .read(|c| {
                let mut statement = c.prepare("SELECT subject FROM ledger")?;
                let stored = statement.query_map([], |row| row.get(0))?.collect::<Result<std::collections::HashSet<String>, _>>()?;
                Ok((stored, crate::ledger::verify(c)?))
            })
            .unwrap();
        assert!(acknowledged.len() >= 100 * round, "the child ended by itself");
        let lost: Vec<_> = acknowledged.iter().filter(|subject| !stored.contains(*subject)).collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
        assert_eq!(verified.broken_at, None);
    }
}

#[test]
fn a_folder_with_keys_whose_database_is_gone_or_empty_is_not_begun_anew() {
    let folder = TempDir::new().unwrap();
    drop(Store::open(folder.path()).unwrap());
    std::fs::write(folder.path().join("keyring.json"), "{}").unwrap();
    drop(Store::open(folder.path()).unwrap());
    let database = folder.path().join("signet.db");
    for lose in [|path: &std::path::Path| std::fs::write(path, ""), |path: &std::path::Path| std::fs::remove_file(path)] {
        lose(&database).unwrap();
        match Store::open(folder.path()).map(drop) {
            Err(Error::Unavailable(Dependency::DatabaseDamaged(why))) => assert!(why.contains("missing or empty"), "{why}"),
            other => panic!("{other:?}"),
        }
        assert!(std::fs::metadata(&database).map_or(true, |file| file.len() == 0), "nothing was made");
    }
}

#[test]
fn a_program_that_runs_through_an_upgrade_writes_no_more() {
    let (store, folder) = store();
    add(&store, "before").unwrap();
    // As a newer one does while it migrates.
    let other = Connection::open(folder.path().join("signet.db")).unwrap();
    other
        .execute(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
             SELECT max(version) + 1, 'newer', max(applied_on), '1' FROM refinery_schema_history",
            [],
        )
        .unwrap();
    for _ in 0..2 {
        assert!(matches!(add(&store, "after"), Err(Error::Conflict(Conflict::NewerDatabase))));
    }
    let handed_in = store.hand_in(|tx| Ok(tx.execute("INSERT INTO draft (name, value) VALUES ('later', '')", [])?));
    assert!(matches!(handed_in.wait(), Err(Error::Conflict(Conflict::NewerDatabase))));
    assert_eq!(names(&store), ["before"], "it still reads");
    // Nothing is held: the newer one goes on.
    other.execute("INSERT INTO draft (name, value) VALUES ('newer', '')", []).unwrap();
}

#[test]
fn a_full_file_system_is_told_from_one_that_cannot_be_written() {
    let folder = TempDir::new().unwrap();
    let probe = folder.path().join("probe");
    assert!(super::file::has_room(&probe));
    assert!(!probe.exists(), "the probe is taken away");
    assert!(super::file::has_room(&folder.path().join("nowhere/probe")), "what is missing is not full");
    #[cfg(target_os = "linux")]
    assert!(!super::file::has_room(std::path::Path::new("/dev/full")));
}

#[test]
#[ignore = "a child of what_was_acknowledged_is_there_after_a_kill_at_any_moment"]
fn writing_until_killed() {
    let folder = std::env::var_os("SIGNET_TEST_FOLDER").unwrap();
    let round = std::env::var("SIGNET_TEST_ROUND").unwrap();
    let store = Store::open(std::path::Path::new(&folder)).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (store, round) = (&store, &round);
            scope.spawn(move || {
                for i in 0..100_000 {
                    let subject = format!("{round}-{thread}-{i}.");
                    let written = subject.clone();
                    store
                        .write(move |tx| crate::ledger::append(tx, Timestamp(i), &Actor::Signet, "test.written", &written, &json!({})))
                        .unwrap();
                    println!("stored {subject}");
                }
            });
        }
    });
}
