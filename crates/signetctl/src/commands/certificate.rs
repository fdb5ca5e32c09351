//! `signetctl certificate`.

use super::{act, provenance::Origin, succession};
use crate::{
    cli::{Certificate as Command, CertificateList, Format},
    output::{Out, Output, table},
    refusal::Refusal,
    secret,
    session::Session,
};
use protocol::{
    Timestamp,
    x509::{CertificateView, SerialNumber},
};
use ra::{
    Error, Operator,
    certificate::Certificate,
    find::{Advice, CertificateDetail, CertificateFilter, CertificateSort, CertificatesQuery, Kinds},
    life::{Old, Tick, Verb},
};
use std::path::Path;
use zeroize::Zeroizing;

/// Largest PKCS#12 file that is read, octets: one with a long chain has some kilobytes.
const MAX_P12: usize = 1024 * 1024;

pub(crate) fn run(session: &Session, output: &Output, command: Command) -> Result<(), Refusal> {
    let operator = session.operator()?;
    match command {
        Command::Issue(arguments) => super::issue::issue(&operator, output, &arguments),
        Command::Import { files } => super::issue::import(&operator, output, &files),
        Command::List(arguments) => list(&operator, output, arguments),
        Command::Show { serial } => output.value(&Shown::read(&operator, &serial)?, Shown::words),
        Command::Export { serial, format } => export(&operator, output, &serial, format),
        Command::Renew { serials, dry_run: true } => succession::of_renewals(&operator, output, &serials),
        Command::Renew { serials, dry_run: false } => renew(&operator, output, &serials),
        Command::Replace { serial, key, revoke, dry_run } => {
            let old = revoke.map_or(Old::Stays, Old::Revoked);
            if dry_run {
                return succession::of_replacement(&operator, output, &serial, &key, old);
            }
            super::issue::replace(&operator, output, &serial, &key, old)
        }
        Command::Hold { which, maybe_lost, how } => {
            let verb = if maybe_lost { Verb::MaybeLost } else { Verb::Hold };
            act::certificates(&operator, output, which, verb, &how)
        }
        Command::Reinstate { which, how } => act::certificates(&operator, output, which, Verb::Reinstate, &how),
        Command::SelfTest { mail, p12, password_file } => self_test(&operator, output, &mail, p12.as_deref(), password_file.as_deref()),
        Command::Revoke { which, reason, invalid_since, how, yes } => {
            if !how.dry_run {
                secret::confirm(&question(&operator, &which.serials)?, yes)?;
            }
            act::certificates(&operator, output, which, Verb::Revoke { reason, invalid_since }, &how)
        }
    }
}

fn question(operator: &Operator, serials: &[SerialNumber]) -> Result<String, Refusal> {
    Ok(match serials {
        [serial] => {
            let certificate = operator.certificate(serial)?;
            format!("Revoke the {} certificate of {} for ever?", certificate.profile, certificate.subject)
        }
        [] => "Revoke all certificates of this device for ever?".to_owned(),
        several => format!("Revoke {} certificates for ever?", several.len()),
    })
}

/// Each is one act: what was renewed before a refusal stays renewed, and is said.
fn renew(operator: &Operator, output: &Output, serials: &[SerialNumber]) -> Result<(), Refusal> {
    let mut renewed = Vec::with_capacity(serials.len());
    for serial in serials {
        match operator.renew(serial) {
            Ok(issued) => renewed.push(issued),
            Err(error) if serials.len() == 1 => return Err(error.into()),
            Err(error) => {
                let refusal = Refusal::from(error);
                let message = format!("{serial}: {} {} renewed before it.", refusal.message, renewed.len());
                return Err(Refusal { message, done: Some(serde_json::json!({ "renewed": renewed })), ..refusal });
            }
        }
    }
    match renewed.as_slice() {
        [single] => output.value(single, |issued| one(&issued.certificate)),
        _ => output.value(&renewed, |list| list.iter().map(|issued| one(&issued.certificate)).collect::<Vec<_>>().join("\n\n")),
    }
}

fn self_test(operator: &Operator, output: &Output, mail: &str, p12: Option<&Path>, password: Option<&Path>) -> Result<(), Refusal> {
    let word = |tick: &Tick| match tick {
        Tick::Proved => "proved".to_owned(),
        Tick::PublicSideOnly => "the public side works; the key is with its holder".to_owned(),
        Tick::NoCertificate => "no active certificate".to_owned(),
        Tick::Failed(why) => format!("failed: {why}"),
    };
    let person = operator.subscriber_by_mail(mail)?.id;
    let test = match p12 {
        None => operator.self_test(person, &[])?,
        Some(path) => {
            let file = Zeroizing::new(super::issue::read(path, MAX_P12)?);
            operator.self_test_with_file(person, &file, &secret::read("Password of the file", password)?)?
        }
    };
    output.value(&test, |test| {
        let ticks = [("Who it is", &test.authentication), ("Unchanged", &test.integrity), ("Only they read it", &test.confidentiality)];
        let rows: Vec<_> = ticks.iter().map(|(name, tick)| vec![(*name).to_owned(), word(tick)]).collect();
        table(&[], &rows).trim_end().to_owned()
    })
}

fn list(operator: &Operator, output: &Output, asked: CertificateList) -> Result<(), Refusal> {
    let subscriber = asked.mail.map(|mail| operator.subscriber_by_mail(&mail)).transpose()?.map(|person| person.id);
    let department = match asked.department {
        Some(name) => Some(operator.at_department_named(&name)?.department()?.id),
        None => None,
    };
    let filter = CertificateFilter {
        search: asked.query,
        statuses: asked.statuses,
        profiles: asked.profiles,
        expiring_days: asked.expiring,
        kind: if asked.all { Kinds::All } else { Kinds::Subscriber },
        subscriber,
        department,
        ..CertificateFilter::default()
    };
    let query = CertificatesQuery { filter, sort: asked.sort, after: asked.after, ..Default::default() };
    if let Some(format) = asked.format {
        operator.export_certificates(&query, None, &asked.columns, format, &mut std::io::BufWriter::new(Out::lock()))?;
        return Ok(());
    }
    if query.filter.search.is_some() || matches!(query.sort, CertificateSort::Name | CertificateSort::NameLast) {
        // A script wants all of it at once.
        while operator.index_new_certificates()? {}
    }
    let cells = |row: &Certificate| {
        vec![row.serial.clone(), row.status.clone(), row.profile.clone(), row.not_after.to_string(), row.subject.clone()]
    };
    output.list(asked.limit, &["SERIAL", "STATUS", "PROFILE", "ENDS", "SUBJECT"], cells, |last, limit| {
        let after = last.map(|row| row.serial.clone()).or_else(|| query.after.clone());
        Ok(operator.find_certificates(&CertificatesQuery { after, limit, ..query.clone() })?.rows)
    })
}

/// A certificate with the end of its hold, what it was issued under, what its form comes to and what is on record of it.
#[derive(serde::Serialize)]
struct Shown {
    #[serde(flatten)]
    certificate: Certificate,
    /// Its hold becomes a revocation then; `None`: it has no such end.
    revoked_unless_reinstated_at: Option<Timestamp>,
    policy: Option<String>,
    cps: Option<String>,
    lint: Vec<String>,
    advice: Option<Vec<Advice>>,
    #[serde(flatten)]
    origin: Origin,
}

impl Shown {
    fn read(operator: &Operator, serial: &SerialNumber) -> Result<Self, Refusal> {
        let CertificateDetail { certificate, summary, lint, advice, provenance, chain, published, timeline, .. } =
            operator.certificate_detail(serial)?;
        let (policy, cps) = (provenance.policy.clone(), provenance.cps.clone());
        let origin = Origin::new(provenance, chain, published, timeline);
        Ok(Shown { certificate, revoked_unless_reinstated_at: summary.final_at, policy, cps, lint, advice, origin })
    }

    fn words(&self) -> String {
        let named = |name: &str, value: &Option<String>| value.as_ref().map(|value| vec![name.to_owned(), value.clone()]);
        let under = [named("Policy version", &self.policy), named("CPS version", &self.cps)].into_iter().flatten();
        let elsewhere = self.certificate.kind == "subscriber" && !self.certificate.ours;
        let issuer = elsewhere.then(|| vec!["Issuer".to_owned(), "another CA's; it alone knows whether it was revoked".to_owned()]);
        let origin: Vec<_> = under.chain(self.origin.rows()).chain(issuer).collect();
        let hold = self.revoked_unless_reinstated_at.map(|at| act::ends(at) + "\n").unwrap_or_default();
        let faults = self.lint.iter().map(|fault| format!("fault: {fault}\n"));
        let advised = self.advice.iter().flatten().map(|advice| format!("advice: {} ({})\n", advice.text, advice.clause));
        let form: String = faults.chain(advised).collect();
        format!("{}\n{hold}{}{form}\n{}", one(&self.certificate), table(&[], &origin), self.origin.history()).trim_end().to_owned()
    }
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
        Format::P7c => output.bytes(&operator.share_p7c(serial)?),
        Format::Pem => output.bytes(pem(&leaf)?.as_bytes()),
        Format::Chain => {
            let all = std::iter::once(&leaf).chain(&chain).map(|der| pem(der)).collect::<Result<String, _>>()?;
            output.bytes(all.as_bytes())
        }
    }
}
