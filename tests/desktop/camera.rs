//! Pictures of the window, light and dark, as it opens and as small as it goes: they land in `target/tmp/pictures`, with nothing
//! cut off, nothing covered by a notice, no button at their foot by anything, and nothing that axe finds wrong.

use crate::{
    session::Session,
    webdriver::{Page, client},
};
use sendright::sandbox::USER;
use serde_json::json;

/// As it opens, and as small as it goes.
const SIZES: [(u32, u32); 2] = [(1180, 760), SMALLEST];
pub(crate) const SMALLEST: (u32, u32) = (900, 600);

/// What is still on its way, to the new theme or into the window, arrives at once; what turns goes on.
const SET_THEME: &str = "
    document.documentElement.dataset.theme = arguments[0];
    for (const one of document.getAnimations())
        if (one.effect.getComputedTiming().iterations !== Infinity) one.finish();
";

/// In a window that became smaller it may be out of sight.
const SHOW_FOCUS: &str = "document.activeElement.scrollIntoView({ block: 'nearest' });";

/// Looks at what the window shows, and remembers what is wrong with it.
pub(crate) struct Camera<'a> {
    pub(crate) session: &'a Session,
    pub(crate) window: &'a Page,
    wrong: Vec<String>,
}

/// Opens the window and lets `walk` go through it with a camera.
///
/// # Panics
/// When anything was wrong in a picture.
pub(crate) fn photograph(session: &Session, walk: impl FnOnce(&mut Camera<'_>)) {
    let (_driver, window) = session.window();
    let mut camera = Camera { session, window: &window, wrong: Vec::new() };
    walk(&mut camera);
    assert_eq!(camera.wrong, Vec::<String>::new());
}

impl Camera<'_> {
    /// Photographs what is shown, in both themes and sizes, and looks at it.
    pub(crate) fn take(&mut self, screen: &str) {
        for (theme, size) in
            [("light", SIZES[0]), ("light", SIZES[1]), ("dark", SIZES[1]), ("dark", SIZES[0])]
        {
            self.session.resize(size);
            self.window.script(SET_THEME, &json!([theme]));
            self.window.drawn(size);
            self.window.script(SHOW_FOCUS, &json!([]));
            self.glance(&format!("{screen}-{theme}-{}", size.0));
        }
    }

    /// Photographs what is shown as it is now, and looks at it: it may not stay for more.
    pub(crate) fn glance(&mut self, picture: &str) {
        self.session.picture(&format!("pictures/{picture}"));
        let cut_off = self.window.cut_off().into_iter().map(|one| format!("cut off: {one}"));
        let covered = self.window.covered().into_iter().map(|one| format!("covered: {one}"));
        let wrong = cut_off.chain(covered).chain(self.window.faults());
        self.wrong.extend(wrong.map(|one| format!("{picture}: {one}")));
    }
}

/// What the person does on the sign-in page that the browser was sent to.
pub(crate) fn decide(session: &Session, decision: &str) {
    let address = session.sent_to();
    let answer = client().post(address).form(&[("user", USER), ("decision", decision)]).send();
    answer.expect("the sign-in page sends the browser back");
}
