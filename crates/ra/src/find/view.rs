//! Saved views: a named filter, order and choice of columns.

use super::{CertificatesQuery, PeopleQuery};
use crate::{Error, Noun, Result, id::ViewId};
use protocol::Timestamp;
use rusqlite::{Connection, Row, params};

/// Most columns of a view.
const MAX_COLUMNS: usize = 32;
/// Most views of a list.
const MAX_VIEWS: i64 = 200;

/// Of which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ViewOf {
    /// Certificates; `query` is a [`super::CertificatesQuery`].
    Certificates,
    /// People; `query` is a [`super::PeopleQuery`].
    People,
}

impl ViewOf {
    fn as_str(self) -> &'static str {
        match self {
            ViewOf::Certificates => "certificates",
            ViewOf::People => "people",
        }
    }
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

impl NewView {
    /// Name and query in their one form: a page is no part of a view.
    pub(super) fn checked(mut self) -> Result<Self> {
        self.name = name(&self.name)?;
        if self.columns.len() > MAX_COLUMNS || self.columns.iter().any(|column| column.is_empty() || column.len() > 64) {
            return Err(Error::invalid("columns", "at most 32, each with a name"));
        }
        let foreign = |error: serde_json::Error| Error::invalid("query", format!("it is not a query of this list: {error}"));
        self.query = match self.of {
            ViewOf::Certificates => {
                let query: CertificatesQuery = serde_json::from_value(self.query).map_err(foreign)?;
                serde_json::to_value(CertificatesQuery { after: None, before: None, skip: 0, limit: 0, ..query }).map_err(Error::fault)?
            }
            ViewOf::People => {
                let query: PeopleQuery = serde_json::from_value(self.query).map_err(foreign)?;
                serde_json::to_value(PeopleQuery { after: None, before: None, skip: 0, limit: 0, ..query }).map_err(Error::fault)?
            }
        };
        Ok(self)
    }
}

/// A name in its one form.
pub(super) fn name(typed: &str) -> Result<String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "1 to 64 characters"));
    }
    Ok(name)
}

pub(super) fn list(tx: &Connection, of: ViewOf) -> Result<Vec<SavedView>> {
    let mut statement = tx.prepare_cached("SELECT id, name, query, columns, saved_at FROM saved_view WHERE of = ?1 ORDER BY name")?;
    let mut rows = statement.query([of.as_str()])?;
    let mut views = Vec::new();
    while let Some(row) = rows.next()? {
        views.push(read(row, of)?);
    }
    Ok(views)
}

fn read(row: &Row<'_>, of: ViewOf) -> Result<SavedView> {
    Ok(SavedView {
        id: row.get(0)?,
        of,
        name: row.get(1)?,
        query: serde_json::from_str(row.get_ref(2)?.as_str().map_err(Error::fault)?).map_err(Error::fault)?,
        columns: serde_json::from_str(row.get_ref(3)?.as_str().map_err(Error::fault)?).map_err(Error::fault)?,
        saved_at: Timestamp(row.get(4)?),
    })
}

pub(super) fn rename(tx: &Connection, id: ViewId, name: &str) -> Result<SavedView> {
    let taken = tx
        .prepare_cached("SELECT 1 FROM saved_view WHERE name = ?2 AND id <> ?1 AND of = (SELECT of FROM saved_view WHERE id = ?1)")?
        .exists(params![id, name])?;
    if taken {
        return Err(Error::invalid("name", "another view has this name; choose another one"));
    }
    let mut statement =
        tx.prepare_cached("UPDATE saved_view SET name = ?2 WHERE id = ?1 RETURNING id, name, query, columns, saved_at, of")?;
    let mut rows = statement.query(params![id, name])?;
    let row = rows.next()?.ok_or(Error::NotFound(Noun::View))?;
    let of = if row.get_ref(5)?.as_str().map_err(Error::fault)? == ViewOf::People.as_str() { ViewOf::People } else { ViewOf::Certificates };
    read(row, of)
}

pub(super) fn save(tx: &Connection, at: Timestamp, view: NewView) -> Result<SavedView> {
    let known: i64 = tx
        .prepare_cached("SELECT count(*) FROM saved_view WHERE of = ?1 AND name <> ?2")?
        .query_row([view.of.as_str(), &view.name], |row| row.get(0))?;
    if known >= MAX_VIEWS {
        return Err(Error::invalid("name", "there are 200 views already; delete one first"));
    }
    let id: ViewId = tx
        .prepare_cached(
            "INSERT INTO saved_view (id, of, name, query, columns, saved_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (of, name) DO UPDATE SET query = excluded.query, columns = excluded.columns, saved_at = excluded.saved_at RETURNING id",
        )?
        .query_row(
            params![
                ViewId::fresh(),
                view.of.as_str(),
                view.name,
                serde_json::to_string(&view.query).map_err(Error::fault)?,
                serde_json::to_string(&view.columns).map_err(Error::fault)?,
                at.0
            ],
            |row| row.get(0),
        )?;
    Ok(SavedView { id, of: view.of, name: view.name, query: view.query, columns: view.columns, saved_at: at })
}

pub(super) fn delete(tx: &Connection, id: ViewId) -> Result<()> {
    match tx.prepare_cached("DELETE FROM saved_view WHERE id = ?1")?.execute([id])? {
        0 => Err(Error::NotFound(Noun::View)),
        _ => Ok(()),
    }
}
