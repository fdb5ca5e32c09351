//! What the screen is told when a command is refused: one code, never a cause. Words and next steps are the window's (`ui/src/lib/errors.ts`).

use ra::{Conflict, Denied, Dependency, Error};
use serde::Serialize;
use specta::Type;

/// Why. The window has a sentence and a next step for each; a new code breaks its type check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Code {
    /// The input can be corrected: see `field` and `message`.
    Validation,
    /// It is not here (any more).
    NotFound,
    /// The department is already set up.
    AlreadySetUp,
    /// The address belongs to another subscriber.
    MailboxTaken,
    /// The name belongs to another subscriber for ever.
    NameTaken,
    /// The certificate is revoked already.
    AlreadyRevoked,
    /// The enrollment has ended.
    EnrollmentEnded,
    /// The person still has active certificates.
    ActiveCertificates,
    /// The person has an active certificate that encrypts, and may have one only.
    ActiveEncryption,
    /// Another program works on the batch, or it has ended.
    Batch,
    /// Keys that sign are never made here.
    SigningKeyHere,
    /// Keys that decrypt are made here: a request or a phone brings none.
    EncryptionByScep,
    /// The certificate is not held, or is held already.
    Hold,
    /// Another department has the name.
    DepartmentTaken,
    /// A newer Signet wrote this folder.
    NewerDatabase,
    /// The mailbox has no recorded validation: `message` has its address, where it is in the register.
    MailboxNotValidated,
    /// The validation of the mailbox has ended: `message` has the address and the time, with a blank between them.
    MailboxValidationEnded,
    /// There is no department yet.
    NotSetUp,
    /// Another rule said no.
    Denied,
    /// A gate between pilot and production is closed.
    GatesClosed,
    /// The certificate profile is not offered.
    NotOffered,
    /// Another officer must approve.
    SecondOfficer,
    /// There are several departments, and none was chosen.
    WhichDepartment,
    /// It is set for the organization, not for a department.
    OrganizationOnly,
    /// The computer's clock is behind the ledger.
    ClockBehind,
    /// The keyring is missing or locked.
    Keyring,
    /// The data folder cannot be written.
    Folder,
    /// No room left.
    DiskFull,
    /// The database is damaged.
    DatabaseDamaged,
    /// Another process holds the database.
    DatabaseBusy,
    /// The root's key is not in this folder.
    KeyElsewhere,
    /// Another program listens on the port.
    PortInUse,
    /// The system keeps the port to itself.
    PortNotAllowed,
    /// Not an address of this computer.
    Address,
    /// The TLS certificate cannot be used.
    Tls,
    /// A chosen file could not be read or written.
    File,
    /// Two keys were to go into one file.
    SameFile,
    /// A certificate was issued, its key could not be saved (into this file), and it was revoked.
    KeyLost,
    /// The same, and it could not be revoked: the certificate of this serial number counts, and nobody has its key.
    KeyLostActive,
    /// Ours: logged under `incident`.
    Internal,
}

/// A refused command.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CommandError {
    /// Why.
    pub code: Code,
    /// What to give instead, or which file, port or dependency; never the cause of an internal error.
    pub message: String,
    /// Which input.
    pub field: Option<String>,
    /// Number that links screen and log.
    pub incident: Option<String>,
}

impl CommandError {
    /// A refusal with its detail.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        CommandError { code, message: message.into(), field: None, incident: None }
    }

    /// Ours: logs the cause under a new incident number and keeps it off the screen.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        let incident = incident();
        tracing::error!(%incident, %cause, "internal error");
        CommandError { incident: Some(incident), ..CommandError::new(Code::Internal, "") }
    }
}

/// Eight characters that can be read out on the telephone.
fn incident() -> String {
    let id = ra::id::EnrollmentId::fresh().to_string().replace('-', "").to_uppercase();
    let tail: String = id.chars().skip(id.len().saturating_sub(8)).collect();
    tail.chars().enumerate().flat_map(|(at, c)| (at == 4).then_some('-').into_iter().chain([c])).collect()
}

impl From<Error> for CommandError {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid { field, reason } => {
                CommandError { field: Some(field.to_owned()), ..CommandError::new(Code::Validation, reason) }
            }
            Error::NotFound(_) => CommandError::new(Code::NotFound, ""),
            Error::Conflict(conflict) => CommandError::new(conflict_code(conflict), ""),
            Error::Denied(Denied::MailboxNotValidated { mailbox }) => CommandError::new(Code::MailboxNotValidated, mailbox),
            Error::Denied(Denied::MailboxValidationEnded { mailbox, ended }) => {
                CommandError::new(Code::MailboxValidationEnded, format!("{mailbox} {ended}"))
            }
            Error::Denied(Denied::EncryptionByScep) => {
                CommandError { field: Some("csr".to_owned()), ..CommandError::new(Code::EncryptionByScep, "") }
            }
            Error::Denied(denied) => CommandError::new(denied_code(&denied), ""),
            Error::Unavailable(dependency) => unavailable(dependency),
            Error::Internal(fault) => CommandError::internal(&fault),
        }
    }
}

fn conflict_code(conflict: Conflict) -> Code {
    match conflict {
        Conflict::AlreadySetUp => Code::AlreadySetUp,
        Conflict::MailboxTaken => Code::MailboxTaken,
        Conflict::NameTaken => Code::NameTaken,
        Conflict::AlreadyRevoked => Code::AlreadyRevoked,
        Conflict::EnrollmentEnded => Code::EnrollmentEnded,
        Conflict::ActiveCertificates => Code::ActiveCertificates,
        Conflict::NewerDatabase => Code::NewerDatabase,
        Conflict::ActiveEncryption => Code::ActiveEncryption,
        Conflict::BatchUnderWay | Conflict::BatchEnded => Code::Batch,
        Conflict::NotHeld | Conflict::AlreadyHeld => Code::Hold,
        Conflict::DepartmentTaken => Code::DepartmentTaken,
    }
}

fn denied_code(denied: &Denied) -> Code {
    match denied {
        Denied::MailboxNotValidated { .. } => Code::MailboxNotValidated,
        Denied::MailboxValidationEnded { .. } => Code::MailboxValidationEnded,
        Denied::NotSetUp => Code::NotSetUp,
        Denied::ClockBehind => Code::ClockBehind,
        Denied::SigningKeyHere => Code::SigningKeyHere,
        Denied::GatesClosed => Code::GatesClosed,
        Denied::NotOffered => Code::NotOffered,
        Denied::SecondOfficer => Code::SecondOfficer,
        Denied::WhichDepartment => Code::WhichDepartment,
        Denied::OrganizationOnly => Code::OrganizationOnly,
        Denied::LinkEnded => Code::EnrollmentEnded,
        Denied::EncryptionByScep => Code::EncryptionByScep,
        Denied::SignIn | Denied::TooManyTries | Denied::Device => Code::Denied,
    }
}

fn unavailable(dependency: Dependency) -> CommandError {
    match dependency {
        Dependency::Keyring(what) => CommandError::new(Code::Keyring, what),
        Dependency::Folder(what) => CommandError::new(Code::Folder, what),
        Dependency::DiskFull => CommandError::new(Code::DiskFull, ""),
        Dependency::DatabaseDamaged(what) => CommandError::new(Code::DatabaseDamaged, what),
        // Only devices on the network are told to wait.
        Dependency::DatabaseBusy | Dependency::Busy => CommandError::new(Code::DatabaseBusy, ""),
        Dependency::Key(which) => CommandError::new(Code::KeyElsewhere, which),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_cause_never_reaches_the_screen() {
        let shown = CommandError::from(Error::fault("SELECT secret FROM vault"));
        assert_eq!(shown.code, Code::Internal);
        assert!(shown.message.is_empty(), "{}", shown.message);
        assert_eq!(shown.incident.map(|i| i.len()), Some(9), "an incident number links the screen with the log");
    }

    #[test]
    fn what_has_ended_is_said_with_the_mailbox_and_the_time() {
        let ended = Denied::MailboxValidationEnded { mailbox: "alice@example.edu".to_owned(), ended: protocol::Timestamp(1_829_642_400) };
        let shown = CommandError::from(Error::Denied(ended));
        assert_eq!((shown.code, shown.message.as_str()), (Code::MailboxValidationEnded, "alice@example.edu 2027-12-24T10:00:00Z"));
    }

    #[test]
    fn an_address_that_nobody_validated_is_named() {
        let shown = CommandError::from(Error::Denied(Denied::MailboxNotValidated { mailbox: "second@example.edu".to_owned() }));
        assert_eq!((shown.code, shown.message.as_str()), (Code::MailboxNotValidated, "second@example.edu"));
    }

    #[test]
    fn a_request_for_a_key_that_is_made_here_is_refused_by_its_own_code() {
        let shown = CommandError::from(Error::Denied(Denied::EncryptionByScep));
        assert_eq!((shown.code, shown.field.as_deref()), (Code::EncryptionByScep, Some("csr")));
    }

    #[test]
    fn what_is_not_there_has_a_code_of_its_own_and_says_which() {
        let table = [
            (Dependency::Keyring("it is locked".to_owned()), Code::Keyring, "it is locked"),
            (Dependency::Folder("/data: read-only".to_owned()), Code::Folder, "/data: read-only"),
            (Dependency::DiskFull, Code::DiskFull, ""),
            (Dependency::DatabaseDamaged("signet.db is empty".to_owned()), Code::DatabaseDamaged, "signet.db is empty"),
            (Dependency::DatabaseBusy, Code::DatabaseBusy, ""),
            (Dependency::Busy, Code::DatabaseBusy, ""),
            (Dependency::Key("root"), Code::KeyElsewhere, "root"),
        ];
        for (dependency, code, message) in table {
            let shown = CommandError::from(Error::Unavailable(dependency.clone()));
            assert_eq!((shown.code, shown.message.as_str(), shown.incident), (code, message, None), "{dependency:?}");
        }
        // What a person meets at the start, too.
        assert_eq!(CommandError::from(Error::Conflict(Conflict::NewerDatabase)).code, Code::NewerDatabase);
    }

    #[test]
    fn a_reason_for_bad_input_names_its_field() {
        let shown = CommandError::from(Error::invalid("mail", "Give an address like name@example.edu."));
        assert_eq!((shown.code, shown.field.as_deref()), (Code::Validation, Some("mail")));
        assert!(shown.message.contains("name@example.edu"));
    }
}
