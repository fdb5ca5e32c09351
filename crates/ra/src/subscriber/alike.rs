//! Names that look like another one but are spelled with other letters: Cyrillic and Greek letters that are drawn as Latin ones, a capital I
//! or a digit 1 as l, a digit 0 as O. They are found in the index of names, letter by letter; the register is never read through.
//! Not looked for: groups of letters (rn as m), letters of further scripts, and names of people who are in the register no more.

use super::name::{fold, fold_blanks};
use crate::{Error, Noun, Operator, Result, id::SubscriberId};
use rusqlite::{Connection, OptionalExtension};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// So many are told at most.
const MOST: usize = 8;
/// So many beginnings of names are followed at once; of a register far fewer look alike.
const FOLLOWED: usize = 64;
/// Some name begins so: from the beginning up to whatever goes on with the highest of all characters.
const BEGINS: &str = "SELECT 1 FROM subscriber WHERE sort_key >= ?1 AND sort_key < ?2";

/// Letters and digits with the Latin letter that they are drawn as: those of confusables.txt (Unicode Technical Standard 39) that stand in
/// names of people, and Cyrillic U.
const DRAWN_AS: &[(&str, char)] = &[
    ("\u{410}\u{391}", 'A'),
    ("\u{412}\u{392}", 'B'),
    ("\u{421}", 'C'),
    ("\u{415}\u{395}", 'E'),
    ("\u{41d}\u{397}", 'H'),
    ("\u{408}\u{37f}", 'J'),
    ("\u{41a}\u{39a}", 'K'),
    ("\u{41c}\u{39c}", 'M'),
    ("\u{39d}", 'N'),
    ("\u{41e}\u{39f}0", 'O'),
    ("\u{420}\u{3a1}", 'P'),
    ("\u{51a}", 'Q'),
    ("\u{405}", 'S'),
    ("\u{422}\u{3a4}", 'T'),
    ("\u{51c}", 'W'),
    ("\u{425}\u{3a7}", 'X'),
    ("\u{423}\u{4ae}\u{3a5}", 'Y'),
    ("\u{396}", 'Z'),
    ("\u{430}\u{3b1}\u{251}", 'a'),
    ("\u{441}", 'c'),
    ("\u{501}", 'd'),
    ("\u{435}", 'e'),
    ("\u{261}", 'g'),
    ("\u{4bb}", 'h'),
    ("\u{456}\u{3b9}\u{131}", 'i'),
    ("\u{458}\u{3f3}", 'j'),
    ("I1|\u{406}\u{4c0}\u{4cf}\u{399}", 'l'),
    ("\u{43e}\u{3bf}", 'o'),
    ("\u{440}\u{3c1}", 'p'),
    ("\u{51b}", 'q'),
    ("\u{455}", 's'),
    ("\u{3c5}", 'u'),
    ("\u{3bd}\u{475}", 'v'),
    ("\u{51d}", 'w'),
    ("\u{445}", 'x'),
    ("\u{443}\u{4af}\u{3b3}", 'y'),
];

/// Somebody whose name looks like another one's.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LookAlike {
    /// Id.
    pub id: SubscriberId,
    /// Name, as it is spelled.
    pub name: String,
    /// First mail address.
    pub mail: String,
}

impl Operator {
    /// Others in the register whose names look like this one's but are spelled with other letters, at most eight: one may imitate the other.
    /// What differs in accents or in case alone is spelled the same.
    pub fn look_alikes(&self, id: SubscriberId) -> Result<Vec<LookAlike>> {
        self.inner.store.read(|tx| of(tx, id))
    }
}

fn of(tx: &Connection, id: SubscriberId) -> Result<Vec<LookAlike>> {
    let name: Option<String> =
        tx.prepare_cached("SELECT name FROM subscriber WHERE id = ?1")?.query_row([id], |row| row.get(0)).optional()?;
    let name = name.ok_or(Error::NotFound(Noun::Subscriber))?;
    let (own, looks) = (fold(&name), drawn(&name));
    let mut named = tx.prepare_cached(
        "SELECT s.id, s.name, coalesce((SELECT m.address FROM mailbox AS m WHERE m.subscriber = s.id ORDER BY m.position LIMIT 1), '') \
         FROM subscriber AS s WHERE s.sort_key = ?1 ORDER BY s.id",
    )?;
    let mut found = Vec::new();
    for spelled in spelled(tx, &looks)?.into_iter().filter(|spelled| *spelled != own) {
        for other in named.query_map([spelled], |row| Ok(LookAlike { id: row.get(0)?, name: row.get(1)?, mail: row.get(2)? }))? {
            let other = other?;
            // The index knows no case, and an i is no l.
            if drawn(&other.name) == looks {
                found.push(other);
            }
        }
    }
    found.truncate(MOST);
    Ok(found)
}

/// A name in the letters that it is drawn as, without accents. Case counts: only a capital I looks like an l.
fn drawn(name: &str) -> String {
    let as_drawn = |c: char| DRAWN_AS.iter().find(|(others, _)| others.contains(c)).map_or(c, |(_, letter)| *letter);
    fold_blanks(&name.nfkd().filter(|c| !is_combining_mark(*c)).map(as_drawn).collect::<String>())
}

/// The letters that are drawn so, as they stand in folded names.
fn letters(drawn: char) -> Vec<char> {
    let others = DRAWN_AS.iter().find(|(_, letter)| *letter == drawn).map_or("", |(others, _)| *others);
    // A capital sigma that ends a word is folded into a letter of its own.
    let last = (drawn == '\u{3a3}').then_some('\u{3c2}');
    let mut all: Vec<char> = others.chars().chain([drawn]).flat_map(char::to_lowercase).chain(last).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Folded names that the register may have and that are perhaps drawn so.
fn spelled(tx: &Connection, drawn: &str) -> Result<Vec<String>> {
    let mut begins = tx.prepare_cached(BEGINS)?;
    let mut begun = vec![String::new()];
    for letter in drawn.chars() {
        let letters = letters(letter);
        let mut longer = Vec::new();
        for beginning in &begun {
            for letter in &letters {
                let next = format!("{beginning}{letter}");
                // What no name begins with is left where letters part; in between it costs nothing.
                if letters.len() == 1 || begins.exists([&next, &format!("{next}\u{10ffff}")])? {
                    longer.push(next);
                }
            }
        }
        longer.truncate(FOLLOWED);
        begun = longer;
    }
    Ok(begun)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        subscriber::{NewSubscriber, SubscriberKind},
        testing,
    };
    use std::{cell::Cell, collections::BTreeSet};

    #[test]
    fn names_that_are_drawn_alike_find_each_other_and_nobody_else() {
        let (authority, _clock, _folder) = testing::authority();
        let officer = testing::department(&authority);
        let number = Cell::new(0);
        let add = |name: &str| {
            number.set(number.get() + 1);
            let new = NewSubscriber { name: name.into(), mail: format!("p{}@example.edu", number.get()), kind: SubscriberKind::Person };
            officer.add_subscriber(new).unwrap().id
        };
        let alike = |id| officer.look_alikes(id).unwrap().into_iter().map(|one| one.name).collect::<BTreeSet<_>>();
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();

        let alice = add("Alice Martin");
        // Other names, the same name, and letters that look alike in another case only.
        let others = [("Aida Rossi", "Alda Rossi"), ("Ian Li", "Lan Li"), ("José Sáez", "Jose Saez"), ("Нина Белова", "Nina Belova")];
        for (one, other) in others {
            for id in [add(one), add(other)] {
                assert_eq!(alike(id), set(&[]), "{one}, {other}");
            }
        }
        assert_eq!((alike(alice), alike(add("ALICE MARTIN"))), (set(&[]), set(&[])));

        // A capital I, a digit, Cyrillic letters among others.
        let (capital, digit, mixed) = ("AIice Martin", "A1ice Martin", "\u{410}lic\u{435} M\u{430}rtin");
        let ids = [capital, digit, mixed].map(add);
        assert_eq!(alike(alice), set(&[capital, digit, mixed]));
        assert_eq!(alike(ids[0]), set(&["Alice Martin", digit, mixed]));
        let found = officer.look_alikes(alice).unwrap();
        assert!(found.iter().any(|one| one.id == ids[2] && one.mail == "p13@example.edu"), "{found:?}");

        // Wholly of another alphabet, and so no mixture: Latin, Cyrillic, Greek.
        let pepe = [add("Pepe Copea"), add("\u{420}\u{435}\u{440}\u{435} \u{421}\u{43e}\u{440}\u{435}\u{430}")];
        assert_eq!((alike(pepe[0]).len(), alike(pepe[1])), (1, set(&["Pepe Copea"])));
        add("ANNA ZOTOU");
        let anna = add("\u{391}\u{39d}\u{39d}\u{391} \u{396}\u{39f}\u{3a4}\u{39f}Y");
        assert_eq!(alike(anna), set(&[]), "a U is no Y");
        assert_eq!(alike(add("\u{391}\u{39d}NA ZOTOY")), set(&["\u{391}\u{39d}\u{39d}\u{391} \u{396}\u{39f}\u{3a4}\u{39f}Y"]));
        add("\u{391}\u{39b}\u{395}\u{39e}\u{397}\u{3a3}");
        assert_eq!(alike(add("A\u{39b}E\u{39e}H\u{3a3}")).len(), 1, "a sigma at the end");

        officer.delete_subscriber(ids[0]).unwrap();
        assert_eq!(alike(alice), set(&[digit, mixed]));
        assert!(matches!(officer.look_alikes(ids[0]), Err(Error::NotFound(Noun::Subscriber))));
    }

    #[test]
    fn the_register_is_not_read_through() {
        let (authority, _clock, _folder) = testing::authority();
        let sql = format!("EXPLAIN QUERY PLAN {BEGINS}");
        let plan: String = authority.0.store.read(|c| Ok(c.query_row(&sql, ["a", "b"], |row| row.get(3))?)).unwrap();
        assert!(plan.contains("SEARCH") && plan.contains("subscriber_by_name (sort_key>? AND sort_key<?)"), "{plan}");
    }

    #[test]
    fn every_letter_is_drawn_as_one_other_and_found_by_it() {
        let others: Vec<char> = DRAWN_AS.iter().flat_map(|(others, _)| others.chars()).collect();
        assert_eq!(others.iter().collect::<BTreeSet<_>>().len(), others.len(), "one that stands twice is drawn as two");
        for (others, letter) in DRAWN_AS {
            for other in others.chars() {
                assert_eq!(drawn(&other.to_string()), letter.to_string(), "U+{:04X}", u32::from(other));
                let folded: Vec<char> = fold(&other.to_string()).chars().collect();
                assert!(folded.len() == 1 && letters(*letter).contains(&folded[0]), "U+{:04X}", u32::from(other));
            }
        }
    }
}
