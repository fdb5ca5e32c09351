//! What the command line says of revocations: the root's list with its key away, delta lists, addresses that last, and places to publish.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::Command,
    sync::{Arc, Mutex},
};
use support::Place;

type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A server that takes whatever is PUT to it: its address, and what it has by path.
fn web_server() -> (String, Files) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, files) = (listener.local_addr().unwrap(), Files::default());
    let kept = Arc::clone(&files);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let (mut head, mut line) = (Vec::new(), String::new());
            while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
                head.push(std::mem::take(&mut line));
            }
            let Some(path) = head.first().and_then(|first| first.strip_prefix("PUT ")?.split(' ').next()) else { continue };
            let length = head.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            let mut content = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut content).unwrap();
            kept.lock().unwrap().insert(path.to_owned(), content);
            reader.get_mut().write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
        }
    });
    (format!("http://{address}/pki"), files)
}

#[test]
fn what_was_said_of_a_revocation_stands_in_the_list_that_is_put_on_a_server() {
    let place = Place::ready();
    let issue = |name: &str| {
        let (p12, password) = (format!("{name}.p12"), format!("{name}.txt"));
        let arguments = ["certificate", "issue", "alice@example.edu", "--profile", "encryption", "--generate", "--replace"];
        let made = place.json(&[&arguments[..], &["--p12", &p12, "--password-out", &password]].concat());
        made["certificate"]["serial"].as_str().unwrap().to_owned()
    };
    let lost = issue("one");
    let late = place.run(&["certificate", "revoke", &lost, "--invalid-since", "2999-01-01T00:00:00Z", "--json"]);
    assert_eq!((late.code, late.error_code().as_str()), (1, "validation"), "not from a time that has not come");
    place.json(&["certificate", "revoke", &lost, "--reason", "keyCompromise", "--invalid-since", "2025-01-02T03:04:05Z"]);
    let unused = issue("two");
    place.json(&["certificate", "revoke", &unused, "--reason", "superseded"]);

    let (server, files) = web_server();
    let published = place.json(&["crl", "publish", "--to", &format!("{server}/")]);
    let names = ["root.crt", "issuing.crt", "root.crl", "issuing.crl"];
    let said: Vec<_> = names.iter().map(|name| json!({ "name": name, "file": format!("{server}/{name}") })).collect();
    assert_eq!(published, json!({ "published": said }));
    fs::create_dir(place.path("public")).unwrap();
    place.json(&["crl", "publish", "--to", "public"]);
    let files = files.lock().unwrap();
    assert_eq!(files.len(), names.len());
    for name in names {
        assert!(files[&format!("/pki/{name}")] == fs::read(place.path("public").join(name)).unwrap(), "{name}: the whole file arrived");
    }

    fs::write(place.path("put.crl"), &files["/pki/issuing.crl"]).unwrap();
    let judge = ["crl", "-inform", "DER", "-noout", "-text", "-in"];
    let judged = Command::new("openssl").args(judge).arg(place.path("put.crl")).output().unwrap();
    let text = String::from_utf8(judged.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let entries: Vec<&str> = text.split("Serial Number: ").skip(1).collect();
    assert_eq!(entries.len(), 2, "{text}");
    let of = |serial: &str| *entries.iter().find(|entry| entry.starts_with(serial)).unwrap();
    assert!(of(&lost).contains("Key Compromise") && of(&lost).contains("Invalidity Date: Jan 2 03:04:05 2025 GMT"), "{text}");
    assert!(of(&unused).contains("Superseded") && !of(&unused).contains("Invalidity Date"), "{text}");
}

#[test]
fn the_roots_list_is_signed_with_the_key_from_its_file() {
    let place = Place::ready();
    fs::write(place.path("pass"), "a long passphrase for a drawer\n").unwrap();
    fs::write(place.path("wrong"), "another passphrase altogether\n").unwrap();
    assert_eq!(place.json(&["crl", "root"])["key_here"], true);
    let refused = |arguments: &[&str]| {
        let done = place.run(&[&["crl"], arguments, &["--json"]].concat());
        assert_eq!(done.code, 1, "{arguments:?}: {}{}", done.stdout, done.stderr);
        (done.error_code(), done.json()["error"]["message"].as_str().unwrap().to_owned())
    };
    // A place that cannot be written to leaves the key here, and nothing there.
    assert_eq!(refused(&["move-root-key", "nowhere/root.pem", "--passphrase-file", "pass"]).0, "validation");
    assert_eq!(place.json(&["crl", "root"])["key_here"], true);
    let moved = place.json(&["crl", "move-root-key", "root.pem", "--passphrase-file", "pass"]);
    assert_eq!((&moved["root"]["key_here"], &moved["root"]["due"]), (&json!(false), &json!(false)));
    assert!(fs::read_to_string(place.path("root.pem")).unwrap().starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    assert_eq!(refused(&["move-root-key", "again.pem", "--passphrase-file", "pass"]).0, "keyElsewhere");
    assert_eq!(refused(&["sign-root"]).0, "keyElsewhere");
    let before = moved["root"]["number"].as_u64().unwrap();
    let signed = place.json(&["crl", "sign-root", "--root-key", "root.pem", "--passphrase-file", "pass"]);
    assert!(signed["number"].as_u64().unwrap() > before && signed["key_here"] == false, "{signed}");
    for (file, passphrase, field) in [("root.pem", "wrong", "passphrase"), ("pass", "pass", "file"), ("nowhere", "pass", "file")] {
        let (code, message) = refused(&["sign-root", "--root-key", file, "--passphrase-file", passphrase]);
        assert!(code == "validation" && message.starts_with(&format!("{field}: ")), "{message}");
    }
    assert_eq!(place.json(&["crl", "root"])["number"], signed["number"], "refusals sign nothing");
    let words = place.run(&["crl", "root"]).stdout;
    assert!(words.contains("good until") && words.contains("elsewhere"), "{words}");
}

#[test]
fn lists_go_where_they_are_sent_and_delta_lists_only_where_they_are_wanted() {
    let place = Place::ready();
    fs::create_dir(place.path("public")).unwrap();
    let names = |published: &serde_json::Value| {
        let list = published["published"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap().to_owned());
        list.collect::<Vec<_>>()
    };
    let four = ["root.crt", "issuing.crt", "root.crl", "issuing.crl"];
    assert_eq!(names(&place.json(&["crl", "publish", "--to", "public"])), four);
    assert_eq!(place.json(&["settings", "set", "crl.delta", "yes"])["value"], "yes");
    assert_eq!(names(&place.json(&["crl", "publish", "--to", "public"])), [&four[..], &["issuing-delta.crl"]].concat());
    assert!(place.path("public/issuing-delta.crl").exists());
    assert_eq!(place.json(&["crl", "publish"]), json!({ "sent": 0, "targets": 0 }));
    assert!(place.run(&["crl", "publish"]).stdout.contains("no place to publish to"));
    let public = place.path("public");
    place.json(&["crl", "add-target", public.to_str().unwrap()]);
    assert_eq!(place.json(&["crl", "publish"]), json!({ "sent": 5, "targets": 1 }));
    for (to, code) in [("nowhere", "file"), ("http://127.0.0.1:1/pki", "publication"), ("ftp://x", "publication")] {
        assert_eq!(place.run(&["crl", "publish", "--to", to, "--json"]).error_code(), code, "{to}");
    }
}

#[test]
fn a_place_with_a_password_says_whose_and_never_which_and_is_removed_again() {
    let place = Place::ready();
    fs::write(place.path("dav"), "secret word 4711\n").unwrap();
    let address = "https://www.example.edu/pki";
    let add = |arguments: &[&str]| place.run(&[&["crl", "add-target"], arguments, &["--json"]].concat());
    let plain = add(&["http://www.example.edu/pki", "--user", "rosa", "--password-file", "dav"]);
    assert_eq!((plain.code, plain.error_code().as_str()), (1, "validation"), "over https:// only");
    assert_eq!(add(&[address, "--user", "rosa", "--password-file", "nowhere"]).error_code(), "file");
    assert_eq!(add(&[address, "--password-file", "dav"]).code, 2, "a password without a name");
    let added = add(&[address, "--user", "rosa", "--password-file", "dav"]);
    assert_eq!((added.code, &added.json()["user"]), (0, &json!("rosa")), "{}", added.stdout);
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let listed = place.run(&["crl", "targets", "--json"]);
    let [target] = listed.json()["targets"].as_array().unwrap().clone().try_into().unwrap();
    assert_eq!((&target["id"], &target["address"], &target["user"]), (&json!(id), &json!(address), &json!("rosa")));
    let words = place.run(&["crl", "targets"]);
    assert!(words.stdout.contains(address), "{}", words.stdout);
    for said in [&added, &listed, &words] {
        assert!(!said.stdout.contains("secret word") && !said.stderr.contains("secret word"), "{}{}", said.stdout, said.stderr);
    }
    // Nor does it lie in the folder as it is.
    for file in fs::read_dir(place.path("data")).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
        assert!(!fs::read(&file).unwrap().windows(11).any(|part| part == b"secret word"), "{}", file.display());
    }

    assert_eq!(place.json(&["crl", "remove-target", &id]), json!({ "removed": id }));
    assert_eq!(place.json(&["crl", "targets"])["targets"], json!([]));
    assert_eq!(place.json(&["crl", "publish"]), json!({ "sent": 0, "targets": 0 }), "nothing waits for it any more");
    assert_eq!(place.run(&["crl", "remove-target", &id, "--json"]).error_code(), "notFound");
    assert_eq!(place.run(&["crl", "remove-target", "the web server"]).code, 2);
}

#[test]
fn an_address_that_does_not_last_is_warned_of_and_is_not_written_into_certificates() {
    let init = |url: &str| {
        let place = Place::new();
        let arguments = [
            "init",
            "--organization",
            "O",
            "--department",
            "D",
            "--mail-domain",
            "example.edu",
            "--ca-key",
            "p256",
            "--keyring",
            "passphrase-file",
            "passphrase",
            "--status-url",
            url,
        ];
        let said = place.json(&arguments)["warnings"].clone();
        (place, said)
    };
    for url in ["http://192.168.1.5:8080", "http://laptop.local", "http://[fd00::1]:8080"] {
        let (place, said) = init(url);
        let warning = said[0].as_str().unwrap_or_default();
        assert!(warning.contains(url) && warning.contains("issued without it") && warning.contains("--status-url"), "{warning}");
        place.json(&["settings", "set", "serve.public_url", "https://localhost:8443"]);
        place.json(&["subscriber", "add", "--name", "Alice", "--mail", "alice@example.edu"]);
        place.json(&["subscriber", "validate", "alice@example.edu", "--method", "in-person", "--evidence", "card"]);
        let arguments = ["certificate", "issue", "alice@example.edu", "--profile", "encryption", "--generate"];
        let made = place.json(&[&arguments[..], &["--p12", "a.p12", "--password-out", "a.txt"]].concat());
        let serial = made["certificate"]["serial"].as_str().unwrap();
        let der = place.command(&["certificate", "export", serial, "--format", "der"]).output().unwrap().stdout;
        assert!(!der.windows(7).any(|window| window == b"http://"), "{url}");
    }
    assert_eq!(init("http://pki.example.edu").1, json!([]));
}

#[test]
fn an_address_that_certificates_name_is_told_when_another_one_takes_its_place() {
    let place = Place::ready();
    let all = place.json(&["certificate", "list", "--all"]);
    let issuing = all.as_array().unwrap().iter().find(|one| one["profile"] == "issuing").unwrap();
    let until = issuing["not_after"].as_str().unwrap();
    let moved = place.json(&["settings", "set", "status.url", "http://status.example.edu"]);
    assert_eq!(moved["value"], "http://status.example.edu");
    assert_eq!(moved["still_named"], json!({ "address": "http://pki.example.edu", "until": until }));
    // Nothing was issued meanwhile, so nothing is left behind by the way back.
    let back = place.run(&["settings", "set", "status.url", "http://pki.example.edu"]);
    assert_eq!((back.code, back.stdout.trim()), (0, "status.url = http://pki.example.edu"));
    let several = ["settings", "set", "serve.public_url", "https://localhost:9443", "status.url", "http://status.example.edu"];
    let words = place.run(&several).stdout;
    let said = format!("their status is found at http://pki.example.edu, the last of them until {until}. That address must go on");
    assert!(words.contains(&said), "{words}");
    // Left out, it follows the public URL.
    place.json(&["settings", "set", "status.url", "http://pki.example.edu"]);
    let words = place.run(&["settings", "set", "status.url", "--none"]).stdout;
    assert!(words.starts_with("status.url is left out\n") && words.contains(&said), "{words}");
}

#[test]
fn the_responder_stands_in_certificates_only_where_the_department_says_that_it_always_answers() {
    let place = Place::ready();
    let issue = |name: &str| {
        let (p12, password) = (format!("{name}.p12"), format!("{name}.txt"));
        let arguments = ["certificate", "issue", "alice@example.edu", "--profile", "encryption", "--generate", "--replace"];
        let made = place.json(&[&arguments[..], &["--p12", &p12, "--password-out", &password]].concat());
        let serial = made["certificate"]["serial"].as_str().unwrap().to_owned();
        let pem = place.command(&["certificate", "export", &serial]).output().unwrap().stdout;
        let certificate = openssl::x509::X509::from_pem(&pem).unwrap();
        let responders: Vec<String> =
            certificate.ocsp_responders().map(|list| list.iter().map(|s| s.to_string()).collect()).unwrap_or_default();
        let text = String::from_utf8(certificate.to_text().unwrap()).unwrap();
        assert!(
            text.contains("http://pki.example.edu/crl/issuing.crl")
                && text.contains("CA Issuers - URI:http://pki.example.edu/ca/issuing.crt"),
            "{text}"
        );
        responders
    };
    assert_eq!(issue("one"), Vec::<String>::new(), "off by default");
    place.json(&["settings", "set", "status.ocsp_in_certificates", "yes"]);
    assert_eq!(issue("two"), ["http://pki.example.edu/ocsp/issuing"]);
}
