//! Challenges for SCEP clients that are no iPhones: Linux, routers, tests.

use super::{NewChallenge, Purpose, create};
use crate::{
    Denied, Error, Operator, Result, invitation, ledger,
    profile::{Approval, ProfileName},
    scep,
    secret::Token,
    subscriber,
};
use protocol::{Timestamp, x509::SubjectAltName};

/// Most challenges made at once.
const MOST: u32 = 100_000;

/// A challenge for other SCEP clients, as `scep challenge` prints it.
#[derive(serde::Serialize)]
pub struct ScepChallenge {
    /// The secret, shown once.
    pub challenge: String,
    /// Subject in the form of Apple's SCEP payload.
    pub subject: Vec<Vec<[String; 2]>>,
    /// SANs: `{"rfc822Name": "..."}`.
    pub san: serde_json::Value,
    /// Key Usage of Apple's payload: 1, 4 or 5.
    pub usage: u8,
    /// SCEP URL (plain HTTP).
    pub url: String,
    /// Ends: after `scep.challenge_days`, because the device may be set up later and elsewhere.
    pub expires_at: Timestamp,
}

impl Operator {
    /// Makes `count` challenges for a person and a certificate profile (never `encryption`), in one transaction.
    pub fn scep_challenges(&self, mail: &str, profile: ProfileName, count: u32) -> Result<Vec<ScepChallenge>> {
        if !(1..=MOST).contains(&count) {
            return Err(Error::invalid("count", format!("give a number from 1 to {MOST}")));
        }
        let person = self.subscriber_by_mail(mail)?;
        let (policy, settings) = (self.inner.policy_of(person.department_id)?, self.inner.settings_of(person.department_id)?);
        let definition = policy.profile(profile).clone();
        definition.require_sound()?;
        if !definition.by_scep {
            return Err(Error::Denied(Denied::EncryptionByScep));
        }
        let url = scep::url(&settings)?;
        let san = match invitation::states_address(&definition, &settings) {
            true => {
                let typed = SubjectAltName::Rfc822Name(mail.trim().to_owned()).comparable();
                let mailbox = person
                    .mailboxes
                    .iter()
                    .find(|m| SubjectAltName::Rfc822Name(m.address.clone()).comparable() == typed)
                    .ok_or_else(|| Error::Denied(Denied::MailboxNotValidated { mailbox: mail.trim().to_owned() }))?;
                vec![SubjectAltName::Rfc822Name(mailbox.standing()?)]
            }
            false => Vec::new(),
        };
        let (subject, subscriber, department) = (person.subject.clone(), person.id, person.department_id);
        let (clock, actor, address) = (self.inner.clock.clone(), self.actor.clone(), san.clone());
        let lives = settings.numbers.offered_challenge();
        let manual_approval = settings.scep_manual_approval || definition.approval != Approval::Automatic;
        let (secrets, expires_at): (Vec<Token>, Timestamp) = self.inner.store.write(move |tx| {
            let at = clock.now();
            // Deleted or moved meanwhile.
            if subscriber::department(tx, subscriber)? != Some(department) {
                return Err(Error::NotFound(crate::Noun::Subscriber));
            }
            let new = NewChallenge {
                purpose: Purpose::Certificate(profile),
                subject,
                san,
                subscriber: Some(subscriber),
                enrollment: None,
                device: None,
                expires_at: at.plus(lives),
                manual_approval,
                made_by: Some(actor.clone()),
            };
            let secrets = (0..count).map(|_| create(tx, at, &policy, &new)).collect::<Result<Vec<_>>>()?;
            let facts = serde_json::json!({ "profile": profile.as_str(), "count": count, "expires_at": new.expires_at });
            ledger::append(tx, at, &actor, "challenge.made", &subscriber.to_string(), &facts)?;
            Ok((secrets, new.expires_at))
        })?;
        let san = payload_san(&address);
        Ok(secrets
            .into_iter()
            .map(|secret| ScepChallenge {
                challenge: secret.reveal().to_owned(),
                subject: person.subject.to_rdn_arrays(),
                san: san.clone(),
                usage: definition.apple_key_usage(),
                url: url.clone(),
                expires_at,
            })
            .collect())
    }
}

/// SANs in the form of Apple's SCEP payload (`com.apple.security.scep`): one string each.
fn payload_san(san: &[SubjectAltName]) -> serde_json::Value {
    let mut map = serde_json::Map::new();
    for name in san {
        let (key, value) = match name {
            SubjectAltName::Rfc822Name(address) => ("rfc822Name", address.clone()),
            SubjectAltName::DnsName(name) => ("dNSName", name.clone()),
            SubjectAltName::Uri(uri) => ("uniformResourceIdentifier", uri.clone()),
            SubjectAltName::UserPrincipalName(name) => ("ntPrincipalName", name.clone()),
            SubjectAltName::IpAddress(_) | SubjectAltName::Unknown(_) => continue,
        };
        map.entry(key).or_insert(value.into());
    }
    serde_json::Value::Object(map)
}
