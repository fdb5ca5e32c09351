//! A desk for the window: a virtual display, a session bus with an unlocked keyring, and the driver, all in a throw-away home.

use crate::screen::Screen;
use protocol::key::KeyAlgorithm;
use ra::{Authority, OpenOptions, Operator, department::NewDepartment, ledger::Actor, ports::SystemClock, testing, vault::KeyringChoice};
use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Longest wait for anything of the desk.
const PATIENCE: Duration = Duration::from_secs(30);
/// What has to be installed.
const TOOLS: &[&str] = &["Xvfb", "dbus-run-session", "gnome-keyring-daemon", "WebKitWebDriver"];

/// Everything the window needs around it; ended when dropped.
pub(crate) struct Desk {
    folder: TempDir,
    display: Child,
    /// Its number.
    number: String,
    session: Child,
    driver: u16,
}

impl Desk {
    /// Sets one up; `None` where a tool is missing (which fails in CI).
    pub(crate) fn new() -> Option<Self> {
        let missing: Vec<_> = TOOLS.iter().filter(|tool| !installed(tool)).collect();
        if !missing.is_empty() {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "not installed: {missing:?}");
            eprintln!("SKIPPED: not installed: {missing:?}");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        for name in ["run", "share", "cache", "config", "data", "saved", "chosen", "frame"] {
            let path = folder.path().join(name);
            std::fs::create_dir(&path).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        }
        let (display, number) = start_display(&folder.path().join("frame"));
        let driver = free_port();
        let home = folder.path();
        // The keyring of the session is made and unlocked first: a locked one would ask in a window that nobody answers.
        // Everything ends with the standard input, however the test ends.
        let script = format!(
            "printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null; \
             WebKitWebDriver --port={driver} & cat >/dev/null; kill $!; wait"
        );
        let session = Command::new("dbus-run-session")
            .args(["--", "sh", "-c", &script])
            .env("DISPLAY", format!(":{number}"))
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home.join("run"))
            .env("XDG_DATA_HOME", home.join("share"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("SIGNET_DATA", home.join("data"))
            .env("SIGNET_SAVE_TO", home.join("saved")) // the system's own dialogs cannot be driven
            .env("SIGNET_OPEN_FROM", home.join("chosen"))
            .env("LANG", "en_GB.UTF-8")
            .env("SIGNET_TEST_ACCOUNT", "rosa")
            .env("TZ", "UTC")
            .env("TAURI_WEBVIEW_AUTOMATION", "true") // without it the session is never answered
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let desk = Desk { folder, display, number, session, driver };
        wait_for(driver);
        Some(desk)
    }

    /// Where the driver answers.
    pub(crate) fn driver(&self) -> String {
        format!("http://127.0.0.1:{}", self.driver)
    }

    /// The data folder of the window.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where the window saves files.
    pub(crate) fn saved(&self) -> PathBuf {
        self.folder.path().join("saved")
    }

    /// Of it the window opens the file that an officer would choose.
    pub(crate) fn chosen(&self) -> PathBuf {
        self.folder.path().join("chosen")
    }

    /// The display.
    pub(crate) fn screen(&self) -> Screen {
        Screen::of(&self.folder.path().join("frame"), &self.number)
    }

    /// Sets a department up in it before the window opens it, as another process would; its officer.
    pub(crate) fn department(&self, ca_key: KeyAlgorithm) -> Operator {
        let passphrase = self.scratch("passphrase");
        std::fs::write(&passphrase, "correct horse battery staple\n").unwrap();
        let keyring = Some(KeyringChoice::PassphraseFile(passphrase));
        let authority = Authority::open(OpenOptions { folder: self.data(), keyring, clock: Arc::new(SystemClock) }).unwrap();
        let rosa = authority.operator(Actor::Officer("rosa".into()));
        let (department, hosts) = ("Department of Physics".into(), vec!["localhost".into()]);
        rosa.create_department(NewDepartment { department, hosts, ca_key, status_url: None, ..testing::new_department() }).unwrap();
        rosa
    }

    /// A file beside it.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.session.stdin.take());
        let _ = self.session.wait();
        let _ = self.display.kill();
        let _ = self.display.wait();
    }
}

fn installed(tool: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()))
}

/// A display on a free number, which the server itself chooses and tells.
fn start_display(frame: &Path) -> (Child, String) {
    let mut display = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nocursor", "-nolisten", "tcp", "-fbdir"])
        .arg(frame)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut number = String::new();
    BufReader::new(display.stdout.take().unwrap()).read_line(&mut number).unwrap();
    (display, number.trim().to_owned())
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Waits until somebody accepts connections there.
fn wait_for(port: u16) {
    let until = Instant::now() + PATIENCE;
    while TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), Duration::from_millis(200)).is_err() {
        assert!(Instant::now() < until, "the driver did not start");
        std::thread::sleep(Duration::from_millis(50)); // until the condition above holds
    }
}

/// Where pictures go: the guide when they are to be renewed, else a folder beside the build.
pub(crate) fn pictures() -> PathBuf {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide/images");
    if for_the_guide() { made(guide) } else { scratch_pictures() }
}

/// The guide's pictures are to be renewed.
pub(crate) fn for_the_guide() -> bool {
    std::env::var_os("SIGNET_SCREENSHOTS").is_some()
}

/// Beside the build, for looking at.
pub(crate) fn scratch_pictures() -> PathBuf {
    made(Path::new(env!("CARGO_TARGET_TMPDIR")).join("window"))
}

fn made(folder: PathBuf) -> PathBuf {
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
