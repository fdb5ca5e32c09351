//! What happens to certificates after their issue: held, reinstated, revoked, renewed, replaced; and what that means for people.
//!
//! An [`Act`] says what to do with which certificates. [`Operator::consequences`] says beforehand what it will do, computed by the
//! code that carries it out. Acts on many certificates, at once or one after the other, wait for a second officer
//! (`revoke.four_eyes_above`, `revoke.four_eyes_hours`).

mod departure;
mod four_eyes;
mod mail;
mod past;
mod plan;
mod reasons;
mod renew;
mod self_test;
mod share;
#[cfg(test)]
mod tests;
mod tidy;
mod without;

use crate::{
    Error, Operator, Result,
    certificate::Uses,
    id::{ActId, DeviceId, SubscriberId},
    ledger::Actor,
};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};
use serde::{Deserialize, Serialize};

pub use departure::Departure;
pub(crate) use four_eyes::{account, may_revoke_alone, note as note_alone};
pub use past::PastHold;
pub(crate) use plan::Rules;
pub use reasons::{deadline_hours, officer_may_give};
pub(crate) use renew::{may_be_replaced, place_taken, replaced, will_replace};
pub use self_test::{SelfTest, Tick};
pub(crate) use tidy::revoke_maybe_lost;

/// Which certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Target {
    /// These, by serial; one that the act does not fit refuses all.
    #[serde(with = "serials")]
    Certificates(Vec<SerialNumber>),
    /// All of a device that the act fits.
    Device(DeviceId),
    /// All of a person that the act fits.
    Person(SubscriberId),
}

/// What to do with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verb {
    /// Suspend (certificateHold) until somebody decides.
    Hold,
    /// Suspend, with all other certificates of the same keys; becomes a revocation (keyCompromise) after `revoke.maybe_lost_days`
    /// unless reinstated before.
    MaybeLost,
    /// Take a hold back; what was held as perhaps lost, with all that was held for the sake of the same keys.
    Reinstate,
    /// Revoke for good; for keyCompromise with all other certificates of the same keys.
    Revoke {
        /// Reason.
        reason: Reason,
        /// Since when the key is to be distrusted (invalidityDate, RFC 5280 5.3.2).
        invalid_since: Option<Timestamp>,
    },
    /// The person leaves: revoke all, end enrollments and challenges, mailboxes no longer count as validated.
    Offboard {
        /// affiliationChanged for somebody who leaves, cessationOfOperation for a mailbox that closes.
        reason: Reason,
        /// Who may read what was written to the person, in words.
        successor: Option<String>,
        /// Until when escrowed keys are to be kept; none are escrowed yet.
        keep_until: Option<Timestamp>,
    },
}

/// An act on certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Act {
    /// Which.
    pub target: Target,
    /// What.
    pub verb: Verb,
}

/// One certificate that an act changes, or that goes on beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Affected {
    /// Serial, upper-case hex.
    pub serial: String,
    /// Certificate profile, or `transport`.
    pub profile: String,
    /// Subject, RFC 4514.
    pub subject: String,
    /// Whose.
    pub subscriber: Option<SubscriberId>,
    /// Name of the person.
    pub name: Option<String>,
    /// On which device, as it called itself.
    pub device: Option<String>,
    /// Ends at.
    pub not_after: Timestamp,
    /// Status now (active, held, superseded, expired).
    pub before: String,
    /// Status afterwards. In what a renewal or replacement will do, `held` both times says that one on hold is marked as replaced: it is
    /// superseded once its hold is taken back.
    pub after: String,
    /// What stops where it does not count, and works again where it does: what it is good for by its own keyUsage and extendedKeyUsage,
    /// in the order of [`Breaks`].
    pub breaks: Vec<Breaks>,
}

/// What stops working, for screens that say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Breaks {
    /// Mail signed with it is shown as signed by a certificate that does not count, also mail of the past in most programs.
    SignedMail,
    /// Nobody can encrypt to it any more; what was encrypted stays readable with the key.
    MailToThem,
    /// VPN and Wi-Fi refuse it.
    NetworkAccess,
    /// Documents are no longer encrypted to it; old ones stay readable with the key.
    DocumentsToThem,
    /// An enrollment that is under way cannot go on.
    EnrollmentUnderWay,
    /// A person is left without a certificate of ours that works for one of these uses, whatever its profile is called.
    NoneLeft,
}

/// What an act does: before it is done a prediction, afterwards a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consequences {
    /// Certificates that change.
    pub affected: Vec<Affected>,
    /// Certificates of ours of the same people that go on working, superseded ones until they end. Of what was imported nobody here knows
    /// whether it works.
    pub untouched: Vec<Affected>,
    /// What stops working, each once, in the order of [`Breaks`].
    pub breaks: Vec<Breaks>,
    /// Enrollments under way that end.
    pub enrollments_ended: u32,
    /// Challenges that end unused.
    pub challenges_cancelled: u32,
    /// Mailboxes that no longer count as validated.
    pub mailboxes_unvalidated: u32,
    /// A hold becomes a revocation then.
    pub final_at: Option<Timestamp>,
    /// Hours within which a revocation for its reason is due once that is known ([`deadline_hours`]).
    pub deadline_hours: Option<u32>,
    /// It can be taken back (a hold can, a revocation never: RFC 5280 5.3.1).
    pub undoable: bool,
    /// So many need a second officer, alone or with what the officer did in the last hours.
    pub needs_second_officer: bool,
}

/// What became of an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It was done.
    Done(Consequences),
    /// A second officer must approve it.
    Waiting(ActRequest),
}

/// An act that waits, or waited, for a second officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActRequest {
    /// Id.
    pub id: ActId,
    /// What is to be done.
    pub act: Act,
    /// Why, in the words of who asked.
    pub why: String,
    /// How many certificates it was about.
    pub count: u32,
    /// Who asked.
    pub asked_by: Actor,
    /// When.
    pub asked_at: Timestamp,
}

/// What is to happen to the old certificate when another key takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Old {
    /// It is superseded and stays valid until it ends.
    Stays,
    /// It is revoked in the same transaction.
    Revoked(Reason),
}

impl Operator {
    /// What `act` would do, to whom, and what breaks. Changes nothing; refuses what carrying it out would refuse.
    pub fn consequences(&self, act: &Act) -> Result<Consequences> {
        let (at, rules) = (self.inner.clock.now(), plan::Rules::of(self)?);
        self.inner.store.read(|c| Ok(plan::plan(c, at, act, &rules)?.consequences))
    }

    /// Does it in one transaction, or records that it waits for a second officer. `why` stands in the ledger.
    pub fn carry_out(&self, act: &Act, why: &str) -> Result<Outcome> {
        four_eyes::carry_out(self, act, why)
    }

    /// Suspends certificates (certificateHold).
    pub fn hold(&self, serials: &[SerialNumber]) -> Result<Outcome> {
        self.carry_out(&Act { target: Target::Certificates(serials.to_vec()), verb: Verb::Hold }, "")
    }

    /// Takes holds back: the next CRL no longer lists them.
    pub fn reinstate(&self, serials: &[SerialNumber]) -> Result<Outcome> {
        self.carry_out(&Act { target: Target::Certificates(serials.to_vec()), verb: Verb::Reinstate }, "")
    }

    /// Revokes several for one reason; all or none.
    pub fn revoke_many(&self, serials: &[SerialNumber], reason: Reason, why: &str) -> Result<Outcome> {
        let verb = Verb::Revoke { reason, invalid_since: None };
        self.carry_out(&Act { target: Target::Certificates(serials.to_vec()), verb }, why)
    }

    /// "Perhaps I lost it": suspends now, revokes after `revoke.maybe_lost_days` unless reinstated before.
    pub fn maybe_lost(&self, target: Target) -> Result<Outcome> {
        self.carry_out(&Act { target, verb: Verb::MaybeLost }, "")
    }

    /// What will happen when this person leaves.
    pub fn offboard_plan(&self, person: SubscriberId, reason: Reason) -> Result<Consequences> {
        self.consequences(&Act { target: Target::Person(person), verb: Verb::Offboard { reason, successor: None, keep_until: None } })
    }

    /// The person leaves: everything that [`Operator::offboard_plan`] said, in one transaction.
    pub fn offboard(
        &self,
        person: SubscriberId,
        reason: Reason,
        successor: Option<&str>,
        keep_until: Option<Timestamp>,
        why: &str,
    ) -> Result<Outcome> {
        let verb = Verb::Offboard { reason, successor: successor.map(str::to_owned), keep_until };
        self.carry_out(&Act { target: Target::Person(person), verb }, why)
    }

    /// Acts that wait for a second officer, oldest first.
    pub fn waiting_acts(&self) -> Result<Vec<ActRequest>> {
        self.inner.store.read(four_eyes::waiting)
    }

    /// What an act that waits would do if it were approved now. Changes nothing.
    pub fn waiting_act_consequences(&self, id: ActId) -> Result<Consequences> {
        four_eyes::consequences(self, id)
    }

    /// Approves and carries out what another officer asked for. Certificates that changed meanwhile are left out.
    pub fn approve_act(&self, id: ActId) -> Result<Consequences> {
        four_eyes::approve(self, id)
    }

    /// Refuses it; who asked may do so too.
    pub fn refuse_act(&self, id: ActId, why: &str) -> Result<()> {
        four_eyes::refuse(self, id, why)
    }
}

/// Serials as hex.
mod serials {
    use super::{Deserialize, SerialNumber};
    use serde::{Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(serials: &[SerialNumber], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(serials.iter().map(ToString::to_string))
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Vec<SerialNumber>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        texts.iter().map(|text| SerialNumber::parse(text).map_err(|_| D::Error::custom("a serial number in hex"))).collect()
    }
}

/// A text that an officer typed and that is kept: one paragraph, without what hides or turns.
fn words(field: &'static str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > 500 || text.chars().any(|c| c != '\n' && crate::host::is_hidden(c)) {
        return Err(Error::invalid(field, "at most 500 characters, without hidden characters"));
    }
    Ok(text.to_owned())
}

/// What a certificate is good for, seen from what stops when it is gone.
pub(crate) fn breaks(uses: Uses) -> Vec<Breaks> {
    let all = [
        (Uses::SIGNS_MAIL, Breaks::SignedMail),
        (Uses::READS_MAIL, Breaks::MailToThem),
        (Uses::SIGNS_IN, Breaks::NetworkAccess),
        (Uses::READS_DOCUMENTS, Breaks::DocumentsToThem),
    ];
    all.into_iter().filter(|(of, _)| uses.has(*of)).map(|(_, what)| what).collect()
}
