//! `cargo xtask run`: the window, or a training department in a terminal where there is no display.

use crate::{
    command::{Done, program, run as demand},
    packages::{self, For},
    training::Training,
    ui,
};
use std::net::{IpAddr, Ipv4Addr, UdpSocket};

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
