//! SCEP from the outside: messages in, CertReps out.

use crate::{Error, Result};
use std::cell::Cell;

thread_local! {
    static CRASH: Cell<Option<u8>> = const { Cell::new(None) };
}

/// Where the cycle stands: fails there when the test asked this thread to.
pub(super) fn crash_after(step: u8) -> Result<()> {
    match CRASH.get() {
        Some(at) if at == step => Err(Error::fault(format!("killed after step {step}"))),
        _ => Ok(()),
    }
}
