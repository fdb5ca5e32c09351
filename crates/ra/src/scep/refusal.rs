//! Saying no: failInfo for every error of ours, and what of a refusal is recorded.

use super::{operation::Answer, request::Decision};
use crate::{
    Denied, Error, Result, enrollment,
    enrollment::StepKind,
    id::{EnrollmentId, SubscriberId},
    ledger::{self, Actor},
};
use protocol::{Timestamp, scep::FailInfo};
use rusqlite::{Connection, params};
use serde_json::json;

/// Refusals of one enrollment or subscriber recorded within an hour; what comes more goes to the log alone.
const RECORDED_IN_AN_HOUR: i64 = 10;

/// failInfo for our error; `None` when it is no refusal but our own trouble, which the client may outwait.
pub(super) fn fail_info(error: &Error) -> Option<FailInfo> {
    match error {
        Error::Denied(Denied::ClockBehind) => Some(FailInfo::BadTime),
        Error::Invalid { .. } | Error::Conflict(_) | Error::Denied(_) => Some(FailInfo::BadRequest),
        Error::NotFound(_) => Some(FailInfo::BadCertId),
        Error::Unavailable(_) | Error::Internal(_) => None,
    }
}

/// Whom a refusal concerns: known from the challenge or from the certificate that signed.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    pub(super) subscriber: Option<SubscriberId>,
    pub(super) enrollment: Option<EnrollmentId>,
}

/// A refusal of somebody unknown: never written to the store, or anybody could fill it.
pub(super) fn of_stranger(fail: FailInfo, reason: &str) -> Decision {
    tracing::info!(reason, "SCEP: refused");
    Decision::Answer(Answer::Failure(fail))
}

/// A refusal of somebody known: a step of the timeline and a ledger row, a bounded number of them. `asked` is what the client wanted.
pub(super) fn of_known(
    tx: &Connection,
    at: Timestamp,
    about: About,
    fail: FailInfo,
    reason: &str,
    asked: Option<String>,
) -> Result<Decision> {
    tracing::info!(reason, enrollment = ?about.enrollment.map(|e| e.0), "SCEP: refused");
    let key: Option<Vec<u8>> = match about {
        About { enrollment: Some(id), .. } => Some(id.0.as_bytes().to_vec()),
        About { subscriber: Some(id), .. } => Some(id.0.as_bytes().to_vec()),
        About { subscriber: None, enrollment: None } => None,
    };
    if let Some(key) = key
        && counted(tx, at, &key)? <= RECORDED_IN_AN_HOUR
    {
        let mut facts = json!({ "reason": reason, "fail_info": fail.to_string() });
        if let (Some(asked), Some(map)) = (asked, facts.as_object_mut()) {
            map.insert("asked".to_owned(), asked.into());
        }
        let (actor, subject) = match (about.enrollment, about.subscriber) {
            (Some(id), _) => (Actor::Device(id), id.to_string()),
            (None, Some(id)) => (Actor::Subscriber(id), id.to_string()),
            (None, None) => (Actor::Signet, String::new()),
        };
        ledger::append(tx, at, &actor, "scep.refused", &subject, &facts)?;
        if let Some(enrollment) = about.enrollment {
            enrollment::record(tx, at, enrollment, StepKind::ScepRefused, facts)?;
        }
    }
    Ok(Decision::Answer(Answer::Failure(fail)))
}

fn counted(tx: &Connection, at: Timestamp, about: &[u8]) -> Result<i64> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO scep_refusal (about, hour, count) VALUES (?1, ?2, 1)
         ON CONFLICT (about) DO UPDATE SET count = CASE hour WHEN excluded.hour THEN min(count, 1000000) + 1 ELSE 1 END, hour = excluded.hour
         RETURNING count",
    )?;
    Ok(statement.query_row(params![about, at.0.div_euclid(Timestamp::HOUR)], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Conflict, Dependency, Noun};

    #[test]
    fn every_error_has_its_fail_info_or_is_our_own_trouble() {
        assert_eq!(fail_info(&Error::Denied(Denied::ClockBehind)), Some(FailInfo::BadTime));
        assert_eq!(fail_info(&Error::Denied(Denied::EncryptionByScep)), Some(FailInfo::BadRequest));
        assert_eq!(fail_info(&Error::Denied(Denied::MailboxNotValidated { mailbox: "a@example.edu".into() })), Some(FailInfo::BadRequest));
        assert_eq!(fail_info(&Error::invalid("x", "y")), Some(FailInfo::BadRequest));
        assert_eq!(fail_info(&Error::Conflict(Conflict::EnrollmentEnded)), Some(FailInfo::BadRequest));
        assert_eq!(fail_info(&Error::NotFound(Noun::Certificate)), Some(FailInfo::BadCertId));
        assert_eq!(fail_info(&Error::Unavailable(Dependency::DiskFull)), None);
        assert_eq!(fail_info(&Error::fault("x")), None);
    }
}
