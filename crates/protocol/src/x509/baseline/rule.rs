//! The requirements by name: each with its clause and what to do about it.

/// A requirement of the S/MIME baseline that a certificate can be seen to keep or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaselineRule {
    /// The serial number has room for 64 random bits.
    Serial,
    /// It does not live longer than its generation may.
    Validity,
    /// Its key is of a kind and size that is allowed.
    KeySize,
    /// The public exponent of its RSA key is a usual one.
    Exponent,
    /// It names a policy.
    Policy,
    /// It names at most one policy of the baseline.
    PolicyCount,
    /// It does not claim to keep the baseline, which only an audited public CA can.
    PolicyClaim,
    /// Its CPS is found by http or https.
    CpsAddress,
    /// It says where its CRL is, by http.
    CrlAddress,
    /// It says where its issuer's certificate is, by http.
    IssuerAddress,
    /// keyUsage fits what the key is for, and says nothing else.
    KeyUsage,
    /// It is for mail by name.
    MailPurpose,
    /// It is for nothing that mail certificates may not be for.
    ForbiddenPurpose,
    /// Where it claims the strict generation it is for mail alone.
    OtherPurpose,
    /// authorityKeyIdentifier names the issuer's key alone.
    AuthorityKey,
    /// It states a mail address.
    Address,
    /// Every mail address of the subject stands among the alternative names, too.
    AddressRepeated,
    /// The subject of a mailbox-validated certificate holds its address and a number at most; its common name is an address.
    MailboxSubject,
    /// Where an organization stands for the subject, it is named with its identifier.
    Organization,
    /// A person is named by given name or surname, or by a pseudonym.
    PersonName,
    /// The subject of an individual-validated certificate names no organization.
    IndividualSubject,
}

impl BaselineRule {
    /// All of them, in the order in which they are told.
    pub const ALL: [BaselineRule; 21] = [
        BaselineRule::Serial,
        BaselineRule::Validity,
        BaselineRule::KeySize,
        BaselineRule::Exponent,
        BaselineRule::Policy,
        BaselineRule::PolicyCount,
        BaselineRule::PolicyClaim,
        BaselineRule::CpsAddress,
        BaselineRule::CrlAddress,
        BaselineRule::IssuerAddress,
        BaselineRule::KeyUsage,
        BaselineRule::MailPurpose,
        BaselineRule::ForbiddenPurpose,
        BaselineRule::OtherPurpose,
        BaselineRule::AuthorityKey,
        BaselineRule::Address,
        BaselineRule::AddressRepeated,
        BaselineRule::MailboxSubject,
        BaselineRule::Organization,
        BaselineRule::PersonName,
        BaselineRule::IndividualSubject,
    ];

    /// Where it stands.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            BaselineRule::Serial => "S/MIME BR 7.1",
            BaselineRule::Validity => "S/MIME BR 6.3.2",
            BaselineRule::KeySize => "S/MIME BR 6.1.5",
            BaselineRule::Exponent => "S/MIME BR 6.1.6",
            BaselineRule::Policy | BaselineRule::PolicyCount | BaselineRule::CpsAddress => "S/MIME BR 7.1.2.3 a",
            BaselineRule::PolicyClaim => "S/MIME BR 1.1",
            BaselineRule::CrlAddress => "S/MIME BR 7.1.2.3 b",
            BaselineRule::IssuerAddress => "S/MIME BR 7.1.2.3 c",
            BaselineRule::KeyUsage => "S/MIME BR 7.1.2.3 e",
            BaselineRule::MailPurpose | BaselineRule::ForbiddenPurpose | BaselineRule::OtherPurpose => "S/MIME BR 7.1.2.3 f",
            BaselineRule::AuthorityKey => "S/MIME BR 7.1.2.3 g",
            BaselineRule::Address => "S/MIME BR 7.1.2.3 h",
            BaselineRule::AddressRepeated => "S/MIME BR 7.1.4.2.1",
            BaselineRule::MailboxSubject => "S/MIME BR 7.1.4.2.2 a, 7.1.4.2.3",
            BaselineRule::Organization => "S/MIME BR 7.1.4.2.4, 7.1.4.2.5",
            BaselineRule::PersonName => "S/MIME BR 7.1.4.2.5, 7.1.4.2.6",
            BaselineRule::IndividualSubject => "S/MIME BR 7.1.4.2.6",
        }
    }

    /// What is said of a certificate that does not keep it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            BaselineRule::Serial => "the serial number is shorter than 64 bits",
            BaselineRule::Validity => "it lives longer than 825 days (1185 where it claims the legacy generation)",
            BaselineRule::KeySize => "the key is neither RSA of at least 2048 bits in whole octets nor on a curve that is allowed",
            BaselineRule::Exponent => "the public exponent of the RSA key is below 65537 or above 256 bits",
            BaselineRule::Policy => "it names no policy, so nothing says by which rules it was issued",
            BaselineRule::PolicyCount => "it names more than one policy of the S/MIME baseline",
            BaselineRule::PolicyClaim => "it claims to keep the S/MIME baseline, which only an audited public CA can",
            BaselineRule::CpsAddress => "the address of its CPS begins with neither http:// nor https://",
            BaselineRule::CrlAddress => "it does not say by http where its CRL is found",
            BaselineRule::IssuerAddress => "it does not say by http where its issuer's certificate is found",
            BaselineRule::KeyUsage => {
                "keyUsage names neither digitalSignature nor keyEncipherment (elliptic keys: keyAgreement), or a use that does not go with it"
            }
            BaselineRule::MailPurpose => "extendedKeyUsage does not name emailProtection",
            BaselineRule::ForbiddenPurpose => {
                "extendedKeyUsage names serverAuth, codeSigning, timeStamping or any purpose, which have no place beside mail"
            }
            BaselineRule::OtherPurpose => "beside emailProtection the strict generation, which it claims, allows no purpose",
            BaselineRule::AuthorityKey => "authorityKeyIdentifier does not name the issuer's key, or names more than the key",
            BaselineRule::Address => "it states no mail address, so mail programs cannot tell whose it is",
            BaselineRule::AddressRepeated => "a mail address of the subject is missing among the alternative names",
            BaselineRule::MailboxSubject => "the subject of a mailbox-validated certificate holds more than address and serial number",
            BaselineRule::Organization => "the subject does not name its organization with an organizationIdentifier",
            BaselineRule::PersonName => "the subject names a person by neither given name or surname nor a pseudonym",
            BaselineRule::IndividualSubject => "the subject of an individual-validated certificate names an organization",
        }
    }
}
