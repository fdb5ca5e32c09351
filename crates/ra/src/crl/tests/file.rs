//! A list that is too long for a row: its file, what several processes see of it, and what a kill at any moment leaves.

use super::{number, text};
use crate::{Authority, Operator, certificate::issued, ports::FixedClock, testing};
use protocol::{
    Timestamp,
    crl::{CrlView, Reason},
    x509::SerialNumber,
};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// So many entries do not fit into a row.
const MANY: u32 = 3_000;

struct House {
    authority: Authority,
    clock: FixedClock,
    officer: Operator,
    folder: TempDir,
}

/// A department of whose certificates many are revoked.
fn house() -> House {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    std::fs::write(folder.path().join("issuing.pem"), &officer.ca_certificates().unwrap()[1].pem).unwrap();
    let issuer = authority.0.crl_issuer(false).unwrap();
    authority
        .0
        .store
        .write(move |tx| {
            tx.execute(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
                 INSERT INTO certificate (serial, kind, profile, subject, san, issuer, key_fingerprint, not_before, not_after, issued_at) \
                 SELECT CAST(printf('many%012d', i) AS BLOB), 'subscriber', 'signing', 'CN=Many', '[]', ?2, zeroblob(32), 1, 9, 1 FROM n",
                rusqlite::params![MANY, issuer],
            )?;
            tx.execute("UPDATE certificate SET revoked_at = number + 1000000000, reason = 4 WHERE subject = 'CN=Many'", [])?;
            Ok(())
        })
        .unwrap();
    House { authority, clock, officer, folder }
}

impl House {
    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
    /// As a process that has just started gives it out.
    fn fresh(&self) -> Vec<u8> {
        testing::open(&self.folder, &self.clock).enroller().crl("issuing").unwrap()
    }
    fn revoke_one(&self) -> SerialNumber {
        let serial = issued(&self.authority, "One more");
        self.officer.revoke(&serial, Reason::Superseded).unwrap();
        serial
    }
    /// Its number, the signature and the count of its entries being right.
    fn judged(&self, list: &[u8]) -> u64 {
        let said = text(self.folder.path(), list, "issuing.pem");
        assert!(said.matches("Serial Number: ").count() >= MANY as usize);
        number(&said)
    }
    fn made(&self) -> usize {
        let rows = self.authority.auditor().ledger(None, 1000).unwrap();
        rows.iter().filter(|row| row.event == "crl.issued" && row.subject == "issuing").count()
    }
}

/// Files of long lists in the folder, whole ones and begun ones.
fn files(data: &Path) -> Vec<String> {
    let names = std::fs::read_dir(data).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.trim_start_matches('.').starts_with("crl-")).collect();
    names.sort();
    names
}

#[test]
fn a_long_list_lies_in_one_file_and_is_the_same_for_all_processes() {
    let house = house();
    let first = house.authority.enroller().crl("issuing").unwrap();
    let made = house.made();
    let [file] = files(&house.data()).try_into().unwrap();
    assert!(file.ends_with(&format!("-{}.der", house.judged(&first))), "{file}");
    assert_eq!(std::fs::read(house.data().join(&file)).unwrap(), first);
    let in_row: i64 = house.authority.0.store.read(|c| Ok(c.query_row("SELECT count(der) FROM crl", [], |row| row.get(0))?)).unwrap();
    assert_eq!(in_row, 0, "not in the database too");
    assert_eq!(house.fresh(), first);
    assert_eq!(house.made(), made, "the other process read it");
    house.authority.enroller().crl("root").unwrap();
    assert_eq!(files(&house.data()).len(), 1, "the root's is in its row: nobody could make it anew without its key");

    let other = testing::open(&house.folder, &house.clock);
    assert_eq!(other.enroller().crl("issuing").unwrap(), first);
    let serial = house.revoke_one();
    let second = other.enroller().crl("issuing").unwrap();
    assert!(house.judged(&second) > house.judged(&first) && second.windows(16).any(|window| window == serial.octets()));
    assert_eq!(house.authority.enroller().crl("issuing").unwrap(), second);
    assert_eq!(files(&house.data()).len(), 1, "the one before is gone");
}

#[test]
fn a_file_that_is_missing_or_not_what_was_written_is_made_anew_with_a_later_number() {
    let house = house();
    let elder = house.authority.enroller().crl("issuing").unwrap();
    house.revoke_one();
    let mut last = house.judged(&house.authority.enroller().crl("issuing").unwrap());
    type Damage = fn(&Path, &[u8]);
    let damages: [(&str, Damage); 6] = [
        ("missing", |path, _| std::fs::remove_file(path).unwrap()),
        ("empty", |path, _| std::fs::write(path, "").unwrap()),
        ("cut", |path, _| {
            let length = std::fs::metadata(path).unwrap().len();
            std::fs::File::options().write(true).open(path).unwrap().set_len(length - 1).unwrap();
        }),
        ("one bit", |path, _| {
            let mut octets = std::fs::read(path).unwrap();
            let middle = octets.len() / 2;
            octets[middle] ^= 1;
            std::fs::write(path, octets).unwrap();
        }),
        ("an elder one, well signed", |path, elder| std::fs::write(path, elder).unwrap()),
        ("a folder", |path, _| {
            std::fs::remove_file(path).unwrap();
            std::fs::create_dir(path).unwrap();
        }),
    ];
    for (what, damage) in damages {
        let [file] = files(&house.data()).try_into().unwrap();
        damage(&house.data().join(&file), &elder);
        let now = house.judged(&house.fresh());
        assert!(now > last, "{what}: {now} after {last}");
        last = now;
        // Who has the last one in memory takes the new one.
        assert_eq!(house.judged(&house.authority.enroller().crl("issuing").unwrap()), now, "{what}");
        let _ = std::fs::remove_dir(house.data().join(file));
    }
}

#[test]
fn what_a_kill_between_two_steps_leaves_is_neither_given_out_nor_kept() {
    let house = house();
    let list = house.authority.enroller().crl("issuing").unwrap();
    let (issuer, current) = (house.authority.0.crl_issuer(false).unwrap(), house.judged(&list));
    // After the number was taken, while the file was written, and before the row was stored.
    let owned = issuer.clone();
    house.authority.0.store.write(move |tx| crate::crl::make::take_number(tx, &owned, Timestamp(testing::START), 600)).unwrap();
    let prefix = files(&house.data())[0].trim_end_matches(&format!("{current}.der")).to_owned();
    std::fs::write(house.data().join(format!(".{prefix}{}.der.begun", current + 1)), &list[..1000]).unwrap();
    crate::crl::file::write(&house.data(), &issuer, current + 1, &list).unwrap();
    assert_eq!(house.fresh(), list, "the last one is the current one");
    let serial = house.revoke_one();
    let next = house.fresh();
    assert!(house.judged(&next) > current + 1, "a number that was taken is not given again");
    assert!(next.windows(16).any(|window| window == serial.octets()));
    // After the row was stored, before the file of the last one was removed.
    crate::crl::file::write(&house.data(), &issuer, current, &list).unwrap();
    assert_eq!(house.fresh(), next);
    house.revoke_one();
    let last = house.judged(&house.fresh());
    assert_eq!(files(&house.data()), [format!("{prefix}{last}.der")], "nothing of it is left");
}

#[test]
fn a_number_that_comes_too_late_is_not_stored() {
    let house = house();
    let issuer = house.authority.0.crl_issuer(false).unwrap();
    let ca = house.authority.0.issuing_ca().unwrap();
    let slow = house.authority.0.draft_crl(false, &issuer).unwrap();
    house.revoke_one();
    let newer = house.fresh();
    let given = house.authority.0.finish_crl(&issuer, slow, ca.as_ref()).unwrap();
    assert_eq!(*given.der, newer, "who was slow gives out the newer one");
    assert_eq!(house.fresh(), newer);
    assert_eq!(files(&house.data()).len(), 1);
}

#[test]
fn a_kill_at_any_moment_leaves_a_current_list_and_numbers_that_grow() {
    use std::io::{BufRead, BufReader};
    let house = house();
    let mut last = house.judged(&house.authority.enroller().crl("issuing").unwrap());
    for round in 1..=4 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crl::tests::file::making_until_killed", "--ignored", "--nocapture"])
            .env("SIGNET_TEST_FOLDER", house.folder.path())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| line.split_once("made ").and_then(|(_, text)| text.strip_suffix('.')?.parse::<u64>().ok()));
        let mut told: Vec<u64> = lines.by_ref().take(5 * round).collect();
        child.kill().unwrap(); // SIGKILL
        told.extend(lines);
        child.wait().unwrap();
        assert!(told.len() >= 5 * round && told.is_sorted_by(|a, b| a < b) && told[0] > last, "{told:?} after {last}");
        let now = house.judged(&house.fresh());
        assert!(now >= told[told.len() - 1], "{now} after {told:?}");
        let rows = house.authority.auditor().ledger(None, 10_000).unwrap();
        let numbers: Vec<u64> = rows
            .iter()
            .filter(|row| row.event == "crl.issued" && row.subject == "issuing")
            .map(|row| row.details["number"].as_u64().unwrap())
            .collect();
        assert!(numbers.is_sorted_by(|a, b| a > b), "newest first, none twice: {numbers:?}");
        house.revoke_one();
        last = house.judged(&house.fresh());
        assert!(last > now);
        assert_eq!(files(&house.data()).len(), 1, "{:?}", files(&house.data()));
    }
}

/// Makes one list after the other until it is killed.
#[test]
#[ignore = "started by the test above"]
fn making_until_killed() {
    use std::{path::PathBuf, sync::Arc};
    let Some(folder) = std::env::var_os("SIGNET_TEST_FOLDER").map(PathBuf::from) else { return };
    let clock = FixedClock::at(testing::START);
    let authority = Authority::open(crate::OpenOptions {
        folder: folder.join("data"),
        keyring: Some(crate::vault::KeyringChoice::PassphraseFile(folder.join("passphrase"))),
        clock: Arc::new(clock),
    })
    .unwrap();
    for _ in 0..1000 {
        authority
            .0
            .store
            .write(|tx| {
                tx.execute(
                    "UPDATE certificate SET invalid_since = coalesce(invalid_since, 0) + 1 \
                     WHERE number = (SELECT max(number) FROM certificate WHERE subject = 'CN=Many')",
                    [],
                )?;
                Ok(())
            })
            .unwrap();
        let list = authority.enroller().crl("issuing").unwrap();
        println!("made {}.", CrlView::from_der(&list).unwrap().number.unwrap());
    }
}

#[test]
fn what_is_published_on_the_same_disk_is_the_same_file_under_a_second_name() {
    let house = house();
    let public = house.folder.path().join("public");
    std::fs::create_dir(&public).unwrap();
    let at = public.join("issuing.crl");
    let publish = || {
        house.officer.crl_publish(&public).unwrap();
        let list = std::fs::read(&at).unwrap();
        assert_eq!(list, house.authority.enroller().crl("issuing").unwrap());
        house.judged(&list)
    };
    let first = publish();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let published = std::fs::metadata(&at).unwrap();
        assert_eq!((published.nlink(), published.mode() & 0o444), (2, 0o444), "and everybody may read it");
    }
    assert_eq!(publish(), first, "also a second time");
    house.revoke_one();
    let second = publish();
    assert!(second > first);
    let mut names: Vec<_> = std::fs::read_dir(&public).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["issuing.crl", "issuing.crt", "root.crl", "root.crt"], "and nothing beside them");
    // Somebody writes into the published file: what we give out is what we signed.
    let length = std::fs::metadata(&at).unwrap().len();
    std::fs::write(&at, vec![0; usize::try_from(length).unwrap()]).unwrap();
    assert!(house.judged(&house.fresh()) > second);
    assert!(publish() > second, "and so it is there again");
    // The next one no longer has to do with the first.
    #[cfg(target_os = "linux")]
    if let Ok(elsewhere) = TempDir::new_in("/dev/shm") {
        house.officer.crl_publish(elsewhere.path()).unwrap();
        assert_eq!(std::fs::read(elsewhere.path().join("issuing.crl")).unwrap(), std::fs::read(&at).unwrap(), "another file system");
    }
}
