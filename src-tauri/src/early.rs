//! An answer that is read before anybody asks: it goes to the first who does, and only while it says the same as one that is read then.

use crate::state::lock;
use std::sync::{
    Mutex,
    mpsc::{self, Receiver, Sender},
};

/// Where it waits, with what it was read of.
pub struct Early<S, T>(Mutex<Option<Receiver<(S, T)>>>);

impl<S, T> Default for Early<S, T> {
    fn default() -> Self {
        Early(Mutex::new(None))
    }
}

impl<S: PartialEq, T> Early<S, T> {
    /// From now on whoever asks waits for what is sent there; a sender that is dropped is waited for no longer.
    pub fn begin(&self) -> Sender<(S, T)> {
        let (reading, waiting) = mpsc::channel();
        *lock(&self.0) = Some(waiting);
        reading
    }

    /// The answer. `None`: nobody reads it, somebody has had it, it could not be read, or it was read of something else than there is
    /// `now`, which is looked at last.
    pub fn take(&self, now: impl FnOnce() -> Option<S>) -> Option<T> {
        let waiting = lock(&self.0).take()?;
        let (then, answer) = waiting.recv().ok()?;
        (now()? == then).then_some(answer)
    }

    /// Nobody gets it any more.
    pub fn put_away(&self) {
        *lock(&self.0) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::Early;

    #[test]
    fn a_fresh_answer_goes_to_the_first_who_asks_and_to_nobody_after() {
        let early = Early::<i32, &str>::default();
        assert_eq!(early.take(|| Some(1)), None, "nobody reads");
        early.begin().send((1, "answer")).unwrap();
        assert_eq!(early.take(|| Some(1)), Some("answer"));
        assert_eq!(early.take(|| Some(1)), None);
    }

    #[test]
    fn a_stale_answer_is_dropped_and_so_is_one_of_which_nobody_can_tell() {
        let early = Early::<i32, &str>::default();
        for now in [Some(2), None] {
            early.begin().send((1, "answer")).unwrap();
            assert_eq!(early.take(|| now), None);
            assert_eq!(early.take(|| Some(1)), None, "nor does it come back");
        }
    }

    #[test]
    fn whoever_asks_while_it_is_read_waits_and_compares_with_what_there_is_after_that() {
        let early = Early::<i32, &str>::default();
        let (reading, told) = (early.begin(), std::sync::Mutex::new(1));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                *told.lock().unwrap() = 2;
                reading.send((2, "answer")).unwrap();
            });
            assert_eq!(early.take(|| Some(*told.lock().unwrap())), Some("answer"));
        });
        drop(early.begin());
        assert_eq!(early.take(|| Some(2)), None, "who gave up is not waited for");
    }

    #[test]
    fn what_was_put_away_is_given_to_nobody() {
        let early = Early::<i32, &str>::default();
        let reading = early.begin();
        early.put_away();
        assert!(reading.send((1, "answer")).is_err());
        assert_eq!(early.take(|| Some(1)), None);
    }
}
