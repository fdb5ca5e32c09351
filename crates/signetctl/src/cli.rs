//! What can be typed.

mod certificate;
mod department;
mod find;
mod invite;
mod issue;
mod parse;
mod policy;
mod settings;
mod subscriber;

pub(crate) use certificate::{Act, Certificate, How, Which};
use clap::{Args, Parser, Subcommand, ValueEnum};
pub(crate) use department::{At, Department, Place};
pub(crate) use find::{CertificateList, Report};
pub(crate) use invite::{InvitationFiles, Invite, Picture};
pub(crate) use issue::{Container, Issue, IssueBatch, NewKey};
use parse::*;
pub(crate) use policy::Policy;
use protocol::{Timestamp, crl::Reason, key::KeyAlgorithm, x509::SerialNumber};
use ra::{
    id,
    invitation::Channel,
    mailbox::Method,
    policy::{Gate, Language},
    profile::ProfileName,
};
pub(crate) use settings::Settings;
use std::{net::SocketAddr, path::PathBuf};
pub(crate) use subscriber::Subscriber;

/// Client certificates for a department: issue, enroll iPhones, revoke, prove.
#[derive(Parser)]
#[command(name = "signetctl", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// The data folder; otherwise $SIGNET_DATA, otherwise the account's own.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Print exactly one JSON value (not with what writes a file's bytes).
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// The same, or why options do not go together where clap cannot tell.
    pub(crate) fn checked(self) -> Result<Self, clap::Error> {
        match &self.command {
            Command::Invite(invite) => invite.check()?,
            Command::Certificate(Certificate::List(list)) => list.check()?,
            _ => {}
        }
        Ok(self)
    }
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Set up the department: its CA, its keys, its first settings.
    Init(Init),
    /// Serve the portal, SCEP, CRLs and OCSP until interrupted.
    Serve(Serve),
    /// Departments under the CA of this folder.
    #[command(subcommand)]
    Department(Department),
    /// People and functional mailboxes.
    #[command(subcommand)]
    Subscriber(Subscriber),
    /// Make a link and a code for a person's phone.
    Invite(Invite),
    /// Enrollments and their timelines.
    #[command(subcommand)]
    Enrollment(Enrollment),
    /// Certificates.
    #[command(subcommand)]
    Certificate(Certificate),
    /// Issue certificates to everybody in a CSV file with a column `mail` (and perhaps `name` and `csr`).
    IssueBatch(IssueBatch),
    /// Acts on many certificates that wait for a second officer.
    #[command(subcommand)]
    Act(Act),
    /// Challenges for SCEP clients other than iPhones, and requests that wait for approval.
    #[command(subcommand)]
    Scep(Scep),
    /// Certificate revocation lists.
    #[command(subcommand)]
    Crl(Crl),
    /// The portal's TLS certificate.
    #[command(subcommand)]
    Tls(Tls),
    /// The ledger.
    #[command(subcommand)]
    Ledger(Ledger),
    /// Write a report, with its filter, its time and the ledger's head.
    Report(Report),
    /// Certificate profiles, bundles, escrow, pilot and production.
    #[command(subcommand)]
    Policy(Policy),
    /// Settings of the organization and its departments.
    #[command(subcommand)]
    Settings(Settings),
    /// Fill the store with certificates of many people and measure how long finding takes.
    #[cfg(feature = "bench")]
    BenchFind {
        /// How many certificates to add.
        #[arg(default_value_t = 1_000_000)]
        count: u64,
        /// Ask nothing.
        #[arg(long)]
        only_fill: bool,
    },
    /// Store many certificates at once, to measure with.
    #[cfg(feature = "bench")]
    Fill {
        /// How many.
        count: u64,
        /// Revoke them all, too.
        #[arg(long)]
        revoked: bool,
    },
}

#[derive(Args)]
pub(crate) struct Init {
    /// Name of the organization; stands in every certificate.
    #[arg(long, value_name = "NAME")]
    pub(crate) organization: String,
    /// Name of the department; stands in every certificate.
    #[arg(long, value_name = "NAME")]
    pub(crate) department: String,
    /// Mail domain of the people; may be given several times.
    #[arg(long = "mail-domain", value_name = "DOMAIN", required = true)]
    pub(crate) mail_domains: Vec<String>,
    /// Host name or address by which phones reach the portal; may be given several times.
    #[arg(long = "host", value_name = "NAME")]
    pub(crate) hosts: Vec<String>,
    /// Key of root and issuing CA: rsa2048, rsa3072, rsa4096, p256 or p384 (the last two are not confirmed on iPhones).
    #[arg(long, value_name = "KIND", default_value = "rsa3072", value_parser = key_algorithm)]
    pub(crate) ca_key: KeyAlgorithm,
    /// Where the key that seals all keys is kept: `os`, or `passphrase-file FILE`.
    #[arg(long, num_args = 1..=2, value_names = ["KIND", "FILE"])]
    pub(crate) keyring: Vec<String>,
    /// Address of CRLs and CA certificates (default: plain HTTP at the host of the public URL).
    #[arg(long, value_name = "URL")]
    pub(crate) status_url: Option<String>,
    /// How long the certificates live that are made here, and what comes later: `validity.root_years=25`; may be given several times.
    #[arg(long = "setting", value_name = "KEY=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, String)>,
    /// A department for trying things out, never for real people; says so on every page.
    #[arg(long)]
    pub(crate) training: bool,
}

#[derive(Args)]
pub(crate) struct Serve {
    /// Address and port for HTTPS; remembered.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) https: Option<SocketAddr>,
    /// Address and port for plain HTTP (SCEP, CRLs, OCSP, CA certificates); remembered.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) http: Option<SocketAddr>,
    /// How phones reach HTTPS, such as `https://pki.example.edu:8443`; remembered.
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// How everybody reaches plain HTTP; remembered.
    #[arg(long, value_name = "URL")]
    pub(crate) status_url: Option<String>,
    /// Certificates (PEM) of device CAs that are accepted beside Apple's; remembered.
    #[arg(long, value_name = "FILE")]
    pub(crate) device_ca: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum Enrollment {
    /// List enrollments, newest first.
    List {
        /// Only those of the person with this address.
        #[arg(long)]
        mail: Option<String>,
        /// At most this many.
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Show one with its timeline.
    Show {
        /// Enrollment.
        #[arg(value_parser = enrollment_id)]
        id: id::EnrollmentId,
    },
    /// End one: its link and its challenges are dead; certificates stay.
    Cancel {
        /// Enrollment.
        #[arg(value_parser = enrollment_id)]
        id: id::EnrollmentId,
    },
    /// Make a new link and code for one; the old ones are dead.
    Resend {
        /// Enrollment.
        #[arg(value_parser = enrollment_id)]
        id: id::EnrollmentId,
        #[command(flatten)]
        files: InvitationFiles,
    },
}

#[derive(Subcommand)]
pub(crate) enum Scep {
    /// Make challenges for a person's other devices; prints one JSON object a line.
    Challenge {
        /// Mail address of the person.
        mail: String,
        /// Certificate profile: signing, authentication, or functional while its key only signs.
        #[arg(long, value_parser = profile)]
        profile: ProfileName,
        /// How many.
        #[arg(long, default_value_t = 1)]
        count: u32,
    },
    /// List requests that wait for approval.
    Pending,
    /// Approve a request: the client gets its certificate at its next poll.
    Approve {
        /// Request.
        #[arg(value_parser = request_id)]
        id: id::RequestId,
    },
    /// Refuse a request.
    Refuse {
        /// Request.
        #[arg(value_parser = request_id)]
        id: id::RequestId,
        /// Why; stands in the ledger.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Crl {
    /// Put the current CRLs and CA certificates (root.crl, issuing.crl, root.crt, issuing.crt) where they stay up.
    Publish {
        /// A folder, or an `https://` address that takes PUT (WebDAV); otherwise all targets, now.
        #[arg(long, value_name = "DIR|URL")]
        to: Option<String>,
    },
    /// Show until when the root's CRL is good, and whether its key has to be attached.
    Root,
    /// Make the root's CRL anew with the root's key, from the file that it was moved to.
    SignRoot {
        /// That file; left out while the key is still in the data folder.
        #[arg(long, value_name = "FILE")]
        root_key: Option<PathBuf>,
        /// File that holds its passphrase; otherwise it is asked for.
        #[arg(long, value_name = "FILE", requires = "root_key")]
        passphrase_file: Option<PathBuf>,
    },
    /// Move the root's key out of the data folder into a new file, encrypted, for removable media.
    MoveRootKey {
        /// The new file.
        file: PathBuf,
        /// File that holds the passphrase to encrypt it with; otherwise it is asked for.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Show where `serve` publishes, and what a relying party finds there.
    Targets,
    /// Publish to a folder or an address from now on, at every change.
    AddTarget {
        /// A folder, or an `https://` address that takes PUT (WebDAV).
        address: String,
        /// Name for HTTP Basic; the password is asked for.
        #[arg(long)]
        user: Option<String>,
        /// File that holds the password.
        #[arg(long, value_name = "FILE", requires = "user")]
        password_file: Option<PathBuf>,
    },
    /// Stop publishing to a target; what is there stays.
    RemoveTarget {
        /// Its id, by `signetctl crl targets`.
        #[arg(value_parser = target_id)]
        id: id::TargetId,
    },
}

#[derive(Subcommand)]
pub(crate) enum Tls {
    /// Use a certificate of a public CA for the portal.
    Import {
        /// PKCS#12, or PEM with chain and key.
        file: PathBuf,
        /// File that holds its password; otherwise it is asked for.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Go back to a certificate of the department's own CA.
    Own,
}

#[derive(Subcommand)]
pub(crate) enum Ledger {
    /// Walk the whole hash chain.
    Verify,
}

/// What `export` writes.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    Pem,
    Der,
    Chain,
    #[value(alias = "p7b")]
    P7c,
}

/// What `share` writes.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ShareFormat {
    Vcard,
    Ldif,
}
