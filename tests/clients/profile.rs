//! What a phone gets over the air, judged by `openssl cms`. The phone is simulated, the judge is not.

use crate::{
    support::{ALICE, Department},
    tool::{have, run},
};
use ::openssl::x509::X509;
use device::{
    DeviceCa, Https, Identity, Iphone, Safari,
    iphone::{OverTheAir, Variant},
};
use plist::Value;
use ra::ports::{Clock, SystemClock};
use std::fs;

/// A phone's way through all phases.
pub(crate) struct Walk {
    phase1: Vec<u8>,
    final_profile: Vec<u8>,
    pub(crate) transport: Identity,
}

/// A department that knows a device CA of our own and is reached as `localhost`, where it serves.
pub(crate) fn department_with_phones() -> (Department, DeviceCa) {
    let mut department = Department::new("localhost");
    let device_ca = DeviceCa::new(1024).unwrap();
    let file = department.scratch("device-ca.pem");
    fs::write(&file, device_ca.to_pem().unwrap()).unwrap();
    department.serve_with(&["--device-ca", file.to_str().unwrap()]);
    (department, device_ca)
}

/// Invites Alice and enrolls a phone of hers.
pub(crate) fn walk(department: &Department, device_ca: &DeviceCa) -> Walk {
    let root = X509::from_pem(&fs::read(department.export(&department.own_serial("root"), "root.pem")).unwrap()).unwrap();
    let wire = Https::new(&[root.to_der().unwrap()]).unwrap();
    let invitation = department.json(&["invite", ALICE]);
    let (url, code) = (invitation["url"].as_str().unwrap(), invitation["code"].as_str().unwrap());

    let mut safari = Safari::new(&wire);
    let hello = safari.open(url).unwrap();
    let form = hello.form_with("code").unwrap_or_else(|| panic!("no form for the code: {}", hello.text()));
    let page = safari.submit(&hello, &form, &[("code", code)]).unwrap();
    let link = page.links().into_iter().find(|(href, _)| href.ends_with("/profile"));
    let (profile, _) = link.unwrap_or_else(|| panic!("no profile to download: {}", page.text()));
    let phase1 = safari.download(&profile).unwrap();

    let mut phone = Iphone::new(device_ca, Variant::default(), SystemClock.now().0).unwrap();
    phone.trusted_roots = vec![root];
    let mut flow: OverTheAir = phone.begin(&phase1).unwrap();
    phone.identify(&wire, &mut flow).unwrap();
    phone.obtain_identity(&wire, &mut flow).unwrap();
    let last = phone.request_profile(&wire, &mut flow).unwrap();
    let (transport, final_profile) = (flow.identity.clone().unwrap(), last.bytes.clone());
    phone.install(&wire, last, Some(&flow)).unwrap();
    Walk { phase1, final_profile, transport }
}

#[test]
fn openssl_verifies_and_decrypts_the_profiles() {
    if !have(&["openssl"]) {
        return;
    }
    let (department, device_ca) = department_with_phones();
    let walk = walk(&department, &device_ca);
    let openssl = |line: &str| run(department.folder(), "openssl", &line.split(' ').collect::<Vec<_>>());
    // the chain comes with the message; only the root is known beforehand
    let verified = |message: &[u8]| {
        fs::write(department.scratch("signed"), message).unwrap();
        openssl("cms -verify -binary -inform DER -in signed -CAfile root.pem -purpose smimesign -out content").content();
        let content = fs::read(department.scratch("content")).unwrap();
        Value::from_reader_xml(content.as_slice()).unwrap().into_dictionary().unwrap()
    };
    let service = verified(&walk.phase1);
    assert_eq!(service["PayloadType"].as_string(), Some("Profile Service"));

    let profile = verified(&walk.final_profile);
    assert_eq!(profile["PayloadType"].as_string(), Some("Configuration"));
    let sealed = profile["EncryptedPayloadContent"].as_data().unwrap();
    fs::write(department.scratch("sealed"), sealed).unwrap();
    fs::write(department.scratch("transport.pem"), walk.transport.certificate.to_pem().unwrap()).unwrap();
    fs::write(department.scratch("transport.key"), walk.transport.key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    openssl("cms -decrypt -binary -inform DER -in sealed -recip transport.pem -inkey transport.key -out payloads").content();
    let payloads = Value::from_reader_xml(fs::read(department.scratch("payloads")).unwrap().as_slice()).unwrap().into_array().unwrap();
    let kinds: Vec<_> = payloads.iter().map(|p| p.as_dictionary().unwrap()["PayloadType"].as_string().unwrap()).collect();
    assert!(kinds.contains(&"com.apple.security.scep") && kinds.contains(&"com.apple.security.root"), "{kinds:?}");

    // changed by one octet, it is nobody's
    let mut changed = walk.final_profile;
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(department.scratch("signed"), changed).unwrap();
    openssl("cms -verify -binary -inform DER -in signed -CAfile root.pem -purpose smimesign -out content").refused();
}
