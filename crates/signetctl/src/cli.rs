//! What can be typed.

mod certificate;

pub(crate) use certificate::{Act, Certificate, How};
use clap::{Args, Parser, Subcommand, ValueEnum};
use protocol::{Timestamp, crl::Reason, key::KeyAlgorithm, x509::SerialNumber};
use ra::{id, invitation::Channel, mailbox::Method, policy::Gate, profile::ProfileName};
use std::{net::SocketAddr, path::PathBuf};

/// Client certificates for a department: issue, enroll iPhones, revoke, prove.
#[derive(Parser)]
#[command(name = "signetctl", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// The data folder; otherwise $SIGNET_DATA, otherwise the account's own.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Print exactly one JSON value.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Set up the department: its CA, its keys, its first settings.
    Init(Init),
    /// Serve the portal, SCEP and CRLs until interrupted.
    Serve(Serve),
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
    /// Settings of the department.
    #[command(subcommand)]
    Settings(Settings),
    /// Fill the store with certificates of many people and measure how long finding takes.
    #[cfg(feature = "bench")]
    BenchFind {
        /// How many certificates.
        #[arg(default_value_t = 1_000_000)]
        count: u64,
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
    /// A department for trying things out, never for real people; says so on every page.
    #[arg(long)]
    pub(crate) training: bool,
}

#[derive(Args)]
pub(crate) struct Serve {
    /// Address and port for HTTPS; remembered.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) https: Option<SocketAddr>,
    /// Address and port for plain HTTP (SCEP, CRLs, CA certificates); remembered.
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
    },
    /// List people.
    List {
        /// Part of a name or an address.
        #[arg(long)]
        search: Option<String>,
        /// At most this many.
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Show one with mailboxes and devices.
    Show {
        /// Mail address.
        mail: String,
    },
    /// Add everybody in a CSV file with the columns `name` and `mail` (and `kind`: person or functional).
    Import {
        /// The file, UTF-8; `-` for standard input.
        file: PathBuf,
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
        /// Keys that are escrowed are kept until then.
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

#[derive(Args)]
pub(crate) struct Invite {
    /// Mail address of the person.
    pub(crate) mail: String,
    /// How it reaches the person: show, mail, sms or letter.
    #[arg(long, default_value = "show", value_parser = channel)]
    pub(crate) via: Channel,
    /// Write the link's QR code to FILE.svg or FILE.png, readable by you alone.
    #[arg(long, value_name = "FILE", value_parser = picture)]
    pub(crate) qr: Option<Picture>,
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
        /// Write the link's QR code to FILE.svg or FILE.png, readable by you alone.
        #[arg(long, value_name = "FILE", value_parser = picture)]
        qr: Option<Picture>,
    },
}

/// For which readers a PKCS#12 is made.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Container {
    /// Triple DES and SHA-1: Apple, gpgsm, old Windows.
    Legacy,
    /// AES-256 and SHA-256.
    Modern,
}

#[derive(Args)]
pub(crate) struct Issue {
    /// Mail address of the person.
    pub(crate) mail: String,
    /// Certificate profile: signing, encryption, authentication, document or functional.
    #[arg(long, value_parser = profile)]
    pub(crate) profile: ProfileName,
    /// The person's request (PKCS#10, PEM or DER); `-` for standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "generate", required_unless_present = "generate")]
    pub(crate) csr: Option<PathBuf>,
    /// Make the key here: profiles that encrypt only.
    #[arg(long, requires = "p12", requires = "password_out")]
    pub(crate) generate: bool,
    /// Write key, certificate and chain to this new file.
    #[arg(long, value_name = "FILE", requires = "generate")]
    pub(crate) p12: Option<PathBuf>,
    /// Write the password of that file to this new file, readable by you alone.
    #[arg(long, value_name = "FILE", requires = "generate")]
    pub(crate) password_out: Option<PathBuf>,
    /// What is to read the file.
    #[arg(long, default_value = "modern")]
    pub(crate) container: Container,
    /// Take the place of the person's active certificate that encrypts.
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Args)]
pub(crate) struct IssueBatch {
    /// The list, CSV in UTF-8; `-` for standard input.
    pub(crate) file: PathBuf,
    /// A bundle such as Staff, or certificate profiles with commas between them.
    #[arg(long)]
    pub(crate) bundle: String,
    /// Folder for the files: ADDRESS-PROFILE.p12 or .cer.
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    pub(crate) out: Option<PathBuf>,
    /// Where the list of passwords goes; otherwise passwords.csv in that folder.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_out: Option<PathBuf>,
    /// What is to read the files.
    #[arg(long, default_value = "modern")]
    pub(crate) container: Container,
    /// Whoever has an active certificate that encrypts gets a new one in its place.
    #[arg(long)]
    pub(crate) replace: bool,
    /// Say what would happen to each row, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Args)]
pub(crate) struct CertificateList {
    /// At most this many.
    #[arg(long)]
    pub(crate) limit: Option<u32>,
    /// Also our own (CA, RA, TLS, ...) and transport certificates.
    #[arg(long)]
    pub(crate) all: bool,
    /// Only those of the person with this address.
    #[arg(long)]
    pub(crate) mail: Option<String>,
    /// Parts of name, address or device, or the beginning of a serial number or fingerprint.
    #[arg(long, value_name = "TEXT")]
    pub(crate) query: Option<String>,
    /// Only this status: active, held, revoked, expired or superseded; may be given several times.
    #[arg(long = "status", value_parser = status)]
    pub(crate) statuses: Vec<ra::find::Status>,
    /// Only of this certificate profile; may be given several times.
    #[arg(long = "profile", value_name = "PROFILE")]
    pub(crate) profiles: Vec<String>,
    /// Only active ones that end within so many days.
    #[arg(long, value_name = "DAYS")]
    pub(crate) expiring: Option<u32>,
    /// Only those that come after the certificate with this serial number.
    #[arg(long, value_name = "SERIAL")]
    pub(crate) after: Option<String>,
    /// Order: newest, ending-first, ending-last or name.
    #[arg(long, default_value = "newest", value_parser = certificate_sort)]
    pub(crate) sort: ra::find::CertificateSort,
    /// Write all of the list to standard output as csv, json, pem or p7b.
    #[arg(long, value_parser = certificate_format, conflicts_with_all = ["limit", "after"])]
    pub(crate) format: Option<ra::find::CertificateFormat>,
}

#[derive(Args)]
pub(crate) struct Report {
    /// inventory, expiring, coverage, enrollments, devices, revocations, validations or actions.
    #[arg(value_parser = report_name)]
    pub(crate) name: ra::find::ReportName,
    /// csv or json.
    #[arg(long, default_value = "csv", value_parser = report_format)]
    pub(crate) format: ra::find::ReportFormat,
    /// Days ahead (expiring).
    #[arg(long)]
    pub(crate) days: Option<u32>,
    /// From this time, such as 2026-11-21T00:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<protocol::Timestamp>,
    /// Until before this time.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<protocol::Timestamp>,
    /// Only this certificate profile (inventory, expiring, revocations).
    #[arg(long)]
    pub(crate) profile: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum Scep {
    /// Make challenges for a person's other devices; prints one JSON object a line.
    Challenge {
        /// Mail address of the person.
        mail: String,
        /// Certificate profile: signing, authentication, document or functional.
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

#[derive(Subcommand)]
pub(crate) enum Policy {
    /// Show everything, or one certificate profile.
    Show {
        /// signing, encryption, authentication, document or functional.
        #[arg(value_parser = profile)]
        profile: Option<ProfileName>,
    },
    /// Change a certificate profile: fields one by one, or all of it from a file.
    Set {
        /// Which.
        #[arg(value_parser = profile)]
        profile: ProfileName,
        /// Fields as `show` names them: days=365 approval=officer usage=digitalSignature,keyEncipherment
        /// "policies=1.3.6.1.4.1.32473.1 https://pki.example.edu/cps" exception="NAME: REASON".
        #[arg(value_name = "FIELD=VALUE", required_unless_present = "file")]
        fields: Vec<String>,
        /// The whole definition as JSON, as `show` prints it; `-` for standard input.
        #[arg(long, value_name = "FILE", conflicts_with = "fields")]
        file: Option<PathBuf>,
        /// For all departments of the organization that have nothing of their own.
        #[arg(long)]
        organization: bool,
    },
    /// Take back what was set: the profile is inherited again.
    Inherit {
        /// Which.
        #[arg(value_parser = profile)]
        profile: ProfileName,
        /// What was set for the organization.
        #[arg(long)]
        organization: bool,
    },
    /// All versions of a certificate profile, newest first.
    History {
        /// Which.
        #[arg(value_parser = profile)]
        profile: ProfileName,
    },
    /// Save a bundle of profiles that are issued in one act, or remove it.
    Bundle {
        /// Its name.
        name: String,
        /// Its certificate profiles.
        #[arg(value_parser = profile, required_unless_present = "remove")]
        profiles: Vec<ProfileName>,
        /// Remove it.
        #[arg(long, conflicts_with = "profiles")]
        remove: bool,
        /// For all departments of the organization.
        #[arg(long)]
        organization: bool,
    },
    /// Show whether keys are escrowed, since when and why; or record a decision.
    Escrow {
        /// The decision as JSON: {"answers", "enabled", "decided_by", "reason", "advisers"}; `-` for standard input.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// What stands between pilot and production.
    Gates,
    /// Pass a gate: answer its questions, or override it by name and reason.
    Gate {
        /// As `gates` names it, such as `activation` or `life-cycle.signing`.
        #[arg(value_parser = gate)]
        gate: Gate,
        /// An answer; one for each question.
        #[arg(long = "answer", value_name = "QUESTION=TEXT", required_unless_present_any = ["overridden_by", "reopen"])]
        answers: Vec<String>,
        /// Who answers for passing it without.
        #[arg(long, value_name = "NAME", requires = "reason", conflicts_with_all = ["answers", "reopen"])]
        overridden_by: Option<String>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Take back what was written down.
        #[arg(long, conflicts_with = "answers")]
        reopen: bool,
    },
    /// End the pilot: certificates count from now on.
    Production,
    /// Go back to being a pilot.
    Pilot {
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Settings {
    /// Show one setting, or all.
    Get {
        /// Its name.
        key: Option<String>,
    },
    /// Change one; an empty value takes it back to its default.
    Set {
        /// Its name.
        key: String,
        /// Its value; left out, it is asked for or read from standard input. A secret is never taken from here.
        value: Option<String>,
    },
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

/// A QR code's file.
#[derive(Clone)]
pub(crate) struct Picture {
    pub(crate) path: PathBuf,
    pub(crate) svg: bool,
}

fn picture(text: &str) -> Result<Picture, String> {
    let path = PathBuf::from(text);
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    match extension.as_ref().and_then(|extension| extension.to_str()) {
        Some("svg") => Ok(Picture { path, svg: true }),
        Some("png") => Ok(Picture { path, svg: false }),
        _ => Err("the name must end in .svg or .png".to_owned()),
    }
}

/// One of a closed set of words, spelled as serde spells it; hyphens and case are ignored.
fn word<T: serde::de::DeserializeOwned>(text: &str, words: &[&str]) -> Result<T, String> {
    let plain = |text: &str| text.replace('-', "").to_ascii_lowercase();
    let found = words.iter().find(|word| plain(word) == plain(text));
    let found = found.and_then(|word| serde_json::from_value(serde_json::Value::from(*word)).ok());
    found.ok_or_else(|| format!("one of {}", words.join(", ")))
}

fn status(text: &str) -> Result<ra::find::Status, String> {
    word(text, &["active", "held", "revoked", "expired", "superseded"])
}

fn certificate_sort(text: &str) -> Result<ra::find::CertificateSort, String> {
    word(text, &["newest", "endingFirst", "endingLast", "name"])
}

fn certificate_format(text: &str) -> Result<ra::find::CertificateFormat, String> {
    word(text, &["csv", "json", "pem", "p7b"])
}

fn report_name(text: &str) -> Result<ra::find::ReportName, String> {
    word(text, &["inventory", "expiring", "coverage", "enrollments", "devices", "revocations", "validations", "actions"])
}

fn report_format(text: &str) -> Result<ra::find::ReportFormat, String> {
    word(text, &["csv", "json"])
}

fn key_algorithm(text: &str) -> Result<KeyAlgorithm, String> {
    word(text, &["rsa2048", "rsa3072", "rsa4096", "p256", "p384"])
}

fn channel(text: &str) -> Result<Channel, String> {
    word(text, &["show", "mail", "sms", "letter"])
}

fn method(text: &str) -> Result<Method, String> {
    word(text, &["in-person", "records", "mailed-value"])
}

fn profile(text: &str) -> Result<ProfileName, String> {
    word(text, &["signing", "encryption", "authentication", "document", "functional"])
}

fn gate(text: &str) -> Result<Gate, String> {
    Gate::parse(text).ok_or_else(|| format!("one of {}", Gate::all().map(Gate::name).collect::<Vec<_>>().join(", ")))
}

fn reason(text: &str) -> Result<Reason, String> {
    const REASONS: [&str; 6] =
        ["unspecified", "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation", "privilegeWithdrawn"];
    word(text, &REASONS)
}

fn serial(text: &str) -> Result<SerialNumber, String> {
    SerialNumber::parse(text).map_err(|_| "a serial number is written in hex, at most 40 digits".to_owned())
}

fn enrollment_id(text: &str) -> Result<id::EnrollmentId, String> {
    id::EnrollmentId::parse(text).ok_or_else(|| "`signetctl enrollment list` shows what to write here".to_owned())
}

fn act_id(text: &str) -> Result<id::ActId, String> {
    id::ActId::parse(text).ok_or_else(|| "`signetctl act list` shows what to write here".to_owned())
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "a time such as 2026-11-20T08:00:00Z".to_owned())
}

fn target_id(text: &str) -> Result<id::TargetId, String> {
    id::TargetId::parse(text).ok_or_else(|| "`signetctl crl targets` shows what to write here".to_owned())
}

fn request_id(text: &str) -> Result<id::RequestId, String> {
    id::RequestId::parse(text).ok_or_else(|| "`signetctl scep pending` shows what to write here".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn words_are_read_in_every_spelling() {
        assert_eq!(reason("key-compromise"), Ok(Reason::KeyCompromise));
        assert_eq!(reason("KEYCOMPROMISE"), Ok(Reason::KeyCompromise));
        assert!(reason("removeFromCRL").is_err());
        assert_eq!(method("in-person"), Ok(Method::InPerson));
        assert!(picture("alice.gif").is_err() && picture("alice").is_err());
        assert!(picture("a/b/alice.SVG").is_ok_and(|picture| picture.svg));
    }
}
