//! Public certificates for correspondents: .cer, .p7c, vCard and LDIF. Nothing secret leaves.

use super::mail::MailPair;
use crate::{Error, Operator, Result, id::SubscriberId, subscriber::Subscriber};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use protocol::{
    cms,
    x509::{CertificateView, SerialNumber, SubjectAltName},
};

impl Operator {
    /// The certificate alone, DER (RFC 2585: .cer).
    pub fn share_cer(&self, serial: &SerialNumber) -> Result<Vec<u8>> {
        Ok(self.export_certificate(serial)?.0)
    }

    /// The certificate with its chain as certs-only SignedData (RFC 8551 3.8: .p7c).
    pub fn share_p7c(&self, serial: &SerialNumber) -> Result<Vec<u8>> {
        let (leaf, chain) = self.export_certificate(serial)?;
        let all = std::iter::once(&leaf).chain(&chain).map(|der| CertificateView::from_der(der));
        let all = all.collect::<std::result::Result<Vec<_>, _>>()?;
        Ok(cms::certs_only(&all.iter().collect::<Vec<_>>())?)
    }

    /// A vCard 3.0 of the person with the certificates for mail as KEY (RFC 2426 3.7.2): one to encrypt to, for of two a correspondent's
    /// program may take the wrong one, and one to check signatures with.
    pub fn share_vcard(&self, person: SubscriberId) -> Result<String> {
        let Shared { person, addresses, certificates } = self.shared(person)?;
        let name = escaped(&person.name);
        let mut card = String::new();
        for line in ["BEGIN:VCARD".to_owned(), "VERSION:3.0".to_owned(), format!("FN:{name}"), format!("N:{name};;;;")] {
            folded(&mut card, &line, "\r\n");
        }
        for address in &addresses {
            folded(&mut card, &format!("EMAIL;TYPE=INTERNET:{}", escaped(address)), "\r\n");
        }
        for der in &certificates {
            folded(&mut card, &format!("KEY;TYPE=X509;ENCODING=b:{}", STANDARD.encode(der)), "\r\n");
        }
        folded(&mut card, "END:VCARD", "\r\n");
        Ok(card)
    }

    /// An LDIF record of the person with the same certificates (RFC 2849; userCertificate;binary of RFC 4523).
    pub fn share_ldif(&self, person: SubscriberId) -> Result<String> {
        let Shared { person, addresses, certificates } = self.shared(person)?;
        // Always in base64: then no character of a name has a meaning.
        let coded = |name: &str, value: &[u8]| format!("{name}:: {}", STANDARD.encode(value));
        let mut record = String::new();
        folded(&mut record, "version: 1", "\n");
        folded(&mut record, &coded("dn", person.subject.to_string().as_bytes()), "\n");
        folded(&mut record, "objectClass: inetOrgPerson", "\n");
        folded(&mut record, &coded("cn", person.name.as_bytes()), "\n");
        // inetOrgPerson must have one; which part of a name it is, nobody wrote down.
        folded(&mut record, &coded("sn", person.name.as_bytes()), "\n");
        for address in &addresses {
            folded(&mut record, &coded("mail", address.as_bytes()), "\n");
        }
        for der in &certificates {
            folded(&mut record, &coded("userCertificate;binary", der), "\n");
        }
        Ok(record)
    }

    fn shared(&self, person: SubscriberId) -> Result<Shared> {
        let mut person = self.subscriber(person)?;
        let MailPair { signing, encryption } = self.mail_pair(person.id)?;
        let pair: Vec<CertificateView> = encryption.into_iter().chain(signing).collect();
        // A certificate goes on saying an address after the validation has ended: so may the card that it lies in.
        let said = |address: &str| {
            let is = |name: &SubjectAltName| matches!(name, SubjectAltName::Rfc822Name(stated) if stated.eq_ignore_ascii_case(address));
            pair.iter().any(|view| view.san.iter().any(is))
        };
        let addresses = std::mem::take(&mut person.mailboxes).into_iter().filter(|mailbox| mailbox.validated || said(&mailbox.address));
        let addresses: Vec<String> = addresses.map(|mailbox| mailbox.address).collect();
        let mut certificates: Vec<Vec<u8>> = pair.into_iter().map(|view| view.der).collect();
        certificates.dedup();
        if certificates.is_empty() {
            return Err(Error::invalid("subscriber", "the person has no active certificate for mail to share"));
        }
        Ok(Shared { person, addresses, certificates })
    }
}

/// What correspondents get of a person.
struct Shared {
    person: Subscriber,
    /// Validated, or stated by one of the certificates.
    addresses: Vec<String>,
    certificates: Vec<Vec<u8>>,
}

/// RFC 2426 4: backslash, comma, semicolon and line breaks.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;").replace('\n', "\\n")
}

/// Lines of at most 75 octets, the next one begins with a blank (RFC 2426 2.6, RFC 2849 note 2); never within a character.
fn folded(to: &mut String, line: &str, end: &str) {
    let mut room = 75;
    for c in line.chars() {
        if c.len_utf8() > room {
            to.push_str(end);
            to.push(' ');
            room = 74;
        }
        to.push(c);
        room -= c.len_utf8();
    }
    to.push_str(end);
}
