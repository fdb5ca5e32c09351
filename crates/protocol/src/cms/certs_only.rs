//! SignedData without a signer that carries certificates or a CRL (RFC 8894 section 3.4).

use super::{
    algorithm::ID_DATA,
    ber::{OID, SEQUENCE, context, element},
    sign::signed_data,
    verify::SignedData,
};
use crate::{Error, x509::CertificateView};

/// Degenerate SignedData with the certificates in exactly this order (BER SET, not re-sorted) and no signer.
pub fn certs_only(certificates: &[&CertificateView]) -> Result<Vec<u8>, Error> {
    let ders: Vec<&[u8]> = certificates.iter().map(|c| c.der.as_slice()).collect();
    Ok(degenerate(&element(context(0), &ders)))
}

/// The same around one CRL (SCEP GetCRL).
pub fn crl_only(crl: &[u8]) -> Result<Vec<u8>, Error> {
    Ok(degenerate(&element(context(1), &[crl])))
}

fn degenerate(fields: &[u8]) -> Vec<u8> {
    signed_data(&[], &[&element(OID, &[ID_DATA])], fields, &[])
}

/// Certificates of a certs-only message, in order received.
pub fn read_certs_only(bytes: &[u8]) -> Result<Vec<CertificateView>, Error> {
    read_content(bytes).map(|(certificates, _)| certificates)
}

/// Certificates and the first CRL of a degenerate SignedData.
pub(crate) fn read_content(bytes: &[u8]) -> Result<(Vec<CertificateView>, Option<Vec<u8>>), Error> {
    let read = || {
        let message = SignedData::read(bytes)?;
        let certificates = message.certificates()?;
        let crl = match message.crls {
            Some(crls) if !crls.children().is_empty() => Some(crls.children().expect(SEQUENCE)?.raw.to_vec()),
            _ => None,
        };
        Ok((certificates, crl))
    };
    read().map_err(|error: Error| error.naming("certs-only message"))
}
