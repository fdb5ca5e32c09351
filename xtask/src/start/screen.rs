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
    /// The part where rows are, only the lines that are compared.
    part: Vec<u8>,
    /// The same when it was last another one, and what was seen in it.
    last: Option<(Vec<u8>, Seen)>,
}

/// What was seen.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    /// Of the part where rows are.
    pub(super) hash: u64,
    /// Share of its pixels that are not of the background's colour, which is that of the first one.
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
        let across = width.checked_sub(LEFT + RIGHT).ok_or("the display is too small")?;
        let lines = (TOP..height).step_by(EVERY).count();
        Ok(Screen { file, begin, width, height, line, part: vec![0; lines * across * 4], last: None })
    }

    /// Looks at the part where rows are. Costs next to nothing while the picture stays: what is measured needs the processor.
    pub(super) fn look(&mut self) -> Result<Seen, String> {
        let across = (self.width - LEFT - RIGHT) * 4;
        for (row, into) in (TOP..self.height).step_by(EVERY).zip(self.part.chunks_exact_mut(across)) {
            read_at(&mut self.file, self.begin + (row * self.line + LEFT * 4) as u64, into)?;
        }
        if let Some((_, seen)) = self.last.as_ref().filter(|(part, _)| *part == self.part) {
            return Ok(*seen);
        }
        let (mut hash, mut same, mut background) = (0xcbf2_9ce4_8422_2325_u64, 0_u64, None);
        for pixel in self.part.chunks_exact(4).filter_map(|four| <[u8; 4]>::try_from(four).ok()).map(u32::from_le_bytes) {
            hash = (hash ^ u64::from(pixel)).wrapping_mul(0x0100_0000_01b3);
            same += u64::from(*background.get_or_insert(pixel) == pixel);
        }
        let seen = Seen { hash, written: 1.0 - same as f64 / (self.part.len() / 4).max(1) as f64 };
        self.last = Some((self.part.clone(), seen));
        Ok(seen)
    }

    /// Writes the picture, to be looked at.
    pub(super) fn keep(&mut self, path: &Path) -> Result<(), String> {
        let mut pixels = vec![0; self.line * self.height];
        read_at(&mut self.file, self.begin, &mut pixels)?;
        let mut out = format!("P6 {} {} 255\n", self.width, self.height).into_bytes();
        for row in pixels.chunks_exact(self.line) {
            for pixel in row.chunks_exact(4).take(self.width) {
                out.extend(pixel.iter().take(3).rev());
            }
        }
        File::create(path).and_then(|mut file| file.write_all(&out)).map_err(|e| format!("{}: {e}", path.display()))
    }
}

fn read_at(file: &mut File, at: u64, into: &mut [u8]) -> Result<(), String> {
    file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(into)).map_err(|e| e.to_string())
}
