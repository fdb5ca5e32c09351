//! Exact counts of certificates, kept by triggers per kind, profile, day of notAfter and state; what time alone decides is counted
//! in the index for the one day that has begun.

use super::{CertificateFilter, Kinds, Status};
use crate::{Error, Result, id::UnitId};
use protocol::Timestamp;
use rusqlite::{Connection, params};

/// How many of what.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Counted {
    /// Certificate profile; for our own: root, issuing, ra, ...
    pub profile: String,
    /// Status.
    pub status: Status,
    /// How many.
    pub count: u64,
}

/// Counts of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct CertificateCounts {
    /// All.
    pub total: u64,
    /// By status; those with none are left out.
    pub by_status: Vec<(Status, u64)>,
    /// By profile; those with none are left out.
    pub by_profile: Vec<(String, u64)>,
    /// By both.
    pub by_both: Vec<Counted>,
    /// Active ones that end within 30 days.
    pub ending: u64,
}

/// One kind, profile and status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) kind: String,
    pub(super) profile: String,
    pub(super) status: Status,
    pub(super) count: u64,
}

/// Every certificate that was issued in a department, out of two indexes. There are a dozen groups at most: to sort a million rows for them
/// would take four times as long as to read these.
const OF_DEPARTMENT: &str = "SELECT c.kind, c.profile, CASE WHEN c.reason = 6 THEN 'held' WHEN c.reason IS NOT NULL THEN 'revoked' \
        WHEN c.not_after < ?2 THEN 'expired' WHEN c.superseded_at IS NOT NULL THEN 'superseded' ELSE 'active' END \
     FROM certificate AS d INDEXED BY certificate_of_department \
     CROSS JOIN certificate AS c INDEXED BY certificate_listed ON c.number = d.number WHERE d.department = ?1";

/// All groups that have any.
pub(super) struct Groups(pub(super) Vec<Group>);

impl Groups {
    pub(super) fn read(tx: &Connection, at: Timestamp) -> Result<Self> {
        let today = at.0.div_euclid(Timestamp::DAY);
        // Before today: expired. After today: by state. Today: one by one, in the index that has all of it.
        let mut statement = tx.prepare_cached(
            "SELECT kind, profile, status, sum(n) FROM (
                SELECT kind, profile, CASE WHEN state IN ('held', 'revoked') THEN state WHEN day < ?1 THEN 'expired'
                           WHEN state = 'superseded' THEN state ELSE 'active' END AS status, count AS n
                FROM certificate_count WHERE day <> ?1
                UNION ALL
                SELECT kind, profile, CASE WHEN reason = 6 THEN 'held' WHEN reason IS NOT NULL THEN 'revoked' WHEN not_after < ?2 THEN 'expired'
                           WHEN superseded_at IS NOT NULL THEN 'superseded' ELSE 'active' END, 1
                FROM certificate INDEXED BY certificate_ending WHERE not_after >= ?3 AND not_after < ?4
             ) GROUP BY 1, 2, 3 HAVING sum(n) > 0",
        )?;
        let mut rows = statement.query(params![today, at.0, today * Timestamp::DAY, (today + 1) * Timestamp::DAY])?;
        let mut groups = Vec::new();
        while let Some(row) = rows.next()? {
            groups.push(group(row)?);
        }
        Ok(Groups(groups))
    }

    /// Those of the certificates that were issued in a department, counted one by one.
    pub(super) fn of_department(tx: &Connection, at: Timestamp, department: UnitId) -> Result<Self> {
        let mut statement = tx.prepare_cached(OF_DEPARTMENT)?;
        let mut rows = statement.query(params![department, at.0])?;
        let mut groups: Vec<Group> = Vec::new();
        while let Some(row) = rows.next()? {
            let [kind, profile, status] = [text(row, 0)?, text(row, 1)?, text(row, 2)?];
            let same = |group: &&mut Group| group.kind == kind && group.profile == profile && group.status.as_str() == status;
            match groups.iter_mut().find(same) {
                Some(group) => group.count += 1,
                None => groups.push(Group { kind: kind.to_owned(), profile: profile.to_owned(), status: Status::parse(status)?, count: 1 }),
            }
        }
        groups.sort_by(|a, b| (&a.kind, &a.profile, a.status.as_str()).cmp(&(&b.kind, &b.profile, b.status.as_str())));
        Ok(Groups(groups))
    }

    /// All of them apart by the department that the certificates were issued in, or only those of one. `None`, at the end: our own
    /// certificates, and those of nobody we know. What departments have is counted one by one, the rest is what all have beyond it.
    pub(super) fn by_department(tx: &Connection, at: Timestamp, only: Option<UnitId>) -> Result<Vec<(Option<String>, Group)>> {
        let mut statement =
            tx.prepare_cached("SELECT id, name FROM unit WHERE kind = 'department' AND (?1 IS NULL OR id = ?1) ORDER BY id")?;
        let departments: Vec<(UnitId, String)> =
            statement.query_map([only], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
        let mut rest = if only.is_none() { Self::read(tx, at)?.0 } else { Vec::new() };
        let mut list = Vec::new();
        for (id, name) in departments {
            for group in Self::of_department(tx, at, id)?.0 {
                let same = |other: &&mut Group| (&other.kind, &other.profile, other.status) == (&group.kind, &group.profile, group.status);
                if let Some(all) = rest.iter_mut().find(same) {
                    all.count = all.count.saturating_sub(group.count);
                }
                list.push((Some(name.clone()), group));
            }
        }
        list.extend(rest.into_iter().filter(|group| group.count > 0).map(|group| (None, group)));
        Ok(list)
    }

    pub(super) fn total(&self) -> u64 {
        self.0.iter().map(|group| group.count).sum()
    }

    fn of_kind(&self, kind: Kinds) -> impl Iterator<Item = &Group> {
        self.0.iter().filter(move |group| kind.has(&group.kind))
    }
}

fn text<'a>(row: &'a rusqlite::Row<'_>, column: usize) -> Result<&'a str> {
    row.get_ref(column)?.as_str().map_err(Error::fault)
}

fn group(row: &rusqlite::Row<'_>) -> Result<Group> {
    Ok(Group {
        kind: row.get(0)?,
        profile: row.get(1)?,
        status: Status::parse(row.get_ref(2)?.as_str().map_err(Error::fault)?)?,
        count: u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
    })
}

impl Kinds {
    fn has(self, kind: &str) -> bool {
        match self {
            Kinds::Subscriber => kind == "subscriber",
            Kinds::Transport => kind == "transport",
            Kinds::Authority => !matches!(kind, "subscriber" | "transport"),
            Kinds::All => true,
        }
    }
}

impl Status {
    /// All of them, in the order of the screens.
    pub const ALL: [Status; 5] = [Status::Active, Status::Held, Status::Revoked, Status::Expired, Status::Superseded];

    /// As it is shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Held => "held",
            Status::Revoked => "revoked",
            Status::Expired => "expired",
            Status::Superseded => "superseded",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| Error::fault(format!("status {text}")))
    }
}

/// How many pass a filter, apart from its search and its subscriber.
pub(super) fn total(tx: &Connection, at: Timestamp, groups: &Groups, filter: &CertificateFilter) -> Result<u64> {
    let profile_fits = |profile: &str| filter.profiles.is_empty() || filter.profiles.iter().any(|wanted| wanted == profile);
    let status_fits = |status: Status| filter.statuses.is_empty() || filter.statuses.contains(&status);
    let Some((from, end)) = filter.ending(at) else {
        let fits = groups.of_kind(filter.kind).filter(|group| profile_fits(&group.profile) && status_fits(group.status));
        return Ok(fits.map(|group| group.count).sum());
    };
    if !status_fits(Status::Active) {
        return Ok(0);
    }
    let sum = |until: Timestamp| -> Result<u64> {
        let ending = self::until(tx, at, until, filter.kind)?;
        Ok(ending.into_iter().filter(|(profile, _)| profile_fits(profile)).map(|(_, count)| count).sum())
    };
    Ok(sum(end)?.saturating_sub(sum(from.min(end))?))
}

/// Active ones that end within so many days, by profile: whole days are counted already, the first and the last one by one.
pub(crate) fn ending(tx: &Connection, at: Timestamp, days: u32, kind: Kinds) -> Result<Vec<(String, u64)>> {
    until(tx, at, at.plus(i64::from(days).saturating_mul(Timestamp::DAY)), kind)
}

/// The same, that end before `end`.
pub(super) fn until(tx: &Connection, at: Timestamp, end: Timestamp, kind: Kinds) -> Result<Vec<(String, u64)>> {
    let (first, last) = (at.0.div_euclid(Timestamp::DAY) + 1, end.0.div_euclid(Timestamp::DAY));
    let whole_from = (first * Timestamp::DAY).min(end.0);
    let whole_until = (last * Timestamp::DAY).max(whole_from);
    let mut statement = tx.prepare_cached(
        "SELECT kind, profile, sum(n) FROM (
            SELECT kind, profile, count AS n FROM certificate_count WHERE state = 'valid' AND day >= ?1 AND day < ?2
            UNION ALL
            SELECT kind, profile, 1 FROM certificate INDEXED BY certificate_ending
            WHERE not_after >= ?3 AND not_after < ?4 AND reason IS NULL AND superseded_at IS NULL
            UNION ALL
            SELECT kind, profile, 1 FROM certificate INDEXED BY certificate_ending
            WHERE not_after >= ?5 AND not_after < ?6 AND reason IS NULL AND superseded_at IS NULL
         ) GROUP BY 1, 2",
    )?;
    let mut rows = statement.query(params![first, last, at.0, whole_from, whole_until, end.0])?;
    let mut list: Vec<(String, u64)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (of, profile, count): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let count = u64::try_from(count).unwrap_or(0);
        if !kind.has(&of) || count == 0 {
            continue;
        }
        match list.iter_mut().find(|(known, _)| *known == profile) {
            Some((_, sum)) => *sum += count,
            None => list.push((profile, count)),
        }
    }
    Ok(list)
}

/// For the filter chips.
pub(super) fn of_kind(tx: &Connection, at: Timestamp, kind: Kinds) -> Result<CertificateCounts> {
    let groups = Groups::read(tx, at)?;
    let mut counts = CertificateCounts::default();
    for group in groups.of_kind(kind) {
        counts.total += group.count;
        match counts.by_status.iter_mut().find(|(status, _)| *status == group.status) {
            Some((_, sum)) => *sum += group.count,
            None => counts.by_status.push((group.status, group.count)),
        }
        match counts.by_profile.iter_mut().find(|(profile, _)| *profile == group.profile) {
            Some((_, sum)) => *sum += group.count,
            None => counts.by_profile.push((group.profile.clone(), group.count)),
        }
        counts.by_both.push(Counted { profile: group.profile.clone(), status: group.status, count: group.count });
    }
    counts.by_status.sort_by_key(|(status, _)| Status::ALL.iter().position(|known| known == status));
    counts.ending = ending(tx, at, 30, kind)?.into_iter().map(|(_, count)| count).sum();
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::OF_DEPARTMENT;
    use crate::testing;

    #[test]
    fn a_department_is_counted_out_of_two_indexes_without_sorting_its_certificates() {
        let (authority, _clock, _folder) = testing::authority();
        let plan = authority.0.store.read(|c| {
            let mut statement = c.prepare(&format!("EXPLAIN QUERY PLAN {OF_DEPARTMENT}"))?;
            Ok(statement.query_map(([1_u8; 16], 0), |row| row.get::<_, String>(3))?.collect::<rusqlite::Result<Vec<_>>>()?)
        });
        let plan = plan.unwrap();
        assert!(plan.iter().all(|step| step.contains("COVERING INDEX")) && plan.len() == 2, "{plan:?}");
    }
}
