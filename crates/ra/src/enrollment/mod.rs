//! Enrollments: one device's walk through the phases, step by step.

mod advance;
mod device;
mod list;
mod page;
mod tidy;

use crate::{
    Operator, Result,
    id::{DeviceId, EnrollmentId, SubscriberId, UnitId},
};
use protocol::Timestamp;

pub(crate) use advance::{Ending, certificate_issued, end, record};
#[cfg(feature = "bench")]
pub(crate) use device::found_by;
pub(crate) use device::{NewDevice, bounded, browser, devices_of, language, seen};
pub(crate) use list::{Head, head, newest_state};
pub(crate) use tidy::{ENDED_LINKS, end_all_of, revoke_unused_of};

/// Where an enrollment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Link made.
    Invited,
    /// First POST on the portal.
    Opened,
    /// Signed in.
    Authenticated,
    /// Phase 2 verified: we know the device.
    Identified,
    /// Transport certificate issued (phase 3 may follow: "profile sent").
    Issued,
    /// The identities of the final configuration profile were issued.
    Configured,
    /// The subscriber said no.
    Declined,
    /// Ran out.
    Expired,
    /// Ended by too many wrong codes or an error.
    Failed,
    /// Ended by the officer.
    Cancelled,
}

/// What happened in one step of the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// The officer made the link.
    Invited,
    /// New link and code.
    Resent,
    /// The page was looked at (GET; previews too).
    PageViewed,
    /// First POST.
    Opened,
    /// Wrong code or password.
    SignInFailed,
    /// Signed in.
    SignedIn,
    /// The subscriber set a local password.
    PasswordSet,
    /// Phase 1: Profile Service profile sent.
    ProfileServiceSent,
    /// Phase 2 received and verified.
    DeviceIdentified,
    /// Phase 2 refused.
    DeviceRefused,
    /// iOS below the minimum.
    OsTooOld,
    /// Phase 2 answered with the SCEP payload.
    TransportOffered,
    /// A SCEP request was refused.
    ScepRefused,
    /// Transport certificate issued.
    TransportIssued,
    /// Phase 3 received and verified.
    ProfileRequested,
    /// Phase 3 refused.
    ProfileRefused,
    /// Final configuration profile sent ("profile sent").
    ProfileSent,
    /// An identity of the final profile issued.
    IdentityIssued,
    /// All identities issued.
    Configured,
    /// The phone fetched its configuration profile again, later.
    Updated,
    /// Repeat answered with the same bytes.
    Repeated,
    /// Declined.
    Declined,
    /// Expired.
    Expired,
    /// Ended by too many tries.
    Failed,
    /// Cancelled.
    Cancelled,
}

/// One step.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: StepKind,
    /// What was received and what was answered, facts by name; never a secret.
    pub facts: serde_json::Value,
}

/// A device as it described itself (self-asserted text).
#[derive(Debug, Clone, serde::Serialize)]
pub struct Device {
    /// Id.
    pub id: DeviceId,
    /// PRODUCT, e.g. iPhone15,2.
    pub product: Option<String>,
    /// SERIAL.
    pub serial: Option<String>,
    /// UDID.
    pub udid: Option<String>,
    /// OS_VERSION or VERSION (build).
    pub os_version: Option<String>,
    /// IMEI.
    pub imei: Option<String>,
    /// LANGUAGE.
    pub language: Option<String>,
    /// First seen.
    pub first_seen: Timestamp,
    /// Certified by a further device CA (`--device-ca`), not by Apple's: gets certificates, never an escrowed key.
    pub foreign_device_ca: bool,
}

/// An enrollment in a list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Enrollment {
    /// Id.
    pub id: EnrollmentId,
    /// Whose.
    pub subscriber: SubscriberId,
    /// Name.
    pub name: String,
    /// Name of the subscriber's department.
    pub department: String,
    /// The department.
    pub department_id: UnitId,
    /// Address.
    pub mail: String,
    /// State.
    pub state: State,
    /// "profile sent" was reached (state `issued` and phase 3 answered).
    pub profile_sent: bool,
    /// How it was sent.
    pub channel: crate::invitation::Channel,
    /// Made.
    pub created_at: Timestamp,
    /// The link ends.
    pub expires_at: Timestamp,
    /// Last step.
    pub updated_at: Timestamp,
    /// Device, once known.
    pub device: Option<Device>,
    /// The downloaded profile on the phone ends (8 minutes after phase 1), while that matters.
    pub download_ends_at: Option<Timestamp>,
    /// The phone came with its download and was sent away: it was refused, or its iOS is too old. Until it downloads once more.
    pub refused: bool,
}

/// With its timeline and certificates.
#[derive(Debug, Clone, serde::Serialize)]
pub struct EnrollmentDetail {
    /// The enrollment.
    #[serde(flatten)]
    pub enrollment: Enrollment,
    /// All steps, oldest first.
    pub steps: Vec<Step>,
    /// Certificates issued in it.
    pub certificates: Vec<crate::certificate::Certificate>,
}

/// Counts for the funnel: how many enrollments of the last 30 days reached each state, and how many stand there.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Funnel {
    /// (state, reached, standing).
    pub stages: Vec<(State, u32, u32)>,
}

/// Which enrollments.
#[derive(Debug, Clone, Default)]
pub struct EnrollmentQuery {
    /// Only these states; empty: all.
    pub states: Vec<State>,
    /// Of one subscriber.
    pub subscriber: Option<SubscriberId>,
    /// Words of name, address or device of the person, each anywhere; below three characters a beginning of name or address; also the
    /// beginning (eight hex digits or more) of serial number or fingerprint of a certificate of theirs.
    pub search: Option<String>,
    /// Keyset: after this id (ids are time-ordered; newest first).
    pub after: Option<EnrollmentId>,
    /// At most this many.
    pub limit: u32,
}

impl State {
    /// As stored and serialised.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            State::Invited => "invited",
            State::Opened => "opened",
            State::Authenticated => "authenticated",
            State::Identified => "identified",
            State::Issued => "issued",
            State::Configured => "configured",
            State::Declined => "declined",
            State::Expired => "expired",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
        }
    }

    pub(crate) const ALL: [State; 10] = [
        State::Invited,
        State::Opened,
        State::Authenticated,
        State::Identified,
        State::Issued,
        State::Configured,
        State::Declined,
        State::Expired,
        State::Failed,
        State::Cancelled,
    ];

    pub(crate) fn parse(text: &str) -> Result<State> {
        State::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| crate::Error::fault(format!("state {text}")))
    }

    /// How far along the way; `None` for the ways to end otherwise.
    pub(crate) fn rank(self) -> Option<u8> {
        match self {
            State::Invited => Some(0),
            State::Opened => Some(1),
            State::Authenticated => Some(2),
            State::Identified => Some(3),
            State::Issued => Some(4),
            State::Configured => Some(5),
            State::Declined | State::Expired | State::Failed | State::Cancelled => None,
        }
    }
}

/// A value that serde writes as one word, as stored.
pub(crate) fn word<T: serde::Serialize>(value: T) -> Result<String> {
    match serde_json::to_value(value).map_err(crate::Error::fault)? {
        serde_json::Value::String(text) => Ok(text),
        other => Err(crate::Error::fault(format!("{other} is not a word"))),
    }
}

/// The value of a stored word.
pub(crate) fn from_word<T: serde::de::DeserializeOwned>(text: String) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(text)).map_err(crate::Error::fault)
}

impl Operator {
    /// Newest first.
    pub fn enrollments(&self, query: &EnrollmentQuery) -> Result<crate::subscriber::Page<Enrollment>> {
        self.inner.ready_to_find(query.search.as_deref())?;
        self.inner.store.read(|tx| page::page(tx, query))
    }
    /// One with its timeline.
    pub fn enrollment(&self, id: EnrollmentId) -> Result<EnrollmentDetail> {
        let at = self.inner.clock.now();
        self.inner.store.read(|tx| list::detail(tx, at, id))
    }
    /// The funnel.
    pub fn funnel(&self) -> Result<Funnel> {
        let at = self.inner.clock.now();
        self.inner.store.read(|tx| list::funnel(tx, at))
    }
    /// Expires what ran out, revokes transport certificates without phase 3 after 1 h, abandons serials that a crash left reserved,
    /// clears away what ended batches left half done, forgets ended links after 30 days, signs the ledger's head daily. Call it at
    /// start-up and every minute.
    pub fn tidy(&self) -> Result<()> {
        let at = self.inner.clock.now();
        // One small transaction each, so that nobody waits behind a long one.
        self.inner.store.write(move |tx| tidy::expire(tx, at))?;
        self.inner.store.write(move |tx| tidy::revoke_unused_transport(tx, at))?;
        self.inner.store.write(move |tx| crate::life::revoke_maybe_lost(tx, at))?;
        self.inner.store.write(move |tx| crate::certificate::abandon_left_behind(tx, at))?;
        // What hinders one batch hinders nothing else.
        if let Err(error) = crate::issuance::batch::clear_all_ended(&self.inner) {
            tracing::error!(%error, "an ended batch could not be cleared up");
        }
        self.inner.store.write(move |tx| tidy::forget(tx, at))?;
        self.inner.close_ledger_day()
    }
}

#[cfg(test)]
mod tests;
