//! Windows.

use super::Way;

/// DirectX first: remote sessions and virtual desktops often have OpenGL 1.1 alone (`facts/platform.md` 1).
pub const WAYS: [Way; 3] = [Way::Wgpu, Way::Glow, Way::Software];

/// Whether there is a screen to open a window on at all: every session of Windows that can start a program has one.
pub const fn has_a_screen() -> bool {
    true
}
