//! `signetctl certificate`.

use crate::{
    cli::{Certificate as Command, Format},
    output::{Output, table},
    refusal::Refusal,
    secret,
    session::Session,
};
use protocol::x509::{CertificateView, SerialNumber};
use ra::{
    Error, Operator,
    certificate::{Certificate, CertificateQuery},
};

pub(crate) fn run(session: &Session, output: &Output, command: Command) -> Result<(), Refusal> {
    let operator = session.operator()?;
    match command {
        Command::Issue(arguments) => super::issue::issue(&operator, output, &arguments),
        Command::Import { files } => super::issue::import(&operator, output, &files),
        Command::List { limit, all, mail } => list(&operator, output, mail.as_deref(), all, limit),
        Command::Show { serial } => output.value(&operator.certificate(&serial)?, one),
        Command::Export { serial, format } => export(&operator, output, &serial, format),
        Command::Revoke { serial, reason, yes } => {
            let certificate = operator.certificate(&serial)?;
            secret::confirm(&format!("Revoke the {} certificate of {} for ever?", certificate.profile, certificate.subject), yes)?;
            output.value(&operator.revoke(&serial, reason)?, one)
        }
    }
}

fn list(operator: &Operator, output: &Output, mail: Option<&str>, all: bool, limit: Option<u32>) -> Result<(), Refusal> {
    let subscriber = mail.map(|mail| operator.subscriber_by_mail(mail)).transpose()?.map(|person| person.id);
    let cells = |row: &Certificate| {
        vec![row.serial.clone(), row.status.clone(), row.profile.clone(), row.not_after.to_string(), row.subject.clone()]
    };
    output.list(limit, &["SERIAL", "STATUS", "PROFILE", "ENDS", "SUBJECT"], cells, |last, limit| {
        let query = CertificateQuery { all, limit, after: last.map(|row| row.serial.clone()), subscriber };
        Ok(operator.certificates(&query)?)
    })
}

pub(super) fn one(certificate: &Certificate) -> String {
    let row = |name: &str, value: &str| vec![name.to_owned(), value.to_owned()];
    let mut rows = vec![
        row("Serial", &certificate.serial),
        row("Status", &certificate.status),
        row("Profile", &certificate.profile),
        row("Subject", &certificate.subject),
    ];
    rows.extend(certificate.san.iter().map(|name| row("Alternative name", name)));
    rows.push(row("Valid from", &certificate.not_before.to_string()));
    rows.push(row("Valid until", &certificate.not_after.to_string()));
    table(&[], &rows).trim_end().to_owned()
}

fn export(operator: &Operator, output: &Output, serial: &SerialNumber, format: Format) -> Result<(), Refusal> {
    let (leaf, chain) = operator.export_certificate(serial)?;
    let pem = |der: &[u8]| CertificateView::from_der(der).map(|view| view.to_pem()).map_err(Error::from);
    match format {
        Format::Der => output.bytes(&leaf),
        Format::Pem => output.bytes(pem(&leaf)?.as_bytes()),
        Format::Chain => {
            let all = std::iter::once(&leaf).chain(&chain).map(|der| pem(der)).collect::<Result<String, _>>()?;
            output.bytes(all.as_bytes())
        }
    }
}
