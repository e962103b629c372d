//! Windows.

use eframe::Renderer;

/// DirectX first: remote sessions and virtual desktops often have OpenGL 1.1 alone (`facts/platform.md` 1).
pub const RENDERERS: [Renderer; 2] = [Renderer::Wgpu, Renderer::Glow];
