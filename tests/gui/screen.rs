//! What stands on the virtual display: `Xvfb -fbdir` keeps its picture in a file (X window dump, XWDFile.h). The driver's own
//! pictures wait for a frame of the compositor, which the window does without.

use image::{DynamicImage, ImageFormat, RgbImage};
use std::{io::Cursor, path::PathBuf};

/// The display's picture.
pub(crate) struct Screen(PathBuf);

impl Screen {
    /// Of the display that was started with `-fbdir` on this folder.
    pub(crate) fn of(folder: PathBuf) -> Self {
        Screen(folder.join("Xvfb_screen0"))
    }

    /// Its left upper part, PNG. No window manager runs: the window begins in that corner.
    pub(crate) fn picture(&self, width: u32, height: u32) -> Vec<u8> {
        let dump = std::fs::read(&self.0).unwrap();
        let field = |at: usize| u32::from_be_bytes(dump[at * 4..at * 4 + 4].try_into().unwrap()) as usize;
        // header_size, file_version, ..., bits_per_pixel 11, bytes_per_line 12, ..., ncolors 19
        assert_eq!((field(1), field(11)), (7, 32), "a picture of 32 bits a pixel");
        let (line, pixels) = (field(12), &dump[field(0) + field(19) * 12..]);
        let picture = RgbImage::from_fn(width, height, |x, y| {
            let at = y as usize * line + x as usize * 4;
            image::Rgb([pixels[at + 2], pixels[at + 1], pixels[at]])
        });
        let mut png = Cursor::new(Vec::new());
        DynamicImage::from(picture).write_to(&mut png, ImageFormat::Png).unwrap();
        png.into_inner()
    }
}
