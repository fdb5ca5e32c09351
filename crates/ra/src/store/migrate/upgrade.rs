//! Databases of every earlier schema, with what people had in them, brought to the newest one.

use super::{Connection, Migration, embedded, open, open_with};
use crate::{id::SubscriberId, mailbox};
use protocol::Timestamp;
use tempfile::TempDir;

/// What the first release left: a department, a setting, a person's certificate when `used`, an open challenge.
fn third_schema(folder: &TempDir, used: bool) {
    let all = embedded::migrations::runner();
    let first: Vec<Migration> = all.get_migrations().iter().filter(|m| m.version() <= 3).cloned().collect();
    let connection = open_with(folder.path(), &folder.path().join("signet.db"), &first).unwrap();
    connection
        .execute_batch(
            "INSERT INTO unit (id, kind, name, created_at) VALUES (zeroblob(16), 'organization', 'Example University', 1000);
             INSERT INTO unit (id, parent, kind, name, created_at) VALUES (x'00000000000000000000000000000001', zeroblob(16), 'department', 'Physics', 1000);
             INSERT INTO setting (unit, key, value) VALUES (x'00000000000000000000000000000001', 'bundle', 'authentication');
             INSERT INTO challenge (hash, purpose, subject, san, created_at, expires_at, manual_approval, state)
                VALUES (zeroblob(32), 'signing', '[]', '[]', 1000, 2000, 0, 'open');",
        )
        .unwrap();
    if used {
        connection
            .execute_batch(
                "INSERT INTO certificate (serial, kind, profile, subject, san, subscriber, key_fingerprint, not_before, not_after, issued_at)
                    VALUES (x'01', 'subscriber', 'signing', 'CN=Alice', '[]', zeroblob(16), zeroblob(32), 1000, 2000, 1000);",
            )
            .unwrap();
    }
}

#[test]
fn a_department_of_the_first_release_keeps_its_data_and_stays_in_production_where_it_has_issued() {
    for used in [true, false] {
        let folder = TempDir::new().unwrap();
        third_schema(&folder, used);
        let upgraded = open(folder.path(), &folder.path().join("signet.db")).unwrap();
        let number = |sql: &str| upgraded.query_row(sql, [], |row| row.get::<_, Option<i64>>(0)).unwrap();
        assert_eq!(number("SELECT production_at FROM unit WHERE kind = 'department'"), used.then_some(1000), "used: {used}");
        assert_eq!(number("SELECT production_at FROM unit WHERE kind = 'organization'"), None);
        assert_eq!(number("SELECT count(*) FROM setting WHERE key = 'bundle' AND value = 'authentication'"), Some(1));
        assert_eq!(number("SELECT count(*) FROM challenge WHERE state = 'open' AND made_by IS NULL"), Some(1));
        assert_eq!(number("SELECT count(*) FROM certificate WHERE profile_version IS NULL AND pilot = 0"), Some(i64::from(used)));
        assert_eq!(
            number("SELECT (SELECT count(*) FROM profile) + (SELECT count(*) FROM escrow_decision) + (SELECT count(*) FROM gate)"),
            Some(0)
        );
        assert!(std::fs::read_dir(folder.path()).unwrap().any(|f| f.unwrap().file_name().to_string_lossy().contains(".before-V")));
    }
}

/// What a department could have in its database since each schema, from the first on.
const DATA: [(u32, &str); 9] = [
    (
        1,
        "INSERT INTO unit (id, parent, kind, name, created_at) VALUES (zeroblob(16), NULL, 'organization', 'Example University', 1);
         INSERT INTO unit (id, parent, kind, name, created_at) VALUES (x'01010101010101010101010101010101', zeroblob(16), 'department', 'Physics', 1);
         INSERT INTO setting (unit, key, value) VALUES (x'01010101010101010101010101010101', 'wifi.ssid', 'eduroam');
         INSERT INTO ledger (number, at, actor, event, subject, details, hash) VALUES (1, 1, '\"Signet\"', 'a', 'b', '{}', zeroblob(32));
         INSERT INTO issuance (serial, issuer, intent, state, reserved_at) VALUES (x'0a', x'aa', '{}', 'reserved', 1);
         INSERT INTO crl_number (issuer, number) VALUES (x'aa', 7);
         INSERT INTO crl (issuer, number, this_update, next_update, generation, der) VALUES (x'aa', 7, 1, 2, 3, x'30');
         INSERT INTO certificate (serial, kind, profile, subject, san, issuer, subscriber, key_fingerprint, not_before, not_after, issued_at, revoked_at, reason)
           VALUES (x'11', 'subscriber', 'signing', 'CN=Alice', '[]', x'aa', x'02020202020202020202020202020202', zeroblob(32), 1, 90000, 1, NULL, NULL),
                  (x'12', 'subscriber', 'signing', 'CN=Alice', '[]', x'aa', x'02020202020202020202020202020202', zeroblob(32), 1, 90000, 1, 2, 6),
                  (x'13', 'subscriber', 'authentication', 'CN=Alice', '[]', x'aa', x'02020202020202020202020202020202', zeroblob(32), 1, 90000, 1, 2, 1);
         INSERT INTO certificate_der (number, der) SELECT number, x'3000' FROM certificate;",
    ),
    (
        2,
        "INSERT INTO subscriber (id, name, sort_key, search, kind, subject, created_at)
           VALUES (x'02020202020202020202020202020202', 'Alice', 'alice', 'alice' || char(10) || 'alice@example.edu', 'person', '[]', 1);
         INSERT INTO subject_name (name, subscriber, registered_at) VALUES ('cn=alice', x'02020202020202020202020202020202', 1);
         INSERT INTO mailbox (id, subscriber, address, address_key, position, created_at)
           VALUES (x'03', x'02020202020202020202020202020202', 'Alice@example.edu', 'alice@example.edu', 0, 1),
                  (x'04', x'02020202020202020202020202020202', 'a@example.edu', 'a@example.edu', 1, 1);
         INSERT INTO mailbox_validation (mailbox, at, method, evidence, actor) VALUES (x'03', 1, 'inPerson', 'staff card', '\"Signet\"');",
    ),
    (
        3,
        "INSERT INTO challenge (hash, purpose, subject, san, created_at, expires_at, manual_approval, state)
           VALUES (zeroblob(32), 'signing', '[]', '[]', 1, 2, 0, 'open');",
    ),
    (
        4,
        "INSERT INTO profile (unit, name, at, actor, definition, signs, decrypts, escrow)
           VALUES (x'01010101010101010101010101010101', 'signing', 1, '\"Signet\"', '{}', 1, 0, 0);
         INSERT INTO bundle (unit, name, profiles) VALUES (x'01010101010101010101010101010101', 'Staff', '[\"signing\"]');
         INSERT INTO escrow_decision (unit, at, actor, enabled, decision) VALUES (x'01010101010101010101010101010101', 1, '\"Signet\"', 0, '{}');
         INSERT INTO gate (unit, name, at, actor, overridden, answers) VALUES (x'01010101010101010101010101010101', 'activation', 1, '\"Signet\"', 1, '{}');",
    ),
    (
        5,
        "INSERT INTO certificate (serial, kind, profile, subject, san, issuer, subscriber, key_fingerprint, not_before, not_after, issued_at)
           VALUES (x'14', 'subscriber', 'encryption', 'CN=Alice', '[]', x'aa', x'02020202020202020202020202020202', zeroblob(32), 1, 90000, 1);
         INSERT INTO certificate_der (number, der) SELECT number, x'3000' FROM certificate WHERE serial = x'14';
         INSERT INTO batch (id, name, digest, form, supersede, state, created_at)
           VALUES (x'05050505050505050505050505050505', 'staff.csv', zeroblob(32), 'modern', 0, 'running', 1);
         INSERT INTO batch_item (batch, number, line, subscriber, mail, profile, state)
           VALUES (x'05050505050505050505050505050505', 0, 2, x'02020202020202020202020202020202', 'alice@example.edu', 'signing', 'waiting');",
    ),
    (
        6,
        "INSERT INTO hold_deadline (serial, since, final_at) VALUES (x'12', 2, 3);
         INSERT INTO act_request (id, act, why, count, state, asked_by, asked_at)
           VALUES (x'06060606060606060606060606060606', '{}', 'why', 4, 'waiting', '\"Signet\"', 1);
         INSERT INTO departure (subscriber, at, reason) VALUES (x'02020202020202020202020202020202', 1, 3);",
    ),
    (
        7,
        "INSERT INTO publication_target (id, address, added_at) VALUES (x'07070707070707070707070707070707', 'https://www.example.edu/pki', 1);
         INSERT INTO outbox (id, kind, target, item, created_at, due_at, state)
           VALUES (x'07070707070707070707070707070708', 'publication', x'07070707070707070707070707070707', 'issuing.crl', 1, 1, 'waiting');
         INSERT INTO outbox_attempt (outbox, target, item, at, milliseconds, succeeded, detail)
           VALUES (x'07070707070707070707070707070708', x'07070707070707070707070707070707', 'issuing.crl', 1, 5, 0, '500');
         INSERT INTO published_crl (address, state, detail, checked_at, since) VALUES ('https://www.example.edu/pki/issuing.crl', 'stale', '', 1, 1);",
    ),
    (
        8,
        "INSERT INTO saved_view (id, of, name, query, columns, saved_at)
           VALUES (x'08080808080808080808080808080808', 'certificates', 'Ending', '{}', '[]', 1);",
    ),
    (12, "INSERT INTO delta_crl (issuer, number, base, next_update, der) VALUES (x'aa', 7, 6, 2, x'31');"),
];

/// A count and what it must be once the database is the newest, from which schema on.
const KEPT: [(u32, &str, i64); 27] = [
    (1, "SELECT count(*) FROM setting WHERE key = 'wifi.ssid' AND value = 'eduroam'", 1),
    (1, "SELECT count(*) FROM certificate WHERE serial IN (x'11', x'12', x'13') AND profile_version IS NULL AND pilot = 0", 3),
    (1, "SELECT reason FROM certificate WHERE serial = x'12'", 6),
    (1, "SELECT count(*) FROM ledger", 1),
    (1, "SELECT number FROM crl_number WHERE this_update = 1", 7),
    (
        1,
        "SELECT number FROM crl WHERE issuer = x'aa' AND this_update = 1 AND made_at = 1 AND next_update = 2 AND generation = 3 AND size = 1 AND der = x'30'",
        7,
    ),
    (1, "SELECT count(*) FROM issuance WHERE state = 'reserved'", 1),
    (2, "SELECT count(*) FROM mailbox_validation v JOIN mailbox m ON m.id = v.mailbox WHERE m.address_key = 'alice@example.edu'", 1),
    (2, "SELECT count(*) FROM mailbox_validation WHERE rules = 'before-versions' AND at = 1 AND method = 'inPerson'", 1),
    (2, "SELECT validated_at FROM mailbox WHERE id = x'03'", 1),
    (2, "SELECT count(*) FROM mailbox WHERE id = x'04' AND validated_at IS NULL", 1),
    (2, "SELECT count(*) FROM mailbox", 2),
    (2, "SELECT count(*) FROM subject_name WHERE name = 'cn=alice'", 1),
    (2, "SELECT count(*) FROM subscriber_find f JOIN subscriber s ON s.id = f.subscriber WHERE f.text = s.search", 1),
    (2, "SELECT count(*) FROM subscriber_search WHERE subscriber_search MATCH 'exa'", 1),
    (3, "SELECT count(*) FROM challenge WHERE state = 'open' AND made_by IS NULL", 1),
    (
        4,
        "SELECT (SELECT count(*) FROM profile) + (SELECT count(*) FROM bundle) + (SELECT count(*) FROM escrow_decision) + (SELECT count(*) FROM gate)",
        4,
    ),
    (1, "SELECT count(*) FROM certificate WHERE (serial IN (x'11', x'12') AND uses = 1) OR (serial = x'13' AND uses = 4)", 3),
    (5, "SELECT uses FROM certificate WHERE serial = x'14'", 2),
    (5, "SELECT count(*) FROM batch b JOIN batch_item i ON i.batch = b.id WHERE b.state = 'running' AND i.state = 'waiting'", 1),
    (6, "SELECT final_at FROM hold_deadline WHERE serial = x'12'", 3),
    (6, "SELECT (SELECT count(*) FROM act_request WHERE state = 'waiting') + (SELECT count(*) FROM departure)", 2),
    (7, "SELECT count(*) FROM publication_target t JOIN outbox o ON o.target = t.id WHERE o.state = 'waiting'", 1),
    (
        7,
        "SELECT count(*) FROM outbox_attempt a JOIN outbox o ON o.id = a.outbox WHERE a.succeeded = 0 AND a.detail = '500' AND a.failure IS NULL",
        1,
    ),
    (7, "SELECT count(*) FROM published_crl WHERE state = 'stale'", 1),
    (8, "SELECT count(*) FROM saved_view WHERE name = 'Ending'", 1),
    (12, "SELECT count(*) FROM crl JOIN delta_crl USING (issuer, number)", 1),
];

/// A database as the program of this schema would have left it.
fn at_schema(folder: &TempDir, version: u32) {
    let all = embedded::migrations::runner();
    for (since, sql) in DATA.iter().filter(|(since, _)| *since <= version) {
        let known: Vec<Migration> =
            all.get_migrations().iter().filter(|m| m.version() <= i32::try_from(*since).unwrap()).cloned().collect();
        open_with(folder.path(), &folder.path().join("signet.db"), &known).unwrap().execute_batch(sql).unwrap();
    }
}

#[test]
fn a_database_of_every_earlier_schema_keeps_all_that_was_in_it() {
    let newest = embedded::migrations::runner().get_migrations().iter().map(Migration::version).max().unwrap();
    for (version, _) in DATA {
        let folder = TempDir::new().unwrap();
        at_schema(&folder, version);
        let new = open(folder.path(), &folder.path().join("signet.db")).unwrap();
        let number = |sql: &str| new.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap_or_else(|error| panic!("{sql}: {error}"));
        for (_, sql, kept) in KEPT.iter().filter(|(since, ..)| *since <= version) {
            assert_eq!(number(sql), *kept, "from schema {version}: {sql}");
        }
        assert_eq!(number("SELECT count(*) FROM pragma_foreign_key_check"), 0, "from schema {version}");
        assert_eq!(new.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap(), "ok");
        // Counts are kept by triggers from now on: they begin with what is there.
        let recount = "SELECT count(*) FROM certificate WHERE reason IS NULL AND superseded_at IS NULL";
        assert_eq!(number("SELECT sum(count) FROM certificate_count WHERE state = 'valid'"), number(recount), "from schema {version}");
        assert_eq!(number("SELECT sum(count) FROM certificate_count WHERE state = 'held'"), 1);
        if version >= 2 {
            an_earlier_validation_counts(&new);
        }
        let copy = folder.path().join(format!("signet.db.before-V{newest}"));
        assert!(copy.exists(), "from schema {version}: a copy was kept");
        later_things_work(&new);
    }
}

#[test]
fn what_the_checklist_held_of_lessons_begins_the_log() {
    let folder = TempDir::new().unwrap();
    let all = embedded::migrations::runner();
    let before: Vec<Migration> = all.get_migrations().iter().filter(|m| m.version() <= 16).cloned().collect();
    let old = open_with(folder.path(), &folder.path().join("signet.db"), &before).unwrap();
    old.execute_batch(
        "INSERT INTO unit (id, kind, name, created_at) VALUES (zeroblob(16), 'organization', 'Example University', 1);
         INSERT INTO unit (id, parent, kind, name, created_at) VALUES (x'01010101010101010101010101010101', zeroblob(16), 'department', 'Physics', 1),
             (x'02020202020202020202020202020202', zeroblob(16), 'department', 'Chemistry', 1);
         INSERT INTO gate (unit, name, at, actor, overridden, answers) VALUES
             (x'01010101010101010101010101010101', 'lessons', 1795255200, '\"Signet\"', 0, '{\"lessons\":\"Ask first.\"}'),
             (x'01010101010101010101010101010101', 'guide', 1795255200, '\"Signet\"', 0, '{\"read-by\":\"Rosa\"}'),
             (x'02020202020202020202020202020202', 'lessons', 1795255200, '\"Signet\"', 1, '{\"name\":\"Rosa\",\"reason\":\"later\"}');",
    )
    .unwrap();
    drop(old);
    let new = open(folder.path(), &folder.path().join("signet.db")).unwrap();
    let entry: (String, i64, String) = new
        .query_row("SELECT day, at, learned FROM lesson WHERE unit = x'01010101010101010101010101010101'", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(entry, ("2026-11-21".to_owned(), 1_795_255_200, "Ask first.".to_owned()));
    let number = |sql: &str| new.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((number("SELECT count(*) FROM lesson"), number("SELECT count(*) FROM gate")), (1, 2));
    assert_eq!(
        number("SELECT count(*) FROM gate WHERE name = 'lessons' AND overridden = 1"),
        1,
        "who answers for an override goes on answering"
    );
}

/// As long as one of today, and it says that it is from before rules had versions.
fn an_earlier_validation_counts(new: &Connection) {
    let alice = SubscriberId::parse("02020202-0202-0202-0202-020202020202").unwrap();
    let standing = |at: i64| mailbox::standing_of(new, Timestamp(at), alice, "alice@example.edu").unwrap();
    assert_eq!(standing(1 + 398 * Timestamp::DAY), Ok("Alice@example.edu".to_owned()));
    assert!(standing(2 + 398 * Timestamp::DAY).is_err());
    let rules: String = new.query_row("SELECT rules FROM mailbox_validation", [], |row| row.get(0)).unwrap();
    assert_eq!(rules, mailbox::RULES_BEFORE_VERSIONS);
    new.execute_batch(
        "INSERT INTO mailbox_validation (mailbox, at, method, evidence, actor, rules) VALUES (x'04', 9, 'records', 'x', '\"Signet\"', 'y')",
    )
    .unwrap();
    assert_eq!(new.query_row("SELECT validated_at FROM mailbox WHERE id = x'04'", [], |row| row.get::<_, i64>(0)).unwrap(), 9);
}

/// What later schemas brought can be done with what was there before.
fn later_things_work(new: &Connection) {
    let number = |sql: &str| new.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let before = number("SELECT number FROM generation WHERE topic = 'revocation'");
    new.execute_batch(
        "INSERT INTO crl_history (issuer, number, generation, made_at) VALUES (x'aa', 8, 1, 1);
         UPDATE certificate SET revoked_at = 5, reason = 4 WHERE serial = x'11';
         INSERT OR REPLACE INTO crl (issuer, number, this_update, next_update, generation, size, der) VALUES (x'aa', 9, 1, 2, 4, 100000, NULL);
         INSERT OR REPLACE INTO hold_deadline (serial, since, final_at) VALUES (x'12', 2, 4);",
    )
    .unwrap();
    assert_eq!(number("SELECT number FROM generation WHERE topic = 'revocation'"), before + 1, "CRLs are made anew");
    assert_eq!(number("SELECT generation FROM revocation_change WHERE serial = x'11'"), before + 1, "and deltas know it");
    assert_eq!(number("SELECT count FROM certificate_count WHERE profile = 'signing' AND state = 'revoked'"), 1);
    let cut = new.execute_batch("UPDATE crl SET size = 3, der = x'30' WHERE issuer = x'aa'");
    assert!(cut.is_err(), "a CRL in a row is there in full");
    let second = new.execute_batch(
        "INSERT INTO certificate (serial, kind, profile, subject, san, issuer, subscriber, key_fingerprint, not_before, not_after, issued_at)
           VALUES (x'21', 'subscriber', 'encryption', 'CN=Bob', '[]', x'aa', x'09', zeroblob(32), 1, 9, 1),
                  (x'22', 'subscriber', 'encryption', 'CN=Bob', '[]', x'aa', x'09', zeroblob(32), 1, 9, 1);",
    );
    assert!(second.is_err(), "invariant 3 holds in an old database too");
    assert!(new.execute_batch("DELETE FROM certificate WHERE serial = x'11'").is_err(), "nothing is forgotten");
}

#[test]
fn the_conditions_of_tables_refuse_what_they_refused() {
    let folder = TempDir::new().unwrap();
    third_schema(&folder, true);
    let upgraded = open(folder.path(), &folder.path().join("signet.db")).unwrap();
    let challenge = |state: &str, claimed_by: &str, serial: &str| {
        format!(
            "INSERT INTO challenge (hash, purpose, subject, san, subscriber, created_at, expires_at, manual_approval, state, claimed_by, serial)
             VALUES (randomblob(32), 'signing', '[]', '[]', x'05', 1, 2, 0, '{state}', {claimed_by}, {serial})"
        )
    };
    let certificate = |kind: &str| {
        format!(
            "INSERT INTO certificate (serial, kind, profile, subject, san, key_fingerprint, not_before, not_after, issued_at)
             VALUES (randomblob(16), '{kind}', 'signing', 'CN=Alice', '[]', zeroblob(32), 1000, 2000, 1000)"
        )
    };
    let issuance =
        |state: &str| format!("INSERT INTO issuance (serial, intent, state, reserved_at) VALUES (randomblob(16), '{{}}', '{state}', 1)");
    let count =
        |state: &str| format!("INSERT INTO certificate_count (kind, profile, day, state, count) VALUES ('x', 'y', 1, '{state}', 1)");
    let (none, key, serial) = ("NULL", "zeroblob(32)", "x'01'");
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for state in ["open", "cancelled"] {
        good.push(challenge(state, none, none));
    }
    for state in ["claimed", "pending", "refused", "spent"] {
        good.push(challenge(state, key, serial));
        bad.push(challenge(state, none, serial));
    }
    bad.extend([challenge("spent", key, none), challenge("clair", key, serial), challenge("", none, none)]);
    good.extend(["subscriber", "transport", "root", "issuing", "ra", "profile_signer", "tls", "ocsp"].map(certificate));
    bad.extend(["Subscriber", "officer", ""].map(certificate));
    good.extend(["reserved", "stored", "abandoned"].map(issuance));
    bad.extend(["signed", ""].map(issuance));
    good.extend(["valid", "held", "revoked", "superseded"].map(count));
    bad.extend(["expired", ""].map(count));
    for sql in good {
        upgraded.execute(&sql, []).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
    for sql in bad {
        let refused = upgraded.execute(&sql, []).unwrap_err().to_string();
        assert!(refused.contains("CHECK constraint failed"), "{sql}: {refused}");
    }
    for ended in ["spent", "refused", "cancelled"] {
        let again = format!("UPDATE challenge SET state = 'open' WHERE state = '{ended}'");
        assert!(upgraded.execute(&again, []).unwrap_err().to_string().contains("stays so"), "{ended}");
    }
    let query = "EXPLAIN QUERY PLAN SELECT id FROM challenge WHERE subscriber = x'05' AND state BETWEEN 'claimed' AND 'pending'";
    let plan: String = upgraded.query_row(query, [], |row| row.get(3)).unwrap();
    assert!(plan.contains("challenge_of_subscriber_unspent"), "{plan}");
    let whole: String = upgraded.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
}
