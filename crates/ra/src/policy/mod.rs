//! What the department certifies by: its profiles, bundles, escrow decision, and whether it is a pilot.

mod bundle;
mod escrow;
mod gate;
mod key_plan;
mod lesson;
#[cfg(test)]
mod tests;

pub use bundle::{Bundle, BundleView};
pub use escrow::{
    Adviser, AdviserRole, Answers, Decided, DepartmentEscrow, EscrowAdvice, EscrowDecision, EscrowStatus, Reason, Recommendation,
};
pub use gate::{Gate, GateState, GateView};
pub(crate) use gate::{offering, refuse_offering};
pub use key_plan::{Custodian, EscrowFacts, KeyPlan, KeyPlanDocument, KeyPlanFacts, KeyPlanStatus, PlanPart, ProfileFacts, Stated};
pub use lesson::{Lesson, NewLesson, RedactedLesson};

use crate::{
    Error, Noun, Operator, Result,
    authority::Inner,
    certification::StatusUrls,
    challenge::Purpose,
    id::UnitId,
    profile::{self, CertificateProfile, Escrow, ProfileName, ProfileView, Scope},
    settings::{Cps, EachSettings, Numbers, Settings},
    store::Topic,
};
use protocol::Timestamp;
use rusqlite::Connection;
use std::{collections::HashMap, sync::Arc};

/// Whether certificates count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Everything works, says so, and lasts at most the days of `validity.pilot_days`.
    Pilot,
    /// For real.
    Production,
}

/// Language of a text that Signet writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// French.
    #[serde(rename = "fr")]
    French,
}

/// What issuing needs of it, kept in memory until anything of it changes.
#[derive(Debug)]
pub(crate) struct Policy {
    /// The department has decided for escrow.
    pub(crate) escrow: bool,
    numbers: Numbers,
    urls: StatusUrls,
    signing: Arc<CertificateProfile>,
    encryption: Arc<CertificateProfile>,
    authentication: Arc<CertificateProfile>,
    document: Arc<CertificateProfile>,
    functional: Arc<CertificateProfile>,
}

/// What stands in a certificate beside names and key, and why.
#[derive(Debug, Clone)]
pub(crate) enum Terms {
    /// The transport identity of phase 2: no profile, no policy, the settings' times.
    Transport(Numbers),
    /// By a profile.
    Profile(Arc<CertificateProfile>),
}

impl Terms {
    pub(crate) fn purpose(&self) -> Purpose {
        match self {
            Terms::Transport(_) => Purpose::Transport,
            Terms::Profile(profile) => Purpose::Certificate(profile.name),
        }
    }
    /// Version of the profile, and whether a pilot issues by it.
    pub(crate) fn version(&self) -> (u64, bool) {
        match self {
            Terms::Transport(_) => (0, false),
            Terms::Profile(profile) => (profile.version, profile.pilot),
        }
    }
    /// Days of validity, and minutes that its beginning lies back.
    pub(crate) fn lasts(&self) -> (u32, u32) {
        match self {
            Terms::Transport(numbers) => (numbers.transport_days, numbers.backdated_minutes),
            Terms::Profile(profile) => (profile.days, profile.backdated_minutes),
        }
    }
}

/// The policy of every department, kept in memory until anything of one changes.
pub(crate) struct Policies(HashMap<UnitId, Arc<Policy>>);

impl Policies {
    fn read(c: &Connection) -> Result<Self> {
        let settings = EachSettings::read(c)?;
        let mut statement = c.prepare_cached("SELECT id FROM unit WHERE kind = 'department'")?;
        let departments = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<UnitId>>>()?;
        let of = |department| Ok((department, Arc::new(Policy::read(c, department, settings.of(department)?)?)));
        Ok(Policies(departments.into_iter().map(of).collect::<Result<_>>()?))
    }
    /// Of all departments.
    pub(crate) fn all(&self) -> impl Iterator<Item = (UnitId, &Arc<Policy>)> {
        self.0.iter().map(|(unit, policy)| (*unit, policy))
    }
    /// A department's.
    pub(crate) fn of(&self, department: UnitId) -> Result<&Arc<Policy>> {
        self.0.get(&department).ok_or(Error::NotFound(Noun::Unit))
    }
}

impl Policy {
    fn read(c: &Connection, department: UnitId, settings: &Settings) -> Result<Self> {
        let (stage, numbers) = (stage(c, department)?.0, settings.numbers);
        let profile = |name| {
            let profile = profile::saved(c, department, name)?.under(&settings.cps).backdated(numbers.backdated_minutes);
            Ok::<_, crate::Error>(Arc::new(if stage == Stage::Pilot { profile.piloted(numbers.pilot_days) } else { profile }))
        };
        Ok(Policy {
            escrow: escrow::enabled(c, department)?,
            numbers,
            urls: StatusUrls::new(settings, "issuing"),
            signing: profile(ProfileName::Signing)?,
            encryption: profile(ProfileName::Encryption)?,
            authentication: profile(ProfileName::Authentication)?,
            document: profile(ProfileName::Document)?,
            functional: profile(ProfileName::Functional)?,
        })
    }
    /// The profile of this name.
    pub(crate) fn profile(&self, name: ProfileName) -> &Arc<CertificateProfile> {
        match name {
            ProfileName::Signing => &self.signing,
            ProfileName::Encryption => &self.encryption,
            ProfileName::Authentication => &self.authentication,
            ProfileName::Document => &self.document,
            ProfileName::Functional => &self.functional,
        }
    }
    /// What is issued for this purpose.
    pub(crate) fn terms(&self, purpose: Purpose) -> Terms {
        match purpose {
            Purpose::Transport => Terms::Transport(self.numbers),
            Purpose::Certificate(name) => Terms::Profile(self.profile(name).clone()),
        }
    }
    /// Addresses that its people's certificates state; the OCSP responder's only where the department says that it always answers.
    pub(crate) fn urls(&self) -> &StatusUrls {
        &self.urls
    }
    /// The key may be made on the device (invariant 2).
    pub(crate) fn by_scep(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Transport => true,
            Purpose::Certificate(name) => self.profile(name).by_scep,
        }
    }
    /// May be issued at all.
    pub(crate) fn offers(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Transport => true,
            Purpose::Certificate(name) => self.profile(name).offered,
        }
    }
    /// What a phone gets: of the bundle in the settings what may be made on a device and is offered.
    pub(crate) fn phones<'a>(&'a self, settings: &'a Settings) -> impl Iterator<Item = &'a Arc<CertificateProfile>> {
        settings.bundle.iter().map(|name| self.profile(*name)).filter(|profile| profile.by_scep && profile.offered)
    }
    /// Refuses where a later rule refuses one of those that a phone is to get: a configuration profile without it would take the identity
    /// off the phone that has it. What is to be mended may be the very thing that says where its key is made: what the profile was made for
    /// counts.
    pub(crate) fn require_whole(&self, settings: &Settings) -> Result<()> {
        let mut for_phones = settings.bundle.iter().map(|name| self.profile(*name)).filter(|profile| match profile.name {
            ProfileName::Signing | ProfileName::Authentication => true,
            ProfileName::Encryption | ProfileName::Document => false,
            // It may decrypt, by itself or beside signing: then no phone makes its key.
            ProfileName::Functional => !profile.decrypts(),
        });
        for_phones.try_for_each(|profile| profile.require_sound())
    }
    /// Keys of this profile are escrowed.
    pub(crate) fn escrows(&self, name: ProfileName) -> bool {
        self.escrow && self.profile(name).escrow == Escrow::ByPolicy
    }
}

/// Stage of a department and since when.
fn stage(c: &Connection, department: UnitId) -> Result<(Stage, Timestamp)> {
    let mut statement = c.prepare_cached("SELECT production_at, created_at FROM unit WHERE id = ?")?;
    Ok(statement.query_row([department], |row| {
        Ok(match row.get(0)? {
            Some(at) => (Stage::Production, Timestamp(at)),
            None => (Stage::Pilot, Timestamp(row.get(1)?)),
        })
    })?)
}

/// Everything about the policy, for screens and programs.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PolicyView {
    /// Pilot or production.
    pub stage: Stage,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Escrow: whether, since when and why.
    pub escrow: EscrowStatus,
    /// The CPS that is registered; nothing in it: none.
    pub cps: Cps,
    /// All profiles as they were saved.
    pub profiles: Vec<ProfileView>,
    /// All bundles.
    pub bundles: Vec<BundleView>,
    /// What stands between pilot and production.
    pub gates: Vec<GateView>,
}

impl Inner {
    /// The policies of all departments, cached until the data changes.
    pub(crate) fn policies(&self) -> Result<Arc<Policies>> {
        self.policies_at(self.store.generation(Topic::Unit)?)
    }
    /// The same, when the generation is known already.
    pub(crate) fn policies_at(&self, generation: u64) -> Result<Arc<Policies>> {
        self.cache.policies.get(generation, || self.store.read(Policies::read))
    }
    /// A department's.
    pub(crate) fn policy_of(&self, department: UnitId) -> Result<Arc<Policy>> {
        self.policies()?.of(department).cloned()
    }
}

impl Operator {
    /// Stage, escrow, CPS, profiles, bundles and gates of the officer's department.
    pub fn policy(&self) -> Result<PolicyView> {
        let department = self.here()?.id;
        let (profiles, bundles) = (self.profiles(Scope::Department)?, self.bundles()?);
        let cps = self.inner.settings_of(department)?.cps.clone();
        self.inner.store.read(|c| {
            let (stage, since) = stage(c, department)?;
            let (escrow, gates) = (escrow::status(c, department)?, gate::all(c, department)?);
            Ok(PolicyView { stage, since: Some(since), escrow, cps, profiles, bundles, gates })
        })
    }
    /// The profile as certificates are issued by it now in the officer's department (a pilot's are shorter and under the pilot's policy).
    pub fn profile_in_force(&self, name: ProfileName) -> Result<CertificateProfile> {
        Ok(self.inner.policy_of(self.here()?.id)?.profile(name).as_ref().clone())
    }
    /// Keys of this profile are escrowed now: the profile says so, and the officer's department has decided for escrow.
    pub fn escrows(&self, name: ProfileName) -> Result<bool> {
        Ok(self.inner.policy_of(self.here()?.id)?.escrows(name))
    }
}
