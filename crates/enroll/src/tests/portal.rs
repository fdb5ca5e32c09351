//! What a person at a link meets.

use super::{ALICE, Reply, SAFARI, Site, ask};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use ra::{
    department::FurtherDepartment,
    enrollment::State,
    invitation::Channel,
    mailbox::Method as Validation,
    profile::{ProfileDraft, ProfileName, Scope, Usage},
    subscriber::{NewSubscriber, SubscriberKind},
};

pub(super) fn shows(reply: &Reply, status: StatusCode, text: &str) {
    let page = reply.text();
    assert_eq!(reply.status, status, "{page}");
    assert!(page.contains(text), "{text} is not in {page}");
}

pub(super) fn state(site: &Site) -> State {
    let query = ra::enrollment::EnrollmentQuery { limit: 1, ..Default::default() };
    site.operator.enrollments(&query).unwrap().rows[0].state
}

#[tokio::test]
async fn a_link_says_who_asks_and_nothing_about_whom() {
    let site = Site::new();
    let (link, _) = site.invite();
    let page = site.get_with(&link, &[("user-agent", SAFARI)]).await;
    shows(&page, StatusCode::OK, "Physics would like to set up your iPhone");
    for text in
        ["Example University", "What we read from the phone", "How to undo it", "autocomplete=\"one-time-code\"", "Agree and continue"]
    {
        shows(&page, StatusCode::OK, text);
    }
    for secret in ["Alice", ALICE] {
        assert!(!page.text().contains(secret));
    }
    assert!(!page.text().contains("Open this page in Safari"), "it is Safari");
    let french = site.get_with(&link, &[("accept-language", "fr-CH, fr;q=0.9, en;q=0.8")]).await;
    shows(&french, StatusCode::OK, "<html lang=\"fr\">");
    shows(&french, StatusCode::OK, "Physics souhaite configurer votre iPhone");
}

#[tokio::test]
async fn another_browser_is_told_so_and_let_through() {
    let site = Site::new();
    let (link, code) = site.invite();
    let chrome = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 CriOS/130.0 Mobile/15E148 Safari/604.1";
    let page = site.get_with(&link, &[("user-agent", chrome)]).await;
    shows(&page, StatusCode::OK, "Open this page in Safari");
    shows(&page, StatusCode::OK, &format!("https://pki.example.edu:8443{link}</span>"));
    shows(&page, StatusCode::OK, "name=\"code\"");
    site.sign_in(&link, &code).await;
}

#[tokio::test]
async fn looking_at_every_page_changes_nothing() {
    let site = Site::new();
    let (link, code) = site.invite();
    site.get(&link).await; // the view itself is logged, once a minute
    let before = site.authority.version().unwrap();
    let ledger = site.authority.auditor().verify_ledger().unwrap();
    for path in ["", "/download", "/profile", "/steps", "/password", "/decline"] {
        for method in [Method::GET, Method::HEAD] {
            ask(&site.https, method, &format!("{link}{path}"), &[], Body::empty()).await;
        }
    }
    assert_eq!(site.authority.version().unwrap(), before);
    assert_eq!(site.authority.auditor().verify_ledger().unwrap(), ledger);
    assert_eq!(state(&site), State::Invited);

    // With the cookie the download alone changes something: its time begins.
    let cookie = site.sign_in(&link, &code).await;
    let before = site.authority.version().unwrap();
    let ledger = site.authority.auditor().verify_ledger().unwrap();
    for path in ["", "/download", "/steps", "/steps?pause", "/password", "/decline"] {
        for method in [Method::GET, Method::HEAD] {
            ask(&site.https, method, &format!("{link}{path}"), &[("cookie", &cookie)], Body::empty()).await;
        }
    }
    ask(&site.https, Method::HEAD, &format!("{link}/profile"), &[("cookie", &cookie)], Body::empty()).await;
    assert_eq!(site.authority.version().unwrap(), before);
    assert_eq!(site.authority.auditor().verify_ledger().unwrap(), ledger);
    site.get_with(&format!("{link}/profile"), &[("cookie", &cookie)]).await;
    assert_ne!(site.authority.version().unwrap(), before, "the version tells a change");
}

#[tokio::test]
async fn a_signed_in_person_gets_the_profile_and_nobody_else() {
    let site = Site::new();
    let (link, code) = site.invite();
    let without = site.get(&format!("{link}/profile")).await;
    shows(&without, StatusCode::FORBIDDEN, "Sign in first");

    let signed_in = site.form(&link, &[("user-agent", SAFARI), ("sec-fetch-site", "same-origin")], &format!("code={code}")).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
    assert_eq!(signed_in.header("location"), format!("{link}/download"));
    let cookie = signed_in.header("set-cookie");
    for part in ["HttpOnly", "Secure", "SameSite=Lax", &format!("Path={link}")] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert_eq!(state(&site), State::Authenticated);

    let cookie = signed_in.cookie();
    let page = site.get_with(&format!("{link}/download"), &[("cookie", &cookie)]).await;
    shows(&page, StatusCode::OK, "Alice Example, download, then install in Settings");
    shows(&page, StatusCode::OK, &format!("href=\"{link}/profile\""));
    shows(&page, StatusCode::OK, "You have 8 minutes after downloading");
    assert!(page.header("content-security-policy").contains("frame-src 'self'"));

    let head = ask(&site.https, Method::HEAD, &format!("{link}/profile"), &[("cookie", &cookie)], Body::empty()).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    let steps = site.get_with(&format!("{link}/steps"), &[("cookie", &cookie)]).await;
    assert!(!steps.text().contains("minutes left"), "a HEAD downloads nothing");

    let profile = site.get_with(&format!("{link}/profile"), &[("cookie", &cookie)]).await;
    assert_eq!(profile.status, StatusCode::OK);
    assert_eq!(profile.header("content-type"), "application/x-apple-aspen-config");
    assert_eq!(profile.header("content-disposition"), "attachment; filename=\"enroll.mobileconfig\"");
    assert_eq!(profile.header("cache-control"), "no-store");
    let again = site.get_with(&format!("{link}/profile"), &[("cookie", &cookie)]).await;
    assert_eq!(profile.body, again.body, "may be fetched again");

    let steps = site.get_with(&format!("{link}/steps"), &[("cookie", &cookie)]).await;
    shows(&steps, StatusCode::OK, "8 minutes left");
    assert_eq!(steps.header("refresh"), "5");
    assert!(steps.header("content-security-policy").contains("frame-ancestors 'self'"));
    let paused = site.get_with(&format!("{link}/steps?pause"), &[("cookie", &cookie)]).await;
    assert_eq!(paused.header("refresh"), "");

    site.clock.advance(601);
    let late = site.get_with(&format!("{link}/profile"), &[("cookie", &cookie)]).await;
    assert_ne!(late.header("content-type"), "application/x-apple-aspen-config");
    shows(&late, StatusCode::FORBIDDEN, "Sign in again");
}

#[tokio::test]
async fn while_a_certificate_profile_waits_to_be_mended_the_download_is_not_ready() {
    let site = Site::new();
    let (link, code) = site.invite();
    let cookie = site.sign_in(&link, &code).await;
    let sound = ProfileDraft::builtin(ProfileName::Signing);
    let draft = ProfileDraft { usage: vec![Usage::ContentCommitment], ..sound.clone() };
    ra::testing::saved_earlier(&site.authority, &site.operator, ProfileName::Signing, &draft);
    let fetched =
        async |language: &str| site.get_with(&format!("{link}/profile"), &[("cookie", &cookie), ("accept-language", language)]).await;
    shows(&fetched("en").await, StatusCode::SERVICE_UNAVAILABLE, "Not ready just now");
    shows(&fetched("fr").await, StatusCode::SERVICE_UNAVAILABLE, "Pas prêt pour l’instant");
    site.operator.save_profile(Scope::Department, ProfileName::Signing, sound).unwrap();
    assert_eq!(fetched("en").await.header("content-type"), "application/x-apple-aspen-config", "the link stays good");
}

#[tokio::test]
async fn when_the_eight_minutes_are_over_the_list_says_so_and_what_to_do() {
    let site = Site::new();
    let (link, code) = site.invite();
    let cookie = site.sign_in(&link, &code).await;
    site.get_with(&format!("{link}/profile"), &[("cookie", &cookie)]).await;
    let steps = async |language: &str| site.get_with(&format!("{link}/steps"), &[("cookie", &cookie), ("accept-language", language)]).await;
    site.clock.advance(479);
    shows(&steps("en").await, StatusCode::OK, "1 minute left");
    site.clock.advance(2);
    shows(&steps("en").await, StatusCode::OK, "the 8 minutes are over: download again");
    shows(&steps("fr").await, StatusCode::OK, "les 8 minutes sont passées\u{202f}: téléchargez de nouveau");
    let again = site.get_with(&format!("{link}/profile"), &[("cookie", &cookie)]).await;
    assert_eq!(again.header("content-type"), "application/x-apple-aspen-config");
    shows(&steps("en").await, StatusCode::OK, "8 minutes left");
}

#[tokio::test]
async fn a_cookie_opens_its_own_link_only() {
    let site = Site::new();
    let (link, code) = site.invite();
    let cookie = site.sign_in(&link, &code).await;
    let (other, _) = site.invite();
    let reply = site.get_with(&format!("{other}/profile"), &[("cookie", &cookie)]).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    let page = site.get_with(&format!("{other}/download"), &[("cookie", &cookie)]).await;
    shows(&page, StatusCode::OK, "Your sign-in has ended");
    assert!(!page.text().contains("Alice"));
}

#[tokio::test]
async fn links_that_ended_say_why_and_name_nobody() {
    let site = Site::new();
    let (expired, _) = site.invite();
    site.clock.advance(73 * 3_600);
    let invitation = site.operator.invite(ALICE, Channel::Show).unwrap();
    site.operator.cancel_enrollment(invitation.enrollment).unwrap();
    let cancelled = format!("/e/{}", invitation.token.reveal());
    for (path, status, english, french) in [
        (expired.as_str(), StatusCode::GONE, "This link has ended", "Ce lien n’est plus valable"),
        (&cancelled, StatusCode::GONE, "This link was withdrawn", "Ce lien a été retiré"),
        ("/e/AAAAAAAAAAAAAAAAAAAAAA", StatusCode::NOT_FOUND, "We do not know this link", "Nous ne connaissons pas ce lien"),
        ("/e/%ff%fe", StatusCode::NOT_FOUND, "We do not know this link", "Nous ne connaissons pas ce lien"),
        ("/e/%00%3Cscript%3E", StatusCode::NOT_FOUND, "We do not know this link", "Nous ne connaissons pas ce lien"),
    ] {
        for (language, text) in [("en", english), ("fr", french)] {
            for suffix in ["", "/download", "/profile", "/password"] {
                let reply = site.get_with(&format!("{path}{suffix}"), &[("accept-language", language)]).await;
                shows(&reply, status, text);
                assert!(!reply.text().contains("Alice") && !reply.text().contains("<script"));
            }
            let posted = site.form(path, &[("accept-language", language)], "code=0000-0000").await;
            shows(&posted, status, text);
        }
    }
    assert_eq!(site.https_path_status("/e/x/unknown").await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_person_may_say_no() {
    let site = Site::new();
    let (link, code) = site.invite();
    let cookie = site.sign_in(&link, &code).await;
    let without = site.form(&format!("{link}/decline"), &[], "").await;
    assert_eq!(without.status, StatusCode::FORBIDDEN);
    assert_eq!(state(&site), State::Authenticated);
    let reply = site.form(&format!("{link}/decline"), &[("cookie", &cookie)], "").await;
    shows(&reply, StatusCode::OK, "You said no");
    assert!(reply.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(state(&site), State::Declined);
    shows(&site.get(&link).await, StatusCode::GONE, "You said no");
}

#[tokio::test]
async fn a_training_department_says_so() {
    let (authority, clock, folder) = ra::testing::authority();
    let operator = ra::testing::officer(&authority);
    operator
        .create_department(ra::department::NewDepartment {
            organization: "Example <b>\"University\"</b>".into(),
            department: "Physics & 'Co'".into(),
            mail_domains: vec!["example.edu".into()],
            hosts: vec!["pki.example.edu".into()],
            ca_key: protocol::key::KeyAlgorithm::P256,
            status_url: None,
            training: true,
        })
        .unwrap();
    operator.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
    let (app, _) = crate::app::App::pair(authority.enroller(), std::sync::Arc::new(clock), crate::RequestLog::default());
    let page = ask(&crate::router::router(app), Method::GET, "/", &[], Body::empty()).await;
    shows(&page, StatusCode::OK, "Training department");
    assert!(!page.text().contains("<b>\"University"));
    drop(folder);
}

#[tokio::test]
async fn before_the_set_up_every_page_says_that_the_server_is_not_ready() {
    let site = Site::empty();
    for path in ["/", "/e/AAAAAAAAAAAAAAAAAAAAAA", "/trusted"] {
        shows(&site.get(path).await, StatusCode::SERVICE_UNAVAILABLE, "Not ready just now");
        shows(&site.get_with(path, &[("accept-language", "fr")]).await, StatusCode::SERVICE_UNAVAILABLE, "Pas prêt pour l’instant");
    }
    assert_eq!(site.plain("/trust").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

impl Site {
    async fn https_path_status(&self, path: &str) -> StatusCode {
        self.get(path).await.status
    }
}

#[tokio::test]
async fn with_several_departments_each_link_shows_its_own_and_the_front_page_the_organization() {
    let site = Site::new();
    let physics = site.operator.at_department(site.operator.department().unwrap().id).unwrap();
    let made = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = site.operator.at_department(site.operator.add_department(made).unwrap().id).unwrap();
    physics.set_setting("portal.contact", "physics@example.edu").unwrap();
    chemistry.set_setting("portal.contact", "chemistry@example.edu").unwrap();
    chemistry.set_setting("wifi.ssid", "chemistry-lab").unwrap();
    let bob = NewSubscriber { name: "Bob Example".into(), mail: "bob@example.edu".into(), kind: SubscriberKind::Person };
    chemistry.add_subscriber(bob).unwrap();
    chemistry.validate_mailbox("bob@example.edu", Validation::Records, "personnel file").unwrap();
    let link = |mail: &str| format!("/e/{}", site.operator.invite(mail, Channel::Show).unwrap().token.reveal());
    let (alices, bobs) = (site.get(&link(ALICE)).await, site.get(&link("bob@example.edu")).await);
    shows(&alices, StatusCode::OK, "Physics would like to set up your iPhone");
    shows(&alices, StatusCode::OK, "physics@example.edu");
    shows(&bobs, StatusCode::OK, "Chemistry would like to set up your iPhone");
    for there in ["chemistry@example.edu", "chemistry-lab"] {
        assert!(bobs.text().contains(there) && !alices.text().contains(there), "{there}");
    }
    let front = site.get("/").await;
    shows(&front, StatusCode::OK, "<title>Example University</title>");
    for of_one in ["Physics", "Chemistry", "physics@example.edu"] {
        // Only the CA's own name says which department it was made for.
        assert!(!front.text().replace("Physics Root CA", "").replace("Physics Issuing CA", "").contains(of_one), "{of_one}");
    }
    let unknown = site.get("/e/AAAAAAAAAAAAAAAAAAAAAA").await;
    assert!(unknown.status == StatusCode::NOT_FOUND && !unknown.text().contains("Physics"), "{}", unknown.text());
}
