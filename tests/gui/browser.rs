//! WebKitGTK's own browser, which comes with the web view of the window: the nearest to a phone's Safari that a test can have.

use crate::{desk::Desk, window::caught};
use fantoccini::{Client, ClientBuilder, Locator, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

/// Longest wait for a page to show something.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Browser(Client);

/// Where libwebkit2gtk-4.1-0 of Debian and Ubuntu has it.
fn program() -> PathBuf {
    PathBuf::from(format!("/usr/lib/{}-linux-gnu/webkit2gtk-4.1/MiniBrowser", std::env::consts::ARCH))
}

/// A desk for it; `None` where a tool or the browser is missing (which fails in CI).
pub(crate) fn desk() -> Option<Desk> {
    if !program().is_file() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "not installed: {}", program().display());
        eprintln!("SKIPPED: not installed: {}", program().display());
        return None;
    }
    Desk::new()
}

/// Opens the browser as it is where pages are light, or dark; works in it, and closes it again, also after a failure.
pub(crate) fn browse<W: Future<Output = ()>>(desk: &Desk, dark: bool, work: impl FnOnce(Arc<Browser>) -> W) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(async {
        let browser = Arc::new(Browser::open(desk, dark).await);
        let outcome = AssertUnwindSafe(work(browser.clone()));
        let outcome = caught(outcome).await;
        if let Some(browser) = Arc::into_inner(browser) {
            let _ = browser.0.close().await;
        }
        outcome
    });
    if let Err(failed) = outcome {
        resume_unwind(failed);
    }
}

impl Browser {
    async fn open(desk: &Desk, dark: bool) -> Self {
        // Files may look into files: the page with a frame of a phone's size measures what it holds.
        let mut arguments = vec!["--automation", "--allow-file-access-from-file-urls=true"];
        if dark {
            arguments.push("--dark-mode");
        }
        let mut capabilities = Capabilities::new();
        capabilities.insert("webkitgtk:browserOptions".into(), json!({ "binary": program(), "args": arguments }));
        // It does not know the root of a department. Whether a phone trusts it is tried with the simulated one.
        capabilities.insert("acceptInsecureCerts".into(), json!(true));
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let driver = desk.driver();
        let session = builder.capabilities(capabilities).connect(&driver);
        Browser(tokio::time::timeout(PATIENCE, session).await.expect("the driver answers").expect("the browser opens"))
    }

    /// Opens an address.
    pub(crate) async fn go(&self, address: &str) {
        self.0.goto(address).await.unwrap();
    }

    /// What a script in the page says.
    pub(crate) async fn ask(&self, script: &str) -> Value {
        self.0.execute(script, vec![]).await.unwrap()
    }

    /// What a script in the page says at last: it calls its last argument.
    pub(crate) async fn await_answer(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.0.execute_async(script, arguments).await.unwrap()
    }

    /// Waits until a script in the page says yes; while one page follows another, none says anything.
    pub(crate) async fn until(&self, script: &str) {
        let begun = Instant::now();
        while !self.0.execute(script, vec![]).await.is_ok_and(|said| said == json!(true)) {
            assert!(begun.elapsed() < PATIENCE, "{script}\n{}", self.ask("return document.body.innerText").await);
            tokio::time::sleep(Duration::from_millis(50)).await; // until the condition above holds
        }
    }

    /// Waits for a link or button and presses it.
    pub(crate) async fn press(&self, css: &str) {
        self.0.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await.unwrap().click().await.unwrap();
    }

    /// Waits for a field and types into it.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        self.0.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await.unwrap().send_keys(text).await.unwrap();
    }
}
