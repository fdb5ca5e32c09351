//! Enrollments, their steps and the funnel.

use super::{certificate::Certificate, count, time, unknown};
use crate::error::CommandError;
use ra::{
    enrollment as core,
    id::{EnrollmentId, SubscriberId},
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Mirrors an enum of `ra` variant by variant: a new one there does not compile here.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident as $case:literal from $from:path { $($variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
        #[serde(rename_all = $case)]
        #[allow(missing_docs)] // documented in `ra`
        pub enum $name { $($variant),* }
        impl From<$from> for $name {
            fn from(value: $from) -> Self { use $from as From; match value { $(From::$variant => $name::$variant),* } }
        }
        impl From<$name> for $from {
            fn from(value: $name) -> Self { use $from as From; match value { $($name::$variant => From::$variant),* } }
        }
    };
}

mirror! {
    /// Where an enrollment stands (`ra::enrollment::State`).
    State as "camelCase" from core::State {
        Invited, Opened, Authenticated, Identified, Issued, Configured, Declined, Expired, Failed, Cancelled,
    }
}
mirror! {
    /// What happened in a step (`ra::enrollment::StepKind`).
    StepKind as "camelCase" from core::StepKind {
        Invited, Resent, PageViewed, Opened, SignInFailed, SignedIn, PasswordSet, ProfileServiceSent, DeviceIdentified, DeviceRefused,
        OsTooOld, TransportOffered, ScepRefused, TransportIssued, ProfileRequested, ProfileRefused, ProfileSent, IdentityIssued,
        Configured, Updated, Repeated, Declined, Expired, Failed, Cancelled,
    }
}
mirror! {
    /// How an invitation travels (`ra::invitation::Channel`).
    LinkChannel as "camelCase" from ra::invitation::Channel { Show, Mail, Sms, Letter }
}

/// A named fact of a step.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// Name, snake_case.
    pub name: String,
    /// Value as text.
    pub value: String,
}

/// One step.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// When.
    pub at: String,
    /// What.
    pub kind: StepKind,
    /// What was received and answered.
    pub facts: Vec<Fact>,
}

/// A device as it described itself.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Id.
    pub id: String,
    /// PRODUCT.
    pub product: Option<String>,
    /// SERIAL.
    pub serial: Option<String>,
    /// UDID.
    pub udid: Option<String>,
    /// OS version.
    pub os_version: Option<String>,
    /// IMEI.
    pub imei: Option<String>,
    /// LANGUAGE.
    pub language: Option<String>,
    /// First seen.
    pub first_seen: String,
}

/// An enrollment in a list.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Enrollment {
    /// Id.
    pub id: String,
    /// Whose.
    pub subscriber: String,
    /// Name.
    pub name: String,
    /// Name of the person's department.
    pub department: String,
    /// The department.
    pub department_id: String,
    /// Address.
    pub mail: String,
    /// State.
    pub state: State,
    /// The final profile was sent.
    pub profile_sent: bool,
    /// Channel.
    pub channel: LinkChannel,
    /// Made.
    pub created_at: String,
    /// The link ends.
    pub expires_at: String,
    /// Last step.
    pub updated_at: String,
    /// Device.
    pub device: Option<Device>,
    /// The downloaded profile ends.
    pub download_ends_at: Option<String>,
    /// The phone came and was sent away, and has not downloaded since.
    pub refused: bool,
}

/// With its steps and certificates.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnrollmentDetail {
    /// The enrollment.
    pub enrollment: Enrollment,
    /// Steps, oldest first.
    pub steps: Vec<Step>,
    /// Certificates.
    pub certificates: Vec<Certificate>,
    /// Its link can still be shown by this window.
    pub shown: bool,
}

/// Which to list.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnrollmentQuery {
    /// Only these; empty: all.
    pub states: Vec<State>,
    /// Of one person.
    pub subscriber: Option<String>,
    /// Part of name, address or device, or the beginning of serial or fingerprint of a certificate.
    pub search: Option<String>,
    /// After this id.
    pub after: Option<String>,
    /// At most.
    pub limit: u32,
}

/// A page.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnrollmentPage {
    /// Rows.
    pub rows: Vec<Enrollment>,
    /// There are more.
    pub more: bool,
    /// All that match; when `total_is_exact` is false at least about so many.
    pub total: u32,
    /// `total` was counted to the end.
    pub total_is_exact: bool,
}

/// A stage of the funnel.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    /// State.
    pub state: State,
    /// Enrollments of the last 30 days that reached it.
    pub reached: u32,
    /// That stand there now.
    pub standing: u32,
}

impl TryFrom<EnrollmentQuery> for core::EnrollmentQuery {
    type Error = CommandError;
    fn try_from(query: EnrollmentQuery) -> Result<Self, CommandError> {
        Ok(core::EnrollmentQuery {
            states: query.states.into_iter().map(Into::into).collect(),
            subscriber: query.subscriber.map(|id| SubscriberId::parse(&id).ok_or_else(unknown)).transpose()?,
            search: query.search.filter(|s| !s.trim().is_empty()),
            after: query.after.map(|id| EnrollmentId::parse(&id).ok_or_else(unknown)).transpose()?,
            limit: query.limit.clamp(1, 500),
        })
    }
}

/// Objects become their members, objects in them too; everything else is one fact. What is missing or false says nothing.
fn facts(value: serde_json::Value) -> Vec<Fact> {
    let text = |v: serde_json::Value| match v {
        serde_json::Value::String(s) => s,
        serde_json::Value::Array(items) => {
            items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_owned)).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    let flat = |(name, value): (String, serde_json::Value)| match value {
        serde_json::Value::Object(members) => members.into_iter().map(|(name, v)| (name.to_lowercase(), v)).collect(),
        other => vec![(name, other)],
    };
    match value {
        serde_json::Value::Object(members) => members
            .into_iter()
            .flat_map(flat)
            .filter(|(_, v)| !v.is_null() && *v != serde_json::Value::Bool(false))
            .map(|(name, v)| Fact { name, value: text(v) })
            .collect(),
        serde_json::Value::Null => Vec::new(),
        other => vec![Fact { name: "detail".to_owned(), value: text(other) }],
    }
}

impl From<core::Step> for Step {
    fn from(step: core::Step) -> Self {
        Step { at: time(step.at), kind: step.kind.into(), facts: facts(step.facts) }
    }
}

impl From<core::Device> for Device {
    fn from(d: core::Device) -> Self {
        Device {
            id: d.id.to_string(),
            product: d.product,
            serial: d.serial,
            udid: d.udid,
            os_version: d.os_version,
            imei: d.imei,
            language: d.language,
            first_seen: time(d.first_seen),
        }
    }
}

impl From<core::Enrollment> for Enrollment {
    fn from(e: core::Enrollment) -> Self {
        Enrollment {
            id: e.id.to_string(),
            subscriber: e.subscriber.to_string(),
            name: e.name,
            department: e.department,
            department_id: e.department_id.to_string(),
            mail: e.mail,
            state: e.state.into(),
            profile_sent: e.profile_sent,
            channel: e.channel.into(),
            created_at: time(e.created_at),
            expires_at: time(e.expires_at),
            updated_at: time(e.updated_at),
            device: e.device.map(Into::into),
            download_ends_at: e.download_ends_at.map(time),
            refused: e.refused,
        }
    }
}

impl EnrollmentDetail {
    /// `shown`: the window still holds its link.
    pub fn from_core(detail: core::EnrollmentDetail, shown: bool) -> Self {
        EnrollmentDetail {
            enrollment: detail.enrollment.into(),
            steps: detail.steps.into_iter().map(Into::into).collect(),
            certificates: detail.certificates.into_iter().map(Into::into).collect(),
            shown,
        }
    }
}

impl From<ra::subscriber::Page<core::Enrollment>> for EnrollmentPage {
    fn from(page: ra::subscriber::Page<core::Enrollment>) -> Self {
        EnrollmentPage {
            rows: page.rows.into_iter().map(Into::into).collect(),
            more: page.more,
            total: count(page.total),
            total_is_exact: page.total_is_exact,
        }
    }
}

/// The funnel's stages in the order of the walk.
pub fn stages(funnel: core::Funnel) -> Vec<Stage> {
    funnel.stages.into_iter().map(|(state, reached, standing)| Stage { state: state.into(), reached, standing }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_shown_by_name_and_nothing_is_lost() {
        let shown = facts(
            serde_json::json!({"attributes": {"PRODUCT": "iPhone15,2"}, "bytes": 4127, "missing": null, "again": false, "names": ["a", "b"]}),
        );
        let shown: Vec<(&str, &str)> = shown.iter().map(|f| (f.name.as_str(), f.value.as_str())).collect();
        assert_eq!(shown, [("product", "iPhone15,2"), ("bytes", "4127"), ("names", "a, b")]);
        assert!(facts(serde_json::Value::Null).is_empty());
    }
}
