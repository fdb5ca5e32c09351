//! The department from outside: `signetctl serve` and the officer's commands are processes of their own.

use crate::{
    house::DEVICE_CA,
    support::{ALICE, Department},
};
use device::{Https, Iphone, iphone::Variant};
use openssl::x509::X509;
use ra::ports::{Clock, SystemClock};

/// Serves a new department, reached as `localhost`, with these further options; with its root.
pub(crate) fn served(options: &[&str]) -> (Department, X509) {
    let mut department = Department::new("localhost");
    let device_ca = department.scratch("device-ca.pem");
    std::fs::write(&device_ca, DEVICE_CA.to_pem().unwrap()).unwrap();
    department.serve_with(&[&["--device-ca", device_ca.to_str().unwrap()][..], options].concat());
    let root = department.export(&department.own_serial("root"), "root.pem");
    let root = X509::from_pem(&std::fs::read(root).unwrap()).unwrap();
    (department, root)
}

/// What a phone uses whose owner trusts this root.
pub(crate) fn wire(root: &X509) -> Https {
    Https::new(&[root.to_der().unwrap()]).unwrap()
}

/// A phone whose owner trusts this root.
pub(crate) fn phone(root: &X509) -> Iphone {
    let mut phone = Iphone::new(&DEVICE_CA, Variant::default(), SystemClock.now().0).unwrap();
    phone.trusted_roots = vec![root.clone()];
    phone
}

/// What `signetctl invite` shows once.
pub(crate) struct Invited {
    pub(crate) url: String,
    pub(crate) code: String,
    pub(crate) enrollment: String,
}

/// Invites Alice.
pub(crate) fn invite(department: &Department) -> Invited {
    let shown = department.json(&["invite", ALICE]);
    let text = |name: &str| shown[name].as_str().unwrap().to_owned();
    Invited { url: text("url"), code: text("code"), enrollment: text("enrollment") }
}
