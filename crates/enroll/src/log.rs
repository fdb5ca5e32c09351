//! The last requests, for the officer's Server screen. Tokens never enter it.

use protocol::Timestamp;
use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// How many requests are kept.
const KEPT: usize = 500;
/// Longest path that is kept, in characters.
pub(crate) const LONGEST_PATH: usize = 120;

/// One request as the log shows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LogEntry {
    /// When it came.
    pub at: Timestamp,
    /// From where.
    pub peer: Option<IpAddr>,
    /// By HTTPS.
    pub secure: bool,
    /// Method.
    pub method: String,
    /// Path without its query; a link's token is shown as `…`.
    pub path: String,
    /// Status of the answer.
    pub status: u16,
    /// How long it took.
    pub milliseconds: u32,
    /// What else is worth knowing: the SCEP operation, why it was refused.
    pub note: Option<String>,
}

/// What a handler wants to have in the log beside its answer; an extension of the response.
#[derive(Clone)]
pub(crate) struct Note(pub(crate) String);

/// The last 500 requests, newest last. Cheap to clone; all clones are one log.
#[derive(Clone, Default)]
pub struct RequestLog(Arc<Mutex<VecDeque<LogEntry>>>);

impl RequestLog {
    /// All that is kept, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<LogEntry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn push(&self, entry: LogEntry) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= KEPT {
            entries.pop_front();
        }
        entries.push_back(entry);
    }
}

/// The path as it may be written down: what follows `/e/` and `/ota/` is a secret, and a path may be very long.
pub(crate) fn redacted(path: &str) -> String {
    let mut shown = String::new();
    let mut hide_next = false;
    for (n, segment) in path.split('/').enumerate() {
        if n > 0 {
            shown.push('/');
        }
        shown.push_str(if hide_next && !segment.is_empty() { "…" } else { segment });
        // A token may stand deeper when somebody doubles a slash.
        hide_next = matches!(segment, "e" | "ota") || (hide_next && segment.is_empty());
    }
    if shown.chars().count() > LONGEST_PATH {
        shown = shown.chars().take(LONGEST_PATH).chain(std::iter::once('…')).collect();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_written_down() {
        assert_eq!(redacted("/e/Zk3v9Qm2T7yR1bXc8LwN0g"), "/e/…");
        assert_eq!(redacted("/e/Zk3v9Qm2T7yR1bXc8LwN0g/profile"), "/e/…/profile");
        assert_eq!(redacted("/ota/Zk3v9Qm2T7yR1bXc8LwN0g"), "/ota/…");
        assert_eq!(redacted("//e//Zk3v9Qm2T7yR1bXc8LwN0g"), "//e//…");
        assert_eq!(redacted("/scep/signet/pkiclient.exe"), "/scep/signet/pkiclient.exe");
        assert_eq!(redacted("/"), "/");
    }

    #[test]
    fn a_long_path_is_cut() {
        assert_eq!(redacted(&"/x".repeat(5_000)).chars().count(), LONGEST_PATH + 1);
    }

    #[test]
    fn only_the_last_500_requests_are_kept() {
        let log = RequestLog::default();
        for status in 0..600 {
            log.push(LogEntry {
                at: Timestamp(0),
                peer: None,
                secure: true,
                method: "GET".into(),
                path: "/".into(),
                status,
                milliseconds: 0,
                note: None,
            });
        }
        let kept = log.entries();
        assert_eq!(kept.len(), KEPT);
        assert_eq!((kept[0].status, kept[KEPT - 1].status), (100, 599));
    }
}
