//! Requests as people bring them: read, and refused with what to do instead.

use crate::{Error, Result, scep};
use base64::Engine as _;
use protocol::{
    cms::Digest,
    csr::CertificationRequest,
    x509::{DistinguishedName, SubjectAltName},
};

/// Longest text read: a request of the largest size in PEM, with remarks around it.
const MAX_TEXT: usize = 2 * CertificationRequest::MAX_LEN;

/// Reads DER, PEM or bare base64; verifies the proof of possession; refuses weak and known bad keys and requests for a CA.
pub(super) fn read(octets: &[u8]) -> Result<CertificationRequest> {
    let refused = |reason: String| Error::invalid("csr", reason);
    if octets.len() > MAX_TEXT {
        return Err(refused(format!("the file is larger than {} KiB; a request is not", CertificationRequest::MAX_LEN / 1024)));
    }
    let no_request = || refused("this is no certificate request (PKCS#10, in PEM or DER); choose the .csr or .p10 file".to_owned());
    // A SEQUENCE; its base64 begins with M.
    let der = if octets.first() == Some(&0x30) { octets.to_vec() } else { from_text(octets).ok_or_else(no_request)? };
    let csr = CertificationRequest::from_der(&der).map_err(|error| match error {
        protocol::Error::TooLarge { .. } => refused(format!("the request is larger than {} KiB", CertificationRequest::MAX_LEN / 1024)),
        protocol::Error::Signature { .. } => refused(
            "the signature of the request does not verify, so nothing shows that the requester has the key; make the request again"
                .to_owned(),
        ),
        protocol::Error::Algorithm(which) => unusable(&which),
        _ => no_request(),
    })?;
    csr.public_key.check_strength().map_err(|error| match error {
        protocol::Error::Algorithm(which) => unusable(&which),
        other => other.into(),
    })?;
    if matches!(csr.digest, Digest::Md5 | Digest::Sha1) {
        return Err(refused("the request is signed with MD5 or SHA-1, which can be forged; make it again with SHA-256".to_owned()));
    }
    if csr.asks_for_ca {
        return Err(refused("the request asks for a CA certificate (CA:TRUE); make it again without that extension".to_owned()));
    }
    Ok(csr)
}

fn unusable(which: &str) -> Error {
    Error::invalid("csr", format!("{which}; make a new key (RSA with 2048 bits or more, P-256 or P-384) and a request with it"))
}

/// The octets between the first pair of armour lines, or of the whole text where there are none.
fn from_text(octets: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(octets).ok()?;
    let body = match text.split_once("-----BEGIN ") {
        None => text,
        Some((_, after)) => {
            let (label, after) = after.split_once("-----")?;
            if !matches!(label, "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST") {
                return None;
            }
            after.split_once("-----END ")?.0
        }
    };
    let packed: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(packed).ok()?;
    (!der.is_empty()).then_some(der)
}

/// Invariant 6, said to a person.
pub(super) fn check_names(csr: &CertificationRequest, subject: &DistinguishedName, san: &[SubjectAltName]) -> Result<()> {
    match scep::deviation(csr, subject, san) {
        None => Ok(()),
        Some(reason) => Err(Error::invalid(
            "csr",
            format!("{reason} than this person has ({subject}); make it again without a name, Signet puts in the right one"),
        )),
    }
}
