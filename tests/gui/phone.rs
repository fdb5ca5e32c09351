//! Alice with her (simulated) phone: scans the QR code, signs in, installs.

use device::{DeviceCa, Https, Iphone, Safari, iphone::Variant};
use openssl::x509::X509;
use ra::ports::{Clock, SystemClock};

/// Decodes the one QR code that a picture of the window shows.
pub(crate) fn scan(png: &[u8]) -> String {
    let picture = image::load_from_memory(png).unwrap().to_luma8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| picture.get_pixel(x as u32, y as u32).0[0]);
    let grids = prepared.detect_grids();
    assert_eq!(grids.len(), 1, "one QR code on the screen");
    grids[0].decode().unwrap().1
}

/// What a phone that trusts nobody yet is shown at this address.
pub(crate) fn look(url: &str) -> String {
    let wire = Https::new(&[]).unwrap();
    Safari::new(&wire).open(url).unwrap().html
}

/// Walks all three phases with a phone whose owner trusts the department's root.
pub(crate) fn enroll(root: &[u8], device_ca: &DeviceCa, link: &str, code: &str) {
    let wire = Https::new(&[root.to_vec()]).unwrap();
    let mut safari = Safari::new(&wire);
    let hello = safari.open(link).unwrap();
    let form = hello.form_with("code").expect("a form for the code");
    let page = safari.submit(&hello, &form, &[("code", code)]).unwrap();
    let (profile, _) = page.links().into_iter().find(|(href, _)| href.ends_with("/profile")).expect("a link to the profile");
    let profile = safari.download(&profile).unwrap();
    let mut phone = Iphone::new(device_ca, Variant::default(), SystemClock.now().0).unwrap();
    phone.trusted_roots = vec![X509::from_der(root).unwrap()];
    phone.enroll(&wire, &profile).unwrap();
}
