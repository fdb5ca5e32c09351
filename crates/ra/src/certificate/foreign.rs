//! Certificates that other CAs issued, kept as history: without an issuer of ours they stand on no CRL and prove nothing here.

use super::{Uses, san_text, uses::ANY};
use crate::{
    Error, Result,
    id::SubscriberId,
    profile::{DOCUMENT_ENCRYPTION, ProfileName},
};
use protocol::x509::{CertificateView, ExtendedKeyUsage, KeyUsage, SerialNumber};
use rusqlite::{Connection, OptionalExtension, params};

/// Stands in the place of a certificate profile where none of ours comes near.
pub(crate) const OTHER: &str = "other";

/// Under which of our certificate profiles it is looked for: the nearest, by what it says that it is for (RFC 5280 4.2.1.12).
/// One for servers, for code, or for anything else that no profile here is about is under none, whatever its key may do.
pub(super) fn nearest(view: &CertificateView) -> &'static str {
    let purposes = &view.extended_key_usage;
    let any = purposes.is_empty() || purposes.iter().any(|purpose| purpose.oid() == ANY);
    let purpose = |of: &ExtendedKeyUsage| any || purposes.contains(of);
    let enciphers = |usage: KeyUsage| usage.has(KeyUsage::KEY_ENCIPHERMENT) || usage.has(KeyUsage::KEY_AGREEMENT);
    let profile = if purpose(&ExtendedKeyUsage::EmailProtection) {
        // What can decrypt is looked for when old mail is to be read.
        if view.key_usage.is_some_and(enciphers) { ProfileName::Encryption } else { ProfileName::Signing }
    } else if purpose(&ExtendedKeyUsage::ClientAuth) {
        ProfileName::Authentication
    } else if purposes.iter().any(|purpose| purpose.oid() == DOCUMENT_ENCRYPTION) {
        ProfileName::Document
    } else {
        return OTHER;
    };
    profile.as_str()
}

/// The DER of whatever certificate has this serial number.
pub(crate) fn der_of(tx: &Connection, serial: &SerialNumber) -> Result<Option<Vec<u8>>> {
    let mut statement = tx.prepare_cached("SELECT der FROM certificate JOIN certificate_der USING (number) WHERE serial = ?")?;
    Ok(statement.query_row([serial.octets()], |row| row.get(0)).optional()?)
}

/// Stores one that was issued elsewhere; nothing was reserved for it. When it was issued is not said: not later than it begins.
pub(crate) fn insert_foreign(tx: &Connection, view: &CertificateView, subscriber: Option<SubscriberId>) -> Result<()> {
    let san = serde_json::to_string(&view.san.iter().map(san_text).collect::<Vec<_>>()).map_err(Error::fault)?;
    tx.prepare_cached(
        "INSERT INTO certificate (serial, kind, profile, subject, san, issuer, subscriber, key_fingerprint, not_before, not_after, issued_at, \
         department, uses) VALUES (?1, 'subscriber', ?2, ?3, ?4, NULL, ?5, ?6, ?7, ?8, ?7, \
         (SELECT department FROM subscriber WHERE id = ?5), ?9)",
    )?
    .execute(params![
        view.serial.octets(),
        nearest(view),
        view.subject.to_string(),
        san,
        subscriber,
        view.public_key.fingerprint(),
        view.validity.not_before.0,
        view.validity.not_after.0,
        Uses::of(view).bits(),
    ])?;
    let number = tx.last_insert_rowid();
    tx.prepare_cached("INSERT INTO certificate_der (number, der) VALUES (?, ?)")?.execute(params![number, view.der])?;
    Ok(())
}
