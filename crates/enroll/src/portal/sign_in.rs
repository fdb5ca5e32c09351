//! Reading what was typed: a form (application/x-www-form-urlencoded) or HTTP Basic (RFC 7617).

use crate::body::media_type;
use axum::http::{HeaderMap, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use ra::{settings::SignIn, sign_in::Credentials};
use zeroize::Zeroizing;

/// Longer input is cut: no address, code or password is as long, and hashing must stay cheap.
pub(crate) const LONGEST: usize = 1_024;

/// What came with the sign-in.
pub(crate) enum Typed {
    /// All that the link asks for, and the mail address to show again.
    Complete(Credentials, String),
    /// A field is empty or missing.
    Missing,
    /// Another content type.
    NotAForm,
}

/// Reads what the link's kind of sign-in asks for.
pub(crate) fn typed(asked: SignIn, headers: &HeaderMap, body: &[u8]) -> Typed {
    if asked == SignIn::Basic {
        return match basic(headers) {
            Some((mail, password)) => Typed::Complete(Credentials { code: None, mail: Some(mail.clone()), password: Some(password) }, mail),
            None => Typed::Missing,
        };
    }
    if !is_form(headers) {
        return Typed::NotAForm;
    }
    let filled = |name: &str| field(body, name).filter(|v| !v.trim().is_empty());
    let mail = filled("mail").map(|m| m.trim().to_owned());
    let (code, password) = (filled("code"), filled("password"));
    let complete = match asked {
        SignIn::Code | SignIn::Directory => code.is_some(),
        SignIn::Password => mail.is_some() && password.is_some(),
        // The link says who it is; the address may be left out.
        SignIn::Both => code.is_some() && password.is_some(),
        SignIn::Basic => false,
    };
    if !complete {
        return Typed::Missing;
    }
    let shown = mail.clone().unwrap_or_default();
    Typed::Complete(Credentials { code, mail, password }, shown)
}

/// The new local password.
pub(crate) fn new_password(headers: &HeaderMap, body: &[u8]) -> Option<Zeroizing<String>> {
    is_form(headers).then(|| field(body, "password")).flatten()
}

fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers).as_deref() == Some("application/x-www-form-urlencoded")
}

/// The first field of this name, decoded (URL Standard section 5.1); bytes that are no UTF-8 become replacement characters.
fn field(body: &[u8], name: &str) -> Option<Zeroizing<String>> {
    body.split(|b| *b == b'&').take(64).find_map(|pair| {
        let mut parts = pair.splitn(2, |b| *b == b'=');
        let key = percent_decoded(parts.next().unwrap_or_default());
        if key.as_slice() != name.as_bytes() {
            return None;
        }
        let value = percent_decoded(parts.next().unwrap_or_default());
        Some(Zeroizing::new(String::from_utf8_lossy(&value).chars().take(LONGEST).collect()))
    })
}

pub(crate) fn percent_decoded(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'+' => out.push(b' '),
            b'%' => match after {
                [high, low, tail @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    let digit = |d: u8| char::from(d).to_digit(16).and_then(|d| u8::try_from(d).ok()).unwrap_or_default();
                    out.push(digit(*high) << 4 | digit(*low));
                    rest = tail;
                }
                _ => out.push(b'%'),
            },
            other => out.push(*other),
        }
    }
    out
}

/// Mail address and password of `Authorization: Basic`.
fn basic(headers: &HeaderMap) -> Option<(String, Zeroizing<String>)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || encoded.len() > 4 * LONGEST {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let text = Zeroizing::new(String::from_utf8(decoded.to_vec()).ok()?);
    let (mail, password) = text.split_once(':')?;
    if mail.trim().is_empty() || password.is_empty() {
        return None;
    }
    Some((mail.trim().chars().take(LONGEST).collect(), Zeroizing::new(password.chars().take(LONGEST).collect())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn form() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded; charset=UTF-8"));
        headers
    }

    #[test]
    fn a_form_is_decoded() {
        let body = b"x=1&code=ab%43d+%2Defgh&mail=+alice%40example.edu+&password=p%C3%A4ss%26%3D%25+w%";
        let Typed::Complete(credentials, mail) = typed(SignIn::Both, &form(), body) else { panic!("complete") };
        assert_eq!(credentials.code.unwrap().as_str(), "abCd -efgh");
        assert_eq!(credentials.password.unwrap().as_str(), "päss&=% w%");
        assert_eq!((credentials.mail.as_deref(), mail.as_str()), (Some("alice@example.edu"), "alice@example.edu"));
    }

    #[test]
    fn what_is_asked_for_must_be_there() {
        for (asked, body) in [
            (SignIn::Code, &b"code=+&mail=a%40b&password=c"[..]),
            (SignIn::Password, b"code=abcd&mail=a%40b"),
            (SignIn::Password, b"password=x&mail="),
            (SignIn::Both, b"mail=a%40b&password=x"),
            (SignIn::Code, b""),
        ] {
            assert!(matches!(typed(asked, &form(), body), Typed::Missing));
        }
        assert!(matches!(typed(SignIn::Code, &HeaderMap::new(), b"code=abcd"), Typed::NotAForm));
    }

    #[test]
    fn hostile_bytes_stay_text() {
        let Typed::Complete(credentials, _) = typed(SignIn::Code, &form(), b"code=%00%ff%zz%e2%80%ae") else { panic!("complete") };
        assert_eq!(credentials.code.unwrap().as_str(), "\0\u{fffd}%zz\u{202e}");
        let long = [b"code=".as_slice(), &[b'x'; 60_000]].concat();
        let Typed::Complete(credentials, _) = typed(SignIn::Code, &form(), &long) else { panic!("complete") };
        assert_eq!(credentials.code.unwrap().len(), LONGEST);
    }

    #[test]
    fn basic_credentials_are_split_at_the_first_colon() {
        let mut headers = HeaderMap::new();
        let encoded = format!("basic {}", STANDARD.encode("alice@example.edu:a:b ü"));
        headers.insert(header::AUTHORIZATION, HeaderValue::try_from(encoded).unwrap());
        let Typed::Complete(credentials, _) = typed(SignIn::Basic, &headers, b"") else { panic!("complete") };
        assert_eq!(credentials.mail.unwrap(), "alice@example.edu");
        assert_eq!(credentials.password.unwrap().as_str(), "a:b ü");
        for wrong in ["Bearer x", "Basic", "Basic !!!", "Basic Og==", "Basic YQ=="] {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(wrong));
            assert!(matches!(typed(SignIn::Basic, &headers, b""), Typed::Missing), "{wrong}");
        }
    }
}
