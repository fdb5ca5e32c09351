//! Reading and verifying.

use crate::{Result, authority::Inner, ledger};
use std::sync::Arc;

/// Reads and verifies, changes nothing.
#[derive(Clone)]
pub struct Auditor {
    pub(crate) inner: Arc<Inner>,
}

impl Auditor {
    /// Walks the whole hash chain; the number of rows, or the first row that does not fit.
    pub fn verify_ledger(&self) -> Result<crate::ledger::Verification> {
        self.inner.store.read(ledger::verify)
    }
    /// Verifies the last signed head and the rows after it: quick enough for every start.
    pub fn verify_recent_ledger(&self) -> Result<crate::ledger::Verification> {
        self.inner.store.read(ledger::verify_recent)
    }
    /// Newest rows first, `before` a row number.
    pub fn ledger(&self, before: Option<u64>, limit: u32) -> Result<Vec<crate::ledger::Row>> {
        self.inner.store.read(|c| ledger::rows(c, before, limit))
    }
}
