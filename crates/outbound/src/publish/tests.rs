//! A courier between a department and a server of its own that is down, slow, full, faulty or well.

mod monitor;
mod password;

use super::{Courier, write, write_with};
use ra::{
    monitor::MonitorState,
    publication::{Failed, Failure},
    testing,
};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// How the server answers a PUT.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Well,
    Status(u16),
    /// Takes the request and never answers.
    Slow,
}

/// A small WebDAV server: keeps what is PUT, serves it by GET.
#[derive(Clone)]
struct Dav {
    address: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    files: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    /// Whoever changes something must send this as Authorization.
    authorization: Option<&'static str>,
}

impl Dav {
    fn start() -> Self {
        Dav::start_with(None, None)
    }

    /// Behind TLS, and for those alone who say who they are.
    fn start_with(tls: Option<Arc<ServerConfig>>, authorization: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, mood) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Mood::Well)));
        let dav = Dav { address, mood, files: Arc::default(), authorization };
        let served = dav.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (served, tls) = (served.clone(), tls.clone());
                std::thread::spawn(move || {
                    let stream = stream.unwrap();
                    match tls {
                        None => served.serve(stream),
                        Some(tls) => served.serve(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream)),
                    }
                });
            }
        });
        dav
    }

    fn url(&self) -> String {
        format!("http://{}/pki", self.address)
    }

    fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn serve(&self, stream: impl Read + Write) -> Option<()> {
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            if line.trim().is_empty() {
                break;
            }
            head.push(line);
        }
        let field = |wanted: &str| {
            let found = head.iter().filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.trim())
        };
        let length = field("content-length").map_or(0, |n| n.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let mut words = head.first()?.split(' ');
        let (method, path) = (words.next()?, words.next()?.to_owned());
        // A relying party reads without a password.
        let stranger = method != "GET" && self.authorization.is_some_and(|right| field("authorization") != Some(right));
        let mood = if stranger { Mood::Status(401) } else { *self.mood.lock().unwrap() };
        let (status, content) = match (mood, method) {
            (Mood::Slow, _) => {
                // Until the courier has lost its patience and closes.
                let _ = reader.read(&mut [0]);
                return None;
            }
            (Mood::Status(status), _) => (status, Vec::new()),
            (Mood::Well, "PUT") => {
                let new = self.files.lock().unwrap().insert(path, body).is_none();
                (if new { 201 } else { 204 }, Vec::new())
            }
            (Mood::Well, "DELETE") => (if self.files.lock().unwrap().remove(&path).is_some() { 204 } else { 404 }, Vec::new()),
            (Mood::Well, _) => match self.files.lock().unwrap().get(&path) {
                Some(content) => (200, content.clone()),
                None => (404, Vec::new()),
            },
        };
        let stream = reader.get_mut();
        let length = if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", content.len()) };
        write!(stream, "HTTP/1.1 {status} X\r\n{length}Connection: close\r\n\r\n").ok()?;
        stream.write_all(&content).and_then(|()| stream.flush()).ok()
    }
}

fn courier() -> Courier {
    Courier::with_patience(Duration::from_secs(2)).unwrap()
}

#[test]
fn a_target_that_fails_is_tried_again_until_it_has_the_newest_files() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let (dav, courier) = (Dav::start(), courier());
    let target = officer.add_publication_target(&dav.url(), None).unwrap();
    assert_eq!(target.waiting, 4);
    for (mood, failure, said, told) in [
        (
            Mood::Status(500),
            Failure::ServerFault,
            "500 Internal Server Error",
            "500 Internal Server Error: the server has a fault of its own; ask whoever runs the server to look into its log",
        ),
        (Mood::Status(507), Failure::Full, "507 Insufficient Storage", "507 Insufficient Storage: the server is full; make room there"),
        (
            Mood::Status(401),
            Failure::Credentials,
            "401 Unauthorized",
            "401 Unauthorized: the server wants another name or password; remove the place and add it again with the right name and password",
        ),
        (
            Mood::Status(202),
            Failure::Refused,
            "202 Accepted",
            "202 Accepted: the server refused; ask whoever runs the server why it refuses this address",
        ),
        (
            Mood::Slow,
            Failure::Silent,
            "",
            "the server did not answer in time; look whether the server is overloaded or a firewall is in the way",
        ),
    ] {
        dav.be(mood);
        let begun = Instant::now();
        assert_eq!(courier.drain(&officer).unwrap(), (0, 4));
        assert!(begun.elapsed() < Duration::from_secs(3 * 2), "a silent server is waited for once, not once a file");
        assert_eq!(courier.drain(&officer).unwrap(), (0, 0), "not at once again");
        let attempts = officer.publication_attempts(target.id, 4).unwrap();
        let as_said = |attempt: &ra::publication::PublicationAttempt| {
            !attempt.succeeded && attempt.failure == Some(failure) && attempt.detail == said && attempt.told() == told
        };
        assert!(attempts.iter().all(as_said), "{attempts:?}");
        clock.advance(3_600);
    }
    dav.be(Mood::Well);
    assert_eq!(courier.drain(&officer).unwrap(), (4, 0));
    let target = officer.publication_targets().unwrap().remove(0);
    assert_eq!((target.waiting, target.last_success.is_some()), (0, true));
    assert_eq!(target.last.and_then(|last| last.failure), None, "what arrived has no reason");
    assert_eq!(officer.publication_attempts(target.id, 100).unwrap().len(), 24, "every attempt is recorded");
    let files = dav.files.lock().unwrap();
    assert_eq!(files["/pki/issuing.crl"], authority.enroller().crl("issuing").unwrap());
    assert_eq!(files["/pki/root.crt"], officer.ca_certificates().unwrap()[0].der);
}

#[test]
fn a_server_that_is_down_is_named_as_such_with_what_to_do() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = officer.add_publication_target(&format!("http://{nobody}"), None).unwrap();
    assert_eq!(courier().drain(&officer).unwrap(), (0, 4));
    let attempt = officer.publication_attempts(target.id, 1).unwrap().remove(0);
    assert_eq!(attempt.failure, Some(Failure::Unreachable));
    let told = "the server cannot be reached; look whether the address is right, the network is there and the server runs";
    assert!(!attempt.detail.is_empty() && attempt.told() == format!("{}: {told}", attempt.detail), "{}", attempt.told());
    courier().monitor(&officer).unwrap();
    let seen = officer.published_crls().unwrap();
    let there: Vec<_> = seen.iter().filter(|crl| crl.address.contains(&nobody.to_string())).collect();
    assert_eq!(there.len(), 2);
    for crl in there {
        assert_eq!((crl.state, crl.failure), (MonitorState::Unreachable, Some(Failure::Unreachable)));
        assert!(crl.told().ends_with(told), "{}", crl.told());
    }
}

#[test]
fn a_folder_gets_whole_files_and_a_lost_one_is_reported() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let public = folder.path().join("public");
    assert!(officer.add_publication_target(public.to_str().unwrap(), None).is_err(), "there is no such folder");
    std::fs::create_dir(&public).unwrap();
    let target = officer.add_publication_target(public.to_str().unwrap(), None).unwrap();
    let courier = courier();
    assert_eq!(courier.drain(&officer).unwrap(), (4, 0));
    let mut names: Vec<_> = std::fs::read_dir(&public).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["issuing.crl", "issuing.crt", "root.crl", "root.crt"]);
    std::fs::remove_dir_all(&public).unwrap();
    clock.advance(86_400);
    officer.keep_status().unwrap();
    assert_eq!(courier.drain(&officer).unwrap(), (0, 2), "both new CRLs");
    let lost = officer.publication_attempts(target.id, 1).unwrap().remove(0);
    assert_eq!(lost.failure, Some(Failure::NotWritable));
    assert!(lost.told().ends_with("look whether the folder is there and this account may write to it"), "{}", lost.told());
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_the_old_file_stays_and_it_is_said_what_to_do() {
    let (_authority, _clock, folder) = testing::authority();
    let public = folder.path().join("public");
    std::fs::create_dir(&public).unwrap();
    let there = || std::fs::read(public.join("issuing.crl")).unwrap();
    write(&public, "issuing.crl", b"old").unwrap();
    let refused = write_with(&public, "issuing.crl", |new| {
        new.write_all(b"half of the new one")?;
        // What the kernel says where there is no more room.
        std::fs::File::options().write(true).open("/dev/full")?.write_all(b"the rest")
    });
    let Err(Failed { why: Failure::DiskFull, said }) = &refused else { panic!("{refused:?}") };
    assert!(said.starts_with(public.join("issuing.crl").to_str().unwrap()), "{said}");
    assert_eq!(Failure::DiskFull.next(), "make room there");
    assert_eq!(there(), b"old");
    assert_eq!(std::fs::read_dir(&public).unwrap().count(), 1, "no part of the new one is left");
    write(&public, "issuing.crl", b"new").unwrap();
    assert_eq!(there(), b"new");
}

#[cfg(unix)]
#[test]
fn nothing_that_others_put_into_the_folder_is_followed() {
    let (_authority, _clock, folder) = testing::authority();
    let (public, victim) = (folder.path().join("public"), folder.path().join("victim"));
    std::fs::create_dir(&public).unwrap();
    std::fs::write(&victim, "untouched").unwrap();
    // The name that can be guessed, and the one that readers know.
    for name in [format!(".issuing.crl.{}.new", std::process::id()), "issuing.crl".to_owned()] {
        std::os::unix::fs::symlink(&victim, public.join(name)).unwrap();
    }
    courier().put(public.to_str().unwrap(), None, "issuing.crl", b"list").unwrap();
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "untouched");
    let published = public.join("issuing.crl");
    assert!(published.symlink_metadata().unwrap().is_file());
    assert_eq!(std::fs::read(published).unwrap(), b"list");
}

#[test]
fn a_delta_list_is_taken_away_where_it_was_published_once_none_are_made() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let (dav, courier, public) = (Dav::start(), courier(), folder.path().join("public"));
    std::fs::create_dir(&public).unwrap();
    officer.add_publication_target(public.to_str().unwrap(), None).unwrap();
    let target = officer.add_publication_target(&dav.url(), None).unwrap();
    let there = || (public.join("issuing-delta.crl").exists(), dav.files.lock().unwrap().contains_key("/pki/issuing-delta.crl"));
    officer.set_setting("crl.delta", "yes").unwrap();
    officer.keep_status().unwrap();
    courier.drain(&officer).unwrap();
    assert_eq!(there(), (true, true));
    officer.set_setting("crl.delta", "no").unwrap();
    officer.keep_status().unwrap();
    dav.be(Mood::Status(405));
    courier.drain(&officer).unwrap();
    assert_eq!(there(), (false, true));
    let last = officer.publication_attempts(target.id, 10).unwrap();
    let refused = last.iter().find(|attempt| attempt.file == "issuing-delta.crl").unwrap();
    assert_eq!((refused.succeeded, refused.failure), (false, Some(Failure::NoDelete)));
    assert!(refused.told().ends_with("the server takes no DELETE; remove the file there by hand"), "{}", refused.told());
    dav.be(Mood::Well);
    clock.advance(3_600);
    courier.drain(&officer).unwrap();
    assert_eq!(there(), (false, false));
    assert!(dav.files.lock().unwrap().contains_key("/pki/issuing.crl") && public.join("issuing.crl").exists(), "and nothing else");
    assert_eq!(officer.publication_targets().unwrap().iter().map(|target| target.waiting).sum::<u32>(), 0);
}

#[test]
fn the_monitor_sees_what_a_relying_party_sees() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let (dav, courier) = (Dav::start(), courier());
    officer.set_setting("status.url", &format!("http://{}/nowhere", dav.address)).unwrap();
    officer.add_publication_target(&dav.url(), None).unwrap();
    let seen = || {
        courier.monitor(&officer).unwrap();
        let seen = officer.published_crls().unwrap();
        seen.into_iter().find(|crl| crl.address == format!("{}/issuing.crl", dav.url())).unwrap()
    };
    let state = || seen().state;
    let not_yet = seen();
    assert_eq!((not_yet.state, not_yet.failure), (MonitorState::Unreachable, Some(Failure::Missing)), "404: nothing was sent yet");
    assert_eq!(not_yet.told(), "404 Not Found: nothing is there; publish again, and look whether the web server offers that folder");
    courier.drain(&officer).unwrap();
    assert_eq!(state(), MonitorState::Unreachable, "looked at every quarter of an hour");
    clock.advance(900);
    assert_eq!(state(), MonitorState::Fresh);
    // A new CRL that does not arrive.
    clock.advance(86_400);
    officer.keep_status().unwrap();
    assert_eq!(state(), MonitorState::Fresh, "it may be on its way");
    clock.advance(900);
    assert_eq!(state(), MonitorState::OtherNumber);
    clock.advance(7 * 86_400);
    assert_eq!(state(), MonitorState::Stale);
    dav.files.lock().unwrap().insert("/pki/issuing.crl".into(), b"<html>".to_vec());
    clock.advance(900);
    assert_eq!(state(), MonitorState::Unreadable);
    let root = dav.files.lock().unwrap()["/pki/root.crl"].clone();
    dav.files.lock().unwrap().insert("/pki/issuing.crl".into(), root);
    clock.advance(900);
    assert_eq!(state(), MonitorState::Unreadable, "another CA's");
    courier.drain(&officer).unwrap();
    clock.advance(900);
    assert_eq!(state(), MonitorState::Fresh);
}
