//! Bundles: profiles that are issued in one act.

use crate::{
    Error, Noun, Operator, Result,
    id::UnitId,
    ledger,
    profile::{ProfileName, Scope, Source, is_text},
};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Profiles that are issued in one act.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Bundle {
    /// Its name, such as `Staff`; capitals do not tell two apart.
    pub name: String,
    /// At least one, each once.
    pub profiles: Vec<ProfileName>,
}

/// A bundle and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BundleView {
    /// The bundle.
    #[serde(flatten)]
    pub bundle: Bundle,
    /// Whose it is.
    pub source: Source,
}

fn builtin() -> impl Iterator<Item = Bundle> {
    use ProfileName::{Authentication, Encryption, Functional, Signing};
    let all: [(&str, &[ProfileName]); 4] = [
        ("Staff", &[Signing, Encryption, Authentication]),
        ("Student", &[Signing, Authentication]),
        ("Functional mailbox", &[Functional]),
        ("Phone only", &[Authentication]),
    ];
    all.into_iter().map(|(name, profiles)| Bundle { name: name.to_owned(), profiles: profiles.to_vec() })
}

/// As names are compared.
fn key(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().nfc().collect()
}

/// What counts for a unit: its own, those of its organization, and the built-in ones.
fn all(c: &Connection, unit: UnitId) -> Result<Vec<BundleView>> {
    let mut found: BTreeMap<String, BundleView> =
        builtin().map(|bundle| (key(&bundle.name), BundleView { bundle, source: Source::Builtin })).collect();
    let mut statement = c.prepare_cached(
        "SELECT u.kind, b.name, b.profiles FROM unit AS u JOIN bundle AS b ON b.unit = u.id \
         WHERE u.id = ?1 OR u.id = (SELECT parent FROM unit WHERE id = ?1) ORDER BY u.kind = 'department'", // its own come last and win
    )?;
    let mut rows = statement.query([unit])?;
    while let Some(row) = rows.next()? {
        let (kind, name): (String, String) = (row.get(0)?, row.get(1)?);
        let profiles: Vec<ProfileName> = serde_json::from_str(row.get_ref(2)?.as_str().map_err(Error::fault)?).map_err(Error::fault)?;
        let source = if kind == "department" { Source::Department } else { Source::Organization };
        if profiles.is_empty() {
            found.remove(&key(&name));
        } else {
            found.insert(key(&name), BundleView { bundle: Bundle { name, profiles }, source });
        }
    }
    Ok(found.into_values().collect())
}

impl Operator {
    /// All bundles by name: the department's own, those of its organization, and the built-in ones.
    pub fn bundles(&self) -> Result<Vec<BundleView>> {
        self.bundles_for(Scope::Department)
    }
    /// The same as the organization has them, or the officer's department.
    pub fn bundles_for(&self, scope: Scope) -> Result<Vec<BundleView>> {
        let unit = self.unit(scope)?;
        self.inner.store.read(|c| all(c, unit))
    }
    /// The bundle of this name; capitals do not matter.
    pub fn bundle(&self, name: &str) -> Result<Bundle> {
        self.bundle_for(Scope::Department, name)
    }

    /// The same as the organization has it, or the officer's department.
    pub fn bundle_for(&self, scope: Scope, name: &str) -> Result<Bundle> {
        let wanted = key(name);
        let found = self.bundles_for(scope)?.into_iter().find(|view| key(&view.bundle.name) == wanted);
        Ok(found.ok_or(Error::NotFound(Noun::Bundle))?.bundle)
    }
    /// Saves a bundle, in place of one of the same name.
    pub fn save_bundle(&self, scope: Scope, bundle: &Bundle) -> Result<()> {
        let bundle = bundle.checked()?;
        self.change_bundles(scope, move |tx, unit, log| {
            put(tx, unit, &bundle.name, &bundle.profiles)?;
            log("bundle.saved", &bundle.name, &bundle.profiles, None)
        })
    }
    /// Saves a bundle in place of the one called `was`, whatever its name is now. Certificates stay as they are.
    ///
    /// # Errors
    /// [`Noun::Bundle`] where there is none called `was`; `name` where another bundle has the new name.
    pub fn rename_bundle(&self, scope: Scope, was: &str, bundle: &Bundle) -> Result<()> {
        let (bundle, was) = (bundle.checked()?, was.to_owned());
        self.change_bundles(scope, move |tx, unit, log| {
            let there = all(tx, unit)?;
            let named = |name: &str| there.iter().find(|view| key(&view.bundle.name) == key(name));
            let was = named(&was).ok_or(Error::NotFound(Noun::Bundle))?.bundle.name.clone();
            if key(&was) != key(&bundle.name) {
                if named(&bundle.name).is_some() {
                    return Err(Error::invalid("name", "another bundle has this name; choose another one"));
                }
                put(tx, unit, &was, &[])?;
            }
            put(tx, unit, &bundle.name, &bundle.profiles)?;
            log("bundle.renamed", &bundle.name, &bundle.profiles, Some(&was))
        })
    }
    /// Takes a bundle away, for this scope. Certificates stay as they are.
    pub fn remove_bundle(&self, scope: Scope, name: &str) -> Result<()> {
        let found = self.bundle_for(scope, name)?;
        self.change_bundles(scope, move |tx, unit, log| {
            put(tx, unit, &found.name, &[])?;
            log("bundle.removed", &found.name, &[], None)
        })
    }

    /// One change and its row in the ledger: event, name, profiles, and its earlier name.
    fn change_bundles(
        &self,
        scope: Scope,
        change: impl FnOnce(&Connection, UnitId, &dyn Fn(&str, &str, &[ProfileName], Option<&str>) -> Result<()>) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let (clock, actor, unit) = (self.inner.clock.clone(), self.actor.clone(), self.unit(scope)?);
        self.inner.store.write(move |tx| {
            let at = clock.now();
            change(tx, unit, &|event, name, profiles, was| {
                let mut details = serde_json::json!({ "for": scope, "unit": unit, "profiles": profiles });
                if let (Some(was), Some(details)) = (was, details.as_object_mut()) {
                    details.insert("was".to_owned(), was.into());
                }
                ledger::append(tx, at, &actor, event, name, &details)
            })
        })
    }
}

/// Writes a unit's bundle in place of one of the same name; one without profiles hides what is inherited.
fn put(tx: &Connection, unit: UnitId, name: &str, profiles: &[ProfileName]) -> Result<()> {
    let same: Vec<String> = {
        let mut statement = tx.prepare_cached("SELECT name FROM bundle WHERE unit = ?")?;
        let names = statement.query_map([unit], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        names.into_iter().filter(|other| key(other) == key(name)).collect()
    };
    for other in same {
        tx.prepare_cached("DELETE FROM bundle WHERE unit = ? AND name = ?")?.execute(params![unit, other])?;
    }
    let list = serde_json::to_string(profiles).map_err(Error::fault)?;
    tx.prepare_cached("INSERT INTO bundle (unit, name, profiles) VALUES (?, ?, ?)")?.execute(params![unit, name, list])?;
    Ok(())
}

impl Bundle {
    /// Its name without needless blanks, each profile once.
    fn checked(&self) -> Result<Self> {
        let name: String = self.name.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect();
        if !is_text(&name, 64) {
            return Err(Error::invalid("name", "1 to 64 characters, without hidden ones"));
        }
        let mut profiles = Vec::new();
        for profile in &self.profiles {
            if !profiles.contains(profile) {
                profiles.push(*profile);
            }
        }
        if profiles.is_empty() {
            return Err(Error::invalid("profiles", "name at least one certificate profile"));
        }
        Ok(Bundle { name, profiles })
    }
}
