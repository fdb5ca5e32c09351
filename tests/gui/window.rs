//! The real window, worked as an officer would: by what is written on it.

use crate::{
    desk::{Desk, for_the_guide, pictures, scratch_pictures},
    front::InFront,
    pace::Acts,
    rest,
    screen::Screen,
};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element, error::CmdError, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::{
    collections::HashMap,
    path::Path,
    time::{Duration, Instant},
};

/// Longest wait for the window to show something; making the CA's keys is the longest.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two tries to press or to fill, while the page moves.
const AGAIN: Duration = Duration::from_millis(400);

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

    pub(crate) async fn click(&self, css: &str) {
        self.tap(Locator::Css(css), css).await;
    }

    /// Presses a button, link or choice with these words.
    pub(crate) async fn press(&self, words: &str) {
        let path = format!("//*[self::button or self::a or self::label or @role='menuitem'][contains(normalize-space(.), \"{words}\")]");
        self.tap(Locator::XPath(&path), words).await;
    }

    /// Brings it to the middle first: at the lower edge a confirmation of the last act may lie over it for some seconds. Waits until it can be
    /// pressed: a layer that closes lets go of the page a moment later, and a list may be drawn anew.
    async fn tap(&self, locator: Locator<'_>, what: &str) {
        self.2.acted();
        let until = Instant::now() + PATIENCE;
        loop {
            let element = self.seek(locator, what).await;
            let shown = serde_json::to_value(&element).unwrap();
            let pressed = match self.0.execute("arguments[0].scrollIntoView({ block: 'center' })", vec![shown]).await {
                Ok(_) => element.click().await,
                Err(error) => Err(error),
            };
            let Err(error) = pressed else { return };
            assert!(Instant::now() < until, "{what}: {error}\n{}", self.text().await);
            tokio::time::sleep(AGAIN).await; // until the condition above holds
        }
    }

    /// Chooses in the palette.
    pub(crate) async fn press_option(&self, words: &str) {
        let path = format!("//*[@role='option'][contains(normalize-space(.), \"{words}\")]");
        self.tap(Locator::XPath(&path), words).await;
    }

    /// Ticks in a menu.
    pub(crate) async fn press_tick(&self, words: &str) {
        let path = format!("//*[@role='menuitemcheckbox'][contains(normalize-space(.), \"{words}\")]");
        self.seek(Locator::XPath(&path), words).await.click().await.unwrap();
    }

    /// Opens a submenu by its keys and chooses in it; the menu is closed afterwards.
    pub(crate) async fn hover_menu(&self, css: &str, words: &str) {
        self.find(css).await;
        self.0.execute("document.querySelector(arguments[0]).focus()", vec![json!(css)]).await.unwrap();
        self.key("ArrowRight").await;
        self.press_tick(words).await;
        // One layer after the other.
        for _ in 0..3 {
            if self.ask("return !document.querySelector(\"[role='menu']\")").await == json!(true) {
                break;
            }
            self.key("Escape").await;
        }
        self.until("return !document.querySelector(\"[role='menu']\")").await;
    }

    /// Language and text size, as the officer's own settings.
    pub(crate) async fn prefer_zoom(&self, language: &str, zoom: &str) {
        let script = "localStorage.setItem('signet.window', JSON.stringify({ theme: 'light', language: arguments[0], zoom: Number(arguments[1]) })); location.reload()";
        self.0.execute(script, vec![json!(language), json!(zoom)]).await.unwrap();
        self.find(&format!("html[lang='{language}'] .rail")).await;
        self.watch().await;
    }

    /// Replaces what a field holds.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        self.2.typed(text);
        let until = Instant::now() + PATIENCE;
        loop {
            let field = self.find(css).await;
            let shown = serde_json::to_value(&field).unwrap();
            // As for pressing: in the middle, and again when the page moved meanwhile.
            let cleared = match self.0.execute("arguments[0].scrollIntoView({ block: 'center' })", vec![shown]).await {
                Ok(_) => field.clear().await,
                Err(error) => Err(error),
            };
            match cleared {
                Ok(()) => return field.send_keys(text).await.unwrap(),
                Err(error) => assert!(Instant::now() < until, "{css}: {error}\n{}", self.text().await),
            }
            tokio::time::sleep(AGAIN).await; // until the condition above holds
        }
    }

    /// Puts a text of several lines in place of what a field holds, as pasting does.
    pub(crate) async fn paste(&self, css: &str, text: &str) {
        self.find(css).await;
        let script = "const field = document.querySelector(arguments[0]); field.focus(); field.select(); field.setRangeText(arguments[1]); \
            field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }))";
        self.0.execute(script, vec![json!(css), json!(text)]).await.unwrap();
    }

    /// Replaces what a cell holds and leaves it.
    pub(crate) async fn mend(&self, css: &str, text: &str) {
        self.find(css).await;
        let script = "const cell = document.querySelector(arguments[0]); cell.focus(); cell.value = arguments[1]; \
            cell.dispatchEvent(new Event('input', { bubbles: true })); cell.dispatchEvent(new Event('change', { bubbles: true }))";
        self.0.execute(script, vec![json!(css), json!(text)]).await.unwrap();
    }

    /// Chooses in a list; as for pressing, again when the page moved meanwhile.
    pub(crate) async fn choose(&self, css: &str, value: &str) {
        self.2.acted();
        let until = Instant::now() + PATIENCE;
        loop {
            let list = self.find(css).await;
            let shown = serde_json::to_value(&list).unwrap();
            let chosen = match self.0.execute("arguments[0].scrollIntoView({ block: 'center' })", vec![shown]).await {
                Ok(_) => list.select_by_value(value).await,
                Err(error) => Err(error),
            };
            let Err(error) = chosen else { return };
            assert!(Instant::now() < until, "{css}: {error}\n{}", self.text().await);
            tokio::time::sleep(AGAIN).await; // until the condition above holds
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

    /// Takes the confirmation of the last act away: no picture shows it.
    pub(crate) async fn dismiss(&self) {
        self.until("document.querySelector('.toast button:last-child')?.click(); return !document.querySelector('.toast')").await;
    }

    /// A key with Control.
    pub(crate) async fn control(&self, key: &str) {
        let script = "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: arguments[0], ctrlKey: true, bubbles: true }))";
        self.0.execute(script, vec![json!(key)]).await.unwrap();
    }

    /// A key, to whatever has the focus.
    pub(crate) async fn key(&self, key: &str) {
        let script = "(document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', { key: arguments[0], bubbles: true, cancelable: true }))";
        self.0.execute(script, vec![json!(key)]).await.unwrap();
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

    /// Types into a field and waits until a script in the page says yes; how long that took as the page saw it, in milliseconds.
    pub(crate) async fn typed(&self, css: &str, text: &str, shown: &str) -> f64 {
        let script = format!(
            "const done = arguments[arguments.length - 1]; const field = document.querySelector(arguments[0]); const begun = performance.now(); \
             field.focus(); field.value = arguments[1]; field.dispatchEvent(new Event('input', {{ bubbles: true }})); \
             const look = () => {{ if ((() => {{ {shown} }})()) done(performance.now() - begun); else if (performance.now() - begun > 20000) done(-1); else requestAnimationFrame(look); }}; \
             requestAnimationFrame(look)"
        );
        self.0.execute_async(&script, vec![json!(css), json!(text)]).await.unwrap().as_f64().unwrap_or(-1.0)
    }

    /// Colour scheme and language, as the officer's own settings.
    pub(crate) async fn prefer(&self, theme: &str, language: &str) {
        let script =
            "localStorage.setItem('signet.window', JSON.stringify({ theme: arguments[0], language: arguments[1] })); location.reload()";
        self.0.execute(script, vec![json!(theme), json!(language)]).await.unwrap();
        self.find(&format!("html[lang='{language}'][data-theme='{theme}'] .rail")).await;
        self.watch().await;
    }

    /// Text size, by the officer's own keys; 1 is normal.
    pub(crate) async fn zoom(&self, factor: f64) {
        self.control("0").await;
        let kept = "return JSON.parse(localStorage.getItem('signet.window')).zoom ?? 1";
        for _ in 0..20 {
            if self.0.execute(kept, vec![]).await.unwrap().as_f64().unwrap() >= factor {
                return;
            }
            self.control("+").await;
        }
        panic!("the text does not grow to {factor}");
    }

    /// The page is not wider than the window, and axe finds nothing.
    pub(crate) async fn fits(&self, screen: &str) {
        let beyond = self.0.execute("return document.documentElement.scrollWidth - innerWidth", vec![]).await.unwrap();
        assert!(beyond.as_i64().unwrap() <= 1, "{screen}: {beyond} px wider than the window");
        self.judge(screen, true).await;
    }

    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.0.set_window_size(width, height).await.unwrap();
    }

    /// The window as PNG, as it stands on the screen once it is at rest. The display lags behind the page: it is waited for until a mark
    /// of a new colour is there. With large text the display keeps the mark when the page has it no more, so it is painted over.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        self.0.execute_async(rest::RESTS, vec![]).await.unwrap();
        let mark = self.1.new_mark();
        self.0.execute(rest::MARKS, vec![json!(mark.map(|part| part.to_string()).join(","))]).await.unwrap();
        let until = Instant::now() + PATIENCE;
        while self.1.corner() != mark {
            assert!(Instant::now() < until, "the display does not show what the page has");
            tokio::time::sleep(Duration::from_millis(10)).await; // until the condition above holds
        }
        let (width, height) = self.0.get_window_size().await.unwrap();
        let picture = self.1.picture(u32::try_from(width).unwrap(), u32::try_from(height).unwrap());
        self.0.execute(rest::MARKS, vec![json!(null)]).await.unwrap();
        picture
    }

    /// Keeps a picture of the window in light and in dark, and lets axe judge both.
    pub(crate) async fn keep(&self, name: &str) {
        for theme in ["light", "dark"] {
            self.0.execute("document.documentElement.dataset.theme = arguments[0]", vec![json!(theme)]).await.unwrap();
            let picture = self.picture().await;
            let picture = if for_the_guide() { smaller(&picture) } else { picture };
            std::fs::write(pictures().join(format!("{name}-{theme}.png")), picture).unwrap();
            self.judge(&format!("{name}, {theme}"), theme == "light").await;
        }
        self.0.execute("document.documentElement.dataset.theme = 'light'", vec![]).await.unwrap();
    }

    /// A picture in light only, beside the build; axe judges it too.
    pub(crate) async fn look(&self, name: &str) {
        std::fs::write(scratch_pictures().join(format!("{name}.png")), self.picture().await).unwrap();
        self.judge(name, true).await;
    }

    /// Another language, chosen in Settings as a person would.
    pub(crate) async fn speak(&self, language: &str, title: &str) {
        self.go("settings").await;
        self.choose("select:has(option[value='fr'])", language).await;
        self.find(&format!("html[lang='{language}']")).await;
        self.says(title).await;
    }

    /// WCAG 2.2 A and AA as far as a program can tell: axe-core finds nothing. In the second theme only colours can differ.
    async fn judge(&self, screen: &str, whole: bool) {
        let axe = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/node_modules/axe-core/axe.min.js"));
        let axe = axe.expect("ui/node_modules (npm ci)");
        self.0.execute(&format!("if (!window.axe) {{ {axe}\n }}"), vec![]).await.unwrap();
        // What still fades in has not its colours yet.
        let script = "const done = arguments[arguments.length - 1], whole = arguments[0]; \
            const fades = document.getAnimations().filter((a) => Number.isFinite(a.effect.getComputedTiming().endTime)); \
            Promise.allSettled(fades.map((a) => a.finished)).then(() => axe.run(document, { runOnly: whole ? ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] : ['color-contrast'] })).then( \
              (found) => done(found.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join(', ')).join('; ')), \
              (failed) => done('axe: ' + failed))";
        let found = self.0.execute_async(script, vec![json!(whole)]).await.unwrap();
        assert_eq!(found, json!(""), "{screen}");
    }

    /// What went wrong in the page since it was loaded.
    pub(crate) async fn faults(&self) -> String {
        let faults = self.0.execute("return JSON.stringify(window.__faults)", vec![]).await.unwrap();
        faults.as_str().unwrap_or_default().to_owned()
    }
}

/// The same picture with a palette: flat surfaces and text need no more than 256 colours, and the guide stays small.
fn smaller(png: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(png).unwrap().to_rgb8();
    let mut counts = HashMap::<[u8; 3], usize>::new();
    for pixel in picture.pixels() {
        *counts.entry(pixel.0).or_default() += 1;
    }
    let mut colours: Vec<[u8; 3]> = counts.keys().copied().collect();
    colours.sort_unstable_by_key(|colour| std::cmp::Reverse((counts[colour], *colour)));
    let far = |one: &[u8; 3], other: &[u8; 3]| (0..3).map(|at| (i32::from(one[at]) - i32::from(other[at])).pow(2)).sum::<i32>();
    // The commonest first, but no two that look the same: else shades of grey would leave no room for the rarer hues.
    let mut palette: Vec<[u8; 3]> = Vec::new();
    for colour in &colours {
        if palette.len() < 256 && palette.iter().all(|other| far(colour, other) > 60) {
            palette.push(*colour);
        }
    }
    let nearest = |colour: &[u8; 3]| u8::try_from((0..palette.len()).min_by_key(|&at| far(colour, &palette[at])).unwrap()).unwrap();
    let index: HashMap<[u8; 3], u8> = colours.iter().map(|colour| (*colour, nearest(colour))).collect();
    let pixels: Vec<u8> = picture.pixels().map(|pixel| index[&pixel.0]).collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    // Places in a palette say nothing of each other: unfiltered a picture is a fifth smaller.
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_palette(palette.concat());
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    out
}

/// The page replaced the element since, or was itself replaced in that moment.
fn is_gone(error: &CmdError) -> bool {
    let text = error.to_string();
    error.is_stale_element_reference() || text.contains("Stale element") || text.contains("before the unload event")
}
