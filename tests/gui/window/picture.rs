//! How the window looks: as its officer prefers it, in pictures, and as axe judges it.

use super::{PATIENCE, Window};
use crate::{
    desk::{for_the_guide, pictures, scratch_pictures},
    rest,
};
use serde_json::json;
use std::{
    collections::HashMap,
    path::Path,
    time::{Duration, Instant},
};

impl Window {
    /// Language and text size, as the officer's own settings.
    pub(crate) async fn prefer_zoom(&self, language: &str, zoom: &str) {
        let script = "localStorage.setItem('signet.window', JSON.stringify({ theme: 'light', language: arguments[0], zoom: Number(arguments[1]) })); location.reload()";
        self.0.execute(script, vec![json!(language), json!(zoom)]).await.unwrap();
        self.find(&format!("html[lang='{language}'] .rail")).await;
        self.watch().await;
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
