//! What single migrations do to what was there before them.

use super::{Connection, Migration, embedded, open, open_with};
use crate::{
    certificate::read_anew,
    ota::tests::phone::{TestCa, key, name},
    store::Store,
};
use protocol::{
    Timestamp,
    x509::{CertificateSpec, ExtendedKeyUsage, KeyUsage, SerialNumber, SubjectAltName, Validity, sign_certificate},
};
use std::collections::BTreeSet;
use tempfile::TempDir;

/// A database of this schema with Alice, her mailbox, and enrollments that have the ids `a`, `b` and `c`.
fn with_enrollments(folder: &TempDir, version: i32) -> Connection {
    let all = embedded::migrations::runner();
    let known: Vec<Migration> = all.get_migrations().iter().filter(|m| m.version() <= version).cloned().collect();
    let old = open_with(folder.path(), &folder.path().join("signet.db"), &known).unwrap();
    old.execute_batch(
        "INSERT INTO unit (id, kind, name, created_at) VALUES (zeroblob(16), 'organization', 'Example University', 1);
         INSERT INTO unit (id, parent, kind, name, created_at) VALUES (x'000000000000000000000000000000dd', zeroblob(16), 'department', 'Physics', 1);
         INSERT INTO subscriber (id, name, sort_key, search, kind, subject, created_at, department)
           SELECT column1, column2, lower(column2), lower(column2), 'person', '[]', 1, x'000000000000000000000000000000dd'
           FROM (VALUES (x'01', 'Alice'), (x'02', 'Bob'));
         INSERT INTO mailbox (id, subscriber, address, address_key, position, created_at)
           VALUES (x'03', x'01', 'alice@example.edu', 'alice@example.edu', 0, 1);
         INSERT INTO enrollment (id, subscriber, mailbox, channel, state, reached, created_at, expires_at, updated_at, link)
           SELECT column1, x'01', x'03', 'show', 'issued', 4, 1, 9, 1, column1 FROM (VALUES (x'0a'), (x'0b'), (x'0c'));",
    )
    .unwrap();
    old
}

#[test]
fn a_phone_between_its_phases_goes_on_with_the_transport_certificate_of_its_newest_sign_in() {
    let folder = TempDir::new().unwrap();
    let old = with_enrollments(&folder, 19);
    let session = |id: u8, enrollment: &str, leaf: &str, transport: &str| {
        let sql = format!(
            "INSERT INTO session (id, cookie, link, enrollment, by_code, created_at, expires_at, challenge, sealed, profile_uuid, leaf, transport)
             VALUES ({id}, randomblob(32), x'00', {enrollment}, 1, {id}, 99, randomblob(32), x'00', x'00', {leaf}, {transport})"
        );
        old.execute(&sql, []).unwrap();
    };
    // Three sign-ins: of the first and of the second came a phase 2, of the last none yet.
    session(1, "x'0a'", "x'11'", "NULL");
    session(2, "x'0a'", "x'11'", "NULL");
    session(3, "x'0a'", "NULL", "NULL");
    // One that had its phase 3, and one whose transport certificate is still to come.
    session(4, "x'0b'", "x'11'", "x'55'");
    session(5, "x'0c'", "x'11'", "NULL");
    // An older one, the one that counts, one that was used and one that has ended; and one more of the second enrollment.
    old.execute_batch(
        "INSERT INTO transport_certificate (serial, enrollment, issued_at, used_at, ended)
           VALUES (x'51', x'0a', 1, NULL, 0), (x'52', x'0a', 2, NULL, 0), (x'53', x'0a', 3, 3, 0), (x'54', x'0a', 4, NULL, 1),
                  (x'55', x'0b', 1, 2, 0), (x'56', x'0b', 3, NULL, 0);",
    )
    .unwrap();
    drop(old);
    let new = open(folder.path(), &folder.path().join("signet.db")).unwrap();
    let mut statement = new.prepare("SELECT hex(transport) FROM session ORDER BY id").unwrap();
    let transports: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(transports, ["", "52", "", "55", ""]);
}

#[test]
fn people_with_phones_from_before_are_found_by_them() {
    for (imei, indexed) in [("'35 000000 000000 0'", 0), ("NULL", 1)] {
        let folder = TempDir::new().unwrap();
        let old = with_enrollments(&folder, 21);
        old.execute_batch(&format!(
            "INSERT INTO device (id, subscriber, udid, serial, product, imei, device_name, foreign_device_ca, first_seen, last_seen)
               VALUES (x'21', x'01', '00008140-00000000000000FF', 'FK1ABC2DEF3G', 'iPhone17,1', {imei}, 'Wolke', 0, 1, 1),
                      (x'22', x'01', '00008112-0000000000000002', NULL, NULL, NULL, NULL, 0, 1, 1);
             INSERT INTO certificate (serial, kind, profile, subject, san, subscriber, enrollment, key_fingerprint, not_before, not_after, issued_at)
               VALUES (x'31', 'subscriber', 'signing', 'CN=Alice', '[]', x'01', x'0a', zeroblob(32), 1, 9, 1);
             INSERT INTO certificate_search (rowid, text) VALUES (1, 'alice');
             UPDATE find_progress SET number = 1;"
        ))
        .unwrap();
        drop(old);
        let new = open(folder.path(), &folder.path().join("signet.db")).unwrap();
        let lines = |id: &str| {
            let sql = format!("SELECT search FROM subscriber WHERE id = {id}");
            let text: String = new.query_row(&sql, [], |row| row.get(0)).unwrap();
            text.split('\n').map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let mut alice = vec!["alice", "wolke", "fk1abc2def3g", "00008140-00000000000000ff", "iphone17,1", "00008112-0000000000000002"];
        alice.extend((indexed == 0).then_some("350000000000000"));
        assert_eq!(lines("x'01'"), alice.into_iter().map(str::to_owned).collect());
        assert_eq!(lines("x'02'"), BTreeSet::from(["bob".to_owned()]), "who has no phone");
        let count = |sql: &str| new.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        for part in ["fk1", "wol", "002"] {
            let found = "SELECT count(*) FROM subscriber_search s JOIN subscriber_find f ON f.number = s.rowid WHERE f.subscriber = x'01'";
            assert_eq!(count(&format!("{found} AND s.subscriber_search MATCH '\"{part}\"'")), 1, "{part}");
        }
        // Where an IMEI stands in groups, certificates are looked at anew, and nowhere else.
        assert_eq!(count("SELECT number FROM find_progress"), indexed);
        assert_eq!(count("SELECT count(*) FROM certificate_search WHERE certificate_search MATCH '\"ali\"'"), indexed);
    }
}

#[test]
fn certificates_from_before_are_good_for_what_their_version_of_the_profile_says() {
    let folder = TempDir::new().unwrap();
    let old = with_enrollments(&folder, 24);
    let profile = |version: u8, name: &str, usage: &str, purposes: &str, (signs, decrypts): (u8, u8)| {
        let sql = format!(
            "INSERT INTO profile (version, unit, name, at, actor, definition, signs, decrypts, escrow)
             VALUES ({version}, zeroblob(16), '{name}', 1, '\"Signet\"', '{{\"usage\":{usage},\"purposes\":{purposes}}}', {signs}, {decrypts}, 0)"
        );
        old.execute(&sql, []).unwrap();
    };
    let (mail, both) = (r#"["1.3.6.1.5.5.7.3.4"]"#, r#"["1.3.6.1.5.5.7.3.4","1.3.6.1.5.5.7.3.2"]"#);
    profile(1, "functional", r#"["keyEncipherment"]"#, mail, (0, 1));
    profile(2, "functional", r#"["digitalSignature","keyEncipherment"]"#, mail, (1, 1));
    profile(3, "signing", r#"["digitalSignature","contentCommitment"]"#, both, (1, 0));
    profile(4, "document", r#"["keyEncipherment"]"#, r#"["1.3.6.1.4.1.311.80.1"]"#, (0, 1));
    // id-ecPublicKey and a curve, as in the certificate of an elliptic key.
    let elliptic = "x'3082301306072a8648ce3d020106082a8648ce3d030107'";
    let rows = [
        ("subscriber", "functional", "1", "x'3000'", 2),
        ("subscriber", "functional", "2", "x'3000'", 3),
        ("subscriber", "functional", "2", elliptic, 1),
        ("subscriber", "functional", "1", elliptic, 2),
        ("subscriber", "signing", "3", "x'3000'", 5),
        ("subscriber", "document", "4", "x'3000'", 8),
        // Of no version: as built in.
        ("subscriber", "functional", "NULL", "x'3000'", 1),
        ("subscriber", "encryption", "NULL", elliptic, 2),
        ("subscriber", "authentication", "NULL", "x'3000'", 4),
        ("transport", "transport", "NULL", "x'3000'", 0),
    ];
    for (serial, (kind, profile, version, der, _)) in (1_u8..).zip(&rows) {
        old.execute_batch(&format!(
            "INSERT INTO certificate (serial, kind, profile, subject, san, issuer, subscriber, key_fingerprint, not_before, not_after, issued_at, profile_version)
               VALUES (x'{serial:02x}', '{kind}', '{profile}', 'CN=Alice', '[]', x'aa', randomblob(16), zeroblob(32), 1, 9, 1, {version});
             INSERT INTO certificate_der (number, der) VALUES (last_insert_rowid(), {der});"
        ))
        .unwrap();
    }
    drop(old);
    let new = open(folder.path(), &folder.path().join("signet.db")).unwrap();
    let mut statement = new.prepare("SELECT uses FROM certificate ORDER BY number").unwrap();
    let uses: Vec<i64> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(uses, rows.map(|(.., uses)| uses));
    // Whoever can be encrypted to is found in the index alone.
    let query = "EXPLAIN QUERY PLAN SELECT 1 FROM certificate c INDEXED BY certificate_of_subscriber WHERE c.subscriber = x'01' AND c.kind = 'subscriber'
        AND c.issuer IS NOT NULL AND c.reason IS NULL AND c.superseded_at IS NULL AND c.not_after >= 5 AND (c.uses & 2) = 2";
    let plan: String = new.query_row(query, [], |row| row.get(3)).unwrap();
    assert!(plan.contains("COVERING INDEX certificate_of_subscriber"), "{plan}");
}

/// A certificate that another CA made for mail, by one key of both kinds.
fn for_all_mail() -> Vec<u8> {
    let spec = CertificateSpec {
        serial: SerialNumber::from_random([0x51; 16]),
        subject: name("Alice"),
        san: vec![SubjectAltName::Rfc822Name("alice@example.edu".into())],
        validity: Validity { not_before: Timestamp(1), not_after: Timestamp(9) },
        public_key: key(1).public().unwrap(),
        key_usage: KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT),
        extended_key_usage: vec![ExtendedKeyUsage::EmailProtection],
        ca: None,
        name_constraints: None,
        policies: Vec::new(),
        crl_urls: Vec::new(),
        ca_issuer_urls: Vec::new(),
        ocsp_urls: Vec::new(),
        ocsp_nocheck: false,
    };
    sign_certificate(&spec, &TestCa::new("Old CA", 0)).unwrap()
}

#[test]
fn what_was_imported_before_or_is_stored_by_a_program_from_before_is_good_for_what_stands_in_it() {
    let folder = TempDir::new().unwrap();
    let old = with_enrollments(&folder, 24);
    let add = |serial: &str, profile: &str, issuer: &str| {
        format!(
            "INSERT INTO certificate (serial, kind, profile, subject, san, issuer, subscriber, key_fingerprint, not_before, not_after, issued_at)
               VALUES ({serial}, 'subscriber', '{profile}', 'CN=Alice', '[]', {issuer}, randomblob(16), zeroblob(32), 1, 9, 1)"
        )
    };
    let octets = "INSERT INTO certificate_der (number, der) SELECT number, ?1 FROM certificate WHERE number NOT IN (SELECT number FROM certificate_der)";
    // By the profile that came nearest, one of ours by its own, and one that nobody can read.
    old.execute_batch(&format!("{}; {}", add("x'41'", "encryption", "NULL"), add("x'42'", "signing", "x'aa'"))).unwrap();
    old.execute(octets, [for_all_mail()]).unwrap();
    old.execute_batch(&add("x'43'", "encryption", "NULL")).unwrap();
    old.execute(octets, [vec![0x30_u8, 0x00]]).unwrap();
    drop(old);
    let store = Store::open(folder.path()).unwrap();
    let uses = || {
        let read = store.read(|c| {
            let mut statement = c.prepare("SELECT uses FROM certificate ORDER BY number")?;
            Ok(statement.query_map([], |row| row.get::<_, i64>(0))?.collect::<rusqlite::Result<Vec<_>>>()?)
        });
        read.unwrap()
    };
    assert_eq!(uses(), [2, 1, 2], "until it is read");
    let read_all = || while read_anew(&store).unwrap() {};
    read_all();
    assert_eq!(uses(), [3, 1, 2]);
    assert!(!read_anew(&store).unwrap());
    // A program from before that is still running knows nothing of uses.
    let (later, der) = (add("x'44'", "encryption", "x'aa'"), for_all_mail());
    let write = store.write(move |tx| {
        tx.execute(&later, [])?;
        Ok(tx.execute(octets, [der])?)
    });
    assert_eq!(write.unwrap(), 1);
    read_all();
    assert_eq!(uses(), [3, 1, 2, 3]);
}

#[test]
fn what_was_imported_before_is_put_under_the_profile_that_comes_nearest_or_under_none_and_counted_there() {
    let folder = TempDir::new().unwrap();
    let old = with_enrollments(&folder, 27);
    let spec = |serial: u8, purpose: ExtendedKeyUsage| CertificateSpec {
        serial: SerialNumber::from_random([serial; 16]),
        subject: name("www.example.edu"),
        san: Vec::new(),
        validity: Validity { not_before: Timestamp(1), not_after: Timestamp(9) },
        public_key: key(1).public().unwrap(),
        key_usage: KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT),
        extended_key_usage: vec![purpose],
        ca: None,
        name_constraints: None,
        policies: Vec::new(),
        crl_urls: Vec::new(),
        ca_issuer_urls: Vec::new(),
        ocsp_urls: Vec::new(),
        ocsp_nocheck: false,
    };
    // A server's and a client's of another CA; and one of ours that is read, too, and bears the profile that it was issued by.
    for (serial, purpose, issuer, uses) in [
        (0x51, ExtendedKeyUsage::ServerAuth, "NULL", 4),
        (0x52, ExtendedKeyUsage::ClientAuth, "NULL", 4),
        (0x53, ExtendedKeyUsage::ServerAuth, "x'aa'", 0),
    ] {
        let der = sign_certificate(&spec(serial, purpose), &TestCa::new("Old CA", 0)).unwrap();
        old.execute_batch(&format!(
            "INSERT INTO certificate (serial, kind, profile, subject, san, issuer, subscriber, key_fingerprint, not_before, not_after, issued_at, uses)
               VALUES (x'{serial:02x}', 'subscriber', 'authentication', 'CN=www.example.edu', '[]', {issuer}, NULL, zeroblob(32), 1, 9, 1, {uses})"
        ))
        .unwrap();
        old.execute("INSERT INTO certificate_der (number, der) VALUES (last_insert_rowid(), ?1)", [der]).unwrap();
    }
    drop(old);
    let store = Store::open(folder.path()).unwrap();
    while read_anew(&store).unwrap() {}
    let found = store
        .read(|c| {
            let texts = |sql: &str| -> crate::Result<Vec<String>> {
                let mut statement = c.prepare(sql)?;
                Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
            };
            Ok((
                texts("SELECT profile FROM certificate ORDER BY number")?,
                texts("SELECT profile || ' ' || count FROM certificate_count WHERE count > 0 ORDER BY profile")?,
            ))
        })
        .unwrap();
    assert_eq!(found.0, ["other", "authentication", "authentication"]);
    assert_eq!(found.1, ["authentication 2", "other 1"], "each is counted once");
}

#[test]
fn a_batch_from_before_finds_its_passwords_where_they_lie() {
    let folder = TempDir::new().unwrap();
    let old = with_enrollments(&folder, 23);
    old.execute_batch(
        "INSERT INTO batch (id, name, digest, form, supersede, state, created_at, folder) VALUES
           (x'01010101010101010101010101010101', 'of the window', zeroblob(32), 'modern', 0, 'running', 1, '/home/rosa/staff'),
           (x'02020202020202020202020202020202', 'of a command', zeroblob(32), 'modern', 0, 'running', 1, NULL);",
    )
    .unwrap();
    drop(old);
    let new = open(folder.path(), &folder.path().join("signet.db")).unwrap();
    let mut statement = new.prepare("SELECT passwords FROM batch ORDER BY id").unwrap();
    let lists: Vec<Option<String>> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(lists, [Some("/home/rosa/staff/passwords.csv".to_owned()), None]);
}
