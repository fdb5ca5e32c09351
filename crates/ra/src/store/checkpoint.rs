//! Copying the write-ahead log into the database, on a thread of its own: who writes does not wait for the disk meanwhile.

use super::{configure, make_durable};
use crate::{Error, Result};
use rusqlite::{Connection, OpenFlags, hooks::Wal};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

/// From so many pages (16 MB) in the log on they are copied: rarely enough that what is written again and again is copied once.
const SOON: i32 = 4_000;
/// With so many the writer copies itself: the log must not grow for ever where somebody always writes.
const MOST: i32 = 8_000;
/// Rounds at one time. Each finds only what was written during the one before.
const ROUNDS: usize = 4;

/// The thread beside a connection that writes.
pub(super) struct Checkpoints {
    wake: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Checkpoints {
    /// Takes the place of the connection's own checkpoints.
    pub(super) fn beside(connection: &mut Connection, path: &Path) -> Result<Self> {
        let (wake, woken) = sync_channel(1);
        // All was copied a moment ago: what is left is so little that the writer can do it, and begin the log anew.
        let nearly = Arc::new(AtomicBool::new(false));
        let (own, waker) = (nearly.clone(), wake.clone());
        let hook = move |wal: &mut Wal, pages: i32| {
            // A log that has begun anew makes what was nearly done nothing to go on with.
            let nearly = own.swap(false, Ordering::AcqRel);
            if pages >= MOST || pages >= SOON && nearly {
                // Busy: the thread is at it. The commit itself is done, whatever comes of this.
                let _ = wal.checkpoint();
            } else if pages >= SOON {
                let _ = waker.try_send(());
            }
            Ok(())
        };
        connection.wal_hook(Some(hook))?;
        let path = path.to_owned();
        let work = move || serve(&path, &woken, &nearly);
        let thread = std::thread::Builder::new().name("signet-checkpoint".into()).spawn(work).map_err(Error::fault)?;
        Ok(Checkpoints { wake, thread })
    }

    /// Waits for what is under way.
    pub(super) fn end(self, connection: &mut Connection) {
        let unhooked = connection.wal_hook(None::<fn(&mut Wal, i32) -> rusqlite::Result<()>>);
        drop(self.wake);
        // A hook that stays would keep the thread waiting.
        if unhooked.is_ok() {
            let _ = self.thread.join();
        }
    }
}

/// Its connection goes with the thread, before the writer's: who closes last empties the log.
fn serve(path: &Path, woken: &Receiver<()>, nearly: &AtomicBool) {
    let mut kept = None;
    while woken.recv().is_ok() {
        // Opened once: a connection reads the whole schema before its first copy.
        let copied = match kept.take() {
            Some(connection) => Ok(connection),
            None => connect(path),
        }
        .and_then(|connection| copy(&connection).map(|all| (connection, all)));
        match copied {
            Ok((connection, all)) => {
                nearly.store(all, Ordering::Release);
                kept = Some(connection);
            }
            // The writer does it when the log has grown long.
            Err(error) => tracing::warn!(%error, "the write-ahead log could not be copied"),
        }
    }
}

/// The database is never made anew: a folder may be taken away under a running program.
fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    configure(&connection)?;
    make_durable(&connection)?;
    Ok(connection)
}

/// True when nothing was left at a moment.
fn copy(connection: &Connection) -> Result<bool> {
    for _ in 0..ROUNDS {
        let (busy, pages, copied) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
            Ok((row.get::<_, bool>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        })?;
        if busy {
            return Ok(false);
        }
        if copied >= pages {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use tempfile::TempDir;

    #[test]
    fn what_is_copied_is_on_the_disk() {
        let folder = TempDir::new().unwrap();
        let _store = Store::open(folder.path()).unwrap();
        let connection = super::connect(&folder.path().join("signet.db")).unwrap();
        let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!((pragma("synchronous"), pragma("fullfsync"), pragma("checkpoint_fullfsync")), (2, 1, 1));
    }

    #[test]
    fn the_log_begins_anew_under_writes_that_never_pause() {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let log = folder.path().join("signet.db-wal");
        let mut longest = 0;
        // 40 MB through a log that is copied from 16 MB on.
        for number in 0..500 {
            let name = format!("{number}");
            store
                .write(move |tx| {
                    tx.execute("INSERT INTO draft (name, value) VALUES (?, ?)", (name, "x".repeat(80_000)))?;
                    Ok(())
                })
                .unwrap();
            longest = longest.max(std::fs::metadata(&log).unwrap().len());
        }
        assert!(longest < 36_000_000, "{longest} octets");
        drop(store);
        assert!(!log.exists(), "who closes last empties it");
        let again = Store::open(folder.path()).unwrap();
        let rows: i64 = again.read(|c| Ok(c.query_row("SELECT count(*) FROM draft", [], |row| row.get(0))?)).unwrap();
        assert_eq!(rows, 500);
    }
}
