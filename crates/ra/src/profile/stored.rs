//! Saved profiles: a version is never changed, the last one of the department counts, before it its organization's, before that the built-in one.

use super::{CertificateProfile, Escrow, Finding, ProfileDraft, ProfileName};
use crate::{
    Error, Operator, Result,
    id::UnitId,
    ledger::{self, Actor},
    policy,
    settings::Cps,
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// For whom something is saved. Which department, the officer says who does it (`Operator::at_department`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// For all departments that have nothing of their own.
    Organization,
    /// For the department.
    Department,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The department's own.
    Department,
    /// Inherited from the organization.
    Organization,
    /// Nobody has saved one.
    Builtin,
}

/// A profile as the editor shows it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ProfileView {
    /// Which.
    pub name: ProfileName,
    /// Version; 0: built in.
    pub version: u64,
    /// Whose it is.
    pub source: Source,
    /// When it was saved.
    pub saved_at: Option<Timestamp>,
    /// By whom.
    pub saved_by: Option<Actor>,
    /// What it says.
    pub definition: ProfileDraft,
    /// What is advised about it where it counts.
    pub findings: Vec<Finding>,
}

impl ProfileView {
    /// With what is advised about it where this CPS is registered.
    fn reviewed(mut self, cps: &Cps) -> Self {
        self.findings = self.definition.review(self.name, cps);
        self
    }
}

const COLUMNS: &str = "version, u.kind, p.at, p.actor, p.definition FROM profile AS p JOIN unit AS u ON u.id = p.unit";

fn view(row: &rusqlite::Row<'_>, name: ProfileName) -> rusqlite::Result<Result<Option<ProfileView>>> {
    let (version, kind, at, actor): (i64, String, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    let definition: Option<String> = row.get(4)?;
    Ok((|| {
        let Some(definition) = definition else { return Ok(None) };
        let definition: ProfileDraft = serde_json::from_str(&definition).map_err(Error::fault)?;
        Ok(Some(ProfileView {
            name,
            version: u64::try_from(version).map_err(Error::fault)?,
            source: if kind == "department" { Source::Department } else { Source::Organization },
            saved_at: Some(Timestamp(at)),
            saved_by: Some(serde_json::from_str(&actor).map_err(Error::fault)?),
            definition,
            findings: Vec::new(),
        }))
    })())
}

/// What counts now for a unit, not reviewed yet.
fn current(c: &Connection, unit: UnitId, name: ProfileName) -> Result<ProfileView> {
    for of in ["?1", "(SELECT parent FROM unit WHERE id = ?1)"] {
        let sql = format!("SELECT {COLUMNS} WHERE p.unit = {of} AND p.name = ?2 ORDER BY version DESC LIMIT 1");
        let found = c.prepare_cached(&sql)?.query_row(params![unit, name.as_str()], |row| view(row, name)).optional()?.transpose()?;
        if let Some(Some(found)) = found {
            return Ok(found);
        }
    }
    Ok(builtin(name))
}

/// What counts where nobody has saved anything.
fn builtin(name: ProfileName) -> ProfileView {
    let definition = ProfileDraft::builtin(name);
    ProfileView { name, version: 0, source: Source::Builtin, saved_at: None, saved_by: None, definition, findings: Vec::new() }
}

/// What the profile that counts for a unit says. It is not checked again: a rule that came later refuses to issue by it, not to read it.
pub(crate) fn definition(c: &Connection, unit: UnitId, name: ProfileName) -> Result<ProfileDraft> {
    Ok(current(c, unit, name)?.definition)
}

/// The profile that counts, before the rules of a pilot. One that cannot be issued by stands in the way of itself and of what is given
/// with it alone: it is read, not offered, and says why.
pub(crate) fn saved(c: &Connection, department: UnitId, name: ProfileName) -> Result<CertificateProfile> {
    let view = current(c, department, name)?;
    // Checked when it was saved; a rule that came later holds for it too.
    let profile = match view.definition.check(name) {
        Ok(profile) => profile,
        Err(wrong) => {
            let wrong = view.definition.offered.then_some(wrong);
            CertificateProfile { offered: false, wrong, ..view.definition.profile(name) }
        }
    };
    Ok(CertificateProfile { version: view.version, ..profile })
}

fn insert(tx: &Connection, unit: UnitId, at: Timestamp, actor: &Actor, name: ProfileName, draft: Option<&ProfileDraft>) -> Result<u64> {
    let actor = serde_json::to_string(actor).map_err(Error::fault)?;
    let definition = draft.map(serde_json::to_string).transpose().map_err(Error::fault)?;
    let exception = draft.and_then(|d| d.exception.as_ref()).map(|e| format!("{}: {}", e.name, e.reason));
    tx.prepare_cached(
        "INSERT INTO profile (unit, name, at, actor, definition, signs, decrypts, escrow, exception) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        unit,
        name.as_str(),
        at.0,
        actor,
        definition,
        draft.is_some_and(ProfileDraft::signs),
        draft.is_some_and(ProfileDraft::decrypts),
        draft.is_some_and(|d| d.escrow == Escrow::ByPolicy),
        exception,
    ])?;
    u64::try_from(tx.last_insert_rowid()).map_err(Error::fault)
}

impl Operator {
    /// The profile as it counts now in the officer's department.
    pub fn profile(&self, name: ProfileName) -> Result<ProfileView> {
        self.profile_for(Scope::Department, name)
    }
    /// The profile as the organization has it, or as it counts now in the officer's department.
    pub fn profile_for(&self, scope: Scope, name: ProfileName) -> Result<ProfileView> {
        let (unit, cps) = (self.unit(scope)?, self.settings_for(scope)?.cps);
        Ok(self.inner.store.read(|c| current(c, unit, name))?.reviewed(&cps))
    }
    /// All profiles, as [`Operator::profile_for`].
    pub fn profiles(&self, scope: Scope) -> Result<Vec<ProfileView>> {
        let cps = self.settings_for(scope)?.cps;
        Ok(self.all_of(scope)?.into_iter().map(|view| view.reviewed(&cps)).collect())
    }
    fn all_of(&self, scope: Scope) -> Result<Vec<ProfileView>> {
        let unit = self.unit(scope)?;
        self.inner.store.read(|c| ProfileName::ALL.into_iter().map(|name| current(c, unit, name)).collect())
    }
    /// What is wrong with a draft and what is advised, as it would count for this scope. Changes nothing.
    pub fn review_profile(&self, scope: Scope, name: ProfileName, draft: &ProfileDraft) -> Result<Vec<Finding>> {
        Ok(draft.review(name, &self.settings_for(scope)?.cps))
    }
    /// What all profiles would be without anything of the scope's own: the organization's for a department, the built-in ones for the
    /// organization.
    pub fn inherited_profiles(&self, scope: Scope) -> Result<Vec<ProfileView>> {
        // The scope's own CPS holds for them, too.
        let cps = self.settings_for(scope)?.cps;
        let all = match scope {
            Scope::Department => self.all_of(Scope::Organization)?,
            Scope::Organization => ProfileName::ALL.map(builtin).into(),
        };
        Ok(all.into_iter().map(|view| view.reviewed(&cps)).collect())
    }
    /// All versions that were saved for the officer's department and for the organization, newest first; where one was taken back there
    /// is none.
    pub fn profile_versions(&self, name: ProfileName) -> Result<Vec<ProfileView>> {
        self.profile_versions_for(Scope::Department, name)
    }
    /// The same for the organization alone, or the officer's department.
    pub fn profile_versions_for(&self, scope: Scope, name: ProfileName) -> Result<Vec<ProfileView>> {
        let (unit, cps) = (self.unit(scope)?, self.settings_for(scope)?.cps);
        self.inner.store.read(|c| {
            let sql = format!(
                "SELECT {COLUMNS} WHERE (p.unit = ?1 OR p.unit = (SELECT parent FROM unit WHERE id = ?1)) AND p.name = ?2 ORDER BY version DESC"
            );
            let mut statement = c.prepare_cached(&sql)?;
            let rows = statement.query_map(params![unit, name.as_str()], |row| view(row, name))?.collect::<rusqlite::Result<Vec<_>>>()?;
            rows.into_iter().filter_map(Result::transpose).map(|found| found.map(|view| view.reviewed(&cps))).collect()
        })
    }
    /// Saves a new version and returns its number; refused with the first thing that is wrong, and where a department in production would
    /// offer by it what its gate is still closed for. Saving what counts already changes nothing.
    pub fn save_profile(&self, scope: Scope, name: ProfileName, draft: ProfileDraft) -> Result<u64> {
        draft.check(name).map_err(|wrong| Error::invalid(wrong.field, wrong.text))?;
        let (clock, actor, unit) = (self.inner.clock.clone(), self.actor.clone(), self.unit(scope)?);
        self.inner.store.write(move |tx| {
            let (at, before) = (clock.now(), current(tx, unit, name)?);
            let own = match scope {
                Scope::Organization => Source::Organization,
                Scope::Department => Source::Department,
            };
            if before.source == own && before.definition == draft {
                return Ok(before.version);
            }
            let offering = policy::offering(tx, name)?;
            let version = insert(tx, unit, at, &actor, name, Some(&draft))?;
            policy::refuse_offering(tx, name, &offering)?;
            let facts = serde_json::json!({ "for": scope, "unit": unit, "version": version, "from": before.definition, "to": draft });
            ledger::append(tx, at, &actor, "profile.saved", name.as_str(), &facts)?;
            Ok(version)
        })
    }
    /// Takes back what was saved for this scope: the profile is inherited again. Refused as [`Operator::save_profile`].
    pub fn inherit_profile(&self, scope: Scope, name: ProfileName) -> Result<()> {
        let (clock, actor, unit) = (self.inner.clock.clone(), self.actor.clone(), self.unit(scope)?);
        self.inner.store.write(move |tx| {
            let at = clock.now();
            let last: Option<bool> = tx
                .prepare_cached("SELECT definition IS NOT NULL FROM profile WHERE unit = ? AND name = ? ORDER BY version DESC LIMIT 1")?
                .query_row(params![unit, name.as_str()], |row| row.get(0))
                .optional()?;
            if last != Some(true) {
                return Ok(());
            }
            let offering = policy::offering(tx, name)?;
            let version = insert(tx, unit, at, &actor, name, None)?;
            policy::refuse_offering(tx, name, &offering)?;
            let facts = serde_json::json!({ "for": scope, "unit": unit, "version": version });
            ledger::append(tx, at, &actor, "profile.inherited", name.as_str(), &facts)
        })
    }
}
