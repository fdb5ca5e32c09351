//! `cargo xtask bench start`: from exec of the window to its first rows painted, cold and warm, and what it and `serve` take of the
//! memory. Seen from outside: the pictures of a virtual display and the figures of the kernel, nothing that the program says of itself.

mod memory;
mod screen;

use crate::{
    bench::{Store, median},
    command::{Done, program, run},
    packages::{self, For},
    ui,
};
use screen::Screen;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Between two looks at the display.
const LOOK: Duration = Duration::from_millis(8);
/// The screen is complete when nothing has changed for so long.
const STILL: Duration = Duration::from_millis(2_500);
/// Rows are lines of text: an empty or waiting screen has hardly any. Share of the pixels.
const ROWS: f64 = 0.01;
/// The first rows are there with this share of what is written on the complete screen. Later ones tell what happens just now: links
/// that ended while nothing ran, a list that was due.
const FIRST_ROWS: f64 = 0.8;
/// Longest wait for a complete screen.
const PATIENCE: Duration = Duration::from_secs(60);
/// The browser that WebKitGTK brings along: what an empty window on the same web view takes, on the same machine in the same run,
/// painting by the processor as ours does (docs/adr/0009).
const BARE: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
/// A server that has started is left alone for so long before its memory is read.
const IDLE: Duration = Duration::from_secs(4);

/// `start [CERTIFICATES] [--rounds N] [--binary FILE]`.
pub(crate) fn start(arguments: &[String]) -> Done {
    let after = |name: &str| arguments.iter().position(|word| word == name).and_then(|at| arguments.get(at + 1));
    let rounds = after("--rounds").and_then(|word| word.parse().ok()).unwrap_or(5_usize).max(1);
    packages::install(&For::Test)?;
    let window = match after("--binary") {
        Some(file) => PathBuf::from(file),
        None => {
            ui::build()?;
            run(&mut program("cargo", ["build", "--release", "--quiet", "--package", "signet"]))?;
            crate::command::root().join("target/release/signet")
        }
    };
    let store = Store::filled(arguments.first().and_then(|word| word.parse().ok()).unwrap_or(1_000_000))?;
    let desk = Desk::new(&store)?;
    let signet = || Command::new(&window);
    let page = rows(store.folder())?;
    let bare = || {
        let mut command = Command::new(BARE);
        command.arg("--geometry=1280x800").arg(&page);
        // As src-tauri/src/web_view.rs has it.
        command.env("GDK_GL", "disable").env("WEBKIT_WEB_RENDER_DEVICE_FILE", "/dev/null");
        command.env("WEBKIT_DISABLE_COMPOSITING_MODE", "1").env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        command
    };
    // The first one also makes the caches of the web view, and tells which files are mapped.
    let first = desk.open(signet())?;
    let mut bare_works = Path::new(BARE).is_file() && desk.open(bare()).is_ok();
    let (mut warm, mut cold, mut sizes, mut complete) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut bare_warm, mut bare_sizes) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let opened = desk.open(signet())?;
        warm.push(opened.painted.as_secs_f64());
        complete.push(opened.complete.as_secs_f64());
        sizes.push(opened.pss as f64 / 1024.0);
        match bare_works.then(|| desk.open(bare())) {
            Some(Ok(opened)) => {
                bare_warm.push(opened.painted.as_secs_f64());
                bare_sizes.push(opened.pss as f64 / 1024.0);
            }
            _ => bare_works = false,
        }
    }
    for _ in 0..rounds {
        forget(first.files.iter().cloned().chain(store.files()))?;
        cold.push(desk.open(signet())?.painted.as_secs_f64());
    }
    let serve = idle_server(&store)? as f64 / 1024.0;
    let (warm, cold, size, complete) = (median(&mut warm), median(&mut cold), median(&mut sizes), median(&mut complete));
    println!("exec to first rows painted: {warm:.2} s warm, {cold:.2} s cold; nothing changes any more: {complete:.2} s warm");
    println!("window {size:.0} MiB PSS, serve alone {serve:.0} MiB PSS");
    let (bare_warm, bare_size) = if bare_works { (median(&mut bare_warm), median(&mut bare_sizes)) } else { (0.0, 0.0) };
    println!(
        "WebKitGTK's own browser with a page of fifty rows and nothing else (0: not there): {bare_warm:.2} s warm, {bare_size:.0} MiB PSS"
    );
    println!("the last picture is in {}", desk.picture.display());
    println!(
        "BENCH start warm={warm:.3} cold={cold:.3} complete={complete:.3} window_mib={size:.0} serve_mib={serve:.0} \
         bare_warm={bare_warm:.3} bare_mib={bare_size:.0}"
    );
    Ok(())
}

/// A page of text without a script, for the bare browser.
fn rows(folder: &Path) -> Result<PathBuf, String> {
    let row = "<tr><td>Rosa Example<td>rosa.example@physics.example.edu<td>S/MIME signing<td>21 November 2027";
    let file = folder.join("rows.html");
    let text = format!("<!doctype html><meta charset=utf-8><title>Rows</title><table style='margin-left:240px'>{}</table>", row.repeat(50));
    std::fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(file)
}

/// What opening the window came to.
struct Opened {
    painted: Duration,
    complete: Duration,
    /// KiB, all processes.
    pss: u64,
    /// Files that the processes had mapped.
    files: Vec<PathBuf>,
}

/// A display, a session bus and a home for the window; ended when dropped.
struct Desk {
    display: Child,
    bus: Child,
    number: String,
    address: String,
    home: PathBuf,
    picture: PathBuf,
    data: PathBuf,
}

impl Drop for Desk {
    fn drop(&mut self) {
        for process in [&mut self.bus, &mut self.display] {
            let _ = process.kill();
            let _ = process.wait();
        }
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

impl Desk {
    fn new(store: &Store) -> Result<Self, String> {
        let home = store.folder().join("desk");
        let _ = std::fs::remove_dir_all(&home);
        for name in ["run", "frame"] {
            std::fs::create_dir_all(home.join(name)).map_err(|e| format!("{}: {e}", home.display()))?;
        }
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-fbdir"]).arg(home.join("frame"));
        let (display, number) = first_line(&mut command)?;
        let (bus, address) = first_line(Command::new("dbus-daemon").args(["--session", "--nofork", "--print-address=1"]))?;
        Ok(Desk { display, bus, number, address, picture: store.folder().join("window.ppm"), data: store.data(), home })
    }

    /// Opens a window, waits until its screen is complete, and closes it.
    fn open(&self, mut command: Command) -> Result<Opened, String> {
        let mut screen = Screen::open(&self.home.join("frame/Xvfb_screen0"))?;
        let name = command.get_program().to_string_lossy().into_owned();
        command
            .env("DISPLAY", format!(":{}", self.number))
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("HOME", &self.home)
            .env("XDG_RUNTIME_DIR", self.home.join("run"))
            .env("SIGNET_DATA", &self.data)
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let begun = Instant::now();
        let mut process = command.spawn().map_err(|e| format!("{name}: {e}"))?;
        let watched = watch(&mut screen, begun, &mut process);
        let opened = watched.and_then(|painted| {
            let tree = memory::tree(process.id());
            let (painted, complete) = painted;
            Ok(Opened { painted, complete, pss: memory::pss(&tree)?, files: memory::mapped(&tree) })
        });
        screen.keep(&self.picture)?;
        let _ = process.kill();
        let _ = process.wait();
        opened
    }
}

/// When the first rows were there, and when the picture that stays.
fn watch(screen: &mut Screen, begun: Instant, process: &mut Child) -> Result<(Duration, Duration), String> {
    let empty = screen.look()?;
    let (mut shown, mut since) = (empty.hash, Instant::now());
    let mut seen: Vec<(Duration, f64)> = Vec::new();
    loop {
        std::thread::sleep(LOOK);
        let now = screen.look()?;
        if now.hash != shown {
            (shown, since) = (now.hash, Instant::now());
            seen.push((since - begun, now.written));
        } else if shown != empty.hash && now.written > ROWS && since.elapsed() > STILL {
            let first = seen.iter().find(|(_, written)| *written >= FIRST_ROWS * now.written);
            return Ok((first.map_or(since - begun, |(at, _)| *at), since - begun));
        }
        if begun.elapsed() > PATIENCE {
            return Err("the window was not complete within a minute".to_owned());
        }
        if let Ok(Some(status)) = process.try_wait() {
            return Err(format!("the window ended with {status}"));
        }
    }
}

/// Starts something that goes on and gives the first line that it writes.
fn first_line(command: &mut Command) -> Result<(Child, String), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = started.map_err(|e| format!("{name}: {e}"))?;
    let mut line = String::new();
    if let Some(out) = child.stdout.take() {
        BufReader::new(out).read_line(&mut line).map_err(|e| format!("{name}: {e}"))?;
    }
    Ok((child, line.trim().to_owned()))
}

/// Drops these files from the page cache, as after a restart of the machine (`dd` asks the kernel to; no privilege is needed).
fn forget(files: impl Iterator<Item = PathBuf>) -> Done {
    for file in files.filter(|file| file.is_file()) {
        let from = format!("if={}", file.display());
        let done = Command::new("dd").args([&from, "iflag=nocache", "count=0", "status=none"]).status();
        if !done.is_ok_and(|status| status.success()) {
            return Err(format!("dd cannot read {}", file.display()));
        }
    }
    Ok(())
}

/// KiB of a server that nobody asks anything.
fn idle_server(store: &Store) -> Result<u64, String> {
    let mut command = store.signetctl(&["--json", "serve", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
    let (mut child, line) = first_line(&mut command)?;
    std::thread::sleep(IDLE);
    let size = memory::pss(&memory::tree(child.id()));
    let _ = child.kill();
    let _ = child.wait();
    if line.is_empty() { Err("signetctl serve did not start".to_owned()) } else { size }
}
