//! Linux and its kind.

use super::Way;

/// OpenGL first: quicker to start and to draw without a graphics card.
pub const WAYS: [Way; 3] = [Way::Glow, Way::Wgpu, Way::Software];

/// Whether there is a screen to open a window on at all.
pub fn has_a_screen() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
