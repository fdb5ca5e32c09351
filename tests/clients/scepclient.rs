//! Debian's `scepclient` (micromdm): single DES and SHA-1 always, so it needs the legacy switch.

use crate::{
    support::{Challenge, Department},
    tool::{Said, Waiting, have, run, said},
};
use std::{fs, process::Command};

/// It in a folder of its own where it keeps key, request and certificate.
fn command(department: &Department, folder: &str, challenge: &Challenge, with_challenge: bool) -> Command {
    let folder = department.scratch(folder);
    fs::create_dir_all(&folder).unwrap();
    let (o, ou, cn) = (challenge.attribute("O"), challenge.attribute("OU"), challenge.attribute("CN"));
    let mut arguments =
        vec!["-server-url", challenge.url(), "-private-key", "client.key", "-certificate", "client.pem", "-keySize", "2048"];
    arguments.extend(["-country", "", "-organization", &o, "-ou", &ou, "-cn", &cn, "-debug"]);
    if with_challenge {
        arguments.extend(["-challenge", challenge.secret()]);
    }
    let mut command = Command::new("scepclient");
    command.args(&arguments).current_dir(folder);
    command
}

fn scepclient(department: &Department, folder: &str, challenge: &Challenge, with_challenge: bool) -> Said {
    said(&mut command(department, folder, challenge, with_challenge))
}

fn serial_of(department: &Department, file: &str) -> String {
    let said = run(department.folder(), "openssl", &["x509", "-in", file, "-noout", "-serial"]).content();
    String::from_utf8(said.stdout).unwrap().trim().trim_start_matches("serial=").to_owned()
}

#[test]
fn scepclient_enrolls_and_renews_with_the_legacy_switch() {
    if !have(&["scepclient", "openssl"]) {
        return;
    }
    let department = Department::served();
    department.set("scep.legacy", "yes");
    let challenge = department.challenge("authentication");
    scepclient(&department, "alice", &challenge, true).content();
    let first = serial_of(&department, "alice/client.pem");
    let listed = department.certificates(false);
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0]["serial"].as_str(), listed[0]["status"].as_str()), (Some(first.as_str()), Some("active")));
    assert_eq!(listed[0]["profile"], "authentication");
    let subject = run(department.folder(), "openssl", &["x509", "-in", "alice/client.pem", "-noout", "-subject", "-nameopt", "RFC2253"]);
    subject.content().saying("CN=Alice Example,OU=Physics,O=Example University");

    // RenewalReq signed by the first certificate, without any challenge
    fs::remove_file(department.scratch("alice/csr.pem")).unwrap();
    scepclient(&department, "alice", &challenge, false).content();
    let second = serial_of(&department, "alice/client.pem");
    assert_ne!(first, second);
    assert_eq!(department.certificates(false).len(), 2);
}

/// While the answer is PENDING it sends the very same message again every 30 s; it knows no CertPoll.
#[test]
fn scepclient_sends_its_request_again_until_the_officer_approves() {
    if !have(&["scepclient", "openssl"]) {
        return;
    }
    let department = Department::served();
    department.set("scep.legacy", "yes");
    department.set("scep.manual_approval", "yes");
    let challenge = department.challenge("authentication");
    let polling = Waiting::start(&mut command(&department, "alice", &challenge, true));
    department.approve_the_next_request();
    polling.finish().content().saying("pkiStatus=PENDING").saying("pkiStatus=SUCCESS");
    let listed = department.certificates(false);
    assert_eq!(listed.len(), 1, "the second message was the same request");
    assert_eq!(listed[0]["serial"].as_str(), Some(serial_of(&department, "alice/client.pem").as_str()));

    // A certificate that was approved once is renewed without being asked about again: its holder signs.
    fs::remove_file(department.scratch("alice/csr.pem")).unwrap();
    scepclient(&department, "alice", &challenge, false).content();
    assert_eq!(department.certificates(false).len(), 2);
}

#[test]
fn scepclient_is_refused_without_the_legacy_switch_and_without_a_challenge() {
    if !have(&["scepclient"]) {
        return;
    }
    let department = Department::served();
    let challenge = department.challenge("authentication");
    scepclient(&department, "strict", &challenge, true).refused().saying("badAlg");
    department.set("scep.legacy", "yes");
    // without its challenge nobody is enrolled
    scepclient(&department, "empty", &challenge, false).refused().saying("badRequest");
    assert!(department.certificates(false).is_empty());
    // neither refusal has spent the challenge
    scepclient(&department, "alice", &challenge, true).content();
    assert_eq!(department.certificates(false).len(), 1);
}
