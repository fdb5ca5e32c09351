//! CMS (RFC 5652) as devices write it, and read with a device's eyes.

mod algorithm;
mod envelope;
mod sign;
mod signed_data;

pub use algorithm::{ContentCipher, Digest, Encoding, KeyTransport};
pub(crate) use envelope::{decrypt, encrypt};
pub(crate) use sign::{SigningOptions, sign};
pub(crate) use signed_data::{SignedData, SignerInfo};

use super::{der::Der, reader::Node};
use crate::Error;
use openssl::x509::X509;

fn content_info(kind: &str, content: Der) -> Der {
    Der::sequence(vec![Der::oid(kind), Der::context(0, vec![content])])
}

/// IssuerAndSerialNumber, octet for octet as in the certificate.
pub(crate) fn issuer_and_serial(certificate: &X509) -> Result<Der, Error> {
    let (issuer, serial) = issuer_and_serial_octets(certificate)?;
    Ok(Der::sequence(vec![Der::Raw(issuer), Der::Raw(serial)]))
}

/// Issuer and serial number that an IssuerAndSerialNumber names, whatever encodes the sequence around them.
fn names(sid: &Node<'_>) -> Result<(Vec<u8>, Vec<u8>), Error> {
    match sid.expect(0x30, "issuerAndSerialNumber")?.members()?.as_slice() {
        [issuer, serial] => Ok((issuer.full.to_vec(), serial.full.to_vec())),
        _ => Err(Error::Malformed("issuerAndSerialNumber".to_owned())),
    }
}

fn issuer_and_serial_octets(certificate: &X509) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let der = certificate.to_der()?;
    let malformed = || Error::Malformed("certificate".to_owned());
    let tbs = *Node::parse(&der)?.members()?.first().ok_or_else(malformed)?;
    let members = tbs.members()?;
    // version [0] is left out in v1 certificates
    let first = usize::from(members.first().is_some_and(|m| m.tag == 0xa0));
    let serial = members.get(first).ok_or_else(malformed)?;
    let issuer = members.get(first + 2).ok_or_else(malformed)?;
    Ok((issuer.full.to_vec(), serial.full.to_vec()))
}

fn unwrap_content_info<'a>(bytes: &'a [u8], kind: &str) -> Result<Node<'a>, Error> {
    let malformed = || Error::Malformed("ContentInfo".to_owned());
    let members = Node::parse(bytes)?.expect(0x30, "ContentInfo")?.members()?;
    let [oid, content] = members.as_slice() else { return Err(malformed()) };
    if oid.oid()? != kind {
        return Err(malformed());
    }
    let inner = content.expect(0xa0, "content")?.members()?;
    let [inner] = inner.as_slice() else { return Err(malformed()) };
    inner.expect(0x30, "content")
}
