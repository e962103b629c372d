//! Linux and its kind.

use eframe::Renderer;

/// OpenGL first: quicker to start and to draw without a graphics card.
pub const RENDERERS: [Renderer; 2] = [Renderer::Glow, Renderer::Wgpu];
