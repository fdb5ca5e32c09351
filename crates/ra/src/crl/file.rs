//! A long complete CRL lies in a file beside the database: `crl-ISSUER-NUMBER.der`. It is there, whole and durable, before the row
//! that names it, and goes only when a row names a later one. What is read from it counts only when the CA signed it.

use super::Facts;
use crate::{Result, issue::hex, store};
use protocol::{crl::CrlView, x509::CertificateView};
use std::path::{Path, PathBuf};

/// Shorter ones stay in the row: one durable commit instead of three durable writes.
pub(super) const IN_ROW: usize = 64 * 1024;

fn prefix(issuer: &[u8]) -> String {
    format!("crl-{}-", hex(issuer))
}

fn path(folder: &Path, issuer: &[u8], number: u64) -> PathBuf {
    folder.join(format!("{}{number}.der", prefix(issuer)))
}

/// Writes it, durably. Nothing names it yet.
pub(super) fn write(folder: &Path, issuer: &[u8], number: u64, der: &[u8]) -> Result<()> {
    // Everybody may read a CRL; who may enter the folder is another question. It may be linked to where it is published.
    store::write_public(&path(folder, issuer, number), der)
}

/// Its octets; `None` when it is missing or is not the CRL of these facts, signed by this CA.
pub(super) fn read(folder: &Path, issuer: &[u8], facts: &Facts, ca: &CertificateView) -> Option<Vec<u8>> {
    let path = path(folder, issuer, facts.number);
    let refused = |why: &dyn std::fmt::Display| {
        tracing::warn!(file = %path.display(), "a CRL is made anew: {why}");
        None
    };
    // Never more than it had: the file may be anything by now.
    if !std::fs::metadata(&path).is_ok_and(|file| file.len() == facts.size) {
        return refused(&"its file is missing or has another length");
    }
    let der = match std::fs::read(&path) {
        Ok(der) => der,
        Err(error) => return refused(&error),
    };
    let is_it = CrlView::from_der(&der).is_ok_and(|view| {
        let meant = (view.number, view.this_update, view.base) == (Some(facts.number), facts.this_update, None);
        meant && view.issuer_der == ca.subject_der && view.verify(&ca.public_key).is_ok()
    });
    if is_it { Some(der) } else { refused(&"its file is damaged") }
}

/// Puts it where it is published without writing its octets again, where the file systems can do that: false when they cannot.
pub(super) fn publish(folder: &Path, issuer: &[u8], facts: &Facts, to: &Path) -> Result<bool> {
    let from = path(folder, issuer, facts.number);
    if !std::fs::metadata(&from).is_ok_and(|file| file.len() == facts.size) {
        return Ok(false);
    }
    store::link_public(&from, to)
}

/// Removes what no row names any more: all files of the issuer below this number, which is the stored one's. One above it is on its way.
/// What cannot be removed now (another program reads it) goes next time.
pub(super) fn remove_before(folder: &Path, issuer: &[u8], number: u64) {
    let prefix = prefix(issuer);
    let Ok(files) = std::fs::read_dir(folder) else { return };
    for file in files.flatten() {
        let name = file.file_name();
        // A process that was killed while it wrote left `.crl-ISSUER-NUMBER.der.RANDOM`.
        let of =
            name.to_str().and_then(|name| name.strip_prefix('.').unwrap_or(name).strip_prefix(&prefix)?.split('.').next()?.parse().ok());
        if of.is_some_and(|of: u64| of < number) {
            let _ = std::fs::remove_file(file.path());
        }
    }
}

/// Removes one that was not stored, because a later one was.
pub(super) fn remove(folder: &Path, issuer: &[u8], number: u64) {
    let _ = std::fs::remove_file(path(folder, issuer, number));
}
