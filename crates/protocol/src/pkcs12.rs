//! Identities brought along by people: PKCS#12 (RFC 7292) and PEM bundles.

use crate::{Error, key::PrivateKey, tlv, x509::CertificateView};
use openssl::{
    hash::MessageDigest,
    nid::Nid,
    pkcs12::Pkcs12,
    pkey::PKey,
    stack::Stack,
    x509::{X509, X509Ref},
};
use zeroize::Zeroizing;

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

/// For which readers a PKCS#12 is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Triple DES and SHA-1 (RFC 7292 appendix C): phones and computers of Apple, gpgsm, Windows before 10 1709 read nothing newer.
    Legacy,
    /// PBES2 with AES-256-CBC and HMAC-SHA-256, MAC with SHA-256 (RFC 8018).
    Modern,
}

/// Rounds of the key derivations. The password is meant to be a generated one of 112 bits or more, which needs no stretching, and
/// old readers refuse or crawl through large numbers.
const ITERATIONS: u32 = 2048;

/// Makes a PKCS#12 with a key, its certificate and the chain (issuer first). `name` is what the reader's list shows.
pub fn seal(
    key: &PrivateKey,
    certificate: &CertificateView,
    chain: &[&CertificateView],
    name: &str,
    password: &str,
    form: Form,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    for (what, text) in [("password", password), ("name", name)] {
        if text.contains('\0') {
            return Err(Error::Unencodable { what, reason: "holds a NUL character".to_owned() });
        }
    }
    if !certificate.public_key.belongs_to(key) {
        return Err(Error::Unencodable { what: "PKCS#12", reason: "the certificate belongs to another key".to_owned() });
    }
    let mut further = Stack::new()?;
    for view in chain {
        further.push(X509::from_der(&view.der)?)?;
    }
    let (cipher, digest) = match form {
        Form::Legacy => (Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC, MessageDigest::sha1()),
        Form::Modern => (Nid::AES_256_CBC, MessageDigest::sha256()),
    };
    let leaf = X509::from_der(&certificate.der)?;
    let mut builder = Pkcs12::builder();
    builder.name(name).pkey(key.as_openssl()).cert(&leaf).ca(further);
    builder.key_algorithm(cipher).cert_algorithm(cipher).key_iter(ITERATIONS).mac_iter(ITERATIONS).mac_md(digest);
    Ok(Zeroizing::new(builder.build2(password)?.to_der()?))
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
