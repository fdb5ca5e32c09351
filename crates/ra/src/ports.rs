//! The few seams that cross crates: time and keys that may live elsewhere.

use protocol::Timestamp;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Now, in whole UTC seconds.
    fn now(&self) -> Timestamp;
    /// Returns once it is `at` or later. The thread sleeps until then.
    fn wait_until(&self, at: Timestamp);
}

/// The computer's clock.
pub struct SystemClock;
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[allow(clippy::disallowed_methods)] // the one place that reads the clock
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }
    fn wait_until(&self, at: Timestamp) {
        /// Short enough that nobody notices, long enough that the processor does not either.
        const STEP: std::time::Duration = std::time::Duration::from_millis(10);
        while self.now() < at {
            std::thread::sleep(STEP);
        }
    }
}

/// A clock that tests set.
#[derive(Clone)]
pub struct FixedClock(pub std::sync::Arc<std::sync::atomic::AtomicI64>);
impl FixedClock {
    /// Starts at `at`.
    pub fn at(at: i64) -> Self {
        FixedClock(std::sync::Arc::new(at.into()))
    }
    /// Moves on.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, std::sync::atomic::Ordering::SeqCst);
    }
}
impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
    /// Time passes in a moment.
    fn wait_until(&self, at: Timestamp) {
        self.0.fetch_max(at.0, std::sync::atomic::Ordering::SeqCst);
    }
}
