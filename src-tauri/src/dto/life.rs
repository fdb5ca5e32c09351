//! Acts on certificates: what is asked, what it will do, what became of it.

use super::{certificate::RevocationReason, ledger::named, time, unknown};
use crate::error::CommandError;
use protocol::x509::SerialNumber;
use ra::{ledger::Actor, life as core};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What to do with certificates.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ActVerb {
    /// Suspend until somebody decides.
    Hold,
    /// Suspend; becomes a revocation unless reinstated before.
    MaybeLost,
    /// Take a hold back.
    Reinstate,
    /// Revoke for good.
    Revoke,
    /// Everything of a person who leaves.
    Offboard,
}

/// An act on certificates.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateAct {
    /// Which, by serial.
    pub serials: Vec<String>,
    /// What.
    pub verb: ActVerb,
    /// Why, in the CRL; for revocations.
    pub reason: RevocationReason,
}

impl TryFrom<CertificateAct> for core::Act {
    type Error = CommandError;
    fn try_from(act: CertificateAct) -> Result<Self, CommandError> {
        let serials: Result<_, _> = act.serials.iter().map(|text| SerialNumber::parse(text).map_err(|_| unknown())).collect();
        let verb = match act.verb {
            ActVerb::Hold => core::Verb::Hold,
            ActVerb::MaybeLost => core::Verb::MaybeLost,
            ActVerb::Reinstate => core::Verb::Reinstate,
            ActVerb::Revoke => core::Verb::Revoke { reason: act.reason.into(), invalid_since: None },
            // It is about a person, not about serials.
            ActVerb::Offboard => return Err(unknown()),
        };
        Ok(core::Act { target: core::Target::Certificates(serials?), verb })
    }
}

/// A certificate that an act changes, or that goes on beside it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Affected {
    /// Serial.
    pub serial: String,
    /// Certificate profile.
    pub profile: String,
    /// Name of the person, else the subject.
    pub name: String,
    /// On which device, as it called itself.
    pub device: Option<String>,
    /// Ends at.
    pub not_after: String,
    /// Status afterwards.
    pub after: String,
}

/// What stops working.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Breaks {
    /// Mail signed with it.
    SignedMail,
    /// Encrypting to it.
    MailToThem,
    /// VPN and Wi-Fi.
    NetworkAccess,
    /// Encrypting documents to it.
    DocumentsToThem,
    /// An enrollment under way.
    EnrollmentUnderWay,
    /// A person has no certificate of a profile left.
    NoneLeft,
}

/// What an act does.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Consequences {
    /// What changes.
    pub affected: Vec<Affected>,
    /// What of the same people goes on.
    pub untouched: Vec<Affected>,
    /// What stops.
    pub breaks: Vec<Breaks>,
    /// Enrollments that end.
    pub enrollments_ended: u32,
    /// A hold becomes a revocation then.
    pub final_at: Option<String>,
    /// It can be taken back.
    pub undoable: bool,
    /// So many need a second officer.
    pub needs_second_officer: bool,
}

/// An act that waits for a second officer.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitingAct {
    /// Id.
    pub id: String,
    /// What.
    pub verb: ActVerb,
    /// On how many certificates.
    pub count: u32,
    /// Why, in the words of who asked.
    pub why: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: String,
    /// This officer asked, so another one decides.
    pub own: bool,
}

impl From<core::Breaks> for Breaks {
    fn from(what: core::Breaks) -> Self {
        match what {
            core::Breaks::SignedMail => Breaks::SignedMail,
            core::Breaks::MailToThem => Breaks::MailToThem,
            core::Breaks::NetworkAccess => Breaks::NetworkAccess,
            core::Breaks::DocumentsToThem => Breaks::DocumentsToThem,
            core::Breaks::EnrollmentUnderWay => Breaks::EnrollmentUnderWay,
            core::Breaks::NoneLeft => Breaks::NoneLeft,
        }
    }
}

impl From<core::Affected> for Affected {
    fn from(one: core::Affected) -> Self {
        Affected {
            serial: one.serial,
            profile: one.profile,
            name: one.name.unwrap_or(one.subject),
            device: one.device,
            not_after: time(one.not_after),
            after: one.after,
        }
    }
}

impl From<core::Consequences> for Consequences {
    fn from(all: core::Consequences) -> Self {
        Consequences {
            affected: all.affected.into_iter().map(Into::into).collect(),
            untouched: all.untouched.into_iter().map(Into::into).collect(),
            breaks: all.breaks.into_iter().map(Into::into).collect(),
            enrollments_ended: all.enrollments_ended,
            final_at: all.final_at.map(time),
            undoable: all.undoable,
            needs_second_officer: all.needs_second_officer,
        }
    }
}

impl WaitingAct {
    /// As the officer with this account sees it.
    pub fn seen_by(request: core::ActRequest, officer: &str) -> Self {
        let verb = match request.act.verb {
            core::Verb::Hold => ActVerb::Hold,
            core::Verb::MaybeLost => ActVerb::MaybeLost,
            core::Verb::Reinstate => ActVerb::Reinstate,
            core::Verb::Revoke { .. } => ActVerb::Revoke,
            core::Verb::Offboard { .. } => ActVerb::Offboard,
        };
        // The same account in the window and at a terminal is one officer.
        let own = matches!(&request.asked_by, Actor::Officer(name) | Actor::Command(name) if name == officer);
        WaitingAct {
            id: request.id.to_string(),
            verb,
            count: request.count,
            why: request.why,
            asked_by: named(request.asked_by).1,
            asked_at: time(request.asked_at),
            own,
        }
    }
}
