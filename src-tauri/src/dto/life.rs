//! Acts on certificates: what is asked, what it will do, what became of it.

use super::{certificate::RevocationReason, ledger::named, serials, time, unknown, word};
use crate::error::{Code, CommandError};
use protocol::Timestamp;
use ra::{
    id::{DeviceId, SubscriberId},
    ledger::Actor,
    life as core,
};
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

/// Which certificates.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ActTarget {
    /// These, by serial.
    Certificates(Vec<String>),
    /// All of a device that the act fits.
    Device(String),
    /// All of a person that the act fits.
    Person(String),
}

/// An act on certificates.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateAct {
    /// Which.
    pub target: ActTarget,
    /// What.
    pub verb: ActVerb,
    /// Why, in the CRL; for revocations and for a person who leaves.
    pub reason: RevocationReason,
    /// Since when the key is not to be trusted (RFC 3339); for revocations.
    pub invalid_since: Option<String>,
    /// Who may read what was written to a person who leaves.
    pub successor: Option<String>,
    /// Until when escrowed keys of a person who leaves are to be kept (RFC 3339); none are escrowed yet.
    pub keep_until: Option<String>,
}

impl TryFrom<ActTarget> for core::Target {
    type Error = CommandError;
    fn try_from(target: ActTarget) -> Result<Self, CommandError> {
        Ok(match target {
            ActTarget::Certificates(texts) => core::Target::Certificates(serials(&texts)?),
            ActTarget::Device(id) => core::Target::Device(DeviceId::parse(&id).ok_or_else(unknown)?),
            ActTarget::Person(id) => core::Target::Person(SubscriberId::parse(&id).ok_or_else(unknown)?),
        })
    }
}

/// A time that was typed.
fn moment(field: &'static str, typed: Option<&str>) -> Result<Option<Timestamp>, CommandError> {
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else { return Ok(None) };
    let refused =
        || CommandError { field: Some(field.to_owned()), ..CommandError::new(Code::Validation, "a time like 2026-03-12T08:52:00Z") };
    Timestamp::parse(typed).map(Some).ok_or_else(refused)
}

impl TryFrom<CertificateAct> for core::Act {
    type Error = CommandError;
    fn try_from(act: CertificateAct) -> Result<Self, CommandError> {
        let (since, until) = (moment("invalid_since", act.invalid_since.as_deref())?, moment("keep_until", act.keep_until.as_deref())?);
        let successor = act.successor.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let verb = match act.verb {
            ActVerb::Hold => core::Verb::Hold,
            ActVerb::MaybeLost => core::Verb::MaybeLost,
            ActVerb::Reinstate => core::Verb::Reinstate,
            ActVerb::Revoke => core::Verb::Revoke { reason: act.reason.into(), invalid_since: since },
            ActVerb::Offboard => core::Verb::Offboard { reason: act.reason.into(), successor, keep_until: until },
        };
        Ok(core::Act { target: act.target.try_into()?, verb })
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
    /// Id of the person; `None`: of a phone, or of nobody who is in the register.
    pub subscriber: Option<String>,
    /// Name of the person, else the subject.
    pub name: String,
    /// On which device, as it called itself.
    pub device: Option<String>,
    /// Ends at.
    pub not_after: String,
    /// Status now.
    pub before: String,
    /// Status afterwards; `held` before and after a renewal or replacement: marked as replaced.
    pub after: String,
    /// What stops where it does not count, and works again where it does: what it is good for.
    pub breaks: Vec<Breaks>,
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
    /// A person has no valid certificate of ours left for one of these uses.
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
    /// Challenges that end unused.
    pub challenges_cancelled: u32,
    /// Mailboxes that no longer count as validated.
    pub mailboxes_unvalidated: u32,
    /// A hold becomes a revocation then.
    pub final_at: Option<String>,
    /// Hours within which a revocation for this reason is due once it is known.
    pub deadline_hours: Option<u32>,
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
    /// Why, as the CRL will say it (CRLReason); of revocations and of a person who leaves.
    pub reason: Option<String>,
    /// Since when the key is not to be trusted.
    pub invalid_since: Option<String>,
    /// Who may read what was written to a person who leaves.
    pub successor: Option<String>,
    /// This officer asked, so another one decides.
    pub own: bool,
}

/// How a person left.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Departure {
    /// When.
    pub at: String,
    /// Who may read what was written to the person.
    pub successor: Option<String>,
    /// Until when escrowed keys are to be kept; none are escrowed yet.
    pub keep_until: Option<String>,
}

/// A time in which a certificate was on hold, and after which it was good again.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PastHold {
    /// Serial of the certificate.
    pub serial: String,
    /// When it was put on hold.
    pub from: String,
    /// When it was reinstated.
    pub to: String,
}

impl From<core::PastHold> for PastHold {
    fn from(hold: core::PastHold) -> Self {
        PastHold { serial: hold.serial, from: time(hold.from), to: time(hold.to) }
    }
}

impl From<core::Departure> for Departure {
    fn from(departure: core::Departure) -> Self {
        Departure { at: time(departure.at), successor: departure.successor, keep_until: departure.keep_until.map(time) }
    }
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
            subscriber: one.subscriber.map(|id| id.to_string()),
            name: one.name.unwrap_or(one.subject),
            device: one.device,
            not_after: time(one.not_after),
            before: one.before,
            after: one.after,
            breaks: one.breaks.into_iter().map(Into::into).collect(),
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
            challenges_cancelled: all.challenges_cancelled,
            mailboxes_unvalidated: all.mailboxes_unvalidated,
            final_at: all.final_at.map(time),
            deadline_hours: all.deadline_hours,
            undoable: all.undoable,
            needs_second_officer: all.needs_second_officer,
        }
    }
}

impl WaitingAct {
    /// As the officer with this account sees it.
    pub fn seen_by(request: core::ActRequest, officer: &str) -> Self {
        let (verb, reason, invalid_since, successor) = match request.act.verb {
            core::Verb::Hold => (ActVerb::Hold, None, None, None),
            core::Verb::MaybeLost => (ActVerb::MaybeLost, None, None, None),
            core::Verb::Reinstate => (ActVerb::Reinstate, None, None, None),
            core::Verb::Revoke { reason, invalid_since } => (ActVerb::Revoke, Some(reason), invalid_since, None),
            core::Verb::Offboard { reason, successor, .. } => (ActVerb::Offboard, Some(reason), None, successor),
        };
        // The same account in the window and at a terminal is one officer.
        let own = matches!(&request.asked_by, Actor::Officer(name) | Actor::Command(name) if name.to_lowercase() == officer.to_lowercase());
        WaitingAct {
            id: request.id.to_string(),
            verb,
            count: request.count,
            why: request.why,
            asked_by: named(request.asked_by).1,
            asked_at: time(request.asked_at),
            reason: reason.and_then(word),
            invalid_since: invalid_since.map(time),
            successor,
            own,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(target: ActTarget, verb: ActVerb) -> CertificateAct {
        CertificateAct { target, verb, reason: RevocationReason::KeyCompromise, invalid_since: None, successor: None, keep_until: None }
    }

    #[test]
    fn an_act_says_whom_it_is_about_and_since_when() {
        let serials = ActTarget::Certificates(vec!["0a 0b".into(), "0C".into()]);
        let asked =
            core::Act::try_from(CertificateAct { invalid_since: Some("2026-03-12T08:52:00Z".into()), ..act(serials, ActVerb::Revoke) });
        let core::Act { target: core::Target::Certificates(named), verb: core::Verb::Revoke { invalid_since, .. } } =
            asked.expect("an act")
        else {
            panic!("a revocation of two")
        };
        assert_eq!((named.len(), invalid_since), (2, Timestamp::parse("2026-03-12T08:52:00Z")));

        let person = SubscriberId::fresh();
        let leaver = CertificateAct { successor: Some("  ".into()), ..act(ActTarget::Person(person.to_string()), ActVerb::Offboard) };
        let leaves = core::Act::try_from(leaver).expect("an act");
        assert!(matches!(leaves.verb, core::Verb::Offboard { successor: None, keep_until: None, .. }), "blanks name nobody");
        assert!(matches!(leaves.target, core::Target::Person(id) if id == person));
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_field() {
        let device = DeviceId::fresh().to_string();
        let late = CertificateAct { invalid_since: Some("yesterday".into()), ..act(ActTarget::Device(device), ActVerb::Revoke) };
        let refused = core::Act::try_from(late).expect_err("no time");
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some("invalid_since")));
        for target in [ActTarget::Certificates(vec!["zz".into()]), ActTarget::Device("x".into()), ActTarget::Person(String::new())] {
            assert_eq!(core::Act::try_from(act(target, ActVerb::Hold)).expect_err("nobody").code, Code::NotFound);
        }
    }
}
