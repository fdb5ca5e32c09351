//! `openssl cms` reads what we write and writes what we read.

use crate::identity::{CLIENT, Identity, P256, P384, RA};
use protocol::{
    Error, Timestamp,
    cms::{self, ContentCipher, Digest, KeyTransport},
};
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

const CONTENT: &[u8] = b"line one\nline two\r\n\0binary\xff";

/// A folder with the identities as files, and `content`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, identity) in [("ra", &*RA), ("client", &*CLIENT), ("p256", &*P256), ("p384", &*P384)] {
        write(folder.path(), name, identity);
    }
    fs::write(folder.path().join("content"), CONTENT).unwrap();
    folder
}

fn write(folder: &Path, name: &str, identity: &Identity) {
    fs::write(folder.join(format!("{name}.pem")), identity.certificate.to_pem()).unwrap();
    fs::write(folder.join(format!("{name}.key")), identity.key.as_openssl().private_key_to_pem_pkcs8().unwrap()).unwrap();
}

/// Runs `openssl cms`; `Err` is what it said.
fn openssl_cms(folder: &Path, arguments: &str) -> Result<(), String> {
    let output = Command::new("openssl").arg("cms").args(arguments.split(' ')).current_dir(folder).output().unwrap();
    if output.status.success() { Ok(()) } else { Err(format!("openssl cms {arguments}: {}", String::from_utf8_lossy(&output.stderr))) }
}

#[test]
fn openssl_verifies_what_we_sign() {
    let folder = folder();
    for (name, identity) in [("client", &*CLIENT), ("p256", &*P256), ("p384", &*P384)] {
        for digest in [Digest::Md5, Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512] {
            let time = Some(Timestamp(1_795_000_000));
            let signed = cms::sign(CONTENT, &identity.signing(), digest, time, Vec::new(), true);
            if name != "client" && digest == Digest::Md5 {
                assert!(matches!(signed, Err(Error::Algorithm(_))));
                continue;
            }
            fs::write(folder.path().join("signed"), signed.unwrap()).unwrap();
            openssl_cms(folder.path(), &format!("-verify -binary -inform DER -in signed -CAfile {name}.pem -purpose any -out out"))
                .unwrap();
            assert_eq!(fs::read(folder.path().join("out")).unwrap(), CONTENT);
        }
    }
}

#[test]
fn we_verify_what_openssl_signs() {
    let folder = folder();
    for (options, attributes) in [
        ("-signer client.pem -inkey client.key -md sha256", 4),
        ("-signer client.pem -inkey client.key -md sha1", 4),
        ("-signer client.pem -inkey client.key -md sha512 -keyid", 4),
        ("-signer client.pem -inkey client.key -md sha384 -noattr", 0),
        ("-signer client.pem -inkey client.key -md sha256 -stream -certfile ra.pem", 4),
        ("-signer p256.pem -inkey p256.key -md sha256", 4),
        ("-signer p384.pem -inkey p384.key -md sha1 -stream -noattr", 0),
    ] {
        openssl_cms(folder.path(), &format!("-sign -binary -nodetach -nosmimecap -in content -outform DER -out signed {options}")).unwrap();
        let signed = fs::read(folder.path().join("signed")).unwrap();
        let verified = cms::verify_signed_data(&signed, &[], false).unwrap_or_else(|e| panic!("{options}: {e}"));
        assert_eq!(verified.content, CONTENT, "{options}");
        // contentType, messageDigest, signingTime; OpenSSL 3.2 adds CMSAlgorithmProtection
        assert_eq!(verified.attributes.is_empty(), attributes == 0, "{options}");
        assert!(
            options.contains(&verified.signer.subject.to_string().trim_start_matches("CN=").to_lowercase().replace("iphone", "client"))
        );
    }
}

#[test]
fn pss_and_md5_and_two_signers_of_openssl_are_refused() {
    let folder = folder();
    for (options, md5) in [
        ("-signer client.pem -inkey client.key -md sha256 -keyopt rsa_padding_mode:pss", true),
        ("-signer client.pem -inkey client.key -md md5", false),
        ("-signer client.pem -inkey client.key -signer ra.pem -inkey ra.key", true),
        ("-signer client.pem -inkey client.key -econtent_type id-smime-ct-TSTInfo -noattr -md sha224", true),
    ] {
        openssl_cms(folder.path(), &format!("-sign -binary -nodetach -in content -outform DER -out signed {options}")).unwrap();
        let signed = fs::read(folder.path().join("signed")).unwrap();
        let refused = cms::verify_signed_data(&signed, &[], md5);
        assert!(matches!(refused, Err(Error::Algorithm(_) | Error::Malformed { .. })), "{options}");
    }
}

#[test]
fn openssl_opens_what_we_encrypt() {
    let folder = folder();
    for (cipher, provider) in [
        (ContentCipher::Aes128Cbc, ""),
        (ContentCipher::Aes192Cbc, ""),
        (ContentCipher::Aes256Cbc, ""),
        (ContentCipher::TripleDesCbc, ""),
        (ContentCipher::DesCbc, " -provider legacy -provider default"),
    ] {
        for transport in [KeyTransport::Pkcs1v15, KeyTransport::OaepSha1, KeyTransport::OaepSha256] {
            let sealed = cms::encrypt(CONTENT, &RA.certificate, cipher, transport).unwrap();
            fs::write(folder.path().join("sealed"), sealed).unwrap();
            openssl_cms(folder.path(), &format!("-decrypt -binary -inform DER -in sealed -recip ra.pem -inkey ra.key -out out{provider}"))
                .unwrap_or_else(|e| panic!("{cipher:?} {transport:?}: {e}"));
            assert_eq!(fs::read(folder.path().join("out")).unwrap(), CONTENT, "{cipher:?} {transport:?}");
        }
    }
}

#[test]
fn we_open_what_openssl_encrypts() {
    use ContentCipher::{Aes128Cbc, Aes192Cbc, Aes256Cbc, DesCbc, TripleDesCbc};
    use KeyTransport::{OaepSha1, OaepSha256, Pkcs1v15};
    let folder = folder();
    let oaep = "-recip ra.pem -keyopt rsa_padding_mode:oaep";
    for (options, cipher, transport) in [
        ("-aes128 -recip ra.pem".to_owned(), Aes128Cbc, Pkcs1v15),
        ("-aes192 -stream -recip ra.pem".to_owned(), Aes192Cbc, Pkcs1v15),
        ("-aes256 -keyid -recip ra.pem".to_owned(), Aes256Cbc, Pkcs1v15),
        ("-des3 -recip client.pem -recip ra.pem".to_owned(), TripleDesCbc, Pkcs1v15),
        ("-des-cbc -provider legacy -provider default -recip ra.pem".to_owned(), DesCbc, Pkcs1v15),
        (format!("-aes128 {oaep}"), Aes128Cbc, OaepSha1),
        (format!("-aes256 -stream {oaep} -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha256"), Aes256Cbc, OaepSha256),
    ] {
        openssl_cms(folder.path(), &format!("-encrypt -binary -in content -outform DER -out sealed {options}")).unwrap();
        let sealed = fs::read(folder.path().join("sealed")).unwrap();
        let opened = cms::decrypt(&sealed, &[(&RA.certificate, &RA.key)]).unwrap_or_else(|e| panic!("{options}: {e}"));
        assert_eq!(*opened.content, CONTENT, "{options}");
        assert_eq!((opened.cipher, opened.transport), (cipher, transport), "{options}");
    }
    for options in [
        "-aes-128-gcm -recip ra.pem",
        "-aes128 -recip p256.pem",
        "-aes128 -recip ra.pem -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha1",
    ] {
        openssl_cms(folder.path(), &format!("-encrypt -binary -in content -outform DER -out sealed {options}")).unwrap();
        let sealed = fs::read(folder.path().join("sealed")).unwrap();
        let refused = cms::decrypt(&sealed, &[(&RA.certificate, &RA.key), (&P256.certificate, &P256.key)]);
        assert!(matches!(refused, Err(Error::Algorithm(_) | Error::Malformed { .. } | Error::NotForUs)), "{options}");
    }
}

#[test]
fn openssl_lists_our_certificates_in_order() {
    let folder = folder();
    let message = cms::certs_only(&[&RA.certificate, &P256.certificate, &CLIENT.certificate]).unwrap();
    fs::write(folder.path().join("certs"), message).unwrap();
    let output = Command::new("openssl")
        .args(["pkcs7", "-inform", "DER", "-in", "certs", "-print_certs", "-noout"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let at = |name: &str| listed.find(name).unwrap_or_else(|| panic!("{name} in {listed}"));
    assert!(at("SCEP RA") < at("p256") && at("p256") < at("iPhone"), "{listed}");
}
