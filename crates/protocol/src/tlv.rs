//! Reading tag-length-value octets tolerantly (X.690 8.1, definite lengths): foreign certificates use string types, lengths and
//! numbers that a strict DER decoder refuses. Nothing recurses, so nesting costs no stack.

use crate::{Error, Timestamp};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// One element as received.
#[derive(Clone, Copy)]
pub(crate) struct Tlv<'a> {
    /// Identifier octet (tag numbers above 30 are refused).
    pub(crate) tag: u8,
    /// Content octets.
    pub(crate) content: &'a [u8],
    /// Identifier, length and content octets.
    pub(crate) raw: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// The elements inside.
    pub(crate) fn inside(&self, what: &'static str) -> Reader<'a> {
        Reader { rest: self.content, what }
    }
}

/// Walks over a run of elements; `what` names the structure in errors.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Reader { rest: bytes, what }
    }

    /// The error of this structure.
    pub(crate) fn malformed(&self) -> Error {
        Error::Malformed { what: self.what }
    }

    /// The single element that `bytes` are, without anything after it.
    pub(crate) fn single(bytes: &'a [u8], tag: u8, what: &'static str) -> Result<Tlv<'a>, Error> {
        let mut reader = Reader::new(bytes, what);
        let element = reader.expect(tag)?;
        reader.finish()?;
        Ok(element)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Nothing may follow.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.malformed()) }
    }

    /// The next element whatever it is; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Tlv<'a>>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let Some((tlv, rest)) = split(self.rest) else { return Err(self.malformed()) };
        self.rest = rest;
        Ok(Some(tlv))
    }

    /// The next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Tlv<'a>, Error> {
        match self.next()? {
            Some(tlv) if tlv.tag == tag => Ok(tlv),
            _ => Err(self.malformed()),
        }
    }

    /// The next element when it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, Error> {
        if self.rest.first() == Some(&tag) { self.next() } else { Ok(None) }
    }
}

/// Splits off one element; indefinite and over-long lengths give `None`.
fn split(bytes: &[u8]) -> Option<(Tlv<'_>, &[u8])> {
    let (&tag, after_tag) = bytes.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (&first, mut rest) = after_tag.split_first()?;
    let length = if first < 0x80 {
        usize::from(first)
    } else {
        let count = usize::from(first & 0x7f);
        if count == 0 || count > 4 {
            return None;
        }
        let (octets, after) = rest.split_at_checked(count)?;
        rest = after;
        octets.iter().fold(0_usize, |value, octet| (value << 8) | usize::from(*octet))
    };
    let (content, rest) = rest.split_at_checked(length)?;
    let raw = bytes.get(..bytes.len() - rest.len())?;
    Some((Tlv { tag, content, raw }, rest))
}

/// Octets of a BIT STRING without unused bits.
pub(crate) fn bit_string_octets<'a>(tlv: &Tlv<'a>, what: &'static str) -> Result<&'a [u8], Error> {
    match tlv.content.split_first() {
        Some((0, octets)) => Ok(octets),
        _ => Err(Error::Malformed { what }),
    }
}

/// UTCTime or GeneralizedTime, with or without seconds, `Z` or an offset (RFC 5280 4.1.2.5 allows only the first of each).
pub(crate) fn time(tlv: &Tlv<'_>, what: &'static str) -> Result<Timestamp, Error> {
    read_time(tlv).ok_or(Error::Malformed { what })
}

fn read_time(tlv: &Tlv<'_>) -> Option<Timestamp> {
    let text = std::str::from_utf8(tlv.content).ok()?;
    let zone = text.find(['Z', '+', '-'])?;
    let (digits, zone) = text.split_at(zone);
    let digits = digits.split('.').next()?;
    let (year, rest) = match tlv.tag {
        UTC_TIME => {
            let (year, rest) = digits.split_at_checked(2)?;
            let year: i32 = number(year)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = digits.split_at_checked(4)?;
            (number(year)?, rest)
        }
        _ => return None,
    };
    let field = |from: usize| rest.get(from..from + 2).and_then(number::<u8>);
    let month = time::Month::try_from(field(0)?).ok()?;
    let date = time::Date::from_calendar_date(year, month, field(2)?).ok()?;
    let second = if rest.len() > 8 { field(8)?.min(59) } else { 0 };
    let clock = time::Time::from_hms(field(4)?, field(6)?, second).ok()?;
    let seconds = time::PrimitiveDateTime::new(date, clock).assume_utc().unix_timestamp();
    let offset = match zone.split_at_checked(1)? {
        ("Z", "") => 0,
        (sign, offset) if offset.len() == 4 => {
            let hours: i64 = number(offset.get(..2)?)?;
            let minutes: i64 = number(offset.get(2..)?)?;
            let seconds = hours * Timestamp::HOUR + minutes * Timestamp::MINUTE;
            if sign == "-" { -seconds } else { seconds }
        }
        _ => return None,
    };
    Some(Timestamp(seconds - offset))
}

fn number<N: std::str::FromStr>(digits: &str) -> Option<N> {
    if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// Content octets of an OBJECT IDENTIFIER as dotted text. Arcs up to 128 bits, because identifiers under 2.25 are UUIDs (X.667).
pub(crate) fn oid_to_dotted(content: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(content.len() * 3);
    let mut arc: u128 = 0;
    let mut first = true;
    if content.last().is_none_or(|octet| octet & 0x80 != 0) {
        return None;
    }
    for octet in content {
        arc = arc.checked_mul(128)? | u128::from(octet & 0x7f);
        if octet & 0x80 != 0 {
            continue;
        }
        use std::fmt::Write as _;
        let written = if first {
            let root = (arc / 40).min(2);
            write!(text, "{root}.{}", arc - root * 40)
        } else {
            write!(text, ".{arc}")
        };
        written.ok()?;
        first = false;
        arc = 0;
    }
    Some(text)
}

/// Dotted text as the content octets of an OBJECT IDENTIFIER.
pub(crate) fn oid_from_dotted(dotted: &str) -> Option<Vec<u8>> {
    let mut arcs = dotted.split('.').map(number::<u128>);
    let (root, second) = (arcs.next()??, arcs.next()??);
    if root > 2 || (root < 2 && second > 39) {
        return None;
    }
    let mut content = Vec::with_capacity(24);
    push_arc(&mut content, root.checked_mul(40)?.checked_add(second)?);
    for arc in arcs {
        push_arc(&mut content, arc?);
    }
    Some(content)
}

fn push_arc(content: &mut Vec<u8>, arc: u128) {
    let groups = (128 - arc.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let octet = u8::try_from((arc >> (group * 7)) & 0x7f).unwrap_or_default();
        content.push(if group == 0 { octet } else { octet | 0x80 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(tag: u8, text: &str) -> Option<String> {
        read_time(&Tlv { tag, content: text.as_bytes(), raw: &[] }).map(|t| t.to_string())
    }

    #[test]
    fn times_of_every_age_are_read() {
        assert_eq!(at(UTC_TIME, "260101120000Z").as_deref(), Some("2026-01-01T12:00:00Z"));
        assert_eq!(at(UTC_TIME, "500101000000Z").as_deref(), Some("1950-01-01T00:00:00Z"));
        assert_eq!(at(UTC_TIME, "2601011200Z").as_deref(), Some("2026-01-01T12:00:00Z"));
        assert_eq!(at(UTC_TIME, "260101120000+0100").as_deref(), Some("2026-01-01T11:00:00Z"));
        assert_eq!(at(GENERALIZED_TIME, "21260101000000Z").as_deref(), Some("2126-01-01T00:00:00Z"));
        assert_eq!(at(GENERALIZED_TIME, "20260101000000.5Z").as_deref(), Some("2026-01-01T00:00:00Z"));
        for bad in ["", "Z", "26010112", "261301120000Z", "26010112000é", "+60101120000Z"] {
            assert_eq!(at(UTC_TIME, bad), None, "{bad}");
        }
    }

    #[test]
    fn object_identifiers_survive_both_ways() {
        for dotted in
            ["1.2.840.113549.1.9.1", "2.5.4.3", "0.9.2342.19200300.100.1.1", "2.25.329800735698586629295641978511506172918", "2.999"]
        {
            let content = oid_from_dotted(dotted).unwrap();
            assert_eq!(oid_to_dotted(&content).as_deref(), Some(dotted));
        }
        for bad in ["", "1", "3.1", "1.40", "1.2.x", "1..2", "1.2.-3"] {
            assert_eq!(oid_from_dotted(bad), None, "{bad}");
        }
        assert_eq!(oid_to_dotted(&[]), None);
        assert_eq!(oid_to_dotted(&[0x2a, 0x86]), None);
    }

    #[test]
    fn lengths_beyond_the_octets_are_refused() {
        for bad in [
            &[0x30][..],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x05, 1],
            &[0x30, 0x85, 0, 0, 0, 0, 1, 0],
            &[0x3f, 0x20, 0],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        ] {
            assert!(Reader::new(bad, "test").next().is_err(), "{bad:02x?}");
        }
        let padded = [0x04, 0x82, 0x00, 0x01, 0xaa];
        assert_eq!(Reader::single(&padded, OCTET_STRING, "test").unwrap().content, [0xaa]);
    }
}
