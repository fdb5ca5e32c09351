//! revokedCertificates (RFC 5280 5.1.2.6), encoded one after another into the buffer that becomes the CRL: a million entries cost
//! the octets that they have there and nothing beside.

use super::Reason;
use crate::{Error, Timestamp, tlv, x509::SerialNumber};

/// One revoked certificate.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Serial, as [`SerialNumber::octets`] gives it; zero and more than 20 octets are refused.
    pub serial: &'a [u8],
    /// revocationDate.
    pub revoked_at: Timestamp,
    /// reasonCode; unspecified is left out (RFC 5280 5.3.1).
    pub reason: Reason,
    /// invalidityDate.
    pub invalid_since: Option<Timestamp>,
}

/// Octets kept free before the entries for all that stands before them and is known only after them. Names and URLs of a CA are
/// far shorter; a longer one costs a copy and nothing else.
const RESERVE: usize = 4 * 1024;

/// A reasonCode (5.3.1) up to its one octet: Extension, its OID, OCTET STRING, ENUMERATED.
const REASON: [u8; 11] = [tlv::SEQUENCE, 10, tlv::OID, 3, 0x55, 0x1d, 21, tlv::OCTET_STRING, 3, 0x0a, 1];
/// An invalidityDate (5.3.2) up to its fifteen characters.
const INVALIDITY: [u8; 11] = [tlv::SEQUENCE, 24, tlv::OID, 3, 0x55, 0x1d, 24, tlv::OCTET_STRING, 17, tlv::GENERALIZED_TIME, 15];

/// Entries of a CRL in the making.
#[derive(Debug, Clone)]
pub struct EntryList {
    /// Free octets, then the entries.
    buffer: Vec<u8>,
    count: u64,
}

impl Default for EntryList {
    fn default() -> Self {
        EntryList { buffer: vec![0; RESERVE], count: 0 }
    }
}

impl EntryList {
    /// Adds an entry at the end.
    pub fn push(&mut self, entry: &Entry<'_>) -> Result<(), Error> {
        let serial = SerialNumber::checked(entry.serial)?;
        let sign: &[u8] = if serial.first().is_some_and(|first| first & 0x80 != 0) { &[0] } else { &[] };
        let reason = Some(entry.reason.code()).filter(|_| entry.reason != Reason::Unspecified);
        // invalidityDate is GeneralizedTime in every year (5.3.2).
        let since = entry.invalid_since.map(Time::new);
        let revoked_at = Time::new(entry.revoked_at);
        let (time, text) = revoked_at.encoded();
        let extensions = reason.map_or(0, |_| REASON.len() + 1) + since.as_ref().map_or(0, |since| INVALIDITY.len() + since.text.len());
        let around = if extensions > 0 { 2 } else { 0 };
        let integer = sign.len() + serial.len();
        let length = 2 + integer + 2 + text.len() + around + extensions;
        // At most 80: no length of an entry needs a second octet.
        let [length, integer, text_length, extensions] =
            [length, integer, text.len(), extensions].map(|length| u8::try_from(length).unwrap_or(u8::MAX));

        let out = &mut self.buffer;
        out.extend_from_slice(&[tlv::SEQUENCE, length, tlv::INTEGER, integer]);
        out.extend_from_slice(sign);
        out.extend_from_slice(serial);
        out.extend_from_slice(&[time, text_length]);
        out.extend_from_slice(text);
        if extensions > 0 {
            out.extend_from_slice(&[tlv::SEQUENCE, extensions]);
        }
        if let Some(code) = reason {
            out.extend_from_slice(&REASON);
            out.push(code);
        }
        if let Some(since) = since {
            out.extend_from_slice(&INVALIDITY);
            out.extend_from_slice(&since.text);
        }
        self.count += 1;
        Ok(())
    }

    /// Adds all of another list at the end.
    pub fn append(&mut self, other: &EntryList) {
        self.buffer.extend_from_slice(other.buffer.get(RESERVE..).unwrap_or_default());
        self.count += other.count;
    }

    /// Makes room for so many octets of further entries.
    pub fn reserve(&mut self, octets: usize) {
        // The extensions and the signature follow in the same buffer.
        self.buffer.reserve_exact(octets.saturating_add(RESERVE));
    }

    /// How many entries.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many octets they have.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.buffer.len() - RESERVE
    }

    pub(super) fn framed(self, before: &[u8], after: &[u8]) -> Framed {
        let mut framed = Framed { buffer: self.buffer, from: RESERVE };
        framed.frame(before, after);
        framed
    }
}

/// A structure that grows at both ends without being moved.
pub(super) struct Framed {
    buffer: Vec<u8>,
    from: usize,
}

impl Framed {
    pub(super) fn octets(&self) -> &[u8] {
        self.buffer.get(self.from..).unwrap_or_default()
    }

    pub(super) fn frame(&mut self, before: &[u8], after: &[u8]) {
        self.buffer.extend_from_slice(after);
        match self.from.checked_sub(before.len()).and_then(|start| Some((start, self.buffer.get_mut(start..self.from)?))) {
            Some((start, room)) => {
                room.copy_from_slice(before);
                self.from = start;
            }
            None => {
                self.buffer.splice(..self.from, before.iter().copied());
                self.from = 0;
            }
        }
    }

    pub(super) fn into_octets(mut self) -> Vec<u8> {
        self.buffer.drain(..self.from);
        self.buffer
    }
}

/// A time as ASN.1 says it.
pub(super) struct Time {
    /// GeneralizedTime `YYYYMMDDHHMMSSZ`.
    text: [u8; 15],
}

impl Time {
    pub(super) fn new(time: Timestamp) -> Self {
        let time = time.to_offset();
        let (year, month, day) = time.to_calendar_date();
        let (hour, minute, second) = time.to_hms();
        let year = year.unsigned_abs().min(9999);
        let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or(0);
        let mut text = [b'Z'; 15];
        let parts = [year / 100, year % 100, u8::from(month).into(), day.into(), hour.into(), minute.into(), second.into()];
        for (pair, number) in text.chunks_exact_mut(2).zip(parts) {
            pair.copy_from_slice(&[digit(number / 10), digit(number)]);
        }
        Time { text }
    }

    /// Identifier and content: UTCTime from 1950 to 2049, GeneralizedTime otherwise (5.1.2.4 to 5.1.2.6).
    pub(super) fn encoded(&self) -> (u8, &[u8]) {
        let short = self.text.get(2..).unwrap_or_default();
        match self.text.first_chunk() {
            Some(b"20") if short < b"5".as_slice() => (tlv::UTC_TIME, short),
            Some(b"19") if short >= b"5".as_slice() => (tlv::UTC_TIME, short),
            _ => (tlv::GENERALIZED_TIME, &self.text),
        }
    }
}
