//! What a signed-in officer may do. The methods stand with their subjects: `department`, `subscriber`, `invitation`, `certificate`, ...

use crate::{authority::Inner, ledger::Actor};
use std::sync::Arc;

/// A signed-in officer.
#[derive(Clone)]
pub struct Operator {
    pub(crate) inner: Arc<Inner>,
    pub(crate) actor: Actor,
}
