//! Signing in at a link: with a code, with a password, with both; tries that are wrong, and forms of other sites.

use super::{
    ALICE, Site,
    portal::{shows, state},
};
use axum::http::StatusCode;
use ra::enrollment::State;

#[tokio::test]
async fn a_wrong_code_counts_down_and_the_fifth_closes_the_link() {
    let site = Site::new();
    let (link, code) = site.invite();
    for (left, text) in [(4, "4 tries are left"), (3, "3 tries are left"), (2, "2 tries are left"), (1, "one try is left")] {
        let reply = site.form(&link, &[], "code=0000-0000").await;
        shows(&reply, StatusCode::FORBIDDEN, text);
        assert!(reply.text().contains("aria-invalid=\"true\""), "{left}");
        assert_eq!(reply.header("set-cookie"), "");
    }
    shows(&site.form(&link, &[], "code=0000-0000").await, StatusCode::GONE, "too many wrong codes");
    shows(&site.form(&link, &[], &format!("code={code}")).await, StatusCode::GONE, "too many wrong codes");
    shows(&site.get_with(&link, &[("accept-language", "fr")]).await, StatusCode::GONE, "trop de codes erronés");
}

#[tokio::test]
async fn a_code_is_read_as_people_write_it() {
    let site = Site::new();
    let (link, code) = site.invite();
    let typed = code.to_ascii_lowercase().replace('-', "+");
    site.sign_in(&link, &format!("++{typed}+")).await;
}

#[tokio::test]
async fn an_empty_form_costs_no_try() {
    let site = Site::new();
    let (link, code) = site.invite();
    for _ in 0..6 {
        shows(&site.form(&link, &[], "code=++").await, StatusCode::UNPROCESSABLE_ENTITY, "Fill in every field");
    }
    site.sign_in(&link, &code).await;
}

#[tokio::test]
async fn a_form_of_another_site_is_not_acted_on() {
    let site = Site::new();
    let (link, code) = site.invite();
    let cookie = site.sign_in(&link, &code).await;
    for from in ["cross-site", "same-site"] {
        for path in [link.clone(), format!("{link}/decline"), format!("{link}/password")] {
            let reply = site.form(&path, &[("cookie", &cookie), ("sec-fetch-site", from)], &format!("code={code}")).await;
            shows(&reply, StatusCode::FORBIDDEN, "another site");
        }
    }
    assert_eq!(state(&site), State::Authenticated);
}

#[tokio::test]
async fn a_password_is_set_by_its_owner_after_a_code_and_then_signs_in() {
    let site = Site::new();
    site.operator.set_setting("portal.sign_in", "password").unwrap();
    let (link, code) = site.invite();
    shows(&site.get(&link).await, StatusCode::OK, "name=\"code\"");
    let cookie = site.sign_in(&link, &code).await;
    let page = site.get_with(&format!("{link}/download"), &[("cookie", &cookie)]).await;
    shows(&page, StatusCode::OK, "Choose a password");
    let early = site.get_with(&format!("{link}/profile"), &[("cookie", &cookie)]).await;
    assert_ne!(early.header("content-type"), "application/x-apple-aspen-config");
    let set = format!("{link}/password");
    for bad in ["short", "password", "alice%40example.edu"] {
        let reply = site.form(&set, &[("cookie", &cookie)], &format!("password={bad}")).await;
        shows(&reply, StatusCode::UNPROCESSABLE_ENTITY, "That password cannot be used");
    }
    let reply = site.form(&set, &[("cookie", &cookie)], "password=blue+whale+%C3%A4+7").await;
    assert_eq!((reply.status, reply.header("location")), (StatusCode::SEE_OTHER, &*format!("{link}/download")));
    shows(&site.get_with(&format!("{link}/download"), &[("cookie", &cookie)]).await, StatusCode::OK, "Download");

    let (link, code) = site.invite();
    let page = site.get(&link).await;
    shows(&page, StatusCode::OK, "autocomplete=\"current-password\"");
    assert!(!page.text().contains("name=\"code\""));
    shows(&site.form(&link, &[], "mail=alice%40example.edu&password=wrong").await, StatusCode::FORBIDDEN, "That does not match");
    let reply = site.form(&link, &[], "mail=Alice%40example.edu&password=blue+whale+%C3%A4+7").await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);

    site.operator.set_setting("portal.sign_in", "both").unwrap();
    let only_password = site.form(&link, &[], "password=blue+whale+%C3%A4+7").await;
    shows(&only_password, StatusCode::UNPROCESSABLE_ENTITY, "Fill in every field");
    let both = site.form(&link, &[], &format!("code={code}&password=blue+whale+%C3%A4+7")).await;
    assert_eq!(both.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn five_wrong_passwords_make_a_person_wait() {
    let site = Site::new();
    site.operator.set_setting("portal.sign_in", "password").unwrap();
    let (link, code) = site.invite();
    let cookie = site.sign_in(&link, &code).await;
    site.form(&format!("{link}/password"), &[("cookie", &cookie)], "password=blue+whale+7").await;
    let (link, _) = site.invite();
    for _ in 0..4 {
        assert_eq!(site.form(&link, &[], "mail=alice%40example.edu&password=x").await.status, StatusCode::FORBIDDEN);
    }
    for _ in 0..2 {
        let reply = site.form(&link, &[], "mail=alice%40example.edu&password=x").await;
        shows(&reply, StatusCode::TOO_MANY_REQUESTS, "Wait 15 minutes");
        assert_eq!(reply.header("retry-after"), "900");
    }
}

#[tokio::test]
async fn basic_authentication_signs_in_where_the_department_wants_it() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let site = Site::new();
    site.operator.set_setting("portal.sign_in", "basic").unwrap();
    let (link, code) = site.invite();
    let cookie = site.sign_in(&link, &code).await;
    site.form(&format!("{link}/password"), &[("cookie", &cookie)], "password=blue+whale+7").await;
    let (link, _) = site.invite();
    shows(&site.get(&link).await, StatusCode::OK, "Your iPhone will ask for your mail address");
    let asked = site.form(&link, &[], "").await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert!(asked.header("www-authenticate").starts_with("Basic realm="));
    let with = |password: &str| format!("Basic {}", STANDARD.encode(format!("{ALICE}:{password}")));
    assert_eq!(site.form(&link, &[("authorization", &with("x"))], "").await.status, StatusCode::UNAUTHORIZED);
    let reply = site.form(&link, &[("authorization", &with("blue whale 7"))], "").await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn fifty_wrong_sign_ins_from_one_network_pause_it() {
    let site = Site::new();
    for _ in 0..12 {
        let (link, _) = site.invite();
        for _ in 0..4 {
            assert_eq!(site.form(&link, &[], "code=0000-0000").await.status, StatusCode::FORBIDDEN);
        }
        // Unknown paths and successes do not count.
        site.get("/nowhere").await;
    }
    let (link, code) = site.invite();
    site.sign_in(&link, &code).await;
    for _ in 0..2 {
        assert_eq!(site.form(&link, &[], "code=0000-0000").await.status, StatusCode::FORBIDDEN);
    }
    let paused = site.form(&link, &[("accept-language", "fr")], &format!("code={code}")).await;
    shows(&paused, StatusCode::TOO_MANY_REQUESTS, "Trop d’essais erronés depuis votre réseau");
    assert_eq!(paused.header("retry-after"), "600");
    assert_eq!(site.get(&link).await.status, StatusCode::OK, "pages are shown all the same");
    site.clock.advance(600);
    site.sign_in(&link, &code).await;
}

#[tokio::test]
async fn how_many_wrong_sign_ins_pause_a_network_and_how_long_a_cookie_lives_are_settings() {
    let site = Site::new();
    for (key, value) in [("sign_in.address_failures", "10"), ("sign_in.address_minutes", "5"), ("enrollment.session_minutes", "60")] {
        site.operator.set_setting(key, value).unwrap();
    }
    for _ in 0..5 {
        let (link, _) = site.invite();
        for _ in 0..2 {
            assert_eq!(site.form(&link, &[], "code=0000-0000").await.status, StatusCode::FORBIDDEN);
        }
    }
    let (link, code) = site.invite();
    let paused = site.form(&link, &[], &format!("code={code}")).await;
    assert_eq!((paused.status, paused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "300"));
    site.clock.advance(300);
    let signed_in = site.form(&link, &[], &format!("code={code}")).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "{}", signed_in.text());
    assert!(signed_in.header("set-cookie").ends_with("; Max-Age=3600"), "{}", signed_in.header("set-cookie"));
}
