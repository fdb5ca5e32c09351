//! ASN.1 strings of every kind (X.680 clause 41) as text.

use crate::tlv::Tlv;

const UTF8_STRING: u8 = 0x0c;
const NUMERIC_STRING: u8 = 0x12;
const PRINTABLE_STRING: u8 = 0x13;
const TELETEX_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const VISIBLE_STRING: u8 = 0x1a;
const UNIVERSAL_STRING: u8 = 0x1c;
const BMP_STRING: u8 = 0x1e;

/// Decodes a string; `None` when it is none or its octets do not fit its type.
pub(crate) fn decode(tlv: &Tlv<'_>) -> Option<String> {
    match tlv.tag {
        UTF8_STRING => std::str::from_utf8(tlv.content).ok().map(str::to_owned),
        // Programs put UTF-8 and Latin-1 into these, whatever the standard says.
        NUMERIC_STRING | PRINTABLE_STRING | IA5_STRING | VISIBLE_STRING => {
            Some(std::str::from_utf8(tlv.content).map_or_else(|_| latin_1(tlv.content), str::to_owned))
        }
        // T.61 proper is used by nobody; everybody means Latin-1.
        TELETEX_STRING => Some(latin_1(tlv.content)),
        BMP_STRING => {
            let (pairs, rest) = tlv.content.as_chunks::<2>();
            let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
            if rest.is_empty() { char::decode_utf16(units).collect::<Result<_, _>>().ok() } else { None }
        }
        UNIVERSAL_STRING => {
            let (quads, rest) = tlv.content.as_chunks::<4>();
            let characters = quads.iter().map(|quad| char::from_u32(u32::from_be_bytes(*quad)));
            if rest.is_empty() { characters.collect() } else { None }
        }
        _ => None,
    }
}

/// Decodes a string, or gives `#` and the hex of the DER as RFC 4514 2.4 does for values without a string form.
pub(crate) fn decode_or_hex(tlv: &Tlv<'_>) -> String {
    decode(tlv).unwrap_or_else(|| format!("#{}", hex(tlv.raw)))
}

/// Lower-case hex.
pub(crate) fn hex(octets: &[u8]) -> String {
    use std::fmt::Write as _;
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

fn latin_1(octets: &[u8]) -> String {
    octets.iter().map(|octet| char::from(*octet)).collect()
}

/// `local@DOMAIN` with the domain in lower case (RFC 5280 7.5).
pub(crate) fn lower_case_domain(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(tag: u8, content: &[u8]) -> Option<String> {
        decode(&Tlv { tag, content, raw: &[] })
    }

    #[test]
    fn every_string_type_is_read() {
        let meant = Some("Zo\u{eb}".to_owned());
        assert_eq!(text(UTF8_STRING, "Zo\u{eb}".as_bytes()), meant);
        assert_eq!(text(TELETEX_STRING, b"Zo\xeb"), meant);
        assert_eq!(text(PRINTABLE_STRING, b"Zo\xeb"), meant);
        assert_eq!(text(IA5_STRING, "Zo\u{eb}".as_bytes()), meant);
        assert_eq!(text(BMP_STRING, b"\0Z\0o\0\xeb"), meant);
        assert_eq!(text(UNIVERSAL_STRING, b"\0\0\0Z\0\0\0o\0\0\0\xeb"), meant);
    }

    #[test]
    fn octets_that_are_no_text_are_shown_as_hex() {
        for (tag, content) in
            [(UTF8_STRING, &b"\xff"[..]), (BMP_STRING, b"\0"), (BMP_STRING, b"\xd8\0"), (UNIVERSAL_STRING, b"\0\x11\0\0"), (0x04, b"x")]
        {
            assert_eq!(text(tag, content), None);
        }
        assert_eq!(decode_or_hex(&Tlv { tag: 4, content: b"x", raw: b"\x04\x01x" }), "#040178");
    }
}
