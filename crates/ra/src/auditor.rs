//! Reading and verifying.

use crate::{Result, authority::Inner};
use std::sync::Arc;

/// Reads and verifies, changes nothing.
#[derive(Clone)]
pub struct Auditor {
    pub(crate) inner: Arc<Inner>,
}

impl Auditor {
    /// Walks the whole hash chain; the number of rows, or the first row that does not fit.
    pub fn verify_ledger(&self) -> Result<crate::ledger::Verification> {
        todo!()
    }
    /// Newest rows first, `before` a row number.
    pub fn ledger(&self, before: Option<u64>, limit: u32) -> Result<Vec<crate::ledger::Row>> {
        let _ = (before, limit);
        todo!()
    }
}
