//! Columns of exported lists, as the lists call them.

use ra::find as core;
use serde::Deserialize;
use specta::Type;

/// A column of the list of certificates.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CertificateColumn {
    /// What it is now.
    State,
    /// Whom it names.
    Name,
    /// Address.
    Address,
    /// What for.
    Use,
    /// Serial number.
    Serial,
    /// When it ends.
    Ends,
    /// Days left.
    Days,
    /// Who made its key.
    MadeBy,
    /// Device.
    Device,
    /// When it began.
    Issued,
}

impl From<CertificateColumn> for core::CertificateColumn {
    fn from(column: CertificateColumn) -> Self {
        match column {
            CertificateColumn::State => Self::Status,
            CertificateColumn::Name => Self::Name,
            CertificateColumn::Address => Self::Address,
            CertificateColumn::Use => Self::Profile,
            CertificateColumn::Serial => Self::Serial,
            CertificateColumn::Ends => Self::NotAfter,
            CertificateColumn::Days => Self::DaysLeft,
            CertificateColumn::MadeBy => Self::KeyMadeBy,
            CertificateColumn::Device => Self::Device,
            CertificateColumn::Issued => Self::NotBefore,
        }
    }
}

/// A column of the list of people.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PeopleColumn {
    /// Name.
    Name,
    /// First address.
    Address,
    /// Person or functional mailbox.
    Kind,
    /// Department.
    Department,
    /// Active certificates.
    Certificates,
    /// Devices.
    Devices,
    /// How far the newest enrollment is.
    Phone,
    /// When they were added.
    Added,
}

impl From<PeopleColumn> for core::PersonColumn {
    fn from(column: PeopleColumn) -> Self {
        match column {
            PeopleColumn::Name => Self::Name,
            PeopleColumn::Address => Self::Address,
            PeopleColumn::Kind => Self::Kind,
            PeopleColumn::Department => Self::Department,
            PeopleColumn::Certificates => Self::ActiveCertificates,
            PeopleColumn::Devices => Self::Devices,
            PeopleColumn::Phone => Self::Enrollment,
            PeopleColumn::Added => Self::Added,
        }
    }
}
