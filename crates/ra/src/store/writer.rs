//! The one connection that writes, on its own thread; waiting writes share one durable commit.

use super::checkpoint::Checkpoints;
use crate::{Conflict, Error, Result};
use rusqlite::Connection;
use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    thread::JoinHandle,
    time::Duration,
};

/// Most writes in one commit: bounds what one power cut can make all of them repeat, and how long the first waits.
const MOST: usize = 256;

thread_local! {
    static IS_WRITER: Cell<bool> = const { Cell::new(false) };
}

/// A commit waits for as many writes as the last ones had, but never for more than so many: enough to share the price of a commit, and
/// few enough that others are at work while these wait for the disk. Who writes alone never waits.
const WAITED_FOR: usize = 12;
/// ... and only as long as one more came within this time: longer than two private RSA operations take on a slow processor, so that on
/// one core the next write is not given up on while it is being computed. What is expected in vain costs this once for each write less.
const PATIENCE: Duration = Duration::from_millis(10);

/// A waiting write with its type erased.
trait Job: Send {
    /// Runs it; `true`: keep what it did.
    fn run(&mut self, connection: &Connection) -> bool;
    /// It may be run a second time when what it did was taken back.
    fn is_repeatable(&self) -> bool;
    /// Hands the result to the waiting caller; `lost`: the commit failed, whatever the job said. A task is not woken but added to
    /// `waiting`.
    fn deliver(self: Box<Self>, lost: Option<&Error>, waiting: &mut Waiting);
}

/// What a caller wants done.
trait Work<T>: Send {
    const REPEATABLE: bool;
    /// `None`: it can be done once only, and was.
    fn work(&mut self, connection: &Connection) -> Option<Result<T>>;
}

struct Once<W>(Option<W>);

impl<T, W: FnOnce(&Connection) -> Result<T> + Send> Work<T> for Once<W> {
    const REPEATABLE: bool = false;
    fn work(&mut self, connection: &Connection) -> Option<Result<T>> {
        self.0.take().map(|work| work(connection))
    }
}

struct Repeatable<W>(W);

impl<T, W: Fn(&Connection) -> Result<T> + Send> Work<T> for Repeatable<W> {
    const REPEATABLE: bool = true;
    fn work(&mut self, connection: &Connection) -> Option<Result<T>> {
        Some((self.0)(connection))
    }
}

struct Task<T, W> {
    work: W,
    result: Option<Result<T>>,
    reply: Reply<T>,
}

impl<T: Send, W: Work<T>> Job for Task<T, W> {
    fn run(&mut self, connection: &Connection) -> bool {
        // A panic is one caller's fault and must not stop the writer for all; what it did is taken back.
        let worked = catch_unwind(AssertUnwindSafe(|| self.work.work(connection)));
        let result = worked.map(|done| done.unwrap_or_else(|| Err(Error::fault("a write was run twice")))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
            Err(Error::fault(format!("a write panicked: {}", text.unwrap_or_default())))
        });
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn is_repeatable(&self) -> bool {
        W::REPEATABLE
    }

    fn deliver(mut self: Box<Self>, lost: Option<&Error>, waiting: &mut Waiting) {
        let result = match (self.result.take(), lost) {
            (Some(Err(own)), _) => Err(own),
            (_, Some(lost)) => Err(lost.clone()),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(Error::fault("a write was not run")),
        };
        self.reply.give(result, waiting);
    }
}

/// Tasks whose results are there. Whoever lets go of them wakes them.
#[derive(Default)]
struct Waiting(Vec<Waker>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.drain(..).for_each(Waker::wake);
    }
}

/// Where a result is laid down and taken up. Without the spinning of a channel: a commit takes longer than any spin.
struct Place<T> {
    slot: Mutex<Slot<T>>,
    came: Condvar,
}

struct Slot<T> {
    result: Option<Result<T>>,
    /// A task that waits, where it is not a thread.
    task: Option<Waker>,
    /// Others that wait beside it. The first to be woken wakes them: within its runtime that is cheap, while a wake from the writer's
    /// thread would take the processor from the writer each time.
    others: Waiting,
}

impl<T> Place<T> {
    fn new(result: Option<Result<T>>) -> Arc<Self> {
        Arc::new(Place { slot: Mutex::new(Slot { result, task: None, others: Waiting::default() }), came: Condvar::new() })
    }
}

/// The writer's end of a [`Place`]. Dropped without a result, it says so.
struct Reply<T>(Option<Arc<Place<T>>>);

impl<T> Reply<T> {
    fn give(&mut self, result: Result<T>, waiting: &mut Waiting) {
        if let Some(place) = self.0.take() {
            let mut slot = lock(&place.slot);
            slot.result = Some(result);
            match slot.task.take() {
                Some(task) => {
                    std::mem::swap(&mut slot.others, waiting);
                    waiting.0.push(task);
                }
                None => place.came.notify_one(),
            }
        }
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        if self.0.is_some() {
            self.give(Err(Error::fault("the writer has ended")), &mut Waiting::default());
        }
    }
}

/// A write that was handed in: a thread calls [`Written::wait`], a task awaits it. It is done also when nobody waits any longer.
#[must_use = "whether the write was kept is known only when it was waited for"]
pub(crate) struct Written<T>(Arc<Place<T>>);

impl<T> Written<T> {
    pub(crate) fn wait(self) -> Result<T> {
        let mut slot = lock(&self.0.slot);
        loop {
            match slot.result.take() {
                Some(result) => return result,
                None => slot = self.0.came.wait(slot).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

impl<T> Future for Written<T> {
    type Output = Result<T>;
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let mut slot = lock(&self.0.slot);
        match slot.result.take() {
            Some(result) => {
                let others = std::mem::take(&mut slot.others);
                drop(slot);
                drop(others); // wakes them
                Poll::Ready(result)
            }
            None => {
                slot.task = Some(context.waker().clone());
                Poll::Pending
            }
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
    /// Of the schema that this program writes.
    version: i64,
}

/// The writer thread.
pub(super) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(mut connection: Connection, path: &Path) -> Result<Self> {
        let shared = Arc::new(Shared { version: version(&connection)?, ..Shared::default() });
        let own = Ending(shared.clone());
        let checkpoints = Checkpoints::beside(&mut connection, path)?;
        let work = move || {
            serve(&connection, &own.0);
            // The last connection empties the log when it closes: the other one goes first.
            checkpoints.end(&mut connection);
        };
        let thread = std::thread::Builder::new().name("signet-writer".into()).spawn(work).map_err(Error::fault)?;
        Ok(Writer { shared, thread: Some(thread) })
    }

    /// Runs `work` in the transaction of a group, in a savepoint of its own.
    pub(super) fn write<T: Send + 'static>(&self, work: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        self.submit(Once(Some(work))).wait()
    }

    /// The same without the price of a savepoint: when one of a group fails, all of it is taken back and done again in savepoints.
    pub(super) fn hand_in<T: Send + 'static>(&self, work: impl Fn(&Connection) -> Result<T> + Send + 'static) -> Written<T> {
        self.submit(Repeatable(work))
    }

    /// How many writes wait just now.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        lock(&self.shared.queue).jobs.len()
    }

    fn submit<T: Send + 'static>(&self, work: impl Work<T> + 'static) -> Written<T> {
        if IS_WRITER.get() {
            return Written(Place::new(Some(Err(Error::fault("a write was started inside a write")))));
        }
        let place = Place::new(None);
        let job: Box<dyn Job> = Box::new(Task { work, result: None, reply: Reply(Some(place.clone())) });
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
        Written(place)
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
        // Who is late once has not gone: what is expected falls by one at a time.
        expected = group(connection, first, shared).max(expected - 1);
    }
}

/// Waits for a write, and then a little for as many as the last commit had. `None`: closed, and nothing waits any more.
fn gather(shared: &Shared, expected: usize) -> Option<Vec<Box<dyn Job>>> {
    let asleep = |queue: &mut Queue| queue.jobs.len() < queue.wanted && !queue.closed;
    let mut queue = lock(&shared.queue);
    queue.wanted = 1;
    queue = shared.wake.wait_while(queue, |q| asleep(q)).unwrap_or_else(PoisonError::into_inner);
    queue.wanted = expected.min(WAITED_FOR);
    let mut came = 0;
    while asleep(&mut queue) && queue.jobs.len() > came {
        came = queue.jobs.len();
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
    let mut lost = begin(connection, shared.version).err();
    // Savepoints cost a copy of each page: where all can be done again, they are needed only when one has failed.
    let mut careful = !next.iter().all(|job| job.is_repeatable());
    while !next.is_empty() {
        for mut job in next {
            if lost.is_none() && careful {
                lost = in_savepoint(connection, job.as_mut()).err();
            } else if lost.is_none() {
                let keep = job.run(connection);
                careful = !keep || connection.is_autocommit();
                done.push(job);
                if careful {
                    lost = again(connection, shared.version, &mut done).err();
                }
                continue;
            }
            done.push(job);
        }
        next = if lost.is_none() { more(&mut lock(&shared.queue), MOST - done.len().min(MOST), careful) } else { Vec::new() };
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
    let mut waiting = Waiting::default();
    for job in done {
        job.deliver(lost.as_ref(), &mut waiting);
    }
    come
}

/// What came meanwhile, as far as it fits the group: without savepoints only what can be done again.
fn more(queue: &mut Queue, most: usize, careful: bool) -> Vec<Box<dyn Job>> {
    let fit = queue.jobs.iter().take_while(|job| careful || job.is_repeatable()).count();
    take(queue, most.min(fit))
}

/// Begins a transaction, unless a newer program has brought the database to its form since it was opened here: what this one writes would
/// lack what that one relies on.
fn begin(connection: &Connection, opened_at: i64) -> Result<()> {
    run(connection, "BEGIN IMMEDIATE")?;
    if version(connection)? == opened_at { Ok(()) } else { Err(Error::Conflict(Conflict::NewerDatabase)) }
}

/// The last migration that was applied.
fn version(connection: &Connection) -> Result<i64> {
    let mut statement = connection.prepare_cached("SELECT coalesce(max(version), 0) FROM refinery_schema_history")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Takes all back and does it again, each in its savepoint, so that what fails takes back only itself.
fn again(connection: &Connection, version: i64, jobs: &mut [Box<dyn Job>]) -> Result<()> {
    if !connection.is_autocommit() {
        run(connection, "ROLLBACK")?;
    }
    begin(connection, version)?;
    jobs.iter_mut().try_for_each(|job| in_savepoint(connection, job.as_mut()))
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
