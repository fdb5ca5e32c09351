//! What a signed-in officer may do. The methods stand with their subjects: `department`, `subscriber`, `invitation`, `certificate`, ...

use crate::{authority::Inner, id::UnitId, ledger::Actor};
use std::sync::Arc;

/// A signed-in officer.
#[derive(Clone)]
pub struct Operator {
    pub(crate) inner: Arc<Inner>,
    pub(crate) actor: Actor,
    /// The department that the officer is at; `None`: the only one, where there is one alone.
    pub(crate) department: Option<UnitId>,
}
