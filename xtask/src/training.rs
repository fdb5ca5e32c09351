//! A training department below `target/`: set up whole or not at all, served, and its invented person invited.

use crate::command::{Done, program, root, run as demand, say};
use std::{
    io::{BufRead, BufReader, Read, Write, stdout},
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{RecvTimeoutError, channel},
    time::Duration,
};

const HTTPS_PORT: u16 = 8443;
const HTTP_PORT: u16 = 8080;
/// The person of the training department.
const PERSON: &str = "Alice Example";
const MAIL: &str = "alice@example.edu";
/// Longest wait for the server.
const PATIENCE: Duration = Duration::from_secs(30);

/// A department for trying things out.
pub(crate) struct Training {
    host: IpAddr,
    folder: PathBuf,
    signetctl: PathBuf,
}

/// What is typed for one, in this order, after `signetctl --data FOLDER`.
struct Commands {
    set_up: [Vec<String>; 3],
    serve: Vec<String>,
    invite: Vec<String>,
}

fn commands(host: IpAddr, passphrase: &str) -> Commands {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let (address, https, http) = (host.to_string(), at(host, HTTPS_PORT), at(host, HTTP_PORT));
    let names = ["--organization", "Example University", "--department", "Department of Training", "--mail-domain", "example.edu"];
    let keys = ["--host", &address, "--ca-key", "rsa2048", "--keyring", "passphrase-file", passphrase];
    let evidence = "invented person of the training department";
    Commands {
        set_up: [
            words(&[&["init", "--training"], &names[..], &keys].concat()),
            words(&["subscriber", "add", "--name", PERSON, "--mail", MAIL]),
            words(&["subscriber", "validate", MAIL, "--method", "records", "--evidence", evidence]),
        ],
        serve: words(&["serve", "--https", &https, "--http", &http, "--public-url", &format!("https://{https}")]),
        invite: words(&["invite", MAIL]),
    }
}

impl Training {
    pub(crate) fn new(host: IpAddr) -> Self {
        // As cargo takes it, which is started in the root.
        let target = root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
        Training { host, folder: target.join(format!("training-{host}").replace(':', "-")), signetctl: target.join("debug/signetctl") }
    }

    pub(crate) fn serve(&self) -> Done {
        // Beside the folder, which is set up under another name: its place is remembered.
        let passphrase = beside(&self.folder, ".passphrase");
        let typed = commands(self.host, &passphrase.to_string_lossy());
        let new = whole(&self.folder, |unfinished| {
            // A department for trying out; its passphrase protects nothing and says so.
            std::fs::write(&passphrase, "training only").map_err(|e| format!("cannot write {}: {e}", passphrase.display()))?;
            // What these say of the folder and of what comes next is not so a moment later.
            typed.set_up.iter().try_for_each(|words| demand(self.command(unfinished, words).stdout(Stdio::null())))
        })?;
        if new {
            let folder = self.folder.display();
            say(&mut stdout(), format_args!("All of it is set up; its folder is {folder} from now on. It is served next."));
        }
        let mut server = self.start(&typed.serve)?;
        let said = server.stdout.take().ok_or("the server has no output");
        let shown = said.map_err(str::to_owned).and_then(|said| listens(said, stdout(), PATIENCE));
        if let Err(problem) = shown.and_then(|()| demand(&mut self.command(&self.folder, &typed.invite))) {
            let _ = server.kill();
            let _ = server.wait();
            return Err(perhaps_half(&self.folder, problem));
        }
        if self.host.is_loopback() {
            say(&mut stdout(), format_args!("Serving until Ctrl-C, for this computer alone. For phones: cargo xtask run --host ADDRESS"));
        } else {
            say(&mut stdout(), format_args!("Serving until Ctrl-C. Every device that can reach {} can open the link.", self.host));
        }
        let status = server.wait().map_err(|e| e.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}")) }
    }

    fn start(&self, words: &[String]) -> Result<Child, String> {
        let mut serve = self.command(&self.folder, words);
        serve.stdout(Stdio::piped()).spawn().map_err(|e| format!("cannot start signetctl: {e}"))
    }

    fn command(&self, folder: &Path, words: &[String]) -> Command {
        let mut command = program(&self.signetctl.to_string_lossy(), ["--data"]);
        command.arg(folder).args(words);
        command
    }
}

/// Makes a folder by these works, unless it is there, and says whether it did. They are done in one beside it, which takes its name when all
/// are done: what was broken off is begun anew. So is what an earlier version broke off before there was a database.
fn whole(folder: &Path, works: impl FnOnce(&Path) -> Done) -> Result<bool, String> {
    if folder.join("signet.db").exists() {
        return Ok(false);
    }
    let unfinished = beside(folder, ".unfinished");
    let told = |done: std::io::Result<()>| done.map_err(|e| format!("cannot set up {}: {e}", folder.display()));
    for begun in [folder, unfinished.as_path()].into_iter().filter(|begun| begun.exists()) {
        told(std::fs::remove_dir_all(begun))?;
    }
    told(std::fs::create_dir_all(&unfinished))?;
    works(&unfinished)?;
    told(std::fs::rename(&unfinished, folder))?;
    Ok(true)
}

/// What went wrong with a department that was there, with what to do where an earlier version made it: those alone have the passphrase in
/// the folder, and began with a database what they may not have finished.
fn perhaps_half(folder: &Path, problem: String) -> String {
    if !folder.join("passphrase").exists() {
        return problem;
    }
    format!("{problem}; an earlier version made {} and may not have finished it: delete it and start again", folder.display())
}

/// The same path with an ending.
fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut path = folder.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// Shows what the server says, and waits until it says that it listens: whatever else answers on its port is not it.
fn listens(said: impl Read + Send + 'static, mut shown: impl Write + Send + 'static, patience: Duration) -> Done {
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            say(&mut shown, format_args!("{line}"));
            if line.starts_with("Listening on ") {
                let _ = tell.send(());
            }
        }
    });
    heard.recv_timeout(patience).map_err(|problem| match problem {
        RecvTimeoutError::Timeout => {
            format!("the server did not listen within {} s; look at what stands above, and start again", patience.as_secs())
        }
        RecvTimeoutError::Disconnected => "the server ended before it listened; why stands above".to_owned(),
    })
}

/// `ADDRESS:PORT`, with brackets around IPv6.
fn at(host: IpAddr, port: u16) -> String {
    SocketAddr::new(host, port).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn these_commands_are_typed() {
        let typed = commands("192.168.1.7".parse().unwrap(), "/t/passphrase");
        let lines = |words: &[Vec<String>]| words.iter().map(|words| words.join(" ")).collect::<Vec<_>>();
        assert_eq!(
            lines(&typed.set_up),
            [
                "init --training --organization Example University --department Department of Training --mail-domain example.edu \
                 --host 192.168.1.7 --ca-key rsa2048 --keyring passphrase-file /t/passphrase",
                "subscriber add --name Alice Example --mail alice@example.edu",
                "subscriber validate alice@example.edu --method records --evidence invented person of the training department",
            ]
        );
        assert_eq!(
            lines(&[typed.serve, typed.invite]),
            ["serve --https 192.168.1.7:8443 --http 192.168.1.7:8080 --public-url https://192.168.1.7:8443", "invite alice@example.edu"]
        );
        let typed = commands("fd00::7".parse().unwrap(), "p");
        assert_eq!(typed.serve.last().unwrap(), "https://[fd00::7]:8443");
    }

    #[test]
    fn what_is_broken_off_at_any_step_is_set_up_anew() {
        let place = std::env::temp_dir().join(format!("xtask-training-{}", std::process::id()));
        std::fs::create_dir_all(&place).unwrap();
        let folder = place.join("training-127.0.0.1");
        // As much as `init`, `add` and `validate` leave; the first makes its file before it is done.
        let set_up = |steps: usize| {
            whole(&folder, |unfinished| {
                for (done, name) in ["signet.db", "keys", "person", "evidence"].into_iter().enumerate() {
                    if done == steps {
                        return Err("Ctrl-C".to_owned());
                    }
                    let file = unfinished.join(name);
                    assert!(!file.exists(), "{name}: begun anew");
                    std::fs::write(file, "").unwrap();
                }
                Ok(())
            })
        };
        for steps in 0..4 {
            assert_eq!(set_up(steps), Err("Ctrl-C".to_owned()));
            assert!(!folder.exists(), "after {steps} steps it does not count as set up");
        }
        // An earlier version had no other name for what was not finished.
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("passphrase"), "").unwrap();
        assert_eq!(set_up(4), Ok(true));
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 4, "nothing of it is left");
        assert_eq!(std::fs::read_dir(&place).unwrap().count(), 1, "nothing is left over");
        assert_eq!(set_up(0), Ok(false), "it is there: nothing is done");
        let failed = || perhaps_half(&folder, "it ended".to_owned());
        assert_eq!(failed(), "it ended");
        std::fs::write(folder.join("passphrase"), "").unwrap();
        assert_eq!(set_up(0), Ok(false), "with its database it may be whole");
        let made = format!("an earlier version made {} and may not have finished it", folder.display());
        assert_eq!(failed(), format!("it ended; {made}: delete it and start again"));
        std::fs::remove_dir_all(&place).unwrap();
    }

    /// A server that says nothing and does not end.
    struct Silent;

    impl Read for Silent {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            loop {
                std::thread::park();
            }
        }
    }

    /// An output that nobody reads any more.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_what_the_server_says_counts_as_listening() {
        let line = &b"Listening on https://127.0.0.1:8443 and http://127.0.0.1:8080. Stop with Ctrl-C.\n"[..];
        listens(line, std::io::sink(), PATIENCE).unwrap();
        listens(line, Closed, PATIENCE).unwrap();
        for ended in [&b""[..], b"Another program listens on 127.0.0.1:8443.\n"] {
            assert!(listens(ended, std::io::sink(), PATIENCE).unwrap_err().contains("ended before it listened"));
        }
        let late = listens(Silent, std::io::sink(), Duration::from_millis(20)).unwrap_err();
        assert!(late.contains("did not listen") && late.ends_with("look at what stands above, and start again"), "{late}");
    }
}
