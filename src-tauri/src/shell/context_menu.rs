//! The webview's own menu under the right mouse button, without what belongs to a web browser: a window has
//! nothing to reload, to go back to or to download.
//!
//! The page keeps it away except from text; a mail in the preview has no page of ours to do so.

#[cfg(target_os = "linux")]
pub(super) use linux::tame;

/// Elsewhere the page is all there is: `WebView2` and `WKWebView` give their menus to unsafe code only.
#[cfg(not(target_os = "linux"))]
#[allow(clippy::unnecessary_wraps)] // on Linux it can fail
pub(super) fn tame(_window: &tauri::WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use tauri::WebviewWindow;
    use webkit2gtk::{
        ContextMenu, ContextMenuAction as Action, ContextMenuExt as _, ContextMenuItemExt as _,
        WebViewExt as _,
    };

    /// Leaves what works on text.
    pub(in super::super) fn tame(window: &WebviewWindow) -> tauri::Result<()> {
        window.with_webview(|webview| {
            webview.inner().connect_context_menu(|_, menu, _, _| {
                clear(menu);
                // What is handled here is not shown.
                menu.n_items() == 0
            });
        })
    }

    fn clear(menu: &ContextMenu) {
        let mut parted = true;
        for item in menu.items() {
            let separator = item.is_separator();
            if if separator { parted } else { !is_for_text(item.stock_action()) } {
                menu.remove(&item);
            } else {
                parted = separator;
            }
        }
        if let Some(last) = menu.last().filter(|_| parted) {
            menu.remove(&last);
        }
    }

    fn is_for_text(action: Action) -> bool {
        match action {
            Action::Cut
            | Action::Copy
            | Action::Paste
            | Action::PasteAsPlainText
            | Action::Delete
            | Action::SelectAll
            | Action::InputMethods
            | Action::InsertEmoji
            | Action::SpellingGuess
            | Action::NoGuessesFound
            | Action::IgnoreSpelling
            | Action::LearnSpelling => true,
            // The web inspector, for whoever builds the window.
            Action::InspectElement => cfg!(debug_assertions),
            _ => false,
        }
    }
}
