//! The one connection that writes, on its own thread; waiting writes share one durable commit.

use crate::{Error, Result};
use rusqlite::Connection;
use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
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
    reply: Reply<T>,
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
        self.reply.give(result);
    }
}

/// Where a caller waits for its result. Without the spinning of a channel: a commit takes longer than any spin.
struct Place<T> {
    result: Mutex<Option<Result<T>>>,
    came: Condvar,
}

/// The writer's end of a [`Place`]. Dropped without a result, it says so.
struct Reply<T>(Option<Arc<Place<T>>>);

impl<T> Reply<T> {
    fn give(&mut self, result: Result<T>) {
        if let Some(place) = self.0.take() {
            *lock(&place.result) = Some(result);
            place.came.notify_one();
        }
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        if self.0.is_some() {
            self.give(Err(Error::fault("the writer has ended")));
        }
    }
}

/// Writes that wait, and when the writer wants to be woken.
#[derive(Default)]
struct Queue {
    jobs: Vec<Box<dyn Job>>,
    /// The writer sleeps until so many wait; 0: it is at work and looks by itself.
    wanted: usize,
    /// No further writes.
    closed: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
}

/// The writer thread.
pub(super) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self> {
        let shared = Arc::<Shared>::default();
        let own = Ending(shared.clone());
        let thread =
            std::thread::Builder::new().name("signet-writer".into()).spawn(move || serve(&connection, &own.0)).map_err(Error::fault)?;
        Ok(Writer { shared, thread: Some(thread) })
    }

    pub(super) fn write<T: Send + 'static>(&self, work: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        if IS_WRITER.get() {
            return Err(Error::fault("a write was started inside a write"));
        }
        let place = Arc::new(Place { result: Mutex::new(None), came: Condvar::new() });
        let job: Box<dyn Job> = Box::new(Task { work: Some(work), result: None, reply: Reply(Some(place.clone())) });
        let mut queue = lock(&self.shared.queue);
        if !queue.closed {
            queue.jobs.push(job);
            let wake = queue.wanted > 0 && queue.jobs.len() >= queue.wanted;
            drop(queue);
            if wake {
                self.shared.wake.notify_one();
            }
        } else {
            drop(queue);
            drop(job); // says that the writer has ended
        }
        let mut result = lock(&place.result);
        loop {
            match result.take() {
                Some(result) => return result,
                None => result = place.came.wait(result).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        lock(&self.shared.queue).closed = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

/// However the thread ends, nobody waits for it any longer.
struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        let mut queue = lock(&self.0.queue);
        queue.closed = true;
        let left = std::mem::take(&mut queue.jobs);
        drop(queue);
        drop(left);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(connection: &Connection, shared: &Shared) {
    IS_WRITER.set(true);
    let mut expected = 1;
    while let Some(first) = gather(shared, expected) {
        expected = group(connection, first, shared);
    }
}

/// Waits for a write, and then a little for as many as the last commit had. `None`: closed, and nothing waits any more.
fn gather(shared: &Shared, expected: usize) -> Option<Vec<Box<dyn Job>>> {
    let asleep = |queue: &mut Queue| queue.jobs.len() < queue.wanted && !queue.closed;
    let mut queue = lock(&shared.queue);
    queue.wanted = 1;
    queue = shared.wake.wait_while(queue, |q| asleep(q)).unwrap_or_else(PoisonError::into_inner);
    if queue.jobs.len() < expected {
        queue.wanted = expected;
        queue = shared.wake.wait_timeout_while(queue, PATIENCE, |q| asleep(q)).unwrap_or_else(PoisonError::into_inner).0;
    }
    queue.wanted = 0;
    (!queue.jobs.is_empty()).then(|| take(&mut queue, MOST))
}

fn take(queue: &mut Queue, most: usize) -> Vec<Box<dyn Job>> {
    let later = queue.jobs.split_off(queue.jobs.len().min(most));
    std::mem::replace(&mut queue.jobs, later)
}

/// One transaction for `first` and for what comes while it runs. How many there were.
fn group(connection: &Connection, first: Vec<Box<dyn Job>>, shared: &Shared) -> usize {
    let mut done: Vec<Box<dyn Job>> = Vec::with_capacity(first.len());
    let mut next = first;
    let mut lost = run(connection, "BEGIN IMMEDIATE").err();
    while !next.is_empty() {
        for mut job in next {
            if lost.is_none() {
                lost = in_savepoint(connection, job.as_mut()).err();
            }
            done.push(job);
        }
        next = if lost.is_none() { take(&mut lock(&shared.queue), MOST - done.len().min(MOST)) } else { Vec::new() };
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
