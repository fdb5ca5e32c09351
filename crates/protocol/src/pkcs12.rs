//! Identities brought along by people: PKCS#12 (RFC 7292) and PEM bundles.

use crate::{Error, key::PrivateKey, tlv, x509::CertificateView};
use openssl::{
    pkcs12::Pkcs12,
    pkey::PKey,
    x509::{X509, X509Ref},
};

const WHAT: &str = "PKCS#12";
/// Largest file read, octets.
const MAX_LEN: usize = 1024 * 1024;
/// Most rounds of the key derivation of the MAC that are worked off; files of the large programs have 2048 to 1,000,000.
const MAX_ITERATIONS: u64 = 10_000_000;

/// What an imported PKCS#12 holds.
pub struct Identity {
    /// The key.
    pub key: PrivateKey,
    /// Its certificate.
    pub certificate: CertificateView,
    /// The rest of the chain, leaf's issuer first.
    pub chain: Vec<CertificateView>,
}

/// Opens a PKCS#12 with its password: AES or triple DES; 40-bit RC2, which old programs use for the certificates, is refused.
pub fn open(der: &[u8], password: &str) -> Result<Identity, Error> {
    if der.len() > MAX_LEN {
        return Err(Error::TooLarge { what: WHAT });
    }
    if password.contains('\0') {
        return Err(Error::Unencodable { what: "password", reason: "holds a NUL character".to_owned() });
    }
    check_iterations(der)?;
    let file = Pkcs12::from_der(der).map_err(|_| Error::Malformed { what: WHAT })?;
    let parsed = file.parse2(password).map_err(|stack| {
        let reasons: Vec<_> = stack.errors().iter().filter_map(|error| error.reason()).collect();
        if reasons.contains(&"mac verify failure") {
            Error::Signature { what: "PKCS#12 with this password" }
        } else if reasons.iter().any(|reason| reason.contains("unsupported") || reason.contains("unknown")) {
            Error::Algorithm("encryption of this PKCS#12 file; export it again with AES or triple DES".to_owned())
        } else {
            Error::Malformed { what: WHAT }
        }
    })?;
    let key = parsed.pkey.ok_or(Error::Malformed { what: "PKCS#12: it holds no private key" })?;
    let certificates = parsed.cert.iter().map(|certificate| view(certificate));
    let further = parsed.ca.iter().flatten().map(view);
    assemble(PrivateKey::from_openssl(key)?, certificates.chain(further).collect::<Result<_, _>>()?)
}

/// Reads a PEM bundle: certificate chain and key in any order. `password` opens an encrypted key.
pub fn open_pem(pem: &[u8], password: Option<&str>) -> Result<Identity, Error> {
    if pem.len() > MAX_LEN {
        return Err(Error::TooLarge { what: "PEM file" });
    }
    let certificates = X509::stack_from_pem(pem).map_err(|_| Error::Malformed { what: "certificate in a PEM file" })?;
    let mut asked = false;
    // A callback in every case: without one OpenSSL would ask on the terminal.
    let key = PKey::private_key_from_pem_callback(pem, |buffer| {
        asked = true;
        let password = password.unwrap_or_default().as_bytes();
        match buffer.get_mut(..password.len()) {
            Some(place) => {
                place.copy_from_slice(password);
                Ok(password.len())
            }
            None => Ok(0),
        }
    });
    let key = key.map_err(|_| {
        if asked {
            Error::Signature { what: "private key with this password" }
        } else {
            Error::Malformed { what: "private key in a PEM file" }
        }
    })?;
    assemble(PrivateKey::from_openssl(key)?, certificates.iter().map(|certificate| view(certificate)).collect::<Result<_, _>>()?)
}

fn view(certificate: &X509Ref) -> Result<CertificateView, Error> {
    CertificateView::from_der(&certificate.to_der()?)
}

/// Finds the certificate of the key and puts the others in the order of the chain; what does not belong to it comes last.
fn assemble(key: PrivateKey, mut certificates: Vec<CertificateView>) -> Result<Identity, Error> {
    let public = key.public()?;
    let own = certificates.iter().position(|certificate| certificate.public_key == public);
    let certificate = certificates.remove(own.ok_or(Error::Malformed { what: "identity: no certificate belongs to the private key" })?);
    let mut chain: Vec<CertificateView> = Vec::with_capacity(certificates.len());
    while let Some(next) = {
        let issuer = chain.last().unwrap_or(&certificate).issuer_der.clone();
        certificates.iter().position(|candidate| candidate.subject_der == issuer)
    } {
        chain.push(certificates.remove(next));
    }
    chain.append(&mut certificates);
    Ok(Identity { key, certificate, chain })
}

/// PFX ::= SEQUENCE { version, authSafe, macData SEQUENCE { mac, macSalt, iterations DEFAULT 1 } OPTIONAL } (RFC 7292 4).
/// Files in BER are left to OpenSSL.
fn check_iterations(der: &[u8]) -> Result<(), Error> {
    let iterations = || -> Result<Option<u64>, Error> {
        let mut pfx = tlv::Reader::single(der, tlv::SEQUENCE, WHAT)?.inside(WHAT);
        pfx.expect(tlv::INTEGER)?;
        pfx.expect(tlv::SEQUENCE)?;
        let Some(mac_data) = pfx.optional(tlv::SEQUENCE)? else { return Ok(None) };
        let mut mac_data = mac_data.inside(WHAT);
        mac_data.expect(tlv::SEQUENCE)?;
        mac_data.expect(tlv::OCTET_STRING)?;
        let iterations = mac_data.optional(tlv::INTEGER)?;
        Ok(iterations.map(|count| count.content.iter().take(9).fold(0_u64, |value, octet| value.saturating_mul(256) | u64::from(*octet))))
    };
    match iterations() {
        Ok(Some(count)) if count > MAX_ITERATIONS => Err(Error::TooLarge { what: "number of iterations in a PKCS#12 file" }),
        _ => Ok(()),
    }
}
