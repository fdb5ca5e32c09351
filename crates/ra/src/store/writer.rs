//! The one connection that writes, on its own thread; waiting writes share one durable commit.

use crate::{Error, Result};
use rusqlite::Connection;
use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// Most writes in one commit: bounds what one power cut can make all of them repeat, and how long the first waits.
const MOST: usize = 256;

thread_local! {
    static IS_WRITER: Cell<bool> = const { Cell::new(false) };
}

/// How long a commit waits for as many writes as the last one had. Only while several come at once: who writes alone never waits.
const PATIENCE: Duration = Duration::from_millis(1);

/// A waiting write with its type erased.
trait Job: Send {
    /// Runs it in its savepoint; `true`: keep what it did.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Hands the result to the waiting caller; `lost`: the commit failed, whatever the job said.
    fn deliver(self: Box<Self>, lost: Option<&Error>);
}

struct Task<T, W> {
    work: Option<W>,
    result: Option<Result<T>>,
    reply: mpsc::SyncSender<Result<T>>,
}

impl<T: Send, W: FnOnce(&Connection) -> Result<T> + Send> Job for Task<T, W> {
    fn run(&mut self, connection: &Connection) -> bool {
        let Some(work) = self.work.take() else { return false };
        // A panic is one caller's fault and must not stop the writer for all; its savepoint is taken back.
        let result = catch_unwind(AssertUnwindSafe(|| work(connection))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
            Err(Error::fault(format!("a write panicked: {}", text.unwrap_or_default())))
        });
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn deliver(mut self: Box<Self>, lost: Option<&Error>) {
        let result = match (self.result.take(), lost) {
            (Some(Err(own)), _) => Err(own),
            (_, Some(lost)) => Err(lost.clone()),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(Error::fault("a write was not run")),
        };
        let _ = self.reply.send(result); // the caller may have gone away
    }
}

/// The writer thread.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self> {
        let (queue, jobs) = mpsc::channel();
        let thread =
            std::thread::Builder::new().name("signet-writer".into()).spawn(move || serve(&connection, &jobs)).map_err(Error::fault)?;
        Ok(Writer { queue: Some(queue), thread: Some(thread) })
    }

    pub(super) fn write<T: Send + 'static>(&self, work: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        if IS_WRITER.get() {
            return Err(Error::fault("a write was started inside a write"));
        }
        let (reply, result) = mpsc::sync_channel(1);
        let job: Box<dyn Job> = Box::new(Task { work: Some(work), result: None, reply });
        let gone = || Error::fault("the writer has ended");
        self.queue.as_ref().ok_or_else(gone)?.send(job).map_err(|_| gone())?;
        result.recv().map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

fn serve(connection: &Connection, jobs: &mpsc::Receiver<Box<dyn Job>>) {
    IS_WRITER.set(true);
    let mut expected = 1;
    while let Ok(first) = jobs.recv() {
        expected = group(connection, first, jobs, expected);
    }
}

/// One transaction for `first` and for what comes while it runs, and a little longer while fewer than `expected` came. How many there
/// were.
fn group(connection: &Connection, first: Box<dyn Job>, jobs: &mpsc::Receiver<Box<dyn Job>>, expected: usize) -> usize {
    let patience = Instant::now() + PATIENCE;
    let mut done: Vec<Box<dyn Job>> = Vec::new();
    let mut next = Some(first);
    let mut lost = run(connection, "BEGIN IMMEDIATE").err();
    while let Some(mut job) = next {
        if lost.is_none() {
            lost = in_savepoint(connection, job.as_mut()).err();
        }
        done.push(job);
        next = match done.len() {
            _ if lost.is_some() => None,
            MOST.. => None,
            come if come < expected => jobs.recv_timeout(patience.saturating_duration_since(Instant::now())).ok(),
            _ => jobs.try_recv().ok(),
        };
    }
    if lost.is_none() {
        lost = run(connection, "COMMIT").err();
    }
    if lost.is_some() && !connection.is_autocommit() {
        let _ = run(connection, "ROLLBACK");
    }
    if let Some(error) = &lost {
        tracing::error!(%error, writes = done.len(), "a commit failed");
    }
    let come = done.len();
    for job in done {
        job.deliver(lost.as_ref());
    }
    come
}

/// `Err`: the whole transaction is lost (SQLite rolls back by itself when the disk is full, for example).
fn in_savepoint(connection: &Connection, job: &mut dyn Job) -> Result<()> {
    run(connection, "SAVEPOINT job")?;
    let keep = job.run(connection);
    if connection.is_autocommit() {
        return Err(Error::Unavailable(crate::Dependency::DiskFull));
    }
    if !keep {
        run(connection, "ROLLBACK TO job")?;
    }
    run(connection, "RELEASE job")
}

fn run(connection: &Connection, sql: &str) -> Result<()> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}
