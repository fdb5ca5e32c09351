//! Identifiers: UUIDv7, one newtype a noun.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);
        impl $name {
            /// A new, time-ordered one.
            #[must_use]
            pub fn fresh() -> Self { $name(uuid::Uuid::now_v7()) }
            /// Reads the hyphenated form.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> { uuid::Uuid::parse_str(text.trim()).ok().map($name) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl rusqlite::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> { Ok(self.0.as_bytes().as_slice().into()) }
        }
        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                let bytes = value.as_blob()?;
                uuid::Uuid::from_slice(bytes).map($name).map_err(|e| rusqlite::types::FromSqlError::Other(Box::new(e)))
            }
        }
    };
}
id!(/// A unit (organization or department).
    UnitId);
id!(/// A subscriber.
    SubscriberId);
id!(/// A mailbox of a subscriber.
    MailboxId);
id!(/// An enrollment (one device's walk).
    EnrollmentId);
id!(/// A device.
    DeviceId);
id!(/// A pending SCEP request.
    RequestId);
id!(/// A batch of certificates.
    BatchId);
id!(/// A sealed private key of ours.
    KeyId);
id!(/// A saved view.
    ViewId);
id!(/// An act that waits for a second officer.
    ActId);
id!(/// A place where CRLs and CA certificates are published.
    TargetId);
id!(/// Something that is to leave.
    OutboxId);
