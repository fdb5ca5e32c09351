//! Apple's over-the-air profile delivery (docs/enrollment.md): the Profile Service profile of phase 1, the device
//! attributes, and who signed what a device POSTs.

mod attributes;
mod device_ca;
mod message;
mod profile_service;

pub use attributes::{DeviceAttribute, DeviceAttributes};
pub use device_ca::DeviceCa;
pub use message::{DeviceMessage, Issuer, verify_device_message};
pub use profile_service::ProfileServiceProfile;
