//! How long an officer takes, where no officer sits: the keystroke-level model (Card, Moran and Newell, 1980) over what was done in the
//! window, the words that stood there at the pace of a slow reader, and the time that the program itself took. What only the test does is
//! left out.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Seconds for a key: somebody who types without having learnt it.
const KEY: f64 = 0.28;
/// Seconds to think of an act, to bring the hand to the mouse, to point, to press, and to bring the hand back.
const ACT: f64 = 1.35 + 0.4 + 1.1 + 0.2 + 0.4;
/// Words a second: three quarters of the 238 a minute at which adults read plain English (Brysbaert, 2019).
const WORDS: f64 = 3.0;

/// What was done since the window was opened.
#[derive(Default)]
pub(crate) struct Acts {
    keys: AtomicU64,
    acts: AtomicU64,
    words: AtomicU64,
    /// Milliseconds for pictures and axe.
    apart: AtomicU64,
}

impl Acts {
    /// A field was gone to, and this typed into it.
    pub(crate) fn typed(&self, text: &str) {
        self.acted();
        self.keys.fetch_add(text.chars().count() as u64, Relaxed);
    }

    /// Something was pressed or chosen.
    pub(crate) fn acted(&self) {
        self.acts.fetch_add(1, Relaxed);
    }

    /// So many words were read.
    pub(crate) fn read(&self, words: u64) {
        self.words.fetch_add(words, Relaxed);
    }

    /// So long the test did what no person does.
    pub(crate) fn apart(&self, time: Duration) {
        self.apart.fetch_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), Relaxed);
    }

    /// How long a person takes for all of it, who also waits for the program: of the time that has passed, all but what only the test did.
    pub(crate) fn taken(&self, passed: Duration) -> Duration {
        let waited = passed.saturating_sub(Duration::from_millis(self.apart.load(Relaxed)));
        let count = |counter: &AtomicU64| counter.load(Relaxed) as f64;
        waited + Duration::from_secs_f64(count(&self.keys) * KEY + count(&self.acts) * ACT + count(&self.words) / WORDS)
    }
}

impl std::fmt::Display for Acts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = |counter: &AtomicU64| counter.load(Relaxed);
        write!(f, "{} keys, {} acts, {} words read", count(&self.keys), count(&self.acts), count(&self.words))
    }
}
