//! The pages as a person uses them: sign-in, cookies, the private root, and what never yields a profile.

use crate::house::{ALICE, House, MINUTE, download, sign_in};
use device::{
    Error, Https, Safari, check_server_certificate,
    iphone::Variant,
    transport::{Request, Transport},
};
use openssl::x509::X509;
use ra::enrollment::{State, StepKind};

#[test]
fn the_cookie_is_kept_from_scripts_and_from_plain_http() {
    let house = House::new();
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    let mut safari = Safari::new(&wire);
    sign_in(&mut safari, &invitation.url, &invitation.code.reveal()).unwrap();
    let [cookie] = safari.cookies() else { panic!("{:?}", safari.cookies()) };
    assert!(cookie.http_only && cookie.secure && cookie.same_site.as_deref() == Some("Lax"));
    assert!(invitation.url.ends_with(&cookie.path), "bound to this link");
    assert!(!invitation.url.contains(&cookie.value));
}

#[test]
fn without_the_cookie_the_profile_is_a_page() {
    let house = House::new();
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    let mut safari = Safari::new(&wire);
    let url = format!("{}/profile", invitation.url);
    assert!(matches!(safari.download(&url), Err(Error::Page(_))), "before anybody signed in");
    let page = sign_in(&mut safari, &invitation.url, &invitation.code.reveal()).unwrap();
    download(&mut safari, &page).unwrap();
    safari.forget();
    assert!(matches!(safari.download(&url), Err(Error::Page(_))), "after the cookie is gone");
    let mut other = Safari::new(&wire);
    assert!(matches!(other.download(&url), Err(Error::Page(_))), "in another browser");
}

#[test]
fn looking_at_a_link_changes_nothing() {
    let house = House::new();
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    for _ in 0..3 {
        assert_eq!(Safari::new(&wire).open(&invitation.url).unwrap().status, 200);
    }
    assert_eq!(house.state(invitation.enrollment), State::Invited);
    assert!(house.steps(invitation.enrollment).iter().all(|s| matches!(s, StepKind::Invited | StepKind::PageViewed)));
    let mut safari = Safari::new(&wire);
    sign_in(&mut safari, &invitation.url, &invitation.code.reveal()).unwrap();
    assert_eq!(house.state(invitation.enrollment), State::Authenticated);
}

#[test]
fn five_wrong_codes_end_the_link() {
    let house = House::new();
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    let mut safari = Safari::new(&wire);
    for wrong in ["AAAA-AAAA", "x", "0000 0000", "\u{202e}AAAA", "'; DROP TABLE enrollment; --"] {
        let page = sign_in(&mut safari, &invitation.url, wrong).unwrap();
        assert_ne!(page.status, 200, "{wrong}");
        assert!(safari.cookies().is_empty());
    }
    let page = safari.open(&invitation.url).unwrap();
    assert_eq!(page.status, 410);
    assert!(!page.html.contains("Alice"), "an ended link names nobody");
    assert!(sign_in(&mut safari, &invitation.url, &invitation.code.reveal()).is_err());
    assert_eq!(house.state(invitation.enrollment), State::Failed);
}

#[test]
fn an_expired_a_cancelled_and_a_used_link_say_so_and_name_nobody() {
    let house = House::new();
    let (wire, expired, cancelled) = (house.wire(), house.invite(ALICE), house.invite(ALICE));
    house.officer.cancel_enrollment(cancelled.enrollment).unwrap();
    let (_, _, used) = house.enroll(Variant::default(), ALICE);
    house.clock.advance(73 * 60 * MINUTE);
    house.officer.tidy().unwrap();
    let mut texts = Vec::new();
    for ended in [&expired, &cancelled, &used] {
        let page = Safari::new(&wire).open(&ended.url).unwrap();
        assert_eq!(page.status, 410, "{}", page.text());
        assert!(!page.html.contains("Alice") && page.forms().is_empty());
        texts.push(page.text());
    }
    assert!(texts[0] != texts[1] && texts[1] != texts[2]);
}

#[test]
fn pages_speak_french_and_say_how_to_go_on_in_another_browser() {
    let house = House::new();
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    let mut safari = Safari::new(&wire);
    let english = safari.open(&invitation.url).unwrap();
    safari.language = "fr-CH,fr;q=0.9".into();
    let french = safari.open(&invitation.url).unwrap();
    assert!(english.html.contains("lang=\"en\"") && french.html.contains("lang=\"fr\""));
    assert_ne!(english.text(), french.text());
    let mut chrome = Safari::new(&wire);
    chrome.user_agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1".into();
    let hint = chrome.open(&invitation.url).unwrap();
    assert!(hint.html.contains(&invitation.url), "the link to copy into Safari");
    assert!(!english.html.contains(&invitation.url));
}

#[test]
fn a_password_is_set_after_the_first_code_and_used_the_next_time() {
    let house = House::new();
    house.set("portal.sign_in", "password");
    let (wire, first) = (house.wire(), house.invite(ALICE));
    let mut safari = Safari::new(&wire);
    let page = sign_in(&mut safari, &first.url, &first.code.reveal()).unwrap();
    let form = page.form_with("password").unwrap_or_else(|| panic!("{}", page.text()));
    let weak = safari.submit(&page, &form, &[("password", "short")]).unwrap();
    assert_eq!(weak.status, 422);
    let page = safari.submit(&page, &form, &[("password", "correct horse 1")]).unwrap();
    let phase1 = download(&mut safari, &page).unwrap();
    house.phone(Variant::default()).enroll(&wire, &phase1).unwrap();
    assert_eq!(house.state(first.enrollment), State::Configured);

    let second = house.invite(ALICE);
    let mut safari = Safari::new(&wire);
    let hello = safari.open(&second.url).unwrap();
    let form = hello.form_with("password").unwrap();
    let wrong = safari.submit(&hello, &form, &[("mail", ALICE), ("password", "wrong")]).unwrap();
    assert_ne!(wrong.status, 200);
    let page = safari.submit(&hello, &form, &[("mail", ALICE), ("password", "correct horse 1")]).unwrap();
    download(&mut safari, &page).unwrap();
}

#[test]
fn the_private_root_comes_by_plain_http_and_the_switch_is_checked_by_https() {
    let house = House::new();
    let invitation = house.invite(ALICE);
    let trust_url = invitation.trust_url.clone().unwrap();
    assert_eq!(trust_url, house.http("/trust"));
    let untrusting = Https::new(&[]).unwrap();
    assert_eq!(Safari::new(&untrusting).open(&invitation.url).unwrap_err().code(), Some(23002), "the root is not trusted yet");

    let mut safari = Safari::new(&untrusting);
    let page = safari.open(&trust_url).unwrap();
    let links = page.links();
    let (root, _) = links.iter().find(|(href, _)| href.ends_with("/ca/root.crt")).unwrap();
    let answer = untrusting.send(&Request::get(root)).unwrap();
    assert_eq!(answer.header("content-type"), Some("application/x-x509-ca-cert"));
    let root = X509::from_der(&answer.body).unwrap();
    assert_eq!(root.to_der().unwrap(), house.ca("root").to_der().unwrap());
    let words = &house.officer.ca_certificates().unwrap()[0].words;
    assert!(words.iter().all(|word| page.text().contains(word)), "the words that the officer compares");
    let (check, _) = links.iter().find(|(href, _)| href.ends_with("/trusted")).unwrap();
    assert!(Safari::new(&untrusting).open(check).is_err(), "it must not load before the switch is on");

    let trusting = Https::new(&[answer.body]).unwrap();
    assert_eq!(Safari::new(&trusting).open(check).unwrap().status, 200);
    let mut safari = Safari::new(&trusting);
    let page = sign_in(&mut safari, &invitation.url, &invitation.code.reveal()).unwrap();
    let phase1 = download(&mut safari, &page).unwrap();
    house.phone(Variant::default()).enroll(&trusting, &phase1).unwrap();
}

#[test]
fn the_tls_certificate_is_one_that_phones_accept() {
    let house = House::new();
    let tls = house.certificates().into_iter().find(|c| c.kind != "subscriber" && c.profile == "tls").unwrap();
    let serial = protocol::x509::SerialNumber::parse(&tls.serial).unwrap();
    let (der, _) = house.officer.export_certificate(&serial).unwrap();
    check_server_certificate(&der).unwrap();
    // The check can fail: the root is no server certificate.
    assert!(check_server_certificate(&house.ca("root").to_der().unwrap()).is_err());
}

#[test]
fn nothing_is_typed_over_plain_http() {
    let house = House::new();
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    let plain = invitation.url.replace(&house.https(""), &house.http(""));
    let page = Safari::new(&wire).open(&plain).unwrap();
    assert_eq!(page.status, 404);
    assert!(page.forms().is_empty() && !page.html.contains(plain.rsplit('/').next().unwrap()), "the page does not repeat the token");
    let posted = wire.send(&Request::post(&plain, "application/x-www-form-urlencoded", b"code=x".to_vec())).unwrap();
    assert_eq!(posted.status, 404);
    assert_eq!(house.state(invitation.enrollment), State::Invited);
}

#[test]
fn a_person_who_declines_ends_the_enrollment() {
    let house = House::new();
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    let mut safari = Safari::new(&wire);
    let page = sign_in(&mut safari, &invitation.url, &invitation.code.reveal()).unwrap();
    let form = page.forms().into_iter().find(|f| f.action.ends_with("/decline")).unwrap();
    safari.submit(&page, &form, &[]).unwrap();
    assert_eq!(house.state(invitation.enrollment), State::Declined);
    assert_eq!(safari.open(&invitation.url).unwrap().status, 410);
}

#[test]
fn http_basic_and_code_with_password_sign_in_too() {
    let house = House::new();
    house.set("portal.sign_in", "password");
    let (wire, first) = (house.wire(), house.invite(ALICE));
    let mut safari = Safari::new(&wire);
    let page = sign_in(&mut safari, &first.url, &first.code.reveal()).unwrap();
    let form = page.form_with("password").unwrap();
    let page = safari.submit(&page, &form, &[("password", "correct: hörse 1")]).unwrap();
    download(&mut safari, &page).unwrap();

    house.set("portal.sign_in", "basic");
    let basic = house.invite(ALICE);
    for (password, right) in [("wrong", false), ("correct: hörse 1", true)] {
        let mut safari = Safari::new(&wire);
        safari.credentials = Some((ALICE.into(), password.into()));
        let hello = safari.open(&basic.url).unwrap();
        let form = hello.forms().into_iter().find(|f| f.method.eq_ignore_ascii_case("post")).unwrap();
        let page = safari.submit(&hello, &form, &[]).unwrap();
        assert_eq!(download(&mut safari, &page).is_ok(), right, "{password}: {}", page.text());
    }

    house.set("portal.sign_in", "both");
    let both = house.invite(ALICE);
    let mut safari = Safari::new(&wire);
    let hello = safari.open(&both.url).unwrap();
    let form = hello.form_with("code").unwrap();
    let code = both.code.reveal();
    let known = "correct: hörse 1";
    for (code, password, right) in [("AAAA-AAAA", known, false), (code.as_str(), "wrong", false), (code.as_str(), known, true)] {
        let page = safari.submit(&hello, &form, &[("code", code), ("password", password)]).unwrap();
        assert_eq!(download(&mut safari, &page).is_ok(), right, "{}", page.text());
    }
}
