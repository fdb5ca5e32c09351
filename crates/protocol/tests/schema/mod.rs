//! Checks configuration profiles against Apple's published schema (`tests/data/apple-schema`) and against what phones are
//! known to demand beyond it. Independent of the code that writes profiles: it reads the finished property list.
#![allow(dead_code, unreachable_pub)] // several test programs use parts of it

use plist::{Dictionary, Value};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

#[derive(Deserialize)]
struct PayloadFile {
    payload: PayloadHead,
    #[serde(default)]
    payloadkeys: Vec<Key>,
}

#[derive(Deserialize)]
struct PayloadHead {
    payloadtype: String,
    #[serde(default, rename = "supportedOS")]
    supported: BTreeMap<String, Support>,
}

#[derive(Deserialize, Default)]
struct Support {
    introduced: Option<String>,
    removed: Option<String>,
    multiple: Option<bool>,
}

#[derive(Deserialize)]
struct Key {
    key: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    presence: Option<String>,
    #[serde(default)]
    rangelist: Vec<serde_yaml_ng::Value>,
    #[serde(default)]
    range: Option<Range>,
    #[serde(default)]
    format: Option<String>,
    #[serde(default)]
    repetition: Option<Repetition>,
    #[serde(default)]
    subkeys: Vec<Key>,
    #[serde(default, rename = "supportedOS")]
    supported: BTreeMap<String, Support>,
}

#[derive(Deserialize)]
struct Range {
    min: Option<f64>,
    max: Option<f64>,
}

#[derive(Deserialize)]
struct Repetition {
    min: Option<usize>,
    max: Option<usize>,
}

/// Apple's schema of the payload types beside this file.
pub struct Schema {
    files: BTreeMap<String, PayloadFile>,
}

const UUID_FORMAT: &str = "^[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{12}$";

impl Schema {
    /// Reads the YAML files in `folder`/profiles.
    pub fn read(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder.join("profiles")).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let file: PayloadFile = serde_yaml_ng::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            files.insert(file.payload.payloadtype.clone(), file);
        }
        assert!(files.len() > 20, "the schema is not complete");
        Schema { files }
    }

    /// What is wrong with a readable profile: top level and every payload. Empty: nothing.
    pub fn configuration(&self, plist: &[u8]) -> Vec<String> {
        let mut wrong = Vec::new();
        let Some(root) = dictionary(plist, &mut wrong) else { return wrong };
        self.top_level(&root, &mut wrong);
        match root.get("PayloadContent") {
            Some(Value::Array(payloads)) => self.payloads(payloads, &mut wrong),
            Some(_) => wrong.push("PayloadContent of a Configuration is not an array".into()),
            None if root.contains_key("EncryptedPayloadContent") => (),
            None => wrong.push("PayloadContent is missing".into()),
        }
        wrong
    }

    /// What is wrong with the answer to phase 2: besides the above, there is exactly one payload, the SCEP one.
    pub fn transport(&self, plist: &[u8]) -> Vec<String> {
        let mut wrong = self.configuration(plist);
        let Some(root) = dictionary(plist, &mut wrong) else { return wrong };
        let payloads = root.get("PayloadContent").and_then(Value::as_array).cloned().unwrap_or_default();
        let types: Vec<_> = payloads.iter().filter_map(|p| text(p.as_dictionary()?, "PayloadType")).collect();
        if types != ["com.apple.security.scep"] {
            wrong.push(format!("phase 2 takes exactly one SCEP payload, not {types:?}"));
        }
        wrong
    }

    /// What is wrong with the plain text of EncryptedPayloadContent: a property list whose root is an array.
    pub fn payload_array(&self, plist: &[u8]) -> Vec<String> {
        let mut wrong = Vec::new();
        match Value::from_reader_xml(plist) {
            Ok(Value::Array(payloads)) => self.payloads(&payloads, &mut wrong),
            Ok(_) => wrong.push("the root is not an array".into()),
            Err(error) => wrong.push(format!("no property list: {error}")),
        }
        wrong
    }

    /// What is wrong with phase 1. Apple publishes no schema for it; the rules are those of apple's over-the-air guide.
    pub fn profile_service(&self, plist: &[u8]) -> Vec<String> {
        let mut wrong = Vec::new();
        let Some(root) = dictionary(plist, &mut wrong) else { return wrong };
        let common = &self.files["CommonPayloadKeys"].payloadkeys;
        let mut allowed: BTreeSet<&str> = common.iter().map(|k| k.key.as_str()).collect();
        allowed.insert("PayloadContent");
        for key in common {
            check_presence(key, &root, "", &mut wrong);
            if let Some(value) = root.get(&key.key) {
                check_value(key, value, &key.key, &mut wrong);
            }
        }
        wrong.extend(root.keys().filter(|k| !allowed.contains(k.as_str())).map(|k| format!("unknown key {k}")));
        if text(&root, "PayloadType") != Some("Profile Service") {
            wrong.push("PayloadType is not Profile Service".into());
        }
        let Some(Value::Dictionary(content)) = root.get("PayloadContent") else {
            wrong.push("PayloadContent of a Profile Service is not a dictionary".into());
            return wrong;
        };
        if !text(content, "URL").is_some_and(|url| url.starts_with("https://")) {
            wrong.push("URL is not https".into());
        }
        if text(content, "Challenge").is_none_or(|c| c.len() < 22) {
            wrong.push("Challenge is missing or too short for 128 bits".into());
        }
        match content.get("DeviceAttributes") {
            Some(Value::Array(names)) if !names.is_empty() && names.iter().all(|n| n.as_string().is_some()) => (),
            _ => wrong.push("DeviceAttributes is not an array of strings".into()),
        }
        wrong
    }

    fn top_level(&self, root: &Dictionary, wrong: &mut Vec<String>) {
        let keys = &self.files["TopLevel"].payloadkeys;
        for key in keys {
            // Overrides of the schema: PayloadContent is absent when the payloads are encrypted, and ConsentText is
            // language -> text (the schema's item level is a label).
            match key.key.as_str() {
                "PayloadContent" => (),
                "ConsentText" => check_consent(root, wrong),
                _ => {
                    check_presence(key, root, "", wrong);
                    if let Some(value) = root.get(&key.key) {
                        check_value(key, value, &key.key, wrong);
                    }
                }
            }
        }
        for key in root.keys() {
            if !keys.iter().any(|k| k.key == *key) {
                wrong.push(format!("unknown key {key}"));
            }
        }
        check_common(root, "", wrong);
    }

    fn payloads(&self, payloads: &[Value], wrong: &mut Vec<String>) {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut identifiers, mut uuids) = (BTreeSet::new(), BTreeSet::new());
        let (mut identities, mut certificates) = (BTreeSet::new(), BTreeSet::new());
        for (index, payload) in payloads.iter().enumerate() {
            let Some(payload) = payload.as_dictionary() else {
                wrong.push(format!("payload {index} is not a dictionary"));
                continue;
            };
            let kind = text(payload, "PayloadType").unwrap_or_default();
            *count.entry(kind).or_default() += 1;
            let uuid = text(payload, "PayloadUUID").unwrap_or_default();
            if !identifiers.insert(text(payload, "PayloadIdentifier").unwrap_or_default()) {
                wrong.push(format!("{kind}: PayloadIdentifier occurs twice"));
            }
            if !uuids.insert(uuid) {
                wrong.push(format!("{kind}: PayloadUUID occurs twice"));
            }
            match kind {
                "com.apple.security.scep" | "com.apple.security.pkcs12" | "com.apple.security.acme" => _ = identities.insert(uuid),
                "com.apple.security.root" | "com.apple.security.pkcs1" | "com.apple.security.pem" => _ = certificates.insert(uuid),
                _ => (),
            }
            self.payload(kind, payload, wrong);
        }
        for payload in payloads {
            check_references(payload, &identities, &certificates, wrong);
        }
        for (kind, count) in count {
            let multiple = self.files.get(kind).and_then(|f| f.payload.supported.get("iOS")?.multiple);
            if count > 1 && multiple == Some(false) {
                wrong.push(format!("{kind} may occur once only"));
            }
        }
    }

    fn payload(&self, kind: &str, payload: &Dictionary, wrong: &mut Vec<String>) {
        let Some(file) = self.files.get(kind) else {
            wrong.push(format!("payload type {kind:?} is not in the schema"));
            return;
        };
        if !on_ios(&file.payload.supported) {
            wrong.push(format!("{kind} is not for iOS"));
        }
        // CommonPayloadKeys belong to every payload.
        let common = &self.files["CommonPayloadKeys"].payloadkeys;
        let keys: Vec<&Key> = file.payloadkeys.iter().chain(common).collect();
        check_dictionary(&keys, payload, kind, wrong);
        check_common(payload, kind, wrong);
        if kind == "com.apple.security.scep" {
            check_scep(payload, wrong);
        }
    }
}

fn dictionary(plist: &[u8], wrong: &mut Vec<String>) -> Option<Dictionary> {
    if !plist.starts_with(b"<?xml") {
        wrong.push("something stands before the XML declaration".into());
    }
    match Value::from_reader_xml(plist) {
        Ok(Value::Dictionary(root)) => return Some(root),
        Ok(_) => wrong.push("the root is not a dictionary".into()),
        Err(error) => wrong.push(format!("no property list: {error}")),
    }
    None
}

fn text<'a>(dictionary: &'a Dictionary, key: &str) -> Option<&'a str> {
    dictionary.get(key)?.as_string()
}

fn on_ios(supported: &BTreeMap<String, Support>) -> bool {
    supported.get("iOS").is_none_or(|ios| ios.introduced.as_deref() != Some("n/a") && ios.removed.is_none())
}

fn check_presence(key: &Key, dictionary: &Dictionary, path: &str, wrong: &mut Vec<String>) {
    if key.presence.as_deref() == Some("required") && key.key != "ANY" && !dictionary.contains_key(&key.key) {
        wrong.push(format!("{path}.{} is missing", key.key));
    }
}

fn check_dictionary(keys: &[&Key], dictionary: &Dictionary, path: &str, wrong: &mut Vec<String>) {
    for key in keys {
        check_presence(key, dictionary, path, wrong);
    }
    let any = keys.iter().find(|k| k.key == "ANY");
    for (name, value) in dictionary {
        match keys.iter().find(|k| k.key == *name).or(any) {
            Some(key) if !on_ios(&key.supported) => wrong.push(format!("{path}.{name} is not for iOS")),
            Some(key) => check_value(key, value, &format!("{path}.{name}"), wrong),
            None => wrong.push(format!("{path}.{name} is not in the schema")),
        }
    }
}

fn check_value(key: &Key, value: &Value, path: &str, wrong: &mut Vec<String>) {
    let right = match (key.kind.as_str(), value) {
        ("<any>", _)
        | ("<string>", Value::String(_))
        | ("<integer>", Value::Integer(_))
        | ("<real>", Value::Real(_) | Value::Integer(_))
        | ("<boolean>", Value::Boolean(_))
        | ("<date>", Value::Date(_))
        | ("<data>", Value::Data(_))
        | ("<array>", Value::Array(_))
        | ("<dictionary>", Value::Dictionary(_)) => true,
        // The prose of SubjectAltName: a single string or an array of strings for each key.
        ("<string>", Value::Array(values)) if path.contains(".SubjectAltName.") => values.iter().all(|v| v.as_string().is_some()),
        _ => false,
    };
    if !right {
        wrong.push(format!("{path} is not of type {}", key.kind));
        return;
    }
    if !key.rangelist.is_empty() && !key.rangelist.iter().any(|allowed| same(allowed, value)) {
        wrong.push(format!("{path} has a value that is not in the list"));
    }
    let out_of_range = |range: &Range, number: f64| range.min.is_some_and(|min| number < min) || range.max.is_some_and(|max| number > max);
    if key.range.as_ref().zip(number(value)).is_some_and(|(range, number)| out_of_range(range, number)) {
        wrong.push(format!("{path} is out of range"));
    }
    if key.format.as_deref() == Some(UUID_FORMAT) && value.as_string().is_some_and(|text| !is_uuid(text)) {
        wrong.push(format!("{path} is not a UUID"));
    }
    match value {
        Value::Dictionary(dictionary) if !key.subkeys.is_empty() => {
            check_dictionary(&key.subkeys.iter().collect::<Vec<_>>(), dictionary, path, wrong);
        }
        // One subkey under an array describes its items; its name is a label.
        Value::Array(values) if key.kind == "<array>" => {
            if let [item] = key.subkeys.as_slice() {
                let repetition = item.repetition.as_ref().or(key.repetition.as_ref());
                let (min, max) = repetition.map_or((None, None), |r| (r.min, r.max));
                if min.is_some_and(|min| values.len() < min) || max.is_some_and(|max| values.len() > max) {
                    wrong.push(format!("{path} has {} items", values.len()));
                }
                for (index, value) in values.iter().enumerate() {
                    check_value(item, value, &format!("{path}[{index}]"), wrong);
                }
            }
        }
        _ => (),
    }
}

/// What phones demand of every dictionary with the common keys.
fn check_common(dictionary: &Dictionary, path: &str, wrong: &mut Vec<String>) {
    for key in ["PayloadIdentifier", "PayloadUUID", "PayloadType", "PayloadDisplayName"] {
        if text(dictionary, key).is_none_or(|v| v.trim().is_empty()) {
            wrong.push(format!("{path}.{key} is empty"));
        }
    }
    if !text(dictionary, "PayloadUUID").is_some_and(is_uuid) {
        wrong.push(format!("{path}.PayloadUUID is not a UUID"));
    }
    if dictionary.get("PayloadVersion").and_then(Value::as_signed_integer) != Some(1) {
        wrong.push(format!("{path}.PayloadVersion is not 1"));
    }
}

fn check_consent(root: &Dictionary, wrong: &mut Vec<String>) {
    match root.get("ConsentText") {
        None => (),
        Some(Value::Dictionary(texts)) => {
            if !texts.contains_key("default") {
                wrong.push("ConsentText has no default".into());
            }
            if texts.values().any(|t| t.as_string().is_none_or(str::is_empty)) {
                wrong.push("ConsentText is not language -> text".into());
            }
        }
        Some(_) => wrong.push("ConsentText is not a dictionary".into()),
    }
}

/// What phones demand of a SCEP payload beyond the schema.
fn check_scep(payload: &Dictionary, wrong: &mut Vec<String>) {
    let Some(content) = payload.get("PayloadContent").and_then(Value::as_dictionary) else { return };
    if content.get("Keysize").is_none() {
        wrong.push("scep.Keysize is missing (optional in the schema only)".into());
    }
    if text(content, "Key Type") != Some("RSA") {
        wrong.push("scep.Key Type is not RSA".into());
    }
    if !matches!(content.get("Key Usage").and_then(Value::as_signed_integer), Some(1 | 4 | 5)) {
        wrong.push("scep.Key Usage is not 1, 4 or 5".into());
    }
    if text(content, "Name") == Some("") {
        wrong.push("scep.Name is empty".into());
    }
    if text(content, "Challenge").is_none_or(str::is_empty) {
        wrong.push("scep.Challenge is missing: the phone would ask its owner".into());
    }
    if text(content, "URL").is_none_or(|url| url.contains('?') || !url.starts_with("http")) {
        wrong.push("scep.URL is no http address without a query".into());
    }
    let fingerprint = content.get("CAFingerprint").map(|v| v.as_data().map_or(0, <[u8]>::len));
    if !matches!(fingerprint, None | Some(20 | 32)) {
        wrong.push("scep.CAFingerprint is neither SHA-1 nor SHA-256".into());
    }
    let kinds = content.get("Subject").and_then(Value::as_array).into_iter().flatten();
    for pair in kinds.filter_map(Value::as_array).flatten().filter_map(Value::as_array) {
        let kind = pair.first().and_then(Value::as_string).unwrap_or_default();
        let dotted = kind.contains('.') && kind.split('.').all(|arc| arc.parse::<u64>().is_ok());
        if !dotted && !["C", "L", "ST", "O", "OU", "CN"].contains(&kind) {
            wrong.push(format!("scep.Subject has the type {kind:?}, which phones do not know"));
        }
    }
}

/// UUID references resolve within the profile, to an identity or to a certificate.
fn check_references(value: &Value, identities: &BTreeSet<&str>, certificates: &BTreeSet<&str>, wrong: &mut Vec<String>) {
    match value {
        Value::Dictionary(dictionary) => {
            for (key, value) in dictionary {
                if key == "PayloadCertificateAnchorUUID" {
                    for uuid in value.as_array().into_iter().flatten().filter_map(Value::as_string) {
                        if !certificates.contains(uuid) {
                            wrong.push(format!("{key} {uuid} is no certificate of this profile"));
                        }
                    }
                } else if key.ends_with("CertificateUUID") && !value.as_string().is_some_and(|uuid| identities.contains(uuid)) {
                    wrong.push(format!("{key} is no identity of this profile"));
                }
                check_references(value, identities, certificates, wrong);
            }
        }
        Value::Array(values) => values.iter().for_each(|v| check_references(v, identities, certificates, wrong)),
        _ => (),
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

fn number(value: &Value) -> Option<f64> {
    value.as_real().or_else(|| value.as_signed_integer().and_then(|i| i32::try_from(i).ok()).map(f64::from))
}

fn same(allowed: &serde_yaml_ng::Value, value: &Value) -> bool {
    match value {
        Value::String(text) => allowed.as_str() == Some(text),
        Value::Boolean(flag) => allowed.as_bool() == Some(*flag),
        _ => number(value).is_some_and(|number| allowed.as_f64() == Some(number)),
    }
}
