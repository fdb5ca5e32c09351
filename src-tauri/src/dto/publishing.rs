//! Where CRLs and CA certificates are published, what relying parties find there, and what there is to publish.

use super::{count, policy_profile::mirrored, time, unknown};
use crate::error::CommandError;
use ra::{certification::StatusFacts, id::TargetId, monitor as watched, publication as core};
use serde::{Deserialize, Serialize};
use specta::Type;

mirrored! {
    /// Why a file did not arrive, or could not be fetched.
    PublicationFailure = core::Failure {
        /// Another name or password is wanted.
        Credentials,
        /// The folder is not there.
        NoFolder,
        /// No PUT is taken.
        NoPut,
        /// No DELETE is taken.
        NoDelete,
        /// A file of this size is not taken.
        TooLarge,
        /// The server has no room.
        Full,
        /// It has moved.
        Moved,
        /// A fault of the server's own.
        ServerFault,
        /// Any other answer.
        Refused,
        /// No answer in time.
        Silent,
        /// No connection.
        Unreachable,
        /// The connection was lost.
        Interrupted,
        /// The disk of a folder is full.
        DiskFull,
        /// A folder cannot be written to.
        NotWritable,
        /// A file in a folder cannot be removed.
        NotRemovable,
        /// Fetched: nothing is there.
        Missing,
        /// Fetched: not everybody is let in.
        NotPublic,
        /// Fetched: too large.
        Oversized,
        /// Fetched: it could not be read.
        Unreadable,
    }
}

/// One attempt to put a file somewhere.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// When.
    pub at: String,
    /// Which file.
    pub file: String,
    /// It is there.
    pub succeeded: bool,
    /// Why it is not; none of what an earlier version recorded.
    pub failure: Option<PublicationFailure>,
    /// What the other side said, in its own words.
    pub detail: String,
    /// How long it took.
    pub milliseconds: u32,
}

/// A place.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Id.
    pub id: String,
    /// Folder or URL.
    pub address: String,
    /// Name for HTTP Basic.
    pub user: Option<String>,
    /// Since when.
    pub added_at: String,
    /// Files that are to be sent there.
    pub waiting: u32,
    /// The next try.
    pub next_at: Option<String>,
    /// The last attempt that succeeded.
    pub last_success: Option<String>,
    /// The last attempts, newest first.
    pub attempts: Vec<Attempt>,
}

/// A new place.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewTarget {
    /// An absolute folder, or http(s)://...
    pub address: String,
    /// Name for HTTP Basic.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<String>,
}

/// What the monitor found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum MonitorState {
    /// Not looked at yet.
    Unchecked,
    /// Ours, current.
    Fresh,
    /// Ours, ended or ends within a day.
    Stale,
    /// Ours, another one.
    OtherNumber,
    /// Nothing could be fetched.
    Unreachable,
    /// No CRL of ours.
    Unreadable,
}

/// A published CRL as a relying party sees it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PublishedCrl {
    /// URL or file.
    pub address: String,
    /// root or issuing.
    pub name: String,
    /// What was found.
    pub state: MonitorState,
    /// Why nothing could be fetched.
    pub failure: Option<PublicationFailure>,
    /// What the other side said, or what is wrong with it, English.
    pub detail: String,
    /// cRLNumber found.
    pub number: Option<u32>,
    /// nextUpdate found.
    pub next_update: Option<String>,
    /// When it was looked at.
    pub checked_at: Option<String>,
    /// The status address was moved away from here, and the last certificate that names this address ends then.
    pub named_until: Option<String>,
}

/// A CRL of ours, and the OCSP responder beside it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StatusOf {
    /// root or issuing.
    pub name: String,
    /// cRLNumber.
    pub number: u32,
    /// When it was made.
    pub made_at: String,
    /// nextUpdate.
    pub next_update: String,
    /// Octets.
    pub size: u32,
    /// Last second of the OCSP responder's certificate.
    pub responder_until: Option<String>,
    /// Its key is here: a new CRL is made by itself.
    pub key_here: bool,
    /// Its key has to be attached: the CRL ends within 60 days.
    pub key_due: bool,
    /// SHA-256 of the CA certificate as a QR code, SVG.
    pub fingerprint_qr: String,
}

/// The delta CRL beside the issuing CA's complete one.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeltaOf {
    /// cRLNumber, that of the complete CRL.
    pub number: u32,
    /// The complete CRL from which on it is enough.
    pub base: u32,
    /// When it was made.
    pub made_at: String,
    /// nextUpdate.
    pub next_update: String,
    /// Octets.
    pub size: u32,
}

/// All of it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Publishing {
    /// Targets, oldest first.
    pub targets: Vec<Target>,
    /// What relying parties find.
    pub published: Vec<PublishedCrl>,
    /// What there is.
    pub status: Vec<StatusOf>,
    /// The delta CRL; none where none are made.
    pub delta: Option<DeltaOf>,
    /// Where certificates say that CRLs are.
    pub status_url: Option<String>,
    /// They say so.
    pub in_certificates: bool,
    /// auto, yes or no.
    pub in_certificates_setting: String,
    /// The address is a name that will still be right in some years.
    pub lasting: bool,
}

/// What the foot says: the newest CRL, and how many published ones need somebody.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StatusBrief {
    /// When the issuing CA's next CRL is made.
    pub next_crl_at: Option<String>,
    /// Published CRLs with a warning.
    pub warnings: u32,
    /// Targets whose last attempt failed.
    pub failing: u32,
    /// The root's CRL ends within 60 days and its key is elsewhere.
    pub root_key_due: bool,
}

/// Attempts that are shown of each target.
const ATTEMPTS: u32 = 8;

impl Publishing {
    /// As it is now.
    pub fn of(operator: &ra::Operator) -> Result<Self, CommandError> {
        let settings = operator.settings()?;
        let root_key_due = operator.root_crl()?.due;
        let targets = operator.publication_targets()?;
        let with_attempts = |target: core::PublicationTarget| {
            let attempts = operator.publication_attempts(target.id, ATTEMPTS)?;
            Ok::<_, CommandError>(Target::of(target, attempts))
        };
        Ok(Publishing {
            targets: targets.into_iter().map(with_attempts).collect::<Result<_, _>>()?,
            published: operator.published_crls()?.into_iter().map(Into::into).collect(),
            status: operator.status_facts()?.into_iter().map(|facts| StatusOf::of(facts, root_key_due)).collect::<Result<_, _>>()?,
            delta: operator.delta_facts()?.map(Into::into),
            lasting: operator.status_url_lasts()?,
            status_url: settings.status_url,
            in_certificates: settings.status_in_certificates,
            in_certificates_setting: operator.setting("status.in_certificates")?,
        })
    }
}

impl StatusBrief {
    /// For the foot and for Today. It is read before the window is shown: it makes no CRL that is due, and opens no key.
    pub fn of(operator: &ra::Operator) -> Result<Self, CommandError> {
        let failing = operator.publication_targets()?.into_iter().filter(|t| t.last.as_ref().is_some_and(|last| !last.succeeded)).count();
        let warnings = operator.published_crls()?.iter().filter(|crl| crl.warns()).count();
        Ok(StatusBrief {
            next_crl_at: operator.next_crl_at()?.map(time),
            warnings: count(warnings as u64),
            failing: count(failing as u64),
            root_key_due: operator.root_crl()?.due,
        })
    }
}

impl NewTarget {
    /// For HTTP Basic, when there is a name.
    pub fn credentials(&self) -> Option<(&str, &str)> {
        let user = self.user.as_deref().filter(|user| !user.is_empty())?;
        Some((user, self.password.as_deref().unwrap_or_default()))
    }

    /// Puts one file there, as publishing would.
    pub fn test(&self, operator: &ra::Operator) -> Result<Attempt, CommandError> {
        const FILE: &str = "root.crt";
        let address = operator.check_publication_target(&self.address, self.credentials())?;
        let courier = outbound::Courier::new().map_err(|error| CommandError::internal(&error))?;
        let (content, started) = (operator.published_file(FILE)?, std::time::Instant::now());
        let outcome = courier.put(&address, self.credentials(), FILE, &content);
        let milliseconds = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
        let (succeeded, failure, detail) = match outcome {
            Ok(said) => (true, None, said),
            Err(failed) => (false, Some(failed.why.into()), failed.said),
        };
        Ok(Attempt { at: String::new(), file: FILE.to_owned(), succeeded, failure, detail, milliseconds })
    }
}

impl Target {
    /// With its attempts.
    pub fn of(target: core::PublicationTarget, attempts: Vec<core::PublicationAttempt>) -> Self {
        Target {
            id: target.id.to_string(),
            address: target.address,
            user: target.user,
            added_at: time(target.added_at),
            waiting: target.waiting,
            next_at: target.next_at.map(time),
            last_success: target.last_success.map(time),
            attempts: attempts.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<core::PublicationAttempt> for Attempt {
    fn from(attempt: core::PublicationAttempt) -> Self {
        let core::PublicationAttempt { at, file, succeeded, failure, detail, milliseconds, .. } = attempt;
        Attempt { at: time(at), file, succeeded, failure: failure.map(Into::into), detail, milliseconds }
    }
}

impl From<watched::PublishedCrl> for PublishedCrl {
    fn from(crl: watched::PublishedCrl) -> Self {
        PublishedCrl {
            state: crl.state.into(),
            address: crl.address,
            name: crl.name.to_owned(),
            failure: crl.failure.map(Into::into),
            detail: crl.detail,
            number: crl.number.map(count),
            next_update: crl.next_update.map(time),
            checked_at: crl.checked_at.map(time),
            named_until: crl.named_until.map(time),
        }
    }
}

impl From<watched::MonitorState> for MonitorState {
    fn from(state: watched::MonitorState) -> Self {
        match state {
            watched::MonitorState::Unchecked => MonitorState::Unchecked,
            watched::MonitorState::Fresh => MonitorState::Fresh,
            watched::MonitorState::Stale => MonitorState::Stale,
            watched::MonitorState::OtherNumber => MonitorState::OtherNumber,
            watched::MonitorState::Unreachable => MonitorState::Unreachable,
            watched::MonitorState::Unreadable => MonitorState::Unreadable,
        }
    }
}

impl StatusOf {
    /// With its QR code.
    pub fn of(facts: StatusFacts, root_key_due: bool) -> Result<Self, CommandError> {
        Ok(StatusOf {
            name: facts.name.to_owned(),
            number: count(facts.number),
            made_at: time(facts.made_at),
            next_update: time(facts.next_update),
            size: count(facts.size),
            responder_until: facts.responder_until.map(time),
            key_here: facts.key_here,
            key_due: facts.name == "root" && root_key_due,
            fingerprint_qr: super::invitation::qr(&format!("SHA-256 {}", facts.sha256))?,
        })
    }
}

impl From<ra::DeltaFacts> for DeltaOf {
    fn from(facts: ra::DeltaFacts) -> Self {
        DeltaOf {
            number: count(facts.number),
            base: count(facts.base),
            made_at: time(facts.made_at),
            next_update: time(facts.next_update),
            size: count(facts.size),
        }
    }
}

/// An id from the window.
pub fn id(text: &str) -> Result<TargetId, CommandError> {
    TargetId::parse(text).ok_or_else(unknown)
}

#[cfg(test)]
mod tests;
