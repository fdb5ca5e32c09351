//! Invitations, and the pictures that are made of them.

use crate::support::Place;
use std::fs;

#[test]
fn an_invitation_needs_a_validated_mailbox_and_shows_its_secrets_once() {
    let place = Place::with_department();
    place.json(&["settings", "set", "serve.public_url", "https://localhost:8443"]);
    assert_eq!(place.run(&["invite", "alice@example.edu", "--json"]).error_code(), "mailboxNotValidated");
    place.json(&["subscriber", "validate", "alice@example.edu", "--method", "in-person", "--evidence", "staff card 4711"]);

    let invited = place.run(&["invite", "alice@example.edu", "--json", "--qr", "alice.png"]);
    let invitation = invited.json();
    let url = invitation["url"].as_str().unwrap();
    let (_, token) = url.split_once("https://localhost:8443/e/").unwrap();
    let code = invitation["code"].as_str().unwrap();
    assert_eq!((token.len(), code.len()), (22, 9));
    assert!(invitation["expires_at"].as_str().unwrap().ends_with('Z'));
    assert!(invitation["trust_url"].as_str().is_some_and(|url| url.starts_with("http://")), "{invitation}");
    for secret in [token, code] {
        assert_eq!(invited.stdout.matches(secret).count() + invited.stderr.matches(secret).count(), 1, "{secret} stands once");
    }
    assert!(fs::read(place.path("alice.png")).unwrap().starts_with(b"\x89PNG"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(place.path("alice.png")).unwrap().permissions().mode() & 0o777, 0o600);
    }

    let id = invitation["enrollment"].as_str().unwrap();
    assert_eq!(place.json(&["enrollment", "list"])[0]["id"], id);
    assert_eq!(place.json(&["enrollment", "list", "--mail", "alice@example.edu"])[0]["state"], "invited");
    let shown = place.run(&["enrollment", "show", id]);
    assert!(shown.stdout.contains("invited") && !shown.stdout.contains(token) && !shown.stdout.contains(code), "{}", shown.stdout);

    let resent = place.run(&["enrollment", "resend", id, "--json", "--qr", "again.svg"]);
    assert_ne!(resent.json()["url"], invitation["url"]);
    assert!(fs::read_to_string(place.path("again.svg")).unwrap().starts_with("<svg"));
    assert_eq!(place.json(&["enrollment", "cancel", id])["state"], "cancelled");
    assert_eq!(place.run(&["enrollment", "resend", id, "--json"]).error_code(), "enrollmentEnded");

    let words = place.run(&["invite", "alice@example.edu"]);
    assert!(words.stdout.contains("https://localhost:8443/e/") && words.stdout.contains('\u{2580}'), "link and symbol");
    assert_eq!(words.stdout.matches("https://localhost:8443/e/").count(), 1);
    assert_eq!(place.run(&["invite", "alice@example.edu", "--via", "mail", "--json"]).error_code(), "validation");
}

#[test]
fn a_picture_takes_the_place_of_what_has_its_name_once_there_is_an_invitation() {
    let place = Place::ready();
    let there: &[u8] = b"an older picture";
    let (read, names) = (|name: &str| fs::read(place.path(name)).unwrap(), || fs::read_dir(place.path("qr")).unwrap().count());
    fs::create_dir_all(place.path("qr/folder.png")).unwrap();
    for name in ["qr/alice.png", "qr/elsewhere.png"] {
        fs::write(place.path(name), there).unwrap();
        #[cfg(unix)]
        fs::set_permissions(place.path(name), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    }
    // Nobody is invited, or there is no place: what is there stays, and nothing comes beside it.
    assert_eq!(place.run(&["invite", "nobody@example.edu", "--qr", "qr/alice.png", "--json"]).code, 1);
    assert_eq!((read("qr/alice.png").as_slice(), names()), (there, 3));
    for nowhere in ["nowhere/alice.png", "qr/folder.png"] {
        assert_eq!(place.run(&["invite", "alice@example.edu", "--qr", nowhere, "--json"]).error_code(), "file", "{nowhere}");
    }
    assert_eq!((place.json(&["enrollment", "list"]), names()), (serde_json::json!([]), 3));

    place.json(&["invite", "alice@example.edu", "--qr", "qr/alice.png"]);
    assert!(read("qr/alice.png").starts_with(b"\x89PNG") && names() == 3);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| fs::symlink_metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("qr/alice.png"), 0o600, "not that of the file before");
        // A link that lies there leads nowhere.
        std::os::unix::fs::symlink(place.path("qr/elsewhere.png"), place.path("qr/link.png")).unwrap();
        place.json(&["invite", "alice@example.edu", "--qr", "qr/link.png"]);
        assert_eq!((read("qr/elsewhere.png").as_slice(), mode("qr/elsewhere.png")), (there, 0o644));
        assert!(fs::symlink_metadata(place.path("qr/link.png")).unwrap().is_file() && mode("qr/link.png") == 0o600);
    }
}
