//! System packages: what is missing is installed by apt after saying what and why; elsewhere the exact command is printed.

use crate::command::{Done, exists, program, run};
use std::process::{Command, Stdio};

/// Packages, and what they are for.
type Group = (&'static [&'static str], &'static str);

const PROGRAM: Group =
    (&["build-essential", "pkg-config", "libssl-dev"], "to compile Signet: a C compiler and linker, and the headers of OpenSSL");
const WINDOW: Group = (&["libwebkit2gtk-4.1-dev"], "to build and open the window: the system's web view");

/// Needed beside them by the tests: a display, a keyring, a driver for the window, and judges that others wrote.
const TESTS: &[Group] = &[
    (&["xvfb", "webkit2gtk-driver", "fonts-dejavu-core"], "for the tests, to drive the real window on a display that nobody sees"),
    (&["dbus", "gnome-keyring"], "for the tests, a keyring of their own"),
    (&["openssl"], "for the tests, to verify certificates, lists and messages by another program"),
    (
        &["scep", "strongswan-pki", "libstrongswan-standard-plugins", "libstrongswan-extra-plugins", "certmonger"],
        "for the tests, SCEP clients that others wrote",
    ),
    (&["libnss3-tools", "gpgsm", "gpg-agent", "dirmngr"], "for the tests, to read what is issued as Thunderbird and GnuPG do"),
    (&["freeradius", "eapoltest"], "for the tests, a Wi-Fi sign-in with the certificates; the service is switched off again"),
    (&["python3-venv", "python3-pip"], "for the tests, to fetch pkilint, which lints certificates"),
    (&["time"], "for the benches, to measure memory"),
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
    let groups = groups(purpose);
    if !cfg!(target_os = "linux") {
        return Ok(()); // docs/building.md says what Windows and macOS need.
    }
    if !exists("dpkg-query") {
        println!("{}", elsewhere(ELSEWHERE.iter().find(|(manager, ..)| exists(manager)), purpose));
        return Ok(());
    }
    let missing: Vec<&str> = names(&groups).filter(|name| !installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let typed = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
    let before = privilege();
    println!("{}", announced(before.is_some(), &reasons(&groups, &missing)));
    let Some(before) = before else {
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

/// What a purpose takes.
fn groups(purpose: &For) -> Vec<Group> {
    match purpose {
        For::Terminal => vec![PROGRAM],
        For::Run => vec![PROGRAM, WINDOW],
        For::Test => [&[PROGRAM, WINDOW][..], TESTS].concat(),
    }
}

fn names(groups: &[Group]) -> impl Iterator<Item = &'static str> {
    groups.iter().flat_map(|(names, _)| names.iter().copied())
}

/// What is missing and why, and what becomes of it.
fn announced(installs: bool, reasons: &str) -> String {
    let what = if installs { "are missing; apt installs them now" } else { "are missing" };
    format!("These system packages {what}:\n{reasons}")
}

/// A line for each group of which something is missing: what, and why.
fn reasons(groups: &[Group], missing: &[&str]) -> String {
    let lines = groups.iter().filter_map(|(names, why)| {
        let here: Vec<&str> = names.iter().copied().filter(|name| missing.contains(name)).collect();
        (!here.is_empty()).then(|| format!("    {}: {why}", here.join(" ")))
    });
    lines.collect::<Vec<_>>().join("\n")
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
fn elsewhere(manager: Option<&Manager>, purpose: &For) -> String {
    let whole = |groups: &[Group]| reasons(groups, &names(groups).collect::<Vec<_>>());
    let Some((_, install, build, window)) = manager else {
        return format!("This is not Debian or Ubuntu. Install what your system has for:\n{}", whole(&groups(purpose)));
    };
    let window = if matches!(purpose, For::Terminal) { String::new() } else { format!(" {window}") };
    let mut text = format!("This is not Debian or Ubuntu. Unless that was done, run as root:\n    {install} {build}{window}");
    if matches!(purpose, For::Test) {
        text.push_str(&format!("\nand what your system has for:\n{}", whole(TESTS)));
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
            elsewhere(dnf, &For::Run).contains("\n    dnf install gcc gcc-c++ make pkgconf-pkg-config openssl-devel webkit2gtk4.1-devel")
        );
        assert!(!elsewhere(dnf, &For::Terminal).contains("webkit"));
        assert!(elsewhere(dnf, &For::Test).contains("xvfb"));
        assert!(elsewhere(None, &For::Run).contains("libwebkit2gtk-4.1-dev"));
    }

    #[test]
    fn what_is_missing_is_said_with_its_reason_and_running_speaks_of_no_tests() {
        let run = groups(&For::Run);
        let said = reasons(&run, &["libssl-dev", "libwebkit2gtk-4.1-dev"]);
        let lines: Vec<_> = said.lines().map(|line| line.split_once(" to ").unwrap().0).collect();
        assert_eq!(lines, ["    libssl-dev:", "    libwebkit2gtk-4.1-dev:"], "what is there is not named: {said}");
        assert!(!reasons(&run, &names(&run).collect::<Vec<_>>()).contains("test"));
        assert_eq!(announced(true, "    a: b"), "These system packages are missing; apt installs them now:\n    a: b");
        assert_eq!(announced(false, "    a: b"), "These system packages are missing:\n    a: b", "nobody here may install anything");
        assert!(!names(&groups(&For::Terminal)).any(|name| name.contains("webkit")));

        let all = groups(&For::Test);
        let mut once: Vec<_> = names(&all).collect();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), names(&all).count(), "each has one reason");
        assert!(SERVICES.iter().all(|(package, _)| once.contains(package)));
    }
}
