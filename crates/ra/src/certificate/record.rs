//! Rows of certificates: stored, looked up, counted. All SQL about them stands here and beside `revoke` and `crl`.

use super::{Certificate, CertificateQuery, Kind, Known, NewCertificate, Uses, reservation};
use crate::{
    Error, Noun, Result,
    id::{EnrollmentId, SubscriberId},
};
use protocol::{
    Timestamp,
    crl::Reason,
    x509::{CertificateView, SerialNumber, SubjectAltName},
};
use rusqlite::{Connection, OptionalExtension, Row, ToSql};

/// Columns of a row of `certificate` as it is listed, in the order that [`listed`] reads. The last but one says that Signet made the key,
/// which follows from the version of the profile as `refusal_of_key` has it; the last one, that we issued it; `uses` is all of [`Uses`].
pub(crate) const COLUMNS: &str = "serial, kind, profile, subject, san, subscriber, enrollment, not_before, not_after, superseded_at, \
     revoked_at, reason, uses, kind = 'subscriber' AND issuer IS NOT NULL AND \
     coalesce((SELECT p.decrypts AND (NOT p.signs OR p.escrow) FROM profile AS p WHERE p.version = certificate.profile_version), \
     certificate.profile IN ('encryption', 'document')), issuer IS NOT NULL";

/// "Active at ?1": neither expired nor revoked, held or superseded.
const ACTIVE: &str = "kind = 'subscriber' AND reason IS NULL AND superseded_at IS NULL";

/// Stores a signed certificate in the caller's transaction and ends its reservation; without one it refuses (recorded before
/// signed). Its number in the store.
pub(crate) fn insert(tx: &Connection, new: &NewCertificate<'_>) -> Result<i64> {
    let NewCertificate { kind, profile, profile_version, pilot, view, subscriber, enrollment, issued_at } = new;
    reservation::end(tx, *issued_at, &view.serial)?;
    let san = serde_json::to_string(&view.san.iter().map(san_text).collect::<Vec<_>>()).map_err(Error::fault)?;
    let uses = if *kind == Kind::Subscriber { Uses::of(view) } else { Uses::NONE };
    tx.prepare_cached(
        "INSERT INTO certificate (serial, kind, profile, subject, san, issuer, subscriber, enrollment, key_fingerprint, not_before, \
         not_after, issued_at, profile_version, pilot, department, uses) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, nullif(?13, 0), ?14, \
         (SELECT department FROM subscriber WHERE id = ?7), ?15)",
    )?
    .execute(rusqlite::params![
        view.serial.octets(),
        kind.as_str(),
        profile,
        view.subject.to_string(),
        san,
        view.authority_key_identifier,
        subscriber,
        enrollment,
        view.public_key.fingerprint(),
        view.validity.not_before.0,
        view.validity.not_after.0,
        issued_at.0,
        i64::try_from(*profile_version).map_err(Error::fault)?,
        pilot,
        uses.bits(),
    ])?;
    let number = tx.last_insert_rowid();
    tx.prepare_cached("INSERT INTO certificate_der (number, der) VALUES (?, ?)")?.execute(rusqlite::params![number, view.der])?;
    Ok(number)
}

/// Looks one of ours up by serial; what was imported from elsewhere proves nothing here.
pub(crate) fn known(tx: &Connection, serial: &SerialNumber) -> Result<Option<Known>> {
    let mut statement = tx.prepare_cached(
        "SELECT kind, profile, der, subscriber, enrollment, reason, not_after FROM certificate JOIN certificate_der USING (number) \
         WHERE serial = ? AND (issuer IS NOT NULL OR kind <> 'subscriber')",
    )?;
    let found = statement
        .query_row([serial.octets()], |row| {
            let reason: Option<i64> = row.get(5)?;
            Ok((
                row.get::<_, String>(0)?,
                Known {
                    kind: Kind::Subscriber,
                    profile: row.get(1)?,
                    der: row.get(2)?,
                    subscriber: row.get(3)?,
                    enrollment: row.get(4)?,
                    revoked: reason.is_some_and(|r| r != HOLD),
                    held: reason == Some(HOLD),
                    not_after: Timestamp(row.get(6)?),
                },
            ))
        })
        .optional()?;
    found.map(|(kind, known)| Ok(Known { kind: Kind::parse(&kind)?, ..known })).transpose()
}

/// How many certificates that we issued to a subscriber are active at `at`.
pub(crate) fn active_count(tx: &Connection, at: Timestamp, subscriber: SubscriberId) -> Result<u32> {
    let sql = format!("SELECT count(*) FROM certificate WHERE subscriber = ?2 AND issuer IS NOT NULL AND not_after >= ?1 AND {ACTIVE}");
    Ok(tx.prepare_cached(&sql)?.query_row(rusqlite::params![at.0, subscriber], |row| row.get(0))?)
}

/// The octets (DER) of the certificates that we issued to a subscriber and that are active at `at`, those of [`active_count`], oldest first.
pub(crate) fn active_of(tx: &Connection, at: Timestamp, subscriber: SubscriberId) -> Result<Vec<Vec<u8>>> {
    let sql = format!(
        "SELECT der FROM certificate JOIN certificate_der USING (number) WHERE subscriber = ?2 AND issuer IS NOT NULL AND not_after >= ?1 \
         AND {ACTIVE} ORDER BY number"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let found = statement.query_map(rusqlite::params![at.0, subscriber], |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// How many certificates that we issued to a subscriber work at `at`, or would again after a reinstatement: superseded ones work until
/// they end.
pub(crate) fn usable_count(tx: &Connection, at: Timestamp, subscriber: SubscriberId) -> Result<u32> {
    let sql = "SELECT count(*) FROM certificate WHERE subscriber = ?2 AND issuer IS NOT NULL AND kind = 'subscriber' AND not_after >= ?1 \
         AND (reason IS NULL OR reason = 6)";
    Ok(tx.prepare_cached(sql)?.query_row(rusqlite::params![at.0, subscriber], |row| row.get(0))?)
}

/// All certificates of an enrollment (transport ones too), oldest first.
pub(crate) fn of_enrollment(tx: &Connection, at: Timestamp, enrollment: EnrollmentId) -> Result<Vec<Certificate>> {
    let sql = format!("SELECT {COLUMNS} FROM certificate WHERE enrollment = ? ORDER BY number");
    collect(tx, &sql, &[&enrollment], at)
}

/// Newest first.
pub(super) fn list(c: &Connection, at: Timestamp, query: &CertificateQuery) -> Result<Vec<Certificate>> {
    let limit = i64::from(if query.limit == 0 { u32::MAX } else { query.limit });
    let before = match &query.after {
        None => i64::MAX,
        Some(serial) => number_of(c, &SerialNumber::parse(serial).map_err(|_| Error::invalid("after", "a serial number in hex"))?)?,
    };
    // The index on (subscriber, number) serves one person's list, the primary key the whole list.
    let mut sql = format!("SELECT {COLUMNS} FROM certificate WHERE number < ?1");
    let mut values: Vec<&dyn ToSql> = vec![&before, &limit];
    if let Some(subscriber) = &query.subscriber {
        sql.push_str(" AND subscriber = ?3");
        values.push(subscriber);
    }
    if !query.all {
        sql.push_str(" AND kind = 'subscriber'");
    }
    sql.push_str(" ORDER BY number DESC LIMIT ?2");
    collect(c, &sql, &values, at)
}

/// One by serial.
pub(crate) fn one(c: &Connection, at: Timestamp, serial: &SerialNumber) -> Result<Certificate> {
    let sql = format!("SELECT {COLUMNS} FROM certificate WHERE serial = ?");
    collect(c, &sql, &[&serial.octets()], at)?.pop().ok_or(Error::NotFound(Noun::Certificate))
}

/// A certificate's DER, and those of its issuers up to the root, by authorityKeyIdentifier.
pub(super) fn with_chain(c: &Connection, serial: &SerialNumber) -> Result<(Vec<u8>, Vec<Vec<u8>>)> {
    let der = super::der_of(c, serial)?.ok_or(Error::NotFound(Noun::Certificate))?;
    let authorities = authorities(c)?;
    let mut chain: Vec<Vec<u8>> = Vec::new();
    let mut child = CertificateView::from_der(&der)?;
    while let Some(issuer) = authorities
        .iter()
        .find(|a| child.der != a.der && child.issuer_der == a.subject_der && child.authority_key_identifier == a.subject_key_identifier)
    {
        chain.push(issuer.der.clone());
        child = issuer.clone();
        if chain.len() > authorities.len() {
            return Err(Error::fault("CA certificates that certify each other"));
        }
    }
    Ok((der, chain))
}

/// All root and issuing CA certificates, newest first.
pub(crate) fn authorities(c: &Connection) -> Result<Vec<CertificateView>> {
    let mut statement = c.prepare_cached(
        "SELECT der FROM certificate JOIN certificate_der USING (number) WHERE kind NOT IN ('subscriber', 'transport') \
         AND kind IN ('root', 'issuing') ORDER BY number DESC",
    )?;
    let mut rows = statement.query([])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(CertificateView::from_der(row.get_ref(0)?.as_blob().map_err(Error::fault)?)?);
    }
    Ok(list)
}

fn number_of(c: &Connection, serial: &SerialNumber) -> Result<i64> {
    let mut statement = c.prepare_cached("SELECT number FROM certificate WHERE serial = ?")?;
    statement.query_row([serial.octets()], |row| row.get(0)).optional()?.ok_or(Error::NotFound(Noun::Certificate))
}

fn collect(c: &Connection, sql: &str, values: &[&dyn ToSql], at: Timestamp) -> Result<Vec<Certificate>> {
    let mut statement = c.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(listed(row, at)?);
    }
    Ok(list)
}

pub(crate) fn listed(row: &Row<'_>, at: Timestamp) -> Result<Certificate> {
    let serial = SerialNumber::from_octets(row.get_ref(0)?.as_blob().map_err(Error::fault)?)?;
    let kind = Kind::parse(row.get_ref(1)?.as_str().map_err(Error::fault)?)?;
    let (not_before, not_after) = (Timestamp(row.get(7)?), Timestamp(row.get(8)?));
    let (superseded, reason): (Option<i64>, Option<i64>) = (row.get(9)?, row.get(11)?);
    let status = match reason {
        Some(HOLD) => "held",
        Some(_) => "revoked",
        None if not_after < at => "expired",
        None if superseded.is_some() => "superseded",
        None => "active",
    };
    let uses = Uses::from_bits(row.get(12)?);
    Ok(Certificate {
        serial: serial.to_string(),
        status: status.to_owned(),
        profile: row.get(2)?,
        subject: row.get(3)?,
        san: serde_json::from_str(row.get_ref(4)?.as_str().map_err(Error::fault)?).map_err(Error::fault)?,
        subscriber: row.get(5)?,
        not_before,
        not_after,
        enrollment: row.get(6)?,
        kind: match kind {
            Kind::Subscriber | Kind::Transport => kind.as_str().to_owned(),
            _ => "authority".to_owned(),
        },
        reads_mail: uses.has(Uses::READS_MAIL),
        serves: crate::life::breaks(uses),
        made_here: row.get(13)?,
        ours: row.get(14)?,
        revoked_at: row.get::<_, Option<i64>>(10)?.map(Timestamp),
    })
}

/// `type:value` with the standard's names (RFC 5280 4.2.1.6).
pub(crate) fn san_text(san: &SubjectAltName) -> String {
    match san {
        SubjectAltName::Rfc822Name(v) => format!("rfc822Name:{v}"),
        SubjectAltName::DnsName(v) => format!("dNSName:{v}"),
        SubjectAltName::Uri(v) => format!("uniformResourceIdentifier:{v}"),
        SubjectAltName::IpAddress(v) => format!("iPAddress:{v}"),
        SubjectAltName::UserPrincipalName(v) => format!("userPrincipalName:{v}"),
        SubjectAltName::Unknown(v) => format!("otherName:{v}"),
    }
}

/// certificateHold.
const HOLD: i64 = reason_code(Reason::CertificateHold);

/// CRLReason's numbers (RFC 5280 5.3.1).
pub(crate) const fn reason_code(reason: Reason) -> i64 {
    reason.code() as i64
}

/// The reason with this number.
pub(crate) fn reason_of(code: i64) -> Result<Reason> {
    Ok(match code {
        0 => Reason::Unspecified,
        1 => Reason::KeyCompromise,
        2 => Reason::CaCompromise,
        3 => Reason::AffiliationChanged,
        4 => Reason::Superseded,
        5 => Reason::CessationOfOperation,
        6 => Reason::CertificateHold,
        8 => Reason::RemoveFromCrl,
        9 => Reason::PrivilegeWithdrawn,
        10 => Reason::AaCompromise,
        other => return Err(Error::fault(format!("CRLReason {other}"))),
    })
}
