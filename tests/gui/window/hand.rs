//! What an officer does in the window: presses, fills, chooses, types.

use super::{PATIENCE, Window};
use fantoccini::Locator;
use serde_json::json;
use std::time::{Duration, Instant};

/// Between two tries to press or to fill, while the page moves.
const AGAIN: Duration = Duration::from_millis(400);

impl Window {
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
}
