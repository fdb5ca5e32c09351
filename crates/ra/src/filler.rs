//! A full store for the bench (feature `bench` only): many certificates at once, with all the rows that real ones have.

use crate::{
    Denied, Error, Operator, Result, certificate,
    certificate::{Kind, NewCertificate},
    challenge::Purpose,
    id::SubscriberId,
    issue::{self, Intent},
    ledger::{self, Actor},
    profile::ProfileName,
    secret,
};
use protocol::{
    key::{KeyAlgorithm, PrivateKey},
    x509::{AttributeType, CertificateView, DistinguishedName, SubjectAltName},
};
use rusqlite::{Connection, params};

/// Certificates of one person in the full store.
const EACH: u64 = 10;

impl Operator {
    /// Stores `count` certificates that were never signed one by one: copies of one, each with its own serial, key and person.
    /// `revoked`: all that subscribers have is revoked in the end.
    pub fn fill(&self, count: u64, revoked: bool) -> Result<()> {
        let ca = self.inner.issuing_ca()?;
        let name = vec![(AttributeType::Organization, "Example University".to_owned()), (AttributeType::CommonName, "Filler".to_owned())];
        let policy = self.inner.policy_of(self.here()?.id)?;
        let intent = Intent {
            terms: policy.terms(Purpose::Certificate(ProfileName::Signing)),
            subject: DistinguishedName::new(name)?,
            san: vec![SubjectAltName::Rfc822Name("filler@example.edu".to_owned())],
            subscriber: None,
            enrollment: None,
            public_key: PrivateKey::generate(KeyAlgorithm::Rsa2048)?.public()?,
            urls: policy.urls().clone(),
        };
        let (own, clock) = (ca.clone(), self.inner.clock.clone());
        let first = intent.clone();
        let reservation = self.inner.store.write(move |tx| issue::reserve(tx, clock.now(), &own.certificate, &first))?;
        let template = issue::certify(&ca, &intent, &reservation)?.view;
        let clock = self.inner.clock.clone();
        self.inner.store.write(move |tx| {
            // One transaction in memory: a million random places in the indexes would otherwise be written many times over.
            tx.pragma_update(None, "cache_size", -2_000_000)?;
            let filled = fill(tx, clock.now(), &ca.certificate, &template, count).and_then(|()| {
                if revoked {
                    let sql = "UPDATE certificate SET revoked_at = ?, reason = 4 WHERE kind = 'subscriber' AND revoked_at IS NULL";
                    tx.execute(sql, [clock.now().0])?;
                }
                Ok(())
            });
            tx.pragma_update(None, "cache_size", -16_384)?;
            certificate::abandon(tx, clock.now(), &reservation.serial, "made for the bench")?;
            filled
        })
    }
}

fn fill(tx: &Connection, at: protocol::Timestamp, ca: &CertificateView, template: &CertificateView, count: u64) -> Result<()> {
    let place = template.der.windows(16).position(|octets| octets == template.serial.octets()).ok_or(Error::Denied(Denied::NotSetUp))?;
    let mut subscriber = SubscriberId::fresh();
    for number in 0..count {
        if number % EACH == 0 {
            subscriber = SubscriberId::fresh();
        }
        let serial = certificate::fresh_serial()?;
        let facts = serde_json::json!({ "profile": "signing", "subject": template.subject.to_string(), "key": issue::hex(&[0; 32]) });
        certificate::reserve(tx, at, &serial, ca.subject_key_identifier.as_deref(), &facts)?;
        let mut view = template.clone();
        view.der.iter_mut().skip(place).zip(serial.octets()).for_each(|(to, from)| *to = *from);
        view.serial = serial.clone();
        let new = NewCertificate {
            kind: Kind::Subscriber,
            profile: "signing",
            profile_version: 0,
            pilot: false,
            view: &view,
            subscriber: Some(subscriber),
            enrollment: None,
            issued_at: at,
        };
        let number = certificate::insert(tx, &new)?;
        tx.prepare_cached("UPDATE certificate SET key_fingerprint = randomblob(32) WHERE number = ?1")?.execute([number])?;
        ledger::append(tx, at, &Actor::Signet, "certificate.issued", &serial.to_string(), &facts)?;
        let (hash, key, request): ([u8; 32], [u8; 32], [u8; 32]) = (secret::random()?, secret::random()?, secret::random()?);
        tx.prepare_cached(
            "INSERT INTO challenge (hash, purpose, subject, san, subscriber, created_at, expires_at, manual_approval, state, claimed_by, serial)
             VALUES (?1, 'signing', ?2, ?3, ?4, ?5, ?5, 0, 'spent', ?6, ?7)",
        )?
        .execute(params![
            hash,
            serde_json::to_string(&template.subject).map_err(Error::fault)?,
            serde_json::to_string(&template.san).map_err(Error::fault)?,
            subscriber,
            at.0,
            key,
            serial.octets()
        ])?;
        let challenge = tx.last_insert_rowid();
        tx.prepare_cached("INSERT INTO scep_transaction (transaction_id, key, request, challenge, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![issue::hex(&key[..20]).to_uppercase().into_bytes(), key, request, challenge, at.0])?;
    }
    Ok(())
}
