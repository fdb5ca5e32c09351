//! The simulated phone against a server with faults: each strict rule of iOS is seen to refuse something.

use super::{
    fake::{Fake, Fault, NOW},
    *,
};
use crate::{Error, ScepError, transport::Method};
use std::sync::{
    LazyLock, Mutex,
    atomic::{AtomicU32, Ordering},
};

static CA: LazyLock<DeviceCa> = LazyLock::new(|| DeviceCa::new(1024).unwrap());
static FAKE: LazyLock<Mutex<Fake>> = LazyLock::new(|| Mutex::new(Fake::new()));

fn phone() -> Iphone {
    Iphone::new(&CA, Variant::default(), NOW).unwrap()
}

/// Runs a whole enrollment against a server with this fault.
fn enroll(fault: Fault) -> Result<Installed, Error> {
    let fake = FAKE.lock().unwrap_or_else(|e| e.into_inner());
    fake.fault.set(Fault::Nothing);
    let phase1 = fake.phase1();
    fake.fault.set(fault);
    phone().enroll(&*fake, &phase1)
}

#[test]
fn a_server_without_fault_enrolls() {
    let installed = enroll(Fault::Nothing).unwrap();
    assert_eq!(installed.identities.len(), 1);
    assert_eq!(installed.certificates.len(), 1);
    let client = installed.payload("com.apple.wifi.managed").unwrap()["PayloadCertificateUUID"].as_string().unwrap();
    assert!(installed.identity(client).unwrap().matches());
    assert!(installed.stub.is_some());
    assert_eq!(installed.trust, crate::profile::Trust::NotVerified);
}

#[test]
fn requests_look_as_those_of_a_phone() {
    let fake = Fake::new();
    let mut phone = phone();
    phone.trusted_roots = vec![fake.ca.certificate.clone()];
    let installed = phone.enroll(&fake, &fake.phase1()).unwrap();
    assert_eq!(installed.trust, crate::profile::Trust::Verified, "the signer chains to a trusted root");
    let requests = fake.requests.borrow();
    let posts: Vec<_> = requests.iter().filter(|r| r.url.ends_with("/ota")).collect();
    assert_eq!(posts.len(), 2);
    for post in posts {
        assert!(post.headers.contains(&("User-Agent".to_owned(), "Profile/1.0".to_owned())));
        assert!(post.headers.contains(&("Content-Type".to_owned(), "application/pkcs7-signature".to_owned())));
        assert!(post.headers.iter().all(|(name, _)| name != "Cookie") && post.timeout.as_secs() == 45);
        assert!(post.body.starts_with(&[0x30, 0x80]), "BER");
    }
    let scep: Vec<_> = requests.iter().filter(|r| r.url.contains("/scep")).map(|r| r.url.as_str()).collect();
    assert_eq!(&scep[..2], ["http://fake/scep?operation=GetCACert&message=fake", "http://fake/scep?operation=GetCACaps&message=fake"]);
    assert!(scep.iter().all(|url| !url.contains("lost")), "the query of the URL is dropped");
}

/// The fault and what the phone must say.
fn must_fail(fault: Fault, fits: fn(&Error) -> bool) {
    match enroll(fault) {
        Ok(_) => panic!("{fault:?} was accepted"),
        Err(error) => assert!(fits(&error), "{fault:?} gave {error:?}"),
    }
}

#[test]
fn http_is_taken_strictly() {
    for status in [201, 204, 400, 401, 404, 500] {
        must_fail(Fault::Status(status), |e| e.code() == Some(23001));
    }
    must_fail(Fault::Status(403), |e| e.code() == Some(23010));
    must_fail(Fault::EmptyBody, |e| matches!(e, Error::Empty));
    must_fail(Fault::Html, |e| matches!(e, Error::InvalidProfile(_)));
}

#[test]
fn a_permanent_redirect_ends_on_a_page_that_safari_opens() {
    must_fail(
        Fault::RedirectPermanently,
        |e| matches!(e, Error::Http { permanent_redirect: Some(url), .. } if url == "https://fake/sorry"),
    );
    let fake = Fake::new();
    let phase1 = fake.phase1();
    fake.fault.set(Fault::RedirectPermanently);
    assert!(phone().enroll(&fake, &phase1).is_err());
    let last = fake.requests.borrow().last().cloned().unwrap();
    assert_eq!((last.method, last.body.len()), (Method::Get, 0), "the POST becomes a GET without body");
}

#[test]
fn the_answer_to_phase_2_is_one_readable_identity() {
    must_fail(Fault::SecondPayload, |e| matches!(e, Error::IdentityReply(_)));
    must_fail(Fault::EncryptedIdentityReply, |e| matches!(e, Error::IdentityReply(_)));
    must_fail(Fault::NoIdentity, |e| matches!(e, Error::IdentityReply(_)));
    must_fail(Fault::NoKeysize, |e| matches!(e, Error::InvalidProfile(_)));
    must_fail(Fault::KeyUsageTwo, |e| matches!(e, Error::Scep(ScepError::KeyUsage)));
}

#[test]
fn a_misspelt_key_usage_is_ignored_and_gives_a_key_that_only_signs() {
    let fake = Fake::new();
    let mut flow = phone().begin(&fake.phase1()).unwrap();
    fake.fault.set(Fault::KeyUsageMisspelt);
    phone().identify(&fake, &mut flow).unwrap();
    assert_eq!(flow.scep.unwrap().key_usage, (true, false));
}

#[test]
fn get_ca_cert_and_caps_are_taken_strictly() {
    must_fail(Fault::CharsetOnCaCert, |e| e.code() == Some(22004));
    must_fail(Fault::RaWithoutKeyEncipherment, |e| e.code() == Some(22003));
    must_fail(Fault::WrongFingerprint, |e| e.code() == Some(22002));
    must_fail(Fault::NoShaWord, |e| e.code() == Some(22006));
}

#[test]
fn cert_rep_is_taken_strictly() {
    let response = |e: &Error| matches!(e, Error::Scep(ScepError::Response(_)));
    for fault in [
        Fault::SignedByTheCa,
        Fault::MessageTypeUtf8,
        Fault::StatusTwice,
        Fault::OtherNonce,
        Fault::OtherTransaction,
        Fault::TwoSigners,
        Fault::NotYetValid,
        Fault::UsageMissing,
        Fault::PendingWithoutContent,
    ] {
        must_fail(fault, response);
    }
    must_fail(Fault::CaFirst, |e| e.code() == Some(22008));
    must_fail(Fault::OtherKey, |e| e.code() == Some(22008));
    must_fail(Fault::NoCertificate, |e| e.code() == Some(22007));
    must_fail(Fault::Failure, |e| matches!(e, Error::Scep(ScepError::Failure(Some(2)))));
}

#[test]
fn a_pending_request_is_polled_retries_times_and_once_more() {
    let fake = Fake::new();
    let waits = Arc::new(AtomicU32::new(0));
    let mut phone = phone();
    let counted = waits.clone();
    phone.wait = Arc::new(move |seconds| _ = counted.fetch_add(seconds, Ordering::SeqCst));
    let mut flow = phone.begin(&fake.phase1()).unwrap();
    phone.identify(&fake, &mut flow).unwrap();
    fake.fault.set(Fault::Pending(3));
    phone.obtain_identity(&fake, &mut flow).unwrap();
    assert_eq!(waits.load(Ordering::SeqCst), 20, "the first poll follows at once, two more after 10 s each");
    let fake = Fake::new();
    fake.fault.set(Fault::Pending(4));
    assert!(matches!(phone.obtain_identity(&fake, &mut flow), Err(Error::Scep(ScepError::CaCertificate(_)))), "another server");
    let mut flow = phone
        .begin(&{
            fake.fault.set(Fault::Nothing);
            fake.phase1()
        })
        .unwrap();
    phone.identify(&fake, &mut flow).unwrap();
    fake.fault.set(Fault::Pending(4));
    assert!(matches!(phone.obtain_identity(&fake, &mut flow), Err(Error::Scep(ScepError::StillPending))));
}

#[test]
fn the_final_profile_is_taken_strictly() {
    must_fail(Fault::OuterSha1, |e| matches!(e, Error::Signature(_)));
    must_fail(Fault::Oaep, |e| e.code() == Some(1006));
    must_fail(Fault::OtherRecipient, |e| e.code() == Some(1006));
    must_fail(Fault::RootIsDictionary, |e| e.code() == Some(1000));
    must_fail(Fault::DanglingUuid, |e| matches!(e, Error::IdentityNotFound(_)));
    must_fail(Fault::DuplicateUuid, |e| e.code() == Some(1000));
    must_fail(Fault::UnknownPayload, |e| e.code() == Some(1000));
    must_fail(Fault::ForTheMac, |e| e.code() == Some(1000));
    must_fail(Fault::ServiceAgain, |e| e.code() == Some(24003));
}

#[test]
fn an_update_keeps_identifier_and_signer() {
    let fake = Fake::new();
    let mut phone = phone();
    assert!(matches!(phone.update(&fake, "fake.final"), Err(Error::NotEligible)));
    let first = phone.enroll(&fake, &fake.phase1()).unwrap();
    let count = fake.requests.borrow().len();
    let second = phone.update(&fake, "fake.final").unwrap();
    let serial = |i: &Installed| i.identities[0].identity.certificate.to_der().unwrap();
    assert_ne!(serial(&first), serial(&second), "a new key, a new certificate");
    assert_eq!(fake.requests.borrow().iter().skip(count).filter(|r| r.url.ends_with("/ota")).count(), 1, "phase 3 alone");
    for (fault, fits) in [
        (Fault::OtherIdentifier, (|e| matches!(e, Error::UpdateIdentifier)) as fn(&Error) -> bool),
        (Fault::OtherSigner, |e| matches!(e, Error::DifferentSigner)),
        (Fault::Unsigned, |e| matches!(e, Error::DifferentSigner)),
    ] {
        fake.fault.set(fault);
        let error = phone.update(&fake, "fake.final").err().unwrap();
        assert!(fits(&error), "{fault:?} gave {error:?}");
        assert_eq!(serial(&phone.installed["fake.final"]), serial(&second), "the installed profile stays");
    }
}

#[test]
fn phase_1_is_taken_strictly() {
    let service = |content: &str| {
        format!(
            "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>PayloadType</key><string>Profile Service</string>
             <key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>x</string><key>PayloadUUID</key><string>y</string>
             <key>PayloadDisplayName</key><string>z</string><key>PayloadContent</key>{content}</dict></plist>"
        )
        .into_bytes()
    };
    let phone = phone();
    let begin = |bytes: &[u8]| phone.begin(bytes).map(|_| ());
    begin(&service("<dict><key>URL</key><string>https://h/</string></dict>")).unwrap();
    for wrong in [
        service("<array><dict><key>URL</key><string>https://h/</string></dict></array>"),
        service("<dict><key>URL</key><string>http://h/</string></dict>"),
        service("<dict><key>URL</key><string></string></dict>"),
        service("<dict><key>URL</key><string>https://h/</string><key>Challenge</key><integer>1</integer></dict>"),
        service("<dict><key>URL</key><string>https://h/</string><key>DeviceAttributes</key><string>UDID</string></dict>"),
        b"<html></html>".to_vec(),
        [b"\xef\xbb\xbf".as_slice(), &service("<dict><key>URL</key><string>https://h/</string></dict>")].concat(),
        vec![],
        vec![0x30, 0x80],
    ] {
        assert!(begin(&wrong).is_err(), "{}", String::from_utf8_lossy(&wrong));
    }
}
