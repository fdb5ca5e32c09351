//! Units and the set-up of a department.

use crate::{Operator, Result, id::UnitId};
use protocol::{Timestamp, key::KeyAlgorithm};

/// What the wizard collects; saved after each step, so that it can be resumed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct SetupDraft {
    /// Step reached, from 0.
    pub step: u8,
    /// Organization.
    pub organization: String,
    /// Department.
    pub department: String,
    /// Mail domains.
    pub mail_domains: Vec<String>,
    /// Host names and addresses to serve on.
    pub hosts: Vec<String>,
    /// Listen address for HTTPS.
    pub https: String,
    /// Listen address for HTTP.
    pub http: String,
    /// Public URL.
    pub public_url: String,
    /// "public" or "private".
    pub tls: String,
    /// CA key.
    pub ca_key: Option<KeyAlgorithm>,
    /// Help line.
    pub contact: String,
    /// Training department.
    pub training: bool,
}

/// What `init` and the wizard's last step need.
#[derive(Debug, Clone)]
pub struct NewDepartment {
    /// Organization name.
    pub organization: String,
    /// Department name.
    pub department: String,
    /// Mail domains, at least one.
    pub mail_domains: Vec<String>,
    /// Host names and addresses of the portal.
    pub hosts: Vec<String>,
    /// CA key (root and issuing).
    pub ca_key: KeyAlgorithm,
    /// Status URL, when it is known.
    pub status_url: Option<String>,
    /// Is this a training department (never for real people)?
    pub training: bool,
}

/// The department as the screens show it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Department {
    /// Id.
    pub id: UnitId,
    /// Organization.
    pub organization: String,
    /// Department.
    pub department: String,
    /// Mail domains.
    pub mail_domains: Vec<String>,
    /// Hosts.
    pub hosts: Vec<String>,
    /// Training department.
    pub training: bool,
    /// When it was set up.
    pub created_at: Timestamp,
    /// The portal's TLS certificate was imported (else: by the issuing CA, private root).
    pub public_tls: bool,
    /// The root's key is in this folder (else it was moved to removable media).
    pub root_key_here: bool,
}

impl crate::authority::Inner {
    /// The department, cached until the data changes; `Denied::NotSetUp` before.
    pub(crate) fn department(&self) -> Result<std::sync::Arc<Department>> {
        todo!()
    }
}

impl Operator {
    /// The saved draft of the wizard.
    pub fn setup_draft(&self) -> Result<SetupDraft> {
        todo!()
    }
    /// Saves it.
    pub fn save_setup_draft(&self, draft: &SetupDraft) -> Result<()> {
        let _ = draft;
        todo!()
    }
    /// Creates organization, department, root, issuing CA, RA, profile signer and TLS certificate. Once.
    pub fn create_department(&self, new: NewDepartment) -> Result<Department> {
        let _ = new;
        todo!()
    }
    /// The department; `Denied::NotSetUp` before.
    pub fn department(&self) -> Result<Department> {
        todo!()
    }
}
