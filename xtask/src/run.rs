//! `cargo xtask run`: the window, or a training department in a terminal where there is no display.

use crate::{
    command::{Done, program, root, run as demand},
    packages::{self, For},
    ui,
};
use std::{
    net::{IpAddr, Ipv4Addr, TcpStream, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

const HTTPS_PORT: u16 = 8443;
const HTTP_PORT: u16 = 8080;
/// The person of the training department.
const PERSON: &str = "Alice Example";
const MAIL: &str = "alice@example.edu";

/// Opens the window, or serves a training department.
pub(crate) fn run(arguments: &[String]) -> Done {
    if display() {
        packages::install(&For::Run)?;
        ui::build()?;
        return demand(&mut program("cargo", ["run", "--quiet", "--package", "signet"]));
    }
    println!("There is no display: serving a training department instead of opening the window.");
    packages::install(&For::Terminal)?;
    demand(&mut program("cargo", ["build", "--quiet", "--package", "signetctl"]))?;
    let host = match arguments {
        [] => own_address(),
        [flag, address] if flag == "--host" => address.parse().map_err(|_| format!("--host {address}: not an IP address"))?,
        _ => return Err("use: cargo xtask run [--host ADDRESS]".to_owned()),
    };
    Training::new(host).serve()
}

fn display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// The address by which this machine would speak to others (a datagram socket that is only connected sends nothing). On a machine with a
/// public address it is the loopback address: a training department is not for the internet.
fn own_address() -> IpAddr {
    let found = UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?; // TEST-NET-1 (RFC 5737): any address behind the default route will do
        socket.local_addr()
    });
    match found.map(|address| address.ip()) {
        Ok(IpAddr::V4(address)) if address.is_private() => IpAddr::V4(address),
        _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

/// A department for trying things out, below `target/`.
struct Training {
    host: IpAddr,
    folder: PathBuf,
    signetctl: PathBuf,
}

impl Training {
    fn new(host: IpAddr) -> Self {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        Training { host, folder: target.join(format!("training-{host}").replace(':', "-")), signetctl: target.join("debug/signetctl") }
    }

    fn serve(&self) -> Done {
        if !self.folder.join("signet.db").exists() {
            self.set_up()?;
        }
        let mut server = self.start()?;
        let shown = self.wait(&mut server).and_then(|()| self.invite());
        if let Err(problem) = shown {
            let _ = server.kill();
            let _ = server.wait();
            return Err(problem);
        }
        if self.host.is_loopback() {
            println!("Serving until Ctrl-C, for this computer alone. For phones: cargo xtask run --host ADDRESS");
        } else {
            println!("Serving until Ctrl-C. Every device that can reach {} can open the link.", self.host);
        }
        let status = server.wait().map_err(|e| e.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}")) }
    }

    fn set_up(&self) -> Done {
        std::fs::create_dir_all(&self.folder).map_err(|e| format!("cannot create {}: {e}", self.folder.display()))?;
        let passphrase = self.folder.join("passphrase");
        // A department for trying out; its passphrase protects nothing and says so.
        std::fs::write(&passphrase, "training only").map_err(|e| format!("cannot write {}: {e}", passphrase.display()))?;
        let host = self.host.to_string();
        let mut init =
            self.command(&["init", "--training", "--organization", "Example University", "--department", "Department of Training"]);
        init.args(["--mail-domain", "example.edu", "--host", &host, "--ca-key", "rsa2048", "--keyring", "passphrase-file"])
            .arg(&passphrase);
        demand(&mut init)?;
        demand(&mut self.command(&["subscriber", "add", "--name", PERSON, "--mail", MAIL]))?;
        let evidence = "invented person of the training department";
        demand(&mut self.command(&["subscriber", "validate", MAIL, "--method", "records", "--evidence", evidence]))
    }

    fn start(&self) -> Result<Child, String> {
        let mut serve = self.command(&["serve"]);
        serve.args(["--https", &at(self.host, HTTPS_PORT), "--http", &at(self.host, HTTP_PORT)]);
        serve.args(["--public-url", &format!("https://{}", at(self.host, HTTPS_PORT))]);
        serve.spawn().map_err(|e| format!("cannot start signetctl: {e}"))
    }

    /// Waits until the server answers or has ended.
    fn wait(&self, server: &mut Child) -> Done {
        for _ in 0..300 {
            if let Ok(Some(status)) = server.try_wait() {
                return Err(format!("the server ended with {status}"));
            }
            if TcpStream::connect((self.host, HTTPS_PORT)).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err("the server did not answer within 30 s".to_owned())
    }

    /// Prints the link, its QR code and the code.
    fn invite(&self) -> Done {
        demand(&mut self.command(&["invite", MAIL]))
    }

    fn command(&self, words: &[&str]) -> Command {
        let signetctl: &Path = &self.signetctl;
        let mut command = program(&signetctl.to_string_lossy(), ["--data"]);
        command.arg(&self.folder).args(words);
        command
    }
}

/// `ADDRESS:PORT`, with brackets around IPv6.
fn at(host: IpAddr, port: u16) -> String {
    std::net::SocketAddr::new(host, port).to_string()
}
