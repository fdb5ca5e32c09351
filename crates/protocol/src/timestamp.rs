//! Whole UTC seconds.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A point in time in whole UTC seconds since 1970; shown and serialised as RFC 3339 (`2026-11-21T10:00:00Z`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// One minute in seconds.
    pub const MINUTE: i64 = 60;
    /// One hour in seconds.
    pub const HOUR: i64 = 3_600;
    /// One day in seconds (UTC has no other).
    pub const DAY: i64 = 86_400;

    /// This time plus `seconds` (negative: earlier), saturating.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Timestamp(self.0.saturating_add(seconds))
    }

    /// As the `time` crate has it; clamped to the years that X.509 can say.
    #[must_use]
    pub fn to_offset(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0.clamp(-62_135_596_800, 253_402_300_799)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Reads RFC 3339; `None` when it is not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(|t| Timestamp(t.unix_timestamp()))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.to_offset().format(&Rfc3339) {
            Ok(text) => f.write_str(&text),
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Timestamp::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}
