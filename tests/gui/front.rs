//! A window in front of ours, as the display has it: the focus of the keyboard is elsewhere. No window manager runs that would move it, so
//! it is moved as one does it, in the few bytes of the X protocol (X Window System Protocol, version 11) that this takes.

use std::{
    io::{Read, Write},
    os::unix::net::UnixStream,
};

/// The focus is nobody's.
const NOBODY: u32 = 0;

/// Something in front, until it leaves.
pub(crate) struct InFront {
    wire: UnixStream,
    /// Who had the focus before.
    before: u32,
}

impl InFront {
    /// On the display of this number.
    pub(crate) fn of(display: &str) -> Self {
        let mut wire = UnixStream::connect(format!("/tmp/.X11-unix/X{display}")).unwrap();
        // Little-endian, version 11.0, without authorization.
        wire.write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
        let mut welcome = [0; 8];
        wire.read_exact(&mut welcome).unwrap();
        let mut facts = vec![0; usize::from(u16::from_le_bytes([welcome[6], welcome[7]])) * 4];
        wire.read_exact(&mut facts).unwrap();
        assert_eq!(welcome[0], 1, "the display is open: {}", String::from_utf8_lossy(&facts));
        let mut front = InFront { wire, before: NOBODY };
        front.before = front.holder();
        assert_ne!(front.before, NOBODY, "somebody has the focus");
        front.give(NOBODY);
        front
    }

    /// It goes, and who was in front before is so again: also where a test ends before, but only here it is looked at.
    pub(crate) fn leave(mut self) {
        self.give(self.before);
    }

    fn give(&mut self, to: u32) {
        self.wire.write_all(&focus(to)).unwrap();
        assert_eq!(self.holder(), to);
    }

    /// GetInputFocus: a window, or 1 where the pointer decides.
    fn holder(&mut self) -> u32 {
        self.wire.write_all(&[43, 0, 1, 0]).unwrap();
        loop {
            let mut said = [0; 32];
            self.wire.read_exact(&mut said).unwrap();
            assert_ne!(said[0], 0, "an error of the display: {said:?}");
            // Else an event that everybody gets.
            if said[0] == 1 {
                return u32::from_le_bytes([said[8], said[9], said[10], said[11]]);
            }
        }
    }
}

/// SetInputFocus: reverting to nobody, at the current time.
fn focus(to: u32) -> Vec<u8> {
    let mut request = vec![42, 0, 3, 0];
    request.extend([to, 0].map(u32::to_le_bytes).concat());
    request
}

impl Drop for InFront {
    fn drop(&mut self) {
        if self.before != NOBODY {
            let _ = self.wire.write_all(&focus(self.before));
        }
    }
}
