//! Which certificate profiles lists and reports can be narrowed to.

use crate::{
    Error, Result,
    certificate::{Kind, OTHER},
    profile::ProfileName,
};
use rusqlite::Connection;

/// Certificates of phones and our own bear their kind instead of a certificate profile.
const KINDS: [Kind; 7] = [Kind::Transport, Kind::Root, Kind::Issuing, Kind::Ra, Kind::ProfileSigner, Kind::Tls, Kind::Ocsp];

/// Refuses what is no profile and what no certificate here bears, and says what there is: a typing error would find nothing, and be
/// taken for the truth.
pub(super) fn check<'a>(tx: &Connection, wanted: impl IntoIterator<Item = &'a String>) -> Result<()> {
    let known: Vec<&str> = ProfileName::ALL.map(ProfileName::as_str).into_iter().chain([OTHER]).chain(KINDS.map(Kind::as_str)).collect();
    for profile in wanted {
        if known.contains(&profile.as_str()) {
            continue;
        }
        let borne: bool = tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM certificate_count WHERE profile = ?1)")?
            .query_row([profile], |row| row.get(0))?;
        if !borne {
            return Err(Error::invalid("profile", format!("no certificate profile is called that; there are {}", known.join(", "))));
        }
    }
    Ok(())
}
