//! The department's own certificates, with OpenSSL as the judge.

use crate::{
    Conflict, Dependency, Error, certificate::CertificateQuery, issuance::Form, ledger::Actor, ports::Clock, profile::ProfileName, testing,
};
use protocol::crl::Reason;
use std::{path::Path, process::Command};

/// Runs the openssl program in a folder; its output, whether it was content or not.
pub(crate) fn openssl(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let out = Command::new("openssl").args(arguments).current_dir(folder).output().expect("the openssl program");
    (out.status.success(), format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)))
}

#[test]
fn a_department_has_a_chain_that_openssl_accepts_strictly() {
    let (authority, _clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let at = folder.path();
    for ca in officer.ca_certificates().unwrap() {
        std::fs::write(at.join(format!("{}.pem", ca.name)), &ca.pem).unwrap();
        assert_eq!((ca.words.len(), ca.picture.len(), ca.sha256.len()), (16, 25, 64));
    }
    let ours = officer.certificates(&CertificateQuery { all: true, limit: 10, ..Default::default() }).unwrap();
    assert_eq!(ours.iter().map(|c| c.profile.as_str()).collect::<Vec<_>>(), ["tls", "profile_signer", "ra", "issuing", "root"]);
    for c in &ours {
        assert_eq!((c.kind.as_str(), c.status.as_str()), ("authority", "active"));
        let (der, chain) = officer.export_certificate(&protocol::x509::SerialNumber::parse(&c.serial).unwrap()).unwrap();
        std::fs::write(at.join("leaf.der"), &der).unwrap();
        assert_eq!(
            chain.len(),
            match c.profile.as_str() {
                "root" => 0,
                "issuing" => 1,
                _ => 2,
            },
            "{}",
            c.profile
        );
        assert!(openssl(at, &["x509", "-inform", "DER", "-in", "leaf.der", "-out", "leaf.pem"]).0);
        let purpose = if c.profile == "tls" { "sslserver" } else { "any" };
        let verify = [
            "verify",
            "-x509_strict",
            "-attime",
            "1795255200",
            "-purpose",
            purpose,
            "-CAfile",
            "root.pem",
            "-untrusted",
            "issuing.pem",
            "leaf.pem",
        ];
        let (good, said) = openssl(at, &verify);
        assert!(good, "{}: {said}", c.profile);
    }
    let (_, text) = openssl(at, &["x509", "-in", "issuing.pem", "-noout", "-text"]);
    for stated in [
        "Subject: O = Example University, OU = Physics, CN = Physics Issuing CA",
        "CA:TRUE, pathlen:0",
        "Name Constraints: critical",
        "email:example.edu",
        "DNS:example.edu",
        "IP:10.0.0.0/255.0.0.0",
        "IP:FE80:0:0:0:0:0:0:0/FFC0:0:0:0:0:0:0:0",
        "URI:http://pki.example.edu:8080/crl/root.crl",
        "CA Issuers - URI:http://pki.example.edu:8080/ca/root.crt",
    ] {
        assert!(text.contains(stated), "{stated} is missing in\n{text}");
    }
    assert!(!text.contains("OCSP"), "there is no responder yet");
}

#[test]
fn what_the_ca_must_not_certify_is_refused_by_verifiers_and_by_ourselves() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.set_setting("serve.public_url", "https://www.example.com").unwrap();
    let Err(Error::Invalid { field, reason }) = authority.enroller().tls_identity() else { panic!("example.com is not ours") };
    assert_eq!(field, "serve.public_url");
    assert!(reason.contains("www.example.com"), "{reason}");
}

#[test]
fn both_ca_certificates_leave_in_one_file_and_what_nobody_may_have_leaves_in_none() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let of = |name: &str| officer.ca_certificates().unwrap().into_iter().find(|ca| ca.name == name).unwrap().der;
    let (root, issuing) = (of("root"), of("issuing"));
    let both = protocol::cms::read_certs_only(&officer.public_file("issuing.p7c").unwrap()).unwrap();
    assert_eq!(both.into_iter().map(|one| one.der).collect::<Vec<_>>(), [issuing.clone(), root.clone()]);
    // Each alone, as they are published.
    assert_eq!((officer.public_file("root.crt").unwrap(), officer.public_file("issuing.crt").unwrap()), (root, issuing));
    for name in ["root.p7c", "issuing.pem", "../data/signet.db", ""] {
        let answer = officer.public_file(name);
        assert!(matches!(answer, Err(Error::NotFound(crate::Noun::Crl))), "{name}: {answer:?}");
    }
}

#[test]
fn an_address_that_certificates_name_is_told_until_the_last_of_them_ends() {
    const FIRST: &str = "http://pki.example.edu:8080";
    const SECOND: &str = "http://status.example.edu";
    const THIRD: &str = "http://192.168.1.5:8080";
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let until = |address: &str| officer.named_until(address).unwrap();
    let ours = officer.certificates(&CertificateQuery { all: true, limit: 10, ..Default::default() }).unwrap();
    let issuing = ours.iter().find(|one| one.profile == "issuing").unwrap().not_after;
    assert_eq!((until(FIRST), until(SECOND)), (Some(issuing), None));
    assert_eq!(until("http://pki.example.edu"), None, "another port is another address");

    officer.set_setting("status.url", SECOND).unwrap();
    testing::person(&officer, "Alice Example", "alice@example.edu");
    let made = officer.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let ends = made.issued.certificate.not_after;
    assert!(ends < issuing);
    assert_eq!((until(FIRST), until(SECOND)), (Some(issuing), Some(ends)));
    // Whoever meets a revoked one looks there, too.
    officer.revoke(&protocol::x509::SerialNumber::parse(&made.issued.certificate.serial).unwrap(), Reason::Superseded).unwrap();
    assert_eq!(until(SECOND), Some(ends));
    clock.advance(ends.0 + 1 - clock.now().0);
    assert_eq!((until(FIRST), until(SECOND)), (Some(issuing), None), "it has ended");

    // One that does not last stands there, too, as the responder's where a department says so.
    officer.set_setting("status.url", THIRD).unwrap();
    officer.set_setting("status.ocsp_in_certificates", "yes").unwrap();
    assert_eq!(until(THIRD), None);
    let made = officer.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let ends = made.issued.certificate.not_after;
    assert_eq!(until(THIRD), Some(ends));
    // What stands in them stays there, whatever the settings say by now.
    officer.set_setting("status.ocsp_in_certificates", "no").unwrap();
    officer.set_setting("status.url", SECOND).unwrap();
    assert_eq!(until(THIRD), Some(ends));

    let sql = format!("EXPLAIN QUERY PLAN {}", super::status::NAMED);
    let plan: Vec<String> = authority
        .0
        .store
        .read(|c| {
            let mut statement = c.prepare(&sql)?;
            Ok(statement.query_map((0, vec![1_u8], vec![1_u8]), |row| row.get(3))?.collect::<rusqlite::Result<_>>()?)
        })
        .unwrap();
    assert!(plan[0].contains("certificate_ending (not_after>?)") && !plan.join(" ").contains("TEMP B-TREE"), "{plan:?}");
}

#[test]
fn a_department_is_set_up_once() {
    let (authority, clock, folder) = testing::authority();
    assert!(!authority.is_set_up().unwrap());
    let officer = testing::department(&authority);
    assert!(authority.is_set_up().unwrap());
    let again = officer.create_department(crate::department::NewDepartment {
        organization: "X".into(),
        department: "Y".into(),
        mail_domains: vec!["example.edu".into()],
        hosts: Vec::new(),
        ca_key: protocol::key::KeyAlgorithm::P256,
        status_url: None,
        training: true,
    });
    assert!(matches!(again, Err(Error::Conflict(Conflict::AlreadySetUp))));
    let department = testing::officer(&testing::open(&folder, &clock)).department().unwrap();
    assert_eq!((department.organization.as_str(), department.department.as_str()), ("Example University", "Physics"));
    assert!(department.root_key_here && !department.public_tls && !department.training);
    let rows = authority.auditor().ledger(None, 100).unwrap();
    assert_eq!(rows.iter().filter(|row| row.event == "certificate.issued").count(), 5);
    assert_eq!(rows.last().unwrap().event, "department.created");
}

#[test]
fn the_tls_certificate_follows_the_hosts_and_is_renewed_before_its_end() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let enroller = authority.enroller();
    let first = enroller.tls_identity().unwrap();
    assert!(first.private_root);
    assert_eq!(first.chain.len(), 2, "leaf and issuing CA, no root");
    assert_eq!(enroller.tls_identity().unwrap().fingerprint, first.fingerprint, "kept");
    let names = |n: &[&str]| n.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    assert_eq!(officer.tls_certificate().unwrap().0, names(&["dNSName:pki.example.edu", "iPAddress:127.0.0.1", "iPAddress:::1"]));

    // Another process sets another address: the next request here has a certificate for it.
    testing::officer(&testing::open(&folder, &clock)).set_setting("serve.https", "192.168.7.9:8443").unwrap();
    let second = enroller.tls_identity().unwrap();
    assert_ne!(second.fingerprint, first.fingerprint);
    assert_eq!(officer.tls_certificate().unwrap().0, names(&["dNSName:pki.example.edu", "iPAddress:192.168.7.9"]));

    clock.advance(366 * 86_400);
    assert_eq!(enroller.tls_identity().unwrap().fingerprint, second.fingerprint, "31 days are left");
    clock.advance(86_400 + 3_600);
    let third = enroller.tls_identity().unwrap();
    assert_ne!(third.fingerprint, second.fingerprint);
    let tls: Vec<_> = officer.certificates(&CertificateQuery { all: true, limit: 50, ..Default::default() }).unwrap();
    assert_eq!(
        tls.iter().filter(|c| c.profile == "tls").map(|c| c.status.as_str()).collect::<Vec<_>>(),
        ["active", "superseded", "superseded"]
    );
    openssl::pkey::PKey::private_key_from_pkcs8(&third.key).unwrap();
}

#[test]
fn a_screen_shows_the_tls_certificate_without_opening_a_key() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let own = authority.enroller().tls_identity().unwrap();
    let passphrase = folder.path().join("passphrase");
    let elsewhere = || {
        std::fs::write(&passphrase, "not the passphrase\n").unwrap();
        let opened = testing::open(&folder, &clock);
        opened.enroller().tls_identity().map(|_| ()).unwrap_err();
        let shown = testing::officer(&opened).shown_tls().unwrap();
        std::fs::write(&passphrase, "correct horse battery staple\n").unwrap();
        shown
    };
    assert_eq!(elsewhere(), (own.chain[0].clone(), true));
    officer.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
    let (file, leaf) = foreign("pki.example.edu", true);
    officer.import_tls(&file, Some("password")).unwrap();
    assert_eq!(elsewhere(), (leaf.clone(), false));
    assert_eq!(officer.shown_tls().unwrap(), (leaf, false));
    // Where the keys are open, hosts that changed have their certificate at once.
    officer.own_tls().unwrap();
    officer.set_setting("serve.https", "192.168.7.9:8443").unwrap();
    let (der, ours) = officer.shown_tls().unwrap();
    assert!(ours && der == authority.enroller().tls_identity().unwrap().chain[0] && der != own.chain[0]);
}

#[test]
fn keys_are_opened_by_another_process_and_are_those_of_the_certificates() {
    let (authority, clock, folder) = testing::authority();
    testing::department(&authority);
    let again = testing::open(&folder, &clock);
    again.enroller().ready().unwrap();
    let (ra, signer) = (again.0.scep_ra().unwrap(), again.0.profile_signer().unwrap());
    assert_eq!(ra.len(), 1);
    assert!(ra[0].public_key.is_rsa() && signer.public_key.is_rsa());
    assert_eq!(signer.chain.len(), 1);
    assert_eq!(signer.chain[0].der, again.0.issuing_ca().unwrap().certificate.der);
}

#[test]
fn the_root_key_leaves_for_good_and_its_crl_stays() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::officer(&authority);
    // RSA, because its key is larger than what SQLite keeps in one page of the tree.
    officer
        .create_department(crate::department::NewDepartment {
            organization: "Example University".into(),
            department: "Physics".into(),
            mail_domains: vec!["example.edu".into()],
            hosts: Vec::new(),
            ca_key: protocol::key::KeyAlgorithm::Rsa2048,
            status_url: None,
            training: false,
        })
        .unwrap();
    let file = folder.path().join("root.key.pem");
    assert!(matches!(officer.move_root_key(&file, "short"), Err(Error::Invalid { field: "passphrase", .. })));
    let sealed: Vec<u8> =
        authority.0.store.read(|c| Ok(c.query_row("SELECT sealed FROM sealed_key WHERE purpose = 'root'", [], |row| row.get(0))?)).unwrap();
    let data = folder.path().join("data");
    // What every file of the folder holds, copies from before migrations among them.
    let left = || {
        let files = std::fs::read_dir(&data).unwrap().map(|file| file.unwrap().path());
        files.map(|path| std::fs::read(path).unwrap_or_default()).collect::<Vec<_>>().concat()
    };
    let (older, begun, damaged) = (data.join("signet.db.before-V18"), data.join("signet.db.part"), data.join("signet.db.before-V9"));
    for copy in [&older, &begun] {
        let (from, mut to) = (rusqlite::Connection::open(data.join("signet.db")).unwrap(), rusqlite::Connection::open(copy).unwrap());
        rusqlite::backup::Backup::new(&from, &mut to).unwrap().run_to_completion(4096, std::time::Duration::ZERO, None).unwrap();
    }
    let chunks: std::collections::HashSet<&[u8]> = sealed.chunks_exact(16).collect();
    let traces = |file: &[u8]| file.windows(16).filter(|window| chunks.contains(window)).count();
    assert!(traces(&std::fs::read(&older).unwrap()) > 0, "the test looks in the right place");
    // A copy that cannot be changed is named, and nothing has moved.
    std::fs::write(&damaged, sealed.repeat(8)).unwrap();
    match officer.move_root_key(&file, "a long enough passphrase") {
        Err(Error::Unavailable(Dependency::Folder(why))) => assert!(why.contains("before-V9") && why.contains("delete it"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert!(officer.department().unwrap().root_key_here && !file.exists());
    std::fs::remove_file(&damaged).unwrap();
    officer.move_root_key(&file, "a long enough passphrase").unwrap();
    assert_eq!(traces(&left()), 0, "nothing of the sealed key can be dug out");
    assert!(!begun.exists(), "a copy that was never finished is none");
    let whole = rusqlite::Connection::open(&older).unwrap();
    let found = "SELECT (SELECT integrity_check FROM pragma_integrity_check), (SELECT count(sealed) FROM sealed_key), (SELECT count(*) FROM ledger) > 0";
    let found: (String, i64, bool) = whole.query_row(found, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    assert_eq!(found, ("ok".to_owned(), 4, true), "the copy is whole, and has the other keys");
    drop(whole);
    let (good, text) =
        openssl(folder.path(), &["pkey", "-in", "root.key.pem", "-passin", "pass:a long enough passphrase", "-noout", "-text"]);
    assert!(good && text.contains("Private-Key"), "{text}");
    assert!(!officer.department().unwrap().root_key_here);
    assert!(matches!(
        officer.move_root_key(&folder.path().join("again.pem"), "a long enough passphrase"),
        Err(Error::Unavailable(Dependency::Key("root")))
    ));
    clock.advance(390 * 86_400);
    assert!(!authority.enroller().crl("root").unwrap().is_empty());
    authority.enroller().ready().unwrap();
}

/// A PKCS#12 of somebody else's CA for `hosts`: its file, its leaf and its chain.
fn foreign(host: &str, with_chain: bool) -> (Vec<u8>, Vec<u8>) {
    use openssl::{pkcs12::Pkcs12, pkey::PKey, stack::Stack, x509::X509};
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.set_setting("serve.https", "0.0.0.0:8443").unwrap();
    officer.set_setting("serve.public_url", &format!("https://{host}")).unwrap();
    let tls = authority.enroller().tls_identity().unwrap();
    let root = officer.ca_certificates().unwrap()[0].der.clone();
    let mut file = Pkcs12::builder();
    let (key, leaf) = (PKey::private_key_from_pkcs8(&tls.key).unwrap(), X509::from_der(&tls.chain[0]).unwrap());
    file.pkey(&key).cert(&leaf).name("portal");
    let mut chain = Stack::new().unwrap();
    if with_chain {
        chain.push(X509::from_der(&root).unwrap()).unwrap();
        chain.push(X509::from_der(&tls.chain[1]).unwrap()).unwrap();
        file.ca(chain);
    }
    (file.build2("password").unwrap().to_der().unwrap(), tls.chain[0].clone())
}

#[test]
fn an_institutions_certificate_is_imported_and_served_with_its_chain() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
    let own = authority.enroller().tls_identity().unwrap();
    let (file, leaf) = foreign("pki.example.edu", true);
    officer.import_tls(&file, Some("password")).unwrap();
    for process in [&authority, &testing::open(&folder, &clock)] {
        let tls = process.enroller().tls_identity().unwrap();
        assert!(!tls.private_root && tls.fingerprint != own.fingerprint);
        assert_eq!((tls.chain.len(), &tls.chain[0]), (2, &leaf), "leaf and intermediate, no root");
        openssl::pkey::PKey::private_key_from_pkcs8(&tls.key).unwrap();
    }
    assert!(officer.department().unwrap().public_tls);
    clock.advance(380 * 86_400);
    assert_eq!(authority.enroller().tls_identity().unwrap().chain[0], leaf, "what was imported is not replaced by ours");
    // PEM, in any order.
    let parsed = openssl::pkcs12::Pkcs12::from_der(&file).unwrap().parse2("password").unwrap();
    let mut pem = parsed.ca.unwrap().iter().flat_map(|c| c.to_pem().unwrap()).collect::<Vec<_>>();
    pem.extend(parsed.pkey.unwrap().private_key_to_pem_pkcs8().unwrap());
    pem.extend(parsed.cert.unwrap().to_pem().unwrap());
    officer.import_tls(&pem, None).unwrap();
    assert_eq!(authority.enroller().tls_identity().unwrap().chain.len(), 2);
    assert_eq!(authority.auditor().ledger(None, 1).unwrap()[0].event, "tls.imported");
    // And back to our own.
    officer.own_tls().unwrap();
    let back = testing::open(&folder, &clock).enroller().tls_identity().unwrap();
    assert!(back.private_root && back.fingerprint != own.fingerprint && back.chain[0] != leaf);
    assert!(!officer.department().unwrap().public_tls);
    let newest = authority.auditor().ledger(None, 1).unwrap().remove(0);
    assert_eq!((newest.event.as_str(), newest.actor), ("certificate.issued", Actor::Officer("rosa".into())));
    officer.own_tls().unwrap();
    assert_eq!(authority.enroller().tls_identity().unwrap().fingerprint, back.fingerprint, "nothing to go back from");
}

#[test]
fn a_certificate_that_phones_would_refuse_is_refused_with_the_reason() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
    let (good, _) = foreign("pki.example.edu", true);
    let refused = |file: &[u8], password: &str| match officer.import_tls(file, Some(password)) {
        Err(Error::Invalid { field, reason }) => format!("{field}: {reason}"),
        other => panic!("{other:?}"),
    };
    assert!(refused(&good, "wrong").starts_with("password: "));
    assert!(refused(b"garbage", "").starts_with("file: "));
    assert!(refused(b"-----BEGIN CERTIFICATE-----\ngarbage\n-----END CERTIFICATE-----\n", "").starts_with("file: "));
    assert!(refused(&foreign("pki.example.edu", false).0, "password").contains("export it with the whole chain"));
    officer.set_setting("serve.public_url", "https://mail.example.edu").unwrap();
    assert!(refused(&good, "password").contains("not for mail.example.edu"));
    officer.set_setting("serve.public_url", "https://pki.example.edu").unwrap();
    clock.advance(398 * 86_400);
    assert!(refused(&good, "password").contains("ended at 2027-12-23"));
    assert!(!officer.department().unwrap().public_tls);
}
