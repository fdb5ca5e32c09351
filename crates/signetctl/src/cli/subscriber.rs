//! What can be typed about people and functional mailboxes.

use super::*;

#[derive(Subcommand)]
pub(crate) enum Subscriber {
    /// Add a person or a functional mailbox.
    Add {
        /// Name as people write it.
        #[arg(long)]
        name: String,
        /// Mail address.
        #[arg(long)]
        mail: String,
        /// A functional mailbox (office@...), not a person.
        #[arg(long)]
        functional: bool,
        #[command(flatten)]
        at: At,
    },
    /// List people.
    List {
        /// Part of a name or an address.
        #[arg(long)]
        search: Option<String>,
        /// At most this many.
        #[arg(long)]
        limit: Option<u32>,
        /// Only those of this department.
        #[arg(long, value_name = "NAME")]
        department: Option<String>,
    },
    /// Show one with mailboxes and devices.
    Show {
        /// Mail address.
        mail: String,
    },
    /// Add everybody in a CSV file with the columns `name` and `mail` (and `kind`: person or functional, and `department`).
    Import {
        /// The file, UTF-8; `-` for standard input.
        file: PathBuf,
        #[command(flatten)]
        at: At,
    },
    /// Move a person to another department: for future certificates; what was issued stays as it is.
    Move {
        /// Mail address.
        mail: String,
        /// Name of the department.
        #[arg(long, value_name = "NAME")]
        department: String,
    },
    /// The person leaves: revoke everything, end enrollments, and issue nothing more.
    Offboard {
        /// Mail address.
        mail: String,
        /// affiliationChanged, or cessationOfOperation for a mailbox that closes.
        #[arg(long, default_value = "affiliationChanged", value_parser = reason)]
        reason: Reason,
        /// Who may read what was written to the person.
        #[arg(long, value_name = "TEXT")]
        successor: Option<String>,
        /// Until when keys are to be kept; recorded, no key is kept yet.
        #[arg(long, value_name = "TIME", value_parser = time)]
        keep_until: Option<Timestamp>,
        #[command(flatten)]
        how: How,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Write a person's active certificates for correspondents to standard output.
    Share {
        /// Mail address.
        mail: String,
        /// `vcard` or `ldif`.
        #[arg(long, default_value = "vcard")]
        format: ShareFormat,
    },
    /// Add a further address to somebody.
    AddMailbox {
        /// Mail address.
        mail: String,
        /// The new one.
        address: String,
    },
    /// Remove somebody who has no active certificate; the name stays theirs for ever.
    Remove {
        /// Mail address.
        mail: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Record that a mailbox was seen to be the person's.
    Validate {
        /// Mail address.
        mail: String,
        /// How: `in-person` or `records`.
        #[arg(long, value_parser = method)]
        method: Method,
        /// What was seen.
        #[arg(long)]
        evidence: String,
    },
}
