//! What a window is opened on. Windows and macOS have it always; on Linux Tauri would panic without.

/// Why there is none, and what to do.
#[cfg(target_os = "linux")]
pub(super) fn missing() -> Option<&'static str> {
    // Tauri does the same again, which is nothing the second time.
    gtk::init().is_err().then_some(
        "sendright-desktop needs a display, and none can be opened: DISPLAY or WAYLAND_DISPLAY names it. \
         Start it in a desktop session, or use the command line `sendright`, which needs none.",
    )
}

#[cfg(not(target_os = "linux"))]
pub(super) fn missing() -> Option<&'static str> {
    None
}
