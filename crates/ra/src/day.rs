//! Days of the calendar that an officer writes down, as 2026-11-21.

use protocol::Timestamp;

/// So much earlier than in UTC a day begins somewhere (UTC+14, Kiribati).
const EARLIEST: i64 = 14 * Timestamp::HOUR;

/// The day has begun somewhere on earth. The officer's own zone is not known here: what is today for them is refused nowhere.
pub(crate) fn has_come(day: &str, at: Timestamp) -> bool {
    day <= at.plus(EARLIEST).to_string().as_str()
}
