//! The picture of a virtual display: `Xvfb -fbdir` keeps it in a file (X window dump, XWDFile.h).

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
};

/// Left of it is the rail, above it the title with the clock.
const LEFT: usize = 240;
const TOP: usize = 130;
/// At its right edge the scroll bar fades away for two seconds.
const RIGHT: usize = 12;
/// Only every so many lines are compared: text is higher.
const EVERY: usize = 3;

/// The file, open.
pub(super) struct Screen {
    file: File,
    begin: u64,
    width: usize,
    height: usize,
    line: usize,
    pixels: Vec<u8>,
    last: Option<(Vec<u8>, Seen)>,
}

/// What was seen.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    /// Of the part where rows are.
    pub(super) hash: u64,
    /// Share of its pixels that are not its commonest colour.
    pub(super) written: f64,
}

impl Screen {
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let said = |e: std::io::Error| format!("{}: {e}", path.display());
        let mut file = File::open(path).map_err(said)?;
        let mut header = [0; 100];
        file.read_exact(&mut header).map_err(said)?;
        let field = |at: usize| header.get(at * 4..at * 4 + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_be_bytes);
        // header_size, ..., pixmap_width 4, pixmap_height 5, ..., bits_per_pixel 11, bytes_per_line 12, ..., ncolors 19
        if field(1) != 7 || field(11) != 32 {
            return Err(format!("{}: not a picture of 32 bits a pixel", path.display()));
        }
        let (width, height, line) = (field(4) as usize, field(5) as usize, field(12) as usize);
        let begin = u64::from(field(0)) + u64::from(field(19)) * 12;
        Ok(Screen { file, begin, width, height, line, pixels: vec![0; line * height], last: None })
    }

    fn read(&mut self) -> Result<(), String> {
        self.file.seek(SeekFrom::Start(self.begin)).and_then(|_| self.file.read_exact(&mut self.pixels)).map_err(|e| e.to_string())
    }

    /// Looks at the part where rows are. A picture that is the last one's costs next to nothing: what is measured needs the processor.
    pub(super) fn look(&mut self) -> Result<Seen, String> {
        self.read()?;
        if let Some((_, seen)) = self.last.as_ref().filter(|(pixels, _)| *pixels == self.pixels) {
            return Ok(*seen);
        }
        let seen = self.judge();
        self.last = Some((self.pixels.clone(), seen));
        Ok(seen)
    }

    fn judge(&self) -> Seen {
        let (mut hash, mut total, mut same, mut background) = (0xcbf2_9ce4_8422_2325_u64, 0_u64, 0_u64, None);
        for row in (TOP..self.height).step_by(EVERY) {
            let line =
                self.pixels.get(row * self.line + LEFT * 4..row * self.line + self.width.saturating_sub(RIGHT) * 4).unwrap_or_default();
            for pixel in line.chunks_exact(4).filter_map(|four| <[u8; 4]>::try_from(four).ok()).map(u32::from_le_bytes) {
                hash = (hash ^ u64::from(pixel)).wrapping_mul(0x0100_0000_01b3);
                total += 1;
                same += u64::from(*background.get_or_insert(pixel) == pixel);
            }
        }
        Seen { hash, written: 1.0 - same as f64 / total.max(1) as f64 }
    }

    /// Writes the picture, to be looked at.
    pub(super) fn keep(&mut self, path: &Path) -> Result<(), String> {
        self.read()?;
        let mut out = format!("P6 {} {} 255\n", self.width, self.height).into_bytes();
        for row in self.pixels.chunks_exact(self.line) {
            for pixel in row.chunks_exact(4).take(self.width) {
                out.extend(pixel.iter().take(3).rev());
            }
        }
        File::create(path).and_then(|mut file| file.write_all(&out)).map_err(|e| format!("{}: {e}", path.display()))
    }
}
