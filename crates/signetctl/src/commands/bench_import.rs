//! Certificates of another CA in files, for `bench-find` (feature `bench` only).

use super::bench_find::fault;
use crate::refusal::Refusal;
use protocol::{
    Timestamp,
    key::{KeyAlgorithm, PrivateKey, PublicKey},
    x509::{
        AttributeType, Authority as Signer, CertificateSpec, DistinguishedName, ExtendedKeyUsage, KeyUsage, SerialNumber, SubjectAltName,
        Validity, sign_certificate,
    },
};
use ra::{
    Operator,
    issuance::import::ImportFile,
    ports::{Clock, SystemClock},
};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

/// A CA of somebody else.
struct Other(PrivateKey, PublicKey, Option<Vec<u8>>);

impl Signer for Other {
    fn certificate(&self) -> Option<&[u8]> {
        self.2.as_deref()
    }
    fn public_key(&self) -> &PublicKey {
        &self.1
    }
    fn sign(&self, tbs: &[u8]) -> Result<Vec<u8>, protocol::Error> {
        self.0.sign(tbs)
    }
}

/// Writes so many files, and imports them as they lie in a folder.
pub(super) fn import(operator: &Operator, round: u8, count: usize) -> Result<Duration, Refusal> {
    let folder = std::env::temp_dir().join(format!("signet-bench-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(fault)?;
    let took = write(&folder, round, count).and_then(|paths| timed(operator, &paths));
    let _ = std::fs::remove_dir_all(&folder);
    took
}

fn write(folder: &std::path::Path, round: u8, count: usize) -> Result<Vec<PathBuf>, Refusal> {
    let (ca, key) = (PrivateKey::generate(KeyAlgorithm::P256).map_err(fault)?, PrivateKey::generate(KeyAlgorithm::Rsa2048).map_err(fault)?);
    let public = ca.public().map_err(fault)?;
    let (mut other, holder, now) = (Other(ca, public.clone(), None), key.public().map_err(fault)?, SystemClock.now());
    let mut root = spec(uuid(count, round), "Other CA", public, now)?;
    (root.ca, root.key_usage, root.san, root.extended_key_usage) = (Some(None), KeyUsage::KEY_CERT_SIGN, Vec::new(), Vec::new());
    other.2 = Some(sign_certificate(&root, &other).map_err(fault)?);
    let mut paths: Vec<PathBuf> = Vec::with_capacity(count);
    for number in 0..count {
        let spec = spec(uuid(number, round), &format!("Old {number}"), holder.clone(), now)?;
        let path = folder.join(format!("{number:05}.der"));
        std::fs::write(&path, sign_certificate(&spec, &other).map_err(fault)?).map_err(fault)?;
        paths.push(path);
    }
    Ok(paths)
}

fn spec(serial: [u8; 16], name: &str, key: PublicKey, now: Timestamp) -> Result<CertificateSpec, Refusal> {
    Ok(CertificateSpec {
        serial: SerialNumber::from_random(serial),
        subject: DistinguishedName::new(vec![(AttributeType::CommonName, name.to_owned())]).map_err(fault)?,
        san: vec![SubjectAltName::Rfc822Name(format!("{}@example.edu", name.replace(' ', "").to_lowercase()))],
        validity: Validity { not_before: now, not_after: now.plus(365 * Timestamp::DAY) },
        public_key: key,
        key_usage: KeyUsage::KEY_ENCIPHERMENT,
        extended_key_usage: vec![ExtendedKeyUsage::EmailProtection],
        ca: None,
        name_constraints: None,
        policies: Vec::new(),
        crl_urls: Vec::new(),
        ca_issuer_urls: Vec::new(),
        ocsp_urls: Vec::new(),
        ocsp_nocheck: false,
    })
}

/// Another number in every run, so that a store that is used again knows none of them.
fn uuid(number: usize, round: u8) -> [u8; 16] {
    let now = SystemClock.now().0.to_be_bytes();
    let mut serial = [round; 16];
    serial.iter_mut().skip(1).zip(now.into_iter().chain(number.to_be_bytes().into_iter().skip(2))).for_each(|(to, from)| *to = from);
    serial
}

fn timed(operator: &Operator, paths: &[PathBuf]) -> Result<Duration, Refusal> {
    let begun = Instant::now();
    let mut files =
        paths.iter().map(|path| ImportFile { name: path.display().to_string(), content: std::fs::read(path).unwrap_or_default() });
    let report = operator.import_certificates(&mut files)?;
    let elapsed = begun.elapsed();
    match report.refused.first() {
        None if report.added == paths.len() as u64 => Ok(elapsed),
        refused => Err(fault(format!("{} imported; {refused:?}", report.added))),
    }
}
