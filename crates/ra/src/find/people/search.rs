//! Whom a search finds: by name, address and device in the people's own indexes, by serial number and fingerprint in those of certificates.

use super::Ask;
use crate::{
    Result,
    find::{certificates, text::Search},
    id::SubscriberId,
};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter, types::Value};

/// So many people are handed on one by one to lists of what belongs to them; of those whose name or address begins so, more: to compare
/// everybody with them costs more than to ask for each.
const HANDED_ON: i64 = 2_000;
const HANDED_ON_BY_BEGINNING: i64 = 10_000;
/// Beyond, what a search finds by walking is not estimated (0.2 µs each).
const ESTIMATED: i64 = 50_000;
/// By so many of those whose address begins so it is seen what the names of all are like.
const SEEN: i64 = 500;
/// Fewest hex digits by which holders of certificates are found: what fewer begin of a million fingerprints says little about anybody.
const MIN_DIGITS: usize = 8;

/// Whom a search finds, for lists of what belongs to people.
pub(crate) enum Whom {
    /// These.
    Few(Vec<SubscriberId>),
    /// Too many to collect: a condition on `subscriber s`, with its values.
    Many {
        /// SQL.
        condition: String,
        /// Of its parameters.
        values: Vec<Value>,
    },
}

impl Whom {
    /// This person is among them.
    pub(crate) fn finds(&self, tx: &Connection, subscriber: SubscriberId) -> Result<bool> {
        match self {
            Whom::Few(people) => Ok(people.contains(&subscriber)),
            Whom::Many { condition, values } => {
                let sql = format!("SELECT EXISTS (SELECT 1 FROM subscriber s WHERE {condition} AND s.id = ?)");
                let values = values.iter().cloned().chain([subscriber.0.as_bytes().to_vec().into()]);
                Ok(tx.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
            }
        }
    }
}

/// `None`: nothing is searched for.
pub(crate) fn whom(tx: &Connection, text: Option<&str>) -> Result<Option<Whom>> {
    let Some(search) = Search::new(text) else { return Ok(None) };
    let most = if search.expression().is_none() { HANDED_ON_BY_BEGINNING } else { HANDED_ON };
    let mut ask = Ask::people();
    if matches!(searched(tx, &search, &mut ask, most)?, Found::Few) {
        let sql = format!("SELECT s.id {} LIMIT {}", ask.text(), most + 1);
        let people = ids(tx, &sql, &ask.values)?;
        if people.len() as i64 <= most {
            return Ok(Some(Whom::Few(people)));
        }
    }
    let mut each = one_by_one(&search);
    or_these(&mut each, &holders(tx, &search)?);
    Ok(Some(Whom::Many { condition: each.sql.join(" AND "), values: each.values }))
}

/// Whether this search looks holders of certificates up, which needs what is new in the search index of certificates.
pub(crate) fn looks_at_certificates(text: Option<&str>) -> bool {
    Search::new(text).is_some_and(|search| digits(&search).is_some())
}

/// How a search is answered.
#[derive(Debug)]
pub(super) enum Found {
    /// From an index: by trigrams, or by how names and addresses begin.
    Few,
    /// By walking the names.
    Many(Estimate),
}

/// What tells about how many a search finds.
#[derive(Debug)]
pub(super) enum Estimate {
    /// The query of the index of trigrams.
    Trigrams(String),
    /// How names or addresses begin.
    Beginnings(String),
}

impl Estimate {
    /// At least about so many, up to a bound.
    pub(super) fn about(&self, tx: &Connection) -> Result<i64> {
        match self {
            Estimate::Trigrams(expression) => trigrams(tx, expression, ESTIMATED),
            Estimate::Beginnings(word) => beginnings(tx, word, ESTIMATED).map(|(names, addresses)| names.max(addresses)),
        }
    }
}

/// So many stand in the index of trigrams, up to a bound.
fn trigrams(tx: &Connection, expression: &str, bound: i64) -> Result<i64> {
    Ok(tx
        .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM subscriber_search WHERE subscriber_search MATCH ?1 LIMIT ?2)")?
        .query_row((expression, bound), |row| row.get(0))?)
}

/// So many names and so many addresses begin so, each up to a bound.
fn beginnings(tx: &Connection, word: &str, bound: i64) -> Result<(i64, i64)> {
    Ok(tx
        .prepare_cached(
            "SELECT (SELECT count(*) FROM (SELECT 1 FROM subscriber WHERE sort_key >= ?1 AND sort_key < ?2 LIMIT ?3)),
                    (SELECT count(*) FROM (SELECT 1 FROM mailbox WHERE address_key >= ?1 AND address_key < ?2 LIMIT ?3))",
        )?
        .query_row(params![word, until(word), bound], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Most of those whose address begins so, by the first of them, have a name that does not. (Where names are as addresses they stand together,
/// far from where a walk begins, and the few others are looked up.)
fn named_otherwise(tx: &Connection, word: &str) -> Result<bool> {
    let (seen, otherwise): (i64, i64) = tx
        .prepare_cached(
            "SELECT count(*), coalesce(sum(n.sort_key < ?1 OR n.sort_key >= ?2), 0)
             FROM (SELECT subscriber FROM mailbox WHERE address_key >= ?1 AND address_key < ?2 LIMIT ?3) m
             CROSS JOIN subscriber n ON n.id = m.subscriber",
        )?
        .query_row(params![word, until(word), SEEN], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(2 * otherwise > seen)
}

/// Before what all that begin so come.
fn until(word: &str) -> String {
    format!("{word}\u{10ffff}")
}

/// Adds the search to a question about people, by an index where that finds no more than `most`; what names begin with is in the order of
/// names in any case. Holders of certificates with such a serial number or fingerprint are found beside whom the text finds.
pub(super) fn searched(tx: &Connection, search: &Search, ask: &mut Ask, most: i64) -> Result<Found> {
    let found = by_text(tx, search, ask, most)?;
    let holders = holders(tx, search)?;
    if holders.is_empty() {
        return Ok(found);
    }
    if matches!(found, Found::Few) {
        let all = [ids(tx, &format!("SELECT s.id {}", ask.text()), &ask.values)?, holders].concat();
        *ask = Ask::people();
        // So few are looked up by their ids also where a department is asked for, whose index would be read whole.
        ask.tables = "(SELECT id, sort_key, search, kind, +department AS department FROM subscriber) s".to_owned();
        ask.and(&format!("s.id IN ({THESE})"), these(&all));
    } else {
        *ask = one_by_one(search);
        or_these(ask, &holders);
    }
    Ok(found)
}

fn by_text(tx: &Connection, search: &Search, ask: &mut Ask, most: i64) -> Result<Found> {
    let mut found = Found::Few;
    if let Some(expression) = search.expression() {
        if trigrams(tx, &expression, most + 1)? <= most {
            ask.tables =
                "subscriber_search f CROSS JOIN subscriber_find t ON t.number = f.rowid CROSS JOIN subscriber s ON s.id = t.subscriber"
                    .to_owned();
            ask.and("f.subscriber_search MATCH ?", [expression.into()]);
        } else {
            found = Found::Many(Estimate::Trigrams(expression));
        }
    } else if let Some(word) = search.words.first() {
        let (names, addresses) = beginnings(tx, word, most + 1)?;
        if addresses > most && named_otherwise(tx, word)? {
            // They stand among all names and are met soon by walking: to look all of them up would take long for every page.
            one_begins(search, ask);
        } else {
            begins(word, ask);
        }
        if names.max(addresses) > most {
            found = Found::Many(Estimate::Beginnings(word.clone()));
        }
    }
    compared(search, ask);
    Ok(found)
}

/// Everybody whose name begins so, in the order of names and no further than is read, and whoever has another name and an address that
/// begins so: those are looked up and put in that order (2 µs for each address), not by their department, whose index would be read whole.
fn begins(word: &str, ask: &mut Ask) {
    const NAMED: &str = "SELECT id, sort_key, search, kind, department FROM subscriber WHERE sort_key >= ? AND sort_key < ?";
    const ADDRESSED: &str =
        "SELECT n.id, n.sort_key, n.search, n.kind, CAST(n.department AS BLOB) AS department FROM subscriber n WHERE n.id IN
        (SELECT subscriber FROM mailbox WHERE address_key >= ? AND address_key < ?
         EXCEPT SELECT id FROM subscriber WHERE sort_key >= ? AND sort_key < ?)";
    ask.tables = format!("({NAMED} UNION ALL {ADDRESSED}) s");
    for _ in 0..3 {
        ask.values.extend([word.to_owned().into(), until(word).into()]);
    }
}

/// The search as a question about each person by itself.
fn one_by_one(search: &Search) -> Ask {
    let mut ask = Ask::people();
    if search.expression().is_none() {
        one_begins(search, &mut ask);
    }
    compared(search, &mut ask);
    ask
}

/// The name of one person or an address of theirs begins with the first word. (Of a phone, what so few letters begin is found for nearly
/// everybody.)
fn one_begins(search: &Search, ask: &mut Ask) {
    let Some(word) = search.words.first() else { return };
    let (from, until): (Value, Value) = (word.clone().into(), until(word).into());
    ask.and(
        "(s.sort_key >= ? AND s.sort_key < ? OR instr(s.search, char(10) || ?) > 0 AND EXISTS (SELECT 1 FROM mailbox b
            INDEXED BY mailboxes_by_subscriber WHERE b.subscriber = s.id AND b.address_key >= ? AND b.address_key < ?))",
        [from.clone(), until.clone(), from.clone(), from, until],
    );
}

/// Compares each word with what a person is found by. Where all are short, the first begins name or address already.
fn compared(search: &Search, ask: &mut Ask) {
    let known = usize::from(search.expression().is_none());
    for word in search.words.iter().skip(known) {
        if word.chars().count() < 3 {
            let words = [word.clone().into(), word.clone().into(), word.clone().into()];
            ask.and("(substr(s.search, 1, length(?)) = ? OR instr(s.search, char(10) || ?) > 0)", words);
        } else {
            // Comparing substrings needs no escaping, whatever was typed.
            ask.and("instr(s.search, ?) > 0", [word.clone().into()]);
        }
    }
}

/// The hex digits by which holders are looked up.
fn digits(search: &Search) -> Option<&str> {
    search.digits.as_deref().filter(|digits| digits.len() >= MIN_DIGITS)
}

/// Holders of the certificates with a serial number or fingerprint that begins so.
fn holders(tx: &Connection, search: &Search) -> Result<Vec<SubscriberId>> {
    let Some(digits) = digits(search) else { return Ok(Vec::new()) };
    let mut holder =
        tx.prepare_cached("SELECT s.id FROM certificate c CROSS JOIN subscriber s ON s.id = c.subscriber WHERE c.number = ?1")?;
    let mut found: Vec<SubscriberId> = Vec::new();
    for number in certificates::by_digits(tx, digits)? {
        found.extend(holder.query_row([number], |row| row.get::<_, SubscriberId>(0)).optional()?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// People of whom a value holds the ids, 16 octets each, one after the other: any number of them in one statement.
pub(crate) const THESE: &str = "WITH RECURSIVE i (at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM i WHERE 16 * (at + 1) < length(?))
    SELECT substr(?, 16 * at + 1, 16) AS id FROM i";

/// The values of [`THESE`].
pub(crate) fn these(ids: &[SubscriberId]) -> [Value; 2] {
    let octets: Value = ids.iter().flat_map(|id| *id.0.as_bytes()).collect::<Vec<u8>>().into();
    [octets.clone(), octets]
}

/// What is asked, or these.
fn or_these(ask: &mut Ask, ids: &[SubscriberId]) {
    if ids.is_empty() {
        return;
    }
    let asked = std::mem::take(&mut ask.sql).join(" AND ");
    ask.and(&format!("({asked} OR s.id IN ({THESE}))"), these(ids));
}

fn ids(tx: &Connection, sql: &str, values: &[Value]) -> Result<Vec<SubscriberId>> {
    let mut statement = tx.prepare_cached(sql)?;
    let found = statement.query_map(params_from_iter(values), |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Authority, Operator,
        subscriber::{NewSubscriber, SubscriberKind},
        testing,
    };

    fn add(officer: &Operator, name: &str, mail: &str) -> SubscriberId {
        let new = NewSubscriber { name: name.into(), mail: format!("{mail}@example.edu"), kind: SubscriberKind::Person };
        officer.add_subscriber(new).unwrap().id
    }

    /// Whom a search finds, by name: as few, as many, and asked about each person by itself.
    fn three_ways(authority: &Authority, officer: &Operator, text: &str) -> [Vec<String>; 3] {
        let search = Search::new(Some(text)).unwrap();
        let names = |ask: &Ask| {
            let sql = format!("SELECT s.id, s.sort_key {} ORDER BY s.sort_key, s.id", ask.text());
            let found = authority.0.store.read(|tx| ids(tx, &sql, &ask.values)).unwrap();
            found.into_iter().map(|id| officer.subscriber(id).unwrap().name).collect()
        };
        let ways = [(1_000, true), (0, false)].map(|(most, few)| {
            let mut ask = Ask::people();
            let found = authority.0.store.read(|tx| searched(tx, &search, &mut ask, most)).unwrap();
            assert_eq!(matches!(found, Found::Few), few, "{text:?} beyond {most}");
            names(&ask)
        });
        let mut each = one_by_one(&search);
        or_these(&mut each, &authority.0.store.read(|tx| holders(tx, &search)).unwrap());
        let [few, many] = ways;
        [few, many, names(&each)]
    }

    #[test]
    fn what_begins_so_is_found_the_same_few_many_and_one_by_one() {
        let (authority, _clock, _folder) = testing::authority();
        let officer = testing::department(&authority);
        for (name, mail) in [("Zoe Alder", "zoe"), ("Ann Zander", "ann"), ("Bob Zed", "z.bob"), ("zz Top", "top")] {
            add(&officer, name, mail);
        }
        let zoe = officer.subscriber_by_mail("zoe@example.edu").unwrap().id;
        officer.add_mailbox(zoe, "alder@example.edu").unwrap();
        officer.add_mailbox(zoe, "zoe.alder@example.edu").unwrap();
        for (text, expected) in [
            ("z", &["Bob Zed", "Zoe Alder", "zz Top"][..]),
            ("zo", &["Zoe Alder"]),
            ("a", &["Ann Zander", "Zoe Alder"]),
            ("z a", &["Zoe Alder"]),
        ] {
            assert_eq!(three_ways(&authority, &officer, text), [expected, expected, expected], "{text:?}");
        }
    }

    #[test]
    fn holders_are_found_beside_whom_the_text_finds_few_or_many() {
        let (authority, _clock, _folder) = testing::authority();
        let officer = testing::department(&authority);
        let holder = add(&officer, "Alice Example", "alice");
        add(&officer, "Abcdef00 Smith", "smith");
        let write = authority.0.store.write(move |tx| {
            let sql = "INSERT INTO certificate (serial, kind, profile, subject, san, subscriber, key_fingerprint, not_before, not_after, issued_at)
                 VALUES (x'abcdef00000000000000000000000001', 'subscriber', 'signing', 'CN=Alice', '[]', ?1, zeroblob(32), 1, 2, 1)";
            Ok(tx.execute(sql, [holder])?)
        });
        write.unwrap();
        let both = ["Abcdef00 Smith", "Alice Example"];
        assert_eq!(three_ways(&authority, &officer, "abcdef00"), [both, both, both]);
        let found = authority.0.store.read(|tx| whom(tx, Some("AB:CD:EF:00"))).unwrap();
        assert!(matches!(found, Some(Whom::Few(people)) if people == [holder]), "no name has colons");
    }
}
