//! Who works with the program: an officer is known by the account of the operating system.

/// Stands for an account of which the system knows no name. All of these are one officer: none approves what another one asked for.
const NAMELESS: &str = "officer";

/// Tests name their officers by it. Builds that are released do not look at it: whoever can set a variable could be two officers.
#[cfg(debug_assertions)]
const STAND_IN: &str = "SIGNET_TEST_ACCOUNT";

/// Name of the account under which this process runs, as the system itself says it; never from the environment, which anybody
/// can set.
#[must_use]
pub fn name() -> String {
    #[cfg(debug_assertions)]
    if let Some(name) = std::env::var(STAND_IN).ok().filter(|name| !name.trim().is_empty()) {
        return name.trim().to_owned();
    }
    whoami::fallible::username()
        .ok()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| NAMELESS.to_owned())
}
