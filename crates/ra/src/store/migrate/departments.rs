//! From the schema with one department to the one with several, with data.

use super::{Migration, embedded, open, open_with};
use crate::{
    Authority, OpenOptions,
    ledger::Actor,
    ports::FixedClock,
    profile::{ProfileName, Scope, Source},
    vault::KeyringChoice,
};
use rusqlite::Connection;
use std::sync::Arc;
use tempfile::TempDir;

const ORGANIZATION: &str = "x'0193aaaa0000700080000000000000aa'";
const PHYSICS: &str = "x'0193aaaa0000700080000000000000bb'";
const ALICE: &str = "x'0193aaaa000070008000000000000001'";
const OFFICE: &str = "x'0193aaaa000070008000000000000002'";

/// What the last release before left: one department with settings of every kind, people, certificates, a profile, a decision.
fn ninth_schema(folder: &TempDir) {
    let all = embedded::migrations::runner();
    let before: Vec<Migration> = all.get_migrations().iter().filter(|m| m.version() < 10).cloned().collect();
    assert_eq!(before.len(), 9);
    let old = open_with(folder.path(), &folder.path().join("signet.db"), &before).unwrap();
    old.execute_batch(&format!(
        "INSERT INTO unit (id, kind, name, created_at) VALUES ({ORGANIZATION}, 'organization', 'Example University', 1000);
         INSERT INTO unit (id, parent, kind, name, mail_domains, hosts, created_at, production_at)
           VALUES ({PHYSICS}, {ORGANIZATION}, 'department', 'Physics', '[\"example.edu\"]', '[\"pki.example.edu\"]', 1000, 2000);
         INSERT INTO setting (unit, key, value) VALUES
           ({ORGANIZATION}, 'wifi.server_names', 'radius.example.edu'), ({ORGANIZATION}, 'serve.http', '0.0.0.0:80'),
           ({PHYSICS}, 'wifi.ssid', 'eduroam'), ({PHYSICS}, 'serve.http', '0.0.0.0:8080'), ({PHYSICS}, 'serve.https', '0.0.0.0:8443'),
           ({PHYSICS}, 'status.url', 'http://pki.example.edu'), ({PHYSICS}, 'crl.delta', 'yes'), ({PHYSICS}, 'scep.legacy', 'yes'),
           ({PHYSICS}, 'revoke.four_eyes_above', '5'), ({PHYSICS}, 'portal.sign_in', 'both');
         INSERT INTO subscriber (id, name, sort_key, search, kind, subject, created_at) VALUES
           ({ALICE}, 'Alice', 'alice', 'alice', 'person', '[]', 1000), ({OFFICE}, 'Office', 'office', 'office', 'functional', '[]', 1000);
         INSERT INTO certificate (serial, kind, profile, subject, san, issuer, subscriber, key_fingerprint, not_before, not_after, issued_at)
           VALUES (x'11', 'subscriber', 'signing', 'CN=Alice', '[]', x'aa', {ALICE}, zeroblob(32), 1, 9, 1),
                  (x'12', 'tls', 'tls', 'CN=pki', '[]', x'aa', NULL, zeroblob(32), 1, 9, 1);
         INSERT INTO escrow_decision (unit, at, actor, enabled, decision) VALUES ({PHYSICS}, 1500, '{{}}', 1, '{{}}');
         INSERT INTO bundle (unit, name, profiles) VALUES ({PHYSICS}, 'Staff', '[\"signing\"]');"
    ))
    .unwrap();
}

fn texts(c: &Connection, sql: &str) -> Vec<String> {
    let mut statement = c.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn the_one_department_keeps_everything_and_what_all_share_goes_to_the_organization() {
    let folder = TempDir::new().unwrap();
    ninth_schema(&folder);
    let new = open(folder.path(), &folder.path().join("signet.db")).unwrap();
    let settings = |kind: &str| {
        texts(&new, &format!("SELECT key || '=' || value FROM setting JOIN unit ON id = unit WHERE kind = '{kind}' ORDER BY key"))
    };
    assert_eq!(settings("department"), ["portal.sign_in=both", "wifi.ssid=eduroam"]);
    assert_eq!(
        settings("organization"),
        [
            "crl.delta=yes",
            "revoke.four_eyes_above=5",
            "scep.legacy=yes",
            "serve.http=0.0.0.0:8080", // the department's counted
            "serve.https=0.0.0.0:8443",
            "status.url=http://pki.example.edu",
            "wifi.server_names=radius.example.edu",
        ]
    );
    assert_eq!(
        texts(&new, "SELECT s.name || ' of ' || u.name FROM subscriber s JOIN unit u ON u.id = s.department ORDER BY 1"),
        ["Alice of Physics", "Office of Physics"]
    );
    assert_eq!(texts(&new, "SELECT hex(serial) || ' ' || (department IS NOT NULL) FROM certificate ORDER BY serial"), ["11 1", "12 0"]);
    assert_eq!(
        texts(&new, "SELECT name || '/' || certified_name || '/' || hosts FROM unit WHERE kind = 'organization'"),
        ["Example University/Example University/[\"pki.example.edu\"]"]
    );
    assert_eq!(texts(&new, "SELECT certified_name FROM unit WHERE kind = 'department' AND production_at = 2000"), ["Physics"]);
    assert_eq!(new.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    // Nobody is nowhere any more.
    for sql in [
        "INSERT INTO subscriber (id, name, sort_key, search, kind, subject, created_at) VALUES (randomblob(16), 'x', 'x', 'x', 'person', '[]', 1)"
            .to_owned(),
        format!("UPDATE subscriber SET department = NULL WHERE id = {ALICE}"),
        format!("UPDATE subscriber SET department = {ORGANIZATION} WHERE id = {ALICE}"),
    ] {
        assert!(new.execute_batch(&sql).is_err(), "{sql}");
    }
}

#[test]
fn an_upgraded_folder_works_as_before() {
    let folder = TempDir::new().unwrap();
    ninth_schema(&folder);
    let options = OpenOptions {
        folder: folder.path().to_owned(),
        keyring: Some(KeyringChoice::PassphraseFile(folder.path().join("passphrase"))),
        clock: Arc::new(FixedClock::at(5000)),
    };
    let rosa = Authority::open(options).unwrap().operator(Actor::Officer("rosa".into()));
    let physics = rosa.department().unwrap();
    assert_eq!((physics.department.as_str(), physics.pilot, physics.hosts), ("Physics", false, vec!["pki.example.edu".to_owned()]));
    assert_eq!((rosa.setting("wifi.ssid").unwrap(), rosa.setting("serve.http").unwrap()), ("eduroam".into(), "0.0.0.0:8080".into()));
    assert_eq!(rosa.setting_view(Scope::Department, "wifi.server_names").unwrap().source, Source::Organization);
    assert_eq!(rosa.bundle("staff").unwrap().profiles, [ProfileName::Signing]);
    assert!(rosa.escrows(ProfileName::Encryption).unwrap());
}
