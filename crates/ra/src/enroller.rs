//! What a device or a person without an account may do over the network. No revocation, no recovery: the type has no such method.

use crate::authority::Inner;
use std::sync::Arc;

/// A device on the network.
#[derive(Clone)]
pub struct Enroller {
    pub(crate) inner: Arc<Inner>,
}
