//! What can be typed to find certificates and to write reports.

use super::*;
use clap::{CommandFactory, error::ErrorKind};
use ra::find::CertificateFormat;

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
    /// Only those that were issued in this department.
    #[arg(long, value_name = "NAME")]
    pub(crate) department: Option<String>,
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
    /// Columns of csv or json, with commas between them, such as status,name,person,department,device,not_after.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', value_parser = certificate_column, requires = "format")]
    pub(crate) columns: Vec<ra::find::CertificateColumn>,
}

impl CertificateList {
    /// Certificates themselves have no columns. Clap knows that a format is given, and not which.
    pub(super) fn check(&self) -> Result<(), clap::Error> {
        match self.format {
            Some(CertificateFormat::Pem | CertificateFormat::P7b) if !self.columns.is_empty() => {
                let message = "--columns is for --format csv or json: leave it out";
                Err(Cli::command().error(ErrorKind::ArgumentConflict, message))
            }
            _ => Ok(()),
        }
    }
}

#[derive(Args)]
pub(crate) struct Report {
    /// inventory, expiring, coverage, enrollments, devices, revocations, validations or actions.
    #[arg(value_parser = report_name)]
    pub(crate) name: ra::find::ReportName,
    /// csv or json; when it is not given csv, and json with --json.
    #[arg(long, value_parser = report_format)]
    pub(crate) format: Option<ra::find::ReportFormat>,
    /// Days ahead (expiring).
    #[arg(long)]
    pub(crate) days: Option<u32>,
    /// From this time, such as 2026-11-21T00:00:00Z (enrollments, devices, revocations, validations, actions).
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<protocol::Timestamp>,
    /// Until before this time (the same).
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<protocol::Timestamp>,
    /// Only this certificate profile (inventory, expiring, revocations).
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Only this department (all but actions).
    #[arg(long, value_name = "NAME")]
    pub(crate) department: Option<String>,
}
