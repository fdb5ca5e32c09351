//! The commands as a script uses them: real processes on a real folder.
#![allow(clippy::unwrap_used)]

mod support;

use protocol::Timestamp;
use ra::ports::{Clock, SystemClock};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
};
use support::{Place, done};
#[cfg(unix)]
use support::{Served, get};

#[test]
fn a_department_is_set_up_once() {
    let place = Place::with_department();
    let again = place.run(&["--json", "init", "--organization", "X", "--department", "Y", "--mail-domain", "example.edu"]);
    assert_eq!((again.code, again.error_code().as_str()), (1, "alreadySetUp"));
    // The keyring choice and its file are remembered: no later command names them, and any folder will do as working directory.
    let mut elsewhere = Command::new(env!("CARGO_BIN_EXE_signetctl"));
    let elsewhere = elsewhere.current_dir("/").arg("--data").arg(place.path("data")).args(["certificate", "list", "--all", "--json"]);
    let all = done(elsewhere.output().unwrap()).json();
    let profiles: Vec<_> = all.as_array().unwrap().iter().map(|row| row["profile"].as_str().unwrap()).collect();
    for own in ["root", "issuing", "ra"] {
        assert!(profiles.contains(&own), "{profiles:?}");
    }
}

#[test]
fn the_life_of_the_first_certificates_is_given_at_the_set_up() {
    let place = Place::new();
    let init = |settings: &[&str]| {
        let names = ["init", "--organization", "O", "--department", "D", "--mail-domain", "example.edu", "--ca-key", "p256", "--json"];
        place.run(&[&names[..], &["--keyring", "passphrase-file", "passphrase"], settings].concat())
    };
    assert_eq!(init(&["--setting", "validity.root_years"]).code, 2);
    let refused = init(&["--setting", "validity.root_years=31"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "validation"));
    let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("validity.root_years") && message.contains("from 10 to 30"), "{message}");
    assert_eq!(init(&["--setting", "validity.root_years=12", "--setting", "validity.tls_days=90"]).code, 0);
    let all = place.json(&["certificate", "list", "--all"]);
    let year_of = |profile: &str, end: &str| {
        let row = all.as_array().unwrap().iter().find(|row| row["profile"] == profile).unwrap();
        row[end].as_str().unwrap()[..4].parse::<u32>().unwrap()
    };
    let years = year_of("root", "not_after") - year_of("root", "not_before");
    assert!((11..=12).contains(&years), "twelve years of 365 days and a quarter: {years}");
    let lives = place.json(&["settings", "get", "validity.tls_days"]);
    assert_eq!((lives["value"].as_str(), lives["default"].as_str()), (Some("90"), Some("397")));
    assert_eq!(lives["bounds"], serde_json::json!({ "least": 60, "most": 397 }));
}

#[test]
fn a_misspelled_folder_is_refused_and_not_made() {
    let place = Place::new();
    let refused = place.run(&["subscriber", "list", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "notSetUp"));
    assert!(!place.path("data").exists());
    let words = place.run(&["subscriber", "list"]);
    assert!(words.stdout.is_empty() && words.stderr.contains("signetctl init"), "{}", words.stderr);
}

#[test]
fn the_folder_and_json_stand_before_or_after_the_command_and_the_environment_names_a_folder_too() {
    let place = Place::with_department();
    let (folder, elsewhere) = (place.path("data"), place.path("elsewhere"));
    let asked = |before: &[&str], after: &[&str], environment: Option<&Path>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signetctl"));
        command.args(before).args(["certificate", "list", "--all"]).args(after).stdin(Stdio::null());
        command.env_remove("SIGNET_DATA").env_remove("SIGNET_PASSPHRASE_FILE").env_remove("SIGNET_LOG");
        command.envs(environment.map(|folder| ("SIGNET_DATA", folder)));
        let done = done(command.output().unwrap());
        assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
        done.json()
    };
    let data = ["--data", folder.to_str().unwrap()];
    let expected = asked(&data, &["--json"], None);
    assert!(expected.as_array().unwrap().len() > 2, "{expected}");
    assert_eq!(asked(&[], &[&["--json"][..], &data].concat(), None), expected);
    assert_eq!(asked(&[&["--json"][..], &data].concat(), &[], None), expected);
    assert_eq!(asked(&["--json"], &[], Some(&folder)), expected);
    // What is typed counts more.
    assert_eq!(asked(&["--json"], &data, Some(&elsewhere)), expected);
}

#[test]
fn usage_is_told_from_refusal() {
    let place = Place::new();
    for wrong in [&["frobnicate"][..], &["invite"], &["certificate", "show", "xyz"], &["invite", "a@b.c", "--qr", "a.gif"], &[]] {
        let refused = place.run(wrong);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{wrong:?}");
        assert!(!refused.stderr.is_empty());
        assert_eq!(place.run(&[wrong, &["--json"]].concat()).code, 2);
    }
    assert_eq!(place.run(&["invite", "--json"]).error_code(), "usage");
    let help = place.run(&["--help"]);
    assert!(help.code == 0 && help.stdout.contains("subscriber"));
    assert!(!place.path("data").exists());
}

#[test]
fn people_are_added_found_validated_and_imported() {
    let place = Place::with_department();
    let alice = place.json(&["subscriber", "show", "alice@example.edu"]);
    assert_eq!(alice["subject"], "CN=Alice Example,OU=Physics,O=Example University");
    assert_eq!(alice["mailboxes"][0]["validated_at"], Value::Null);
    let validated = place.json(&["subscriber", "validate", "alice@example.edu", "--method", "in-person", "--evidence", "staff card 4711"]);
    assert!(validated["mailboxes"][0]["validated_at"].is_string());
    assert_eq!(place.run(&["subscriber", "add", "--name", "Bob", "--mail", "alice@example.edu", "--json"]).error_code(), "mailboxTaken");
    assert_eq!(place.run(&["subscriber", "show", "nobody@example.edu", "--json"]).code, 1);

    let list = "name,mail,kind\n\"Curie, Marie\",marie@example.edu,\nOffice,office@example.edu,functional\nTwice,alice@example.edu,\n";
    fs::write(place.path("people.csv"), list).unwrap();
    let imported = place.run(&["subscriber", "import", "people.csv", "--json"]);
    let report = imported.json();
    assert_eq!((imported.code, imported.error_code().as_str()), (1, "importIncomplete"));
    assert_eq!(report["added"].as_array().unwrap().len(), 2);
    assert_eq!((&report["refused"][0]["line"], &report["refused"][0]["code"]), (&Value::from(4), &Value::from("mailboxTaken")));
    let names = place.json(&["subscriber", "list"]);
    assert_eq!(names.as_array().unwrap().len(), 3);
    assert_eq!(place.json(&["subscriber", "list", "--search", "curie"])[0]["name"], "Curie, Marie");
    assert_eq!(place.json(&["subscriber", "list", "--limit", "1"]).as_array().unwrap().len(), 1);
    assert!(place.run(&["subscriber", "list"]).stdout.contains("office@example.edu"));
}

#[test]
fn a_name_that_may_imitate_another_one_is_said_to_people_and_to_programs() {
    let place = Place::with_department();
    let warned = |said: &str, of: &str| said.lines().any(|line| line.starts_with("Beware ") && line.contains(of));
    // Its first letter is Cyrillic.
    let added = place.run(&["subscriber", "add", "--name", "\u{410}lice Example", "--mail", "alice.example@example.edu"]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    for of in ["the name mixes alphabets", "the name looks like the one of Alice Example (alice@example.edu)"] {
        assert!(warned(&added.stdout, of), "{of}: {}", added.stdout);
    }
    let shown = place.run(&["subscriber", "show", "alice@example.edu"]).stdout;
    assert!(warned(&shown, "(alice.example@example.edu)") && !warned(&shown, "mixes alphabets"), "{shown}");
    let told = place.json(&["subscriber", "show", "alice.example@example.edu"]);
    assert_eq!((&told["mixed_scripts"], &told["looks_like"][0]["mail"]), (&Value::from(true), &Value::from("alice@example.edu")));

    let list = "name,mail\nBob Example,bob@example.edu\nA1ice Example,digit@example.edu\nD\u{430}vid Example,david@example.edu\n";
    fs::write(place.path("people.csv"), list).unwrap();
    let imported = place.run(&["subscriber", "import", "people.csv"]);
    assert_eq!((imported.code, imported.stdout.trim()), (0, "3 added."));
    for of in [
        "line 3: digit@example.edu: beware, the name looks like the one of Alice Example (alice@example.edu)",
        "line 4: david@example.edu: beware, the name mixes alphabets: it may imitate another one.",
    ] {
        assert!(imported.stderr.contains(of), "{of}: {}", imported.stderr);
    }
    assert!(!imported.stderr.contains("line 2:"), "{}", imported.stderr);
    fs::write(place.path("more.csv"), "name,mail\nF\u{430}y Example,fay@example.edu\n").unwrap();
    let imported = place.run(&["subscriber", "import", "more.csv", "--json"]);
    assert_eq!((imported.json()["added"][0]["mixed_scripts"].clone(), imported.stderr.as_str()), (Value::from(true), ""));
}

#[test]
fn somebody_has_several_addresses_and_a_name_for_ever() {
    let place = Place::ready();
    let two = place.json(&["subscriber", "add-mailbox", "alice@example.edu", "a.example@example.edu"]);
    let validated: Vec<_> =
        two["mailboxes"].as_array().unwrap().iter().map(|m| (m["address"].clone(), m["validated_at"].is_null())).collect();
    assert_eq!(validated, [("alice@example.edu".into(), false), ("a.example@example.edu".into(), true)], "each is validated by itself");
    let refused = |arguments: &[&str]| place.run(&[&["subscriber"], arguments, &["--json"]].concat()).error_code();
    assert_eq!(refused(&["add-mailbox", "alice@example.edu", "a.example@example.edu"]), "mailboxTaken");
    assert_eq!(refused(&["add-mailbox", "alice@example.edu", "alice@elsewhere.org"]), "validation");
    assert_eq!(refused(&["remove", "nobody@example.edu"]), "notFound");
    let made = ["--generate", "--p12", "a.p12", "--password-out", "a.txt"];
    let serial = place.json(&[&["certificate", "issue", "alice@example.edu", "--profile", "encryption"][..], &made].concat());
    assert_eq!(refused(&["remove", "alice@example.edu"]), "activeCertificates");
    place.json(&["certificate", "revoke", serial["certificate"]["serial"].as_str().unwrap()]);
    place.json(&["subscriber", "remove", "alice@example.edu"]);
    let new = place.json(&["subscriber", "add", "--name", "Alice Example", "--mail", "alice@example.edu"]);
    assert_ne!(new["subject"], two["subject"], "somebody of the same name is somebody else");
}

#[test]
fn an_invitation_needs_a_validated_mailbox_and_shows_its_secrets_once() {
    let place = Place::with_department();
    place.json(&["settings", "set", "serve.public_url", "https://localhost:8443"]);
    assert_eq!(place.run(&["invite", "alice@example.edu", "--json"]).error_code(), "mailboxNotValidated");
    place.json(&["subscriber", "validate", "alice@example.edu", "--method", "in-person", "--evidence", "staff card 4711"]);

    let invited = place.run(&["invite", "alice@example.edu", "--json", "--qr", "alice.png"]);
    let invitation = invited.json();
    let url = invitation["url"].as_str().unwrap();
    let (_, token) = url.split_once("https://localhost:8443/e/").unwrap();
    let code = invitation["code"].as_str().unwrap();
    assert_eq!((token.len(), code.len()), (22, 9));
    assert!(invitation["expires_at"].as_str().unwrap().ends_with('Z'));
    assert!(invitation["trust_url"].as_str().is_some_and(|url| url.starts_with("http://")), "{invitation}");
    for secret in [token, code] {
        assert_eq!(invited.stdout.matches(secret).count() + invited.stderr.matches(secret).count(), 1, "{secret} stands once");
    }
    assert!(fs::read(place.path("alice.png")).unwrap().starts_with(b"\x89PNG"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(place.path("alice.png")).unwrap().permissions().mode() & 0o777, 0o600);
    }

    let id = invitation["enrollment"].as_str().unwrap();
    assert_eq!(place.json(&["enrollment", "list"])[0]["id"], id);
    assert_eq!(place.json(&["enrollment", "list", "--mail", "alice@example.edu"])[0]["state"], "invited");
    let shown = place.run(&["enrollment", "show", id]);
    assert!(shown.stdout.contains("invited") && !shown.stdout.contains(token) && !shown.stdout.contains(code), "{}", shown.stdout);

    let resent = place.run(&["enrollment", "resend", id, "--json", "--qr", "again.svg"]);
    assert_ne!(resent.json()["url"], invitation["url"]);
    assert!(fs::read_to_string(place.path("again.svg")).unwrap().starts_with("<svg"));
    assert_eq!(place.json(&["enrollment", "cancel", id])["state"], "cancelled");
    assert_eq!(place.run(&["enrollment", "resend", id, "--json"]).error_code(), "enrollmentEnded");

    let words = place.run(&["invite", "alice@example.edu"]);
    assert!(words.stdout.contains("https://localhost:8443/e/") && words.stdout.contains('\u{2580}'), "link and symbol");
    assert_eq!(words.stdout.matches("https://localhost:8443/e/").count(), 1);
    assert_eq!(place.run(&["invite", "alice@example.edu", "--via", "mail", "--json"]).error_code(), "validation");
}

#[test]
fn a_picture_takes_the_place_of_what_has_its_name_once_there_is_an_invitation() {
    let place = Place::ready();
    let there: &[u8] = b"an older picture";
    let (read, names) = (|name: &str| fs::read(place.path(name)).unwrap(), || fs::read_dir(place.path("qr")).unwrap().count());
    fs::create_dir_all(place.path("qr/folder.png")).unwrap();
    for name in ["qr/alice.png", "qr/elsewhere.png"] {
        fs::write(place.path(name), there).unwrap();
        #[cfg(unix)]
        fs::set_permissions(place.path(name), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    }
    // Nobody is invited, or there is no place: what is there stays, and nothing comes beside it.
    assert_eq!(place.run(&["invite", "nobody@example.edu", "--qr", "qr/alice.png", "--json"]).code, 1);
    assert_eq!((read("qr/alice.png").as_slice(), names()), (there, 3));
    for nowhere in ["nowhere/alice.png", "qr/folder.png"] {
        assert_eq!(place.run(&["invite", "alice@example.edu", "--qr", nowhere, "--json"]).error_code(), "file", "{nowhere}");
    }
    assert_eq!((place.json(&["enrollment", "list"]), names()), (serde_json::json!([]), 3));

    place.json(&["invite", "alice@example.edu", "--qr", "qr/alice.png"]);
    assert!(read("qr/alice.png").starts_with(b"\x89PNG") && names() == 3);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| fs::symlink_metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("qr/alice.png"), 0o600, "not that of the file before");
        // A link that lies there leads nowhere.
        std::os::unix::fs::symlink(place.path("qr/elsewhere.png"), place.path("qr/link.png")).unwrap();
        place.json(&["invite", "alice@example.edu", "--qr", "qr/link.png"]);
        assert_eq!((read("qr/elsewhere.png").as_slice(), mode("qr/elsewhere.png")), (there, 0o644));
        assert!(fs::symlink_metadata(place.path("qr/link.png")).unwrap().is_file() && mode("qr/link.png") == 0o600);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_gone_is_no_failure_unless_something_is_shown_only_once() {
    let place = Place::ready();
    let unread = |arguments: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        done(place.command(arguments).stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap())
    };
    assert_eq!(unread(&["subscriber", "list"]).code, 0);
    let lost = unread(&["invite", "alice@example.edu"]);
    assert_eq!(lost.code, 1);
    assert!(lost.stderr.contains("signetctl enrollment resend"), "{}", lost.stderr);
    assert_eq!(unread(&["invite", "alice@example.edu", "--json"]).code, 1);
    assert_eq!(unread(&["scep", "challenge", "alice@example.edu", "--profile", "authentication"]).code, 1);
}

#[test]
fn challenges_are_lines_of_json() {
    let place = Place::ready();
    let before = SystemClock.now();
    let done = place.run(&["scep", "challenge", "alice@example.edu", "--profile", "signing", "--count", "3"]);
    let after = SystemClock.now();
    let lines: Vec<Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((done.code, lines.len()), (0, 3), "{}", done.stderr);
    assert_eq!(lines[0]["subject"], serde_json::json!([[["O", "Example University"]], [["OU", "Physics"]], [["CN", "Alice Example"]]]));
    assert_eq!(lines[0]["san"], serde_json::json!({ "rfc822Name": "alice@example.edu" }));
    assert_eq!(lines[0]["url"], "http://pki.example.edu/scep/signet");
    let days = 7 * Timestamp::DAY;
    for line in &lines {
        assert_eq!(done.stdout.matches(line["challenge"].as_str().unwrap()).count(), 1, "each is another one, and stands once");
        let keys: BTreeSet<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, BTreeSet::from(["challenge", "subject", "san", "usage", "url", "expires_at"]));
        assert_eq!(line["usage"], 1, "it signs");
        let ends = Timestamp::parse(line["expires_at"].as_str().unwrap()).unwrap();
        assert!((before.plus(days)..=after.plus(days)).contains(&ends), "{ends}");
    }
    assert_eq!(place.json(&["scep", "challenge", "alice@example.edu", "--profile", "authentication"])["usage"], 5, "it does both");
    let refused = place.run(&["scep", "challenge", "alice@example.edu", "--profile", "encryption", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "encryptionByScep"));
    assert_eq!(place.json(&["scep", "pending"]), serde_json::json!([]));
    let nobody = "01942f00-0000-7000-8000-000000000000";
    assert_eq!(place.run(&["scep", "approve", nobody, "--json"]).error_code(), "notFound");
}

#[test]
fn certificates_are_listed_shown_and_exported_and_ours_are_not_revoked() {
    let place = Place::with_department();
    assert_eq!(place.json(&["certificate", "list"]), serde_json::json!([]));
    let all = place.json(&["certificate", "list", "--all"]);
    let rows = all.as_array().unwrap();
    assert_eq!(place.json(&["certificate", "list", "--all", "--limit", "2"]).as_array().unwrap().len(), 2);
    let root = rows.iter().find(|row| row["profile"] == "root").unwrap();
    let serial = root["serial"].as_str().unwrap();
    // Read in any case, with leading zeros, blanks and colons; printed as upper-case hex.
    let written = format!("00:{}", serial.to_lowercase());
    assert_eq!(place.json(&["certificate", "show", &written])["serial"], serial);
    let pem = place.run(&["certificate", "export", serial, "--json"]);
    assert!(pem.stdout.starts_with("-----BEGIN CERTIFICATE-----") && pem.stdout.lines().all(|line| line.len() <= 64));
    let der = place.command(&["certificate", "export", serial, "--format", "der"]).output().unwrap().stdout;
    assert_eq!(protocol::x509::CertificateView::from_der(&der).unwrap().serial.to_string(), serial);
    let issuing = rows.iter().find(|row| row["profile"] == "issuing").unwrap()["serial"].as_str().unwrap();
    let chain = place.run(&["certificate", "export", issuing, "--format", "chain"]).stdout;
    assert!(chain.matches("BEGIN CERTIFICATE").count() >= 2, "{chain}");
    assert_eq!(place.run(&["certificate", "revoke", issuing, "--reason", "key-compromise", "--json"]).code, 1);
    assert_eq!(place.run(&["certificate", "show", "AB", "--json"]).error_code(), "notFound");
}

#[test]
fn lists_are_published_and_the_ledger_is_whole() {
    let place = Place::with_department();
    fs::create_dir(place.path("web")).unwrap();
    assert_eq!(place.json(&["crl", "publish", "--to", "web"])["published"].as_array().unwrap().len(), 4);
    for name in ["root.crl", "issuing.crl", "root.crt", "issuing.crt"] {
        assert_eq!(fs::read(place.path("web").join(name)).unwrap()[0], 0x30, "{name} is DER");
    }
    assert_eq!(fs::read_dir(place.path("web")).unwrap().count(), 4, "nothing else is left");
    assert_eq!(place.run(&["crl", "publish", "--to", "nowhere", "--json"]).error_code(), "file");
    let verified = place.json(&["ledger", "verify"]);
    assert!(verified["rows"].as_u64().unwrap() >= 2 && verified["broken_at"].is_null());
}

#[test]
fn settings_are_read_and_set_and_secrets_are_no_arguments() {
    let place = Place::with_department();
    assert_eq!(place.json(&["settings", "get", "portal.sign_in"])["value"], "code");
    assert_eq!(place.json(&["settings", "set", "portal.sign_in", "password"])["value"], "password");
    assert_eq!(place.run(&["settings", "get", "portal.sign_in"]).stdout, "password\n");
    // Its name is kept for later, and it is not taken for another way meanwhile.
    let directory = place.run(&["settings", "set", "portal.sign_in", "directory", "--json"]);
    assert_eq!((directory.code, directory.error_code().as_str()), (1, "validation"));
    let said = directory.json()["error"]["message"].as_str().unwrap().to_owned();
    assert_eq!(said, "portal.sign_in: Signet cannot ask a directory yet; choose code, password, both or basic.");
    assert_eq!(place.json(&["settings", "get", "portal.sign_in"])["value"], "password");
    assert_eq!(place.json(&["settings", "get"])["wifi.ssid"], "");
    assert_eq!(place.run(&["settings", "set", "removal", "never", "--json"]).error_code(), "validation");
    assert_eq!(place.run(&["settings", "get", "no.such", "--json"]).error_code(), "notFound");

    let made = place.json(&["settings", "set", "removal", "password"]);
    assert!(made["removal_password"].as_str().is_some_and(|password| password.len() >= 12), "{made}");
    assert_eq!(place.json(&["settings", "get", "removal.password"])["value"], "set");
    assert!(place.json(&["settings", "set", "removal", "password"])["removal_password"].is_null(), "shown once");

    let refused = place.run(&["settings", "set", "removal.password", "sesame 4711", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "secretAsArgument"));
    assert!(!format!("{}{}", refused.stdout, refused.stderr).contains("sesame"));
    let set = place.run_with_input(&["settings", "set", "removal.password", "--json"], "sesame 4711\n");
    assert_eq!((set.code, set.json()["value"].as_str()), (0, Some("set")), "{}", set.stderr);
    assert!(!format!("{}{}", set.stdout, set.stderr).contains("sesame"));
    for file in fs::read_dir(place.path("data")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(11).any(|window| window == b"sesame 4711"), "no plain text at rest");
    }
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let place = Place::ready();
    let serial = place.json(&["certificate", "list", "--all"])[0]["serial"].as_str().unwrap().to_owned();
    let answers: [&[&str]; 8] = [
        &["certificate", "list", "--all"],
        &["certificate", "list", "--all", "--json"],
        &["certificate", "list", "--all", "--format", "csv"],
        &["certificate", "export", &serial],
        &["certificate", "show", &serial],
        &["subscriber", "list"],
        &["report", "inventory", "--format", "csv"],
        &["settings", "get"],
    ];
    for arguments in answers {
        let mut child = place.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take()); // before it has anything to say
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && said.is_empty(), "{arguments:?}: {} {said}", done.status);
    }
    // A refusal stays one.
    let mut child = place.command(&["certificate", "show", "00FF", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn processes_share_one_folder() {
    let place = Place::with_department();
    let children: Vec<Child> = (0..6)
        .map(|n| {
            let arguments = ["subscriber", "add", "--name", &format!("Person {n}"), "--mail", &format!("p{n}@example.edu"), "--json"];
            place.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let done = done(child.wait_with_output().unwrap());
        assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    }
    assert_eq!(place.json(&["subscriber", "list"]).as_array().unwrap().len(), 7);
    assert!(place.json(&["ledger", "verify"])["broken_at"].is_null());
}

#[test]
fn what_is_missing_or_damaged_is_said_with_what_to_do() {
    let place = Place::ready();
    let refused = |arguments: &[&str]| {
        let done = place.run(&[arguments, &["--json"]].concat());
        assert_eq!(done.code, 1, "{}{}", done.stdout, done.stderr);
        done.error_code()
    };
    fs::rename(place.path("passphrase"), place.path("elsewhere")).unwrap();
    assert_eq!(refused(&["serve", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0"]), "keyring");
    assert_eq!(place.run(&["subscriber", "list"]).code, 0, "what needs no key goes on");
    fs::write(place.path("passphrase"), "another passphrase\n").unwrap();
    assert_eq!(refused(&["invite", "alice@example.edu"]), "keyring");
    // In words, too: what it is and what to do.
    let words = |done: support::Done| {
        assert!(done.code == 1 && done.stdout.is_empty(), "{}{}", done.stdout, done.stderr);
        done.stderr
    };
    let file = place.path("data").join("signet.db");
    let database = rusqlite::Connection::open(&file).unwrap();
    let later = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
        SELECT 999, 'later', max(applied_on), max(checksum) FROM refinery_schema_history";
    assert_eq!(database.execute(later, []).unwrap(), 1);
    drop(database);
    let before = fs::read(&file).unwrap();
    assert_eq!(refused(&["subscriber", "list"]), "newerDatabase");
    let said = words(place.run(&["subscriber", "list"]));
    assert!(said.contains("A newer Signet wrote this folder.") && said.contains("Install that version or a later one"), "{said}");
    assert!(fs::read(&file).unwrap() == before, "nothing was changed");
    for name in ["signet.db-wal", "signet.db-shm"] {
        let _ = fs::remove_file(place.path("data").join(name));
    }
    fs::write(place.path("data").join("signet.db"), "not a database at all, but long enough to be looked at as one ".repeat(100)).unwrap();
    assert_eq!(refused(&["subscriber", "list"]), "databaseDamaged");
    fs::remove_dir_all(place.path("data")).unwrap();
    fs::write(place.path("data"), "a file").unwrap();
    assert_eq!(refused(&["subscriber", "list"]), "notSetUp");
    // Below a file no folder can be made.
    let init = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signetctl"));
        command.arg("--data").arg(place.path("data").join("below")).args(["init", "--organization", "X", "--department", "Y"]);
        done(command.args(["--mail-domain", "example.edu"]).args(more).output().unwrap())
    };
    let unwritable = init(&["--json"]);
    assert_eq!((unwritable.code, unwritable.error_code().as_str()), (1, "folder"));
    let said = words(init(&[]));
    assert!(said.contains("below") && said.contains("The data folder cannot be used"), "{said}");
    assert!(said.contains("you may write to it, or name another one with --data DIR"), "{said}");
    assert_eq!(fs::read(place.path("data")).unwrap(), b"a file");
}

#[cfg(unix)]
#[test]
fn a_server_prints_its_addresses_remembers_them_works_beside_commands_and_ends_in_order() {
    let place = Place::with_department();
    let all = place.json(&["certificate", "list", "--all"]);
    let root = all.as_array().unwrap().iter().find(|row| row["profile"] == "root").unwrap()["serial"].as_str().unwrap();
    let device_ca = place.path("device-ca.pem").to_str().unwrap().to_owned();
    fs::write(&device_ca, place.run(&["certificate", "export", root, "--format", "pem"]).stdout).unwrap();
    let (public_url, status_url) = ("https://localhost:9443", "http://pki.example.edu/x");
    let served = Served::start(&place, &["--public-url", public_url, "--status-url", status_url, "--device-ca", &device_ca]);
    let said = |listening: &Value| ["public_url", "status_url"].map(|key| listening[key].as_str().unwrap().to_owned());
    assert_eq!(said(&served.listening), [public_url, status_url]);
    let warnings = served.listening["warnings"].to_string();
    assert!(warnings.contains("their status is found at http://pki.example.edu, the last of them until "), "{warnings}");
    let http = served.address("http");
    assert!(get(http, "/healthz").starts_with("HTTP/1.1 200"));
    TcpStream::connect(served.address("https")).unwrap();

    // Another process sees the addresses, and the server sees what the other process writes.
    let remembered = || {
        let named = [("serve.public_url", public_url), ("status.url", status_url), ("serve.device_ca", device_ca.as_str())];
        named.into_iter().for_each(|(key, value)| assert_eq!(place.json(&["settings", "get", key])["value"], value, "{key}"));
    };
    remembered();
    assert_eq!(place.json(&["settings", "get", "serve.http"])["value"], http.to_string());
    place.json(&["subscriber", "validate", "alice@example.edu", "--method", "records", "--evidence", "personnel list"]);
    let url = place.json(&["invite", "alice@example.edu"])["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("https://localhost:9443/e/"), "{url}");

    let taken = place.run(&["serve", "--json", "--https", "127.0.0.1:0", "--http", &http.to_string()]);
    assert_eq!((taken.code, taken.error_code().as_str()), (1, "portInUse"));
    let elsewhere = place.run(&["serve", "--json", "--https", &http.to_string(), "--http", "127.0.0.1:0"]);
    assert_eq!((elsewhere.code, elsewhere.error_code().as_str()), (1, "portInUse"));
    assert_eq!(
        place.json(&["settings", "get", "serve.https"])["value"],
        served.listening["https"],
        "an address that could not be had is not remembered"
    );
    assert_eq!(served.terminate(), 0);
    assert!(TcpStream::connect(http).is_err(), "the port is free again");
    let again = Served::start(&place, &[]);
    assert_eq!(said(&again.listening), [public_url, status_url]);
    assert_eq!(again.listening["warnings"].to_string(), "[]", "nothing has moved");
    remembered();
    assert_eq!(again.terminate(), 0);
}

#[cfg(unix)]
#[test]
fn a_public_url_that_nobody_named_goes_where_the_address_goes() {
    let place = Place::with_department();
    for _ in 0..2 {
        let served = Served::start(&place, &[]);
        let port = served.address("https").port();
        assert_eq!(served.listening["public_url"].as_str().unwrap().rsplit(':').next(), Some(port.to_string().as_str()));
        assert_eq!(served.terminate(), 0);
    }
    let named = "https://localhost:9443";
    for arguments in [&["--public-url", named][..], &[]] {
        let served = Served::start(&place, arguments);
        assert_eq!(served.listening["public_url"], named, "what was named stays");
        assert_eq!(served.terminate(), 0);
    }
}

#[test]
fn a_server_needs_a_department_and_a_readable_device_ca() {
    let place = Place::new();
    fs::create_dir(place.path("data")).unwrap();
    assert_eq!(place.run(&["serve", "--json"]).error_code(), "notSetUp");
    let place = Place::with_department();
    let refused = place.run(&["serve", "--json", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0", "--device-ca", "nowhere.pem"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "validation"));
    assert!(place.path("data").exists());
}

#[test]
fn of_a_server_that_does_not_come_up_nothing_is_remembered() {
    let place = Place::with_department();
    let root = place.json(&["certificate", "list", "--all"]);
    let root = root.as_array().unwrap().iter().find(|row| row["profile"] == "root").unwrap()["serial"].as_str().unwrap();
    fs::write(place.path("device-ca.pem"), place.run(&["certificate", "export", root, "--format", "pem"]).stdout).unwrap();
    let given = ["--status-url", "http://status.example.edu", "--device-ca", "device-ca.pem", "--public-url"];
    let serve = |https: &str, http: &str, public_url: &str| {
        let done = place.run(&[&["serve", "--json", "--https", https, "--http", http], &given[..], &[public_url]].concat());
        (done.code, done.error_code())
    };
    let rows = || place.json(&["ledger", "verify"])["rows"].as_u64().unwrap();
    let (before, written) = (place.json(&["settings", "get"]), rows());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (taken_at, free) = (taken.local_addr().unwrap().to_string(), "127.0.0.1:0");
    let in_use = (1, "portInUse".to_owned());
    assert_eq!(serve(&taken_at, free, "https://localhost:9443"), in_use);
    assert_eq!(serve(free, &taken_at, "https://localhost:9443"), in_use);
    assert_eq!((place.json(&["settings", "get"]), rows()), (before.clone(), written), "the ledger knows of no change either");
    // The sockets could be had; a certificate for this name could not, and all is put back.
    assert_eq!(serve(free, free, "https://www.example.com"), (1, "validation".to_owned()));
    assert_eq!(place.json(&["settings", "get"]), before);
    // Also what could not be set anew: its file is gone. The ledger has both changes of each.
    fs::copy(place.path("device-ca.pem"), place.path("old.pem")).unwrap();
    place.json(&["settings", "set", "serve.device_ca", place.path("old.pem").to_str().unwrap()]);
    fs::remove_file(place.path("old.pem")).unwrap();
    let (before, written) = (place.json(&["settings", "get"]), rows());
    assert_eq!(serve(free, free, "https://www.example.com"), (1, "validation".to_owned()));
    assert_eq!(place.json(&["settings", "get"]), before);
    assert!(before.to_string().contains("old.pem") && rows() > written, "{before}");
}

#[cfg(unix)]
#[test]
fn a_server_says_at_once_that_the_ledger_was_changed() {
    let place = Place::with_department();
    let whole = Served::start(&place, &[]).log();
    assert!(!whole.contains("ledger is broken"), "{whole}");
    let file = place.path("data").join("signet.db");
    let mut bytes = fs::read(&file).unwrap();
    let word = b"mixed_scripts"; // of the ledger's row about Alice, and of nothing else
    let at: Vec<usize> = (0..bytes.len() - word.len()).filter(|at| bytes[*at..].starts_with(word)).collect();
    assert!(!at.is_empty());
    at.into_iter().for_each(|at| bytes[at] = b'M');
    fs::write(&file, bytes).unwrap();
    assert_eq!(place.run(&["ledger", "verify", "--json"]).error_code(), "ledgerBroken");
    let said = Served::start(&place, &[]).log();
    assert!(said.contains("the ledger is broken"), "{said}");
}
