//! Knowledge kept in memory until the generation that it was read at has passed.

use crate::Result;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

/// One value with the generation at which it was read.
pub(crate) struct Cached<T>(Mutex<Option<(u64, Arc<T>)>>);

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Cached(Mutex::new(None))
    }
}

impl<T> Cached<T> {
    /// The value of this generation; `load` reads it when what is here is of another. Ask for the generation first: a change
    /// that comes between is then found at the next call.
    pub(crate) fn get(&self, generation: u64, load: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
        // Held while loading, so that many requests at once load once.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, value)) = &*kept
            && *of == generation
        {
            return Ok(value.clone());
        }
        let value = Arc::new(load()?);
        *kept = Some((generation, value.clone()));
        Ok(value)
    }

    /// What is here, whatever its generation; nothing while it is being read, which may take a person to unlock a keyring.
    pub(crate) fn peek(&self) -> Option<Arc<T>> {
        let kept = match self.0.try_lock() {
            Ok(kept) => kept,
            Err(TryLockError::Poisoned(kept)) => kept.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        kept.as_ref().map(|(_, value)| value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::Cached;
    use crate::{Dependency, Error};

    #[test]
    fn what_is_looked_at_is_not_waited_for() {
        let cached = Cached::default();
        assert_eq!(cached.peek(), None);
        let loaded = cached.get(1, || {
            // As from another thread, while a person is asked to unlock the keyring.
            assert_eq!(std::thread::scope(|scope| scope.spawn(|| cached.peek()).join().unwrap()), None);
            Ok("the key")
        });
        assert_eq!((*loaded.unwrap(), cached.peek().as_deref()), ("the key", Some(&"the key")));
        let failed = cached.get(2, || Err(Error::Unavailable(Dependency::Busy)));
        assert!(failed.is_err());
        assert_eq!(cached.peek().as_deref(), Some(&"the key"), "whatever its generation");
    }
}
