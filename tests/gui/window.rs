//! The real window, worked as an officer would: by what is written on it.

mod hand;
mod picture;

use crate::{desk::Desk, front::InFront, pace::Acts, rest, screen::Screen};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element, error::CmdError, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::time::{Duration, Instant};

/// Longest wait for the window to show something; making the CA's keys is the longest.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Window(Client, Screen, Acts);

/// Opens the window, works in it, and closes it again, also after a failure.
pub(crate) fn during<W: Future<Output = ()>>(desk: &Desk, work: impl FnOnce(std::sync::Arc<Window>) -> W) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(async {
        let window = std::sync::Arc::new(Window::open(desk).await);
        let outcome = std::panic::AssertUnwindSafe(work(window.clone()));
        let outcome = caught(outcome).await;
        if let Some(window) = std::sync::Arc::into_inner(window) {
            window.close().await;
        }
        outcome
    });
    if let Err(failed) = outcome {
        std::panic::resume_unwind(failed);
    }
}

/// What the work came to; a panic of it is kept.
pub(crate) async fn caught<W: Future<Output = ()>>(work: std::panic::AssertUnwindSafe<W>) -> Result<(), Box<dyn std::any::Any + Send>> {
    let mut work = Box::pin(work.0);
    std::future::poll_fn(move |context| match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(failed) => std::task::Poll::Ready(Err(failed)),
    })
    .await
}

impl Window {
    /// Starts the program.
    pub(crate) async fn open(desk: &Desk) -> Self {
        let mut capabilities = Capabilities::new();
        let options = json!({ "binary": env!("CARGO_BIN_EXE_signet"), "args": [] });
        capabilities.insert("webkitgtk:browserOptions".into(), options);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let driver = desk.driver();
        let session = builder.capabilities(capabilities).connect(&driver);
        let client = tokio::time::timeout(PATIENCE, session).await.expect("the driver answers").expect("the window opens");
        let window = Window(client, desk.screen(), Acts::default());
        window.watch().await;
        // On a busy machine the page may be loaded once more while the driver takes hold of it; what gathers faults would be gone with the first.
        window.find("#app > *").await;
        if window.ask("return !window.__faults").await == json!(true) {
            window.watch().await;
        }
        // It is made hidden, and its page shows it.
        window.until("return document.visibilityState === 'visible'").await;
        window
    }

    /// Gathers from now on what goes wrong in the page, violations of the content security policy too, and counts what it waits for.
    async fn watch(&self) {
        let script = "window.__faults = []; \
            addEventListener('error', (e) => __faults.push(String(e.message))); \
            addEventListener('unhandledrejection', (e) => __faults.push(String(e.reason))); \
            addEventListener('securitypolicyviolation', (e) => __faults.push(e.violatedDirective + ' ' + e.blockedURI));";
        self.0.execute(&format!("{script} {}", rest::COUNTS), vec![]).await.unwrap();
    }

    /// Loads the page again, as a window that was closed and opened.
    pub(crate) async fn reload(&self) {
        self.0.refresh().await.unwrap();
        self.watch().await;
    }

    /// Another window comes to the front; this one had the focus.
    pub(crate) async fn in_front(&self) -> InFront {
        self.until("return document.hasFocus()").await;
        let front = self.1.in_front();
        self.until("return !document.hasFocus()").await;
        front
    }

    /// Whether it is there now.
    pub(crate) async fn shows(&self, css: &str) -> bool {
        self.0.find(Locator::Css(css)).await.is_ok()
    }

    /// Closes it; also after a failure, else the program would stay.
    pub(crate) async fn close(self) {
        let _ = self.0.close().await;
    }

    /// Waits for an element.
    pub(crate) async fn find(&self, css: &str) -> Element {
        self.seek(Locator::Css(css), css).await
    }

    /// Waits for what is told by its path; `what` names it when it does not come.
    async fn seek(&self, locator: Locator<'_>, what: &str) -> Element {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.0.wait().at_most(PATIENCE).for_element(locator).await {
                Ok(element) => return element,
                // The list was drawn anew, or the page loaded, while the driver took hold of it.
                Err(error) if is_gone(&error) && Instant::now() < until => {}
                Err(error) => panic!("{what}: {error}\n{}", self.text().await),
            }
        }
    }

    /// Goes to an area.
    pub(crate) async fn go(&self, place: &str) {
        self.0.execute("location.hash = arguments[0]", vec![json!(format!("#/{place}"))]).await.unwrap();
    }

    /// Where it is.
    pub(crate) async fn place(&self) -> String {
        self.0.current_url().await.unwrap().to_string()
    }

    /// Waits until the window says this.
    pub(crate) async fn says(&self, words: &str) {
        let path = format!("//*[contains(normalize-space(.), \"{words}\")]");
        if let Err(error) = self.0.wait().at_most(PATIENCE).for_element(Locator::XPath(&path)).await {
            panic!("{words}: {error}\n{}", self.text().await);
        }
    }

    /// All words of the window.
    pub(crate) async fn text(&self) -> String {
        let body = self.0.find(Locator::Css("body")).await.unwrap();
        body.text().await.unwrap_or_default()
    }

    /// What a page says of something: the words beside the term.
    pub(crate) async fn fact(&self, term: &str) -> String {
        let script = "return [...document.querySelectorAll('dt')].find((one) => one.textContent.trim() === arguments[0])?.nextElementSibling.textContent.trim()";
        let said = self.0.execute(script, vec![json!(term)]).await.unwrap();
        said.as_str().unwrap_or_else(|| panic!("nothing is said of {term}")).to_owned()
    }

    /// Reads everything that the page says, as a careful person would.
    pub(crate) async fn read(&self) {
        let words = self.ask("return document.querySelector('main').innerText.split(/\\s+/).filter(Boolean).length").await;
        self.2.read(words.as_u64().unwrap());
    }

    /// What was done in it so far.
    pub(crate) fn acts(&self) -> &Acts {
        &self.2
    }

    /// What a script in the page says.
    pub(crate) async fn ask(&self, script: &str) -> serde_json::Value {
        self.0.execute(script, vec![]).await.unwrap()
    }

    /// Waits until a script in the page says yes.
    pub(crate) async fn until(&self, script: &str) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while self.ask(script).await != json!(true) {
                tokio::time::sleep(Duration::from_millis(20)).await; // until the condition above holds
            }
        });
        if waited.await.is_err() {
            panic!("{script}\n{}", self.text().await);
        }
    }

    /// What went wrong in the page since it was loaded.
    pub(crate) async fn faults(&self) -> String {
        let faults = self.0.execute("return JSON.stringify(window.__faults)", vec![]).await.unwrap();
        faults.as_str().unwrap_or_default().to_owned()
    }
}

/// The page replaced the element since, or was itself replaced in that moment.
fn is_gone(error: &CmdError) -> bool {
    let text = error.to_string();
    error.is_stale_element_reference() || text.contains("Stale element") || text.contains("before the unload event")
}
