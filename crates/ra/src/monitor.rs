//! The monitor: looks at the published CRLs as a relying party does, and says when what it finds is not what we made.

mod former;

pub(crate) use former::look_anew;

use crate::{
    Error, Operator, Result,
    authority::Inner,
    publication::{self, Failed, Failure},
};
use protocol::{Timestamp, crl::CrlView};
use rusqlite::OptionalExtension;

/// Each address is looked at so often, ...
const EVERY: i64 = 15 * Timestamp::MINUTE;
/// ... and a new CRL may take so long to arrive before somebody is warned.
const GRACE: i64 = 10 * Timestamp::MINUTE;
/// A CRL that ends sooner is called stale: ours are renewed two days or more before their end.
const ENDS_SOON: i64 = Timestamp::DAY;

/// What was found at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MonitorState {
    /// Not looked at yet.
    Unchecked,
    /// Our current CRL (or the one before, while the current one is on its way).
    Fresh,
    /// A CRL of ours that has ended or ends within a day, or that is of the future: it was made while the clock was ahead.
    Stale,
    /// A CRL of ours with another number than the current one.
    OtherNumber,
    /// Nothing could be fetched.
    Unreachable,
    /// Something that is no CRL signed by our CA.
    Unreadable,
}

impl MonitorState {
    /// What to do about the CRL of this name; `None` where nothing is to be done, or where the failure says it.
    fn next(self, name: &str) -> Option<&'static str> {
        match self {
            MonitorState::Unchecked | MonitorState::Fresh | MonitorState::Unreachable => None,
            // What there is would be published once more, and ends as soon.
            MonitorState::Stale if name == "root" => Some(
                "`signetctl crl root` says whether the root's key is needed to make it anew (`signetctl crl sign-root`); then publish again \
                 (`signetctl crl publish`), and look whether the clock is right",
            ),
            MonitorState::Stale => {
                Some("see why that place gets no new one (`signetctl crl targets`), and look whether the clock is right")
            }
            // From an older copy a list without the later revocations would take the place of the one that has them.
            MonitorState::OtherNumber => Some(
                "look first whether this is an older copy of the folder, which a number that was never made here means: then publish nothing \
                 from it; otherwise publish again (`signetctl crl publish`)",
            ),
            MonitorState::Unreadable => Some("look at what the web server offers there"),
        }
    }
}

/// A published CRL as it was last seen.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PublishedCrl {
    /// Where a relying party finds it: a URL, or a file.
    pub address: String,
    /// `root`, `issuing` or `issuing-delta`.
    pub name: &'static str,
    /// What was found.
    pub state: MonitorState,
    /// Why nothing could be fetched; `None` also of what was recorded before reasons had words of their own: there it stands in `detail`.
    pub failure: Option<Failure>,
    /// In words; empty when all is well. Of what could not be fetched: what the other side or the system said.
    pub detail: String,
    /// cRLNumber found.
    pub number: Option<u64>,
    /// nextUpdate found.
    pub next_update: Option<Timestamp>,
    /// When it was looked at.
    pub checked_at: Option<Timestamp>,
    /// Since when it is in this state.
    pub since: Option<Timestamp>,
    /// `status.url` was moved away from here, and the last certificate that names this address ends then; `None`: an address of today.
    pub named_until: Option<Timestamp>,
}

impl PublishedCrl {
    /// Does somebody have to look after it?
    #[must_use]
    pub fn warns(&self) -> bool {
        !matches!(self.state, MonitorState::Unchecked | MonitorState::Fresh)
    }

    /// In one English line: what was found, and of what could not be fetched why, and what to do; of an address of before, until when
    /// certificates name it.
    #[must_use]
    pub fn told(&self) -> String {
        let found = self.found();
        match self.named_until {
            None => found,
            Some(until) if found.is_empty() => format!("certificates from before name this address until {until}"),
            Some(until) => format!("{found}; certificates from before name this address until {until}"),
        }
    }

    fn found(&self) -> String {
        if let Some(why) = self.failure {
            return Failed::new(why, &*self.detail).to_string();
        }
        match self.state.next(self.name) {
            Some(next) if self.detail.is_empty() => next.to_owned(),
            Some(next) => format!("{}; {next}", self.detail),
            None => self.detail.clone(),
        }
    }
}

/// State, words, number and nextUpdate.
type Finding = (MonitorState, String, Option<u64>, Option<Timestamp>);

impl Inner {
    fn judge(&self, name: &str, found: std::result::Result<&[u8], &Failed>) -> Result<Finding> {
        let bytes = match found {
            Ok(bytes) => bytes,
            Err(failed) => return Ok((MonitorState::Unreachable, publication::shown(&failed.said), None, None)),
        };
        let authorities = self.authorities()?;
        let ca = if name == "root" { &authorities.root } else { &authorities.issuing };
        let Ok(crl) = CrlView::from_der(bytes) else {
            return Ok((MonitorState::Unreadable, "this is no CRL".to_owned(), None, None));
        };
        if crl.issuer_der != ca.subject_der || crl.verify(&ca.public_key).is_err() {
            return Ok((MonitorState::Unreadable, "this CRL is not signed by our CA".to_owned(), None, None));
        }
        if crl.base.is_some() != (name == "issuing-delta") {
            return Ok((MonitorState::Unreadable, "a delta CRL and a complete one were mixed up".to_owned(), None, None));
        }
        let now = self.clock.now();
        let judged = |state, words: String| Ok((state, words, crl.number, Some(crl.next_update)));
        if crl.next_update <= now {
            return judged(MonitorState::Stale, format!("ended {}: relying parties refuse it", crl.next_update));
        }
        // RFC 5280 5.1.2.4. Ours lie back in time; one that does not was made while the clock was ahead, and came to stay.
        if now < crl.this_update {
            let words = format!("good only from {} on: relying parties refuse it until then, or this clock is behind", crl.this_update);
            return judged(MonitorState::Stale, words);
        }
        if crl.next_update < now.plus(ENDS_SOON) {
            return judged(MonitorState::Stale, format!("ends {}", crl.next_update));
        }
        let ours = self.crl_number(ca.subject_key_identifier.as_deref().unwrap_or_default())?;
        match (crl.number, ours) {
            (Some(found), Some((current, _, _))) if found == current => judged(MonitorState::Fresh, String::new()),
            (Some(found), Some((current, made_at, _))) if found < current => {
                if now < made_at.plus(GRACE) {
                    judged(MonitorState::Fresh, String::new())
                } else {
                    judged(MonitorState::OtherNumber, format!("number {found} is there, {current} was made {made_at}"))
                }
            }
            // Numbers are taken before signing, so one that is on its way is known.
            (Some(found), Some((_, _, taken))) if found <= taken => judged(MonitorState::Fresh, String::new()),
            (Some(found), _) => {
                judged(MonitorState::OtherNumber, format!("number {found} is there, which this folder never gave: it may be an older copy"))
            }
            (None, _) => judged(MonitorState::OtherNumber, "it has no number".to_owned()),
        }
    }
}

fn state(text: &str) -> Result<MonitorState> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(Error::fault)
}

impl Operator {
    /// `status.url` and the publication targets, with the CRLs there.
    fn addresses_of_today(&self) -> Result<Vec<former::Address>> {
        let settings = self.inner.network()?;
        let mut addresses = Vec::new();
        let delta = settings.delta_crl.then_some("issuing-delta");
        let targets = self.publication_targets()?;
        for name in ["issuing", "root"].into_iter().chain(delta) {
            addresses.extend(settings.status_url.as_ref().map(|url| (format!("{url}/crl/{name}.crl"), name)));
            addresses.extend(targets.iter().map(|target| (format!("{}/{name}.crl", target.address), name)));
        }
        Ok(addresses)
    }

    /// Every address where a relying party looks for our CRLs, as last seen: `status.url`, the publication targets and, after them, where
    /// certificates from before `status.url` was moved still say that they are.
    pub fn published_crls(&self) -> Result<Vec<PublishedCrl>> {
        let (at, today) = (self.inner.clock.now(), self.addresses_of_today()?);
        self.inner.store.read(|c| {
            let former = former::named(c, at, &today)?.into_iter().map(|(address, until)| (address, Some(until)));
            let mut list = Vec::with_capacity(today.len());
            for ((address, name), named_until) in today.into_iter().map(|address| (address, None)).chain(former) {
                let mut statement = c.prepare_cached(
                    "SELECT state, detail, number, next_update, checked_at, since, failure FROM published_crl WHERE address = ?",
                )?;
                let found = statement
                    .query_row([&address], |row| {
                        let (state, detail): (String, String) = (row.get(0)?, row.get(1)?);
                        let (number, next_update): (Option<i64>, Option<i64>) = (row.get(2)?, row.get(3)?);
                        let failure: Option<String> = row.get(6)?;
                        Ok((state, detail, number, next_update, row.get::<_, i64>(4)?, row.get::<_, i64>(5)?, failure))
                    })
                    .optional()?;
                list.push(match found {
                    None => PublishedCrl {
                        address,
                        name,
                        state: MonitorState::Unchecked,
                        failure: None,
                        detail: String::new(),
                        number: None,
                        next_update: None,
                        checked_at: None,
                        since: None,
                        named_until,
                    },
                    Some((word, detail, number, next_update, checked_at, since, failure)) => PublishedCrl {
                        address,
                        name,
                        state: state(&word)?,
                        failure: failure.as_deref().and_then(Failure::parse),
                        detail,
                        number: number.and_then(|n| u64::try_from(n).ok()),
                        next_update: next_update.map(Timestamp),
                        checked_at: Some(Timestamp(checked_at)),
                        since: Some(Timestamp(since)),
                        named_until,
                    },
                });
            }
            Ok(list)
        })
    }

    /// Those that are to be looked at now. After `status.url` was moved, it is found out first until when the address of before is named.
    pub fn published_crls_due(&self) -> Result<Vec<PublishedCrl>> {
        self.look_for_former(&self.addresses_of_today()?)?;
        let now = self.inner.clock.now();
        let due = |crl: &PublishedCrl| crl.checked_at.is_none_or(|at| at.plus(EVERY) <= now || now < at);
        Ok(self.published_crls()?.into_iter().filter(due).collect())
    }

    /// Records what was found there: the octets, or why there were none.
    pub fn published_crl_found(&self, looked_at: &PublishedCrl, found: std::result::Result<&[u8], &Failed>) -> Result<()> {
        let at = self.inner.clock.now();
        let failure = found.err().and_then(|failed| failed.why.word());
        let (state, detail, number, next_update) = self.inner.judge(looked_at.name, found)?;
        let word = serde_json::to_value(state).map_err(Error::fault)?.as_str().unwrap_or_default().to_owned();
        let number = number.and_then(|n| i64::try_from(n).ok());
        // An address of today is named by whatever is issued from now on: until when is found out anew once it is one of before.
        let (address, named_until) = (looked_at.address.clone(), looked_at.named_until);
        self.inner.store.write(move |tx| {
            tx.prepare_cached(
                "INSERT INTO published_crl (address, state, detail, number, next_update, checked_at, since, failure, named_until) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8) \
                 ON CONFLICT (address) DO UPDATE SET since = iif(state = excluded.state, since, excluded.since), state = excluded.state, \
                 detail = excluded.detail, number = excluded.number, next_update = excluded.next_update, \
                 checked_at = excluded.checked_at, failure = excluded.failure, named_until = excluded.named_until",
            )?
            .execute((address, word, detail, number, next_update.map(|t| t.0), at.0, failure, named_until.map(|t| t.0)))?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
