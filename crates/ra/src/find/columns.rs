//! Columns of exported lists: what a view shows, under stable words and as programs and spreadsheets take it.

use super::text;
use crate::{
    Error, Operator, Result,
    certificate::Certificate,
    subscriber::{Mailbox, Subscriber},
};
use protocol::{Timestamp, x509::SerialNumber};
use rusqlite::OptionalExtension;
use serde_json::{Value, json};

/// A column of an exported list, by the word that heads it in CSV and names it in JSON.
macro_rules! columns {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $column:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $column,)* }
        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$column,)*];
            /// Its word.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $($name::$column => $word,)* }
            }
        }
    };
}

columns! {
    /// A column of an exported list of certificates.
    CertificateColumn {
        /// active, held, revoked, expired or superseded.
        Status = "status",
        /// The common name that it states, else its whole subject.
        Name = "name",
        /// Whose it is, as they are called now.
        Person = "person",
        /// The first mail address that it states, else its first alternative name.
        Address = "address",
        /// Certificate profile.
        Profile = "profile",
        /// Serial number, upper-case hex.
        Serial = "serial",
        /// Last second.
        NotAfter = "not_after",
        /// Whole days left, of an active one.
        DaysLeft = "days_left",
        /// Who made its key: signet, device or holder; of what another CA certified that is not known.
        KeyMadeBy = "key_made_by",
        /// Model of the device that it was made for.
        Device = "device",
        /// First second.
        NotBefore = "not_before",
        /// The department that it was issued in.
        Department = "department",
        /// Subject, RFC 4514.
        Subject = "subject",
        /// All alternative names as `type:value`.
        Names = "names",
        /// subscriber, transport or authority.
        Kind = "kind",
    }
}

columns! {
    /// A column of an exported list of people.
    PersonColumn {
        /// Name.
        Name = "name",
        /// First mail address.
        Address = "address",
        /// All mail addresses.
        Mail = "mail",
        /// person or functional.
        Kind = "kind",
        /// Department.
        Department = "department",
        /// Subject DN, RFC 4514.
        Subject = "subject",
        /// Every mailbox is validated, and not too long ago.
        Validated = "validated",
        /// How many active certificates.
        ActiveCertificates = "active_certificates",
        /// How many devices.
        Devices = "devices",
        /// How far the newest enrollment is.
        Enrollment = "enrollment",
        /// When the person was added.
        Added = "added",
    }
}

impl CertificateColumn {
    /// Those of a list of which no columns were chosen.
    pub(super) const USUAL: &'static [CertificateColumn] = &[
        CertificateColumn::Serial,
        CertificateColumn::Status,
        CertificateColumn::Profile,
        CertificateColumn::Subject,
        CertificateColumn::Names,
        CertificateColumn::NotBefore,
        CertificateColumn::NotAfter,
        CertificateColumn::Kind,
    ];

    /// It says what the row of a certificate does not say.
    fn is_beside(self) -> bool {
        matches!(self, CertificateColumn::Person | CertificateColumn::Department | CertificateColumn::Device)
    }
}

impl PersonColumn {
    /// Those of a list of which no columns were chosen.
    pub(super) const USUAL: &'static [PersonColumn] = &[
        PersonColumn::Name,
        PersonColumn::Mail,
        PersonColumn::Kind,
        PersonColumn::Subject,
        PersonColumn::Validated,
        PersonColumn::ActiveCertificates,
        PersonColumn::Devices,
        PersonColumn::Added,
    ];
}

/// What stands beside a certificate: its person, department and device.
#[derive(Default)]
struct Beside {
    person: Option<String>,
    department: Option<String>,
    device: Option<String>,
}

fn beside(operator: &Operator, row: &Certificate) -> Result<Beside> {
    let serial = SerialNumber::parse(&row.serial)?;
    operator.inner.store.read(|tx| {
        let found = tx
            .prepare_cached(
                "SELECT s.name, u.name, coalesce(d.product, d.device_name) FROM certificate c LEFT JOIN subscriber s ON s.id = c.subscriber
                 LEFT JOIN unit u ON u.id = c.department LEFT JOIN enrollment e ON e.id = c.enrollment LEFT JOIN device d ON d.id = e.device
                 WHERE c.serial = ?1",
            )?
            .query_row([serial.octets()], |row| Ok(Beside { person: row.get(0)?, department: row.get(1)?, device: row.get(2)? }))
            .optional()?;
        Ok(found.unwrap_or_default())
    })
}

/// The cells of a certificate's row.
pub(super) fn of_certificate(operator: &Operator, at: Timestamp, columns: &[CertificateColumn], row: &Certificate) -> Result<Vec<Value>> {
    let Beside { person, department, device } =
        if columns.iter().any(|column| column.is_beside()) { beside(operator, row)? } else { Beside::default() };
    let days = (row.not_after.0 - at.0).div_euclid(Timestamp::DAY);
    let made_by = match (row.kind == "subscriber" && row.ours, row.made_here, row.enrollment) {
        (false, ..) => None,
        (true, true, _) => Some("signet"),
        (true, false, Some(_)) => Some("device"),
        (true, false, None) => Some("holder"),
    };
    let cell = |column: &CertificateColumn| match column {
        CertificateColumn::Status => json!(row.status),
        CertificateColumn::Name => json!(text::name(&row.subject)),
        CertificateColumn::Person => json!(person),
        CertificateColumn::Address => json!(address(&row.san)),
        CertificateColumn::Profile => json!(row.profile),
        CertificateColumn::Serial => json!(row.serial),
        CertificateColumn::NotAfter => json!(row.not_after),
        CertificateColumn::DaysLeft => json!((row.status == "active").then_some(days)),
        CertificateColumn::KeyMadeBy => json!(made_by),
        CertificateColumn::Device => json!(device),
        CertificateColumn::NotBefore => json!(row.not_before),
        CertificateColumn::Department => json!(department),
        CertificateColumn::Subject => json!(row.subject),
        CertificateColumn::Names => json!(row.san.join(" ")),
        CertificateColumn::Kind => json!(row.kind),
    };
    Ok(columns.iter().map(cell).collect())
}

/// The first mail address among alternative names, else the first of them.
fn address(san: &[String]) -> Option<&str> {
    let name = san.iter().find(|name| name.starts_with("rfc822Name:")).or(san.first())?;
    Some(name.split_once(':').map_or(name.as_str(), |(_, value)| value))
}

/// The cells of a person's row.
pub(super) fn of_person(columns: &[PersonColumn], person: &Subscriber) -> Result<Vec<Value>> {
    let word = |value: serde_json::Result<Value>| value.map_err(Error::fault);
    let addresses = || person.mailboxes.iter().map(|mailbox| mailbox.address.as_str());
    let cell = |column: &PersonColumn| {
        Ok::<_, Error>(match column {
            PersonColumn::Name => json!(person.name),
            PersonColumn::Address => json!(addresses().next()),
            PersonColumn::Mail => json!(addresses().collect::<Vec<_>>().join(" ")),
            PersonColumn::Kind => word(serde_json::to_value(person.kind))?,
            PersonColumn::Department => json!(person.department),
            PersonColumn::Subject => json!(person.subject.to_string()),
            PersonColumn::Validated => json!(person.mailboxes.iter().all(|Mailbox { validated, .. }| *validated)),
            PersonColumn::ActiveCertificates => json!(person.active_certificates),
            PersonColumn::Devices => json!(person.devices.len()),
            PersonColumn::Enrollment => word(serde_json::to_value(person.enrollment_state))?,
            PersonColumn::Added => json!(person.created_at),
        })
    };
    columns.iter().map(cell).collect()
}
