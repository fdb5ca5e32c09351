//! A store to find things in, for the bench (feature `bench` only): people and certificates with names of their own.

use super::filler_phones::Phones;
use crate::{Error, Operator, Result, certificate::Uses, id::SubscriberId, subscriber::name::fold};
use protocol::Timestamp;
use rusqlite::{Connection, params};

const GIVEN: [&str; 24] = [
    "Alice", "Bob", "Carol", "David", "Erin", "Frank", "Grace", "Heidi", "Ivan", "Judy", "Karl", "Laura", "Mallory", "Niamh", "Olga",
    "Peggy", "Quentin", "Rosa", "Sybil", "Trent", "Ursula", "Victor", "Wendy", "Zoë",
];
const SYLLABLES: [&str; 20] = [
    "ba", "cor", "den", "fal", "gru", "han", "ist", "jor", "kel", "lum", "mar", "nov", "ost", "pel", "qua", "ros", "ste", "tur", "vin",
    "wes",
];
/// Certificates of one person.
const EACH: u64 = 5;
/// Octets of a certificate with an RSA-2048 key.
const DER: usize = 1_100;

impl Operator {
    /// Stores `count` certificates of `count` / 5 people, each with a mailbox, a phone and an enrollment: most active, some expired, superseded, revoked and held.
    pub fn fill_to_find(&self, count: u64) -> Result<()> {
        let at = self.inner.clock.now();
        self.inner.store.write(move |tx| {
            // One transaction in memory: a million random places in the indexes would otherwise be written many times over.
            tx.pragma_update(None, "cache_size", -2_000_000)?;
            let filled = fill(tx, at, count);
            tx.pragma_update(None, "cache_size", -16_384)?;
            filled
        })
    }
}

impl Operator {
    /// SHA-256 of the newest certificate, in hex.
    pub fn newest_fingerprint(&self) -> Result<String> {
        self.inner.store.read(|tx| {
            let sql = "SELECT der FROM certificate_der ORDER BY number DESC LIMIT 1";
            let der: Vec<u8> = tx.query_row(sql, [], |row| row.get(0))?;
            Ok(crate::issue::hex(&openssl::sha::sha256(&der)).to_ascii_uppercase())
        })
    }
}

fn pick<'a>(from: &[&'a str], by: u64) -> &'a str {
    from.get(usize::try_from(by).unwrap_or(0) % from.len()).copied().unwrap_or_default()
}

/// The oldest began a thousand days ago.
fn begun(at: Timestamp, number: u64, count: u64) -> Result<Timestamp> {
    let age = i64::try_from((count - number) * 1_000 / count).map_err(Error::fault)?;
    Ok(at.plus(-age * Timestamp::DAY))
}

fn fill(tx: &Connection, at: Timestamp, count: u64) -> Result<()> {
    let mut certificate = tx.prepare(
        "INSERT INTO certificate (serial, kind, profile, subject, san, subscriber, key_fingerprint, not_before, not_after, issued_at, \
         superseded_at, revoked_at, reason, department, uses, issuer) \
         VALUES (?1, 'subscriber', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7, ?9, ?10, ?11, (SELECT department FROM subscriber WHERE id = ?5), ?12, zeroblob(20))",
    )?;
    let mut octets = tx.prepare("INSERT INTO certificate_der (number, der) VALUES (?1, ?2)")?;
    let mut person = tx.prepare(
        "INSERT INTO subscriber (id, name, sort_key, search, kind, subject, created_at, department) \
         VALUES (?1, ?2, ?3, ?4, 'person', '[]', ?5, (SELECT id FROM unit WHERE kind = 'department' ORDER BY id LIMIT 1))",
    )?;
    let mut phones = Phones::new(tx)?;
    let (mut subscriber, mut name, mut mail) = (SubscriberId::fresh(), String::new(), String::new());
    for number in 0..count {
        if number % EACH == 0 {
            // A linear congruence: the same names in every run, in no order.
            let mixed = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let family = format!("{}{}{}", pick(&SYLLABLES, mixed >> 12), pick(&SYLLABLES, mixed >> 28), pick(&SYLLABLES, mixed >> 44));
            name = format!("{} {family}", pick(&GIVEN, mixed >> 52));
            mail = format!("{family}.{number}@example.edu");
            subscriber = SubscriberId::fresh();
            person.execute(params![subscriber, name, fold(&name), format!("{}\n{mail}", fold(&name)), at.0])?;
            phones.add(number / EACH, subscriber, &name, &mail, begun(at, number, count)?)?;
        }
        let mut serial: [u8; 16] = crate::secret::random()?;
        // As issued ones are: positive and of full length, else its text names another number of octets.
        if let Some(first) = serial.first_mut() {
            *first = *first & 0x3f | 0x40;
        }
        let begins = begun(at, number, count)?;
        let ends = begins.plus(730 * Timestamp::DAY + i64::try_from(number % 86_400).unwrap_or(0));
        let superseded = (number % 10 == 3).then_some(at.0);
        let reason = match number % 1_000 {
            7..27 => Some(1),
            500 => Some(6),
            _ => None,
        };
        let mut der = vec![0_u8; DER];
        der.iter_mut().zip(serial).for_each(|(to, from)| *to = from);
        let (profile, uses) = match number % EACH {
            0 | 3 => ("signing", Uses::SIGNS_MAIL),
            1 => ("encryption", Uses::READS_MAIL),
            _ => ("authentication", Uses::SIGNS_IN),
        };
        certificate.execute(params![
            &serial[..],
            profile,
            format!("CN={name},OU=Physics,O=Example University"),
            format!("[\"rfc822Name:{mail}\"]"),
            subscriber,
            &crate::secret::random::<32>()?[..],
            begins.0,
            ends.0,
            superseded,
            reason.map(|_| at.0),
            reason,
            uses.bits()
        ])?;
        octets.execute(params![tx.last_insert_rowid(), der])?;
    }
    Ok(())
}
