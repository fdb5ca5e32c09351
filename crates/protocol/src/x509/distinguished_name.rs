//! Distinguished names for rcgen, which keeps them in a map.

use super::{AttributeType, DistinguishedName, build::not_ascii};
use crate::{
    Error,
    tlv::{self, Reader, Tlv},
};
use rcgen::{
    DnType, DnValue,
    string::{BmpString, Ia5String, PrintableString, TeletexString, UniversalString},
};

/// A name of ours: UTF8String, but for the types whose syntax is narrower (RFC 5280 appendix A.1).
pub(super) fn from_view(name: &DistinguishedName) -> Result<rcgen::DistinguishedName, Error> {
    let mut written = rcgen::DistinguishedName::new();
    for (attribute, value) in &name.0 {
        let what = attribute.what();
        let value = match attribute {
            AttributeType::Country | AttributeType::SerialNumber => {
                let printable = PrintableString::try_from(value.as_str());
                DnValue::PrintableString(printable.map_err(|_| Error::Unencodable {
                    what,
                    reason: "may hold only Latin letters without accents, digits, blanks and '()+,-./:=?".to_owned(),
                })?)
            }
            AttributeType::EmailAddress | AttributeType::DomainComponent => {
                DnValue::Ia5String(Ia5String::try_from(value.as_str()).map_err(|_| not_ascii(what, value))?)
            }
            _ => DnValue::Utf8String(value.clone()),
        };
        push(&mut written, attribute.oid(), value, what)?;
    }
    Ok(written)
}

/// An issuer's name with the string types that it has. What cannot be said so is refused; what is lost on the way is found when the
/// signed certificate is compared.
pub(super) fn of_issuer(name: &[u8]) -> Result<rcgen::DistinguishedName, Error> {
    const WHAT: &str = "issuer";
    let mut written = rcgen::DistinguishedName::new();
    let mut rdns = Reader::single(name, tlv::SEQUENCE, WHAT)?.inside(WHAT);
    while !rdns.is_empty() {
        let mut rdn = rdns.expect(tlv::SET)?.inside(WHAT);
        let mut pair = rdn.expect(tlv::SEQUENCE)?.inside(WHAT);
        if !rdn.is_empty() {
            return Err(Error::Unencodable { what: WHAT, reason: "has several attributes in one RDN".to_owned() });
        }
        let oid = tlv::oid_to_dotted(pair.expect(tlv::OID)?.content).ok_or_else(|| pair.malformed())?;
        let value = pair.next()?.ok_or_else(|| pair.malformed())?;
        let value = same_type(&value).ok_or_else(|| Error::Unencodable {
            what: WHAT,
            reason: format!("has a value of {oid} in a string type that is not supported"),
        })?;
        push(&mut written, &oid, value, WHAT)?;
    }
    Ok(written)
}

fn same_type(value: &Tlv<'_>) -> Option<DnValue> {
    let text = || std::str::from_utf8(value.content).ok();
    match value.tag {
        0x0c => Some(DnValue::Utf8String(text()?.to_owned())),
        0x13 => Some(DnValue::PrintableString(PrintableString::try_from(text()?).ok()?)),
        0x14 => Some(DnValue::TeletexString(TeletexString::try_from(text()?).ok()?)),
        0x16 => Some(DnValue::Ia5String(Ia5String::try_from(text()?).ok()?)),
        0x1c => Some(DnValue::UniversalString(UniversalString::from_utf32be(value.content.to_vec()).ok()?)),
        0x1e => Some(DnValue::BmpString(BmpString::from_utf16be(value.content.to_vec()).ok()?)),
        _ => None,
    }
}

/// rcgen keeps one value for each key. A second value of a type that rcgen has a word for goes under the same type written as an
/// OID, which is another key to the map and the same octets in the certificate; more are refused.
fn push(name: &mut rcgen::DistinguishedName, oid: &str, value: DnValue, what: &'static str) -> Result<(), Error> {
    let unencodable = |reason: &str| Error::Unencodable { what, reason: reason.to_owned() };
    let arcs = oid.split('.').map(str::parse).collect::<Result<Vec<u64>, _>>();
    let arcs = arcs.map_err(|_| unencodable("has a type that is no object identifier"))?;
    let [named, spelled] = [DnType::from_oid(&arcs), DnType::CustomDnType(arcs)];
    for key in [named, spelled] {
        if name.get(&key).is_none() {
            name.push(key, value);
            return Ok(());
        }
    }
    Err(unencodable("stands more often in one name than certificates can be made for (twice, domain components once)"))
}
