//! Delta CRLs: off by default; what a relying party that combines them finds.

use super::{number, text};
use crate::{
    Authority, Error, Noun, Operator,
    certificate::issued,
    certification::openssl,
    ledger::Actor,
    ports::{Clock, FixedClock},
    testing,
};
use protocol::{
    crl::{CrlView, Reason},
    x509::SerialNumber,
};
use std::path::Path;
use tempfile::TempDir;

struct House {
    authority: Authority,
    clock: FixedClock,
    officer: Operator,
    folder: TempDir,
}

fn house() -> House {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    for ca in officer.ca_certificates().unwrap() {
        std::fs::write(folder.path().join(format!("{}.pem", ca.name)), &ca.pem).unwrap();
    }
    House { authority, clock, officer, folder }
}

impl House {
    fn at(&self) -> &Path {
        self.folder.path()
    }
    fn crl(&self, name: &str) -> Vec<u8> {
        self.authority.enroller().crl(name).unwrap()
    }
    /// What OpenSSL says of a certificate, given a complete CRL and a delta to combine it with.
    fn judged(&self, serial: &SerialNumber, complete: &[u8], delta: &[u8]) -> String {
        let at = self.at();
        let pem = |name: &str, der: &[u8]| {
            std::fs::write(at.join("one.der"), der).unwrap();
            openssl(at, &["crl", "-inform", "DER", "-in", "one.der", "-out", name]);
        };
        pem("complete.pem", complete);
        pem("delta.pem", delta);
        let both = [std::fs::read(at.join("complete.pem")).unwrap(), std::fs::read(at.join("delta.pem")).unwrap()].concat();
        std::fs::write(at.join("both.pem"), both).unwrap();
        std::fs::write(at.join("leaf.der"), self.officer.export_certificate(serial).unwrap().0).unwrap();
        openssl(at, &["x509", "-inform", "DER", "-in", "leaf.der", "-out", "leaf.pem"]);
        let now = (self.clock.now().0 + 1).to_string();
        let (good, said) = openssl(
            at,
            &[
                "verify",
                "-crl_check",
                "-use_deltas",
                "-extended_crl",
                "-attime",
                &now,
                "-CAfile",
                "root.pem",
                "-untrusted",
                "issuing.pem",
                "-CRLfile",
                "both.pem",
                "leaf.pem",
            ],
        );
        if good { "good".to_owned() } else { said }
    }
}

#[test]
fn without_the_setting_there_is_none() {
    let house = house();
    assert!(matches!(house.authority.enroller().crl("issuing-delta"), Err(Error::NotFound(Noun::Crl))));
    assert!(!text(house.at(), &house.crl("issuing"), "issuing.pem").contains("Freshest"));
    assert!(!house.officer.published_files().unwrap().contains(&"issuing-delta.crl"));
    assert_eq!(house.officer.delta_facts().unwrap(), None);
    assert!(matches!(house.officer.published_file("issuing-delta.crl"), Err(Error::NotFound(Noun::Crl))));
    let serial = issued(&house.authority, "Alice");
    house.officer.revoke(&serial, Reason::Superseded).unwrap();
    let kept: i64 = house.authority.0.store.read(|c| Ok(c.query_row("SELECT count(*) FROM revocation_change", [], |r| r.get(0))?)).unwrap();
    assert_eq!(kept, 0, "a department that makes none keeps no list of changes");
}

#[test]
fn an_old_complete_list_and_the_delta_say_what_the_new_complete_list_says() {
    let house = house();
    let [revoked, before, held_then_free, held, free] = ["A", "B", "C", "D", "E"].map(|name| issued(&house.authority, name));
    house.officer.revoke(&before, Reason::KeyCompromise).unwrap();
    house.officer.set_setting("crl.delta", "yes").unwrap();
    house.officer.hold(std::slice::from_ref(&held_then_free)).unwrap();
    let old = house.crl("issuing");
    let said = text(house.at(), &old, "issuing.pem");
    assert!(said.contains("URI:http://pki.example.edu:8080/crl/issuing-delta.crl"), "RFC 5280 5.2.6: {said}");
    let empty = house.crl("issuing-delta");
    let empty_text = text(house.at(), &empty, "issuing.pem");
    assert!(empty_text.contains("Delta CRL Indicator: critical") && empty_text.contains("No Revoked Certificates"), "{empty_text}");

    house.clock.advance(60);
    house.officer.revoke(&revoked, Reason::KeyCompromise).unwrap();
    house.officer.reinstate(std::slice::from_ref(&held_then_free)).unwrap();
    house.officer.hold(std::slice::from_ref(&held)).unwrap();
    let (new, delta) = (house.crl("issuing"), house.crl("issuing-delta"));
    let (complete, view, first) = (CrlView::from_der(&new).unwrap(), CrlView::from_der(&delta).unwrap(), CrlView::from_der(&old).unwrap());
    assert_eq!((view.number, view.base), (complete.number, first.number), "RFC 5280 5.2.4: one number for both, and the base is older");
    let said = text(house.at(), &delta, "issuing.pem");
    assert!(said.contains("Remove From CRL") && said.contains("Key Compromise") && said.contains("Certificate Hold"), "{said}");
    assert!(!said.contains(&before.to_string()) && !said.contains("Freshest"), "only what changed: {said}");
    for (serial, status) in [(&revoked, "revoked"), (&before, "revoked"), (&held_then_free, "good"), (&held, "revoked"), (&free, "good")] {
        let judged = house.judged(serial, &old, &delta);
        assert!(judged.contains(status), "{serial}: {judged}");
    }
    assert!(house.judged(&revoked, &old, &empty).contains("good"), "the judge looks at the delta");

    let facts = house.officer.delta_facts().unwrap().unwrap();
    assert_eq!((Some(facts.number), Some(facts.base), facts.size), (view.number, view.base, delta.len() as u64));
    assert_eq!((facts.this_update, facts.next_update), (view.this_update, view.next_update));

    // It goes where the complete list goes, and the monitor looks for it.
    let public = house.at().join("public");
    std::fs::create_dir(&public).unwrap();
    house.officer.crl_publish(&public).unwrap();
    assert_eq!(std::fs::read(public.join("issuing-delta.crl")).unwrap(), delta);
    house.officer.add_publication_target(public.to_str().unwrap(), None).unwrap();
    let looked_at = house.officer.published_crls().unwrap().into_iter().find(|c| c.address.ends_with("/issuing-delta.crl")).unwrap();
    for (bytes, state) in [(&delta, "Fresh"), (&new, "Unreadable")] {
        house.officer.published_crl_found(&looked_at, Ok(bytes)).unwrap();
        let found = house.officer.published_crls().unwrap().into_iter().find(|c| c.address == looked_at.address).unwrap();
        assert_eq!(format!("{:?}", found.state), state, "{}", found.detail);
    }

    // Switched off, nothing of it is left, and the complete list no longer names it.
    house.officer.set_setting("crl.delta", "no").unwrap();
    let last = house.crl("issuing");
    assert!(number(&text(house.at(), &last, "issuing.pem")) > number(&complete_text(&house, &new)));
    assert!(!text(house.at(), &last, "issuing.pem").contains("Freshest"));
    assert!(matches!(house.authority.enroller().crl("issuing-delta"), Err(Error::NotFound(Noun::Crl))));
    // What was published is taken away where it was published.
    let last = house.officer.lease_publications(10).unwrap();
    let delta: Vec<_> = last.iter().filter(|publication| publication.file == "issuing-delta.crl").collect();
    assert!(delta.len() == 1 && delta[0].content.is_none());
    for publication in &last {
        house.officer.publication_ended(publication, Ok("removed"), 1).unwrap();
    }
    house.clock.advance(86_400);
    house.officer.keep_status().unwrap();
    assert!(house.officer.lease_publications(10).unwrap().iter().all(|publication| publication.content.is_some()), "once");
}

fn complete_text(house: &House, crl: &[u8]) -> String {
    text(house.at(), crl, "issuing.pem")
}

#[test]
fn the_base_follows_so_that_a_delta_stays_small_and_reaches_a_week_back() {
    let house = house();
    house.officer.set_setting("crl.delta", "yes").unwrap();
    for officer in ["rosa", "otto"] {
        house.authority.operator(Actor::Officer(officer.into())).set_setting("revoke.four_eyes_above", "100").unwrap();
    }
    let mut complete = Vec::new();
    for day in 0..10 {
        let serial = issued(&house.authority, &format!("Person {day}"));
        house.officer.revoke(&serial, Reason::Superseded).unwrap();
        complete.push(house.crl("issuing"));
        house.clock.advance(86_400);
    }
    let delta = house.crl("issuing-delta");
    let base = CrlView::from_der(&delta).unwrap().base;
    let numbers: Vec<_> = complete.iter().map(|der| CrlView::from_der(der).unwrap().number).collect();
    // The first list of the last seven days: whoever has a younger one needs the delta alone.
    assert!(numbers.contains(&base) && base > numbers[2] && base <= numbers[4], "{base:?} of {numbers:?}");
    let kept: i64 = house.authority.0.store.read(|c| Ok(c.query_row("SELECT count(*) FROM revocation_change", [], |r| r.get(0))?)).unwrap();
    assert!(kept < 10, "what is in every base is forgotten: {kept}");
}
