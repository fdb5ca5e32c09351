//! How long a validation counts, and why one does not (CPS 4.2.1, S/MIME Baseline Requirements 4.2.1).

use crate::{Denied, Error, Result, settings};
use protocol::Timestamp;
use rusqlite::Connection;

/// Version of the rules under which a validation is recorded now; it stands beside each one. Another rule gets another version here.
///
/// `signet-1`: an officer says that the mailbox is the person's, in person or by the institution's records, and writes down what was
/// seen. Nothing else validates, neither the code of an invitation nor a sign-in. The newest validation counts for the days of the setting
/// `mailbox.valid_days`, read whenever it is asked: 398 unless the organization sets another number. That is what the S/MIME Baseline
/// Requirements (4.2.1) have for control of a mail server or domain (3.2.2.1, 3.2.2.3); a mailed value (3.2.2.2) counts for 30 days there,
/// and nothing records one here.
pub const RULES: &str = "signet-1";

/// What stands beside validations that were recorded before rules had versions. They were made as `signet-1` says and end as it says.
pub const RULES_BEFORE_VERSIONS: &str = "before-versions";

/// How long a validation counts: `mailbox.valid_days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Validity {
    /// Seconds; `None`: without end.
    lasts: Option<i64>,
}

impl Validity {
    /// As the organization has it in the caller's transaction: what was changed a moment ago counts.
    pub(crate) fn read(tx: &Connection) -> Result<Self> {
        let days: u32 = settings::organization_value(tx, settings::VALID_DAYS)?.parse().map_err(Error::fault)?;
        Ok(Validity { lasts: (days > 0).then_some(i64::from(days) * Timestamp::DAY) })
    }

    /// The last second at which a validation counts that was made at `made`; `None`: it counts without end.
    pub(crate) fn until(self, made: Timestamp) -> Option<Timestamp> {
        self.lasts.map(|lasts| made.plus(lasts))
    }

    /// Validations from this second on count at `at`.
    pub(crate) fn since(self, at: Timestamp) -> Timestamp {
        self.lasts.map_or(Timestamp(i64::MIN), |lasts| at.plus(-lasts))
    }

    /// What a mailbox is worth at `at` that was last validated at `made`.
    pub(super) fn judge(self, at: Timestamp, address: String, made: Option<Timestamp>) -> Standing {
        let Some(made) = made else { return Err(Unvalidated::Never { mailbox: address }) };
        match self.until(made) {
            Some(ended) if ended < at => Err(Unvalidated::Ended { mailbox: address, ended }),
            Some(_) | None => Ok(address),
        }
    }
}

/// The address that may be certified, or why it may not be.
pub(crate) type Standing = std::result::Result<String, Unvalidated>;

/// Why an address may not be certified (invariant 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unvalidated {
    /// Nobody has validated it, or it is not the person's.
    Never {
        /// The address; empty where it is no longer in the register.
        mailbox: String,
    },
    /// Its last validation has ended.
    Ended {
        /// The address.
        mailbox: String,
        /// The last second at which it counted.
        ended: Timestamp,
    },
}

impl Unvalidated {
    /// For a timeline, the ledger and rows of a list.
    pub(crate) fn reason(&self) -> String {
        match self {
            Unvalidated::Never { mailbox } if mailbox.is_empty() => "the mailbox is not validated".to_owned(),
            Unvalidated::Never { mailbox } => format!("the mailbox {mailbox} is not validated"),
            Unvalidated::Ended { mailbox, ended } => ended_reason(mailbox, *ended),
        }
    }
}

/// That a validation has ended, and what to do.
pub(crate) fn ended_reason(mailbox: &str, ended: Timestamp) -> String {
    format!("the validation of {mailbox} ended at {ended}; record a new validation")
}

impl From<Unvalidated> for Error {
    fn from(why: Unvalidated) -> Self {
        Error::Denied(match why {
            Unvalidated::Never { mailbox } => Denied::MailboxNotValidated { mailbox },
            Unvalidated::Ended { mailbox, ended } => Denied::MailboxValidationEnded { mailbox, ended },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_validation_counts_to_its_last_second() {
        let (address, made) = (|| "alice@example.edu".to_owned(), Timestamp(1_000));
        let days = Validity { lasts: Some(398 * Timestamp::DAY) };
        let last = Timestamp(1_000 + 398 * 86_400);
        assert_eq!((days.until(made), days.since(last)), (Some(last), made));
        assert_eq!(days.judge(last, address(), Some(made)), Ok(address()));
        let ended = Unvalidated::Ended { mailbox: address(), ended: last };
        assert_eq!(days.judge(last.plus(1), address(), Some(made)), Err(ended));
        assert!(days.since(last.plus(1)) > made, "and so a list finds it");
        let never = Unvalidated::Never { mailbox: address() };
        assert_eq!(days.judge(last, address(), None), Err(never.clone()));
        assert_eq!(never.reason(), "the mailbox alice@example.edu is not validated");
        let without_end = Validity { lasts: None };
        assert_eq!((without_end.until(made), without_end.judge(Timestamp(i64::MAX), address(), Some(made))), (None, Ok(address())));
        assert!(without_end.since(Timestamp(0)) < made);
    }
}
