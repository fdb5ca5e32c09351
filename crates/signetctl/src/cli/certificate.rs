//! What can be typed about certificates and acts on them.

use super::*;

#[derive(Subcommand)]
pub(crate) enum Certificate {
    /// Issue one: from a person's request, or with a key made here that only decrypts.
    Issue(Issue),
    /// Take in certificates that other CAs issued (PEM, DER, PKCS#7, or folders of them), as history.
    Import {
        /// Files and folders.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// List certificates, newest first.
    List(super::CertificateList),
    /// Show one: what it says, when its hold becomes a revocation, by which versions of policy and CPS it was issued, what is wrong with its
    /// form (RFC 5280) and what is advised (S/MIME baseline).
    Show {
        /// Serial number, hex.
        #[arg(value_parser = serial)]
        serial: SerialNumber,
    },
    /// Write one to standard output.
    Export {
        /// Serial number, hex.
        #[arg(value_parser = serial)]
        serial: SerialNumber,
        /// `pem`, `der`, `chain` (PEM with issuing CA and root), or `p7c` (the same in one file for mail programs).
        #[arg(long, default_value = "pem")]
        format: Format,
    },
    /// Renew: the same key, a new validity; the old one is superseded.
    Renew {
        /// Serial numbers, hex.
        #[arg(value_parser = serial, required = true, value_name = "SERIAL")]
        serials: Vec<SerialNumber>,
        /// Say what each new one would be and what becomes of the old one; change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Replace one by a certificate for another key of the same person: from a request, or with a key made here that only decrypts.
    Replace {
        /// Serial number, hex.
        #[arg(value_parser = serial)]
        serial: SerialNumber,
        #[command(flatten)]
        key: NewKey,
        /// Revoke the old one for this reason in the same act; otherwise it is superseded and stays valid until it ends.
        #[arg(long, value_name = "REASON", value_parser = reason)]
        revoke: Option<Reason>,
        /// Say what the new one would be, what becomes of the old one and what breaks; change nothing, make no key, leave no file.
        #[arg(long)]
        dry_run: bool,
    },
    /// Put on hold: not trusted until it is reinstated. All or none of several.
    Hold {
        #[command(flatten)]
        which: Which,
        /// Perhaps lost: becomes a revocation after the days of the setting `revoke.maybe_lost_days` unless reinstated before.
        #[arg(long)]
        maybe_lost: bool,
        #[command(flatten)]
        how: How,
    },
    /// Take a hold back.
    Reinstate {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        how: How,
    },
    /// Sign and encrypt with a person's certificates, as far as their keys are here.
    SelfTest {
        /// Mail address of the person.
        mail: String,
        /// A PKCS#12 file that its holder lends, to try the private side too; nothing of it is kept.
        #[arg(long)]
        p12: Option<PathBuf>,
        /// File with its password; otherwise it is asked for.
        #[arg(long, requires = "p12")]
        password_file: Option<PathBuf>,
    },
    /// Revoke for good; the next CRL says so. All or none of several.
    Revoke {
        #[command(flatten)]
        which: Which,
        /// Since when the key is to be distrusted, such as 2026-11-20T08:00:00Z.
        #[arg(long, value_name = "TIME", value_parser = time)]
        invalid_since: Option<Timestamp>,
        #[command(flatten)]
        how: How,
        /// unspecified or keyCompromise, which are due within 24 hours (S/MIME BR 4.9.1.1); affiliationChanged, superseded,
        /// cessationOfOperation or privilegeWithdrawn, due within 5 days. Within 24 hours, whatever the reason, where the holder asks for
        /// it, never asked for the certificate, or where somebody else may have the mailbox.
        #[arg(long, default_value = "unspecified", value_parser = reason)]
        reason: Reason,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// Which certificates an act is about.
#[derive(Args)]
pub(crate) struct Which {
    /// Serial numbers, hex.
    #[arg(value_parser = serial, required_unless_present = "device", value_name = "SERIAL")]
    pub(crate) serials: Vec<SerialNumber>,
    /// All that fit of a device; `subscriber show` names it.
    #[arg(long, value_name = "DEVICE", value_parser = device_id, conflicts_with = "serials")]
    pub(crate) device: Option<id::DeviceId>,
}

/// What goes with an act on certificates.
#[derive(Args)]
pub(crate) struct How {
    /// Why; stands in the ledger.
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub(crate) why: String,
    /// Say what would happen, to whom, and what breaks; change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Subcommand)]
pub(crate) enum Act {
    /// List what waits.
    List,
    /// Approve and carry out what another officer asked for.
    Approve {
        /// Act.
        #[arg(value_parser = act_id)]
        id: id::ActId,
    },
    /// Refuse it.
    Refuse {
        /// Act.
        #[arg(value_parser = act_id)]
        id: id::ActId,
        /// Why; stands in the ledger.
        #[arg(long)]
        reason: String,
    },
}
