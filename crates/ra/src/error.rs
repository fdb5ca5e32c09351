//! Why the authority said no, by who can act on it.

use protocol::Timestamp;

/// What was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    /// A department or organization.
    Unit,
    /// A person or functional mailbox.
    Subscriber,
    /// A mail address of a subscriber.
    Mailbox,
    /// An enrollment or its invitation.
    Enrollment,
    /// A certificate.
    Certificate,
    /// A certificate profile.
    Profile,
    /// A pending SCEP request.
    Request,
    /// A setting.
    Setting,
    /// A CRL.
    Crl,
    /// A saved view.
    View,
    /// A batch of certificates.
    Batch,
    /// A bundle of certificate profiles.
    Bundle,
    /// A device.
    Device,
    /// An act that waits for a second officer.
    Act,
    /// A publication target.
    Target,
    /// A version of the plan for decryption keys.
    Plan,
}

/// What already is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// The department is already set up.
    AlreadySetUp,
    /// The mail address belongs to another subscriber.
    MailboxTaken,
    /// The name belongs to another subscriber for ever (invariant 4).
    NameTaken,
    /// The certificate is already revoked.
    AlreadyRevoked,
    /// The enrollment has ended.
    EnrollmentEnded,
    /// The person still has certificates that work, or would again after a reinstatement.
    ActiveCertificates,
    /// The database was written by a newer Signet.
    NewerDatabase,
    /// The person has an active certificate of this encrypting kind; a second one only in its place (invariant 3).
    ActiveEncryption,
    /// Another program or window works on the batch.
    BatchUnderWay,
    /// The batch has ended.
    BatchEnded,
    /// The certificate is not held, so it cannot be reinstated.
    NotHeld,
    /// The certificate is held already.
    AlreadyHeld,
    /// Another department has the name, or its certificates say it.
    DepartmentTaken,
}

/// A rule that says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// The mailbox was not validated (invariant 5).
    MailboxNotValidated {
        /// Its address; empty where it is no longer in the register.
        mailbox: String,
    },
    /// The mailbox was validated too long ago (invariant 5, `mailbox.valid_days`): an officer records a new validation.
    MailboxValidationEnded {
        /// Its address.
        mailbox: String,
        /// The last second at which the validation counted.
        ended: Timestamp,
    },
    /// The department has not been set up.
    NotSetUp,
    /// Wrong code, password or session.
    SignIn,
    /// Too many failures; try later.
    TooManyTries,
    /// The link has ended (expired, used, cancelled, too many tries).
    LinkEnded,
    /// The device could not prove what it must (OTA 403).
    Device,
    /// Encryption keys are never enrolled by SCEP (invariant 2).
    EncryptionByScep,
    /// The clock is behind the last ledger row.
    ClockBehind,
    /// Keys that sign are made by their holder: never here (invariant 1).
    SigningKeyHere,
    /// A gate between pilot and production is closed.
    GatesClosed,
    /// The certificate profile is not offered.
    NotOffered,
    /// Under four eyes another officer approves than the one who made the challenge or asked for the act.
    SecondOfficer,
    /// There are several departments, and none was named.
    WhichDepartment,
    /// The setting is the same for the whole network: it is set for the organization.
    OrganizationOnly,
}

/// What is not there just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dependency {
    /// The keyring is missing or locked.
    Keyring(String),
    /// The folder cannot be written.
    Folder(String),
    /// The disk is full.
    DiskFull,
    /// The database file is damaged.
    DatabaseDamaged(String),
    /// Another process holds the database for longer than 10 s.
    DatabaseBusy,
    /// A key that is needed is not here (root on removable media).
    Key(&'static str),
    /// As much as may be is under way at once.
    Busy,
}

/// Something that should not happen; logged with an incident id, never shown.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub String);

/// The one error of this crate.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The caller can fix the input.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which input.
        field: &'static str,
        /// What to give instead.
        reason: String,
    },
    /// Not here.
    #[error("not found: {0:?}")]
    NotFound(Noun),
    /// Already so.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// A rule says no.
    #[error("denied: {0:?}")]
    Denied(Denied),
    /// Try later, or repair this first.
    #[error("unavailable: {0:?}")]
    Unavailable(Dependency),
    /// Ours.
    #[error("internal: {0}")]
    Internal(#[from] Fault),
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A stable word for programs, the same on the screen and on the command line. Sentences for people belong to whoever shows them.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::Invalid { .. } => "validation",
            Error::NotFound(_) => "notFound",
            Error::Conflict(conflict) => match conflict {
                Conflict::AlreadySetUp => "alreadySetUp",
                Conflict::MailboxTaken => "mailboxTaken",
                Conflict::NameTaken => "nameTaken",
                Conflict::AlreadyRevoked => "alreadyRevoked",
                Conflict::EnrollmentEnded => "enrollmentEnded",
                Conflict::ActiveCertificates => "activeCertificates",
                Conflict::NewerDatabase => "newerDatabase",
                Conflict::ActiveEncryption => "activeEncryption",
                Conflict::BatchUnderWay => "batchUnderWay",
                Conflict::BatchEnded => "batchEnded",
                Conflict::NotHeld => "notHeld",
                Conflict::AlreadyHeld => "alreadyHeld",
                Conflict::DepartmentTaken => "departmentTaken",
            },
            Error::Denied(denied) => match denied {
                Denied::MailboxNotValidated { .. } => "mailboxNotValidated",
                Denied::MailboxValidationEnded { .. } => "mailboxValidationEnded",
                Denied::NotSetUp => "notSetUp",
                Denied::SignIn => "signIn",
                Denied::TooManyTries => "tooManyTries",
                Denied::LinkEnded => "linkEnded",
                Denied::Device => "device",
                Denied::EncryptionByScep => "encryptionByScep",
                Denied::ClockBehind => "clockBehind",
                Denied::SigningKeyHere => "signingKeyHere",
                Denied::GatesClosed => "gatesClosed",
                Denied::NotOffered => "notOffered",
                Denied::SecondOfficer => "secondOfficer",
                Denied::WhichDepartment => "whichDepartment",
                Denied::OrganizationOnly => "organizationOnly",
            },
            Error::Unavailable(dependency) => match dependency {
                Dependency::Keyring(_) => "keyring",
                Dependency::Folder(_) => "folder",
                Dependency::DiskFull => "diskFull",
                Dependency::DatabaseDamaged(_) => "databaseDamaged",
                Dependency::DatabaseBusy => "databaseBusy",
                Dependency::Key(_) => "keyElsewhere",
                Dependency::Busy => "busy",
            },
            Error::Internal(_) => "internal",
        }
    }
    /// Shorthand for invalid input.
    pub fn invalid(field: &'static str, reason: impl Into<String>) -> Self {
        Error::Invalid { field, reason: reason.into() }
    }
    /// Shorthand for a fault.
    pub fn fault(what: impl std::fmt::Display) -> Self {
        Error::Internal(Fault(what.to_string()))
    }
}

impl From<protocol::Error> for Error {
    fn from(e: protocol::Error) -> Self {
        Error::fault(e)
    }
}
