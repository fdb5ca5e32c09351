//! Saved views: a named filter, order and choice of columns.

use crate::id::ViewId;
use protocol::Timestamp;

/// Of which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ViewOf {
    /// Certificates; `query` is a [`super::CertificatesQuery`].
    Certificates,
    /// People; `query` is a [`super::PeopleQuery`].
    People,
}

/// A view to save.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct NewView {
    /// Of which list.
    pub of: ViewOf,
    /// Name, 1 to 64 characters.
    pub name: String,
    /// The query as JSON, without page; refused when it is none of that list.
    pub query: serde_json::Value,
    /// Columns shown, in their order; at most 32.
    pub columns: Vec<String>,
}

/// A saved view.
#[derive(Debug, Clone, serde::Serialize)]
pub struct SavedView {
    /// Id.
    pub id: ViewId,
    /// Of which list.
    pub of: ViewOf,
    /// Name.
    pub name: String,
    /// The query as JSON.
    pub query: serde_json::Value,
    /// Columns shown, in their order.
    pub columns: Vec<String>,
    /// Saved at.
    pub saved_at: Timestamp,
}
