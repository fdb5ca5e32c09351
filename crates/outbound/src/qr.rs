//! QR codes (ISO/IEC 18004): error correction level Q, quiet zone of four modules, always dark on light.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// Modules of white around the symbol (ISO/IEC 18004 section 6.3.8).
const QUIET_ZONE: usize = 4;
/// Larger modules than this are refused by nobody's eye, but a picture of them fills the memory.
const MAX_MODULE_PX: u32 = 64;

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// More text than the largest symbol holds (1,663 bytes at level Q).
    #[error("the text of {bytes} bytes does not fit into a QR code")]
    TooLong {
        /// Length of the text.
        bytes: usize,
    },
    /// The PNG could not be written.
    #[error("the PNG could not be written: {0}")]
    Png(String),
    /// The letter could not be written.
    #[error("the letter could not be written: {0}")]
    Letter(String),
}

/// The symbol as rows of modules (`true` is dark), quiet zone included.
struct Modules {
    width: usize,
    dark: Vec<bool>,
}

impl Modules {
    fn of(text: &str) -> Result<Self, QrError> {
        let code = QrCode::with_error_correction_level(text, EcLevel::Q).map_err(|_| QrError::TooLong { bytes: text.len() })?;
        let inner = code.width();
        let width = inner + 2 * QUIET_ZONE;
        let mut dark = vec![false; width * width];
        for (n, color) in code.to_colors().into_iter().enumerate() {
            let (y, x) = (n / inner + QUIET_ZONE, n % inner + QUIET_ZONE);
            if let Some(module) = dark.get_mut(y * width + x) {
                *module = color == Color::Dark;
            }
        }
        Ok(Modules { width, dark })
    }

    /// Outside of the symbol is light.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width && self.dark.get(y * self.width + x).copied().unwrap_or(false)
    }
}

/// An SVG picture of `text`: one path, scales freely, black on white also on a dark screen; `label` is its name for screen readers
/// (empty: hidden from them, what stands around it names it).
pub fn qr_svg(text: &str, label: &str) -> Result<String, QrError> {
    let modules = Modules::of(text)?;
    let width = modules.width;
    let mut path = String::new();
    for y in 0..width {
        let mut x = 0;
        while x < width {
            let start = x;
            while modules.is_dark(x, y) {
                x += 1;
            }
            if x > start {
                let _ = write!(path, "M{start} {y}h{}v1h-{}z", x - start, x - start); // writing into a String cannot fail
            }
            x += 1;
        }
    }
    let (name, title) = match escape(label) {
        unnamed if unnamed.is_empty() => ("aria-hidden=\"true\"".to_owned(), String::new()),
        label => (format!("role=\"img\" aria-label=\"{label}\""), format!("<title>{label}</title>")),
    };
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {width}\" {name} shape-rendering=\"crispEdges\">{title}\
         <path fill=\"#fff\" d=\"M0 0h{width}v{width}h-{width}z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

/// A one-bit PNG picture of `text`, each module `module_px` pixels wide (1 to 64).
pub fn qr_png(text: &str, module_px: u32) -> Result<Vec<u8>, QrError> {
    let modules = Modules::of(text)?;
    let scale = module_px.clamp(1, MAX_MODULE_PX) as usize;
    let side = modules.width * scale;
    let mut rows = Vec::with_capacity(side.div_ceil(8) * side);
    for y in 0..modules.width {
        let mut row = vec![0_u8; side.div_ceil(8)];
        for x in 0..side {
            // In one-bit greyscale 1 is white (PNG 1.2 section 2.4).
            if !modules.is_dark(x / scale, y)
                && let Some(byte) = row.get_mut(x / 8)
            {
                *byte |= 0x80 >> (x % 8);
            }
        }
        for _ in 0..scale {
            rows.extend_from_slice(&row);
        }
    }
    let pixels = u32::try_from(side).map_err(|e| QrError::Png(e.to_string()))?;
    let failed = |e: png::EncodingError| QrError::Png(e.to_string());
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, pixels, pixels);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&rows).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(out)
}

/// `text` as half blocks for a terminal, two rows of modules a line. Colours are set by escape sequences, so that the symbol is dark
/// on light whatever the terminal's own colours are.
pub fn qr_terminal(text: &str) -> Result<String, QrError> {
    const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";
    const RESET: &str = "\x1b[0m";
    let modules = Modules::of(text)?;
    let mut out = String::new();
    for y in (0..modules.width).step_by(2) {
        out.push_str(BLACK_ON_WHITE);
        for x in 0..modules.width {
            out.push(match (modules.is_dark(x, y), modules.is_dark(x, y + 1)) {
                (true, true) => '\u{2588}',
                (true, false) => '\u{2580}',
                (false, true) => '\u{2584}',
                (false, false) => ' ',
            });
        }
        out.push_str(RESET);
        out.push('\n');
    }
    Ok(out)
}

/// Text for XML content and attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0 has no other control characters.
            c if c.is_control() && !matches!(c, '\t' | '\n' | '\r') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const LINK: &str = "https://pki.example.edu:8443/e/Zk3v9Qm2T7yR1bXc8LwN0g";

    fn read(picture: image::GrayImage) -> String {
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(picture.width() as usize, picture.height() as usize, |x, y| {
            picture.get_pixel(x as u32, y as u32).0[0]
        });
        let grids = picture.detect_grids();
        assert_eq!(grids.len(), 1, "exactly one symbol");
        let (meta, text) = grids[0].decode().unwrap();
        assert_eq!(meta.ecc_level, 3, "level Q"); // rqrr counts M=0 L=1 H=2 Q=3, as the format bits do
        text
    }

    fn of_png(png: &[u8]) -> image::GrayImage {
        image::load_from_memory(png).unwrap().to_luma8()
    }

    #[test]
    fn a_png_reads_back_as_its_text_at_every_size() {
        for module_px in [2, 3, 4, 8, 13] {
            assert_eq!(read(of_png(&qr_png(LINK, module_px).unwrap())), LINK);
        }
    }

    #[test]
    fn a_png_is_one_bit_deep_and_has_a_quiet_zone_of_four_modules() {
        let png = qr_png(LINK, 3).unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
        assert_eq!(reader.info().bit_depth, png::BitDepth::One);
        let picture = of_png(&png);
        for n in 0..picture.width() {
            for edge in 0..12 {
                assert_eq!(picture.get_pixel(n, edge).0, [255]);
                assert_eq!(picture.get_pixel(edge, n).0, [255]);
            }
        }
        assert_eq!(picture.get_pixel(12, 12).0, [0], "the finder pattern begins right after it");
    }

    #[test]
    fn text_in_any_script_reads_back() {
        let text = "Ångström, Πυθαγόρας, 東京 — « déjà »";
        assert_eq!(read(of_png(&qr_png(text, 4).unwrap())), text);
    }

    /// Paints the path of the first SVG in a text (only `M x y h w v 1 h -w z` occurs) and reads the picture.
    pub(crate) fn read_svg(svg: &str) -> String {
        let side: u32 = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let path = svg.split("<path fill=\"#000\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut picture = image::GrayImage::from_pixel(side * 4, side * 4, image::Luma([255]));
        for run in path.split('M').filter(|r| !r.is_empty()) {
            let (at, rest) = run.split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let length: u32 = rest.split('v').next().unwrap().parse().unwrap();
            let (x, y): (u32, u32) = (x.parse().unwrap(), y.parse().unwrap());
            for px in x * 4..(x + length) * 4 {
                for py in y * 4..(y + 1) * 4 {
                    picture.put_pixel(px, py, image::Luma([0]));
                }
            }
        }
        read(picture)
    }

    #[test]
    fn an_svg_reads_back_as_its_text() {
        assert_eq!(read_svg(&qr_svg(LINK, "Link").unwrap()), LINK);
    }

    #[test]
    fn an_svg_names_itself_for_screen_readers_and_escapes_the_name() {
        let svg = qr_svg("x", "Code of \"A\" <script> & 'B'\u{0}").unwrap();
        assert!(svg.contains("role=\"img\""));
        assert!(svg.contains("<title>Code of &quot;A&quot; &lt;script&gt; &amp; &#39;B&#39;</title>"));
        assert!(!svg.contains("<script>") && !svg.contains('\0'));
        let unnamed = qr_svg("x", "").unwrap();
        assert!(unnamed.contains("aria-hidden=\"true\"") && !unnamed.contains("<title>") && !unnamed.contains("role="));
    }

    #[test]
    fn a_terminal_picture_reads_back_as_its_text() {
        let shown = qr_terminal(LINK).unwrap();
        let rows: Vec<Vec<char>> =
            shown.lines().map(|l| l.trim_start_matches("\x1b[38;5;16;48;5;231m").trim_end_matches("\x1b[0m").chars().collect()).collect();
        let (width, height) = (rows[0].len() as u32, rows.len() as u32 * 2);
        let picture = image::GrayImage::from_fn(width * 4, height * 4, |x, y| {
            let c = rows[(y / 8) as usize][(x / 4) as usize];
            let dark = c == '\u{2588}' || (c == '\u{2580}' && y / 4 % 2 == 0) || (c == '\u{2584}' && y / 4 % 2 == 1);
            image::Luma([if dark { 0 } else { 255 }])
        });
        assert_eq!(read(picture), LINK);
    }

    #[test]
    fn a_text_that_fits_no_symbol_is_refused() {
        let long = "x".repeat(1_664);
        assert_eq!(qr_svg(&long, ""), Err(QrError::TooLong { bytes: 1_664 }));
        assert!(qr_png(&long[..1_663], 1).is_ok());
    }
}
