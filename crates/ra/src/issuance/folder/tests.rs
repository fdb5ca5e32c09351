//! The folder and the list as other programs and accounts leave them, and where they may lie.

use super::{DeliveryFolder, csv_cell, file_name};
use std::{io::Write, path::Path};

/// A folder in this one, with its list beside it.
fn open(place: &Path) -> DeliveryFolder {
    DeliveryFolder::open(&place.join("out"), &place.join("list.csv")).unwrap()
}

/// Addresses and passwords that the list gives.
fn read(place: &Path) -> Vec<(String, String)> {
    let lines = DeliveryFolder::read_passwords(&place.join("list.csv")).unwrap();
    lines.into_iter().map(|line| (line.mail, line.password.to_string())).collect()
}

fn pair(mail: &str, password: &str) -> (String, String) {
    (mail.to_owned(), password.to_owned())
}

#[test]
fn what_a_full_disk_left_of_a_line_takes_no_other_with_it() {
    for part in ["\"b@exam", "\"b@example.edu\",b.p12,02", "\"b@example.edu\",b.p12,02,BB", "\""] {
        let folder = tempfile::tempdir().unwrap();
        let mut out = open(folder.path());
        out.note(b"\"a@example.edu\",a.p12,01,AAAA\n").unwrap();
        drop(out);
        let list = folder.path().join("list.csv");
        std::fs::OpenOptions::new().append(true).open(&list).unwrap().write_all(part.as_bytes()).unwrap();
        let mut out = open(folder.path());
        out.note(b"\"c@example.edu\",c.p12,03,CCCC\n").unwrap();
        out.note(b"\"d@example.edu\",d.p12,04,DDDD\n").unwrap();
        let all = read(folder.path());
        let whole: Vec<_> = all.iter().filter(|(mail, _)| mail != "b@example.edu").cloned().collect();
        assert_eq!(whole, [pair("a@example.edu", "AAAA"), pair("c@example.edu", "CCCC"), pair("d@example.edu", "DDDD")], "{part}");
        // Other programs read it as well.
        let text = std::fs::read_to_string(&list).unwrap();
        let records = crate::csv::read(&text).unwrap();
        assert!(records.iter().any(|record| record.fields == ["c@example.edu", "c.p12", "03", "CCCC"]), "{text}");
    }
}

#[test]
fn a_heading_that_was_cut_off_and_a_last_line_without_its_end_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.csv");
    std::fs::write(&list, "mail,fi").unwrap();
    open(folder.path()).note(b"\"a@example.edu\",a.p12,01,AAAA\n").unwrap();
    assert_eq!(read(folder.path()), [pair("a@example.edu", "AAAA")]);
    // As an editor leaves it.
    std::fs::write(&list, "mail,file,serial,password\n\"a@example.edu\",a.p12,01,AAAA").unwrap();
    open(folder.path()).note(b"\"c@example.edu\",c.p12,03,CCCC\n").unwrap();
    assert_eq!(read(folder.path()), [pair("a@example.edu", "AAAA"), pair("c@example.edu", "CCCC")]);
}

#[cfg(unix)]
#[test]
fn a_list_that_is_there_becomes_private_and_a_foreign_one_is_refused_before_a_key_is_made() {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (list, elsewhere) = (folder.path().join("list.csv"), folder.path().join("elsewhere.csv"));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for path in [&list, &elsewhere] {
        std::fs::write(path, "mail,file,serial,password\n").unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let out = folder.path().join("out");
    open(folder.path());
    DeliveryFolder::open(&out, &elsewhere).unwrap().note(b"\"a@example.edu\",a.p12,01,AAAA\n").unwrap();
    assert_eq!((mode(&list), mode(&elsewhere)), (0o600, 0o600));
    let refused = |path: &Path| matches!(DeliveryFolder::open(&out, path), Err(crate::Error::Invalid { field: "passwords", .. }));
    for (name, target) in [("link.csv", elsewhere.as_path()), ("nowhere.csv", Path::new("missing"))] {
        let link = folder.path().join(name);
        symlink(target, &link).unwrap();
        assert!(refused(&link), "{name}");
    }
    assert!(!folder.path().join("missing").exists());
    assert!(refused(folder.path()), "a folder");
    // Only root can give a file away.
    if chown(&list, Some(1), None).is_ok() {
        assert!(refused(&list), "somebody else's");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left.len(), 5, "nothing is left beside them and the folder: {left:?}");
}

#[test]
fn the_passwords_lie_beside_the_folder_or_where_they_shall_and_never_in_it() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("staff");
    let chosen = |path: &Path| DeliveryFolder::passwords(&out, Some(path));
    assert_eq!(DeliveryFolder::passwords(&out, None).unwrap(), place.path().join("staff-passwords.csv"));
    assert_eq!(DeliveryFolder::passwords(&out.join("."), None).unwrap(), place.path().join("staff-passwords.csv"));
    assert_eq!(chosen(&place.path().join("a.csv")).unwrap(), place.path().join("a.csv"));
    assert_eq!(chosen(&place.path().join("staff-2/a.csv")).unwrap(), place.path().join("staff-2/a.csv"), "another folder");
    // Before the folder is made, and after it.
    for _ in 0..2 {
        for inside in [out.join("a.csv"), out.join("deep/a.csv"), place.path().join("other/../staff/a.csv")] {
            // What is not there cannot be followed.
            if !out.exists() && inside.components().any(|part| part == std::path::Component::ParentDir) {
                continue;
            }
            let refused = matches!(chosen(&inside), Err(crate::Error::Invalid { field: "passwords", .. }));
            assert!(refused, "{}", inside.display());
        }
        std::fs::create_dir_all(out.join("deep")).unwrap();
        std::fs::create_dir_all(place.path().join("other")).unwrap();
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&out, place.path().join("link")).unwrap();
        assert!(chosen(&place.path().join("link/a.csv")).is_err(), "by whatever way");
        assert!(DeliveryFolder::passwords(Path::new("/"), None).is_err(), "nothing is beside it");
    }
}

/// Where the keys would be lost nothing is begun. On Linux also root can make no file in /proc.
#[test]
fn places_that_cannot_be_written_are_refused_before_a_key_is_made() {
    let refused = |folder: &Path, list: &Path, wrong: &str| match DeliveryFolder::open(folder, list) {
        Err(crate::Error::Invalid { field, reason }) => {
            assert!(field == wrong && reason.contains("cannot be written (") && reason.contains("; "), "{field}: {reason}");
        }
        other => panic!("{:?}", other.map(|_| "opened")),
    };
    let place = tempfile::tempdir().unwrap();
    refused(&place.path().join("out"), &place.path().join("missing/list.csv"), "passwords");
    assert!(!place.path().join("missing").exists());
    // Where requests alone are answered there are no passwords.
    DeliveryFolder::open_for(false, &place.path().join("out"), &place.path().join("missing/list.csv")).unwrap();
    #[cfg(target_os = "linux")]
    {
        refused(&place.path().join("out"), Path::new("/proc/list.csv"), "passwords");
        refused(Path::new("/proc/self"), &place.path().join("list.csv"), "folder");
    }
    open(place.path());
    let left: Vec<_> = std::fs::read_dir(place.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["out"], "and nothing is left of having tried");
    assert_eq!(std::fs::read_dir(place.path().join("out")).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_into_the_folder_once_it_is_made_is_noticed_then() {
    let place = tempfile::tempdir().unwrap();
    let (out, link) = (place.path().join("out"), place.path().join("link"));
    std::os::unix::fs::symlink(&out, &link).unwrap();
    let list = DeliveryFolder::passwords(&out, Some(&link.join("list.csv"))).unwrap();
    assert!(matches!(DeliveryFolder::open(&out, &list), Err(crate::Error::Invalid { field: "passwords", .. })));
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 0);
}

#[test]
fn a_list_from_before_among_the_files_goes_on_or_is_brought_to_the_new_one_by_hand() {
    let place = tempfile::tempdir().unwrap();
    let (out, list) = (place.path().join("out"), place.path().join("list.csv"));
    let old = out.join("passwords.csv");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(&old, "mail,file,serial,password\n\"a@example.edu\",a.p12,01,AAAA\n").unwrap();
    let refused = || match DeliveryFolder::open(&out, &list) {
        Err(crate::Error::Invalid { field: "passwords", reason }) => reason,
        other => panic!("{:?}", other.map(|_| "opened")),
    };
    assert!(refused().ends_with(&format!("; move it to {}", list.display())), "{}", refused());
    std::fs::write(&list, "").unwrap();
    assert!(refused().ends_with(&format!("; move its lines to {}", list.display())), "{}", refused());
    // A batch from before has it where it is.
    DeliveryFolder::open(&out, &old).unwrap().note(b"\"b@example.edu\",b.p12,02,BBBB\n").unwrap();
    std::fs::rename(&old, &list).unwrap();
    open(place.path()).note(b"\"c@example.edu\",c.p12,03,CCCC\n").unwrap();
    assert_eq!(read(place.path()), [pair("a@example.edu", "AAAA"), pair("b@example.edu", "BBBB"), pair("c@example.edu", "CCCC")]);
    // What only has the name stays there.
    std::fs::write(&old, "name,password\n").unwrap();
    open(place.path());
}

#[test]
fn no_address_leads_out_of_the_folder_or_into_a_formula() {
    assert_eq!(file_name("alice+x@example.edu"), "alice+x@example.edu");
    for mail in ["../../etc/passwd@example.edu", "a/b@example.edu", "-rf@example.edu", "a*b?@example.edu", "a|b@example.edu"] {
        let name = file_name(mail);
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "@._+-".contains(c)), "{name}");
        assert!(!name.starts_with(['.', '-']), "{name}");
    }
    assert_ne!(file_name("a/b@example.edu"), file_name("a*b@example.edu"), "each has its own file");
    assert_eq!(csv_cell("=cmd()@example.edu"), "\"'=cmd()@example.edu\"");
}
