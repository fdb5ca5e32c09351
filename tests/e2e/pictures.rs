//! What goes from the officer to a phone by camera and by eye: QR codes in files and letters, and the root's fingerprint, which two people
//! compare.

use crate::{
    outside,
    support::{ALICE, Department},
};
use device::{
    Https, Safari,
    transport::{Request, Transport},
};
use image::{GrayImage, Luma};

/// The text of the one QR code in a picture.
pub(crate) fn read(picture: &GrayImage) -> String {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| picture.get_pixel(x as u32, y as u32).0[0]);
    let grids = prepared.detect_grids();
    assert_eq!(grids.len(), 1, "one QR code in the picture");
    grids[0].decode().unwrap().1
}

/// Paints our SVG pictures, of which each path is filled rectangles `M x y h WIDTH v HEIGHT h -WIDTH z`, on a dark screen.
fn painted(svg: &str) -> GrayImage {
    const SCALE: u32 = 4;
    let side: u32 = between(svg, "viewBox=\"0 0 ", " ").parse().unwrap();
    let mut modules = GrayImage::new(side, side);
    for path in svg.split("<path ").skip(1) {
        let ink = match between(path, "fill=\"", "\"") {
            "#fff" => 255,
            "#000" => 0,
            other => panic!("{other} in {path}"),
        };
        for rectangle in between(path, " d=\"", "\"").split('M').skip(1) {
            let numbers = rectangle.split([' ', 'h', 'v', '-', 'z']).filter(|number| !number.is_empty());
            let numbers: Vec<u32> = numbers.map(|number| number.parse().unwrap()).collect();
            let [left, top, width, height, back] = numbers[..] else { panic!("{rectangle}") };
            assert_eq!(width, back, "{rectangle}");
            for (x, y) in (left..left + width).flat_map(|x| (top..top + height).map(move |y| (x, y))) {
                modules.put_pixel(x, y, Luma([ink]));
            }
        }
    }
    GrayImage::from_fn(side * SCALE, side * SCALE, |x, y| *modules.get_pixel(x / SCALE, y / SCALE))
}

/// What stands after the first `from`, up to `to`.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from} in {text}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to} after {from} in {text}")).0
}

/// Words and picture of a fingerprint, as a page or a letter shows them.
fn fingerprint(html: &str) -> (&str, &str) {
    let mark = between(html, "class=\"mark\">", "</div>");
    let (_, words) = between(mark, "class=\"words\"", "</p>").split_once('>').unwrap();
    (words, between(mark, " d=\"", "\""))
}

#[test]
fn a_qr_code_in_a_file_reads_as_the_link_that_was_shown_with_it() {
    let department = Department::new("localhost");
    department.set("serve.public_url", "https://localhost:8443");
    let (png, svg) = (department.scratch("link.png"), department.scratch("link.svg"));
    let invited = department.json(&["invite", ALICE, "--qr", png.to_str().unwrap()]);
    assert_eq!(invited["url"], read(&image::load_from_memory(&std::fs::read(png).unwrap()).unwrap().to_luma8()));
    let enrollment = invited["enrollment"].as_str().unwrap();
    let resent = department.json(&["enrollment", "resend", enrollment, "--qr", svg.to_str().unwrap()]);
    assert_eq!(resent["url"], read(&painted(&std::fs::read_to_string(svg).unwrap())));
    assert_ne!(resent["url"], invited["url"]);
}

#[test]
fn a_phone_that_trusts_nobody_yet_shows_the_words_and_the_picture_of_the_officers_letter() {
    let (department, root) = outside::served(&[]);
    let file = department.scratch("alice.html");
    let invited = department.json(&["invite", ALICE, "--via", "letter", "--letter", file.to_str().unwrap()]);
    let letter = std::fs::read_to_string(file).unwrap();
    // Its two QR codes, in the order in which they are scanned.
    let symbols = letter.split("<svg ").skip(1).filter(|svg| svg.contains("<path fill=\"#000\""));
    let scanned: Vec<String> = symbols.map(|svg| read(&painted(svg.split("</svg>").next().unwrap()))).collect();
    assert_eq!(scanned, [invited["trust_url"].as_str().unwrap(), invited["url"].as_str().unwrap()]);

    let (words, _) = fingerprint(&letter);
    assert_eq!(words.split(' ').count(), 16, "{words}");
    let untrusting = Https::new(&[]).unwrap();
    let mut safari = Safari::new(&untrusting);
    for language in ["en", "fr-CH,fr;q=0.9"] {
        safari.language = language.into();
        let page = safari.open(&scanned[0]).unwrap();
        assert_eq!(fingerprint(&page.html), fingerprint(&letter), "{language}");
        // Both are of the certificate that the page hands out.
        let (link, _) = page.links().into_iter().find(|(href, _)| href.ends_with("/ca/root.crt")).unwrap();
        let handed_out = untrusting.send(&Request::get(&link)).unwrap().body;
        assert_eq!(handed_out, root.to_der().unwrap());
        let octets: Vec<String> = openssl::sha::sha256(&handed_out).iter().map(|octet| format!("{octet:02X}")).collect();
        assert!(page.text().contains(&octets.join(" ")), "{}", page.text());
    }
}
