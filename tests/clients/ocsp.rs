//! OpenSSL asks the OCSP responder as a relying party, and pkilint judges its answers.

use crate::{
    enroll::Client,
    pkilint,
    support::{Department, eventually, plain_http},
    tool::{Said, have, run},
};
use std::fs;

fn openssl(department: &Department, line: &str) -> Said {
    run(department.folder(), "openssl", &line.split(' ').collect::<Vec<_>>())
}

/// A department with Alice's and Bob's certificates in `alice.pem` and `bob.pem`, and both CAs beside them.
fn department() -> Department {
    let department = Department::served();
    for name in ["root", "issuing"] {
        department.export(&department.own_serial(name), &format!("{name}.pem"));
    }
    for name in ["alice", "bob"] {
        Client::new(&department, &department.challenge("authentication"), name).enroll(&department);
    }
    department
}

#[test]
fn openssl_ocsp_learns_good_revoked_and_unknown() {
    if !have(&["openssl"]) {
        return;
    }
    let department = department();
    let url = format!("http://{}/ocsp/issuing", department.http());
    let ask = |certificates: &str, nonce: &str| {
        let trust = "-issuer issuing.pem -CAfile root.pem -verify_other issuing.pem";
        openssl(&department, &format!("ocsp {trust} {certificates} {nonce} -url {url}")).saying("Response verify OK")
    };
    let trust = |certificate: &str| format!("-cert {certificate}.pem");
    for nonce in ["-nonce", "-no_nonce"] {
        let said = ask(&trust("alice"), nonce).saying("alice.pem: good");
        assert!(!said.text.contains("WARNING"), "the nonce is repeated: {}", said.text);
    }
    ask("-cert alice.pem -cert bob.pem -serial 0x7777777777", "-nonce")
        .saying("alice.pem: good")
        .saying("bob.pem: good")
        .saying("0x7777777777: unknown");
    ask("-sha256 -cert alice.pem", "-no_nonce").saying("alice.pem: good");

    let serial = department.certificates(false)[1]["serial"].as_str().unwrap().to_owned();
    department.run(&["certificate", "revoke", &serial, "--reason", "keyCompromise"]);
    // Another process revoked: the very next answer says so, with and without a nonce.
    for nonce in ["-no_nonce", "-nonce"] {
        ask(&trust("alice"), nonce).saying("alice.pem: revoked").saying("Reason: keyCompromise");
        ask(&trust("bob"), nonce).saying("bob.pem: good");
    }
    openssl(
        &department,
        &format!("ocsp -issuer root.pem -cert issuing.pem -CAfile root.pem -no_nonce -url http://{}/ocsp/root", department.http()),
    )
    .saying("Response verify OK")
    .saying("issuing.pem: good");
}

#[test]
fn openssl_reads_what_a_get_and_garbage_are_answered() {
    if !have(&["openssl"]) {
        return;
    }
    let department = department();
    openssl(&department, "ocsp -issuer issuing.pem -cert alice.pem -no_nonce -reqout request.der").content();
    let base64 = openssl(&department, "base64 -A -in request.der").content();
    let base64 = String::from_utf8(base64.stdout).unwrap();
    let escaped = base64.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    let judge = |file: &str| {
        openssl(&department, &format!("ocsp -respin {file} -issuer issuing.pem -cert alice.pem -CAfile root.pem -verify_other issuing.pem"))
    };
    for (n, text) in [base64.as_str(), &escaped].into_iter().enumerate() {
        let (status, response) = plain_http(department.http(), &format!("GET /ocsp/issuing/{text}"), b"");
        assert_eq!(status, 200);
        fs::write(department.scratch(&format!("response{n}.der")), response).unwrap();
        judge(&format!("response{n}.der")).saying("Response verify OK").saying("alice.pem: good");
    }
    for (head, body) in [("GET /ocsp/issuing/garbage", &b""[..]), ("POST /ocsp/issuing", b"garbage"), ("POST /ocsp/issuing", b"")] {
        let (status, response) = plain_http(department.http(), head, body);
        assert_eq!(status, 200);
        fs::write(department.scratch("refused.der"), response).unwrap();
        judge("refused.der").saying("malformedrequest");
    }
    assert_eq!(plain_http(department.http(), "POST /ocsp/ra", b"").0, 404);
}

#[test]
fn what_is_published_is_enough_for_openssl_verify() {
    if !have(&["openssl"]) {
        return;
    }
    let department = department();
    let public = department.scratch("public");
    fs::create_dir(&public).unwrap();
    department.run(&["crl", "add-target", public.to_str().unwrap()]);
    let check = || {
        for name in ["issuing", "root"] {
            openssl(&department, &format!("crl -inform DER -in public/{name}.crl -out {name}.crl.pem"));
        }
        let crls = "-crl_check_all -CRLfile issuing.crl.pem -CRLfile root.crl.pem";
        openssl(&department, &format!("verify -x509_strict -CAfile root.pem -untrusted issuing.pem {crls} alice.pem"))
    };
    eventually("serve publishes", || check().ok.then_some(()));
    let serial = department.certificates(false)[1]["serial"].as_str().unwrap().to_owned();
    department.run(&["certificate", "revoke", &serial, "--reason", "superseded"]);
    eventually("the revocation leaves by itself", || check().text.contains("certificate revoked").then_some(()));
}

#[test]
fn pkilint_finds_no_error_in_ocsp_answers_and_their_signer() {
    let Some(bin) = pkilint::pkilint() else { return };
    if !have(&["openssl"]) {
        return;
    }
    let department = department();
    let serial = department.certificates(false)[1]["serial"].as_str().unwrap().to_owned();
    let mut findings = String::new();
    for (name, line) in [
        ("good", "-cert alice.pem -no_nonce"),
        ("revoked", "-cert alice.pem -no_nonce"),
        ("nonce", "-cert bob.pem -nonce"),
        ("unknown", "-serial 0x7777777777 -no_nonce"),
    ] {
        if name == "revoked" {
            department.run(&["certificate", "revoke", &serial, "--reason", "superseded"]);
        }
        let ask = format!("ocsp -issuer issuing.pem {line} -noverify -url http://{}/ocsp/issuing -respout {name}.der", department.http());
        openssl(&department, &ask).content();
        let file = department.scratch(&format!("{name}.der"));
        let said =
            run(department.folder(), bin.join("lint_ocsp_response").to_str().unwrap(), &["lint", "-s", "ERROR", file.to_str().unwrap()]);
        if !said.ok || !said.stdout.trim_ascii().is_empty() {
            findings.push_str(&said.text);
        }
    }
    for certificate in department.certificates(true).iter().filter(|c| c["profile"] == "ocsp") {
        let file = department.export(certificate["serial"].as_str().unwrap(), "responder.pem");
        let said = run(department.folder(), bin.join("lint_pkix_cert").to_str().unwrap(), &["lint", "-s", "ERROR", file.to_str().unwrap()]);
        if !said.ok || !said.stdout.trim_ascii().is_empty() {
            findings.push_str(&said.text);
        }
    }
    assert!(findings.is_empty(), "{findings}");
}
