//! What stands on the virtual display: `Xvfb -fbdir` keeps its picture in a file (X window dump, XWDFile.h). The driver's own
//! pictures wait for a frame of the compositor, which the window does without.

use crate::front::InFront;
use image::{DynamicImage, ImageFormat, RgbImage};
use std::{
    io::Cursor,
    path::{Path, PathBuf},
};

/// The display.
pub(crate) struct Screen {
    dump: PathBuf,
    number: String,
}

impl Screen {
    /// The one of this number, which was started with `-fbdir` on this folder.
    pub(crate) fn of(folder: &Path, number: &str) -> Self {
        Screen { dump: folder.join("Xvfb_screen0"), number: number.to_owned() }
    }

    /// Something comes to the front on it.
    pub(crate) fn in_front(&self) -> InFront {
        InFront::of(&self.number)
    }

    /// Its left upper part, PNG. No window manager runs: the window begins in that corner.
    pub(crate) fn picture(&self, width: u32, height: u32) -> Vec<u8> {
        let mut png = Cursor::new(Vec::new());
        DynamicImage::from(self.part(width, height)).write_to(&mut png, ImageFormat::Png).unwrap();
        png.into_inner()
    }

    /// The colour of the very corner.
    pub(crate) fn corner(&self) -> [u8; 3] {
        self.part(1, 1).get_pixel(0, 0).0
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
