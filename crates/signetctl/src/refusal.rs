//! Why a command was refused, and what to do next: one total table from the authority's errors to sentences.

use enroll::ServeError;
use ra::{Conflict, Denied, Dependency, Error, Noun};
use serde::Serialize;

/// A refused command.
#[derive(Debug, Serialize)]
pub(crate) struct Refusal {
    /// A stable word for programs.
    pub(crate) code: &'static str,
    /// What happened, to what.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) next: String,
    /// What was done all the same, beside `error` in the JSON.
    #[serde(skip)]
    pub(crate) done: Option<serde_json::Value>,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>, next: impl Into<String>) -> Self {
        Refusal { code, message: message.into(), next: next.into(), done: None }
    }

    /// One JSON value: `{"error": {"code", "message", "next"}}` and what was done all the same.
    pub(crate) fn for_programs(&self) -> serde_json::Value {
        let done = self.done.as_ref().and_then(|done| done.as_object().cloned());
        let mut all = done.unwrap_or_default();
        all.insert("error".to_owned(), serde_json::json!(self));
        all.into()
    }

    /// Two lines for standard error.
    pub(crate) fn for_people(&self) -> String {
        format!("signetctl: {}\n           {}", self.message, self.next)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let code = error.code();
        let (message, next) = match &error {
            Error::Invalid { field, reason } => (format!("{field}: {reason}."), "Correct it and try again.".to_owned()),
            Error::NotFound(noun) => not_found(*noun),
            Error::Conflict(conflict) => owned(self::conflict(*conflict)),
            Error::Denied(denied) => self::denied(denied),
            Error::Unavailable(dependency) => unavailable(dependency),
            Error::Internal(fault) => {
                let incident = incident();
                tracing::error!(%incident, cause = %fault, "internal error");
                (
                    format!("Signet made a mistake (incident {incident})."),
                    "Nothing was changed. Report it with the line of the log that has this number.".to_owned(),
                )
            }
        };
        Refusal { code, message: sentence(&message), next, done: None }
    }
}

/// With exactly one full stop; reasons come with one or without.
fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

fn owned((message, next): (&str, &str)) -> (String, String) {
    (message.to_owned(), next.to_owned())
}

fn not_found(noun: Noun) -> (String, String) {
    let (what, next) = match noun {
        Noun::Unit => ("department", "`signetctl department list` shows all."),
        Noun::Subscriber => ("person", "`signetctl subscriber list` shows everybody."),
        Noun::Mailbox => ("mail address", "`signetctl subscriber list` shows everybody with their addresses."),
        Noun::Enrollment => ("enrollment", "`signetctl enrollment list` shows all."),
        Noun::Certificate => ("certificate", "`signetctl certificate list --all` shows all."),
        Noun::Profile => ("certificate profile", "There are signing, encryption, authentication, document and functional."),
        Noun::Request => ("request that waits", "`signetctl scep pending` shows all; it may have been answered already."),
        Noun::Setting => ("setting of this name", "`signetctl settings get` shows all."),
        Noun::Bundle => ("bundle", "`signetctl policy show` names all."),
        Noun::Crl => ("CRL of this name", "There are root and issuing."),
        Noun::Device => ("device", "`signetctl subscriber show MAIL` shows a person's devices."),
        Noun::Act => ("act that waits for a second officer", "`signetctl act list` shows all; it may have been decided already."),
        Noun::View => ("saved view", "It may have been deleted; look at the list of views."),
        Noun::Batch => ("batch", "Start it again from its list."),
        Noun::Target => ("publication target", "`signetctl crl targets` shows what to write here."),
        Noun::Plan => ("version of the plan for decryption keys", "`signetctl policy plan` shows the last one and which there are."),
    };
    (format!("There is no such {what}."), next.to_owned())
}

fn conflict(conflict: Conflict) -> (&'static str, &'static str) {
    match conflict {
        Conflict::AlreadySetUp => ("This folder already has a department.", "Use it, or name another folder with --data DIR."),
        Conflict::MailboxTaken => ("This mail address belongs to another person.", "`signetctl subscriber show ADDRESS` says to whom."),
        Conflict::NameTaken => {
            ("This name belongs to another person, for ever (CPS 3.1.5).", "Add something that tells the two apart, such as a middle name.")
        }
        Conflict::AlreadyRevoked => {
            ("The certificate is revoked already.", "Nothing is left to do; `signetctl certificate show SERIAL` shows it.")
        }
        Conflict::EnrollmentEnded => ("The enrollment has ended.", "Invite the person again."),
        Conflict::ActiveCertificates => (
            "The person still has certificates that work or are on hold, replaced ones among them.",
            "Revoke them first; `signetctl certificate list --mail MAIL` shows all.",
        ),
        Conflict::ActiveEncryption => (
            "The person has an active certificate of this kind, and may have one only.",
            "Give --replace to issue a new one in its place; what was encrypted to the old one stays readable with the old key.",
        ),
        Conflict::BatchUnderWay => ("Another program works on this batch.", "Wait until it has ended, or end it there."),
        Conflict::NotHeld => {
            ("The certificate is not held.", "Only a hold can be taken back; `signetctl certificate show SERIAL` shows its status.")
        }
        Conflict::AlreadyHeld => ("The certificate is held already.", "Reinstate it, or revoke it for good."),
        Conflict::DepartmentTaken => (
            "Another department has this name, or its certificates state it.",
            "Choose another name; `signetctl department list` shows all.",
        ),
        Conflict::BatchEnded => ("The batch has ended.", "Start a new one from its list."),
        Conflict::NewerDatabase => ("A newer Signet wrote this folder.", "Install that version or a later one; nothing was changed."),
    }
}

fn denied(denied: &Denied) -> (String, String) {
    owned(match denied {
        Denied::MailboxNotValidated { mailbox } => {
            let (whose, mail) = if mailbox.is_empty() { ("this mailbox", "MAIL") } else { (mailbox.as_str(), mailbox.as_str()) };
            return (
                format!("Nobody has recorded that {whose} is the person's (CPS 4.2.1)."),
                format!("Record it: signetctl subscriber validate {mail} --method in-person --evidence TEXT."),
            );
        }
        Denied::MailboxValidationEnded { mailbox, ended } => {
            return (
                format!("The validation of {mailbox} ended at {ended} (CPS 4.2.1)."),
                format!("Record a new validation: signetctl subscriber validate {mailbox} --method in-person --evidence TEXT."),
            );
        }
        Denied::NotSetUp => ("There is no department in this folder.", "Run `signetctl init`, or name the right folder with --data DIR."),
        Denied::SignIn => ("The sign-in was refused.", "Check the code or password."),
        Denied::TooManyTries => ("There were too many failed tries.", "Wait a while, or send a new invitation."),
        Denied::LinkEnded => ("The link has ended.", "Send a new invitation."),
        Denied::Device => ("The device could not prove what it must.", "Look at the enrollment's timeline."),
        Denied::EncryptionByScep => (
            "Keys that decrypt are made by Signet; a device or a request cannot bring its own.",
            "Give --generate to have one made, or choose another certificate profile, such as signing or authentication.",
        ),
        Denied::SigningKeyHere => (
            "Keys that sign or prove who somebody is are made by their holder, never by Signet.",
            "Give the holder's request with --csr FILE, or invite the person's phone.",
        ),
        Denied::GatesClosed => (
            "A gate between pilot and production is closed.",
            "`signetctl policy gates` shows which; complete each, or override it by name and reason.",
        ),
        Denied::NotOffered => {
            ("This certificate profile is not offered.", "Choose another one, or offer it: signetctl policy set PROFILE offered=yes.")
        }
        Denied::SecondOfficer => (
            "This needs two officers: you asked for it, or you have changed as many certificates as one officer may alone.",
            "Ask another officer to approve it from their own account.",
        ),
        Denied::WhichDepartment => {
            ("There are several departments, and none was named.", "Name it with --department NAME; `signetctl department list` shows all.")
        }
        Denied::OrganizationOnly => (
            "This setting is the same for all departments.",
            "Set it for the organization: leave --department out, or give --organization.",
        ),
        Denied::ClockBehind => ("This computer's clock is behind the last entry of the ledger.", "Set the clock right and try again."),
    })
}

fn unavailable(dependency: &Dependency) -> (String, String) {
    match dependency {
        Dependency::Keyring(why) => (
            format!("The key that seals all keys cannot be reached: {why}."),
            "Unlock the system's keyring, or check the passphrase file that was named at set-up.".to_owned(),
        ),
        Dependency::Folder(why) => (
            format!("The data folder cannot be used: {why}."),
            "Check that it exists and that you may write to it, or name another one with --data DIR.".to_owned(),
        ),
        Dependency::DiskFull => ("The disk is full; nothing was changed.".to_owned(), "Make room and try again.".to_owned()),
        Dependency::DatabaseDamaged(why) => (
            format!("The database is damaged: {why}."),
            "Keep the folder as it is and restore the last backup into another one.".to_owned(),
        ),
        Dependency::DatabaseBusy => (
            "Another program has been writing to the database for more than ten seconds.".to_owned(),
            "Try again; end a program that hangs.".to_owned(),
        ),
        Dependency::Key(which) => (
            format!("The key of {which} is not in this folder."),
            "It was moved to removable media; bring it back for this step.".to_owned(),
        ),
        Dependency::Busy => ("As much as may be is under way at once.".to_owned(), "Try again in a moment.".to_owned()),
    }
}

impl From<ServeError> for Refusal {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::InUse(at) => Refusal::new(
                "portInUse",
                format!("Another program listens on {at}."),
                "Choose another port with --https or --http, or stop that program.",
            ),
            ServeError::NotAllowed(at) => {
                Refusal::new("portNotAllowed", format!("The system keeps {at} to itself."), "Choose a port above 1023.")
            }
            ServeError::NoSuchAddress(at) => Refusal::new(
                "address",
                format!("{} is no address of this computer.", at.ip()),
                "Choose one of its own addresses, or 0.0.0.0 for all.",
            ),
            ServeError::Tls(why) => Refusal::new(
                "tls",
                format!("The portal's TLS certificate cannot be used: {why}."),
                "Import another one with `signetctl tls import FILE`.",
            ),
            ServeError::Authority(error) => error.into(),
            ServeError::Listen { .. } | ServeError::Start(_) => {
                Refusal::new("serve", format!("{error}."), "Check the address, the port and the limits of the system.")
            }
        }
    }
}

/// Eight characters that can be read out on the telephone; they link the answer with the log.
fn incident() -> String {
    let id = ra::id::RequestId::fresh().to_string().replace('-', "").to_uppercase();
    id.chars().skip(id.len().saturating_sub(8)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_nobody_validated_is_named_with_the_command_that_records_it() {
        let refusal = Refusal::from(Error::Denied(Denied::MailboxNotValidated { mailbox: "second@example.edu".into() }));
        assert!(refusal.message.contains("that second@example.edu is the person's"), "{}", refusal.message);
        assert!(refusal.next.contains("signetctl subscriber validate second@example.edu --method"), "{}", refusal.next);
    }

    #[test]
    fn every_sentence_ends_and_says_what_to_do() {
        let errors = [
            Error::invalid("mail", "write an address"),
            Error::invalid("mail", "write an address."),
            Error::NotFound(Noun::Crl),
            Error::NotFound(Noun::View),
            Error::NotFound(Noun::Target),
            Error::NotFound(Noun::Plan),
            Error::Conflict(Conflict::NameTaken),
            Error::Denied(Denied::MailboxNotValidated { mailbox: "alice@example.edu".into() }),
            Error::Denied(Denied::MailboxNotValidated { mailbox: String::new() }),
            Error::Denied(Denied::MailboxValidationEnded { mailbox: "alice@example.edu".into(), ended: protocol::Timestamp(0) }),
            Error::Unavailable(Dependency::Keyring("it is locked".into())),
            Error::Unavailable(Dependency::DiskFull),
            Error::fault("SELECT secret"),
        ];
        for error in errors {
            let refusal = Refusal::from(error.clone());
            assert_eq!(refusal.code, error.code());
            for sentence in [&refusal.message, &refusal.next] {
                assert!(sentence.ends_with('.') && !sentence.ends_with(".."), "{sentence}");
            }
            assert!(!refusal.message.contains("SELECT"), "the cause of a fault is for the log alone");
        }
    }

    #[test]
    fn why_nothing_listens_is_said_with_its_own_word_and_what_to_do() {
        let at: std::net::SocketAddr = "192.0.2.4:443".parse().unwrap();
        let system = || std::io::Error::other("too many open files");
        let all = [
            (ServeError::InUse(at), "portInUse", "Another program listens on 192.0.2.4:443.", "--https or --http"),
            (ServeError::NotAllowed(at), "portNotAllowed", "The system keeps 192.0.2.4:443 to itself.", "above 1023"),
            (ServeError::NoSuchAddress(at), "address", "192.0.2.4 is no address of this computer.", "0.0.0.0 for all"),
            (
                ServeError::Tls("it has no key".into()),
                "tls",
                "The portal's TLS certificate cannot be used: it has no key.",
                "signetctl tls import FILE",
            ),
            (
                ServeError::Authority(Error::Denied(Denied::NotSetUp)),
                "notSetUp",
                "There is no department in this folder.",
                "signetctl init",
            ),
            (
                ServeError::Listen { address: at, source: system() },
                "serve",
                "cannot listen on 192.0.2.4:443: too many open files.",
                "the limits of the system",
            ),
            (ServeError::Start(system()), "serve", "the server could not start: too many open files.", "the limits of the system"),
        ];
        for (error, code, message, next) in all {
            let refusal = Refusal::from(error);
            assert_eq!((refusal.code, refusal.message.as_str()), (code, message));
            assert!(refusal.next.contains(next) && refusal.next.ends_with('.') && !refusal.next.ends_with(".."), "{}", refusal.next);
        }
    }
}
