//! The window: the only module that knows Tauri.
