//! Words of the command line as values.

use super::*;

pub(super) fn picture(text: &str) -> Result<Picture, String> {
    let path = PathBuf::from(text);
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    match extension.as_ref().and_then(|extension| extension.to_str()) {
        Some("svg") => Ok(Picture { path, svg: true }),
        Some("png") => Ok(Picture { path, svg: false }),
        _ => Err("the name must end in .svg or .png".to_owned()),
    }
}

pub(super) fn letter(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("html")) {
        Ok(path)
    } else {
        Err("the name must end in .html".to_owned())
    }
}

/// One of a closed set of words, spelled as serde spells it; hyphens and case are ignored.
pub(super) fn word<T: serde::de::DeserializeOwned>(text: &str, words: &[&str]) -> Result<T, String> {
    let plain = |text: &str| text.replace('-', "").to_ascii_lowercase();
    let found = words.iter().find(|word| plain(word) == plain(text));
    let found = found.and_then(|word| serde_json::from_value(serde_json::Value::from(*word)).ok());
    found.ok_or_else(|| format!("one of {}", words.join(", ")))
}

pub(super) fn status(text: &str) -> Result<ra::find::Status, String> {
    word(text, &["active", "held", "revoked", "expired", "superseded"])
}

pub(super) fn certificate_sort(text: &str) -> Result<ra::find::CertificateSort, String> {
    word(text, &["newest", "endingFirst", "endingLast", "name"])
}

pub(super) fn certificate_format(text: &str) -> Result<ra::find::CertificateFormat, String> {
    word(text, &["csv", "json", "pem", "p7b"])
}

pub(super) fn certificate_column(text: &str) -> Result<ra::find::CertificateColumn, String> {
    let all = ra::find::CertificateColumn::ALL;
    let found = all.iter().find(|column| column.word() == text.trim().replace('-', "_").to_ascii_lowercase()).copied();
    found.ok_or_else(|| format!("one of {}", all.iter().map(|column| column.word()).collect::<Vec<_>>().join(", ")))
}

pub(super) fn report_name(text: &str) -> Result<ra::find::ReportName, String> {
    word(text, &["inventory", "expiring", "coverage", "enrollments", "devices", "revocations", "validations", "actions"])
}

pub(super) fn report_format(text: &str) -> Result<ra::find::ReportFormat, String> {
    word(text, &["csv", "json"])
}

/// `KEY=VALUE`.
pub(super) fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| "write it as KEY=VALUE".to_owned())?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

pub(super) fn key_algorithm(text: &str) -> Result<KeyAlgorithm, String> {
    word(text, &["rsa2048", "rsa3072", "rsa4096", "p256", "p384"])
}

pub(super) fn channel(text: &str) -> Result<Channel, String> {
    word(text, &["show", "mail", "sms", "letter"])
}

pub(super) fn method(text: &str) -> Result<Method, String> {
    word(text, &["in-person", "records"])
}

pub(super) fn profile(text: &str) -> Result<ProfileName, String> {
    word(text, &["signing", "encryption", "authentication", "document", "functional"])
}

pub(super) fn gate(text: &str) -> Result<Gate, String> {
    Gate::parse(text).ok_or_else(|| format!("one of {}", Gate::all().map(Gate::name).collect::<Vec<_>>().join(", ")))
}

pub(super) fn language(text: &str) -> Result<Language, String> {
    word(text, &["en", "fr"])
}

pub(super) fn reason(text: &str) -> Result<Reason, String> {
    const REASONS: [&str; 6] =
        ["unspecified", "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation", "privilegeWithdrawn"];
    word(text, &REASONS)
}

pub(super) fn serial(text: &str) -> Result<SerialNumber, String> {
    SerialNumber::parse(text).map_err(|_| "a serial number is written in hex, at most 40 digits".to_owned())
}

pub(super) fn enrollment_id(text: &str) -> Result<id::EnrollmentId, String> {
    id::EnrollmentId::parse(text).ok_or_else(|| "`signetctl enrollment list` shows what to write here".to_owned())
}

pub(super) fn act_id(text: &str) -> Result<id::ActId, String> {
    id::ActId::parse(text).ok_or_else(|| "`signetctl act list` shows what to write here".to_owned())
}

pub(super) fn device_id(text: &str) -> Result<id::DeviceId, String> {
    id::DeviceId::parse(text).ok_or_else(|| "`signetctl subscriber show MAIL` shows what to write here".to_owned())
}

pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "a time such as 2026-11-20T08:00:00Z".to_owned())
}

pub(super) fn target_id(text: &str) -> Result<id::TargetId, String> {
    id::TargetId::parse(text).ok_or_else(|| "`signetctl crl targets` shows what to write here".to_owned())
}

pub(super) fn request_id(text: &str) -> Result<id::RequestId, String> {
    id::RequestId::parse(text).ok_or_else(|| "`signetctl scep pending` shows what to write here".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn words_are_read_in_every_spelling() {
        assert_eq!(reason("key-compromise"), Ok(Reason::KeyCompromise));
        assert_eq!(reason("KEYCOMPROMISE"), Ok(Reason::KeyCompromise));
        assert!(reason("removeFromCRL").is_err());
        assert_eq!(method("in-person"), Ok(Method::InPerson));
        assert!(picture("alice.gif").is_err() && picture("alice").is_err());
        assert!(picture("a/b/alice.SVG").is_ok_and(|picture| picture.svg));
        assert!(letter("alice.pdf").is_err() && letter(".html").is_err() && letter("a/alice.HTML").is_ok());
    }
}
