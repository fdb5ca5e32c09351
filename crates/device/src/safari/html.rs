//! Enough HTML to use our own pages without script: forms, links and the text.

use crate::Error;

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Kind: `text`, `hidden`, `password`, `checkbox`, `submit`, ...
    pub kind: String,
    /// Value.
    pub value: String,
    /// Must be filled in.
    pub required: bool,
    /// Longest value, characters.
    pub max_length: Option<usize>,
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// action; empty: the page itself.
    pub action: String,
    /// method.
    pub method: String,
    /// Named fields.
    pub fields: Vec<Field>,
}

impl Form {
    /// Fields that a person fills in.
    pub fn visible(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| !matches!(f.kind.as_str(), "hidden" | "submit"))
    }

    /// What is sent: hidden fields as they are, the others from `values`. The browser's own rules hold: a value for a field
    /// that is not there, too long, or missing where it is required is an error.
    pub(super) fn filled(&self, values: &[(&str, &str)]) -> Result<Vec<(String, String)>, Error> {
        if let Some((name, _)) = values.iter().find(|(name, _)| !self.fields.iter().any(|f| f.name == *name)) {
            return Err(Error::Page(format!("there is no field {name}")));
        }
        let mut pairs = Vec::new();
        for field in &self.fields {
            let given = values.iter().find(|(name, _)| *name == field.name).map(|(_, value)| (*value).to_owned());
            match (field.kind.as_str(), given) {
                (_, Some(value)) => {
                    if field.max_length.is_some_and(|max| value.chars().count() > max) {
                        return Err(Error::Page(format!("{} takes at most {:?} characters", field.name, field.max_length)));
                    }
                    pairs.push((field.name.clone(), value));
                }
                ("submit" | "checkbox" | "radio", None) => (),
                (_, None) if field.required && field.value.is_empty() => {
                    return Err(Error::Page(format!("{} must be filled in", field.name)));
                }
                (_, None) => pairs.push((field.name.clone(), field.value.clone())),
            }
        }
        Ok(pairs)
    }
}

struct Tag<'a> {
    name: String,
    closing: bool,
    attributes: Vec<(String, String)>,
    /// Where the text after the tag begins.
    after: &'a str,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Every tag in order; comments, script and style are passed over.
fn tags(html: &str) -> Vec<Tag<'_>> {
    let (mut rest, mut tags) = (html, Vec::new());
    while let Some(at) = rest.find('<') {
        let inside = rest.get(at + 1..).unwrap_or_default();
        if let Some(comment) = inside.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((tag, after)) = tag(inside) else {
            rest = inside;
            continue;
        };
        rest = after;
        if !tag.closing && matches!(tag.name.as_str(), "script" | "style") {
            rest = after.find(&format!("</{}", tag.name)).and_then(|at| after.get(at..)).unwrap_or_default();
        }
        tags.push(tag);
    }
    tags
}

fn tag(inside: &str) -> Option<(Tag<'_>, &str)> {
    let closing = inside.starts_with('/');
    let body = inside.trim_start_matches('/');
    let name_end = body.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(body.len());
    let (name, mut rest) = body.split_at(name_end);
    if name.is_empty() {
        return None;
    }
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return Some((Tag { name: name.to_ascii_lowercase(), closing, attributes, after }, after));
        }
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/'))?;
        let (key, after) = rest.split_at(end);
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('=').map(str::trim_start) {
            None => ("", after),
            Some(value) => match value.chars().next()? {
                quote @ ('"' | '\'') => value.get(1..)?.split_once(quote)?,
                _ => value.split_at(value.find(|c: char| c.is_whitespace() || c == '>')?),
            },
        };
        attributes.push((key.to_ascii_lowercase(), unescape(value)));
        if after.len() >= rest.len() {
            return None;
        }
        rest = after;
    }
}

/// All forms.
pub(super) fn forms(html: &str) -> Vec<Form> {
    let (mut forms, mut current): (Vec<Form>, Option<Form>) = (Vec::new(), None);
    for tag in tags(html) {
        match (tag.name.as_str(), tag.closing) {
            ("form", false) => {
                let method = tag.get("method").unwrap_or("get").to_owned();
                current = Some(Form { action: tag.get("action").unwrap_or_default().to_owned(), method, fields: Vec::new() });
            }
            ("form", true) => forms.extend(current.take()),
            ("input" | "button" | "select" | "textarea", false) => {
                let Some((form, name)) = current.as_mut().zip(tag.get("name")) else { continue };
                let default = match tag.name.as_str() {
                    "button" => "submit",
                    "input" => "text",
                    other => other,
                };
                form.fields.push(Field {
                    name: name.to_owned(),
                    kind: tag.get("type").unwrap_or(default).to_ascii_lowercase(),
                    value: tag.get("value").unwrap_or_default().to_owned(),
                    required: tag.get("required").is_some(),
                    max_length: tag.get("maxlength").and_then(|m| m.parse().ok()),
                });
            }
            _ => (),
        }
    }
    forms
}

/// All links: (href, text).
pub(super) fn links(html: &str) -> Vec<(String, String)> {
    let mut links = Vec::new();
    for tag in tags(html) {
        if let ("a", false, Some(href)) = (tag.name.as_str(), tag.closing, tag.get("href")) {
            links.push((href.to_owned(), text(tag.after.split("</a").next().unwrap_or_default())));
        }
    }
    links
}

/// The text without tags, entities resolved, blanks folded.
pub(super) fn text(html: &str) -> String {
    let first = html.split('<').next().unwrap_or_default();
    let mut out = unescape(first);
    for tag in tags(html) {
        if !matches!(tag.name.as_str(), "script" | "style") || tag.closing {
            out.push(' ');
            out.push_str(&unescape(tag.after.split('<').next().unwrap_or_default()));
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unescape(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        out.push_str(before);
        let (name, after) = match entity.find(';').filter(|end| *end <= 10) {
            Some(end) => (entity.get(1..end).unwrap_or_default(), entity.get(end + 1..).unwrap_or_default()),
            None => ("", entity.get(1..).unwrap_or_default()),
        };
        let number = name.strip_prefix("#x").or(name.strip_prefix("#X")).map(|hex| u32::from_str_radix(hex, 16).ok());
        let number = number.or(name.strip_prefix('#').map(|decimal| decimal.parse().ok()));
        match (name, number.flatten().and_then(char::from_u32)) {
            (_, Some(c)) => out.push(c),
            ("amp", _) => out.push('&'),
            ("lt", _) => out.push('<'),
            ("gt", _) => out.push('>'),
            ("quot", _) => out.push('"'),
            ("apos", _) => out.push('\''),
            ("nbsp", _) => out.push('\u{a0}'),
            _ => {
                out.push('&');
                rest = entity.get(1..).unwrap_or_default();
                continue;
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// application/x-www-form-urlencoded
pub(super) fn encode(pairs: &[(String, String)]) -> String {
    let escape = |text: &str| {
        let mut out = String::new();
        for octet in text.bytes() {
            match octet {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(char::from(octet)),
                b' ' => out.push('+'),
                _ => out.push_str(&format!("%{octet:02X}")),
            }
        }
        out
    };
    pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!doctype html><title>A &amp; B</title><style>p{color:red}</style><!-- <form> -->
        <p>Hello&nbsp;<b>Alice</b> &lt;a@b&gt; &#39;x&#x27; R&D</p><a class=x href='/next?a=1&amp;b=2'>Go <i>on</i></a>
        <form method="POST" action="/e/abc"><input type=hidden name=csrf value="&quot;1&quot;">
        <label>Code <input name="code" required maxlength="9" autocomplete=off></label><button>Sign in</button></form>"#;

    #[test]
    fn forms_links_and_text_are_found() {
        let forms = forms(PAGE);
        assert_eq!(forms.len(), 1);
        assert_eq!((forms[0].method.as_str(), forms[0].action.as_str()), ("POST", "/e/abc"));
        assert_eq!(forms[0].visible().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["code"]);
        assert_eq!(links(PAGE), [("/next?a=1&b=2".to_owned(), "Go on".to_owned())]);
        let text = text(PAGE);
        assert!(text.contains("Hello") && text.contains("Alice <a@b> 'x' R&D") && !text.contains("color"), "{text}");
    }

    #[test]
    fn a_form_is_filled_in_as_a_browser_would() {
        let form = &forms(PAGE)[0];
        assert_eq!(encode(&form.filled(&[("code", "AB CD-é")]).unwrap()), "csrf=%221%22&code=AB+CD-%C3%A9");
        assert!(form.filled(&[]).is_err(), "required");
        assert!(form.filled(&[("code", "0123456789")]).is_err(), "maxlength");
        assert!(form.filled(&[("other", "x")]).is_err(), "no such field");
    }

    #[test]
    fn broken_pages_end() {
        for broken in ["<", "<a", "<a href", "<a href=\"", "<!--", "<script>", "<a b=c", "&#;&;&amp", "<form><input name=x"] {
            let _ = (forms(broken), links(broken), text(broken));
        }
    }
}
