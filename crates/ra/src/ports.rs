//! The few seams that cross crates: time and keys that may live elsewhere.

use protocol::Timestamp;
use std::time::{Duration, Instant};

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Now, in whole UTC seconds.
    fn now(&self) -> Timestamp;
    /// Returns once it is `at` or later, or when that time has passed by a clock that nobody sets. The thread sleeps until then.
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
        const STEP: Duration = Duration::from_millis(10);
        let (began, away) = (Instant::now(), u64::try_from(at.0.saturating_sub(self.now().0)).unwrap_or_default());
        while self.now() < at && began.elapsed() < Duration::from_secs(away) {
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

#[cfg(test)]
mod tests {
    use super::{Clock, SystemClock};

    #[test]
    fn who_waits_goes_on_once_it_is_time_and_at_once_when_it_has_been() {
        let at = SystemClock.now().plus(1);
        SystemClock.wait_until(at);
        assert!(SystemClock.now() >= at);
        let begun = std::time::Instant::now();
        SystemClock.wait_until(at.plus(-3600));
        assert!(begun.elapsed() < std::time::Duration::from_secs(1));
    }
}
