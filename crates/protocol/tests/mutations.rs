//! Every parser that sees the network meets its recorded messages and 10,000 deterministic mutations of them: none may panic, and
//! none may take long. The functions are those of the fuzz targets.
#![allow(clippy::unwrap_used)]

#[path = "support/mutation.rs"]
mod mutation;
mod support;

use base64::{Engine, prelude::BASE64_STANDARD};
use der::{Encode, Tag, asn1::AnyRef};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    x509::{X509, X509NameBuilder},
};
use protocol::{
    Timestamp,
    cms::{self, ContentCipher, Digest, KeyTransport, SigningIdentity},
    crl::{Entry, EntryList, Header, Reason, sign_crl},
    key::{KeyAlgorithm, PrivateKey},
    ocsp,
    scep::{CertRep, FailInfo, ReplyParameters, TransactionId, cert_rep},
    x509::CertificateView,
};
use std::{fs, path::PathBuf};
use support::TestCa;

fn recordings() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/scep");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let der = files.into_iter().filter(|f| f.extension().is_some_and(|e| e == "der"));
    der.map(|f| (f.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&f).unwrap())).collect()
}

/// The SET of signed attributes of a message, which begins behind the digest algorithm of its SignerInfo.
fn signed_attributes(message: &[u8]) -> Vec<u8> {
    let content_type = [0x30, 0x18, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
    let first = message.windows(content_type.len()).position(|w| w == content_type).unwrap();
    let start = (first.saturating_sub(120)..first).find(|at| message[*at] == 0xa0 && message[at + 1] == 0x81).unwrap();
    message[start..start + 3 + usize::from(message[start + 2])].to_vec()
}

const ATTRIBUTES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>CHALLENGE</key><string>k2xW9mQ7Zt4uVYbR0sN8cA</string><key>IMEI</key><string>35 000000 000000 0</string>
<key>OS_VERSION</key><string>18.1</string><key>PRODUCT</key><string>iPhone17,1</string><key>UDID</key><string>00008140-000000000000001E</string>
<key>NotOnConsole</key><true/><key>COUNT</key><integer>5</integer><key>DATA</key><data>aGVsbG8=</data><key>VERSION</key><string>22B83</string></dict></plist>"#;

fn self_signed(key: &PrivateKey) -> CertificateView {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "8C2C4C5F-423A-3CF9").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(key.as_openssl()).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    builder.sign(key.as_openssl(), MessageDigest::sha256()).unwrap();
    CertificateView::from_der(&builder.build().to_der().unwrap()).unwrap()
}

fn binary(xml: &str) -> Vec<u8> {
    let value = plist::Value::from_reader_xml(xml.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    value.to_writer_binary(&mut bytes).unwrap();
    bytes
}

/// A request about one certificate, made to be about as many as `count` by repeating its Request.
fn ocsp_of_several(one: &[u8], count: usize) -> Vec<u8> {
    // OCSPRequest and TBSRequest hold nothing else, and all lengths of one are short.
    let wrapped = |content: Vec<u8>| AnyRef::new(Tag::Sequence, &content).unwrap().to_der().unwrap();
    let request = &one[6..];
    wrapped(wrapped(wrapped(request.repeat(count))))
}

/// What the parser of this name meets in practice.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let recordings = recordings();
    let named = |part: &str| recordings.iter().filter(|(name, _)| name.contains(part)).map(|(_, bytes)| bytes.clone()).collect::<Vec<_>>();
    let messages = || [named("POST.der"), named("GET.der")].concat();
    let ca = named("ca.der").remove(0);
    let ca_view = || CertificateView::from_der(&ca).unwrap();
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    match target {
        "pki_message" => messages(),
        "signed_attributes" => messages().iter().map(|m| signed_attributes(m)).collect(),
        "envelope" => {
            let signed = messages().into_iter().map(|m| cms::verify_signed_data(&m, &[], true).unwrap().content);
            let oaep = [KeyTransport::OaepSha1, KeyTransport::OaepSha256];
            signed.chain(oaep.map(|t| cms::encrypt(b"content", &ca_view(), ContentCipher::Aes256Cbc, t).unwrap())).collect()
        }
        "csr" => [named("-19-POST.inner"), named("-19-GET.inner"), named("-17-POST.inner")].concat(),
        "issuer_and_serial" => [named("-20-POST.inner"), named("-21-POST.inner"), named("-22-POST.inner")].concat(),
        "certs_only" => {
            let (ca, own) = (ca_view(), self_signed(&key));
            vec![cms::certs_only(&[&ca]).unwrap(), cms::certs_only(&[&own, &ca]).unwrap(), cms::crl_only(&ca.der).unwrap()]
        }
        "cert_rep" => {
            let (ca, own) = (ca_view(), self_signed(&key));
            let id = TransactionId(b"id".to_vec());
            let parameters = ReplyParameters {
                transaction_id: Some(&id),
                recipient_nonce: Some(&[1; 16]),
                sender_nonce: [2; 16],
                digest: Digest::Sha256,
                cipher: ContentCipher::Aes128Cbc,
                transport: KeyTransport::Pkcs1v15,
                recipient: &ca,
                signing_time: Timestamp(1_795_000_000),
            };
            let ra = SigningIdentity { certificate: &own, key: &key, chain: &[] };
            let replies = [CertRep::Certificate(&own), CertRep::Pending, CertRep::Failure(FailInfo::BadRequest)];
            replies.iter().map(|reply| cert_rep(reply, &parameters, &ra).unwrap()).collect()
        }
        "get_message" => messages()
            .iter()
            .flat_map(|m| {
                let plain = BASE64_STANDARD.encode(m);
                let escaped = plain.replace('+', "%2B").replace('=', "%3D").replace("A", "%0AA");
                [plain.clone(), format!("operation=PKIOperation&message={escaped}"), escaped.replace('%', "%25"), plain.replace('+', " ")]
            })
            .map(String::into_bytes)
            .collect(),
        "certificate" => {
            let carried = messages().into_iter().flat_map(|m| cms::read_certs_only(&m).unwrap()).map(|c| c.der);
            carried.chain([ca.clone(), self_signed(&key).der]).collect()
        }
        "ota_body" => {
            let certificate = self_signed(&key);
            let identity = SigningIdentity { certificate: &certificate, key: &key, chain: &[ca_view()] };
            let sign = |content: &[u8], time| cms::sign(content, &identity, Digest::Sha1, time, Vec::new(), true).unwrap();
            vec![sign(ATTRIBUTES.as_bytes(), None), sign(&binary(ATTRIBUTES), Some(Timestamp(1_795_000_000)))]
        }
        "device_attributes" => {
            vec![ATTRIBUTES.as_bytes().to_vec(), binary(ATTRIBUTES), ATTRIBUTES.replace("<dict>", "<array>").into_bytes()]
        }
        "ocsp_request" => {
            let (ca, own) = (ca_view(), self_signed(&key));
            let ask = |of: &CertificateView, nonce: Option<&[u8]>| ocsp::request(of, &own.serial, nonce).unwrap();
            let several = |count: usize| ocsp_of_several(&ask(&ca, None), count);
            let seeds = vec![ask(&ca, None), ask(&own, None), ask(&ca, Some(&[7; 16])), ask(&ca, Some(&[7; 128])), several(2), several(64)];
            assert!(seeds.iter().all(|seed| ocsp::OcspRequest::from_der(seed).is_ok()), "mutations begin with what is right");
            seeds
        }
        "crl" => {
            let ca = TestCa::root(KeyAlgorithm::P256);
            let header = Header {
                number: 7,
                this_update: Timestamp(1_795_000_000),
                next_update: Timestamp(1_796_000_000),
                base: None,
                freshest: None,
            };
            let entry = |serial: &'static [u8], reason| Entry {
                serial,
                revoked_at: Timestamp(1_795_000_000),
                reason,
                invalid_since: Some(Timestamp(0)),
            };
            let sign = |header, entries: Vec<Entry<'_>>| {
                let mut list = EntryList::default();
                entries.iter().for_each(|entry| list.push(entry).unwrap());
                sign_crl(header, list, &ca).unwrap()
            };
            vec![
                sign(header, Vec::new()),
                sign(
                    Header { freshest: Some("http://pki.example.edu/crl/issuing-delta.crl"), ..header },
                    vec![entry(&[1], Reason::KeyCompromise)],
                ),
                sign(Header { base: Some(6), ..header }, vec![entry(&[1], Reason::RemoveFromCrl), entry(&[2], Reason::Unspecified)]),
            ]
        }
        other => panic!("no seeds for {other}"),
    }
}

mutation::try_each! {
    protocol, seeds:
    pki_message
    signed_attributes
    envelope
    csr
    issuer_and_serial
    certs_only
    cert_rep
    get_message
    certificate
    ota_body
    device_attributes
    ocsp_request
    crl
}
