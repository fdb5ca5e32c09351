//! Mail addresses as certificates state them (RFC 5280 4.2.1.6, RFC 5321 4.1.2).

use crate::{Error, Result};

/// A checked address: ASCII, dot-atom before the @, the domain in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    text: String,
    at: usize,
}

impl Address {
    /// Reads what a person typed.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let refused = |reason: &str| Error::invalid("mail", reason);
        let text = text.trim();
        // RFC 5321 4.5.3.1.3: 254 octets without the angle brackets.
        if text.len() > 254 {
            return Err(refused("an address has at most 254 characters"));
        }
        let Some((local, domain)) = text.rsplit_once('@') else { return Err(refused("an address looks like name@example.edu")) };
        if !text.is_ascii() {
            // RFC 8398 would need SmtpUTF8Mailbox, which phones do not match against the sender.
            return Err(refused("letters outside ASCII are not supported in addresses yet; use the address's ASCII form"));
        }
        let atom = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b));
        if local.len() > 64 || !local.split('.').all(atom) {
            return Err(refused("the part before the @ is not a plain mailbox name"));
        }
        let label = |part: &str| {
            (1..=63).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        };
        if !domain.contains('.')
            || !domain.split('.').all(label)
            || domain.rsplit('.').next().is_some_and(|l| l.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(refused("the part after the @ is not a domain name"));
        }
        Ok(Address { text: format!("{local}@{}", domain.to_ascii_lowercase()), at: local.len() })
    }

    /// The same, in one of the department's domains: the issuing CA's name constraints permit no other.
    pub(crate) fn of_department(text: &str, domains: &[String]) -> Result<Self> {
        let address = Self::parse(text)?;
        // RFC 5280 4.2.1.10: a host permits mailboxes on that host, a leading dot those on hosts below it.
        let permitted = |domain: &String| {
            let domain = domain.to_ascii_lowercase();
            if domain.starts_with('.') { address.domain().ends_with(&domain) } else { address.domain() == domain }
        };
        if domains.iter().any(permitted) {
            return Ok(address);
        }
        Err(Error::invalid(
            "mail",
            format!("{} is not a mail domain of this department ({}); its CA may not certify it", address.domain(), domains.join(", ")),
        ))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }

    /// In lower case: two people cannot have addresses that differ in case alone.
    pub(crate) fn key(&self) -> String {
        self.text.to_ascii_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_lower_cased_and_the_local_part_kept() {
        let address = Address::parse(" Alice.Example+x@Physics.EXAMPLE.edu ").unwrap();
        assert_eq!((address.as_str(), address.domain()), ("Alice.Example+x@physics.example.edu", "physics.example.edu"));
        assert_eq!(address.key(), "alice.example+x@physics.example.edu");
    }

    #[test]
    fn what_is_no_plain_address_is_refused() {
        let long = format!("{}@example.edu", "a".repeat(65));
        let endless = format!("a@{}.edu", "b.".repeat(5_000));
        for text in [
            "",
            "alice",
            "@example.edu",
            "alice@",
            "alice@example",
            "a..b@example.edu",
            ".a@example.edu",
            "a.@example.edu",
            "\"a b\"@example.edu",
            "a b@example.edu",
            "alice@-example.edu",
            "alice@exam_ple.edu",
            "alice@192.0.2.1",
            "alice@[192.0.2.1]",
            "al\0ice@example.edu",
            "alice@example.edu\r\nBcc: eve@example.org",
            "<alice@example.edu>",
            "alice@example..edu",
            &long,
            &endless,
        ] {
            assert!(matches!(Address::parse(text), Err(Error::Invalid { field: "mail", .. })), "{text:?}");
        }
        for text in ["jos\u{e9}@example.edu", "alice@ex\u{e4}mple.edu"] {
            let Err(Error::Invalid { reason, .. }) = Address::parse(text) else { panic!("{text} was accepted") };
            assert!(reason.contains("ASCII"), "{reason}");
        }
    }

    #[test]
    fn only_the_departments_domains_are_accepted() {
        let domains = ["Example.edu".to_owned(), ".lab.example.org".to_owned()];
        for good in ["a@example.edu", "a@EXAMPLE.EDU", "a@one.lab.example.org"] {
            assert!(Address::of_department(good, &domains).is_ok(), "{good}");
        }
        for bad in ["a@sub.example.edu", "a@example.com", "a@notexample.edu", "a@lab.example.org", "a@evillab.example.org"] {
            assert!(Address::of_department(bad, &domains).is_err(), "{bad}");
        }
    }
}
