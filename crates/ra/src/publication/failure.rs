//! Why a file did not arrive at a place, or could not be fetched from it, and what is to be done next.

use std::fmt;

/// Why an attempt failed. Stored as a stable word; whoever shows it has the sentences in their language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Failure {
    /// 401 or 403: the server wants another name or password (RFC 9110 15.5.2).
    Credentials,
    /// 404 or 409: the folder is not there (RFC 4918 9.7.1).
    NoFolder,
    /// 405 or 501: the server takes no PUT.
    NoPut,
    /// 405 or 501: the server takes no DELETE.
    NoDelete,
    /// 413: a file of this size is not taken.
    TooLarge,
    /// 507: there is no room (RFC 4918 11.5).
    Full,
    /// 3xx: it has moved.
    Moved,
    /// Any other 5xx.
    ServerFault,
    /// Any other answer, also 202, which promises nothing.
    Refused,
    /// No answer in time.
    Silent,
    /// No connection: a wrong name, no network, a server that is down, TLS that is not trusted.
    Unreachable,
    /// The connection was lost in the middle.
    Interrupted,
    /// The disk of a folder is full.
    DiskFull,
    /// A folder cannot be written to.
    NotWritable,
    /// A file in a folder cannot be removed.
    NotRemovable,
    /// Fetched: 404 or 410, or no such file.
    Missing,
    /// Fetched: 401 or 403, where everybody must be let in.
    NotPublic,
    /// Fetched: larger than any CRL of ours.
    Oversized,
    /// Fetched: it broke off, or may not be read.
    Unreadable,
}

impl Failure {
    /// All of them.
    pub const ALL: [Failure; 19] = [
        Failure::Credentials,
        Failure::NoFolder,
        Failure::NoPut,
        Failure::NoDelete,
        Failure::TooLarge,
        Failure::Full,
        Failure::Moved,
        Failure::ServerFault,
        Failure::Refused,
        Failure::Silent,
        Failure::Unreachable,
        Failure::Interrupted,
        Failure::DiskFull,
        Failure::NotWritable,
        Failure::NotRemovable,
        Failure::Missing,
        Failure::NotPublic,
        Failure::Oversized,
        Failure::Unreadable,
    ];

    /// The word that is stored.
    pub(crate) fn word(self) -> Option<String> {
        serde_json::to_value(self).ok()?.as_str().map(str::to_owned)
    }

    /// What was stored; `None` for what no version of this program wrote.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::from(word)).ok()
    }

    /// What it means, in English, without a full stop.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Failure::Credentials => "the server wants another name or password",
            Failure::NoFolder => "there is no such folder on the server",
            Failure::NoPut => "the server takes no PUT",
            Failure::NoDelete => "the server takes no DELETE",
            Failure::TooLarge => "the server takes no file of this size",
            Failure::Full => "the server is full",
            Failure::Moved => "it has moved",
            Failure::ServerFault => "the server has a fault of its own",
            Failure::Refused => "the server refused",
            Failure::Silent => "the server did not answer in time",
            Failure::Unreachable => "the server cannot be reached",
            Failure::Interrupted => "the connection failed",
            Failure::DiskFull => "the disk there is full",
            Failure::NotWritable => "it cannot be written there",
            Failure::NotRemovable => "it cannot be removed there",
            Failure::Missing => "nothing is there",
            Failure::NotPublic => "not everybody may read it",
            Failure::Oversized => "it is larger than any CRL of ours",
            Failure::Unreadable => "it could not be read",
        }
    }

    /// What to do next, in English, without a full stop. Attempts are repeated by themselves whatever is done.
    #[must_use]
    pub fn next(self) -> &'static str {
        match self {
            Failure::Credentials => "remove the place and add it again with the right name and password",
            Failure::NoFolder => "have the folder made there, or add the address of one that is there",
            Failure::NoPut => "have PUT or WebDAV switched on there, or take another place",
            Failure::NoDelete | Failure::NotRemovable => "remove the file there by hand",
            Failure::TooLarge => "have the largest size of uploads raised there",
            Failure::Full | Failure::DiskFull => "make room there",
            Failure::Moved => "add the new address and remove this one",
            Failure::ServerFault => "ask whoever runs the server to look into its log",
            Failure::Refused => "ask whoever runs the server why it refuses this address",
            Failure::Silent => "look whether the server is overloaded or a firewall is in the way",
            Failure::Unreachable => "look whether the address is right, the network is there and the server runs",
            Failure::Interrupted => "where it happens again, look at the network and into the server's log",
            Failure::NotWritable => "look whether the folder is there and this account may write to it",
            Failure::Missing => "publish again, and look whether the web server offers that folder",
            Failure::NotPublic => "let everybody read there: who checks a certificate gives no name",
            Failure::Oversized => "look at what the web server offers at this address",
            Failure::Unreadable => "look whether it is whole there and this account may read it",
        }
    }
}

/// A failed attempt: why, and what the other side or the system said, as they said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Why.
    pub why: Failure,
    /// Their words: a status line, an error of the system; empty where there are none.
    pub said: String,
}

impl Failed {
    /// With what was said.
    pub fn new(why: Failure, said: impl Into<String>) -> Self {
        Failed { why, said: said.into() }
    }
}

/// One line in English: what was said, what it means, what to do.
impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.said.is_empty() {
            write!(f, "{}: ", self.said)?;
        }
        write!(f, "{}; {}", self.why.meaning(), self.why.next())
    }
}

#[cfg(test)]
mod tests {
    use super::{Failed, Failure};
    use std::collections::HashSet;

    #[test]
    fn every_failure_is_a_word_of_its_own_and_says_what_it_means_and_what_to_do() {
        let words: HashSet<_> = Failure::ALL.iter().map(|failure| failure.word().unwrap()).collect();
        assert_eq!(words.len(), Failure::ALL.len());
        for failure in Failure::ALL {
            assert_eq!(Failure::parse(&failure.word().unwrap()), Some(failure));
            for said in [failure.meaning(), failure.next()] {
                assert!(said.len() > 10 && !said.ends_with('.') && !said.contains(';'), "{said}");
            }
        }
        assert_eq!(Failure::parse("somethingNew"), None);
        // It is said of what was fetched, too.
        assert!(!Failure::Refused.next().contains("PUT"));
        let told = Failed::new(Failure::Full, "507 Insufficient Storage").to_string();
        assert_eq!(told, "507 Insufficient Storage: the server is full; make room there");
        assert!(Failed::new(Failure::Silent, "").to_string().starts_with("the server did not answer in time; look "));
    }
}
