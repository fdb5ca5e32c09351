//! System packages: what is missing is installed by apt after saying what and why; elsewhere the exact command is printed.

use crate::command::{Done, exists, program, run};
use std::process::{Command, Stdio};

/// Needed to build the window.
const BUILD: &[&str] = &["build-essential", "pkg-config", "libssl-dev", "libwebkit2gtk-4.1-dev"];

/// Needed beside them by the tests: a display, a keyring, a driver for the window, and judges that others wrote.
const TEST: &[&str] = &[
    "xvfb",
    "xauth",
    "webkit2gtk-driver",
    "dbus",
    "gnome-keyring",
    "fonts-dejavu-core",
    "openssl",
    "scep",
    "strongswan-pki",
    "libstrongswan-standard-plugins",
    "libstrongswan-extra-plugins",
    "certmonger",
    "libnss3-tools",
    "gpgsm",
    "gpg-agent",
    "dirmngr",
    "freeradius",
    "eapoltest",
    "time",
    "python3-venv",
    "python3-pip",
];

/// Packages that start a service when they are installed, and its name; the tests run the program themselves, on ports of their own.
const SERVICES: &[(&str, &str)] = &[("freeradius", "freeradius")];

/// What for.
pub(crate) enum For {
    /// Building and running the window.
    Run,
    /// Everything the tests need.
    Test,
    /// The terminal program alone.
    Terminal,
}

/// Installs what is missing.
pub(crate) fn install(purpose: &For) -> Done {
    let wanted: Vec<&str> = match purpose {
        For::Terminal => BUILD.iter().copied().filter(|name| !name.contains("webkit")).collect(),
        For::Run => BUILD.to_vec(),
        For::Test => [BUILD, TEST].concat(),
    };
    if !cfg!(target_os = "linux") {
        return Ok(()); // docs/building.md says what Windows and macOS need.
    }
    if !exists("dpkg-query") {
        println!("{}", elsewhere(ELSEWHERE.iter().find(|(manager, ..)| exists(manager)), purpose, &wanted));
        return Ok(());
    }
    let missing: Vec<&str> = wanted.into_iter().filter(|name| !installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!(
        "Missing system packages: {}\nThey are needed to build the window and to test it. Installing them with apt.",
        missing.join(" ")
    );
    let typed = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
    let Some(before) = privilege() else {
        return Err(format!("this needs root and there is no sudo. Run as root, then start again:\n    {typed}"));
    };
    // A fresh image has empty lists; a list that cannot be refreshed may still do.
    if let Err(problem) = apt(before, &["update", "-qq"]) {
        eprintln!("xtask: {problem}; going on with the package lists that are there");
    }
    let mut arguments = vec!["-o", "DPkg::Lock::Timeout=400", "install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(&missing);
    apt(before, &arguments).map_err(|problem| format!("{problem}. Run as root, then start again:\n    {typed}"))?;
    SERVICES.iter().filter(|(package, _)| missing.contains(package)).for_each(|(_, service)| silence(before, service));
    Ok(())
}

/// Ends the service of a package that was installed just now, and keeps it from starting with the machine.
fn silence(before: &[&str], service: &str) {
    for words in [&["invoke-rc.d", "--quiet", service, "stop"][..], &["update-rc.d", service, "disable"]] {
        let words: Vec<&str> = before.iter().chain(words).copied().collect();
        let Some((first, rest)) = words.split_first() else { return };
        if let Err(problem) = run(program(first, rest).stdin(Stdio::null())) {
            eprintln!("xtask: {problem}; the service {service} was installed with its package and may be running");
        }
    }
}

/// The package manager, how it installs, and its names for building without and with the window.
type Manager = (&'static str, &'static str, &'static str, &'static str);

/// Package managers of other systems.
const ELSEWHERE: &[Manager] = &[
    ("dnf", "dnf install", "gcc gcc-c++ make pkgconf-pkg-config openssl-devel", "webkit2gtk4.1-devel"),
    ("zypper", "zypper install", "gcc gcc-c++ make pkg-config libopenssl-devel", "webkit2gtk3-devel"),
    ("pacman", "pacman -S --needed", "base-devel openssl", "webkit2gtk-4.1"),
];

/// What to type where there is no apt. The tests' judges go by too many names to be guessed: those are listed.
fn elsewhere(manager: Option<&Manager>, purpose: &For, wanted: &[&str]) -> String {
    let Some((_, install, build, window)) = manager else {
        return format!("This is not Debian or Ubuntu. Install what your system has for: {}", wanted.join(" "));
    };
    let window = if matches!(purpose, For::Terminal) { String::new() } else { format!(" {window}") };
    let mut text = format!("This is not Debian or Ubuntu. Unless that was done, run as root:\n    {install} {build}{window}");
    if matches!(purpose, For::Test) {
        text.push_str(&format!("\nand, for the tests, what your system has for: {}", TEST.join(" ")));
    }
    text
}

/// How to become root: not at all, by sudo, or `None`.
fn privilege() -> Option<&'static [&'static str]> {
    let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0");
    if root {
        Some(&[])
    } else if exists("sudo") {
        Some(&["sudo", "--preserve-env=DEBIAN_FRONTEND"])
    } else {
        None
    }
}

fn apt(before: &[&str], arguments: &[&str]) -> Done {
    let words: Vec<&str> = before.iter().chain(&["apt-get"]).chain(arguments).copied().collect();
    let (first, rest) = words.split_first().ok_or("nothing to run")?;
    run(program(first, rest).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()))
}

fn installed(package: &str) -> bool {
    let answer = Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]).output();
    answer.is_ok_and(|out| out.stdout == b"installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elsewhere_the_exact_command_is_printed() {
        let dnf = ELSEWHERE.first();
        assert!(
            elsewhere(dnf, &For::Run, BUILD)
                .contains("\n    dnf install gcc gcc-c++ make pkgconf-pkg-config openssl-devel webkit2gtk4.1-devel")
        );
        assert!(!elsewhere(dnf, &For::Terminal, BUILD).contains("webkit"));
        assert!(elsewhere(dnf, &For::Test, BUILD).contains("xvfb"));
        assert!(elsewhere(None, &For::Run, BUILD).contains("libwebkit2gtk-4.1-dev"));
    }
}
