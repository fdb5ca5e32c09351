//! One certificate in full: in plain words, as a tree, with its chain, its faults, where it came from and what became of it.

use super::{Advice, Node, Status, advice, text, tree};
use crate::{
    Error, Noun, Result,
    certificate::{Certificate, authorities, one, reason_of},
    enrollment::{self, Device},
    id::{DeviceId, SubscriberId},
    issue::hex,
    ledger::Actor,
};
use openssl::x509::X509;
use protocol::{
    Timestamp,
    x509::{CertificateView, ExtendedKeyUsage, KeyUsage, SerialNumber, SubjectAltName},
};
use rusqlite::{Connection, OptionalExtension, Row};

/// What the top of the page says; sentences belong to the screen.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Summary {
    /// Common name, or the whole subject.
    pub name: String,
    /// Mail addresses.
    pub addresses: Vec<String>,
    /// What it is.
    pub status: Status,
    /// What its key may do: digitalSignature, keyEncipherment, ... (RFC 5280 4.2.1.3).
    pub key_usage: Vec<String>,
    /// What for: emailProtection, clientAuth, ... or an OID (RFC 5280 4.2.1.12).
    pub purposes: Vec<String>,
    /// Whole days until its end; negative after it.
    pub days_left: i64,
    /// Key, e.g. "RSA 2048".
    pub key: String,
    /// When and why it was revoked or held (CRLReason).
    pub revoked: Option<(Timestamp, protocol::crl::Reason)>,
    /// It is revoked then, unless it is reinstated before (`Verb::MaybeLost`).
    pub final_at: Option<Timestamp>,
    /// When it was replaced.
    pub superseded_at: Option<Timestamp>,
}

/// A certificate of the chain.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ChainLink {
    /// Subject.
    pub subject: String,
    /// Serial number.
    pub serial: String,
    /// Key, e.g. "RSA 3072".
    pub key: String,
    /// Last second.
    pub not_after: Timestamp,
    /// Its signature fits the key of the next one (the last: its own).
    pub signature_fits: bool,
}

/// Where it came from.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Provenance {
    /// When it was stored.
    pub issued_at: Timestamp,
    /// Who had it made; `None` for what was imported or came before the ledger.
    pub actor: Option<Actor>,
    /// Row of the ledger.
    pub ledger: Option<u64>,
    /// By which version of the policy, where the ledger says it.
    pub policy: Option<String>,
    /// Version of the department's CPS that was in force, where one was registered.
    pub cps: Option<String>,
    /// The person's name now.
    pub subscriber: Option<String>,
    /// The device it was made for.
    pub device: Option<Device>,
}

/// Something that happened to it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What, as in the ledger (`certificate.issued`, `certificate.revoked`, ...), or `certificate.ends`.
    pub event: String,
    /// Who, where it is known.
    pub actor: Option<Actor>,
    /// Row of the ledger.
    pub ledger: Option<u64>,
    /// Further facts.
    pub details: serde_json::Value,
}

/// Everything about one certificate.
#[derive(Debug, Clone, serde::Serialize)]
pub struct CertificateDetail {
    /// As in the list.
    pub certificate: Certificate,
    /// In plain words.
    pub summary: Summary,
    /// The technical tree.
    pub tree: Vec<Node>,
    /// From the certificate's issuer to the root.
    pub chain: Vec<ChainLink>,
    /// What is wrong with it by RFC 5280; empty: nothing.
    pub lint: Vec<String>,
    /// What the S/MIME baseline advises about it; empty: nothing that is looked at is missing; `None`: it is not for mail.
    pub advice: Option<Vec<Advice>>,
    /// Where it came from.
    pub provenance: Provenance,
    /// Addresses where its revocation status is published (cRLDistributionPoints, OCSP), as it says itself.
    pub published: Vec<String>,
    /// What happened to it, oldest first.
    pub timeline: Vec<Event>,
    /// SHA-256 of the certificate, upper-case hex.
    pub sha256: String,
    /// SHA-1 of the certificate, upper-case hex: what Windows calls thumbprint.
    pub sha1: String,
    /// PEM.
    pub pem: String,
}

/// What the row says beside the list's columns.
struct Facts {
    number: i64,
    issued_at: Timestamp,
    superseded_at: Option<Timestamp>,
    revoked: Option<(Timestamp, protocol::crl::Reason)>,
    final_at: Option<Timestamp>,
}

/// Everything.
pub(super) fn of(tx: &Connection, at: Timestamp, serial: &SerialNumber) -> Result<CertificateDetail> {
    let certificate = one(tx, at, serial)?;
    let facts = facts(tx, serial)?;
    let der: Vec<u8> =
        tx.prepare_cached("SELECT der FROM certificate_der WHERE number = ?1")?.query_row([facts.number], |row| row.get(0))?;
    let view = CertificateView::from_der(&der)?;
    let parsed = X509::from_der(&der).map_err(Error::fault)?;
    let issuers = chain(tx, &view)?;
    let issued = issued_row(tx, facts.issued_at, &certificate.serial)?;
    let upper = |octets: &[u8]| hex(octets).to_ascii_uppercase();
    Ok(CertificateDetail {
        summary: summary(at, &certificate, &view, &facts)?,
        tree: tree::of(&parsed)?,
        chain: links(&issuers),
        lint: lint(&view, issuers.first(), certificate.ours || certificate.kind != "subscriber"),
        advice: advice::of(&view),
        provenance: provenance(tx, &certificate, &facts, issued.as_ref())?,
        published: published(&parsed),
        timeline: timeline(tx, &certificate, &facts, issued)?,
        sha256: upper(&view.sha256()),
        sha1: upper(&view.sha1()),
        pem: view.to_pem(),
        certificate,
    })
}

fn facts(tx: &Connection, serial: &SerialNumber) -> Result<Facts> {
    let (facts, reason) = tx
        .prepare_cached("SELECT number, issued_at, superseded_at, revoked_at, reason FROM certificate WHERE serial = ?1")?
        .query_row([serial.octets()], |row| {
            let facts = Facts {
                number: row.get(0)?,
                issued_at: Timestamp(row.get(1)?),
                superseded_at: row.get::<_, Option<i64>>(2)?.map(Timestamp),
                revoked: None,
                final_at: None,
            };
            Ok((facts, row.get::<_, Option<i64>>(3)?.zip(row.get::<_, Option<i64>>(4)?)))
        })
        .optional()?
        .ok_or(Error::NotFound(Noun::Certificate))?;
    let revoked = reason.map(|(at, code)| Ok::<_, Error>((Timestamp(at), reason_of(code)?))).transpose()?;
    let final_at = tx
        .prepare_cached("SELECT final_at FROM hold_deadline WHERE serial = ?1")?
        .query_row([serial.octets()], |row| Ok(Timestamp(row.get(0)?)))
        .optional()?;
    Ok(Facts { revoked, final_at, ..facts })
}

fn summary(at: Timestamp, certificate: &Certificate, view: &CertificateView, facts: &Facts) -> Result<Summary> {
    let addresses = view.san.iter().filter_map(|name| if let SubjectAltName::Rfc822Name(mail) = name { Some(mail.clone()) } else { None });
    Ok(Summary {
        name: text::name(&certificate.subject),
        addresses: addresses.collect(),
        status: Status::parse(&certificate.status)?,
        key_usage: view.key_usage.map(usages).unwrap_or_default(),
        purposes: view.extended_key_usage.iter().map(purpose).collect(),
        days_left: (certificate.not_after.0 - at.0).div_euclid(Timestamp::DAY),
        key: key(view),
        revoked: facts.revoked,
        final_at: facts.final_at,
        superseded_at: facts.superseded_at,
    })
}

fn usages(usage: KeyUsage) -> Vec<String> {
    let names = [
        (KeyUsage::DIGITAL_SIGNATURE, "digitalSignature"),
        (KeyUsage::CONTENT_COMMITMENT, "contentCommitment"),
        (KeyUsage::KEY_ENCIPHERMENT, "keyEncipherment"),
        (KeyUsage::DATA_ENCIPHERMENT, "dataEncipherment"),
        (KeyUsage::KEY_AGREEMENT, "keyAgreement"),
        (KeyUsage::KEY_CERT_SIGN, "keyCertSign"),
        (KeyUsage::CRL_SIGN, "cRLSign"),
    ];
    names.into_iter().filter(|(bit, _)| usage.has(*bit)).map(|(_, name)| name.to_owned()).collect()
}

fn purpose(purpose: &ExtendedKeyUsage) -> String {
    match purpose {
        ExtendedKeyUsage::ServerAuth => "serverAuth",
        ExtendedKeyUsage::ClientAuth => "clientAuth",
        ExtendedKeyUsage::EmailProtection => "emailProtection",
        ExtendedKeyUsage::OcspSigning => "OCSPSigning",
        ExtendedKeyUsage::DocumentSigning => "documentSigning",
        ExtendedKeyUsage::Other(oid) => oid,
    }
    .to_owned()
}

fn key(view: &CertificateView) -> String {
    format!("{} {}", if view.public_key.is_rsa() { "RSA" } else { "EC" }, view.public_key.bits())
}

/// Issuers up to the root, the certificate itself first.
fn chain(tx: &Connection, view: &CertificateView) -> Result<Vec<CertificateView>> {
    let authorities = authorities(tx)?;
    let mut chain = Vec::new();
    let mut child = view.clone();
    while let Some(issuer) = authorities
        .iter()
        .find(|a| child.der != a.der && child.issuer_der == a.subject_der && child.authority_key_identifier == a.subject_key_identifier)
        && chain.len() <= authorities.len()
    {
        child = issuer.clone();
        chain.push(child.clone());
    }
    Ok(chain)
}

fn links(issuers: &[CertificateView]) -> Vec<ChainLink> {
    let link = |(at, view): (usize, &CertificateView)| ChainLink {
        subject: view.subject.to_string(),
        serial: view.serial.to_string(),
        key: key(view),
        not_after: view.validity.not_after,
        signature_fits: view.verify_signature(&issuers.get(at + 1).unwrap_or(view).public_key, false).is_ok(),
    };
    issuers.iter().enumerate().map(link).collect()
}

/// RFC 5280's rules that can be seen without knowing what was meant. That another CA issued it is no fault; that the issuer of one of ours
/// is not here is one.
fn lint(view: &CertificateView, issuer: Option<&CertificateView>, ours: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let mut unless = |holds: bool, fault: &str| {
        if !holds {
            faults.push(fault.to_owned());
        }
    };
    let self_issued = view.subject_der == view.issuer_der;
    unless(view.validity.not_before <= view.validity.not_after, "validity ends before it begins (4.1.2.5)");
    unless(
        !view.serial.octets().is_empty() && view.serial.integer_octets().len() <= 20,
        "serial number is longer than 20 octets (4.1.2.2)",
    );
    unless(!view.subject.is_empty() || !view.san.is_empty(), "neither subject nor subjectAltName names anybody (4.1.2.6)");
    unless(view.key_usage.is_some(), "keyUsage is missing (4.2.1.3)");
    unless(
        view.is_ca == view.key_usage.is_some_and(|usage| usage.has(KeyUsage::KEY_CERT_SIGN)),
        "basicConstraints and keyCertSign do not agree (4.2.1.9)",
    );
    unless(!view.is_ca || view.subject_key_identifier.is_some(), "a CA without subjectKeyIdentifier (4.2.1.2)");
    unless(self_issued || view.authority_key_identifier.is_some(), "authorityKeyIdentifier is missing (4.2.1.1)");
    match view.public_key.check_strength() {
        Ok(()) => {}
        Err(error) => unless(false, &error.to_string()),
    }
    match (issuer, self_issued) {
        (Some(issuer), _) => {
            unless(view.verify_signature(&issuer.public_key, false).is_ok(), "the signature does not fit the issuer's key (6.1.3)");
            unless(view.validity.not_after <= issuer.validity.not_after, "it outlives its issuer");
        }
        (None, true) => unless(view.verify_signature(&view.public_key, false).is_ok(), "the signature does not fit its own key (6.1.3)"),
        (None, false) => unless(!ours, "its issuer is not one of this department's"),
    }
    faults
}

fn published(parsed: &X509) -> Vec<String> {
    let mut urls = Vec::new();
    for point in parsed.crl_distribution_points().into_iter().flatten() {
        let names = point.distpoint().and_then(|point| point.fullname());
        urls.extend(names.into_iter().flatten().filter_map(|name| name.uri().map(str::to_owned)));
    }
    for url in parsed.ocsp_responders().into_iter().flatten() {
        urls.push(url.to_string());
    }
    urls
}

/// The ledger's row of the issue: found by its time, for nobody else needs an index of a million serial numbers.
fn issued_row(tx: &Connection, at: Timestamp, serial: &str) -> Result<Option<Event>> {
    let last: Option<i64> = tx.prepare_cached("SELECT max(number) FROM ledger")?.query_row([], |row| row.get(0))?;
    let mut time = tx.prepare_cached("SELECT at FROM ledger WHERE number = ?1")?;
    let (mut low, mut high) = (1, last.unwrap_or(0) + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let when: i64 = time.query_row([middle], |row| row.get(0))?;
        if when < at.0 { low = middle + 1 } else { high = middle }
    }
    let mut statement = tx.prepare_cached(
        "SELECT number, at, actor, event, details FROM (SELECT * FROM ledger WHERE number >= ?1 AND at <= ?2 ORDER BY number LIMIT 50000)
         WHERE event = 'certificate.issued' AND subject = ?3 LIMIT 1",
    )?;
    let mut rows = statement.query((low, at.0, serial))?;
    rows.next()?.map(event).transpose()
}

fn event(row: &Row<'_>) -> Result<Event> {
    let text = |at: usize| -> Result<&str> { row.get_ref(at)?.as_str().map_err(Error::fault) };
    Ok(Event {
        ledger: u64::try_from(row.get::<_, i64>(0)?).ok(),
        at: Timestamp(row.get(1)?),
        actor: Some(serde_json::from_str(text(2)?).map_err(Error::fault)?),
        event: text(3)?.to_owned(),
        details: serde_json::from_str(text(4)?).map_err(Error::fault)?,
    })
}

fn provenance(tx: &Connection, certificate: &Certificate, facts: &Facts, issued: Option<&Event>) -> Result<Provenance> {
    let subscriber: Option<String> = match certificate.subscriber {
        Some(id) => tx.prepare_cached("SELECT name FROM subscriber WHERE id = ?1")?.query_row([id], |row| row.get(0)).optional()?,
        None => None,
    };
    Ok(Provenance {
        issued_at: facts.issued_at,
        actor: issued.and_then(|event| event.actor.clone()),
        ledger: issued.and_then(|event| event.ledger),
        policy: issued.and_then(|event| event.details.get("policy").or_else(|| event.details.get("version")).map(shown)),
        cps: issued.and_then(|event| event.details.get("cps")).map(shown),
        subscriber,
        device: device(tx, certificate)?,
    })
}

/// Text as it is, everything else as JSON.
fn shown(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn device(tx: &Connection, certificate: &Certificate) -> Result<Option<Device>> {
    let Some(enrollment) = certificate.enrollment else { return Ok(None) };
    let found: Option<(SubscriberId, Option<DeviceId>)> = tx
        .prepare_cached("SELECT subscriber, device FROM enrollment WHERE id = ?1")?
        .query_row([enrollment], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((subscriber, Some(id))) = found else { return Ok(None) };
    Ok(enrollment::devices_of(tx, subscriber)?.into_iter().find(|device| device.id == id))
}

fn timeline(tx: &Connection, certificate: &Certificate, facts: &Facts, issued: Option<Event>) -> Result<Vec<Event>> {
    let plain = |at: Timestamp, event: &str| Event {
        at,
        event: event.to_owned(),
        actor: None,
        ledger: None,
        details: serde_json::Value::Object(serde_json::Map::new()),
    };
    let mut events = vec![issued.unwrap_or_else(|| plain(facts.issued_at, "certificate.stored"))];
    // The conditions are those of the index, word for word.
    let mut statement = tx.prepare_cached(
        "SELECT number, at, actor, event, details FROM ledger
         WHERE subject = ?1 AND event >= 'certificate.' AND event < 'certificate/' AND event <> 'certificate.issued' ORDER BY number",
    )?;
    let mut rows = statement.query([&certificate.serial])?;
    while let Some(row) = rows.next()? {
        events.push(event(row)?);
    }
    // What was stored before the ledger said so.
    if !events.iter().any(|event| event.event == "certificate.superseded") {
        events.extend(facts.superseded_at.map(|at| plain(at, "certificate.superseded")));
    }
    events.push(plain(certificate.not_after, "certificate.ends"));
    events.sort_by_key(|event| event.at);
    Ok(events)
}
