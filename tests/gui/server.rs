//! The server's screen: its address for a phone, what was asked, off and on again; and a TLS certificate that a public CA made.

use crate::{phone, support::eventually, window::Window};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
    ssl::{SslConnector, SslMethod, SslVerifyMode},
    x509::{
        X509, X509Builder, X509Name, X509NameBuilder,
        extension::{BasicConstraints, ExtendedKeyUsage, SubjectAlternativeName},
    },
};
use ra::Operator;
use std::{fs, net::TcpStream, path::Path};

/// What the screen shows after a phone enrolled by this link; stopped, nothing listens, and started it is all there again.
pub(crate) async fn watch(window: &Window, operator: &Operator, link: &str) {
    window.go("server").await;
    window.says("Listening since").await;
    let address = operator.setting("serve.public_url").unwrap();
    assert_eq!(phone::scan(&window.picture().await), address, "what a phone opens");

    // The phone's two messages are there at once, and who reads the log learns no link.
    window.until("return [...document.querySelectorAll('.log li')].filter((line) => /POST.*\\/ota\\/….* 200 /.test(line.textContent)).length >= 2").await;
    let log = window.ask("return document.querySelector('.log').outerHTML").await;
    let (log, token) = (log.as_str().unwrap(), link.rsplit('/').next().unwrap());
    assert!(token.len() > 20 && !log.contains(token), "{log}");

    let port: u16 = address.rsplit(':').next().unwrap().parse().unwrap();
    let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
    assert!(listens());
    window.click("[data-act='stop']").await;
    window.says("Phones cannot open links").await;
    window.look("server-stop").await;
    window.click("[role='alertdialog'] [type='submit']").await;
    window.says("Server off").await;
    window.says("Nobody now: nothing listens").await;
    eventually("a server that listens no more", || (!listens()).then_some(()));
    window.click("[data-act='start']").await;
    window.says("Listening since").await;
    assert!(listens());
}

/// Imports one as PEM in Settings: without its chain it is refused and said why, with it phones are shown it at once.
pub(crate) async fn import_certificate(window: &Window, operator: &Operator, chosen: &Path) {
    let [signer, key] = [(); 2].map(|()| PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap());
    let root = certificate("A Public Root", &signer, "A Public Root", &signer);
    let leaf = certificate("localhost", &key, "A Public Root", &signer);
    let pem = [leaf.to_pem().unwrap(), key.private_key_to_pem_pkcs8().unwrap()].concat();

    let before = operator.shown_tls().unwrap();
    window.go("settings/network").await;
    window.says("By your own root").await;
    window.press("Import a certificate").await;
    fs::write(chosen.join("portal.pem"), &pem).unwrap();
    window.click("[role='dialog'] [type='submit']").await;
    window.says("lacks the intermediate certificate CN=A Public Root").await;
    window.look("import-tls-refused").await;
    assert_eq!(operator.shown_tls().unwrap(), before, "nothing has changed");
    fs::write(chosen.join("portal.pem"), [pem, root.to_pem().unwrap()].concat()).unwrap();
    window.click("[role='dialog'] [type='submit']").await;
    window.says("Imported; phones trust it already").await;

    let port: u16 = operator.setting("serve.public_url").unwrap().rsplit(':').next().unwrap().parse().unwrap();
    eventually("the imported certificate", || (shown(port) == leaf.to_der().unwrap()).then_some(()));
    window.go("server").await;
    window.says("By a public CA: phones trust it already").await;
    window.says("A Public Root").await;
    fs::remove_file(chosen.join("portal.pem")).unwrap();
}

/// The root's where subject and issuer are one, else a server's of this name, as phones want it.
pub(crate) fn certificate(subject: &str, key: &PKey<Private>, issuer: &str, signer: &PKey<Private>) -> X509 {
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    let serial = BigNum::from_u32(if subject == issuer { 1 } else { 2 }).unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&named(subject)).unwrap();
    builder.set_issuer_name(&named(issuer)).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(90).unwrap()).unwrap();
    builder.set_pubkey(key).unwrap();
    if subject == issuer {
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    } else {
        let name = SubjectAlternativeName::new().dns(subject).build(&builder.x509v3_context(None, None)).unwrap();
        builder.append_extension(name).unwrap();
        builder.append_extension(ExtendedKeyUsage::new().server_auth().build().unwrap()).unwrap();
    }
    builder.sign(signer, MessageDigest::sha256()).unwrap();
    builder.build()
}

fn named(common_name: &str) -> X509Name {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, common_name).unwrap();
    name.build()
}

/// What somebody who connects is shown, whether or not they trust it.
pub(crate) fn shown(port: u16) -> Vec<u8> {
    let mut connector = SslConnector::builder(SslMethod::tls()).unwrap();
    connector.set_verify(SslVerifyMode::NONE);
    let wire = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let session = connector.build().connect("localhost", wire).unwrap();
    session.ssl().peer_certificate().unwrap().to_der().unwrap()
}
