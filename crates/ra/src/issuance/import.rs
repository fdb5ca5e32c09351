//! History from elsewhere: certificates that other CAs issued, so that they are found, watched for their end and reported.

use crate::{
    Error, Operator, Result, certificate, issue, ledger,
    mailbox::{self, Address},
};
use base64::Engine as _;
use protocol::{
    cms,
    x509::{CertificateView, SubjectAltName},
};
use rusqlite::Connection;
use serde_json::json;

/// Certificates stored in one transaction.
const CHUNK: usize = 4000;
/// Longest file read, octets.
pub const MAX_FILE: usize = 64 * 1024 * 1024;

/// A file with certificates: PEM (several), DER, or PKCS#7 (DER or PEM).
pub struct ImportFile {
    /// Its name, for messages.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// Why a file, or one certificate in it, was left out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ImportRefusal {
    /// The file.
    pub file: String,
    /// What is wrong and what to do.
    pub reason: String,
}

/// What an import did.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct ImportReport {
    /// Stored now.
    pub added: u64,
    /// Of these, with an address of somebody here.
    pub of_people: u64,
    /// Were here already.
    pub there: u64,
    /// Left out.
    pub refused: Vec<ImportRefusal>,
}

impl Operator {
    /// Stores certificates of other CAs. The same again changes nothing. They are no certificates of ours: nothing is renewed by
    /// them, they stand on no CRL of ours, and whoever wants one revoked asks the CA that issued it.
    pub fn import_certificates(&self, files: &mut dyn Iterator<Item = ImportFile>) -> Result<ImportReport> {
        let mut report = ImportReport::default();
        let mut waiting: Vec<(String, CertificateView)> = Vec::new();
        for file in files {
            match read(&file.content) {
                Ok(found) => {
                    for one in found {
                        match one {
                            Ok(view) => waiting.push((file.name.clone(), view)),
                            Err(reason) => report.refused.push(ImportRefusal { file: file.name.clone(), reason }),
                        }
                    }
                }
                Err(reason) => report.refused.push(ImportRefusal { file: file.name, reason }),
            }
            if waiting.len() >= CHUNK {
                self.import(std::mem::take(&mut waiting), &mut report)?;
            }
        }
        if !waiting.is_empty() {
            self.import(waiting, &mut report)?;
        }
        Ok(report)
    }

    fn import(&self, views: Vec<(String, CertificateView)>, report: &mut ImportReport) -> Result<()> {
        let (clock, actor) = (self.inner.clock.clone(), self.actor.clone());
        let part = self.inner.store.write(move |tx| {
            let mut part = ImportReport::default();
            let ours = certificate::authorities(tx)?;
            let mut all = openssl::sha::Sha256::new();
            for (file, view) in views {
                match store(tx, &ours, &view)? {
                    Stored::Now { somebody } => {
                        part.added += 1;
                        part.of_people += u64::from(somebody);
                        all.update(&view.sha256());
                    }
                    Stored::There => part.there += 1,
                    Stored::Not(reason) => part.refused.push(ImportRefusal { file, reason }),
                }
            }
            if part.added > 0 {
                let facts = json!({ "count": part.added, "sha256": issue::hex(&all.finish()) });
                ledger::append(tx, clock.now(), &actor, "certificates.imported", "", &facts)?;
            }
            Ok(part)
        })?;
        report.added += part.added;
        report.of_people += part.of_people;
        report.there += part.there;
        report.refused.extend(part.refused);
        Ok(())
    }
}

enum Stored {
    Now { somebody: bool },
    There,
    Not(String),
}

fn store(tx: &Connection, ours: &[CertificateView], view: &CertificateView) -> Result<Stored> {
    if let Some(der) = certificate::der_of(tx, &view.serial)? {
        return Ok(if der == view.der {
            Stored::There
        } else {
            Stored::Not(format!("another CA's certificate with the serial number {} is here already; keep this one as a file", view.serial))
        });
    }
    if view.is_ca {
        return Ok(Stored::Not("it is a CA's certificate; only certificates of people are taken".to_owned()));
    }
    let by_us = |ca: &CertificateView| ca.subject_der == view.issuer_der && view.verify_signature(&ca.public_key, false).is_ok();
    if ours.iter().any(by_us) {
        return Ok(Stored::Not("it was issued by this department's CA, but its record is not here; restore it from the backup".to_owned()));
    }
    let mut somebody = None;
    for name in &view.san {
        if let SubjectAltName::Rfc822Name(address) = name
            && let Ok(address) = Address::parse(address)
        {
            match mailbox::owner(tx, &address) {
                Ok(owner) => {
                    somebody = Some(owner.subscriber);
                    break;
                }
                Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    certificate::insert_foreign(tx, view, somebody)?;
    Ok(Stored::Now { somebody: somebody.is_some() })
}

type Found = Vec<std::result::Result<CertificateView, String>>;

fn read(content: &[u8]) -> std::result::Result<Found, String> {
    const NOTHING: &str = "there is no certificate in it (PEM, DER or PKCS#7 are read)";
    if content.len() > MAX_FILE {
        return Err(format!("it is larger than {} MiB; divide it", MAX_FILE / 1024 / 1024));
    }
    let Ok(text) = std::str::from_utf8(content) else { return der(content).ok_or_else(|| NOTHING.to_owned()) };
    let mut found = Found::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, body)) = after.split_once("-----") else { break };
        let Some((body, end)) = body.split_once("-----END ") else {
            found.push(Err("a certificate in it is cut off; copy the whole file".to_owned()));
            break;
        };
        rest = end;
        if !matches!(label, "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" | "PKCS7" | "CMS") {
            continue;
        }
        let packed: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        match base64::engine::general_purpose::STANDARD.decode(packed).ok().and_then(|octets| der(&octets)) {
            Some(some) => found.extend(some),
            None => found.push(Err(format!("one of its blocks ({label}) cannot be read; export it again"))),
        }
    }
    if found.is_empty() {
        return der(content).ok_or_else(|| NOTHING.to_owned());
    }
    Ok(found)
}

/// A certificate, or all of a PKCS#7.
fn der(octets: &[u8]) -> Option<Found> {
    if let Ok(view) = CertificateView::from_der(octets) {
        return Some(vec![Ok(view)]);
    }
    let views = cms::read_certs_only(octets).ok().filter(|views| !views.is_empty())?;
    Some(views.into_iter().map(Ok).collect())
}
