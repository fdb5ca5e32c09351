//! What can be typed about departments, and how one is named where there are several.

use super::*;
use ra::profile::Scope;

/// For a department.
#[derive(Args)]
pub(crate) struct At {
    /// Which department, where there are several.
    #[arg(long, value_name = "NAME")]
    pub(crate) department: Option<String>,
}

/// For a department, or for all that have nothing of their own.
#[derive(Args)]
pub(crate) struct Place {
    /// For all departments of the organization that have nothing of their own.
    #[arg(long, conflicts_with = "department")]
    pub(crate) organization: bool,
    /// Which department, where there are several.
    #[arg(long, value_name = "NAME")]
    pub(crate) department: Option<String>,
}

impl Place {
    /// What is meant.
    pub(crate) fn scope(&self) -> Scope {
        if self.organization { Scope::Organization } else { Scope::Department }
    }
}

#[derive(Subcommand)]
pub(crate) enum Department {
    /// Add a department under the same CA: a pilot, with escrow off.
    Add {
        /// Its name; stands in its people's certificates for ever.
        #[arg(long)]
        name: String,
        /// Mail domain of its people, among those that the CA was made for; may be given several times.
        #[arg(long = "mail-domain", value_name = "DOMAIN", required = true)]
        mail_domains: Vec<String>,
    },
    /// List departments: pilot or production, escrow since when and why.
    List,
    /// Show one.
    Show {
        /// Its name; left out where there is only one.
        name: Option<String>,
    },
    /// Rename one for its readers; certificates go on stating its first name.
    Rename {
        /// Its name until now.
        name: String,
        /// Its name from now on.
        new: String,
    },
    /// Give one other mail domains, for addresses that are added from now on.
    Domains {
        /// Its name; left out where there is only one.
        name: Option<String>,
        /// All its mail domains from now on, among those that the CA was made for; may be given several times.
        #[arg(long = "mail-domain", value_name = "DOMAIN", required = true)]
        mail_domains: Vec<String>,
    },
    /// Rename the organization for its readers; certificates go on stating its first name.
    Organization {
        /// Its name from now on.
        new: String,
    },
}
