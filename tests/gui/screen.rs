//! What stands on the virtual display: `Xvfb -fbdir` keeps its picture in a file (X window dump, XWDFile.h). The driver's own
//! pictures wait for a frame of the compositor, which the window does without.

use crate::{front::InFront, rest::MARKED};
use image::{DynamicImage, ImageFormat, RgbImage};
use std::{
    io::Cursor,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU8, Ordering::Relaxed},
};

/// The display.
pub(crate) struct Screen {
    dump: PathBuf,
    number: String,
    marks: AtomicU8,
}

impl Screen {
    /// The one of this number, which was started with `-fbdir` on this folder.
    pub(crate) fn of(folder: &Path, number: &str) -> Self {
        Screen { dump: folder.join("Xvfb_screen0"), number: number.to_owned(), marks: AtomicU8::new(0) }
    }

    /// Something comes to the front on it.
    pub(crate) fn in_front(&self) -> InFront {
        InFront::of(&self.number)
    }

    /// Its left upper part, PNG, without the mark. No window manager runs: the window begins in that corner.
    pub(crate) fn picture(&self, width: u32, height: u32) -> Vec<u8> {
        let mut png = Cursor::new(Vec::new());
        let mut part = self.part(width, height);
        let beside = *part.get_pixel(MARKED, 0);
        (0..MARKED * MARKED).for_each(|at| part.put_pixel(at % MARKED, at / MARKED, beside));
        DynamicImage::from(part).write_to(&mut png, ImageFormat::Png).unwrap();
        png.into_inner()
    }

    /// A colour that nothing has, and that is not the one before.
    pub(crate) fn new_mark(&self) -> [u8; 3] {
        [253, self.marks.fetch_add(1, Relaxed) % 64, 254]
    }

    /// The colour of the corner, whose very pixel is mixed with what lies beside it when text is large.
    pub(crate) fn corner(&self) -> [u8; 3] {
        self.part(2, 2).get_pixel(1, 1).0
    }

    fn part(&self, width: u32, height: u32) -> RgbImage {
        let dump = std::fs::read(&self.dump).unwrap();
        let field = |at: usize| u32::from_be_bytes(dump[at * 4..at * 4 + 4].try_into().unwrap()) as usize;
        // header_size, file_version, ..., bits_per_pixel 11, bytes_per_line 12, ..., ncolors 19
        assert_eq!((field(1), field(11)), (7, 32), "a picture of 32 bits a pixel");
        let (line, pixels) = (field(12), &dump[field(0) + field(19) * 12..]);
        RgbImage::from_fn(width, height, |x, y| {
            let at = y as usize * line + x as usize * 4;
            image::Rgb([pixels[at + 2], pixels[at + 1], pixels[at]])
        })
    }
}
