//! A place that asks for a name and a password: they go over TLS alone, with what is put there and what is taken away.

use super::{Arc, Courier, Dav, Duration, Failure, ServerConfig, testing};
use ra::{
    Authority,
    ports::{Clock, SystemClock},
};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// HTTP Basic of `rosa` and `secret word` (RFC 7617 2).
const RIGHT: &str = "Basic cm9zYTpzZWNyZXQgd29yZA==";

/// Serves as the portal of this department.
fn tls(authority: &Authority) -> Arc<ServerConfig> {
    let identity = authority.enroller().tls_identity().unwrap();
    let chain = identity.chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.to_vec()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    Arc::new(config.with_safe_default_protocol_versions().unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap())
}

#[test]
fn a_place_with_a_password_takes_files_with_the_right_one_alone() {
    let (authority, clock, _folder) = testing::authority();
    // TLS goes by the time of this computer.
    clock.advance(SystemClock.now().0 - testing::START);
    let officer = testing::department(&authority);
    let dav = Dav::start_with(Some(tls(&authority)), Some(RIGHT));
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(officer.ca_certificates().unwrap()[0].der.clone())).unwrap();
    let [knows_it, stranger] = [roots, RootCertStore::empty()].map(|roots| Courier::trusting(roots, Duration::from_secs(10)).unwrap());
    let (place, there) = (format!("https://{}/pki", dav.address), || dav.files.lock().unwrap().len());
    assert!(
        officer.add_publication_target(&dav.url(), Some(("rosa", "secret word"))).is_err(),
        "http://: anybody on the way could read it"
    );

    for credentials in [None, Some(("rosa", "Secret word")), Some(("otto", "secret word"))] {
        let target = officer.add_publication_target(&place, credentials).unwrap();
        assert_eq!(knows_it.drain(&officer).unwrap(), (0, 4), "{credentials:?}");
        let attempt = officer.publication_attempts(target.id, 1).unwrap().remove(0);
        assert_eq!((attempt.failure, attempt.detail.as_str()), (Some(Failure::Credentials), "401 Unauthorized"), "{credentials:?}");
        let next = "the server wants another name or password; remove the place and add it again with the right name and password";
        assert!(attempt.told().ends_with(next) && !attempt.told().contains("ecret word"), "{}", attempt.told());
        officer.remove_publication_target(target.id).unwrap();
    }
    assert_eq!(there(), 0);

    let target = officer.add_publication_target(&place, Some(("rosa", "secret word"))).unwrap();
    assert_eq!(stranger.drain(&officer).unwrap(), (0, 4), "a server that is not trusted is told nothing");
    assert_eq!(officer.publication_attempts(target.id, 1).unwrap().remove(0).failure, Some(Failure::Unreachable));
    assert_eq!(there(), 0);
    officer.publish_again(None).unwrap();
    assert_eq!(knows_it.drain(&officer).unwrap(), (4, 0));
    assert_eq!(dav.files.lock().unwrap()["/pki/issuing.crl"], authority.enroller().crl("issuing").unwrap());
    assert_eq!(knows_it.fetch(&format!("{place}/issuing.crl")).unwrap(), authority.enroller().crl("issuing").unwrap());

    // What is taken away again needs it as well.
    officer.set_setting("crl.delta", "yes").unwrap();
    officer.keep_status().unwrap();
    knows_it.drain(&officer).unwrap();
    assert_eq!(there(), 5);
    officer.set_setting("crl.delta", "no").unwrap();
    officer.keep_status().unwrap();
    assert_eq!(knows_it.drain(&officer).unwrap().1, 0);
    assert_eq!(there(), 4);
}
